"""The questions as data: for scripts, and for the page that asks them.

Knows nothing of answers.
"""

from dataclasses import asdict
from typing import Any

from assistant.assess.conditions import UNKNOWN, Condition
from assistant.assess.questions import Question
from assistant.assess.report import Assessor
from assistant.assess.words import REPORT, UNITS, said


def questions_json(assessor: Assessor, language: str) -> dict[str, Any]:
    """Return the questions as the contract writes them, each with its source; "I don't know" closes every list."""
    return {"questions": [_question(assessor, q, language) for q in assessor.assessment.questions]}


def _question(assessor: Assessor, question: Question, language: str) -> dict[str, Any]:
    source = assessor.corpus.cite(question.source, language, 1)
    choices = [{"id": name, "text": words[language]} for name, words in question.choices.items()]
    return {
        "id": question.id,
        "axis": question.axis,
        "text": question.text[language],
        "help": question.why[language],
        "kind": question.kind,
        "choices": [*choices, {"id": UNKNOWN, "text": said(REPORT["not_known"], language)}],
        "unit": said(UNITS[question.unit], language) if question.unit else None,
        "asked_when": _blocks(question.asked_when),
        "source": asdict(source),
        # What the assistant is asked "about this": the heading that its source stands under, which its sheet answers.
        "ask": source.section if source.section.endswith("?") else source.title,
    }


def _blocks(condition: Condition) -> list[list[dict[str, Any]]]:
    """Return a condition as data: one block must hold whole; `above` excludes its bound, `upto` includes it."""
    return [
        [
            {
                "question": line.question,
                "among": sorted(line.among),
                "above": _finite(line.low),
                "upto": _finite(line.high),
            }
            for line in block
        ]
        for block in condition
    ]


def _finite(limit: float | None) -> float | None:
    return None if limit is None or abs(limit) == float("inf") else limit
