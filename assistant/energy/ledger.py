"""Who used the machine: slices of processor time and windows of energy, split among the sections open in each.

Every opening, closing and reading ends a slice; its CPU time is divided equally among the sections open in it, or goes
to the account "app" when none is. A window of energy holds one or more slices and is split as its CPU time was. The
accounts therefore add up to what the process used, to the nanosecond, and to what the counters moved by, to the
microjoule. Knows nothing of probes, files or the page, and starts no thread.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from assistant.energy.footprint import Settings
from assistant.energy.gauge import Gauge, Seen
from assistant.energy.power import by_thread
from assistant.energy.probes.machine import OurTime
from assistant.energy.reading import EnergyReading
from assistant.energy.receipt import read
from assistant.energy.usage import Usage

IDLE_ACCOUNT = "app"  # work and memory while no section is open: the page, health checks
OTHERS, STANDBY = "other_programs", "machine_at_rest"  # what the counters saw that is not ours
NANOSECONDS = 1_000_000_000
SHORTEST = 0.05  # seconds of a window, unless a reading is asked for: counters are too coarse below
WORKING = 0.7  # processor time over time open, below which the work was kept waiting


@dataclass(frozen=True, slots=True)
class Total:
    """What one account used since the ledger was made; `reading` is None when nothing was read."""

    cpu_nanoseconds: int
    sections: int
    reading: EnergyReading | None
    unread: int = 0  # sections among them that could not be read
    microjoules: int = 0  # of the counters or the curve; 0 where energy is processor time alone


class LedgerSection:
    """A metered span of work; opened and closed by `with`, from any thread, once."""

    __slots__ = ("_account", "_closed_at", "_ledger", "_opened_at", "_others", "_unread", "_used", "threads")

    def __init__(self, ledger: "Ledger", account: str, threads: int) -> None:
        self._ledger, self._account = ledger, account
        self._used = Usage()
        self._unread = False  # a part could not be read: the rest alone would look like the whole
        self._others = [0, 0.0]  # microjoules and seconds of the others meanwhile: a child's are among them
        self.threads = threads
        self._opened_at: float | None = None
        self._closed_at: float | None = None

    def __enter__(self) -> "LedgerSection":
        if self._opened_at is not None:
            raise RuntimeError("a section is opened once")
        self._opened_at = self._ledger._clock()
        self._ledger._open(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the section; a second call does nothing."""
        self._ledger._close(self)

    def add_cpu_seconds(self, seconds: float) -> None:
        """Add what a child process used for this section, by that child's own clock.

        Counts even after the closing: a stopped answer's child reports late. What is no number, or negative, makes
        the section unreadable.
        """
        self._ledger._add(self, seconds)

    def reading(self) -> EnergyReading | None:
        """Return what the section cost so far; None when nothing could be read, never 0."""
        return self._ledger._reading(self)

    @property
    def account(self) -> str:
        """Return the account that pays."""
        return self._account

    @property
    def cpu_nanoseconds(self) -> int:
        """Return the CPU time charged up to the last slice."""
        return self._used.cpu

    @property
    def seconds(self) -> float:
        """Return how long the section has been open, or was."""
        if self._opened_at is None:
            return 0.0
        return (self._ledger._clock() if self._closed_at is None else self._closed_at) - self._opened_at


class Ledger:
    """A meter: one lock, no thread. Counts from its making on; make one per process."""

    def __init__(
        self,
        settings: Settings | None = None,
        gauge: Gauge | None = None,
        *,
        # Process time: a thread's own would miss the workers of ggml and onnxruntime, the wall's bills waiting.
        cpu_nanoseconds: Callable[[], int | None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Without a gauge, energy is watts per busy thread and no machine is read."""
        self._settings, self._gauge, self._clock = settings or Settings(), gauge, clock
        self._read = cpu_nanoseconds or OurTime()
        # Reentrant: the collector may close a forgotten generator's section on the very thread that holds the lock.
        self._lock = threading.RLock()
        self._slicing = False
        self._late: deque[LedgerSection] = deque()  # closed that way, in the middle of a slice
        self._sections: dict[LedgerSection, None] = {}  # the open ones, in order of opening
        self._accounts: dict[str, Usage] = {IDLE_ACCOUNT: Usage()}
        self._window: dict[LedgerSection | None, list[float]] = {}  # who -> [nanoseconds, seconds] since it began
        self._since, self._at = self._read(), clock()
        self.opened = threading.Event()  # a ticker may wait for it

    def section(self, account: str, *, threads: int = 1) -> LedgerSection:
        """Return a section charged to `account`; `with` opens it. `threads`: how many it keeps busy by itself."""
        return LedgerSection(self, account, threads)

    @property
    def working(self) -> bool:
        """Tell whether a section is open."""
        return bool(self._sections)

    def tick(self) -> None:
        """End the window in hand, so that counters never turn round unseen."""
        with self._lock:
            self._end_slice(settle=True)

    def usages(self) -> dict[str, Usage]:
        """Return account -> a state of what it used so far, open sections included."""
        with self._lock:
            self._end_slice(settle=True)
            return {name: used.copy() for name, used in sorted(self._accounts.items())}

    def totals(self) -> dict[str, Total]:
        """Return account -> what it used so far, open sections included."""
        return {name: self.total(used) for name, used in self.usages().items()}

    def total(self, used: Usage) -> Total:
        """Return a usage, or the difference of two, with its reading."""
        return Total(
            used.cpu, used.sections, self._read_of(used, False), used.unread, used.dynamic + used.idle + used.dram
        )

    def _open(self, section: LedgerSection) -> None:
        with self._lock:
            self._end_slice()
            self._sections[section] = None
        self.opened.set()

    def _close(self, section: LedgerSection) -> None:
        with self._lock:
            if section._closed_at is not None or section._opened_at is None:
                return
            section._closed_at = self._clock()
            if self._slicing:
                self._late.append(section)
                return
            self._end_slice()
            self._drop(section)

    def _drop(self, section: LedgerSection) -> None:
        if section in self._sections:
            del self._sections[section]
            self._account(section.account).add(Usage(sections=1, unread=int(section._unread)))

    def _add(self, section: LedgerSection, seconds: float) -> None:
        with self._lock:
            if not (math.isfinite(seconds) and seconds >= 0):
                section._unread = True
                return
            spent = round(seconds * NANOSECONDS)
            if isinstance(self._read, OurTime):
                self._read.told(spent)
            self._charge(section, Usage(cpu=spent))
            microjoules, others = section._others
            # Until it spoke, the child was one of the others: what they drew meanwhile is its by its share of their time.
            moved = min(int(microjoules), round(microjoules * seconds / others)) if others > 0 else 0
            if moved:
                section._others = [microjoules - moved, others - min(others, seconds)]
                self._account(OTHERS).dynamic -= moved
                self._charge(section, Usage(dynamic=moved))
            elif self._gauge and not self._gauge.source.per_thread:
                self._charge(section, Usage(missing=spent))

    def _reading(self, section: LedgerSection) -> EnergyReading | None:
        with self._lock:
            if section in self._sections or section in self._window:
                self._end_slice(settle=True)
            if section._unread:
                return None
            wall = section.seconds
            waited = wall > 0 and section._used.cpu / NANOSECONDS < WORKING * section.threads * wall
            return self._read_of(section._used, waited)

    def _read_of(self, used: Usage, waited: bool) -> EnergyReading | None:
        gauge = self._gauge
        return read(
            used, self._settings, gauge.source if gauge else by_thread(), threads=gauge.threads if gauge else 1,
            dram=bool(gauge and gauge.dram), contended=waited or bool(used.codes & {"contended", "shared_time"}),
        )  # fmt: skip

    def _account(self, name: str) -> Usage:
        return self._accounts.setdefault(name, Usage())

    def _charge(self, who: LedgerSection | None, used: Usage) -> None:
        if who is not None:
            who._used.add(used)
        self._account(IDLE_ACCOUNT if who is None else who.account).add(used)

    def _end_slice(self, settle: bool = False) -> None:
        """Charge what was used since the last slice, and the window's energy when it is due; the lock is held."""
        self._slicing = True
        try:
            while self._late:
                self._drop(self._late.popleft())
            sections: tuple[LedgerSection | None, ...] = tuple(self._sections)
            now, before, clock = self._read(), self._since, self._clock()
            seconds, self._at, self._since = max(0.0, clock - self._at), clock, now
            if now is None or before is None or now < before:
                # No reading, or a clock that went back: nothing is made up, and the next slice starts from here.
                for section in self._sections:
                    section._unread = True
                used = 0
            else:
                used = now - before
            self._split(used, seconds, sections or (None,))
            if self._gauge and (settle or self._gauge.age >= SHORTEST):
                self._settle(self._gauge)
        finally:
            self._slicing = False

    def _split(self, used: int, seconds: float, sections: tuple[LedgerSection | None, ...]) -> None:
        share, left = divmod(used, len(sections))
        common = {"shared_time"} if used > 0 and len(sections) > 1 else set()
        for place, section in enumerate(sections):
            mine = share + (place < left)  # the odd nanoseconds go to the oldest: the sum stays exact
            active = seconds / len(sections) if section is not None else 0.0
            self._charge(section, Usage(cpu=mine, active=active, codes=common))
            seen = self._window.setdefault(section, [0, 0.0])
            seen[0] += mine
            seen[1] += seconds / len(sections)

    def _settle(self, gauge: Gauge) -> None:
        """Share out the energy of the window: by processor time, memory by time open."""
        parts, self._window = self._window, {}
        ours = sum(int(spent) for spent, _ in parts.values())
        seen = gauge.measure(ours)
        shares = seen.shares
        if shares.other or shares.dram_other:
            self._account(OTHERS).add(Usage(dynamic=shares.other, dram=shares.dram_other))
        if shares.standby:
            self._account(STANDBY).add(Usage(idle=shares.standby))
        by_time = [int(spent) for spent, _ in parts.values()]
        by_presence = [round(1e6 * seconds) for _, seconds in parts.values()]
        split = {name: parted(getattr(shares, name), by_time) for name in ("dynamic", "idle", "full_idle", "dram")} | {
            "memory": parted(seen.memory, by_presence)
        }
        codes = set(seen.codes)
        for place, (who, (spent, _)) in enumerate(parts.items()):
            lost = 0 if seen.known else int(spent)
            self._charge(who, Usage(**{name: row[place] for name, row in split.items()}, missing=lost, codes=codes))
            if who is not None and ours:
                self._keep_others(who, seen, int(spent) / ours)

    def _keep_others(self, section: LedgerSection, seen: Seen, part: float) -> None:
        section._others = [
            section._others[0] + round(seen.shares.other * part),
            section._others[1] + seen.others * part,
        ]


def parted(amount: int, weights: list[int]) -> list[int]:
    """Split `amount` by `weights` without losing a unit; equally when all are 0."""
    left, rest = amount, sum(weights) or len(weights)
    shares = []
    for weight in weights if sum(weights) else [1] * len(weights):
        mine = left * weight // rest if rest else 0
        shares.append(mine)
        left, rest = left - mine, rest - weight
    return shares
