"""What a probe of energy is. One module per probe; each is written only with a machine, or a fake tree, to try it on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a probe can be read; `code` names why not, `fix` is the exact line that an administrator would add."""

    ok: bool
    code: str  # "ok" | "absent" | "empty" | "unreadable" | "psys_only"
    fix: str = ""


class Probe(Protocol):
    """A source of energy counters."""

    name: str
    scope: str  # "process" | "machine" | "vm_share"

    def read(self) -> Mapping[str, int] | None:
        """Return domain ("cpu", "dram") -> microjoules, growing; None when the sample must be dropped, never 0."""
        ...

    def health(self) -> Health:
        """Tell whether it can be read, and what would mend it."""
        ...
