"""Draw training examples from rows of candidates (reader_rows.py, public_candidates.py).

Knows nothing of models: rows in, (question, texts, right indices) out. No right index: nothing answers.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Shares of the questions of a step, with an answer and without. Where nobody wrote questions, the reader has to find the sentence.
SHARES = {
    ("own", True): 0.22, ("own", False): 0.08, ("asked", True): 0.36, ("asked", False): 0.08, ("exam", True): 0.06,
    ("exam", False): 0.03, ("off", False): 0.02, ("piaf-code", True): 0.1, ("SQuAD-explorer", True): 0.05,
}  # fmt: skip
WITHOUT = {"own": 0.12, "asked": 0.12, "exam": 0.05}  # the answer is taken away, beside the real ones; public rows: PUBLIC
PUBLIC = 0.3
SIZE = 7  # candidates a question: fewer than the product's, the hardest among them; more questions for the same time
# Cosine to a right sentence from which another may be right as well; those written for one document of some forty sentences know.
NEAR = {"own": 0.9, "asked": 0.8, "exam": 0.8}
LIKE = 0.6  # and from which it may still be an answer once the right one is taken away
SAME = 0.6  # of the other sentences of the section that answers a question beside a sheet may be wrong ones: not all right ones are known
BARE = {"own": 0.2, "piaf-code": 0.5, "SQuAD-explorer": 0.5}  # share of questions that show no heading before the sentence


@dataclass(frozen=True, slots=True)
class Example:
    """A question and its candidates as the reader sees them."""

    source: str
    language: str
    question: str
    texts: list[str]
    gold: list[int]


def read_rows(*files: Path) -> list[dict]:
    """Return the rows of the files that exist, in order."""
    return [json.loads(line) for file in files if file.exists() for line in file.read_text("utf-8").splitlines()]


def usable(row: dict) -> bool:
    """Return whether a row can teach: a right sentence that no dev or test question shares, or none at all."""
    right = [c for c in row["candidates"] if c["gold"]]
    free = sum(not c["held"] for c in row["candidates"])
    return free >= 4 and (not row["answerable"] or any(not c["held"] for c in right))


def wrong_ones(row: dict, free: list[dict], taken: bool, rng: random.Random) -> list[dict]:
    """Return the candidates that most likely do not answer; `taken`: once the right ones are taken away."""
    source, sections = row["source"], {c["section"] for c in free if c["gold"]}
    if taken:  # our sections speak of one thing; those of other texts of many
        spare = source in ("asked", "exam")
        return [c for c in free if not c["gold"] and c["near"] < LIKE and not (spare and c["section"] in sections)]
    limit = NEAR.get(source, 2.0)
    return [
        c for c in free
        if not c["gold"] and c["near"] < limit and (source != "asked" or c["section"] not in sections or rng.random() < SAME)
    ]  # fmt: skip


def example(row: dict, rng: random.Random) -> Example | None:
    """Draw one example; None when too few candidates are left."""
    free = [c for c in row["candidates"] if not c["held"]]
    gold = [c for c in free if c["gold"]]
    taken = bool(gold) and rng.random() < WITHOUT.get(row["source"], PUBLIC)
    wrong = wrong_ones(row, free, taken, rng)
    gold = [] if taken else gold
    wrong.sort(key=lambda c: -c["cosine"])
    count = SIZE - min(len(gold), 3)
    hard = wrong[: count + 2]
    chosen = rng.sample(hard, min(len(hard), 2 * count // 3))
    rest = [c for c in wrong if c not in chosen]
    chosen += rng.sample(rest, min(len(rest), count - len(chosen)))
    if len(chosen) < 3:
        return None
    kept = chosen + (rng.sample(gold, 3) if len(gold) > 3 else gold)
    rng.shuffle(kept)
    bare = rng.random() < BARE.get(row["source"], 0.0)
    texts = [c["text"].split(": ", 1)[1] if bare else c["text"] for c in kept]
    return Example(row["source"], row["language"], row["question"], texts, [i for i, c in enumerate(kept) if c["gold"]])


def stream(rows: list[dict], rng: random.Random) -> Iterator[Example]:
    """Yield examples for ever, each kind by its share, each row once before any twice."""
    pools: dict[tuple[str, bool], list[dict]] = defaultdict(list)
    for row in rows:
        if row["split"] == "train" and usable(row):
            pools[row["source"], row["answerable"]].append(row)
    names = [name for name in SHARES if pools[name]]
    left: dict[tuple[str, bool], list[dict]] = {name: [] for name in names}
    while True:
        name = rng.choices(names, [SHARES[n] for n in names])[0]
        if not left[name]:
            left[name] = rng.sample(pools[name], len(pools[name]))
        found = example(left[name].pop(), rng)
        if found:
            yield found


def fixed(rows: list[dict], split: str, counts: dict[str, int], seed: int = 0) -> list[dict]:
    """Return rows to measure on, at most `counts[source]` of each source, the same at each call."""
    rng, found = random.Random(seed), []
    for source, count in counts.items():
        ours = [r for r in rows if r["source"] == source and r["split"] == split]
        if not ours:
            raise ValueError(f"no rows of {source}, {split}")
        found += rng.sample(ours, min(count, len(ours)))
    return found
