"""Repair slips of the hand in a question, towards words that the index holds.

Knows nothing of search. The only file that sees rapidfuzz. A word with a slip is unknown to the words of the index and
scattered for the encoder: with one slip in 14 letters 0.48 of the questions were answered right, repaired 0.68, clean 0.80
(evals/results.md).
"""

import re
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.words import STOP, fold

FEWEST = 3  # chunks that hold a word towards which one repairs: a rarer one may be a slip itself
SHORTEST = 5  # letters: among shorter words too many are one letter apart
TWO_SLIPS = 9  # letters from which two are repaired
WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """The words of an index and how many chunks hold each; safe to share between threads."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._known = counts.keys() | STOP
        self._counts = counts
        frequent = {word for word, count in counts.items() if count >= FEWEST and word.isalpha()}
        self._right = sorted(word for word in frequent | STOP if len(word) >= SHORTEST - 1)

    def repaired(self, question: str) -> str:
        """Return the question with each unknown word as the known one that is a slip away; names stay as they are."""
        return WORD.sub(lambda found: self._word(found.group(), opens=found.start() == 0), question)

    def _word(self, word: str, *, opens: bool) -> str:
        folded = fold(word)
        name = word != word.lower() and not (opens and word == word.capitalize())
        if name or len(folded) < SHORTEST or folded in self._known:
            return word
        slips = 2 if len(folded) >= TWO_SLIPS else 1
        near = [
            (distance, -self._counts.get(right, 0), right)
            for right, distance, _ in process.extract(
                folded, self._right, scorer=OSA.distance, score_cutoff=slips, limit=None
            )
            if right[0] == folded[0] or sorted(right[:2]) == sorted(folded[:2])  # hands seldom miss the first letter
        ]
        if not near:
            return word
        right = min(near)[2]
        return right.capitalize() if word[0].isupper() else right
