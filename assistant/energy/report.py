"""Totals by day and account, as rows, CSV or a drawing; of what was kept, never more.

Knows nothing of files or of the page.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.energy.footprint import watt_hours
from assistant.energy.store import SUMS, Row

COLUMNS = ("day", "account", *SUMS, "watt_hours")
HEIGHT, WIDTH, GAP = 160, 18, 6  # of the drawing, pixels
COLOURS = {"question": "#0f6b63", "indexing": "#8a4b08", "app": "#7a8794"}


def by_day(rows: Sequence[Row], days: int | None = None) -> list[dict[str, Any]]:
    """Return one entry a day and account, its labels with their joules; `days`: the last ones that hold something."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    wanted = set(sorted({row.day for row in rows})[-days:]) if days else None
    for row in rows:
        if wanted is not None and row.day not in wanted:
            continue
        entry = found.setdefault(
            (row.day, row.account), {"day": row.day, "account": row.account} | dict.fromkeys(SUMS, 0) | {"labels": {}}
        )
        for name in SUMS:
            entry[name] += getattr(row, name)
        if row.joules:
            entry["labels"][row.label] = entry["labels"].get(row.label, 0.0) + row.joules
    for entry in found.values():
        entry["watt_hours"] = watt_hours(entry["joules"])
        entry["grams_co2e_embodied"] = entry["grams_co2e_embodied"] or None  # not counted, which is not zero
    return list(found.values())


def in_all(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the sum of entries; None when there is none, which is not zero."""
    if not entries:
        return None
    total: dict[str, Any] = {name: sum(entry[name] or 0 for entry in entries) for name in (*SUMS, "watt_hours")}
    total["questions"] = sum(entry["sections"] for entry in entries if entry["account"] == "question")
    return total


def as_csv(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return entries as CSV with a heading."""
    said = io.StringIO()
    writer = csv.DictWriter(said, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    return said.getvalue()


def as_svg(entries: Sequence[Mapping[str, Any]], title: str) -> str:
    """Return a bar a day, stacked by account, in watt-hours; each bar names its day and value."""
    days = sorted({entry["day"] for entry in entries})
    most = max((sum(e["watt_hours"] for e in entries if e["day"] == day) for day in days), default=0.0) or 1.0
    bars = []
    for place, day in enumerate(days):
        top, left = float(HEIGHT), GAP + place * (WIDTH + GAP)
        for entry in (e for e in entries if e["day"] == day):
            tall = HEIGHT * entry["watt_hours"] / most
            top -= tall
            colour = COLOURS.get(entry["account"], "#444")
            bars.append(
                f'<rect x="{left}" y="{top:.2f}" width="{WIDTH}" height="{tall:.2f}" fill="{colour}">'
                f"<title>{day} {entry['account']}: {entry['watt_hours']:.3g} Wh</title></rect>"
            )
    wide = GAP + len(days) * (WIDTH + GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HEIGHT}" width="{wide}" height="{HEIGHT}" role="img">'
        f"<title>{title}</title>{''.join(bars)}</svg>\n"
    )
