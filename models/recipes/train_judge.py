"""Train the judge of claims: `train_judge.py START OUT EMBEDDER [--hard] [--again] [--seed 0] [--minutes 60] [--until HH:MM] [--threads 1]`.

START: the training form of a reader (config.json, tokenizer.json, model.safetensors), or of a judge trained before. EMBEDDER: the
training form of the embedder with whose word vectors it will read (export.py); they are held still. Claims written while it
runs are taken up. It runs in 16 bits (bfloat16) on a processor made for it, 1.8 times as fast there as in 32. Run the same
line again to go on after a stop.
"""

import argparse
from collections import defaultdict

import numpy as np
import torch
from claims import MET, Claim, read_claims, readings
from claims import stream as claim_stream
from clock import Clock, arguments
from export import OwnWords, Reader, load, owning
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, softplus
from train_reader import opened, scores, still, write

PIECES = 128  # as the product cuts
SOURCES = 4  # of claims, a step: some 29 claims; twice as many with --hard
HARD = 0.25  # of the altered claims of a step: those that pass most easily, which alone decide where the threshold stands
RATES = {"body": 1e-4, "head": 3e-4, "own": 1e-3}
LATE = 0.5  # of the rates, with --hard: a second run from what a first one made
NORM = 1.0
WARM = 20  # steps
KEPT = 10.0  # processor minutes between two checkpoints
EVERY = 60.0  # ... and between two looks at dev
DEV_CLAIMS = 5  # one source in so many: a look at them all takes eight minutes


def said_of(model: Reader, tokenizer: Tokenizer, claims: list[Claim]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the judge says of each claim, and whether it is faithful."""
    short = torch.backends.cpu.get_cpu_capability() == "AVX512" and torch.cpu._is_avx512_bf16_supported()
    said = scores(model, tokenizer, [(first, second) for first, second, _ in claims], head=1, short=short)
    return said, torch.tensor([float(label) for *_, label in claims])


def close_loss(model: Reader, tokenizer: Tokenizer, sources: list[list[Claim]]) -> torch.Tensor:
    """Return the mean loss of the claims of some sources: each by itself, and the faithful ones above the altered ones."""
    said, labels = said_of(model, tokenizer, [claim for claims in sources for claim in claims])
    at, ranks = 0, []
    for claims in sources:
        part, truth = said[at : at + len(claims)], labels[at : at + len(claims)]
        if 0 < truth.sum() < len(truth):  # the rules may have told all of one kind
            ranks.append(softplus(part[truth == 0][None] - part[truth == 1][:, None]).mean())
        at += len(claims)
    return binary_cross_entropy_with_logits(said, labels) + (torch.stack(ranks).mean() if ranks else 0)


def hard_loss(model: Reader, tokenizer: Tokenizer, sources: list[list[Claim]]) -> torch.Tensor:
    """Return the mean loss of the claims of some sources: each by itself, and every faithful one above the hardest altered ones."""
    said, labels = said_of(model, tokenizer, [claim for claims in sources for claim in claims])
    good, bad = said[labels == 1], said[labels == 0]
    if not len(good) or not len(bad):  # the rules told all of one kind
        return binary_cross_entropy_with_logits(said, labels)
    hardest = bad.topk(max(1, int(HARD * len(bad)))).values
    return binary_cross_entropy_with_logits(said, labels) + softplus(hardest[None] - good[:, None]).mean()


def look(model: Reader, tokenizer: Tokenizer, rows: list[dict]) -> dict[str, dict[str, float]]:
    """Return by language the area under the curve, and the faithful claims kept where 95 of 100 altered ones are not."""
    said: dict[tuple[str, str], list[float]] = defaultdict(list)
    with torch.no_grad():
        for row in rows:
            for kind in ("faithful", "altered"):
                pairs = [pair for text in row[kind] for pair in readings(text, row["source"])]
                found = scores(model, tokenizer, pairs, head=1).reshape(-1, 2).mean(1)
                said[row["id"][:2], kind] += found.tolist()
    shown = {}
    for language in sorted({name for name, _ in said}):
        good, bad = np.array(said[language, "faithful"]), np.array(said[language, "altered"])
        area = float(np.mean([(g > bad).mean() for g in good]))
        shown[language] = {"area": round(area, 3), "kept": round(float((good > np.quantile(bad, 0.95)).mean()), 3)}
    return shown


class Run(Clock):
    """One training run and its files."""

    def __init__(self, args: argparse.Namespace) -> None:
        args.out.mkdir(parents=True, exist_ok=True)
        self.model, self.tokenizer = opened(args.start, PIECES)
        still(self.model)
        vectors = load("embedder", args.embedder).encoder.embeddings.word_embeddings
        words = self.model.enc.embeddings.word_embeddings
        words.load_state_dict(vectors.state_dict(), strict=False)  # its own words stay
        if not isinstance(words, OwnWords):
            owning(self.model)
        kinds = {"close.": "head", "enc.encoder.": "body", "enc.embeddings.word_embeddings.own.": "own",
                 "enc.embeddings.word_embeddings.turn.": "own"}  # fmt: skip
        groups: dict[str, list[torch.nn.Parameter]] = {name: [] for name in RATES}
        for name, weight in self.model.named_parameters():
            kind = next((kind for start, kind in kinds.items() if name.startswith(start)), "")
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
    met, hard = MET if run.args.again else None, run.args.hard
    claims = claim_stream(learnt, run.rng, met)
    weights = [w for group in run.optimiser.param_groups for w in group["params"]]
    losses: list[float] = []
    seen = kept = run.minutes()
    while run.progress() < 1:
        for group, rate in zip(run.optimiser.param_groups, RATES.values(), strict=True):
            late = LATE if hard else 1.0
            group["lr"] = rate * late * min(1.0, (run.step + 1) / WARM) * max(0.02, 1 - run.progress())
        run.optimiser.zero_grad()
        drawn = [next(claims) for _ in range(SOURCES * (2 if hard else 1))]
        loss = (hard_loss if hard else close_loss)(run.model, run.tokenizer, drawn)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, NORM)
        run.optimiser.step()
        run.step += 1
        losses.append(loss.item())
        if run.step % 50 == 0:
            run.log(close=round(float(np.mean(losses)), 3), progress=round(run.progress(), 3))
            losses = []
            if learnt != (learnt := read_claims("train")):
                claims = claim_stream(learnt, run.rng, met)
                run.log(sources=len(learnt))
        if run.minutes() - kept > KEPT:
            run.save()
            kept = run.minutes()
        if run.minutes() - seen > EVERY:
            run.log(claims=look(run.model, run.tokenizer, dev))
            seen = run.minutes()
    run.save()
    run.log(claims=look(run.model, run.tokenizer, dev), end=True)
    write(run)


if __name__ == "__main__":
    flags = {
        "hard": "the faithful claims of a step above its hardest altered ones",
        "again": "START is a judge: meet the sources that it has learnt from less often",
    }
    train(Run(arguments(__doc__, "start", "out", "embedder", **flags)))
