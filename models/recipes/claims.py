"""Draw training examples from the written claims (evals/claims/train): what one sentence says of another.

Knows nothing of models: rows in, (claim, source, 1 says nothing else | 0 does) out.
"""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "evals" / "claims" / "train"
FAITHFUL, ALTERED = 3, 4  # of a source at a time
OTHER = 0.25  # of the altered claims are set against a rewording instead of the source: wrong there too, and the wording is another
FOREIGN = 0.12  # of the sources also meet a rewording of a sentence of elsewhere
SAME = 0.06  # ... and themselves, without their full stop

Claim = tuple[str, str, int]


def read_claims(split: str, folder: Path = FOLDER) -> list[dict]:
    """Return the rows of a split: {"id", "split", "source", "faithful": [texts], "altered": [texts]}."""
    rows = [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [row for row in rows if row["split"] == split]


def drawn(row: dict, elsewhere: dict, rng: random.Random) -> list[Claim]:
    """Return what a step learns of one source."""
    source, faithful = row["source"], row["faithful"]
    found = [(text, source, 1) for text in rng.sample(faithful, min(len(faithful), FAITHFUL))]
    for text in rng.sample(row["altered"], min(len(row["altered"]), ALTERED)):
        said, by = text, source
        if rng.random() < OTHER:
            by = rng.choice(faithful)
            said, by = (said, by) if rng.random() < 0.5 else (by, said)
        found.append((said, by, 0))
    if rng.random() < FOREIGN:
        found.append((rng.choice(elsewhere["faithful"]), source, 0))
    if rng.random() < SAME:
        found.append((source.rstrip("."), source, 1))
    return found


def stream(rows: Sequence[dict], rng: random.Random) -> Iterator[list[Claim]]:
    """Yield the claims of one source after another for ever, each source once before any twice."""
    while True:
        for row in rng.sample(rows, len(rows)):
            yield drawn(row, rng.choice(rows), rng)
