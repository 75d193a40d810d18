"""Find the figures of a text that need a source: units, shares, money, dates and article numbers, French and English.

Knows nothing of sheets or facts. A bare count ("trois questions", "12 sheets") and the number of a norm or of a law
("ISO 14001", "2024/1689") are no such figures.
"""

import re

NUMBER = r"(?<![\w.,-])\d+(?:[ .,]\d{3})*(?:[.,]\d+)?(?: ?[-–] ?\d+(?:[.,]\d+)?)?"
SPELLED = (
    r"\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|vingt|trente|quarante|cinquante|soixante|cents?|mille|"
    r"two|three|four|five|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)"
)
LARGE = r"millions?|milliards?|billions?|trillions?|billiards?"
SHARE = r"%|‰|(?:pour ?cent|per ?cent|points? de pourcentage|percentage points?)\b"
MONEY = r"(?:[kKmM]|Mds?|bn) ?[€$£]|[€$£]|(?:k?EUR|USD|GBP|euros?|dollars?|centimes?|cents?|pounds?)\b"
SYMBOL = (
    r"(?:[mkMGTP]?Wh?|[kMGT]?J|[mµk]?g|[kMG]?t|[kKMGTP]i?[oB]|B|[kMG]?Hz|[mµn]?s|min|h|[mcd]?[lL]|[kc]?m[23²³]|"
    r"[kcm]?m|°C|[kMGTPE]?FLOPS?|FLOPs)(?:[ -]?CO[2₂]\w*)?(?![\w’'])"
)
WORD = (
    r"(?:(?:kilo|méga|mega|giga|téra|tera|milli|centi)?(?:watt[- ]?(?:heure|hour)|watt|joule|gramme|gram|octet|byte|"
    r"litre|liter|mètre|metre|meter|tonne)|kilo|ton|hectare|degré|degree|seconde|second|minute|heure|hour|jour|day|"
    r"semaine|week|mois|month|an|année|year|trimestre|quarter|siècle|time|fois|paramètre|parameter|jeton|token)s?\b"
    r"|points? (?:de|of) (?:PIB|GDP)\b|points? (?:de plus|de moins|more|less)\b"
)
BETWEEN = r"(?: (?:premi|derni)\w+| (?:first|last|full|working|calendar|business|autres))?[ -]?"
MONTH = (
    r"(?:[Jj]anvier|[Ff]évrier|[Mm]ars|[Aa]vril|[Mm]ai|[Jj]uin|[Jj]uillet|[Aa]oût|[Ss]eptembre|[Oo]ctobre|[Nn]ovembre|"
    r"[Dd]écembre|January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
YEAR = r"(?<![\w/:.,°-])(?<!\d )(?:19[5-9]\d|20\d\d)(?![\w/:]|-(?!20\d\d\b)|[.,]\d| \d{3}\b)"
FIGURE = re.compile(
    "|".join(
        (
            rf"{NUMBER}{BETWEEN}(?:{SHARE}|{MONEY}|{SYMBOL}|(?:{LARGE})\b|(?:{WORD}))",
            rf"{SPELLED} (?:{SHARE}|{MONEY}|(?:{LARGE})\b)",
            r"(?:[€$£]|\b(?:EUR|USD|GBP)) ?\d+(?:[ .,]\d+)*",
            rf"\b(?:1er|\d{{1,2}}(?:st|nd|rd|th)?) {MONTH}(?: \d{{4}})?",
            rf"\b{MONTH} \d{{1,4}}\b(?:, \d{{4}})?",
            r"\b\d{4}-\d\d-\d\d\b",
            r"\b\d{1,2}/\d{1,2}/\d{2,4}\b",
            YEAR,
            r"\b[Aa]rt(?:icles?|\.) (?:[LRDA]\.? ?)?(?:\d[\d-]*|premier\b|[IVX]+\b)",
            r"\b(?:[Ff]act(?:eur|or)|PUE) (?:(?:de|d’environ|of|about|environ) ){0,2}\d+(?:[.,]\d+)?",
            r"\b(?:[Cc]onsidérant|[Rr]ecital) \d+",
        )
    )
)
NARROW = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " "})


def figures(text: str) -> list[str]:
    """Return the figures that need a source, in order."""
    return [found.group() for found in FIGURE.finditer(text.translate(NARROW))]
