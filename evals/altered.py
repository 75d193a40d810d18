"""Alter sentences of the sources and ask the check whether it notices.

Knows nothing of models: what a model may get wrong, made by hand. An alteration that the check calls "close" would let a
false sentence wear a source.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.grounding import close

NEGATIVE = (
    (r"\bne (\w+) pas\b", r"\1"), (r"\bn’(\w+) pas\b", r"\1"), (r"\bis not\b", "is"), (r"\bare not\b", "are"),
    (r"\bdoes not (\w+)", r"\1s"), (r"\best\b", "n’est pas"), (r"\bsont\b", "ne sont pas"), (r"\bis\b", "is not"),
    (r"\bare\b", "are not"),
)  # fmt: skip
BOUNDS = (
    (r"\bplus\b", "moins"), (r"\bmore\b", "less"), (r"\bpeut\b", "doit"), (r"\bmay\b", "must"), (r"\bcan\b", "cannot"),
    (r"\btoujours\b", "parfois"), (r"\balways\b", "sometimes"), (r"\bavant\b", "après"), (r"\bbefore\b", "after"),
    (r"\bseulement\b", "aussi"), (r"\bonly\b", "also"),
)  # fmt: skip


def alterations(sentence: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, altered sentence): numbers, negations, bounds, a swapped subject, a sentence of elsewhere."""
    if number := re.search(r"\d+", sentence):
        yield "number", sentence[: number.start()] + str(int(number[0]) + 1) + sentence[number.end() :]
        yield "number", sentence[: number.start()] + "about " + sentence[number.start() :]
    for kind, rules in (("negation", NEGATIVE), ("bound", BOUNDS)):
        for found, instead in rules:
            altered, count = re.subn(found, instead, sentence, count=1)
            if count:
                yield kind, altered
                break
    words = [w for w in re.findall(r"[^\W\d_]{6,}", sentence) if w.islower()]
    if len(words) > 2 and words[0] != words[-1]:
        swapped = sentence.replace(words[0], "\0", 1).replace(words[-1], words[0], 1).replace("\0", words[-1], 1)
        if swapped != sentence:
            yield "subject", swapped
    yield "addition", f"{sentence.rstrip('. ')}, {' '.join(other.split()[:6]).rstrip('.,;')}."


def noticed(sentences: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return kind -> (alterations that lost the mark, alterations made); "same": untouched sentences that kept it."""
    found: dict[str, tuple[int, int]] = {}
    for n, sentence in enumerate(sentences):
        kept, made = found.get("same", (0, 0))
        found["same"] = (kept + close(sentence, sentence), made + 1)
        for kind, altered in alterations(sentence, sentences[n - 1]):
            lost, made = found.get(kind, (0, 0))
            found[kind] = (lost + (not close(altered, sentence)), made + 1)
    return found
