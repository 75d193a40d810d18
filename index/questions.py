"""What the questions written beside the documents say of the one that is asked.

Knows nothing of passages or answers. A small encoder compares a question with a question far better than with a passage
(evals/results.md): the near ones lead to sentences, or say that none answers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.chunks import Chunk
from index.encoder import Vectors
from index.store import Store
from index.texts import StoredDocument
from index.words import Words

COMPARED = 50  # questions
COVERED = 0.3  # of the share of the words in common
ORDER = 0.03  # the first sentence that a question leads to is its best one
LEADING = (0.5, 0.25, 0.25)  # of the nearest questions of a sentence: one may be near by chance (evals/results.md)
NEAREST = 10  # questions, with an answer or known to have none, that say whether the one asked has one
HEAT = 0.1  # of their weights over cosines
Place = tuple[str, int, int]  # document, chunk, sentence


@dataclass(frozen=True, slots=True)
class Nearest:
    """What the questions nearest to the one asked lead to."""

    chunks: dict[str, float] = field(
        default_factory=dict
    )  # id -> cosine of the nearest question that the chunk answers
    answered: float = 0.0  # how near the nearest question is that a sentence answers
    missed: float = 0.0  # the same of the questions that none answers
    known: list[tuple[float, bool]] = field(default_factory=list)  # cosine, and whether it has an answer


def nearest(store: Store, words: Words, question: str, vector: Vectors) -> Nearest:
    """Return what the COMPARED nearest questions say; `vector` is the question's."""
    chunks: dict[str, float] = {}
    best = {True: 0.0, False: 0.0}
    known: list[tuple[float, bool]] = []
    for name, number, cosine in store.asked.nearest(vector, COMPARED):
        document = store.texts.get(name)
        assert document is not None, f"questions without their document: {name}"
        asked = document.asked[number]
        has = bool(asked.answers)
        best[has] = max(best[has], cosine + COVERED * words.covered(question, asked.question))
        known.append((cosine, has))
        for chunk, _ in asked.answers:
            chunks.setdefault(f"{name}#{chunk}", cosine)
    return Nearest(chunks, best[True], best[False], known)


def silence(known: Sequence[tuple[float, bool]]) -> float:
    """Return the share of the NEAREST questions, near ones counting more, that have no answer; 0 when none is known.

    `known`: cosine, and whether the question has an answer. One near question may be so by chance; ten say where one stands.
    """
    rows = sorted(known, reverse=True)[:NEAREST]
    weights = [math.exp((cosine - rows[0][0]) / HEAT) for cosine, _ in rows]
    return sum(w for w, (_, answered) in zip(weights, rows, strict=True) if not answered) / max(1.0, sum(weights))


def leads(
    store: Store, words: Words, question: str, vector: Vectors, rows: Sequence[tuple[StoredDocument, Chunk]]
) -> dict[Place, float]:
    """Return how near the questions are that each sentence answers, for the chunks of `rows`; without questions, no entry."""
    there = {(document.id, chunk.number) for document, chunk in rows}
    near: dict[Place, list[float]] = {}
    for document in {document.id: document for document, _ in rows}.values():
        cosines = store.asked.of(document.id) @ vector if document.asked else ()
        for asked, cosine in zip(document.asked, cosines, strict=True):
            led = [(order, *place) for order, place in enumerate(asked.answers) if (document.id, place[0]) in there]
            value = float(cosine) + COVERED * words.covered(question, asked.question) if led else 0.0
            for order, chunk, sentence in led:
                near.setdefault((document.id, chunk, sentence), []).append(value - ORDER * order)
    return {place: lead(values) for place, values in near.items()}


def told(rows: Sequence[tuple[StoredDocument, Chunk]]) -> dict[Place, str]:
    """Return of each sentence of the chunks of `rows` what it says, then the questions that it answers."""
    questions = {document.id: document.questions() for document in {d.id: d for d, _ in rows}.values()}
    return {
        (d.id, c.number, i): "\n".join([d.meant(c, span), *questions[d.id].get((c.number, i), ())])
        for d, c in rows
        for i, span in enumerate(c.sentences)
    }


def lead(near: Sequence[float]) -> float:
    """Return how near a sentence's questions are together: the nearest counts most, and is not alone in it."""
    rows = sorted(near, reverse=True)[: len(LEADING)]
    weights = LEADING[: len(rows)]
    return sum(w * value for w, value in zip(weights, rows, strict=True)) / sum(weights)
