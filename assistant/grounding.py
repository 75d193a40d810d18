"""Compare what a writer wrote with what the sources say, as strings.

Knows nothing of models. "quoted" means that the sentence is the source's words, to the character; nothing is "verified".
"""

from collections.abc import Sequence

from assistant.answer import Citation, Evidence, Mark, Piece, Sentence


def quoted(piece: Piece, sent: Sequence[Evidence]) -> Evidence | None:
    """Return the evidence that the piece repeats to the character, None when it is the writer's own words."""
    evidence = piece.evidence
    if evidence is None or evidence not in sent:
        return None
    passage = evidence.passage
    words = passage.text[evidence.start - passage.start : evidence.end - passage.start]
    return evidence if piece.text == evidence.text == words else None


def checked(pieces: Sequence[Piece], sent: Sequence[Evidence]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Mark each piece and number the citations; a marker exists only for evidence that was sent."""
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for piece in pieces:
        evidence = quoted(piece, sent)
        if evidence is None:
            sentences.append(Sentence(piece.text, Mark.OWN))
            continue
        passage = evidence.passage
        citation = Citation(
            len(citations) + 1, passage.document, passage.title, passage.section, passage.language, passage.in_force_on,
            evidence.start, evidence.end, evidence.text, evidence.facts,
        )  # fmt: skip
        citations.append(citation)
        sentences.append(Sentence(piece.text, Mark.QUOTED, (citation.marker,)))
    return tuple(sentences), tuple(citations)
