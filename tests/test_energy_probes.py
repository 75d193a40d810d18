"""The probes on fake trees with exact joules: counters, the machine, the processor; and the choice between them."""

import csv
import os
import statistics
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.energy.choose import Calibration, choose
from assistant.energy.cpu import SERVER_PARTS, Processor, plain_name, processor, tdp_watts
from assistant.energy.factors import CURVE_BAND
from assistant.energy.power import Window, curve_watts
from assistant.energy.probes.machine import Machine, OurTime, own_cgroup
from assistant.energy.probes.powercap import Powercap

HERE = Path(__file__).parent
JOULE = 1_000_000
RANGE = 262_143_328_850  # microjoules: a common counter range


class Tree:
    """A powercap tree: `zone("intel-rapl:0", "package-0", 5)` makes or moves a counter, in joules."""

    def __init__(self, root):
        self.root = root
        root.mkdir(exist_ok=True)

    def zone(self, place, name, joules, *, inside="", top=RANGE):
        folder = self.root / inside / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "name").write_text(f"{name}\n")
        (folder / "max_energy_range_uj").write_text(f"{top}\n")
        self.set(place, joules, inside=inside)

    def set(self, place, joules, *, inside=""):
        (self.root / inside / place / "energy_uj").write_text(f"{round(joules * JOULE)}\n")


class Clock:
    def __init__(self, now=0.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / "powercap")


@pytest.fixture
def clock():
    return Clock()


def opened(tree, clock, **more):
    """Return a probe after its first reading, which only sets the start."""
    probe = Powercap(tree.root, clock=clock, **more)
    probe.read()
    clock.now += 1
    return probe


def joules(reading):
    return {domain: value / JOULE for domain, value in reading.items()}


def since(probe, start):
    now = probe.read()
    return None if now is None else {d: (now[d] - start[d]) / JOULE for d in now}


def test_two_sockets_and_their_nested_memory_are_added(tree, clock):
    """Package 0 and 1, a dram inside each; core and uncore lie inside a package already."""
    for n in (0, 1):
        tree.zone(f"intel-rapl:{n}", f"package-{n}", 100 * (n + 1))
        tree.zone(f"intel-rapl:{n}:0", "core", 7, inside=f"intel-rapl:{n}")
        tree.zone(f"intel-rapl:{n}:1", "dram", 10 * (n + 1), inside=f"intel-rapl:{n}")
        tree.zone(f"intel-rapl:{n}:2", "uncore", 3, inside=f"intel-rapl:{n}")
    probe = opened(tree, clock)
    start = probe.read()
    for n in (0, 1):
        tree.set(f"intel-rapl:{n}", 100 * (n + 1) + 30 + n)
        tree.set(f"intel-rapl:{n}:0", 27, inside=f"intel-rapl:{n}")
        tree.set(f"intel-rapl:{n}:1", 10 * (n + 1) + 5 + n, inside=f"intel-rapl:{n}")
    clock.now += 1
    assert since(probe, start) == {"cpu": 61.0, "dram": 11.0}
    assert probe.health().ok


def test_a_flat_tree_as_in_sys_class_gives_the_same(tree, clock):
    """/sys/class/powercap holds every zone at one level, as links, and the control type beside them."""
    (tree.root / "intel-rapl").mkdir()
    tree.zone("intel-rapl:0", "package-0", 5)
    tree.zone("intel-rapl:0:0", "dram", 2)
    (tree.root / "intel-rapl" / "intel-rapl:0").symlink_to(tree.root / "intel-rapl:0")
    (tree.root / "intel-rapl:0" / "intel-rapl:0:0").symlink_to(tree.root / "intel-rapl:0:0")
    probe = opened(tree, clock)
    start = probe.read()
    tree.set("intel-rapl:0", 9)
    tree.set("intel-rapl:0:0", 3)
    clock.now += 1
    assert since(probe, start) == {"cpu": 4.0, "dram": 1.0}


def test_the_memory_mapped_twin_is_not_added(tree, clock):
    """One package seen through MSR and through memory is one package."""
    tree.zone("intel-rapl:0", "package-0", 50)
    tree.zone("intel-rapl-mmio:0", "package-0", 50.5)
    probe = opened(tree, clock)
    start = probe.read()
    tree.set("intel-rapl:0", 60)
    tree.set("intel-rapl-mmio:0", 60.5)
    clock.now += 1
    assert since(probe, start) == {"cpu": 10.0}
    assert probe.names == ["package-0"]


def test_mirrored_dies_are_one_counter_and_two_alike_sockets_are_two(tree, clock):
    """Multi-die processors may show one counter twice; equal only once is a coincidence, cleared without a loss."""
    tree.zone("intel-rapl:0", "package-0-die-0", 1000)
    tree.zone("intel-rapl:1", "package-0-die-1", 1000)
    probe = Powercap(tree.root, clock=clock)
    start = probe.read()
    for now in (1010, 1020):
        tree.set("intel-rapl:0", now)
        tree.set("intel-rapl:1", now)
        clock.now += 1
        moved = since(probe, start)
    assert moved == {"cpu": 20.0}
    tree.set("intel-rapl:1", 1020.3)  # read just after its refresh, the other just before
    clock.now += 1
    assert since(probe, start) == {"cpu": 20.0}
    tree.set("intel-rapl:0", 1030)
    tree.set("intel-rapl:1", 1050)
    clock.now += 1
    assert since(probe, start) == {"cpu": 80.0}, "they moved apart: two sockets, read all along"


def test_the_platform_counter_is_an_alternative_never_an_addition(tree, clock):
    """psys holds the packages; alone it is said, and used only when asked for."""
    tree.zone("intel-rapl:1", "psys", 500)
    assert Powercap(tree.root).health().code == "psys_only"
    tree.zone("intel-rapl:0", "package-0", 100)
    probe, whole = opened(tree, clock), opened(tree, clock, psys=True)
    start, all_of_it = probe.read(), whole.read()
    tree.set("intel-rapl:0", 110)
    tree.set("intel-rapl:1", 530)
    clock.now += 1
    assert since(probe, start) == {"cpu": 10.0}
    assert since(whole, all_of_it) == {"cpu": 30.0}


def test_what_is_absent_empty_or_forbidden_is_named_with_its_remedy(tmp_path, tree, monkeypatch):
    """An administrator gets the exact line; the app never asks for more than read access to the counters."""
    assert Powercap(tmp_path / "none").health().code == "absent"
    assert Powercap(tree.root).health().code == "empty"
    tree.zone("intel-rapl:0", "package-0", 100)
    real = os.open

    def forbidden(path, *rest):
        if str(path).endswith("energy_uj"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(os, "open", forbidden)  # the tests may run as root, whom no mode stops
    probe = Powercap(tree.root)
    health = probe.health()
    assert (health.ok, health.code) == (False, "unreadable")
    assert health.fix == "z /sys/class/powercap/intel-rapl:*/energy_uj 0440 root jugeote -"
    assert probe.read() is None, "never 0"


def test_a_wrap_is_followed_and_a_reset_makes_nothing_up(tree, clock):
    """The next good reading after a reset once gave peers 261 145 J of phantom energy."""
    tree.zone("intel-rapl:0", "package-0", 262_000)
    probe = opened(tree, clock)
    start = probe.read()
    clock.now += 10
    tree.set("intel-rapl:0", 100)  # 243.3 J in 10 s: a wrap
    assert since(probe, start)["cpu"] == pytest.approx(243.32885, abs=1e-4)
    clock.now += 1
    tree.set("intel-rapl:0", 2)  # 262 kJ in one second: a reset
    assert probe.read() is None
    clock.now += 1
    tree.set("intel-rapl:0", 12)
    assert since(probe, start)["cpu"] == pytest.approx(253.32885, abs=1e-4)


def test_a_counter_that_vanishes_is_no_reading_and_one_that_comes_back_starts_anew(tree, clock):
    """An open handle on a deleted file would repeat its last value for ever: a machine that draws nothing."""
    tree.zone("intel-rapl:0", "package-0", 10)
    probe = opened(tree, clock)
    start = probe.read()
    (tree.root / "intel-rapl:0" / "energy_uj").unlink()
    assert probe.read() is None
    assert not probe.health().ok
    tree.set("intel-rapl:0", 500)
    assert probe.read() is None, "what happened meanwhile is not known"
    tree.set("intel-rapl:0", 503)
    clock.now += 1
    assert since(probe, start) == {"cpu": 3.0}


WALK = st.lists(
    st.tuples(st.integers(0, 400 * JOULE), st.sampled_from(["go", "go", "go", "reset"])), min_size=1, max_size=25
)


@settings(max_examples=60, deadline=None)
@given(WALK)
def test_any_walk_with_wraps_and_resets_agrees_with_an_integer_oracle(tmp_path_factory, walk):
    """Steps up to 400 J a second on a counter of 10 kJ; a reset loses its own step and no more."""
    top = 10_000 * JOULE
    tree, clock = Tree(tmp_path_factory.mktemp("walk") / "powercap"), Clock()
    tree.zone("intel-rapl:0", "package-0", 0, top=top)
    probe = opened(tree, clock)
    start, at, truth = probe.read()["cpu"], 0, 0
    for step, what in walk:
        clock.now += 1
        if what == "go":
            at, truth = (at + step) % (top + 1), truth + step
        else:
            lost, at = at, 0
        (tree.root / "intel-rapl:0" / "energy_uj").write_text(str(at))
        read = probe.read()
        if what == "reset" and lost:
            assert read is None or read["cpu"] - start - truth <= 1.5 * 500 * JOULE, "a reset is never a wrap's worth"
            truth = probe.read()["cpu"] - start
        else:
            assert read is not None
            assert read["cpu"] - start == truth


def test_the_machine_is_read_as_proc_writes_it(tmp_path):
    """iowait, idle and steal are not work; time of guests already stands in user."""
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "stat").write_text("cpu  100 20 30 1000 50 6 4 25 70 0\ncpu0 1 2 3\n")
    (proc / "self" / "statm").write_text("5000 1200 300 1 0 800 0\n")
    machine = Machine(proc, tmp_path / "none")
    tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    busy = machine.busy()
    assert (busy.busy, busy.stolen, busy.total) == (160 * tick, 25 * tick, 1235 * tick)
    assert machine.memory_bytes() == 1200 * os.sysconf("SC_PAGE_SIZE")
    page = os.sysconf("SC_PAGE_SIZE")
    (proc / "7").mkdir()
    (proc / "7" / "statm").write_text("9000 700 300 1 0 800 0\n")
    assert Machine(proc, tmp_path / "none", child=lambda: 7).memory_bytes() == 1900 * page
    assert Machine(proc, tmp_path / "none", child=lambda: 8).memory_bytes() == 1200 * page, "it has just ended"
    missing = Machine(tmp_path / "none", tmp_path / "none")
    assert (missing.busy(), missing.memory_bytes(), missing.cgroup) == (None, None, None)


def test_a_control_group_counts_only_when_it_is_ours_alone(tmp_path):
    """A container's group holds its neighbours: twice our own time was seen there."""
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (root / "jugeote.service").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text("0::/jugeote.service\n")
    (root / "jugeote.service" / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    (root / "jugeote.service" / "cgroup.procs").write_text(f"{os.getpid()}\n1\n")
    assert own_cgroup(proc, root) is None
    (root / "jugeote.service" / "cgroup.procs").write_text(f"{os.getpid()}\n")
    file = own_cgroup(proc, root)
    assert file is not None
    ours = OurTime(file)
    assert ours() == 1_500_000_000
    ours.told(500_000_000)
    assert ours() == 1_000_000_000, "a child that spoke for itself was charged then, and lives in the group"


def test_a_child_that_ended_is_counted_once(monkeypatch):
    """Converters run and end; a model's process that reported its own time must not pay again when it ends."""
    from assistant.energy.probes import machine

    ended = [0]
    monkeypatch.setattr(machine, "_ended_children", lambda: ended[0])
    ours = OurTime(own=lambda: 10)
    ended[0] = 700
    assert ours() == 710
    ours.told(700)
    assert ours() == 10


CPUINFO = "processor\t: 0\nvendor_id\t: {maker}\ncpu family\t: 6\nmodel name\t: {name}\nphysical id\t: 0\nflags\t\t: fpu {flags}\n"


def on(tmp_path, name, *, flags="sse2", maker="GenuineIntel", sockets=1, chassis=""):
    (tmp_path / "cpuinfo").write_text(
        "\n".join(
            CPUINFO.format(maker=maker, name=name, flags=flags).replace(": 0\nflags", f": {n}\nflags")
            for n in range(sockets)
        )
    )
    (tmp_path / "dmi").mkdir(exist_ok=True)
    if chassis:
        (tmp_path / "dmi" / "chassis_type").write_text(chassis)
    return processor(tmp_path / "cpuinfo", tmp_path / "dmi")


@pytest.mark.parametrize(
    ("brand", "watts"),
    [
        ("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", 15), ("AMD EPYC 7763 64-Core Processor", 280),
        ("Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", 85), ("Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", 240),
        ("11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", 28), ("AMD Ryzen 7 5800X 8-Core Processor", 105),
        ("AMD Ryzen Threadripper 1950X 16-Core Processor", 180), ("Intel(R) Core(TM) Ultra 7 155H", 28),
        ("QEMU Virtual CPU version 2.5+", None), ("AMD EPYC", None), ("AMD EPYC-Milan Processor", None),
        ("Intel Xeon Processor (Skylake, IBRS)", None), ("Intel Xeon Processor (Icelake)", None), ("", None),
        ("Common KVM processor", None), ("Intel(R) Core(TM) i7-99999X CPU @ 9.00GHz", None),
    ],
)  # fmt: skip
def test_a_processor_is_known_by_its_whole_name_or_not_at_all(brand, watts):
    """A near name would give another part's watts; a guest's generic name gives none."""
    assert tdp_watts(brand) == watts


def test_every_server_part_has_a_tdp():
    """Its threads without its watts would share nothing."""
    assert all(tdp_watts(name) for name in SERVER_PARTS)
    assert plain_name("AMD EPYC 7763 64-Core Processor") in SERVER_PARTS


def test_the_machine_says_what_it_is(tmp_path):
    """Sockets, the hypervisor's flag, and the chassis of a physical machine."""
    assert on(tmp_path, "Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", sockets=2).sockets == 2
    assert on(tmp_path, "x", flags="hypervisor").machine == "vm"
    assert on(tmp_path, "x", chassis="10\n").machine == "laptop"
    assert on(tmp_path, "x", chassis="23\n").machine == "server"
    assert on(tmp_path, "x", chassis="2\n").machine == "", "unknown is not guessed"


def test_the_order_of_trust(tmp_path, tree):
    """Counter, calibration, known processor, share of a server part, constant; each under its own label."""
    none = tmp_path / "none"
    known = on(tmp_path, "Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", sockets=2)
    guest = on(tmp_path, "AMD EPYC 7763 64-Core Processor", flags="hypervisor", maker="AuthenticAMD")
    odd = on(tmp_path, "Loongson-3A6000")
    line = Calibration(0.05, 20.0, 0.95, 60.0, known.brand, known.threads, "2026-11-28")
    tree.zone("intel-rapl:0", "package-0", 100)

    def found(*args):
        chosen = choose(*args)
        return chosen.why, chosen.source.label

    assert found(tree.root, line, known) == ("counter", "measured")
    assert found(tree.root, None, guest) == ("counter_of_hypervisor", "measured")
    assert found(none, line, known) == ("calibrated", "calibrated")
    assert found(none, line, odd) == ("unknown_processor", "assumed"), "another machine's calibration is not used"
    assert found(none, None, known) == ("curve", "estimated")
    assert choose(none, None, known).source.factor.value == 170, "two sockets of 85 W"
    assert found(none, None, guest) == ("guest_of_known_part", "estimated")
    assert found(none, None, on(tmp_path, "AMD EPYC", flags="hypervisor")) == ("guest", "assumed")


def test_a_guest_never_gets_the_watts_of_its_host(tmp_path):
    """A peer gives 280 W to two virtual processors."""
    guest = on(tmp_path, "AMD EPYC 7763 64-Core Processor", flags="hypervisor", maker="AuthenticAMD")
    watts = choose(tmp_path / "none", None, guest).source.factor
    assert watts.value == pytest.approx(280 / 128 * 0.72)
    assert 2 * watts.high <= 15


@pytest.mark.parametrize(
    ("maker", "brand", "spread"),
    [("GenuineIntel", "Intel Xeon Gold 6148", 1.05), ("GenuineIntel", "Intel Core i7", 1.10), ("AuthenticAMD", "AMD Ryzen", 1.20)],
)  # fmt: skip
def test_a_counter_is_as_sure_as_its_maker_made_it(tree, maker, brand, spread):
    """AMD's counter is a model; Intel's servers measure."""
    tree.zone("intel-rapl:0", "package-0", 100)
    here = Processor(brand, maker, 6, 1, 4, False, "")
    assert choose(tree.root, None, here).source.up == spread


def points():
    with (HERE / "data" / "power_points.csv").open(encoding="utf-8") as file:
        return [(float(r["tdp_watts"]), float(r["load"]), float(r["watts"])) for r in csv.DictReader(file)]


@pytest.mark.parametrize(("least", "error", "inside"), [(0.0, 0.35, 0.85), (0.4, 0.26, 0.90)])
def test_the_power_curve_holds_on_public_measures(least, error, inside):
    """86 points of four processors: mean error, and how many lie in the printed range."""
    rows = [(watts, curve_watts(tdp, load)) for tdp, load, watts in points() if load >= least]
    assert len(points()) == 86
    assert statistics.mean(abs(model / true - 1) for true, model in rows) <= error
    low, high = CURVE_BAND
    assert sum(low <= true / model <= high for true, model in rows) / len(rows) >= inside


def test_the_curve_is_concave_and_never_above_the_tdp():
    """The first busy threads are the dear ones; a straight line would make them free."""
    assert curve_watts(100, 0) == 12
    assert curve_watts(100, 1) == pytest.approx(72)
    assert curve_watts(100, 0.1) - curve_watts(100, 0) > 2 * (curve_watts(100, 1) - curve_watts(100, 0.9))


def test_a_window_without_a_reading_gives_no_energy(tmp_path):
    """No load, no counter: nothing is drawn from thin air."""
    known = on(tmp_path, "AMD EPYC 7763 64-Core Processor", maker="AuthenticAMD")
    curve = choose(tmp_path / "none", None, known).source
    assert curve.drawn(Window(1.0, 4, None, 0.5)) is None
    drawn = curve.drawn(Window(10.0, 4, 40.0, 10.0))
    assert (drawn.microjoules, drawn.idle) == (round(280 * 0.72 * 10 * JOULE), round(280 * 0.12 * 10 * JOULE))
