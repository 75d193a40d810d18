"""Tell by rule that the figures of a sentence are not those of its source.

They are not when it holds a number or a month that the source lacks, another unit beside a number ("48 fois" for "48 %"), "at
least" for "at most", "about" for an exact number, or a date turned from "since" to "until". Knows nothing of models, nor of what
else two sentences say.
"""

import re

from assistant.numbers import (
    ARTICLE,
    LENGTH,
    MINUTES,
    NUMBER,
    RATE_WORDS,
    counted,
    numbers,
    plain,
    rates,
    shares,
    spans,
    units,
    value,
)
from assistant.quantities import figures
from index.words import fold

COUNT = 10.0  # up to here a number in words may count what the source lists: "these three points"
OF_HUNDRED = re.compile(r"\b(?:sur|out of|in) (?:(?:a|one) )?(?:cent|hundred|100)\b")  # another way to say "%"
ONE = re.compile(r"\b(?:une?|one|an?|par|per|chaque|each|every)\b")
IN_DIGITS = {  # words of the source that a claim may say in digits
    word: float(n)
    for n, words in enumerate(
        (
            "aucun aucune no none", "one seul seule single premier premiere first", "deuxieme second seconde", "troisieme third",
            "quatrieme fourth", "cinquieme fifth", "sixieme sixth", "septieme seventh", "huitieme eighth",
            "neuvieme ninth", "dixieme tenth",
        )
    )
    for word in words.split()
}  # fmt: skip
MONTHS = (
    "janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|"
    "january|february|april|june|july|august|september|october|november|december"
)
DATED = re.compile(  # "Article 26 may cost" is no date
    r"\b(?:\d+(?:er|st|nd|rd|th)? |(?:en|fin|debut|mi|depuis|de|avant|apres|in|since|until|early|late|mid)[ -])"
    r"(mars|mai|march|may(?= \d|[.,;)]|$))\b"
)
WEEKS = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche".split(),
    "monday tuesday wednesday thursday friday saturday sunday".split(),
)
DAYS = frozenset(day for days in WEEKS for day in days)
END = frozenset("samedi dimanche saturday sunday".split())
WEEK = re.compile(r"\bweekdays?\b|\bouvr(?:es?|ables?)\b|\ben semaine\b|\bjours? de semaine\b")
WEEKEND = re.compile(r"\bweek-?ends?\b|\bfins? de semaine\b")
RANGE = re.compile(rf"\b({'|'.join(sorted(DAYS))})s? (?:a|au|to|through|till|until) ({'|'.join(sorted(DAYS))})")
SLASHED = re.compile(r"\b\d{1,2}/(\d{1,2})\b")  # "3/02" is the 3rd of February
YEAR = (
    "janv|janu", "fevr|febr", "mars|march", "avri|apri", "mai|may", "juin|june", "juil|july", "aout|augu", "sept", "octo", "nove",
    "dece",
)  # fmt: skip
SURE_MONTHS = frozenset(MONTHS.split("|"))  # "mars", "mai", "march" and "may" are other words too
DATE = (
    r"(?:(?:au|le|la|the|a|en|fin|end|of) )*"
    rf"(?P<date>(?:\d{{1,2}}(?:er|st|nd|rd|th)? (?:of )?)?(?:{MONTHS}|mars|mai|march|may|\d{{4}}))\b"
)
UNTIL = re.compile(rf"\b(?:jusqu'|jusque|avant|until|till|before|by|prior to|up to) ?{DATE}")
SINCE = re.compile(rf"\b(?:depuis|des|a partir|a compter|apres|since|from|after|as of|starting) ?(?:du |de )?{DATE}")
LATEST = re.compile(r"\bau plus tard\b|\bno(?:t|) later\b|\bat the latest\b")
EARLIEST = re.compile(r"\bau plus tot\b|\bno(?:t|) (?:earlier|sooner)\b|\bat the earliest\b")
ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|environ|approximativement) (?=\d)")
ROUGH = re.compile(
    r"\b(?:about|around|approximately|roughly|some|nearly|almost|close|order|odd|or so|just (?:under|over)|estimat\w+|give or take|"
    r"average|environ|approximativement|pres|presque|quelque|ordre|autour|alentours|estim\w+|moyenne|[a-z]+aine|milliers?)\b|~"
)
# What comes before a number, or after it, and bounds it.
LEAST = (
    r"ne (?:peut|peuvent|doit|doivent) (?:pas )?etre inferieure?s? a|no(?:t|) shorter than|"
    r"au moins|(?:pas|jamais) moins d(?:e |')|plus d(?:e |')|au-dela d(?:e |')|au-dessus de|plancher de|depass\w+|"
    r"superieure?s? (?:ou egale?s? )?a|at least|(?:no|not|never) (?:less|fewer) than|over|above|exceed\w*|floor of|"
    r"(?:more|older|larger|bigger|higher|greater|longer) than|au minimum|minim(?:um|ale?)(?: est)? de|minimum of|plus ages? d(?:e |')"
)
MOST = (
    r"ne (?:peut|peuvent|doit|doivent) (?:pas )?(?:depasser|exceder)|n(?:e |')(?:depass|exced)\w+ pas|sans (?:depasser|exceder)"
    r"|(?:not|never|cannot) exceed(?:ing)?|no(?:t|) longer than|"
    r"au plus(?! t(?:ard|ot))|(?:pas|jamais) plus d(?:e |')|moins d(?:e |')|au-dessous de|en-dessous de|en dessous de|plafond de|"
    r"inferieure?s? (?:ou egale?s? )?a|jusqu'a|au maximum|maxim(?:um|ale?)(?: est)? de|plafonnee?s? a|limitee?s? a|at most|"
    r"(?:no|not|never) more than|(?:less|fewer|younger|smaller|lower|shorter) than|under|below|within|up to|maximum of|"
    r"capped at|limited to|moins ages? d(?:e |')"
)
AHEAD = re.compile(
    rf"\b(?:(?P<least>{LEAST})|(?P<most>{MOST})) ?(?:environ |quelque |about |les |the |de |des |age of )?[€$£]?"
    rf"(?P<number>{NUMBER}|{ARTICLE}|half\b|(?:la )?moitie\b)(?![a-z])(?! (?:{MONTHS}))"
)
BEHIND = re.compile(
    rf"(?P<number>{NUMBER}) ?(?:%|[€$£]|[a-z]+)? ?"
    r"(?:(?P<least>ou plus|ou davantage|et plus|au moins|au minimum|minimum|(?:or|and) (?:more|over|above|older)|at least)|"
    r"(?P<most>ou moins|et moins|au plus(?! t(?:ard|ot))|au maximum|maximum|(?:or|and) (?:less|fewer|under|below|younger)|at most))"
    r"\b(?! d)"
)
BOTH_SIDES = re.compile(  # "until 24 degrees; beyond, ..."
    rf"(?<!and )(?<!or )\b(?:au-dela|au-dessus|au-dessous|en dessous|above|below|beyond)\b(?! d| of| the | (?:{NUMBER})| ?[€$£])"
)
END_OF = rf"(?:\d+[^\W\d]*|(?:{NUMBER})|{MONTHS}|mars|mai|march|may|{'|'.join(sorted(DAYS))})"
FROM_TO = re.compile(
    rf"\b(?:from|d'|de|du|des|le) ?({END_OF})s? (?:[a-z%€]+ )?(?:to|until|till|through|a|au|jusqu'a|jusqu'au) ({END_OF})"
)
LESS = "(?! (?:moins|less|fewer))"
TIMES = (  # as many
    rf"\bdoubl|\btwice\b{LESS}|\b(?:deux|2|two) (?:fois|times)\b{LESS}|\bmultipl\w* (?:par|by) (?:deux|2|two)\b",
    rf"\btripl|\btreb|\b(?:trois|3|three) (?:fois|times)\b{LESS}|\bmultipl\w* (?:par|by) (?:trois|3|three)\b",
    rf"\bquadrupl|\bfourfold|\b(?:quatre|4|four) (?:fois|times)\b{LESS}|\bmultipl\w* (?:par|by) (?:quatre|4|four)\b",
    r"\bhalv|\bde moitie\b|\bmoitie moins\b|\bby half\b|\b(?:deux|2|two) (?:fois|times) (?:moins|less|fewer)\b"
    r"|\bdivis\w* (?:par|en) (?:deux|2)\b",
)
REFUSED = re.compile(
    r"\b(?:reject|refus|exempt|exclu(?!siv)|ineligib|rejet|dispens|inadmiss)\w*"
)  # under three, refused: three at least


def _has_month(number: int, source: str) -> bool:
    return 0 < number <= len(YEAR) and re.search(rf"\d(?:er|st|nd|rd|th)? (?:{YEAR[number - 1]})", source) is not None


def _percentages(text: str) -> set[float]:
    """Return the numbers of a text that are percentages."""
    return {number for number, found in units(text).items() if "%" in found}


def _other_number(text: str, source: str) -> bool:
    (said, digits), (theirs, _) = numbers(text), numbers(source)
    mine, their = spans(text) | shares(text), spans(source) | shares(source)
    alike = mine.keys() & their.keys()
    spoken, told = ({n for key in alike for n in reading[key]} for reading in (mine, their))
    ordered = {IN_DIGITS[word] for word in re.findall(r"[a-z]+", fold(source)) if word in IN_DIGITS}
    if OF_HUNDRED.search(plain(text)) and not _percentages(text) and _percentages(source) & said:
        spoken.add(100.0)  # "sept fois sur cent", and the source has "7 %"
    dated = {float(month) for month in SLASHED.findall(fold(text)) if _has_month(int(month), fold(source))}
    new = said - theirs - spoken - ordered - dated
    alone = {1.0} if ONE.search(fold(source)) else set()  # "un témoin", "1 témoin"
    counts = {n for n in new if (n not in digits or n in alone) and n <= COUNT and n == int(n)}
    return bool(new - counts) or bool(counts and theirs - said - told)  # beside a number that is gone, it replaces it


def _other_unit(text: str, source: str) -> bool:
    """Tell whether a number of both has a unit beside it in each, and not the same: 600 kg, 600 g; deux ans, deux fois."""
    said, theirs = units(text), units(source)
    shared = [(found, theirs[number]) for number, found in said.items() if number in theirs]
    return any(
        not found - {"time"} <= known or found.isdisjoint(known) for found, known in shared
    )  # "45 fois", beside 45 mL


def _other_month(text: str, source: str) -> bool:
    """Tell whether a month or a day of the week stands in `text` alone; "weekdays" may be told by name."""
    said, theirs = ({*re.findall(r"[a-z]+", fold(t))} for t in (text, source))
    if ({*DATED.findall(fold(text))} | said & SURE_MONTHS) - theirs:
        return True
    days, known = ({word.removesuffix("s") for word in words} & DAYS for words in (said, theirs))
    if WEEK.search(fold(source)):
        known |= DAYS - END
    if WEEKEND.search(fold(source)):
        known |= END
    for first, last in RANGE.findall(fold(source)):
        for week in WEEKS:
            if first in week and last in week:
                a, b = week.index(first), week.index(last)
                known |= {*week[a : b + 1]} if a <= b else {*week[a:], *week[: b + 1]}
    return bool(days - known)


def _other_span(text: str, source: str) -> bool:
    """Tell whether one has become several or another unit: "un mois", "deux mois"; "un mois", "un an"."""
    alike = spans(text).keys() & spans(source).keys()

    def told(count: float, unit: str) -> bool:
        return unit in LENGTH and ("minutes" if unit in MINUTES else "months", count * LENGTH[unit]) in alike

    said, theirs = counted(text), counted(source)
    new, gone = ({one for one in left if not told(*one)} for left in (said - theirs, theirs - said))
    still = numbers(text)[0] | ({1.0} if re.search(r"\bone\b", fold(text)) else set())  # "one month instead of three"
    return any(
        (unit == other and n != m and m not in still and (1.0 in (n, m) or n % 1 or m % 1))
        or (unit != other and n == m == 1.0 and not {"fois", "time"} & {unit, other})
        for n, unit in new
        for m, other in gone
    )


def _other_rate(text: str, source: str) -> bool:
    """Tell whether "par mois" is "par an", where no number differs and the source says nothing of years."""
    mine, theirs = rates(text), rates(source)
    said, told = (numbers(t)[0] | {n for n, _ in counted(t)} for t in (text, source))
    new = {rate for rate in mine - theirs if not re.search(rf"\b(?:{RATE_WORDS[rate]})", plain(source))}
    return said == told and bool(new and theirs - mine)


def _ends(text: str) -> dict[str, set[bool]]:
    """Return for each date whether something ends there (True) or begins (False)."""
    found: dict[str, set[bool]] = {}
    for kind, end in ((UNTIL, True), (SINCE, False)):
        for said in kind.finditer(plain(text)):
            found.setdefault(said["date"], set()).add(end)
    return found


def turned_date(text: str, source: str) -> bool:
    """Tell whether a date that began something ends it, or the other way round; ask only where both deny, or neither does."""
    said, theirs = _ends(text), _ends(source)
    if any(date in theirs and not kinds & theirs[date] for date, kinds in said.items()):
        return True
    ends, begins = ([kind.search(plain(t)) is not None for t in (text, source)] for kind in (LATEST, EARLIEST))
    return (ends[0] and begins[1] and not ends[1]) or (begins[0] and ends[1] and not begins[1])


def _other_rank(text: str, source: str) -> bool:
    """Tell whether what was the first is the third."""
    mine, theirs = ({figure.key for figure in figures(plain(t)) if figure.key[0] == "rank"} for t in (text, source))
    known = numbers(source)[0]
    return bool(theirs - mine) and any(rank not in known for _, rank in mine - theirs)


def _bounds(text: str) -> dict[float, set[bool]]:
    """Return for each bounded number whether it is the least (True) or the most (False)."""
    words = plain(text)
    found: dict[float, set[bool]] = {}
    for match in (*AHEAD.finditer(words), *BEHIND.finditer(words)):
        number = 0.5 if match["number"].endswith(("half", "moitie")) else value(match["number"])
        found.setdefault(number, set()).add(match["least"] is not None)
    return found


def _turned_range(text: str, source: str) -> bool:
    """Tell whether what went from one to the other goes from the other to the one: "de 100 à 150", "de 150 à 100"."""
    said, theirs = ({*FROM_TO.findall(plain(t))} for t in (text, source))
    return any((last, first) in theirs and first != last for first, last in said - theirs)


def _other_multiple(text: str, source: str) -> bool:
    """Tell whether what doubled is said to have tripled."""
    said, theirs = ({how for how in TIMES if re.search(how, plain(t))} for t in (text, source))
    return bool(said and theirs) and said.isdisjoint(theirs)


def turned_bound(text: str, source: str) -> bool:
    """Tell whether a number that was the least is the most, or the other way round; ask only where both deny, or neither does."""
    said_words, their_words = plain(text), plain(source)
    if BOTH_SIDES.search(their_words) or bool(REFUSED.search(said_words)) != bool(REFUSED.search(their_words)):
        return False
    said, theirs = _bounds(text), _bounds(source)
    return any(number in theirs and not kinds & theirs[number] for number, kinds in said.items())


def other_figure(text: str, source: str) -> bool:
    """Tell whether a figure of `text` is not one of `source`, or not in its unit."""
    if (
        _other_number(text, source)
        or _other_month(text, source)
        or _other_unit(text, source)
        or _other_span(text, source)
        or _other_rate(text, source)
        or _other_rank(text, source)
        or _other_multiple(text, source)
        or _turned_range(text, source)
    ):
        return True
    return bool(ABOUT.search(fold(text))) and not ROUGH.search(fold(source))
