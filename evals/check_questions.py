"""Check questions against the sheets: `python -m evals.check_questions --corpus DIR FILE...`.

`--mend` finds gold sentences again whose sheet changed a little. Exit: 0 nothing wrong, 1 something is.
Errors are of a question; the spread (share of unanswerable questions, overlap) is judged over all files given.
"""

import argparse
import difflib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from evals.questions import Gold, Question, read_file, write_file
from evals.sheets import Sheet, read_sheets, says, squeezed
from index.errors import UserError
from index.words import fold, prefixes

MOST_SHEETS = 0.05  # a must_say that more sheets hold proves nothing
MOST_OVERLAP = 0.4  # median share of the question's content words that the gold sentence holds
FEW_WORDS = 1  # a quarter of the questions share at most so many with it
UNANSWERABLE = (0.27, 0.34)
NEAR = 0.75  # Jaccard of the words' first letters from which two questions are the same one
ALIKE = 0.6  # a sentence less alike than this is another one


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a question, or with the whole set when `id` is empty."""

    id: str
    text: str


def _gold(question: Question, sheets: dict[str, Sheet]) -> Iterator[str]:
    """Yield what is wrong with the gold of a question."""
    if question.answerable != bool(question.gold):
        yield "answerable and gold disagree"
    for gold in question.gold:
        sheet = sheets.get(gold.sheet)
        if sheet is None:
            yield f"gold: no sheet {gold.sheet}"
            continue
        if not gold.sheet.startswith(question.language + "/"):
            yield f"gold: {gold.sheet} is not in the language of the question"
        found = sheet.section(gold.section)
        if found is None:
            yield f"gold: {gold.sheet} has no section '{gold.section}'"
        elif gold.sentence not in sheet.text.text[found[1].start : found[1].end]:
            yield f"gold: not in {gold.sheet} > {gold.section}: {gold.sentence}"
        elif not any(gold.sentence in one or one in gold.sentence for one in sheet.quotable(found[1])):
            yield f"gold: no sentence that the index quotes: {gold.sentence}"


def _must(question: Question, texts: dict[str, list[str]]) -> Iterator[str]:
    """Yield what is wrong with must_say and must_not_say."""
    if question.answerable != bool(question.must_say):
        yield "answerable and must_say disagree"
    gold = [g.sentence for g in question.gold]
    ours = texts[question.language]
    for word in (w for one in question.must_say for w in one):
        if not any(says(sentence, word) for sentence in gold):
            yield f"must_say: no gold sentence holds '{word}'"
        said = squeezed(word).lower()
        count = sum(said in text and says(text, word) for text in ours)  # the first test spares the slow one
        if count >= MOST_SHEETS * len(ours):
            yield f"must_say: {count} of {len(ours)} sheets hold '{word}'"
    for claim in question.must_not_say:
        if any(says(sentence, claim) for sentence in gold):
            yield f"must_not_say: a gold sentence holds '{claim}'"


def overlap(question: Question) -> tuple[float, int]:
    """Return (share, number) of the question's content words that its gold sentence holds: the sentence that holds most."""
    asked = set(prefixes(question.question))
    shared = max((len(asked & set(prefixes(g.sentence))) for g in question.gold), default=0)
    return (shared / len(asked) if asked else 0.0), shared


def _doubles(questions: Sequence[Question]) -> Iterator[Problem]:
    """Yield ids given twice and questions that are nearly the same."""
    for name, count in Counter(q.id for q in questions).items():
        if count > 1:
            yield Problem(name, f"the id is given {count} times")
    words = [frozenset(prefixes(q.question)) for q in questions]
    for i, one in enumerate(questions):
        for j in range(i):
            both, either = len(words[i] & words[j]), len(words[i] | words[j])
            same = fold(one.question) == fold(questions[j].question)
            alone = not one.history and not questions[j].history  # "And the water?" may follow many things
            if (same and alone) or (either >= 4 and both >= NEAR * either):
                yield Problem(one.id, f"nearly the same question as {questions[j].id}")


def _spread(questions: Sequence[Question]) -> Iterator[Problem]:
    """Yield what is wrong with the set as a whole."""
    for language in ("fr", "en"):
        ours = [q for q in questions if q.language == language]
        if not ours:
            continue
        share = sum(not q.answerable for q in ours) / len(ours)
        if not UNANSWERABLE[0] <= share <= UNANSWERABLE[1]:
            yield Problem("", f"{language}: {share:.0%} without an answer, about 30 % expected")
        measured = [overlap(q) for q in ours if q.answerable]
        if measured and median(s for s, _ in measured) > MOST_OVERLAP:
            yield Problem(
                "", f"{language}: median overlap {median(s for s, _ in measured):.2f}, at most {MOST_OVERLAP}"
            )
        few = sum(n <= FEW_WORDS for _, n in measured)
        if few < len(measured) / 4:
            yield Problem(
                "", f"{language}: {few} of {len(measured)} share at most one word with the gold, a quarter expected"
            )


def check(questions: Sequence[Question], sheets: dict[str, Sheet]) -> list[Problem]:
    """Return all that is wrong, question by question, then with the set."""
    texts: dict[str, list[str]] = {"fr": [], "en": []}
    for name, sheet in sheets.items():
        texts[name[:2]].append(squeezed(sheet.text.text).lower())
    found = [Problem(q.id, text) for q in questions for text in (*_gold(q, sheets), *_must(q, texts))]
    for question in questions:
        if (question.kind == "follow_up") != bool(question.history):
            found.append(Problem(question.id, "a follow_up, and only it, has a history"))
    return [*found, *_doubles(questions), *_spread(questions)]


def mended(gold: Gold, sheets: dict[str, Sheet]) -> Gold:
    """Return the gold found again: in its section first, then anywhere in its sheet; as it was when nothing is alike."""
    sheet = sheets.get(gold.sheet)
    if sheet is None:
        return gold
    known = sheet.section(gold.section)
    if known and gold.sentence in sheet.text.text[known[1].start : known[1].end]:
        return gold
    wanted = squeezed(gold.sentence)
    for sections in ([known[1]] if known else [], sheet.text.sections):
        rows = [(s.title.split(" > ")[-1], one) for s in sections for one in sheet.quotable(s)]
        rated = [(difflib.SequenceMatcher(None, wanted, squeezed(one)).ratio(), title, one) for title, one in rows]
        best = max(rated, default=(0.0, "", ""))
        if best[0] >= ALIKE:
            return Gold(gold.sheet, best[1], best[2])
    return gold


def mend(file: Path, sheets: dict[str, Sheet]) -> int:
    """Find the gold of a file again, write it, and return how many sentences were mended."""
    before = read_file(file)
    after = [replace(q, gold=tuple(mended(g, sheets) for g in q.gold)) for q in before]
    changed = sum(a != b for q, r in zip(before, after, strict=True) for a, b in zip(q.gold, r.gold, strict=True))
    if changed:
        write_file(file, after)
    return changed


def main(argv: Sequence[str]) -> int:
    """Check, or mend and check, the files named."""
    parser = argparse.ArgumentParser(prog="python -m evals.check_questions", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--mend", action="store_true")
    parser.add_argument("files", nargs="+", type=Path)
    args = parser.parse_args(argv)
    sheets = read_sheets(args.corpus)
    try:
        if args.mend:
            for file in args.files:
                print(f"{file}: {mend(file, sheets)} gold sentences mended")
        questions = [q for file in args.files for q in read_file(file)]
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    problems = check(questions, sheets)
    for problem in problems:
        print(f"{problem.id or 'all'}: {problem.text}")
    measured = [overlap(q) for q in questions if q.answerable]
    middle = f"{median(s for s, _ in measured):.2f}" if measured else "-"
    few = sum(n <= FEW_WORDS for _, n in measured)
    print(
        f"{len(questions)} questions, {len(measured)} answerable, median overlap {middle}, {few} share at most one word"
    )
    print("kinds: " + ", ".join(f"{kind} {n}" for kind, n in sorted(Counter(q.kind for q in questions).items())))
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
