"""The conditions of the questionnaire: lines on answers that must all hold, in one block or another.

Knows nothing of questions, rules or languages.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"  # "I don't know", and a question that was asked and left empty
Value = str | float
Values = Mapping[str, Value]  # the answers to the questions that were asked, by question id

NUMBER = re.compile(r"(more than|at most) (\d+(?:\.\d+)?)")


class ConditionBroken(Exception):
    """A line that is none of the forms of a condition; the text says which."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one answer must be: one of `among`, or a number above `low` and up to `high`."""

    question: str
    among: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None

    @property
    def numeric(self) -> bool:
        """Whether the line asks for a number."""
        return self.low is not None

    def holds(self, values: Values) -> bool:
        """Tell whether it holds; never for a question that was not asked."""
        value = values.get(self.question)
        if isinstance(value, float | int) and self.low is not None and self.high is not None:
            return self.low < value <= self.high
        return value in self.among

    def excludes(self, other: "Line") -> bool:
        """Tell whether no answer can satisfy both."""
        if self.question != other.question:
            return False
        if self.low is not None and other.low is not None and self.high is not None and other.high is not None:
            return max(self.low, other.low) >= min(self.high, other.high)
        return not self.among & other.among


Block = tuple[Line, ...]
Condition = tuple[Block, ...]  # () holds always


def read_condition(raw: Any) -> Condition:
    """Read a block, or a list of blocks; raises ConditionBroken."""
    if raw is None:
        return ()
    blocks = raw if isinstance(raw, list) else [raw]
    if not blocks or not all(isinstance(block, dict) and block for block in blocks):
        raise ConditionBroken(str(raw))
    return tuple(tuple(_line(str(name), said) for name, said in block.items()) for block in blocks)


def _line(question: str, said: Any) -> Line:
    if isinstance(said, list) and said and all(isinstance(one, str) for one in said):
        return Line(question, frozenset(said))
    found = NUMBER.fullmatch(said) if isinstance(said, str) else None
    if not found:
        raise ConditionBroken(f"{question}: {said}")
    limit = float(found[2])
    if found[1] == "more than":
        return Line(question, low=limit, high=float("inf"))
    return Line(question, low=float("-inf"), high=limit)


def holds(condition: Condition, values: Values) -> bool:
    """Tell whether one block of the condition holds."""
    return not condition or any(all(line.holds(values) for line in block) for block in condition)


def assumed(condition: Condition, values: Values) -> list[str]:
    """Return the questions whose missing answer is taken like a known one: the words of the rule assume the worst."""
    block = next(block for block in condition if all(line.holds(values) for line in block))
    return [line.question for line in block if values[line.question] == UNKNOWN and len(line.among) > 1]


def never_together(one: Condition, other: Condition) -> bool:
    """Tell whether no answers at all satisfy both: every block of one has a line that excludes one of the other's."""
    if not one or not other:
        return False
    return all(any(a.excludes(b) for a in left for b in right) for left in one for right in other)


def questions_of(condition: Condition) -> set[str]:
    """Return the ids of the questions a condition looks at."""
    return {line.question for block in condition for line in block}


def lines_of(condition: Condition) -> Iterable[Line]:
    """Yield every line."""
    return (line for block in condition for line in block)
