"""`jugeote energy report`: totals by day and account; no text of a question is in them."""

import argparse

from assistant import wiring
from assistant.config import Config
from assistant.energy.errors import NothingKept
from assistant.energy.report import as_csv, as_svg, by_day, in_all
from assistant.terminal import put, say
from assistant.usage import BadUsage

NONE = {
    "fr": "Rien n’est gardé dans {folder} : aucune question posée, ou un dossier qui ne s’écrit pas. Ce n’est pas zéro.",
    "en": "Nothing is kept in {folder}: no question was asked, or the folder cannot be written. That is not zero.",
}
HEADING = {
    "fr": ("jour", "compte", "nombre", "Wh", "de", "à", "g CO2e", "g fabrication", "mL", "€", "libellés"),
    "en": ("day", "account", "count", "Wh", "from", "to", "g CO2e", "g making", "mL", "EUR", "labels"),
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
        numbers = ("watt_hours", "low", "high", "grams_co2e", "grams_co2e_embodied", "millilitres", "euros")
        scale = {"low": 3600, "high": 3600}
        said = [f"{entry[name] / scale.get(name, 1):.2g}" if entry[name] else "-" for name in numbers]
        print("\t".join([entry["day"], entry["account"], str(entry["sections"]), *said, ",".join(entry["labels"])]))
    return 0
