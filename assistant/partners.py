"""Tell that words have changed partners between two sentences: "A signs, and B pays", "B signs, and A pays".

Each text is cut at its signs and at the words that open a clause. Where two pairs of words that shared a clause have parted and
each word stands with the other pair's now, somebody does, gets or is meant by what was another's. Of the claims of dev and of
the tests that judge-8 calls close, that is so of 32 of some 500 altered ones and of 12 of 3,200 faithful ones (evals/results.md).
Knows nothing of models, nor of who does what within a clause: "A warns B", "B warns A" is beyond it.
"""

import itertools
import re

from index.words import STOP, fold

CUT = re.compile(
    r"[,;:.()«»\"“”—–]|\b(?:et|puis|mais|ou|tandis|alors|que|qu|qui|dont|si|quand|lorsque|parce|avant|apres|une fois|tant|sans|plutot|non"
    r"|and|then|but|or|while|whereas|which|who|whom|that|if|when|because|before|after|once|until|without|rather|instead|not)\b"
)
LENGTH, ROOT = 4, 5  # letters: of a word that counts, and by which words are alike


def _clauses(text: str) -> dict[str, int]:
    """Return the clause of each word by its root; a word met in two clauses says nothing."""
    found: dict[str, set[int]] = {}
    for number, clause in enumerate(CUT.split(fold(text))):
        for word in re.findall(r"[a-z]+", clause):
            if len(word) >= LENGTH and word not in STOP:
                found.setdefault(word[:ROOT], set()).add(number)
    return {root: numbers.pop() for root, numbers in found.items() if len(numbers) == 1}


def changed_partners(text: str, source: str) -> bool:
    """Tell whether two pairs of words of `source` have exchanged their partners in `text`."""
    theirs, said = _clauses(source), _clauses(text)
    pairs = list(itertools.combinations([root for root in theirs if root in said], 2))
    parted = [(a, b) for a, b in pairs if theirs[a] == theirs[b] and said[a] != said[b]]
    joined = {
        frozenset(pair) for pair in pairs if theirs[pair[0]] != theirs[pair[1]] and said[pair[0]] == said[pair[1]]
    }
    return any(
        {frozenset((a, d)), frozenset((b, c))} <= joined or {frozenset((a, c)), frozenset((b, d))} <= joined
        for (a, b), (c, d) in itertools.combinations(parted, 2)
        if len({a, b, c, d}) == 4
    )
