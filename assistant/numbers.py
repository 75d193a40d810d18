"""Read the numbers of a text, in digits or in words, and what they make: measures, spans of time, shares of a whole.

Knows nothing of claims. Words that make one number together ("deux mille", "one hundred and twenty") are read by text2num. "un",
"une", "one" and "a" are articles and pronouns more often than counts: they count only before a unit, a part or "sur".
"""

import re

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from assistant.measures import WRITTEN, measure
from index.words import fold

NUMBERS = {
    word: float(value)
    for value, words in {
        0.25: "quart quarter", 0.5: "demi demie moitie half", 2: "deux two double twice", 3: "trois three triple",
        4: "quatre four", 5: "cinq five", 6: "six", 7: "sept seven", 8: "huit eight", 9: "neuf nine", 10: "dix ten dizaine",
        11: "onze eleven", 12: "douze twelve douzaine dozen", 13: "treize thirteen", 14: "quatorze fourteen",
        15: "quinze fifteen quinzaine", 16: "seize sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen",
        20: "vingt twenty vingtaine", 30: "trente thirty trentaine", 40: "quarante forty quarantaine",
        50: "cinquante fifty cinquantaine", 60: "soixante sixty soixantaine", 70: "septante seventy",
        80: "huitante octante eighty", 90: "nonante ninety",
        100: "cent cents hundred centaine", 1000: "mille thousand millier", 1e6: "million millions",
        1e9: "milliard milliards billion billions",
    }.items()
    for word in words.split()
} | {"third": 1 / 3}  # fmt: skip
WHOLE = "|".join(sorted((word for word, value in NUMBERS.items() if value == int(value)), key=len, reverse=True))
NUMBER = rf"(?<!\d)\d+(?:[.,]\d+)?|(?<![\w-])(?:{WHOLE})"  # (?<!\d): or a long run of digits is tried from each of them
ARTICLE = r"\b(?:une?|one|an?)"

SHARE = re.compile(r"\b(?:pour|per) ?cent\b")
BETWEEN_THOUSANDS = re.compile(r"(?<=\d)(?<!\b0)[ \u00a0\u202f,](?=\d{3}\b)")
MONEY = re.compile(r"(?<!\d)(\d+(?:[.,]\d+)?) ?(k|mds?|m) ?(?=€|euros?\b|eur\b|d'euros)")  # "86 k€"
THOUSANDS = {"k": 1e3, "m": 1e6, "md": 1e9, "mds": 1e9}
SHARP = re.compile(r"\b(\d{1,2}) ?(?:h ?|:)00\b")  # "9h00" is 9 h
SCALE = re.compile(r"(?<![\d.,])(\d+(?:[.,]\d+)?)[ -](mille|millions?|milliards?|thousand|billions?)\b")
WORD = (
    r"(?:(?:vingt|trente|quarante|cinquante|soixante)[ -]et[ -](?:une?|onze)\b|quatre-vingt-une?\b"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty-one\b"
    rf"|(?:quatre-vingts|{WHOLE})(?![a-z]))"
)
FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
VULGAR = re.compile(r"(?<!\d)(\d*)([½¼¾])")
HALF_DOZEN = re.compile(r"\b(?:half (?:a )?|half-|demi-)(?:dozen|douzaine)\b")
# No share: "the third year", "a third party".
RANKED = re.compile(r"(?<!a )(?<!one )(?<!two )(?<!-)\bthird\b(?! of\b)|\bthird[ -]part(?:y|ies)\b")
POWER = re.compile(r"\b(?:[kcd]?m[23]|co2e?)\b")  # no numbers of their own
COMPOUND = re.compile(
    rf"(?<![\w-])(?:(?:one|an?) (?=hundred|thousand|[mb]illion))?{WORD}"
    rf"(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and |(?<=million) and ){WORD})*"
)
ENGLISH = re.compile(  # "six million" is both, and one number
    r"\b(?:one|two|three|four|five|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|[a-z]+ty|hundred|thousand|billions?)\b"
)

# "trois fois plus" counts nothing: it compares.
COMPARED = "plus|moins|un|sur|superieure?s?|inferieure?s?|more|less|as|out|in|higher|lower|larger|smaller|greater"
UNIT = (
    rf"(?:{WRITTEN}|t|(?:fois|times)(?! (?:{COMPARED})\b)|h|min|[mµ]?s"
    r"|(?:an|annee|year|mois|month|semaine|week|jour|day|heure|hour|minute|seconde?)s?)"
)
MEASURE = re.compile(rf"({NUMBER}) ?(%|{UNIT}(?![\w']|/h))")
PRICE = re.compile(r"([€$£]) ?(\d+(?:[.,]\d+)?)")
FIRST = re.compile(rf"({NUMBER})(?= (?:a|et|ou|to|and|or) (?:{NUMBER}) ?%)")  # "from 24 to 29 %", and 24 is no tonne
PLURAL = re.compile(r"(?<=\w\w)s$")  # "ms" are no more than one m
SAME_UNIT = {
    "annee": "an", "year": "an", "month": "mois", "moi": "mois", "week": "semaine", "day": "jour", "hour": "h", "heure": "h",
    "minute": "min", "seconde": "s", "second": "s", "foi": "time",
}  # fmt: skip  # PLURAL cuts the s of "mois" and "fois"

DAY = 24 * 60
MINUTES = {
    "seconde": 1 / 60, "second": 1 / 60, "minute": 1, "min": 1, "heure": 60, "hour": 60, "h": 60, "jour": DAY, "journee": DAY,
    "day": DAY, "semaine": 7 * DAY, "week": 7 * DAY,
}  # fmt: skip
MONTHS_OF = {"mois": 1, "month": 1, "an": 12, "annee": 12, "year": 12, "trimestre": 3, "semestre": 6, "decade": 120}
LENGTH = {unit: float(length) for unit, length in (MINUTES | MONTHS_OF).items()}
SPAN = re.compile(
    rf"(?P<number>{NUMBER}|{ARTICLE})[ -]?(?P<unit>{'|'.join(LENGTH)})s?\b(?!'[a-z])"
    r"(?P<half> et demie?\b| and a half\b)?"
)
NAMED_SPANS = (  # what it is called, minutes or months, how many, the numbers it is called by
    (r"\btrois quarts d'heure|\bthree quarters of an hour", "minutes", 45.0, {3.0, 0.25}),
    (r"\bdemi[- ]heure|\bhalf[ -](?:an )?hour", "minutes", 30.0, {0.5}),
    (r"(?<!trois )\bquart d'heure|\bquarter of an hour", "minutes", 15.0, {0.25}),
    (r"\bquinzaine\b(?! d)|\bfortnight", "minutes", 14.0 * DAY, {15.0}),
    (
        r"\b(?:each|every|per|a) quarter\b(?! of)|\bquarterly|\b(?:chaque|par) trimestre|\btrimestriel",
        "months",
        3.0,
        {0.25},
    ),
    (r"\bhalf a year\b|\bsix-monthly|\b(?:chaque|par) semestre|\bsemestriel", "months", 6.0, {0.5, 6.0}),
)
SPOKEN = {15.0 * DAY: 14.0 * DAY, 8.0 * DAY: 7.0 * DAY}  # "quinze jours" are two weeks, "huit jours" are one

ONES = re.compile(
    rf"(?P<number>{NUMBER}|\b(?:une?|one))[ -](?P<unit>{'|'.join(LENGTH)}|fois|time)s?\b(?!'[a-z]| sur\b| out of)"
    r"(?P<half> et demie?\b| and a half\b)?"
)
RATE_WORDS = {  # what a rate is counted by -> how words that say so begin
    "heure": "heure|hour", "jour": "jour|quotidien|day|daily", "semaine": "semaine|hebdomadaire|week", "mois": "mois|mensuel|month",
    "trimestre": "trimestr|quarter", "semestre": "semestr", "an": r"ans?\b|annee|annuel|l'an\b|year|annual",
}  # fmt: skip
RATE = re.compile(
    r"(?:\b(?:par|chaque|tou(?:s|tes) les) ?|/ ?)(heure|jour|semaine|mois|trimestre|semestre|an)(?:nee)?s?\b(?! de\b)|\bl'(an)\b"
    r"|\b(quotidien|journalier|hebdomadaire|mensuel|trimestriel|semestriel|annuel)"
    r"|\b(?:per|each|every) (hour|day|week|month|quarter|year)\b|\b(daily|weekly|monthly|quarterly|yearly|annual|hourly)"
)

PARTS = {
    "moitie": 2, "half": 2, "tier": 3, "third": 3, "quart": 4, "quarter": 4, "cinquieme": 5, "fifth": 5, "dixieme": 10,
    "tenth": 10,
}  # fmt: skip
PART = re.compile(
    rf"(?:(?P<number>{NUMBER}|{ARTICLE}|\bl[ea]|\bthe)[ -])?\b(?P<part>{'|'.join(PARTS)})s?\b(?! d'heure| of an| an hour| hour)"
)
LASTS = "|".join(LENGTH)
OF = re.compile(  # "une formation sur 2 jours" is no half, "une semaine sur deux" no half of people
    rf"(?P<number>{NUMBER}|\b(?:une?|one)) (?!(?:{LASTS})s? )(?:\w+ ){{0,2}}(?P<between>sur|out of|in) (?:(?:a|one) )?"
    rf"(?P<whole>{NUMBER})\b(?! (?:{LASTS}|euros?|dollars?|pounds?)s?\b)"
)
SLASH = re.compile(r"(?<![\d.,/])(?P<number>\d)/(?P<whole>\d)(?= (?:of|de|des|du)\b| d')")
HALVED = re.compile(r"\b(?:deux|2) fois moins\b|\bdivise\w* (?:par|en) (?:deux|2)\b|\bhalv(?:ed?|ing)\b|\b50/50\b")
MOST_OF = 1000  # "two in 2024" is no share

Reading = dict[tuple[str, float], set[float]]  # (what it is, how much) -> the numbers with which it is said


def plain(text: str) -> str:
    """Return a text folded, each of its numbers of several words or groups of digits in digits alone."""
    text = VULGAR.sub(lambda said: (said[1] or "0") + FRACTIONS[said[2]], text)  # before folding: "1½" would be 11/2
    found = HALF_DOZEN.sub("six", SHARE.sub("%", SHARP.sub(r"\1 h", BETWEEN_THOUSANDS.sub("", fold(text)))))
    found = COMPOUND.sub(lambda run: _together(run[0]), found)
    found = MONEY.sub(lambda said: f"{value(said[1]) * THOUSANDS[said[2]]:.0f} ", found)
    return SCALE.sub(lambda said: f"{value(said[1]) * NUMBERS[said[2]]:.0f}", found)


def _together(run: str) -> str:
    """Return the digits of words that make one number; one word alone stays: it may count what a sentence lists."""
    if not re.search(r"[ -]", run):
        return run
    if ENGLISH.search(run):
        return str(alpha2digit(re.sub(r"^an? ", "one ", run).replace(" and ", " "), "en"))
    return str(alpha2digit(run, "fr"))


def value(number: str) -> float:
    """Return what digits or a word stand for; an article is one."""
    return float(number.replace(",", ".")) if number[0].isdigit() else NUMBERS.get(number, 1.0)


def numbers(text: str) -> tuple[set[float], set[float]]:
    """Return the numbers of a text, and those of them that stand in digits; "10 %" and "dix" give 10."""
    found = POWER.sub(" ", plain(text))
    digits = {value(token) for token in re.findall(r"\d+(?:[.,]\d+)?", found)}
    found = RANKED.sub(" ", found)
    words = [(word, word.removesuffix("s")) for word in re.findall(r"[a-z]+", found)]  # "hundreds", "under-eighteens"
    return digits | {NUMBERS[word] for pair in words for word in pair if word in NUMBERS}, digits


def units(text: str) -> dict[float, set[str]]:
    """Return the units that stand beside each number; "%" is one."""
    found: dict[float, set[str]] = {}
    words = FIRST.sub(r"\1 %", plain(text))
    for number, unit in (*MEASURE.findall(words), *((number, sign) for sign, number in PRICE.findall(words))):
        if len(unit) > 1 or unit in "%hs€$£" or number[0].isdigit():  # "deux t" is no measure
            found.setdefault(value(number), set()).add(_one_unit(unit))
    return found


def _one_unit(unit: str) -> str:
    """Return one spelling of a unit: "kilos" and "kg" are one."""
    what = measure(unit)
    one = PLURAL.sub("", unit)
    return SAME_UNIT.get(one, one) if what is None else f"{what[0]} {what[1]:g}"


def spans(text: str) -> Reading:
    """Return the spans of time of a text, in minutes or in months: "quatorze jours" and "deux semaines" are one."""
    found, words = Reading(), plain(text)
    for said in SPAN.finditer(words):
        kind = "minutes" if said["unit"] in MINUTES else "months"
        length = (value(said["number"]) + (0.5 if said["half"] else 0)) * LENGTH[said["unit"]]
        found.setdefault((kind, length), set()).update(
            (value(said["number"]), 0.5) if said["half"] else (value(said["number"]),)
        )
        if said["number"] in ("quinze", "huit") and said["unit"] == "jour":
            found.setdefault((kind, SPOKEN.get(length, length)), set()).add(value(said["number"]))
    for name, kind, length, by in NAMED_SPANS:
        if re.search(name, words):
            found.setdefault((kind, length), set()).update(by)
    return found


def shares(text: str) -> Reading:
    """Return the shares of a whole: "les deux tiers", "deux sur trois", "50 %" and "la moitié"."""
    found, words = Reading(), FIRST.sub(r"\1 %", plain(text))
    for said in re.finditer(rf"(?P<number>{NUMBER}|{ARTICLE}) ?%", words):
        found.setdefault(("share", value(said["number"]) / 100), set()).add(value(said["number"]))
    for said in PART.finditer(words):
        number, part = value(said["number"] or "un"), PARTS[said["part"]]
        found.setdefault(("share", number / part), set()).update((number, 1 / part))
    for said in (*OF.finditer(words), *SLASH.finditer(words)):
        number, whole = value(said["number"]), value(said["whole"])
        if 0 < number <= whole <= MOST_OF:
            found.setdefault(("share", number / whole), set()).update((number, whole))
    if HALVED.search(words):
        found.setdefault(("share", 0.5), set()).update((2.0, 50.0))
    return {(kind, round(share, 4)): said for (kind, share), said in found.items()}


def counted(text: str) -> set[tuple[float, str]]:
    """Return the times and the spans of time that are counted, one among them: "un mois", "deux fois"."""
    found = set()
    for said in ONES.finditer(plain(text)):
        unit = SAME_UNIT.get(said["unit"], said["unit"])
        found.add((value(said["number"]) + (0.5 if said["half"] else 0), unit))
    return found


def rates(text: str) -> set[str]:
    """Return by what a text counts: "par mois", "monthly"."""
    words = [word for found in RATE.findall(plain(text)) for word in found if word]
    return {rate for word in words for rate, begins in RATE_WORDS.items() if re.match(begins, word)}
