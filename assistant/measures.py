"""How what is measured is written, in French and English, folded: in full, in short, or with a sign.

Knows nothing of numbers. One spelling stands for a multiple of the first: a kilogram is a thousand grams.
"""

import re

MEASURES: dict[str, dict[str, float]] = {  # what is measured -> how it is written -> how many of the first
    "gram": {"g|grammes?|grams?": 1, "mg|milligram(?:me)?s?": 1e-3, "kg|kilos?|kilogram(?:me)?s?": 1e3, "t|tonnes?": 1e6},
    "square metre": {"m2|metres? carres?|square met(?:re|er)s?|sq m": 1, "ha|hectares?": 1e4},
    "cubic metre": {"m3|metres? cubes?|cubic met(?:re|er)s?": 1},
    "km/h": {"km/h|kilometres?[ -](?:heure|par heure|a l'heure|per hour|an hour)": 1},
    "metre": {
        "m|metres?|meters?": 1, "mm|millimetres?|millimeters?": 1e-3, "cm|centimetres?|centimeters?": 1e-2,
        "km|kilometres?|kilometers?": 1e3,
    },
    "mile": {"miles?": 1},
    "litre": {"l|litres?|liters?": 1, "cl|centilitres?|centiliters?": 1e-2, "ml|millilitres?|milliliters?": 1e-3},
    "watt-hour": {
        "wh|watts?[- ]?(?:heure|hour)s?": 1, "kwh|kilowatts?[- ]?(?:heure|hour)s?": 1e3, "mwh|megawatts?[- ]?(?:heure|hour)s?": 1e6,
        "gwh|gigawatts?[- ]?(?:heure|hour)s?": 1e9, "twh": 1e12,
    },
    "watt": {"w|watts?": 1, "kw|kilowatts?": 1e3, "megawatts?": 1e6},
    "byte": {
        "octets?|bytes?": 1, "k[ob]|kilo-?octets?|kilobytes?": 1e3, "m[ob]|mega-?octets?|megabytes?": 1e6,
        "g[ob]|giga-?octets?|gigabytes?": 1e9, "t(?:b|o(?! (?!de |d')))|tera-?octets?|terabytes?": 1e12,
    },
    "celsius": {"°c|(?:degres?|degrees?|°) celsius": 1},
    "fahrenheit": {"°f|(?:degres?|degrees?|°) fahrenheit": 1},
    "eur": {"€|euros?|eur": 1, "centimes?|cents?": 1e-2},
    "usd": {r"\$|(?:us )?dollars?|usd": 1},
    "gbp": {"£|pounds?|livres sterling|gbp": 1, "pence": 1e-2},
}  # fmt: skip
WRITTEN = "|".join(how for ways in MEASURES.values() for how in ways)
_WAYS = [(re.compile(f"(?:{how})$"), what, size) for what, ways in MEASURES.items() for how, size in ways.items()]


def measure(unit: str) -> tuple[str, float] | None:
    """Return what a unit measures, and how many of the first it is: "kg" -> ("gram", 1000.0); None when it is none of these."""
    return next(((what, float(size)) for how, what, size in _WAYS if how.match(unit)), None)
