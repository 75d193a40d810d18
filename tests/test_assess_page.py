"""The tab of the assessment: its two addresses, and what a person does with it in a real browser.

Each browser test also fails when a request leaves for another machine or when the console holds an error.
"""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from assistant.web import assess_texts
from assistant.web.assess_tab import report_of
from tests.browser import assessor

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
CLOUD = EXAMPLES / "support-chatbot.answers.json"
LOCAL = EXAMPLES / "local-classifier.answers.json"


@pytest.fixture(scope="module")
def expect():
    """Playwright's assertions, imported late."""
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=60_000)
    return sync_api.expect


def opened(page):
    page.locator("#tab-assess").click()
    return page


def pick(page, question, choice):
    page.locator(f"#q-{question} input[value={choice}]").check()


def test_every_text_of_the_tab_has_its_twin():
    """A missing twin would show nothing in one language only."""
    french, english = assess_texts.TEXTS["fr"], assess_texts.TEXTS["en"]
    assert french.keys() == english.keys()
    for key in french:
        assert set(re.findall(r"{\w+}", french[key])) == set(re.findall(r"{\w+}", english[key])), key


def test_the_script_asks_only_for_texts_that_exist():
    """A name without a text would show "undefined"."""
    script = (Path(assess_texts.__file__).parent / "static" / "assess.js").read_text("utf-8")
    named = set(re.findall(r"words\.(\w+)", script))
    assert named
    assert named <= assess_texts.TEXTS["fr"].keys()


def test_the_gate_lets_the_two_addresses_through_and_no_more(served):
    """Questions by GET, reports by POST of JSON from the page itself; the rest of the room stays shut."""
    import httpx

    with httpx.Client(base_url=served.address) as client:
        said = client.get("/assess/questions", params={"lang": "en"}).json()
        assert said["questions"][0]["text"] == "What is the project called?"
        assert client.get("/assess/questions", params={"lang": "../de"}).status_code == 200
        assert client.get("/assess/report").status_code == 405
        assert client.get("/assess/").status_code == 404
        assert client.post("/assess/report", content="x", headers={"content-type": "text/plain"}).status_code == 415
        crossed = {"sec-fetch-site": "cross-site"}
        assert client.post("/assess/report", json={"answers": {}}, headers=crossed).status_code == 403
        made = client.post("/assess/report", json={"language": "fr", "answers": json.loads(CLOUD.read_text("utf-8"))})
        assert made.status_code == 200
        assert made.headers["cache-control"] == "no-store"
        assert "Nestor" in made.json()["markdown"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "answers_unreadable"),
        ({"answers": []}, "answers_unreadable"),
        ({"answers": {"need": "x"}}, "answer_wrong"),
        ({"answers": {"cost_year": "12"}}, "answer_wrong"),
        ({"answers": {"cost_year": -1}}, "answer_wrong"),
        ({"answers": {"cost_year": True}}, "answer_wrong"),
        ({"answers": {}, "before": {"need": ["x"]}}, "answer_wrong"),
        ({"answers": {}, "before": 5, "language": {"a": 1}}, "answers_unreadable"),
    ],
)
def test_what_is_no_answer_is_told(asked, code):
    """The address takes what anyone sends: a wrong shape is an explained error, not a defect."""
    if isinstance(asked.get("language"), dict):
        asked = asked | {"language": "fr"}
    assert report_of(assessor(), asked, date(2026, 11, 28))["error"]["code"] == code


def test_nothing_that_a_person_writes_becomes_markup():
    """The name of the project is the one free text; it is hostile until escaped, in all layouts."""
    name = "<img src=x onerror=alert(1)> **b** [a](http://e.example) | `c`"
    made = report_of(assessor(), {"language": "en", "answers": {"project_name": name}}, date(2026, 11, 28))
    for layout in ("shown", "html", "markdown"):
        assert "<img" not in made[layout]
    assert "\\*\\*b\\*\\* \\[a\\](http://e.example) \\|" in made["markdown"]


def test_a_person_answers_axis_by_axis_and_gets_a_report(open_page, served, expect):
    """The whole way: answer, see the questions follow, move on, make the report, open a citation, go back and change."""
    page = opened(open_page("en-GB"))
    expect(page.locator("#q-need")).to_be_visible()
    expect(page.locator("#question textarea")).to_be_hidden()
    page.locator("#q-project_name input[type=text]").fill("Robot <b>")
    pick(page, "need", "none")
    expect(page.locator("#assess-done")).to_contain_text("2 questions of")
    page.locator("#q-cost_year input[type=text]").fill("12 500,5")
    page.locator("#q-gain_year input[type=text]").fill("lots")
    page.locator("#q-gain_year input[type=text]").press("Tab")
    expect(page.locator("#q-gain_year .wrong")).to_be_visible()
    page.locator("#assess-next").click()
    expect(page.locator(".axis:visible h3")).to_be_focused()
    expect(page.locator("#q-smaller_tried")).to_be_hidden()
    pick(page, "model_kind", "large")
    expect(page.locator("#q-smaller_tried")).to_be_visible()
    page.locator("#assess-report").click()
    expect(page.locator(".report .title")).to_have_text("Assessment of the project “Robot <b>”")
    expect(page.locator(".report .title")).to_be_focused()
    expect(page.locator(".report .level.blocked").first).to_be_visible()
    expect(page.locator(".report .answers")).to_contain_text("12,500.5")
    link = page.locator(".report .actions .cite").first
    target = link.get_attribute("href")
    expect(page.locator(f"{target} blockquote")).to_be_hidden()
    link.click()
    expect(page.locator(f"{target} blockquote")).to_be_visible()
    expect(page.locator(f"{target} summary")).to_be_focused()
    page.locator("#assess-change").click()
    page.locator("#assess-back").click()
    expect(page.locator("#q-need input[value=none]")).to_be_checked()
    pick(page, "need", "written")
    page.locator("#assess-report").click()
    expect(page.locator(".report .title")).to_be_visible()
    assert page.locator(".report .level.blocked").count() == 0


def test_a_file_of_answers_is_kept_taken_up_and_compared(open_page, expect):
    """Saved on the person's device, never on the server; a report against an earlier file says what changed."""
    page = opened(open_page())
    page.locator("#assess-load-file").set_input_files(str(LOCAL))
    expect(page.locator("#assess-status")).to_contain_text("Réponses reprises")
    expect(page.locator("#q-need input[value=written]")).to_be_checked()
    with page.expect_download() as kept:
        page.locator("#assess-save").click()
    assert json.loads(Path(kept.value.path()).read_text("utf-8")) == json.loads(LOCAL.read_text("utf-8"))
    page.locator("#assess-compare-file").set_input_files(str(CLOUD))
    page.locator("#assess-report").click()
    expect(page.locator(".report .changes")).to_contain_text("Points réglés")
    with page.expect_download() as report:
        page.locator("#assess-html").click()
    printed = Path(report.value.path()).read_text("utf-8")
    assert printed.startswith("<!doctype html>")
    assert "http" not in printed.split("<body>")[0]
    page.locator("#assess-load-file").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b"[1]"}
    )
    expect(page.locator("#assess-status")).to_contain_text("n’est pas un fichier de réponses")


def test_asking_about_a_question_opens_the_conversation(open_page, served, expect):
    """One press from the question to an answer with citations; the answers given so far are still there."""
    page = opened(open_page())
    pick(page, "need", "spoken")
    button = page.locator("#q-need .ask-about")
    question = button.inner_text().split(" : ", 1)[1]
    button.click()
    expect(page.locator("#chat .asked")).to_have_text(question)
    expect(page.locator("#tab-talk")).to_have_attribute("aria-selected", "true")
    page.locator("#tab-assess").click()
    expect(page.locator("#q-need input[value=spoken]")).to_be_checked()


def test_changing_the_language_keeps_the_answers(open_page, expect):
    """Answers do not depend on the language; nothing is lost, and nothing stays in the browser's storage."""
    page = opened(open_page())
    page.locator("#q-project_name input[type=text]").fill("Nestor")
    pick(page, "requester", "supplier")
    page.locator("#assess-next").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("#tab-assess")).to_have_text("Assess a project")
    expect(page.locator("#tab-assess")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#q-task")).to_be_visible()
    page.locator("#assess-back").click()
    expect(page.locator("#q-project_name input[type=text]")).to_have_value("Nestor")
    expect(page.locator("#q-requester input[value=supplier]")).to_be_checked()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"


def test_leaving_with_unsaved_answers_is_asked_about(open_page, expect):
    """A closed tab forgets; the browser asks first."""
    page = opened(open_page())
    pick(page, "need", "spoken")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]


def test_the_keyboard_is_enough(open_page, expect):
    """Tabs by arrows, choices by arrows and space, moves and report by Enter."""
    page = open_page("en-GB")
    page.locator("#tab-talk").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-assess")).to_be_focused()
    expect(page.locator("#q-need")).to_be_visible()
    page.locator("#q-need input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q-need input[value=spoken]")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#q-need .why summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#q-need .why blockquote")).to_be_visible()
    page.locator("#assess-next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#q-task")).to_be_visible()
    page.locator("#assess-report").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".report .title")).to_be_focused()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_tab_has_no_known_barrier(open_page, expect, dark):
    """axe-core on the questions and on the report, WCAG 2.0 to 2.2 A and AA with best practices."""
    axe = pytest.importorskip("axe_core_python")
    script = next(Path(axe.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
    page = opened(open_page("en-GB", dark=dark))
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(script)

    def barriers():
        page.wait_for_timeout(300)
        found = page.evaluate(
            "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html + n.failureSummary)]))"
        )
        return json.dumps(found, indent=1)

    page.locator("#q-need .why summary").click()
    assert barriers() == "[]", "questions"
    page.locator("#assess-load-file").set_input_files(str(CLOUD))
    page.locator("#assess-report").click()
    expect(page.locator(".report .title")).to_be_visible()
    assert barriers() == "[]", "report"


def test_a_phone_needs_no_sideways_scroll(open_page, expect):
    """360 pixels, questions and report."""
    page = opened(open_page(width=360, height=740))
    sizes = "[document.documentElement.scrollWidth, window.innerWidth]"
    assert page.evaluate(sizes) == [360, 360]
    page.locator("#assess-load-file").set_input_files(str(CLOUD))
    page.locator("#assess-report").click()
    expect(page.locator(".report .title")).to_be_visible()
    assert page.evaluate(sizes) == [360, 360]
