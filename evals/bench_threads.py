"""What waiting threads, their number and the batch cost a written answer, in processor seconds.

`python -m evals.bench_threads --shape 0.5B`: weights are random, sizes are real. Each setting runs in a process of its
own, as the assistant runs it, all settings in turn and several times over; the median counts. Processor time, not the
wall's: neighbours change it least. Figures go to evals/results/threads-SHAPE.json.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from assistant.models.bench import run
from assistant.models.tuning import cores, repacking
from assistant.terminal import say
from assistant.writers.llama_job import Running
from evals.bench_generator import RESULTS, SHAPES, made

PROMPT, WRITTEN = 609, 60  # tokens of an ordinary answer: generator-0.5B.json, and joints around four quotes
BATCHES = (64, 128, 256, 512)
LONGEST = 3600.0  # seconds: spinning threads on a busy machine take their time


def settings(base: Running, most: int) -> list[Running]:
    """Return what is tried: every batch with sleeping threads; spinning ones at the usual batch and the largest."""
    tried = [
        replace(base, threads=threads, passive=True, batch=batch) for threads in range(1, most + 1) for batch in BATCHES
    ]
    spinning = [
        replace(base, threads=threads, passive=False, batch=batch)
        for threads in range(1, most + 1)
        for batch in BATCHES[2 : 3 if threads == 1 else 4]  # one thread waits for nobody: shown once
    ]
    return [*tried, *spinning]


def summed_up(rows: Sequence[dict[str, Any]], read: int, written: int) -> dict[str, Any]:
    """Return the medians of the runs of one setting, per token and for an ordinary answer."""
    prompt = [row["cpu_seconds_prompt"] / read for row in rows]
    token = [row["cpu_seconds_per_token"] for row in rows]
    whole = [PROMPT * a + WRITTEN * b for a, b in zip(prompt, token, strict=True)]
    return {
        "threads": rows[0]["threads"], "passive": rows[0]["passive"], "batch": rows[0]["batch"], "runs": len(rows),
        "cpu_ms_per_prompt_token": round(1000 * median(prompt), 2), "cpu_ms_per_written_token": round(1000 * median(token), 2),
        "cpu_seconds_per_answer": round(median(whole), 2), "lowest": round(min(whole), 2), "highest": round(max(whole), 2),
        "wall_seconds_per_answer": round(
            median(PROMPT / row["prompt_per_second"] + WRITTEN / row["written_per_second"] for row in rows), 1
        ),
        "memory_mb": max(row["memory_mb"] for row in rows),
    }  # fmt: skip


def measured(file: Path, base: Running, args: argparse.Namespace) -> list[dict[str, Any]]:
    """Run every setting in turn; rows are kept one by one, so that a run that was cut goes on where it stopped."""
    rows: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["rows"] if file.is_file() else []
    for turn in range(1, args.turns + 1):
        for setting in settings(base, args.threads):
            what = {"turn": turn, "threads": setting.threads, "passive": setting.passive, "batch": setting.batch}
            if any(what.items() <= row.items() for row in rows):
                continue
            load = round(os.getloadavg()[0], 1)
            rows.append(what | {"load": load} | run(setting, args.read, args.write, LONGEST))
            say(f"{turn}/{args.turns} {rows[-1]}")
            file.write_text(json.dumps({"rows": rows}, indent=1) + "\n", "utf-8")
    return rows


def main() -> None:
    """Make the model, measure, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_threads")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="0.5B")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--read", type=int, default=PROMPT)
    parser.add_argument("--write", type=int, default=32)
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    args = parser.parse_args()
    file = made(args.shape, args.folder)
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"threads-{args.shape}.json"
    rows = measured(kept, Running(str(file), 2048, 1, repacking()), args)
    alike: dict[tuple[int, bool, int], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault((row["threads"], row["passive"], row["batch"]), []).append(row)
    loads = [row["load"] for row in rows]
    found = {
        "shape": args.shape, "bytes": file.stat().st_size, "repacked": repacking(), "read": args.read, "written": args.write,
        "answer": {"prompt": PROMPT, "written": WRITTEN}, "processors": os.cpu_count(), "load_median": median(loads),
        "load_highest": max(loads), "settings": [summed_up(some, args.read, args.write) for some in alike.values()],
        "rows": rows,
    }  # fmt: skip
    kept.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for row in found["settings"]:
        print(row)


if __name__ == "__main__":
    main()
