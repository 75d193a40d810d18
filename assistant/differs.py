"""Tell by rule that a sentence says something else than its source.

It does when its figures are others (figures.py), when it holds a name that the source lacks, when two groups of words have changed
places or two pairs their partners (partners.py), or when it is all but the same words with a negation in one of the two only.
Knows nothing of models, and says nothing of what agrees: two sentences with the same figures may say opposite things.
"""

import re
from collections import Counter
from collections.abc import Sequence

from assistant.alike import alike
from assistant.figures import DAYS, SURE_MONTHS, other_figure, turned_bound, turned_date
from assistant.partners import changed_partners
from assistant.quantities import MONTH
from index.words import fold, prefixes

NEGATIONS = frozenset(
    """ne n pas jamais aucun aucune non sans ni rien nul nulle
    not no never none without nor neither cannot nothing nobody t""".split()
)
NEGATION = re.compile(
    rf"\b(?:{'|'.join(sorted(NEGATIONS - {'n', 't'}))})\b|\bn'(?=[a-z])|n't\b"
)  # and "n° 12", "12 t" is none
# "ne … que" says "only" (not "n’exige plus que", "personne ne dit que"), and the t of "manque-t-il" is no "not".
DENIES = r"(?:pas|plus|point|guere|jamais|aucune?|rien|personne|ni|nul)\b"
NO_NEGATION = re.compile(
    rf"(?<!personne )\bn(?:e |')(?:(?!{DENIES})[a-z]+[ ']){{1,4}}?(?=qu(?:e\b|'))|-t-(?=ils?\b|elles?\b|on\b)"
    r"|\b(?:no|not|never) (?:more|fewer|less|later|earlier|sooner|longer|shorter) than\b|\b(?:pas|jamais) (?:plus|moins) d(?:e |')"
    r"|\bn(?:e |')(?:depass|exced)\w+ pas\b|\bn(?:e |')(?:peut|peuvent|doit|doivent) (?:pas )?(?:depasser|exceder)\b"
    r"|\bsans (?:depasser|exceder)\b|\bn'excedant pas\b|\b(?:not|never|cannot) exceed(?:ing)?\b"
    r"|\b(?:not|non|pas) (?:only|just|merely|seulement|uniquement)\b|\b(?:nobody|no one|none) (?:but|except)\b|\bpas a pas\b"
)
# "avant que l'eau ne soit coupée", "plus que le devis ne le prévoyait": this "ne" denies nothing.
EXPLETIVE = re.compile(
    rf"(\b(?:avant|moins|plus|mieux|peur|crainte|autrement) (?:[a-z]+ ){{0,3}}qu(?:e |')(?:[a-z]+[ ']){{0,6}}?)"
    rf"n(?:e |')(?!(?:[a-z]+[ ']){{1,3}}?{DENIES})"
)
# What denies without a word of NEGATIONS: "may not be", "is prohibited"; "not to", "rather than to".
OTHERWISE = re.compile(
    r"\b(?:rather than|instead of|plutot que|au lieu d|interdi\w*|prohibit\w*|forbid\w*|banned|barred|proscri\w*|defendu\w*)\b"
)
ONLY_IF = re.compile(r"\b(?:seulement|uniquement|que) s(?:i\b|')|\bonly (?:if|when|where|once)\b")
UNLESS = re.compile(r"\b(?:sauf|a moins|tant qu|avant|unless|except|until)\b")  # "not ... unless" is "only if"
# What is forbidden, and what is not required: a judge takes one for the other.
FORBIDS = re.compile(
    r"\bne (?:doi|peu|pourr|devr)\w+ (?:pas|plus|jamais|en aucun cas)\b|\b(?:must|may|shall) (?:not|never)\b|\bcannot\b"
    r"|\b(?:interdi|prohibi|proscri|forbid|banned)\w*"
)
SPARES = re.compile(
    r"\bn'(?:est|sont|etait|etaient|sera|seront) pas (?:tenu|oblig)\w*|\bn'(?:a|ont|aura|auront) pas (?:a|besoin)\b|\bneed not\b"
    r"|\b(?:is|are|be) not (?:required|obliged|obligatory|mandatory)\b|\b(?:does|do) not (?:have|need) to\b|\bfacultati\w+"
)
NEGATION_TOKENS = frozenset(prefixes(" ".join(NEGATIONS)))
# Two groups that have changed places, over the words between them: the claims to learn from that this tells are altered 20 to 1.
BETWEEN = 3  # words: nearer, it may be a list in another order, or a word put first
BETWEEN_LINKED = 6  # words, one of them a LINK: "des clés et des", and three things come in another order
LINK = frozenset("et ou ni puis and or nor then".split())
CONTRAST = frozenset(
    "pas non sans mais plutot que qu tandis alors not but rather than while".split()
)  # "... , pas une mesure"
LOST = 2  # words that the other text lacks: a synonym, an article
NEAR = 0.9  # share of words in common: farther off, a negation may be another turn of phrase ("is not banned", "is allowed")
NAME = re.compile(r"(?<=[^.!?:«»“”\"\s][\s’'])[A-ZÉÈÊÀÂÎÔÇ]\w*|\b[A-Z][A-Z0-9]+\b")
ROOT = 4  # letters that tell a name: "Europe" and "European" are one
OURS = frozenset(
    "ai ia ok wi id eur".split()
)  # what every sheet is about, named or not; "OK", "Wi-Fi", "an ID" are no names
# "French" and "France" share three letters; "l’Union" is "européenne"; titles are cut short.
COUNTRY = {
    "fren": "fran", "unio": "euro", "mme": "mada", "m": "mons", "mr": "mist", "dr": "doct", "pr": "prof", "me": "mait", "mlle": "made",
    "st": "sain", "ste": "sain", "iris": "irel", "dutc": "neth", "neer": "pays", "span": "spai", "dani": "denm", "wels": "wale",
    "swis": "swit", "poli": "pola", "brit": "king",
}  # fmt: skip
UNIT = re.compile(
    r"(?<=\d)(?<![A-Za-z]\d)[ \u00a0\u202f]?[kMGTm]?[A-Zo](?![a-zà-ÿ\d])|\b[JH](?=[+-]\d)"
)  # "50 W", "16 Go"; "J+8"
EVERYWHERE = re.compile(r"\bInternet\b")
CALENDAR = {word[:ROOT] for word in DAYS | SURE_MONTHS}  # figures.py compares these
NUMBERED = re.compile(r"\b(?:\d{1,2}[/.](\d{1,2})[/.]\d{4}|\d{4}-(\d\d)-\d\d)\b")  # dates
DIVISION = re.compile(
    r"\b(?:annexe?|part|partie|chapter|chapitre|titre|title|phase|livre|book|volume|type|class|level|niveau) I\b",
    re.IGNORECASE,
)
# Words that have no letter in an acronym.
LITTLE = r"(?:(?:à|a|au|aux|d|de|des|du|et|l|la|le|les|sur|of|the|and|for|to|in|on)[\s’']+)*"
ACRONYM = re.compile(r"\b[A-Z]{2,6}\b")
SIR = re.compile(r"\b(M|MM|Dr|Pr|Mr|Ms|Mrs)\. (?=[A-ZÉ])")  # its point ends no sentence
AMERICA = re.compile("[ÉE]tats-Unis")  # as one: "l’État" and "l’état" are no country


def _roots(words: list[str]) -> set[str]:
    return {COUNTRY.get(word[:ROOT], word[:ROOT]) for word in words}


def _named(text: str) -> set[str]:
    """Return the roots of the names in a text."""
    names = NAME.findall(UNIT.sub("", EVERYWHERE.sub("", AMERICA.sub("Amérique", SIR.sub(r"\1 ", text)))))
    if not DIVISION.search(text):
        names = [name for name in names if name != "I"]  # the pronoun
    return (
        _roots([fold(name.removesuffix("s") if len(name) >= ROOT and name[:-1].isupper() else name) for name in names])
        - CALENDAR
    )


def _spelt(acronym: str, text: str) -> list[str]:
    """Return the words of `text` that spell out an acronym: "délégué à la protection des données" for "DPD".

    Of two letters the words must be names: "according to the IEA" spells no "AI".
    """
    short = len(acronym) == 2
    words = rf"[\s’'-]+{LITTLE}".join(rf"{letter}[^\W\d_A-Z]\w*" for letter in (acronym if short else acronym.lower()))
    found = re.search(rf"\b{words}", text if short else fold(text))
    return re.findall(r"\w+", fold(found[0])) if found else []


def _known(text: str, beside: str) -> set[str]:
    """Return the roots of all words of a text, the initials of words that stand side by side, and what its acronyms stand for.

    `beside` is the other text: its words may spell out an acronym of this one, and its acronyms may stand for words of this one.
    """
    words = re.findall(r"[^\W_]+", fold(AMERICA.sub("Amérique", text)))
    letters = "".join(word[0] for word in words)
    initials = {letters[at : at + length] for at in range(len(letters)) for length in range(2, ROOT + 1)}
    plurals = {name.lower() for name in re.findall(r"\b([A-Z][A-Z0-9]+)s\b", text)}  # "SMEs", as _named reads them
    months = {word[:3] for word in words if word in SURE_MONTHS}  # "Dec."
    dates = {int(month) for found in NUMBERED.findall(text) for month in found if month}
    spelt = {word for acronym in ACRONYM.findall(text) for word in _spelt(acronym, beside)}
    short = {acronym.lower() for acronym in ACRONYM.findall(beside) if _spelt(acronym, text)}
    named = {name for name, number in MONTH.items() if number in dates}
    return _roots([*words, *spelt, *short, *named]) | initials | OURS | plurals | months


def _kept(words: Sequence[str], common: Counter[str]) -> list[str]:
    """Return the words as often as both texts hold them."""
    left = common.copy()
    kept = []
    for word in words:
        if left[word] > 0:
            left[word] -= 1
            kept.append(word)
    return kept


def _between(said: list[str], theirs: list[str]) -> list[str]:
    """Return the longest M for which one text is A M B and the other B M A; empty when there is none."""
    size, found = len(said), list[str]()
    for first in range(1, size - 1):
        if said[:first] != theirs[size - first :]:
            continue
        for last in range(1, size - first):
            between = said[first : size - last]
            if (
                said[size - last :] == theirs[:last]
                and between == theirs[last : size - first]
                and len(between) > len(found)
            ):
                found = between
    return found


def _exchanged(text: str, source: str) -> bool:
    """Tell whether two groups of words have changed places: a refusal costs more than an error, an error than a refusal."""
    words = [re.findall(r"\w+", fold(t)) for t in (text, source)]
    common = Counter(words[0]) & Counter(words[1])
    if max(map(len, words)) - common.total() > LOST:
        return False
    said, theirs = (_kept(w, common) for w in words)
    alike = [one == other for one, other in zip(said, theirs, strict=True)]
    if all(alike):
        return False
    start, end = alike.index(False), len(alike) - alike[::-1].index(False)
    between = _between(said[start:end], theirs[start:end])
    if len(between) == end - start - 2 >= BETWEEN:  # two words alone
        return True
    if not alike[0]:  # a part of the sentence may just have been put first
        return False
    if not CONTRAST.isdisjoint(between):
        return True
    return len(between) >= (BETWEEN if LINK.isdisjoint(between) else BETWEEN_LINKED)


def _negated(text: str) -> bool:
    return NEGATION.search(NO_NEGATION.sub(" ", EXPLETIVE.sub(r"\1", fold(text)))) is not None


def _spared(text: str, source: str) -> bool:
    """Tell whether what is forbidden in one text is merely not required in the other."""
    forbids, spares = ([kind.search(fold(t)) is not None for t in (text, source)] for kind in (FORBIDS, SPARES))
    return (forbids == [False, True] and spares == [True, False]) or (
        forbids == [True, False] and spares == [False, True]
    )


def differs(text: str, source: str) -> bool:
    """Tell whether `text` says something else than `source`; False says nothing."""
    said, theirs = alike(text, source)
    if other_figure(said, theirs) or _exchanged(text, source) or _named(text) - _known(source, text):
        return True
    if changed_partners(text, source) or _spared(text, source):
        return True
    if _negated(text) == _negated(source):
        return turned_bound(said, theirs) or turned_date(said, theirs)
    denies, affirms = (fold(t) for t in ((text, source) if _negated(text) else (source, text)))
    if (OTHERWISE.search(affirms) and not OTHERWISE.search(denies)) or (
        ONLY_IF.search(affirms) and UNLESS.search(denies)
    ):
        return False
    one, other = (set(prefixes(t)) - NEGATION_TOKENS for t in (text, source))
    return len(one & other) >= NEAR * len(one | other)
