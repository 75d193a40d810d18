"""Fit the weights of assistant/reader.py's sum on the dev questions: `fit_sum.py DATA NAME=FILE [--also DATA...] [--hold 0.02]`.

DATA: ours.jsonl, made with the index and the embedder in use. FILE: an 8-bit reader, beside its tokenizer.json. Listwise: the
candidates of a question share one softmax, of which the right ones take what they can; questions whose right sentence is not among
those read say nothing. --hold pulls towards the weights in use: dev is small. Prints the weights, and hit at 1 and 3 on dev and,
for the weights in use and the fitted ones, on test. Nothing is written: put the figures into assistant/reader.py by hand, then
run python -m evals.thresholds --write.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from draw import read_rows
from measure_reader import ASKED_WEIGHT, COSINE_WEIGHT, COVERED_WEIGHT, LED, OPENING, PASSAGE_WEIGHT, chosen, given, hits, key, scored
from torch.nn.functional import log_softmax

from assistant.reader import MODEL_WEIGHT  # measure_reader.py puts the checkout on the path

NAMES = ("reader", "cosine", "covered", "asked", "passage")
IN_USE = np.array([MODEL_WEIGHT, COSINE_WEIGHT, COVERED_WEIGHT, ASKED_WEIGHT, PASSAGE_WEIGHT])


def features(row: dict, own: list[float]) -> np.ndarray:
    """Return a line a candidate: what each weight multiplies, and what is taken off an opening sentence."""
    return np.array([
        [o, max(c["cosine"], c["asked"] - LED), c["covered"], c["asked"] ** 2, c["passage"], -OPENING * c["section"].endswith("#0")]
        for o, c in zip(own, given(row), strict=True)
    ])  # fmt: skip


def fitted(tables: list[np.ndarray], golds: list[list[bool]], hold: float) -> np.ndarray:
    """Return the weights that make the right candidates likeliest, near those in use."""
    logs = torch.zeros(len(NAMES), requires_grad=True)  # of the ratios to the weights in use: no weight changes its sign
    data = [(torch.tensor(t, dtype=torch.float), torch.tensor(g)) for t, g in zip(tables, golds, strict=True)]
    base = torch.tensor(IN_USE, dtype=torch.float)
    optimiser = torch.optim.LBFGS([logs], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        losses = [
            -torch.logsumexp(log_softmax(t[:, :-1] @ (base * logs.exp()) + t[:, -1], 0)[g], 0) for t, g in data
        ]
        loss = torch.stack(losses).mean() + hold * (logs**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return IN_USE * logs.exp().detach().numpy()


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("reader", help="NAME=FILE")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="more folders: the visitors' questions")
    parser.add_argument("--hold", type=float, default=0.02)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    name, _, file = args.reader.partition("=")
    read = read_rows(*(data / "ours.jsonl" for data in (args.data, *args.also)))
    rows = [r for r in chosen(read, "all") if r["source"] == "exam" and r["answerable"]]
    own = scored(name, Path(file), rows, args.data / "scores", args.threads)
    tables = {key(r): features(r, own[key(r)]) for r in rows}
    dev = [r for r in rows if r["split"] == "dev"]
    weights = fitted([tables[key(r)] for r in dev], [[c["gold"] for c in given(r)] for r in dev], args.hold)
    for told, used in (("in use", IN_USE), ("without a reader", IN_USE * [0, 1, 1, 1, 1]), ("fitted", weights)):
        said = {k: t @ np.append(used, 1.0) for k, t in tables.items()}
        print(told, *(f"{n} {w:.2f}" for n, w in zip(NAMES, used, strict=True)))
        for split in ("dev", "test"):
            for language in ("fr", "en"):
                part = [r for r in rows if (r["split"], r["language"]) == (split, language)]
                print(f"  {split} {language}: hit {hits(part, said)}")


if __name__ == "__main__":
    sys.exit(main())
