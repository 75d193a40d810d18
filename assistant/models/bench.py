"""Measure a model on this machine, each setting in a process of its own, and keep the best.

Knows nothing of answers. The settings are tried in turn, twice over, so that a machine busy for a while harms them alike.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.catalog import Model
from assistant.models import tuning
from assistant.models.errors import ModelBroken
from assistant.models.gguf import Header
from assistant.writers.llama_child import timed
from assistant.writers.llama_job import Running

READ, WRITE = 256, 48  # tokens of a run
QUICK = (64, 12)
LONGEST = 600.0  # seconds of a run


def measured(
    folder: Path, model: Model, file: Path, header: Header, *, quick: bool, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return {"model", "runs", "best"} and keep the best for the next start; raises ModelBroken when a run ends early."""
    read, write = QUICK if quick else (READ, WRITE)
    how = tuning.chosen(folder, model, header, threads=0, context=1024)
    most = tuning.cores()
    tried = [
        replace(how, threads=threads, passive=passive, why="bench")
        for threads in sorted({min(2**n, most) for n in range(most.bit_length() + 1)})
        for passive in (True, False)
    ]
    rows: dict[tuple[int, bool], list[dict[str, Any]]] = {}
    for turn in range(1 if quick else 2):
        for setting in tried:
            progress(f"{model.name}: threads {setting.threads}, passive {setting.passive} ({turn + 1})")
            row = run(tuning.running(file, setting, ()), read, write)
            rows.setdefault((setting.threads, setting.passive), []).append(row)
    runs = [max(found, key=lambda row: row["written_per_second"]) for found in rows.values()]
    # The quickest writer; of those within 5 %, the one that spends the least processor time.
    top = max(row["written_per_second"] for row in runs)
    near = [row for row in runs if row["written_per_second"] >= 0.95 * top]
    best = min(near, key=lambda row: row["cpu_seconds_per_token"])
    keeping = next(s for s in tried if (s.threads, s.passive) == (best["threads"], best["passive"]))
    tuning.keep(
        folder, model.name, keeping, {k: best[k] for k in ("prompt_per_second", "written_per_second", "memory_mb")}
    )
    return {"model": model.name, "read": read, "written": write, "runs": runs, "best": best}


def run(running: Running, read: int, write: int, longest: float = LONGEST) -> dict[str, Any]:
    """Return the figures of one setting, from a process of its own; raises ModelBroken when it ends early."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    stop = context.RawArray("B", 2)
    process = context.Process(target=timed, args=(theirs, stop, running, read, write), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(longest):
            raise EOFError
        found: dict[str, Any] = ours.recv()
    except (EOFError, OSError) as error:
        fr, en = "le moteur s’est arrêté en le mesurant", "the engine stopped while measuring it"
        raise ModelBroken(file=running.file, found=fr, found_en=en) from error
    finally:
        process.kill()
        process.join(5)
    return found
