"""Give the questions that teach the reader candidates by cosine: `reader_rows.py OUT [--corpus FOLDER]`.

Needs an index (jugeote index), whose vectors it takes. Writes OUT/reader_rows.jsonl, one question a line, of the form of
public_rows.jsonl (public_candidates.py):

    {"source": "asked" | "exam" | "off" | "own", "split", "language", "kind", "question", "answerable",
     "candidates": [{"text": "heading: sentence", "section", "held": false, "cosine", "gold", "found": true, "near"}]}

`asked`: the questions beside the sheets; `exam`: those of evals/questions; `off`: public ones (OUT/public.jsonl), off our subject;
`own`: those of evals/own/train, and of evals/own/dev with that split, each among the sentences of its own document. Candidates are the NEAREST sentences of the
language and those of the section that answers. Nothing that a dev or test question of evals/questions or evals/visitors leans on is
among them, as an answer or beside one.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from our_pairs import ROOT, Candidates, asked_questions, half, is_gold, off_topic

from assistant.answer import Message  # our_pairs.py puts the checkout on the path
from assistant.follow_up import completed
from assistant.reader import SHORTEST
from evals.own import FOLDER as OWN
from evals.own import read_asked
from evals.questions import Question, read_all
from evals.sheets import read_sheets, squeezed
from evals.splits import places
from evals.visitors import FOLDER as VISITORS
from index.chunks import chunks
from index.documents import read_markdown
from index.texts import StoredDocument

NEAREST = 20
AROUND = 12  # sentences on each side of the right ones, as far as their section goes


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence as the reader sees it."""

    document: str
    text: str
    heading: str
    section: str
    held: bool


class Sentences:
    """The sentences among which a question looks for its answer, and their vectors, (n, width)."""

    def __init__(self, spoken: list[Spoken], vectors: np.ndarray) -> None:
        self.spoken, self.vectors = spoken, vectors
        self.held = np.array([s.held for s in spoken])

    def around(self, gold: list[int]) -> Iterator[int]:
        """Yield the neighbours of the right sentences in their own section."""
        sections = {self.spoken[g].section for g in gold}
        for at in range(max(0, min(gold) - AROUND), min(len(self.spoken), max(gold) + AROUND + 1)) if gold else ():
            if self.spoken[at].section in sections:
                yield at

    def row(self, source: str, split: str, language: str, question: str, vector: np.ndarray, gold: list[int]) -> dict:
        """Return the row of a question whose right sentences are at `gold`."""
        cosines = self.vectors @ vector
        order = np.argsort(np.where(self.held, 9.0, -cosines), kind="stable")
        kept = [i for i in dict.fromkeys([*order[:NEAREST].tolist(), *self.around(gold), *gold]) if not self.held[i]]
        near = (self.vectors[kept] @ self.vectors[gold].T).max(1) if gold else np.zeros(len(kept))
        return {
            "source": source, "split": split, "language": language, "kind": source, "question": question,
            "answerable": bool(gold),
            "candidates": [{
                "text": f"{self.spoken[i].heading}: {self.spoken[i].text}", "section": self.spoken[i].section, "held": False,
                "cosine": round(float(cosines[i]), 4), "gold": i in gold, "found": True, "near": round(float(n), 3),
            } for i, n in zip(kept, near, strict=True)],
        }  # fmt: skip


def said(question: Question) -> str:
    """Return what the product searches for."""
    return completed(question.question, [Message(t.role, t.content) for t in question.history])


def of_sheets(language: str, documents: list[StoredDocument], make: Candidates) -> tuple[Sentences, dict[tuple, int]]:
    """Return the sentences of the sheets of a language and where each place of a document stands among them."""
    spoken, vectors, at = [], [], {}
    for document in documents:
        rows = iter(make.index._now.store.sentences.of(document.id))
        for chunk in document.chunks:
            for number, (span, vector) in enumerate(zip(chunk.sentences, rows)):
                text = document.text[span.start : span.end]
                section, sentence = make.place(document.id, chunk.section, text)
                if len(text.split()) >= SHORTEST:
                    at[document.id, chunk.number, number] = len(spoken)
                    spoken.append(Spoken(document.id, text, chunk.section.split(" > ")[-1], section, sentence in make.held))
                    vectors.append(vector)
        if next(rows, None) is not None:
            raise ValueError(f"{document.id}: more vectors than sentences")
    return Sentences(spoken, np.array(vectors, np.float32)), at


def sheet_rows(
    language: str, exam: list[Question], splits: dict[tuple[str, str], str], public: Path, make: Candidates
) -> Iterator[dict]:
    """Yield the rows of a language's sheets; `splits`: of each question beside a sheet, by the sheet and its words."""
    store = make.index._now.store
    documents = [d for d in store.texts.all() if d.language == language]
    sentences, at = of_sheets(language, documents, make)
    for document in documents:
        for asked, vector in zip(document.asked, store.asked.of(document.id), strict=True):
            gold = [at[key] for answer in asked.answers if (key := (document.id, *answer)) in at]
            free = splits.get((document.id, asked.question)) == "train" and not any(sentences.held[gold])
            if free and bool(gold) == bool(asked.answers):
                yield sentences.row("asked", "train", language, asked.question, vector, gold)
    ours = [(said(q), q) for q in exam if q.language == language and q.split in (None, "train")]
    for (text, question), vector in zip(ours, make.embedder.encode([t for t, _ in ours]), strict=True):
        gold = [i for i, s in enumerate(sentences.spoken) if is_gold(question, s.document, s.text)]
        if bool(gold) == question.answerable and not any(sentences.held[gold]):
            yield sentences.row("exam", "train", language, text, vector, gold)
    off = [a.question.question for a in off_topic(public, 60) if a.question.language == language]
    for text, vector in zip(off, make.embedder.encode(off) if off else (), strict=True):
        yield sentences.row("off", "train", language, text, vector, [])


def own_rows(folder: Path, make: Candidates) -> Iterator[dict]:
    """Yield the rows of the invented documents of a folder, named after its language in one named after its split."""
    every = read_asked(folder)
    for file in sorted({a.file for a in every}):
        page = read_markdown(file.read_bytes(), file.stem)
        spoken = [
            Spoken(file.stem, page.text[s.start : s.end], c.section.split(" > ")[-1], f"{file.stem}#{c.section}", held=False)
            for c in chunks(page) for s in c.sentences if len(page.text[s.start : s.end].split()) >= SHORTEST
        ]  # fmt: skip
        asked = [a for a in every if a.file == file]
        sentences = Sentences(spoken, make.embedder.encode([s.text for s in spoken]))
        for one, vector in zip(asked, make.embedder.encode([a.question for a in asked]), strict=True):
            wanted = [squeezed(s) for s in one.sentences]
            gold = [i for i, s in enumerate(spoken) if any(squeezed(s.text) in w or w in squeezed(s.text) for w in wanted)]
            if bool(gold) == bool(wanted):
                yield sentences.row("own", folder.parent.name, folder.name, one.question, vector, gold)


def write(file: Path, rows: Iterable[dict]) -> None:
    """Write the rows and print how many there are of each kind."""
    counts = Counter()
    with file.open("w", encoding="utf-8") as out:
        for row in rows:
            counts[row["source"], row["language"], row["answerable"]] += 1
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    for (source, language, answerable), count in sorted(counts.items()):
        print(source, language, "with an answer" if answerable else "without", count)


def main() -> None:
    """Write OUT/reader_rows.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    args = parser.parse_args()
    sheets, exam = read_sheets(args.corpus), read_all()
    unseen = [q for q in exam if q.split in ("dev", "test")]
    near = {g.sheet[3:]: half(g.sheet[3:]) for q in unseen for g in q.gold}
    unseen += [q for split in ("dev", "test") for q in read_all(VISITORS, split=split)]
    held = {place[1]: q.split for q in sorted(unseen, key=lambda q: q.split) for place in places(q, sheets)}
    beside = asked_questions(args.corpus, sheets, held, near)
    splits = {(a.id.removeprefix("asked-").rpartition("-")[0], a.question.question): a.split for a in beside}
    make = Candidates(sheets, held)
    args.out.mkdir(parents=True, exist_ok=True)
    write(args.out / "reader_rows.jsonl", (
        row for language in ("fr", "en")
        for part in (
            sheet_rows(language, exam, splits, args.out / "public.jsonl", make),
            *(own_rows(OWN / split / language, make) for split in ("train", "dev")),
        )
        for row in part
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
