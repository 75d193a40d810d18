"""Ask the questions of the assessment one by one: prompts on standard error, answers read line by line.

Works with a person and with a pipe alike; the end of the input ends the questions, never the report.
"""

from collections.abc import Callable, Mapping
from typing import TextIO

from assistant.assess.answers import asked, fitting
from assistant.assess.conditions import UNKNOWN, Value
from assistant.assess.errors import AnswerWrong
from assistant.assess.layout import place
from assistant.assess.questions import Assessment, Question
from assistant.assess.report import Assessor
from assistant.assess.words import GUIDE, UNITS, said
from assistant.terminal import say

UNKNOWN_SIGN = "-"  # for a number, since 0 is one
Keep = Callable[[Mapping[str, Value]], None]


def ask_all(
    assessor: Assessor, answers: Mapping[str, Value], language: str, lines: TextIO, keep: Keep | None
) -> dict[str, Value]:
    """Return the answers with those of the person added; `keep` is called after each.

    Questions that have an answer are not asked again, unless the person goes back to them.
    """
    assessment, known = assessor.assessment, dict(answers)
    behind: list[str] = []  # what was asked in this session, to go back to
    while (question := _next(assessment, known)) is not None:
        _show(assessment, question, known, language)
        while True:
            line = lines.readline()
            if not line:
                return known
            typed = line.strip()
            if typed == said(GUIDE["back"], language):
                if behind:
                    known.pop(behind.pop(), None)
                break
            if typed == "?":
                source = assessor.corpus.cite(question.source, language, 1)
                say(f"{question.why[language]}\n  “{source.quote}” ({place(source, language)})")
                continue
            value = _value(question, typed)
            if value is None:
                say(said(GUIDE["again"], language))
                continue
            known[question.id] = value
            behind.append(question.id)
            if keep:
                keep(known)
            break
    return known


def _next(assessment: Assessment, known: Mapping[str, Value]) -> Question | None:
    return next((q for q in asked(assessment, known) if q.id not in known), None)


def _show(assessment: Assessment, question: Question, known: Mapping[str, Value], language: str) -> None:
    listed = asked(assessment, known)
    axis = assessment.axes[question.axis][language]
    place = said(GUIDE["progress"], language).format(n=listed.index(question) + 1, of=len(listed), axis=axis)
    say(f"\n{place}\n{question.text[language]}")
    for number, words in enumerate(question.choices.values(), 1):
        say(f"  {number}. {words[language]}")
    sign = "0." if question.kind == "choice" else UNKNOWN_SIGN
    say(f"  {sign} {said(GUIDE['unknown'], language)}")
    if question.kind == "number":
        say(f"     {said(GUIDE['number'], language).format(unit=said(UNITS[question.unit or ''], language))}")
    elif question.kind == "text":
        say(f"     {said(GUIDE['text'], language)}")


def _value(question: Question, typed: str) -> Value | None:
    """Return the answer that was typed; None when it does not fit."""
    if typed == UNKNOWN_SIGN or (typed == "0" and question.kind == "choice"):
        return UNKNOWN
    if not typed:
        return None
    try:
        if question.kind == "choice":
            place = int(typed)
            return list(question.choices)[place - 1] if 1 <= place <= len(question.choices) else None
        plain = typed.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
        return fitting(question, float(plain) if question.kind == "number" else typed)
    except (ValueError, AnswerWrong):
        return None
