"""What is told to a model's process: how to run, and what to write.

Knows nothing of the engine: plain values that travel through a pipe.
"""

from dataclasses import dataclass

BATCH = 256  # tokens read at once: a stop during a prompt waits for the abort callback, not for the batch


@dataclass(frozen=True, slots=True)
class Running:
    """How a model is run on this machine; `context` in tokens, `seconds` the longest an answer may take."""

    file: str
    context: int
    threads: int
    repack: bool
    passive: bool = True
    batch: int = BATCH
    seconds: float = 180.0
    temperature: float = 0.3
    states_bytes: int = 300_000_000
    systems: tuple[str, ...] = ()  # the fixed beginnings of prompts; the first is read at start


@dataclass(frozen=True, slots=True)
class Job:
    """One answer to write; `sentences` in the order of their numbers, `before` and `after` stand around them.

    `plain`: free prose instead of joints and quotes. `fresh`: nothing is reused, so that a seed repeats an answer.
    """

    system: str
    prompts: tuple[str, ...]  # with all sentences, then with one fewer each time, for a small context
    sentences: tuple[str, ...]
    language: str
    plain: bool
    seed: int
    most_quotes: int = 4
    most_tokens: int = 400
    fresh: bool = False
