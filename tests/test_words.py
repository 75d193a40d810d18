"""Words: one rule for both languages, and none of the traps of the library shows."""

import numpy as np
import pytest

from index.words import Words, tokens

TEXTS = [
    "Le coût du carbone est une externalité.", "The rebound effect eats the savings.",
    "Un modèle quantifié tient dans peu de mémoire.",
]  # fmt: skip


@pytest.fixture
def words():
    return Words.build(["a", "b", "c"], TEXTS)


def test_accents_case_and_ligatures_do_not_matter():
    """People type without them."""
    assert tokens("Le COÛT de l’œuvre") == tokens("le cout de l'oeuvre")
    assert tokens("externalités")[-1] == "p_exter" == tokens("externality")[-1]


@pytest.mark.parametrize("question", ["", "le la les", "?!", "zzz", "x" * 50_000])
def test_a_question_without_a_known_word_scores_nothing(words, question):
    """bm25s raises on an empty query."""
    assert not words.scores(question).any()


def test_a_known_word_finds_its_text(words):
    """The whole of it."""
    assert words.ids[int(np.argmax(words.scores("quel cout pour le carbone")))] == "a"
    assert words.ids[int(np.argmax(words.scores("effet rebond, rebound")))] == "b"


@pytest.mark.parametrize("texts", [[], ["..."], ["le la les"]])
def test_no_chunk_or_no_word_is_no_error(texts, tmp_path):
    """bm25s raises on an empty vocabulary."""
    ids = [str(n) for n in range(len(texts))]
    empty = Words.build(ids, texts)
    empty.save(tmp_path / "words")
    assert Words.load(tmp_path / "words", ids).scores("carbone").tolist() == [0.0] * len(texts)


def test_counts_come_back_from_disk(words, tmp_path):
    """Same scores after a restart."""
    words.save(tmp_path / "words")
    again = Words.load(tmp_path / "words", words.ids)
    assert np.allclose(again.scores("modèle carbone"), words.scores("modèle carbone"))


def test_covered_weighs_rare_words_more(words):
    """A word that no text knows counts most: the sources are not about it."""
    assert words.covered("carbone", TEXTS[0]) == 1.0
    assert 0 < words.covered("carbone cassoulet", TEXTS[0]) < 0.5
    assert words.covered("", TEXTS[0]) == 0.0


def test_a_word_that_no_chunk_begins_like_is_unknown():
    """A name of nothing counts; a short word, a number, a typo after the fifth letter and an ending do not."""
    words = Words.build(["a"], ["Le badge se rend à l’accueil du bâtiment."])
    assert words.unknown("Rendre le badge zibulon 4217 ?") == pytest.approx(2 / 4)
    assert words.unknown("les batimants et badges") == 0
    assert words.unknown("") == 0
    assert Words.build([], []).unknown("badge") == 1


def test_a_form_of_a_known_word_is_no_stranger():
    """Where only four letters are shared the ending tells; a word that merely begins alike stays one."""
    words = Words.build(["a"], ["Il faut garder les contrats.", "Teams pass it on."])
    assert words.unknown("Gardons-nous les contrats ?") == 0
    assert words.unknown("Les gardiens et les contrats ?") == pytest.approx(1 / 2)
    assert Words.build(["a"], ["Nobody has passed the test."]).unknown("Passing the test?") == 0
