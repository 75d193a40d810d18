"""Words that go together, counted in small sets of questions."""

import math
from itertools import combinations

import pytest

from index.associations import LETTERS, WEAKEST, Associations, roots

QUESTIONS = [
    ["Quel est le coût du modèle ?", "Combien d’euros pour ce modèle, à quel prix ?"],
    ["Quel prix pour un serveur ?", "Le coût du serveur ?"],
    ["Où vont les données ?", "Dans quel pays vont mes données ?"],
    ["Qui répond d’une erreur ?"],
    ["Qui tient le registre ?"],
]


@pytest.fixture(scope="module")
def associations():
    return Associations.build(QUESTIONS)


def by_hand(one, other):
    """Return the strength of a pair as its definition says it."""
    held = [set(roots(" ".join(asked))) for asked in QUESTIONS]
    alone = [sum(word in words for words in held) / len(held) for word in (one, other)]
    both = sum({one, other} <= words for words in held) / len(held)
    return math.log(both / math.prod(alone)) / -math.log(both)


def test_roots_are_folded_short_and_told_once():
    assert roots("Réglementations réglementaires, de l’IA ; IA") == ["reglem", "ia"]
    assert all(len(root) <= LETTERS for root in roots("anticonstitutionnellement"))


def test_a_word_that_goes_with_another_covers_it_by_its_strength(associations):
    wanted = associations.wanted("coût")
    assert wanted.covered("Le coût est caché.") == 1.0
    assert by_hand("cout", "prix") > WEAKEST
    assert wanted.covered("Le prix est caché.") == pytest.approx(by_hand("cout", "prix") ** 2, abs=0.01)
    assert wanted.covered("Le pays est caché.") == 0.0


def test_what_only_one_sentence_holds_goes_with_nothing(associations):
    assert associations.wanted("erreur").covered("Qui répond ?") == 0.0


def test_two_words_say_more_than_the_better_one():
    asked = [
        ["alpha beta gamma"],
        ["alpha beta"],
        ["alpha gamma"],
        ["delta"],
        ["delta epsilon"],
        ["beta zeta"],
        ["gamma eta"],
    ]
    wanted = Associations.build(asked).wanted("alpha")
    one, other = wanted.covered("beta"), wanted.covered("gamma")
    assert 0 < one < 1
    assert wanted.covered("beta gamma") == pytest.approx(1 - (1 - one) * (1 - other))


def test_rare_words_weigh_more_and_unknown_ones_most(associations):
    wanted = associations.wanted("Le modèle et le serveur du pays")
    assert wanted.covered("données pays") < wanted.covered("modèle serveur")
    assert associations.wanted("coût zeppelin").covered("coût") < 0.5
    assert associations.wanted("coût zeppelin").covered("zeppelin") > 0.5, (
        "a word that no question holds can be covered too"
    )


def test_a_question_without_words_is_covered_by_nothing(associations):
    assert associations.wanted("et de la ?").covered("coût") == 0.0


def test_an_index_without_questions_covers_by_its_own_words(tmp_path):
    Associations.build([]).save(tmp_path / "none.npz")
    wanted = Associations.load(tmp_path / "none.npz").wanted("coût du serveur")
    assert wanted.covered("Le serveur est cher.") == pytest.approx(0.5)


def test_what_is_saved_is_what_is_opened(associations, tmp_path):
    associations.save(tmp_path / "a.npz")
    opened = Associations.load(tmp_path / "a.npz")
    for question, text in combinations(["coût du modèle", "prix d’un serveur", "données", "registre"], 2):
        assert opened.wanted(question).covered(text) == associations.wanted(question).covered(text)
    assert opened.wanted("coût").covered("prix") > 0
