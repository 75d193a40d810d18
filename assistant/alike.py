"""Write the figures of a claim as its source writes them, where they are the same.

"Deux semaines" is "quatorze jours", "$1.5m" is "1,500,000 dollars", "half past nine" is "9 h 30". Rules, table and judge then meet
the same words there, and weigh what is left. Knows nothing of what else is said; a figure that the source lacks stays as it is.
"""

import re
from collections import Counter

from assistant.numbers import plain
from assistant.quantities import Key, figures

ELIDED = re.compile(r"\b(d|l|qu|jusqu)'(?=[\dbcdfgjklmnpqrstvwxz€$£])")
WHOLE_WORD = {"d": "de ", "l": "le ", "qu": "que ", "jusqu": "jusque "}


def alike(text: str, source: str) -> tuple[str, str]:
    """Return both texts plain (numbers.py), with the figures of `text` that `source` has too in the words of `source`.

    A figure of the source stands for one of the text, not for two; what `text` says in the source's words already comes first.
    """
    said, theirs = plain(text), plain(source)
    words: dict[Key, str] = {}
    mine, others = figures(said), figures(theirs)
    for figure in reversed(others):
        words[figure.key] = figure.words
    own, left = {figure.words for figure in others}, Counter(figure.key for figure in others)
    left.subtract(figure.key for figure in mine if figure.words in own)
    pieces, at = list[str](), 0
    for figure in mine:
        other = words.get(figure.key)
        if other is None or figure.words in own or left[figure.key] <= 0 or (figure.words[-1] == other[-1] == "%"):
            continue  # 66 % are not 67 %, though both may be two thirds
        pieces += [said[at : figure.start], other, f" {figure.noun}" if figure.noun else ""]
        at = figure.end
        left[figure.key] -= 1
    if not pieces:
        return said, theirs
    return ELIDED.sub(lambda found: WHOLE_WORD[found[1]], "".join((*pieces, said[at:]))), theirs
