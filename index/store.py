"""Keep one generation of the index on disk: the vectors of its chunks in Chroma, and what lies beside.

Knows nothing of questions or scores. The only file that sees chromadb; retrieval.md section 7 lists its traps.
Layout of one generation: chroma/ (one collection: chunks), sentences.npy and asked.npy (a row for each sentence, and for each
question written beside a document; rows.py), associations.npz, texts.sqlite (each document whole).
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import ModuleType
from typing import Any

import numpy as np

from index.encoder import Vectors
from index.errors import DiskFull, IndexDamaged
from index.rows import Rows
from index.texts import Texts

EXPORTER = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"
SPACE = {"hnsw": {"space": "cosine", "ef_search": 300}}  # the default is squared L2; 300 lifts recall@20 to 1.000


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


CHUNKS = "chunks"


def imported() -> Any:
    """Return Chroma, without what it imports only to send traces and httpx only for a command line: a third of 1.1 s."""
    if "chromadb" not in sys.modules:
        exporter = ModuleType(EXPORTER)
        exporter.OTLPSpanExporter = None  # type: ignore[attr-defined]
        sys.modules.setdefault(EXPORTER, exporter)
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # httpx has its own word for its absence
    import chromadb

    return chromadb


def imported_beside() -> None:
    """Import Chroma in a thread of its own: who opens the index compares its files meanwhile."""
    Thread(target=imported, name="chroma").start()


class Store:
    """One generation: its chunks, its sentences, the questions asked of them and the documents whole."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open `folder`/chroma; raises IndexDamaged when it is not what was written."""
        chromadb = imported()
        from chromadb.config import Settings

        self.folder = folder
        self.texts = Texts(folder / "texts.sqlite", writable=create)
        self.sentences, self.asked = Rows(folder, "sentences"), Rows(folder, "asked")
        with _told(folder):
            self._copy = None if create else _copied(folder / "chroma")
            place = Path(self._copy.name) / "chroma" if self._copy else folder / "chroma"
            self._client = chromadb.PersistentClient(place, Settings(anonymized_telemetry=False))
            function = _refusing()
            if create:
                self._chunks = self._client.get_or_create_collection(
                    CHUNKS, configuration=SPACE, embedding_function=function
                )
            else:
                self._chunks = self._client.get_collection(CHUNKS, embedding_function=function)
            space = self._chunks.configuration_json["hnsw"]["space"]
            if space != "cosine":  # get_or_create silently keeps the old space
                raise IndexDamaged(found=f"Chroma: {space}")

    def close(self) -> None:
        """Let go of the files; other clients of the folder keep theirs."""
        self._client.close()
        if self._copy:
            self._copy.cleanup()

    def counts(self) -> dict[str, int]:
        """Return how many vectors there are of chunks, of sentences and of questions."""
        with _told(self.folder):
            return {CHUNKS: int(self._chunks.count()), "sentences": len(self.sentences), "asked": len(self.asked)}

    def put(self, ids: list[str], vectors: Vectors, metadatas: list[dict[str, Any]], texts: list[str]) -> None:
        """Add or replace chunks, in slices that Chroma accepts."""
        size = min(5000, self._client.get_max_batch_size())
        with _told(self.folder):
            for a in range(0, len(ids), size):
                part = slice(a, a + size)
                self._chunks.upsert(
                    ids=ids[part], embeddings=vectors[part], metadatas=metadatas[part], documents=texts[part]
                )  # fmt: skip

    def remove(self, ids: list[str]) -> None:
        """Delete chunks by id."""
        with _told(self.folder):
            for a in range(0, len(ids), 5000):
                self._chunks.delete(ids=ids[a : a + 5000])

    def nearest(self, vector: Vectors, count: int) -> dict[str, float]:
        """Return id -> cosine of the chunks nearest to `vector`."""
        with _told(self.folder):
            found = self._chunks.query(query_embeddings=[vector], n_results=count, include=["distances"])
        return {i: 1 - d for i, d in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)}

    def vectors(self, ids: Iterable[str]) -> dict[str, Vectors]:
        """Return id -> stored vector of chunks."""
        wanted: Sequence[str] = list(ids)
        if not wanted:
            return {}
        with _told(self.folder):
            found = self._chunks.get(ids=list(wanted), include=["embeddings"])
        return {i: np.asarray(v, np.float32) for i, v in zip(found["ids"], found["embeddings"], strict=True)}
