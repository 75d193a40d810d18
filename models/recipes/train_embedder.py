"""Train the embedder to search: `train_embedder.py DATA START OUT [--seed 0] [--minutes 60] [--until HH:MM]`.

DATA: ours.jsonl, public_rows.jsonl and chunks.jsonl. START: a training form of an embedder. OUT: checkpoint, log.jsonl, and at the
end model/ (trained) and average/ (the mean of START and trained, tensor by tensor, which keeps what START knew best).

A question is drawn to what answers it, away from the other answers of the step and from one hard wrong sentence: to the sentence
(the reader's candidates are chosen so), to the chunk as indexed, or to the chunk of the other language (a question in French finds
an English sheet); or two questions of a sentence to each other, away from those of its neighbours (search compares questions).
Nothing that dev or test questions lean on is drawn. Runs in 16 bits (bfloat16).
Run the same line again to go on after a stop.
"""

import argparse
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from clock import Clock, arguments
from draw import read_rows, usable
from export import Embedder, load
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from train_reader import FILES

PIECES = {"question": 64, "sentence": 80, "chunk": 144}
STEP = 24  # questions
TOGETHER = 48  # texts in one pass: 12 take half as long again
HEAT = 0.05  # of the softmax over cosines
RATES = {"embeddings": 2e-4, "body": 4e-5}
WARM = 10
EVERY = 5.0  # processor minutes between two checkpoints
SHARES = {"exam": 0.14, "asked": 0.5, "piaf-code": 0.22, "SQuAD-explorer": 0.14}
KINDS = {"sentence": 0.35, "asked": 0.35, "chunk": 0.15, "twin": 0.15}  # what a step draws to
SENTENCES = 64  # of a step that draws a question to another one: those are short
BESIDE = 8  # of them in one sheet: its sentences have the same words, and must be told apart
ABROAD = 0.2  # of their pairs are in two languages


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, what answers it, one that does not, and the section, so that its other answers are no wrong ones."""

    question: str
    right: str
    wrong: str
    section: str


class Corpus:
    """The chunks, by section and by sentence, and the questions that each sentence answers."""

    def __init__(self, chunks: list[dict], rows: list[dict]) -> None:
        self.asked: dict[str, list[tuple[str, str]]] = defaultdict(list)  # sentence -> (language, question)
        self.sheets: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row["source"] == "asked" and row["split"] == "train" and usable(row):
                for name in sorted({c["sentence"] for c in row["candidates"] if c["gold"] and not c["held"]}):
                    self.asked[name].append((row["language"], row["question"]))
        for name, asked in self.asked.items():
            if len(asked) > 1:
                self.sheets[name.split("#")[0]].append(name)
        self.by_section: dict[tuple[str, str], list[dict]] = defaultdict(list)
        self.by_sentence: dict[tuple[str, str], dict] = {}
        for chunk in chunks:
            language = chunk["document"][:2]
            self.by_section[language, chunk["section"]].append(chunk)
            for sentence in chunk["sentences"]:
                self.by_sentence[language, sentence] = chunk


def pair(row: dict, kind: str, corpus: Corpus, rng: random.Random) -> Pair | None:
    """Draw one pair of a row; None when the row has none of that kind."""
    free = [c for c in row["candidates"] if not c["held"]]
    gold = [c for c in free if c["gold"]]
    wrong = [c for c in free if not c["gold"] and c["near"] < 0.75]
    if not gold or not wrong:
        return None
    right, away = rng.choice(gold), rng.choice(sorted(wrong, key=lambda c: -c["cosine"])[:8])
    section = f"{row['source']} {right['section']}" if row["kind"] == "public" else right["section"]
    texts = [c["text"].split(": ", 1)[1] for c in (right, away)]
    if row["kind"] == "public":
        section += row["id"]
    elif kind != "sentence":
        language = row["language"] if kind == "chunk" else {"fr": "en", "en": "fr"}[row["language"]]
        near = [corpus.by_sentence.get((row["language"], text)) for text in texts]
        if kind == "twin":  # twins have the same sections in the same order
            near = [rng.choice(corpus.by_section[language, c["section"]] or [None]) for c in (right, away)]
        if None in near or right["section"] == away["section"]:
            return None
        texts = [chunk["text"] for chunk in near]
    return Pair(row["question"], texts[0], texts[1], section)


def wordings(corpus: Corpus, rng: random.Random) -> list[Pair]:
    """Draw two questions of each of some sentences, several of one sheet; none that two of them answer."""
    pairs: dict[str, Pair] = {}
    seen: set[str] = set()
    while len(pairs) < SENTENCES:
        names = corpus.sheets[rng.choice(list(corpus.sheets))]
        for name in rng.sample(names, min(BESIDE, len(names))):
            language, first = rng.choice(corpus.asked[name])
            abroad = rng.random() < ABROAD
            others = [q for said, q in corpus.asked[name] if q != first and (said != language) == abroad]
            every = {q for _, q in corpus.asked[name]}
            if others and name not in pairs and not every & seen:
                seen |= every
                pairs[name] = Pair(first, rng.choice(others), "", name)
    return list(pairs.values())


def stream(rows: list[dict], corpus: Corpus, rng: random.Random) -> Iterator[tuple[str, list[Pair]]]:
    """Yield steps for ever: a kind and its pairs, no section twice."""
    pools: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        if row["split"] == "train" and row["answerable"] and usable(row):
            pools[row["source"]].append(row)
    names, left = [n for n in SHARES if pools[n]], defaultdict(list)
    while True:
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "asked":
            yield kind, wordings(corpus, rng)
            continue
        pairs: dict[str, Pair] = {}
        while len(pairs) < STEP:
            name = rng.choices(names, [SHARES[n] for n in names])[0]
            if not left[name]:  # once round before any again
                left[name] = rng.sample(pools[name], len(pools[name]))
            drawn = pair(left[name].pop(), kind, corpus, rng)
            if drawn:
                pairs.setdefault(drawn.section, drawn)
        yield kind, list(pairs.values())


def vectors(model: Embedder, tokenizer: Tokenizer, texts: list[str], pieces: int) -> torch.Tensor:
    """Return a unit vector a text, in order; texts of like length run together."""
    ids = [(e.ids[: pieces - 1] + e.ids[-1:]) if len(e.ids) > pieces else e.ids for e in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts = []
    for at in range(0, len(order), TOGETHER):
        part = [ids[i] for i in order[at : at + TOGETHER]]
        grid = torch.zeros(len(part), len(part[-1]), dtype=torch.long)
        for row, one in zip(grid, part, strict=True):
            row[: len(one)] = torch.tensor(one)
        with torch.autocast("cpu", torch.bfloat16):
            part = model(grid, (grid != 0).long(), torch.zeros_like(grid))
        parts.append(torch.nn.functional.normalize(part.float(), dim=1))
    back = torch.empty(len(ids), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(ids))
    return torch.cat(parts)[back]


def loss_of(model: Embedder, tokenizer: Tokenizer, kind: str, pairs: list[Pair]) -> tuple[torch.Tensor, float]:
    """Return the loss of a step and the share of questions whose answer comes first."""
    size = PIECES["sentence" if kind == "sentence" else "chunk"]
    asked = vectors(model, tokenizer, [p.question for p in pairs], PIECES["question"])
    hard = [p.wrong for p in pairs if p.wrong] if kind == "sentence" else []  # a chunk is long: those of the others must do
    said = vectors(model, tokenizer, [p.right for p in pairs] + hard, size)
    table, aim = asked @ said.T / HEAT, torch.arange(len(pairs))
    loss = cross_entropy(table, aim) + 0.5 * cross_entropy(table[:, : len(pairs)].T, aim)
    return loss, float((table.argmax(1) == aim).float().mean())


class Run(Clock):
    """One training run and its files."""

    def __init__(self, args: argparse.Namespace) -> None:
        args.out.mkdir(parents=True, exist_ok=True)
        self.model: Embedder = load("embedder", args.start)
        self.tokenizer = Tokenizer.from_file(str(args.start / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        named = list(self.model.named_parameters())
        groups = {
            "embeddings": [p for n, p in named if ".embeddings." in n],
            "body": [p for n, p in named if ".embeddings." not in n],
        }
        self.optimiser = torch.optim.AdamW(
            [{"params": groups[n], "lr": RATES[n], "weight_decay": 0.0} for n in groups], betas=(0.9, 0.98)
        )
        super().__init__(args)


def train(run: Run) -> None:
    """Train until the schedule ends, then write the training forms."""
    data = run.args.data
    rows, chunks = read_rows(data / "ours.jsonl", data / "public_rows.jsonl"), read_rows(data / "chunks.jsonl")
    steps, losses, right = stream(rows, Corpus(chunks, rows), run.rng), [], []
    run.model.train()
    seen = run.minutes()
    while run.progress() < 1:
        kind, pairs = next(steps)
        for group, rate in zip(run.optimiser.param_groups, RATES.values(), strict=True):
            group["lr"] = rate * min(1.0, (run.step + 1) / WARM) * max(0.02, 1 - run.progress())
        loss, good = loss_of(run.model, run.tokenizer, kind, pairs)
        run.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
        run.optimiser.step()
        run.step += 1
        losses.append(loss.item())
        right.append(good)
        if run.step % 20 == 0:
            run.log(loss=round(float(np.mean(losses)), 3), right=round(float(np.mean(right)), 3), progress=round(run.progress(), 3))
            losses, right = [], []
        if run.minutes() - seen > EVERY:
            run.save()
            seen = run.minutes()
    run.save()
    write(run)


def write(run: Run) -> None:
    """Write model/ and average/ in 16 bits."""
    start = load_file(run.args.start / "model.safetensors")
    trained = {n.removeprefix("encoder."): t for n, t in run.model.state_dict().items()}
    mean = {n: (t.float() + start[n].float()) / 2 if n in start else t for n, t in trained.items()}
    for name, weights in (("model", trained), ("average", mean)):
        folder = run.args.out / name
        folder.mkdir(exist_ok=True)
        save_file({n: t.half().contiguous() if t.is_floating_point() else t for n, t in weights.items()}, folder / "model.safetensors")
        for file in FILES:
            if (run.args.start / file).exists():
                shutil.copyfile(run.args.start / file, folder / file)


if __name__ == "__main__":
    train(Run(arguments(__doc__, "data", "start", "out")))
