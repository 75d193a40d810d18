"""A reading in words, French or English: the line under an answer, the details, and what a screen reader says.

A value never shows more digits than its range supports, its bounds are rounded outward, and what is not zero never
prints as 0. Knows nothing of HTML; imports only its own room.
"""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from assistant.energy.footprint import FACTORS, spread
from assistant.energy.reading import EnergyReading, Factor

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
EUROS: tuple[Unit, ...] = ((0, 1, "€", "euro", "euro"),)

LABELS = {
    "measured": ("mesuré", "measured"),
    "partly_measured": ("mesuré en partie", "partly measured"),
    "calibrated": ("estimé, calibré sur cette machine", "estimated, calibrated on this machine"),
    "estimated": ("estimé", "estimated"),
    "assumed": ("hypothèse", "assumed"),
}
WARNINGS = {
    "no_counter": (
        "Aucun compteur d’énergie n’est lu, et le processeur n’est pas identifié (la machine peut être virtuelle) : "
        "c’est un ordre de grandeur, à un facteur 2 près dans les deux sens.",
        "No energy counter is read, and the processor is not identified (the machine may be virtual): "
        "this is an order of magnitude, within a factor of 2 either way.",
    ),
    "memory_not_counted": (
        "La mémoire vive, le processeur graphique et la veille de la machine ne sont pas comptés à part.",
        "Memory, graphics processor and the idle machine are not counted apart.",
    ),
    "embodied_not_counted": (
        "La fabrication du matériel n’est pas comptée ; elle peut dépasser l’électricité.",
        "Making the hardware is not counted; it can exceed the electricity.",
    ),
    "shared_time": (
        "D’autres travaux se faisaient en même temps : le temps commun est partagé à parts égales.",
        "Other work was going on at the same time: the common time is shared equally.",
    ),
    "french_water_factor": (
        "Le facteur d’eau reste celui de l’électricité française.",
        "The water factor is still that of French electricity.",
    ),
}
METHODS = {
    "cpu_seconds_x_watts_per_busy_thread": (
        "temps de processeur × {watts} W par fil occupé ({watts_source}), × {board} pour passer du processeur à la "
        "prise ({board_source})",
        "processor time × {watts} W per busy thread ({watts_source}), × {board} from the processor to the plug "
        "({board_source})",
    ),
}
WORDS = {
    "unread": ("non mesuré", "not measured"),
    "unread_spoken": ("Énergie non mesurée", "Energy not measured"),
    "no_carbon": ("CO₂e non compté", "CO₂e not counted"),
    "energy": (
        "Énergie à la prise : {joules}, soit {watt_hours}",
        "Energy at the plug: {joules}, that is {watt_hours}",
    ),
    "range": (
        "Fourchette : de la valeur divisée par {down} à la valeur multipliée par {up}",
        "Range: from the value divided by {down} to the value multiplied by {up}",
    ),
    "electricity": (
        "Électricité : {factor} g CO₂e par kWh ({source}, {year}, mix moyen de consommation, France)",
        "Electricity: {factor} g CO₂e per kWh ({source}, {year}, average consumption mix, France)",
    ),
    "electricity_set": (
        "Électricité : {factor} g CO₂e par kWh à la prise (réglages de cette installation, PUE compris)",
        "Electricity: {factor} g CO₂e per kWh at the plug (settings of this installation, PUE included)",
    ),
    "carbon": ("Carbone de cette électricité : {carbon}", "Carbon of that electricity: {carbon}"),
    "water": (
        "Eau consommée pour produire cette électricité : {water} ({factor} L/kWh, {source})",
        "Water consumed to produce that electricity: {water} ({factor} L/kWh, {source})",
    ),
    "water_set": (
        "Eau consommée pour produire cette électricité : {water} ({factor} L/kWh à la prise, PUE compris)",
        "Water consumed to produce that electricity: {water} ({factor} L/kWh at the plug, PUE included)",
    ),
    "cost": (
        "Coût climatique, à {price} € la tonne : {cost} pour {thousand} questions comme celle-ci",
        "Climate cost, at {price} € per tonne: {cost} per {thousand} questions like this one",
    ),
    "method": ("Méthode : {method}", "Method: {method}"),
    "warning": ("Avertissement : {code}", "Warning: {code}"),
    "spoken": (
        "Énergie : {energy} ; {carbon} ; {label}",
        "Energy: {energy}; {carbon}; {label}",
    ),
    "about": ("environ {value}", "about {value}"),
    "between": (", entre {low} et {high}", ", between {low} and {high}"),
    "spoken_carbon": ("{carbon} d’équivalent CO2", "{carbon} of CO2 equivalent"),
    "spoken_no_carbon": ("équivalent CO2 non compté", "CO2 equivalent not counted"),
    "less": ("moins de {value}", "less than {value}"),
}


def line(reading: EnergyReading | None, language: str) -> str:
    """Return the line shown under an answer."""
    if reading is None:
        return _words("unread", language)
    glyph = "" if reading.label == "measured" else "≈ "  # plain is measured, ≈ is modelled
    energy = _quantity(reading.watt_hours, _energy_band(reading), WATT_HOURS, language, glyph)
    carbon = _words("no_carbon", language)
    if reading.grams_co2e:
        carbon = _quantity(reading.grams_co2e, _carbon_band(reading), GRAMS, language, "", of=" CO₂e", bounds=False)
    return f"{energy} · {carbon} · {_label(reading, language)}"


def details(reading: EnergyReading | None, language: str) -> list[str]:
    """Return the sentences of the details panel; none when nothing was read."""
    if reading is None:
        return []
    energy, carbon = _energy_band(reading), _carbon_band(reading)
    price = reading.euros_per_tonne
    rows = [
        _words("energy", language).format(
            joules=_quantity(reading.joules, energy, JOULES, language),
            watt_hours=_quantity(reading.watt_hours, energy, WATT_HOURS, language),
        ),
        _words("range", language).format(
            down=_number(_times(energy[0]), language), up=_number(_times(energy[1]), language)
        ),
    ]
    if reading.grams_co2e:
        rows += [
            _electricity(reading, language),
            _words("carbon", language).format(
                carbon=_quantity(reading.grams_co2e, carbon, GRAMS, language, of=" CO₂e")
            ),
        ]
    else:
        rows.append(_words("no_carbon", language))
    rows.append(_water(reading, language))
    if price:
        rows.append(
            _words("cost", language).format(
                price=_number(_rounded(price, 3), language),
                cost=_quantity(1000 * reading.euros, carbon, EUROS, language),
                thousand=_number(Decimal(1000), language),
            )
        )
    return [*rows, _method(reading, language), *(_warning(code, language) for code in reading.warnings)]


def spoken(reading: EnergyReading | None, language: str) -> str:
    """Return the line for a screen reader: units in full, no sign."""
    if reading is None:
        return _words("unread_spoken", language)
    carbon = _words("spoken_no_carbon", language)
    if reading.grams_co2e:
        grams = _say(reading, reading.grams_co2e, _carbon_band(reading), GRAMS, language, bounds=False)
        carbon = _words("spoken_carbon", language).format(carbon=grams)
    energy = _say(reading, reading.watt_hours, _energy_band(reading), WATT_HOURS, language)
    return _words("spoken", language).format(energy=energy, carbon=carbon, label=_label(reading, language))


def _words(name: str, language: str) -> str:
    return WORDS[name][language != "fr"]


def _label(reading: EnergyReading, language: str) -> str:
    return LABELS[reading.label][language != "fr"]


def _warning(code: str, language: str) -> str:
    if code in WARNINGS:
        return WARNINGS[code][language != "fr"]
    return _words("warning", language).format(code=code)


def _method(reading: EnergyReading, language: str) -> str:
    watts, board = FACTORS["watts_per_busy_thread"], FACTORS["board_ratio"]
    said = METHODS.get(reading.method, (reading.method, reading.method))[language != "fr"].format(
        watts=_number(Decimal(str(watts.value)), language),
        watts_source=watts.source,
        board=_number(Decimal(str(board.value)), language),
        board_source=board.source,
    )
    return _words("method", language).format(method=said)


def _electricity(reading: EnergyReading, language: str) -> str:
    default = FACTORS["grams_per_kwh"]
    factor = _number(_rounded(reading.grams_per_kwh, 3), language)
    ours = math.isclose(reading.grams_per_kwh, default.value, rel_tol=1e-6)
    name = "electricity" if ours else "electricity_set"
    return _words(name, language).format(factor=factor, source=default.source, year=default.year)


def _water(reading: EnergyReading, language: str) -> str:
    default = FACTORS["litres_per_kwh_offsite"]
    ours = math.isclose(reading.litres_per_kwh, default.value, rel_tol=1e-6)
    return _words("water" if ours else "water_set", language).format(
        water=_quantity(reading.millilitres, _wider(_energy_band(reading), default), MILLILITRES, language),
        factor=_number(_rounded(reading.litres_per_kwh, 3), language),
        source=default.source,
    )


def _energy_band(reading: EnergyReading) -> tuple[float, float]:
    """Return by how much the value can be divided, then multiplied."""
    return reading.joules / reading.low, reading.high / reading.joules


def _carbon_band(reading: EnergyReading) -> tuple[float, float]:
    """Return the band of carbon; a factor set by the host is taken as certain, since nothing is known of it."""
    default = FACTORS["grams_per_kwh"]
    ours = math.isclose(reading.grams_per_kwh, default.value, rel_tol=1e-6)
    return _wider(_energy_band(reading), default) if ours else _energy_band(reading)


def _wider(band: tuple[float, float], factor: Factor) -> tuple[float, float]:
    return spread(band[0], factor.value / factor.low), spread(band[1], factor.high / factor.value)


def _unit(value: float, units: tuple[Unit, ...]) -> Unit:
    return next(unit for unit in units if value >= unit[0])


def _quantity(
    value: float, band: tuple[float, float], units: tuple[Unit, ...], language: str, glyph: str = "≈ ", *,
    of: str = "", bounds: bool = True,
) -> str:  # fmt: skip
    """Return "≈ 0.4 mWh (0.2–0.8)"; `of` follows the unit."""
    unit = _unit(value, units)
    symbol = (NARROW if language == "fr" else PLAIN) + unit[2] + of
    shown, low, high = _three(value * unit[1], band)
    if high < LEAST:  # not the value: "<" must hold for the whole range
        return f"< {_number(LEAST, language)}{symbol}"
    text = f"{glyph}{_number(shown, language)}{symbol}"
    return f"{text} ({_number(low, language)}–{_number(high, language)})" if bounds else text


def _three(value: float, band: tuple[float, float]) -> tuple[Decimal, Decimal, Decimal]:
    """Return value, low and high, in the digits that the range supports, the bounds rounded outward."""
    digits = 2 if band[0] * band[1] < TIGHT else 1
    return (
        _rounded(value, digits),
        _rounded(value / band[0], digits, ROUND_FLOOR),
        _rounded(value * band[1], digits, ROUND_CEILING),
    )


def _rounded(value: float, digits: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Return `value` with `digits` significant digits."""
    # Nine digits first: the float 0.8000000000000001 must not become 0.9.
    number = Decimal(f"{value:.9g}")
    for _ in range(2):  # twice: 9.96 rounds to 10.0, one digit too many
        number = number.quantize(Decimal(1).scaleb(number.adjusted() - digits + 1), rounding=rounding)
    return number


def _times(ratio: float) -> Decimal:
    """Return a ratio in two digits, rounded up; 2 rather than 2.0."""
    number = _rounded(ratio, 2, ROUND_CEILING)
    return number.to_integral_value() if number == number.to_integral_value() else number


def _number(number: Decimal, language: str) -> str:
    """Return the number with the language's decimal mark and thousands."""
    whole, _, part = f"{number:f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NARROW if language == "fr" else ",")
    return f"{grouped}{',' if language == 'fr' else '.'}{part}" if part else grouped


def _say(
    reading: EnergyReading, value: float, band: tuple[float, float], units: tuple[Unit, ...], language: str, *,
    bounds: bool = True,
) -> str:  # fmt: skip
    """Return "about 0.4 milliwatt-hours, between 0.2 and 0.8"."""
    unit = _unit(value, units)
    shown, low, high = _three(value * unit[1], band)
    tiny = high < LEAST
    number = LEAST if tiny else shown
    one = number < 2 if language == "fr" else number == 1
    text = f"{_number(number, language)} {unit[3] if language == 'fr' else unit[4]}{'' if one else 's'}"
    if tiny:
        return _words("less", language).format(value=text)
    if reading.label != "measured":
        text = _words("about", language).format(value=text)
    if not bounds:
        return text
    return text + _words("between", language).format(low=_number(low, language), high=_number(high, language))
