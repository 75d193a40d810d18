"""Joules at the plug to watt-hours, carbon, water, manufacture and euros, by formulas of one line.

Knows nothing of sections, files or the page. The numbers come from factors.py.
"""

import math
from dataclasses import dataclass, field

from assistant.energy.factors import FACTORS, HOME_ZONE, MACHINES, zone_factors
from assistant.energy.reading import Factor

JOULES_PER_WATT_HOUR = 3600.0
GRAMS_PER_TONNE = 1e6
POLICIES = ("attributional", "marginal", "full_host")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a host can change: its electricity, its price of carbon, what its building adds, its machine.

    `grams_per_kwh` None means that of `zone`; `machine` "" means that manufacture is not counted; `guessed` that
    nobody chose the machine; `policy` is how the floor of the machine is shared (docs/energy.md).
    """

    grams_per_kwh: float | None = None
    euros_per_tonne: float = FACTORS["euros_per_tonne"].value
    pue: float = FACTORS["pue"].value
    zone: str = HOME_ZONE
    machine: str = ""
    guessed: bool = False
    policy: str = POLICIES[0]
    factors: dict[str, Factor] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what would give a silent nonsense; raises ValueError."""
        for name, value, least in (
            ("grams_per_kwh", 0.0 if self.grams_per_kwh is None else self.grams_per_kwh, 0.0),
            ("euros_per_tonne", self.euros_per_tonne, 0.0),
            ("pue", self.pue, 1.0),
        ):
            if not math.isfinite(value) or value < least:
                raise ValueError(f"{name} is {value!r}, expected a number from {least:g} up")
        if self.policy not in POLICIES or (self.machine and self.machine not in MACHINES):
            raise ValueError(f"policy is {self.policy!r} and machine {self.machine!r}")
        try:
            grams, litres = zone_factors(self.zone)
        except KeyError:
            raise ValueError(f"zone is {self.zone!r}, which has no factor") from None
        said = {
            "grams_per_kwh": _set(grams, self.grams_per_kwh),
            "litres_per_kwh_offsite": litres,
            "litres_per_kwh_onsite": FACTORS["litres_per_kwh_onsite"],
            "pue": _set(FACTORS["pue"], self.pue),
            "euros_per_tonne": _set(FACTORS["euros_per_tonne"], self.euros_per_tonne),
        }
        if self.machine:
            made = MACHINES[self.machine]
            hour = made.grams_per_hour / made.kilograms
            said["embodied_grams_per_hour"] = Factor(
                made.grams_per_hour, hour * made.low, hour * made.high, "g CO2e per active hour", made.fact, 2026, "Boavizta"
            )  # fmt: skip
        object.__setattr__(self, "factors", said)

    def machine_share(self, cpu_seconds: float, active_seconds: float, threads: int) -> float:
        """Return the share of the machine's manufacture that work of that length bears while it lasts.

        A personal computer is wholly its user's; a server's share follows the processors kept busy, a virtual
        machine's its own processors among those of a whole server.
        """
        if not self.machine or active_seconds <= 0:
            return 0.0
        if self.machine == "vm":
            return min(1.0, threads / FACTORS["server_threads"].value)
        return min(1.0, cpu_seconds / (threads * active_seconds)) if MACHINES[self.machine].shared else 1.0


def _set(default: Factor, value: float | None) -> Factor:
    """Return the default, or the host's own number: of its range and its source nothing is known."""
    if value is None or value == default.value:
        return default
    return Factor(value, value, value, default.unit, "", default.year, "")


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


def grams_embodied(active_seconds: float, *, grams_per_hour: float, share: float) -> float:
    """Return the manufacture of the machine for the time that work lasted; it does not vanish if nothing is asked."""
    return active_seconds / 3600 * grams_per_hour * share


def euros(grams_co2e: float, *, euros_per_tonne: float) -> float:
    """Return the climate cost."""
    return grams_co2e * euros_per_tonne / GRAMS_PER_TONNE


def spread(*ratios: float) -> float:
    """Return the ratio of a product whose parts are uncertain by `ratios`, independent, in log space."""
    return math.exp(math.sqrt(sum(math.log(ratio) ** 2 for ratio in ratios)))
