"""The energy of one section of work: a best value inside a range, and how it was got.

Knows nothing of probes, files or the page.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Factor:
    """A sourced number that turns one quantity into another; its text and source are the fact `fact`."""

    value: float
    low: float
    high: float
    unit: str
    fact: str  # id in corpus/facts.yaml; "" for a number that the host set
    year: int
    source: str  # short name for the page; "" for a number that the host set


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reading was computed from: raw inputs and factors give its figures again (receipt.py)."""

    version: int
    method: str
    inputs: Mapping[str, float | str | bool]
    factors: Mapping[str, Factor]
    inputs_sha256: str


@dataclass(frozen=True, slots=True)
class EnergyReading:
    """Energy at the plug and its footprint; `low` and `high` are joules. Written as the contract's `energy` object."""

    joules: float
    low: float
    high: float
    label: str  # "measured" | "partly_measured" | "calibrated" | "estimated" | "assumed"
    watt_hours: float
    grams_co2e: float  # of the electricity; manufacture stands apart
    millilitres: float
    euros: float  # of both carbons
    warnings: tuple[str, ...]
    method: str
    grams_co2e_embodied: float | None = None  # None: not counted, never 0
    receipt: Receipt | None = None

    # Properties, not fields: the contract's object stays as it is.
    @property
    def grams_per_kwh(self) -> float:
        """Return the carbon of one kWh at the plug, what the site adds (PUE) included."""
        return 1000 * self.grams_co2e / self.watt_hours

    @property
    def litres_per_kwh(self) -> float:
        """Return the water of one kWh at the plug, what the site adds (PUE) included."""
        return self.millilitres / self.watt_hours

    @property
    def euros_per_tonne(self) -> float | None:
        """Return the carbon price that was used; None when no carbon was counted."""
        grams = self.grams_co2e + (self.grams_co2e_embodied or 0.0)
        return 1e6 * self.euros / grams if grams else None


class Section(Protocol):
    """A metered span of work, open or closed."""

    def reading(self) -> EnergyReading | None:
        """Return what the section cost so far; None when nothing could be read or estimated, never 0."""
        ...


class Meter(Protocol):
    """What an assistant needs from an energy meter."""

    def section(self, account: str) -> AbstractContextManager[Section]:
        """Open a section charged to `account`: "question", "indexing" or "app"."""
        ...
