"""Measure embedders: `measure_search.py DATA NAME=FILE... [--sets dev|all] [--threads 1]`.

DATA: ours.jsonl, public.jsonl and chunks.jsonl. FILE: an 8-bit file; its tokenizer.json lies one folder up. For each embedder, and
for words alone, prints recall at 1, 5 and 8 and MRR@10 over all chunks of the question's language (ours), over the chunks of
the other language (across), and over the paragraphs of the PIAF test articles, the CNIL help centre and 400 SQuAD training
paragraphs (public): dense alone, then the product's sum with words.
"""

import argparse
import hashlib
import json
import math
import random
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from draw import read_rows  # noqa: E402
from index.encoder import Encoder  # noqa: E402
from index.search import WORDS_WEIGHT  # noqa: E402
from index.words import Words  # noqa: E402

Task = tuple[str, list[str], list[str], list[set[str]], list[str]]  # name, questions, texts, right sections, section of a text


def our_tasks(data: Path, sets: str) -> list[Task]:
    """Return the dev or dev and test questions against the sheets, in their language and in the other."""
    chunks, found = read_rows(data / "chunks.jsonl"), []
    for row_split in ("dev", "test")[: 1 + (sets == "all")]:
        for source in ("exam", "asked"):
            for language, other in (("fr", "en"), ("en", "fr")):
                rows = [
                    r for r in read_rows(data / "ours.jsonl")
                    if (r["source"], r["split"], r["language"]) == (source, row_split, language) and any(c["gold"] for c in r["candidates"])
                ]  # fmt: skip
                right = [{c["section"] for c in r["candidates"] if c["gold"]} for r in rows]
                for name, side in (("same", language), ("across", other)):
                    there = [c for c in chunks if c["document"].startswith(side)]
                    found.append((
                        f"{row_split} {source} {language} {name}", [r["question"] for r in rows], [c["text"] for c in there], right,
                        [c["section"] for c in there],
                    ))  # fmt: skip
    return found


def public_tasks(data: Path) -> list[Task]:
    """Return public questions against the paragraphs of their source."""
    rows, found = read_rows(data / "public.jsonl"), []
    for source, use in (("piaf-code", "test"), ("piaf-ml", "test"), ("SQuAD-explorer", "train")):
        ours = [r for r in rows if (r["source"], r["use"]) == (source, use)]
        if use == "train":  # training texts: what the embedder knew must not be lost, no more is said
            names = random.Random(0).sample(sorted({r["document"] for r in ours}), 12)
            ours = [r for r in ours if r["document"] in names]
        texts = list(dict.fromkeys(" ".join(r["paragraph"]) for r in ours))
        asked = random.Random(1).sample(ours, min(250, len(ours)))
        right = [{" ".join(r["paragraph"])} for r in asked]
        found.append((f"public {source}", [r["question"] for r in asked], texts, right, texts))
    return found


def figures(table: np.ndarray, task: Task) -> str:
    """Return recall at 1, 5 and 8 and MRR@10 as text; a section counts once."""
    _, _, _, right, sections = task
    places = []
    for line, wanted in zip(table, right, strict=True):
        ranked = list(dict.fromkeys(sections[i] for i in np.argsort(-line, kind="stable")[:60]))
        places.append(next((n for n, s in enumerate(ranked) if s in wanted), 999))
    recalls = [np.mean([p < k for p in places]) for k in (1, 5, 8)]
    rank = np.mean([1 / (p + 1) if p < 10 else 0.0 for p in places])
    return "/".join(f"{r:.3f}" for r in [*recalls, rank])


def main() -> None:
    """Print one line a task and embedder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("embedders", nargs="*", help="NAME=FILE")
    parser.add_argument("--sets", choices=("dev", "all"), default="dev")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    tasks = our_tasks(args.data, args.sets) + (public_tasks(args.data) if args.sets == "all" else [])
    models = []
    for one in args.embedders:
        name, _, file = one.partition("=")
        digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        models.append((name, Encoder(name, Path(file), Path(file).parent.parent / "tokenizer.json", sha256=digest, pieces=256, threads=args.threads)))
    known: dict[tuple[str, str], np.ndarray] = {}

    def vectors(name: str, model: Encoder, texts: list[str]) -> np.ndarray:
        lacking = [t for t in dict.fromkeys(texts) if (name, t) not in known]
        known.update({(name, t): v for t, v in zip(lacking, model.encode(lacking) if lacking else [], strict=True)})
        return np.array([known[name, t] for t in texts])

    for task in tasks:
        title, asked, texts, _, _ = task
        if not asked:
            continue
        words = Words.build([str(i) for i in range(len(texts))], texts)
        by_words = np.array([words.scores(q) for q in asked]) * WORDS_WEIGHT / math.log(1 + len(texts))
        print(f"{title} ({len(asked)} questions, {len(texts)} texts): words {figures(by_words, task)}", flush=True)
        for name, model in models:
            dense = vectors(name, model, asked) @ vectors(name, model, texts).T
            print(f"  {name}: dense {figures(dense, task)}, sum {figures(dense + by_words, task)}", flush=True)


if __name__ == "__main__":
    main()
