"""Slips of the hand are repaired towards words of the index; names, short words and known words stay as they are."""

import pytest

from index.spelling import FEWEST, Spelling

COUNTS = {
    "energie": 40, "electricite": 30, "mairie": 20, "maire": 9, "question": 50, "carbone": 12, "assistant": 30,
    "carbonne": 1, "modele": FEWEST, "recette": FEWEST - 1, "eau": 8, "coute": 4, "paris": 5, "2026": 90,
}  # fmt: skip


@pytest.fixture(scope="module")
def spelling():
    return Spelling(COUNTS)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("quelle énerige par quetsion ?", "quelle energie par question ?"),  # two letters that changed places
        ("l’élecrticté de l’assitant", "l’electricite de l’assistant"),  # two slips in a long word, one in another
        ("Énergei et carbonne", "Energie et carbonne"),  # the first word keeps its capital; a word of the index stays
        ("commbien coûte un modle ?", "combien coûte un modele ?"),  # a stop word too is a word
        ("la maiire", "la mairie"),  # of two as near, the one that more chunks hold
    ],
)
def test_a_slip_is_repaired(spelling, written, read):
    assert spelling.repaired(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "quelle énergie par question ?",
        "Et chez Carbonex ?",  # a name
        "les recettse",  # only a word that chunks seldom hold is near: it may be a slip itself
        "le eua",  # too short
        "un gateau",  # nothing is near
        "la tairie",  # hands seldom miss the first letter
        "GPT-4o ou 2027 ?",
        "",
    ],
)
def test_the_rest_stays(spelling, written):
    assert spelling.repaired(written) == written


def test_of_an_empty_index_stop_words_alone_are_known():
    assert Spelling({}).repaired("pourqoui l’energei ?") == "pourquoi l’energei ?"
