"""`jugeote energy report`: totals by day and account; no text of a question is in them."""

import argparse
from collections.abc import Mapping
from typing import Any

from assistant import wiring
from assistant.config import Config
from assistant.energy.errors import NothingKept
from assistant.energy.numbers import EUROS, GRAMS, MILLILITRES, WATT_HOURS, quantity
from assistant.energy.report import as_csv, as_svg, by_day, in_all
from assistant.energy.words import LABELS, text
from assistant.terminal import put, say
from assistant.usage import BadUsage

NONE = {
    "fr": "Rien n’est gardé dans {folder} : aucune question posée, ou un dossier qui ne s’écrit pas. Ce n’est pas zéro.",
    "en": "Nothing is kept in {folder}: no question was asked, or the folder cannot be written. That is not zero.",
}
HEADING = {
    "fr": ("jour", "compte", "nombre", "énergie", "CO₂e d’usage", "fabrication", "eau", "coût climatique", "libellés"),
    "en": ("day", "account", "count", "energy", "CO₂e of use", "making", "water", "climate cost", "labels"),
}
TITLE = {"fr": "Énergie par jour, en Wh", "en": "Energy by day, in Wh"}


def report(args: argparse.Namespace, config: Config, language: str) -> int:
    """Print the totals, or write their drawing."""
    if (args.json and args.csv) or (args.days is not None and args.days < 1):
        raise BadUsage("energy report [--days N] [--json | --csv] [--plot FILE.svg]")
    rows = wiring.store(config).rows()
    entries = by_day(rows, args.days) if rows else None
    if args.plot is not None and entries:
        try:
            args.plot.write_text(as_svg(entries, TITLE[language]), "utf-8")
        except OSError as error:
            raise NothingKept(folder=args.plot.parent) from error
        say(str(args.plot))
    if args.json:
        put({"days": entries, "total": in_all(entries or [])})
        return 0
    if not entries:
        say(NONE[language].format(folder=config.home))
        return 0
    if args.csv:
        print(as_csv(entries), end="")
        return 0
    print("\t".join(HEADING[language]))
    for entry in entries:
        print("\t".join(_row(entry, language)))
    return 0


def _row(entry: Mapping[str, Any], language: str) -> list[str]:
    """Return one line of the table: values in the digits that their range supports, "-" for what was not counted."""
    band = (entry["joules"] / entry["low"], entry["high"] / entry["joules"]) if entry["joules"] else (1.0, 1.0)
    said = [quantity(entry["watt_hours"], band, WATT_HOURS, language) if entry["joules"] else "-"]
    kinds = (("grams_co2e", GRAMS), ("grams_co2e_embodied", GRAMS), ("millilitres", MILLILITRES), ("euros", EUROS))
    said += [quantity(entry[n], (2.0, 2.0), units, language, bounds=False) if entry[n] else "-" for n, units in kinds]
    labels = ", ".join(text(label, language, LABELS) for label in entry["labels"])
    return [entry["day"], entry["account"], str(entry["sections"]), *said, labels]
