"""Answers: read from anything a person may hand in, checked against the questions, and filled in for the rules.

Knows nothing of rules or reports.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.assess.conditions import UNKNOWN, Value, holds
from assistant.assess.errors import AnswersUnreadable, AnswerWrong
from assistant.assess.questions import Assessment, Question
from index.documents import INVISIBLE

Answers = Mapping[str, Value]  # question id -> choice id, number, text, or UNKNOWN
LONGEST = 200  # characters of a free text
LARGEST = 1e12


def read_answers(file: Path) -> Any:
    """Return what a file of answers holds; raises AnswersUnreadable."""
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnswersUnreadable(file=file) from error


def checked(assessment: Assessment, raw: Any, file: object = "-") -> tuple[dict[str, Value], list[str]]:
    """Return the answers that fit, and the ids that no question has (of another version of the questionnaire).

    Raises AnswersUnreadable when `raw` is no object, AnswerWrong when an answer is none that its question takes.
    """
    if not isinstance(raw, dict):
        raise AnswersUnreadable(file=file)
    answers: dict[str, Value] = {}
    strange = [str(name) for name in raw if name not in assessment.ids]
    for question in assessment.questions:
        value = raw.get(question.id)
        if value is not None and value != "":
            answers[question.id] = fitting(question, value)
    return answers, strange


def fitting(question: Question, value: Any) -> Value:
    """Return the answer as it is kept; raises AnswerWrong."""
    if value == UNKNOWN:
        return UNKNOWN
    if question.kind == "number":
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        if not 0 <= number <= LARGEST:
            raise AnswerWrong(question=question.id, found=str(value)[:60], expected=f"0 ... 10^12, {UNKNOWN}")
        return number
    if question.kind == "text":
        if not isinstance(value, str) or len(value) > LONGEST:
            raise AnswerWrong(question=question.id, found=str(value)[:60], expected=f"... ({LONGEST})")
        return " ".join(INVISIBLE.sub("", value).split()) or UNKNOWN
    if not isinstance(value, str) or value not in question.choices:
        raise AnswerWrong(question=question.id, found=str(value)[:60], expected=", ".join([*question.choices, UNKNOWN]))
    return value


def asked(assessment: Assessment, answers: Answers) -> list[Question]:
    """Return the questions that these answers lead to, in order."""
    found, values = [], dict[str, Value]()
    for question in assessment.questions:
        if holds(question.asked_when, values):
            found.append(question)
            values[question.id] = answers.get(question.id, UNKNOWN)
    return found


def filled(assessment: Assessment, answers: Answers) -> dict[str, Value]:
    """Return a value for every question asked, UNKNOWN where nothing was answered, and what is worked out of them."""
    values = {q.id: answers.get(q.id, UNKNOWN) for q in asked(assessment, answers)}
    gain, cost = values.get("gain_year"), values.get("cost_year")
    values["balance"] = UNKNOWN
    if isinstance(gain, float) and isinstance(cost, float):
        values["balance"] = "positive" if gain > cost else "negative"
    return values


def shown(question: Question, value: Value, language: str) -> str | None:
    """Return an answer in words; None when it is unknown."""
    if value == UNKNOWN:
        return None
    if question.kind == "choice":
        return question.choices[str(value)][language]
    return str(value) if question.kind == "text" else None
