"""The energy room: who used the processor, what that is at the plug, and how it is said."""

import ast
import dataclasses
import math
import re
import threading
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import read_config
from assistant.energy import compare as cloud
from assistant.energy import display, factors, footprint, numbers, session, words
from assistant.energy.factors import FACTORS
from assistant.energy.footprint import Settings, euros, grams_co2e, millilitres, watt_hours
from assistant.energy.ledger import IDLE_ACCOUNT, Ledger
from assistant.energy.power import plug_joules
from assistant.energy.reading import EnergyReading, Meter, Section
from assistant.energy.receipt import reading_of

ROOT = Path(__file__).resolve().parent.parent
SECOND = 1_000_000_000
LANGUAGES = ("fr", "en")
LABELS = ("measured", "partly_measured", "calibrated", "estimated", "assumed")


class Processor:
    """A CPU clock that a test moves; `now` None is a clock that cannot be read."""

    def __init__(self):
        self.now: int | None = 0

    def __call__(self):
        return self.now

    def work(self, seconds):
        self.now += round(seconds * SECOND)


@pytest.fixture
def processor():
    return Processor()


@pytest.fixture
def ledger(processor):
    return Ledger(cpu_nanoseconds=processor, clock=lambda: 0.0)


def three_digits(value):
    return float(f"{value:.3g}")


def a_reading(watt_hours_=0.0004, ratio=2.0, label="assumed", grams=2e-5):
    joules = 3600 * watt_hours_
    return EnergyReading(
        joules, joules / ratio, joules * ratio, label, watt_hours_, grams, 3.67 * watt_hours_, grams * 2e-4, (), "m"
    )


def said(text):
    """Return the text with plain spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


# Joules to footprint


def test_the_worked_example_of_the_design_comes_out_to_three_digits():
    """28 W for 40 s in France: the figures that the method was checked with, manufacture left out."""
    plug = plug_joules(28 * 40, board_ratio=FACTORS["board_ratio"].value)
    grams = grams_co2e(plug, grams_per_kwh=46.1, pue=1.0)
    assert three_digits(plug) == 1490
    assert three_digits(watt_hours(plug)) == 0.414
    assert three_digits(grams) == 0.0191
    assert three_digits(millilitres(plug, litres_per_kwh_offsite=3.67, pue=1.0)) == 1.52
    assert three_digits(euros(grams, euros_per_tonne=200)) == 3.82e-6
    assert three_digits(euros(0.210, euros_per_tonne=200)) == 4.2e-5


def test_a_second_of_a_busy_thread_is_six_joules_at_the_plug():
    """4.5 W times 1.33, within a factor of 2 either way, and called an assumption."""
    reading = reading_of(1.0, Settings())
    assert reading.joules == pytest.approx(5.985)
    assert (reading.low, reading.high) == pytest.approx((5.985 / 2, 5.985 * 2))
    assert reading.label == "assumed"
    assert reading.watt_hours == pytest.approx(reading.joules / 3600)


def test_the_building_is_counted_once():
    """Carbon and water grow by the PUE, not by its square; the plug's joules do not grow."""
    plain, room = reading_of(10.0, Settings()), reading_of(10.0, Settings(pue=1.5))
    assert room.joules == plain.joules
    assert room.grams_co2e == pytest.approx(1.5 * plain.grams_co2e)
    assert room.millilitres == pytest.approx(1.5 * plain.millilitres)
    assert millilitres(3.6e6, litres_per_kwh_offsite=3.0, pue=1.5, litres_per_kwh_onsite=1.0) == pytest.approx(5500)


def test_the_host_s_electricity_and_price_are_used():
    """A factor of another country, at another price; the water factor stays French and the reading says so."""
    reading = reading_of(10.0, Settings(458.3, 300.0, 1.0))
    assert reading.grams_per_kwh == pytest.approx(458.3)
    assert reading.euros_per_tonne == pytest.approx(300)
    assert "french_water_factor" in reading.warnings
    assert "french_water_factor" not in reading_of(10.0, Settings()).warnings


@pytest.mark.parametrize("seconds", [None, math.nan, math.inf, -math.inf, -1.0, 0.0])
def test_a_missing_reading_is_none_and_never_zero(seconds):
    """A zero would look like a free answer."""
    assert reading_of(seconds, Settings()) is None


def test_what_is_not_counted_is_said():
    """No reading leaves without naming its blind spots."""
    assert {"no_counter", "memory_not_counted", "embodied_not_counted"} <= set(reading_of(1.0, Settings()).warnings)


@given(st.floats(1e-9, 1e9), st.floats(0, 3000), st.floats(0, 1e5), st.floats(1, 5))
def test_no_reading_is_called_measured_and_each_lies_inside_its_range(seconds, grams, price, pue):
    """No counter is read here, so no path may say "measured"."""
    reading = reading_of(seconds, Settings(grams, price, pue))
    assert 0 < reading.low <= reading.joules <= reading.high
    assert reading.label == "assumed"
    assert reading.grams_co2e >= 0
    assert reading.millilitres > 0


@pytest.mark.parametrize("wrong", [{"pue": 0.9}, {"grams_per_kwh": -1.0}, {"euros_per_tonne": math.nan}])
def test_settings_without_sense_are_refused(wrong):
    """A NaN or a negative factor would flow silently to the page."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_every_factor_is_a_fact_of_the_corpus():
    """One number, one place: the table and the fact base cannot drift apart."""
    facts = {row["id"]: row for row in yaml.safe_load((ROOT / "corpus" / "facts.yaml").read_text("utf-8"))}
    for name, factor in FACTORS.items():
        fact = facts[factor.fact]
        if name == "grams_per_car_km":
            assert (fact["value"], fact["unit"]) == (factor.value / 1000, "kg CO2e/km"), "the fact is in kilograms"
            continue
        assert (fact["value"], fact["unit"], fact["year"]) == (factor.value, factor.unit, factor.year), name
        assert factor.low <= factor.value <= factor.high, name
        assert fact["statement_fr"], name
        assert fact["statement_en"], name


def test_every_zone_and_every_machine_is_a_fact_of_the_corpus():
    """Carbon and water of each zone, kg and hours of each machine, the curve; the other figures stand in the note."""
    facts = {row["id"]: row for row in yaml.safe_load((ROOT / "corpus" / "facts.yaml").read_text("utf-8"))}
    for zone in factors.ZONES:
        grams, litres = factors.zone_factors(zone)
        assert grams.low <= grams.value <= grams.high
        assert litres.low <= litres.value <= litres.high
        if zone == "FRA":
            continue
        fact = facts[grams.fact]
        assert fact["value"] == [grams.value, litres.value], zone
        for bound in (grams.low, grams.high):
            ours = any(math.isclose(bound, grams.value * ratio) for ratio in (1.1, 1 / 1.1))
            assert ours or f"{bound:g}" in fact["note"] or f"{bound:.1f}" in fact["note"], (zone, bound)
    for name, made in factors.MACHINES.items():
        assert facts[made.fact]["value"] == [made.kilograms, made.hours, made.in_use], name
    assert tuple(facts[factors.CURVE_FACT]["value"]) == factors.CURVE


COUNTRIES = {
    "France": "fra|france|-fr-", "Germany": "germany|-deu", "United States": "usa", "world": "world|-wor$", "Sweden": "sweden|-swe",
    "Norway": "norway|-nor$", "Poland": "poland|-pol$", "China": "china|-chn", "India": "india|-ind$",
}  # fmt: skip


@pytest.mark.parametrize("ids", COUNTRIES.values(), ids=COUNTRIES)
def test_two_figures_for_one_electricity_differ_only_with_a_note(ids):
    """Each figure of a country is tied to the others by a note that names the other's fact or number."""
    facts = yaml.safe_load((ROOT / "corpus" / "facts.yaml").read_text("utf-8"))
    alike = {
        f["id"]: f for f in facts if str(f.get("unit")).lower().startswith("g co2e/kwh") and re.search(ids, f["id"])
    }
    assert len(alike) > 1, "a lone figure proves nothing"
    assert any(name.startswith("energy-factor-") for name in alike), "the meter's is among them"

    def names(fact, other):
        note, value = str(fact.get("note")), other["value"]
        numbers = [f"{n:.3g}" for n in (value if isinstance(value, list) else [value])]
        return other["id"] in note or any(re.search(rf"(?<![\d.]){re.escape(n)}(?![\d])", note) for n in numbers)

    tied, left = set(), {next(iter(alike))}
    while left:
        one = left.pop()
        tied.add(one)
        left |= {n for n in alike if n not in tied and (names(alike[one], alike[n]) or names(alike[n], alike[one]))}
    assert tied == set(alike), "differ without a note"


def test_the_defaults_of_the_configuration_are_the_factors():
    """The same number stands in the settings a host can read."""
    config = read_config({})
    assert Settings(config.grams_per_kwh, config.euros_per_tonne, config.pue, config.zone) == Settings()


# The ledger


def test_a_ledger_is_a_meter(ledger):
    """The assistant asks for a Meter; this is one."""
    meter: Meter = ledger
    with meter.section("question") as opened:
        section: Section = opened
        assert section.reading() is None, "nothing used yet: no reading, not zero"


def test_a_section_pays_what_was_used_while_it_was_open(ledger, processor):
    """Work before and after goes to the account of the program itself."""
    processor.work(1)
    with ledger.section("question") as section:
        processor.work(2)
    processor.work(4)
    assert section.reading() == reading_of(2.0, Settings())
    totals = ledger.totals()
    assert {name: total.cpu_nanoseconds for name, total in totals.items()} == {
        "question": 2 * SECOND, IDLE_ACCOUNT: 5 * SECOND,
    }  # fmt: skip
    assert totals["question"].sections == 1
    assert totals["question"].reading == section.reading()


def test_two_sections_at_once_share_and_nothing_is_counted_twice(ledger, processor):
    """Peers give each the whole, or the second nothing."""
    with ledger.section("question") as first:
        processor.work(1)
        with ledger.section("question") as second:
            processor.work(4)
        processor.work(8)
    assert (first.cpu_nanoseconds, second.cpu_nanoseconds) == (11 * SECOND, 2 * SECOND)
    assert "shared_time" in first.reading().warnings
    assert "shared_time" in second.reading().warnings
    assert ledger.totals()["question"].cpu_nanoseconds == 13 * SECOND


def test_a_lone_section_is_not_called_shared(ledger, processor):
    """Two sections open one after the other shared nothing."""
    with ledger.section("question"):
        processor.work(1)
    with ledger.section("question") as section:
        processor.work(1)
    assert "shared_time" not in section.reading().warnings


def test_odd_nanoseconds_are_not_lost(ledger, processor):
    """Ten nanoseconds among three sections are ten nanoseconds."""
    with ledger.section("question") as a, ledger.section("question") as b, ledger.section("indexing") as c:
        processor.now += 10
    assert [s.cpu_nanoseconds for s in (a, b, c)] == [4, 3, 3]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from(["question", "indexing", "app"])),
        st.tuples(st.just("close"), st.integers(0, 9)),
        st.tuples(st.just("work"), st.integers(0, 10**12)),
        st.tuples(st.just("child"), st.integers(0, 9), st.integers(0, 10**9)),
        st.tuples(st.just("read"), st.integers(0, 9)),
        st.tuples(st.just("totals")),
    ),
    max_size=60,
)


@given(STEPS)
def test_the_accounts_add_up_to_what_was_used_whatever_the_order(steps):
    """Conservation: to the nanosecond, over any interleaving of openings, closings, readings and children."""
    processor = Processor()
    ledger = Ledger(cpu_nanoseconds=processor, clock=lambda: 0.0)
    sections, used = [], 0
    for what, *rest in steps:
        if what == "open":
            sections.append(ledger.section(rest[0]).__enter__())
        elif what == "work":
            processor.now += rest[0]
            used += rest[0]
        elif what == "totals":
            ledger.totals()
        elif sections:
            section = sections[rest[0] % len(sections)]
            if what == "close":
                section.close()
            elif what == "read":
                section.reading()
            else:
                section.add_cpu_seconds(rest[1] / SECOND)
                used += rest[1]
    totals = ledger.totals()
    assert sum(total.cpu_nanoseconds for total in totals.values()) == used
    assert all(total.cpu_nanoseconds >= 0 for total in totals.values())
    assert sum(section.cpu_nanoseconds for section in sections) <= used


def test_threads_that_open_and_close_at_once_lose_nothing(ledger, processor):
    """The page answers several people; one lock keeps the sum."""
    moving = threading.Lock()

    def person():
        for _ in range(200):
            with ledger.section("question"), moving:
                processor.now += 7

    people = [threading.Thread(target=person) for _ in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sum(total.cpu_nanoseconds for total in ledger.totals().values()) == 8 * 200 * 7
    assert ledger.totals()["question"].sections == 1600


def test_a_section_closes_from_another_thread(ledger, processor):
    """Gradio runs one generator on several threads."""
    section = ledger.section("question").__enter__()
    processor.work(3)
    other = threading.Thread(target=section.__exit__, args=(None, None, None))
    other.start()
    other.join()
    processor.work(5)
    assert section.cpu_nanoseconds == 3 * SECOND
    assert ledger.totals()[IDLE_ACCOUNT].cpu_nanoseconds == 5 * SECOND


def test_an_exception_closes_the_section_and_keeps_what_was_used(ledger, processor):
    """A failed answer cost energy too."""
    section = ledger.section("question")

    def fail():
        with section:
            processor.work(2)
            raise KeyError("model")

    with pytest.raises(KeyError):
        fail()
    processor.work(2)
    assert section.reading() == reading_of(2.0, Settings())


def test_a_stopped_generator_closes_its_section(ledger, processor):
    """Stop on the page raises GeneratorExit inside the answer."""
    sections = []

    def answer():
        with ledger.section("question") as section:
            sections.append(section)
            for _ in range(9):
                processor.work(1)
                yield

    asked = answer()
    next(asked)
    next(asked)
    asked.close()
    processor.work(30)
    assert sections[0].cpu_nanoseconds == 2 * SECOND


def test_closing_twice_is_closing_once(ledger, processor):
    """Stop and the end of the answer may both close."""
    with ledger.section("question") as section:
        processor.work(1)
        section.close()
        processor.work(1)
    section.close()
    assert section.cpu_nanoseconds == SECOND


def test_a_section_cannot_be_opened_twice(ledger):
    """A second opening would charge the time between."""
    with ledger.section("question") as section:
        pass
    with pytest.raises(RuntimeError), section:
        pass


def test_a_section_closed_in_the_middle_of_a_slice_neither_blocks_nor_pays_twice():
    """The collector may close a forgotten generator on the thread that holds the lock, inside a slice."""
    processor, victims = Processor(), []

    def collecting():
        seen = processor.now
        while victims:
            processor.now += 2  # the worst moment: the clock was read, and moves on before the slice is ended
            victims.pop().close()
        return seen

    ledger = Ledger(cpu_nanoseconds=collecting, clock=lambda: 0.0)
    forgotten = ledger.section("question").__enter__()
    with ledger.section("question") as other:
        processor.work(2)
        victims.append(forgotten)
        other.reading()
        processor.work(5)
    assert (forgotten.cpu_nanoseconds, other.cpu_nanoseconds) == (SECOND, 6 * SECOND + 2)
    assert ledger.totals()["question"].cpu_nanoseconds == 7 * SECOND + 2


def test_the_time_of_the_model_s_process_is_added_even_when_it_reports_late(ledger, processor):
    """The page's own clock does not see its children."""
    with ledger.section("question") as section:
        processor.work(1)
        section.add_cpu_seconds(2.5)
    section.add_cpu_seconds(0.5)
    assert section.reading() == reading_of(4.0, Settings())
    assert ledger.totals()["question"].cpu_nanoseconds == 4 * SECOND


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -0.1])
def test_a_child_s_clock_without_sense_makes_the_section_unread(ledger, processor, seconds):
    """The page's part alone would look like the whole."""
    with ledger.section("question") as section:
        processor.work(1)
        section.add_cpu_seconds(seconds)
    assert section.reading() is None


@pytest.mark.parametrize("broken", [None, -5])
def test_a_clock_that_fails_or_goes_back_gives_no_reading_and_makes_nothing_up(ledger, processor, broken):
    """Peers turned a reset into 261 kJ; here the section says that it was not read, and the next one is whole."""
    with ledger.section("question") as section:
        processor.now = broken
        ledger.totals()
        processor.now = 40 * SECOND
    with ledger.section("question") as following:
        processor.work(1)
    assert section.reading() is None
    assert following.reading() == reading_of(1.0, Settings())


def test_an_account_that_used_nothing_has_no_reading(ledger):
    """A total of zero joules would look measured."""
    total = ledger.totals()[IDLE_ACCOUNT]
    assert (total.cpu_nanoseconds, total.reading) == (0, None)


def test_a_section_knows_how_long_it_was_open(processor):
    """The share of manufacture will need it."""
    now = [10.0]
    ledger = Ledger(cpu_nanoseconds=processor, clock=lambda: now[0])
    section = ledger.section("question")
    assert section.seconds == 0
    with section:
        now[0] = 12.5
    now[0] = 99.0
    assert section.seconds == 2.5


def test_the_real_clock_sees_the_work_and_no_thread_is_started():
    """Metering must cost nothing while nothing is asked."""
    before = threading.enumerate()
    ledger = Ledger()
    with ledger.section("question") as section:
        start = time.process_time()
        while time.process_time() - start < 0.02:
            sum(range(1000))
        during = threading.enumerate()
    assert section.reading().joules >= 0.0199 * 4.5 * 1.33
    assert (before, before) == (during, threading.enumerate())


def test_the_room_imports_nothing_of_ours_but_itself():
    """The meter must stay usable, and testable, without the assistant."""
    for file in (ROOT / "assistant" / "energy").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            ours = [name for name in names if name.split(".")[0] in ("assistant", "index", "evals", "yaml")]
            assert all(n.startswith("assistant.energy") or n in ("assistant.errors", "index.errors") for n in ours), (
                file.name,
                ours,
            )


# In words


def test_the_line_under_an_answer():
    """The exact strings, spaces included: narrow no-break in French, no-break in English."""
    reading = a_reading()
    assert display.line(reading, "fr") == "≈ 0,4\u202fmWh (0,2–0,8) · 0,02\u202fmg CO₂e · ordre de grandeur"
    assert display.line(reading, "en") == "≈ 0.4\u00a0mWh (0.2–0.8) · 0.02\u00a0mg CO₂e · order of magnitude"


def test_the_whole_cost_stands_beside_an_answer():
    """Energy, carbon, water and euros, what they are of, and how they are known; no zero for what is tiny."""
    reading = reading_of(0.6, Settings())
    assert said(display.cost(reading, "fr")) == (
        "Coût de cette réponse : ≈ 1 mWh (0,4–2) · 0,05 mg CO₂e · 0,004 mL d’eau · < 0,0001 € les 1 000 · ordre de grandeur"
    )
    assert said(display.cost(reading_of(60.0, Settings()), "en")) == (
        "Cost of this answer: ≈ 100 mWh (40–200) · 5 mg CO₂e · 0.4 mL of water · 0.0009 € per 1,000 · order of magnitude"
    )
    assert display.cost(None, "fr") == "Coût de cette réponse : non mesuré"
    free = reading_of(60.0, Settings(euros_per_tonne=0.0))
    assert "€" not in display.cost(free, "fr"), "a price of 0 is no price"
    odd = dataclasses.replace(reading, warnings=("implausible",))
    assert display.cost(odd, "en") == "Cost of this answer: inconsistent value, not shown"


def test_what_was_not_read_is_said_not_hidden():
    """None is words, never a zero."""
    assert display.line(None, "fr") == "non mesuré"
    assert display.line(None, "en") == "not measured"
    assert [display.details(None, language) for language in LANGUAGES] == [[], []]
    assert display.spoken(None, "fr") == "Énergie non mesurée"
    assert display.spoken(None, "en") == "Energy not measured"


def test_a_tight_range_earns_two_digits_and_a_wide_one_only_one():
    """Never more digits than the range supports."""
    assert said(display.line(a_reading(0.4137, 1.15), "en")).startswith("≈ 0.41 Wh (0.35–0.48)")
    assert said(display.line(a_reading(0.4137, 2.0), "en")).startswith("≈ 0.4 Wh (0.2–0.9)")


def test_only_a_measured_value_stands_without_the_sign_of_a_model():
    """Plain is measured, ≈ is modelled."""
    for label in LABELS:
        shown = display.line(a_reading(label=label), "fr")
        assert shown.startswith("≈") == (label != "measured")
        assert display.spoken(a_reading(label=label), "fr").startswith("Énergie : environ") == (label != "measured")


@pytest.mark.parametrize(
    ("watt_hours_", "shown"),
    [(0.00003, "0.03 mWh"), (0.0999, "100 mWh"), (0.1, "0.1 Wh"), (999, "1,000 Wh"), (3000, "3 kWh")],
)
def test_units_of_energy_follow_the_size(watt_hours_, shown):
    """mWh under 0.1 Wh, kWh from 1 000."""
    assert said(display.line(a_reading(watt_hours_), "en")).startswith(f"≈ {shown} (")


@pytest.mark.parametrize(
    ("grams", "shown"),
    [(2e-9, "0,002 µg"), (4e-6, "4 µg"), (2e-5, "0,02 mg"), (0.05, "50 mg"), (0.3, "0,3 g"), (2000, "2 kg")],
)
def test_units_of_carbon_follow_the_size(grams, shown):
    """µg when tiny, mg under 0.1 g, kg from 1 000."""
    assert f"· {shown} CO₂e ·" in said(display.line(a_reading(grams=grams), "fr"))


def test_thousands_are_grouped_in_each_language():
    """1 000 in French, 1,000 in English."""
    reading = reading_of(3000.0, Settings())
    assert any("1\u202f000 questions" in row for row in display.details(reading, "fr"))
    assert any("1,000 questions" in row for row in display.details(reading, "en"))


BARE_ZERO = re.compile(r"(?<![\d.,\u202f])0(?![\d.,])|(?<![\d.,\u202f])0[.,]0+(?!\d)")


@given(st.floats(1e-12, 1e12), st.sampled_from(LANGUAGES))
def test_what_is_not_zero_never_prints_as_zero(seconds, language):
    """Peers show "0.00 g" for a small answer."""
    reading = reading_of(seconds, Settings())
    rows = [display.line(reading, language), display.spoken(reading, language), *display.details(reading, language)]
    for row in rows:
        assert not BARE_ZERO.search(row), row
        assert not re.search(r"\d[eE][+-]?\d|nan|inf", row), row


@given(st.floats(1e-6, 1e6), st.floats(1.0, 3.0))
def test_bounds_are_rounded_outward(value, ratio):
    """A range that lost its ends would promise more than was known."""
    shown, low, high = numbers.three(value, (ratio, ratio))
    assert float(low) <= value / ratio * (1 + 1e-8)
    assert float(high) >= value * ratio * (1 - 1e-8)
    assert low <= shown <= high
    assert len(shown.normalize().as_tuple().digits) <= (2 if ratio * ratio < 1.5 else 1)


@pytest.mark.parametrize(("value", "shown"), [(9.96, "10"), (99.6, "100"), (0.0996, "0.10"), (0.40, "0.40")])
def test_rounding_up_to_the_next_power_of_ten_adds_no_digit(value, shown):
    """9.96 in two digits is 10, not 10.0."""
    assert numbers.number_of(numbers.rounded(value, 2), "en") == shown


def test_too_small_to_print_is_said_only_when_the_whole_range_is():
    """Writing "< 0.0001" beside a value whose upper bound is higher would be false."""
    assert said(display.line(a_reading(9e-8), "en")).startswith("≈ 0.00009 mWh (0.00004–0.0002)")
    assert said(display.line(a_reading(4e-8), "en")).startswith("< 0.0001 mWh ·")
    assert display.spoken(a_reading(4e-8), "en").startswith("Energy: less than 0.0001 milliwatt-hours;")


def test_the_details_say_where_each_number_comes_from():
    """A factor without source and year could not be checked."""
    rows = [said(row) for row in display.details(reading_of(270.0, Settings()), "fr")]
    assert rows[0] == "Énergie à la prise : ≈ 2 kJ (0,8–4), soit ≈ 0,4 Wh (0,2–0,9)"
    assert "46,1 g CO₂e par kWh (ADEME, Base Empreinte, 2025" in rows[2]
    assert rows[4].endswith("(3,67 L/kWh, EcoLogits, WRI)")
    assert "à 200 € la tonne : ≈ 0,004 € (0,002–0,009) pour 1 000 questions" in rows[5]
    assert "4,5 W par fil occupé" in rows[6]
    assert "× 1,33" in rows[6]
    assert any("fabrication" in row for row in rows)


def test_a_factor_set_by_the_host_is_not_attributed_to_ademe():
    """A source beside a number that it never gave would be false."""
    text = " ".join(display.details(reading_of(10.0, Settings(100.0)), "en"))
    assert "ADEME" not in text
    assert "100 g CO₂e per kWh (settings of this installation)" in said(text)
    text = " ".join(display.details(reading_of(10.0, Settings(pue=1.5)), "en"))
    assert "ADEME" in text, "the factor is still ADEME's"
    assert "energy × 1.5 (PUE, settings of this installation)" in said(text)


def test_carbon_that_a_host_sets_to_zero_is_said_not_counted():
    """A host may enter 0 g/kWh; the page shows no 0 g."""
    reading = reading_of(10.0, Settings(0.0))
    assert "CO₂e non compté" in display.line(reading, "fr")
    assert "CO₂e not counted" in display.details(reading, "en")
    assert "non compté" in display.spoken(reading, "fr")


def test_a_screen_reader_hears_whole_words():
    """A symbol such as mWh is spelled letter by letter, and ≈ is skipped."""
    reading = a_reading(0.005, grams=0.002)
    assert display.spoken(reading, "fr") == (
        "Énergie : environ 5 milliwattheures, entre 2 et 10 ; environ 2 milligrammes d’équivalent CO2 ; "
        "environ 0,02 millilitre d’eau ; environ 0,0004 euro les 1\u202f000 ; ordre de grandeur"
    )
    assert display.spoken(reading, "en") == (
        "Energy: about 5 milliwatt-hours, between 2 and 10; about 2 milligrams of CO2 equivalent; "
        "about 0.02 millilitres of water; about 0.0004 euros per 1,000; order of magnitude"
    )


def test_both_languages_have_every_word():
    """A label, a warning or a sentence without its twin would show the other language."""
    assert set(words.LABELS) == set(LABELS)
    for table in (words.LABELS, words.WARNINGS, words.METHODS, words.WORDS, session.WORDS, cloud.WORDS):
        for name, pair in table.items():
            assert len(pair) == 2, name
            assert all(pair), name
            assert sorted(re.findall(r"{\w+}", pair[0])) == sorted(re.findall(r"{\w+}", pair[1])), name
    reading = reading_of(1.0, Settings(100.0), warnings=("shared_time",))
    assert set(reading.warnings) <= set(words.WARNINGS)
    assert len(display.details(reading, "fr")) == len(display.details(reading, "en"))
    assert reading.method in words.METHODS


def test_an_unknown_warning_is_shown_by_its_code():
    """A warning that the page has no words for must not vanish."""
    reading = dataclasses.replace(a_reading(), warnings=("moon",))
    assert display.details(reading, "fr")[-1] == "Avertissement : moon"


def test_uncertainties_combine_in_log_space():
    """Two independent factors of 2 give 2.67, not 4."""
    assert footprint.spread(2.0, 2.0) == pytest.approx(2 ** math.sqrt(2))
    assert footprint.spread(1.0, 1.5) == pytest.approx(1.5)
