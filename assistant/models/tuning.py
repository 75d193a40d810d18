"""Choose how a model runs on this machine: context, threads, weight repacking.

Knows nothing of llama.cpp. What `models bench` measured here wins over the rules of thumb.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.catalog import Model
from assistant.models import memory
from assistant.models.errors import EngineMissing, MemoryTooSmall
from assistant.models.gguf import Header
from assistant.writers.llama_job import Running

CONTEXT = 4096  # tokens: eight sentences, the instructions and the answer take fewer than 2,000
SMALLEST = 1024
BENCH = "bench.json"


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a model runs here; `why` says what the threads come from: "bench", "setting" or "cores"."""

    context: int
    threads: int
    repack: bool
    passive: bool
    why: str


def cores() -> int:
    """Return the physical cores that this process may use: a second thread on a core slows ggml down."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        text = Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:
        return usable
    pairs = set(re.findall(r"^physical id\s*:\s*(\d+)(?:\n.+)*?\ncore id\s*:\s*(\d+)", text, re.MULTILINE))
    return max(1, min(usable, len(pairs) or usable))


def repacking() -> bool:
    """Tell whether to rearrange the weights at loading: with AVX-512 it slows prompts and doubles memory (llama.md 7)."""
    try:
        return "avx512f" not in Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:
        return True


def measured(folder: Path, name: str) -> dict[str, object]:
    """Return what bench kept for a model on this machine, empty when nothing."""
    try:
        found = json.loads((folder / BENCH).read_text("utf-8"))[name]
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def chosen(folder: Path, model: Model, header: Header, *, threads: int, context: int) -> Chosen:
    """Return how to run a model; raises MemoryTooSmall, EngineMissing.

    `threads` and `context` are the host's settings, 0 for none.
    """
    import importlib.util

    if importlib.util.find_spec("llama_cpp") is None:
        raise EngineMissing(name=model.name)
    best = measured(folder, model.name)
    counted = best.get("threads")
    count, why = (threads, "setting") if threads else (cores(), "cores")
    if not threads and isinstance(counted, int) and counted > 0:
        count, why = counted, "bench"
    repack = repacking()
    wanted = min(context or model.context or CONTEXT, header.context)
    left = memory.available()
    weights = header.size * 2 if repack else header.size
    while left is not None and memory.needed(weights, header.kv_bytes, wanted) > left:
        if wanted <= SMALLEST:
            short = memory.needed(weights, header.kv_bytes, wanted)
            raise MemoryTooSmall(name=model.name, needed=short / 1e9, free=left / 1e9)
        wanted = max(SMALLEST, wanted // 2)
    return Chosen(wanted, count, repack, best.get("passive") is not False, why)


def running(file: Path, how: Chosen, systems: tuple[str, ...]) -> Running:
    """Return what the model's process is told."""
    return Running(str(file), how.context, how.threads, how.repack, how.passive, systems=systems)


def keep(folder: Path, name: str, best: Chosen | None, figures: dict[str, object]) -> None:
    """Remember what bench found for a model; None forgets it."""
    file = folder / BENCH
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        found = {}
    found = found if isinstance(found, dict) else {}
    if best is None and name not in found:
        return
    found[name] = asdict(best) | figures if best else None
    found = {name: row for name, row in found.items() if row}
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    os.replace(beside, file)
