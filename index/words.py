"""Words: one rule of tokens for both languages, and BM25 over them.

Knows nothing of vectors or documents. The only file that sees bm25s. retrieval.md section 2: the folded word and its
first five letters beat stemming in French and cross the two languages through what they share.
"""

import math
import re
import sys
import threading
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONG = 4  # letters: a shorter word unknown to the index is a typo or a name of nothing
RULE = "words-3"  # kept with the index: other tokens or associations, another index
# Endings of verbs and plurals in both languages, folded: "donnons" is no stranger where "donner" is known.
ENDING = re.compile(r"(?:[ai]?ons|[ai]?ez|aient|ai[ts]?|ante?s?|ent|ees?|e[drs]?|i[rst]|ing|s)$")
STOP = frozenset(
    """au aux avec ce ces cet cette ceci cela ca c d dans de des du elle elles en et eux il ils j je l la le les leur
    leurs lui m ma mais me meme mes moi mon n ne nos notre nous on ont ou par pas pour qu que quel quelle
    quelles quels qui quoi s sa sans se ses si son sont sur t ta te tes toi ton tu un une vos votre vous y est
    es suis sommes etes ete etre etait etaient sera serait soit avoir ai as a avons avez eu aura aurait avait
    avaient fait faire comment pourquoi quand combien plus tres peut peuvent doit doivent faut donc alors
    comme lors lorsque pendant durant lequel laquelle lesquels lesquelles afin ainsi aussi entre vers chez
    the of and or to in on at by for from with without as is are was were be been being it its this that these
    those he she they them their his her him you your we our us i my me do does did done have has had having
    not no nor so than then there here what which who whom whose when where why how can could should would may
    might must will shall if but about into over under out up down only own same such too very just also any
    some an""".split()
)


def fold(text: str) -> str:
    """Lower case, without accents or ligatures, one apostrophe."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def content_words(text: str) -> list[str]:
    """Return the folded words that are not stop words, in order."""
    return [w for w in re.findall(r"\w+", fold(text)) if w not in STOP]


def stem(word: str) -> str:
    """Return a folded word without its ending, where four letters are left."""
    left = ENDING.sub("", word)
    return left if len(left) >= LONG else word


def prefixes(text: str) -> list[str]:
    """Return the five-letter token of each content word."""
    return ["p_" + w[:5] for w in content_words(text)]


def tokens(text: str) -> list[str]:
    """Return what BM25 counts: each content word, and its first five letters."""
    return content_words(text) + prefixes(text)


_importing = threading.Lock()


def _imported() -> Any:
    """Return bm25s without SciPy, which it would sort with what it counts: 0.2 s of a cold answer. NumPy sorts it as well.

    Chroma, imported in another thread meanwhile, does not want SciPy.
    """
    with _importing:
        if "bm25s" not in sys.modules and "scipy.sparse" not in sys.modules:
            sys.modules["scipy.sparse"] = None  # type: ignore[assignment]  # bm25s has its own word for its absence
            try:
                import bm25s
            finally:
                sys.modules.pop("scipy.sparse", None)  # whoever else wants it finds it
        import bm25s

    return bm25s


class Words:
    """BM25 over the chunks of an index, in the order of `ids`."""

    def __init__(self, ids: Sequence[str], model: Any) -> None:
        self.ids = list(ids)
        self._model = model  # None: no chunk has a word

    @classmethod
    def build(cls, ids: Sequence[str], texts: Sequence[str]) -> "Words":
        """Count the tokens of `texts`, one for each of `ids`."""
        counted = [tokens(text) for text in texts]
        if not any(counted):  # bm25s raises on an empty vocabulary
            return cls(ids, None)
        model = _imported().BM25(method="lucene", k1=1.5, b=0.75, csc_backend="numpy")
        model.index(counted, show_progress=False)
        return cls(ids, model)

    def save(self, folder: Path) -> None:
        """Write the counts to a new folder; the ids are the caller's to keep."""
        folder.mkdir(parents=True)
        if self._model is not None:
            self._model.save(str(folder))

    @classmethod
    def load(cls, folder: Path, ids: Sequence[str]) -> "Words":
        """Open what `save` wrote."""
        written = (folder / "params.index.json").is_file()
        return cls(ids, _imported().BM25.load(str(folder), mmap=False) if written else None)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the BM25 score of every chunk; all 0 when the question has no known word."""
        known = [] if self._model is None else [t for t in tokens(question) if t in self._model.vocab_dict]
        if not known:  # bm25s raises IndexError on an empty question
            return np.zeros(len(self.ids), np.float32)
        found: NDArray[np.float32] = self._model.get_scores(known)
        return found

    def unknown(self, question: str) -> float:
        """Return the share, 0 to 1, of the question's content words of which no chunk has a form; short ones and numbers apart."""
        words = content_words(question)
        vocabulary = self._vocabulary
        strange = [w for w in words if len(w) >= LONG and not w.isdigit() and f"p_{w[:5]}" not in vocabulary]
        return sum(stem(w) not in self._stems for w in strange) / len(words) if words else 0.0

    @cached_property
    def _stems(self) -> set[str]:
        return {stem(word) for word in self._whole()}

    @property
    def _vocabulary(self) -> dict[str, int]:
        vocabulary: dict[str, int] = self._model.vocab_dict if self._model is not None else {}
        return vocabulary

    def _whole(self) -> list[str]:
        return [token for token in self._vocabulary if token and not token.startswith("p_")]

    def counts(self) -> dict[str, int]:
        """Return each whole word that the chunks hold, folded, and how many of them hold it; stop words apart."""
        return {token: self._count(token) for token in self._whole()}

    def _count(self, token: str) -> int:
        if self._model is None or token not in self._model.vocab_dict:
            return 0
        at = self._model.vocab_dict[token]
        return int(self._model.scores["indptr"][at + 1] - self._model.scores["indptr"][at])

    def _idf(self, token: str) -> float:
        count = self._count(token)
        return math.log(1 + (len(self.ids) - count + 0.5) / (count + 0.5))

    def covered(self, question: str, text: str) -> float:
        """Return the share, 0 to 1, of the question's five-letter tokens that `text` holds, weighted by rarity."""
        wanted, there = set(prefixes(question)), set(prefixes(text))
        weights = {token: self._idf(token) for token in wanted}
        total = sum(weights.values())
        return sum(w for token, w in weights.items() if token in there) / total if total else 0.0
