"""Which processor this is: its name, whether it is a guest of a hypervisor, and its maker's thermal figure.

Reads /proc/cpuinfo and one table; starts no program. Knows nothing of energy.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent / "tables" / "cpu_power.csv"  # CodeCarbon, MIT: tables/LICENSE.codecarbon
# Hardware threads of known server parts, to share their TDP: fact energy-factor-server-parts.
SERVER_PARTS = {
    "AMD EPYC 7452": 64, "AMD EPYC 7502": 64, "AMD EPYC 7543": 64, "AMD EPYC 7551": 64, "AMD EPYC 7702": 128,
    "AMD EPYC 7713": 128, "AMD EPYC 7742": 128, "AMD EPYC 7763": 128, "AMD EPYC 7B12": 128, "AMD EPYC 7R13": 96,
    "AMD EPYC 9554": 128, "AMD EPYC 9654": 192, "Intel Xeon E5-2686 v4": 36, "Intel Xeon Gold 6148": 40,
    "Intel Xeon Platinum 8124M": 36, "Intel Xeon Platinum 8168": 48, "Intel Xeon Platinum 8175M": 48,
    "Intel Xeon Platinum 8259CL": 48, "Intel Xeon Platinum 8260": 48, "Intel Xeon Platinum 8280": 56,
    "Intel Xeon Platinum 8358": 64, "Intel Xeon Platinum 8380": 80,
}  # fmt: skip
# DMI chassis types: what is carried, what stands under a desk, what hangs in a rack.
CHASSIS = {
    "laptop": {8, 9, 10, 11, 14, 30, 31, 32}, "desktop": {3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36},
    "server": {17, 23, 25, 28, 29},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Processor:
    """What the system says of its processor."""

    brand: str  # "" when unknown
    maker: str
    family: int
    sockets: int
    threads: int
    virtual: bool
    machine: str  # "laptop" | "desktop" | "server" | "vm" | "" when nothing says

    @property
    def counter_spread(self) -> str:
        """Return which uncertainty its energy counter has: a key of factors.UNCERTAINTIES."""
        if self.maker != "GenuineIntel":
            return "counter_model"
        return "counter_server" if "Xeon" in self.brand else "counter_client"


def processor(cpuinfo: Path = Path("/proc/cpuinfo"), dmi: Path = Path("/sys/class/dmi/id")) -> Processor:
    """Return the processor of this machine, from what a person without rights may read."""
    try:
        text = cpuinfo.read_text("utf-8", "replace")
    except OSError:
        text = ""
    said: dict[str, str] = {}
    sockets = set()
    for line in text.splitlines():
        name, _, value = line.partition(":")
        said.setdefault(name.strip(), value.strip())
        if name.strip() == "physical id":
            sockets.add(value.strip())
    virtual = "hypervisor" in said.get("flags", "").split() or _hosted(dmi)
    family = said.get("cpu family", "")
    return Processor(
        said.get("model name", ""), said.get("vendor_id", ""), int(family) if family.isdigit() else 0,
        max(1, len(sockets)), os.cpu_count() or 1, virtual, "vm" if virtual else _chassis(dmi),
    )  # fmt: skip


def _hosted(dmi: Path) -> bool:
    """Tell a guest by the maker of its board: processors other than x86 do not say it."""
    try:
        maker = (dmi / "sys_vendor").read_text("utf-8", "replace").strip()
    except OSError:
        return False
    return maker in ("QEMU", "Amazon EC2", "Google", "VMware, Inc.", "innotek GmbH", "Xen", "OpenStack Foundation")


def _chassis(dmi: Path) -> str:
    try:
        kind = int((dmi / "chassis_type").read_text("ascii"))
    except (OSError, ValueError):
        return ""
    return next((name for name, kinds in CHASSIS.items() if kind in kinds), "")


def plain_name(brand: str) -> str:
    """Return "Intel Core i7-8650U" for "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz"."""
    text = re.sub(r"\((?:R|TM|r|tm)\)|[®™]", " ", brand)
    text = re.sub(r"@.*|\b\d+th Gen\b|\b\w+-Core Processor\b|\bwith Radeon.*", " ", text)
    text = re.sub(r"\b(?:CPU|Processor)\b", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def tdp_watts(brand: str, table: Path = TABLE) -> float | None:
    """Return the maker's thermal figure of one socket; None when the name is not in the table, never a guess.

    A guest's own names ("AMD EPYC", "Intel Xeon Processor (Skylake, IBRS)", "QEMU Virtual CPU") are in no table.
    """
    import csv

    wanted = plain_name(brand).casefold()
    number = next((word for word in reversed(wanted.split()) if re.search(r"\d\w?\d\d", word)), None)
    if number is None:
        return None  # no model number: a family is no processor
    try:
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                # The number first: putting 4,900 names in plain form would take longer than an answer is metered for.
                if number in row[0].casefold() and plain_name(row[0]).casefold() == wanted:
                    return float(row[1])
    except (OSError, ValueError, IndexError):
        return None
    return None


def part_threads(brand: str) -> int | None:
    """Return the hardware threads of a known server part; None for any other."""
    return SERVER_PARTS.get(plain_name(brand))
