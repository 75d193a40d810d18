"""One reading of the machine after another, turned into windows: what was drawn, by whom, and what went wrong.

A window is dropped rather than guessed when a counter was reset or the machine slept. Knows nothing of sections.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.energy.power import MICRO, Drawn, Source, Window, by_thread
from assistant.energy.probes import Probe
from assistant.energy.probes.machine import NANOSECONDS, Busy, Machine

STOLEN = 0.05  # share of the machine's time taken by other guests: above, the machine is called shared
SLEPT = 0.5  # seconds of sleep inside a window
QUIET = 0.02  # busy share below which a window tells the floor
QUIET_WINDOW = 25.0  # seconds: shorter ones are too noisy for that
DAY, ENOUGH = 86_400.0, 20  # floors kept, and how many of them before they are trusted
STILL = 0.02  # seconds of our own work
SLACK = 1.02  # our time over the machine's: more is not the rounding of ticks


@dataclass(frozen=True, slots=True)
class Shares:
    """The microjoules of one window: ours above and of the floor, the others', and what nobody asked for. They add up."""

    dynamic: int = 0
    idle: int = 0
    other: int = 0
    standby: int = 0
    full_idle: int = 0  # the whole floor, which the shares above already hold
    dram: int = 0  # of the memory's own counter, ours
    dram_other: int = 0

    @property
    def total(self) -> int:
        """Return what the counters moved by."""
        return self.dynamic + self.idle + self.other + self.standby + self.dram + self.dram_other


@dataclass(frozen=True, slots=True)
class Seen:
    """A window as the ledger needs it: shares, memory held, and codes; `others` is the others' processor time."""

    seconds: float
    shares: Shares
    memory: int  # byte-milliseconds of this process
    codes: frozenset[str]
    others: float
    known: bool  # whether the energy of the window was seen


def share(drawn: int, idle: int, window: Window) -> Shares:
    """Split what the machine drew: the part above its floor by busy time, the floor by share of its capacity.

    Charging the floor by busy time would give all of it to the only small task of a resting machine.
    """
    above, ours = drawn - idle, max(0.0, window.ours)
    busy = ours if window.busy is None else window.busy
    mine = round(above * min(1.0, ours / busy)) if busy > 0 else 0
    room = window.threads * window.seconds
    floor = round(idle * min(1.0, ours / room)) if room > 0 else 0
    return Shares(mine, floor, above - mine, idle - floor, idle)


class Gauge:
    """The probe, the machine and the source of power of this computer; `measure` ends a window."""

    def __init__(
        self, source: Source | None = None, machine: Machine | None = None, probe: Probe | None = None, *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self.source, self._probe, self._clock = source or by_thread(), probe, clock
        self._machine = machine
        self.threads = machine.threads if machine else 1
        self.dram = probe is not None and "dram" in (probe.read() or probe.read() or {})
        self._floors: deque[tuple[float, float]] = deque()
        self._at = clock()
        self._busy = self._machine.busy() if self._machine else None
        self._counted = dict(probe.read() or {}) if probe else {}
        self._asleep = self._machine.asleep_seconds() if self._machine else None
        self._memory = self._machine.memory_bytes() if self._machine else None

    @property
    def age(self) -> float:
        """Return the seconds since the last window ended."""
        return self._clock() - self._at

    def measure(self, ours: int) -> Seen:
        """End the window that began at the last call; `ours` is our processor time in it, in nanoseconds."""
        now = self._clock()
        seconds, self._at = now - self._at, now
        codes: set[str] = set()
        busy = self._work(codes)
        counted = self._count(codes)
        memory = self._held(seconds)
        if self._slept():
            codes.add("suspended")
            counted = None
        if seconds <= 0:  # a clock that went back: nothing is made up
            return Seen(0.0, Shares(), 0, frozenset(codes), 0.0, self.source.per_thread)
        window = Window(seconds, self.threads, busy, ours / NANOSECONDS, counted)
        if busy is not None and window.ours > busy * SLACK:
            window = replace(window, busy=window.ours)  # the machine's clock ticks at 10 ms, ours does not
        asleep = "suspended" in codes
        drawn = None if asleep else self.source.drawn(window)
        if drawn is not None and drawn.microjoules == 0 and window.ours > STILL:
            codes.add(
                "counter_still"
            )  # a counter that stands still while we work is not read: zero would look measured
            drawn = None
        shares = self._shares(window, drawn, codes) if drawn else Shares()
        others = max(0.0, (busy or 0.0) - window.ours)
        return Seen(seconds, shares, memory, frozenset(codes), others, self.source.per_thread or drawn is not None)

    def _shares(self, window: Window, drawn: Drawn, codes: set[str]) -> Shares:
        shares = share(drawn.microjoules, drawn.idle, window)
        if self._probe is not None:
            self._learn(window, drawn.microjoules)
            if len(self._floors) < ENOUGH:
                codes.add("idle_default")
        dram = (window.counted or {}).get("dram", 0)
        if not dram:
            return shares
        mine = round(dram * min(1.0, window.ours / window.busy)) if window.busy else 0
        return replace(shares, dram=mine, dram_other=dram - mine)

    def _learn(self, window: Window, microjoules: int) -> None:
        """Keep the power of a resting machine: its floor is the 5th percentile of a day's."""
        if window.busy is None or window.seconds < QUIET_WINDOW:
            return
        if window.busy > QUIET * window.threads * window.seconds:
            return
        self._floors.append((self._at, microjoules / MICRO / window.seconds))
        while self._floors[0][0] < self._at - DAY:
            self._floors.popleft()
        if len(self._floors) >= ENOUGH:
            watts = sorted(watts for _, watts in self._floors)
            self.source = replace(self.source, idle_watts=watts[len(watts) // 20])

    def _work(self, codes: set[str]) -> float | None:
        before, now = self._busy, self._machine.busy() if self._machine else None
        self._busy = now
        if before is None or now is None or now.total < before.total:
            return None
        if now.total > before.total and (now.stolen - before.stolen) > STOLEN * (now.total - before.total):
            codes.add("contended")
        return max(0, _work(now) - _work(before)) / NANOSECONDS

    def _count(self, codes: set[str]) -> dict[str, int] | None:
        if self._probe is None:
            return None
        before, now = self._counted, self._probe.read()
        if now is None:
            codes.add("counter_reset")
            self._counted = dict(self._probe.read() or {})  # the next window starts from here
            return None
        self._counted = dict(now)
        return {name: value - before[name] for name, value in now.items()} if before else None

    def _held(self, seconds: float) -> int:
        before, now = self._memory, self._machine.memory_bytes() if self._machine else None
        self._memory = now
        if before is None or now is None or seconds <= 0:
            return 0
        return round((before + now) / 2 * seconds * 1000)

    def _slept(self) -> bool:
        before, now = self._asleep, self._machine.asleep_seconds() if self._machine else None
        self._asleep = now
        return before is not None and now is not None and abs(now - before) > SLEPT


def _work(busy: Busy) -> int:
    return busy.busy
