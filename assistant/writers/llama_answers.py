"""How a loaded model writes one answer: joints around exact quotes, or free prose.

Knows nothing of the engine's calls. Runs in the model's process and sends what it writes through the pipe.
"""

import codecs
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Protocol

import numpy as np

from assistant.writers.joints import LONGEST, acceptable, affordable, names_of, tidy
from assistant.writers.llama_job import Job, Running
from assistant.writers.llama_words import Allowed, Words, allowed

JOINT_TOKENS = 48
ROOM = 64  # tokens kept free behind a quote
LOOP, PHRASE, TIMES = 20, 48, 4  # up to 48 tokens, 4 times running and 20 tokens at least: a loop


class Engine(Protocol):
    """What an answer needs of a loaded model; `room` and `used` in tokens."""

    words: Words
    running: Running
    room: int

    @property
    def used(self) -> int: ...
    def held(self) -> list[int]: ...
    def hold(self, wanted: list[int]) -> None: ...
    def add(self, tokens: list[int]) -> None: ...
    def tokens(self, text: str) -> list[int]: ...
    def pick(self, place: Allowed, draw: np.random.Generator) -> int: ...


class Chooser:
    """Writes joints and chooses numbers; the sentences are inserted as tokens, so they cannot differ."""

    def __init__(self, model: Engine, job: Job, pipe: Connection) -> None:
        self.model, self.job, self.pipe = model, job, pipe
        self.draw = np.random.default_rng(job.seed)
        self.known = names_of(job.sentences)
        self.own = self.quoted = 0
        self.left = dict.fromkeys(range(len(job.sentences)))
        self.until = time.monotonic() + model.running.seconds

    def run(self) -> None:
        """Send joints and quotes until the model ends, or nothing is left to quote."""
        used = 0
        while self.left and used < self.job.most_quotes and time.monotonic() < self.until:
            joint = self._joint(may_end=used > 0)
            if joint is None:
                return
            number = self._number()
            quote = self.job.sentences[number]
            tokens = self.model.tokens(f" {quote}\n")
            if self.model.used + len(tokens) + ROOM > self.model.room:
                return
            words = tidy(joint, self.job.language)
            if not acceptable(words.rstrip("\u00a0:"), self.known) or not affordable(
                words, quote, self.own, self.quoted
            ):
                words = ""
            self.own, self.quoted = self.own + len(words), self.quoted + len(quote)
            self.pipe.send(("quote", number, words))
            used += 1
            if self.left and used < self.job.most_quotes:
                self.model.add(tokens)

    def _joint(self, *, may_end: bool) -> str | None:
        """Return the model's words up to a bracket; None when it ends its answer. A broken rule empties them."""
        model, words = self.model, self.model.words
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = ""
        start = model.held()
        for step in range(JOINT_TOKENS):
            place = words.joint_or_end if may_end and not step else words.joint
            token = model.pick(place if len(text) < LONGEST else words.opens, self.draw)
            if token in words.ends:
                return None
            if token in words.open_set:
                model.add([token])
                return text
            model.add([token])
            text += decoder.decode(words.pieces[token])
            if not acceptable(text.strip(), self.known, growing=True):
                break
            self.pipe.send(("joint", text))
        model.hold(start)  # back to before the words that broke a rule, or never ended
        self.pipe.send(("joint", ""))
        model.add([model.pick(words.opens, self.draw)])
        return ""

    def _number(self) -> int:
        """Draw one of the numbers not used yet, and close the bracket."""
        words = self.model.words
        ids = [words.digits[n + 1] for n in self.left]
        token = self.model.pick(allowed(ids, len(words.pieces)), self.draw)
        number = list(self.left)[ids.index(token)]
        del self.left[number]
        self.model.add([token, words.close])
        return number


def prose(model: Engine, job: Job, pipe: Connection) -> None:
    """Send free text as it comes, whole characters only; raises ArithmeticError on a loop."""
    words, draw = model.words, np.random.default_rng(job.seed)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    until, said = time.monotonic() + model.running.seconds, list[int]()
    while len(said) < job.most_tokens and time.monotonic() < until and model.used + 1 < model.room:
        token = model.pick(words.text_or_end, draw)
        if token in words.ends:
            break
        said.append(token)
        if _loops(said):
            raise ArithmeticError("the same words again and again")
        if text := decoder.decode(words.pieces[token]):
            pipe.send(("text", text))
        model.add([token])


def _loops(said: Sequence[int]) -> bool:
    for period in range(1, min(PHRASE, len(said) // TIMES) + 1):
        length = max(LOOP, period * TIMES)
        if length <= len(said) and said[-1] == said[-1 - period] and said[-length:-period] == said[period - length :]:
            return True
    return False
