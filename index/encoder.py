"""Run the bundled 8-bit models: texts to vectors, (question, sentence) and (claim, sentence) pairs to scores.

Knows nothing of documents or of PyTorch. The only file that sees onnxruntime and tokenizers.
"""

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelDamaged

Vectors = NDArray[np.float32]
LENT = "word_vectors"  # under this a model's file says where those lie that it does not hold (models/recipes/export.py)
BATCH = 16  # texts of like length run together; larger batches pad more and gain nothing on two cores


def digest(file: Path) -> str:
    """Return the sha256 of a file, which is never held whole."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def verify(file: Path, sha256: str) -> None:
    """Raise ModelDamaged when a file is not the one that `sha256` names."""
    if not file.is_file() or digest(file) != sha256:
        raise ModelDamaged(file=file)


def _lent(session: Any, lender: Path | None) -> dict[str, NDArray[np.uint8]]:
    """Return the word vectors that a model reads with and does not hold, mapped and not copied; none when it holds its own.

    What it says of them lies in its own file: the name of the input, and of `lender`'s file the checksum, offset and shape.
    """
    told = session.get_modelmeta().custom_metadata_map.get(LENT)
    if told is None:
        return {}
    said = json.loads(told)
    assert lender is not None, "a model that reads with lent word vectors was opened without the file that lends them"
    verify(lender, said["sha256"])
    return {said["input"]: np.memmap(lender, np.uint8, "r", said["offset"], tuple(said["shape"]))}


@cache
def _tokenizer(text: str) -> tuple[Any, threading.Lock]:
    """Open a tokenizer; the bundled models have the same one, which takes 0.08 s. Who cuts texts elsewhere holds the lock."""
    from tokenizers import Tokenizer

    opened = Tokenizer.from_str(text)
    opened.no_padding()
    return opened, threading.Lock()


class Encoder:
    """A BERT-like ONNX file and its tokenizer, opened once; safe to share between threads."""

    def __init__(
        self, name: str, file: Path, tokenizer: Path, *, sha256: str, pieces: int, threads: int = 0,
        lender: Path | None = None,
    ) -> None:  # fmt: skip
        """Open `file`; `pieces` is where texts are cut, `threads` 0 means one per core, `lender` holds word vectors for others.

        Raises ModelDamaged when the file is not the one that `sha256` names, or the lender's not the one it was made with.
        """
        self.name = f"{name}@{sha256[:12]}"
        verify(file, sha256)
        # From 1.29 on its Linux builds send events to their maker and keep a machine id and a queue in ~/.cache, unless
        # this is set before the library starts; the call below is for Windows, where the variable is not read.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Idle threads that spin bill their neighbours (energy.md section 1.8).
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._lent = _lent(self._session, lender)
        self._tokenizer, self._alone = _tokenizer(tokenizer.read_text("utf-8"))
        self._pieces = pieces

    def encode(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> Vectors:
        """Return a unit vector a text (embedder) or a score a pair (reader, judge), in the order given."""
        with self._alone:
            self._tokenizer.enable_truncation(self._pieces, strategy="longest_first")
            encoded = [e.ids for e in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
        found: list[Any] = [None] * len(encoded)
        for at in range(0, len(order), BATCH):
            part = order[at : at + BATCH]
            ids = np.zeros((len(part), len(encoded[part[-1]])), np.int64)
            for row, i in enumerate(part):
                ids[row, : len(encoded[i])] = encoded[i]
            mask = (ids != 0).astype(np.int64)  # id 0 is [PAD]
            feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids), **self._lent}
            for i, value in zip(part, self._session.run(None, feeds)[0], strict=True):
                found[i] = value
        return np.array(found, np.float32)
