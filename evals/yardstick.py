"""Measure the search on public questions that nobody here wrote: `python -m evals.yardstick FILE... [--beside FOLDER]`.

A FILE is a set that the person has on disk, in SQuAD's JSON form (SQuAD dev, PIAF; a French help centre's questions are
soon written so): {"data": [{"paragraphs": [{"context": "...", "qas": [{"question": "..."}]}]}]}. Read into the data
folder's yardstick/ as plain text, indexed there, never committed: their licences are their owners'. Found = the paragraph that the
question was written on. Words alone, meaning alone and the sum run on the same index; --beside names the folder of another
embedder in sentence-transformers' form, such as plain MiniLM, which is measured in the same run.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import wiring
from assistant.config import read_config
from evals.errors import YardstickBroken
from evals.measure import Figure, figure
from index.build import bring_up_to_date
from index.embed import Embedder, HostEmbedder
from index.errors import UserError
from index.search import Index

SIDES = ("words", "meaning", "both")
DEEP = 10
PARAGRAPHS = 800  # as retrieval was measured on; more take minutes to embed


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the paragraph it was written on."""

    question: str
    paragraph: str


def read_set(file: Path) -> list[Asked]:
    """Return the questions of a file in SQuAD's form; raises YardstickBroken."""
    try:
        rows = json.loads(file.read_text("utf-8"))["data"]
        return [
            Asked(qa["question"], paragraph["context"])
            for row in rows for paragraph in row["paragraphs"] for qa in paragraph["qas"] if not qa.get("is_impossible")
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise YardstickBroken(file=file, found=type(error).__name__) from error


def name_of(paragraph: str) -> str:
    """Return the name under which a paragraph is indexed."""
    return hashlib.sha256(paragraph.encode()).hexdigest()[:16]


def measured(index: Index, asked: Sequence[Asked], language: str) -> dict[str, dict[str, Figure]]:
    """Return side -> recall@1, recall@5 and MRR@10."""
    found = {}
    for side in SIDES:
        places = []
        for one in asked:
            passages = index.search(one.question, 3 * DEEP, language, side).passages
            names = list(dict.fromkeys(p.document.split("/")[-1] for p in passages))[:DEEP]
            wanted = name_of(one.paragraph)
            places.append(names.index(wanted) if wanted in names else None)
        found[side] = {
            "recall@1": figure([float(p == 0) for p in places]),
            "recall@5": figure([float(p is not None and p < 5) for p in places]),
            "mrr@10": figure([1 / (p + 1) if p is not None else 0.0 for p in places]),
        }
    return found


def measured_file(file: Path, sample: int, embedder: Embedder) -> dict[str, dict[str, Figure]]:
    """Index a set in the data folder and measure the search on a draw of its questions."""
    config = read_config()
    everything = read_set(file)
    paragraphs = list(dict.fromkeys(a.paragraph for a in everything))[:PARAGRAPHS]
    kept = [a for a in everything if a.paragraph in set(paragraphs)]
    asked = sorted(kept, key=lambda a: hashlib.sha256(a.question.encode()).hexdigest())[:sample]
    folder = config.home / "yardstick" / file.stem
    language = "fr" if "fr" in file.stem.lower() or "piaf" in file.stem.lower() or "cnil" in file.stem.lower() else "en"
    corpus = folder / "corpus" / language
    corpus.mkdir(parents=True, exist_ok=True)
    for paragraph in paragraphs:
        (corpus / f"{name_of(paragraph)}.txt").write_text(paragraph, "utf-8")
    home = folder / hashlib.sha256(embedder.name.encode()).hexdigest()[:12]
    bring_up_to_date(home, folder / "corpus", embedder)
    return measured(Index(home, embedder), asked, language)


def main(argv: Sequence[str]) -> int:
    """Print a line a set and a way of searching."""
    parser = argparse.ArgumentParser(prog="python -m evals.yardstick", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--beside", type=Path)
    args = parser.parse_args(argv)
    try:
        ours = wiring.embedder(read_config())
        for file in args.files:
            for embedder in [ours] + ([HostEmbedder(str(args.beside))] if args.beside else []):
                for side, figures in measured_file(file, args.sample, embedder).items():
                    told = ", ".join(f"{n} {f.value:.3f} ({f.low:.3f} ... {f.high:.3f})" for n, f in figures.items())
                    print(f"{file.stem}, {embedder.name}, {side}: {told}, n {figures['recall@1'].count}", flush=True)
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
