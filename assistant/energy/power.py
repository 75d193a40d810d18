"""Processor seconds to joules at the plug, with a range, a label and what must be said beside them.

Knows nothing of sections, carbon or the page; the factors are handed in.
"""

import math
from dataclasses import dataclass

from assistant.energy.reading import Factor

METHOD = "cpu_seconds_x_watts_per_busy_thread"


@dataclass(frozen=True, slots=True)
class PlugEnergy:
    """Joules at the plug, before what the building adds."""

    joules: float
    low: float
    high: float
    label: str
    warnings: tuple[str, ...]
    method: str


def plug_joules(chip_joules: float, *, board_ratio: float) -> float:
    """Return what the plug delivers when the chip draws `chip_joules`: board, fans and power supply added."""
    return chip_joules * board_ratio


def energy_of_busy_threads(
    cpu_seconds: float | None, *, watts_per_busy_thread: Factor, board_ratio: Factor
) -> PlugEnergy | None:
    """Return the plug energy of `cpu_seconds` of busy thread; None when they are no reading.

    Zero is no reading either: work was done, so the clock was too coarse to see it.
    """
    if cpu_seconds is None or not math.isfinite(cpu_seconds) or cpu_seconds <= 0:
        return None
    joules = plug_joules(cpu_seconds * watts_per_busy_thread.value, board_ratio=board_ratio.value)
    # The band is that of the watts alone: combined in log space, the board ratio (1.15) would move it from 2.0 to 2.03.
    low = joules * watts_per_busy_thread.low / watts_per_busy_thread.value
    high = joules * watts_per_busy_thread.high / watts_per_busy_thread.value
    # "assumed" for every processor: nothing here looks at which one it is, let alone at a counter.
    return PlugEnergy(joules, low, high, "assumed", ("no_counter", "memory_not_counted"), METHOD)
