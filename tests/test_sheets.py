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
from assistant.sheets.read import read_sheets

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
TODAY = date(2026, 11, 25)
SENTENCE = "L’énergie se mesure au compteur."
NARROW, HARD = "\u202f", "\u00a0"
FACTS = """
- {id: meter, topic: rebound, confidence: high}
- {id: share, topic: gdpr-cnil, confidence: medium}
- {id: unsure, topic: rebound, confidence: low}
- {id: claimed, topic: rebound, confidence: low, seed_claim: true}
"""
FRONT = """---
id: meters
title: "{title}"
language: {language}
kind: guide
axes: [use, externalities]
topics: [rebound, gdpr-cnil]
audience: [staff, it]
in_force_on: 2026-11-24
review_by: 2027-05-24
superseded_by: null
---

# {title}
"""
FR = f"""{FRONT.format(title="Compteurs : que faut-il lire ?", language="fr")}
Un compteur se lit chaque mois. {SENTENCE}

## Que dit un compteur ?

Un compteur dit une consommation. [fact:meter] La part de l’usage est de 80 à 90 %. [fact:share] [fact:meter]

- Un relevé se garde un an.
- Le règlement s’applique depuis le 2 décembre 2025. [fact:share]

## Qui lit le compteur ?

{" ".join(["Une personne nommée lit le compteur et note le relevé."] * 24)}
"""
EN = f"""{FRONT.format(title="Meters: what should you read?", language="en")}
A meter is read every month. Energy is measured at the meter.

## What does a meter say?

A meter tells consumption. [fact:meter] Use makes up 80 to 90% of it. [fact:share] [fact:meter]

- A reading is kept for a year.
- The regulation applies since 2 December 2025. [fact:share]

## Who reads the meter?

{" ".join(["A named person reads the meter and writes the reading down."] * 24)}
"""


@pytest.fixture
def own(tmp_path):
    """A corpus of one pair with its facts, free to be broken."""
    for language, text in (("fr", FR), ("en", EN)):
        (tmp_path / "own" / language).mkdir(parents=True)
        (tmp_path / "own" / language / "meters.md").write_text(text, "utf-8")
    (tmp_path / "own" / "facts.yaml").write_text(FACTS, "utf-8")
    return tmp_path / "own"


@pytest.fixture
def copy(tmp_path):
    """A copy of our facts and of our first three pairs, free to be broken."""
    for language in ("fr", "en"):
        (tmp_path / "copy" / language).mkdir(parents=True)
        for sheet in sorted((CORPUS / "fr").glob("*.md"))[:3]:
            shutil.copy(CORPUS / language / sheet.name, tmp_path / "copy" / language)
    shutil.copy(CORPUS / "facts.yaml", tmp_path / "copy")
    return tmp_path / "copy"


def change(folder, old, new, path="fr/meters.md"):
    """Replace what is there once in a sheet, and return the line of the change."""
    text = (folder / path).read_text("utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    (folder / path).write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def add(folder, paragraph, path="fr/meters.md"):
    """Add a paragraph at the end of a sheet and return its line."""
    text = (folder / path).read_text("utf-8").rstrip("\n") + "\n\n" + paragraph + "\n"
    (folder / path).write_text(text, "utf-8")
    return text.count("\n")


def codes(folder, level=ERROR, today=TODAY):
    """Return (path:line, code) of what the linter finds at a level; facts are the folder's own."""
    return [(f.place, f.code) for f in lint(folder, folder, today).findings if f.level == level]


def test_the_bundled_corpus_has_no_error():
    """What the assistant quotes is what the linter let through."""
    found = lint(CORPUS, CORPUS, date.today())
    assert [f"{f.place} {f.told('en')}" for f in found.findings if f.level == ERROR] == []
    counted = dict(found.counted)
    assert int(counted["pairs"]) * 2 == int(counted["sheets"]) > 0


def test_no_item_of_our_checklists_is_a_question():
    """An answer quotes a sentence alone: a question would answer a question."""
    sheets, _ = read_sheets(CORPUS)
    asked = [
        f"{sheet.path}:{line} {sentence}"
        for sheet in sheets
        if sheet.said("kind") == ("checklist",)
        for line, sentence in sheet.sentences()
        if sentence.endswith("?")
    ]
    assert asked == []


def test_the_pair_is_clean_before_it_is_broken(own):
    """Else a finding below would prove nothing."""
    assert codes(own) == []
    assert codes(own, WARNING) == []


# name -> what is replaced, by what, the line of the finding counted from the change (None: line 1), its code
BROKEN = {
    "bare figure": (SENTENCE, f"{SENTENCE}\n\nUn service consomme 46,1 g par question.", 2, "figure"),
    "bare figure in an item": ("- Un relevé se garde un an.", "- Un relevé coûte 200 €.", 0, "figure"),
    "bare date in the introduction": ("Un compteur se lit", "En 2026, un compteur se lit", 0, "figure"),
    "bare article": (SENTENCE, f"{SENTENCE} L’article 5 ne dit rien.", 0, "figure"),
    "unknown fact": ("consommation. [fact:meter]", "consommation. [fact:no-such]", 0, "fact_unknown"),
    "low fact": (SENTENCE, f"{SENTENCE} [fact:unsure]", 0, "fact_low"),
    "fact form": (SENTENCE, f"{SENTENCE} [fact: meter]", 0, "fact_form"),
    "fact without brackets": (SENTENCE, f"{SENTENCE} (fact:meter)", 0, "fact_form"),
    "fact inside a sentence": (SENTENCE, "L’énergie [fact:meter] se mesure au compteur.", 0, "fact_place"),
    "fact before the full stop": (SENTENCE, "L’énergie se mesure au compteur [fact:meter].", 0, "fact_place"),
    "fact before its sentence": ("- Un relevé se", "- [fact:meter] Un relevé se", 0, "fact_place"),
    "fact after a colon": (SENTENCE, "L’énergie se mesure ainsi : [fact:meter]", 0, "fact_place"),
    "fact glued to the next sentence": ("[fact:meter] La part", "[fact:meter]La part", 0, "fact_place"),
    "fact in a heading": ("## Qui lit le compteur ?", "## Qui lit le compteur ? [fact:meter]", 0, "fact_place"),
    "heading twice": ("## Qui lit le compteur ?", "## Que dit un compteur ?", 0, "heading_twice"),
    "link without a host": (SENTENCE, f"{SENTENCE} [Un site](https:///page)", 0, "link"),
    "link of another scheme": (SENTENCE, f"{SENTENCE} [Un script](javascript:alert)", 0, "link"),
    "link to a missing file": (SENTENCE, f"{SENTENCE} [Une fiche](missing.md)", 0, "link"),
    "link to this machine": (SENTENCE, f"{SENTENCE} Voir http://localhost/page pour la suite.", 0, "link"),
    "link with a blank": (SENTENCE, f"{SENTENCE} [Un site](https://example.org/une page)", 0, "link"),
    "html": (SENTENCE, f"{SENTENCE} <b>Attention</b>", 0, "html"),
    "html comment": (SENTENCE, f"{SENTENCE} <!-- à revoir -->", 0, "html"),
    "html entity": (SENTENCE, f"{SENTENCE}&nbsp;", 0, "html"),
    "image": (SENTENCE, f"{SENTENCE} ![courbe](courbe.png)", 0, "image"),
    "zero width space": (SENTENCE, f"{SENTENCE}\u200b", 0, "invisible"),
    "soft hyphen in the front matter": ('title: "Compt', 'title: "Com\u00adpt', 0, "invisible"),
    "code fence": (SENTENCE, f"{SENTENCE}\n\n```", 2, "markdown"),
    "heading without a blank": ("## Qui lit", "##Qui lit", 0, "markdown"),
    "title": ("# Compteurs : que faut", "# Compteurs : que doit", 0, "title"),
    "two titles": ("## Qui lit", "# Qui lit", -12, "title"),
    "no front matter": ("---\nid: meters", "id: meters", 0, "front_matter"),
    "front matter that is not YAML": ("externalities]", "externalities", 1, "front_matter"),
    "key missing": ("review_by: 2027-05-24\n", "", None, "key_missing"),
    "key unknown": ("superseded_by: null", "superseded_by: null\nauthor: nobody", 1, "key_unknown"),
    "key twice": ("superseded_by: null", "superseded_by: null\nlanguage: fr", 1, "key_twice"),
    "a word where a list is due": ("topics: [rebound, gdpr-cnil]", "topics: rebound", 0, "key_type"),
    "a list where a word is due": ("kind: guide", "kind: [guide]", 0, "key_type"),
    "an empty list": ("topics: [rebound, gdpr-cnil]", "topics: []", 0, "key_type"),
    "id": ("id: meters", "id: metres", 0, "id"),
    "language": ("language: fr", "language: en", 0, "language"),
    "kind": ("kind: guide", "kind: essay", 0, "kind"),
    "axis": ("axes: [", "axes: [ethics, ", 0, "axes"),
    "topic": ("topics: [", "topics: [cats, ", 0, "topics"),
    "audience": ("audience: [", "audience: [everyone, ", 0, "audience"),
    "no such day": ("in_force_on: 2026-11-24", "in_force_on: 2026-11-31", 0, "date"),
    "not a date": ("review_by: 2027-05-24", "review_by: next spring", 0, "date"),
    "review before the start": ("review_by: 2027-05-24", "review_by: 2026-05-24", 0, "date"),
    "superseded by nothing we know": ("superseded_by: null", "superseded_by: no-such-sheet", 0, "superseded"),
    "superseded by itself": ("superseded_by: null", "superseded_by: meters", 0, "superseded"),
    "a section more than its twin": (SENTENCE, f"{SENTENCE}\n\n## Une section seule ?\n\nElle est seule.", None, "twin_sections"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_way_to_break_a_sheet_is_seen_where_it_is(own, name):
    """A writer who is told the wrong line mends the wrong thing."""
    old, new, line, code = BROKEN[name]
    at = change(own, old, new)
    expected = 1 if line is None else at + line
    if name == "two titles":
        expected = 14  # the line of the first one
    assert (f"fr/meters.md:{expected}", code) in codes(own)


def test_a_claim_of_the_slides_may_be_told(own):
    """A low fact must not be stated, but a claim told with its status may."""
    add(own, "La diapositive affirme une chose non vérifiée. [fact:claimed]")
    assert codes(own) == []


def test_a_file_that_is_not_text_is_an_error(own):
    """One broken file must not hide what is wrong in the others."""
    (own / "fr" / "other.md").write_bytes(b"\xff\xfe\x00")
    line = add(own, "Un fait inconnu est cité. [fact:no-such]")
    assert codes(own) == [(f"fr/meters.md:{line}", "fact_unknown"), ("fr/other.md:1", "unreadable")]


def test_a_missing_twin_is_an_error_and_facts_that_differ_are_a_warning(own):
    """A person who reads one language must not find less."""
    change(own, SENTENCE, f"{SENTENCE} [fact:claimed]")
    assert codes(own) == []
    assert codes(own, WARNING) == [("fr/meters.md:1", "twin_facts")]
    text = (own / "fr" / "meters.md").read_text("utf-8")
    (own / "fr" / "alone.md").write_text(text.replace("id: meters", "id: alone"), "utf-8")
    assert codes(own) == [("fr/alone.md:1", "twin_missing")]


def test_front_matter_that_differs_from_the_twins_is_a_warning(own):
    """Two reviews of one pair would drift apart."""
    line = change(own, "review_by: 2027-05-24", "review_by: 2027-05-25")
    assert codes(own, WARNING) == [(f"fr/meters.md:{line}", "twin_front")]


def test_a_sheet_that_is_due_is_a_warning(own):
    """A review that is late is no reason to stop the service."""
    assert codes(own, WARNING, date(2027, 5, 24)) == []
    assert [c for _, c in codes(own, WARNING, date(2027, 5, 25))] == ["review", "review"]
    assert codes(own, ERROR, date(2027, 5, 25)) == []


def test_a_heading_or_a_sentence_used_by_two_sheets_is_a_warning(own):
    """A section quoted alone is told by its heading, and no two sheets say the same."""
    for language, text in (("fr", FR), ("en", EN)):
        other = re.sub("## Wh.* say.*", "## Other?", text.replace("id: meters", "id: other"))
        other = re.sub("Compteurs :|Meters:", "Relevés :", re.sub("## Que .*", "## Autre ?", other))
        (own / language / "other.md").write_text(other, "utf-8")
    assert codes(own) == []
    found = codes(own, WARNING)
    for language in ("en", "fr"):
        assert [c for p, c in found if p.startswith(f"{language}/")].count("heading_shared") == 1
    assert {(p.split(":")[0], c) for p, c in found if c == "sentence_twice"} == {
        ("en/other.md", "sentence_twice"), ("fr/other.md", "sentence_twice"),
    }  # fmt: skip
    assert {c for _, c in found} == {"heading_shared", "sentence_twice"}


def test_the_length_counts_headings_and_not_marks(own):
    """Words are tokens that hold a letter or a digit."""
    front = FRONT.format(title="Deux mots", language="fr")
    for words, expected in ((249, True), (250, False), (700, False), (701, True)):
        body = "Un deux - trois « quatre » cinq. [fact:meter] " * 4 + "mot " * (words - 22) + "."
        (own / "fr" / "meters.md").write_text(f"{front}\n{body}\n", "utf-8")
        assert ("length" in [c for _, c in codes(own)]) is expected, words


@pytest.mark.parametrize(("language", "limit"), [("fr", 25), ("en", 22)])
def test_long_sentences_are_a_warning(own, language, limit):
    """On average, a sheet: one long sentence is no fault."""
    text = {"fr": FR, "en": EN}[language].split("\n\n")[0]
    for words, expected in ((limit, False), (limit + 1, True)):
        sentence = "Mot" + " mot" * (words - 1) + ". "
        (own / language / "meters.md").write_text(f"{text}\n\n{sentence * 12}\n", "utf-8")
        assert ("sentences" in [c for _, c in codes(own, WARNING)]) is expected


def test_what_a_person_may_write_is_left_alone(own):
    """A false alarm teaches people to ignore the linter."""
    (own / "fr" / "beside.txt").write_text("beside", "utf-8")
    for paragraph in (
        "Notre conseil tient en trois questions, 12 fiches et 1 000 requêtes.",
        "1. Nommer une personne.\n2. Écrire la règle.",
        "La norme ISO/IEC 42001:2023 et la loi 2021-1485 sont des noms. [Le texte](https://eur-lex.europa.eu/eli/reg/oj)",
        "[Un fichier](beside.txt#section) et <https://www.cnil.fr/fr> sont des liens permis, comme https://www.cnil.fr.",
        f"L’Université attribue 80 à 90{NARROW}% à l’usage. [fact:share] L’usage pèse donc le plus.",
        f"Le rapport dit «{HARD}tout va bien.{HARD}» [fact:meter] [fact:share] Le rapport s’arrête là.",
        "| Usage | Énergie |\n|---|---|\n| une question | 90 % [fact:share] |",
        "Une taille de 3 < 5 et R&D restent du texte.",
        "Un paragraphe peut tenir\nsur deux lignes et finir ici. [fact:meter]",
    ):
        add(own, paragraph)
    assert codes(own) == []


def test_a_figure_in_a_table_or_a_heading_needs_a_fact(own):
    """A row stands alone when it is quoted; a heading rests on its section."""
    row = add(own, "| Usage | Énergie |\n|---|---|\n| une question | 90 % |")
    heading = add(own, "## Que change le 2 décembre 2027 ?\n\nRien n’est dit ici.") - 2
    add(own, "## Que dit l’article 50 ?\n\nRien de plus. [fact:meter]")
    found = [(place, code) for place, code in codes(own) if code == "figure"]
    assert found == [(f"fr/meters.md:{row}", "figure"), (f"fr/meters.md:{heading}", "figure")]


def test_an_invented_figure_that_says_so_is_a_warning(own):
    """An example may count with made-up money, if the reader is told."""
    line = add(own, "Exemple inventé : un service coûte 3 000 € par an.")
    assert codes(own) == []
    assert codes(own, WARNING) == [(f"fr/meters.md:{line}", "figure_invented")]


def test_a_sentence_that_the_index_does_not_end_is_a_warning(own):
    """The mark would go to a longer quote than the writer meant."""
    line = add(own, "Le texte renvoie à l’exemple du plan B. [fact:meter] Le plan A est clair.")
    assert codes(own) == []
    assert codes(own, WARNING) == [(f"fr/meters.md:{line}", "fact_joined")]


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


def test_the_folder_of_a_host_rests_on_the_bundled_facts(own, tmp_path):
    """Without facts.yaml, kind and axes, and in one language, a host's sheet is checked all the same."""
    host = tmp_path / "host"
    (host / "fr").mkdir(parents=True)
    (host / "fr" / "meters.md").write_text(re.sub(r"(?m)^(kind|axes):.*\n", "", FR), "utf-8")
    found = lint(host, own, TODAY).findings
    assert [(f.level, f.code) for f in found] == [
        (WARNING, "one_language"), (WARNING, "key_missing"), (WARNING, "key_missing"),
    ]  # fmt: skip
    line = add(host, "Un fait inconnu est cité. [fact:no-such]")
    assert [f.place for f in lint(host, own, TODAY).findings if f.code == "fact_unknown"] == [f"fr/meters.md:{line}"]
    (host / "facts.yaml").write_text(FACTS + "- {id: no-such, topic: local, confidence: high}\n", "utf-8")
    assert lint(host, own, TODAY).ok


def test_the_counts_are_those_of_the_sheets(own):
    """What the report shows as counted was counted: pairs once, facts that may be stated only."""
    counted = dict(lint(own, own, TODAY).counted)
    assert (counted["pairs"], counted["sheets"], counted["facts"]) == ("1", "2", "2 / 2 = 100.0 %")
    assert counted["axes"] == "use 1, model 0, life_cycle 0, externalities 1, confidentiality 0"
    assert counted["topics"] == "gdpr-cnil 1, rebound 1"
    spoken = [7, 5, 5, 8, 6, 7] + [10] * 24
    assert counted["mean_fr"] == f"{sum(spoken) / len(spoken):.1f}"


def test_every_code_and_every_count_has_its_words(own):
    """The report is read in the terminal's language."""
    for fr, en in [*WORDS.values(), *SUMMARY.values()]:
        assert fr
        assert en
        assert fr.count("{}") == en.count("{}") <= 1
    assert {name for name, _ in lint(own, own, TODAY).counted} | {"errors", "warnings"} == SUMMARY.keys()


# --- the installed command, on a copy of our own corpus ---

MUTATED = {
    "bare figure": (lambda text: text + "\nUn service consomme 46,1 g par question.\n", "figure"),
    "unknown fact": (lambda text: text + "\nUn fait inconnu est cité. [fact:no-such]\n", "fact_unknown"),
    "misplaced fact": (lambda text: text + "\nUn fait [fact:gdpr-fines] est cité.\n", "fact_place"),
    "broken front matter": (lambda text: text.replace("]\n", "\n", 1), "front_matter"),
    "duplicate heading": (lambda text: text + "\n" + re.search(r"(?m)^## .*$", text).group() + "\n", "heading_twice"),
    "bad link": (lambda text: text + "\n[Un lien](http://nowhere) ne mène à rien.\n", "link"),
    "html": (lambda text: text + "\n<p>Un paragraphe</p>\n", "html"),
}


@pytest.mark.parametrize("name", MUTATED)
def test_a_mutated_copy_of_our_corpus_is_caught(copy, name):
    """The sheets that we ship are the ones that a hasty edit would break."""
    sheet = min((copy / "fr").glob("*.md"))
    mutate, code = MUTATED[name]
    sheet.write_text(mutate(sheet.read_text("utf-8")), "utf-8")
    assert code in {f.code for f in lint(copy, CORPUS, TODAY).findings if f.level == ERROR and sheet.name in f.path}


def test_the_command_prints_places_and_exits_1_on_a_bare_figure(copy, jugeote):
    """As a writer types it, in both languages."""
    sheet = min((copy / "fr").glob("*.md"))
    line = add(copy, "Un service consomme 46,1 g par question.", f"fr/{sheet.name}")
    done = jugeote("doctor", "--corpus", str(copy))
    assert done.returncode == 1
    assert f"ERROR fr/{sheet.name}:{line} figure figure without a fact in its paragraph: 46,1 g\n" in done.stdout
    french = jugeote("doctor", "--corpus", str(copy), LC_ALL="fr_FR.UTF-8")
    assert "chiffre sans fait dans son paragraphe : 46,1 g\n" in french.stdout
    assert "faits utilisables cités : " in french.stdout


def test_the_command_sees_a_missing_twin_and_a_low_fact(copy, jugeote):
    """Told as errors to a script: {"ok", "checks": [{"name", "ok", "found", "hint"}], "roles"}."""
    sheets = sorted((copy / "en").glob("*.md"))
    sheets[0].unlink()
    (copy / "facts.yaml").write_text((copy / "facts.yaml").read_text("utf-8") + FACTS, "utf-8")
    add(copy, "An unsure thing is told. [fact:unsure]", f"en/{sheets[1].name}")
    done = jugeote("doctor", "--corpus", str(copy), "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said.keys() == {"ok", "checks", "roles"}
    assert said["ok"] is False
    assert all(check.keys() == {"name", "ok", "found", "hint"} for check in said["checks"])
    wrong = {check["name"]: check["found"] for check in said["checks"] if not check["ok"]}
    assert wrong.keys() >= {"twin_missing", "fact_low"}
    assert wrong["twin_missing"].startswith(f"fr/{sheets[0].name}:1 ")
    assert said["roles"].keys() == {"reader", "embedder", "writer"}


def test_the_command_exits_0_with_warnings_and_says_the_counts(own, jugeote):
    """Facts that differ are worth a look, no more."""
    for language in ("fr", "en"):
        change(own, "[fact:meter] ", "", f"{language}/meters.md")
    change(own, SENTENCE, f"{SENTENCE} [fact:claimed]")
    done = jugeote("doctor", "--corpus", str(own))
    assert done.returncode == 0, done.stdout
    assert "WARNING fr/meters.md:1 twin_facts" in done.stdout
    assert "pairs of sheets: 1\n" in done.stdout
    assert re.search(r"words per sentence in French: \d+\.\d\n", done.stdout)
    assert "errors: 0\n" in done.stdout


def test_the_command_explains_a_folder_or_facts_that_it_cannot_read(own, jugeote, tmp_path):
    """An error of the person's is told with a hint, as elsewhere."""
    done = jugeote("doctor", "--corpus", str(tmp_path / "none"), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "source_missing")
    (own / "facts.yaml").write_text("- id: [", "utf-8")
    done = jugeote("doctor", "--corpus", str(own), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "facts_broken")
    for name in ("facts.yaml", "fr/meters.md", "en/meters.md"):
        (own / name).unlink()
    done = jugeote("doctor", "--corpus", str(own))
    assert done.returncode == 1
    assert "no_sheet" in done.stdout
