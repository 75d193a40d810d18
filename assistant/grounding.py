"""Compare what a writer wrote with what the sources say, as strings.

Knows nothing of models. "quoted" means that the sentence is the source's words, to the character; "close" that it says
nothing else than one sentence, by a strict rule of words; nothing is "verified".
"""

import re
from collections.abc import Sequence

from assistant.answer import Citation, Evidence, Mark, Piece, Sentence
from index.words import STOP, fold

# Words whose loss or arrival turns a sentence around or bounds it: each must stand as often in both.
TURNS = frozenset(
    """ne n pas jamais aucun aucune non sans ni sauf seulement uniquement peut peuvent doit doivent devrait devraient
    pourrait pourraient si plus moins avant apres environ presque rarement parfois souvent toujours
    not no never none without nor except only unless may might can could must should shall if more less fewer before after
    about almost rarely sometimes often always at least most cannot isn aren doesn don won""".split()
)
FEWEST = 3  # words of content: less can be found in anything
COVERED = 0.5  # of the source's words of content


def _words(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", fold(text))


def close(text: str, source: str) -> bool:
    """Tell whether `text` says no more and nothing else than `source`.

    Every word of content and every number of `text` stands in `source`, in the same order; negations, bounds and
    permissions are the same, as often; half of the source's words of content are there. A swapped subject changes the
    order, a changed number is absent.
    """
    said, source_words = _words(text), _words(source)
    content = [w for w in said if w not in STOP and w not in TURNS]
    theirs = [w for w in source_words if w not in STOP and w not in TURNS]
    if len(content) < FEWEST or len(content) < COVERED * len(theirs):
        return False
    if sorted(w for w in said if w in TURNS) != sorted(w for w in source_words if w in TURNS):
        return False
    if [w for w in said if w[0].isdigit()] != [w for w in source_words if w[0].isdigit()]:
        return False
    left = iter(theirs)
    return all(any(word == other for other in left) for word in content)


def quoted(piece: Piece, sent: Sequence[Evidence]) -> Evidence | None:
    """Return the evidence that the piece repeats to the character, None when it is the writer's own words."""
    evidence = piece.evidence
    if evidence is None or evidence not in sent:
        return None
    return evidence if piece.text == evidence.text and _stands(evidence) else None


def _stands(evidence: Evidence) -> bool:
    """Tell whether a sentence stands in its passage where it says."""
    passage = evidence.passage
    return passage.text[evidence.start - passage.start : evidence.end - passage.start] == evidence.text


def checked(pieces: Sequence[Piece], sent: Sequence[Evidence]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Mark each piece and number the citations; a marker exists only for evidence that was sent."""
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for piece in pieces:
        evidence, mark = quoted(piece, sent), Mark.QUOTED
        if evidence is None and piece.evidence in sent and piece.evidence is not None:
            mark = Mark.CLOSE
            evidence = piece.evidence if _stands(piece.evidence) and close(piece.text, piece.evidence.text) else None
        if evidence is None:
            sentences.append(Sentence(piece.text, Mark.OWN))
            continue
        passage = evidence.passage
        citation = Citation(
            len(citations) + 1, passage.document, passage.title, passage.section, passage.language, passage.in_force_on,
            evidence.start, evidence.end, evidence.text, evidence.facts,
        )  # fmt: skip
        citations.append(citation)
        sentences.append(Sentence(piece.text, mark, (citation.marker,)))
    return tuple(sentences), tuple(citations)
