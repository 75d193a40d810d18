"""Totals that survive a restart, and the calibration: a few tables of state.sqlite. Never the text of a question.

A data folder that cannot be written keeps nothing, and says so instead of showing zeros. Knows nothing of the page.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.energy.ledger import Total

SCHEMA = 1
WAIT = 2.0  # seconds for another process of the same folder
SUMS = (
    "sections", "unread", "cpu_seconds", "joules", "low", "high", "grams_co2e", "grams_co2e_embodied", "millilitres", "euros",
)  # fmt: skip
_MAKE = f"""
CREATE TABLE IF NOT EXISTS energy_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS energy_totals (
  day TEXT NOT NULL, account TEXT NOT NULL, label TEXT NOT NULL, {", ".join(f"{name} REAL NOT NULL" for name in SUMS)},
  PRIMARY KEY (day, account, label));
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One day of one account under one label; "unread" is the label of what could not be read."""

    day: str  # ISO date of the machine's own clock
    account: str
    label: str
    sections: int
    unread: int
    cpu_seconds: float
    joules: float
    low: float
    high: float
    grams_co2e: float
    grams_co2e_embodied: float
    millilitres: float
    euros: float


class Store:
    """The energy tables of one state.sqlite."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, day: str, account: str, total: Total) -> bool:
        """Add what an account used; False when nothing can be kept here (read-only folder, other schema)."""
        reading, unread = total.reading, total.unread
        if reading is not None and "implausible" in reading.warnings:
            reading, unread = None, total.sections  # a broken counter must not fill the totals
        label, figures = "unread", [0.0] * 7
        if reading is not None:
            label = reading.label
            figures = [reading.joules, reading.low, reading.high, reading.grams_co2e,
                       reading.grams_co2e_embodied or 0.0, reading.millilitres, reading.euros]  # fmt: skip
        values = [total.sections, unread, total.cpu_nanoseconds / 1e9, *figures]
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
        try:
            with self._open(make=True) as kept:
                kept.execute(
                    f"INSERT INTO energy_totals VALUES ({', '.join('?' * (3 + len(SUMS)))}) "
                    f"ON CONFLICT DO UPDATE SET {sums}",
                    [day, account, label, *values],
                )
        except (sqlite3.Error, OSError):
            return False
        return True

    def rows(self) -> list[Row] | None:
        """Return every row, oldest first; None when nothing was ever kept here."""
        if not os.path.isfile(self._file):  # unlike is_file, False below a folder that may not be entered
            return None
        names = ("day", "account", "label", *SUMS)
        try:
            with self._open(make=False) as kept:
                found = kept.execute(
                    f"SELECT {', '.join(names)} FROM energy_totals ORDER BY day, account, label"
                ).fetchall()
        except (sqlite3.Error, OSError):
            return None
        return [Row(row[0], row[1], row[2], int(row[3]), int(row[4]), *row[5:]) for row in found]

    def keep(self, name: str, value: Mapping[str, object] | None) -> bool:
        """Keep a small record, or forget it; False when nothing can be kept here."""
        try:
            with self._open(make=True) as kept:
                kept.execute("DELETE FROM energy_meta WHERE name = ?", [name])
                if value is not None:
                    kept.execute("INSERT INTO energy_meta VALUES (?, ?)", [name, json.dumps(dict(value))])
        except (sqlite3.Error, OSError):
            return False
        return True

    def kept(self, name: str) -> dict[str, object] | None:
        """Return a record; None when there is none."""
        if not os.path.isfile(self._file):
            return None
        try:
            with self._open(make=False) as kept:
                row = kept.execute("SELECT value FROM energy_meta WHERE name = ?", [name]).fetchone()
                value = json.loads(row[0]) if row else None
        except (sqlite3.Error, OSError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    @contextlib.contextmanager
    def _open(self, make: bool) -> Iterator[sqlite3.Connection]:
        if make:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        address = f"{self._file.absolute().as_uri()}?mode={'rwc' if make else 'ro'}"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=WAIT)) as kept:
            if make:
                kept.executescript(_MAKE)
                kept.execute("INSERT OR IGNORE INTO energy_meta VALUES ('schema', ?)", [json.dumps(SCHEMA)])
                kept.commit()
            said = kept.execute("SELECT value FROM energy_meta WHERE name = 'schema'").fetchone()
            if said is None or json.loads(said[0]) != SCHEMA:
                raise sqlite3.DatabaseError(f"energy tables of schema {said and said[0]}, expected {SCHEMA}")
            with kept:
                yield kept
