"""Compare the meter's counters with `perf stat` and with a plug meter, on a machine that has them. Sends nothing.

    python docs/check_energy.py            60 s with nothing to do, 60 s of work, the figures of both
    python docs/check_energy.py 20         the same in 20 s each

Reads what `jugeote energy` reads; `perf` is optional (package linux-perf, and the right to read power events).
"""

# ruff: noqa: T201
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

from assistant.energy.calibrate import watts_of
from assistant.energy.errors import CalibrationUnread
from assistant.energy.probes.machine import Machine
from assistant.energy.probes.powercap import Powercap


def perf(seconds: float) -> "subprocess.Popen[str] | None":
    """Start perf on the package counters of the whole machine; None where it is not installed."""
    if not shutil.which("perf"):
        return None
    words = ["perf", "stat", "-a", "-x", ";", "-e", "power/energy-pkg/", "sleep", str(seconds)]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def joules(said: str) -> float | None:
    """Return the joules in perf's answer; None when it could not read them."""
    found = re.search(r"([\d.,]+);Joules", said)
    return float(found[1].replace(",", ".")) if found else None


def phase(name: str, seconds: float, probe: Powercap, work: Callable[[], object]) -> None:
    """Watch one phase and print the three figures."""
    machine, beside = Machine(), perf(seconds)
    before, busy, start = probe.read(), machine.busy(), time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
    spent, after, then = time.perf_counter() - start, probe.read(), machine.busy()
    if before is None or after is None or busy is None or then is None:
        print(f"{name}: the counters could not be read")
        return
    ours = (after["cpu"] - before["cpu"]) / 1e6
    load = (then.busy - busy.busy) / 1e9 / spent / machine.threads
    print(f"{name}: meter {ours:.1f} J ({ours / spent:.2f} W) in {spent:.1f} s, machine {100 * load:.0f} % busy")
    if "dram" in after:
        print(f"  memory {(after['dram'] - before['dram']) / 1e6:.1f} J")
    theirs = joules(beside.communicate()[1]) if beside else None
    if theirs:
        print(f"  perf {theirs:.1f} J: the meter reads {100 * (ours / theirs - 1):+.1f} % (1 % is expected at most)")
    else:
        print("  perf is not here, or may not read power/energy-pkg/")
    try:
        watts = watts_of(input("  mean watts on the plug meter (Enter for none): "))
        print(f"  plug over counter: {watts * spent / ours:.2f}")
    except (CalibrationUnread, EOFError, ZeroDivisionError):
        print("  no plug reading")


def main() -> int:
    """Compare at rest and at work; 1 when there is no counter to compare."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    probe = Powercap()
    health = probe.health()
    if not health.ok:
        print(f"no counter can be read here ({health.code})\n{health.fix}")
        return 1
    probe.read()
    print("zones:", ", ".join(probe.names))
    phase("at rest", seconds, probe, lambda: time.sleep(0.5))
    phase("at work", seconds, probe, lambda: sum(range(100_000)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
