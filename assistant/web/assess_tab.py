"""The tab that leads the assessment: two addresses that its script asks, and what the page loads for it.

Knows nothing of Gradio: the questions are plain HTML made by static/assess.js, and the answers never leave the browser
but to be turned into a report, which is not kept.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.assess.answers import checked
from assistant.assess.compare import changes_json, compare
from assistant.assess.html import body, html_file
from assistant.assess.listing import questions_json
from assistant.assess.markdown import markdown
from assistant.assess.report import Assessor, as_json
from assistant.web.assess_texts import TEXTS
from assistant.web.texts import LANGUAGES
from index.errors import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI

QUESTIONS, REPORT = "/assess/questions", "/assess/report"  # the gate lets these two through


def head(root_path: str) -> str:
    """Return what the page loads for the tab."""
    return (
        f'<link rel="stylesheet" href="{root_path}/ui/assess.css">'
        f'<script src="{root_path}/ui/assess.js" defer></script>'
    )


def add_routes(app: "FastAPI", assessor: Assessor) -> None:
    """Add the two addresses to the application."""

    @app.get(QUESTIONS)
    def questions(lang: str = "fr") -> dict[str, Any]:
        language = lang if lang in LANGUAGES else "en"
        axes = [{"id": name, "title": words[language]} for name, words in assessor.assessment.axes.items()]
        return questions_json(assessor, language) | {"axes": axes, "words": TEXTS[language]}

    @app.post(REPORT)
    def report(asked: dict[str, Any]) -> dict[str, Any]:
        return report_of(assessor, asked, date.today())


def report_of(assessor: Assessor, asked: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return a report in every layout, or an error in words; `asked` holds "language", "answers", and perhaps "before".

    Nothing of it is written anywhere.
    """
    language = asked.get("language") if asked.get("language") in LANGUAGES else "en"
    try:
        answers, strange = checked(assessor.assessment, asked.get("answers"))
        made = assessor.report(answers, str(language), day, tuple(name[:60] for name in strange[:20]))
        changes = None
        if asked.get("before") is not None:
            before, _ = checked(assessor.assessment, asked["before"])
            changes = compare(assessor.report(before, str(language), day), made)
    except UserError as error:
        message, hint = error.told(str(language))
        return {"error": {"code": error.code, "message": message, "hint": hint}}
    data = as_json(made) | ({"changes": changes_json(changes)} if changes is not None else {})
    return {
        "shown": body(made, changes, inside=True),
        "markdown": markdown(made, changes),
        "html": html_file(made, changes),
        "data": data,
    }
