"""Read corpus/assessment.yaml: axes, questions and rules, checked so that a slip in the file is told, not met later.

Knows nothing of answers. The form of the file is explained at its top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.assess.conditions import UNKNOWN, Condition, ConditionBroken, lines_of, questions_of, read_condition
from assistant.assess.errors import AssessmentBroken

LANGUAGES = ("fr", "en")
SEVERITIES = ("blocking", "before_pilot", "before_production", "good_practice")  # the weightiest first
KINDS = ("choice", "number", "text")
DERIVED = {"balance": ("positive", "negative", UNKNOWN)}  # worked out from numbers by answers.py

Words = Mapping[str, str]  # "fr" and "en"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `choices` holds the ids and words of a choice, without "I don't know"."""

    id: str
    axis: str
    evaluates: str
    kind: str
    unit: str | None
    text: Words
    why: Words
    source: str
    choices: Mapping[str, Words]
    asked_when: Condition


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on answers and what follows from it; `sources` are SHEET/FACT keys."""

    id: str
    about: str
    axis: str
    evaluates: str
    severity: str
    when: Condition
    finds: Words
    do: Words
    sources: tuple[str, ...]
    never_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole questionnaire, in the order of the file."""

    dated: str
    axes: Mapping[str, Words]
    evaluations: Mapping[str, Words]
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]

    def question(self, name: str) -> Question:
        """Return a question by id; raises KeyError."""
        return next(q for q in self.questions if q.id == name) if name in self.ids else self._missing(name)

    @property
    def ids(self) -> set[str]:
        """The ids of the questions."""
        return {q.id for q in self.questions}

    @staticmethod
    def _missing(name: str) -> Question:
        raise KeyError(name)


class _Reader:
    """Reads one file; every complaint names the file and the place."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def broken(self, where: str, found: object) -> AssessmentBroken:
        return AssessmentBroken(file=self.file.name, where=where, found=str(found))

    def words(self, raw: Any, where: str) -> Words:
        if (
            not isinstance(raw, dict)
            or set(raw) != set(LANGUAGES)
            or not all(isinstance(v, str) and v for v in raw.values())
        ):
            raise self.broken(where, f"fr + en: {raw}")
        return raw

    def table(self, raw: Any, where: str) -> Mapping[str, Words]:
        if not isinstance(raw, dict) or not raw:
            raise self.broken(where, raw)
        if not all(isinstance(name, str) for name in raw):  # a bare yes, no or 12 is no text in YAML
            raise self.broken(where, f'"..." : {[name for name in raw if not isinstance(name, str)]}')
        return {name: self.words(said, f"{where}, {name}") for name, said in raw.items()}

    def condition(self, raw: Any, where: str) -> Condition:
        try:
            return read_condition(raw)
        except ConditionBroken as error:
            raise self.broken(where, error) from error

    def keys(self, raw: Any, needed: set[str], allowed: set[str], where: str) -> None:
        if not isinstance(raw, dict) or not needed <= set(raw) <= needed | allowed:
            given = set(raw) if isinstance(raw, dict) else set()
            raise self.broken(where, sorted(needed - given) or sorted(given - needed - allowed) or raw)

    def question(self, raw: Any) -> Question:
        where = f"question {raw.get('id') if isinstance(raw, dict) else raw}"
        self.keys(
            raw, {"id", "axis", "evaluates", "text", "why", "source"}, {"kind", "unit", "choices", "asked_when"}, where
        )
        kind = raw.get("kind", "choice")
        if kind not in KINDS or (kind == "choice") != ("choices" in raw) or (kind == "number") != ("unit" in raw):
            raise self.broken(where, "kind, choices, unit")
        choices = self.table(raw["choices"], where) if kind == "choice" else {}
        if UNKNOWN in choices:
            raise self.broken(where, UNKNOWN)
        return Question(
            raw["id"], raw["axis"], raw["evaluates"], kind, raw.get("unit"), self.words(raw["text"], where),
            self.words(raw["why"], where), raw["source"], choices, self.condition(raw.get("asked_when"), where),
        )  # fmt: skip

    def rule(self, raw: Any) -> Rule:
        where = f"rule {raw.get('id') if isinstance(raw, dict) else raw}"
        self.keys(
            raw,
            {"id", "about", "axis", "evaluates", "severity", "when", "finds", "do", "sources"},
            {"never_with"},
            where,
        )
        sources = raw["sources"]
        if not isinstance(sources, list) or not sources or not all(isinstance(s, str) and "/" in s for s in sources):
            raise self.broken(where, f"sources: {sources}")
        return Rule(
            raw["id"], raw["about"], raw["axis"], raw["evaluates"], raw["severity"], self.condition(raw["when"], where),
            self.words(raw["finds"], where), self.words(raw["do"], where), tuple(sources),
            tuple(raw.get("never_with", ())),
        )  # fmt: skip


def read_assessment(file: Path) -> Assessment:
    """Read the file; raises AssessmentBroken with the question or rule at fault."""
    reader = _Reader(file)
    try:
        raw = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise reader.broken("YAML", str(error).replace("\n", " ")) from error
    reader.keys(raw, {"version", "dated", "axes", "evaluations", "derived", "questions", "rules"}, set(), "YAML")
    read = Assessment(
        str(raw["dated"]), reader.table(raw["axes"], "axes"), reader.table(raw["evaluations"], "evaluations"),
        tuple(map(reader.question, raw["questions"])), tuple(map(reader.rule, raw["rules"])),
    )  # fmt: skip
    _check(read, reader)
    return read


def _check(read: Assessment, reader: _Reader) -> None:
    """Refuse a name that is used but not declared, declared twice, or looked at before it is asked."""
    seen: dict[str, Question] = {}
    for question in read.questions:
        where = f"question {question.id}"
        if question.id in seen or question.id in DERIVED:
            raise reader.broken(where, f"id: {question.id} (2)")
        _check_place(read, reader, question, where)
        _check_lines(question.asked_when, seen, reader, where)
        seen[question.id] = question
    names = [rule.id for rule in read.rules]
    for rule in read.rules:
        where = f"rule {rule.id}"
        if names.count(rule.id) > 1:
            raise reader.broken(where, f"id: {rule.id} (2)")
        if rule.severity not in SEVERITIES:
            raise reader.broken(where, f"severity: {rule.severity}")
        if not rule.when or not set(rule.never_with) <= set(names):
            raise reader.broken(where, "when, never_with")
        _check_place(read, reader, rule, where)
        _check_lines(rule.when, seen, reader, where)


def _check_place(read: Assessment, reader: _Reader, one: Question | Rule, where: str) -> None:
    if one.axis not in read.axes or one.evaluates not in read.evaluations:
        raise reader.broken(where, f"axis: {one.axis}, evaluates: {one.evaluates}")


def _check_lines(condition: Condition, known: Mapping[str, Question], reader: _Reader, where: str) -> None:
    for name in questions_of(condition) - known.keys() - DERIVED.keys():
        raise reader.broken(where, f"{name}?")
    for line in lines_of(condition):
        allowed = set(DERIVED.get(line.question, ()))
        numeric = False
        if line.question in known:
            allowed = set(known[line.question].choices) | {UNKNOWN}
            numeric = known[line.question].kind == "number"
        if not line.among <= allowed or (line.numeric and not numeric):
            raise reader.broken(where, f"{line.question}: {sorted(line.among - allowed)}")
