"""Draw training examples from the written claims (evals/claims/train): what one sentence says of another.

Knows nothing of models: rows in, (first text, second text, 1 the claim says nothing else | 0 it does) out, claim and source in
either of the two orders in which the product has them read.
"""

import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from assistant.differs import differs  # noqa: E402
from assistant.grounding import readings  # noqa: E402

FOLDER = ROOT / "evals" / "claims" / "train"
FAITHFUL, ALTERED = 3, 4  # of a source at a time
OTHER = 0.25  # of the altered claims are set against a rewording instead of the source: wrong there too, and the wording is another
# In the names of sources all met in a round: so judge-13 (judge-12 with -t and -s, judge-11 with -s, judge-10 with -9, judge-9 with -8).
NEW = ("-own-docs-u", "-own-docs-t")
MET = {"fr": 0.5, "en": 0.25}  # of the others are, by a judge that has learnt from them (train_judge.py --again): French is behind
REWORDED = 0.4  # of the sources give way to one of their own rewordings, which then is what the others are set against
WHOLE = 0.85  # a rewording that much shorter than its source may have left something out, and cannot stand for it
FOREIGN = 0.12  # of the sources also meet a rewording of a sentence of elsewhere
TWIN = 0.25  # of the sources that the other language has too give way to it: what is said in French is held against English
SAME = 0.06  # ... and themselves, without their full stop
SPAN = re.compile(r"\[(.+?)\]")
MORE = 2  # than there are spans: so many claims of a marked sentence change two spans or more
ALSO = 0.5  # of the spans beyond the first two, then

Claim = tuple[str, str, int]
told = cache(differs)  # a run meets most pairs several times


def filled(marked: str, texts: Sequence[str]) -> str:
    """Return a marked sentence with a text in the place of each of its spans."""
    given = iter(texts)
    return SPAN.sub(lambda _: next(given), marked)


def replaced(marked: str, spans: Sequence[Sequence[Sequence[str]]], rng: random.Random) -> tuple[list[str], list[str]]:
    """Return what says the same as a marked sentence, and what does not: each replacement by itself, then several at once.

    Raises ValueError when brackets and replacements do not go together.
    """
    own, same, other = SPAN.findall(marked), [span[0] for span in spans], [span[1] for span in spans]
    if not 2 <= len(own) == len(spans):
        raise ValueError(f"two spans or more, each with its replacements, are wanted in: {marked}")

    def one(at: int, text: str, rest: Sequence[str]) -> str:
        return filled(marked, [*rest[:at], text, *rest[at + 1 :]])

    faithful, altered = ([one(at, text, own) for at, texts in enumerate(kind) for text in texts] for kind in (same, other))
    for _ in range(len(own) + MORE):
        changed = rng.sample(range(len(own)), 2)
        mixed = [rng.choice(texts) if at in changed or rng.random() < ALSO else own[at] for at, texts in enumerate(same)]
        at = rng.choice(changed)
        faithful.append(filled(marked, mixed))
        altered.append(one(at, rng.choice(other[at]), mixed))
    return faithful, altered


def unfolded(row: dict) -> dict:
    """Return the row of claims that marked sentences stand for, the same ones at any time."""
    rng, plain = random.Random(row["id"]), [SPAN.sub(r"\1", marked) for marked in row["marked"]]
    source = row.get("source", plain[0])
    parts = [replaced(marked, spans, rng) for marked, spans in zip(row["marked"], row["spans"], strict=True)]
    faithful = [text for text in plain if text != source] + [text for part, _ in parts for text in part]
    altered = [text for _, part in parts for text in part]
    claims = {"faithful": list(dict.fromkeys(faithful)), "altered": list(dict.fromkeys(altered))}
    return {"id": row["id"], "split": row["split"], "source": source, **claims}


def read_claims(split: str, folder: Path = FOLDER) -> list[dict]:
    """Return the rows of a split: {"id", "split", "source", "faithful": [texts], "altered": [texts]}.

    A line may hold marked sentences instead: {"id", "split", "source", "marked": ["It [must] be [sent] ..."], "spans": [for each
    marked sentence, for each of its spans [[texts that say the same in its place], [texts that do not]]]}. Without "source" it is
    the marked sentence itself.
    """
    rows = [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [unfolded(row) if "marked" in row else row for row in rows if row["split"] == split]


def turned(row: dict, rng: random.Random) -> tuple[str, list[str]]:
    """Return a source and its faithful claims, or one of these in the place of the other."""
    source, faithful = row["source"], row["faithful"]
    whole = [text for text in faithful if len(text) >= WHOLE * len(source)]
    if not whole or rng.random() >= REWORDED:
        return source, faithful
    base = rng.choice(whole)
    return base, [source, *(text for text in faithful if text != base)]


def drawn(row: dict, elsewhere: dict, rng: random.Random, twin: str | None = None) -> list[Claim]:
    """Return what a step learns of one source; a claim that a rule tells (one in ten) never reaches the judge, here either.

    `twin` is the same sentence in the other language.
    """
    source, faithful = turned(row, rng)
    faithful, altered = ([text for text in texts if not told(text, source)] for texts in (faithful, row["altered"]))
    found = [(text, source, 1) for text in rng.sample(faithful, min(len(faithful), FAITHFUL))]
    for text in rng.sample(altered, min(len(altered), ALTERED)):
        said, by = text, source
        if faithful and rng.random() < OTHER:
            by = rng.choice(faithful)
            said, by = (said, by) if rng.random() < 0.5 else (by, said)
        found.append((said, by, 0))
    if rng.random() < FOREIGN:
        found.append((rng.choice(elsewhere["faithful"]), source, 0))
    if rng.random() < SAME:
        found.append((source.rstrip("."), source, 1))
    found = [(said, by, label) for said, by, label in found if not told(said, by)]
    if twin is not None and rng.random() < TWIN:
        found = [(said, twin if by == row["source"] else by, label) for said, by, label in found]
    return [(*rng.choice(readings(said, by)), label) for said, by, label in found]


def stream(rows: Sequence[dict], rng: random.Random, met: Mapping[str, float] | None = None) -> Iterator[list[Claim]]:
    """Yield the claims of one source after another for ever, each once before any twice; of those that are not NEW, `met` of a language."""
    sources = {row["id"]: row["source"] for row in rows if "-own-" not in row["id"]}
    while True:
        turn = [row for row in rows if met is None or any(new in row["id"] for new in NEW) or rng.random() < met[row["id"][:2]]]
        for row in rng.sample(turn, len(turn)):
            yield drawn(row, rng.choice(rows), rng, sources.get(("en" if row["id"].startswith("fr") else "fr") + row["id"][2:]))
