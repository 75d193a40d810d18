"""From filled answers to conclusions, levels, gaps and next actions.

Knows nothing of languages or layouts: it returns rules and questions of the questionnaire.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.assess.conditions import UNKNOWN, Values, holds
from assistant.assess.questions import SEVERITIES, Assessment, Question, Rule

ACTIONS = 3
LEVEL_OF = {"blocking": "blocked", "before_pilot": "not_ready", "before_production": "pilot"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a part of the project (an axis, an evaluation) came to."""

    level: str  # "blocked" | "not_ready" | "pilot" | "ready" | "unknown"
    rules: tuple[Rule, ...]  # the weightiest first
    gaps: int
    asked: int


def conclude(assessment: Assessment, values: Values) -> list[Rule]:
    """Return the rules that hold, the weightiest first, then in the order of the file."""
    found = [rule for rule in assessment.rules if holds(rule.when, values)]
    return sorted(found, key=lambda rule: SEVERITIES.index(rule.severity))


def gaps(assessment: Assessment, values: Values) -> list[Question]:
    """Return the questions that were asked and have no answer; a text left empty is none."""
    return [q for q in assessment.questions if values.get(q.id) == UNKNOWN and q.kind != "text"]


def verdict(
    assessment: Assessment, values: Values, rules: Sequence[Rule], belongs: Callable[[Question | Rule], bool]
) -> Verdict:
    """Return the level of the part that `belongs` picks: its weightiest rule, or unknown when half is missing.

    What is missing never makes a part look better: with any gap, it is at most ready for a pilot.
    """
    own = tuple(rule for rule in rules if belongs(rule))
    asked = [q for q in assessment.questions if q.id in values and q.kind != "text" and belongs(q)]
    missing = sum(values[q.id] == UNKNOWN for q in asked)
    level = LEVEL_OF.get(own[0].severity, "ready") if own else "ready"
    if missing and level == "ready":
        level = "pilot"
    if level != "blocked" and asked and 2 * missing >= len(asked):
        level = "unknown"
    return Verdict(level, own, missing, len(asked))


def next_actions(rules: Sequence[Rule]) -> list[Rule]:
    """Return the three weightiest things to do, each about another axis where the weight is the same."""
    chosen: list[Rule] = []
    waiting = [rule for rule in rules if rule.severity != "good_practice"] or list(rules)
    while waiting and len(chosen) < ACTIONS:
        weight = waiting[0].severity
        level = [rule for rule in waiting if rule.severity == weight]
        axes = {rule.axis for rule in chosen}
        best = next((rule for rule in level if rule.axis not in axes), level[0])
        chosen.append(best)
        waiting.remove(best)
    return chosen
