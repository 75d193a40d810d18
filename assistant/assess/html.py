"""The report as HTML: one file that prints well on A4, and the same body for the page.

Every text is escaped here. Knows nothing of Markdown or of what serves the page.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from assistant.answer import Citation
from assistant.assess.compare import Change, Changes
from assistant.assess.layout import dated, missing_line, origin, place, value
from assistant.assess.report import Conclusion, Part, Report
from assistant.assess.words import LEVELS, REPORT, SEVERITIES, said

STYLE = Path(__file__).parent / "report.css"


def html_file(report: Report, changes: Changes | None = None) -> str:
    """Return the report as one file that needs nothing else."""
    return (
        f'<!doctype html>\n<html lang="{report.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>\n{STYLE.read_text('utf-8')}</style>\n</head>\n<body>\n"
        f"<main>\n{body(report, changes)}\n</main>\n</body>\n</html>\n"
    )


def body(report: Report, changes: Changes | None = None, *, inside: bool = False) -> str:
    """Return the report as the content of an element; citations link to sources in the same element.

    `inside` a page that has a heading of its own: headings go down one level, sources start shut.
    """
    made = _Body(report, inside)
    parts = [made.head(), made.missing(), made.actions(), made.evaluations()]
    parts += [made.changes(changes)] if changes else []
    parts += [made.axes(), made.figures(), made.inaction(), made.answers(), made.sources()]
    return "\n".join(filter(None, parts))


class _Body:
    """Writes one report."""

    def __init__(self, report: Report, inside: bool) -> None:
        self.report, self.language = report, report.language
        self.h1, self.h2, self.h3 = ("h2", "h3", "h4") if inside else ("h1", "h2", "h3")
        self.open = "" if inside else " open"

    def words(self, key: str, /, **values: object) -> str:
        return escape(said(REPORT[key], self.language).format(**values))

    def section(self, title: str, content: str, kind: str = "") -> str:
        named = f' class="{kind}"' if kind else ""
        return f"<section{named}>\n<{self.h2}>{self.words(title)}</{self.h2}>\n{content}\n</section>"

    def head(self) -> str:
        strange = ""
        if self.report.strange:
            strange = f'<p class="strange">{self.words("strange", names=", ".join(self.report.strange))}</p>'
        return (
            f'<header>\n<{self.h1} class="title">{escape(self.report.title)}</{self.h1}>\n<p>{escape(dated(self.report))}</p>\n'
            f'<p class="note">{self.words("informs")}</p>{strange}\n</header>'
        )

    def missing(self) -> str:
        rows = (f"<li><strong>{escape(gap.text)}</strong> {escape(gap.why)}</li>" for gap in self.report.missing)
        return self.section("missing", f"<p>{escape(missing_line(self.report))}</p>{_listed('ul', rows)}", "missing")

    def actions(self) -> str:
        rows = [
            f'<li><strong>{escape(one.do)}</strong> <span class="note">{escape(one.finds)}</span> {self.links(one.citations)}</li>'
            for one in self.report.actions
        ]
        return self.section("actions", _listed("ol", rows) or f"<p>{self.words('actions_none')}</p>", "actions")

    def evaluations(self) -> str:
        head = map(self.words, ("evaluation", "level", "why"))
        rows = ((escape(p.title), self.level(p), escape(p.why)) for p in self.report.project)
        return self.section("evaluations", _table("evaluations", head, rows))

    def level(self, part: Part) -> str:
        return f'<span class="level {part.level}">{escape(said(LEVELS[part.level], self.language))}</span>'

    def axes(self) -> str:
        return self.section("conclusions", "\n".join(map(self.axis, self.report.axes)))

    def axis(self, part: Part) -> str:
        rows = [
            f'<li class="{one.severity}"><span class="severity">{escape(said(SEVERITIES[one.severity], self.language))}'
            f"</span> {escape(one.finds)} <strong>{escape(one.do)}</strong> {self.links(one.citations)}</li>"
            for one in part.conclusions
        ]
        content = _listed("ul", rows) or f"<p>{self.words('conclusions_none')}</p>"
        return f'<{self.h3}>{escape(part.title)}</{self.h3}><p class="verdict">{self.level(part)}</p>{content}'

    def figures(self) -> str:
        numbers = {fact.id: n for n, fact in enumerate(self.report.facts, 1)}
        head = map(self.words, ("figure", "value", "formula"))
        rows = []
        for figure in self.report.figures:
            marks = " ".join(f'<a class="cite" href="#af{numbers[f]}">[F{numbers[f]}]</a>' for f in figure.facts)
            note = f'<br><span class="note">{escape(figure.note)}</span>' if figure.note else ""
            shown = f'<span class="{"value" if figure.band else "cannot"}">{escape(value(figure, self.report))}</span>'
            rows.append((escape(figure.name), shown, f"{escape(figure.formula)} {marks}{note}"))
        listed = _listed("ul", (f"<li>{escape(note)}</li>" for note in self.report.notes))
        intro = f'<p class="note">{self.words("figures_intro")}</p>'
        return self.section("figures", intro + _table("figures", head, rows) + listed)

    def inaction(self) -> str:
        rows = (f"<li>{self.quoted(one)} {self.links([one])}</li>" for one in self.report.inaction)
        return self.section("inaction", _listed("ul", rows))

    def answers(self) -> str:
        head = map(self.words, ("question", "answer"))
        unknown = f"<em>{self.words('not_known')}</em>"
        rows = ((escape(a.text), escape(a.answer) if a.answer else unknown) for a in self.report.answered)
        return self.section("answers", _table("answers", head, rows))

    def sources(self) -> str:
        sheets = "".join(
            f'<details class="src" id="as{one.marker}"{self.open}><summary>[{one.marker}] '
            f"{escape(place(one, self.language))}</summary><blockquote>{self.quoted(one)}</blockquote></details>"
            for one in self.report.sources
        )
        facts = "".join(
            f'<details class="src" id="af{n}"{self.open}><summary>[F{n}] {escape(origin(fact, self.language))}</summary>'
            f"<p>{escape(fact.said[self.language])}{f' <br>{escape(fact.url)}' if fact.url else ''}</p></details>"
            for n, fact in enumerate(self.report.facts, 1)
        )
        return self.section("sources", f"{sheets}<{self.h3}>{self.words('facts_list')}</{self.h3}>{facts}", "sources")

    def changes(self, changes: Changes) -> str:
        parts = []
        for title, what, rows in (
            ("changed_levels", "evaluation", changes.levels),
            ("changed_answers", "question", changes.answers),
            ("changed_figures", "figure", changes.figures),
        ):
            if rows:
                parts.append(f"<{self.h3}>{self.words(title)}</{self.h3}>{self.changed(what, rows)}")
        for title, ones in (("settled", changes.settled), ("appeared", changes.appeared)):
            if ones:
                parts.append(f"<{self.h3}>{self.words(title)}</{self.h3}>{_listed('ul', map(_point, ones))}")
        return self.section("changes", "".join(parts) or f"<p>{self.words('changes_none')}</p>", "changes")

    def changed(self, what: str, rows: Iterable[Change]) -> str:
        head = (self.words(what), self.words("before"), self.words("after"))
        return _table("changed", head, ((escape(c.name), escape(c.before), escape(c.after)) for c in rows))

    def links(self, citations: Iterable[Citation]) -> str:
        return " ".join(f'<a class="cite" href="#as{one.marker}">[{one.marker}]</a>' for one in citations)

    def quoted(self, one: Citation) -> str:
        return f"{self.words('quote_open')}{escape(one.quote)}{self.words('quote_shut')}"


def _point(one: Conclusion) -> str:
    return f"<li>{escape(one.finds)}</li>"


def _listed(tag: str, rows: Iterable[str]) -> str:
    items = "".join(rows)
    return f"<{tag}>{items}</{tag}>" if items else ""


def _table(name: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; its cells are HTML already, and the first of a row is its heading."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = []
    for row in rows:
        first, *rest = row
        lines.append(f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>')
    return f'<table class="{name}"><thead><tr>{top}</tr></thead><tbody>{"".join(lines)}</tbody></table>'
