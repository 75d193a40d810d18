"""Learn the table of changed words from the written claims: `learn_changes.py TARGET [--keep 70000]`.

A process for each language: 12 processor minutes and 9 GB of memory in all.

For each language a logistic regression on what tells a claim from its source, and from two of its source's rewordings
(assistant/changes.py). Changes that fewer than FEWEST claims hold are left out, the KEEP of a language that weigh most over all
its claims are fitted again by themselves and kept in 8 bits. Needs scikit-learn, which sentence-transformers brings.
"""

import argparse
import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from claims import read_claims
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from assistant.changes import changes, number

LANGUAGES = ("fr", "en")
SEED = 1
FEWEST = 3  # claims that hold a change
STRENGTH = 1.5  # the regression's C: 0.3, 0.5, 1, 3 and 4 were tried on dev
MOST = 12  # faithful claims of a source, and as many altered ones: marked sentences stand for three times as many
OTHERS = 2  # rewordings of the source that a claim is held against as well


def pairs(rows: Sequence[dict], rng: random.Random) -> Iterator[tuple[str, str, int]]:
    """Yield (claim, what it is held against, 1 it says the same | 0 it does not)."""
    for row in rows:
        for label, claims in ((1, row["faithful"]), (0, row["altered"])):
            for claim in rng.sample(claims, min(MOST, len(claims))):
                yield claim, row["source"], label
                for other in rng.sample(row["faithful"], min(OTHERS, len(row["faithful"]))):
                    if other != claim:
                        yield claim, other, label


def fitted(rows: csr_matrix, labels: np.ndarray) -> np.ndarray:
    """Return the weight of each column; the constant is a column too."""
    model = LogisticRegression(C=STRENGTH, solver="liblinear", fit_intercept=False, max_iter=60, tol=3e-3)
    return model.fit(rows, labels).coef_.ravel()


def learnt(drawn: Sequence[tuple[str, str, int]], keep: int, language: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the keys of the changes that weigh most, sorted, and their weights."""
    told = [Counter({number(name, language): value for name, value in changes(text, by).items()}) for text, by, _ in drawn]
    held = Counter(key for row in told for key in row)
    keys = np.array(sorted(key for key, count in held.items() if count >= FEWEST))
    column = {int(key): at for at, key in enumerate(keys)}
    entries = [(line, column[key], value) for line, row in enumerate(told) for key, value in row.items() if key in column]
    lines, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    rows, labels = csr_matrix((values, (lines, columns)), shape=(len(told), len(keys))), np.array([label for *_, label in drawn])
    print(f"{len(told)} pairs, {len(keys)} changes that {FEWEST} of them hold", flush=True)
    weight = np.abs(fitted(rows, labels)) * np.sqrt([held[int(key)] for key in keys])
    kept = np.sort(np.argsort(-weight)[:keep])
    return keys[kept], fitted(rows[:, kept], labels)


def part(language: str, keep: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what `learnt` does of all the claims of a language to learn from."""
    rows = [row for row in read_claims("train") if row["id"].startswith(language)]
    return learnt(list(pairs(rows, random.Random(SEED))), keep, language)


def save(file: Path, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
    """Write a table of one language or more: the steps from key to key, the weights in 8 bits and their unit."""
    keys, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    keys, first = np.unique(keys, return_index=True)  # a key that two languages share is the first one's
    weights = weights[first]
    unit = float(np.abs(weights).max()) / 127
    np.savez_compressed(
        file, steps=np.diff(keys, prepend=0).astype(np.int32), weights=np.round(weights / unit).astype(np.int8),
        unit=np.float64(unit),
    )  # fmt: skip


def main() -> None:
    """Write the table and print its size and checksum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--keep", type=int, default=70_000)
    args = parser.parse_args()
    with ProcessPoolExecutor(len(LANGUAGES)) as pool:
        save(args.target, list(pool.map(part, LANGUAGES, [args.keep] * len(LANGUAGES))))
    print(args.target.stat().st_size, hashlib.sha256(args.target.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
