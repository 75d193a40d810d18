"""Vectors in rows, a block for each document, in one file that is mapped and not read.

Knows nothing of what the rows stand for. What is looked up by its place, or few enough to be compared one by one, needs no
index of neighbours: 49,000 rows take 7 ms, where Chroma took 11, and half a second and 100 MB to open (evals/results.md).
"""

import errno
import json
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from index.encoder import Vectors

NONE = np.zeros((0, 0), np.float32)


class Rows:
    """`folder`/NAME.npy, the rows, and NAME.json, how many each document has, in their order."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file, self._table = folder / f"{name}.npy", folder / f"{name}.json"

    @cached_property
    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = json.loads(self._table.read_text("utf-8")) if self._table.is_file() else {}
        return counts

    @cached_property
    def _places(self) -> list[tuple[str, int]]:
        return [(document, number) for document, count in self._counts.items() for number in range(count)]

    @cached_property
    def _blocks(self) -> dict[str, slice]:
        blocks, end = dict[str, slice](), 0
        for document, count in self._counts.items():
            blocks[document] = slice(end, end + count)
            end += count
        return blocks

    @cached_property
    def _vectors(self) -> Vectors:
        return np.asarray(np.load(self._file, mmap_mode="r")) if self._counts else NONE

    def __len__(self) -> int:
        """Return how many rows there are."""
        return sum(self._counts.values())

    def of(self, document: str) -> Vectors:
        """Return the rows of a document; none when it has none."""
        return self._vectors[self._blocks.get(document, slice(0, 0))]

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, int, float]]:
        """Return (document, number, cosine) of the `count` rows nearest to `vector`, the nearest first."""
        if not self._counts:
            return []
        cosines = self._vectors @ vector
        last = np.partition(-cosines, min(count, len(cosines)) - 1)[min(count, len(cosines)) - 1]
        few = np.flatnonzero(-cosines <= last)
        order = few[np.argsort(-cosines[few], kind="stable")][:count]  # of two alike the first, on every machine
        return [(*self._places[i], float(cosines[i])) for i in order]

    def write(self, documents: Iterable[str], fresh: Mapping[str, Vectors]) -> None:
        """Keep the rows of `documents`: those of `fresh`, and for the others those held so far.

        They are written beside and swapped in, since those held are mapped from the file.
        """
        kept = {document: fresh.get(document, self.of(document)) for document in documents}
        kept = {document: vectors for document, vectors in kept.items() if len(vectors)}
        beside = self._file.with_suffix(".new.npy")
        try:
            np.save(beside, np.concatenate(list(kept.values())) if kept else NONE)
        except OSError as error:  # of a full disk numpy says so, and gives no number
            raise OSError(error.errno or errno.ENOSPC, str(error)) from error
        os.replace(beside, self._file)
        self._table.write_text(json.dumps({d: len(v) for d, v in kept.items()}, ensure_ascii=False), "utf-8")
        for name in ("_counts", "_places", "_blocks", "_vectors"):
            self.__dict__.pop(name, None)
