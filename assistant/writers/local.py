"""Write with a model of this machine, in its own process: joints around exact quotes.

Knows nothing of files or configuration. Whatever happens to the model, the asker gets an answer: exact quotes, and one
sentence that says why the model did not write.
"""

import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from assistant import prompt
from assistant.answer import Began, Evidence, ModelCard, Piece, Waiting, Writer
from assistant.writers.child import Child, Limits
from assistant.writers.fallback import Problem, instead
from assistant.writers.joints import shown_to_model
from assistant.writers.llama_job import Job, Running
from assistant.writers.prose import Prose
from assistant.writers.turns import Turns


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model writes: free prose when `plain`; with a `seed`, each answer is the same at each asking."""

    plain: bool = False
    seed: int | None = None


class LlamaWriter:
    """Asks the model's process; safe to share between threads, one answer at a time."""

    def __init__(
        self,
        card: ModelCard,
        running: Running,
        quoting: Writer,
        manner: Manner | None = None,
        *,
        limits: Limits | None = None,
        check: Callable[[], object] = lambda: None,
    ) -> None:
        """Start the process at once: it loads while the rest of the assistant does.

        `check` raises UserError when the model's file is not the one that was checked; it is asked before a restart.
        """
        self.card, self._quoting, self._manner = card, quoting, manner or Manner()
        self._turns = Turns()
        self.read = 0  # tokens of the last prompt that were not known from before
        self.child = Child(running, limits or Limits(), check)
        self.child.start()

    def write(
        self, question: str, evidence: Sequence[Evidence], language: str
    ) -> Generator[Piece | Waiting | Began, None, None]:
        """Yield the answer's pieces, `Waiting` while nothing is new; `evidence` is best first and never empty."""
        with self._turns.place() as ticket:
            for position in self._turns.before(ticket):
                yield Waiting(position)
            try:
                yield from self._written(question, shown_to_model(evidence), language)
            except Problem as problem:
                yield from instead(problem, self.card.name, self._quoting, question, evidence, language)

    def close(self) -> None:
        """End the process."""
        self.child.end()

    def cpu_nanoseconds(self) -> int:
        """Return what the model's process has used of the processor."""
        return self.child.cpu_nanoseconds()

    def _job(self, question: str, sent: Sequence[Evidence], language: str) -> Job:
        seed = secrets.randbits(31) if self._manner.seed is None else self._manner.seed
        texts = tuple(e.text for e in sent)
        prompts = tuple(prompt.user(question, texts[:n], language) for n in range(len(texts), 0, -1))
        return Job(
            prompt.system(language, plain=self._manner.plain), prompts, texts, language, self._manner.plain, seed,
            fresh=self._manner.seed is not None,
        )  # fmt: skip

    def _written(self, question: str, sent: Sequence[Evidence], language: str) -> Iterator[Piece | Waiting | Began]:
        for _ in self.child.made_ready():
            yield Waiting()
        job = self._job(question, sent, language)
        self.read = 0
        yield Began(self.card, job.seed)
        prose, wrote = Prose(sent), False
        for said in self.child.asked(job):
            match said:
                case None:
                    yield Waiting()
                case ("busy", tokens):
                    self.read = max(self.read, tokens)
                    yield Waiting()
                case ("joint", text):
                    yield Piece(text, growing=True)
                case ("quote", number, words):
                    if words:
                        yield Piece(words)
                    yield Piece(sent[number].text, sent[number])
                    wrote = True
                case ("text", more):
                    for piece in prose.fed(more):
                        wrote |= not piece.growing
                        yield piece
                case ("end", "done", _):
                    for piece in prose.ended():
                        wrote = True
                        yield piece
                case ("end", how, why):
                    raise Problem("too_long" if "too long" in why else "failed", f"{how}: {why}")
        if not wrote:
            raise Problem("failed", "empty")
