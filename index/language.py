"""Tell the language of a text: French, English, or another one.

Knows nothing of questions or pages. The only file that sees py3langid.
"""

import re
from functools import cache
from typing import Any

# Those that are likely in a European organisation; the fewer, the surer on a question of five words.
CANDIDATES = [
    "fr",
    "en",
    "de",
    "es",
    "it",
    "nl",
    "pt",
    "pl",
    "ro",
    "sv",
    "da",
    "ar",
    "tr",
    "ru",
    "uk",
    "el",
    "zh",
    "ja",
]
# Words that only one of the two has, and no other candidate: two of them spare the model's opening, 0.7 CPU-s.
ONLY = {
    "fr": frozenset(
        "est-ce qu'est-ce quels quelle quelles combien pourquoi faut avec pour nous vous une dans sont".split()
    ),
    "en": frozenset("the what which when should does how and our you there who whose why".split()),
}
SURE_OTHER = 0.95  # "rgpd et ia" scores 0.71 as Danish: below this, a text that is not clearly another language is ours


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CANDIDATES)
    return identifier


def language_of(text: str, fallback: str = "fr") -> str:
    """Return "fr", "en" or, when it is sure, another code; `fallback` when the text says too little."""
    seen = set(re.findall(r"[\w'-]+", text[:2000].lower().replace("’", "'")))
    told = {code: len(seen & words) for code, words in ONLY.items()}
    for code, other in (("fr", "en"), ("en", "fr")):
        if told[code] >= 2 and not told[other]:
            return code
    scores: dict[str, float] = {code: float(p) for code, p in _identifier().rank(text)}
    best: str = max(scores, key=scores.__getitem__)
    if best not in ("fr", "en") and scores[best] >= SURE_OTHER:
        return best
    ours = "fr" if scores["fr"] >= scores["en"] else "en"
    unsure = abs(scores["fr"] - scores["en"]) < 0.1 * (scores["fr"] + scores["en"])
    return fallback if unsure and fallback in ("fr", "en") else ours
