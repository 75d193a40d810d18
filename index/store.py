"""Keep chunks, sentences and whole texts on disk.

Knows nothing of questions or scores. The only file that sees chromadb; retrieval.md section 7 lists its traps.
Layout of one generation: chroma/ (three collections: chunks, sentences, asked), texts.sqlite (each document whole).
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index.asked import Asked
from index.chunks import Chunk, Span
from index.documents import FactMark, Section
from index.encoder import Vectors
from index.errors import DiskFull, IndexDamaged

SPACE = {"hnsw": {"space": "cosine", "ef_search": 300}}  # the default is squared L2; 300 lifts recall@20 to 1.000


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as the index holds it."""

    id: str
    title: str
    language: str
    in_force_on: str | None
    sheet: str  # what twins share; "" for a host's file
    text: str
    sections: tuple[Section, ...]
    facts: tuple[FactMark, ...]
    chunks: tuple[Chunk, ...]
    asked: tuple[Asked, ...] = ()

    def chunk_ids(self) -> list[str]:
        """Return the ids of its chunks."""
        return [f"{self.id}#{c.number}" for c in self.chunks]

    def sentence_ids(self) -> list[str]:
        """Return the ids of its sentences, chunk by chunk."""
        return [f"{self.id}#{c.number}.{i}" for c in self.chunks for i in range(len(c.sentences))]

    def asked_ids(self) -> list[str]:
        """Return the ids of the questions asked of it."""
        return [f"{self.id}?{i}" for i in range(len(self.asked))]

    def ids(self) -> dict[str, list[str]]:
        """Return collection -> the ids it holds of this document."""
        return {"chunks": self.chunk_ids(), "sentences": self.sentence_ids(), "asked": self.asked_ids()}

    def opens(self, chunk: Chunk) -> bool:
        """Return whether a chunk stands before the first heading, in a document that has some below its title."""
        return chunk.section == self.title and any(s.title not in ("", self.title) for s in self.sections)

    def worded(self, chunk: Chunk) -> str:
        """Return the text that words are counted in: what is indexed, then the questions that the chunk answers."""
        asked = [a.question for a in self.asked if any(number == chunk.number for number, _ in a.answers)]
        return "\n".join([self.indexed(chunk), *asked])

    def indexed(self, chunk: Chunk) -> str:
        """Return the text that the vector is made of: title > heading, then the chunk."""
        heading = f"{self.title} > {chunk.section}" if chunk.section != self.title else self.title
        return f"{heading}\n{self.text[chunk.start : chunk.end]}"

    @property
    def unasked(self) -> bool:
        """Whether nobody wrote a question that the document answers: an organisation's own, mostly."""
        return not any(question.answers for question in self.asked)

    def meant(self, chunk: Chunk, span: Span) -> str:
        """Return the text that a sentence's vector is made of.

        Where nobody wrote questions for its document, its heading goes before it: "within five days" alone does not say of what.
        """
        text = self.text[span.start : span.end]
        return f"{chunk.section.split(' > ')[-1]}: {text}" if self.unasked and chunk.section != self.title else text

    def facts_of(self, span: Span) -> tuple[str, ...]:
        """Return the facts cited in a sentence or right after it."""
        return tuple(f.fact for f in self.facts if span.start < f.at <= span.end)


def _document(row: str) -> StoredDocument:
    raw = json.loads(row)
    raw["sections"] = tuple(Section(**s) for s in raw["sections"])
    raw["facts"] = tuple(FactMark(**f) for f in raw["facts"])
    raw["chunks"] = tuple(Chunk(**{**c, "sentences": tuple(Span(**s) for s in c["sentences"])}) for c in raw["chunks"])
    raw["asked"] = tuple(Asked(a["question"], tuple((c, s) for c, s in a["answers"])) for a in raw["asked"])
    return StoredDocument(**raw)


class Texts:
    """Whole documents in one SQLite file, opened read-only by readers so that its checksum stays."""

    def __init__(self, file: Path, *, writable: bool = False) -> None:
        self._uri = f"{file.resolve().as_uri()}?mode={'rwc' if writable else 'ro'}"
        self._held: dict[str, StoredDocument] = {}
        if writable:
            with self._open() as base:
                base.execute("create table if not exists document (id text primary key, body text not null)")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open for one use, by whichever thread asks."""
        with closing(sqlite3.connect(self._uri, uri=True)) as base, base:
            yield base

    def get(self, document: str) -> StoredDocument | None:
        """Return a document, None when there is no such one."""
        if document not in self._held:
            with self._open() as base:
                row = base.execute("select body from document where id = ?", (document,)).fetchone()
            if row is None:
                return None
            self._held[document] = _document(row[0])
        return self._held[document]

    def all(self) -> Iterator[StoredDocument]:
        """Yield every document, by id."""
        with self._open() as base:
            for (body,) in base.execute("select body from document order by id"):
                yield _document(body)

    def put(self, document: StoredDocument) -> None:
        """Add or replace one document."""
        with self._open() as base:
            body = json.dumps(asdict(document), ensure_ascii=False)
            base.execute("insert or replace into document values (?, ?)", (document.id, body))

    def remove(self, document: str) -> None:
        """Drop one document."""
        with self._open() as base:
            base.execute("delete from document where id = ?", (document,))


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what Chroma and SQLite say of the disk into our errors."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, sqlite3.Error, ValueError) as error:
        words = str(error)
        if "full" in words or "No space left" in words or "disk I/O" in words:
            raise DiskFull(folder=folder) from error
        raise IndexDamaged(found=f"Chroma: {type(error).__name__}") from error


def _refusing() -> Any:
    """An embedding function that raises: with None, Chroma would try to download its default model."""
    from chromadb import EmbeddingFunction
    from chromadb.utils.embedding_functions import register_embedding_function

    class JugeoteEmbedsItself(EmbeddingFunction[Any]):  # type: ignore[misc]
        def __init__(self) -> None: ...

        def __call__(self, input: Any) -> Any:
            raise AssertionError("vectors are made by index.embed")

        @staticmethod
        def name() -> str:
            return "jugeote-embeds-itself"

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> "JugeoteEmbedsItself":
            return JugeoteEmbedsItself()

        def get_config(self) -> dict[str, Any]:
            return {}

    register_embedding_function(JugeoteEmbedsItself)
    return JugeoteEmbedsItself()


def _copied(folder: Path) -> "TemporaryDirectory[str] | None":
    """Return a copy of a folder that cannot be written, which vanishes with it: Chroma writes even when it only reads."""
    file = folder / "chroma.sqlite3"
    if not file.is_file() or (os.access(folder, os.W_OK) and os.access(file, os.W_OK)):
        return None
    copy = TemporaryDirectory(prefix="jugeote-")
    shutil.copytree(folder, Path(copy.name) / "chroma")
    for made in Path(copy.name).rglob("*"):  # the copy has the modes of the original
        made.chmod(0o700 if made.is_dir() else 0o600)
    return copy


NAMES = ("chunks", "sentences", "asked")


class Store:
    """The vectors of one generation: its chunks, its sentences and the questions asked of them."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open `folder`/chroma; raises IndexDamaged when it is not what was written."""
        import chromadb
        from chromadb.config import Settings

        self.folder = folder
        self.texts = Texts(folder / "texts.sqlite", writable=create)
        with _told(folder):
            self._copy = None if create else _copied(folder / "chroma")
            place = Path(self._copy.name) / "chroma" if self._copy else folder / "chroma"
            self._client = chromadb.PersistentClient(place, Settings(anonymized_telemetry=False))
            function = _refusing()
            if create:
                self._collections = {
                    n: self._client.get_or_create_collection(n, configuration=SPACE, embedding_function=function)
                    for n in NAMES
                }
            else:
                self._collections = {n: self._client.get_collection(n, embedding_function=function) for n in NAMES}
            for collection in self._collections.values():
                hnsw = collection.configuration_json["hnsw"]
                if hnsw["space"] != "cosine":  # get_or_create silently keeps the old space
                    raise IndexDamaged(found=f"Chroma: {hnsw['space']}")

    def close(self) -> None:
        """Let go of the files; other clients of the folder keep theirs."""
        self._client.close()
        if self._copy:
            self._copy.cleanup()

    def counts(self) -> dict[str, int]:
        """Return how many vectors each collection holds."""
        with _told(self.folder):
            return {name: int(self._collections[name].count()) for name in NAMES}

    def put(
        self, name: str, ids: list[str], vectors: Vectors, metadatas: list[dict[str, Any]], texts: list[str]
    ) -> None:
        """Add or replace vectors, in slices that Chroma accepts."""
        size = min(5000, self._client.get_max_batch_size())
        with _told(self.folder):
            for a in range(0, len(ids), size):
                part = slice(a, a + size)
                self._collections[name].upsert(
                    ids=ids[part], embeddings=vectors[part], metadatas=metadatas[part], documents=texts[part]
                )  # fmt: skip

    def remove(self, name: str, ids: list[str]) -> None:
        """Delete vectors by id."""
        with _told(self.folder):
            for a in range(0, len(ids), 5000):
                self._collections[name].delete(ids=ids[a : a + 5000])

    def nearest(self, name: str, vector: Vectors, count: int) -> dict[str, float]:
        """Return id -> cosine of what a collection holds nearest to `vector`."""
        with _told(self.folder):
            found = self._collections[name].query(query_embeddings=[vector], n_results=count, include=["distances"])
        return {i: 1 - d for i, d in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)}

    def vectors(self, name: str, ids: Iterable[str]) -> dict[str, Vectors]:
        """Return id -> stored vector."""
        wanted: Sequence[str] = list(ids)
        if not wanted:
            return {}
        with _told(self.folder):
            found = self._collections[name].get(ids=list(wanted), include=["embeddings"])
        return {i: np.asarray(v, np.float32) for i, v in zip(found["ids"], found["embeddings"], strict=True)}
