"""Run a generator of answers in a thread, and hand on the newest one from time to time.

Knows nothing of Gradio or of what an answer holds.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import suppress

from assistant.answer import Answer, Stopped

PAUSE = 0.2  # seconds between two updates: the Chatbot reworks every message at each one (ui-notes section 3.3)


class Run:
    """One answer being made, seen from outside; any thread may stop it and wait for what it then says."""

    def __init__(self) -> None:
        self.left = threading.Event()  # set when nobody wants more of it
        self._last: Future[Answer | None] = Future()
        self.started = False

    @property
    def stopped(self) -> bool:
        """Tell whether nobody wants more of it."""
        return self.left.is_set()

    def stop(self) -> None:
        """Ask it to end after the step in hand."""
        self.left.set()

    def ended(self, last: Answer | None) -> None:
        """Note its last answer."""
        self._last.set_result(last)

    async def last(self, seconds: float) -> Answer | None:
        """Return its last answer; None when it never began, or goes on after so many seconds."""
        if not self.started:
            return None
        ended, _ = await asyncio.wait({asyncio.wrap_future(self._last)}, timeout=seconds)
        return next(iter(ended)).result() if ended else None


async def newest(ask: Callable[[], Iterator[Answer]], run: Run) -> AsyncGenerator[Answer | BaseException, None]:
    """Yield the newest answer, then wait `PAUSE`; the answers are made in one thread, which also closes them.

    What `ask` raises is yielded, last. Leaving early (stop, closed tab) lets the step in hand end, then asks for the
    answer that says what it cost (`Stopped`), and closes `ask`'s generator.
    """
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[Answer | None]()

    def pump() -> None:
        answers, last = ask(), None
        try:
            for last in answers:
                if run.stopped:
                    break
                loop.call_soon_threadsafe(queue.put_nowait, last)
            if run.stopped and isinstance(answers, Generator):
                with suppress(StopIteration, Stopped):
                    last = answers.throw(Stopped())
        finally:
            if isinstance(answers, Generator):
                answers.close()
            run.ended(last)

    run.started = True
    running = loop.run_in_executor(None, pump)
    running.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        ended, last = False, None
        while not ended:
            waiting = [await queue.get()]
            while not queue.empty():
                waiting.append(queue.get_nowait())
            ended = waiting[-1] is None
            answers = [answer for answer in waiting if answer is not None]
            if answers and answers[-1] is not last:  # an asker who waits is looked at often, and told when it changes
                last = answers[-1]
                yield last
            if not ended:
                await asyncio.wait({running}, timeout=PAUSE)
        if (problem := running.exception()) is not None:
            yield problem
    finally:
        run.stop()
