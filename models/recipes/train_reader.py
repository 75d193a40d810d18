"""Train the reader: `train_reader.py DATA START OUT [--seed 0] [--minutes 60] [--until HH:MM]`.

DATA: a folder with ours.jsonl and public_rows.jsonl. START: a training form (config.json, tokenizer.json, model.safetensors) of a
reader, or of the embedder, whose head then starts at 0. OUT: checkpoint, log.jsonl with the curves, and at the end the training
form; keep it outside the checkout. Run the same line again to go on after a stop.

Two heads on one encoder. `score`, does this sentence answer the question: listwise, the candidates of a question and a no-answer slot
share one softmax; what the product adds to the score (cosine, words, nearness to asked questions) is added here as well, so
that the reader learns what they do not know; and a second softmax over the candidates by the reader's score alone, without the
slot, since the first one can be lowered by knowing the question. `close`, does this claim say nothing else than that sentence:
each claim by itself, and each faithful one above each altered one of its source.
--minutes are of one processor core; --until ends the schedule early when the machine is shared.
"""

import argparse
import json
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from claims import Claim, read_claims, readings
from claims import stream as claim_stream
from clock import Clock, arguments
from draw import HEAT, Example, before, fixed, read_rows, stream
from export import Embedder, Reader, load
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax, softplus

from assistant.reader import CANDIDATES  # draw.py puts the checkout on the path

PIECES = {"score": 64, "close": 128}  # as the product cuts
QUESTIONS = 3  # a step
SOURCES = 4  # of claims, a step: some 29 claims, two thirds of the work
ORDER = 0.5  # weight of the softmax without the slot
NORM = {"score": 0.5, "close": 1.0}  # each head's gradient is cut to its own: the first one is 40 times the other and drowned it
SIZE = 36  # pairs that run together
RATES = {"body": 1e-4, "embeddings": 1e-4, "head": 5e-4}
WARM = 10  # steps
EVERY = 10.0  # processor minutes between two looks at dev
DEV = {"exam": 40, "piaf-code": 10}  # a look costs as much as ten steps; measure_reader.py does it in full
DEV_CLAIMS = 2  # one source in so many
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def scaled(reader: Reader, by: float) -> None:
    """Multiply the score."""
    with torch.no_grad():
        for weight in (reader.out.weight, reader.out.bias, reader.none):
            weight *= by


def opened(start: Path) -> tuple[Reader, dict[str, Tokenizer]]:
    """Return the model, and the tokenizer as each head cuts."""
    tokenizers = {}
    for head, pieces in PIECES.items():
        tokenizers[head] = Tokenizer.from_file(str(start / "tokenizer.json"))
        tokenizers[head].no_padding()
        tokenizers[head].enable_truncation(pieces, strategy="longest_first")
    if "none" in load_file(start / "model.safetensors"):
        reader = load("reader", start)
        scaled(reader, HEAT)  # so that the first step finds the product as it is
        return reader, tokenizers
    embedder: Embedder = load("embedder", start)
    reader = Reader(embedder.encoder, embedder.encoder.config.hidden_size)
    for head in (reader.out, reader.close):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    return reader, tokenizers


def scores(
    model: Reader, tokenizers: dict[str, Tokenizer], pairs: list[tuple[str, str]], head: str = "score", short: bool = False
) -> torch.Tensor:
    """Return what a head says of each pair, in the order given; pairs of like length run together, in 16 bits when `short`."""
    ids = [e.ids for e in tokenizers[head].encode_batch(pairs)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts = []
    for at in range(0, len(order), SIZE):
        part = [ids[i] for i in order[at : at + SIZE]]
        grid = torch.zeros(len(part), len(part[-1]), dtype=torch.long)
        for row, one in zip(grid, part, strict=True):
            row[: len(one)] = torch.tensor(one)
        with torch.autocast("cpu", torch.bfloat16, enabled=short):
            both = model.both(grid, (grid != 0).long(), torch.zeros_like(grid))
        parts.append(both[list(PIECES).index(head)].float())
    back = torch.empty(len(ids), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(ids))
    return torch.cat(parts)[back]


def score_loss(model: Reader, tokenizers: dict[str, Tokenizer], examples: list[Example]) -> tuple[torch.Tensor, int]:
    """Return the mean loss of some questions and how many were decided rightly."""
    alone = scores(model, tokenizers, [(e.question, t) for e in examples for t in e.texts])
    said = alone + torch.tensor([b for e in examples for b in e.before])
    at, right, losses = 0, 0, []
    for e in examples:
        # The constant `none` is already taken off by the model: the no-answer slot stands at 0.
        part = slice(at, at + len(e.texts))
        chances = log_softmax(torch.cat((said[part], torch.zeros(1))), 0)
        gold = e.gold or [len(e.texts)]
        loss = -torch.logsumexp(chances[gold], 0)
        if e.gold:
            loss = loss - ORDER * torch.logsumexp(log_softmax(alone[part], 0)[e.gold], 0)
        losses.append(loss)
        at += len(e.texts)
        right += int(chances.argmax()) in gold
    return torch.stack(losses).mean(), right


def close_loss(
    model: Reader, tokenizers: dict[str, Tokenizer], sources: list[list[Claim]], short: bool = False
) -> torch.Tensor:
    """Return the mean loss of the claims of some sources: each by itself, and the faithful ones above the altered ones."""
    said = scores(model, tokenizers, [(first, second) for claims in sources for first, second, _ in claims], "close", short)
    labels = torch.tensor([float(label) for claims in sources for _, _, label in claims])
    at, ranks = 0, []
    for claims in sources:
        part, truth = said[at : at + len(claims)], labels[at : at + len(claims)]
        ranks.append(softplus(part[truth == 0][None] - part[truth == 1][:, None]).mean())
        at += len(claims)
    return binary_cross_entropy_with_logits(said, labels) + torch.stack(ranks).mean()


def pull(model: Reader, loss: torch.Tensor, norm: float) -> None:
    """Add the gradient of a loss, cut to `norm`, to what the next step follows."""
    weights = list(model.parameters())
    found = torch.autograd.grad(loss, weights, allow_unused=True)
    length = torch.sqrt(sum((g**2).sum() for g in found if g is not None))
    for weight, gradient in zip(weights, found, strict=True):
        if gradient is not None:
            part = gradient * min(1.0, norm / (float(length) + 1e-9))
            weight.grad = part if weight.grad is None else weight.grad + part


def look_close(model: Reader, tokenizers: dict[str, Tokenizer], rows: list[dict]) -> dict[str, dict[str, float]]:
    """Return by language the area under the curve, and the faithful claims kept where 95 of 100 altered ones are not."""
    model.eval()
    said: dict[tuple[str, str], list[float]] = defaultdict(list)
    with torch.no_grad():
        for row in rows:
            for kind in ("faithful", "altered"):
                pairs = [pair for text in row[kind] for pair in readings(text, row["source"])]
                found = scores(model, tokenizers, pairs, "close").reshape(-1, 2).mean(1)
                said[row["id"][:2], kind] += found.tolist()
    model.train()
    shown = {}
    for language in sorted({name for name, _ in said}):
        good, bad = np.array(said[language, "faithful"]), np.array(said[language, "altered"])
        area = float(np.mean([(g > bad).mean() for g in good]))
        shown[language] = {"area": round(area, 3), "kept": round(float((good > np.quantile(bad, 0.95)).mean()), 3)}
    return shown


def look(model: Reader, tokenizers: dict[str, Tokenizer], rows: list[dict]) -> dict[str, dict[str, float]]:
    """Return hit at 1 and 3, and the area under the curve that tells answerable from not, by source and language."""
    model.eval()
    hits, best = defaultdict(list), defaultdict(lambda: ([], []))
    with torch.no_grad():
        for row in rows:
            there = [c for c in row["candidates"] if c["found"]][:CANDIDATES]
            if not there or (row["answerable"] and not any(c["gold"] for c in there)):
                continue  # what the search missed says nothing of the reader
            said = scores(model, tokenizers, [(row["question"], c["text"]) for c in there]).numpy()
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
        self.model, self.tokenizers = opened(args.start)
        named = list(self.model.named_parameters())
        groups = {
            "embeddings": [p for n, p in named if n.startswith("enc.embeddings")],
            "body": [p for n, p in named if n.startswith("enc.") and not n.startswith("enc.embeddings")],
            "head": [p for n, p in named if not n.startswith("enc.")],
        }
        decay = {"embeddings": 0.0, "body": 0.01, "head": 0.01}
        self.optimiser = torch.optim.AdamW(
            [{"params": groups[n], "lr": RATES[n], "weight_decay": decay[n]} for n in groups], betas=(0.9, 0.98), fused=True
        )
        super().__init__(args)


def train(run: Run) -> None:
    """Train until the schedule ends, then write the training form."""
    args, model, optimiser = run.args, run.model, run.optimiser
    rows, learnt = read_rows(args.data / "ours.jsonl", args.data / "public_rows.jsonl"), read_claims("train")
    dev = fixed([r | {"split": "dev"} if r["source"] == "piaf-code" and r["split"] == "test" else r for r in rows], "dev", DEV)
    examples, claims = stream(rows, run.rng), claim_stream(learnt, run.rng)
    dev_claims = read_claims("dev")[::DEV_CLAIMS]
    model.train()
    losses, closes, right, pairs = [], [], 0, 0
    base = [RATES[n] for n in ("embeddings", "body", "head")]
    seen = run.minutes()
    while run.progress() < 1:
        drawn = [next(examples) for _ in range(QUESTIONS)]
        for group, rate in zip(optimiser.param_groups, base, strict=True):
            group["lr"] = rate * min(1.0, (run.step + 1) / WARM) * max(0.02, 1 - run.progress())
        optimiser.zero_grad()
        loss, good = score_loss(model, run.tokenizers, drawn)
        pull(model, loss, NORM["score"])
        close = close_loss(model, run.tokenizers, [next(claims) for _ in range(SOURCES)])
        pull(model, close, NORM["close"])
        optimiser.step()
        run.step += 1
        losses.append(loss.item())
        closes.append(close.item())
        right += good
        pairs += sum(len(e.texts) for e in drawn)
        if run.step % 20 == 0:
            means = {"loss": round(float(np.mean(losses)), 3), "close": round(float(np.mean(closes)), 3)}
            run.log(**means, right=round(right / 20 / QUESTIONS, 3), pairs=pairs, progress=round(run.progress(), 3))
            losses, closes, right = [], [], 0
            if learnt != (learnt := read_claims("train")):  # what is written while it runs is taken up
                claims = claim_stream(learnt, run.rng)
                run.log(sources=len(learnt))
        if run.minutes() - seen > EVERY:
            run.save()
            run.log(dev=look(model, run.tokenizers, dev), claims=look_close(model, run.tokenizers, dev_claims))
            seen = run.minutes()
    run.save()
    run.log(dev=look(model, run.tokenizers, dev), claims=look_close(model, run.tokenizers, dev_claims), end=True)
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
    train(Run(arguments(__doc__, "data", "start", "out")))
