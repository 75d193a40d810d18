"""A value inside its range, and arithmetic that keeps the range honest: every low with every low, every high with
every high, so that the result is at least as wide as the truth could be.

Numbers in, numbers and short texts out; knows nothing of questions or facts.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

NARROW = "\u202f"  # no-break: thousands in French
SHARP = 1.05  # below this ratio three digits are known
TIGHT = 1.5  # above this ratio of the bounds, one digit is all that is known


@dataclass(frozen=True, slots=True)
class Band:
    """A best value between two bounds, all from 0 up, save a sum of money, which may be negative."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a range that does not hold its value."""
        if not self.low <= self.value <= self.high or not math.isfinite(self.high - self.low):
            raise ValueError(f"{self.low} <= {self.value} <= {self.high} does not hold")

    def __mul__(self, other: "Band | float") -> "Band":
        """Return the product of what is from 0 up."""
        by = other if isinstance(other, Band) else exactly(other)
        return Band(self.value * by.value, self.low * by.low, self.high * by.high)

    def __add__(self, other: "Band") -> "Band":
        """Return the sum."""
        return Band(self.value + other.value, self.low + other.low, self.high + other.high)

    def over(self, other: "Band | float") -> "Band":
        """Return the quotient: the low over the high."""
        by = other if isinstance(other, Band) else exactly(other)
        return Band(self.value / by.value, self.low / by.high, self.high / by.low)

    def less(self, other: "Band") -> "Band":
        """Return the difference, which may be negative."""
        return Band(self.value - other.value, self.low - other.high, self.high - other.low)


def exactly(value: float) -> Band:
    """Return a value that is taken as certain."""
    return Band(value, value, value)


def around(value: float, ratio: float) -> Band:
    """Return a value known within a ratio either way."""
    return Band(value, value / ratio, value * ratio)


def middle(low: float, high: float) -> Band:
    """Return a range of which only the bounds are known, with its geometric middle as value."""
    return Band(math.sqrt(low * high), low, high)


def number(value: float, language: str, digits: int = 3) -> str:
    """Return a number in at most `digits` significant digits, with the language's decimal mark and thousands."""
    return _written(_rounded(value, digits, ROUND_HALF_EVEN), language)


def ranged(band: Band, language: str) -> str:
    """Return "≈ 33 (12–93)": no more digits than the range supports, the bounds rounded outward."""
    if band.low == band.high:
        return number(band.value, language)
    ratio = band.high / band.low if band.low > 0 else math.inf
    digits = 3 if ratio < SHARP or band.low < 0 else 2 if ratio < TIGHT else 1
    value = _written(_rounded(band.value, digits, ROUND_HALF_EVEN), language)
    low = _written(_rounded(band.low, digits, ROUND_FLOOR), language)
    high = _written(_rounded(band.high, digits, ROUND_CEILING), language)
    between = " à " if language == "fr" else " to "
    return f"≈\u00a0{value} ({low}{between}{high})" if low != high else f"≈\u00a0{value}"


def stated(band: Band, language: str) -> str:
    """Return "235 (220–253)": an input as it was given, its bounds as its source states them."""
    value = number(band.value, language)
    if band.low == band.high:
        return value
    between = " à " if language == "fr" else " to "
    return f"{value} ({number(band.low, language)}{between}{number(band.high, language)})"


def _rounded(value: float, digits: int, rounding: str) -> Decimal:
    exact = Decimal(f"{value:.9g}")  # nine digits first: the float 0.8000000000000001 must not become 0.9
    if exact == 0:
        return Decimal(0)
    for _ in range(2):  # twice: 9.96 rounds to 10.0, one digit too many
        places = exact.adjusted() - digits + 1
        exact = exact.quantize(Decimal(1).scaleb(places), rounding=rounding)
    return exact


def _written(value: Decimal, language: str) -> str:
    whole, _, part = f"{value:f}".partition(".")
    sign = "−" if whole.startswith("-") else ""
    grouped = f"{int(whole.lstrip('-')):,}".replace(",", NARROW if language == "fr" else ",")
    part = part.rstrip("0")
    text = f"{grouped}{',' if language == 'fr' else '.'}{part}" if part else grouped
    return sign + text
