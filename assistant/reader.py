"""Find the sentences that answer, and decide whether any does.

Knows nothing of writers. What search knows of each sentence keeps few of them; the embedded model scores
those against the question (reader.md sections 2 and 5).
"""

from collections.abc import Sequence
from typing import Protocol

from assistant.answer import Evidence
from assistant.orders import is_order
from index.encoder import Vectors
from index.search import StoredSentence
from index.words import prefixes

CANDIDATES = 16  # 24 find nothing more among the first three, and cost half as much again (evals/results.md)
# What ranks the sentences: the model's score and what it is added to; fitted listwise on both dev sets (evals/results.md).
MODEL_WEIGHT = 0.19  # little: it tells whether there is an answer better than which sentence it is
COSINE_WEIGHT = 7.2
COVERED_WEIGHT = 11.2
ASKED_WEIGHT = 22.5  # of the square of `asked`: a question almost asked decides, a distant one does not
PASSAGE_WEIGHT = 7.3  # of the passage's own score
LED = 0.5  # a sentence that a near question leads to is as near as that question, less this
OPENING = 4.8  # less for a sentence before the first heading: it introduces, it does not answer
SHORTEST = 3  # words: less is a label, not an answer


class Scorer(Protocol):
    """Scores (question, sentence) pairs; higher answers better, less the model's own "no answer"."""

    def encode(self, texts: Sequence[tuple[str, str]]) -> Vectors: ...


class Reader:
    """The embedded reader and its threshold."""

    def __init__(self, scorer: Scorer, threshold: float, fit: float = 0.0) -> None:
        self._scorer = scorer
        self._threshold = threshold
        self._fit = fit

    def without_threshold(self) -> "Reader":
        """Return the same reader that lets every sentence pass: for trying what refusals would hide."""
        return Reader(self._scorer, float("-inf"))

    def ranked(self, question: str, vector: Vectors, candidates: Sequence[StoredSentence]) -> list[Evidence]:
        """Return the sentences worth reading with their scores, best first, whether or not they answer."""
        rows = chosen(question, vector, candidates)
        if not rows:
            return []
        scores = self._scorer.encode([(question, _shown(c)) for c, _ in rows])
        found = []
        for (c, near), fit in zip(rows, map(float, scores), strict=True):
            score = MODEL_WEIGHT * fit + near
            found.append(Evidence(c.passage, c.text, c.start, c.end, score, c.facts, fit))
        found.sort(key=lambda e: (-e.score, e.passage.document, e.start))
        return found

    def read(
        self, question: str, vector: Vectors, candidates: Sequence[StoredSentence], shift: float = 0.0
    ) -> list[Evidence]:
        """Return the evidence, best first; empty when no sentence passes the threshold.

        To every score is added `shift`, and what the model alone says of the sentence it likes best.
        """
        ranked = self.ranked(question, vector, candidates)
        bar = self._threshold - shift - self._fit * max((e.fit for e in ranked), default=0.0)
        return [e for e in ranked if e.score >= bar]


def chosen(question: str, vector: Vectors, candidates: Sequence[StoredSentence]) -> list[tuple[StoredSentence, float]]:
    """Return the sentences that the model reads, at most CANDIDATES, each with what search says of it; best first."""
    asked = set(prefixes(question))
    rows = [
        (c, _near(c, float(c.vector @ vector)))
        for c in candidates
        if len(c.text.split()) >= SHORTEST
        and not set(prefixes(c.text)) <= asked  # it says the question again, and no more
        and not is_order(c.text)  # an injected order must never be quoted as guidance
    ]
    rows.sort(key=lambda row: -row[1])
    return rows[:CANDIDATES]


def _near(sentence: StoredSentence, cosine: float) -> float:
    """Return what search adds to the model's score: one measure alone is wrong more often than their sum."""
    score = (
        COSINE_WEIGHT * max(cosine, sentence.asked - LED)
        + COVERED_WEIGHT * sentence.covered
        + ASKED_WEIGHT * sentence.asked**2
    )
    opening = OPENING if sentence.opening else 0.0
    return score + PASSAGE_WEIGHT * sentence.passage.score - opening


def _shown(sentence: StoredSentence) -> str:
    """Return what the model reads: the section's heading, then the sentence."""
    return f"{sentence.passage.section.split(' > ')[-1]}: {sentence.text}"
