"""Set the thresholds of the mark "close" on claims written for it: `python -m evals.closeness [--write]`.

A line of claims: {"id", "split": "train" | "dev", "source", "faithful": [...], "altered": [...]}. evals/claims/train: sentences of the
sheets and invented ones; the model learns from train (models/recipes/claims.py), and what each doubt takes off its word is a
logistic regression on dev. evals/claims/threshold: claims such as a small model might write, of sentences that nothing
is learnt from; the threshold of a language is the lowest one at which at most WRONG of their altered ones are called close. The claims
of evals/claims themselves are the test (evals/altered.py); nothing is fitted on them.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import wiring
from assistant.config import read_config
from assistant.differs import differs
from assistant.grounding import Closeness, Grounding, Judge, judged
from evals.thresholds import logistic

Row = dict[str, Any]
Vector = NDArray[np.float64]

CLAIMS = Path(__file__).resolve().parent / "claims" / "train"
THRESHOLD = CLAIMS.parent / "threshold"
WRONG = 0.05  # share of the altered claims of a language that may be called close, as promised


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one language that no rule tells from their source, a line each; and how many there are with those."""

    judged: Vector
    doubts: Vector  # (n, 3)
    faithful: Vector
    count: dict[bool, int]  # faithful or not -> all of them

    def scores(self, weights: Sequence[float]) -> Vector:
        """Return what is compared with the threshold."""
        return np.asarray(self.judged - self.doubts @ np.array(weights))

    def share(self, weights: Sequence[float], limit: float, faithful: bool) -> float:
        """Return the share of the faithful or of the altered claims that is called close."""
        passed = (self.scores(weights) >= limit) & (self.faithful == faithful)
        return float(passed.sum()) / self.count[faithful]

    def limit(self, weights: Sequence[float], wrong: float) -> float:
        """Return the lowest threshold that calls at most `wrong` of the altered claims close."""
        bad = np.sort(self.scores(weights)[self.faithful == 0])[::-1]
        allowed = int(wrong * self.count[False])
        return float(np.nextafter(bad[allowed], np.inf)) if allowed < len(bad) else float(bad[-1])


def dev_claims(folder: Path = CLAIMS) -> list[Row]:
    """Return the rows of dev, all there are of THRESHOLD."""
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [row for row in map(json.loads, lines) if row["split"] == "dev"]


def weighed(judge: Judge, grounding: Grounding, rows: Sequence[Row], language: str) -> Claims:
    """Ask the judge and the table about the claims of a language."""
    told = [
        (text, row["source"], kind == "faithful")
        for row in rows if row["id"].startswith(language) for kind in ("faithful", "altered") for text in row[kind]
    ]  # fmt: skip
    count = {good: sum(g == good for *_, g in told) for good in (True, False)}
    left = [(text, source, good) for text, source, good in told if not differs(text, source)]
    # One claim at a time, as an answer is marked: 8-bit sums depend on what runs beside (evals/results.md).
    said = np.array([judged(judge, text, source) for text, source, _ in left])
    against = np.array([grounding.doubts(text, source, language) for text, source, _ in left], float)
    return Claims(said.astype(float), against, np.array([good for *_, good in left], float), count)


def weights_of(claims: Sequence[Claims]) -> tuple[float, ...]:
    """Return what each doubt takes off, in the judge's units: a logistic regression on both languages."""
    rows = np.concatenate([np.c_[c.judged, -c.doubts] for c in claims])
    judge, *others = logistic(rows, np.concatenate([c.faithful for c in claims]))
    return tuple(round(float(max(0.0, weight / judge)), 2) for weight in others)


def fitted(weights: tuple[float, ...], claims: dict[str, Claims], wrong: float) -> Closeness:
    """Return the weights with the threshold of each language; rounded up, so that no more claims pass."""
    limits = {name: float(np.ceil(100 * c.limit(weights, wrong)) / 100) for name, c in claims.items()}
    return Closeness(limits["fr"], limits["en"], weights)


def main(argv: Sequence[str]) -> int:
    """Print what thresholds give on their own claims and on dev, and write the chosen ones when asked."""
    parser = argparse.ArgumentParser(prog="python -m evals.closeness", description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    judge, grounding = wiring.judge(read_config()), wiring.grounding(read_config())
    dev, claims = (
        {language: weighed(judge, grounding, dev_claims(folder), language) for language in ("fr", "en")}
        for folder in (CLAIMS, THRESHOLD)
    )
    weights = weights_of(list(dev.values()))
    for wrong in (0.01, 0.02, 0.03, 0.04, WRONG, 0.06, 0.08):
        rule = fitted(weights, claims, wrong)
        print(f"at most {wrong} of the altered ones: {rule}")
        for name, limit in (("fr", rule.fr), ("en", rule.en)):
            for told, of in (("threshold", claims[name]), ("dev", dev[name])):
                good, bad = (of.share(rule.doubts, limit, faithful) for faithful in (True, False))
                print(
                    f"  {name}, {told}: close {good:.3f} of {of.count[True]} faithful, {bad:.3f} of {of.count[False]} altered"
                )
    if args.write:
        kept = json.loads(wiring.THRESHOLDS.read_text("utf-8")) | {"close": asdict(fitted(weights, claims, WRONG))}
        wiring.THRESHOLDS.write_text(json.dumps(kept, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
