"""Write the figures of a claim as its source writes them, where they are the same.

"Deux semaines" is "quatorze jours", "$1.5m" is "1,500,000 dollars", "half past nine" is "9 h 30". Rules, table and judge then meet
the same words there, and weigh what is left. Knows nothing of what else is said; a figure that the source lacks stays as it is.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from assistant.measures import WRITTEN, measure
from assistant.numbers import (
    ARTICLE,
    DAY,
    LENGTH,
    MINUTES,
    MOST_OF,
    NUMBER,
    NUMBERS,
    OF,
    PART,
    PARTS,
    SLASH,
    SPAN,
    SPOKEN,
    plain,
    value,
)

Key = tuple[str, float]  # what is counted, how much: ("minutes", 90.0), ("eur", 1500.0), ("share", 0.25)

DIGITS = r"(?<![\d.,])\d+(?:[.,]\d+)?(?![\d]|[.,]\d)"
MONTH = {
    name: number
    for number, names in enumerate(
        (
            "janvier january janv jan", "fevrier february fevr feb", "mars march mar", "avril april avr apr", "mai may", "juin june jun",
            "juillet july juil jul", "aout august aug", "septembre september sept sep", "octobre october oct",
            "novembre november nov", "decembre december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
NAME_OF_MONTH = "|".join(sorted(MONTH, key=len, reverse=True))
SCALES = {"k": 1e3, "m": 1e6, "md": 1e9, "mds": 1e9, "b": 1e9, "bn": 1e9}
SIGN = {"€": "eur", "eur": "eur", "$": "usd", "usd": "usd", "£": "gbp", "gbp": "gbp"}
PER = "minute|heure|jour|semaine|mois|trimestre|semestre|an|annee|hour|day|week|month|quarter|year"
LASTING = LENGTH | {"quarter": 3.0}
OFTEN = {
    "quotidien": "jour", "hebdomadaire": "semaine", "mensuel": "mois", "trimestriel": "trimestre", "semestriel": "semestre",
    "annuel": "an", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annually": "year",
}  # fmt: skip
ONCE = {"once": 1.0, "twice": 2.0}
FORTNIGHT = ("every minutes", 14.0 * DAY)
HALVES = {"half": 30, "quarter": 15, "et demie": 30, "et quart": 15, "moins le quart": -15}
THIRDS = {33: 1 / 3, 33.3: 1 / 3, 66: 2 / 3, 67: 2 / 3, 66.7: 2 / 3, 66.6: 2 / 3}


def _unit(said: re.Match[str]) -> Key | None:
    found = measure(said["unit"])
    if found is None or (len(said["unit"]) == 1 and said["unit"].isalpha() and not said["number"][0].isdigit()):
        return None  # "deux t"
    return found[0], value(said["number"]) * found[1]


def _money(said: re.Match[str]) -> Key:
    return SIGN[said["sign"].strip()], value(said["number"]) * SCALES.get(said["scale"].strip(), 1.0)


def _coins(said: re.Match[str]) -> Key:
    return SIGN.get(said["sign"], "eur"), value(said["number"]) + value(said["coins"]) / 100


def _long(length: float, unit: str, kind: str = "") -> Key:
    return f"{kind}{'minutes' if unit in MINUTES else 'months'}", length * LASTING[unit]


def _span(said: re.Match[str]) -> Key:
    kind, length = _long(value(said["number"]) + (0.5 if said["half"] else 0), said["unit"])
    return kind, SPOKEN.get(length, length) if said["unit"] in ("jour", "day") else length


def _every(said: re.Match[str]) -> Key:
    kind, length = _long(value(said["number"] or "un"), said["unit"], "every ")
    return kind, SPOKEN.get(length, length)


def _times(said: re.Match[str]) -> Key | None:
    number = ONCE.get(said["number"]) or value(said["number"])
    if not number:
        return None
    kind, length = _long(1 / number, said["unit"], "every ")
    return FORTNIGHT if (kind, length) == ("every months", 0.5) else (kind, length)


def _clock(said: re.Match[str]) -> Key | None:
    hour, minute = value(said["hour"]), value(said["minute"] or "0")
    late = re.match(r" ?(?:p|du soir|de l'apres)", said["late"] or "") is not None
    if hour > 24 or minute > 59:
        return None
    return "minutes", 60 * (
        hour % 12 + 12 if late else 0 if (said["late"] or "").startswith(" a") and hour == 12 else hour
    ) + minute


def _spoken_clock(said: re.Match[str]) -> Key:
    part, hour = HALVES[said["part"]], value(said["hour"])
    return "minutes", 60 * hour + (-part if said["way"] == "to" else part)


def _day(said: re.Match[str]) -> Key | None:
    month = MONTH.get(said["month"]) or int(said["month"])
    day, year = int(said["day"]), int(said["year"] or 0)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return "day", year * 10000 + month * 100 + day


def _scaled(said: re.Match[str]) -> Key:
    return "number", value(said["number"]) * SCALES[said["scale"]]


def _halved(said: re.Match[str]) -> Key:
    return "number", (value(said["number"]) + 0.5) * NUMBERS[said["scale"]]


def _often(said: re.Match[str]) -> Key:
    return _long(1.0, OFTEN[said["often"]], "every ")


def _rank(said: re.Match[str]) -> Key | None:
    if said[0].startswith(("first", "premi")):
        return "rank", 1.0
    words = said[0].removesuffix("s").replace("ieme", "ième")  # as text2num spells it
    found = re.match(r"\d+", alpha2digit(words, "fr" if "ième" in words else "en"))
    return ("rank", float(found[0])) if found else None


def _of(said: re.Match[str]) -> Key | None:
    number, whole = value(said["number"]), value(said["whole"])
    return ("share", round(number / whole, 4)) if 0 < number <= whole <= MOST_OF else None


def _percent(said: re.Match[str]) -> Key:
    share = value(said["number"])
    return "share", round(THIRDS.get(share, share / 100), 4)


RANKS = frozenset("third fifth tenth cinquieme dixieme".split())  # and parts: "a third of"
UNITS = "|".join(sorted(LENGTH, key=len, reverse=True))
HALF_DAY = "du (?:matin|soir)|de l'apres-midi"
FIGURES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Key | None]], ...] = tuple(
    (re.compile(how), what)
    for how, what in (
        (SPAN.pattern, _span),
        (rf"(?P<number>{NUMBER})[ -]?(?P<unit>{WRITTEN})(?![\w/])", _unit),
        (r"(?P<sign>€|\$|£|\beur |\busd |\bgbp ) ?(?P<number>\d+(?:[.,]\d+)?) ?(?P<scale>(?: ?(?:k|m|bn|b)\b)?)", _money),
        (r"(?<!\d)(?P<number>\d+) ?(?P<sign>€|euros?|\$|£) ?(?P<coins>\d\d)\b", _coins),
        (rf"(?P<number>{NUMBER}|\bone) and a (?P<half>half) (?P<unit>{UNITS})s?\b", _span),
        (rf"(?P<number>{NUMBER}|\bone) and a half (?P<scale>thousand|million|billion)", _halved),
        (rf"(?:(?:tou(?:te)?s les|every|each|chaque|par|per) )(?:(?P<number>{NUMBER}) )?(?P<unit>{PER})s?\b", _every),
        (rf"\b(?P<number>1 )?(?:(?:une|1) fois par|once an?|once per|once every) (?P<unit>{PER})\b", _every),
        (rf"\b(?P<often>{'|'.join(OFTEN)})(?:l?les?|nes?|le|ls|s)?\b", _often),
        (
            rf"\b(?P<number>once|twice|(?:{NUMBER})(?= (?:fois|times))) ?(?:fois |times )?(?:par|per|an?|each|every) (?P<unit>{PER})\b",
            _times,
        ),
        (rf"(?<![\d:])(?P<hour>\d{{1,2}})(?: ?[:h.] ?(?P<minute>\d\d)?)?(?P<late> ?(?:[ap]m\b|[ap]\.m\.?|{HALF_DAY}))", _clock),
        (r"(?<![\d:/])(?P<hour>\d{1,2})(?: ?: ?| ?h(?:eures?)? ?)(?P<minute>\d\d)(?P<late>)(?![\d:])(?: ?min(?:utes?)?\b)?", _clock),
        (rf"\b(?:a )?(?P<part>half|quarter) (?P<way>past|to) (?P<hour>{NUMBER})", _spoken_clock),
        (rf"(?P<hour>{NUMBER}) ?h(?:eures?)? (?P<part>et quart|moins le quart)(?P<way>)", _spoken_clock),
        (rf"(?P<hour>{NUMBER}) ?h(?:eures?)?(?P<minute>)(?P<late> (?:{HALF_DAY}))", _clock),
        (r"(?<!\d)(?P<number>\d+(?:[.,]\d+)?) ?(?P<scale>[kmb])\b(?= (?:de )?parametres?\b| parameters?\b)", _scaled),
        (rf"(?<!\d)(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?(?: of)? (?P<month>{NAME_OF_MONTH})\b\.?(?:,? (?P<year>\d{{4}}))?\b", _day),
        (rf"\b(?P<month>{NAME_OF_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}}))?\b", _day),
        (r"(?<!\d)(?P<day>\d{1,2})(?P<sign>[/.])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})\b", _day),
        (r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b", _day),
        (
            r"\b(?:[a-z]+-)*[a-z]{2,}iemes?\b|\b(?:[a-z]+-)?(?:[a-z]+th|third)\b(?! of\b| part)|\b\d+(?:er|ere|e|eme|st|nd|rd|th)\b"
            r"|\bfirst\b|\bpremi(?:ers?|eres?)\b",
            _rank,
        ),
        (rf"(?P<number>{NUMBER}|{ARTICLE}) ?%", _percent),
    )
)  # fmt: skip
NAMED: tuple[tuple[re.Pattern[str], Key], ...] = tuple(
    (re.compile(how), key)
    for how, key in (
        (r"\btrois quarts d'heure|\bthree[ -]quarters of an hour", ("minutes", 45.0)),
        (r"\b(?:une? |an? )?(?:demi[- ]heure|half[ -](?:an )?hour)\b", ("minutes", 30.0)),
        (r"(?<!trois )\b(?:un |a )?quart(?:er)? (?:d'|of an )(?:heure|hour)\b", ("minutes", 15.0)),
        (r"\b(?:une? |a )?(?:quinzaine(?! d)|fortnight)\b", ("minutes", 14.0 * DAY)),
        (r"\bhalf a year\b", ("months", 6.0)),
        (r"\b(?:un )?demi-siecle\b|\bhalf a century\b", ("months", 600.0)),
        (r"\b(?:un|an?|one) (?:siecle|century)\b", ("months", 1200.0)),
        (r"\bevery other week\b|\bfortnightly\b", FORTNIGHT),
        (r"\bevery other year\b", ("every months", 24.0)),
        (r"\bevery other day\b|\bun jour sur deux\b", ("every minutes", 2.0 * DAY)),
        (r"\bmidi\b|\bnoon\b|\bmidday\b", ("minutes", 720.0)),
        (r"\bminuit\b|\bmidnight\b", ("minutes", 0.0)),
    )
)
CARDINAL = re.compile(rf"(?<![\w.,-]){NUMBER}(?![\w-]|[.,]\d)")
NO_CARDINAL = re.compile(r".*(?:ine|ier|double|triple|twice|dozen|ions?|iards?)$")  # "une trentaine" is no 30
ELIDED = re.compile(r"\b(d|l|qu|jusqu)'(?=[\dbcdfgjklmnpqrstvwxz€$£])")
WHOLE_WORD = {"d": "de ", "l": "le ", "qu": "que ", "jusqu": "jusque "}


class Figure(NamedTuple):
    """A figure of a plain text: where it stands, what it is, how it is said, and the noun that stands within it."""

    start: int
    end: int
    key: Key
    words: str
    noun: str = ""


def _shares(words: str) -> Iterator[Figure]:
    for said in PART.finditer(words):
        part, after = said["part"], words[said.end() : said.end() + 4]
        if part in RANKS and said["number"] in (None, "the", "le", "la") and not re.match(" (?:of|de|d'|des) ?", after):
            continue  # "the third edition"
        share = value(said["number"] or "un") / PARTS[part]
        if share <= 1:  # "twenty-fifth" is a rank
            yield Figure(said.start(), said.end(), ("share", round(share, 4)), said[0])
    for kind in (OF, SLASH):
        for said in kind.finditer(words):
            if (key := _of(said)) is not None:
                noun = said[0][len(said["number"]) : said.start("between") - said.start()].strip() if kind is OF else ""
                short = said[0].replace(f" {noun} ", " ") if noun else said[0]
                yield Figure(said.start(), said.end(), key, short, noun)


def _found(words: str) -> Iterator[Figure]:
    """Yield what may be a figure of a plain text."""
    yield from _shares(words)
    for how, what in FIGURES:
        for said in how.finditer(words):
            if (key := what(said)) is not None:
                yield Figure(said.start(), said.end(), key, said[0].strip())
    for how, key in NAMED:
        for said in how.finditer(words):
            yield Figure(said.start(), said.end(), key, said[0])
    for said in CARDINAL.finditer(words):
        if not NO_CARDINAL.match(said[0]):
            yield Figure(said.start(), said.end(), ("number", value(said[0])), said[0])


def figures(words: str) -> list[Figure]:
    """Return the figures of a plain text in their order; of two that overlap the longer."""
    kept: list[Figure] = []
    for found in sorted(_found(words), key=lambda found: (found.start - found.end, found.start)):
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return sorted(kept)


def alike(text: str, source: str) -> tuple[str, str]:
    """Return both texts plain (numbers.py), with the figures of `text` that `source` has too in the words of `source`."""
    said, theirs = plain(text), plain(source)
    words: dict[Key, str] = {}
    for figure in figures(theirs):
        words.setdefault(figure.key, figure.words)
    pieces, at = list[str](), 0
    for figure in figures(said):
        if words.get(figure.key, figure.words) != figure.words:
            pieces += [said[at : figure.start], words[figure.key], f" {figure.noun}" if figure.noun else ""]
            at = figure.end
    if not pieces:
        return said, theirs
    return ELIDED.sub(lambda found: WHOLE_WORD[found[1]], "".join((*pieces, said[at:]))), theirs
