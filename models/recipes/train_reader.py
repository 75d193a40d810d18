"""Train the reader: `train_reader.py DATA START OUT EMBEDDER [--seed 0] [--minutes 60] [--until HH:MM] [--threads 1]`.

DATA: a folder with reader_rows.jsonl and public_rows.jsonl, and ours.jsonl for dev. START: a training form (config.json,
tokenizer.json, model.safetensors) of a reader, or of the embedder, whose head then starts at 0. OUT: checkpoint, log.jsonl
with the curves, and at the end the training form; keep it outside the checkout. EMBEDDER: the training form of the embedder
with whose word vectors it will read (export.py); they are held still, and so are the lowest layers. Run the same line again
to go on after a stop.

Does this sentence answer the question: listwise, the candidates of a question and a no-answer slot share one softmax; and a
second softmax over the candidates alone, since the first one can be lowered by knowing the question.
--minutes are of processor time, all threads together; --until ends the schedule early when the machine is shared.
"""

import argparse
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from clock import Clock, arguments
from draw import Example, fixed, read_rows, stream
from export import Embedder, Reader, load
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import log_softmax

PIECES = 64  # as the product cuts
QUESTIONS = 6  # a step, with 7 candidates each
ORDER = 0.5  # weight of the softmax without the slot
HEAT = 0.3  # scores spread over some twenty: in the softmax they are less sure of themselves, and written as they were
SIZE = 24  # pairs that run together
RATES = {"body": 1.5e-4, "head": 5e-4}
STILL = 2  # layers held still, with what lies below: a quarter more pairs in the same time
NORM = 1.0
WARM = 20  # steps
EVERY = 25.0  # processor minutes between two looks at dev
DEV = {"exam": 60, "own": 120}
GIVEN = 16  # candidates of a dev question
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def scaled(reader: Reader, by: float) -> None:
    """Multiply the score."""
    with torch.no_grad():
        for weight in (reader.out.weight, reader.out.bias, reader.none):
            weight *= by


def opened(start: Path, pieces: int) -> tuple[Reader, Tokenizer]:
    """Return the model and the tokenizer, which cuts after `pieces`."""
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(pieces, strategy="longest_first")
    if "none" in load_file(start / "model.safetensors"):
        return load("reader", start), tokenizer
    embedder: Embedder = load("embedder", start)
    reader = Reader(embedder.encoder, embedder.encoder.config.hidden_size)
    for head in (reader.out, reader.close):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    return reader, tokenizer


def still(reader: Reader) -> None:
    """Drop nothing while training: drawing what to drop takes a quarter of the time, and little is met twice."""
    for module in reader.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0


def scores(model: Reader, tokenizer: Tokenizer, pairs: list[tuple[str, str]], *, head: int = 0, short: bool = False) -> torch.Tensor:
    """Return what a head (0 reader, 1 judge) says of each pair, in order; pairs of like length run together, in 16 bits when `short`."""
    ids = [e.ids for e in tokenizer.encode_batch(pairs)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts = []
    for at in range(0, len(order), SIZE):
        part = [ids[i] for i in order[at : at + SIZE]]
        grid = torch.zeros(len(part), len(part[-1]), dtype=torch.long)
        for row, one in zip(grid, part, strict=True):
            row[: len(one)] = torch.tensor(one)
        with torch.autocast("cpu", torch.bfloat16, enabled=short):
            both = model.both(grid, (grid != 0).long(), torch.zeros_like(grid))
        parts.append(both[head].float())
    back = torch.empty(len(ids), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(ids))
    return torch.cat(parts)[back]


def score_loss(model: Reader, tokenizer: Tokenizer, examples: list[Example]) -> torch.Tensor:
    """Return the mean loss of some questions."""
    said, at, losses = scores(model, tokenizer, [(e.question, t) for e in examples for t in e.texts]), 0, []
    for e in examples:
        # The constant `none` is already taken off by the model: the no-answer slot stands at 0.
        part = said[at : at + len(e.texts)]
        at += len(e.texts)
        loss = -torch.logsumexp(log_softmax(torch.cat((part, torch.zeros(1))), 0)[e.gold or [len(e.texts)]], 0)
        if e.gold:
            loss = loss - ORDER * torch.logsumexp(log_softmax(part, 0)[e.gold], 0)
        losses.append(loss)
    return torch.stack(losses).mean()


def look(model: Reader, tokenizer: Tokenizer, rows: list[dict]) -> dict[str, dict[str, float]]:
    """Return hit at 1 and 3, and the area under the curve that tells answerable from not, by source and language."""
    hits, best = defaultdict(list), defaultdict(lambda: ([], []))
    with torch.no_grad():
        for row in rows:
            there = [c for c in row["candidates"] if c["found"]][:GIVEN]
            gold, key = [c["gold"] for c in there], f"{row['source']}-{row['language']}"
            if not there or any(gold) != row["answerable"]:
                continue  # what the search missed says nothing of the reader
            said = scores(model, tokenizer, [(row["question"], c["text"]) for c in there]).numpy()
            if any(gold):
                order = np.argsort(-said)
                hits[key].append((gold[order[0]], any(gold[i] for i in order[:3])))
            best[key][0 if any(gold) else 1].append(said.max())
    found = {}
    for key, rights in hits.items():
        first, three = np.mean(rights, axis=0)
        right, wrong = map(np.array, best[key])
        area = np.mean([(w < right).mean() for w in wrong]) if len(wrong) else float("nan")
        found[key] = {"hit1": round(float(first), 3), "hit3": round(float(three), 3), "area": round(float(area), 3)}
    return found


class Run(Clock):
    """One training run and its files."""

    def __init__(self, args: argparse.Namespace) -> None:
        args.out.mkdir(parents=True, exist_ok=True)
        self.model, self.tokenizer = opened(args.start, PIECES)
        scaled(self.model, HEAT)
        still(self.model)
        vectors = load("embedder", args.embedder).encoder.embeddings.word_embeddings
        self.model.enc.embeddings.word_embeddings.load_state_dict(vectors.state_dict())
        groups: dict[str, list[torch.nn.Parameter]] = {"body": [], "head": []}
        low = ("enc.embeddings.", *(f"enc.encoder.layer.{n}." for n in range(STILL)), "close.")
        for name, weight in self.model.named_parameters():
            weight.requires_grad_(not name.startswith(low))
            if weight.requires_grad:
                groups["body" if name.startswith("enc.") else "head"].append(weight)
        self.optimiser = torch.optim.AdamW(
            [{"params": groups[n], "lr": RATES[n], "weight_decay": 0.01} for n in RATES], betas=(0.9, 0.98), fused=True
        )
        super().__init__(args)


def train(run: Run) -> None:
    """Train until the schedule ends, then write the training form."""
    rows = read_rows(run.args.data / "reader_rows.jsonl", run.args.data / "public_rows.jsonl")
    dev = fixed([*rows, *read_rows(run.args.data / "ours.jsonl")], "dev", DEV)
    examples, losses, pairs, seen = stream(rows, run.rng), [], 0, run.minutes()
    weights = [w for group in run.optimiser.param_groups for w in group["params"]]
    while run.progress() < 1:
        drawn = [next(examples) for _ in range(QUESTIONS)]
        for group, rate in zip(run.optimiser.param_groups, RATES.values(), strict=True):
            group["lr"] = rate * min(1.0, (run.step + 1) / WARM) * max(0.02, 1 - run.progress())
        run.optimiser.zero_grad()
        loss = score_loss(run.model, run.tokenizer, drawn)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, NORM)
        run.optimiser.step()
        run.step += 1
        losses.append(loss.item())
        pairs += sum(len(e.texts) for e in drawn)
        if run.step % 50 == 0:
            run.log(loss=round(float(np.mean(losses)), 3), pairs=pairs, progress=round(run.progress(), 3))
            losses = []
        if run.minutes() - seen > EVERY:
            run.save()
            run.log(dev=look(run.model, run.tokenizer, dev))
            seen = run.minutes()
    run.save()
    run.log(dev=look(run.model, run.tokenizer, dev), end=True)
    scaled(run.model, 1 / HEAT)
    write(run)


def write(run: Clock) -> None:
    """Write the training form in 16 bits."""
    folder = run.args.out / "model"
    folder.mkdir(exist_ok=True)
    save_file({n: t.half().contiguous() for n, t in run.model.state_dict().items()}, folder / "model.safetensors")
    for name in FILES:
        if (run.args.start / name).exists():
            shutil.copyfile(run.args.start / name, folder / name)


if __name__ == "__main__":
    train(Run(arguments(__doc__, "data", "start", "out", "embedder")))
