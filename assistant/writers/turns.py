"""First come, first served: one asker at a time uses the model.

Knows nothing of models. An asker who leaves frees the place at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

TICK = 0.1  # seconds


class Turns:
    """A queue of askers, each in a thread of its own."""

    def __init__(self) -> None:
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[object]:
        """Take the last place; it is left whatever happens."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            yield ticket
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def before(self, ticket: object) -> Iterator[int]:
        """Yield how many come first, until none does."""
        while True:
            with self._changed:
                position = self._waiting.index(ticket)
            if not position:
                return
            yield position
            with self._changed:
                if self._waiting.index(ticket) == position:
                    self._changed.wait(TICK)
