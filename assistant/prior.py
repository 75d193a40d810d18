"""What a question says of its chances before a sentence is read: how near the sources are, and names they never hold.

Knows nothing of thresholds or files. A question about a person, a firm, a country or a ruling that no passage names has
no answer there, however near its other words are: measured in evals/results.md.
"""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from index.search import Found, Passage
from index.words import content_words, prefixes

MOST = 3  # names counted: a list of ten says no more than three
WORD = re.compile(r"[^\W_]\w*")
BEFORE = " «“\"'’(-\u00a0\u202f"
ENDS = ".?!:;…"
Signs = tuple[float, float, float, float, float, float]


def names(question: str) -> list[str]:
    """Return the words written as names: a capital inside a sentence, capitals throughout, or letters with digits.

    A question typed in capitals, or with one at each word, names nothing: its writing says nothing.
    """
    found: list[str] = []
    inside = capitals = 0
    for word in WORD.finditer(question):
        said, before = word.group(), question[: word.start()].rstrip(BEFORE)
        first = not before or before[-1] in ENDS
        inside += not first
        capitals += said[0].isupper() and not first
        mixed = any(c.isdigit() for c in said) and not said.isdigit()
        if mixed or (said[0].isupper() and (not first or (said.isupper() and len(said) > 1))):
            found += [said] if len(said) > 1 and content_words(said) else []
    titled = capitals > max(MOST, 0.6 * inside)
    return [] if question.isupper() or titled else list(dict.fromkeys(found))


def unmet(question: str, passages: Sequence[Passage]) -> int:
    """Return how many names of the question no passage holds, at most MOST."""
    there = {token for p in passages for token in prefixes(f"{p.title} {p.section} {p.text}")}
    return min(MOST, sum(not set(prefixes(name)) & there for name in names(question)))


@dataclass(frozen=True, slots=True)
class Prior:
    """Weights, in units of the reader's score; set with the thresholds by evals/thresholds.py."""

    strength: float = 0.0
    asked: float = 0.0
    missed: float = 0.0
    silent: float = 0.0
    unmet: float = 0.0
    unknown: float = 0.0
    fit: float = 0.0  # of the best score of the reading model alone: it tells what has an answer better than which one

    def shift(self, question: str, found: Found) -> float:
        """Return what is added to the score of every sentence before it meets the threshold."""
        return self.weighed(signs(found, unmet(question, found.passages)))

    def weighed(self, said: Signs) -> float:
        """Return the sum of what search says, each by its weight."""
        return float(
            sum(weight * sign for weight, sign in zip(astuple(self), said, strict=False))
        )  # `fit` is not search’s


def signs(found: Found, names: int) -> Signs:
    """Return what Prior weighs of a search, in its order, each with its sign; `names` is how many no passage holds.

    What is near but for an unknown word is less near; squares, since what is half near says nothing.
    """
    known = (1 - found.unknown) ** 2
    near = known * found.strength**2, known * found.asked**2, -(found.missed**2)
    return *near, -found.silent, -float(names), -found.unknown
