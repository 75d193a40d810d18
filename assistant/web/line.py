"""Let a few people in at a time, first come, first served; who waits is told how many come first, who leaves is let go.

Knows nothing of questions. People come and go in one event loop, so it needs no lock; `leave` may be called, and `left`
read, in any thread.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LOOK = 0.1  # seconds between two looks at the line


@dataclass(eq=False, slots=True)
class Ticket:
    """A person's place; `left` is set when the person stops, begins again, or closes the page."""

    session: str
    left: threading.Event


class Line:
    """A waiting line before `places` places."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._people: list[Ticket] = []  # inside or waiting, as they came

    @contextmanager
    def place(self, session: str, left: threading.Event) -> Iterator[Ticket]:
        """Take the last place; it is left whatever happens."""
        ticket = Ticket(session, left)
        self._people.append(ticket)
        try:
            yield ticket
        finally:
            self._people.remove(ticket)

    async def ahead(self, ticket: Ticket) -> AsyncIterator[int]:
        """Yield how many came first, at each change, until there is room or the person has left."""
        said = None
        while (position := self._people.index(ticket)) >= self._places and not ticket.left.is_set():
            if position != said:
                yield (said := position)
            await asyncio.sleep(LOOK)

    def leave(self, session: str) -> None:
        """Let go whatever a person waits for."""
        for ticket in tuple(self._people):
            if ticket.session == session:
                ticket.left.set()
