"""Find the passages for a question: meaning and words, added by score.

Knows nothing of answers. retrieval.md section 3 measured the sum against rank fusion: both scores of every candidate are
real, a document absent from one list gets its true score there, never zero.
"""

import json
import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.associations import Associations
from index.chunks import Chunk
from index.embed import Embedder
from index.encoder import Vectors
from index.language import language_of
from index.manifest import Manifest, checked, read_manifest
from index.questions import Nearest, leads, nearest, silence, told
from index.spelling import Spelling
from index.store import Store
from index.texts import Card, StoredDocument
from index.words import Words

CANDIDATES = 100  # of each side
# What a question written for a sentence is nearer than the sentence itself, at the median: documents without such questions
# are taken to have them, else an organisation's own would never come before the bundled sheets. SURE: the same where it is
# weighed how near an answer is; half of it refuses more near misses than it loses answers.
# FOLLOWED: the same for a sentence, whose lead is of three questions together (`lead` in questions.py); 0.2 would cost the sheets
# 2 to 5 of their questions in 100 and bring own documents 2.
UNASKED = 0.2
SURE = 0.1
FOLLOWED = 0.16
# The same for the words of a sentence: what its questions add to the share of the question's words that it covers, at the median of
# the right sentences on dev. Where few were written they add less: with two for each sentence half of it is still lacking, from
# TOLD on nothing (evals/results.md).
UNTOLD = 0.36
TOLD = 7
WORDS_WEIGHT = 0.4  # = 0.15 x 2.5: bm25s leaves out the factor (k1 + 1) of retrieval.md's formula
LANGUAGE_BONUS = 0.1
COVERED_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question; `document.text[start:end] == text`, code points."""

    document: str
    title: str
    section: str
    language: str
    in_force_on: str | None
    start: int
    end: int
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first; `strength` says whether the sources are about the question at all."""

    language: str
    passages: tuple[Passage, ...]
    strength: float
    question: str
    vector: Vectors  # of the question
    unknown: float = 0.0  # share of the question's words that the index has never seen
    asked: float = 0.0  # how near the nearest question is that the sources are written to answer, or taken to (SURE)
    missed: float = 0.0  # how near the nearest question is that they are known not to answer, 0 when there is none
    silent: float = 0.0  # share of the questions nearest to the one asked that the sources are known not to answer
    generation: str = ""  # of the index that was searched


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence of a passage with the vector stored at indexing."""

    passage: Passage
    start: int
    end: int
    text: str
    facts: tuple[str, ...]
    vector: Vectors
    covered: float  # share of the question's words that it or a question it answers has words for (associations.py), plus UNTOLD
    asked: float = 0.0  # how near the questions that it answers are (`lead` in questions.py); see UNASKED for documents without any
    opening: bool = False  # whether it stands before the first heading of a document that has some


@dataclass(frozen=True, slots=True)
class _Generation:
    """One finished index, open."""

    manifest: Manifest
    store: Store
    words: Words
    spelling: Spelling
    associations: Associations


class Index:
    """A finished index, opened for reading; follows the pointer when a newer one is swapped in.

    Safe to share between threads: a question keeps the generation that its search began with.
    """

    def __init__(self, home: Path, embedder: Embedder) -> None:
        """Open the index of the data folder `home`.

        Raises IndexMissing, IndexDamaged or IndexMismatch, each with what to type.
        """
        self._home, self._embedder = home, embedder
        self._lock = threading.Lock()
        self._now = self._opened()
        self._before: _Generation | None = None

    def _opened(self) -> _Generation:
        manifest = read_manifest(self._home)
        folder = checked(self._home, manifest, self._embedder.name)
        ids = json.loads((folder / "ids.json").read_text("utf-8"))
        words = Words.load(folder / "words", ids)
        spelling, associations = Spelling(words.counts()), Associations.load(folder / "associations.npz")
        store = Store(folder)  # last: Chroma may still be on its way (`imported_beside`)
        try:
            manifest.compare(store.counts())
        except BaseException:
            store.close()
            raise
        return _Generation(manifest, store, words, spelling, associations)

    def refresh(self) -> None:
        """Open the newest index when another process has swapped one in; a question under way keeps its own."""
        with self._lock:
            if read_manifest(self._home).generation == self._now.manifest.generation:
                return
            newest = self._opened()
            if self._before is not None:
                self._before.store.close()
            self._before, self._now = self._now, newest

    def _generation(self, name: str) -> _Generation:
        before = self._before
        return before if before is not None and before.manifest.generation == name else self._now

    def summary(self) -> str:
        """Return what the index holds, in figures."""
        manifest = self._now.manifest
        return f"{len(manifest.documents)} documents, {manifest.counts['chunks']} chunks"

    def document(self, name: str) -> StoredDocument | None:
        """Return a document whole, None when the index does not hold it."""
        return self._now.store.texts.get(name)

    def spelled(self, question: str) -> str:
        """Return the question with its slips repaired towards the words that the index holds."""
        return self._now.spelling.repaired(question)

    def search(self, question: str, k: int = 8, language: str | None = None, by: str = "both", own: int = 0) -> Found:
        """Return the best `k` passages; `language` is told from the question when it is None.

        Where fewer than `own` of them are of documents without questions, an organisation's own, those lacking come after
        the `k`: the sheets, which have some, would leave them little room.
        `by` "words" or "meaning" ranks by that side alone: for measuring what each brings and costs. By words nothing is
        encoded: the vector found is empty, and cannot lead to sentences.
        """
        language = language or language_of(question)
        now = self._now
        store, words = now.store, now.words
        by_words = words.scores(question)
        vector, asked, cosines = np.zeros(0, np.float32), Nearest(), {}
        if by != "words":
            vector = self._embedder.encode([question])[0]
            asked = nearest(store, words, question, vector)
            cosines = store.nearest(vector, CANDIDATES) if words.ids else {}
        best = np.argsort(-by_words, kind="stable")[:CANDIDATES]
        also = dict.fromkeys([*(words.ids[i] for i in best if by_words[i] > 0), *asked.chunks])
        missing = [name for name in also if name not in cosines]
        if by == "words":
            cosines = dict.fromkeys(missing, 0.0)
        else:
            cosines |= {i: float(v @ vector) for i, v in store.vectors(missing).items()}
        place = {i: n for n, i in enumerate(words.ids)}
        weight = WORDS_WEIGHT / math.log(1 + len(place)) if place and by != "meaning" else 0.0
        scored, answered = list[_Scored](), asked.answered
        for name, alone in cosines.items():
            document, _, number = name.rpartition("#")
            card = store.texts.cards[document]
            cosine = max(alone, asked.chunks.get(name, alone))
            score = cosine + weight * float(by_words[place[name]])
            if card.unasked and by != "words":
                asked.known.append((cosine + UNASKED, True))
                score += UNASKED
                cosine += SURE
                answered = max(answered, cosine)
            ours = LANGUAGE_BONUS if card.language == language else 0.0
            scored.append(_Scored(score + ours, cosine, document, int(number), card))
        scored.sort(key=lambda row: (-row.score, row.document, row.number))
        kept = _without_twins(scored, language)
        strength = 0.0
        if kept:
            best_document, chunk = _chunk(store, kept[0])
            strength = kept[0].cosine + COVERED_WEIGHT * words.covered(question, best_document.worded(chunk))
        passages = tuple(_passage(*_chunk(store, row), row.score) for row in _shared(kept, k, own))
        return Found(
            language, passages, strength, question, vector,
            words.unknown(question), answered, asked.missed, silence(asked.known), now.manifest.generation,
        )  # fmt: skip

    def sentences(self, found: Found) -> list[StoredSentence]:
        """Return the sentences of the passages found, with their stored vectors."""
        then = self._generation(found.generation)
        rows: list[tuple[Passage, StoredDocument, Chunk]] = []
        for passage in found.passages:
            document = then.store.texts.get(passage.document)
            chunks = document.chunks if document else ()
            rows += [(passage, document, c) for c in chunks if document and c.start == passage.start]
        vectors = {
            (d.id, c.number): then.store.sentences.of(d.id)[d.first_row(c) :][: len(c.sentences)] for _, d, c in rows
        }
        chunks_found = [(d, c) for _, d, c in rows]
        asked = leads(then.store, then.words, found.question, found.vector, chunks_found)
        wanted = then.associations.wanted(found.question)
        covered = {place: wanted.covered(text) for place, text in told(chunks_found).items()}
        for _, document, chunk in rows:
            untold = UNTOLD * max(0.0, 1 - document.asked_each / TOLD) ** 2
            for i, vector in enumerate(vectors[document.id, chunk.number]):
                covered[document.id, chunk.number, i] += untold
                if document.unasked:
                    asked[document.id, chunk.number, i] = float(vector @ found.vector) + FOLLOWED
        return [
            StoredSentence(
                passage, span.start, span.end, text, document.facts_of(span),
                vectors[document.id, chunk.number][i], covered[document.id, chunk.number, i],
                asked.get((document.id, chunk.number, i), 0.0), document.opens(chunk),
            )
            for passage, document, chunk in rows
            for i, span in enumerate(chunk.sentences)
            for text in [document.text[span.start : span.end]]
        ]  # fmt: skip


class _Scored(NamedTuple):
    """A chunk with its scores, before its document is opened."""

    score: float
    cosine: float
    document: str
    number: int
    card: Card


def _chunk(store: Store, row: _Scored) -> tuple[StoredDocument, Chunk]:
    document = store.texts.get(row.document)
    assert document is not None, f"chunk without its document: {row.document}#{row.number}"
    return document, document.chunks[row.number]


def _passage(document: StoredDocument, chunk: Chunk, score: float) -> Passage:
    return Passage(
        document.id, document.title, chunk.section, document.language, document.in_force_on,
        chunk.start, chunk.end, score, document.text[chunk.start : chunk.end],
    )  # fmt: skip


def _shared(kept: list[_Scored], k: int, own: int) -> list[_Scored]:
    """Return the best `k`, then of documents without questions as many more as are lacking to `own`."""
    lacking = own - sum(row.card.unasked for row in kept[:k])
    return kept[:k] + [row for row in kept[k:] if row.card.unasked][: max(0, lacking)]


def _without_twins(scored: list[_Scored], language: str) -> list[_Scored]:
    """Of two twins keep the one in the question's language."""
    ours = {row.card.sheet for row in scored if row.card.sheet and row.card.language == language}
    return [row for row in scored if row.card.language == language or row.card.sheet not in ours]
