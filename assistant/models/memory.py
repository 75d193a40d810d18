"""How much memory this machine has, and what a model needs of it.

Knows nothing of models beyond their sizes. Inside a container the container's limit counts.
"""

import os
from pathlib import Path

OVERHEAD = 400_000_000  # bytes: the process itself, scratch buffers and the logits of one batch
KV_BYTES = 150_000  # of one token of a 4 B model: an upper bound where the header has not been read
MEMINFO = Path("/proc/meminfo")
LIMIT, USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def _meminfo(key: str) -> int | None:
    try:
        lines = MEMINFO.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(key)), None)


def _limit() -> tuple[int, int] | None:
    """Return (limit, used) of the container in bytes; None without a limit."""
    try:
        said = LIMIT.read_text("ascii").strip()
        return (int(said), int(USED.read_text("ascii"))) if said.isdecimal() else None
    except (OSError, ValueError):
        return None


def total() -> int:
    """Return the memory of this machine or container in bytes."""
    machine = _meminfo("MemTotal:") or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _limit()
    return min(machine, limit[0]) if limit else machine


def available() -> int | None:
    """Return the memory that can still be used in bytes; None when the system does not say."""
    left = _meminfo("MemAvailable:")
    limit = _limit()
    if limit is None or left is None:
        return left
    return min(left, max(0, limit[0] - limit[1]))


def needed(size: int, kv_bytes: int, context: int) -> int:
    """Return what a model of `size` bytes needs with `context` tokens of `kv_bytes` each."""
    return size + kv_bytes * context + OVERHEAD
