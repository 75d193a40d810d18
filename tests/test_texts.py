"""Every text of the page and of an answer exists in both languages."""

import re

import pytest

from assistant import render
from assistant.web import texts


@pytest.mark.parametrize("table", [texts.TEXTS, render.WORDS, render.MONTHS], ids=["page", "answer", "months"])
def test_every_text_has_its_twin(table):
    """A missing twin would show a key, or stop the page, in one language only."""
    assert set(table) == {"fr", "en"}
    if isinstance(table["fr"], dict):
        assert table["fr"].keys() == table["en"].keys()
    assert len(table["fr"]) == len(table["en"])


@pytest.mark.parametrize("table", [texts.TEXTS, render.WORDS], ids=["page", "answer"])
def test_no_text_is_empty_and_the_blanks_to_fill_are_the_same(table):
    """A `{n}` lost in translation would drop the number."""
    for key, french in table["fr"].items():
        english = table["en"][key]
        assert french
        assert english
        assert set(re.findall(r"{\w*}", french)) == set(re.findall(r"{\w*}", english)), key


def test_the_texts_of_the_script_and_the_examples_exist():
    """ui.js and the example buttons ask for texts by name."""
    for said in texts.TEXTS.values():
        assert set(texts.SCRIPT) <= said.keys()
        assert len(set(texts.EXAMPLES)) == 4
        assert all(said[name].endswith("?") for name in texts.EXAMPLES)


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [
        (None, "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        (None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        (None, "de, fr;q=0.7, en;q=0.3", "fr"),
        (None, "en;q=0.2, fr;q=0.8", "fr"),
        (None, "fr;q=0, en;q=0.1", "en"),
        (None, "de-DE,de", "en"),
        (None, "friulian", "en"),
        (None, "", "en"),
        (None, None, "en"),
        ("fr", "en", "fr"),
        ("en", "fr", "en"),
        ("de", "fr", "fr"),
        ('fr"><script>', "en", "en"),
    ],
)
def test_the_page_speaks_the_persons_choice_then_the_browsers(cookie, accept, expected):
    """The cookie is the person's own choice; whatever it holds, only two values are possible."""
    assert texts.page_language(cookie, accept) == expected


def test_the_status_line_counts_sources():
    """ "1 sources" would look unfinished."""
    assert texts.finished("fr", 1) == "Réponse terminée : 1 source citée."
    assert texts.finished("en", 3) == "Answer finished: 3 sources cited."
    assert texts.finished("en", 0) == "Answer finished."
