"""The rules of a model's own words, and the weaving of exact quotes between them.

Knows nothing of models. A joint holds no digit, no bracket, no quotation mark and no proper noun that the evidence lacks;
all joints together stay below 30 % of the answer. What breaks a rule is left out: the quotes stand without it.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.answer import Evidence, Piece
from assistant.prompt import MOST_SENTENCES
from assistant.writers.prose import MARKER, THOUGHT
from assistant.writers.quote import MARGIN, MOST
from index.words import STOP, fold

LONGEST = 80  # characters of a joint
OWN_SHARE = 0.30
FORBIDDEN = re.compile(r"[\[\]{}<>«»“”\"|`*#_\\\n\r\t]")
WORD = re.compile(r"[^\W\d_]+")
STAMMER = re.compile(r"\b(\w+)(?:\W+\1\b){2,}", re.IGNORECASE)
# Beside stop words, what a sentence may open with: any other capital could be a name that the sources lack.
OPENERS = STOP | frozenset(
    """abord attention autre autrement bref cela cependant certains certaines chaque comparez concretement deja demandez
    depuis deux deuxieme dernier dernierement deuxiemement elements enfin ensuite exemple face gardez grace jusqu limite
    lisez malgre mieux notez outre plusieurs points possible precisement premier premierement prevoyez principe puis
    quant question quelques rappel raison regle reponse reste retenez second seconde selon seul seule si soit source
    sources sinon sous surtout toutefois toujours tous tout toute toutefois troisieme trois une verifiez voici voila
    according add added addition after again all always another any ask at because before besides briefly check
    compare consider each example finally first further given keep last let likewise limit many moreover more most
    next note once one other otherwise overall plan point points principle question reason regarding remember rule
    second several since some source sources still three third thus two until when whenever while yet""".split()
)


def shown_to_model(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Keep the best sentences, then put them in document order: the same sentences give the same prompt."""
    kept: list[Evidence] = []
    for item in evidence:
        if item.score >= evidence[0].score - MARGIN and not any(k.text == item.text for k in kept):
            kept.append(item)
    return sorted(kept[:MOST_SENTENCES], key=lambda k: (k.passage.document, k.start))


def names_of(texts: Sequence[str]) -> frozenset[str]:
    """Return every word of the texts, folded: the proper nouns that a joint may use."""
    return frozenset(fold(word) for text in texts for word in WORD.findall(text))


def acceptable(joint: str, known: frozenset[str], *, growing: bool = False) -> bool:
    """Tell whether a joint keeps the rules; the last word of one that grows may be the beginning of a longer one."""
    if FORBIDDEN.search(joint) or any(c.isnumeric() for c in joint) or "\ufffd" in joint or len(joint) > LONGEST:
        return False
    if STAMMER.search(joint):
        return False
    for found in WORD.finditer(joint):
        word, first = found[0], not joint[: found.start()].strip()
        if not word[0].isupper():
            continue
        allowed, said = (known | OPENERS if first and (len(word) == 1 or not word.isupper()) else known), fold(word)
        begun = growing and found.end() == len(joint) and any(k.startswith(said) for k in allowed)
        if said not in allowed and not begun:
            return False
    return True


def affordable(joint: str, quote: str, own: int, quoted: int) -> bool:
    """Tell whether the model's words stay below their share with this joint and the quote that follows it."""
    words = own + len(joint)
    return words <= OWN_SHARE * (words + quoted + len(quote))


def tidy(joint: str, language: str) -> str:
    """Return a joint as it is shown: one line, closed by a colon when nothing closes it."""
    text = " ".join(joint.split()).strip(" ,;-–—(")
    if not any(c.isalpha() for c in text):
        return ""
    if text[-1] in ".:!?…":
        return text
    return f"{text}\u00a0:" if language == "fr" else f"{text}:"


class Weaver:
    """Turns text with markers, as it comes, into joints and exact quotes."""

    def __init__(self, evidence: Sequence[Evidence], language: str) -> None:
        """`evidence`: in the order of the numbers that the model was shown."""
        self._evidence, self._language = list(evidence), language
        self._known = names_of([e.text for e in evidence])
        self._rest = ""
        self._used: set[int] = set()
        self._own = self._quoted = 0
        self._grown = ""

    @property
    def quotes(self) -> int:
        """Return how many quotes were inserted."""
        return len(self._used)

    def fed(self, text: str) -> Iterator[Piece]:
        """Yield the pieces that `text` completes; a marker that names nothing, or twice the same, is left out."""
        self._rest = THOUGHT.sub("", self._rest + text)
        if "<think>" in self._rest:
            return  # no number in it is chosen
        while self.quotes < MOST and (found := MARKER.search(self._rest)):
            joint, self._rest = self._rest[: found.start()], self._rest[found.end() :]
            number = int(found[1]) - 1
            if 0 <= number < len(self._evidence) and number not in self._used:
                yield from self.woven(joint, number)
        growing = self._rest.partition("[")[0].strip()
        if self.quotes == MOST or not acceptable(growing, self._known, growing=True):
            growing = ""
        if growing != self._grown:
            self._grown = growing
            yield Piece(growing, growing=True)  # an empty one takes back what grew into a broken rule

    def woven(self, joint: str, number: int) -> Iterator[Piece]:
        """Yield a joint that keeps the rules, then the sentence number `number`, counted from 0."""
        item, words, self._grown = self._evidence[number], tidy(joint, self._language), ""
        if words and acceptable(words.rstrip("\u00a0:"), self._known) and self._affords(words, item.text):
            self._own += len(words)
            yield Piece(words)
        self._used.add(number)
        self._quoted += len(item.text)
        yield Piece(item.text, item)

    def _affords(self, words: str, quote: str) -> bool:
        return affordable(words, quote, self._own, self._quoted)
