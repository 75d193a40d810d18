"""The index on a real Chroma in a temporary folder: incremental, whole or not at all, and never silently wrong."""

import json
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build import bring_up_to_date
from index.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, SourceMissing, SourceUnknown, UserError
from index.manifest import place, read_manifest, write_manifest
from index.questions import NEAREST, lead, silence
from index.search import FOLLOWED, SURE, TOLD, UNASKED, UNTOLD, WORDS_WEIGHT, Index
from index.store import Store
from tests.fakes import HashEmbedder

ROOT = Path(__file__).resolve().parent.parent
TWINS = {
    "fr/carbone.md": "---\nid: carbone\nlanguage: fr\n---\n# Carbone\n\n## Quel prix ?\n\nLe carbone a un prix interne choisi.\n",
    "en/carbone.md": "---\nid: carbone\nlanguage: en\n---\n# Carbon\n\n## Which price?\n\nCarbon has a chosen internal price.\n",
    "fr/eau.md": "---\nid: eau\nlanguage: fr\n---\n# Eau\n\n## Quelle eau ?\n\nLe refroidissement consomme de l’eau.\n",
    "README.md": "Not a sheet.\n",
}
TEXTS = {"carbone": "Le carbone a un prix interne choisi.", "eau": "Le refroidissement consomme de l’eau."}


class Place:
    """A corpus, a host's folder and a data folder that a test changes."""

    def __init__(self, root):
        self.home, self.corpus, self.host = root / "home", root / "corpus", root / "Notes du service"
        self.embedder = HashEmbedder()
        for name, text in TWINS.items():
            file = self.corpus / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.host.mkdir()
        (self.host / "vacances.txt").write_text("Les congés se demandent trois semaines avant.")

    def build(self, **more):
        return bring_up_to_date(self.home, self.corpus, self.embedder, **more)

    def index(self):
        return Index(self.home, self.embedder)

    def found(self, question, **more):
        return [p.document for p in self.index().search(question, **more).passages]


@pytest.fixture
def site(tmp_path):
    return Place(tmp_path)


def test_the_corpus_is_indexed_and_found(site):
    """The first build; README.md at the root of a corpus is no sheet."""
    report = site.build()
    assert report.added == ("en/carbone", "fr/carbone", "fr/eau")
    assert report.documents == report.chunks == 3
    assert site.found("le prix du carbone")[0] == "fr/carbone"


def test_nothing_changed_means_nothing_is_embedded(site):
    """A second start is quick."""
    site.build()
    before = read_manifest(site.home).generation
    site.embedder.seen.clear()
    assert site.build().unchanged == 3
    assert site.embedder.seen == []
    assert read_manifest(site.home).generation == before


def test_adding_changing_and_deleting_touch_only_their_own_chunks(site):
    """Incremental by the hash of the content."""
    site.build()
    site.embedder.seen.clear()
    (site.corpus / "fr/eau.md").write_text(TWINS["fr/eau.md"].replace("consomme", "évapore"))
    (site.corpus / "en/eau.md").write_text("# Water\n\n## Which water?\n\nCooling evaporates water.\n")
    report = site.build()
    assert (report.added, report.changed, report.deleted) == (("en/eau",), ("fr/eau",), ())
    assert not any("carbon" in text.lower() for text in site.embedder.seen)
    (site.corpus / "en/eau.md").unlink()
    assert site.build().deleted == ("en/eau",)
    assert "en/eau" not in site.found("cooling evaporates water", k=9)
    store = Store(place(site.home).parent / read_manifest(site.home).generation)
    assert not store.vectors(["en/eau#0"])
    store.close()


def test_a_host_folder_comes_and_goes(site):
    """Its documents are named after it; the bundled corpus stays."""
    site.build(add=[site.host])
    assert site.found("quand demander des congés ?")[0] == "Notes du service/vacances.txt"
    assert len(site.build().sources) == 2, "the folder is remembered"
    site.build(forget=site.host)
    assert "Notes du service/vacances.txt" not in site.found("quand demander des congés ?", k=9)


def test_two_folders_of_one_name_do_not_mix(site, tmp_path):
    """Document names stay stable and unique."""
    other = tmp_path / "ailleurs" / "Notes du service"
    other.mkdir(parents=True)
    (other / "vacances.txt").write_text("Autre règle.")
    site.build(add=[site.host, other])
    names = {s.name for s in read_manifest(site.home).sources}
    assert names == {"", "Notes du service", "Notes du service-2"}


ASKED = {
    "question": "à combien la tonne ?",
    "section": "Quel prix ?",
    "sentences": ["Le carbone a un prix interne choisi."],
}


def test_the_nearest_question_of_a_sentence_counts_most_and_is_not_alone_in_it():
    assert lead([0.8]) == pytest.approx(0.8)
    assert lead([0.2, 0.8]) == pytest.approx((2 * 0.8 + 0.2) / 3)
    assert lead([0.2, 0.4, 0.8, 0.1]) == pytest.approx(0.5 * 0.8 + 0.25 * 0.4 + 0.25 * 0.2)


def test_a_slip_in_a_question_is_repaired_towards_the_words_of_the_index(site):
    for name in ("un", "deux", "trois"):
        (site.corpus / f"fr/{name}.md").write_text(f"# {name}\n\nLe carbone compte.\n", "utf-8")
    site.build()
    assert site.index().spelled("le prix du cabrone") == "le prix du carbone"


def test_a_question_written_beside_a_document_leads_to_its_sentence(site):
    """People ask in words that the document does not use; the question is found, the sentence is what is shown."""
    site.build()
    before = site.index().search("à combien la tonne ?", language="fr")
    assert all(s.asked < 1 for s in site.index().sentences(before))
    (site.corpus / "fr/carbone.asked.jsonl").write_text(json.dumps(ASKED, ensure_ascii=False) + "\n")
    site.embedder.seen.clear()
    assert site.build().changed == ("fr/carbone",)
    index = site.index()
    found = index.search("à combien la tonne ?", language="fr")
    assert found.passages[0].document == "fr/carbone"
    assert found.strength > before.strength
    assert (found.missed, found.asked > 1, found.silent) == (0, True, 0)
    leading = {s.text: s.asked for s in index.sentences(found) if s.passage.document == "fr/carbone"}
    assert leading.pop("Le carbone a un prix interne choisi.") > 1
    assert set(leading.values()) <= {0.0}
    assert "tonne" not in found.passages[0].text
    (site.corpus / "fr/carbone.asked.jsonl").unlink()
    assert site.build().changed == ("fr/carbone",)
    assert site.index().search("à combien la tonne ?", language="fr").strength == before.strength


def test_a_question_that_no_sentence_answers_is_remembered_as_such(site):
    """It leads nowhere, and says how near a question is to what the sources do not hold."""
    row = ASKED | {"section": "", "sentences": []}
    (site.corpus / "fr/carbone.asked.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n")
    site.build()
    found = site.index().search("à combien la tonne ?", language="fr")
    assert found.missed > 1
    assert found.silent > 0.3  # beside it stand the documents without questions
    assert found.asked < 1
    assert all(s.asked < 1 for s in site.index().sentences(found))


def test_a_document_without_written_questions_is_taken_to_have_them(site):
    """Else an organisation's own documents would never come before the sheets, which all have some."""
    site.build()
    index = site.index()
    found = index.search("Le carbone a un prix interne choisi.", language="fr")
    sentence = next(s for s in index.sentences(found) if s.text == "Le carbone a un prix interne choisi.")
    assert sentence.asked == pytest.approx(float(sentence.vector @ found.vector) + FOLLOWED)
    chunk = index._now.store.vectors(["fr/carbone#0"])["fr/carbone#0"]
    assert found.asked == pytest.approx(float(chunk @ found.vector) + SURE, abs=1e-4)
    other = ASKED | {"question": "zzz"}
    (site.corpus / "fr/carbone.asked.jsonl").write_text(json.dumps(other, ensure_ascii=False) + "\n")
    site.build()
    index = site.index()
    after = next(
        s
        for s in index.sentences(index.search("Le carbone a un prix interne choisi.", language="fr"))
        if s.text == sentence.text
    )
    assert after.asked < sentence.asked


def test_a_sentence_covers_the_words_of_the_questions_that_it_answers(site):
    """Where no question was written, or few, it gets UNTOLD for them, or a part of it."""
    first = ASKED | {"question": "À combien est la tonne de carbone ?"}
    second = {"question": "Quel prix pour la tonne ?", "section": first["section"], "sentences": first["sentences"]}
    (site.corpus / "fr/carbone.asked.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (first, second)), "utf-8"
    )
    site.build()
    index = site.index()

    def covered(question):
        found = index.search(question, language="fr")
        return {s.text: s.covered for s in index.sentences(found)}

    answering = "Le carbone a un prix interne choisi."
    few = UNTOLD * (1 - 2 / TOLD) ** 2  # two questions for its one sentence
    assert covered("la tonne combien")[answering] == pytest.approx(1.0 + few)
    assert covered("la tonne zeppelin")[answering] < 1.0
    alone = {text: share for text, share in covered("la tonne combien").items() if text != answering}
    assert set(alone.values()) == {UNTOLD}, "documents without questions"
    many = [first | {"question": f"Quelle tonne, numéro {n} ?"} for n in range(TOLD)]
    (site.corpus / "fr/carbone.asked.jsonl").write_text("".join(json.dumps(row) + "\n" for row in many), "utf-8")
    site.build()
    index = site.index()
    assert covered("la tonne")[answering] == 1.0, "as many as a sheet has: nothing is lacking"


def test_own_passages_stand_against_questions_known_to_have_no_answer(site):
    """They count like the questions that could have been written for them: what the sheets cannot answer, they may."""
    row = ASKED | {"question": "un prix interne pour le parking", "section": "", "sentences": []}
    (site.corpus / "fr/eau.asked.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n")
    site.build()
    index = site.index()
    found = index.search("Le carbone a un prix interne choisi.", language="fr")
    store = index._now.store
    [(_, _, line)] = store.asked.nearest(found.vector, 1)
    own = [(cosine + UNASKED, True) for cosine in store.nearest(found.vector, 9).values()]
    assert len(own) == 3
    assert found.silent == pytest.approx(silence([*own, (line, False)]), abs=1e-3)
    assert 0 < found.silent < silence([(line, False)])


def test_a_line_of_questions_that_cannot_be_used_is_skipped_and_said(site):
    """A sentence that was reworded loses its questions, and whoever indexes learns it."""
    lines = [json.dumps(ASKED), "{broken", json.dumps(ASKED | {"sentences": ["Le carbone est gratuit."]}), "[]", ""]
    (site.corpus / "fr/carbone.asked.jsonl").write_text("\n".join(lines))
    report = site.build()
    file = site.corpus / "fr/carbone.asked.jsonl"
    assert [(s.path, s.reason) for s in report.skipped] == [(f"{file}:{n}", "asked_lost") for n in (2, 3, 4)]
    document = site.index().document("fr/carbone")
    assert [a.question for a in document.asked] == ["à combien la tonne ?"]


def test_an_opening_is_told_from_a_text_without_headings(site):
    """What stands before the first heading introduces; a note without headings has nothing else."""
    (site.corpus / "fr/eau.md").write_text(
        "# Eau\n\nVoici la fiche sur l’eau.\n\n## Quelle eau ?\n\nLe froid consomme de l’eau.\n"
    )
    site.build(add=[site.host])
    index = site.index()
    found = index.search("eau congés", 9, "fr")
    opening = {s.text: s.opening for s in index.sentences(found)}
    assert opening["Voici la fiche sur l’eau."]
    assert not opening["Le froid consomme de l’eau."]
    assert not opening["Les congés se demandent trois semaines avant."]


def test_a_folder_out_of_reach_keeps_its_documents(site):
    """A drive that is not mounted must not empty the index."""
    site.build(add=[site.host])
    site.host.rename(site.host.with_name("away"))
    report = site.build()
    assert report.deleted == ()
    assert [s.reason for s in report.skipped] == ["folder_away"]
    assert "Notes du service/vacances.txt" in site.found("congés", k=9)


def test_unknown_folders_are_named(site, tmp_path):
    """Nothing is built on a typing mistake."""
    with pytest.raises(SourceMissing):
        site.build(add=[tmp_path / "nowhere"])
    with pytest.raises(SourceUnknown):
        site.build(forget=site.host)
    with pytest.raises(IndexMissing):
        site.index()


def test_a_dry_run_writes_nothing(site):
    """It only says what would be done."""
    assert site.build(dry_run=True).added
    with pytest.raises(IndexMissing):
        site.index()


def test_an_interruption_just_after_the_swap_keeps_the_new_index(site, monkeypatch):
    """The manifest names it: to remove it then would leave nothing to read."""

    def interrupted(*swapped):
        write_manifest(*swapped)
        raise KeyboardInterrupt

    monkeypatch.setattr("index.build.write_manifest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        site.build()
    assert site.found("Quelle eau ?")


def test_a_broken_file_is_skipped_and_said(site):
    """The rest goes on."""
    (site.corpus / "fr/faux.md").write_bytes(b"\xff\xfe")
    report = site.build()
    assert [s.reason for s in report.skipped] == ["not_utf8"]
    assert report.documents == 3


def test_a_file_that_can_no_longer_be_read_leaves_the_index(site):
    """What it said before must not be quoted as if it still stood there."""
    site.build()
    (site.corpus / "fr/eau.md").write_bytes(b"\xff\xfe")
    assert site.build().deleted == ("fr/eau",)


def test_a_superseded_sheet_is_no_longer_quoted(site):
    """Two versions of one rule must not stand in one answer."""
    site.build()
    (site.corpus / "fr/eau.md").write_text(
        TWINS["fr/eau.md"].replace("language: fr", "language: fr\nsuperseded_by: carbone")
    )
    report = site.build()
    assert report.deleted == ("fr/eau",)
    assert [s.reason for s in report.skipped] == ["superseded"]


def test_an_empty_corpus_answers_nothing(site):
    """No chunk at all, then one."""
    shutil.rmtree(site.corpus / "fr")
    shutil.rmtree(site.corpus / "en")
    site.build()
    assert site.found("carbone") == []
    (site.corpus / "fr").mkdir()
    (site.corpus / "fr/seul.md").write_text("# Seul\n\nUne seule phrase ici.\n")
    site.build()
    assert site.found("une phrase ?") == ["fr/seul"]


def test_of_two_twins_the_one_in_the_questions_language_comes(site):
    """One index for both languages."""
    site.build()
    assert "en/carbone" not in site.found("prix interne du carbone", k=9)
    assert "fr/carbone" not in site.found("internal price of carbon", k=9, language="en")


def test_a_question_without_accents_finds_the_same(site):
    """retrieval.md section 9."""
    site.build()
    assert site.found("refroidissement consommé, eau ?")[0] == site.found("refroidissement consomme eau")[0] == "fr/eau"


def test_ten_near_questions_say_whether_one_has_an_answer():
    """Near ones count more; what stands behind the ten does not count; where nothing is known nothing is silent."""
    assert silence([]) == 0
    assert silence([(0.5, True)]) == 0
    assert silence([(0.5, False)]) == 1
    assert silence([(0.5, False), (0.5, True)]) == pytest.approx(0.5)
    assert silence([(0.6, False), (0.5, True)]) == pytest.approx(np.e / (1 + np.e))
    far = [(0.1, False)] * 50
    assert silence([(0.5, True)] * NEAREST + far) == 0


def test_a_document_of_one_s_own_is_read_even_where_sheets_come_before_it(site):
    """Beyond the passages asked for, and only as many as are lacking; none is repeated."""
    for name in ("carbone", "eau"):
        row = {"question": f"{name} ?", "section": "", "sentences": [TEXTS[name]]}
        (site.corpus / f"fr/{name}.asked.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n")
    site.build(add=[site.host])
    own = "Notes du service/vacances.txt"
    assert site.found("eau ?", k=1, language="fr") == ["fr/eau"]
    assert site.found("eau ?", k=1, language="fr", own=1) == ["fr/eau", own]
    assert site.found("eau ?", k=1, language="fr", own=6) == ["fr/eau", own]
    assert site.found("eau ?", k=9, language="fr", own=1).count(own) == 1


def test_a_sentence_of_one_s_own_is_indexed_under_its_heading(site):
    """Until a question is written for its document: the sheets' weights were fitted on bare sentences."""
    site.build()
    assert "Quel prix ?: Le carbone a un prix interne choisi." in site.embedder.seen
    site.embedder.seen.clear()
    (site.corpus / "fr/carbone.asked.jsonl").write_text(json.dumps(ASKED, ensure_ascii=False) + "\n")
    site.build()
    assert "Le carbone a un prix interne choisi." in site.embedder.seen
    assert not [text for text in site.embedder.seen if text.startswith("Quel prix ?:")]


@pytest.mark.parametrize("question", ["a", "le la", "zzz", "mot " * 5000])
def test_odd_questions_are_searched_without_error(site, question):
    """One letter, stop words, unknown words, five thousand words."""
    site.build()
    site.index().search(question, language="fr")


def test_a_score_is_cosine_plus_weighted_words_plus_language(site):
    """retrieval.md section 3, recomputed by hand; every candidate has both of its real scores."""
    site.build()
    index = site.index()
    found = index.search("le prix du carbone", k=9, language="fr")
    words, store = index._now.words, index._now.store
    scores = dict(zip(words.ids, words.scores("le prix du carbone"), strict=True))
    assert len(found.passages) == 2
    for passage in found.passages:
        name = f"{passage.document}#0"
        cosine = float(store.vectors([name])[name] @ found.vector)
        expected = cosine + UNASKED + WORDS_WEIGHT / np.log(1 + 3) * scores[name] + 0.1
        assert passage.score == pytest.approx(expected, abs=1e-4)


def test_passages_and_sentences_point_into_the_document(site):
    """text[start:end] == quote, always."""
    site.build(add=[site.host])
    index = site.index()
    found = index.search("carbone congés eau", k=9, language="fr")
    assert found.passages
    for passage in found.passages:
        assert index.document(passage.document).text[passage.start : passage.end] == passage.text
    for sentence in index.sentences(found):
        assert index.document(sentence.passage.document).text[sentence.start : sentence.end] == sentence.text


def test_another_embedder_is_refused_and_said(site):
    """Vectors of two models must not be compared."""
    site.build()
    other = HashEmbedder()
    other.name = "other@2"
    manifest = read_manifest(site.home)
    write_manifest(site.home, replace(manifest, settings=manifest.settings | {"text": "text-4"}))
    with pytest.raises(IndexMismatch) as problem:
        site.index()
    assert "text-4" in problem.value.told("en")[0]
    with pytest.raises(IndexMismatch) as problem:
        Index(site.home, other)
    assert "jugeote index" in problem.value.told("fr")[1]
    assert bring_up_to_date(site.home, site.corpus, other).documents == 3
    assert Index(site.home, other).search("carbone").passages


def damaged(site):
    folder = place(site.home).parent / read_manifest(site.home).generation
    return folder, sorted(p for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "name", ["ids.json", "texts.sqlite", "sentences.npy", "asked.json", "chroma.sqlite3", "vocab.index.json"]
)
@pytest.mark.parametrize("harm", ["cut", "gone", "noise"])
def test_a_damaged_file_is_refused_then_rebuilt(site, name, harm):
    """Chroma opens and answers from files cut in half: each one is compared before it is used."""
    site.build()
    _, files = damaged(site)
    file = next(f for f in files if f.name == name)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif harm == "gone":
        file.unlink()
    else:
        file.write_bytes(b"\x07" * 4096 + file.read_bytes()[4096:])
    with pytest.raises(IndexDamaged):
        site.index()
    assert site.build().documents == 3
    assert site.found("le prix du carbone")[0] == "fr/carbone"


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A data folder of more than 1,000 chunks: only then does Chroma write its own files."""
    site = Place(tmp_path_factory.mktemp("large"))
    lines = [f"## Titre {n}\n\nLa phrase numéro {n} parle du sujet {n * 7919 % 10007}.\n" for n in range(1200)]
    (site.corpus / "fr/long.md").write_text("# Long\n\n" + "\n".join(lines))
    site.build()
    return site


def test_the_exact_nearest_chunks_are_found(large):
    """recall@20 of Chroma against an exact scan of the same vectors."""
    index = large.index()
    store, ids = index._now.store, index._now.words.ids
    vectors = store.vectors(ids)
    matrix = np.stack([vectors[i] for i in ids])
    for n in range(0, 1200, 100):
        vector = large.embedder.encode([f"La phrase numéro {n} parle du sujet."])[0]
        exact = sorted(matrix @ vector, reverse=True)[:20]
        got = sorted(store.nearest(vector, 20).values(), reverse=True)
        assert np.allclose(exact, got, atol=1e-4)


@pytest.mark.parametrize(
    "name", ["data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle"]
)
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_silent_damage_to_the_vectors_is_seen(large, tmp_path, name, harm):
    """retrieval.md section 7: half of data_level0, header, length or link_lists answers without a word."""
    home = tmp_path / "copy"
    shutil.copytree(large.home, home)
    file = next((home / "index").rglob(name))
    if harm == "cut" and file.stat().st_size > 1:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        file.unlink()
    with pytest.raises(IndexDamaged):
        Index(home, large.embedder)


def test_a_reader_follows_a_switch_and_its_question_ends_on_the_old_index(site):
    """The page goes on while another process indexes."""
    site.build()
    index = site.index()
    found = index.search("le prix du carbone")
    (site.corpus / "fr/neuf.md").write_text("# Neuf\n\nUn éléphantissime arrive au bureau.\n")
    subprocess.run(
        [sys.executable, "-c", SWITCH, str(site.home), str(site.corpus)], check=True, cwd=ROOT, capture_output=True
    )
    index.refresh()
    assert [s.text for s in index.sentences(found)], "the question under way keeps its sentences"
    assert index.search("éléphantissime").passages[0].document == "fr/neuf"


SWITCH = """
import sys
from pathlib import Path
from index.build import bring_up_to_date
from tests.fakes import HashEmbedder
bring_up_to_date(Path(sys.argv[1]), Path(sys.argv[2]), HashEmbedder())
"""


class Interrupting(HashEmbedder):
    """Raises in the midst of the second batch."""

    def encode(self, texts):
        if self.seen:
            raise KeyboardInterrupt
        return super().encode(texts)


def test_an_interruption_leaves_the_index_before_it(site):
    """Build beside, then rename."""
    site.build()
    before = read_manifest(site.home)
    for n in range(3):
        (site.corpus / f"fr/{n}.md").write_text(f"# T{n}\n\nUne phrase neuve {n}.\n")
    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(site.home, site.corpus, Interrupting())
    assert read_manifest(site.home) == before
    assert site.found("le prix du carbone")[0] == "fr/carbone"
    assert [p.name for p in place(site.home).parent.glob("generation-*")] == [before.generation]


def _hold(home, corpus, ready, go):
    class Waiting(HashEmbedder):
        def encode(self, texts):
            ready.set()
            go.wait(60)
            return super().encode(texts)

    bring_up_to_date(home, corpus, Waiting())


def test_two_at_once_are_one_and_a_clear_refusal(site):
    """One writer to the index; the second loses nothing and is told."""
    process = multiprocessing.get_context("spawn")
    ready, go = process.Event(), process.Event()
    first = process.Process(target=_hold, args=(site.home, site.corpus, ready, go))
    first.start()
    assert ready.wait(60)
    with pytest.raises(IndexBusy):
        site.build()
    go.set()
    first.join(60)
    assert first.exitcode == 0
    assert site.build().unchanged == 3


def test_old_generations_are_tidied(site):
    """The one in use and the one before it stay, a page may still be reading it."""
    for n in range(4):
        (site.corpus / "fr/eau.md").write_text(TWINS["fr/eau.md"] + f"\nVersion {n}.\n")
        site.build()
    assert len(list(place(site.home).parent.glob("generation-*"))) == 2


def test_no_socket_is_opened_by_building_and_searching(site):
    """Chroma would fetch its default model, and its telemetry is on by default."""
    audit = (
        "import sys\n"
        "sys.addaudithook(lambda event, args: (_ for _ in ()).throw(SystemExit(f'{event} {args}'))"
        " if event in ('socket.connect', 'socket.getaddrinfo') else None)\n"
        f"{SWITCH}\nfrom index.search import Index\n"
        "assert Index(Path(sys.argv[1]), HashEmbedder()).search('carbone').passages\nprint('quiet')"
    )
    done = subprocess.run(
        [sys.executable, "-c", audit, str(site.home), str(site.corpus)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.stdout.strip() == "quiet", done.stderr


def test_the_manifest_is_plain_and_a_broken_one_is_said(site):
    """IT teams read it; half of one is refused."""
    site.build()
    assert json.loads(place(site.home).read_text())["settings"]["embedder"] == "hash@1"
    place(site.home).write_text("{")
    with pytest.raises(IndexDamaged):
        site.index()
    assert site.build().documents == 3


def test_sqlite_rows_that_vanish_are_counted(site):
    """The manifest says how many chunks there are."""
    site.build()
    _, files = damaged(site)
    file = next(f for f in files if f.name == "chroma.sqlite3")
    with sqlite3.connect(file) as base:
        base.execute("delete from embeddings where id = (select max(id) from embeddings)")
    with pytest.raises(UserError):
        site.index()
