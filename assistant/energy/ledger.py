"""Who used the processor: slices of process CPU time, split among the sections open in each.

Every opening, closing and reading ends a slice; its CPU time is divided equally among the sections open in it, or goes
to the account "app" when none is. The accounts therefore add up to what the process used, to the nanosecond. Knows
nothing of probes, files or the page, and starts no thread.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from assistant.energy.footprint import Settings, reading_of
from assistant.energy.reading import EnergyReading

IDLE_ACCOUNT = "app"  # work done while no section is open: the page, health checks
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Total:
    """What one account used since the ledger was made; `reading` is None when nothing was read."""

    cpu_nanoseconds: int
    sections: int
    reading: EnergyReading | None


class LedgerSection:
    """A metered span of work; opened and closed by `with`, from any thread, once."""

    __slots__ = ("_account", "_clock", "_closed_at", "_cpu_nanoseconds", "_ledger", "_opened_at", "_shared", "_unread")

    def __init__(self, ledger: "Ledger", account: str, clock: Callable[[], float]) -> None:
        self._ledger, self._account, self._clock = ledger, account, clock
        self._cpu_nanoseconds = 0
        self._shared = False  # another section was open while the processor worked
        self._unread = False  # a part could not be read: the rest alone would look like the whole
        self._opened_at: float | None = None
        self._closed_at: float | None = None

    def __enter__(self) -> "LedgerSection":
        if self._opened_at is not None:
            raise RuntimeError("a section is opened once")
        self._opened_at = self._clock()
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
        return self._cpu_nanoseconds

    @property
    def seconds(self) -> float:
        """Return how long the section has been open, or was."""
        if self._opened_at is None:
            return 0.0
        return (self._clock() if self._closed_at is None else self._closed_at) - self._opened_at


class Ledger:
    """A meter: process CPU time, one lock, no thread. Counts from its making on; make one per process."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        # Process time: a thread's own would miss the workers of ggml and onnxruntime, the wall's bills waiting.
        cpu_nanoseconds: Callable[[], int | None] = time.process_time_ns,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._settings = settings or Settings()
        self._read, self._clock = cpu_nanoseconds, clock
        # Reentrant: the collector may close a forgotten generator's section on the very thread that holds the lock.
        self._lock = threading.RLock()
        self._slicing = False
        self._late: deque[LedgerSection] = deque()  # closed that way, in the middle of a slice
        self._sections: dict[LedgerSection, None] = {}  # the open ones, in order of opening
        self._accounts: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._since = self._read()

    def section(self, account: str) -> LedgerSection:
        """Return a section charged to `account`; `with` opens it."""
        return LedgerSection(self, account, self._clock)

    def totals(self) -> dict[str, Total]:
        """Return account -> what it used so far, open sections included."""
        with self._lock:
            self._end_slice()
            names = self._accounts.keys() | self._counts.keys() | {IDLE_ACCOUNT}
            return {
                name: Total(used, self._counts.get(name, 0), reading_of(used / NANOSECONDS, self._settings))
                for name in sorted(names)
                for used in [self._accounts.get(name, 0)]
            }

    def _open(self, section: LedgerSection) -> None:
        with self._lock:
            self._end_slice()
            self._counts[section.account] = self._counts.get(section.account, 0) + 1
            self._sections[section] = None

    def _close(self, section: LedgerSection) -> None:
        with self._lock:
            if section._closed_at is not None or section._opened_at is None:
                return
            section._closed_at = self._clock()
            if self._slicing:
                self._late.append(section)
                return
            self._end_slice()
            self._sections.pop(section, None)

    def _add(self, section: LedgerSection, seconds: float) -> None:
        with self._lock:
            if math.isfinite(seconds) and seconds >= 0:
                self._charge(section, round(seconds * NANOSECONDS))
            else:
                section._unread = True

    def _reading(self, section: LedgerSection) -> EnergyReading | None:
        with self._lock:
            if section in self._sections:
                self._end_slice()
            if section._unread:
                return None
            warnings = ("shared_time",) if section._shared else ()
            return reading_of(section._cpu_nanoseconds / NANOSECONDS, self._settings, warnings=warnings)

    def _charge(self, section: LedgerSection, nanoseconds: int) -> None:
        section._cpu_nanoseconds += nanoseconds
        self._accounts[section.account] = self._accounts.get(section.account, 0) + nanoseconds

    def _end_slice(self) -> None:
        """Charge what was used since the last slice; the lock is held."""
        self._slicing = True
        try:
            while self._late:
                self._sections.pop(self._late.popleft(), None)
            sections = tuple(self._sections)
            now, before = self._read(), self._since
            self._since = now
            if now is None or before is None or now < before:
                # No reading, or a clock that went back: nothing is made up, and the next slice starts from here.
                for section in sections:
                    section._unread = True
                return
            self._split(now - before, sections)
        finally:
            self._slicing = False

    def _split(self, used: int, sections: tuple[LedgerSection, ...]) -> None:
        if not sections:
            self._accounts[IDLE_ACCOUNT] = self._accounts.get(IDLE_ACCOUNT, 0) + used
            return
        share, left = divmod(used, len(sections))
        for place, section in enumerate(sections):
            self._charge(section, share + (place < left))  # the odd nanoseconds go to the oldest: the sum stays exact
            section._shared = section._shared or (used > 0 and len(sections) > 1)
