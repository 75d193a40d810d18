"""What a section or an account has used so far: the raw inputs of a reading. Only adds up."""

from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Usage:
    """Processor time, the microjoules charged for it, memory, and time open; `codes` says what happened meanwhile."""

    cpu: int = 0  # nanoseconds
    dynamic: int = 0  # microjoules above the machine's floor
    idle: int = 0  # microjoules of the floor, by share of capacity
    full_idle: int = 0  # microjoules of the floor, all of it: the other way to share
    dram: int = 0  # microjoules of the memory's counter
    memory: int = 0  # byte-milliseconds held
    missing: int = 0  # of `cpu`, nanoseconds whose energy was not seen: a counter was reset, the machine slept
    active: float = 0.0  # seconds open, time in common shared
    sections: int = 0
    codes: set[str] = field(default_factory=set)
    unread: int = 0  # sections of which a part could not be read: the rest alone would look like the whole

    def add(self, other: "Usage") -> None:
        """Add another usage to this one."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.codes |= other.codes

    def less(self, other: "Usage") -> "Usage":
        """Return what was used since `other`, an earlier state of this one."""
        rest = Usage(codes=set(self.codes))
        for name in _SUMS:
            setattr(rest, name, getattr(self, name) - getattr(other, name))
        return rest

    def copy(self) -> "Usage":
        """Return a state to come back to."""
        same = Usage()
        same.add(self)
        return same


_SUMS = tuple(f.name for f in fields(Usage) if f.name != "codes")
