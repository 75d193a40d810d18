"""Answer with the sources' own sentences: nothing is generated.

Knows nothing of models. The joints are a few fixed phrases in the language of the question.
"""

from collections.abc import Iterator, Sequence

from assistant.answer import Evidence, ModelCard, Piece

MOST = 4  # sentences in an answer
PER_PASSAGE = 2
MARGIN = 3.5  # how far below the best sentence another one may score: of 2.5 to 4, most right answers on dev for 2.2 sentences

# What opens the sentences of a document, the first time, the second ...: MOST of them, so that none stands twice in an answer.
JOINTS = {
    "fr": ("Les sources disent :", "Elles ajoutent :", "Elles disent aussi :", "Et encore :"),
    "en": ("The sources say:", "They add:", "They also say:", "And again:"),
}
# ... and those of a document in the other language.
FOREIGN = {
    "fr": (
        "Une source en anglais dit :",
        "Une autre, en anglais :",
        "Une autre encore, en anglais :",
        "Et une dernière, en anglais :",
    ),
    "en": (
        "A source in French says:",
        "Another, in French:",
        "Yet another, in French:",
        "And a last one, in French:",
    ),
}


def chosen(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Keep 1 to 4 sentences, at most 2 a passage, near the best one.

    The best one comes first, the others in document order, best document first.
    """
    kept: list[Evidence] = []
    for item in evidence:
        same = sum(k.passage == item.passage for k in kept)
        said = any(k.text == item.text for k in kept)
        if same < PER_PASSAGE and not said and item.score >= evidence[0].score - MARGIN:
            kept.append(item)
        if len(kept) == MOST:
            break
    documents = list(dict.fromkeys(k.passage.document for k in kept))
    return kept[:1] + sorted(kept[1:], key=lambda k: (documents.index(k.passage.document), k.start))


class QuoteWriter:
    """The embedded default: the best sentences verbatim."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    def write(self, question: str, evidence: Sequence[Evidence], language: str) -> Iterator[Piece]:
        """Yield joints and quotes; `evidence` is best first and never empty."""
        ours, foreign = iter(JOINTS[language]), iter(FOREIGN[language])
        before: Evidence | None = None
        for item in chosen(evidence):
            if before is None or item.passage.document != before.passage.document:
                yield Piece(next(ours if item.passage.language == language else foreign))
            yield Piece(item.text, item)
            before = item
