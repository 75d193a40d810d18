"""The model's own process: load, then answer one job after another from a pipe. The only file that sees llama_cpp.

Knows nothing of answers or pages: texts and numbers in, small tuples out. A dozen ordinary mistakes end a llama.cpp
process without an exception (llama.md), so the page lives elsewhere; each guard here names its mistake.

Sent to the parent: ("loaded", facts), ("rendered",), ("ready",), ("unusable", why), ("memory", why),
and for a job ("busy", tokens of the prompt still to read), ("joint", text so far), ("quote", number, joint), ("text", more),
("end", how, why).
"""

import contextlib
import ctypes
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from assistant.writers.llama_answers import JOINT_TOKENS, ROOM, Chooser, prose
from assistant.writers.llama_job import Job, Running
from assistant.writers.llama_template import bounded_memory, rendered, without_templates
from assistant.writers.llama_words import Allowed, Words, classes
from assistant.writers.states import States, common

TOP = 40  # the draw is among the best candidates
CAUGHT = (RuntimeError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError, MemoryError)


class Model:
    """A loaded model and its one context; only the process's main thread uses it."""

    def __init__(self, running: Running, stop: Any) -> None:
        from llama_cpp import Llama, llama_chat_format, llama_cpp

        self.api, self.running, self.stop = llama_cpp, running, stop
        if not running.repack:
            _without_repacking(llama_cpp)
        with without_templates(llama_chat_format):
            self.llm = Llama(
                running.file, n_ctx=running.context, n_batch=running.batch, n_ubatch=running.batch,
                n_threads=running.threads, n_threads_batch=running.threads, verbose=False,
            )  # fmt: skip
        # Called for every node of the graph: Python would take the lock each time. strlen of a two-byte buffer is
        # false for "\0" and true for "\1". Both are kept, or the process ends.
        native = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p).value
        self.native_stop = llama_cpp.ggml_abort_callback(native)
        llama_cpp.llama_set_abort_callback(self.llm.ctx, self.native_stop, ctypes.addressof(stop))
        self.vocab = llama_cpp.llama_model_get_vocab(self.llm.model)
        self.forgetful = llama_cpp.llama_model_is_recurrent(self.llm.model) or llama_cpp.llama_model_is_hybrid(
            self.llm.model
        )
        self.states = States(llama_cpp, self.llm, 0 if self.forgetful else running.states_bytes)
        # The engine rounds its context up; the binding's list of tokens stays as long as it was asked for.
        self.room = min(int(self.llm.n_ctx()), len(self.llm.input_ids))
        self.words: Words
        self.template: tuple[str, str, str]

    def facts(self) -> dict[str, object]:
        """Return what doctor shows of the running model."""
        info = self.api.llama_print_system_info().decode("ascii", "replace")
        return {
            "context": self.room,
            "threads": self.running.threads,
            "repacked": self.running.repack,
            "processor": info,
        }

    def render(self) -> None:
        """Render the file's own template once, around two marks; it may hang: the parent watches."""
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        said = self.llm.metadata
        bos, eos = (self.api.llama_vocab_get_text(self.vocab, t) if t >= 0 else b"" for t in
                    (self.llm.token_bos(), self.llm.token_eos()))  # fmt: skip
        with bounded_memory():
            self.template = rendered(said["tokenizer.chat_template"], bos.decode(), eos.decode(), Jinja2ChatFormatter)

    def prepare(self) -> None:
        """Learn the vocabulary, try the weights, and read the fixed beginning of every prompt."""
        self.words = classes(self.api, self.vocab, self.llm.n_vocab())
        start = self.tokens(self.template[0] + "a", special=True)
        self.hold(start[:64])
        for _ in range(4):
            self.llm.eval([self.pick(self.words.text, np.random.default_rng(0))])
        self.llm.reset()
        if self.running.systems and len(opening := self.opening(self.running.systems[0])) < self.room:
            self.hold(opening)  # where it does not fit, each question is told so

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        """Return token ids; control tokens are read only in the template's own text."""
        return list(self.llm.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=special)) if text else []

    def opening(self, system: str) -> list[int]:
        """Return the tokens up to the end of the instructions."""
        head = self.tokens(self.template[0], special=True)
        bos = self.llm.token_bos()
        if self.api.llama_vocab_get_add_bos(self.vocab) and bos >= 0 and head[:1] != [bos]:
            head = [bos, *head]
        return head + self.tokens(system)

    def prompt(self, job: Job) -> list[int]:
        """Return the tokens of the fullest prompt that fits; raises LookupError when none does."""
        opening, middle = self.opening(job.system), self.tokens(self.template[1], special=True)
        close = self.tokens(self.template[2], special=True)
        longest = max(len(self.tokens(s)) for s in job.sentences)
        room = self.room - (job.most_tokens if job.plain else longest + 2 * JOINT_TOKENS) - ROOM
        for text in job.prompts:
            whole = opening + middle + self.tokens(text) + close
            if len(whole) <= room:
                return whole
        raise LookupError("too long for the model's context")

    def hold(self, wanted: list[int], pipe: Connection | None = None) -> None:
        """Make the context hold exactly `wanted`, reusing what it or a kept state already holds."""
        llm = self.llm
        have = llm.input_ids[: llm.n_tokens]
        kept = common(have, wanted[:-1])
        if kept < llm.n_tokens:
            kept = self.states.exchanged(wanted[:-1], kept)
            if self.forgetful:
                llm.reset()
                kept = 0
        llm.n_tokens = kept
        for at in range(kept, len(wanted), self.running.batch):
            if pipe is not None:
                pipe.send(("busy", len(wanted) - at))
            llm.eval(wanted[at : at + self.running.batch])

    @property
    def used(self) -> int:
        """Return how many tokens the context holds."""
        return int(self.llm.n_tokens)

    def held(self) -> list[int]:
        """Return the tokens that the context holds."""
        return list(self.llm.input_ids[: self.llm.n_tokens].tolist())

    def add(self, tokens: list[int]) -> None:
        """Read more tokens."""
        self.llm.eval(tokens)

    def pick(self, place: Allowed, draw: np.random.Generator) -> int:
        """Return one of the allowed token ids; raises ArithmeticError when the model gives no numbers.

        Only the candidates near the best one are looked at closely: what lies further has odds below e^-24, and sorting
        150,000 of them would cost more than the token.
        """
        address = self.api.llama_get_logits_ith(self.llm.ctx, -1)
        if not address:
            raise ArithmeticError("no numbers")
        logits = np.ctypeslib.as_array(address, shape=(self.llm.n_vocab(),))
        top = logits.max()
        if not np.isfinite(top):  # the largest of numbers and of what is none is none
            raise ArithmeticError("no numbers")
        heat, ids = self.running.temperature, place.ids
        if len(ids) > TOP:
            margin = max(24 * heat, 0.01)
            near = np.flatnonzero(logits >= top - 2 * margin)
            near = near[place.mask[near]]
            if len(near) and logits[near].max() >= top - margin:
                ids = near
        values = logits[ids]
        if not heat:
            return int(ids[int(values.argmax())])
        best = np.argpartition(values, -TOP)[-TOP:] if len(values) > TOP else np.arange(len(values))
        odds = np.exp((values[best] - values[best].max()) / heat, dtype=np.float64)
        return int(ids[best[draw.choice(len(best), p=odds / odds.sum())]])


def _without_repacking(api: Any) -> None:
    """Load without a second, rearranged copy of the weights: `Llama` has no argument for it."""
    usual = api.llama_model_default_params

    def changed() -> Any:
        params = usual()
        params.use_extra_bufts = False
        return params

    api.llama_model_default_params = changed


def serve(pipe: Connection, stop: Any, running: Running) -> None:
    """Be the process: load, then answer jobs until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    os.environ["GGML_NO_BACKTRACE"] = "1"  # else an abort starts a debugger where there is one
    wait_policy(running)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):  # the parent has gone: nobody is left to tell
        _served(pipe, stop, running)


def _served(pipe: Connection, stop: Any, running: Running) -> None:
    try:
        model = Model(running, stop)
        pipe.send(("loaded", model.facts()))
        model.render()
        pipe.send(("rendered",))
        model.prepare()
        pipe.send(("ready",))
    except CAUGHT as error:
        # The engine says no more than this when the context does not fit; its file is not to blame.
        lacking = isinstance(error, MemoryError) or "create llama_context" in str(error)
        pipe.send(("memory" if lacking else "unusable", _why(error)))
        return
    while (job := pipe.recv()) is not None:
        pipe.send(("end", *_answered(model, job, pipe, stop)))


def _answered(model: Model, job: Job, pipe: Connection, stop: Any) -> tuple[str, str]:
    try:
        if job.fresh:
            model.llm.reset()
            model.states.clear()
        model.hold(model.prompt(job), pipe)
        if job.plain:
            prose(model, job, pipe)
        else:
            Chooser(model, job, pipe).run()
    except CAUGHT as error:
        if stop[0]:
            return "stopped", ""
        model.llm.reset()
        return "failed", _why(error)
    return ("stopped" if stop[0] else "done"), ""


def wait_policy(running: Running) -> None:
    """Say how threads that wait behave, before the library that reads it is loaded."""
    if running.passive:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # they sleep, unless the host says otherwise
    elif os.environ.get("OMP_WAIT_POLICY") == "passive":  # inherited from the parent, which sets it for itself
        del os.environ["OMP_WAIT_POLICY"]


def timed(pipe: Connection, stop: Any, running: Running, read: int, write: int) -> None:
    """Be a process that measures: read a prompt, write after it, send one row of figures, end; without a row on a failure."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    os.environ.pop("OMP_WAIT_POLICY", None)  # a host's choice would make both settings one
    wait_policy(running)
    with contextlib.suppress(*CAUGHT):
        _timed(pipe, stop, running, read, write)


def _timed(pipe: Connection, stop: Any, running: Running, read: int, write: int) -> None:
    model = Model(running, stop)
    model.words = classes(model.api, model.vocab, model.llm.n_vocab())
    draw = np.random.default_rng(0)
    asked = [int(t) for t in draw.choice(model.words.text.ids, read)]
    started, used = time.perf_counter(), time.process_time()
    model.hold(asked)
    model.add([token := model.pick(model.words.text, draw)])
    first, first_used = time.perf_counter(), time.process_time()
    for _ in range(write):
        model.add([token])
        token = model.pick(model.words.text, draw)
    ended, end_used = time.perf_counter(), time.process_time()
    with open("/proc/self/status", encoding="ascii") as status:
        memory = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    pipe.send(
        {
            "threads": running.threads, "passive": running.passive, "batch": running.batch,
            "prompt_per_second": round(read / (first - started), 1),
            "first_token_seconds": round(first - started, 3), "written_per_second": round(write / (ended - first), 2),
            "cpu_seconds_per_token": round((end_used - first_used) / write, 4),
            "cpu_seconds_prompt": round(first_used - used, 3), "memory_mb": round(memory / 1024),
        }
    )  # fmt: skip


def _why(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _end_with_parent() -> None:
    import multiprocessing

    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(0)
