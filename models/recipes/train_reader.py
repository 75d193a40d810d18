"""Train the reader: `train_reader.py DATA START OUT [--seed 0] [--minutes 60] [--until HH:MM]`.

DATA: a folder with ours.jsonl and public_rows.jsonl. START: a training form (config.json, tokenizer.json, model.safetensors) of a
reader, or of the embedder, whose head then starts at 0. OUT: checkpoint, log.jsonl with the curves, and at the end the training
form; keep it outside the checkout. Run the same line again to go on after a stop.

The loss is listwise: the candidates of a question and a no-answer slot share one softmax. What the product adds to the score (cosine,
words, nearness to asked questions) is added here as well, so that the reader learns what they do not know.
--minutes are of one processor core; --until ends the schedule early when the machine is shared.
"""

import argparse
import json
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from clock import Clock, arguments
from draw import HEAT, Example, before, fixed, read_rows, stream
from export import Embedder, Reader, load
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import log_softmax

PIECES = 64
QUESTIONS = 8  # a step
SIZE = 36  # pairs that run together
RATES = {"body": 1e-4, "embeddings": 1e-4, "head": 5e-4}
WARM = 10  # steps
EVERY = 3.0  # processor minutes between two looks at dev
DEV = {"exam": 60, "piaf-code": 20}  # a look costs as much as six steps; measure_reader.py does it in full
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def scaled(reader: Reader, by: float) -> None:
    """Multiply the score."""
    with torch.no_grad():
        for weight in (reader.out.weight, reader.out.bias, reader.none):
            weight *= by


def opened(start: Path) -> tuple[Reader, Tokenizer]:
    """Return the model and its tokenizer."""
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(PIECES, strategy="longest_first")  # as the product cuts
    if "none" in load_file(start / "model.safetensors"):
        reader = load("reader", start)
        scaled(reader, HEAT)  # so that the first step finds the product as it is
        return reader, tokenizer
    embedder: Embedder = load("embedder", start)
    reader = Reader(embedder.encoder, embedder.encoder.config.hidden_size)
    torch.nn.init.zeros_(reader.out.weight)
    torch.nn.init.zeros_(reader.out.bias)
    return reader, tokenizer


def scores(model: torch.nn.Module, tokenizer: Tokenizer, pairs: list[tuple[str, str]]) -> torch.Tensor:
    """Return a score a pair, in the order given; pairs of like length run together."""
    ids = [e.ids for e in tokenizer.encode_batch(pairs)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts = []
    for at in range(0, len(order), SIZE):
        part = [ids[i] for i in order[at : at + SIZE]]
        grid = torch.zeros(len(part), len(part[-1]), dtype=torch.long)
        for row, one in zip(grid, part, strict=True):
            row[: len(one)] = torch.tensor(one)
        parts.append(model(grid, (grid != 0).long(), torch.zeros_like(grid)))
    back = torch.empty(len(ids), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(ids))
    return torch.cat(parts)[back]


def loss_of(model: Reader, tokenizer: Tokenizer, examples: list[Example]) -> tuple[torch.Tensor, int]:
    """Return the mean loss of some questions and how many were decided rightly."""
    said = scores(model, tokenizer, [(e.question, t) for e in examples for t in e.texts])
    said = said + torch.tensor([b for e in examples for b in e.before])
    at, right, losses = 0, 0, []
    for e in examples:
        # The constant `none` is already taken off by the model: the no-answer slot stands at 0.
        chances = log_softmax(torch.cat((said[at : at + len(e.texts)], torch.zeros(1))), 0)
        at += len(e.texts)
        gold = e.gold or [len(e.texts)]
        losses.append(-torch.logsumexp(chances[gold], 0))
        right += int(chances.argmax()) in gold
    return torch.stack(losses).mean(), right


def look(model: Reader, tokenizer: Tokenizer, rows: list[dict]) -> dict[str, dict[str, float]]:
    """Return hit at 1 and 3, and the area under the curve that tells answerable from not, by source and language."""
    model.eval()
    hits, best = defaultdict(list), defaultdict(lambda: ([], []))
    with torch.no_grad():
        for row in rows:
            there = [c for c in row["candidates"] if c["found"]][:24]
            if not there or (row["answerable"] and not any(c["gold"] for c in there)):
                continue  # what the search missed says nothing of the reader
            said = scores(model, tokenizer, [(row["question"], c["text"]) for c in there]).numpy()
            said = said + np.array([before(row, c) for c in there])
            key, gold = f"{row['source']}-{row['language']}", [c["gold"] for c in there]
            if any(gold):
                order = np.argsort(-said)
                hits[key].append((gold[order[0]], any(gold[i] for i in order[:3])))
            best[key][any(gold)].append(float(said.max()))
    model.train()
    found = {}
    for key, (none, some) in best.items():
        area = np.mean([(a > b) + 0.5 * (a == b) for a in some for b in none]) if some and none else float("nan")
        first, three = np.mean(hits[key], axis=0) if hits[key] else (float("nan"), float("nan"))
        found[key] = {"count": len(hits[key]), "without": len(none), "hit1": round(float(first), 3), "hit3": round(float(three), 3), "area": round(float(area), 3)}
    return found


class Run(Clock):
    """One training run and its files."""

    def __init__(self, args: argparse.Namespace) -> None:
        args.out.mkdir(parents=True, exist_ok=True)
        self.model, self.tokenizer = opened(args.start)
        named = list(self.model.named_parameters())
        groups = {
            "embeddings": [p for n, p in named if n.startswith("enc.embeddings")],
            "body": [p for n, p in named if n.startswith("enc.") and not n.startswith("enc.embeddings")],
            "head": [p for n, p in named if not n.startswith("enc.")],
        }
        decay = {"embeddings": 0.0, "body": 0.01, "head": 0.01}
        self.optimiser = torch.optim.AdamW(
            [{"params": groups[n], "lr": RATES[n], "weight_decay": decay[n]} for n in groups], betas=(0.9, 0.98)
        )
        super().__init__(args)


def train(run: Run) -> None:
    """Train until the schedule ends, then write the training form."""
    args, model, optimiser = run.args, run.model, run.optimiser
    files = [args.data / "ours.jsonl", args.data / "public_rows.jsonl"]
    rows, stamp = read_rows(*files), [f.stat().st_mtime for f in files]
    dev = fixed([r | {"split": "dev"} if r["source"] == "piaf-code" and r["split"] == "test" else r for r in rows], "dev", DEV)
    examples = stream(rows, run.rng)
    model.train()
    losses, right, pairs = [], 0, 0
    base = [RATES[n] for n in ("embeddings", "body", "head")]
    seen = run.minutes()
    while run.progress() < 1:
        drawn = [next(examples) for _ in range(QUESTIONS)]
        for group, rate in zip(optimiser.param_groups, base, strict=True):
            group["lr"] = rate * min(1.0, (run.step + 1) / WARM) * max(0.02, 1 - run.progress())
        loss, good = loss_of(model, run.tokenizer, drawn)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        run.step += 1
        losses.append(loss.item())
        right += good
        pairs += sum(len(e.texts) for e in drawn)
        if run.step % 20 == 0:
            run.log(loss=round(float(np.mean(losses)), 3), right=round(right / 20 / QUESTIONS, 3), pairs=pairs, progress=round(run.progress(), 3))
            losses, right = [], 0
            if stamp != (stamp := [f.stat().st_mtime for f in files]):  # questions written while it runs are taken up
                rows = read_rows(*files)
                examples = stream(rows, run.rng)
                run.log(rows=len(rows))
        if run.minutes() - seen > EVERY:
            run.save()
            run.log(dev=look(model, run.tokenizer, dev))
            seen = run.minutes()
    run.save()
    run.log(dev=look(model, run.tokenizer, dev), end=True)
    write(run)


def write(run: Run) -> None:
    """Write the training form in 16 bits, its score in the units of the product's sum."""
    scaled(run.model, 1 / HEAT)
    folder = run.args.out / "model"
    folder.mkdir(exist_ok=True)
    save_file({n: t.half().contiguous() for n, t in run.model.state_dict().items()}, folder / "model.safetensors")
    for name in FILES:
        if (run.args.start / name).exists():
            shutil.copyfile(run.args.start / name, folder / name)


if __name__ == "__main__":
    train(Run(arguments(__doc__)))
