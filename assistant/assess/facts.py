"""The facts a figure rests on: their numbers, who says them, and how sure they are; read from corpus/facts.yaml.

Knows nothing of answers. A number stands in the fact base alone, never in the code that uses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import FactsBroken


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with its numbers, in the order of its `value`; `said` holds "fr" and "en"."""

    id: str
    numbers: tuple[float, ...]
    said: Mapping[str, str]
    publisher: str
    title: str
    year: int | None
    url: str | None
    confidence: str
    claim: bool  # a claim of the original slides: told with its status, never as ours


Facts = Mapping[str, Fact]


def read_facts(file: Path) -> dict[str, Fact]:
    """Return the facts by id; raises FactsBroken."""
    try:
        rows = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {row["id"]: _fact(row) for row in rows}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise FactsBroken(file=file, found=str(error).splitlines()[0]) from error


def _fact(row: dict[str, object]) -> Fact:
    value, source = row.get("value"), row["source"]
    if not isinstance(source, dict):
        raise TypeError(f"source: {row['id']}")
    given = value if isinstance(value, list) else [value]
    numbers = tuple(float(n) for n in given if isinstance(n, int | float) and not isinstance(n, bool))
    year = row.get("year") or source.get("year")
    return Fact(
        str(row["id"]), numbers, {"fr": str(row["statement_fr"]), "en": str(row["statement_en"])},
        str(source.get("publisher") or ""), str(source.get("title") or ""), int(str(year)) if year else None,
        source.get("url"), str(row["confidence"]), row.get("seed_claim") is True,
    )  # fmt: skip
