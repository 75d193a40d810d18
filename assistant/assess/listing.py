"""The questions as data: for scripts, and for the page that asks them.

Knows nothing of answers.
"""

from typing import Any

from assistant.assess.conditions import UNKNOWN, Condition
from assistant.assess.questions import Assessment
from assistant.assess.words import REPORT, UNITS, said


def questions_json(assessment: Assessment, language: str) -> dict[str, Any]:
    """Return the questions as the contract writes them; "I don't know" closes every list of choices."""
    unknown = {"id": UNKNOWN, "text": said(REPORT["not_known"], language)}
    return {
        "questions": [
            {
                "id": q.id,
                "axis": q.axis,
                "text": q.text[language],
                "help": q.why[language],
                "kind": q.kind,
                "choices": [*({"id": name, "text": words[language]} for name, words in q.choices.items()), unknown],
                "unit": said(UNITS[q.unit], language) if q.unit else None,
                "asked_when": _blocks(q.asked_when),
            }
            for q in assessment.questions
        ]
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
