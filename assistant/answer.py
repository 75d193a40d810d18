"""What a question becomes: one frozen `Answer` that grows, read by the page, the CLI and the evals.

Knows nothing of how it is found or shown. Its JSON is fixed by the contract (docs/contract.md, section 3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from assistant.energy.reading import EnergyReading
from index.search import Passage


class Stopped(Exception):
    """Thrown into a growing answer by whoever leaves it; one last answer, without a status, then says what it cost."""


class Status(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"


class Mark(StrEnum):
    """What a sentence of an answer is, as far as it was checked. Never "verified"."""

    QUOTED = "quoted"
    CLOSE = "close"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Message:
    """One past turn of a conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Who wrote the answer: shown beside each one. `kind` is "extractive" or "generative"."""

    name: str
    kind: str
    quantisation: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage that answers, with its score; `start` and `end` point into the document's text."""

    passage: Passage
    text: str
    start: int
    end: int
    score: float
    facts: tuple[str, ...] = ()
    fit: float = 0.0  # what the reading model alone says of it


@dataclass(frozen=True, slots=True)
class Citation:
    """A marker of the answer tied to a span of a document: `text[start:end] == quote`."""

    marker: int
    document: str
    title: str
    section: str
    language: str
    in_force_on: str | None
    start: int
    end: int
    quote: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What a writer adds: a sentence in its own words, or one of the evidence verbatim.

    `growing`: the next piece takes its place.
    """

    text: str
    evidence: Evidence | None = None
    growing: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing new yet: `position` askers come first. Said often, so that an asker who leaves is noticed."""

    position: int = 0


@dataclass(frozen=True, slots=True)
class Began:
    """Who writes from here on; what was written before is withdrawn. `reason`: why it is not the writer that was asked."""

    card: ModelCard
    seed: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer, its mark, and the markers it carries."""

    text: str
    mark: Mark
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall seconds of each stage."""

    search: float = 0.0
    read: float = 0.0
    write: float = 0.0
    check: float = 0.0
    total: float = 0.0


class Writer(Protocol):
    """Turns evidence into the pieces of an answer, in order."""

    card: ModelCard

    def write(
        self, question: str, evidence: Sequence[Evidence], language: str
    ) -> Iterator[Piece | Waiting | Began]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer so far. Each yield is whole; only the last one has a `status`."""

    question: str
    search: str
    language: str
    model: ModelCard
    id: str | None = None
    status: Status | None = None  # None while it grows
    reason: str | None = None
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    energy: EnergyReading | None = None  # None: nothing could be read or estimated; never 0
    seconds: Seconds = field(default_factory=Seconds)
    seed: int | None = None  # of the model's draws; None when nothing was drawn
    waiting: int = 0  # askers before this one, while it grows

    @property
    def done(self) -> bool:
        """Whether this is the last yield."""
        return self.status is not None


def as_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as the contract writes it; a missing reading stays null."""
    return {
        "id": answer.id,
        "question": answer.question,
        "search": answer.search,
        "language": answer.language,
        "status": answer.status,
        "reason": answer.reason,
        "text": answer.text,
        "sentences": [asdict(s) for s in answer.sentences],
        "citations": [asdict(c) for c in answer.citations],
        "passages": [passage_json(p) for p in answer.passages],
        "model": asdict(answer.model),
        "energy": asdict(answer.energy) if answer.energy else None,
        "seconds": {name: round(value, 4) for name, value in asdict(answer.seconds).items()},
        "seed": answer.seed,
    }


def passage_json(passage: Passage) -> dict[str, Any]:
    """Return a passage as `ask` and `search` write it."""
    kept = ("document", "title", "section", "language", "start", "end", "score", "text")
    said = asdict(passage)
    return {name: round(said[name], 4) if name == "score" else said[name] for name in kept}
