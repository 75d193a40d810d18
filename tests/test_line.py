"""The line before the answers: first come, first served, the place told, who leaves let go at once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from assistant.answer import Answer
from assistant.web.line import Line
from assistant.web.newest import Run, newest
from tests.fakes import CARD


def apart(coroutine):
    """Run it in a thread of its own: the browser of other tests keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result(60)


async def told(line, ticket, into):
    async for position in line.ahead(ticket):
        into.append(position)


def test_the_place_is_told_at_each_change_until_there_is_room():
    """Two are inside, the third sees two before it, the fourth three; nobody overtakes."""

    async def four():
        line, said = Line(2), ([], [], [], [])
        with ExitStack() as inside:
            leave = [ExitStack() for _ in range(4)]
            tickets = [stack.enter_context(line.place(f"s{n}", threading.Event())) for n, stack in enumerate(leave)]
            for stack in leave:
                inside.enter_context(stack)
            waiting = [asyncio.create_task(told(line, t, s)) for t, s in zip(tickets, said, strict=True)]
            await asyncio.wait(waiting[:2], timeout=60)
            assert [w.done() for w in waiting] == [True, True, False, False]
            leave[1].close()
            await asyncio.wait(waiting[:3], timeout=60)
            assert [w.done() for w in waiting] == [True, True, True, False]
            leave[0].close()
            await asyncio.wait(waiting, timeout=60)
        return said

    assert apart(four()) == ([], [], [2], [3, 2])


def test_who_leaves_waits_no_longer_and_holds_up_nobody():
    """Another person's waiting goes on."""

    async def two():
        line, said = Line(1), ([], [])
        left = [threading.Event() for _ in range(3)]
        with line.place("a", left[0]), line.place("b", left[1]) as second, line.place("c", left[2]) as third:
            waiting = [asyncio.create_task(told(line, t, s)) for t, s in zip((second, third), said, strict=True)]
            await asyncio.sleep(0)
            line.leave("b")
            await asyncio.wait(waiting[:1], timeout=60)
            assert [w.done() for w in waiting] == [True, False]
            assert (second.left.is_set(), third.left.is_set()) == (True, False)
            line.leave("c")
            await asyncio.wait(waiting, timeout=60)
            assert all(w.done() for w in waiting)
        return said

    assert apart(two()) == ([1], [2])


def test_a_silent_answer_is_closed_when_its_asker_leaves():
    """Nothing new comes, as while a model reads: the generator is closed all the same, and nothing more is shown."""
    closed, run = threading.Event(), Run()

    def ask():
        try:
            answer = Answer("q", "q", "fr", CARD)
            while True:
                yield answer
                run.left.wait(0.01)
        finally:
            closed.set()

    async def one():
        seen = []
        async for answer in newest(ask, run):
            seen.append(answer)
            run.stop()
        return seen

    assert len(apart(one())) == 1
    assert closed.is_set()
