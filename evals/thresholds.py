"""Set the thresholds of refusal on dev questions: `python -m evals.thresholds [--wrong 0.07] [--write]`.

The dev questions of the examination (evals/questions) and of visitors (evals/visitors) count alike.
The rule (assistant/prior.py): an answer is given when

    score of the best sentence + what assistant/prior.py weighs: search strength, nearest question that a sentence answers,
        nearest question that none answers, share of the nearest ones that none answers, names that no passage holds,
        words that the index has never seen, best score of the reading model alone >= answers

Weights: a logistic regression on the eight, fitted on dev, of the questions answered right (a right sentence among the
reader's first three) against those without an answer; the answerable ones that the reader misses are left out, for their
refusal is no loss. `answers`: the threshold of most worth on dev among those that refuse at most the share --wrong, to the
nearest question, of those that have an answer, of each of the two sets: a right answer and a right refusal count 1, a wrong
refusal nothing, an answer without a right sentence -COST, since it costs the asker more than silence. `about`: a floor under the search
strength, below which the reader is spared: it loses 1 % of the dev questions answered right, less what documents without
questions are taken for there (UNASKED, SURE). The figures on test are printed beside; the fit never sees them. Needs an
index: jugeote index.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant import wiring
from assistant.config import read_config
from assistant.prior import Prior
from evals.errors import ThresholdsUnfit
from evals.measure import is_gold
from evals.questions import FOLDER, read_all
from evals.run import Outcome, run
from evals.visitors import FOLDER as VISITORS
from index.errors import UserError
from index.search import SURE, UNASKED

RIDGE = 10.0  # on standardised features: 3, 10 and 30 end within noise of each other on 197 dev questions
WRONG = 0.07  # of the answerable dev questions: 3 to 5 in 100 let too many near misses pass (evals/results.md)
COST = 1.0  # of an answer without a right sentence, in right answers
SPARED = 0.01  # share of the dev questions answered right that may lie under `about`
SWEEP = (0.05, 0.08, 0.1, 0.15, 0.2, 0.3)  # shares of wrong refusals shown
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """The weights in units of the best sentence's score, and the floor of the search strength."""

    prior: Prior
    about: float

    def score(self, outcome: Outcome) -> float:
        """Return what is compared with the threshold; minus infinity where nothing is read."""
        if not outcome.ranked or outcome.strength < self.about:
            return float("-inf")
        return outcome.ranked[0].score + self.prior.weighed(outcome.signs) + self.prior.fit * fit(outcome)


def fit(outcome: Outcome) -> float:
    """Return the best score of the reading model alone."""
    return max(e.fit for e in outcome.ranked)


def logistic(features: Matrix, labels: Matrix) -> Matrix:
    """Return the weights, one a feature, of a ridge logistic regression (Newton's method)."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.c_[(features - middle) / spread, np.ones(len(features))]
    weights = np.zeros(rows.shape[1])
    ridge = np.diag([RIDGE] * features.shape[1] + [0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (chance - labels) + ridge @ weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curve, slope)
    return np.asarray(weights[:-1] / spread)


def right(outcome: Outcome) -> bool:
    """Return whether a sentence that answers is among the reader's first three."""
    return any(is_gold(outcome.question, e) for e in outcome.ranked[:3])


def fitted(outcomes: Sequence[Outcome]) -> Rule:
    """Return the rule that tells what the reader answers right from what has no answer; raises ThresholdsUnfit."""
    read = [o for o in outcomes if o.ranked]
    clear = [o for o in read if right(o) or not o.question.answerable]
    labels = np.array([o.question.answerable for o in clear], float)
    if not 0 < labels.mean() < 1:
        raise ThresholdsUnfit(found=f"{len(clear)} clear questions")
    features = np.array([[o.ranked[0].score, *o.signs, fit(o)] for o in clear], float)
    best, *others = logistic(features, labels)
    if best <= 0:
        raise ThresholdsUnfit(found=f"best {best:.2f}")
    about = np.quantile([o.strength for o in read if right(o)], SPARED) - (UNASKED - SURE)
    return Rule(Prior(*(round(float(max(0.0, weight / best)), 2) for weight in others)), round(float(about), 2))


def good_ends(rule: Rule, outcomes: Sequence[Outcome], limit: float) -> float:
    """Return the share of questions answered right or rightly refused."""
    return sum(right(o) if rule.score(o) >= limit else not o.question.answerable for o in outcomes) / len(outcomes)


def worth(rule: Rule, outcomes: Sequence[Outcome], limit: float) -> float:
    """Return the good ends less the cost of the answers without a right sentence, a question."""
    bad = sum(rule.score(o) >= limit and not right(o) for o in outcomes)
    return good_ends(rule, outcomes, limit) - COST * bad / len(outcomes)


def threshold(rule: Rule, sets: Sequence[Sequence[Outcome]], wrong: float) -> float:
    """Return the threshold of most worth that refuses at most the share `wrong` of the answerable questions of each set."""
    together = [outcome for outcomes in sets for outcome in outcomes]
    highest = min(_highest(rule, outcomes, wrong) for outcomes in sets)
    limits = sorted({s for o in together if float("-inf") < (s := rule.score(o)) <= highest})
    if not limits:
        raise ThresholdsUnfit(found=f"about {rule.about} refuses more than {wrong:.0%}")
    return max(limits, key=lambda limit: worth(rule, together, limit))


def _highest(rule: Rule, outcomes: Sequence[Outcome], wrong: float) -> float:
    """Return the highest threshold that refuses the share `wrong` of the answerable questions, to the nearest one, or fewer."""
    scores = sorted(rule.score(o) for o in outcomes if o.question.answerable)
    return scores[min(round(wrong * len(scores)), len(scores) - 1)]


def row(rule: Rule, outcomes: Sequence[Outcome], limit: float) -> dict[str, float]:
    """Return the shares of refusals, and of answers that hold a right sentence, at a threshold."""
    answered = [o for o in outcomes if rule.score(o) >= limit]
    with_answer = [o for o in outcomes if o.question.answerable]
    without = [o for o in outcomes if not o.question.answerable]
    return {
        "wrong_refusals": sum(o not in answered for o in with_answer) / len(with_answer),
        "right_refusals": sum(o not in answered for o in without) / len(without),
        "coverage": len(answered) / len(outcomes),
        "good_ends": good_ends(rule, outcomes, limit),
        "answered_with_a_right_sentence": sum(map(right, answered)) / max(1, len(answered)),
    }


def main(argv: Sequence[str]) -> int:
    """Fit on dev, print the sweep on dev and test, and write the file when asked."""
    parser = argparse.ArgumentParser(prog="python -m evals.thresholds", description=__doc__)
    parser.add_argument("--wrong", type=float, default=WRONG)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    try:
        parts = wiring.parts(read_config())
        folders = {"": FOLDER, "visitors' ": VISITORS}
        sets = {f"{name}dev": run(parts, read_all(folder, split="dev"), sides=()) for name, folder in folders.items()}
        dev = [outcome for outcomes in sets.values() for outcome in outcomes]
        rule = fitted(dev)
        chosen = threshold(rule, list(sets.values()), args.wrong)
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    kept = json.loads(wiring.THRESHOLDS.read_text("utf-8")) | {
        "about": rule.about, "answers": float(np.floor(100 * chosen) / 100),  # never above what was chosen
        "prior": asdict(rule.prior),
        "set_on": f"evals/questions and evals/visitors, {len(dev)} dev questions, at most {args.wrong:.0%} wrong refusals of each,"
        f" to the nearest question, {date.today()}",
    }  # fmt: skip
    if args.write:
        wiring.THRESHOLDS.write_text(json.dumps(kept, ensure_ascii=False) + "\n", "utf-8")
    print(f"{rule.prior}, about {rule.about:.2f}", flush=True)
    sets |= {f"{name}test": run(parts, read_all(folder, split="test"), sides=()) for name, folder in folders.items()}
    scores = sorted(rule.score(o) for o in dev if o.question.answerable)
    swept = [scores[int(share * len(scores))] for share in SWEEP]
    for limit in [*(s for s in swept if s > float("-inf")), chosen]:
        print(f"answers {limit:.2f}" + (", chosen" if limit == chosen else ""))
        for split, outcomes in sets.items():
            print(
                f"  {split:15s}"
                + ", ".join(f"{name} {value:.2f}" for name, value in row(rule, outcomes, limit).items())
            )
    print(json.dumps(kept, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
