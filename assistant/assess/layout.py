"""What both layouts of a report say alike: dates in words, the value of a figure, the place of a source.

Knows nothing of HTML or Markdown.
"""

from datetime import date

from assistant.answer import Citation
from assistant.assess.bands import ranged
from assistant.assess.facts import Fact
from assistant.assess.figures import Figure
from assistant.assess.report import Report
from assistant.assess.words import REPORT, said

OURS = "Jugeote"  # the publisher of a fact that is a convention or a calculation of this project
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def day(text: str | None, language: str) -> str:
    """Return "28 novembre 2026"; a date that is written otherwise stays as it is."""
    try:
        when = date.fromisoformat(text or "")
    except ValueError:
        return text or ""
    first = "1er" if language == "fr" and when.day == 1 else str(when.day)
    return f"{first} {MONTHS[language][when.month - 1]} {when.year}"


def dated(report: Report) -> str:
    """Return the line under the title."""
    language = report.language
    version = day(report.version, language)
    return said(REPORT["dated"], language).format(date=day(report.date, language), version=version)


def value(figure: Figure, report: Report) -> str:
    """Return a figure with its range and unit, or why it cannot be computed."""
    if figure.band is not None:
        return f"{ranged(figure.band, report.language)}\u00a0{figure.unit}"
    between = said(REPORT["and"], report.language)
    needs = between.join(report.needs[name].rstrip("?\u00a0 ") for name in figure.needs)
    return said(REPORT["cannot"], report.language).format(needs=needs)


def place(citation: Citation, language: str) -> str:
    """Return "Title › section (fr/sheet, version of ...)"."""
    version = said(REPORT["in_force"], language).format(date=day(citation.in_force_on, language))
    return f"{citation.title} › {citation.section} ({citation.document}, {version})"


def origin(fact: Fact, language: str) -> str:
    """Return who says a fact, when, and how sure it is."""
    publisher = "" if fact.title.startswith(fact.publisher) else fact.publisher
    about = [publisher, fact.title, str(fact.year or "")]
    if fact.claim:
        about.append(said(REPORT["claim"], language))
    ours = fact.publisher == OURS
    about.append(said(REPORT["trust_ours" if ours else f"trust_{fact.confidence}"], language))
    return ", ".join(filter(None, about))


def missing_line(report: Report) -> str:
    """Return the sentence that opens the missing answers."""
    number = len(report.missing)
    name = {0: "missing_none", 1: "missing_one"}.get(number, "missing_intro")
    return said(REPORT[name], report.language).format(n=number)
