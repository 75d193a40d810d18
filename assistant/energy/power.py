"""Where joules come from when a slice of work ends: a counter, a power curve, a calibration, or watts per busy thread.

Takes what the machine did in a window and says what it drew, how much of that was its floor, and how it is known.
Knows nothing of sections, carbon or the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.energy.factors import (
    CURVE,
    CURVE_BAND,
    CURVE_FACT,
    FACTORS,
    FULL_LOAD,
    UNCERTAINTIES,
    UNCERTAINTIES_FACT,
)
from assistant.energy.reading import Factor

MICRO = 1_000_000
THREAD_METHOD = "cpu_seconds_x_watts_per_busy_thread"
IDLE_SHARE = CURVE[0] / FULL_LOAD  # of full-load power, when nothing better is known of the floor


@dataclass(frozen=True, slots=True)
class Window:
    """What the machine did between two readings; seconds of processor time, microjoules of its counters."""

    seconds: float
    threads: int
    busy: float | None  # of the whole machine; None where it cannot be read
    ours: float
    counted: Mapping[str, int] | None = None  # "cpu" and "dram"; None where there is no counter


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the processor of the whole machine drew in a window: in all, and the part that it draws at rest."""

    microjoules: int
    idle: int


@dataclass(frozen=True, slots=True)
class Source:
    """One way to know the power of a machine; `up` and `down` are the ratios of its range."""

    name: str
    label: str  # what a reading from it alone may be called
    down: float
    up: float
    board: bool  # whether what lies between processor and plug is still to be added
    factor: Factor | None = None  # W per busy thread, the TDP of the machine, or 1 with the range of the source
    board_factor: Factor | None = None  # None: the default ratio
    idle_watts: float = 0.0
    tdp_watts: float | None = None  # of the machine, where it is known
    points: tuple[float, float, float, float] | None = None  # load and plug watts, at rest and busy
    per_thread: bool = False  # energy follows our processor time alone
    memory: bool = True  # whether memory is still to be added

    def drawn(self, window: Window) -> Drawn | None:
        """Return what the machine drew; None when this source cannot tell for that window."""
        if self.per_thread:
            return None
        if self.name == "counter_x_cpu_share":
            if window.counted is None or "cpu" not in window.counted:
                return None
            total = window.counted["cpu"]
            return Drawn(total, min(total, round(self.idle_watts * window.seconds * MICRO)))
        if window.busy is None or window.seconds <= 0 or window.threads < 1:
            return None
        load = min(1.0, window.busy / (window.seconds * window.threads))
        rest, total_watts = self._watts(load)
        total = round(total_watts * window.seconds * MICRO)
        return Drawn(total, min(total, round(rest * window.seconds * MICRO)))

    def _watts(self, load: float) -> tuple[float, float]:
        """Return the watts at rest and at `load`, of the processor, or of the plug when calibrated."""
        if self.points is not None:
            at_rest, rest, at_work, busy = self.points
            slope = (busy - rest) / (at_work - at_rest)
            floor = max(0.0, rest - slope * at_rest)
            return floor, max(floor, rest + slope * (load - at_rest))
        assert self.factor is not None
        return curve_watts(self.factor.value, 0.0), curve_watts(self.factor.value, load)


def curve_watts(tdp_watts: float, load: float) -> float:
    """Return what a processor draws at `load` (0 to 1): concave, unlike the straight line of most tools."""
    floor, span, exponent = CURVE
    return tdp_watts * (floor + span * float(max(0.0, load) ** exponent))


def by_thread(factor: Factor | None = None) -> Source:
    """Return the last resort: watts per busy thread, the floor and everything in them."""
    watts = factor or FACTORS["watts_per_busy_thread"]
    return Source(
        THREAD_METHOD if factor is None else "cpu_seconds_x_tdp_per_thread",
        "assumed" if factor is None else "estimated",
        # The band is that of the watts alone: with the board's 1.15 it would move from 2.0 to 2.03.
        watts.value / watts.low, watts.high / watts.value, board=True, factor=watts, per_thread=True,
    )  # fmt: skip


def tdp_per_thread(tdp_watts: float, threads: int, source: str) -> Factor:
    """Return the watts of one busy thread of a known server part: its share, never the host's whole TDP."""
    watts = tdp_watts / threads * FULL_LOAD
    return Factor(watts, watts / 2, watts * 2, "W per busy thread", "energy-factor-server-parts", 2026, source)


def by_curve(tdp_watts: float, source: str) -> Source:
    """Return the power curve of a known processor, sockets added up."""
    low, high = CURVE_BAND
    factor = Factor(tdp_watts, tdp_watts * low, tdp_watts * high, "W (TDP)", CURVE_FACT, 2026, source)
    return Source("power_curve_x_cpu_share", "estimated", 1 / low, high, board=True, factor=factor, tdp_watts=tdp_watts)


def by_counter(spread: float, idle_watts: float, board: Factor | None = None, tdp_watts: float | None = None) -> Source:
    """Return the counter of the processor; `board`: the plug over the counter, where a calibration measured it."""
    return Source(
        "counter_x_cpu_share", "measured", spread, spread, board=True, idle_watts=idle_watts, board_factor=board,
        tdp_watts=tdp_watts,
        factor=Factor(1.0, 1 / spread, spread, "J per counted J", UNCERTAINTIES_FACT, 2026, "RAPL"),
    )  # fmt: skip


def by_calibration(at_rest: float, rest_watts: float, at_work: float, busy_watts: float) -> Source:
    """Return the straight line between two readings of the plug; loads are 0 to 1. Raises ValueError on no slope."""
    if not (0 <= at_rest < at_work <= 1 and 0 < rest_watts < busy_watts):
        raise ValueError(f"no line through {rest_watts} W at {at_rest} and {busy_watts} W at {at_work}")
    spread = UNCERTAINTIES["calibration"]
    return Source(
        "calibrated_line_x_cpu_share", "calibrated", spread, spread, board=False, memory=False,
        points=(at_rest, rest_watts, at_work, busy_watts),
        factor=Factor(1.0, 1 / spread, spread, "J per calibrated J", UNCERTAINTIES_FACT, 2026, "Jugeote"),
    )  # fmt: skip


def plug_joules(chip_joules: float, *, board_ratio: float) -> float:
    """Return what the plug delivers when the chip draws `chip_joules`: board, fans and power supply added."""
    return chip_joules * board_ratio
