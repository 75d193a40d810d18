"""The linter of the corpus: our own sheets are clean, and each way to break one is seen, at its line."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from assistant.sheets.figures import figures
from assistant.sheets.findings import ERROR, SUMMARY, WARNING, WORDS
from assistant.sheets.lint import lint

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
TODAY = date(2026, 11, 25)
SHEET = "rebound"
SENTENCE = "L’effet rebond se joue surtout dans la façon d’utiliser le service."
NARROW, HARD = "\u202f", "\u00a0"


@pytest.fixture
def copy(tmp_path):
    """A corpus of two pairs with our facts, free to be broken."""
    for language in ("fr", "en"):
        (tmp_path / "own" / language).mkdir(parents=True)
        for name in (SHEET, "gdpr"):
            shutil.copy(CORPUS / language / f"{name}.md", tmp_path / "own" / language)
    shutil.copy(CORPUS / "facts.yaml", tmp_path / "own")
    return tmp_path / "own"


def change(folder, old, new, path=f"fr/{SHEET}.md"):
    """Replace what is there once in a sheet, and return the line of the change."""
    text = (folder / path).read_text("utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    (folder / path).write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def add(folder, paragraph, path=f"fr/{SHEET}.md"):
    """Add a paragraph at the end of a sheet and return its line."""
    text = (folder / path).read_text("utf-8").rstrip("\n") + "\n\n" + paragraph + "\n"
    (folder / path).write_text(text, "utf-8")
    return text.count("\n")


def codes(folder, level=ERROR, today=TODAY):
    """Return (path:line, code) of what the linter finds at a level."""
    return [(f.place, f.code) for f in lint(folder, CORPUS, today).findings if f.level == level]


def test_the_bundled_corpus_has_no_error():
    """What the assistant quotes is what the linter let through."""
    found = lint(CORPUS, CORPUS, date.today())
    assert [f"{f.place} {f.told('en')}" for f in found.findings if f.level == ERROR] == []
    counted = dict(found.counted)
    assert int(counted["pairs"]) * 2 == int(counted["sheets"]) > 0


def test_the_copy_is_clean_before_it_is_broken(copy):
    """Else a finding below would prove nothing."""
    assert codes(copy) == []
    assert codes(copy, WARNING) == []


BROKEN = {
    "bare figure": (SENTENCE, f"{SENTENCE}\n\nUn service consomme 46,1 g par question.", 2, "figure"),
    "bare figure in an item": ("- Un signe d’effet rebond : les réponses", "- Le service coûte 200 €.\n- Les réponses", 0, "figure"),
    "bare date in the introduction": ("Une IA plus sobre", "En 2026, une IA plus sobre", 0, "figure"),
    "unknown fact": ("un progrès : chaque usage coûte moins cher. [fact:rebound-definition]", "un progrès. [fact:no-such]", 0, "fact_unknown"),
    "fact form": (SENTENCE, f"{SENTENCE} [fact: rebound-definition]", 0, "fact_form"),
    "fact without brackets": (SENTENCE, f"{SENTENCE} (fact:rebound-definition)", 0, "fact_form"),
    "fact inside a sentence": (SENTENCE, SENTENCE.replace("se joue", "se joue [fact:rebound-definition]"), 0, "fact_place"),
    "fact before the full stop": (SENTENCE, SENTENCE.replace(".", " [fact:rebound-definition]."), 0, "fact_place"),
    "fact in a heading": ("## Qu’est-ce que l’effet rebond ?", "## Qu’est-ce que l’effet rebond ? [fact:rebound-definition]", 0, "fact_place"),
    "heading twice": ("## Voit-on déjà un effet rebond avec l’IA ?", "## Qu’est-ce que l’effet rebond ?", 0, "heading_twice"),
    "link without a host": (SENTENCE, f"{SENTENCE} [Un site](https:///page)", 0, "link"),
    "link of another scheme": (SENTENCE, f"{SENTENCE} [Un script](javascript:alert)", 0, "link"),
    "link to a missing file": (SENTENCE, f"{SENTENCE} [Une fiche](missing.md)", 0, "link"),
    "naked link": (SENTENCE, f"{SENTENCE} Voir http://localhost/page pour la suite.", 0, "link"),
    "html": (SENTENCE, f"{SENTENCE} <b>Attention</b>", 0, "html"),
    "html comment": (SENTENCE, f"{SENTENCE} <!-- à revoir -->", 0, "html"),
    "html entity": (SENTENCE, f"{SENTENCE}&nbsp;", 0, "html"),
    "image": (SENTENCE, f"{SENTENCE} ![courbe](courbe.png)", 0, "image"),
    "zero width space": (SENTENCE, f"{SENTENCE}\u200b", 0, "invisible"),
    "soft hyphen in the title": ('title: "Effet', 'title: "Ef\u00adfet', 0, "invisible"),
    "code fence": (SENTENCE, f"{SENTENCE}\n\n```", 2, "markdown"),
    "heading without a blank": ("## Voit-on", "##Voit-on", 0, "markdown"),
    "title": ("# Effet rebond : quand", "# Effet rebond : lorsque", 0, "title"),
    "two titles": ("## Voit-on", "# Voit-on", -12, "title"),
    "no front matter": ("---\nid: rebound", "id: rebound", 0, "front_matter"),
    "front matter that is not YAML": ("topics: [rebound", "topics: [[rebound", 0, "front_matter"),
    "key missing": ("review_by: 2027-05-24\n", "", -6, "key_missing"),
    "key unknown": ("superseded_by: null", "superseded_by: null\nauthor: nobody", 1, "key_unknown"),
    "key twice": ("superseded_by: null", "superseded_by: null\nlanguage: fr", 1, "key_twice"),
    "a word where a list is due": ("topics: [rebound, env-models, frugal-ecodesign]", "topics: rebound", 0, "key_type"),
    "an empty list": ("topics: [rebound, env-models, frugal-ecodesign]", "topics: []", 0, "key_type"),
    "id": ("id: rebound", "id: rebond", 0, "id"),
    "language": ("language: fr", "language: en", 0, "language"),
    "kind": ("kind: guide", "kind: essay", 0, "kind"),
    "axis": ("axes: [", "axes: [ethics, ", 0, "axes"),
    "topic": ("topics: [", "topics: [cats, ", 0, "topics"),
    "audience": ("audience: [", "audience: [everyone, ", 0, "audience"),
    "no such day": ("in_force_on: 2026-11-24", "in_force_on: 2026-11-31", 0, "date"),
    "not a date": ("review_by: 2027-05-24", "review_by: next spring", 0, "date"),
    "review before the start": ("review_by: 2027-05-24", "review_by: 2026-05-24", 0, "date"),
    "superseded by nothing we know": ("superseded_by: null", "superseded_by: no-such-sheet", 0, "superseded"),
    "superseded by itself": ("superseded_by: null", "superseded_by: rebound", 0, "superseded"),
    "a section more than its twin": (SENTENCE, f"{SENTENCE}\n\n## Une section seule ?\n\nElle est seule.", None, "twin_sections"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_way_to_break_a_sheet_is_seen_where_it_is(copy, name):
    """A writer who is told the wrong line mends the wrong thing; `line` counts from the change, None is line 1."""
    old, new, line, code = BROKEN[name]
    at = change(copy, old, new)
    expected = 1 if line is None else max(1, at + line)
    found = codes(copy)
    assert code in [c for _, c in found]
    if name not in ("two titles", "key missing"):
        assert (f"fr/{SHEET}.md:{expected}", code) in found


def test_a_low_fact_is_refused_and_a_claim_of_the_slides_is_not(copy):
    """A fact that nobody saw must not be told; a claim told with its status may."""
    (copy / "facts.yaml").write_text(
        (copy / "facts.yaml").read_text("utf-8")
        + "- {id: unsure, topic: rebound, confidence: low}\n"
        + "- {id: claimed, topic: rebound, confidence: low, seed_claim: true}\n",
        "utf-8",
    )
    line = add(copy, "La diapositive affirme une chose non vérifiée. [fact:claimed]")
    assert codes(copy) == []
    line = add(copy, "Un chiffre incertain circule. [fact:unsure]")
    assert codes(copy) == [(f"fr/{SHEET}.md:{line}", "fact_low")]


def test_a_missing_twin_is_an_error_and_facts_that_differ_are_a_warning(copy):
    """A person who reads one language must not find less."""
    line = add(copy, "Le RGPD prévoit des amendes. [fact:gdpr-fines]")
    assert codes(copy) == []
    assert codes(copy, WARNING) == [(f"fr/{SHEET}.md:1", "twin_facts")]
    assert line > 1
    (copy / "en" / f"{SHEET}.md").unlink()
    assert codes(copy) == [(f"fr/{SHEET}.md:1", "twin_missing")]


def test_front_matter_that_differs_from_the_twins_is_a_warning(copy):
    """Two reviews of one pair would drift apart."""
    line = change(copy, "review_by: 2027-05-24", "review_by: 2027-05-25")
    assert codes(copy, WARNING) == [(f"fr/{SHEET}.md:{line}", "twin_front")]


def test_a_sheet_that_is_due_is_a_warning(copy):
    """A review that is late is no reason to stop the service."""
    assert codes(copy, WARNING, date(2027, 5, 24)) == []
    assert {c for _, c in codes(copy, WARNING, date(2027, 5, 25))} == {"review"}
    assert codes(copy, ERROR, date(2027, 5, 25)) == []


def test_a_heading_used_by_two_sheets_is_a_warning(copy):
    """A section quoted alone is told by its heading."""
    add(copy, "## Le RGPD s’applique-t-il à une IA ?\n\nLa réponse est dans une autre fiche.")
    add(copy, "## Another question?\n\nThe answer is in another sheet.", f"en/{SHEET}.md")
    assert [c for _, c in codes(copy, WARNING)] == ["heading_shared"]


def test_length_and_long_sentences(copy):
    """Words are tokens that hold a letter or a digit: headings count, fact marks and dashes do not."""
    front = (copy / "fr" / f"{SHEET}.md").read_text("utf-8").split("# Effet")[0]
    title = re.search(r'title: "(.*)"', front).group(1)
    words = sum(any(c.isalnum() for c in t) for t in title.split())
    for missing, expected in ((1, ["length"]), (0, [])):
        body = "\n\n".join(["Un deux trois - quatre cinq. [fact:rebound-definition]"] * 48)
        rest = 250 - words - 48 * 5 - missing
        text = f"{front}# {title}\n\n{body}\n\n{' '.join(['mot'] * rest)}.\n"
        (copy / "fr" / f"{SHEET}.md").write_text(text, "utf-8")
        assert [c for _, c in codes(copy) if c == "length"] == expected
    add(copy, " ".join(["mot"] * 451) + ".")
    assert "length" in [c for _, c in codes(copy)]
    assert "sentences" not in [c for _, c in codes(copy, WARNING)]
    body = "\n\n".join([" ".join(["mot"] * 26) + "."] * 12)
    (copy / "fr" / f"{SHEET}.md").write_text(f"{front}# {title}\n\n{body}\n", "utf-8")
    assert "sentences" in [c for _, c in codes(copy, WARNING)]


def test_what_a_person_may_write_is_left_alone(copy):
    """A false alarm teaches people to ignore the linter."""
    for paragraph in (
        "Notre conseil tient en trois questions, 12 fiches et 1 000 requêtes.",
        "1. Nommer une personne.\n2. Écrire la règle.",
        "La norme ISO/IEC 42001:2023, la loi 2021-1485 et le règlement 2024/1689 sont des noms. [Le texte](https://eur-lex.europa.eu/eli/reg/2024/1689/oj)",
        "[Une autre fiche](gdpr.md#section) et <https://www.cnil.fr/fr> sont des liens permis.",
        f"L’Université attribue 80 à 90{NARROW}% à l’usage. [fact:rebound-unu-warning] L’usage pèse donc le plus.",
        "Le rapport dit « tout va bien. » [fact:rebound-definition] [fact:rebound-unu-warning]",
        "| Usage | Énergie |\n|---|---|\n| une question | 90 % [fact:rebound-unu-warning] |",
        "Une taille de 3 < 5 et R&D restent du texte.",
    ):
        add(copy, paragraph)
    assert codes(copy) == []


def test_a_figure_in_a_table_or_a_heading_needs_a_fact(copy):
    """A row stands alone when it is quoted; a heading rests on its section."""
    row = add(copy, "| Usage | Énergie |\n|---|---|\n| une question | 90 % |")
    heading = add(copy, "## Que change le 2 décembre 2027 ?\n\nRien n’est dit ici.") - 2
    assert codes(copy)[:2] == [(f"fr/{SHEET}.md:{row}", "figure"), (f"fr/{SHEET}.md:{heading}", "figure")]


def test_an_invented_figure_that_says_so_is_a_warning(copy):
    """An example may count with made-up money, if the reader is told."""
    line = add(copy, "Exemple inventé : un service coûte 3 000 € par an.")
    assert codes(copy) == []
    assert (f"fr/{SHEET}.md:{line}", "figure_invented") in codes(copy, WARNING)


def test_a_sentence_that_the_index_does_not_end_is_a_warning(copy):
    """The mark would go to a longer quote than the writer meant."""
    line = add(copy, "Le texte renvoie au point A. [fact:rebound-definition] Le point A est clair.")
    assert codes(copy) == []
    assert (f"fr/{SHEET}.md:{line}", "fact_joined") in codes(copy, WARNING)


FIGURES = [
    "46,1 g", "46,1 gCO2e/kWh", "200 €/t", "€200", "300 milliards d’euros", "2 Md€", "80 à 90 %", "80-90 %", "4%",
    "vingt pour cent", "90 per cent", "2 décembre 2027", "1er août 2024", "16 October 2026", "October 16, 2026",
    "May 2026", "en 2026", "2026-2030", "2026-11-24", "24/11/2026", "Article 50", "l’article 5", "art. L1222-4",
    "1.3 GW", "72 heures", "les 72 premières heures", "30-day", "7 milliards de paramètres", "10 fois", "16 Go",
    f"1{NARROW}200{NARROW}kWh", f"80{HARD}%", "10 points de PIB", "a factor of about 170", "3,5 °C", "deux millions",
]  # fmt: skip
NO_FIGURES = [
    "trois questions", "12 fiches", "1 000 requêtes", "2,000 requests", "ISO/IEC 42001:2023", "règlement 2024/1689",
    "loi n° 2021-1485", "AFNOR SPEC 2314", "avis 28/2024", "BM25", "la 5G", "GPT-4", "Qwen2.5-0.5B", "you may 5 of us",
    "les 3 s’engagent", "5 points à vérifier", "un mois", "une fois", "WCAG 2.2",
]  # fmt: skip


@pytest.mark.parametrize("text", FIGURES)
def test_a_figure_is_recognised(text):
    """French and English forms, narrow and hard spaces."""
    assert figures(f"On lit {text}.") != []


@pytest.mark.parametrize("text", NO_FIGURES)
def test_a_bare_count_or_a_name_is_no_figure(text):
    """What needs no source must not ask for one."""
    assert figures(f"On lit {text}.") == []


def test_the_folder_of_a_host_rests_on_our_facts(tmp_path):
    """Without facts.yaml, kind and axes, and in one language, a host's sheet is checked all the same."""
    own = tmp_path / "host"
    (own / "fr").mkdir(parents=True)
    shutil.copy(CORPUS / "fr" / f"{SHEET}.md", own / "fr")
    text = (own / "fr" / f"{SHEET}.md").read_text("utf-8")
    (own / "fr" / f"{SHEET}.md").write_text(re.sub(r"(?m)^(kind|axes):.*\n", "", text), "utf-8")
    assert codes(own) == []
    assert [c for _, c in codes(own, WARNING)] == ["one_language", "key_missing", "key_missing"]
    line = add(own, "Un fait inconnu est cité. [fact:no-such]")
    assert codes(own) == [(f"fr/{SHEET}.md:{line}", "fact_unknown")]


def test_every_code_and_every_count_has_its_words(copy):
    """The report is read in the terminal's language."""
    for fr, en in [*WORDS.values(), *SUMMARY.values()]:
        assert fr
        assert en
        assert fr.count("{}") == en.count("{}") <= 1
    assert {name for name, _ in lint(copy, CORPUS, TODAY).counted} | {"errors", "warnings"} == SUMMARY.keys()


# --- the installed command ---


def test_the_command_prints_places_and_exits_1_on_an_error(copy, jugeote):
    """Bare figure: seen by the command as a writer types it, in both languages."""
    line = change(copy, SENTENCE, f"{SENTENCE}\n\nUn service consomme 46,1 g par question.") + 2
    done = jugeote("doctor", "--corpus", str(copy))
    assert done.returncode == 1
    assert f"ERROR fr/{SHEET}.md:{line} figure figure without a fact in its paragraph: 46,1 g" in done.stdout
    french = jugeote("doctor", "--corpus", str(copy), LC_ALL="fr_FR.UTF-8")
    assert "chiffre sans fait dans son paragraphe : 46,1 g" in french.stdout
    assert "faits utilisables cités" in french.stdout


def test_the_command_exits_0_with_warnings_and_says_the_counts(copy, jugeote):
    """Facts that differ are worth a look, no more."""
    add(copy, "Le RGPD prévoit des amendes. [fact:gdpr-fines]")
    done = jugeote("doctor", "--corpus", str(copy))
    assert done.returncode == 0
    assert f"WARNING fr/{SHEET}.md:1 twin_facts" in done.stdout
    assert "pairs of sheets: 2\n" in done.stdout
    assert re.search(r"words per sentence in French: \d+\.\d\n", done.stdout)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[fact:unbounded-consumption]", "[fact:no-such]", "fact_unknown"),
        ("superseded_by: null", "superseded_by: [", "front_matter"),
        (SENTENCE, f"{SENTENCE} <script>x</script>", "html"),
    ],
)
def test_the_command_answers_scripts_in_the_contracts_form(copy, jugeote, old, new, code):
    """{"ok", "checks": [{"name", "ok", "found", "hint"}], "roles"}, findings as checks."""
    change(copy, old, new)
    done = jugeote("doctor", "--corpus", str(copy), "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said.keys() == {"ok", "checks", "roles"}
    assert said["ok"] is False
    assert all(check.keys() == {"name", "ok", "found", "hint"} for check in said["checks"])
    assert code in [check["name"] for check in said["checks"] if not check["ok"]]
    assert said["roles"].keys() == {"reader", "embedder", "writer"}


def test_the_command_explains_a_folder_or_facts_that_it_cannot_read(copy, jugeote, tmp_path):
    """An error of the person's is told with a hint, as elsewhere."""
    done = jugeote("doctor", "--corpus", str(tmp_path / "none"), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "source_missing")
    (copy / "facts.yaml").write_text("- id: [", "utf-8")
    done = jugeote("doctor", "--corpus", str(copy), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "facts_broken")
    (copy / "facts.yaml").unlink()
    shutil.rmtree(copy / "fr")
    shutil.rmtree(copy / "en")
    done = jugeote("doctor", "--corpus", str(copy))
    assert done.returncode == 1
    assert "no_sheet" in done.stdout
