"""Ask every question of the real assistant and keep what came out, stage by stage.

Knows nothing of metrics. Each question is also searched by words alone and by meaning alone, in the same run, so that
the three are compared on one index, one machine and one day.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from assistant.answer import Answer, Evidence, Message, Piece, Status
from assistant.chat import OWN, PASSAGES
from assistant.prior import Signs, signs, unmet
from assistant.wiring import Parts
from evals.questions import Question
from index.search import Found

DEEP = 10  # passages that nDCG@10 looks at
SIDES = ("both", "words", "meaning")
NOTHING: Signs = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
T = TypeVar("T")
Ranking = tuple[tuple[str, str], ...]  # (document, heading), best first, each once


@dataclass(frozen=True, slots=True)
class Cost:
    """What one stage used; `joules` is None when nothing could be read."""

    seconds: float
    cpu_seconds: float
    joules: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, its answer, and what each stage found. A question that cannot be searched has no ranking."""

    question: Question
    answer: Answer
    rankings: dict[str, Ranking]  # side -> sections
    ranked: tuple[Evidence, ...]  # what the reader would say, whether or not it passed
    strength: float
    unmet: int
    signs: Signs  # what the refusal rule weighs of the search
    shift: float
    unresolved: int  # citations whose span is not the quote
    costs: dict[str, Cost]  # "words", "meaning", "both", "read", "write", "check", "answer"

    @property
    def refused(self) -> bool:
        """Whether nothing was answered: a refusal, or a sentence on why it cannot be searched."""
        return self.answer.status is not Status.ANSWERED

    @property
    def confidence(self) -> float:
        """Return what was compared with the threshold: the best sentence's score and the question's shift."""
        return self.ranked[0].score + self.shift if self.ranked else float("-inf")


class _Watch:
    """Charges the work done inside `with` to a name."""

    def __init__(self, parts: Parts) -> None:
        self._meter = parts.meter
        self.costs: dict[str, Cost] = {}

    def of(self, name: str, work: Callable[[], T]) -> T:
        """Do the work and keep what it cost."""
        with self._meter.section("question") as section:
            wall, cpu = time.perf_counter(), time.process_time()
            result = work()
            spent = time.perf_counter() - wall, time.process_time() - cpu
            reading = section.reading()
        self.costs[name] = Cost(*spent, reading.joules if reading else None)
        return result


def ranking(found: Found) -> Ranking:
    """Return the sections found, each once: two chunks of one section are one find."""
    return tuple(dict.fromkeys((p.document, p.section.split(" > ")[-1]) for p in found.passages))[:DEEP]


def asked(parts: Parts, question: Question, sides: Sequence[str] = SIDES) -> Outcome:
    """Ask one question and look at each stage on its own; `sides` are the ways of searching to compare."""
    assistant, watch = parts.assistant(), _Watch(parts)
    history = [Message(t.role, t.content) for t in question.history]
    answer = watch.of("answer", lambda: list(assistant.ask(question.question, history))[-1])
    if answer.status is Status.FAILED:
        return Outcome(question, answer, {}, (), 0.0, 0, NOTHING, 0.0, 0, watch.costs)
    rankings: dict[str, Ranking] = {}
    for side in sides:
        found = watch.of(side, partial(parts.index.search, answer.search, 4 * DEEP, answer.language, side))
        rankings[side] = ranking(found)
    first = parts.index.search(answer.search, PASSAGES, answer.language, own=OWN)
    ranked = watch.of(
        "read", lambda: parts.reader.ranked(answer.search, first.vector, parts.index.sentences(first))
    )  # fmt: skip
    if answer.status is Status.ANSWERED and parts.writer.card.kind == "extractive":  # a generator is not asked twice
        pieces = watch.of("write", lambda: list(parts.writer.write(answer.search, ranked, answer.language)))
        watch.of(
            "check",
            lambda: parts.grounding.checked([p for p in pieces if isinstance(p, Piece)], ranked, answer.language),
        )
    broken = 0
    for citation in answer.citations:
        document = parts.index.document(citation.document)
        broken += document is None or document.text[citation.start : citation.end] != citation.quote
    strangers = unmet(answer.search, first.passages)
    return Outcome(
        question, answer, rankings, tuple(ranked), first.strength, strangers, signs(first, strangers),
        parts.limits.prior.shift(answer.search, first) + parts.limits.prior.fit * max((e.fit for e in ranked), default=0.0),
        broken, watch.costs,
    )  # fmt: skip


def run(
    parts: Parts,
    questions: Sequence[Question],
    progress: Callable[[int], object] = lambda _: None,
    sides: Sequence[str] = SIDES,
) -> list[Outcome]:
    """Ask the questions in order; `progress` is told how many are done."""
    if questions:
        asked(parts, questions[0], sides)  # opens what is opened at the first question: it is nobody's cost
    found = []
    for number, question in enumerate(questions, 1):
        found.append(asked(parts, question, sides))
        progress(number)
    return found
