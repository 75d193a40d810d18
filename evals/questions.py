"""Read and write the questions that the evaluation asks: one JSON object a line.

    {"id": "law-fr-001", "language": "fr", "kind": "short", "audience": "staff", "question": "...",
     "history": [{"role": "user", "content": "..."}], "answerable": true,
     "gold": [{"sheet": "fr/gdpr", "section": "its exact heading", "sentence": "a sentence of the sheet, verbatim"}],
     "must_say": [["one of these", "strings"]], "must_not_say": ["a false claim"], "split": null}

`must_say` is a list of lists: of each list one alternative must be said. Knows nothing of the corpus or of models.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.errors import QuestionsBroken, QuestionsMissing

FOLDER = Path(__file__).resolve().parent / "questions"
LANGUAGES = ("fr", "en")
AUDIENCES = ("staff", "it", "manager", "trainer")
SPLITS = ("train", "dev", "test")
ANSWERABLE_KINDS = (
    "short", "long", "clumsy", "typo", "no_accent", "synonym", "follow_up", "mixed_language", "numeric", "definition",
    "how_to", "obligation", "comparison", "false_premise",
)  # fmt: skip
UNANSWERABLE_KINDS = (
    "off_topic", "near_topic", "named_person", "legal_case", "prompt_attack", "noise",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """One past turn of the conversation that a follow-up leans on."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Gold:
    """A sentence that answers: where it stands, and its words."""

    sheet: str
    section: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what a good answer to it holds."""

    id: str
    language: str
    kind: str
    audience: str
    question: str
    history: tuple[Turn, ...]
    answerable: bool
    gold: tuple[Gold, ...]
    must_say: tuple[tuple[str, ...], ...]
    must_not_say: tuple[str, ...]
    split: str | None


FIELDS = tuple(Question.__slots__)


def _text(row: dict[str, Any], name: str, known: Sequence[str] = ()) -> str:
    value = row[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}: a text is expected")
    if known and value not in known:
        raise ValueError(f"{name}: '{value}' is none of {', '.join(known)}")
    return value


def _list(row: dict[str, Any], name: str, each: type) -> list[Any]:
    value = row[name]
    if not isinstance(value, list) or not all(isinstance(item, each) for item in value):
        raise ValueError(
            f"{name}: a list of {'objects' if each is dict else 'texts' if each is str else 'lists'} is expected"
        )
    return value


def parse(row: Any) -> Question:
    """Return the question that a line holds; raises ValueError, which says what is wrong with it."""
    if not isinstance(row, dict):
        raise ValueError("an object is expected")
    if missing := [name for name in FIELDS if name not in row]:
        raise ValueError(f"missing: {', '.join(missing)}")
    if unknown := [name for name in row if name not in FIELDS]:
        raise ValueError(f"unknown: {', '.join(unknown)}")
    if not isinstance(row["answerable"], bool):
        raise ValueError("answerable: true or false is expected")
    if row["split"] is not None:
        _text(row, "split", SPLITS)
    must_say = _list(row, "must_say", list)
    if not all(one and all(isinstance(word, str) and word.strip() for word in one) for one in must_say):
        raise ValueError("must_say: lists of alternatives are expected, none empty")
    history = [Turn(_text(t, "role", ("user", "assistant")), _text(t, "content")) for t in _list(row, "history", dict)]
    gold = [Gold(*(_text(g, name) for name in ("sheet", "section", "sentence"))) for g in _list(row, "gold", dict)]
    kinds = ANSWERABLE_KINDS if row["answerable"] else UNANSWERABLE_KINDS
    return Question(
        _text(row, "id"), _text(row, "language", LANGUAGES), _text(row, "kind", kinds),
        _text(row, "audience", AUDIENCES), _text(row, "question"), tuple(history), row["answerable"], tuple(gold),
        tuple(tuple(one) for one in must_say), tuple(_list(row, "must_not_say", str)), row["split"],
    )  # fmt: skip


def read_file(file: Path) -> list[Question]:
    """Return the questions of a file, in order; raises QuestionsBroken with the line."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsBroken(file=file, line=0, found=type(error).__name__) from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(parse(json.loads(line)))
        except KeyError as error:
            raise QuestionsBroken(file=file, line=number, found=f"missing: {error.args[0]}") from error
        except ValueError as error:  # broken JSON is one
            raise QuestionsBroken(file=file, line=number, found=error) from error
    return found


def read_all(folder: Path = FOLDER, *, split: str | None = None) -> list[Question]:
    """Return the questions of a folder, file by file in order of name; raises QuestionsBroken or QuestionsMissing."""
    found = [q for file in sorted(folder.glob("*.jsonl")) for q in read_file(file)]
    kept = [q for q in found if split is None or q.split == split]
    if not kept:
        raise QuestionsMissing(found=folder)
    return kept


def drawn(questions: Sequence[Question], count: int | None) -> list[Question]:
    """Return `count` of the questions, the same draw everywhere, in their order; all of them when it is None."""
    if count is None:
        return list(questions)
    order = sorted(questions, key=lambda q: hashlib.sha256(q.id.encode()).hexdigest())
    kept = {q.id for q in order[:count]}
    return [q for q in questions if q.id in kept]


def write_file(file: Path, questions: Iterable[Question]) -> None:
    """Write the questions of a file again, one a line."""
    file.write_text("".join(json.dumps(asdict(q), ensure_ascii=False) + "\n" for q in questions), "utf-8")
