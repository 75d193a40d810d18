"""Make the report of an assessment: answers in, one frozen report out, in French or English.

Knows nothing of files, HTML or pages. The JSON is the contract's.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from assistant.answer import Citation
from assistant.assess.answers import Answers, filled, shown
from assistant.assess.bands import number
from assistant.assess.cite import Corpus
from assistant.assess.conclusions import Verdict, conclude, gaps, next_actions, verdict
from assistant.assess.conditions import UNKNOWN, Values, assumed
from assistant.assess.facts import Fact, Facts
from assistant.assess.figures import Figure, figures, notes
from assistant.assess.questions import Assessment, Question, Rule, Words
from assistant.assess.words import REPORT, UNITS, said

# The cost of inaction, told with its disagreement: sentences of the sheet, in this order.
INACTION = (
    "cost-of-inaction/ademe-inaction-260", "cost-of-inaction/cour-des-comptes-inaction",
    "cost-of-inaction/gov-inaction-older", "cost-of-inaction/natural-disasters-2024-world",
    "cost-of-inaction/ademe-inaction-underestimated",
)  # fmt: skip
CLAIM = ("cost-of-inaction/seed-inaction-300#2", "cost-of-inaction/seed-inaction-300#3")  # what is claimed, its status


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a rule says of the answers, with its sources."""

    rule: str
    severity: str
    finds: str
    do: str
    citations: tuple[Citation, ...]

    @property
    def text(self) -> str:
        """The whole conclusion."""
        return f"{self.finds} {self.do}"


@dataclass(frozen=True, slots=True)
class Part:
    """An axis, or one of the four evaluations, with its level."""

    id: str
    title: str
    level: str
    why: str
    conclusions: tuple[Conclusion, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """An answer that is missing, and why it matters."""

    id: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question as it was asked, and the answer in words; None when nobody knows."""

    id: str
    axis: str
    text: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says, in one language."""

    date: str
    language: str
    title: str
    version: str
    missing: tuple[Gap, ...]
    actions: tuple[Conclusion, ...]
    project: tuple[Part, ...]
    axes: tuple[Part, ...]
    figures: tuple[Figure, ...]
    needs: Mapping[str, str]  # question id -> its words, for the figures that lack it
    notes: tuple[str, ...]
    inaction: tuple[Citation, ...]
    answered: tuple[Answered, ...]
    sources: tuple[Citation, ...]
    facts: tuple[Fact, ...]
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessor:
    """Everything that a report needs and that does not change from one project to the next."""

    assessment: Assessment
    facts: Facts
    corpus: Corpus
    euros_per_tonne: float = 200.0

    def report(self, answers: Answers, language: str, day: date, strange: tuple[str, ...] = ()) -> Report:
        """Return the report of checked answers."""
        return _Maker(self, filled(self.assessment, answers), language).report(day, strange)


@dataclass(slots=True)
class _Maker:
    """Makes one report; numbers its sources as they come."""

    given: Assessor
    values: Values
    language: str
    sources: dict[tuple[str, int], Citation] = field(default_factory=dict)

    def words(self, key: str, /, **values: object) -> str:
        return said(REPORT[key], self.language).format(**values)

    def cited(self, key: str) -> Citation:
        """Return the citation of a key; the same sentence keeps its number."""
        found = self.given.corpus.cite(key, self.language, len(self.sources) + 1)
        return self.sources.setdefault((found.document, found.start), found)

    def conclusion(self, rule: Rule) -> Conclusion:
        sources = tuple(dict.fromkeys(self.cited(key) for key in rule.sources))
        return Conclusion(rule.id, rule.severity, self.finds(rule), rule.do[self.language], sources)

    def finds(self, rule: Rule) -> str:
        """Return what a rule finds; where an answer is missing, as a supposition and not as a finding."""
        finds = rule.finds[self.language]
        names = [name for name in assumed(rule.when, self.values) if name in self.given.assessment.ids]
        if not names:
            return finds
        asked = self.given.assessment.question(names[0]).text[self.language].rstrip("?\u00a0 ")
        lowered = finds if finds[1:2].isupper() else finds[0].lower() + finds[1:]
        return self.words("assumed", question=asked, finds=lowered)

    def part(self, name: str, title: Words, rules: list[Rule], made: Mapping[str, Conclusion], field_of: str) -> Part:
        """Return an axis, or an evaluation: `field_of` says which of the two a question or a rule belongs to."""
        came = verdict(self.given.assessment, self.values, rules, lambda one: getattr(one, field_of) == name)
        conclusions = tuple(made[rule.id] for rule in came.rules)
        return Part(name, title[self.language], came.level, self.why(came), conclusions)

    def why(self, came: Verdict) -> str:
        """Say why a level came out: the points that decide it, and what is missing."""
        if came.level == "unknown":
            return self.words("why_unknown", n=came.gaps, of=came.asked)
        heavy = [rule for rule in came.rules if rule.severity == came.rules[0].severity != "good_practice"]
        lines = [self.finds(rule) for rule in heavy[:2]]
        if len(heavy) > 2:
            lines.append(self.words("why_more", n=len(heavy) - 2))
        if came.gaps:
            lines.append(self.words("why_gaps", n=came.gaps, of=came.asked))
        return " ".join(lines or [self.words("why_ready")])

    def report(self, day: date, strange: tuple[str, ...]) -> Report:
        """Put everything together; the order of the calls is the order of the numbers of the sources."""
        assessment, language = self.given.assessment, self.language
        rules = conclude(assessment, self.values)
        made = {rule.id: self.conclusion(rule) for rule in rules}
        axes = [self.part(name, said_as, rules, made, "axis") for name, said_as in assessment.axes.items()]
        project = [
            self.part(name, said_as, rules, made, "evaluates") for name, said_as in assessment.evaluations.items()
        ]
        rows = figures(self.values, self.given.facts, language, self.given.euros_per_tonne)
        named = dict.fromkeys(fact for row in rows for fact in row.facts)
        name = self.values.get("project_name", UNKNOWN)
        return Report(
            date=day.isoformat(), language=language, version=assessment.dated, strange=strange,
            title=self.words("title_unnamed") if name == UNKNOWN else self.words("title", name=name),
            missing=tuple(self.gap(question) for question in gaps(assessment, self.values)),
            actions=tuple(made[rule.id] for rule in next_actions(rules)),
            project=tuple(project), axes=tuple(axes), figures=tuple(rows),
            needs={q.id: q.text[language] for q in assessment.questions if any(q.id in row.needs for row in rows)},
            notes=tuple(notes(self.values, language)),
            inaction=tuple(self.cited(key) for key in (*CLAIM, *INACTION)),
            answered=tuple(self.answered(q) for q in assessment.questions if q.id in self.values),
            sources=tuple(self.sources.values()), facts=tuple(self.given.facts[fact] for fact in named),
        )  # fmt: skip

    def gap(self, question: Question) -> Gap:
        return Gap(question.id, question.text[self.language], question.why[self.language])

    def answered(self, question: Question) -> Answered:
        value = self.values[question.id]
        answer = shown(question, value, self.language)
        if isinstance(value, float) and question.unit:
            answer = f"{number(value, self.language, 9)}\u00a0{said(UNITS[question.unit], self.language)}"
        return Answered(question.id, question.axis, question.text[self.language], answer)


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as the contract writes it; a figure that cannot be computed stays null."""
    return {
        "date": report.date,
        "language": report.language,
        "title": report.title,
        "axes": [
            {"id": p.id, "title": p.title, "level": p.level, "conclusions": [_conclusion(c) for c in p.conclusions]}
            for p in report.axes
        ],
        "project": [{"id": p.id, "title": p.title, "level": p.level, "why": p.why} for p in report.project],
        "figures": [_figure(figure, report) for figure in report.figures],
        "missing": [{"id": gap.id, "text": gap.text, "why_it_matters": gap.why} for gap in report.missing],
        "actions": [{"rule": c.rule, "text": c.do, "severity": c.severity} for c in report.actions],
        "answered": [asdict(answered) for answered in report.answered],
        "notes": list(report.notes),
        "inaction": [asdict(citation) for citation in report.inaction],
        "sources": [asdict(citation) for citation in report.sources],
        "version": report.version,
        "ignored": list(report.strange),
    }


def _conclusion(one: Conclusion) -> dict[str, Any]:
    return {
        "id": one.rule, "text": one.text, "severity": one.severity, "citations": [asdict(c) for c in one.citations]
    }  # fmt: skip


def _figure(figure: Figure, report: Report) -> dict[str, Any]:
    band = figure.band
    formula = figure.formula
    if band is None:
        between = said(REPORT["and"], report.language)
        formula = said(REPORT["cannot"], report.language).format(
            needs=between.join(report.needs[name] for name in figure.needs)
        )
    return {
        "id": figure.id,
        "name": figure.name,
        "value": None if band is None else float(f"{band.value:.6g}"),
        "low": None if band is None else float(f"{band.low:.6g}"),
        "high": None if band is None else float(f"{band.high:.6g}"),
        "unit": figure.unit,
        "facts": list(figure.facts),
        "formula": formula,
        "needs": list(figure.needs),
        "note": figure.note,
    }
