"""The report: figures worked out by hand, gaps that stay gaps, layouts, comparison, and the worked projects."""

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.assess import words
from assistant.assess.answers import checked
from assistant.assess.bands import Band, around, exactly, middle, number, ranged, stated
from assistant.assess.compare import changes_json, compare
from assistant.assess.errors import AnswersUnreadable, AnswerWrong
from assistant.assess.html import html_file
from assistant.assess.listing import questions_json
from assistant.assess.markdown import markdown
from assistant.assess.report import as_json
from tests.browser import assessor
from tests.examples import FOLDER, NAMES, made, report
from tests.test_assess_rules import any_answers

ASSESSOR = assessor()
DAY = date(2026, 11, 28)
LOCAL = {"requests_per_day": 100.0, "days": "every", "model_kind": "classifier", "hosting": "office", "country": "fra"}
LARGE = LOCAL | {"model_kind": "large", "hosting": "online_service", "answer_tokens": 400.0, "country": "usa"}


def figures(answers, language="en"):
    """Figures by id."""
    return {f.id: f for f in ASSESSOR.report(answers, language, DAY).figures}


def values(band):
    return (band.value, band.low, band.high)


def test_the_figures_of_a_classifier_are_those_worked_out_by_hand():
    """100 × 365 requests at 0.002 Wh (0.001 to 0.003) on French electricity, in an office."""
    found = figures(LOCAL | {"hardware": "none"})
    assert values(found["requests"].band) == (36500, 36500, 36500)
    assert values(found["energy"].band) == pytest.approx((0.073, 0.0365, 0.1095))
    assert values(found["carbon_use"].band) == pytest.approx((0.073 * 46.1e-3, 0.0365 * 41.44e-3, 0.1095 * 56.039e-3))
    assert values(found["water"].band) == pytest.approx((0.073 * 3.67, 0.0365 * 3.67 / 1.5, 0.1095 * 3.67 * 1.5))
    assert found["euros"].band.value == pytest.approx(0.073 * 46.1e-3 * 0.2)
    assert found["server_weeks"].band.value == pytest.approx(0.073 * 46.1e-3 / 9)
    assert found["truck_100km"].band.value == pytest.approx(0.073 * 46.1e-3 / 110)
    assert found["ship_km"].band.value == pytest.approx(0.073 * 46.1e-3 / 600)


def test_the_figures_of_a_large_model_stand_beside_those_of_a_small_one():
    """Same requests, same country, same length; the smaller model is much lighter."""
    found = figures(LARGE)
    assert values(found["energy_request"].band) == pytest.approx(((0.24 * 1.13) ** 0.5, 0.24, 1.13))
    assert values(found["smaller_energy_small"].band) == pytest.approx((36.5 * 0.036, 36.5 * 0.032, 36.5 * 0.047))
    assert found["smaller_carbon"].band.high < found["carbon_use"].band.low
    assert found["smaller_euros"].band.value == pytest.approx(found["smaller_carbon"].band.value * 0.2)


def test_an_answer_twice_as_long_takes_twice_the_energy():
    """Published figures are for 400 tokens."""
    long = figures(LARGE | {"answer_tokens": 800.0})["energy"].band
    assert values(long) == pytest.approx(tuple(2 * v for v in values(figures(LARGE)["energy"].band)))


def test_a_small_model_on_a_processor_counts_its_seconds():
    """0.11 to 0.6 s a token × 4.5 W a thread × 1.33, and no building in an office."""
    found = figures(LOCAL | {"model_kind": "small", "task": "write", "answer_tokens": 100.0})["energy_request"].band
    assert found.low == pytest.approx(0.11 * 100 * 2.25 * 1.2 / 3600)
    assert found.high == pytest.approx(0.6 * 100 * 9 * 1.6 / 3600)


@pytest.mark.parametrize(("known", "ratio"), [("measured", 1.25), ("supplier", 2)])
def test_a_known_energy_replaces_every_model(known, ratio):
    """What was measured on the task is worth more than a calculation, and a supplier's figure is trusted less."""
    band = figures(LARGE | {"energy_known": known, "energy_wh_1000": 50.0})["energy_request"].band
    assert values(band) == pytest.approx((0.05, 0.05 / ratio, 0.05 * ratio))


def test_hardware_bought_is_spread_over_its_life():
    """Two servers of 900 kg (462 to 3,660) over 4 years (3 to 6); none bought is zero, not missing."""
    found = figures(LOCAL | {"hardware": "servers", "hardware_count": 2.0})
    assert values(found["carbon_making"].band) == pytest.approx((450, 2 * 462 / 6, 2 * 3660 / 3))
    assert found["carbon"].band.value == pytest.approx(450 + found["carbon_use"].band.value)
    assert "carbon_making" not in figures(LOCAL | {"hardware": "none"})


@pytest.mark.parametrize(
    ("missing", "lacking"),
    [
        ("requests_per_day", ["requests", "energy", "carbon_use", "water", "euros", "server_weeks", "truck_100km"]),
        ("model_kind", ["energy_request", "energy", "carbon_use", "water", "euros", "ship_km"]),
    ],
)
def test_a_figure_that_lacks_an_answer_says_which(missing, lacking):
    """Never a guess shown as a figure: no value, and the question by name."""
    for language in ("fr", "en"):
        answers = {name: value for name, value in LARGE.items() if name != missing}
        made_now = ASSESSOR.report(answers, language, DAY)
        data = {f["id"]: f for f in as_json(made_now)["figures"]}
        for name in lacking:
            assert (data[name]["value"], data[name]["low"], data[name]["high"]) == (None, None, None), name
            assert missing in data[name]["needs"]
            question = ASSESSOR.assessment.question(missing).text[language]
            assert question in data[name]["formula"]
        assert missing in {gap.id for gap in made_now.missing}


@pytest.mark.parametrize("name", ["days", "country", "hosting"])
def test_not_knowing_gives_a_band_at_least_as_wide_as_any_answer(name):
    """A missing answer must not look more certain than a given one."""
    base = {k: v for k, v in LARGE.items() if k != name}
    unknown = figures(base)
    for choice in ASSESSOR.assessment.question(name).choices:
        known = figures(base | {name: choice})
        for figure in ("carbon_use", "water"):
            assert unknown[figure].band.low <= known[figure].band.low, (choice, figure)
            assert unknown[figure].band.high >= known[figure].band.high, (choice, figure)


@pytest.mark.parametrize(
    ("kind", "task", "said"),
    [
        ("none", "search", "nothing smaller"),
        ("classifier", "classify", "already among the smallest"),
        ("small", "write", "already small"),
        ("images", "images", "No sourced figure"),
        ("unknown", "write", "not chosen"),
    ],
)
def test_where_no_smaller_model_compares_the_report_says_so(kind, task, said):
    """A comparison that is left out in silence would look forgotten."""
    made_now = ASSESSOR.report(LOCAL | {"model_kind": kind, "task": task}, "en", DAY)
    assert any(said in note for note in made_now.notes)
    assert not [f for f in made_now.figures if f.id.startswith("smaller")]


def test_a_host_with_its_own_price_sees_its_own_price():
    """200 is the price of the slides; another one is the installation's, and is not put on the slides."""
    from dataclasses import replace

    found = {f.id: f for f in replace(ASSESSOR, euros_per_tonne=300.0).report(LARGE, "en", DAY).figures}
    ours = figures(LARGE)
    assert found["euros"].band.value == pytest.approx(1.5 * ours["euros"].band.value)
    assert "300\u00a0€/t" in found["euros"].formula
    assert "seed-carbon-price-200" not in found["euros"].facts
    assert "seed-carbon-price-200" in ours["euros"].facts


def test_gain_less_cost_less_climate():
    """The honest sum, with the range of the climate cost; without gain or cost it cannot be computed."""
    found = figures(LARGE | {"gain_year": 1000.0, "cost_year": 400.0})
    euros = found["euros"].band
    assert values(found["balance"].band) == pytest.approx((600 - euros.value, 600 - euros.high, 600 - euros.low))
    assert figures(LARGE | {"gain_year": 1000.0})["balance"].needs == ("cost_year",)


@settings(max_examples=120, deadline=None)
@given(any_answers(), st.sampled_from(["fr", "en"]))
def test_any_answers_make_a_whole_report(answers, language):
    """Whatever is answered: every layout, every citation exact, every fact known, every figure inside its range."""
    given_now, _ = checked(ASSESSOR.assessment, answers)
    made_now = ASSESSOR.report(given_now, language, DAY)
    data = json.loads(json.dumps(as_json(made_now), allow_nan=False))
    for part in data["axes"]:
        for conclusion in part["conclusions"]:
            assert conclusion["citations"], conclusion
    for figure in data["figures"]:
        if figure["value"] is None:
            assert figure["needs"]
        else:
            assert figure["low"] <= figure["value"] <= figure["high"]
        assert set(figure["facts"]) <= ASSESSOR.facts.keys()
    assert [one.marker for one in made_now.sources] == list(range(1, len(made_now.sources) + 1))
    assert len(made_now.actions) <= 3
    assert set(re.findall(r'href="#(\w+)"', html_file(made_now))) <= set(re.findall(r'id="(\w+)"', html_file(made_now)))
    assert markdown(made_now).startswith("# ")


def test_a_supposition_is_not_told_as_a_finding():
    """Where an answer is missing, the rule says that it assumes the worst, and for want of what."""
    made_now = ASSESSOR.report({}, "en", DAY)
    said = {c.rule: c.finds for part in made_now.axes for c in part.conclusions}
    assert said["maintainer_unfunded"].startswith(
        "For want of an answer to “Who will maintain the system after go-live”"
    )
    known = ASSESSOR.report({"maintainer": "named"}, "en", DAY)
    assert {c.rule: c.finds for p in known.axes for c in p.conclusions}["maintainer_unfunded"] == (
        "Maintenance has no time set aside."
    )


def test_the_report_has_the_shape_of_the_contract():
    """Scripts rely on it."""
    data = as_json(ASSESSOR.report(LARGE | {"project_name": "Nestor"}, "fr", DAY))
    assert {"date", "language", "title", "axes", "project", "figures", "missing"} <= data.keys()
    assert (data["date"], data["language"]) == ("2026-11-28", "fr")
    assert "Nestor" in data["title"]
    assert [a["id"] for a in data["axes"]] == ["use", "model", "life_cycle", "externalities", "confidentiality"]
    assert [p["id"] for p in data["project"]] == ["technical", "maintenance", "cost_performance", "externalities"]
    assert all(p["level"] in words.LEVELS and p["why"] for p in data["project"])
    for figure in data["figures"]:
        assert {"name", "value", "low", "high", "unit", "facts", "formula"} <= figure.keys()
    for gap in data["missing"]:
        assert gap.keys() == {"id", "text", "why_it_matters"}
    citation = data["axes"][1]["conclusions"][0]["citations"][0]
    assert {
        "document",
        "title",
        "section",
        "language",
        "in_force_on",
        "start",
        "end",
        "quote",
        "facts",
    } <= citation.keys()


def test_the_questions_have_the_shape_of_the_contract():
    """ "I don't know" is always a choice."""
    for language in ("fr", "en"):
        for question in questions_json(ASSESSOR, language)["questions"]:
            assert {"id", "axis", "text", "help", "kind", "choices", "unit"} <= question.keys()
            assert question["kind"] in ("choice", "number", "text")
            assert question["choices"][-1]["id"] == "unknown"
            assert question["source"]["document"].startswith(f"{language}/")
            assert question["ask"]


@pytest.mark.parametrize("table", ["SEVERITIES", "LEVELS", "UNITS", "FIGURES", "REPORT", "GUIDE"])
def test_every_word_has_its_twin(table):
    """A lost blank would drop a number in one language."""
    for name, (french, english) in getattr(words, table).items():
        assert french, name
        assert english, name
        assert set(re.findall(r"{\w+}", french)) == set(re.findall(r"{\w+}", english)), name


@pytest.mark.parametrize(
    ("raw", "error"),
    [([], AnswersUnreadable), ({"need": "maybe"}, AnswerWrong), ({"cost_year": float("nan")}, AnswerWrong),
     ({"cost_year": 1e13}, AnswerWrong), ({"project_name": "x" * 201}, AnswerWrong), ({"need": ["written"]}, AnswerWrong)],
)  # fmt: skip
def test_answers_that_do_not_fit_are_refused_by_name(raw, error):
    """Never taken for something else."""
    with pytest.raises(error):
        checked(ASSESSOR.assessment, raw)


def test_answers_of_another_questionnaire_are_told():
    """An old file still serves; what it says too much is named, in the report as well."""
    answers, strange = checked(ASSESSOR.assessment, {"need": "written", "old_question": "x", "harm": None})
    assert (answers, strange) == ({"need": "written"}, ["old_question"])
    assert "old\\_question" in markdown(ASSESSOR.report(answers, "en", DAY, tuple(strange)))


def test_hidden_characters_leave_the_name_of_a_project():
    """A direction mark could turn the title of a report around."""
    answers, _ = checked(ASSESSOR.assessment, {"project_name": "a\u202eb\u0000\n c"})
    assert answers["project_name"] == "ab c"


def test_a_comparison_says_what_changed():
    """Answers, levels, figures, points settled and points that appeared; nothing when nothing changed."""
    before, after = report("support-chatbot", "en"), report("local-classifier", "en")
    changes = compare(before, after)
    data = changes_json(changes)
    assert {"model_kind", "contract"} <= {c["id"] for c in data["answers"]}
    assert next(c for c in data["answers"] if c["id"] == "contract")["after"] == "not asked"
    assert "locked_in" in {c["id"] for c in data["settled"]}
    assert data["appeared"] == []
    assert "no_stop_criterion" in {c["id"] for c in changes_json(compare(after, before))["appeared"]}
    assert {c["id"] for c in data["levels"]} == {"technical", "maintenance", "cost_performance", "externalities"}
    assert not compare(after, after).any
    assert "Nothing changed." in markdown(after, compare(after, after))


class _Strict(HTMLParser):
    """Refuses a tag that is not closed in order."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_file_of_a_report_is_whole_and_needs_nothing_else(name, language):
    """One file: no script, font or image from elsewhere; every tag closed."""
    text = html_file(report(name, language))
    parser = _Strict()
    parser.feed(text)
    assert parser.open == []
    assert f'lang="{language}"' in text
    assert not re.search(r"<(script|img|link|iframe)|url\(|@import", text)


def steady(text):
    """A report without what follows from the wording of the sheets: quotes, places and the numbers of sources."""
    text = re.split(r"\n## (?:Le coût de l’inaction|The cost of inaction)", text)[0]
    return re.sub(r" ?\[\d+\]", "", text)


@pytest.mark.parametrize(("file", "text"), [pytest.param(f, t, id=f.name) for f, t in made() if f.suffix == ".md"])
def test_the_worked_projects_are_what_the_code_makes(file, text):
    """A page of the docs that no longer follows from the rules would teach the wrong thing: python -m tests.examples."""
    assert steady(file.read_text("utf-8")) == steady(text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_report_prints_on_a4(chromium, language):
    """A dozen pages at most, all of them A4, from the committed file."""
    page = chromium.new_page()
    page.goto((FOLDER / f"support-chatbot.{language}.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert 2 <= len(boxes) <= 12
    assert all(abs(float(w) - 595) < 1 and abs(float(h) - 842) < 1 for w, h in boxes)


def test_bands_are_as_wide_as_their_parts():
    """Every low with every low, every high with every high."""
    product = Band(2, 1, 4) * Band(3, 2, 5)
    assert values(product) == (6, 2, 20)
    assert values(product.over(Band(2, 1, 4))) == (3, 0.5, 20)
    assert values(exactly(10).less(Band(2, 1, 4))) == (8, 6, 9)
    assert values(middle(1, 9)) == (3, 1, 9)
    assert values(around(4, 2)) == (4, 2, 8)
    with pytest.raises(ValueError, match="does not hold"):
        Band(1, 2, 3)


@pytest.mark.parametrize(
    ("band", "french", "english"),
    [
        (exactly(1460000), "1\u202f460\u202f000", "1,460,000"),
        (Band(33.4, 12.1, 91), "≈\u00a030 (10 à 100)", "≈\u00a030 (10 to 100)"),
        (Band(0.52, 0.24, 1.13), "≈\u00a00,5 (0,2 à 2)", "≈\u00a00.5 (0.2 to 2)"),
        (Band(53.1, 46.9, 68.2), "≈\u00a053 (46 à 69)", "≈\u00a053 (46 to 69)"),
        (Band(-204, -249, -200), "≈\u00a0−204 (−249 à −200)", "≈\u00a0−204 (−249 to −200)"),
        (Band(0.0039, 0.0015, 0.0061), "≈\u00a00,004 (0,001 à 0,007)", "≈\u00a00.004 (0.001 to 0.007)"),
    ],
)
def test_a_range_shows_no_more_digits_than_it_supports(band, french, english):
    """The bounds are rounded outward; what is not zero never prints as 0."""
    assert ranged(band, "fr") == french
    assert ranged(band, "en") == english


def test_inputs_show_as_their_source_states_them():
    """46.1 (41.4 to 56), not rounded away."""
    assert stated(Band(46.1, 41.44, 56.039), "en") == "46.1 (41.4 to 56)"
    assert stated(exactly(384.4), "fr") == "384"
    assert number(12500.5, "fr", 9) == "12\u202f500,5"
