"""Read the questions that a document answers, written beside it: NAME.asked.jsonl beside NAME.md.

Knows nothing of vectors or stores. People ask in words that a document does not use; a small encoder compares a question
with a question far better than with a passage (evals/results.md), so the wordings are found, and lead to the sentences.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunks import Chunk

SUFFIX = ".asked.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as people ask it; `answers`: (chunk, sentence of it), the best first, none when the document is silent."""

    question: str
    answers: tuple[tuple[int, int], ...]


def beside(document: Path) -> Path:
    """Return where the questions of a document are written."""
    return document.with_suffix(SUFFIX)


def _plain(sentence: str) -> str:
    return re.sub(r"\s+", " ", sentence).strip()  # \s covers the no-break spaces


def read_asked(raw: bytes, text: str, chunks: Sequence[Chunk]) -> tuple[tuple[Asked, ...], tuple[int, ...]]:
    """Return the questions of a file, and the lines that cannot be used.

    A line is {"question": str, "section": str, "sentences": [str, ...]}: the sentences word for word as the document has
    them, none for a question that it does not answer. A line that is broken, or whose sentences have changed, is lost.
    """
    places = {
        _plain(text[span.start : span.end]): (chunk.number, number)
        for chunk in reversed(chunks)
        for number, span in enumerate(chunk.sentences)
    }
    found, lost = list[Asked](), list[int]()
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            answers = tuple(places[_plain(sentence)] for sentence in row["sentences"])
            found.append(Asked(_plain(row["question"]), answers))
        except (ValueError, KeyError, TypeError, AttributeError):
            lost.append(number)
    return tuple(found), tuple(lost)
