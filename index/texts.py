"""Keep documents whole, in one SQLite file.

Knows nothing of vectors, of searching or of scores.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from index.asked import Asked
from index.chunks import Chunk, Span
from index.documents import FactMark, Section


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

    def first_row(self, chunk: Chunk) -> int:
        """Return where the sentences of a chunk begin among all of the document's."""
        return sum(len(c.sentences) for c in self.chunks[: chunk.number])

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

    def questions(self) -> dict[tuple[int, int], list[str]]:
        """Return (chunk, sentence) -> the questions that the sentence answers."""
        found: dict[tuple[int, int], list[str]] = {}
        for asked in self.asked:
            for place in asked.answers:
                found.setdefault(place, []).append(asked.question)
        return found

    @property
    def asked_each(self) -> float:
        """How many written questions lead to a sentence of the document, on average."""
        return sum(len(question.answers) for question in self.asked) / max(
            1, sum(len(c.sentences) for c in self.chunks)
        )

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


@dataclass(frozen=True, slots=True)
class Card:
    """What a search compares of a document before it is worth opening."""

    language: str
    sheet: str
    unasked: bool


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
                base.execute(
                    "create table if not exists document (id text primary key, language text not null,"
                    " sheet text not null, unasked integer not null, body text not null)"
                )

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

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Return id -> card of every document; for readers, to whom the file stays as it is."""
        with self._open() as base:
            rows = base.execute("select id, language, sheet, unasked from document").fetchall()
        return {name: Card(language, sheet, bool(unasked)) for name, language, sheet, unasked in rows}

    def all(self) -> Iterator[StoredDocument]:
        """Yield every document, by id."""
        with self._open() as base:
            for (body,) in base.execute("select body from document order by id"):
                yield _document(body)

    def ids(self) -> list[str]:
        """Return the id of every document, in order."""
        with self._open() as base:
            return [name for (name,) in base.execute("select id from document order by id")]

    def put(self, document: StoredDocument) -> None:
        """Add or replace one document."""
        with self._open() as base:
            body = json.dumps(asdict(document), ensure_ascii=False)
            row = document.id, document.language, document.sheet, document.unasked, body
            base.execute("insert or replace into document values (?, ?, ?, ?, ?)", row)

    def remove(self, document: str) -> None:
        """Drop one document."""
        with self._open() as base:
            base.execute("delete from document where id = ?", (document,))
