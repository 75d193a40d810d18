"""Rows of vectors: what is written is found by its document, and the nearest come first; what did not change stays."""

import errno
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.rows import Rows


def unit(*values):
    """Return rows of length one."""
    rows = np.array(values, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


A, B, C = unit([1, 0, 0], [0, 1, 0]), unit([0, 0, 1]), unit([1, 1, 0], [0, 1, 1], [1, 0, 1])
NOTHING = np.zeros((0, 0), np.float32)


def held(rows):
    return {name: rows.of(name).tolist() for name in "abcd"}


def test_rows_are_found_by_their_document(tmp_path):
    """By whoever wrote them and by whoever opens them later; a document without rows has none."""
    written = Rows(tmp_path, "x")
    assert (len(written), written.nearest(A[0], 5), len(written.of("a"))) == (0, [], 0)
    written.write(["a", "b", "d"], {"a": A, "b": B, "d": NOTHING})
    for rows in (written, Rows(tmp_path, "x")):
        assert len(rows) == 3
        assert held(rows) == {"a": A.tolist(), "b": B.tolist(), "c": [], "d": []}


def test_what_did_not_change_stays(tmp_path):
    """One document is gone, one is new, one is other than it was, one lost its rows."""
    rows = Rows(tmp_path, "x")
    rows.write("abd", {"a": A, "b": B, "d": C})
    before = rows.of("d")
    rows.write("bcd", {"b": C, "c": A})
    assert held(rows) == {"a": [], "b": C.tolist(), "c": A.tolist(), "d": C.tolist()}
    assert before.tolist() == C.tolist(), "who reads the rows of before keeps them"
    rows.write("bc", {"b": NOTHING})
    assert held(Rows(tmp_path, "x")) == {"a": [], "b": [], "c": A.tolist(), "d": []}
    rows.write("", {})
    assert (len(rows), rows.nearest(A[0], 5)) == (0, [])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.json", "x.npy"]


def test_the_nearest_come_first_and_of_two_alike_the_first(tmp_path):
    """The order is the same on every machine."""
    rows = Rows(tmp_path, "x")
    rows.write("abc", {"a": A, "b": B, "c": np.concatenate([A[:1], C])})
    assert [(d, n) for d, n, _ in rows.nearest(A[0], 4)] == [("a", 0), ("c", 0), ("c", 1), ("c", 3)]
    assert [cosine for *_, cosine in rows.nearest(A[0], 1)] == pytest.approx([1.0])
    assert len(rows.nearest(A[0], 50)) == 7


def test_a_full_disk_is_said_by_its_number(tmp_path, monkeypatch):
    """Of a disk that is full numpy says so in words alone, and the command tells a full disk by the number."""

    def full(file, _rows):
        Path(file).write_bytes(b"half")
        raise OSError("Not enough free space to write 18000000 bytes after offset 128")

    rows = Rows(tmp_path, "x")
    rows.write("a", {"a": A})
    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match="free space") as problem:
        rows.write("ab", {"b": B})
    assert problem.value.errno == errno.ENOSPC
    assert held(Rows(tmp_path, "x")) == {"a": A.tolist(), "b": [], "c": [], "d": []}


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_nearest_is_what_sorting_all_of_them_gives(tmp_path_factory, size, count, seed):
    """Whatever the rows are."""
    drawn = np.random.default_rng(seed)
    vectors = drawn.integers(-2, 3, (size, 4)).astype(np.float32)
    rows = Rows(tmp_path_factory.mktemp("rows"), "x")
    rows.write("a", {"a": vectors})
    vector = drawn.integers(-2, 3, 4).astype(np.float32)
    found = rows.nearest(vector, count)
    every = sorted((-float(v @ vector), n) for n, v in enumerate(vectors))[:count]
    assert [(-cosine, n) for _, n, cosine in found] == every
