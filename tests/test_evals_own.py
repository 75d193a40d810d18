"""The invented documents of organisations, and what is made of an answer about them."""

import itertools
import re
from types import SimpleNamespace

import pytest

from assistant.answer import Status
from evals.own import FOLDER, Asked, groups, main, read_asked, row, told
from evals.sheets import squeezed
from index.chunks import chunks
from index.documents import read_markdown

SETS = sorted(FOLDER.glob("*/*/questions.jsonl"))


def sentences(file):
    """Return the sentences of a document as the index cuts them."""
    page = read_markdown(file.read_bytes(), file.stem)
    return [squeezed(page.text[s.start : s.end]) for c in chunks(page) for s in c.sentences]


@pytest.mark.parametrize("file", SETS, ids=lambda f: f"{f.parent.parent.name}-{f.parent.name}")
def test_the_sentences_that_answer_stand_in_the_document(file):
    """Else a right answer would count as wrong; and nobody's address stands there."""
    asked = read_asked(file.parent)
    held = {a.file: sentences(a.file) for a in asked}
    assert {f.name for f in held} == {f.name for f in file.parent.glob("*.md")}
    assert 0.2 < sum(not a.sentences for a in asked) / len(asked) < 0.5
    for one in asked:
        for wanted in map(squeezed, one.sentences):
            assert any(s in wanted or wanted in s for s in held[one.file]), (one.file.name, wanted)
    for document in held:
        addresses = re.findall(r"\S+@\S*\w", document.read_text("utf-8"))
        assert all(a.endswith(".example") for a in addresses), addresses


def test_test_documents_are_not_dev_documents():
    """What is learnt on train and chosen on dev must be known neither on rule nor on test."""
    splits = ("train", "rule", "dev", "test")
    assert {(f.parent.parent.name, f.parent.name) for f in SETS} == {(s, lang) for s in splits for lang in ("fr", "en")}
    held = [{s for f in (FOLDER / split).rglob("*.md") for s in sentences(f) if len(s.split()) > 5} for split in splits]
    assert all(one.isdisjoint(other) for one, other in itertools.combinations(held, 2))


class Answering:
    """Stands where the assistant does, with one answer for all."""

    def __init__(self, status, *quotes):
        self.answer = SimpleNamespace(status=status, citations=[SimpleNamespace(quote=q) for q in quotes])

    def ask(self, question, history, language):
        yield self.answer


def test_an_answer_is_right_where_a_quote_is_a_sentence_that_answers(tmp_path):
    """In the order shown; a refusal quotes nothing."""
    asked = Asked(tmp_path, "Combien ?", ("Il en faut deux  à chaque fois.",))
    answered = told(Answering(Status.ANSWERED, "Autre chose.", "Il en faut deux à chaque fois."), asked, "fr")
    assert (answered.refused, answered.right) == (False, (False, True))
    refused = told(Answering(Status.REFUSED), asked, "fr")
    assert (refused.refused, refused.right) == (True, ())
    near = told(Answering(Status.REFUSED), Asked(tmp_path, "Qui ?", ()), "fr")
    cells = [cell.strip()[:4] for cell in row("fr", [answered, refused, near]).split("|")[2:-1]]
    assert cells == ["0.00", "0.50", "0.50", "1.00"]


def test_documents_are_indexed_one_by_one_or_together(tmp_path):
    """Each once, in the order of their questions."""
    asked = [Asked(tmp_path / name, "?", ()) for name in ("b", "a", "b")]
    assert groups(asked, together=False) == [[tmp_path / "b"], [tmp_path / "a"]]
    assert groups(asked, together=True) == [[tmp_path / "b", tmp_path / "a"]]


def test_an_unknown_split_is_refused(capsys):
    """With the names that are known."""
    with pytest.raises(SystemExit):
        main(["--split", "train"])
    assert "dev" in capsys.readouterr().err
