"""Draw training examples from rows of candidates (our_pairs.py, public_candidates.py).

Knows nothing of models: rows in, (question, texts, what the sum says without the reader, right indices) out. No right index: nothing answers.
"""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from assistant.reader import ASKED_WEIGHT, COSINE_WEIGHT, COVERED_WEIGHT, LED, OPENING, PASSAGE_WEIGHT  # noqa: E402

# Shares of the questions of a step. Ours weigh most: they are what the product is asked.
SHARES = {"exam": 0.28, "asked": 0.54, "off": 0.03, "piaf-code": 0.1, "SQuAD-explorer": 0.05}
WITHOUT = {"exam": 0.05, "asked": 0.18, "piaf-code": 0.3, "SQuAD-explorer": 0.3}  # answer taken away, beside the real ones
SIZE = 9  # candidates a question: fewer than the 16 of the product, the hardest among them; more questions for the same time
TWIN = 0.8  # cosine to a right sentence from which another may be right as well, where not all right ones are known
LIKE = 0.6  # and from which it may still be an answer once the right one is taken away
HEAT = 0.3  # the product's sum is so much too sure of itself; the trained score is divided by it when it is written
# What HEAT x the product's sum must reach before an answer is likelier than none (logistic fit on train), so that the no-answer slot stands at 0.
# Public rows have no words counted; asked ones would be near to, and covered by, themselves. Of the weights of before 29 November 2026:
# fit again before training.
REACHED = {"exam": 7.25, "off": 7.25, "asked": 3.25, "piaf-code": 3.5, "SQuAD-explorer": 3.5}
TITLED = 0.5  # share of public questions that show a title before the sentence; ours always show the heading


@dataclass(frozen=True, slots=True)
class Example:
    """A question and its candidates as the reader sees them."""

    source: str
    language: str
    question: str
    texts: list[str]
    before: list[float]  # what the product's sum says without the reader, less REACHED
    gold: list[int]


def read_rows(*files: Path) -> list[dict]:
    """Return the rows of the files that exist, in order."""
    return [json.loads(line) for file in files if file.exists() for line in file.read_text("utf-8").splitlines()]


def added(row: dict, candidate: dict) -> float:
    """Return what assistant/reader.py adds to the reader's score.

    An asked question is in the index itself, and would be near to itself alone: what rests on that is left out.
    """
    cosine, ours = candidate["cosine"], row["source"] in ("exam", "off")
    said = COSINE_WEIGHT * (max(cosine, candidate["asked"] - LED) if ours else cosine)
    if ours:
        said += COVERED_WEIGHT * candidate["covered"] + ASKED_WEIGHT * candidate["asked"] ** 2 + PASSAGE_WEIGHT * candidate["passage"]
    return said - OPENING * candidate["section"].endswith("#0")  # section 0 stands before the first heading


def before(row: dict, candidate: dict) -> float:
    """Return what stands beside the reader's score in training: HEAT x what the product adds, less what must be reached."""
    return HEAT * added(row, candidate) - REACHED[row["source"]]


def usable(row: dict) -> bool:
    """Return whether a row can teach: a right sentence that no dev or test question shares, or none at all."""
    right = [c for c in row["candidates"] if c["gold"]]
    free = sum(not c["held"] for c in row["candidates"])
    return free >= 4 and (not row["answerable"] or any(not c["held"] for c in right))


def example(row: dict, rng: random.Random) -> Example | None:
    """Draw one example; None when too few candidates are left."""
    free = [c for c in row["candidates"] if not c["held"]]
    gold = [c for c in free if c["gold"]]
    wrong = [c for c in free if not c["gold"]]
    sections = {c["section"] for c in gold}
    if gold and rng.random() < WITHOUT.get(row["source"], 0.0):
        gold = []
        unsure = row["source"] in ("exam", "asked")  # our sections speak of one thing; a public paragraph of many
        wrong = [c for c in wrong if c["near"] < LIKE and not (unsure and c["section"] in sections)]
    elif row["unsure"]:
        wrong = [c for c in wrong if c["near"] < TWIN and (c["section"] not in sections or rng.random() < 0.6)]
    wrong.sort(key=lambda c: -c["cosine"] - 0.3 * c.get("covered", 0.0))
    count = SIZE - min(len(gold), 3)
    hard = wrong[: 2 * count // 3 + 3]
    chosen = rng.sample(hard, min(len(hard), 2 * count // 3))
    rest = [c for c in wrong if c not in chosen]
    chosen += rng.sample(rest, min(len(rest), count - len(chosen)))
    if len(chosen) < 3:
        return None
    kept = chosen + (rng.sample(gold, 3) if len(gold) > 3 else gold)
    rng.shuffle(kept)
    bare = row["kind"] == "public" and rng.random() > TITLED
    texts = [c["text"].split(": ", 1)[1] if bare else c["text"] for c in kept]
    return Example(
        row["source"], row["language"], row["question"], texts, [before(row, c) for c in kept], [i for i, c in enumerate(kept) if c["gold"]]
    )


def stream(rows: list[dict], rng: random.Random) -> Iterator[Example]:
    """Yield examples for ever, each source by its share, each row once before any twice."""
    pools: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        if row["split"] == "train" and usable(row):
            pools[row["source"]].append(row)
    names = [name for name in SHARES if pools[name]]
    left: dict[str, list[dict]] = {name: [] for name in names}
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
        found += rng.sample(ours, min(count, len(ours)))
    return found
