"""The report that a host reads before opening: it runs, with a model of random weights, and finds what is wrong."""

import os
import re
import subprocess
import sys

import pytest

from assistant import wiring
from assistant.config import read_config
from evals.acceptance import WORDS, Line, main, page
from evals.altered import alterations, noticed
from evals.gguf_files import random_model
from tests.conftest import ROOT

SENTENCES = [
    "Notre conseil : un pilote d’IA ne dure pas plus de 3 mois et garde une personne responsable.",
    "A small model is often enough before a large one is tried, at 20 euros a month.",
]


def test_alterations_change_the_sentence_and_the_check_notices():
    """A check that called an altered claim close would let it wear a source."""
    for sentence in SENTENCES:
        made = list(alterations(sentence, SENTENCES[0]))
        assert {kind for kind, _ in made} >= {"number", "negation", "addition"}
        assert all(altered != sentence for _, altered in made)
    for kind, (right, count) in noticed(wiring.grounding(read_config()).close, SENTENCES).items():
        assert right == count > 0, kind


@pytest.mark.parametrize("weights", ["random"])
def test_the_report_runs_and_is_read_without_a_server(jugeote, corpus_home, tmp_path, weights):
    """Questions in both manners, hostile documents, altered claims: one page, no address in it."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "index").symlink_to(corpus_home / "index")
    file = random_model(tmp_path / f"{weights}.gguf")
    assert jugeote("models", "import", str(file), home=home).returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "evals.acceptance", "--writer", weights, "--sample", "12", "--out", str(tmp_path / "out")],
        capture_output=True, text=True, cwd=ROOT, env=os.environ | {"JUGEOTE_HOME": str(home)}, timeout=300, check=False,
    )  # fmt: skip
    # 1 when a check failed: free prose of random weights may loop, which is then said.
    assert done.returncode == ("!! " in done.stdout), done.stdout + done.stderr
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "hostile documents and questions obeyed" in page
    assert "altered claims noticed" in page
    assert "joules an answer" in page
    assert not re.search(r"https?://|<script", page)


def test_the_report_speaks_both_languages():
    """The host reads it, in the language of the terminal."""
    french, english = WORDS["fr"], WORDS["en"]
    assert french.keys() == english.keys()
    line = Line(french["obeyed"], False, "<b>")
    shown = page("petit", "petit : llama", [line], [], "fr")
    assert "<html lang=fr>" in shown
    assert "<td>non</td>" in shown
    assert "&lt;b&gt;" in shown
    assert "Aucun chiffre ne dit" in shown


@pytest.mark.parametrize("sample", ["0", "-3", "many"])
def test_a_sample_is_a_number_of_questions(sample, capsys, monkeypatch):
    """Nothing asked would pass every line."""
    monkeypatch.setattr(sys, "argv", ["acceptance", "--writer", "x", "--sample", sample])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_a_writer_that_is_not_there_is_said(tmp_path):
    """One sentence, no trace."""
    done = subprocess.run(
        [sys.executable, "-m", "evals.acceptance", "--writer", "nobody"], capture_output=True, text=True, cwd=ROOT,
        env=os.environ | {"JUGEOTE_HOME": str(tmp_path)}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr
