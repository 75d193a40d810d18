"""The visitors' questions: tied to sentences that stand in the sheets, and not among those written beside the sheets."""

import json
from collections import Counter

import pytest

from assistant.wiring import CORPUS
from evals.questions import read_all
from evals.sheets import read_sheets
from evals.visitors import FOLDER, main
from index.words import fold

QUESTIONS = read_all(FOLDER)


def test_both_splits_hold_both_languages_with_and_without_an_answer():
    counted = Counter((q.split, q.language, q.answerable) for q in QUESTIONS)
    assert len(counted) == 8
    assert min(counted.values()) >= 25
    assert len({q.id for q in QUESTIONS}) == len(QUESTIONS)


def test_the_sentences_that_answer_stand_in_their_section():
    sheets = read_sheets(CORPUS)
    for question in QUESTIONS:
        assert question.answerable == bool(question.gold)
        for gold in question.gold:
            found = sheets[gold.sheet].section(gold.section)
            assert found is not None, gold
            assert gold.sentence in sheets[gold.sheet].quotable(found[1]), gold


def test_no_question_is_written_beside_a_sheet_or_in_both_splits():
    """The assistant would find itself."""
    written = {
        fold(json.loads(line)["question"])
        for file in CORPUS.rglob("*.asked.jsonl")
        for line in file.read_text("utf-8").splitlines()
    }
    splits = {split: {fold(q.question) for q in QUESTIONS if q.split == split} for split in ("dev", "test")}
    assert splits["test"].isdisjoint(splits["dev"])
    assert not written & splits["test"]
    assert not written & splits["dev"]


def test_a_table_needs_an_index(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("JUGEOTE_HOME", str(tmp_path))
    assert main([]) == 1
    assert "jugeote index" in capsys.readouterr().err


@pytest.mark.parametrize("split", ["train", "all"])
def test_there_is_no_other_split(split):
    with pytest.raises(SystemExit):
        main(["--split", split])
