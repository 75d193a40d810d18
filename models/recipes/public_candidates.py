"""Give public questions candidates of the same form as ours: `public_candidates.py OUT [--each 8] [--seed 0]`.

Reads OUT/public.jsonl, takes at most --each questions an article of SQuAD and all of the others, and writes
OUT/public_rows.jsonl: the question's own paragraph, and the nearest sentences of other paragraphs of its article by the
bundled embedder.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from assistant.catalog import read_catalog  # noqa: E402
from assistant.wiring import encoder  # noqa: E402

SHORTEST = 3  # words
OWN, NEAR = 10, 12  # candidates kept of the paragraph, and of the rest of the article


def rows_of(article: list[dict], model: object) -> list[dict]:
    """Return the rows of one article's questions."""
    paragraphs = {tuple(r["paragraph"]): i for i, r in enumerate(article)}
    spoken = [(i, s) for p, i in paragraphs.items() for s in p if len(s.split()) >= SHORTEST]
    if not spoken:
        return []
    vectors = model.encode([s for _, s in spoken])
    asked = model.encode([r["question"] for r in article])
    found = []
    for row, vector in zip(article, asked, strict=True):
        own = paragraphs[tuple(row["paragraph"])]
        gold = {row["paragraph"][g] for g in row["gold"]}
        cosines = vectors @ vector
        answers = [k for k, (i, s) in enumerate(spoken) if i == own and s in gold]
        if not answers:
            continue
        order = np.argsort(-cosines)
        kept = [k for k in order if spoken[k][0] == own][:OWN] + [k for k in order if spoken[k][0] != own][:NEAR]
        kept += [k for k in answers if k not in kept]
        candidates = [{
            "text": f"{row['document']}: {spoken[k][1]}", "cosine": round(float(cosines[k]), 4), "gold": k in answers,
            "held": False, "found": True, "section": str(spoken[k][0]),
            "near": round(float(max(vectors[k] @ vectors[a] for a in answers)), 3),
        } for k in kept]
        found.append({
            "id": f"{row['source']}-{row['document']}", "source": row["source"], "split": row["use"], "language": row["language"],
            "kind": "public", "question": row["question"], "answerable": True, "candidates": candidates,
        })
    return found


def main() -> None:
    """Write OUT/public_rows.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng, articles = random.Random(args.seed), defaultdict(list)
    for line in (args.out / "public.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        # A help page is a document of its own: its neighbours are the other pages of the site.
        articles[row["source"], "" if row["source"] == "piaf-ml" else row["document"]].append(row)
    model, count = encoder(read_catalog(ROOT / "models.txt")["embedder"], 1), 0
    with (args.out / "public_rows.jsonl").open("w", encoding="utf-8") as out:
        for (source, _), article in articles.items():
            few = rng.sample(article, min(args.each, len(article))) if source == "SQuAD-explorer" else article
            for row in rows_of(few, model):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    print(count, "questions")


if __name__ == "__main__":
    main()
