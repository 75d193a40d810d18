"""What a model's tokens spell, and which of them its own words may use.

Knows nothing of answers.
"""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Cut out of joints: brackets (markers are ours), quotation marks, digits, and what could open a control token.
BANNED = re.compile(rb"[\[\]{}<>\"|`*#_\\0-9\n\r\t]|\xc2[\xab\xbb]|\xe2\x80[\x9c\x9d]")
TAG = re.compile(rb"<.{2,}>", re.DOTALL)  # "<think>" and the like, where they are not control tokens
PIECE = 256  # bytes: Llama.detokenize loses what is longer than 32


@dataclass(frozen=True, slots=True)
class Allowed:
    """The token ids that a place allows, as a list and as a mask over the vocabulary."""

    ids: NDArray[Any]
    mask: NDArray[Any]


def allowed(ids: Sequence[int], count: int) -> Allowed:
    """Return the ids as both; `count` is the size of the vocabulary."""
    mask = np.zeros(count, bool)
    mask[list(ids)] = True
    return Allowed(np.array(ids, np.intp), mask)


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary, and the ids that each place of an answer allows."""

    pieces: list[bytes]
    text: Allowed
    text_or_end: Allowed
    joint: Allowed
    joint_or_end: Allowed
    opens: Allowed
    open_set: frozenset[int]
    ends: frozenset[int]
    digits: dict[int, int]
    close: int


def classes(api: Any, vocab: Any, count: int) -> Words:
    """Read the whole vocabulary once; raises LookupError when brackets or digits are no tokens of their own."""
    buffer = ctypes.create_string_buffer(PIECE)
    pieces: list[bytes] = []
    for token in range(count):
        length = api.llama_token_to_piece(vocab, token, buffer, PIECE, 0, False)  # control tokens spell nothing
        pieces.append(buffer.raw[:length] if 0 < length <= PIECE else b"")
    ends = frozenset(t for t in range(count) if api.llama_vocab_is_eog(vocab, t))
    text = [t for t, p in enumerate(pieces) if p and t not in ends and not TAG.search(p)]
    joint = [t for t in text if not BANNED.search(pieces[t])]
    opens = [t for t, p in enumerate(pieces) if p.strip(b" ") == b"["]
    alone = {p: t for t, p in reversed(list(enumerate(pieces)))}
    digits = {n: alone[str(n).encode()] for n in range(1, 10) if str(n).encode() in alone}
    if not opens or b"]" not in alone or len(digits) < 9 or not ends:
        raise LookupError("brackets, digits or the end are no tokens of this vocabulary")
    last = sorted(ends)
    return Words(
        pieces, allowed(text, count), allowed([*text, *last], count), allowed([*joint, *opens], count),
        allowed([*joint, *opens, *last], count), allowed(opens, count), frozenset(opens), ends, digits, alone[b"]"],
    )  # fmt: skip
