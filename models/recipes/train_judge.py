"""Train the judge of claims alone: `train_judge.py START OUT READER [--hard] [--thin] [--seed 0] [--minutes 60] [--until HH:MM] [--threads 1]`.

START: the training form of a reader (config.json, tokenizer.json, model.safetensors), best one that has learnt claims beside
questions (train_reader.py). READER: the form of the reader whose 8-bit file will carry the judge. Only what export_judge.py ships
is trained: the layers and the `close` head, not the word vectors. With --thin the layers are READER's, and what is learnt is just
what the file will hold; without, it is cut to that afterwards, which costs something: begin without, end with it.
Claims written while it runs are taken up. Runs in 16 bits (bfloat16): 1.8 times as fast as 32 on a processor made for it.
Run the same line again to go on after a stop.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from claims import Claim, read_claims
from claims import stream as claim_stream
from clock import Clock, arguments
from export import Reader, load
from thin import merge, thin
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, softplus
from train_reader import DEV_CLAIMS, close_loss, look_close, opened, scores, write

SOURCES = 4  # of claims, a step: some 29 claims; twice as many with --hard
HARD = 0.25  # of the altered claims of a step: those that pass most easily, which alone decide where the threshold stands
RATES = {"body": 1e-4, "head": 3e-4}
THIN = 2.0  # times the rates: we reckon that a thin matrix moves what it is a factor of by half as much; not measured
LATE = 0.5  # of the rates, with --hard: a second run from what a first one made
NORM = 1.0
WARM = 20  # steps
EVERY = 20.0  # processor minutes between two looks at dev


def hard_loss(model: Reader, tokenizers: dict[str, Tokenizer], sources: list[list[Claim]], short: bool = False) -> torch.Tensor:
    """Return the mean loss of the claims of some sources: each by itself, and every faithful one above the hardest altered ones."""
    drawn = [claim for claims in sources for claim in claims]
    said = scores(model, tokenizers, [(first, second) for first, second, _ in drawn], "close", short)
    labels = torch.tensor([float(label) for *_, label in drawn])
    good, bad = said[labels == 1], said[labels == 0]
    hardest = bad.topk(max(1, int(HARD * len(bad)))).values
    return binary_cross_entropy_with_logits(said, labels) + softplus(hardest[None] - good[:, None]).mean()


class Run(Clock):
    """One training run and its files."""

    def __init__(self, args: argparse.Namespace) -> None:
        args.out.mkdir(parents=True, exist_ok=True)
        self.model, self.tokenizers = opened(args.start)
        if args.thin:
            self.model = thin(load("reader", args.reader), self.model)
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0  # drawing what to drop takes a quarter of the time, and what it learns from it sees twice or thrice
        groups: dict[str, list[torch.nn.Parameter]] = {"body": [], "head": []}
        for name, weight in self.model.named_parameters():
            kept = args.thin and name.endswith(".base.weight")
            kind = "head" if name.startswith("close.") else "body" if name.startswith("enc.encoder.") and not kept else ""
            weight.requires_grad_(bool(kind))
            if kind:
                groups[kind].append(weight)
        self.optimiser = torch.optim.AdamW(
            [{"params": groups[n], "lr": RATES[n], "weight_decay": 0.01} for n in RATES], betas=(0.9, 0.98), fused=True
        )
        super().__init__(args)


def train(run: Run) -> None:
    """Train until the schedule ends, then write the training form."""
    learnt, dev = read_claims("train"), read_claims("dev")[::DEV_CLAIMS]
    claims = claim_stream(learnt, run.rng)
    weights = [w for group in run.optimiser.param_groups for w in group["params"]]
    run.model.train()
    losses: list[float] = []
    late = (LATE if run.args.hard else 1) * (THIN if run.args.thin else 1)
    seen = run.minutes()
    while run.progress() < 1:
        for group, rate in zip(run.optimiser.param_groups, RATES.values(), strict=True):
            group["lr"] = rate * late * min(1.0, (run.step + 1) / WARM) * max(0.02, 1 - run.progress())
        run.optimiser.zero_grad()
        drawn = [next(claims) for _ in range(SOURCES * (2 if run.args.hard else 1))]
        loss = (hard_loss if run.args.hard else close_loss)(run.model, run.tokenizers, drawn, short=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, NORM)
        run.optimiser.step()
        run.step += 1
        losses.append(loss.item())
        if run.step % 50 == 0:
            run.log(close=round(float(np.mean(losses)), 3), progress=round(run.progress(), 3))
            losses = []
            if learnt != (learnt := read_claims("train")):
                claims = claim_stream(learnt, run.rng)
                run.log(sources=len(learnt))
        if run.minutes() - seen > EVERY:
            run.save()
            run.log(claims=look_close(run.model, run.tokenizers, dev))
            seen = run.minutes()
    run.save()
    run.log(claims=look_close(run.model, run.tokenizers, dev), end=True)
    merge(run.model)
    write(run)


if __name__ == "__main__":
    hard, narrow = "the faithful claims of a step above its hardest altered ones", "learn only what export_judge.py carries"
    train(Run(arguments(__doc__, "start", "out", "reader", hard=hard, thin=narrow)))
