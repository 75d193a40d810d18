"""Quantities in words, French or English: never more digits than their range supports, and never a bare 0.

Bounds are rounded outward. Knows nothing of readings or of HTML.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

NARROW, PLAIN = "\u202f", "\u00a0"  # no-break spaces: the French one is narrow
LEAST = Decimal("0.0001")  # smaller is said as "< 0.0001" of the smallest unit
TIGHT = 1.5  # above this ratio of the bounds, one digit is all that is known

# Smallest value of a unit's own scale from which it is used, units per base unit, symbol, spoken words.
Unit = tuple[float, float, str, str, str]
WATT_HOURS: tuple[Unit, ...] = (
    (1000, 1e-3, "kWh", "kilowattheure", "kilowatt-hour"),
    (0.1, 1, "Wh", "wattheure", "watt-hour"),
    (0, 1e3, "mWh", "milliwattheure", "milliwatt-hour"),
)
JOULES: tuple[Unit, ...] = ((1000, 1e-3, "kJ", "kilojoule", "kilojoule"), (0, 1, "J", "joule", "joule"))
GRAMS: tuple[Unit, ...] = (
    (1000, 1e-3, "kg", "kilogramme", "kilogram"),
    (0.1, 1, "g", "gramme", "gram"),
    (1e-5, 1e3, "mg", "milligramme", "milligram"),
    (0, 1e6, "µg", "microgramme", "microgram"),
)
MILLILITRES: tuple[Unit, ...] = ((1000, 1e-3, "L", "litre", "litre"), (0, 1, "mL", "millilitre", "millilitre"))
METRES: tuple[Unit, ...] = (
    (1000, 1e-3, "km", "kilomètre", "kilometre"),
    (1, 1, "m", "mètre", "metre"),
    (0, 1e3, "mm", "millimètre", "millimetre"),
)
EUROS: tuple[Unit, ...] = ((0, 1, "€", "euro", "euro"),)

Band = tuple[float, float]  # by how much a value can be divided, then multiplied


def unit_of(value: float, units: tuple[Unit, ...]) -> Unit:
    return next(unit for unit in units if value >= unit[0])


def quantity(
    value: float, band: tuple[float, float], units: tuple[Unit, ...], language: str, glyph: str = "≈ ", *,
    of: str = "", bounds: bool = True,
) -> str:  # fmt: skip
    """Return "≈ 0.4 mWh (0.2–0.8)"; `of` follows the unit."""
    unit = unit_of(value, units)
    symbol = (NARROW if language == "fr" else PLAIN) + unit[2] + of
    shown, low, high = three(value * unit[1], band)
    if high < LEAST:  # not the value: "<" must hold for the whole range
        return f"< {number_of(LEAST, language)}{symbol}"
    text = f"{glyph}{number_of(shown, language)}{symbol}"
    return f"{text} ({number_of(low, language)}–{number_of(high, language)})" if bounds else text


def three(value: float, band: tuple[float, float]) -> tuple[Decimal, Decimal, Decimal]:
    """Return value, low and high, in the digits that the range supports, the bounds rounded outward."""
    digits = 2 if band[0] * band[1] < TIGHT else 1
    return (
        rounded(value, digits),
        rounded(value / band[0], digits, ROUND_FLOOR),
        rounded(value * band[1], digits, ROUND_CEILING),
    )


def rounded(value: float, digits: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Return `value` with `digits` significant digits."""
    # Nine digits first: the float 0.8000000000000001 must not become 0.9.
    number = Decimal(f"{value:.9g}")
    for _ in range(2):  # twice: 9.96 rounds to 10.0, one digit too many
        number = number.quantize(Decimal(1).scaleb(number.adjusted() - digits + 1), rounding=rounding)
    return number


def times(ratio: float) -> Decimal:
    """Return a ratio in two digits, rounded up; 2 rather than 2.0."""
    number = rounded(ratio, 2, ROUND_CEILING)
    return number.to_integral_value() if number == number.to_integral_value() else number


def plain(value: float, language: str, digits: int = 3) -> str:
    """Return a factor as it is known: at most `digits` significant digits, no zero behind the mark."""
    return number_of(rounded(value, digits).normalize(), language) if value else "0"


def number_of(number: Decimal, language: str) -> str:
    """Return the number with the language's decimal mark and thousands."""
    whole, _, part = f"{number:f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NARROW if language == "fr" else ",")
    return f"{grouped}{',' if language == 'fr' else '.'}{part}" if part else grouped
