"""Compare what a writer wrote with what the sources say.

Knows nothing of writers. "quoted" means that the sentence is the source's words, to the character; "close" that it says
nothing else than one sentence, as far as rules, the embedded model and a table of words can tell; nothing is "verified".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from assistant.alike import alike
from assistant.answer import Citation, Evidence, Mark, Piece, Sentence
from assistant.changes import Changes
from assistant.differs import differs
from index.encoder import Vectors
from index.words import fold

FEWEST = 3  # words: less says too little to be compared

# Apostrophes and ellipses are folded in index/words.py.
SIGNS = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-"})
TURNED = "= "  # opens the sentence when it is read first; any sign would do that the judge has learnt

Close = Callable[[str, str, str], bool]  # (claim, source, language) -> the claim says nothing else


class Judge(Protocol):
    """Tells of pairs made by `readings` how surely the claim says nothing else; higher is surer."""

    def encode(self, texts: Sequence[tuple[str, str]]) -> Vectors: ...


def readings(text: str, source: str) -> list[tuple[str, str]]:
    """Return the two pairs in which a judge reads a claim and its sentence, either first: their mean errs less than one.

    Both are written alike, figures and signs: the rules have read those, and a judge that has learnt from curly apostrophes beside
    straight ones takes them for a reason (2.4 of its units: evals/results.md).
    """
    said, theirs = (words.translate(SIGNS) for words in alike(text, source))
    return [(said, theirs), (TURNED + theirs, said)]


def judged(judge: Judge, text: str, source: str) -> float:
    """Return the model's word: how surely `text` says nothing else than `source`."""
    return float(judge.encode(readings(text, source)).mean())


@dataclass(frozen=True, slots=True)
class Closeness:
    """From which score on a claim is close, by its language, and what the words that changed weigh; set by evals/closeness.py."""

    fr: float = 0.0
    en: float = 0.0
    words: float = 0.0

    def passes(self, judged: float, words: float, language: str) -> bool:
        """Tell whether the judge's word and that of the table, in log-odds both, are sure enough together."""
        return judged + self.words * words >= (self.fr if language == "fr" else self.en)


class Grounding:
    """Marks sentences and cites what they rest on; safe to share between threads."""

    def __init__(
        self, judge: Judge | None = None, closeness: Closeness = Closeness(), changes: Changes | None = None
    ) -> None:
        """Without a judge no sentence is close: quotes need none."""
        self._judge, self._closeness, self._changes = judge, closeness, changes
        self._compared: Close = self.close

    def for_one_answer(self) -> "Grounding":
        """Return the same, which compares a sentence once while the answer grows and forgets it with the answer."""
        kept = Grounding(self._judge, self._closeness, self._changes)
        kept._compared = cache(self.close)
        return kept

    def close(self, text: str, source: str, language: str) -> bool:
        """Tell whether `text` says nothing else than `source`, both in `language`: rules, then the model's word."""
        said = re.findall(r"\w+", fold(text))
        if self._judge is None or len(said) < FEWEST or differs(text, source):
            return False
        if said == re.findall(r"\w+", fold(source)):
            return True  # but for signs and capitals
        words = self._changes.weigh(text, source, language) if self._changes is not None else 0.0
        return self._closeness.passes(judged(self._judge, text, source), words, language)

    def checked(
        self, pieces: Sequence[Piece], sent: Sequence[Evidence], language: str
    ) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
        """Mark each piece, written in `language`, and number the citations; a marker exists only for evidence that was sent."""
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        for piece in pieces:
            evidence, mark = quoted(piece, sent), Mark.QUOTED
            if evidence is None and piece.evidence in sent and piece.evidence is not None:
                mark = Mark.CLOSE
                alike = piece.evidence.passage.language == language  # a translation cannot be compared
                told = alike and _stands(piece.evidence) and self._compared(piece.text, piece.evidence.text, language)
                evidence = piece.evidence if told else None
            if evidence is None:
                sentences.append(Sentence(piece.text, Mark.OWN))
                continue
            citations.append(_citation(len(citations) + 1, evidence))
            sentences.append(Sentence(piece.text, mark, (len(citations),)))
        return tuple(sentences), tuple(citations)


def _citation(marker: int, evidence: Evidence) -> Citation:
    passage = evidence.passage
    return Citation(
        marker, passage.document, passage.title, passage.section, passage.language, passage.in_force_on,
        evidence.start, evidence.end, evidence.text, evidence.facts,
    )  # fmt: skip


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
