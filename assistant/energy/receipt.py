"""From raw inputs and factors to a reading: one computation, done when an answer is read and done again from a receipt.

Knows nothing of sections, files or the page.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assistant.energy.factors import FACTORS, UNCERTAINTIES
from assistant.energy.footprint import Settings, euros, grams_co2e, grams_embodied, millilitres, spread, watt_hours
from assistant.energy.power import MICRO, Source, by_thread, plug_joules
from assistant.energy.reading import EnergyReading, Factor, Receipt
from assistant.energy.usage import Usage

Inputs = Mapping[str, float | str | bool]
Number = Callable[[str], float]
VERSION = 1
NANO = 1_000_000_000
ORDER = ("measured", "calibrated", "estimated", "assumed")  # from the strongest to the weakest
COUNTS = 0.2  # a part smaller than this share of the joules does not set the label
MEASURED, PARTLY = 0.7, 0.5  # least share of the plug's joules that counters must give
SMALLEST_TDP = 65.0  # W: a 15 W laptop draws four times that for a minute, and a 4-thread desktop has this TDP
MOST_TDP, MOST_PER_THREAD = 2.0, 6.25  # plausible plug watts: twice the TDP; W of TDP a thread when it is unknown


@dataclass(frozen=True, slots=True)
class Figures:
    """The totals of a receipt."""

    joules: float
    low: float
    high: float
    watt_hours: float
    grams_co2e: float
    grams_co2e_embodied: float | None
    millilitres: float
    euros: float


def figures(inputs: Inputs, factors: Mapping[str, Factor]) -> Figures:
    """Return the totals; raises KeyError, TypeError, ValueError or ZeroDivisionError on what is no receipt."""

    def number(name: str) -> float:
        value = inputs[name]
        if isinstance(value, (str, bool)) or not math.isfinite(value) or value < 0:
            raise ValueError(f"{name} is {value!r}")
        return float(value)

    chip, down, up = _chip(number, inputs, factors["processor"])
    board = factors.get("board_ratio")
    ratio = board.value if board else 1.0
    if board and not inputs["per_thread"]:
        down, up = spread(down, board.value / board.low), spread(up, board.high / board.value)
    memory = _memory(number, inputs, factors)
    joules = plug_joules(chip + memory[0], board_ratio=ratio)
    low = plug_joules(chip / down + memory[1], board_ratio=ratio)
    high = plug_joules(chip * up + memory[2], board_ratio=ratio)
    if inputs["contended"]:
        low, high = low / UNCERTAINTIES["contended"], high * UNCERTAINTIES["contended"]
    pue, price = factors["pue"].value, factors["euros_per_tonne"].value
    grams = grams_co2e(joules, grams_per_kwh=factors["grams_per_kwh"].value, pue=pue)
    made: float | None = None
    if "embodied_grams_per_hour" in factors and number("active_seconds") * number("machine_share") > 0:
        hour = factors["embodied_grams_per_hour"].value
        made = grams_embodied(number("active_seconds"), grams_per_hour=hour, share=number("machine_share"))
    water = millilitres(
        joules, litres_per_kwh_offsite=factors["litres_per_kwh_offsite"].value, pue=pue,
        litres_per_kwh_onsite=factors["litres_per_kwh_onsite"].value,
    )  # fmt: skip
    cost = euros(grams + (made or 0.0), euros_per_tonne=price)
    return Figures(joules, low, high, watt_hours(joules), grams, made, water, cost)


def _chip(number: Number, inputs: Inputs, factor: Factor) -> tuple[float, float, float]:
    """Return the joules of the processor and by how much they can be divided and multiplied."""
    down, up = factor.value / factor.low, factor.high / factor.value
    dynamic, idle, full = (factor.value * number(name) for name in ("dynamic", "idle", "full_idle"))
    chip = float(dynamic + {"marginal": 0.0, "attributional": idle, "full_host": full}[str(inputs["policy"])])
    if inputs["per_thread"]:
        return chip, down, up
    # The floor of the machine could be ours in full or not at all: both ways to share bound the range.
    least = UNCERTAINTIES["attribution"]
    fewer, more = (max(1.0, chip / dynamic), max(1.0, (dynamic + full) / chip)) if dynamic > 0 else (1.0, 1.0)
    return chip, spread(down, max(least, fewer)), spread(up, max(least, more))


def _memory(number: Number, inputs: Inputs, factors: Mapping[str, Factor]) -> tuple[float, float, float]:
    """Return the joules of memory before the board, and their bounds: counted, modelled, or none."""
    if inputs["dram_counted"]:
        joules, wide = number("dram_joules"), UNCERTAINTIES["dram_counter"]
        return joules, joules / wide, joules * wide
    if "watts_per_gigabyte" not in factors:
        return 0.0, 0.0, 0.0
    held, watts = number("memory_gigabyte_seconds"), factors["watts_per_gigabyte"]
    return held * watts.value, held * watts.low, held * watts.high


def fingerprint(inputs: Inputs) -> str:
    """Return the checksum of raw inputs: factors may be changed in a receipt, what was read may not."""
    import hashlib
    import json

    return hashlib.sha256(json.dumps(dict(inputs), sort_keys=True).encode()).hexdigest()


def read(
    used: Usage, settings: Settings, source: Source, *, threads: int = 1, codes: tuple[str, ...] = (),
    dram: bool = False, contended: bool = False,
) -> EnergyReading | None:  # fmt: skip
    """Return the reading of what was used; None when that is no reading, never 0.

    Zero is no reading either: work was done, so the clock was too coarse to see it.
    """
    cpu = used.cpu / NANO
    wants_memory = source.memory and (used.memory > 0 or dram)
    if cpu < 0 or (cpu == 0 and used.memory == 0 and used.dynamic == 0):
        return None
    unit = source.factor.value if source.factor else 1.0
    joules = [cpu * unit, 0.0, 0.0]
    if not source.per_thread:
        if used.cpu and used.missing >= used.cpu:  # nothing was seen of it: said as the assumption that it then is
            last = by_thread()
            return read(used, settings, last, threads=threads, codes=(*codes, "not_seen"), contended=contended)
        whole = used.cpu / (used.cpu - used.missing) if used.missing else 1.0  # what was not seen is like what was
        joules = [whole * n / MICRO for n in (used.dynamic, used.idle, used.full_idle)]
    if sum(joules[:2]) <= 0 and not wants_memory:
        return None
    inputs: dict[str, float | str | bool] = {
        "cpu_seconds": cpu, "per_thread": source.per_thread, "policy": settings.policy,
        "dynamic": joules[0] / unit, "idle": joules[1] / unit, "full_idle": joules[2] / unit,
        "dram_counted": dram and source.memory, "dram_joules": used.dram / MICRO if dram else 0.0,
        "memory_gigabyte_seconds": used.memory / 1e12, "active_seconds": used.active,
        "machine_share": settings.machine_share(cpu, used.active, threads), "contended": contended,
    }  # fmt: skip
    assert source.factor is not None
    factors = {"processor": source.factor, **settings.factors}
    if source.board:
        factors["board_ratio"] = source.board_factor or FACTORS["board_ratio"]
    if wants_memory and not dram:
        factors["watts_per_gigabyte"] = FACTORS["watts_per_gigabyte"]
    total = figures(inputs, factors)
    if total.joules <= 0:
        return None
    said = [*_not_counted(settings, source, wants_memory, total), *codes, *sorted(used.codes)]
    if 0 < used.missing < used.cpu and not source.per_thread:
        said.append("part_not_seen")
    if contended:
        said.append("contended")
    if implausible(total.joules, used.active, source, threads):
        said.append("implausible")
    return EnergyReading(
        total.joules, total.low, total.high, _label(total, inputs, factors, source), total.watt_hours,
        total.grams_co2e, total.millilitres, total.euros, tuple(dict.fromkeys(said)), source.name,
        total.grams_co2e_embodied, Receipt(VERSION, source.name, inputs, factors, fingerprint(inputs)),
    )  # fmt: skip


def _not_counted(settings: Settings, source: Source, memory: bool, total: Figures) -> list[str]:
    said = []
    if source.label in ("estimated", "assumed"):
        said.append("no_counter" if source.label == "assumed" else "no_counter_known_processor")
    if source.memory and not memory:
        said.append("memory_not_counted")
    if total.grams_co2e_embodied is None:
        said.append("embodied_not_counted")
    elif settings.guessed:
        said.append("machine_guessed")
    if settings.zone == "FRA" and settings.grams_per_kwh not in (None, FACTORS["grams_per_kwh"].value):
        said.append("french_water_factor")  # another electricity, but still the water of the French one
    return said


def _label(total: Figures, inputs: Mapping[str, object], factors: Mapping[str, Factor], source: Source) -> str:
    """Return the label of the weakest part that weighs; "measured" and "partly_measured" also need their joules."""
    ratio = factors["board_ratio"].value if "board_ratio" in factors else 1.0
    chips = total.joules / ratio
    held = float(inputs["dram_joules"]) if inputs["dram_counted"] else 0.0  # type: ignore[arg-type]
    if "watts_per_gigabyte" in factors:
        held = float(inputs["memory_gigabyte_seconds"]) * factors["watts_per_gigabyte"].value  # type: ignore[arg-type]
    parts = [
        (chips - held, source.label),
        (held, "measured" if inputs["dram_counted"] else "estimated"),
        (total.joules - chips, "calibrated" if source.board_factor else "estimated"),
    ]
    counted = sum(joules for joules, label in parts if label == "measured") / total.joules
    weakest = max((label for joules, label in parts if joules >= COUNTS * total.joules), key=ORDER.index)
    if weakest == "measured":
        return "measured" if counted >= MEASURED else "partly_measured"
    return "partly_measured" if counted >= PARTLY else weakest


def implausible(joules: float, seconds: float, source: Source, threads: int) -> bool:
    """Tell a mean power at the plug that no such machine draws: a broken counter or a bug, not a result."""
    if seconds < 0.05:  # the clock's own grain
        return False
    tdp = source.tdp_watts or MOST_PER_THREAD * threads
    return joules / seconds > MOST_TDP * max(tdp, SMALLEST_TDP)


def reading_of(
    cpu_seconds: float | None, settings: Settings, *, warnings: tuple[str, ...] = ()
) -> EnergyReading | None:
    """Return the energy of busy threads alone, as where nothing else is known; None when they are no reading."""
    if cpu_seconds is None or not math.isfinite(cpu_seconds) or cpu_seconds <= 0:
        return None
    return read(Usage(cpu=max(1, round(cpu_seconds * NANO))), settings, by_thread(), codes=warnings)


def receipt_of(said: object) -> tuple[Receipt, Mapping[str, object] | None]:
    """Return the receipt inside a parsed answer, energy object or receipt, and the energy object where there is one.

    Raises ValueError, saying what is wrong; `figures` may still refuse what it holds.
    """
    energy: Mapping[str, object] | None = None
    if isinstance(said, dict) and "energy" in said:
        said = said["energy"]
    if isinstance(said, dict) and "receipt" in said:
        energy, said = said, said["receipt"]
    if not isinstance(said, dict):
        raise ValueError("no receipt")
    if said.get("version") != VERSION:
        raise ValueError(f"version {said.get('version')!r}, expected {VERSION}")
    inputs, factors = said.get("inputs"), said.get("factors")
    if not isinstance(inputs, dict) or not isinstance(factors, dict):
        raise ValueError("no inputs or no factors")
    if fingerprint(inputs) != said.get("inputs_sha256"):
        raise ValueError("the inputs are not those that were read (inputs_sha256)")
    try:
        known = {str(name): Factor(**factor) for name, factor in factors.items()}
    except TypeError as error:
        raise ValueError("a factor lacks a field") from error
    for name, factor in known.items():
        numbers = (factor.low, factor.value, factor.high)
        if any(
            isinstance(n, bool) or not isinstance(n, (int, float)) or not math.isfinite(n) or n < 0 for n in numbers
        ):
            raise ValueError(f"factor {name}")
    return Receipt(VERSION, str(said.get("method")), inputs, known, str(said["inputs_sha256"])), energy


def recomputed(receipt: Receipt, changes: Mapping[str, float]) -> Figures:
    """Return the totals with some factors changed, their ranges in proportion; raises ValueError on what cannot be."""
    factors = dict(receipt.factors)
    for name, value in changes.items():
        if name not in factors or not math.isfinite(value) or value < 0:
            raise ValueError(f"factor {name}")
        old = factors[name]
        scale = value / old.value if old.value else 0.0
        factors[name] = replace(old, value=value, low=old.low * scale or value, high=old.high * scale or value)
    try:
        return figures(receipt.inputs, factors)
    except (KeyError, TypeError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
