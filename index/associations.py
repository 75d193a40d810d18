"""Words that go together: those met in the questions that one sentence answers, more often than by chance.

Knows nothing of vectors or documents. Who asks for the "coût" of a model means the sentence that others reached by "prix": counted
in the index's own questions, such words tell which sentence answers better than its own words do (evals/results.md).
The strength of a pair is its normalised pointwise mutual information (Bouma 2009), 0 to 1, over sentences.
"""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.words import content_words

LETTERS = 6  # by which words are alike here: five find a little less (evals/results.md)
TOGETHER = 2  # sentences whose questions hold both words: one says nothing
WEAKEST = 0.15  # strength of a pair that is kept: nearly half of the pairs lie below, and bring nothing
EMPTY = np.zeros(0, np.int64)
Places = NDArray[np.integer[Any]]


def roots(text: str) -> list[str]:
    """Return the first six letters of each content word, each once, in order."""
    return list(dict.fromkeys(word[:LETTERS] for word in content_words(text)))


class Associations:
    """The pairs of an index: row `starts[i]:starts[i + 1]` of `others` and `strengths` is what goes with root i."""

    def __init__(
        self, words: Sequence[str], counts: NDArray[np.int64], starts: NDArray[np.int64], others: Places,
        strengths: NDArray[np.uint8], sentences: int,
    ) -> None:  # fmt: skip
        """`counts`: of each root, the sentences whose questions hold it, of `sentences`; `strengths` in 255ths."""
        self._places = {word: place for place, word in enumerate(words)}
        self._counts, self._starts, self._others, self._strengths = counts, starts, others, strengths
        self._sentences = sentences

    @classmethod
    def build(cls, questions: Iterable[Sequence[str]]) -> "Associations":
        """Count the pairs; `questions`: those of one sentence after another."""
        places: dict[str, int] = {}
        met, keys = [EMPTY], [EMPTY]
        for asked in questions:
            ids = np.unique([places.setdefault(root, len(places)) for root in roots("\n".join(asked))] or EMPTY)
            met.append(ids)
            one, other = np.triu_indices(len(ids), 1)
            keys.append(ids[one] << 32 | ids[other])
        counts = np.bincount(np.concatenate(met), minlength=len(places))
        pairs, together = np.unique(np.concatenate(keys), return_counts=True)
        sentences = len(met) - 1
        pairs, together = pairs[together >= TOGETHER], together[together >= TOGETHER]
        one, other = pairs >> 32, pairs & 0xFFFFFFFF
        with np.errstate(divide="ignore", invalid="ignore"):  # of two words that every sentence holds: 0 / 0
            strengths = np.log(together * sentences / (counts[one] * counts[other])) / -np.log(together / sentences)
        kept = strengths > WEAKEST
        one, other, strengths = one[kept], other[kept], np.round(255 * strengths[kept])
        row, others, strengths = np.r_[one, other], np.r_[other, one], np.r_[strengths, strengths]
        order = np.argsort(row, kind="stable")
        starts = np.r_[0, np.cumsum(np.bincount(row, minlength=len(places)))]
        small = others[order].astype(np.min_scalar_type(len(places)))
        return cls(list(places), counts, starts, small, strengths[order].astype(np.uint8), sentences)

    def save(self, file: Path) -> None:
        """Write one file."""
        np.savez(
            file, words=np.array(list(self._places) or [""]), counts=self._counts, starts=self._starts,
            others=self._others, strengths=self._strengths, sentences=self._sentences,
        )  # fmt: skip

    @classmethod
    def load(cls, file: Path) -> "Associations":
        """Open what `save` wrote."""
        with np.load(file) as held:
            words: list[str] = held["words"].tolist()
            return cls(words, held["counts"], held["starts"], held["others"], held["strengths"], int(held["sentences"]))

    def wanted(self, question: str) -> "Wanted":
        """Return the words of a question, with what goes with each."""
        words = roots(question)
        absent = np.zeros((len(words), len(self._places)), np.float32)  # some 16 MB for 2,000 characters of prose
        rarity = np.zeros(len(words))
        for row, word in enumerate(words):
            place = self._places.get(word)
            count = 0
            if place is not None:
                count, there = int(self._counts[place]), slice(self._starts[place], self._starts[place + 1])
                absent[row, self._others[there]] = np.log1p(-(np.minimum(self._strengths[there] / 255, 0.999) ** 2))
                absent[row, place] = -np.inf
            rarity[row] = math.log(1 + (self._sentences + 1) / (count + 1))
        return Wanted(self._places, words, absent, rarity)


class Wanted:
    """The words of one question."""

    def __init__(
        self, places: dict[str, int], words: Sequence[str], absent: NDArray[np.float32], rarity: NDArray[np.float64]
    ) -> None:
        """`absent`: for each word, and each root of the index, the logarithm of the chance that it does not stand for it."""
        self._places, self._words, self._absent, self._rarity = places, words, absent, rarity

    def covered(self, text: str) -> float:
        """Return the share, 0 to 1, of the question's words that `text` holds or has words for, weighted by rarity.

        Several words that go a little with one of the question's say more together than the best of them alone.
        """
        if not self._words:
            return 0.0
        there = roots(text)
        ids = [self._places[root] for root in there if root in self._places]
        share = 1 - np.exp(self._absent[:, ids].sum(axis=1))
        share[[row for row, word in enumerate(self._words) if word in there]] = 1.0  # also one that no question holds
        return float(share @ self._rarity / self._rarity.sum())
