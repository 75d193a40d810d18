"""Hold the quality of answers above floors, on a frozen sample: `python -m evals.gate [--freeze | --raise]`.

Floors (evals/floors.toml) are the last result less half its 95 % interval; --raise sets them and never lowers one. The
sample (evals/sample.json) is drawn once from the test questions by --freeze and held by a hash of what is asked, so that
a floor always speaks of the same questions; their gold may follow the sheets.
"""

import argparse
import hashlib
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from assistant import wiring
from assistant.config import read_config
from evals.errors import SampleChanged
from evals.measure import METRICS, Figure, figures
from evals.questions import Question, drawn, read_all
from evals.run import Outcome, run
from evals.summary import commit
from index.errors import UserError

HERE = Path(__file__).resolve().parent
FLOORS, SAMPLE = HERE / "floors.toml", HERE / "sample.json"
COUNT = 150
HELD = (
    "both_recall@1", "both_recall@5", "both_mrr@10", "evidence_hit@1", "evidence_hit@3", "citations_resolve",
    "citations_right", "language_right", "right_refusals", "not_refused", "answered_right", "good_end",
)  # fmt: skip
GROUPS = ("all", "fr", "en")
Floors = dict[str, dict[str, float]]


def asked_hash(questions: Sequence[Question]) -> str:
    """Return the hash of what is asked, not of what answers it."""
    rows = sorted(json.dumps([q.id, q.question, [asdict(t) for t in q.history], q.answerable]) for q in questions)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def frozen(questions: Sequence[Question], file: Path = SAMPLE) -> list[Question]:
    """Return the frozen sample; raises SampleChanged when a question of it was altered or is gone."""
    kept = json.loads(file.read_text("utf-8"))
    wanted = set(kept["ids"])
    found = [q for q in questions if q.id in wanted]
    if len(found) != len(wanted) or asked_hash(found) != kept["sha256"]:
        raise SampleChanged(file=file)
    return found


def freeze(questions: Sequence[Question], file: Path = SAMPLE) -> None:
    """Draw the sample anew from the test questions; the floors then speak of other questions and must be set again."""
    sample = drawn([q for q in questions if q.split == "test"], COUNT)
    file.write_text(json.dumps({"sha256": asked_hash(sample), "ids": [q.id for q in sample]}, indent=1) + "\n", "utf-8")


def read_floors(file: Path = FLOORS) -> Floors:
    """Return group -> metric -> floor; {} when no floor was ever set."""
    if not file.is_file():
        return {}
    raw = tomllib.loads(file.read_text("utf-8"))
    return {group: dict(raw[group]) for group in GROUPS if group in raw}


def raised(floors: Floors, measured: Mapping[str, Mapping[str, Figure]]) -> Floors:
    """Return the floors that a result supports: less half its interval, and none lower than before."""
    found: Floors = {}
    for group in GROUPS:
        found[group] = dict(floors.get(group, {}))
        for metric in HELD:
            figure = measured.get(group, {}).get(metric)
            if figure is not None:
                new = round(figure.value - (figure.high - figure.low) / 2, 3)
                found[group][metric] = max(new, found[group].get(metric, 0.0))
    return found


def write_floors(floors: Floors, file: Path = FLOORS) -> None:
    """Write the floors, with where they come from."""
    lines = [f"# Set by `python -m evals.gate --raise` at {commit()}: the result less half its interval, only raised."]
    for group, rows in floors.items():
        lines += ["", f"[{group}]", *(f'"{metric}" = {value}' for metric, value in rows.items())]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def below(floors: Floors, measured: Mapping[str, Mapping[str, Figure]]) -> list[str]:
    """Return what lies under its floor, in words; a metric that is no longer measured lies under it too."""
    found = []
    for group, rows in floors.items():
        for metric, floor in rows.items():
            figure = measured.get(group, {}).get(metric)
            if figure is None or figure.value < floor:
                found.append(f"{group} {metric}: {figure.value if figure else 'not measured'}, floor {floor}")
    return found


def measured_now(parts: wiring.Parts) -> tuple[list[Outcome], dict[str, dict[str, Figure]]]:
    """Ask the frozen sample and return (outcomes, figures)."""
    outcomes = run(parts, frozen(read_all()), sides=("both",))
    return outcomes, figures(outcomes)


def main(argv: Sequence[str]) -> int:
    """Compare with the floors, raise them, or freeze the sample."""
    parser = argparse.ArgumentParser(prog="python -m evals.gate", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--freeze", action="store_true")
    what.add_argument("--raise", action="store_true", dest="lift")
    args = parser.parse_args(argv)
    assert set(HELD) <= set(METRICS)
    try:
        if args.freeze:
            freeze(read_all())
            return 0
        _, now = measured_now(wiring.parts(read_config()))
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    floors = read_floors()
    if args.lift:
        write_floors(raised(floors, now))
        return 0
    under = below(floors, now)
    print("\n".join(under) or "no figure lies under its floor")
    return 1 if under else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
