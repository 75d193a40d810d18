"""Tell by rule that the figures of a sentence are not those of its source.

They are not when it holds a number or a month that the source lacks, another unit beside a number ("48 fois" for "48 %"), "at
least" for "at most", "about" for an exact number, or a date turned from "since" to "until". Knows nothing of models, nor of what
else two sentences say.
"""

import re

from index.words import fold

# Words that are numbers. "un", "une" and "one" are left out: they are articles and pronouns more often than counts.
NUMBERS = {
    word: float(value)
    for value, words in {
        0.25: "quart quarter", 0.5: "demi demie moitie half", 2: "deux two double twice", 3: "trois three triple",
        4: "quatre four", 5: "cinq five", 6: "six", 7: "sept seven", 8: "huit eight", 9: "neuf nine", 10: "dix ten dizaine",
        11: "onze eleven", 12: "douze twelve douzaine dozen", 13: "treize thirteen", 14: "quatorze fourteen",
        15: "quinze fifteen quinzaine", 16: "seize sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen",
        20: "vingt twenty vingtaine", 30: "trente thirty trentaine", 40: "quarante forty quarantaine",
        50: "cinquante fifty cinquantaine", 60: "soixante sixty soixantaine", 70: "seventy", 80: "eighty", 90: "ninety",
        100: "cent cents hundred centaine", 1000: "mille thousand millier", 1e6: "million millions",
        1e9: "milliard milliards billion billions",
    }.items()
    for word in words.split()
} | {"third": 1 / 3}  # fmt: skip
THIRD = re.compile(r"\b(?:un|le|deux) tiers\b")  # "des tiers" are people
COUNT = 10.0  # up to here a number in words may count what the source lists: "these three points"
SAME = {0.5: 50.0, 0.25: 25.0}  # "half" and "50 %"
SHARE = re.compile(r"\b(?:pour|per) ?cent\b")
OF_HUNDRED = re.compile(r"\b(?:sur|out of|in) (?:(?:a|one) )?(?:cent|hundred|100)\b")  # another way to say "%"
BETWEEN_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}\b)")
WHOLE = "|".join(
    sorted((word for word, value in NUMBERS.items() if value == int(value) and value <= 1000), key=len, reverse=True)
)
NUMBER = rf"\d+(?:[.,]\d+)?|(?<![\w-])(?:{WHOLE})"
# "trois fois plus" counts nothing: it compares.
COMPARED = "plus|moins|un|sur|superieure?s?|inferieure?s?|more|less|as|out|in|higher|lower|larger|smaller|greater"
UNIT = (
    rf"(?:[mk]?g|k?t|[kmgt]?wh|m?l|m3|k?m|[kmgt][ob]|m?s|[km]?w|(?:fois|times)(?! (?:{COMPARED})\b)"
    r"|(?:an|annee|year|mois|month|semaine|week|jour|day|heure|hour|minute|seconde?)s?)"
)
MEASURE = re.compile(rf"({NUMBER}) ?(%|{UNIT}\b(?!'))")
FIRST = re.compile(rf"({NUMBER})(?= (?:a|et|ou|to|and|or) (?:{NUMBER}) ?%)")  # "from 24 to 29 %", and 24 is no tonne
PLURAL = re.compile(r"(?<=\w\w)s$")  # "ms" are no more than one m
SAME_UNIT = {"annee": "an", "seconde": "s", "second": "s", "foi": "time"}  # PLURAL cuts the s of "fois"

MONTHS = (
    "janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|"
    "january|february|april|june|july|august|september|october|november|december"
)
SURE_MONTHS = frozenset(MONTHS.split("|"))  # "mars", "mai", "march" and "may" are other words too
DATE = (
    r"(?:(?:au|le|la|the|a|en|fin|end|of|\d{1,2}(?:er|st|nd|rd|th)?) )*"
    rf"(?:{MONTHS}|mars|mai|march|may|\d{{4}})\b"
)
UNTIL = re.compile(rf"\b(?:jusqu'|jusque|avant|until|till|before|by|prior to|up to) ?{DATE}")
SINCE = re.compile(rf"\b(?:depuis|des|a partir|a compter|apres|since|from|after|as of|starting) ?(?:du |de )?{DATE}")
LATEST = re.compile(r"\bau plus tard\b|\bno(?:t|) later\b|\bat the latest\b")
EARLIEST = re.compile(r"\bau plus tot\b|\bno(?:t|) (?:earlier|sooner)\b|\bat the earliest\b")
ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|environ|approximativement) (?=\d)")
ROUGH = re.compile(
    r"\b(?:about|around|approximately|roughly|some|nearly|almost|close|order|environ|approximativement|pres|presque|"
    r"quelque|ordre)\b"
)
# What comes before a number, or after it, and bounds it.
LEAST = (
    r"au moins|plus d(?:e |')|au-dela d(?:e |')|au-dessus de|superieure?s? a|minimum de|plancher de|depass\w+|"
    r"at least|more than|over|above|exceed\w*|minimum of|floor of"
)
MOST = (
    r"au plus|moins d(?:e |')|au-dessous de|en-dessous de|inferieure?s? a|maximum de|plafond de|jusqu'a|au maximum|"
    r"at most|less than|fewer than|under|below|within|up to|maximum of|capped at"
)
AHEAD = re.compile(
    rf"\b(?:(?P<least>{LEAST})|(?P<most>{MOST})) ?(?:environ |quelque |about |les |the |de |des )?"
    rf"(?P<number>{NUMBER})\b(?! (?:{MONTHS}))"
)
BEHIND = re.compile(
    rf"(?P<number>{NUMBER}) ?(?:%|[a-z]+)? ?(?:(?P<least>ou plus|ou davantage|au moins|au minimum|minimum|or more|at least)|"
    r"(?P<most>ou moins|au plus|au maximum|maximum|or less|or fewer|at most))\b(?! d)"
)
BOTH_SIDES = re.compile(
    r"\b(?:au-dela|au-dessus|au-dessous|en dessous|above|below|beyond)\b(?! d| of)"
)  # "until 24 degrees; beyond, ..."


def _plain(text: str) -> str:
    """Return the text folded, its numbers without spaces or commas between thousands."""
    return BETWEEN_THOUSANDS.sub("", fold(text))


def _value(number: str) -> float:
    return float(number.replace(",", ".")) if number[0].isdigit() else NUMBERS[number]


def _numbers(text: str) -> tuple[set[float], set[float]]:
    """Return the numbers of a text, and those of them that stand in digits; "10 %" and "dix" give 10."""
    plain = SHARE.sub("%", _plain(text))
    digits = {_value(token) for token in re.findall(r"\d+(?:[.,]\d+)?", plain)}
    spelled = {n for words in re.findall(r"[a-z]+(?:-[a-z]+)*", plain) for n in _spelled(words.split("-"))}
    return digits | spelled | ({1 / 3} if THIRD.search(plain) else set()), digits


def _units(text: str) -> dict[float, set[str]]:
    """Return the units that stand beside each number; "%" is one."""
    found: dict[float, set[str]] = {}
    for number, unit in MEASURE.findall(FIRST.sub(r"\1 %", SHARE.sub("%", _plain(text)))):
        one = PLURAL.sub("", unit)
        found.setdefault(_value(number), set()).add(SAME_UNIT.get(one, one))
    return found


def _shares(text: str) -> set[float]:
    """Return the numbers of a text that are percentages."""
    return {number for number, units in _units(text).items() if "%" in units}


def _spelled(parts: list[str]) -> list[float]:
    """Return the number that hyphened words make together ("trente-cinq", "quatre-vingts"), or that each is."""
    known = [NUMBERS.get(part.removesuffix("s"), NUMBERS.get(part)) for part in parts]
    values = [n for n in known if n is not None]
    if len(values) < len(parts) or len(values) < 2:
        return values
    return [values[0] * values[1] + sum(values[2:]) if values[0] < values[1] else sum(values)]


def _other_number(text: str, source: str) -> bool:
    (said, digits), (theirs, _) = _numbers(text), _numbers(source)
    if OF_HUNDRED.search(_plain(text)) and not _shares(text) and _shares(source) & said:
        said, digits = said - {100.0}, digits - {100.0}  # "sept fois sur cent", and the source has "7 %"
    new = {n for n in said - theirs if SAME.get(n) not in theirs}
    counts = {n for n in new - digits if n <= COUNT and n == int(n)}
    return bool(new - counts) or bool(counts and theirs - said)  # beside a number that is gone, a count replaces it


def _other_unit(text: str, source: str) -> bool:
    """Tell whether a number of both has a unit beside it in each, and not the same: 600 kg, 600 g; deux ans, deux fois."""
    said, theirs = _units(text), _units(source)
    return any(number in theirs and not units <= theirs[number] for number, units in said.items())


def _other_month(text: str, source: str) -> bool:
    said, theirs = ({*re.findall(r"[a-z]+", fold(t))} for t in (text, source))
    return bool((said & SURE_MONTHS) - theirs)


def _turned_date(text: str, source: str) -> bool:
    """Tell whether a date that began something ends it, or the other way round."""
    for end, begin in ((UNTIL, SINCE), (LATEST, EARLIEST)):
        ends, begins = ([bool(kind.search(_plain(t))) for t in (text, source)] for kind in (end, begin))
        if (ends[0] and not ends[1] and begins[1]) or (begins[0] and not begins[1] and ends[1]):
            return True
    return False


def _bounds(text: str) -> dict[float, set[bool]]:
    """Return for each bounded number whether it is the least (True) or the most (False)."""
    plain = _plain(text)
    found: dict[float, set[bool]] = {}
    for match in (*AHEAD.finditer(plain), *BEHIND.finditer(plain)):
        found.setdefault(_value(match["number"]), set()).add(match["least"] is not None)
    return found


def turned_bound(text: str, source: str) -> bool:
    """Tell whether a number that was the least is the most, or the other way round; ask only where both deny, or neither does."""
    if BOTH_SIDES.search(_plain(source)):
        return False
    said, theirs = _bounds(text), _bounds(source)
    return any(number in theirs and not kinds & theirs[number] for number, kinds in said.items())


def other_figure(text: str, source: str) -> bool:
    """Tell whether a figure of `text` is not one of `source`, or not in its unit."""
    if (
        _other_number(text, source)
        or _other_month(text, source)
        or _other_unit(text, source)
        or _turned_date(text, source)
    ):
        return True
    return bool(ABOUT.search(fold(text))) and not ROUGH.search(fold(source))
