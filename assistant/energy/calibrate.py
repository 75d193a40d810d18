"""Measure a machine at rest and at work, so that two readings of a plug meter give its power at any load.

Takes what reads and what works as arguments; asks and prints nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.energy.choose import Calibration
from assistant.energy.cpu import Processor
from assistant.energy.errors import CalibrationNoisy, CalibrationSlight, CalibrationUnread
from assistant.energy.probes import Probe
from assistant.energy.probes.machine import Machine

MOST_AT_REST, LEAST_APART = 0.30, 0.30  # busy share of the machine
SUPPLY = Path("/sys/class/power_supply")


@dataclass(frozen=True, slots=True)
class Phase:
    """What was seen in one phase: busy share of the machine, watts of its counter and of its battery where there are."""

    load: float
    counter_watts: float | None
    battery_watts: float | None


def watch(
    seconds: float, work: Callable[[], object] | None, machine: Machine, probe: Probe | None = None, *,
    supply: Path = SUPPLY, clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep,
) -> Phase:  # fmt: skip
    """Watch the machine for `seconds`, doing `work` again and again, or nothing; raises CalibrationUnread."""
    busy, counted, start = machine.busy(), probe.read() if probe else None, clock()
    battery = []
    while clock() - start < seconds:
        if work is None:
            sleep(min(1.0, seconds))
        else:
            work()
        if (watts := battery_watts(supply)) is not None:
            battery.append(watts)
    spent, after, then = clock() - start, machine.busy(), probe.read() if probe else None
    if busy is None or after is None or spent <= 0:
        raise CalibrationUnread(found="/proc/stat")
    load = (after.busy - busy.busy) / 1e9 / spent / machine.threads
    watts_counted = None
    if counted and then:
        watts_counted = (then["cpu"] - counted["cpu"]) / 1e6 / spent
    return Phase(min(1.0, max(0.0, load)), watts_counted, sum(battery) / len(battery) if battery else None)


def calm(rest: Phase) -> None:
    """Raise CalibrationNoisy when the machine worked while it should have rested."""
    if rest.load > MOST_AT_REST:
        raise CalibrationNoisy(load=round(100 * rest.load), most=round(100 * MOST_AT_REST))


def calibrated(rest: Phase, rest_watts: float, busy: Phase, busy_watts: float, here: Processor) -> Calibration:
    """Return the calibration; raises CalibrationNoisy or CalibrationSlight."""
    calm(rest)
    if busy.load - rest.load < LEAST_APART or not 0 < rest_watts < busy_watts:
        raise CalibrationSlight(
            rest=round(100 * rest.load), busy=round(100 * busy.load), rest_watts=rest_watts, busy_watts=busy_watts
        )
    return Calibration(
        rest.load, rest_watts, busy.load, busy_watts, here.brand, here.threads, date.today().isoformat(),
        rest.counter_watts, busy.counter_watts,
    )  # fmt: skip


def watts_of(said: str) -> float:
    """Return what a person typed as watts, comma or point; raises CalibrationUnread."""
    try:
        watts = float(said.strip().lower().removesuffix("w").strip().replace(",", "."))
    except ValueError:
        watts = 0.0
    if not 0 < watts < 100_000:
        raise CalibrationUnread(found=said.strip() or "-")
    return watts


def battery_watts(supply: Path = SUPPLY) -> float | None:
    """Return what a laptop draws from its battery now; None on the mains, or where nothing says it."""
    for folder in sorted(supply.glob("BAT*")):
        try:
            if (folder / "status").read_text("utf-8").strip() == "Discharging":
                return int((folder / "power_now").read_text("ascii")) / 1e6
        except (OSError, ValueError):
            continue
    return None
