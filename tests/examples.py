"""The worked projects of docs/examples: make their reports again with `python -m tests.examples`.

A test compares the committed reports with what the code makes today; run this after a change of sheets or rules.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assistant.assess.answers import checked
from assistant.assess.compare import compare
from assistant.assess.html import html_file
from assistant.assess.markdown import markdown
from assistant.assess.report import Report
from tests.browser import assessor

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "examples"
DAY = date(2026, 11, 28)
NAMES = ("support-chatbot", "local-classifier", "note-taking")
# The classifier replaces the chatbot: its report says what changed.
EARLIER = {"local-classifier": "support-chatbot"}


def report(name: str, language: str) -> Report:
    """Return the report of a worked project."""
    made = assessor()
    answers, strange = checked(made.assessment, json.loads((FOLDER / f"{name}.answers.json").read_text("utf-8")))
    assert not strange
    return made.report(answers, language, DAY)


def made() -> Iterator[tuple[Path, str]]:
    """Yield (file, text) of every report."""
    for name in NAMES:
        for language in ("fr", "en"):
            now = report(name, language)
            changes = compare(report(EARLIER[name], language), now) if name in EARLIER else None
            yield FOLDER / f"{name}.{language}.md", markdown(now, changes)
            yield FOLDER / f"{name}.{language}.html", html_file(now, changes)


if __name__ == "__main__":
    for file, text in made():
        file.write_text(text, "utf-8")
