"""Joules at the plug to watt-hours, carbon, water and euros; the table of factors.

Every factor is a fact of corpus/facts.yaml, named by id; a test fails when the two differ. Knows nothing of sections,
files or the page.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assistant.energy.power import energy_of_busy_threads
from assistant.energy.reading import EnergyReading, Factor

JOULES_PER_WATT_HOUR = 3600.0
GRAMS_PER_TONNE = 1e6

FACTORS: Final[Mapping[str, Factor]] = MappingProxyType(
    {
        # Four processors at full load: 2.9, 4.2, 5.2 and 6.2 W; the band is a factor of 2 either way.
        "watts_per_busy_thread": Factor(
            4.5, 2.25, 9.0, "W per busy thread", "energy-factor-watts-per-busy-thread", 2026, "CodeCarbon, RAPL"
        ),
        "board_ratio": Factor(1.33, 1.2, 1.6, "ratio", "energy-factor-board-ratio", 2026, "Boavizta"),
        "pue": Factor(1.0, 1.0, 1.58, "PUE", "energy-factor-pue-default", 2023, "Jugeote"),
        # Life-cycle values seen for France run from 41.4 (EcoLogits 0.11.3) to 56.0 (CodeCarbon, 2023).
        "grams_per_kwh": Factor(
            46.1, 41.4, 56.0, "g CO2e/kWh", "energy-factor-fr-ademe", 2025, "ADEME, Base Empreinte"
        ),
        # Uncertainty 1.5 either way. Never mix with ecoinvent's 146 L/kWh: another indicator.
        "litres_per_kwh_offsite": Factor(
            3.67, 2.45, 5.51, "L/kWh (France)", "water-france-mix", 2026, "EcoLogits, WRI"
        ),
        # A chosen price: no range of its own.
        "euros_per_tonne": Factor(200.0, 200.0, 200.0, "EUR/t CO2", "seed-carbon-price-200", 2025, "Jugeote"),
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a host can change: its electricity, its price of carbon, what its building adds."""

    grams_per_kwh: float = FACTORS["grams_per_kwh"].value
    euros_per_tonne: float = FACTORS["euros_per_tonne"].value
    pue: float = FACTORS["pue"].value

    def __post_init__(self) -> None:
        """Refuse what would give a silent nonsense; raises ValueError."""
        for name, value, least in (
            ("grams_per_kwh", self.grams_per_kwh, 0.0),
            ("euros_per_tonne", self.euros_per_tonne, 0.0),
            ("pue", self.pue, 1.0),
        ):
            if not math.isfinite(value) or value < least:
                raise ValueError(f"{name} is {value!r}, expected a number from {least:g} up")


def watt_hours(joules: float) -> float:
    """Return watt-hours."""
    return joules / JOULES_PER_WATT_HOUR


def grams_co2e(plug_joules: float, *, grams_per_kwh: float, pue: float) -> float:
    """Return the carbon of the electricity used by the site; manufacture is not in it."""
    return watt_hours(plug_joules) / 1000 * pue * grams_per_kwh


def millilitres(
    plug_joules: float, *, litres_per_kwh_offsite: float, pue: float, litres_per_kwh_onsite: float = 0.0
) -> float:
    """Return the water consumed; on site 0 by default (no evaporative cooling).

    The joules are those of the plug: handing in the site's would count the PUE twice (EcoLogits up to 0.9.3 did).
    """
    litres = watt_hours(plug_joules) / 1000 * (litres_per_kwh_onsite + pue * litres_per_kwh_offsite)
    return 1000 * litres


def euros(grams_co2e: float, *, euros_per_tonne: float) -> float:
    """Return the climate cost."""
    return grams_co2e * euros_per_tonne / GRAMS_PER_TONNE


def spread(*ratios: float) -> float:
    """Return the ratio of a product whose parts are uncertain by `ratios`, independent, in log space."""
    return math.exp(math.sqrt(sum(math.log(ratio) ** 2 for ratio in ratios)))


def reading_of(
    cpu_seconds: float | None, settings: Settings, *, warnings: tuple[str, ...] = ()
) -> EnergyReading | None:
    """Return the energy of `cpu_seconds` and its footprint; None when they are no reading, never 0."""
    plug = energy_of_busy_threads(
        cpu_seconds, watts_per_busy_thread=FACTORS["watts_per_busy_thread"], board_ratio=FACTORS["board_ratio"]
    )
    if plug is None:
        return None
    grams = grams_co2e(plug.joules, grams_per_kwh=settings.grams_per_kwh, pue=settings.pue)
    offsite = FACTORS["litres_per_kwh_offsite"].value
    said = [*plug.warnings, "embodied_not_counted", *warnings]
    if settings.grams_per_kwh != FACTORS["grams_per_kwh"].value:
        said.append("french_water_factor")  # another electricity, but still the water of the French one
    return EnergyReading(
        joules=plug.joules,
        low=plug.low,
        high=plug.high,
        label=plug.label,
        watt_hours=watt_hours(plug.joules),
        grams_co2e=grams,
        millilitres=millilitres(plug.joules, litres_per_kwh_offsite=offsite, pue=settings.pue),
        euros=euros(grams, euros_per_tonne=settings.euros_per_tonne),
        warnings=tuple(said),
        method=plug.method,
    )
