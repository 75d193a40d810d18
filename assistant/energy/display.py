"""A reading in words, French or English: the line under an answer, the details, and what a screen reader says.

Every number comes from the reading's own receipt, so that what is shown is what was computed with. Knows nothing of
HTML; imports only its own room.
"""

from collections.abc import Mapping
from decimal import Decimal

from assistant.energy.factors import FACTORS
from assistant.energy.footprint import spread
from assistant.energy.numbers import (
    EUROS,
    GRAMS,
    JOULES,
    LEAST,
    MILLILITRES,
    WATT_HOURS,
    Band,
    Unit,
    number_of,
    plain,
    quantity,
    three,
    times,
    unit_of,
)  # fmt: skip
from assistant.energy.reading import EnergyReading, Factor
from assistant.energy.words import LABELS, METHODS, WARNINGS, text


def cost(reading: EnergyReading | None, language: str) -> str:
    """Return the line under an answer: energy with its range, carbon, water, euros per 1,000, and how it is known."""
    if reading is None or "implausible" in reading.warnings:
        return text("answer", language).format(line=line(reading, language))
    shown, _, label = line(reading, language).rpartition(" · ")
    water = quantity(
        reading.millilitres,
        _water_band(reading),
        MILLILITRES,
        language,
        "",
        of=text("of_water", language),
        bounds=False,
    )
    parts = [shown, water]
    if reading.euros:
        price = quantity(1000 * reading.euros, _cost_band(reading), EUROS, language, "", bounds=False)
        thousand = number_of(Decimal(1000), language)
        parts.append(text("per_thousand", language).format(cost=price, thousand=thousand))
    return text("answer", language).format(line=" · ".join([*parts, label]))


def line(reading: EnergyReading | None, language: str) -> str:
    """Return a cost in few words: energy with its range, carbon, and how it is known."""
    if reading is None:
        return text("unread", language)
    if "implausible" in reading.warnings:
        return text("implausible", language)
    glyph = "" if reading.label == "measured" else "≈ "  # plain is measured, ≈ is modelled
    energy = quantity(reading.watt_hours, energy_band(reading), WATT_HOURS, language, glyph)
    carbon = text("no_carbon", language)
    if reading.grams_co2e:
        carbon = quantity(reading.grams_co2e, carbon_band(reading), GRAMS, language, "", of=" CO₂e", bounds=False)
    return f"{energy} · {carbon} · {text(reading.label, language, LABELS)}"


def details(reading: EnergyReading | None, language: str) -> list[str]:
    """Return the sentences of the details panel; none when nothing was read."""
    if reading is None:
        return []
    warnings = [_warning(code, language) for code in reading.warnings]
    if "implausible" in reading.warnings:
        return warnings
    energy = energy_band(reading)
    rows = [
        text("energy", language).format(
            joules=quantity(reading.joules, energy, JOULES, language),
            watt_hours=quantity(reading.watt_hours, energy, WATT_HOURS, language),
        ),
        text("range", language).format(
            down=number_of(times(energy[0]), language), up=number_of(times(energy[1]), language)
        ),
        *_carbon(reading, language), _water(reading, language), *_cost(reading, language), _method(reading, language),
    ]  # fmt: skip
    return [*rows, *_inputs(reading, language), *warnings]


def spoken(reading: EnergyReading | None, language: str) -> str:
    """Return the line for a screen reader: units in full, no sign."""
    if reading is None:
        return text("unread_spoken", language)
    if "implausible" in reading.warnings:
        return text("implausible", language)
    carbon = text("spoken_no_carbon", language)
    if reading.grams_co2e:
        grams = _say(reading, reading.grams_co2e, carbon_band(reading), GRAMS, language, bounds=False)
        carbon = text("spoken_carbon", language).format(carbon=grams)
    said = [_say(reading, reading.watt_hours, energy_band(reading), WATT_HOURS, language), carbon]
    water = _say(reading, reading.millilitres, _water_band(reading), MILLILITRES, language, bounds=False)
    said.append(water + text("of_water", language))
    if reading.euros:
        price = _say(reading, 1000 * reading.euros, _cost_band(reading), EUROS, language, bounds=False)
        said.append(text("per_thousand", language).format(cost=price, thousand=number_of(Decimal(1000), language)))
    return text("spoken", language).format(line=_list(language).join([*said, text(reading.label, language, LABELS)]))


def _list(language: str) -> str:
    return " ; " if language == "fr" else "; "


def factor_of(reading: EnergyReading, name: str) -> Factor:
    """Return a factor that the reading was computed with; the default one where it has no receipt."""
    factors: Mapping[str, Factor] = reading.receipt.factors if reading.receipt else FACTORS
    return factors[name] if name in factors else FACTORS[name]


def energy_band(reading: EnergyReading) -> Band:
    """Return by how much the value can be divided, then multiplied."""
    return reading.joules / reading.low, reading.high / reading.joules


def carbon_band(reading: EnergyReading) -> Band:
    """Return the band of carbon; a factor set by the host is taken as certain, since nothing is known of it."""
    return _wider(energy_band(reading), factor_of(reading, "grams_per_kwh"))


def _wider(band: Band, factor: Factor) -> Band:
    if not factor.value or not factor.low:
        return band
    return spread(band[0], factor.value / factor.low), spread(band[1], factor.high / factor.value)


def _warning(code: str, language: str) -> str:
    return text(code, language, WARNINGS) if code in WARNINGS else text("warning", language).format(code=code)


def _carbon(reading: EnergyReading, language: str) -> list[str]:
    if not reading.grams_co2e:
        return [text("no_carbon", language)]
    factor, pue = factor_of(reading, "grams_per_kwh"), factor_of(reading, "pue")
    name = "electricity_set" if not factor.source else "electricity"
    name = "electricity_zone" if factor.fact.startswith("energy-factor-zone-") else name
    said = plain(factor.value, language)
    zone = factor.fact.rpartition("-")[2].upper()
    rows = [text(name, language).format(factor=said, source=factor.source, year=factor.year, zone=zone)]
    if pue.value != 1:
        rows.append(text("pue", language).format(pue=plain(pue.value, language)))
    carbon = quantity(reading.grams_co2e, carbon_band(reading), GRAMS, language, of=" CO₂e")
    rows.append(text("carbon", language).format(carbon=carbon))
    if reading.grams_co2e_embodied and reading.receipt:
        made = factor_of(reading, "embodied_grams_per_hour")
        band = (made.value / made.low, made.high / made.value)
        rows.append(
            text("embodied", language).format(
                carbon=quantity(reading.grams_co2e_embodied, band, GRAMS, language, of=" CO₂e"),
                hour=plain(made.value, language), source=made.source,
            )
        )  # fmt: skip
    return rows


def _water(reading: EnergyReading, language: str) -> str:
    litres = factor_of(reading, "litres_per_kwh_offsite")
    return text("water", language).format(
        water=quantity(reading.millilitres, _water_band(reading), MILLILITRES, language),
        factor=plain(litres.value, language), source=litres.source,
    )  # fmt: skip


def _water_band(reading: EnergyReading) -> Band:
    return _wider(energy_band(reading), factor_of(reading, "litres_per_kwh_offsite"))


def _cost_band(reading: EnergyReading) -> Band:
    """Return the widest of the two carbons': nothing is known of how their errors go together."""
    band = carbon_band(reading)
    if reading.grams_co2e_embodied and reading.receipt:
        made = factor_of(reading, "embodied_grams_per_hour")
        band = max(band[0], made.value / made.low), max(band[1], made.high / made.value)
    return band


def _cost(reading: EnergyReading, language: str) -> list[str]:
    if not reading.euros_per_tonne:
        return []
    return [
        text("cost", language).format(
            price=plain(reading.euros_per_tonne, language),
            cost=quantity(1000 * reading.euros, _cost_band(reading), EUROS, language),
            thousand=number_of(Decimal(1000), language),
        )
    ]


def _method(reading: EnergyReading, language: str) -> str:
    name, receipt = reading.method, reading.receipt
    if name not in METHODS or receipt is None:
        return text("method", language).format(method=name)
    source = receipt.factors["processor"]
    said = text(name, language, METHODS).format(
        factor=plain(source.value, language),
        source=source.source,
    )  # fmt: skip
    if "watts_per_gigabyte" in receipt.factors:
        held = receipt.factors["watts_per_gigabyte"]
        said += " + " + text("memory", language).format(watts=plain(held.value, language), source=held.source)
    if "board_ratio" in receipt.factors:
        board = receipt.factors["board_ratio"]
        form = "board" if board.source else "board_calibrated"
        said += text(form, language).format(board=plain(board.value, language), source=board.source)
    return text("method", language).format(method=said)


def _inputs(reading: EnergyReading, language: str) -> list[str]:
    if reading.receipt is None:
        return []
    cpu, wall = (float(reading.receipt.inputs[name]) for name in ("cpu_seconds", "active_seconds"))
    if cpu <= 0 or wall <= 0:
        return []
    return [text("inputs", language).format(cpu=plain(cpu, language, 2), wall=plain(wall, language, 2))]


def _say(
    reading: EnergyReading, value: float, band: Band, units: tuple[Unit, ...], language: str, *, bounds: bool = True
) -> str:
    """Return "about 0.4 milliwatt-hours, between 0.2 and 0.8"."""
    unit = unit_of(value, units)
    shown, low, high = three(value * unit[1], band)
    tiny = high < LEAST
    number = LEAST if tiny else shown
    one = number < 2 if language == "fr" else number == 1
    said = f"{number_of(number, language)} {unit[3] if language == 'fr' else unit[4]}{'' if one else 's'}"
    if tiny:
        return text("less", language).format(value=said)
    if reading.label != "measured":
        said = text("about", language).format(value=said)
    if not bounds:
        return said
    return said + text("between", language).format(low=number_of(low, language), high=number_of(high, language))
