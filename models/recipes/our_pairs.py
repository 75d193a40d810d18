"""Turn our own questions into training rows, with the candidates that the product itself proposes.

    our_pairs.py OUT [--questions FOLDER] [--corpus FOLDER] [--only exam]

Needs an index (jugeote index). Writes OUT/ours.jsonl, one question a line:

    {"id", "source": "exam" | "asked", "split", "language", "kind", "question", "strength", "near_asked", "near_missed", "overlap",
     "candidates": [{"text": "heading: sentence", "section", "sentence", "held", "cosine", "covered", "asked", "passage", "gold", "found",
                     "near"}]}

`exam`: evals/questions, each with its split. `asked`: corpus/*/ID.asked.jsonl, other wordings of what the sheets answer; one that
shares a sentence, or its twin, with a dev or test question follows that question. `off`: public questions (public.jsonl), off our
subject.
`held`: the sentence answers a dev or test question, and
is no training candidate either: seen only as a wrong one, it would be unlearnt. `found`: among the sentences that the reader is
given; a gold one that the search missed is kept for training, and not for measuring. `near`: cosine to the nearest gold one.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from assistant import wiring  # noqa: E402
from assistant.answer import Message  # noqa: E402
from assistant.chat import PASSAGES  # noqa: E402
from assistant.config import read_config  # noqa: E402
from assistant.follow_up import completed  # noqa: E402
from assistant.reader import SHORTEST, _shown, chosen  # noqa: E402
from evals.check_questions import overlap  # noqa: E402
from evals.questions import Gold, Question, read_all  # noqa: E402
from evals.sheets import Sheet, read_sheets  # noqa: E402
from evals.splits import places  # noqa: E402
from index.language import language_of  # noqa: E402
from index.search import StoredSentence  # noqa: E402


@dataclass(frozen=True)
class Asked:
    """A question of either kind, in one form."""

    id: str
    source: str
    split: str
    question: Question


def asked_questions(corpus: Path, sheets: dict[str, Sheet], held: dict[str, str], near: dict[str, str]) -> list[Asked]:
    """Read the questions beside the sheets; none that shares a sentence with a dev or test question is train."""
    found = []
    for name, sheet in sheets.items():
        file = corpus / f"{name}.asked.jsonl"
        for number, line in enumerate(file.read_text("utf-8").splitlines() if file.exists() else ()):
            row = json.loads(line)
            gold = tuple(Gold(name, row["section"].split(" > ")[-1], s) for s in row["sentences"])
            question = Question(
                f"asked-{name}-{number}", name[:2], "asked" if gold else "near_topic", "staff", row["question"], (),
                bool(gold), gold, (), (), "train",
            )  # fmt: skip
            if any(sheet.section(g.section) is None for g in gold):
                continue
            splits = {held.get(sentence, "train") for _, sentence in places(question, sheets)} or {near.get(name[3:], "train")}
            found.append(Asked(question.id, "asked", next(s for s in ("test", "dev", "train") if s in splits), question))
    return found


def off_topic(file: Path, count: int) -> list[Asked]:
    """Return public questions as questions that our sheets do not answer, as many of each source; none without the file."""
    by_source: dict[str, list[dict]] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        row = json.loads(line)
        if row["use"] == "train":
            by_source.setdefault(row["source"], []).append(row)
    found = []
    for source, rows in by_source.items():
        for number in range(0, len(rows), max(1, len(rows) // count)):
            row = rows[number]
            question = Question(
                f"off-{source}-{number}", row["language"], "off_topic", "staff", row["question"], (), False, (), (), (), "train",
            )
            found.append(Asked(question.id, "off", "train", question))
    return found


def is_gold(question: Question, document: str, text: str) -> bool:
    """Return whether a sentence is one of those that answer; the same rule as evals/measure.py."""
    return any(g.sheet == document and (g.sentence in text or text in g.sentence) for g in question.gold)


class Candidates:
    """Asks the product's own search, and keeps the vectors."""

    def __init__(self, sheets: dict[str, Sheet], held: dict[str, str]) -> None:
        config = read_config()
        self.index, self.embedder = wiring.index(config), wiring.embedder(config)
        self.sheets, self.held = sheets, held
        self.places: dict[tuple[str, str, str], tuple[str, str]] = {}

    def place(self, document: str, section: str, sentence: str) -> tuple[str, str]:
        """Return the names of a section and of a sentence, the same for both twins."""
        key = (document, section, sentence)
        if key not in self.places:
            heading = section.split(" > ")[-1]
            if document in self.sheets and self.sheets[document].section(heading):
                gold = Gold(document, heading, sentence)
                asked = Question("", document[:2], "", "", "", (), True, (gold,), (), (), None)
                self.places[key] = places(asked, self.sheets)[0]
            else:
                self.places[key] = (f"{document}#{section}", f"{document}#{sentence}")
        return self.places[key]

    def candidate(self, shown: str, place: tuple[str, str], **more: object) -> dict:
        """Return a candidate of a row."""
        return {"text": shown, "section": place[0], "sentence": place[1], "held": place[1] in self.held, **more}

    def missed(self, question: Question, kept: list[StoredSentence]) -> Iterator[tuple[Gold, str]]:
        """Yield the gold sentences that the search did not find, as the index cuts them."""
        have = {c.text for c in kept}
        for gold in question.gold:
            document = self.index.document(gold.sheet)
            for span in (s for c in document.chunks for s in c.sentences) if document else ():
                text = document.text[span.start : span.end]
                if text not in have and (gold.sentence in text or text in gold.sentence) and len(text.split()) >= SHORTEST:
                    have.add(text)
                    yield gold, text

    def row(self, asked: Asked) -> dict:
        """Return the training row of a question."""
        question = asked.question
        text = completed(question.question, [Message(t.role, t.content) for t in question.history])
        said = language_of(question.question)
        first = self.index.search(text, PASSAGES, said if said in ("fr", "en") else "en")
        kept = chosen(text, first.vector, self.index.sentences(first))
        vectors = [c.vector for c, _ in kept if is_gold(question, c.passage.document, c.text)]
        missed = list(self.missed(question, [c for c, _ in kept]))
        encoded = self.embedder.encode([sentence for _, sentence in missed]) if missed else []
        vectors += list(encoded)
        candidates = []
        for c, _ in kept:
            candidates.append(self.candidate(
                _shown(c), self.place(c.passage.document, c.passage.section, c.text), cosine=round(float(c.vector @ first.vector), 4),
                covered=round(c.covered, 4), asked=round(c.asked, 4), passage=round(c.passage.score, 4),
                gold=is_gold(question, c.passage.document, c.text), found=True,
                near=round(max((float(v @ c.vector) for v in vectors), default=0.0), 3),
            ))  # fmt: skip
        for (gold, sentence), vector in zip(missed, encoded, strict=True):
            candidates.append(self.candidate(
                f"{gold.section.split(' > ')[-1]}: {sentence}", self.place(gold.sheet, gold.section, sentence),
                cosine=round(float(vector @ first.vector), 4), covered=0.0, asked=0.0, passage=0.0, gold=True, found=False, near=1.0,
            ))  # fmt: skip
        return {
            "id": asked.id, "source": asked.source, "split": asked.split, "language": question.language, "kind": question.kind,
            "question": text, "strength": round(first.strength, 4),
            "near_asked": round(first.asked, 4), "near_missed": round(first.missed, 4),
            "overlap": round(overlap(question)[0], 3), "answerable": question.answerable, "candidates": candidates,
        }


def half(name: str) -> str:
    """Return train or test for the near misses of a sheet that dev and test questions share: a fair draw, the same everywhere."""
    return "train" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "test"


def main() -> None:
    """Write OUT/ours.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--questions", type=Path, default=ROOT / "evals" / "questions")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--only", choices=("exam", "asked", "off"), help="one source: to measure, exam is enough")
    args = parser.parse_args()
    sheets, exam = read_sheets(args.corpus), read_all(args.questions)
    unseen = [q for q in exam if q.split in ("dev", "test")]
    held = {place[1]: q.split for q in sorted(unseen, key=lambda q: q.split) for place in places(q, sheets)}
    near = {g.sheet[3:]: half(g.sheet[3:]) for q in unseen for g in q.gold}
    everything = [Asked(q.id, "exam", q.split or "train", q) for q in exam]
    everything += asked_questions(args.corpus, sheets, held, near)
    everything += off_topic(args.out / "public.jsonl", 60)
    everything = [a for a in everything if args.only in (None, a.source)]
    make, counts = Candidates(sheets, held), Counter()
    args.out.mkdir(parents=True, exist_ok=True)
    done = {}
    file = args.out / "ours.jsonl"
    if file.exists():  # rows of before are kept: only new questions are searched
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        done = {r["id"] + r["question"]: r for r in rows if not r["answerable"] or any(c["gold"] for c in r["candidates"])}
    with (args.out / "ours.tmp").open("w", encoding="utf-8") as out:
        for asked in everything:
            text = completed(asked.question.question, [Message(t.role, t.content) for t in asked.question.history])
            row = done.get(asked.id + text) or make.row(asked)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            there = "found" if any(c["gold"] and c["found"] for c in row["candidates"]) else "missed" if row["answerable"] else "none"
            counts[row["source"], row["split"], row["language"], there] += 1
    (args.out / "ours.tmp").replace(file)
    for key, count in sorted(counts.items()):
        print(*key, count)


if __name__ == "__main__":
    main()
