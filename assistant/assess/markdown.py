"""The report as Markdown, for a file that people edit, mail and keep.

Every text is escaped, the project's name above all. Knows nothing of HTML or pages.
"""

import re
from collections.abc import Iterable, Iterator

from assistant.answer import Citation
from assistant.assess.compare import Change, Changes
from assistant.assess.facts import Fact
from assistant.assess.layout import dated, missing_line, origin, place, value
from assistant.assess.report import Conclusion, Part, Report
from assistant.assess.words import LEVELS, REPORT, SEVERITIES, said

ACTIVE = re.compile(r"([\\`*_\[\]#|~!$])")


def plain(text: str) -> str:
    """Return a text that Markdown shows to the letter."""
    return ACTIVE.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def markdown(report: Report, changes: Changes | None = None) -> str:
    """Return the whole report."""
    return "\n".join(_lines(report, changes)) + "\n"


def _lines(report: Report, changes: Changes | None) -> Iterator[str]:
    def words(name: str) -> str:
        return said(REPORT[name], report.language)

    yield from (f"# {plain(report.title)}", "", dated(report), "", f"*{words('informs')}*", "")
    if report.strange:
        yield from (plain(words("strange").format(names=", ".join(report.strange))), "")
    yield from (f"## {words('missing')}", "", missing_line(report), "")
    yield from (f"- **{plain(gap.text)}** {plain(gap.why)}" for gap in report.missing)
    yield from ("", f"## {words('actions')}", "")
    if not report.actions:
        yield words("actions_none")
    yield from (
        f"{n}. **{plain(one.do)}** {plain(one.finds)} {_links(one.citations)}"
        for n, one in enumerate(report.actions, 1)
    )
    yield from ("", f"## {words('evaluations')}", "")
    yield from _table((words("evaluation"), words("level"), words("why")), (_level(p, report) for p in report.project))
    if changes is not None:
        yield from ("", *_changes(changes, report.language))
    yield from ("", f"## {words('conclusions')}", "")
    for part in report.axes:
        yield from _axis(part, report.language)
    yield from _figures(report)
    yield from ("", f"## {words('inaction')}", "")
    yield from (f"- {_quoted(one, report.language)} {_links([one])}" for one in report.inaction)
    yield from ("", f"## {words('answers')}", "")
    rows = ((a.text, a.answer or words("not_known")) for a in report.answered)
    yield from _table((words("question"), words("answer")), rows)
    yield from ("", f"## {words('sources')}", "")
    for one in report.sources:
        yield f"{one.marker}. {plain(place(one, report.language))}. {_quoted(one, report.language)}"
    yield from ("", f"### {words('facts_list')}", "")
    yield from (_fact(fact, report.language) for fact in report.facts)


def _fact(fact: Fact, language: str) -> str:
    address = f" <{fact.url}>" if fact.url else ""
    return f"- `{fact.id}`: {plain(fact.said[language])} {plain(origin(fact, language))}{address}"


def _level(part: Part, report: Report) -> tuple[str, ...]:
    return part.title, said(LEVELS[part.level], report.language), part.why


def _axis(part: Part, language: str) -> Iterator[str]:
    yield from (f"### {plain(part.title)}", "", f"{said(LEVELS[part.level], language)}.", "")
    if not part.conclusions:
        yield said(REPORT["conclusions_none"], language)
    for one in part.conclusions:
        severity = said(SEVERITIES[one.severity], language)
        yield f"- **{severity}.** {plain(one.text)} {_links(one.citations)}"
    yield ""


def _figures(report: Report) -> Iterator[str]:
    def words(name: str) -> str:
        return said(REPORT[name], report.language)

    yield from (f"## {words('figures')}", "", words("figures_intro"), "")
    rows = (
        (f.name, value(f, report), " ".join(filter(None, (f.formula, f.note))), ", ".join(f.facts))
        for f in report.figures
    )
    yield from _table((words("figure"), words("value"), words("formula"), words("facts")), rows)
    yield ""
    yield from (f"- {plain(note)}" for note in report.notes)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(plain, row))} |"


def _changes(changes: Changes, language: str) -> Iterator[str]:
    def words(name: str) -> str:
        return said(REPORT[name], language)

    yield from (f"## {words('changes')}", "")
    if not changes.any:
        yield from (words("changes_none"), "")
    for title, what, rows in (
        ("changed_levels", "evaluation", changes.levels),
        ("changed_answers", "question", changes.answers),
        ("changed_figures", "figure", changes.figures),
    ):
        if rows:
            yield from (f"### {words(title)}", "")
            yield from _table((words(what), words("before"), words("after")), map(_row, rows))
            yield ""
    for title, ones in (("settled", changes.settled), ("appeared", changes.appeared)):
        if ones:
            yield from (f"### {words(title)}", "", *map(_point, ones), "")


def _row(change: Change) -> tuple[str, str, str]:
    return change.name, change.before, change.after


def _point(one: Conclusion) -> str:
    return f"- {plain(one.finds)}"


def _links(citations: Iterable[Citation]) -> str:
    return " ".join(f"[{one.marker}]" for one in citations)


def _quoted(one: Citation, language: str) -> str:
    return f"{said(REPORT['quote_open'], language)}{plain(one.quote)}{said(REPORT['quote_shut'], language)}"
