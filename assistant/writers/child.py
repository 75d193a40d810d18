"""Our side of the model's process: start it, watch it, end it; its crash is a `Problem`, never ours.

Knows nothing of what is written. One thread at a time uses it (see turns.py).
"""

import contextlib
import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from assistant.writers.fallback import Problem
from assistant.writers.llama_child import serve
from assistant.writers.llama_job import Job, Running
from index.errors import UserError

TICK = 0.05  # seconds between two looks at the asker: a stop is seen within it
BACK_OFF = (1.0, 5.0, 30.0)  # seconds before a start after the first, second and third crash
PATIENCE = 1.5  # seconds that an asker waits for such a start
FORGIVEN = 600.0  # seconds after which a crash no longer counts


class Limits:
    """How long each step may take, in seconds; a program inside a model file may never end."""

    def __init__(
        self, *, load: float = 300.0, template: float = 10.0, prepare: float = 120.0, silence: float = 60.0
    ) -> None:
        self.load, self.template, self.prepare, self.silence = load, template, prepare, silence


class Child:
    """The process of one model."""

    def __init__(self, running: Running, limits: Limits, check: Callable[[], object]) -> None:
        """`check` raises UserError when the file is no longer the one that was checked; asked before each restart."""
        self._running, self._limits, self._check = running, limits, check
        self._context = multiprocessing.get_context("spawn")  # a fork after the library is loaded hangs
        self._process: Any = None
        self._pipe: Connection | None = None
        self._stop: Any = None
        self._step = ""  # "loaded", "rendered", "ready"
        self._crashes: deque[float] = deque(maxlen=8)
        self._cpu_before = self._cpu_last = 0
        self._counting = threading.Lock()  # the energy counter reads from any thread
        self.unusable: Problem | None = None
        self.facts: dict[str, object] = {}

    @property
    def pid(self) -> int | None:
        """Return the process's id, None when there is none."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process; it loads while the caller goes on."""
        # Shared memory, so that a stop needs no message: the library reads the first byte at each step.
        self._stop = self._context.RawArray("B", 2)
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=serve, args=(theirs, self._stop, self._running), daemon=True, name="jugeote-model"
        )
        self._process.start()
        theirs.close()
        self._step = ""

    def made_ready(self) -> Iterator[None]:
        """Yield until the model can be asked; raises Problem when it cannot."""
        if self.unusable is not None:
            raise self.unusable
        if self._process is not None and not self._process.is_alive():
            self._left()
        if self._process is None:
            yield from self._rested()
            try:
                self._check()
            except UserError as error:
                self.unusable = Problem("unusable", error.code)
                raise self.unusable from error
            self.start()
        while self._step != "ready":
            # An asker may leave while it loads: the next one goes on from the step reached.
            seconds, why = {
                "": (self._limits.load, "silent"), "loaded": (self._limits.template, "template"),
                "rendered": (self._limits.prepare, "silent"),
            }[self._step]  # fmt: skip
            for said in self._heard(seconds, why):
                if said is None:
                    yield
                    continue
                self._stepped(said)
                break

    def _left(self) -> None:
        """Read what a process said before it ended while nobody listened; raises Problem when it says why it cannot run."""
        with contextlib.suppress(EOFError, OSError):
            while self._pipe is not None and self._pipe.poll():
                self._stepped(self._pipe.recv())
        if self._process is not None:
            self._crashed()

    def _stepped(self, said: tuple[Any, ...]) -> None:
        """Note how far the process is; raises Problem when it cannot use its file, or finds no memory for it."""
        if said[0] == "memory":  # another time there may be some
            self._crashed()
            raise Problem("memory", said[1])
        if said[0] == "unusable":
            why = "template" if "chat template" in said[1] or self._step == "loaded" else "unusable"
            self.unusable = Problem(why, said[1])
            self.end()
            raise self.unusable
        if said[0] == "loaded":
            self.facts = said[1]
        self._step = said[0]

    def asked(self, job: Job) -> Iterator[tuple[Any, ...] | None]:
        """Send a job; yield what the process says of it, None while it is silent. Closing the generator stops it.

        Raises Problem when the process ends, or says nothing for too long.
        """
        assert self._pipe is not None
        self._stop[0] = 0
        ended = False
        try:
            try:
                self._pipe.send(job)
            except OSError as error:
                self._crashed()
                raise Problem("crashed") from error
            for said in self._heard(self._limits.silence, "silent"):
                ended = said is not None and said[0] == "end"
                yield said
                if ended:
                    return
        finally:
            if not ended:
                self._stopped()

    def _heard(self, seconds: float, why: str) -> Iterator[tuple[Any, ...] | None]:
        """Yield messages, None every TICK; raises Problem after so many seconds without one."""
        until = time.monotonic() + seconds
        while self._pipe is not None:
            try:
                if self._pipe.poll(TICK):
                    said = self._pipe.recv()
                    until = time.monotonic() + seconds
                    yield said
                    continue
            except (EOFError, OSError) as error:
                self._crashed()
                raise Problem("crashed") from error
            if time.monotonic() > until:
                self._crashed()
                problem = Problem(why, f"{seconds:g} s")
                if why == "template":
                    self.unusable = problem  # it would hang again
                raise problem
            yield None
        raise Problem("crashed")

    def _stopped(self) -> None:
        """Make the process leave its job, or end it."""
        if self._pipe is None:
            return
        self._stop[0] = 1
        until = time.monotonic() + 2.0
        try:
            while time.monotonic() < until:
                if self._pipe.poll(TICK) and self._pipe.recv()[0] == "end":
                    return
        except (EOFError, OSError):
            pass
        self._crashed()

    def _rested(self) -> Iterator[None]:
        """Wait out the back-off; raises Problem when that would be long."""
        now = time.monotonic()
        recent = [at for at in self._crashes if now - at < FORGIVEN]
        if not recent:
            return
        again = recent[-1] + (BACK_OFF[len(recent) - 1] if len(recent) < len(BACK_OFF) else FORGIVEN)
        if again - now > PATIENCE:
            raise Problem("resting")
        while time.monotonic() < again:
            time.sleep(TICK)
            yield

    def _crashed(self) -> None:
        self._crashes.append(time.monotonic())
        code = self._process.exitcode if self._process is not None else None
        logging.getLogger(__name__).warning("the model's process ended (exit code %s)", code)
        self.end()

    def end(self) -> None:
        """End the process, whatever it does."""
        with self._counting:
            self._counted()
            self._cpu_before += self._cpu_last
            self._cpu_last = 0
            # In the same breath, or a reading meanwhile would count it twice.
            process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(5)
        self._step = ""

    def cpu_nanoseconds(self) -> int:
        """Return the processor time of all its processes so far; what a dead one used after the last look is lost."""
        with self._counting:
            self._counted()
            return self._cpu_before + self._cpu_last

    def _counted(self) -> None:
        if (pid := self.pid) is not None:
            # The processor clock of another process: clock_getcpuclockid(3) computes it the same way. It may have ended.
            with contextlib.suppress(OSError):
                self._cpu_last = max(self._cpu_last, time.clock_gettime_ns((~pid << 3) | 2))
