"""The table of factors: each is a fact of corpus/facts.yaml, named by id, and a test fails when the two differ.

Knows nothing of probes, sections or the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assistant.energy.reading import Factor

HOME_ZONE = "FRA"

FACTORS: Final[Mapping[str, Factor]] = MappingProxyType(
    {
        # Four processors at full load: 2.9, 4.2, 5.2 and 6.2 W; the band is a factor of 2 either way.
        "watts_per_busy_thread": Factor(
            4.5, 2.25, 9.0, "W per busy thread", "energy-factor-watts-per-busy-thread", 2026, "CodeCarbon, RAPL"
        ),
        "board_ratio": Factor(1.33, 1.2, 1.6, "ratio", "energy-factor-board-ratio", 2026, "Boavizta"),
        "watts_per_gigabyte": Factor(0.3, 0.2, 0.5, "W/GB", "energy-factor-memory", 2026, "Boavizta"),
        "pue": Factor(1.0, 1.0, 1.58, "PUE", "energy-factor-pue-default", 2023, "Jugeote"),
        # Life-cycle values seen for France run from 41.4 (EcoLogits 0.11.3) to 56.0 (CodeCarbon, 2023).
        "grams_per_kwh": Factor(
            46.1, 41.4, 56.0, "g CO2e/kWh", "energy-factor-fr-ademe", 2025, "ADEME, Base Empreinte"
        ),
        # Uncertainty 1.5 either way. Never mix with ecoinvent's 146 L/kWh: another indicator.
        "litres_per_kwh_offsite": Factor(
            3.67, 2.45, 5.51, "L/kWh (France)", "water-france-mix", 2026, "EcoLogits, WRI"
        ),
        "litres_per_kwh_onsite": Factor(0.0, 0.0, 0.0, "L/kWh on site", "energy-factor-water-onsite", 2026, "Jugeote"),
        # A chosen price: no range of its own.
        "euros_per_tonne": Factor(200.0, 200.0, 200.0, "EUR/t CO2", "seed-carbon-price-200", 2025, "Jugeote"),
        "server_threads": Factor(
            96, 96, 96, "hardware threads", "energy-factor-server-threads", 2026, "Boavizta, Cloud Carbon Footprint"
        ),
        # For an equivalence: a default combustion car, manufacture included.
        "grams_per_car_km": Factor(142.0, 142.0, 142.0, "g CO2e/km", "ademe-car-km", 2025, "ADEME, Impact CO2"),
        "characters_per_token": Factor(
            4, 3, 5, "characters per token", "energy-factor-characters-per-token", 2026, "OpenAI"
        ),
    }
)

# Share of the TDP at rest, share added at full load, exponent of the load: fact energy-factor-power-curve.
CURVE_FACT = "energy-factor-power-curve"
CURVE = (0.12, 0.60, 0.6)
CURVE_BAND = (0.65, 1.70)  # true power over the curve's: 94 % of the points at 40 % load and more lie inside
FULL_LOAD = CURVE[0] + CURVE[1]  # of the TDP

# The multiplicative uncertainties that are our own: fact energy-factor-uncertainties, in this order.
UNCERTAINTIES_FACT = "energy-factor-uncertainties"
UNCERTAINTIES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "counter_server": 1.05,  # Intel servers from Haswell-EP on measure
        "counter_client": 1.10,
        "counter_model": 1.20,  # AMD's counter is a model; and any counter that we do not know
        "dram_counter": 1.20,
        "attribution": 1.05,
        "contended": 1.30,
        "calibration": 1.15,
        "embodied": 2.0,
        "water": 1.5,
        "zone": 1.10,
    }
)

# zone -> gCO2e/kWh, the lowest and highest figures of other sources for it, L/kWh off site (EcoLogits 0.11.3).
# The notes of each fact energy-factor-zone-... name those sources; LUX imports most of its electricity.
_ZONES: Final[Mapping[str, tuple[float, float, float, float]]] = MappingProxyType(
    {
        "AUT": (116.91, 110.8, 116.91, 5.7222), "BEL": (149.82, 138.1, 176.0, 2.6198),
        "BRA": (109.95, 98.3, 109.95, 18.6033), "CAN": (190.72, 170.0, 190.72, 8.1662),
        "CHE": (39.22, 34.8, 91.0, 5.6641), "CHN": (525.34, 525.34, 582.3, 6.0065),
        "DEU": (329.65, 329.65, 380.9, 1.947), "ESP": (153.6, 153.6, 174.1, 6.2088),
        "GBR": (217.41, 217.41, 237.6, 2.329), "IND": (670.13, 670.13, 713.4, 3.4368),
        "IRL": (256.54, 256.54, 290.8, 1.4769), "ITA": (284.78, 284.78, 330.7, 4.8374),
        "JPN": (477.26, 477.26, 485.4, 2.3063), "LUX": (123.38, 105.3, 300.0, 12.7784),
        "NLD": (253.56, 253.56, 267.6, 3.433), "NOR": (28.11, 28.11, 30.1, 6.6633),
        "POL": (588.6, 588.6, 661.9, 2.5135), "PRT": (127.91, 127.91, 165.6, 9.5932),
        "SWE": (35.26, 35.26, 40.7, 6.0315), "USA": (384.4, 369.5, 384.4, 3.1321),
        "WOR": (458.29, 458.29, 475.0, 3.908),
    }
)  # fmt: skip
ZONES: Final = (HOME_ZONE, *sorted(_ZONES))


@dataclass(frozen=True, slots=True)
class Making:
    """Manufacture of a machine: kg CO2e, hours of life, share of them in use, and the share that is a range."""

    kilograms: float
    hours: float
    in_use: float
    low: float  # kg
    high: float
    fact: str
    shared: bool  # a server serves others with the rest of its processors; a personal computer is one person's

    @property
    def grams_per_hour(self) -> float:
        """Return the manufacture of one active hour of the whole machine."""
        return 1000 * self.kilograms / (self.hours * self.in_use)


MACHINES: Final[Mapping[str, Making]] = MappingProxyType(
    {
        "laptop": Making(181, 35040, 0.3, 90.5, 362, "energy-factor-embodied-laptop", False),
        "home-laptop": Making(175, 43800, 0.3, 87.5, 350, "energy-factor-embodied-home-laptop", False),
        "desktop": Making(277, 52560, 0.3, 138.5, 554, "energy-factor-embodied-desktop", False),
        "server": Making(900, 35040, 1.0, 450, 2089, "energy-factor-embodied-server", True),
        "vm": Making(900, 35040, 1.0, 450, 2089, "energy-factor-embodied-server", True),
    }
)


def zone_factors(zone: str) -> tuple[Factor, Factor]:
    """Return the carbon and the off-site water of a kWh in `zone`; raises KeyError for an unknown one, never a guess."""
    if zone == HOME_ZONE:
        return FACTORS["grams_per_kwh"], FACTORS["litres_per_kwh_offsite"]
    grams, low, high, litres = _ZONES[zone]
    fact, spread, wet = f"energy-factor-zone-{zone.lower()}", UNCERTAINTIES["zone"], UNCERTAINTIES["water"]
    return (
        Factor(
            grams, min(low, grams / spread), max(high, grams * spread), "g CO2e/kWh", fact, 2026, "EcoLogits 0.11.3"
        ),
        Factor(litres, litres / wet, litres * wet, "L/kWh off site", fact, 2026, "EcoLogits, WRI"),
    )
