"""Ask an organisation's own documents: `python -m evals.own [--split dev|rule|test] [--together] [--written]`.

evals/own/SPLIT/LANGUAGE holds invented documents, NAME.md, and questions.jsonl: {"file", "question", "sentences": those that
answer, word for word, none where the document is silent}. Each document is indexed beside the bundled corpus, asked, and
forgotten; --together: all documents of a language at once, as one organisation's. Nobody wrote questions that they answer:
what the search makes of such documents (UNASKED in index/search.py) is chosen on dev. --written: with the NAME.asked.jsonl
that lies beside each test document, two questions a sentence, by a hand that saw none of those asked here.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import wiring
from assistant.answer import Status
from assistant.chat import Assistant
from assistant.config import read_config
from evals.measure import figure
from evals.sheets import squeezed
from index.asked import beside
from index.build import bring_up_to_date
from index.errors import UserError

FOLDER = Path(__file__).resolve().parent / "own"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a document; no sentence: the document does not answer it."""

    file: Path
    question: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a question: whether it was refused, and of each sentence quoted, in order, whether it answers."""

    asked: Asked
    refused: bool
    right: tuple[bool, ...]


def read_asked(folder: Path) -> list[Asked]:
    """Return the questions of a folder, in order."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    return [Asked(folder / r["file"], r["question"], tuple(r["sentences"])) for r in rows]


def told(assistant: Assistant, asked: Asked, language: str) -> Told:
    """Ask one question."""
    answer = list(assistant.ask(asked.question, (), language))[-1]
    quoted = [squeezed(c.quote) for c in answer.citations] if answer.status is Status.ANSWERED else []
    wanted = [squeezed(s) for s in asked.sentences]
    right = tuple(any(q in w or w in q for w in wanted) for q in quoted)
    return Told(asked, answer.status is Status.REFUSED, right)


def groups(asked: Sequence[Asked], together: bool) -> list[list[Path]]:
    """Return the files that are indexed at the same time."""
    files = list(dict.fromkeys(a.file for a in asked))
    return [files] if together else [[file] for file in files]


def run(folder: Path, together: bool, written: bool, home: Path) -> Iterator[Told]:
    """Ask every question of a folder named after its language; `home`: a data folder where the bundled corpus is indexed."""
    config = replace(read_config(), home=home)
    embedder, every = wiring.embedder(config), read_asked(folder)
    assistant = None
    for files in groups(every, together):
        with tempfile.TemporaryDirectory() as place:
            own = Path(place) / "own"
            own.mkdir()
            for file in [*files, *(beside(f) for f in files if written and beside(f).exists())]:
                shutil.copy(file, own)
            bring_up_to_date(home, wiring.CORPUS, embedder, add=[own])
            assistant = assistant or wiring.parts(config).assistant()
            yield from (told(assistant, a, folder.name) for a in every if a.file in files)
            bring_up_to_date(home, wiring.CORPUS, embedder, forget=own)


def row(language: str, all_told: Sequence[Told]) -> str:
    """Return the figures of a language as a row of Markdown."""
    answerable = [t for t in all_told if t.asked.sentences]
    near = [t for t in all_told if not t.asked.sentences]
    figures = (
        figure([float(t.right[:1] == (True,)) for t in answerable]),
        figure([float(any(t.right)) for t in answerable]),
        figure([float(t.refused) for t in answerable]),
        figure([float(t.refused) for t in near]),
    )
    return (
        f"| {language} | "
        + " | ".join(f"{f.value:.2f} ({f.low:.2f}–{f.high:.2f}, n {f.count})" for f in figures)
        + " |"
    )


def main(argv: Sequence[str]) -> int:
    """Print a table of Markdown."""
    parser = argparse.ArgumentParser(prog="python -m evals.own", description=__doc__)
    parser.add_argument("--split", choices=("dev", "rule", "test"), default="test")
    parser.add_argument("--together", action="store_true", help="all documents of a language in one index")
    parser.add_argument("--written", action="store_true", help="with the questions written beside the documents")
    args = parser.parse_args(argv)
    try:
        config = read_config()
        with tempfile.TemporaryDirectory() as place:
            home = Path(place)
            if (config.home / "index").is_dir():  # minutes less, where the corpus is indexed already
                shutil.copytree(config.home / "index", home / "index")
            bring_up_to_date(home, wiring.CORPUS, wiring.embedder(config))
            print(
                "| | first sentence right | a quoted sentence right | wrongly refused | near misses refused |\n|---|---|---|---|---|"
            )
            for language in ("fr", "en"):
                found = list(run(FOLDER / args.split / language, args.together, args.written, home))
                print(row(language, found), flush=True)
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
