"""Linux powercap: the energy counters of Intel and AMD processors, package and memory.

Finds zones by their name, not their number; never adds what is inside a package to it, nor one counter seen twice.
Knows nothing of processes or of the page.
"""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from assistant.energy.probes import Health

ROOT = Path("/sys/class/powercap")
ZONE = re.compile(r"(intel-rapl(?:-mmio)?)((?::\d+)*)")
PACKAGE = re.compile(r"package-\d+(?:-die-\d+)?")
SAME = 1e-6  # relative difference below which two counters are suspected to be one
APART = 1_000_000  # microjoules by which two counters must part to be two
MOST_WATTS = 500.0  # of a socket: no wrap-around in a window holds more than 1.5 times this
# 0440 for a group, not 0444 for all: the counters can leak secrets to a hostile neighbour (CVE-2020-8694).
FIX = "z /sys/class/powercap/{control}:*/energy_uj 0440 root jugeote -"


class _Zone:
    """One counter file, kept open, unwrapped to a number that only grows."""

    def __init__(self, folder: Path, name: str, clock: Callable[[], float]) -> None:
        self.folder, self.name, self._clock = folder, name, clock
        self._file = -1
        self._last: int | None = None
        self._at = 0.0
        self.total = 0
        try:
            self._range = int((folder / "max_energy_range_uj").read_text("ascii"))
        except (OSError, ValueError):
            self._range = 0  # a step back is then a reset

    @property
    def raw(self) -> int | None:
        """Return the counter as last read."""
        return self._last

    def _value(self) -> int:
        if self._file >= 0 and os.fstat(self._file).st_nlink == 0:
            self.close()  # the file was replaced, or is gone: an open handle would repeat its last value for ever
        if self._file < 0:
            self._file = os.open(self.folder / "energy_uj", os.O_RDONLY)
        return int(os.pread(self._file, 32, 0))

    def read(self, most_watts: float) -> bool:
        """Take a reading; False when what happened since the last one is not known. The next one starts from here."""
        now = self._clock()
        try:
            value = self._value()
        except (OSError, ValueError):
            self.close()
            self._last = None
            return False
        last, at = self._last, self._at
        self._last, self._at = value, now
        if last is None:
            return False
        step = value - last
        if step < 0:
            step += self._range + 1
            # Wrapped, or set back to zero by a driver or a resume? Only what could have been drawn is a wrap.
            if self._range <= 0 or step < 0 or step > 1.5 * most_watts * (now - at) * 1e6:
                return False
        self.total += step
        return True

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Powercap:
    """The packages of a machine and their memory, as microjoules that only grow."""

    name = "powercap"

    def __init__(
        self, root: Path = ROOT, *, psys: bool = False, most_watts: float = MOST_WATTS, virtual: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        """`psys`: the whole platform instead of packages and memory; `most_watts`: of one socket, at most."""
        self.scope = "vm_share" if virtual else "machine"
        self._root, self._most = root, most_watts
        self._exists = root.is_dir()
        found = dict(_zones(root))
        self._control = sorted({ZONE.fullmatch(folder.name)[1] for folder in found})  # type: ignore[index]
        self._others = sorted(set(found.values()))
        chosen = _psys(found) if psys else _packages(found)
        self._zones = [(domain, _Zone(folder, name, clock)) for domain, folder, name in chosen]
        self._mirrors: dict[_Zone, _Zone] = {}  # suspected copy -> its original
        self._ready = False

    @property
    def domains(self) -> frozenset[str]:
        """Return what is counted: "cpu", and "dram" where memory has its own counter."""
        return frozenset(domain for domain, _ in self._zones)

    @property
    def names(self) -> list[str]:
        """Return the names of the zones that are added up."""
        return [zone.name for _, zone in self._zones]

    @property
    def control(self) -> str:
        """Return where the zones come from, "intel-rapl" or "intel-rapl-mmio"; AMD's bear the first name too."""
        return self._control[0] if self._control else ""

    def health(self) -> Health:
        """Tell whether every zone can be read now."""
        if not self._exists:
            return Health(False, "absent")
        if not self._zones:
            return Health(False, "psys_only" if "psys" in self._others else "empty")
        for _, zone in self._zones:
            try:
                zone._value()
            except (OSError, ValueError):
                zone.close()
                return Health(False, "unreadable", "\n".join(FIX.format(control=c) for c in self._control))
        return Health(True, "ok")

    def read(self) -> dict[str, int] | None:
        """Return the microjoules of each domain since the first reading; None when one of them is not known."""
        if not self._zones:
            return None
        # Read them all, whatever the first says: each must start anew from the same moment.
        known = [zone.read(self._most) for _, zone in self._zones]
        if not self._ready:
            self._ready = all(zone.raw is not None for _, zone in self._zones)
            if not self._ready:
                return None
            self._suspect()
        elif not all(known):
            return None
        else:
            self._confirm()
        totals = dict.fromkeys(self.domains, 0)
        for domain, zone in self._zones:
            if zone not in self._mirrors:
                totals[domain] += zone.total
        return totals

    def _suspect(self) -> None:
        """Two packages with one value may be one counter seen twice (multi-die AMD processors)."""
        packages = [zone for domain, zone in self._zones if domain == "cpu"]
        for place, zone in enumerate(packages):
            for other in packages[:place]:
                if _alike(zone.raw or 0, other.raw or 0) and other not in self._mirrors:
                    self._mirrors[zone] = other
                    break

    def _confirm(self) -> None:
        """Clear a suspicion as soon as the two counters move apart; nothing was lost, both were read all along."""
        for zone, other in list(self._mirrors.items()):
            # Two readings of one counter may straddle its refresh, every millisecond: half a joule at 500 W.
            if abs(zone.total - other.total) > max(APART, max(zone.total, other.total) / 100):
                del self._mirrors[zone]

    def close(self) -> None:
        """Close the counter files."""
        for _, zone in self._zones:
            zone.close()


def _alike(one: int, other: int) -> bool:
    return abs(one - other) <= SAME * max(one, other)


def _zones(root: Path) -> list[tuple[Path, str]]:
    """Return (folder, name) of every zone, flat as in /sys/class or nested as in /sys/devices, each once."""
    found: dict[str, tuple[Path, str]] = {}

    def look(folder: Path, depth: int) -> None:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return
        for name in names:
            parts = ZONE.fullmatch(name)
            if not parts or name in found:
                continue
            below = folder / name
            if parts[2]:
                try:
                    found[name] = (below, (below / "name").read_text("utf-8").strip())
                except OSError:
                    continue
            if depth:
                look(below, depth - 1)

    look(root, 3)
    return list(found.values())


def _packages(found: dict[Path, str]) -> list[tuple[str, Path, str]]:
    """Return the packages, and the memory inside them or apart; each name from one control only."""
    chosen: list[tuple[str, Path, str]] = []
    by_place = {folder.name: name for folder, name in found.items()}
    seen: set[str] = set()
    for folder, name in sorted(found.items(), key=_order):
        parent = by_place.get(folder.name.rpartition(":")[0], "")
        if PACKAGE.fullmatch(name):
            domain, key = "cpu", name
        elif name == "dram":
            domain, key = "dram", f"{parent or folder.name}/dram"
        else:
            continue  # core and uncore lie inside a package, psys around it
        if key not in seen and _can_be_counted(folder):
            seen.add(key)
            chosen.append((domain, folder, name))
    return chosen


def _psys(found: dict[Path, str]) -> list[tuple[str, Path, str]]:
    return [("cpu", folder, name) for folder, name in sorted(found.items(), key=_order) if name == "psys"][:1]


def _order(row: tuple[Path, str]) -> tuple[bool, bool, str]:
    """Sort what can be read first, then intel-rapl before its memory-mapped twin."""
    folder = row[0]
    return not os.access(folder / "energy_uj", os.R_OK), "mmio" in folder.name, folder.name


def _can_be_counted(folder: Path) -> bool:
    return (folder / "energy_uj").exists()
