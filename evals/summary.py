"""Everything one run measured, as one JSON object: figures, costs, curves, and where and when it ran.

Knows nothing of HTML.
"""

import hashlib
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evals.measure import Figure, figure, figures, gold_sections, refusal_curve, risk_coverage
from evals.questions import Question
from evals.run import SIDES, Outcome

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("search", "read", "write", "check", "total")


def commit() -> str:
    """Return the commit of the checkout, with a + when it was changed; "unknown" outside git."""
    told = []
    for words in (["rev-parse", "--short=10", "HEAD"], ["status", "--porcelain", "--untracked-files=no"]):
        try:
            done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
        except OSError:
            return "unknown"
        if done.returncode:
            return "unknown"
        told.append(done.stdout.strip())
    return told[0] + ("+" if told[1] else "")


def machine() -> str:
    """Return the processor, its threads and the system, in words."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass  # no such file on this system: the architecture is said instead
    return f"{model}, {os.cpu_count()} threads, {platform.system()}, Python {platform.python_version()}"


def memory_megabytes() -> float | None:
    """Return the most memory this process held; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)  # bytes there, kilobytes elsewhere


def digest(questions: Sequence[Question]) -> str:
    """Return the hash of a set of questions, in whatever order."""
    rows = sorted(json.dumps(asdict(q), ensure_ascii=False, sort_keys=True) for q in questions)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _plain(found: Figure) -> dict[str, float | int]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(found).items()}


def _first_right(outcome: Outcome, side: str) -> float | None:
    """Return: does the first thing found lie in a section that answers?"""
    if not outcome.question.answerable:
        return None
    if side == "read":
        first = outcome.ranked[0].passage if outcome.ranked else None
        place = (first.document, first.section.split(" > ")[-1]) if first else None
    else:
        place = next(iter(outcome.rankings.get(side, ())), None)
    return float(place in gold_sections(outcome.question))


def costs(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float | None]]:
    """Return what each stage costs a question: mean and 95th percentile of seconds, mean CPU-seconds and joules."""
    found = {}
    for name in (*SIDES, "read", "write", "check", "answer"):
        rows = [o.costs[name] for o in outcomes if name in o.costs]
        if not rows and name in ("write", "check"):
            continue  # nothing was answered, or a model wrote: its stages are in the answer's seconds
        joules = [r.joules for r in rows if r.joules is not None]
        wall = [r.seconds for r in rows] or [math.nan]
        found[name] = {
            "seconds": round(float(np.mean(wall)), 5),
            "seconds_95": round(float(np.quantile(wall, 0.95)), 5),
            "cpu_seconds": round(float(np.mean([r.cpu_seconds for r in rows] or [math.nan])), 5),
            "joules": round(float(np.mean(joules)), 5) if joules else None,
        }
    return found


def ladder(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return a rung a method: what a question costs, and how often the first thing found is in a section that answers."""
    spent = costs(outcomes)
    rungs: list[dict[str, Any]] = []
    for name in (*SIDES, "read"):
        joules, seconds = spent[name]["joules"], spent[name]["cpu_seconds"] or 0.0
        if name == "read":  # what is read was searched first
            seconds += spent["both"]["cpu_seconds"] or 0.0
            joules = None if joules is None else joules + (spent["both"]["joules"] or 0.0)
        found = _plain(figure([_first_right(o, name) for o in outcomes]))
        rungs.append({"method": name, "cpu_seconds": seconds, "joules": joules, **found})
    return rungs


def summary(outcomes: Sequence[Outcome], *, split: str, writer: str, limits: dict[str, Any]) -> dict[str, Any]:
    """Return the run as JSON; `limits` are the thresholds it ran with."""
    walls = {stage: [getattr(o.answer.seconds, stage) for o in outcomes] for stage in STAGES}
    labels = sorted({o.answer.energy.label for o in outcomes if o.answer.energy})
    return {
        "commit": commit(), "machine": machine(), "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "split": split, "writer": writer, "questions": len(outcomes),
        "sha256": digest([o.question for o in outcomes]), "limits": limits,
        "figures": {g: {m: _plain(f) for m, f in rows.items()} for g, rows in figures(outcomes).items()},
        "stages": {stage: round(float(np.mean(seconds)), 5) for stage, seconds in walls.items()},
        "costs": costs(outcomes), "energy_labels": labels, "memory_megabytes": memory_megabytes(),
        "ladder": ladder(outcomes),
        "refusal_curve": [[round(a, 4), round(b, 4)] for a, b in refusal_curve(outcomes)],
        "risk_coverage": [[round(a, 4), round(b, 4)] for a, b in risk_coverage(outcomes)],
    }  # fmt: skip


def rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return one object a question: what was asked, how it ended, and why."""
    return [
        {
            "id": o.question.id, "kind": o.question.kind, "question": o.question.question,
            "answerable": o.question.answerable, "status": o.answer.status, "reason": o.answer.reason,
            "strength": round(o.strength, 3), "unmet": o.unmet,
            "confidence": round(o.confidence, 3) if o.ranked else None,
            "text": o.answer.text, "gold": [g.sentence for g in o.question.gold],
        }
        for o in outcomes
    ]  # fmt: skip
