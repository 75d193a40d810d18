"""`jugeote energy`, the totals that are kept, calibration, and the comparison: through files and the real command."""

import dataclasses
import io
import json
import os
import sqlite3
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.answer import Stopped
from assistant.chat import Assistant
from assistant.config import read_config
from assistant.energy import compare, report, session
from assistant.energy.calibrate import Phase, battery_watts, calibrated, watch, watts_of
from assistant.energy.choose import Calibration, calibration_of, choose
from assistant.energy.cpu import Processor
from assistant.energy.errors import CalibrationNoisy, CalibrationSlight, CalibrationUnread
from assistant.energy.factors import FACTORS
from assistant.energy.footprint import Settings
from assistant.energy.keeper import Keeper
from assistant.energy.ledger import Ledger
from assistant.energy.power import by_calibration
from assistant.energy.probes.machine import Busy
from assistant.energy.receipt import reading_of
from assistant.energy.store import Store
from assistant.verbs import energy_calibrate
from index.errors import UserError
from tests.fakes import READING, ScriptedWriter
from tests.test_energy_meter import World

HERE = Processor("Test CPU 100", "GenuineIntel", 6, 1, 4, False, "desktop")


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ")


# What is kept


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home" / "state.sqlite")


def metered(world=None):
    from assistant.energy.power import by_thread

    world = world or World(memory=10**9)
    return world, world.ledger(by_thread(), probe=False)


def test_totals_survive_a_restart_and_add_up(store):
    """Two runs of the program, one day: questions and waiting apart, each with its range and its label."""
    for _ in range(2):
        world, ledger = metered()
        keeper = Keeper(ledger, store)
        for _ in range(3):
            with ledger.section("question"):
                world.pass_(1, ours=1)
            keeper.keep()
        world.pass_(10)
        assert keeper.keep()
    entries = {entry["account"]: entry for entry in report.by_day(store.rows())}
    question = entries["question"]
    assert (question["sections"], question["unread"]) == (6, 0)
    assert question["joules"] == pytest.approx(6 * (4.5 + 0.3) * 1.33)
    assert question["low"] < question["joules"] < question["high"]
    assert question["labels"] == {"assumed": question["joules"]}
    assert entries["app"]["joules"] == pytest.approx(2 * 10 * 0.3 * 1.33)
    assert report.in_all(list(entries.values()))["questions"] == 6


def test_a_question_that_could_not_be_read_is_counted_as_unread(store):
    """Not as a free one."""
    world, ledger = metered(World())
    keeper = Keeper(ledger, store)
    with ledger.section("question") as section:
        world.pass_(1, ours=1)
        section.add_cpu_seconds(float("nan"))
    keeper.keep()
    assert [(row.sections, row.unread) for row in store.rows()] == [(1, 1)]


def test_a_broken_counter_does_not_fill_the_totals(store):
    """5 kJ in a second is no result: the question is kept as unread."""
    from assistant.energy.power import by_counter

    world = World()
    ledger = world.ledger(by_counter(1.05, 0.0))
    with ledger.section("question"):
        world.pass_(1, ours=4, joules=5000)
    Keeper(ledger, store).keep()
    assert [(r.account, r.sections, r.unread, r.joules) for r in store.rows() if r.sections] == [
        ("question", 1, 1, 0.0)
    ]


def test_no_text_of_a_question_is_kept(store, tmp_path):
    """The file holds days, accounts and numbers."""
    world, ledger = metered()
    with ledger.section("question"):
        world.pass_(1, ours=1)
    Keeper(ledger, store).keep()
    with sqlite3.connect(tmp_path / "home" / "state.sqlite") as base:
        rows = base.execute("SELECT * FROM energy_totals").fetchall()
        names = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert sorted(names) == ["energy_meta", "energy_totals"]
    assert all(isinstance(value, (int, float)) for row in rows for value in row[3:])
    assert {row[1] for row in rows} <= {"question", "app", "indexing"}


def test_what_cannot_be_kept_is_not_zero(tmp_path):
    """A folder in the place of the file stands for any that cannot be written; another schema is left alone."""
    (tmp_path / "state.sqlite").mkdir()
    world, ledger = metered()
    with ledger.section("question"):
        world.pass_(1, ours=1)
    refused = Store(tmp_path / "state.sqlite")
    assert Keeper(ledger, refused).keep() is False
    assert refused.rows() is None
    assert refused.kept("calibration") is None
    later = Store(tmp_path / "later.sqlite")
    assert later.keep("x", {})
    with sqlite3.connect(tmp_path / "later.sqlite") as base:
        base.execute("UPDATE energy_meta SET value = '99' WHERE name = 'schema'")
    assert Keeper(ledger, later).keep() is False
    assert later.rows() is None


def test_a_keeper_ticks_in_one_thread_and_stops(store):
    """One slow timer, and nothing left running."""
    before = set(threading.enumerate())
    ledger = Ledger()
    keeper = Keeper(ledger, store)
    keeper.start()
    started = set(threading.enumerate()) - before
    assert [thread.name for thread in started] == ["energy"]
    assert all(thread.daemon for thread in started)
    with ledger.section("question"):
        sum(range(100_000))
    keeper.stop()
    assert set(threading.enumerate()) == before
    assert [row.account for row in store.rows() if row.sections] == ["question"]


# Report


def test_a_report_in_three_forms(store, jugeote, tmp_path):
    """Text, CSV and JSON of the same rows, and a drawing that names each bar."""
    ledger = Ledger()
    assert store.add("2026-11-27", "question", ledger.total(_used(2.0)))
    assert store.add("2026-11-28", "question", ledger.total(_used(1.0)))
    home = tmp_path / "home"
    found = json.loads(jugeote("energy", "report", "--json", home=home).stdout)
    assert [day["day"] for day in found["days"]] == ["2026-11-27", "2026-11-28"]
    assert found["total"]["joules"] == pytest.approx(3 * 5.985)
    assert found["days"][0]["grams_co2e_embodied"] is None, "not counted is not zero"
    table = jugeote("energy", "report", "--csv", "--days", "1", home=home).stdout.splitlines()
    assert table[0].startswith("day,account,sections,unread,cpu_seconds,joules")
    assert [row.split(",")[0] for row in table[1:]] == ["2026-11-28"]
    done = jugeote("energy", "report", "--plot", str(tmp_path / "plot.svg"), home=home, LC_ALL="fr_FR.UTF-8")
    assert done.returncode == 0
    assert done.stdout.startswith("jour\tcompte")
    assert (tmp_path / "plot.svg").read_text().count("<rect") == 2


def _used(seconds):
    from assistant.energy.usage import Usage

    return Usage(cpu=round(seconds * 1e9), sections=1)


def test_an_empty_report_is_said_to_be_empty(jugeote):
    """No row is not a row of zeros."""
    done = jugeote("energy", "report", "--json")
    assert json.loads(done.stdout) == {"days": None, "total": None}
    done = jugeote("energy", "report")
    assert (done.returncode, done.stdout) == (0, "")
    assert "not zero" in done.stderr


# The command


def test_energy_says_how_it_is_known_here_and_names_each_factor(jugeote):
    """What an administrator reads before trusting a figure."""
    found = json.loads(jugeote("energy", "--json").stdout)
    assert found["label"] in ("partly_measured", "measured", "estimated", "assumed")
    assert found["factors"]["grams_per_kwh"]["fact"] == "energy-factor-fr-ademe"
    assert found["probe"]["code"] in ("ok", "absent", "empty", "unreadable", "psys_only")
    assert all(isinstance(text, str) and text for text in found["better"] + found["less"])
    shown = jugeote("energy", LC_ALL="fr_FR.UTF-8").stdout
    assert "46,1" in shown


def test_the_host_s_factors_reach_the_command(jugeote, tmp_path):
    """A zone, a price, a machine, a powercap tree; and an unknown zone is refused."""
    (tmp_path / "cap").mkdir()
    found = json.loads(
        jugeote(
            "energy", "--json", JUGEOTE_ZONE="deu", JUGEOTE_EUROS_PER_TONNE="300", JUGEOTE_MACHINE="laptop",
            JUGEOTE_POWERCAP=str(tmp_path / "cap"),
        ).stdout
    )  # fmt: skip
    assert found["factors"]["grams_per_kwh"]["value"] == 329.65
    assert found["factors"]["euros_per_tonne"] | {"value": 0} == found["factors"]["euros_per_tonne"] | {"value": 0}
    assert (found["factors"]["euros_per_tonne"]["value"], found["factors"]["euros_per_tonne"]["source"]) == (300, "")
    assert (found["machine"], found["probe"]["code"]) == ("laptop", "empty")
    done = jugeote("energy", "--json", JUGEOTE_ZONE="XYZ")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "setting_broken")


def test_a_counter_tree_of_the_host_is_read_through_the_command(jugeote, corpus_home, tmp_path):
    """A powercap tree that moves while the question is answered: measured in part, never a bare assumption."""
    zone = tmp_path / "cap" / "intel-rapl:0"
    zone.mkdir(parents=True)
    (zone / "name").write_text("package-0\n")
    (zone / "max_energy_range_uj").write_text("262143328850\n")
    (zone / "energy_uj").write_text("1000000\n")
    stop = threading.Event()

    def draw():
        counted = 1_000_000
        with (zone / "energy_uj").open("r+b", buffering=0) as file:
            while not stop.wait(0.02):
                counted += 400_000  # 20 W
                os.pwrite(file.fileno(), f"{counted}\n".encode(), 0)  # never empty, as write_text is for a moment

    drawing = threading.Thread(target=draw)
    drawing.start()
    try:
        done = jugeote(
            "ask", "Un petit modèle suffit-il ?", "--json", home=corpus_home, JUGEOTE_POWERCAP=str(zone.parent)
        )
    finally:
        stop.set()
        drawing.join()
    energy = json.loads(done.stdout)["energy"]
    assert (energy["label"], energy["method"]) == ("partly_measured", "counter_x_cpu_share")
    assert "no_counter" not in energy["warnings"]
    again = tmp_path / "answer.json"
    again.write_text(done.stdout)
    told = json.loads(jugeote("energy", "recompute", str(again), "--json").stdout)
    assert told["same_as_stated"] is True
    assert told["joules"] == energy["joules"]
    dirty = json.loads(jugeote("energy", "recompute", str(again), "--set", "grams_per_kwh=461", "--json").stdout)
    assert dirty["grams_co2e"] == pytest.approx(10 * energy["grams_co2e"])
    again.write_text(done.stdout.replace('"cpu_seconds": ', '"cpu_seconds": 9'))
    broken = jugeote("energy", "recompute", str(again), "--json")
    assert (broken.returncode, json.loads(broken.stdout)["error"]["code"]) == (1, "receipt_broken")


@pytest.mark.parametrize(
    "words",
    [("recompute",), ("calibrate", "x.json"), ("report", "--json", "--csv"), ("report", "--days", "0"), ("sing",)],
)
def test_bad_words_are_bad_usage(jugeote, words):
    """Exit 2, as everywhere."""
    assert jugeote("energy", *words).returncode == 2


# Calibration


class Slow:
    """A machine whose clock and work a test moves."""

    def __init__(self):
        self.threads, self.now, self.work = 4, 0.0, 0.0

    def busy(self):
        return Busy(round(self.work * 1e9), 0, round(self.now * 4e9))

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.work += 0.08 * seconds  # 2 % of four threads

    def labour(self):
        self.now += 1.0
        self.work += 3.8


def test_a_calibration_gives_back_its_own_two_readings_and_the_line_between(tmp_path):
    """20 W at rest and 60 W at work, at the plug: no board is added, and the label says calibrated."""
    machine = Slow()
    how = {"clock": machine.clock, "sleep": machine.sleep, "supply": tmp_path}
    rest = watch(60, None, machine, **how)
    busy = watch(60, machine.labour, machine, **how)
    assert (rest.load, busy.load) == pytest.approx((0.02, 0.95))
    found = calibrated(rest, 20.0, busy, 60.0, HERE)
    source = choose(tmp_path / "none", found, HERE).source
    assert (source.label, source.board, source.memory) == ("calibrated", False, False)
    assert source._watts(0.95)[1] == pytest.approx(60)
    assert source._watts(0.02)[1] == pytest.approx(20)
    world = World(threads=4)
    ledger = world.ledger(source, probe=False)
    with ledger.section("question") as section:
        world.pass_(10, ours=38)
    reading = section.reading()
    assert reading.label == "calibrated"
    assert reading.joules == pytest.approx(600, rel=0.03)
    assert "board_ratio" not in reading.receipt.factors


def test_a_calibration_survives_in_the_store_and_only_on_its_machine(store):
    """A data folder that moved to another computer must not bring its watts."""
    found = Calibration(0.02, 20.0, 0.95, 60.0, HERE.brand, HERE.threads, "2026-11-28")
    assert store.keep("calibration", dataclasses.asdict(found))
    assert calibration_of(store.kept("calibration")) == found
    assert not found.fits(dataclasses.replace(HERE, brand="Another"))
    assert store.keep("calibration", None)
    assert store.kept("calibration") is None
    assert calibration_of({"rest_load": 1}) is None
    with pytest.raises(ValueError, match="no line"):
        by_calibration(0.5, 60.0, 0.4, 20.0)


def test_a_counter_read_meanwhile_gives_the_ratio_of_the_board():
    """(60 - 20) W at the plug over (40 - 8) W of counter; a ratio that no board has is not believed."""
    found = Calibration(0.02, 20.0, 0.95, 60.0, HERE.brand, 4, "2026-11-28", 8.0, 40.0)
    assert found.board().value == pytest.approx(1.25)
    assert Calibration(0.02, 20.0, 0.95, 260.0, HERE.brand, 4, "2026-11-28", 8.0, 40.0).board() is None


def test_a_busy_machine_or_a_slight_difference_is_refused():
    """Two points that are one, or a rest that is none, give no line."""
    with pytest.raises(CalibrationNoisy):
        calibrated(Phase(0.9, None, None), 20.0, Phase(1.0, None, None), 60.0, HERE)
    for load, watts in ((0.2, 60.0), (0.9, 19.0)):
        with pytest.raises(CalibrationSlight):
            calibrated(Phase(0.1, None, None), 20.0, Phase(load, None, None), watts, HERE)


def test_watts_as_a_person_types_them():
    """A comma, a unit; never nothing."""
    assert [watts_of(said) for said in ("23,5", " 48 W ", "7.25w")] == [23.5, 48.0, 7.25]
    for said in ("", "W", "-3", "vingt", "nan", "inf"):
        with pytest.raises(CalibrationUnread):
            watts_of(said)


def test_a_laptop_on_its_battery_reads_itself(tmp_path):
    """On the mains it cannot."""
    battery = tmp_path / "BAT0"
    battery.mkdir()
    (battery / "power_now").write_text("12500000\n")
    (battery / "status").write_text("Charging\n")
    assert battery_watts(tmp_path) is None
    (battery / "status").write_text("Discharging\n")
    assert battery_watts(tmp_path) == 12.5


def test_the_command_calibrates_with_the_real_model_and_keeps_the_line(tmp_path, monkeypatch, capsys):
    """The measuring path: the real reader works; only the machine's load is a fake, since this one is shared."""
    machine = Slow()

    def watched(seconds, work, where, probe=None):
        if work is None:
            machine.sleep(seconds)
            return Phase(0.02, None, None)
        before = time.process_time()
        work()
        assert time.process_time() > before
        return Phase(0.97, None, None)

    monkeypatch.setattr(energy_calibrate, "watch", watched)
    monkeypatch.setattr(sys, "stdin", io.StringIO("21,5\n48 W\n"))
    config = read_config({"JUGEOTE_HOME": str(tmp_path / "home"), "JUGEOTE_THREADS": "1"})
    arguments = SimpleNamespace(seconds=2.0, json=True, forget=False)
    assert energy_calibrate.calibrate(arguments, config, "fr") == 0
    kept = json.loads(capsys.readouterr().out)
    assert (kept["rest_watts"], kept["busy_watts"], kept["busy_load"]) == (21.5, 48.0, 0.97)
    from assistant import wiring

    known = wiring.chosen_energy(config)
    assert known.why in ("calibrated", "counter", "counter_of_hypervisor")
    assert energy_calibrate.calibrate(SimpleNamespace(forget=True), config, "fr") == 0
    assert wiring.chosen_energy(config).calibration is None
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(UserError):
        energy_calibrate.calibrate(arguments, config, "en")


# Comparison


@pytest.mark.parametrize(
    ("active", "total", "watt_hours"),
    [(123, 123, 0.3659), (70, 70, 0.2630), (8, 8, 0.0357), (37, 671, 1.5916), (44, 440, 0.8501), (132, 440, 1.5335)],
)
def test_the_method_of_ecologits_gives_its_own_results(active, total, watt_hours):
    """Six published configurations, 400 tokens, within half a percent."""
    found = compare.ecologits(
        400, active=active, total=total, pue=1.2, wue_onsite=0.569, grams_per_kwh=41.44, litres_per_kwh=3.6737
    )
    assert found.watt_hours == pytest.approx(watt_hours, rel=0.005)
    assert found.grams_co2e == pytest.approx(found.watt_hours * 41.44 / 1000)
    assert found.millilitres == pytest.approx(found.watt_hours / 1.2 * (0.569 + 1.2 * 3.6737)), "the PUE once"
    assert found.grams_co2e_embodied > 0


def test_a_comparison_is_a_band_and_a_ratio_only_where_bands_do_not_overlap():
    """A small answer is far below; one of the same size is of the same order, and a dear one is said to be dearer."""
    (low, high), _ = compare.band(400)
    assert (low, high) == (0.58, 1.13)

    def said(watt_hours, language="en"):
        reading = reading_of(watt_hours * 3600 / 5.985, Settings())
        return plain(" ".join(compare.sentences(reading, 1600, language, generated=True)))

    assert "Energy: 3" not in said(0.6)
    assert "Energy: of the same order" in said(0.6)
    assert "times less here" in said(0.01)
    assert "Energy: 4 to 30 times more here." in said(9)
    assert "fois moins ici" in said(0.01, "fr")
    assert "can use more energy" in said(0.01)


def test_a_quoted_answer_says_that_no_text_was_generated():
    """Comparing a quotation with a written text without saying it would be a trick."""
    rows = [plain(row) for row in compare.sentences(READING, 400, "fr", generated=False)]
    assert rows[0].startswith("Comparaison : aucun texte n’a été généré, ces phrases sont citées.")
    assert "100 jetons environ" in rows[0]
    written = plain(compare.sentences(READING, 400, "en", generated=True)[0])
    assert "no text was generated" not in written
    assert any("0,24 Wh" in row and "45 mL" in row for row in rows)


def test_the_comparison_s_numbers_are_facts():
    """One number, one place."""
    import yaml

    from tests.test_energy import ROOT

    facts = {row["id"]: row for row in yaml.safe_load((ROOT / "corpus" / "facts.yaml").read_text("utf-8"))}
    for name, (low, high, _) in compare.MODELLED.items():
        assert facts[f"energy-factor-cloud-{name}"]["value"] == [low, high]
    assert facts["google-gemini-per-prompt"]["value"] == compare.DECLARED["google-gemini-per-prompt"][0]
    assert facts["energy-factor-google-prompt-grams"]["value"] == compare.DECLARED["google-gemini-per-prompt"][1]
    assert facts["openai-altman-per-query"]["value"] == compare.DECLARED["openai-altman-per-query"][0]
    assert facts["mistral-lca-per-answer"]["value"] == compare.DECLARED["mistral-lca-per-answer"][1]
    assert facts["energy-factor-ecologits-gpu-energy"]["value"] == [compare.ALPHA, compare.BETA, compare.GAMMA]
    assert facts["energy-factor-ecologits-latency"]["value"] == list(compare.LATENCY)
    assert facts["energy-factor-ecologits-gpu-embodied"]["value"] == compare.CARD_KILOGRAMS
    assert facts["energy-factor-ecologits-server"]["value"] == [
        compare.CARDS, compare.GIGABYTES, compare.SERVER_WATTS / 1000, compare.BATCH, compare.SERVER_KILOGRAMS, compare.YEARS
    ]  # fmt: skip
    assert FACTORS["characters_per_token"].value == facts["energy-factor-characters-per-token"]["value"]


# A conversation


def test_a_conversation_adds_up_without_growing_surer():
    """Sums of values and of bounds: the relative range of three answers is not narrower than that of one."""
    readings = [reading_of(seconds, Settings(machine="laptop")) for seconds in (1.0, 2.0, 3.0)]
    total = session.summed(readings)
    assert total.joules == pytest.approx(6 * 5.985)
    assert total.high / total.joules == pytest.approx(readings[0].high / readings[0].joules)
    assert plain(session.session_line([*readings, None], "fr")).startswith(
        "Cette conversation, 4 questions (dont 1 non mesurée(s)) : ≈ 10 mWh (4–20)"
    )
    rows = session.session_rows(readings, {"app": readings[0], "indexing": None}, "fr")
    assert any("Assistant en attente" in row and "mWh" in row for row in rows)
    assert any(row.startswith("Indexation") and row.endswith("non mesuré") for row in rows)
    with_making = [dataclasses.replace(readings[0], grams_co2e_embodied=0.001)]
    assert any(
        "en voiture thermique" in row and "autant que ≈ 8 mm" in row
        for row in map(plain, session.session_rows(with_making, {}, "fr"))
    ), "0.0011 g over 142 g a kilometre"
    assert not any("voiture" in row for row in rows), "without manufacture on our side, no equivalence"
    assert session.summed([None]) is None
    assert session.session_line([], "en") == "This conversation: nothing yet"


def test_the_weakest_label_names_the_sum():
    """One assumed answer among measured ones makes the sum an assumption; the measured share is told."""
    measured = dataclasses.replace(READING, label="measured")
    assumed = dataclasses.replace(READING, label="assumed", joules=READING.joules / 3)
    assert session.summed([measured, assumed]).label == "assumed"
    assert session.measured_share([measured, assumed]) == pytest.approx(0.75)
    assert any("75 %" in plain(row) for row in session.session_rows([measured, assumed], {}, "fr"))


# The whole assistant


class Labourer(ScriptedWriter):
    """A generator whose every word costs the same processor time; it knows what it used itself."""

    used = 0.0

    def write(self, question, evidence, language):
        for piece in super().write(question, evidence[:1], language):
            began = time.thread_time()
            while time.thread_time() < began + 0.02:
                sum(range(200))
            self.used += time.thread_time() - began
            yield piece


def test_n_times_the_words_are_charged_n_times_their_work(corpus_home, monkeypatch):
    """Through the real assistant and the real clocks: each word's work is charged, and no more than the process used.

    The two bounds hold on a busy machine too, where the ratio of two answers wanders: four times the words are
    four times their work, whatever the rest of the answer cost.
    """
    from assistant import wiring

    monkeypatch.setenv("JUGEOTE_HOME", str(corpus_home))
    config = read_config()
    opened, meter = wiring.index(config), wiring.ledger(config)
    reader = SimpleNamespace(read=lambda question, vector, sentences, _: sentences[:1] and _evidence(sentences))
    for words in (5, 20):
        writer, start = Labourer(*["mot"] * words), time.process_time()
        *_, last = Assistant(opened, reader, writer, meter, about=-1.0).ask("Un petit modèle suffit-il ?")
        receipt = last.energy.receipt.inputs
        assert writer.used >= (words + 1) * 0.02, "the words, and the quote"
        assert writer.used <= receipt["cpu_seconds"] <= time.process_time() - start


def _evidence(sentences):
    from assistant.answer import Evidence

    first = sentences[0]
    return [Evidence(first.passage, first.text, first.start, first.end, 1.0)]


def test_two_people_at_once_on_the_real_assistant_share_and_add_up(corpus_home, monkeypatch):
    """The sum of two answers is what the process used while they were made, within a fifth: the rest is the test's own."""
    from assistant import wiring

    monkeypatch.setenv("JUGEOTE_HOME", str(corpus_home))
    meter = wiring.ledger(read_config())
    assistant = wiring.assistant(read_config(), "quote", meter)
    list(assistant.ask("Un petit modèle suffit-il ?"))
    before, start = meter.totals()["question"].cpu_nanoseconds, time.process_time_ns()
    last = {}

    def ask(question):
        *_, last[question] = assistant.ask(question)

    people = [
        threading.Thread(target=ask, args=[q]) for q in ("Un petit modèle suffit-il ?", "Is a small model enough?")
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    used = time.process_time_ns() - start
    assert meter.totals()["question"].cpu_nanoseconds - before <= used
    spent = [answer.energy.receipt.inputs["cpu_seconds"] for answer in last.values()]
    assert sum(spent) * 1e9 <= used
    assert sum(spent) * 1e9 >= 0.8 * used
    assert meter.totals()["question"].sections == 3


def test_a_stopped_answer_is_charged_and_closed_once(corpus_home, monkeypatch):
    """Stop, on the real assistant: the section closes, its part stays in the account of questions."""
    from assistant import wiring

    monkeypatch.setenv("JUGEOTE_HOME", str(corpus_home))
    config = read_config()
    meter = wiring.ledger(config)
    assistant = wiring.assistant(config, "quote", meter)
    asking = assistant.ask("Un petit modèle suffit-il ?")
    next(asking)
    asking.close()
    gone = meter.totals()["question"]
    assert gone.sections == 1
    assert gone.reading.joules > 0
    assert not meter.working
    asking = assistant.ask("Un petit modèle suffit-il ?")
    next(asking)
    stopped = asking.throw(Stopped())
    asking.close()
    charged = (meter.totals()["question"].cpu_nanoseconds - gone.cpu_nanoseconds) / 1e9
    assert 0.7 * charged <= stopped.energy.receipt.inputs["cpu_seconds"] <= charged, "what is shown is what is charged"
    assert not meter.working


def test_an_index_that_cannot_be_written_is_read_from_a_copy_that_vanishes(corpus_home, monkeypatch):
    """Chroma writes even when it only reads: a read-only data folder must not stop an answer."""
    from index import store as stored

    folder = next((corpus_home / "index").glob("generation-*"))
    real = os.access
    monkeypatch.setattr(
        stored.os, "access", lambda path, mode: str(folder) not in str(path) and real(path, mode)
    )  # the tests may run as root, whom no mode stops
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    opened = stored.Store(folder)
    copy = Path(opened._copy.name)
    assert opened.counts()["chunks"] > 100
    assert (copy / "chroma" / "chroma.sqlite3").is_file()
    opened.close()
    assert not copy.exists()
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before
