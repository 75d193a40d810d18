"""Measure readers on questions they never saw: `measure_reader.py DATA NAME=FILE... [--sets dev|all] [--threads 1]`.

DATA: ours.jsonl and public_rows.jsonl. FILE: an 8-bit file, beside its tokenizer.json. Scores are kept in DATA/scores, so that a
second call only prints. For each reader, and for the sum without a reader, prints:

- hit at 1 and 3: the best, or one of the three best sentences, is right; of the questions whose right sentence is among those that
  the reader is given (what the search missed is lost for every reader alike) and whose words overlap it by 0.2 at most (`low`);
- refusals at one threshold, which refuses 8 % of the dev questions that the reader could answer.

A reader's score stands in the product's sum.
"""

import argparse
import hashlib
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from draw import read_rows  # noqa: E402
from assistant.reader import (  # noqa: E402
    ASKED_WEIGHT, CANDIDATES, COSINE_WEIGHT, COVERED_WEIGHT, LED, MODEL_WEIGHT, OPENING, PASSAGE_WEIGHT,
)  # fmt: skip
from assistant.catalog import read_catalog  # noqa: E402
from index.encoder import Encoder  # noqa: E402

WRONG = 0.08
LOW = 0.2
MOST = {"asked": 150, "piaf-code": 120, "piaf-ml": 120}  # rows of a source and split, drawn once
FAR = ("off_topic", "prompt_attack", "noise")  # the other kinds without an answer are near misses


def given(row: dict) -> list[dict]:
    """Return the candidates as the product would send them."""
    return [c for c in row["candidates"] if c["found"]][:CANDIDATES]


def chosen(rows: list[dict], sets: str) -> list[dict]:
    """Return the rows to measure on: those a reader can get right, and those without an answer."""
    parts = defaultdict(list)
    for row in rows:
        there = given(row)
        if row["split"] != "train" and there and (any(c["gold"] for c in there) or not row["answerable"]):
            parts[row["source"], row["split"]].append(row)
    found = []
    for (source, split), ours in sorted(parts.items()):
        if sets == "all" or split == "dev":
            found += random.Random(0).sample(ours, min(MOST.get(source, len(ours)), len(ours)))
    return found


def key(row: dict) -> str:
    """Return a name for a row's candidates that changes when they do."""
    return hashlib.sha256(json.dumps([row["question"], [c["text"] for c in given(row)]]).encode()).hexdigest()[:16]


def scored(name: str, file: Path, rows: list[dict], folder: Path, threads: int) -> dict[str, list[float]]:
    """Return key -> the reader's own scores, from the file kept of before where it holds them."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    kept = folder / f"{name}-{digest[:12]}.json"
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    lacking = [r for r in rows if key(r) not in found]
    if lacking:
        model = Encoder(
            name, file, file.parent / "tokenizer.json", sha256=digest, pieces=64, threads=threads,
            lender=read_catalog(ROOT / "models.txt")["embedder"].file(ROOT),
        )  # fmt: skip
        for row in lacking:
            said = model.encode([(row["question"], c["text"]) for c in given(row)])
            found[key(row)] = [round(float(s), 4) for s in said]
        folder.mkdir(exist_ok=True)
        kept.write_text(json.dumps(found), "utf-8")
    return found


def added(row: dict, candidate: dict) -> float:
    """Return what assistant/reader.py adds to the reader's score.

    An asked question is in the index itself, and would be near to itself alone: what rests on that is left out.
    """
    cosine, ours = candidate["cosine"], row["source"] in ("exam", "off")
    said = COSINE_WEIGHT * (max(cosine, candidate["asked"] - LED) if ours else cosine)
    if ours:
        said += COVERED_WEIGHT * candidate["covered"] + ASKED_WEIGHT * candidate["asked"] ** 2 + PASSAGE_WEIGHT * candidate["passage"]
    return said - OPENING * candidate["section"].endswith("#0")  # section 0 stands before the first heading


def sums(row: dict, own: list[float] | None) -> np.ndarray:
    """Return what ranks the candidates, as assistant/reader.py adds it up; `own` None: without a reader."""
    said = np.array([added(row, c) for c in given(row)])
    return said if own is None else said + MODEL_WEIGHT * np.array(own)


def hits(rows: list[dict], said: dict[str, np.ndarray]) -> str:
    """Return hit at 1, at 3, and the number of questions, as text."""
    first, three = [], []
    for row in rows:
        gold = [c["gold"] for c in given(row)]
        if any(gold):
            order = np.argsort(-said[key(row)], kind="stable")
            first.append(gold[order[0]])
            three.append(any(gold[i] for i in order[:3]))
    return f"{np.mean(first):.3f}/{np.mean(three):.3f} ({len(first)})" if first else "-"


def share(rows: list[dict], said: dict[str, np.ndarray], limit: float) -> str:
    """Return the share refused."""
    return f"{np.mean([said[key(r)].max() < limit for r in rows]):.2f} ({len(rows)})" if rows else "-"


def report(name: str, rows: list[dict], said: dict[str, np.ndarray]) -> None:
    """Print the figures of one reader."""
    ours = [r for r in rows if r["source"] == "exam"]
    dev = sorted(said[key(r)].max() for r in ours if r["split"] == "dev" and r["answerable"])
    limit = dev[int(WRONG * len(dev))]
    print(f"\n{name}: threshold {limit:.2f}")
    for split, source in sorted({(r["split"], r["source"]) for r in rows}):
        for language in ("fr", "en"):
            part = [r for r in rows if (r["split"], r["source"], r["language"]) == (split, source, language)]
            with_answer = [r for r in part if r["answerable"]]
            without = [r for r in part if not r["answerable"]]
            if not part:
                continue
            low = [r for r in with_answer if r.get("overlap", 1.0) <= LOW]
            area = [(a > b) + 0.5 * (a == b) for a in (said[key(r)].max() for r in with_answer) for b in (said[key(r)].max() for r in without)]
            print(
                f"  {split} {source} {language}: hit {hits(with_answer, said)}, low overlap {hits(low, said)}; refused: wrongly "
                f"{share(with_answer, said, limit)}, near {share([r for r in without if r['kind'] not in FAR], said, limit)}, far "
                f"{share([r for r in without if r['kind'] in FAR], said, limit)}; area {np.mean(area) if area else float('nan'):.3f}"
            )


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("readers", nargs="*", help="NAME=FILE")
    parser.add_argument("--sets", choices=("dev", "all"), default="dev")
    parser.add_argument("--sources", nargs="*", default=["exam", "asked", "piaf-code", "piaf-ml"])
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    rows = chosen(read_rows(args.data / "ours.jsonl", args.data / "public_rows.jsonl"), args.sets)
    rows = [r for r in rows if r["source"] in args.sources]
    report("without a reader", rows, {key(r): sums(r, None) for r in rows})
    for reader in args.readers:
        name, _, file = reader.partition("=")
        own = scored(name, Path(file), rows, args.data / "scores", args.threads)
        report(name, rows, {key(r): sums(r, own[key(r)]) for r in rows})


if __name__ == "__main__":
    main()
