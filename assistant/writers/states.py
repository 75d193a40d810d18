"""Keep what a context holds for the conversations before this one, least recently used first out.

Knows nothing of prompts. A kept state comes back in milliseconds where reading 1,000 tokens again takes seconds
(llama.md section 3); `Llama.save_state` would cost a hundred times more and keep useless logits.
"""

import ctypes
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORTH = 64  # tokens: below, reading again is as quick


def common(one: NDArray[Any], other: Sequence[int]) -> int:
    """Return how many tokens two sequences share from their start."""
    count = min(len(one), len(other))
    different = np.flatnonzero(np.asarray(one[:count]) != np.asarray(other[:count], np.intc))
    return int(different[0]) if len(different) else count


class States:
    """The states of one context, at most `limit` bytes; 0 keeps none."""

    def __init__(self, api: Any, llm: Any, limit: int) -> None:
        self._api, self._llm, self._limit = api, llm, limit
        self._kept: OrderedDict[bytes, Any] = OrderedDict()  # token ids -> state
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.bytes = 0

    def exchanged(self, wanted: Sequence[int], shared: int) -> int:
        """Keep what the context holds, bring back what shares more with `wanted`; return how many tokens it shares now."""
        if not self._limit:
            return shared
        best, longest = None, shared + WORTH
        for key in self._kept:
            if (length := common(np.frombuffer(key, np.intc), wanted)) > longest:
                best, longest = key, length
        state = self._kept.get(best) if best is not None else None
        if best is not None:
            self._kept.move_to_end(best)  # before room is made: it is the one about to be used
        if self._llm.n_tokens - shared > WORTH:
            self._keep()
        if best is None or state is None:
            return shared
        if not self._api.llama_state_seq_set_data(self._llm.ctx, state, len(state), 0):
            self._llm.reset()
            return 0
        ids = np.frombuffer(best, np.intc)
        self._llm.n_tokens = len(ids)
        self._llm.input_ids[: len(ids)] = ids
        return longest

    def _keep(self) -> None:
        size = self._api.llama_state_seq_get_size(self._llm.ctx, 0)
        key = np.ascontiguousarray(self._llm.input_ids[: self._llm.n_tokens], np.intc).tobytes()
        if key in self._kept:
            self._kept.move_to_end(key)
            return
        whole = size + len(key)
        if not size or whole > self._limit:
            return
        while self.bytes + whole > self._limit:  # room first: the old and the new one never stand side by side
            old_key, old = self._kept.popitem(last=False)
            self.bytes -= len(old) + len(old_key)
        state = (ctypes.c_uint8 * size)()
        if self._api.llama_state_seq_get_data(self._llm.ctx, state, size, 0) != size:
            return
        self._kept[key] = state
        self.bytes += whole
