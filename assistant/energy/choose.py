"""Choose how this machine's energy is known: its counter, else its calibration, else its processor, else a constant.

The order is that of trust. Says why, and what would make it better. Knows nothing of sections or the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.energy.cpu import SERVER_PARTS, Processor, plain_name, processor, tdp_watts
from assistant.energy.factors import CURVE, UNCERTAINTIES
from assistant.energy.gauge import Gauge
from assistant.energy.power import Source, by_calibration, by_counter, by_curve, by_thread, tdp_per_thread
from assistant.energy.probes import Health
from assistant.energy.probes.machine import Machine
from assistant.energy.probes.powercap import ROOT, Powercap
from assistant.energy.reading import Factor
from assistant.energy.receipt import MOST_PER_THREAD

LIKELY_RATIO = (1.0, 2.5)  # plug over counter; outside, the two did not read the same machine


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two readings of a plug meter and the loads they were taken at; counter watts where a counter was read too."""

    rest_load: float
    rest_watts: float
    busy_load: float
    busy_watts: float
    processor: str
    threads: int
    day: str
    rest_counter: float | None = None
    busy_counter: float | None = None

    def fits(self, here: Processor) -> bool:
        """Tell whether it was taken on this processor: a data folder may have moved."""
        return (self.processor, self.threads) == (here.brand, here.threads)

    def board(self) -> Factor | None:
        """Return plug watts over counter watts, from the two differences; None when they make no sense."""
        if self.rest_counter is None or self.busy_counter is None or self.busy_counter <= self.rest_counter:
            return None
        ratio = (self.busy_watts - self.rest_watts) / (self.busy_counter - self.rest_counter)
        if not LIKELY_RATIO[0] <= ratio <= LIKELY_RATIO[1]:
            return None
        wide = UNCERTAINTIES["calibration"]
        return Factor(ratio, ratio / wide, ratio * wide, "ratio", "", int(self.day[:4]), "")


@dataclass(frozen=True, slots=True)
class Chosen:
    """How energy is known here; `why` is a code (words.py), `health` that of the counter."""

    source: Source
    why: str
    processor: Processor
    tdp_watts: float | None
    health: Health
    probe: Powercap | None
    calibration: Calibration | None

    @property
    def label(self) -> str:
        """Return the label of an ordinary answer: a counter with a modelled board is measured in part."""
        counted = self.source.label == "measured" and self.source.board_factor is None
        return "partly_measured" if counted else self.source.label

    def gauge(self, machine: Machine | None = None) -> Gauge:
        """Return the gauge that reads it."""
        return Gauge(self.source, machine or Machine(), self.probe)


def choose(
    powercap: Path | None = None, calibration: Calibration | None = None, here: Processor | None = None
) -> Chosen:
    """Look at this machine; `powercap` None means the system's own tree."""
    here = here or processor()
    tdp = tdp_watts(here.brand)
    whole = None if tdp is None or here.virtual else tdp * here.sockets
    most = 500.0 if tdp is None or here.virtual else tdp
    probe = Powercap(powercap or ROOT, most_watts=most, virtual=here.virtual)
    health = probe.health()
    kept = calibration if calibration and calibration.fits(here) else None
    if health.ok:
        floor = CURVE[0] * (whole or MOST_PER_THREAD * here.threads)
        source = by_counter(UNCERTAINTIES[here.counter_spread], floor, kept.board() if kept else None, whole)
        why = "counter_of_hypervisor" if here.virtual else "counter"
        return Chosen(source, why, here, tdp, health, probe, kept)
    probe.close()
    if kept:
        line = by_calibration(kept.rest_load, kept.rest_watts, kept.busy_load, kept.busy_watts)
        return Chosen(line, "calibrated", here, tdp, health, None, kept)
    if whole is not None:
        return Chosen(by_curve(whole, "CodeCarbon, RAPL"), "curve", here, tdp, health, None, None)
    threads = SERVER_PARTS.get(plain_name(here.brand))
    if here.virtual and tdp is not None and threads:
        part = by_thread(tdp_per_thread(tdp, threads, "CodeCarbon, Boavizta"))
        return Chosen(part, "guest_of_known_part", here, tdp, health, None, None)
    why = "guest" if here.virtual else "unknown_processor"
    return Chosen(by_thread(), why, here, None if here.virtual else tdp, health, None, None)


def calibration_of(kept: Mapping[str, object]) -> Calibration | None:
    """Return a calibration from what was kept; None when it cannot be used any more."""
    try:
        found = Calibration(**kept)  # type: ignore[arg-type]
        by_calibration(found.rest_load, found.rest_watts, found.busy_load, found.busy_watts)
        int(found.day[:4])
    except (TypeError, ValueError):
        return None
    return found
