"""What a question says of its chances: names that no passage holds count against an answer."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.answer import Status
from assistant.chat import Assistant
from assistant.prior import MOST, Prior, names, unmet
from assistant.reader import Reader
from assistant.writers.quote import QuoteWriter
from index.build import bring_up_to_date
from index.search import Found, Index
from tests.fakes import CARD, EN, FR, FixedMeter, HashEmbedder, WordScorer


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Que pense Camille Vasseur du RGPD ?", ["Camille", "Vasseur", "RGPD"]),
        ("Combien coûte une réponse ?", []),
        ("Does the GPT-4o licence allow it? Ask Zoltan.", ["GPT", "4o", "Zoltan"]),
        ("IBM vend-il des H100 ?", ["IBM", "H100"]),
        ("QUE FAUT-IL DEMANDER AU FOURNISSEUR", []),
        ("What Should We Ask Before Deploying?", []),
        ("et pour l’eau ? En 2026, 40 % ?", []),
        ("", []),
    ],
)
def test_names_are_told_by_their_writing(question, found):
    """A first word has its capital anyway, a shouted question names nothing, a bare number is no name."""
    assert names(question) == found


def test_a_name_that_a_passage_holds_is_met():
    """In its title, its heading or its text, whatever the case and the accents."""
    assert unmet("Le Bm25 et la Modele de Strasbourg ?", (FR, EN)) == 1
    assert unmet("Le Bm25 de Strasbourg ?", ()) == 2
    assert unmet("Que disent Alpha, Bravo, Charlie, Delta, et Echo ensemble pour finir la phrase ici ?", ()) == MOST


def test_the_shift_adds_strength_and_takes_names_away():
    """In units of the reader's score, so that one threshold serves."""
    found = Found("fr", (FR,), 0.5, "", np.zeros(2, np.float32))
    assert Prior(strength=2.0, unmet=3.0).shift("Que dit Zoltan ici ?", found) == 2.0 * 0.5**2 - 3.0
    assert Prior(strength=2.0, unmet=3.0).shift("Que dire ici ?", replace(found, strength=1.0)) == 2.0
    assert Prior().shift("Que dit Zoltan ici ?", found) == 0.0


def test_an_unknown_name_turns_an_answer_into_a_refusal(tmp_path):
    """The sources speak of energy, never of Zoltan."""
    (tmp_path / "corpus/fr").mkdir(parents=True)
    (tmp_path / "corpus/fr/energie.md").write_text("# Énergie\n\n## Coût\n\nUne réponse courte coûte peu d’énergie.\n")
    bring_up_to_date(tmp_path / "home", tmp_path / "corpus", HashEmbedder())
    index = Index(tmp_path / "home", HashEmbedder())

    def status(question, prior):
        made = Assistant(index, Reader(WordScorer(), 0.0), QuoteWriter(CARD), FixedMeter(), about=0.0, prior=prior)
        return list(made.ask(question))[-1].status

    assert status("Quelle énergie coûte une réponse de Zoltan ?", Prior(unmet=99.0)) is Status.REFUSED
    assert status("Quelle énergie coûte une réponse de Zoltan ?", Prior()) is Status.ANSWERED
    assert status("Quelle énergie coûte une réponse ?", Prior(unmet=99.0)) is Status.ANSWERED


def test_what_the_model_alone_says_counts_for_the_whole_question(tmp_path):
    """Its best score moves the bar of every sentence, up or down, and the order not at all."""
    (tmp_path / "corpus/fr").mkdir(parents=True)
    (tmp_path / "corpus/fr/energie.md").write_text("# Énergie\n\n## Coût\n\nUne réponse courte coûte peu d’énergie.\n")
    bring_up_to_date(tmp_path / "home", tmp_path / "corpus", HashEmbedder())
    index = Index(tmp_path / "home", HashEmbedder())

    def read(question, threshold, fit):
        found = index.search(question)
        return Reader(WordScorer(), threshold, fit).read(question, found.vector, index.sentences(found))

    near, far = "Quelle énergie coûte une réponse ?", "Quelle énergie mange un chat gris la nuit ?"
    liked, disliked = (max(e.fit for e in read(q, float("-inf"), 0.0)) for q in (near, far))
    assert liked > 0 > disliked
    score = read(near, float("-inf"), 0.0)[0].score
    assert read(near, score + 1, 0.0) == []
    assert [e.score for e in read(near, score + 1, 2 / liked)] == [score], "liked: the bar comes down by 2"
    score = read(far, float("-inf"), 0.0)[0].score
    assert read(far, score - 1, 0.0)
    assert read(far, score - 1, 2 / -disliked) == [], "disliked: it goes up by 2"
