"""Set the thresholds of the mark "close" on claims written for it: `python -m evals.closeness [--write]`.

A line of claims: {"id", "split": "train" | "dev", "source", "faithful": [...], "altered": [...]}. evals/claims/train: sentences of the
sheets and invented ones; the model learns from train (models/recipes/claims.py), and what the table of changed words weighs
beside it is a logistic regression on dev. evals/claims/threshold: claims such as a small model might write, of sentences of the
sheets that nothing is learnt from. On these and on dev's claims of invented documents, which nothing is learnt from either, the
threshold of a language is the lowest one at which at most WRONG of the altered ones are called close: the judge is surer of what
a sheet says than of a host's own document. The claims of evals/claims themselves are the test (evals/altered.py).
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import wiring
from assistant.changes import Changes
from assistant.config import read_config
from assistant.differs import differs
from assistant.grounding import Closeness, Judge, judged
from evals.thresholds import logistic

Row = dict[str, Any]
Vector = NDArray[np.float64]

CLAIMS = Path(__file__).resolve().parent / "claims" / "train"
THRESHOLD = CLAIMS.parent / "threshold"
# Of dev, by its ids: invented documents, and single sentences whose claims have their roles exchanged on purpose.
DOCUMENTS, ROLES = re.compile(r"-own-docs-\d"), re.compile(r"-own-docs-r")
WRONG = 0.05  # share of the altered claims of a language that may be called close, as promised


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one language that no rule tells from their source, a line each; and how many there are with those."""

    judged: Vector
    words: Vector  # what the table says
    faithful: Vector
    count: dict[bool, int]  # faithful or not -> all of them

    def scores(self, weight: float) -> Vector:
        """Return what is compared with the threshold."""
        return np.asarray(self.judged + weight * self.words)

    def share(self, weight: float, limit: float, faithful: bool) -> float:
        """Return the share of the faithful or of the altered claims that is called close."""
        passed = (self.scores(weight) >= limit) & (self.faithful == faithful)
        return float(passed.sum()) / self.count[faithful]

    def limit(self, weight: float, wrong: float) -> float:
        """Return the lowest threshold that calls at most `wrong` of the altered claims close."""
        bad = np.sort(self.scores(weight)[self.faithful == 0])[::-1]
        allowed = int(wrong * self.count[False])
        return float(np.nextafter(bad[allowed], np.inf)) if allowed < len(bad) else float(bad[-1])


def dev_claims(folder: Path = CLAIMS) -> list[Row]:
    """Return the rows of dev, all there are of THRESHOLD."""
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [row for row in map(json.loads, lines) if row["split"] == "dev"]


def row_sets() -> dict[str, list[Row]]:
    """Return the claims of THRESHOLD, and those of dev by where they come from: documents, roles, the sheets and other fields."""
    dev = dev_claims()
    documents, roles = ([row for row in dev if ids.search(row["id"])] for ids in (DOCUMENTS, ROLES))
    others = [row for row in dev if not DOCUMENTS.search(row["id"]) and not ROLES.search(row["id"])]
    return {"threshold": dev_claims(THRESHOLD), "documents": documents, "roles": roles, "others": others}


def joined(claims: Sequence[Claims]) -> Claims:
    """Return several sets of one language as one."""
    judged, words, faithful = (
        np.concatenate([getattr(c, name) for c in claims]) for name in ("judged", "words", "faithful")
    )
    return Claims(judged, words, faithful, {good: sum(c.count[good] for c in claims) for good in (True, False)})


def weighed(judge: Judge, changes: Changes, rows: Sequence[Row], language: str) -> Claims:
    """Ask the judge and the table about the claims of a language."""
    told = [
        (text, row["source"], kind == "faithful")
        for row in rows if row["id"].startswith(language) for kind in ("faithful", "altered") for text in row[kind]
    ]  # fmt: skip
    count = {good: sum(g == good for *_, g in told) for good in (True, False)}
    left = [(text, source, good) for text, source, good in told if not differs(text, source)]
    # One claim at a time, as an answer is marked: 8-bit sums depend on what runs beside (evals/results.md).
    said = np.array([judged(judge, text, source) for text, source, _ in left])
    words = np.array([changes.weigh(text, source, language) for text, source, _ in left])
    return Claims(said.astype(float), words, np.array([good for *_, good in left], float), count)


def weight_of(claims: Sequence[Claims]) -> float:
    """Return what the table weighs, in the judge's units: a logistic regression on both languages."""
    rows = np.concatenate([np.c_[c.judged, c.words] for c in claims])
    judge, words = logistic(rows, np.concatenate([c.faithful for c in claims]))
    return round(float(max(0.0, words / judge)), 2)


def fitted(weight: float, claims: dict[str, Claims], wrong: float) -> Closeness:
    """Return the weight with the threshold of each language; rounded up, so that no more claims pass."""
    limits = {name: float(np.ceil(100 * c.limit(weight, wrong)) / 100) for name, c in claims.items()}
    return Closeness(limits["fr"], limits["en"], weight)


def main(argv: Sequence[str]) -> int:
    """Print what thresholds give on their own claims and on dev, and write the chosen ones when asked."""
    parser = argparse.ArgumentParser(prog="python -m evals.closeness", description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    judge, changes = wiring.judge(read_config()), wiring.changes()
    told = {name: {n: weighed(judge, changes, rows, n) for n in ("fr", "en")} for name, rows in row_sets().items()}
    weight = weight_of([c for name, by_language in told.items() if name != "threshold" for c in by_language.values()])
    claims = {n: joined([told["threshold"][n], told["documents"][n]]) for n in ("fr", "en")}
    for wrong in (0.01, 0.02, 0.03, 0.04, WRONG, 0.06, 0.08):
        rule = fitted(weight, claims, wrong)
        print(f"at most {wrong} of the altered ones: {rule}")
        for name, by_language in told.items():
            for (language, of), limit in zip(by_language.items(), (rule.fr, rule.en), strict=True):
                good, bad = (of.share(rule.words, limit, faithful) for faithful in (True, False))
                print(
                    f"  {language}, {name}: close {good:.3f} of {of.count[True]} faithful, {bad:.3f} of {of.count[False]} altered"
                )
    if args.write:
        kept = json.loads(wiring.THRESHOLDS.read_text("utf-8")) | {"close": asdict(fitted(weight, claims, WRONG))}
        wiring.THRESHOLDS.write_text(json.dumps(kept, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
