"""Tell sentences that give the assistant an order: they are no evidence, and a question that is one is no question.

Knows nothing of documents or models. A hostile document speaks to whoever reads it by machine: "ignore the instructions
before", "system: you are now", a false source, code. A guidance sheet speaks to people, so its advice stays: what is asked
of the assistant is told by the verb *and* its object. evals/hostile.jsonl holds what these rules were tried on.
"""

import base64
import binascii
import re

from index.words import fold

_RULES = r"(?:instructions?|consignes?|regles?|rules?|directives?|prompts?|guidelines?|filtres?|filters?|restrictions?)"
_BEFORE = (
    r"(?:previous|prior|above|earlier|preceding|all|any|your|the|these|those|system|precedentes?|anterieures?|"
    r"ci-dessus|toutes?|tous|tes|vos|les|ces|de|d'|du|des|initiales?|systeme|sources?|everything|tout|what|ce|qui|"
    r"precede|comes?|came|of|other|autres?|safety|securite|secretes?|secret|hidden|cachees?|internes?|internal)"
)
_IGNORE = r"(?:ignore[rz]?|ignorons|oublie[rz]?|neglige[rz]?|forget|disregard|override|bypass|contourne[rz]?|outrepasse[rz]?|do not follow|ne sui[st]|ne suivez)"
_SHOW = (
    r"(?:affiche[rz]?|montre[rz]?|donne[rz]?|repete[rz]?|recopie[rz]?|revele[rz]?|imprime[rz]?|traduis|traduisez|ecris|ecrivez|"
    r"show|print|reveal|repeat|output|display|leak|translate|write out|give(?: me)?|tell me|dump)"
)
_START = r"(?:^|[.!?:;,>\])}»\"”|*#-]\s*|\b(?:alors|donc|maintenant|now|then|please|stp|svp|and|et|puis|bonjour|hello|merci de|veuillez)\s+)"
_WHO = r"(?:assistant|chatbot|bot|modele|model|ia|ai|llm|ai agents?|agent ia|language models?|modele de langage|jugeote|system|systeme|developer|developpeur|admin(?:istrateur|istrator)?)"

_PATTERNS = (
    rf"{_IGNORE}\s+(?:{_BEFORE}\W+)*{_RULES}\b",
    rf"{_START}{_IGNORE}\s+(?:{_BEFORE}\s+)*(?:tout|everything|what|ce qui|sources?|documents?)\b",
    rf"{_START}{_SHOW}\W+(?:[\w-]+\W+){{0,5}}?(?:prompt|system message|message systeme|(?:tes|vos|your|system|hidden|internal|initial)\s+{_RULES}|"
    rf"{_RULES}\s+(?:systeme|initiales?|cachees?|internes?|secretes?|de depart)|(?:text|texte|words|mots)\s+(?:\w+\W+){{0,4}}(?:above|au-dessus|ci-dessus|before this))\b",
    r"\b(?:new|nouvelle) (?:rule|regle|instruction|consigne)s? (?:from|for|du|de|pour) (?:\w+ )?(?:developer|developpeur|system|systeme|admin\w*|assistant|ai|ia)\b",
    r"\b(?:you are|you're) (?:now|no longer|from now on)\b|\btu (?:es|n'es) (?:desormais|maintenant|plus)\b|\bvous (?:etes|n'etes) (?:desormais|maintenant|plus)\b",
    r"\bfrom now on,? (?:you|answer|reply|respond|always)\b|\b(?:desormais|a partir de maintenant),? (?:tu|vous|reponds|repondez)\b",
    rf"{_START}(?:act|behave|pretend|agis|agissez|comporte-toi|comportez-vous|fais comme si|faites comme si|joue le role)\b",
    rf"{_START}(?:reponds|repondez|reply|respond|answer|dis|dites|say|tell)\s+(?:(?:toujours|always|only|uniquement|seulement|simplement|just|"
    r"instead|plutot|a|aux?|the|l'|la|le|tout|any|every|users?|utilisateurs?|personnes?|people|person|lecteurs?|readers?|them|lui|leur)\W+)+"
    r"(?:que|qu'|that|to|oui|yes|non|no)\b",
    rf"(?:^|[\[(<|#*\n])\W*{_WHO}\b(?:\s+(?:prompt|message|instructions?|override|note|notice))?\s*[\])>|*#]*\s*[:>|\]]\s*\w",
    rf"\ba l'attention (?:de l'|du |d'une? |des )(?:\w+ )?{_WHO}s?\b",
    rf"{_START}(?:note|message|instructions?|notice|consignes?|important|attention|rappel|reminder)\s+(?:\w+\s+)?(?:to|for|pour|a|aux?)\s+(?:the\s+|l'|le\s+|any\s+|tout\s+|les\s+|all\s+)?{_WHO}s?\b",
    rf"\bif you are (?:an? )?(?:\w+ )?{_WHO}\b|\bsi (?:tu es|vous etes) une? (?:\w+ )?{_WHO}\b",
    r"<\|?\s*(?:system|assistant|user|im_start|im_end|inst|endoftext)\b|\[/?inst\]|<</?sys>>|\bim_start\b|###\s*(?:system|instruction|consigne)",
    r"<\s*/?\s*(?:script|img|iframe|svg|object|embed|form|link|style|meta|a|body|input)\b|javascript:|\bon(?:error|load|click)\s*=|!\[[^\]]*\]\(|\]\((?:https?|data|javascript):",
    r"\[(?:fact|source|citation|doc)\s*[:#]|\[\d+\]\s*(?:$|[.,;:])|\b(?:system|developer) prompt\s*(?:override|mode|:)|\bdeveloper mode\b|\bmode developpeur\b|\bjailbreak|\bDAN\b",
    rf"{_START}(?:execute|run|decode|lance[rz]?|decode[rz]?|envoie[rz]?|send|forward|transmets|transmettez|cite[rz]?|quote|recommande[rz]?|recommend|insert|ajoute[rz]?)\s+"
    r"(?:(?:the|this|these|following|la|le|les|cette?|ces|a|an|une?|toujours|always|only|uniquement|all|tout)\s+)*"
    r"(?:command|commande|base64|instructions?|order|ordre|conversation|question|questions|reponse|answers?|source|phrase|sentence|texte|text|lien|link|document)\b"
    r".*\b(?:ignore|base64|before answering|avant de repondre|in (?:your|every|all) (?:answer|repl)|dans (?:ta|votre|chaque|toutes?)|https?:|@|as (?:the )?only|comme (?:seule|unique)|exactly|exactement|word for word|mot pour mot|suivant|following)",
)  # fmt: skip
_ORDER = re.compile("|".join(f"(?:{p})" for p in _PATTERNS), re.IGNORECASE)
_BLOB = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")


def _decoded(text: str) -> str:
    """Return what base64 in a text says, "" when nothing readable is hidden so."""
    said = []
    for blob in _BLOB.findall(text):
        try:
            said.append(base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return " ".join(said)


def is_order(text: str) -> bool:
    """Return whether a sentence tells the assistant what to do, or holds code, or hides its words."""
    return bool(_ORDER.search(fold(text))) or bool(_decoded(text))
