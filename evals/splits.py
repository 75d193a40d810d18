"""Split the questions into train, dev and test, and write it into their files: `python -m evals.splits [--again]`.

Questions that share a gold sentence, in either language, stay together always, so that nothing learnt on train is the
answer to a test question. Those that share a section stay together too while their group is small: through the sections
358 questions in 981 hang together, through whole sheets nearly all, and no split would be left. A split once given is kept
unless --again: a reader may have been trained on it.
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

LARGEST = 30  # questions of a group that grew through shared sections
SHARES = {"train": 0.5, "dev": 0.2, "test": 0.3}


def _twin(name: str) -> str:
    return f"{'en' if name.startswith('fr/') else 'fr'}/{name[3:]}"


def places(question: Question, sheets: dict[str, Sheet]) -> list[tuple[str, str]]:
    """Return (section, sentence) of each sentence that answers, the same names for both twins.

    Where the twins of a section hold unequal numbers of sentences, the whole section stands for the sentence.
    """
    found = set()
    for gold in question.gold:
        place = sheets[gold.sheet].section(gold.section)
        assert place is not None, f"{question.id}: run evals.check_questions first"
        number, section = place
        ours = sheets[gold.sheet].quotable(section)
        twin = sheets.get(_twin(gold.sheet))
        there = twin.text.sections if twin else ()
        theirs = twin.quotable(there[number]) if twin and number < len(there) else []
        same = next((i for i, one in enumerate(ours) if one in gold.sentence or gold.sentence in one), None)
        name = f"{gold.sheet[3:]}#{number}"
        found.add((name, f"{name}#{same}" if len(ours) == len(theirs) else name))
    return sorted(found)


def groups(questions: Sequence[Question], sheets: dict[str, Sheet], *, again: bool = False) -> list[list[Question]]:
    """Return the questions in groups: no sentence in two of them, sections only where a group would grow too large."""
    held = {q.id: places(q, sheets) for q in questions}
    group = {q.id: [q] for q in questions}
    home = {q.id: q.id for q in questions}

    def join(one: str, other: str, most: int | None) -> None:
        a, b = home[one], home[other]
        both = {q.split for q in (*group[a], *group[b])} - {None} if not again else set()
        if a == b or (most is not None and (len(group[a]) + len(group[b]) > most or len(both) > 1)):
            return
        group[a] += group.pop(b)
        home.update({q.id: a for q in group[a]})

    for level, most in ((1, None), (0, LARGEST)):
        first: dict[str, str] = {}
        for name in sorted(held, key=_draw):
            for place in held[name]:
                join(first.setdefault(place[level], name), name, most)
    return list(group.values())


def _draw(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()  # a draw that is the same on every machine


def assigned(questions: Sequence[Question], sheets: dict[str, Sheet], *, again: bool = False) -> dict[str, str]:
    """Return id -> split: large groups first, each to the split that lacks most of what the group holds."""
    parted = groups(questions, sheets, again=again)
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
