"""Find the passages for a question: meaning and words, added by score.

Knows nothing of answers. retrieval.md section 3 measured the sum against rank fusion: both scores of every candidate are
real, a document absent from one list gets its true score there, never zero.
"""

import json
import math
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.chunks import Chunk, Span
from index.embed import Embedder
from index.encoder import Vectors
from index.language import language_of
from index.manifest import Manifest, checked, read_manifest
from index.store import Store, StoredDocument
from index.words import Words

CANDIDATES = 100  # of each side
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
    covered: float  # share of the question's words, weighted by rarity


@dataclass(frozen=True, slots=True)
class _Generation:
    """One finished index, open."""

    manifest: Manifest
    store: Store
    words: Words


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
        store = Store(folder)
        try:
            manifest.compare(chunks=store.count("chunks"), sentences=store.count("sentences"))
        except BaseException:
            store.close()
            raise
        ids = json.loads((folder / "ids.json").read_text("utf-8"))
        return _Generation(manifest, store, Words.load(folder / "words", ids))

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
        return f"{len(manifest.documents)} documents, {manifest.chunks} chunks"

    def document(self, name: str) -> StoredDocument | None:
        """Return a document whole, None when the index does not hold it."""
        return self._now.store.texts.get(name)

    def search(self, question: str, k: int = 8, language: str | None = None, by: str = "both") -> Found:
        """Return at most `k` passages; `language` is told from the question when it is None.

        `by` "words" or "meaning" ranks by that side alone: for measuring what each brings.
        """
        language = language or language_of(question)
        vector = self._embedder.encode([question])[0]
        now = self._now
        store, words = now.store, now.words
        cosines = store.nearest(vector, CANDIDATES) if words.ids else {}
        by_words = words.scores(question)
        best = np.argsort(-by_words, kind="stable")[:CANDIDATES]
        also = [words.ids[i] for i in best if by_words[i] > 0 and words.ids[i] not in cosines]
        cosines |= {i: float(v @ vector) for i, v in store.vectors("chunks", also).items()}
        place = {i: n for n, i in enumerate(words.ids)}
        weight = WORDS_WEIGHT / math.log(1 + len(place)) if place and by != "meaning" else 0.0
        meaning = 0.0 if by == "words" else 1.0
        scored = []
        for name, cosine in cosines.items():
            document, chunk = _chunk(store, name)
            ours = LANGUAGE_BONUS if document.language == language else 0.0
            scored.append((meaning * cosine + weight * float(by_words[place[name]]) + ours, cosine, document, chunk))
        scored.sort(key=lambda row: (-row[0], row[2].id, row[3].number))
        kept = _without_twins(scored, language)
        strength = 0.0
        if kept:
            _, cosine, document, chunk = kept[0]
            strength = cosine + COVERED_WEIGHT * words.covered(question, document.indexed(chunk))
        passages = tuple(_passage(document, chunk, score) for score, _, document, chunk in kept[:k])
        return Found(language, passages, strength, question, vector, now.manifest.generation)

    def sentences(self, found: Found) -> list[StoredSentence]:
        """Return the sentences of the passages found, with their stored vectors."""
        asked = self._generation(found.generation)
        rows: list[tuple[str, Passage, StoredDocument, Span]] = []
        for passage in found.passages:
            document = asked.store.texts.get(passage.document)
            for chunk in document.chunks if document else ():
                if document and chunk.start == passage.start:
                    names = (f"{passage.document}#{chunk.number}.{i}" for i in range(len(chunk.sentences)))
                    rows += [(n, passage, document, s) for n, s in zip(names, chunk.sentences, strict=True)]
        vectors = asked.store.vectors("sentences", [row[0] for row in rows])
        said = [(n, p, s, d.text[s.start : s.end], d.facts_of(s)) for n, p, d, s in rows]
        return [
            StoredSentence(p, s.start, s.end, text, facts, vectors[n], asked.words.covered(found.question, text))
            for n, p, s, text, facts in said
        ]


def _chunk(store: Store, name: str) -> tuple[StoredDocument, Chunk]:
    document_id, _, number = name.rpartition("#")
    document = store.texts.get(document_id)
    assert document is not None, f"chunk without its document: {name}"
    return document, document.chunks[int(number)]


def _passage(document: StoredDocument, chunk: Chunk, score: float) -> Passage:
    return Passage(
        document.id, document.title, chunk.section, document.language, document.in_force_on,
        chunk.start, chunk.end, score, document.text[chunk.start : chunk.end],
    )  # fmt: skip


Scored = tuple[float, float, StoredDocument, Chunk]


def _without_twins(scored: list[Scored], language: str) -> list[Scored]:
    """Of two twins keep the one in the question's language."""
    ours = {d.sheet for _, _, d, _ in scored if d.sheet and d.language == language}
    return [row for row in scored if row[2].language == language or row[2].sheet not in ours]
