"""Run a generator of answers in a thread, and hand on the newest one from time to time.

Knows nothing of Gradio or of what an answer holds.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator

from assistant.answer import Answer

PAUSE = 0.2  # seconds between two updates: the Chatbot reworks every message at each one (ui-notes section 3.3)


async def newest(
    ask: Callable[[], Iterator[Answer]], left: threading.Event | None = None
) -> AsyncGenerator[Answer | BaseException, None]:
    """Yield the newest answer, then wait `PAUSE`; the answers are made in one thread, which also closes them.

    What `ask` raises is yielded, last. Leaving early, or setting `left` while nothing new comes, lets the step in hand
    end, then closes `ask`'s generator.
    """
    loop, queue, stopped = asyncio.get_running_loop(), asyncio.Queue[Answer | None](), left or threading.Event()

    def pump() -> None:
        answers = ask()
        try:
            for answer in answers:
                if stopped.is_set():
                    break
                loop.call_soon_threadsafe(queue.put_nowait, answer)
        finally:
            if isinstance(answers, Generator):
                answers.close()

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
        stopped.set()
