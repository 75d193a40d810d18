"""Weigh the words in which a claim differs from its sentence, by a table learnt from claims that say the same and that do not.

Which word took which one's place says much ("conserver" for "garder", "peut" for "doit"), and a small judge cannot have learnt
them all. Knows nothing of models; made by models/recipes/learn_changes.py. The table is a logistic regression: the sum of the
weights of what changed, times how much it counts, is how surely the claim says the same, in the units of the log-odds.
"""

import difflib
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assistant.alike import alike
from index.encoder import verify
from index.words import fold

# Letters by which words are alike: "conserver" and "conservés"; fewer for want of a pair's own weight.
ROOT, SHORT = 6, 4
MOST = 12  # words changed on either side: beyond, which took which one's place says nothing
SPAN = 3  # words that others replace where they stand
BITS = 26  # of a change's checksum: of the changes no claim to learn from held, two in a thousand are taken for others


def _roots(text: str) -> list[str]:
    return [word if len(word) <= SHORT else word[:ROOT] for word in re.findall(r"\w+", fold(text))]


def _pair(one: str, other: str) -> str:
    """Return a name for two words, whichever took the other's place: a claim and its source err in both directions."""
    return "|".join(sorted((one, other)))


def _placed(source: list[str], said: list[str]) -> dict[str, float]:
    """Return what changed where it stands: some words for others, one word more or less before another."""
    found = {}
    for kind, a, b, c, d in difflib.SequenceMatcher(None, source, said, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if b - a <= SPAN and d - c <= SPAN:
            found["for " + _pair(" ".join(source[a:b]), " ".join(said[c:d]))] = 1.0
        if kind == "insert" and d - c == 1:
            found[f"+{said[c]} {source[a] if a < len(source) else '.'}"] = 1.0
        if kind == "delete" and b - a == 1:
            found[f"-{source[a]} {said[c] if c < len(said) else '.'}"] = 1.0
    return found


def changes(text: str, source: str) -> dict[str, float]:
    """Return what tells a claim from its sentence -> how much it counts: the more changed, the less each word says."""
    theirs, said = _roots(source), _roots(text)
    new, gone = list(Counter(said) - Counter(theirs)), list(Counter(theirs) - Counter(said))
    share = max(len(new), len(gone), 1) ** -0.5
    found = dict.fromkeys(new + gone, share)
    if len(new) <= MOST and len(gone) <= MOST:
        for one in gone:
            for other in new:
                found[_pair(one, other)] = share
                found["~" + _pair(one[:SHORT], other[:SHORT])] = share
    length = max(1, len(theirs))
    sizes = {"#": 1.0, "#new": len(new) / length, "#gone": len(gone) / length, "#said": len(said) / length}
    return found | _placed(theirs, said) | sizes


def number(change: str, language: str) -> int:
    """Return the key of a change in the table, where each language has its own."""
    return crc32(f"{language} {change}".encode()) >> (32 - BITS)


class Changes:
    """The table of one language or more, learnt apart; safe to share between threads."""

    def __init__(self, name: str, file: Path, sha256: str, languages: Sequence[str]) -> None:
        """Read the table; raises ModelDamaged when the file is not the one that `sha256` names."""
        self.name = f"{name}@{sha256[:12]}"
        verify(file, sha256)
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as table:
            self._keys: NDArray[np.int64] = np.cumsum(table["steps"], dtype=np.int64)
            self._weights: NDArray[np.float64] = table["weights"] * float(table["unit"])
        self._languages = languages

    def weigh(self, text: str, source: str, language: str) -> float:
        """Return how surely `text` says what `source` says, by its words alone; 0 in a language that was not learnt."""
        if language not in self._languages:
            return 0.0
        found = changes(*alike(text, source))
        wanted = np.array([number(change, language) for change in found])
        counts = np.array(list(found.values()))
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return float(counts @ np.where(self._keys[at] == wanted, self._weights[at], 0.0))
