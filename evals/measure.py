"""Turn outcomes into figures: each metric is a function of one outcome, None where it says nothing.

Knows nothing of files or of the assistant's parts. Intervals are bootstraps over questions, 95 %.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answer import Evidence
from evals.questions import Question
from evals.run import SIDES, Outcome
from evals.sheets import says

RESAMPLES = 1000
SEED = 5
Metric = Callable[[Outcome], float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean, its 95 % interval and how many questions it rests on; NaN when there are none."""

    value: float
    low: float
    high: float
    count: int


def gold_sections(question: Question) -> set[tuple[str, str]]:
    """Return the (document, heading) that answer."""
    return {(g.sheet, g.section.split(" > ")[-1]) for g in question.gold}


def is_gold(question: Question, evidence: Evidence) -> bool:
    """Return whether a sentence is one of those that answer, or holds or is held by one of the same sheet."""
    return any(
        g.sheet == evidence.passage.document and (g.sentence in evidence.text or evidence.text in g.sentence)
        for g in question.gold
    )


def _first(outcome: Outcome, side: str) -> int | None:
    """Return the place, from 0, of the first section that answers; None when it is not found."""
    wanted = gold_sections(outcome.question)
    return next((i for i, s in enumerate(outcome.rankings.get(side, ())) if s in wanted), None)


def recall(side: str, k: int) -> Metric:
    """Return: is a section that answers among the first k?"""

    def metric(outcome: Outcome) -> float | None:
        place = _first(outcome, side)
        return float(place is not None and place < k) if outcome.question.answerable else None

    return metric


def reciprocal_rank(side: str) -> Metric:
    """Return MRR@10's term."""

    def metric(outcome: Outcome) -> float | None:
        place = _first(outcome, side)
        return (1 / (place + 1) if place is not None else 0.0) if outcome.question.answerable else None

    return metric


def ndcg(side: str) -> Metric:
    """Return nDCG@10, every section that answers worth the same."""

    def metric(outcome: Outcome) -> float | None:
        wanted = gold_sections(outcome.question)
        if not wanted:
            return None
        found = outcome.rankings.get(side, ())[:10]
        gain = sum(1 / math.log2(i + 2) for i, s in enumerate(found) if s in wanted)
        return gain / sum(1 / math.log2(i + 2) for i in range(min(10, len(wanted))))

    return metric


def evidence_hit(k: int) -> Metric:
    """Return: is a sentence that answers among the reader's first k, refused or not?"""

    def metric(outcome: Outcome) -> float | None:
        question = outcome.question
        return float(any(is_gold(question, e) for e in outcome.ranked[:k])) if question.answerable else None

    return metric


def said(outcome: Outcome) -> float | None:
    """Return: of an answer to an answerable question, is all said that must be?"""
    if outcome.refused or not outcome.question.answerable:
        return None
    spoken = " ".join(s.text for s in outcome.answer.sentences)
    return float(all(any(says(spoken, word) for word in one) for one in outcome.question.must_say))


def wrong_said(outcome: Outcome) -> float | None:
    """Return: was a false claim made, where the question names some?"""
    if not outcome.question.must_not_say:
        return None
    spoken = " ".join(s.text for s in outcome.answer.sentences) if not outcome.refused else ""
    return float(any(says(spoken, claim) for claim in outcome.question.must_not_say))


def resolved(outcome: Outcome) -> float | None:
    """Return the share of citations whose span is the quote."""
    count = len(outcome.answer.citations)
    return 1 - outcome.unresolved / count if count else None


def cited_right(outcome: Outcome) -> float | None:
    """Return the share of citations that point to a section that answers."""
    citations = outcome.answer.citations
    if not citations or not outcome.question.answerable:
        return None
    wanted = gold_sections(outcome.question)
    return sum((c.document, c.section.split(" > ")[-1]) in wanted for c in citations) / len(citations)


def language_right(outcome: Outcome) -> float | None:
    """Return: is the answer in the language of the question?"""
    return float(outcome.answer.language == outcome.question.language)


def right_refusal(outcome: Outcome) -> float | None:
    """Return: was a question without an answer refused?"""
    return None if outcome.question.answerable else float(outcome.refused)


def wrong_refusal(outcome: Outcome) -> float | None:
    """Return: was a question with an answer refused?"""
    return float(outcome.refused) if outcome.question.answerable else None


def not_refused(outcome: Outcome) -> float | None:
    """Return: was a question with an answer answered? The same as wrong_refusal, for floors: more is better."""
    return float(not outcome.refused) if outcome.question.answerable else None


def answered_right(outcome: Outcome) -> float | None:
    """Return: of all answerable questions, was it answered, all said, nothing false, a right section cited?"""
    if not outcome.question.answerable:
        return None
    good = said(outcome) == 1 and not wrong_said(outcome) and (cited_right(outcome) or 0) > 0
    return float(good)


def good_end(outcome: Outcome) -> float | None:
    """Return: answered right, or rightly refused?"""
    return answered_right(outcome) if outcome.question.answerable else right_refusal(outcome)


METRICS: dict[str, Metric] = {
    "evidence_hit@1": evidence_hit(1),
    "evidence_hit@3": evidence_hit(3),
    "must_say": said,
    "must_not_say": wrong_said,
    "citations_resolve": resolved,
    "citations_right": cited_right,
    "language_right": language_right,
    "right_refusals": right_refusal,
    "wrong_refusals": wrong_refusal,
    "not_refused": not_refused,
    "answered_right": answered_right,
    "good_end": good_end,
}
for _side in SIDES:
    METRICS |= {
        f"{_side}_recall@1": recall(_side, 1),
        f"{_side}_recall@5": recall(_side, 5),
        f"{_side}_mrr@10": reciprocal_rank(_side),
        f"{_side}_ndcg@10": ndcg(_side),
    }


def figure(values: Iterable[float | None]) -> Figure:
    """Return the mean of the values that are not None, and its bootstrap interval."""
    kept = np.array([v for v in values if v is not None], float)
    if not len(kept):
        return Figure(math.nan, math.nan, math.nan, 0)
    draws = np.random.default_rng(SEED).integers(0, len(kept), (RESAMPLES, len(kept)))
    low, high = np.quantile(kept[draws].mean(axis=1), [0.025, 0.975])
    return Figure(float(kept.mean()), float(low), float(high), len(kept))


def groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Return name -> outcomes: all, each language, each kind."""
    found = {"all": list(outcomes)}
    for language in ("fr", "en"):
        found[language] = [o for o in outcomes if o.question.language == language]
    for kind in sorted({o.question.kind for o in outcomes}):
        found[kind] = [o for o in outcomes if o.question.kind == kind]
    return {name: rows for name, rows in found.items() if rows}


def figures(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Figure]]:
    """Return group -> metric -> figure; a metric that says nothing of a group is left out."""
    found: dict[str, dict[str, Figure]] = {}
    for name, rows in groups(outcomes).items():
        measured = {metric: figure([of(o) for o in rows]) for metric, of in METRICS.items()}
        found[name] = {metric: f for metric, f in measured.items() if f.count}
    return found


def risk_coverage(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Return (coverage, risk) as less sure answers are let through: the share answered, the share of those not right.

    Judged by the best sentence alone, so that the curve does not end where the thresholds are.
    """
    rows = sorted((o for o in outcomes if o.ranked), key=lambda o: -o.confidence)
    wrong, found = 0, []
    for number, outcome in enumerate(rows, 1):
        wrong += not any(is_gold(outcome.question, e) for e in outcome.ranked[:3])
        found.append((number / len(outcomes), wrong / number))
    return found


def refusal_curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Return (wrong refusals, right refusals) for every threshold on the confidence."""
    with_answer = np.sort([o.confidence for o in outcomes if o.question.answerable])
    without = np.sort([o.confidence for o in outcomes if not o.question.answerable])
    if not len(with_answer) or not len(without):
        return []
    cuts = np.unique(np.concatenate([with_answer, without]))
    wrong = np.searchsorted(with_answer, cuts) / len(with_answer)
    right = np.searchsorted(without, cuts) / len(without)
    return [(float(a), float(b)) for a, b in zip(wrong, right, strict=True)] + [(1.0, 1.0)]
