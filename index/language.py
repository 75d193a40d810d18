"""Tell the language of a text: French, English, or another one.

Knows nothing of questions or pages. The only file that sees py3langid.
"""

import re
import threading
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
        """est-ce qu'est-ce quels quelle quelles combien pourquoi faut avec pour nous vous une dans sont notre votre leur leurs
        cette cet ces chez être avoir où aux peut peuvent doit doivent ça quoi d'une n'est c'est s'il s'ils qu'il qu'ils qu'on
        qu'elle qu'un qu'une jusqu'à aujourd'hui tous toutes même après très assez beaucoup moins quand faire vaut dois-je puis-je
        ils elles ai-je lequel laquelle quelqu'un d'ia suffit modèle modèles données coûte coûtent énergie peut-on doit-on n'a j'ai
        m'a l'outil l'assistant l'éditeur l'eau l'empreinte d'eau d'où jour jours mois travail encore déjà gens toujours toute
        chaque depuis selon savoir veut veux peux prix serveur serveurs logiciel outil collègue demander seul pendant
        écrit fait vrai suis fournisseur vérifier côté réponse réponses numérique réunion fichier aussi vient vraiment
        règlement taux contrat prestataire laisser répond jamais quelque petit deux trois personne sans rien""".split()
    ),
    "en": frozenset(
        """the what which when should does how our you there who whose why where this that these those their they your with
        would could from about much and before without because while whom need it's what's don't can't isn't using many people
        law enough them year years says wants own every each into than make keep wrong rules really nobody tell now
        something someone already worth read ever got answer answers anything better company nothing through less i'm reply
        everyone everything since whole yet going leave behind know anyone allowed emissions electricity footprint against
        three two good right if did number only more work""".split()
    ),
}
ALSO = {  # words that other languages have too: they do not tell, but unsettle
    "fr": frozenset("le la les des du que qui est et au".split()),
    "en": frozenset("of to is are for".split()),
}
ASKING = re.compile(r"(?!rendez-)[^-]+-(?:t-)?(?:il|elle|ils|elles|nous|vous)|[^-]+-t-on")  # "suffit-il": French alone
SHORT = 400  # characters: a longer text may quote two such words
SURE_OTHER = 0.95  # "rgpd et ia" scores 0.71 as Danish: below this, a text that is not clearly another language is ours


_opening = threading.Lock()  # who asks while another opens it waits for that one


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CANDIDATES)
    return identifier


def language_of(text: str, fallback: str = "fr") -> str:
    """Return "fr", "en" or, when it is sure, another code; `fallback` when the text says too little."""
    seen = set(re.findall(r"[\w'-]+", text.lower().replace("’", "'"))) if len(text) <= SHORT else set()
    told = {code: len(seen & words) for code, words in ONLY.items()}
    told["fr"] += 2 * any(map(ASKING.fullmatch, seen))
    for code, other in (("fr", "en"), ("en", "fr")):
        if told[code] >= 2 and not told[other] and not seen & ALSO[other]:
            return code
    with _opening:
        identifier = _identifier()
    scores: dict[str, float] = {code: float(p) for code, p in identifier.rank(text)}
    best: str = max(scores, key=scores.__getitem__)
    if best not in ("fr", "en") and scores[best] >= SURE_OTHER:
        return best
    ours = "fr" if scores["fr"] >= scores["en"] else "en"
    unsure = abs(scores["fr"] - scores["en"]) < 0.1 * (scores["fr"] + scores["en"])
    return fallback if unsure and fallback in ("fr", "en") else ours
