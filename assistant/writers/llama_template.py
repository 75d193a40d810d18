"""A model's chat template: a program that comes with the file, run here once, in the model's process.

Knows nothing of answers. It may never end (the parent watches), or ask for all the memory there is (bounded here).
"""

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any

SYSTEM_MARK, USER_MARK = "JUGEOTESYSTEMMARK", "JUGEOTEUSERMARK"
LONGEST_TEMPLATE = 200_000  # characters around the two marks
MEMORY = 300_000_000  # bytes that a template may take
STATM = "/proc/self/statm"
# What a stranger's program may raise; a SyntaxError comes from what Jinja makes of it.
FAULTS = (
    ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RuntimeError, SyntaxError, AssertionError, OSError,
    MemoryError,
)  # fmt: skip


@contextlib.contextmanager
def without_templates(chat_format: Any) -> Iterator[None]:
    """Keep the engine from compiling the file's templates while it loads it; `chat_format`: its module.

    The compiler computes constants: "{{ 'x' * 9999999999 }}" would fill the memory before anyone watches.
    """
    usual = chat_format.Jinja2ChatFormatter
    chat_format.Jinja2ChatFormatter = _NotCompiled
    try:
        yield
    finally:
        chat_format.Jinja2ChatFormatter = usual


class _NotCompiled:
    def __init__(self, **_: Any) -> None:
        """Take what the engine gives."""

    def to_chat_handler(self) -> None:
        """Give nothing: the engine's own chat calls are never used."""


@contextlib.contextmanager
def bounded_memory(more: int = MEMORY) -> Iterator[None]:
    """Let this process grow by at most `more` bytes meanwhile, where the system can; beyond, MemoryError is raised."""
    try:
        import resource

        with open(STATM, encoding="ascii") as file:
            now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        before = resource.getrlimit(resource.RLIMIT_AS)
        most = now + more if before[0] == resource.RLIM_INFINITY else min(before[0], now + more)
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    except (ImportError, OSError, ValueError):  # another system: the watching parent is what is left
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def rendered(template: str, bos: str, eos: str, formatter: Any) -> tuple[str, str, str]:
    """Return the template's text before, between and after the instructions and the question, thinking off.

    `formatter`: the engine's own sandboxed one. Raises ValueError when it fails or does not show both. Contents never go
    through it: they are tokenised apart, without control tokens, so that nothing in a document can speak as the system.
    """
    from jinja2 import TemplateError

    asked = {"role": "user", "content": USER_MARK}
    attempts: list[list[Any]] = [
        [{"role": "system", "content": SYSTEM_MARK}, asked],
        [{"role": "user", "content": f"{SYSTEM_MARK}\n\n{USER_MARK}"}],  # templates that know no system
    ]
    why = ""
    for messages in attempts:
        try:
            form = formatter(template=template, eos_token=eos, bos_token=bos)
            prompt = form(messages=messages, enable_thinking=False).prompt
        except (TemplateError, *FAULTS) as error:
            why = f"{type(error).__name__}: {error}"
            continue
        found = re.fullmatch(f"(.*?){SYSTEM_MARK}(.*?){USER_MARK}(.*)", prompt, re.DOTALL)
        if found and len(prompt) <= LONGEST_TEMPLATE and SYSTEM_MARK not in found[3] and USER_MARK not in found[3]:
            return found[1], found[2], _unthinking(template, found[3])
        why = why or "the template does not show the instructions and the question once each"
    raise ValueError(f"chat template: {why}"[:300])


def _unthinking(template: str, close: str) -> str:
    """Close a "thinking" block that the template opens, and give one where it only knows how to."""
    if close.rstrip().endswith("<think>"):
        return close.rstrip() + "\n\n</think>\n\n"
    if "<think>" in template and "</think>" not in close:
        return close + "<think>\n\n</think>\n\n"
    return close
