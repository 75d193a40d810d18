"""Tell by rule that a sentence says something else than its source, or may.

It does when it holds a number, a month or a name that the source lacks, another unit beside a number, a date turned from
"since" to "until", "about" before an exact number, two words that have changed places, or all but the same words with a
negation in one of the two only.
It may when bounds or opposites have changed: `doubts` counts them, for a model to weigh. Knows nothing of models, and says
nothing of what agrees: two sentences with the same figures may say opposite things.
"""

import re

from index.words import fold, prefixes

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
MONTHS = frozenset(
    """janvier fevrier avril juin juillet aout septembre octobre novembre decembre
    january february april june july august september october november december""".split()
)  # "mars", "mai", "march" and "may" are other words too
NEGATIONS = frozenset(
    """ne n pas jamais aucun aucune non sans ni rien nul nulle
    not no never none without nor neither cannot nothing nobody t""".split()
)
BOUNDS = frozenset(
    """seulement uniquement peut peuvent doit doivent devrait devraient sauf pourrait pourraient si plus moins avant apres
    presque rarement parfois souvent toujours tout tous toute toutes except only unless may might can could must should
    shall if more less fewer before after almost rarely sometimes often always least most all every some any""".split()
)
# "ne … que" says "only" (not "n’exige plus que", "personne ne dit que"), and the t of "manque-t-il" is no "not".
DENIES = r"(?:pas|plus|point|guere|jamais|aucune?|rien|personne|ni|nul)\b"
NO_NEGATION = re.compile(
    rf"(?<!personne )\bn(?:e |')(?:(?!{DENIES})[a-z]+[ ']){{1,4}}?(?=qu(?:e\b|'))|-t-(?=ils?\b|elles?\b|on\b)"
)
# Beginnings of words that turn a sentence around when one takes the other's place; "x/y" both ways.
OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in """avant/apres plus/moins before/after more/less more/fewer interd/perme interd/autor forbi/allow
    forbi/permi banne/allow doit/peut doivent/peuvent must/may must/can tous/certains toujours/parfois toujours/jamais
    always/sometimes always/never souvent/rarement often/rarely tout/aucun every/no all/some every/some avec/sans
    garder/suppr keep/delete interne/externe petit/grand small/large court/long short/long premier/dernier first/last
    minim/maxim public/priv meme/autre same/different commenc/termin start/end ouvr/ferm open/close includ/exclud
    connu/inconnu known/unknown gratuit/payant free/paid seul/tous eleve/faible high/low accept/refus impose/dispense
    exige/dispense demande/dispense require/exempt hausse/baisse monter/baisser augment/baisse rise/fall""".split()
)
NEGATION_TOKENS = frozenset(prefixes(" ".join(NEGATIONS)))
APART = 4  # words: nearer, it may be a list in another order; from here on, of 154 such claims to learn from one is faithful
NEAR = 0.9  # share of words in common: farther off, a negation may be another turn of phrase ("is not banned", "is allowed")
SHARE = re.compile(r"\b(?:pour|per) ?cent\b")
UNIT = r"(?:[mk]?g|k?t|[kmgt]?wh|m?l|m3|k?m|[kmgt][ob]|m?s|[km]?w)"
MEASURE = re.compile(rf"(\d+(?:[.,]\d+)?) ?({UNIT})\b")
DATE = (
    r"(?:(?:au|le|la|the|a|en|fin|end|of|\d{1,2}(?:er|st|nd|rd|th)?) )*(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|"
    r"septembre|octobre|novembre|decembre|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|\d{4})\b"
)
UNTIL = re.compile(rf"\b(?:jusqu'|jusque|avant|until|till|before|by|prior to|up to) ?{DATE}")
SINCE = re.compile(rf"\b(?:depuis|des|a partir|a compter|apres|since|from|after|as of|starting) ?(?:du |de )?{DATE}")
ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|environ|approximativement) (?=\d)")
ROUGH = re.compile(
    r"\b(?:about|around|approximately|roughly|some|nearly|almost|close|order|environ|approximativement|pres|presque|"
    r"quelque|ordre)\b"
)
BETWEEN_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}\b)")
NAME = re.compile(r"(?<=[^.!?:«»“”\"\s][\s’'])[A-ZÉÈÊÀÂÎÔÇ]\w*|\b[A-Z][A-Z0-9]+\b")
ROOT = 4  # letters that tell a name: "Europe" and "European" are one
OURS = {"ai", "ia"}  # what every sheet is about, named or not
COUNTRY = {"fren": "fran", "unio": "euro"}  # "French" and "France" share three; "l’Union" is "européenne"
AMERICA = re.compile("[ÉE]tats-Unis")  # as one: "l’État" and "l’état" are no country


def _plain(text: str) -> str:
    """Return the text folded, its numbers without spaces or commas between thousands."""
    return BETWEEN_THOUSANDS.sub("", fold(text))


def _numbers(text: str) -> tuple[set[float], set[float]]:
    """Return the numbers of a text, and those of them that stand in digits; "10 %" and "dix" give 10."""
    plain = SHARE.sub("%", _plain(text))
    digits = {float(token.replace(",", ".")) for token in re.findall(r"\d+(?:[.,]\d+)?", plain)}
    spelled = {n for words in re.findall(r"[a-z]+(?:-[a-z]+)*", plain) for n in _spelled(words.split("-"))}
    return digits | spelled | ({1 / 3} if THIRD.search(plain) else set()), digits


def _spelled(parts: list[str]) -> list[float]:
    """Return the number that hyphened words make together ("trente-cinq", "quatre-vingts"), or that each is."""
    known = [NUMBERS.get(part.removesuffix("s"), NUMBERS.get(part)) for part in parts]
    values = [n for n in known if n is not None]
    if len(values) < len(parts) or len(values) < 2:
        return values
    return [values[0] * values[1] + sum(values[2:]) if values[0] < values[1] else sum(values)]


def _other_number(text: str, source: str) -> bool:
    (said, digits), (theirs, _) = _numbers(text), _numbers(source)
    new = {n for n in said - theirs if SAME.get(n) not in theirs}
    counts = {n for n in new - digits if n <= COUNT and n == int(n)}
    return bool(new - counts) or bool(counts and theirs - said)  # beside a number that is gone, a count replaces it


def _roots(words: list[str]) -> set[str]:
    return {COUNTRY.get(word[:ROOT], word[:ROOT]) for word in words}


def _named(text: str) -> set[str]:
    """Return the roots of the names in a text."""
    return _roots([fold(name) for name in NAME.findall(AMERICA.sub("Amérique", text))])


def _known(text: str) -> set[str]:
    """Return the roots of all words of a text, and the initials of words that stand side by side."""
    words = re.findall(r"[^\W_]+", fold(AMERICA.sub("Amérique", text)))
    letters = "".join(word[0] for word in words)
    initials = {letters[at : at + length] for at in range(len(letters)) for length in range(2, ROOT + 1)}
    return _roots(words) | initials | OURS


def _other_unit(text: str, source: str) -> bool:
    """Tell whether a number of both has a unit beside it in each, and not the same: 600 kg, 600 g."""
    units: list[dict[str, set[str]]] = []
    for plain in (_plain(text), _plain(source)):
        found: dict[str, set[str]] = {}
        for number, unit in MEASURE.findall(plain):
            found.setdefault(number.replace(",", "."), set()).add(unit)
        units.append(found)
    said, theirs = units
    return any(number in theirs and not unit <= theirs[number] for number, unit in said.items())


def _turned_date(text: str, source: str) -> bool:
    """Tell whether a date that began something ends it, or the other way round."""
    ends, begins = ([bool(kind.search(_plain(t))) for t in (text, source)] for kind in (UNTIL, SINCE))
    return (ends[0] and not ends[1] and begins[1]) or (begins[0] and not begins[1] and ends[1])


def _exchanged(text: str, source: str) -> bool:
    """Tell whether only two words have changed places: a refusal costs more than an error, an error than a refusal."""
    said, theirs = (re.findall(r"\w+", fold(t)) for t in (text, source))
    if len(said) != len(theirs):
        return False
    at = [i for i, (one, other) in enumerate(zip(said, theirs, strict=True)) if one != other]
    return len(at) == 2 and at[1] - at[0] >= APART and [said[i] for i in at] == [theirs[i] for i in reversed(at)]


def _negated(text: str) -> bool:
    return not NEGATIONS.isdisjoint(re.findall(r"[a-z]+", NO_NEGATION.sub(" ", fold(text))))


def differs(text: str, source: str) -> bool:
    """Tell whether `text` says something else than `source`; False says nothing."""
    said, theirs = ({*re.findall(r"[a-z]+", fold(t))} for t in (text, source))
    if _other_number(text, source) or (said & MONTHS) - theirs:
        return True
    if _other_unit(text, source) or _turned_date(text, source):
        return True
    if _exchanged(text, source):
        return True
    if ABOUT.search(fold(text)) and not ROUGH.search(fold(source)):
        return True
    if _named(text) - _known(source):
        return True
    one, other = (set(prefixes(t)) - NEGATION_TOKENS for t in (text, source))
    return len(one & other) >= NEAR * len(one | other) and _negated(text) != _negated(source)


def doubts(text: str, source: str) -> tuple[int, int, int]:
    """Return what speaks against agreement: a negation in one only (0 or 1), bounds that `source` lacks, opposites."""
    said, theirs = ({*re.findall(r"[a-z]+", fold(t))} for t in (text, source))
    new, gone = said - theirs, theirs - said

    def starts(words: set[str], root: str) -> bool:
        return any(word == root or (len(root) >= ROOT and word.startswith(root)) for word in words)

    turned = sum(
        (starts(gone, one) and starts(new, other) and not starts(said, one) and not starts(theirs, other))
        or (starts(gone, other) and starts(new, one) and not starts(said, other) and not starts(theirs, one))
        for one, other in OPPOSITES
    )
    return int(_negated(text) != _negated(source)), len(new & BOUNDS), turned
