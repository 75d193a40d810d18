"""Ask the check of free prose whether it notices what was altered, and knows what was not: `python -m evals.altered`.

Knows nothing of models: what a model may get wrong, made by hand. An alteration that the check calls "close" would let a
false sentence wear a source. Alterations made by rule of the sentences given, and written claims, each sentence with an altered
one and a faithful rewording. evals/claims: 200 sentences of the sheets in each language, written without sight of the check;
evals/claims/second: 200 more, of another hand, whose far rewordings share almost no word; evals/claims/third: 159 of sheets
on new subjects; evals/claims/fourth: 100 of invented documents; evals/claims/fifth and sixth: 100 each of guides, charters and
contracts, by hands that knew the promise alone; evals/claims/seventh: 93 of one sheet's, three a sentence, by such hands;
evals/claims/eighth to tenth: 200 each as in the sixth, eleventh: 400 in French and 300 in English; and evals/claims/docs: 100 of
our handbook's in each language. A line:
{"id", "kind": what is altered, "source", "altered", "faithful", "distance": of the rewording}.
"""

import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant import wiring
from assistant.config import read_config
from assistant.grounding import Close
from index.language import language_of

CLAIMS = Path(__file__).resolve().parent / "claims"
PROMISED = 0.95  # of the altered claims lose the mark
# Nothing is learnt from those, nor any threshold fitted on them.
LATER = "second third fourth fifth sixth seventh eighth ninth tenth eleventh docs".split()
PROMISES = {CLAIMS: PROMISED} | dict.fromkeys((CLAIMS / name for name in LATER), 0.9)
WANTED = 0.7  # of the faithful ones should keep it; where that is missed: evals/results.md

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


def noticed(close: Close, sentences: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return kind -> (alterations that lost the mark, alterations made); "same": untouched sentences that kept it."""
    found: dict[str, tuple[int, int]] = {}
    for n, sentence in enumerate(sentences):
        spoken = language_of(sentence)
        kept, made = found.get("same", (0, 0))
        found["same"] = (kept + close(sentence, sentence, spoken), made + 1)
        for kind, altered in alterations(sentence, sentences[n - 1]):
            lost, made = found.get(kind, (0, 0))
            found[kind] = (lost + (not close(altered, sentence, spoken)), made + 1)
    return found


def written(close: Close, language: str, folder: Path = CLAIMS) -> dict[str, tuple[int, int]]:
    """Return "altered KIND" -> (lost the mark, written), and "faithful DISTANCE" -> (kept it, written)."""
    kept: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for line in (folder / f"{language}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        altered, faithful = f"altered {row['kind']}", f"faithful {row['distance']}"
        made.update((altered, faithful))
        kept[altered] += not close(row["altered"], row["source"], language)
        kept[faithful] += close(row["faithful"], row["source"], language)
    return {name: (kept[name], made[name]) for name in sorted(made)}


def main() -> int:
    """Print what the check makes of the written claims; fails when it misses what is promised."""
    close, kept = wiring.grounding(read_config()).close, True
    for folder, language in itertools.product(PROMISES, ("fr", "en")):
        found = written(close, language, folder)
        for name, (good, count) in found.items():
            print(f"{folder.name} {language} {name:18s} {good} of {count}")
        for kind, limit in (("altered", PROMISES[folder]), ("faithful", WANTED)):
            good, count = map(sum, zip(*(row for name, row in found.items() if name.startswith(kind)), strict=True))
            print(f"{folder.name} {language} {kind}: {good / count:.3f} right of {count}, {limit} wanted")
            kept &= kind == "faithful" or good >= limit * count
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
