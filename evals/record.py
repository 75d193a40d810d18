"""Write a run into evals/results.md: `python -m evals.record REPORT.json [--note TEXT]`.

The newest run stands first under "## Runs"; what stands below other headings (failed ideas) is written by hand and kept.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results.md"
HEADING = "## Runs\n"
SHOWN = (
    "both_recall@1", "both_recall@5", "both_mrr@10", "both_ndcg@10", "words_recall@1", "meaning_recall@1", "evidence_hit@1",
    "evidence_hit@3", "must_say", "must_not_say", "citations_right", "citations_resolve", "language_right",
    "right_refusals", "wrong_refusals", "answered_right", "good_end",
)  # fmt: skip


def entry(run: dict[str, Any], note: str = "") -> str:
    """Return a run as Markdown: where and when, figures with their intervals and counts, costs."""
    lines = [f"### {run['date']}, commit {run['commit']}", ""]
    lines += [note, ""] if note else []
    lines += [
        f"{run['questions']} {run['split']} questions (sha256 {run['sha256'][:12]}), writer {run['writer']}. {run['machine']}."
    ]
    lines += [f"Thresholds: `{json.dumps(run['limits'], ensure_ascii=False)}`", ""]
    groups = [g for g in ("all", "fr", "en") if g in run["figures"]]
    lines += ["| | " + " | ".join(groups) + " |", "|---|" + "---|" * len(groups)]
    for metric in SHOWN:
        cells = []
        for group in groups:
            found = run["figures"][group].get(metric)
            cells.append(
                f"{found['value']:.2f} ({found['low']:.2f}–{found['high']:.2f}, n {found['count']})" if found else "–"
            )
        lines.append(f"| {metric} | " + " | ".join(cells) + " |")
    cost = run["costs"]["answer"]
    joules = (
        f"{cost['joules']:.3f} J ({', '.join(run['energy_labels'])})"
        if cost["joules"] is not None
        else "energy not read"
    )
    memory = f"{run['memory_megabytes']:.0f} MB" if run["memory_megabytes"] else "memory not read"
    lines += [
        "",
        f"An answer: {1000 * cost['seconds']:.0f} ms, {1000 * cost['cpu_seconds']:.0f} CPU ms, {joules}; {memory} at most.",
        "",
    ]
    return "\n".join(lines) + "\n"


def recorded(text: str, new: str) -> str:
    """Return results.md with the new entry first under its heading."""
    before, heading, after = text.partition(HEADING)
    return f"{before.rstrip()}\n\n{HEADING}\n{new}{after.lstrip() if heading else ''}"


def main(argv: Sequence[str]) -> int:
    """Write the entry of a report."""
    parser = argparse.ArgumentParser(prog="python -m evals.record", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--note", default="")
    args = parser.parse_args(argv)
    known = RESULTS.read_text("utf-8") if RESULTS.is_file() else "# How good the answers are\n"
    RESULTS.write_text(recorded(known, entry(json.loads(args.report.read_text("utf-8")), args.note)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
