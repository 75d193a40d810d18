"""What a conversation cost in all, and what the assistant used beside it: waiting, indexing.

Bounds are added to one another: the errors of factors do not average out, so a longer session is no better known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.energy.display import carbon_band, energy_band, line
from assistant.energy.factors import FACTORS
from assistant.energy.footprint import watt_hours
from assistant.energy.ledger import IDLE_ACCOUNT, Ledger
from assistant.energy.numbers import EUROS, GRAMS, METRES, MILLILITRES, number_of, plain, quantity
from assistant.energy.reading import EnergyReading
from assistant.energy.receipt import ORDER
from assistant.energy.store import Row, Store
from assistant.energy.words import Pair, text

INDEXING = "indexing"
LABELS = (ORDER[0], "partly_measured", *ORDER[1:])  # from the strongest to the weakest
Totals = Callable[[], Mapping[str, EnergyReading | None]]
WORDS: Mapping[str, Pair] = {
    "session": ("Cette conversation, {count} : {line}", "This conversation, {count}: {line}"),
    "one": ("1 question", "1 question"),
    "many": ("{n} questions", "{n} questions"),
    "unread": ("dont {n} non mesurée(s)", "{n} of them not measured"),
    "none": ("Cette conversation : rien encore", "This conversation: nothing yet"),
    "carbon": (
        "Carbone de l’électricité : {use}",
        "Carbon of the electricity: {use}",
    ),
    "embodied": (
        "Fabrication du matériel, part de ce temps : {made}",
        "Making the hardware, share of that time: {made}",
    ),
    "water": ("Eau : {water}", "Water: {water}"),
    "euros": (
        "Coût climatique : {cost} pour {thousand} conversations comme celle-ci",
        "Climate cost: {cost} per {thousand} conversations like this one",
    ),
    "car": (
        "Électricité et fabrication ensemble : autant que {metres} en voiture thermique ({grams} g CO₂e par km, {source})",
        "Electricity and making together: as much as {metres} in a combustion car ({grams} g CO₂e per km, {source})",
    ),
    "measured": (
        "Part de l’énergie qui vient en majorité d’un compteur : {share} %",
        "Share of the energy that comes mostly from a counter: {share} %",
    ),
    IDLE_ACCOUNT: (
        "Assistant en attente, depuis son démarrage et pour tout le monde (mémoire occupée, tâches de fond) : {line}",
        "Assistant waiting, since it started and for everyone (memory held, background tasks): {line}",
    ),
    INDEXING: (
        "Indexation des documents, depuis le premier jour : {line}",
        "Indexing of the documents, since the first day: {line}",
    ),
    "apart": (
        "Attente et indexation ne sont pas comptées dans les questions.",
        "Waiting and indexing are not counted in the questions.",
    ),
}


def summed(readings: Sequence[EnergyReading | None]) -> EnergyReading | None:
    """Return the sum of what was read, under its weakest label; None when nothing was."""
    read = [r for r in readings if r is not None and "implausible" not in r.warnings]
    if not read:
        return None
    made = [r.grams_co2e_embodied for r in read if r.grams_co2e_embodied]
    return replace(
        read[-1],
        joules=sum(r.joules for r in read), low=sum(r.low for r in read), high=sum(r.high for r in read),
        watt_hours=sum(r.watt_hours for r in read), grams_co2e=sum(r.grams_co2e for r in read),
        millilitres=sum(r.millilitres for r in read), euros=sum(r.euros for r in read),
        grams_co2e_embodied=sum(made) if made else None, warnings=(),
        label=max((r.label for r in read), key=LABELS.index),
    )  # fmt: skip


def measured_share(readings: Sequence[EnergyReading | None]) -> float:
    """Return the share of the joules whose reading comes mostly from counters."""
    read = [r for r in readings if r is not None and "implausible" not in r.warnings]
    total = sum(r.joules for r in read)
    counted = sum(r.joules for r in read if r.label in LABELS[:2])
    return counted / total if total else 0.0


def session_line(readings: Sequence[EnergyReading | None], language: str) -> str:
    """Return the line of a conversation: how many questions, and what they cost."""
    if not readings:
        return text("none", language, WORDS)
    count = text("one" if len(readings) == 1 else "many", language, WORDS).format(n=len(readings))
    missing = sum(r is None or "implausible" in r.warnings for r in readings)
    if missing:
        count += f" ({text('unread', language, WORDS).format(n=missing)})"
    return text("session", language, WORDS).format(count=count, line=line(summed(readings), language))


def session_rows(
    readings: Sequence[EnergyReading | None], beside: Mapping[str, EnergyReading | None], language: str
) -> list[str]:
    """Return the details of a conversation, and of what is used beside it; `beside`: account -> reading."""
    rows, total = [], summed(readings)
    if total is not None:
        if total.grams_co2e:
            use = quantity(total.grams_co2e, carbon_band(total), GRAMS, language, of=" CO₂e")
            rows.append(text("carbon", language, WORDS).format(use=use))
        if total.grams_co2e_embodied:
            made = quantity(total.grams_co2e_embodied, (2.0, 2.0), GRAMS, language, of=" CO₂e")
            rows.append(text("embodied", language, WORDS).format(made=made))
            rows.append(_by_car(total, language))
        water = quantity(total.millilitres, energy_band(total), MILLILITRES, language)
        rows.append(text("water", language, WORDS).format(water=water))
        if total.euros:
            wide = tuple(max(2.0, ratio) for ratio in carbon_band(total))
            cost = quantity(1000 * total.euros, (wide[0], wide[1]), EUROS, language)
            thousand = number_of(Decimal(1000), language)
            rows.append(text("euros", language, WORDS).format(cost=cost, thousand=thousand))
        if share := measured_share(readings):
            rows.append(text("measured", language, WORDS).format(share=plain(100 * share, language, 2)))
    rows += [
        text(name, language, WORDS).format(line=line(read, language)) for name, read in beside.items() if name in WORDS
    ]
    return [*rows, text("apart", language, WORDS)] if beside else rows


def _by_car(total: EnergyReading, language: str) -> str:
    """Return the one equivalence: carbon against carbon, manufacture on both sides."""
    car = FACTORS["grams_per_car_km"]
    metres = 1000 * (total.grams_co2e + (total.grams_co2e_embodied or 0.0)) / car.value
    down, up = (max(2.0, ratio) for ratio in carbon_band(total))
    return text("car", language, WORDS).format(
        metres=quantity(metres, (down, up), METRES, language), grams=plain(car.value, language), source=car.source
    )


def standing(meter: Ledger, store: Store) -> dict[str, EnergyReading | None]:
    """Return what is used beside questions: waiting since this process began, indexing since the first day kept."""
    waiting = meter.totals()[IDLE_ACCOUNT].reading
    rows = [row for row in store.rows() or () if row.account == INDEXING]
    return {IDLE_ACCOUNT: waiting} | ({INDEXING: read_back(rows)} if rows else {})


def read_back(rows: Sequence[Row]) -> EnergyReading | None:
    """Return kept rows as one reading; its receipt is gone, only sums were kept."""
    read = [row for row in rows if row.joules > 0]
    return summed(
        [
            EnergyReading(
                row.joules, row.low, row.high, row.label, watt_hours(row.joules), row.grams_co2e, row.millilitres, row.euros,
                (), "kept", row.grams_co2e_embodied or None,
            )
            for row in read
        ]
    )  # fmt: skip
