"""Split the questions into train, dev and test, and write it into their files: `python -m evals.splits [--again]`.

Questions that share a gold section, in either language, stay together, so that nothing learnt on train is the answer to a
test question. Groups are of sections and not of whole sheets: through the sheets, 9 questions in 10 hang together, and no
split would be left. A split once given is kept unless --again: a reader may have been trained on it.
"""

import argparse
import hashlib
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evals.questions import FOLDER, Question, read_file, write_file
from evals.sheets import Sheet, read_sheets

SHARES = {"train": 0.5, "dev": 0.2, "test": 0.3}


def places(question: Question, sheets: dict[str, Sheet]) -> list[str]:
    """Return the sections that answer a question, the same name for both twins."""
    found = set()
    for gold in question.gold:
        section = sheets[gold.sheet].section(gold.section)
        assert section is not None, f"{question.id}: run evals.check_questions first"
        found.add(f"{gold.sheet[3:]}#{section[0]}")
    return sorted(found)


def groups(questions: Sequence[Question], sheets: dict[str, Sheet]) -> list[list[Question]]:
    """Return the questions in groups that share no section; one without an answer is alone."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    held = {q.id: places(q, sheets) or [f"alone#{q.id}"] for q in questions}
    for names in held.values():
        for name in names:
            parent[root(name)] = root(names[0])
    found: defaultdict[str, list[Question]] = defaultdict(list)
    for question in questions:
        found[root(held[question.id][0])].append(question)
    return list(found.values())


def _draw(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()  # a draw that is the same on every machine


def assigned(questions: Sequence[Question], sheets: dict[str, Sheet], *, again: bool = False) -> dict[str, str]:
    """Return id -> split: large groups first, each to the split that lacks most of what the group holds."""
    parted = groups(questions, sheets)
    parted.sort(key=lambda g: (-len(g), _draw(min(q.id for q in g))))
    wanted: defaultdict[tuple[str, object, object], float] = defaultdict(float)
    for question in questions:
        for split, share in SHARES.items():
            wanted[split, question.language, question.answerable] += share
    given: dict[str, str] = {}

    def give(group: list[Question], split: str) -> None:
        for question in group:
            given[question.id] = split
            wanted[split, question.language, question.answerable] -= 1

    free = []
    for group in parted:
        known = {q.split for q in group if q.split} if not again else set()
        if known:  # a group that now bridges two splits goes to the one that a model may have seen
            give(group, next(s for s in SHARES if s in known))
        else:
            free.append(group)
    for group in free:
        lacks = {
            split: sum(wanted[split, q.language, q.answerable] for q in group) / len(group) / SHARES[split]
            for split in SHARES
        }
        give(group, max(lacks, key=lacks.__getitem__))
    return given


def main(argv: Sequence[str]) -> int:
    """Write the splits into the files and say how many of each there are."""
    parser = argparse.ArgumentParser(prog="python -m evals.splits", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=FOLDER.parent.parent / "corpus")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--again", action="store_true")
    args = parser.parse_args(argv)
    files = {file: read_file(file) for file in sorted(args.folder.glob("*.jsonl"))}
    everything = [q for questions in files.values() for q in questions]
    given = assigned(everything, read_sheets(args.corpus), again=args.again)
    for file, questions in files.items():
        write_file(file, [replace(q, split=given[q.id]) for q in questions])
    for split in SHARES:
        ours = [q for q in everything if given[q.id] == split]
        french = sum(q.language == "fr" for q in ours)
        none = sum(not q.answerable for q in ours)
        print(f"{split}: {len(ours)} ({len(ours) / len(everything):.0%}), {french} French, {none} without an answer")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
