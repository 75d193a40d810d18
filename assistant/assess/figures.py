"""The figures of a project for one year: requests, energy, carbon, water, euros, and what they compare with.

Each figure carries its range, its formula with the numbers in it, and the facts it rests on; one that lacks an answer
says which, and has no value. Knows nothing of how a report looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.assess.bands import Band, around, exactly, number, ranged, stated
from assistant.assess.conditions import UNKNOWN, Values
from assistant.assess.energy import Energy, energy_of_kind, energy_of_request, smaller_kind
from assistant.assess.facts import Facts
from assistant.assess.words import FIGURES, UNITS, said

GRAMS_PER_KILO = KILOS_PER_TONNE = 1000.0
CLEANEST, WORLD, DIRTIEST = "energy-factor-zone-nor", "energy-factor-zone-wor", "energy-factor-zone-ind"
DRIEST, WETTEST = "energy-factor-zone-irl", "energy-factor-zone-bra"
FRENCH_GRAMS = ("energy-factor-fr-ademe", "energy-factor-fra-ecologits", "energy-factor-fra-codecarbon")
LOCAL = ("office", "own_room")
HOSTED = ("eu_host", "non_eu_host", "online_service")
PRICE_FACT = "seed-carbon-price-200"
# name of the figure, the fact with the claim of the slides, what its number is for
ORDERS = (
    ("server_weeks", "seed-server-week"),
    ("truck_100km", "seed-truck-100km"),
    ("ship_km", "seed-container-ship-km"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; `band` None means that it cannot be computed, and `needs` says for want of which answers."""

    id: str
    name: str
    band: Band | None
    unit: str
    facts: tuple[str, ...]
    formula: str
    needs: tuple[str, ...] = ()
    note: str = ""


@dataclass(slots=True)
class _Table:
    """The figures in the making; names and formulas in one language."""

    language: str
    rows: list[Figure] = field(default_factory=list)

    def words(self, key: str, /, **values: object) -> str:
        return said(FIGURES[key], self.language).format(**values)

    def add(self, name: str, band: Band, unit: str, facts: Sequence[str], formula: str, note: str = "") -> Band:
        self.rows.append(
            Figure(name, self.words(name), band, said(UNITS[unit], self.language), tuple(dict.fromkeys(facts)), formula,
                   (), note)
        )  # fmt: skip
        return band

    def lacking(self, name: str, unit: str, needs: Sequence[str]) -> None:
        """Add a figure that cannot be computed."""
        self.rows.append(
            Figure(name, self.words(name), None, said(UNITS[unit], self.language), (), "", tuple(dict.fromkeys(needs)))
        )

    def show(self, band: Band | float) -> str:
        return ranged(band, self.language) if isinstance(band, Band) else number(band, self.language, 9)

    def given(self, band: Band) -> str:
        return stated(band, self.language)


def figures(values: Values, facts: Facts, language: str, euros_per_tonne: float) -> list[Figure]:
    """Return the figures of the project, then those of a smaller model, then the comparisons."""
    table = _Table(language)
    requests, lacking = _requests(values, facts, table)
    energy = _energy(values, facts, table, requests, lacking)
    carbon = _carbon(values, facts, table, energy, lacking)
    _water(values, facts, table, energy, lacking)
    euros = _euros(facts, table, carbon, euros_per_tonne, lacking)
    _balance(values, table, euros)
    _smaller(values, facts, table, requests, euros_per_tonne, lacking)
    _orders(facts, table, carbon, lacking)
    return table.rows


def notes(values: Values, language: str) -> list[str]:
    """Return what the table does not show: why there is no smaller model, what is left out."""
    lines = []
    if smaller_kind(values) is None:
        kind = str(values.get("model_kind", UNKNOWN))
        lines.append(said(FIGURES[f"no_smaller_{kind}"], language))
    if values.get("hosting") in HOSTED or values.get("hosting") == UNKNOWN:
        lines.append(said(FIGURES["host_making_left_out"], language))
    lines.append(said(FIGURES["left_out"], language))
    return lines


def _requests(values: Values, facts: Facts, table: _Table) -> tuple[Band | None, list[str]]:
    per_day = values.get("requests_per_day", UNKNOWN)
    if not isinstance(per_day, float):
        table.lacking("requests", "requests", ["requests_per_day"])
        return None, ["requests_per_day"]
    usual, least, most, every = facts["assessment-days-working"].numbers
    days = {"working": Band(usual, least, most), "every": exactly(every)}.get(
        str(values.get("days")), Band(usual, least, every)
    )
    if per_day == 0:
        days = exactly(usual)  # no days are asked for
    formula = table.words("requests_formula", day=table.show(per_day), days=table.given(days))
    return table.add("requests", days * per_day, "requests", ["assessment-days-working"], formula), []


def _energy(values: Values, facts: Facts, table: _Table, requests: Band | None, lacking: list[str]) -> Band | None:
    """Energy of a request, then of the year; `lacking` gets the questions that stand in the way."""
    one = energy_of_request(values, facts)
    if one.watt_hours is None:
        lacking += one.needs
        table.lacking("energy_request", "wh", one.needs)
    else:
        table.add("energy_request", one.watt_hours, "wh", one.facts, _steps(one, table))
    if requests is None or one.watt_hours is None:
        table.lacking("energy", "kwh", lacking)
        return None
    formula = table.words("energy_formula", requests=table.show(requests), wh=table.show(one.watt_hours))
    return table.add("energy", requests * one.watt_hours * 0.001, "kwh", one.facts, formula)


def _steps(energy: Energy, table: _Table) -> str:
    return " ".join(table.words(step) for step in energy.steps)


def _grams(values: Values, facts: Facts) -> tuple[Band, list[str]]:
    """Grams of CO2e per kWh; the widest band when the country is not known."""
    country = str(values.get("country", UNKNOWN))
    ratio = facts["assessment-grid-spread"].numbers[0]
    if country == UNKNOWN:
        low, value, high = (facts[zone].numbers[0] for zone in (CLEANEST, WORLD, DIRTIEST))
        return Band(value, low / ratio, high * ratio), [CLEANEST, WORLD, DIRTIEST, "assessment-grid-spread"]
    if country == "fra":
        value, low, high = (facts[name].numbers[0] for name in FRENCH_GRAMS)
        return Band(value, low, high), list(FRENCH_GRAMS)
    zone = f"energy-factor-zone-{country}"
    return around(facts[zone].numbers[0], ratio), [zone, "assessment-grid-spread"]


def _litres(values: Values, facts: Facts) -> tuple[Band, list[str]]:
    """Litres of water per kWh: to produce the electricity, and on the host's site when there is a host."""
    country, ratio = str(values.get("country", UNKNOWN)), facts["assessment-water-spread"].numbers[0]
    if country == UNKNOWN:
        low, value, high = (facts[zone].numbers[1] for zone in (DRIEST, WORLD, WETTEST))
        litres, named = Band(value, low / ratio, high * ratio), [DRIEST, WORLD, WETTEST]
    elif country == "fra":
        litres, named = around(facts["water-france-mix"].numbers[0], ratio), ["water-france-mix"]
    else:
        named = [f"energy-factor-zone-{country}"]
        litres = around(facts[named[0]].numbers[1], ratio)
    if values.get("hosting", UNKNOWN) in LOCAL:
        return litres, [*named, "assessment-water-spread", "energy-factor-water-onsite"]
    # Cooling on the host's site: from none to the most that EcoLogits counts for a large operator.
    on_site = facts["energy-factor-provider-pue-wue"].numbers
    litres = litres + Band(on_site[5], 0.0, max(on_site[1], on_site[3]))
    return litres, [*named, "assessment-water-spread", "energy-factor-provider-pue-wue"]


def _carbon(values: Values, facts: Facts, table: _Table, energy: Band | None, lacking: list[str]) -> Band | None:
    """Carbon of the electricity, of the hardware bought, and of both as far as they are known."""
    use = None
    if energy is None:
        table.lacking("carbon_use", "kg", lacking)
    else:
        grams, named = _grams(values, facts)
        formula = table.words("carbon_formula", kwh=table.show(energy), grams=table.given(grams))
        unknown = table.words("country_unknown") if values.get("country", UNKNOWN) == UNKNOWN else ""
        use = table.add("carbon_use", energy * grams * (1 / GRAMS_PER_KILO), "kg", named, formula, unknown)
    making = _making(values, facts, table)
    if use is None:
        return None
    if making is None:
        return use
    if making.high > 0:
        table.add("carbon", use + making, "kg", [], table.words("carbon_sum"))
    return use + making


def _making(values: Values, facts: Facts, table: _Table) -> Band | None:
    """Carbon of making the hardware bought, spread over its life; None when it is not known."""
    kind, count = values.get("hardware", UNKNOWN), values.get("hardware_count", UNKNOWN)
    if kind == "none":
        return exactly(0.0)
    if kind == UNKNOWN or not isinstance(count, float):
        table.lacking("carbon_making", "kg", ["hardware"] if kind == UNKNOWN else ["hardware_count"])
        return None
    usual, shortest, longest = facts["assessment-hardware-life"].numbers
    each, named = _one_machine(str(kind), facts)
    years = Band(usual, shortest, longest)
    formula = table.words("making_formula", count=table.show(count), each=table.given(each), years=table.given(years))
    return table.add("carbon_making", (each * count).over(years), "kg", [*named, "assessment-hardware-life"], formula)


def _one_machine(kind: str, facts: Facts) -> tuple[Band, list[str]]:
    """Kilograms of CO2e of making one machine."""
    spread = "assessment-making-spread"
    ratio, low, high = facts[spread].numbers
    if kind == "laptops":
        name = "energy-factor-embodied-laptop"
        return around(facts[name].numbers[0], ratio), [name, spread]
    if kind == "servers":
        name, other = "energy-factor-embodied-server", "energy-factor-embodied-server-ademe"
        return Band(facts[name].numbers[0], low, high), [name, other, spread]
    server, now, before = "energy-factor-ecologits-server", "energy-factor-ecologits-gpu-embodied", "h100-embodied"
    cards, body = facts[server].numbers[0], facts[server].numbers[4]
    value = body + cards * facts[now].numbers[0]
    return Band(value, body + cards * facts[before].numbers[0], value), [server, now, before]


def _water(values: Values, facts: Facts, table: _Table, energy: Band | None, lacking: list[str]) -> None:
    if energy is None:
        table.lacking("water", "litres", lacking)
        return
    litres, named = _litres(values, facts)
    formula = table.words("water_formula", kwh=table.show(energy), litres=table.given(litres))
    table.add("water", energy * litres, "litres", named, formula)


def _euros(facts: Facts, table: _Table, carbon: Band | None, price: float, lacking: list[str]) -> Band | None:
    if carbon is None:
        table.lacking("euros", "euros", lacking)
        return None
    return _priced("euros", carbon, facts, table, price)


def _priced(name: str, carbon: Band, facts: Facts, table: _Table, price: float) -> Band:
    """Add the cost of some carbon, at the price of the slides or at the host's own."""
    ours = price == facts[PRICE_FACT].numbers[0]
    formula = table.words(
        "euros_formula" if ours else "euros_formula_host", kg=table.show(carbon), price=table.show(price)
    )
    return table.add(name, carbon * (price / KILOS_PER_TONNE), "euros", [PRICE_FACT] if ours else [], formula)


def _balance(values: Values, table: _Table, climate: Band | None) -> None:
    """Gain less cost less climate cost, for a year."""
    gain, cost = values.get("gain_year", UNKNOWN), values.get("cost_year", UNKNOWN)
    if not isinstance(gain, float) or not isinstance(cost, float):
        needs = [name for name in ("gain_year", "cost_year") if not isinstance(values.get(name), float)]
        table.lacking("balance", "euros", needs)
        return
    less = climate or exactly(0.0)
    name = "balance_formula" if climate else "balance_formula_open"
    formula = table.words(name, gain=table.show(gain), cost=table.show(cost), climate=table.show(less))
    band = exactly(gain).less(exactly(cost)).less(less)
    table.add("balance", band, "euros", ["roi-formula-with-externalities"], formula)


def _smaller(
    values: Values, facts: Facts, table: _Table, requests: Band | None, price: float, lacking: list[str]
) -> None:
    """The same year with a smaller model: energy, carbon and euros of its electricity."""
    kind = smaller_kind(values)
    if kind is None:
        return  # notes() says why
    energy = energy_of_kind(kind, values, facts)
    name = f"smaller_energy_{kind}"
    if requests is None or energy.watt_hours is None:
        table.lacking(name, "kwh", [*lacking, *energy.needs])
        return
    kwh = requests * energy.watt_hours * 0.001
    formula = table.words("energy_formula", requests=table.show(requests), wh=table.show(energy.watt_hours))
    table.add(name, kwh, "kwh", energy.facts, f"{formula}. {_steps(energy, table)}")
    grams, named = _grams(values, facts)
    kg = kwh * grams * (1 / GRAMS_PER_KILO)
    formula = table.words("carbon_formula", kwh=table.show(kwh), grams=table.given(grams))
    table.add("smaller_carbon", kg, "kg", named, formula)
    _priced("smaller_euros", kg, facts, table, price)


def _orders(facts: Facts, table: _Table, carbon: Band | None, lacking: list[str]) -> None:
    """The carbon of the year in the orders of magnitude of the slides, each with its status."""
    for name, fact in ORDERS:
        if carbon is None:
            table.lacking(name, name, lacking)
            continue
        each = facts[fact].numbers[0]
        formula = table.words("order_formula", kg=table.show(carbon), each=table.show(each))
        status = facts[fact].said[table.language]
        table.add(name, carbon.over(each), name, [fact], formula, status)
