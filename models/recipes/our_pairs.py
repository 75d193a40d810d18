"""Turn our own questions into training rows, with the candidates that the product itself proposes.

    our_pairs.py OUT [--asked FOLDER] [--questions FOLDER] [--corpus FOLDER]

Needs an index (jugeote index). Writes OUT/ours.jsonl, one question a line:

    {"id", "source": "exam" | "asked", "split", "language", "kind", "question", "strength", "overlap", "candidates": [
        {"text": "heading: sentence", "cosine", "covered", "gold", "held", "found", "section", "near"}]}

`exam`: evals/questions, each with its split. `asked`: other wordings of what the sheets answer; only those whose section no
dev or test question shares are train, the others follow that question. `off`: public questions (public.jsonl), off our subject.
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
from assistant.reader import CANDIDATES, SHORTEST, WORDS_WEIGHT, _shown  # noqa: E402
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
    unsure: bool  # only one section's answers are known


def asked_questions(folder: Path, sheets: dict[str, Sheet], held: dict[str, str], near: dict[str, str]) -> list[Asked]:
    """Read FOLDER/fr/ID.jsonl and FOLDER/en/ID.jsonl; no question that shares a section with a dev or test one is train."""
    found = []
    for language in ("fr", "en"):
        for file in sorted((folder / language).glob("*.jsonl")):
            name = f"{language}/{file.stem}"
            for number, line in enumerate(file.read_text("utf-8").splitlines()):
                row = json.loads(line)
                gold = tuple(Gold(name, row["section"].split(" > ")[-1], s) for s in row["sentences"])
                question = Question(
                    f"asked-{name}-{number}", language, "asked" if gold else "near_topic", "staff", row["question"], (),
                    bool(gold), gold, (), (), "train",
                )
                if gold and sheets[name].section(gold[0].section) is None:
                    continue
                split = near.get(file.stem, "train")
                if gold:
                    splits = {held.get(place, "train") for place in places(question, sheets)}
                    split = next(s for s in ("test", "dev", "train") if s in splits)
                found.append(Asked(question.id, "asked", split, question, True))
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
            found.append(Asked(question.id, "off", "train", question, False))
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

    def place(self, document: str, section: str) -> str:
        """Return the section's name, the same for both twins."""
        sheet = self.sheets.get(document)
        found = sheet.section(section) if sheet else None
        return f"{document[3:]}#{found[0] if found else section}"

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
        rows = [(c, float(c.vector @ first.vector)) for c in self.index.sentences(first) if len(c.text.split()) >= SHORTEST]
        rows.sort(key=lambda r: -(r[1] + WORDS_WEIGHT * r[0].covered))
        kept = rows[:CANDIDATES]
        vectors = [c.vector for c, _ in kept if is_gold(question, c.passage.document, c.text)]
        missed = list(self.missed(question, [c for c, _ in kept]))
        encoded = self.embedder.encode([sentence for _, sentence in missed]) if missed else []
        vectors += list(encoded)
        candidates = []
        for c, cosine in kept:
            place = self.place(c.passage.document, c.passage.section)
            candidates.append({
                "text": _shown(c), "cosine": round(cosine, 4), "covered": round(c.covered, 4),
                "gold": is_gold(question, c.passage.document, c.text), "held": place in self.held, "found": True,
                "section": place, "near": round(max((float(v @ c.vector) for v in vectors), default=0.0), 3),
            })
        for (gold, sentence), vector in zip(missed, encoded, strict=True):
            place = self.place(gold.sheet, gold.section)
            candidates.append({
                "text": f"{gold.section.split(' > ')[-1]}: {sentence}", "cosine": round(float(vector @ first.vector), 4), "covered": 0.0,
                "gold": True, "held": place in self.held, "found": False, "section": place, "near": 1.0,
            })
        return {
            "id": asked.id, "source": asked.source, "split": asked.split, "language": question.language, "kind": question.kind,
            "question": text, "unsure": asked.unsure, "strength": round(first.strength, 4),
            "overlap": round(overlap(question)[0], 3), "answerable": question.answerable, "candidates": candidates,
        }


def half(name: str) -> str:
    """Return train or test for the near misses of a sheet that dev and test questions share: a fair draw, the same everywhere."""
    return "train" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "test"


def main() -> None:
    """Write OUT/ours.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--asked", type=Path)
    parser.add_argument("--questions", type=Path, default=ROOT / "evals" / "questions")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    args = parser.parse_args()
    sheets, exam = read_sheets(args.corpus), read_all(args.questions)
    unseen = [q for q in exam if q.split in ("dev", "test")]
    held = {place: q.split for q in sorted(unseen, key=lambda q: q.split) for place in places(q, sheets)}
    near = {g.sheet[3:]: half(g.sheet[3:]) for q in unseen for g in q.gold}
    everything = [Asked(q.id, "exam", q.split or "train", q, False) for q in exam]
    if args.asked:
        everything += asked_questions(args.asked, sheets, held, near)
    everything += off_topic(args.out / "public.jsonl", 150)
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
