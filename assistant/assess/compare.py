"""Compare two reports of one project: which answers, levels, conclusions and figures changed.

Both reports are made in one language, by one questionnaire; knows nothing of files or layouts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assistant.assess.bands import ranged
from assistant.assess.figures import Figure
from assistant.assess.report import Conclusion, Report
from assistant.assess.words import LEVELS, REPORT, said


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; `before` and `after` are words."""

    id: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from an earlier report to a later one."""

    answers: tuple[Change, ...]
    levels: tuple[Change, ...]
    figures: tuple[Change, ...]
    settled: tuple[Conclusion, ...]  # to settle before, no longer; good practice apart
    appeared: tuple[Conclusion, ...]  # to settle now, not before

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.answers or self.levels or self.figures or self.settled or self.appeared)


def compare(before: Report, after: Report) -> Changes:
    """Return what changed."""
    old, new = _conclusions(before), _conclusions(after)
    return Changes(
        answers=tuple(_answers(before, after)),
        levels=tuple(_levels(before, after)),
        figures=tuple(_figures(before, after)),
        settled=tuple(one for name, one in old.items() if name not in new),
        appeared=tuple(one for name, one in new.items() if name not in old),
    )


def _conclusions(report: Report) -> dict[str, Conclusion]:
    return {one.rule: one for part in report.axes for one in part.conclusions if one.severity != "good_practice"}


def _answers(before: Report, after: Report) -> Iterable[Change]:
    words, unasked = said(REPORT["not_known"], after.language), said(REPORT["not_asked"], after.language)
    old = {one.id: one for one in before.answered}
    new = {one.id: one for one in after.answered}
    for name in dict.fromkeys((*new, *old)):
        left = (old[name].answer or words) if name in old else unasked
        right = (new[name].answer or words) if name in new else unasked
        if left != right:
            yield Change(name, (new.get(name) or old[name]).text, left, right)


def _levels(before: Report, after: Report) -> Iterable[Change]:
    old = {part.id: part.level for part in before.project}
    for part in after.project:
        if part.level != old[part.id]:
            left, right = (said(LEVELS[level], after.language) for level in (old[part.id], part.level))
            yield Change(part.id, part.title, left, right)


def _figures(before: Report, after: Report) -> Iterable[Change]:
    old = {figure.id: figure for figure in before.figures}
    for figure in after.figures:
        left, right = _shown(old.get(figure.id), after.language), _shown(figure, after.language)
        if left != right:
            yield Change(figure.id, figure.name, left, right)


def _shown(figure: Figure | None, language: str) -> str:
    if figure is None or figure.band is None:
        return "–"
    return f"{ranged(figure.band, language)}\u00a0{figure.unit}"


def changes_json(changes: Changes) -> dict[str, Any]:
    """Return the changes for scripts."""
    rows = {"answers": changes.answers, "levels": changes.levels, "figures": changes.figures}
    said_by = {"settled": changes.settled, "appeared": changes.appeared}
    return {
        **{name: [{"id": c.id, "name": c.name, "before": c.before, "after": c.after} for c in row] for name, row in rows.items()},
        **{name: [{"id": c.rule, "text": c.text, "severity": c.severity} for c in row] for name, row in said_by.items()},
    }  # fmt: skip
