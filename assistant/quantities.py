"""Find the figures of a text and what each comes to: spans and rates, clock times, dates, ranks, shares, money, measures.

"Deux semaines" and "quatorze jours" have one key, "half past nine" and "9 h 30" too. Knows nothing of claims. What a reading of 415
pairs found to be no figure is left out where it stands: "mis à jour", "a third party", "06/12", one end of a range.
"""

import re
from collections.abc import Callable, Iterator
from math import gcd
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
    value,
)

Key = tuple[str, float]  # what is counted, how much: ("minutes", 90.0), ("eur", 1500.0), ("share", 0.25)

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
MONTH_FIRST = (  # stands before its day: "mar. 12 juin" is a Tuesday
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
SCALES = {"k": 1e3, "m": 1e6, "md": 1e9, "mds": 1e9, "b": 1e9, "bn": 1e9}
SIGN = {"€": "eur", "eur": "eur", "$": "usd", "usd": "usd", "£": "gbp", "gbp": "gbp"}
PER = "minute|heure|jour|semaine|mois|trimestre|semestre|an|annee|hour|day|week|month|quarter|year"
FRENCH = frozenset("seconde heure h jour journee semaine mois an annee trimestre semestre".split())
LASTING = LENGTH | {"quarter": 3.0}
OFTEN = {
    "quotidien": "jour", "hebdomadaire": "semaine", "mensuel": "mois", "trimestriel": "trimestre", "semestriel": "semestre",
    "annuel": "an", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annually": "year",
}  # fmt: skip
ONCE = {"once": 1.0, "twice": 2.0}
FORTNIGHT = ("every minutes", 14.0 * DAY)
HALVES = {"half": 30, "quarter": 15, "et quart": 15, "moins le quart": -15}
THIRDS = {33: 1 / 3, 33.3: 1 / 3, 66: 2 / 3, 67: 2 / 3, 66.7: 2 / 3, 66.6: 2 / 3}


def _unit(said: re.Match[str]) -> Key | None:
    found = measure(said["unit"])
    letter = len(said["unit"]) == 1 and said["unit"].isalpha() and not said["number"][0].isdigit()  # "deux t"
    if found is None or letter or NO_CARDINAL.match(said["number"]):  # "several thousand tonnes"
        return None
    return found[0], value(said["number"]) * found[1]


def _money(said: re.Match[str]) -> Key:
    return SIGN[said["sign"].strip()], value(said["number"]) * SCALES.get(said["scale"].strip(), 1.0)


def _coins(said: re.Match[str]) -> Key:
    return SIGN.get(said["sign"], "eur"), value(said["number"]) + value(said["coins"]) / 100


def _long(length: float, unit: str, kind: str = "") -> Key:
    return f"{kind}{'minutes' if unit in MINUTES else 'months'}", length * LASTING[unit]


def _span(said: re.Match[str]) -> Key | None:
    number, unit = said["number"], said["unit"]
    second = unit in ("second", "seconde") and not number[0].isdigit() and value(number) == 1
    if second or (number in ("a", "an") and unit in FRENCH):  # "a second copy", "mis à jour"
        return None
    kind, length = _long(value(number) + (0.5 if said["half"] else 0), unit)
    return kind, _loose(length, number)


def _loose(length: float, number: str | None) -> float:
    """Return a fortnight for "quinze jours", a week for "huit jours"; 15 days are 15."""
    return SPOKEN.get(length, length) if number in ("quinze", "huit") else length


def _every(said: re.Match[str]) -> Key:
    kind, length = _long(value(said["number"] or "un"), said["unit"], "every ")
    return kind, _loose(length, said["number"])


def _times(said: re.Match[str]) -> Key | None:
    number = ONCE.get(said["number"]) or value(said["number"])
    if not number:
        return None
    return _long(1 / number, said["unit"], "every ")


def _clock(said: re.Match[str]) -> Key | None:
    hour, minute = value(said["hour"]), value(said["minute"] or "0")
    half = (said["late"] or "").strip()
    if hour > 24 or minute > 59:
        return None
    if half.startswith(("p", "du soir", "de l'apres")):
        hour = hour % 12 + 12
    elif half.startswith("a") and hour == 12:  # "12 am" is midnight
        hour = 0
    return "minutes", 60 * hour + minute


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
    lowest = gcd(int(number), int(whole)) == 1 or whole in (10, 100, 1000)  # "10 élus sur 20" are not "5 sur 10"
    return ("share", round(number / whole, 6)) if lowest and 0 < number < whole <= MOST_OF else None


def _percent(said: re.Match[str]) -> Key:
    share = value(said["number"])
    return "share", round(THIRDS.get(share, share / 100), 6)


AMBIGUOUS = frozenset("third fifth tenth cinquieme dixieme tier quarter".split())
LITTLE = (None, "the", "le", "la", "a", "un", "une")
WHOLE_OF = rf" (?:of|de|du|des)\b(?! (?:the |each |every )?(?:month|{NAME_OF_MONTH}))| d'"
UNITS = "|".join(sorted(LENGTH, key=len, reverse=True))
LATER = r" ?(?:[ap]\.?m\b|in the |at night|du (?:matin|soir)|de l'apres-)"
HALF_DAY = "du (?:matin|soir)|de l'apres-midi"
FIGURES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Key | None]], ...] = tuple(
    (re.compile(how), what)
    for how, what in (
        (rf"{SPAN.pattern}(?!{LATER}| (?:ouvre|ouvrable|working|business))", _span),
        (rf"(?P<number>{NUMBER})[ -]?(?P<unit>{WRITTEN})(?![\w/])", _unit),
        (r"(?P<sign>€|\$|£|\beur |\busd |\bgbp ) ?(?P<number>\d+(?:[.,]\d+)?)(?P<scale>(?: ?(?:k|m|bn|b)\b)?)", _money),
        (r"(?<!\d)(?P<number>\d+) ?(?P<sign>€|euros?|\$|£) ?(?P<coins>\d\d)\b", _coins),
        (rf"(?P<number>{NUMBER}|\bone) and a (?P<half>half) (?P<unit>{UNITS})s?\b", _span),
        (rf"(?P<number>{NUMBER}|\bone) and a half (?P<scale>thousand|million|billion)", _halved),
        (rf"\b(?:(?:tou(?:te)?s les|every|each|chaque|par|per) )(?:(?P<number>{NUMBER}) )?(?P<unit>{PER})s?\b", _every),
        (rf"\b(?P<number>1 )?(?:(?:une|1) fois par|once an?|once per|once every) (?P<unit>{PER})\b", _every),
        (rf"(?<![\w-])(?<!au )(?<!du )(?P<often>{'|'.join(OFTEN)})(?:l?les?|nes?|le|ls|s)?\b", _often),
        (
            rf"\b(?P<number>once|twice|(?:{NUMBER})(?= (?:fois|times))) ?(?:fois |times )?(?:par|per|an?|each|every) (?P<unit>{PER})\b",
            _times,
        ),
        (rf"(?<![\d:])(?P<hour>\d{{1,2}})(?: ?[:h.] ?(?P<minute>\d\d)?)?(?P<late> ?(?:[ap]m\b|[ap]\.m\.?|{HALF_DAY}))", _clock),
        (r"(?<![\d:/])(?P<hour>\d{1,2})(?: ?: ?| ?h(?:eures?)? ?)(?P<minute>\d\d)(?P<late>)(?![\d:])(?: ?min(?:utes?)?\b)?", _clock),
        (rf"\b(?:a )?(?P<part>half|quarter) (?P<way>past|to) (?P<hour>{NUMBER})(?! ?%)(?!{LATER})", _spoken_clock),
        (rf"(?P<hour>{NUMBER}) ?h(?:eures?)? (?P<part>et quart|moins le quart)(?P<way>)(?!{LATER})", _spoken_clock),
        (rf"(?P<hour>{NUMBER}) ?h(?:eures?)?(?P<minute>)(?P<late> (?:{HALF_DAY}))", _clock),
        (r"(?<!\d)(?P<number>\d+(?:[.,]\d+)?) ?(?P<scale>[kmb])\b(?= (?:de )?parametres?\b| parameters?\b)", _scaled),
        (rf"(?<!\d)(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?(?: of)? (?P<month>{NAME_OF_MONTH})\b\.?(?:,? (?P<year>\d{{4}}))?\b", _day),
        (rf"\b(?P<month>{MONTH_FIRST})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?! (?:{NAME_OF_MONTH})\b)\b(?:,? (?P<year>\d{{4}}))?\b", _day),
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
        (r"(?<!apres-)(?<!apres )\bmidi\b(?!-)|\bnoon\b|\bmidday\b", ("minutes", 720.0)),
        (r"\bminuit\b|\bmidnight\b", ("minutes", 0.0)),
    )
)
HALF_OF_RANGE = re.compile(rf"(?:{NUMBER})(?: (?:a|et|ou|to|and|or) | ?- ?)$")
CARDINAL = re.compile(rf"(?<![\w.,/-])(?:{NUMBER})(?![\w/-]|[.,]\d)")
# "Une trentaine" is no 30, "several thousand" no 1,000.
NO_CARDINAL = re.compile(r".*(?:ine|ier|double|triple|twice|dozen|hundred|thousand|ions?|iards?)$")


class Figure(NamedTuple):
    """A figure of a plain text: where it stands, what it is, how it is said, and the noun that stands within it."""

    start: int
    end: int
    key: Key
    words: str
    noun: str = ""


def _is_share(said: re.Match[str], words: str) -> bool:
    """Tell "a third of" from "the third edition", "a third party", "in the first quarter", "second half", "half-day"."""
    part, number, after = said["part"], said["number"], words[said.end() :]
    closed = number in ("a", "un", "une") and re.match(r"\W*$|[.,;:)]", after)
    if part in AMBIGUOUS and number in LITTLE and not closed and not re.match(WHOLE_OF, after):
        return False
    if part == "half" and (
        re.match("-|th", after) or re.search(r"(?:first|second|other|latter) $", words[: said.start()])
    ):
        return False
    return part != "quarter" or number in LITTLE or after.startswith(("s of ", " of "))


def _shares(words: str) -> Iterator[Figure]:
    for said in PART.finditer(words):
        share = value(said["number"] or "un") / PARTS[said["part"]]
        if share <= 1 and _is_share(said, words):  # more: "twenty-fifth", a rank
            yield Figure(said.start(), said.end(), ("share", round(share, 6)), said[0])
    for kind in (OF, SLASH):
        for said in kind.finditer(words):
            if (key := _of(said)) is not None:
                noun = said[0][len(said["number"]) : said.start("between") - said.start()].strip() if kind is OF else ""
                short = said[0].replace(f" {noun} ", " ") if noun else said[0]
                yield Figure(said.start(), said.end(), key, short, noun)


def _kind(said: str) -> str:
    """Return how a bare number is compared: a code or a version to the digit, "3.10" is no "3.1"."""
    if re.match(r"0\d", said) or len(said) > 15:
        return f"code {said}"
    return "number" + str(len(re.split("[.,]", said)[1])) if re.search("[.,]", said) else "number"


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
            yield Figure(said.start(), said.end(), (_kind(said[0]), value(said[0])), said[0])


def figures(words: str) -> list[Figure]:
    """Return the figures of a plain text in their order; of two that overlap the longer."""
    kept: list[Figure] = []
    for found in sorted(_found(words), key=lambda found: (found.start - found.end, found.start)):
        before = words[max(0, found.start - 30) : found.start]
        if found.key[0] not in ("number", "share", "day") and HALF_OF_RANGE.search(before):
            continue  # "1 to 14 days"
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return sorted(kept)
