"""What Linux tells any process: how busy the machine is, what was stolen from it, its sleep, our own size and time.

Each reading is None where the system does not give it. Knows nothing of energy.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

try:
    import resource
except ImportError:  # Windows: children are then counted only by what they say themselves
    resource = None  # type: ignore[assignment]

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Busy:
    """Nanoseconds of all processors since the machine started: working, and kept from us by the hypervisor."""

    busy: int
    stolen: int
    total: int


class Machine:
    """The machine we run on; files are opened once and read again in place."""

    def __init__(
        self, proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup"), *,
        child: Callable[[], int | None] = lambda: None,
    ) -> None:  # fmt: skip
        """`child`: the id of a process whose memory is held for us, None while there is none."""
        self.threads = os.cpu_count() or 1
        self._proc, self._child = proc, child
        self._stat, self._size = _opened(proc / "stat"), _opened(proc / "self" / "statm")
        self._tick = NANOSECONDS // os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0
        self._page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
        self._cgroup = own_cgroup(proc, cgroup)

    def busy(self) -> Busy | None:
        """Return the work of the whole machine so far."""
        if self._stat < 0:
            return None
        try:
            line = os.pread(self._stat, 512, 0).partition(b"\n")[0].split()
            if line[0] != b"cpu":
                return None
            user, nice, system, idle, iowait, irq, softirq, steal = (int(x) * self._tick for x in line[1:9])
        except (OSError, ValueError, IndexError):
            return None
        working = user + nice + system + irq + softirq  # time of guests already stands in user
        return Busy(working, steal, working + idle + iowait + steal)

    def memory_bytes(self) -> int | None:
        """Return the memory that this process holds, and its child."""
        if self._size < 0:
            return None
        try:
            return (int(os.pread(self._size, 64, 0).split()[1]) + self._pages_of_child()) * self._page
        except (OSError, ValueError, IndexError):
            return None

    def _pages_of_child(self) -> int:
        """Return 0 where there is no child, or it has just ended."""
        if (pid := self._child()) is None:
            return 0
        try:
            return int((self._proc / str(pid) / "statm").read_bytes().split()[1])
        except (OSError, ValueError, IndexError):
            return 0

    def asleep_seconds(self) -> float | None:
        """Return how long the machine has slept since it started; None where the system has no such clock."""
        if not hasattr(time, "CLOCK_BOOTTIME"):
            return None
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)

    @property
    def cgroup(self) -> Path | None:
        """Return the file that counts the processor time of our own control group, children included."""
        return self._cgroup


def own_cgroup(proc: Path, root: Path) -> Path | None:
    """Return the cpu.stat of our control group when this process and its children alone live in it (a systemd unit).

    In a container it often belongs to the whole container: twice our own time was seen there. Version 2 only.
    """
    try:
        lines = (proc / "self" / "cgroup").read_text("utf-8").splitlines()
        path = next(line[3:] for line in lines if line.startswith("0::"))
        group = root / path.lstrip("/")
        members = {int(word) for word in (group / "cgroup.procs").read_text("ascii").split()}
        file = group / "cpu.stat"
        if path in ("", "/") or members != {os.getpid()} or "usage_usec" not in file.read_text("ascii"):
            return None
    except (OSError, ValueError, StopIteration):
        return None
    return file


class OurTime:
    """Processor time of this process, all threads, and of its children once they have ended."""

    def __init__(self, cgroup: Path | None = None, own: Callable[[], int] = time.process_time_ns) -> None:
        self._own, self._cgroup = own, -1 if cgroup is None else _opened(cgroup)
        self._told = 0  # nanoseconds that children reported by themselves: not to be counted again when they end
        self._children = _ended_children()

    def __call__(self) -> int | None:
        """Return nanoseconds, growing; None when they cannot be read."""
        if self._cgroup >= 0:
            try:
                words = os.pread(self._cgroup, 256, 0).split()
                return int(words[words.index(b"usage_usec") + 1]) * 1000 - self._told
            except (OSError, ValueError, IndexError):
                return None
        ended = _ended_children() - self._children
        return self._own() + max(0, ended - self._told)

    def told(self, nanoseconds: int) -> None:
        """Note what a child said of its own time: it was charged then."""
        self._told += nanoseconds


def _ended_children() -> int:
    if resource is None:
        return 0
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((spent.ru_utime + spent.ru_stime) * NANOSECONDS)


def _opened(file: Path) -> int:
    try:
        return os.open(file, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return -1
