"""The page in a real browser: what a person sees, hears, and never loses.

Each test also fails when a request leaves for another machine or when the console holds an error (tests/browser.py).
"""

import json
import re
import time
from pathlib import Path

import pytest

from tests.browser import BROKEN, ENGLISH, FRENCH, UNANSWERED, UNANSWERED_EN
from tests.fakes import READING

# Nothing here loads a model; the browser is what takes time.
WITHIN = 60_000  # milliseconds, for a busy machine; who is quick waits no longer for it


@pytest.fixture(scope="module")
def expect():
    """Playwright's assertions, imported late: --help must not pay for them."""
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=WITHIN)
    return sync_api.expect


def box(page):
    return page.get_by_role("textbox", name=re.compile("Votre question|Your question"))


def ask(page, question):
    """Type a question and send it."""
    box(page).fill(question)
    box(page).press("Enter")


def spoken(page):
    """The one line that a screen reader says by itself."""
    return page.locator("[role=status]:not(.sr-only)")


def messages(page):
    return page.locator("#chat .said")


def asked_of(served, question):
    return [(past, language) for said, past, language in served.assistant.asked if said == question]


def until(condition, seconds=8.0):
    """Wait for something that happens on the server, not in the page."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize(
    ("locale", "question", "label", "closing"),
    [("fr-FR", FRENCH, "Votre question", "2 sources citées"), ("en-GB", ENGLISH, "Your question", "2 sources cited")],
)
def test_a_question_is_answered_in_the_readers_language(open_page, served, expect, locale, question, label, closing):
    """Labels follow the browser; the answer follows the question, so no language is forced on it."""
    page = open_page(locale)
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    expect(page.get_by_label(label)).to_be_visible()
    ask(page, question)
    expect(spoken(page)).to_contain_text(closing)
    expect(page.locator("#chat .quote")).to_have_count(2)
    expect(page.locator("#chat .asked")).to_have_text(question)
    expect(box(page)).to_have_value("")
    assert asked_of(served, question)[-1] == ([], None)


def test_a_follow_up_is_sent_with_what_was_said(open_page, served, expect):
    """The history comes from the server; the browser posts only the question."""
    page = open_page()
    posted = []
    page.on("request", lambda sent: posted.append(sent.post_data or "") if sent.method == "POST" else None)
    ask(page, FRENCH)
    expect(messages(page)).to_have_count(1)
    expect(page.locator("#send")).to_be_visible()
    ask(page, "Et pour trier des courriels ?")
    expect(messages(page)).to_have_count(2)
    past, _ = asked_of(served, "Et pour trier des courriels ?")[-1]
    assert [m.role for m in past] == ["user", "assistant"]
    assert past[0].content == FRENCH
    assert "Les sources disent" in past[1].content
    assert posted
    assert all("Les sources disent" not in body for body in posted)
    assert max(map(len, posted)) < 2000


def test_an_example_is_a_question(open_page, served, expect):
    """The first screen can be used without writing."""
    page = open_page()
    page.get_by_role("button", name=FRENCH).click()
    expect(page.locator("#chat .asked")).to_have_text(FRENCH)
    expect(page.locator("#chat .quote")).to_have_count(2)
    expect(page.locator("#examples")).to_be_hidden()


@pytest.mark.parametrize("by", ["click", "keyboard"])
def test_a_citation_opens_its_source(open_page, expect, by):
    """One press from the marker to the passage, with the focus there."""
    page = open_page()
    ask(page, FRENCH)
    expect(spoken(page)).to_contain_text("terminée")
    expect(page.locator("#t1s2 blockquote")).to_be_hidden()
    link = page.get_by_role("link", name="[2]")
    if by == "click":
        link.click()
    else:
        link.focus()
        page.keyboard.press("Enter")
    expect(page.locator("#t1s2 blockquote")).to_be_visible()
    expect(page.locator("#t1s2 summary")).to_be_focused()
    expect(page.locator("#t1s1 blockquote")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#t1s2 blockquote")).to_be_hidden()


def test_a_refusal_looks_like_a_refusal(open_page, expect):
    """No quote, no marker, and the nearest sources under their own words."""
    page = open_page()
    ask(page, UNANSWERED)
    expect(page.locator("#chat .refused")).to_contain_text("Pas de réponse dans les sources")
    expect(page.locator("#chat .refused")).to_contain_text("Sources les plus proches")
    expect(spoken(page)).to_contain_text("ne répondent pas")
    assert page.locator("#chat .quote, #chat .cite").count() == 0
    page.locator("#chat .near summary").first.click()
    expect(page.locator("#chat .near blockquote").first).to_be_visible()


def test_stop_keeps_what_was_written_and_closes_the_generator(open_page, served, expect):
    """A stopped answer says so, and the model stops working."""
    page = open_page()
    served.assistant.pace, closed = 4.0, len(served.assistant.closed)
    finished = len(served.assistant.finished)
    ask(page, FRENCH)
    expect(page.locator("#chat .quote")).to_have_count(1)
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator("#chat .stopped")).to_be_visible()
    expect(page.locator("#chat .energy")).to_contain_text("Coût de cette réponse : ≈ 1\u202fmWh (0,5–2)")
    expect(page.locator("#chat .energy summary")).to_contain_text("jusqu’à l’arrêt")
    expect(page.locator("#totals summary")).to_contain_text("Cette conversation, 1 question : ≈ 1\u202fmWh")
    expect(page.locator("#chat .quote").first).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer")).to_be_visible()
    expect(box(page)).to_be_focused()
    assert until(lambda: len(served.assistant.closed) > closed, 20)
    assert len(served.assistant.finished) == finished
    page.wait_for_timeout(1200)
    expect(page.locator("#chat .stopped")).to_be_visible()
    served.assistant.pace = 0.0
    ask(page, UNANSWERED)
    expect(page.locator("#chat .refused")).to_be_visible()


def test_a_closed_tab_closes_the_generator(open_page, served, expect):
    """Nobody reads on: the model must not work on."""
    page = open_page()
    served.assistant.pace, closed = 1.0, len(served.assistant.closed)
    finished = len(served.assistant.finished)
    ask(page, FRENCH)
    expect(page.locator("#chat .joint")).to_have_count(1)
    page.close()
    assert until(lambda: len(served.assistant.closed) > closed)
    assert len(served.assistant.finished) == finished


def test_the_conversation_is_summed_with_what_waits_beside_it(open_page, expect):
    """Under the question box: the sum, then standby in its details; nothing before the first answer nor after a new start."""
    page = open_page()
    expect(page.locator("#totals")).to_be_hidden()
    ask(page, FRENCH)
    expect(page.locator("#totals summary")).to_contain_text("Cette conversation, 1 question : ≈")
    expect(page.locator("#totals li").first).to_be_hidden()
    page.locator("#totals summary").click()
    expect(page.locator("#totals")).to_contain_text("Assistant en attente, depuis son démarrage")
    ask(page, UNANSWERED)
    expect(page.locator("#totals summary")).to_contain_text("2 questions (dont 1 non mesurée(s))")
    page.locator("#chat .energy summary").first.click()
    expect(page.locator("#chat .energy").first).to_contain_text("aucun texte n’a été généré")
    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.locator("#totals")).to_be_hidden()


@pytest.mark.parametrize(
    ("locale", "question", "label", "name"),
    [("fr-FR", FRENCH, "Télécharger le reçu", "recu-energie.json"),
     ("en-GB", ENGLISH, "Download the receipt", "energy-receipt.json")],
)  # fmt: skip
def test_a_receipt_is_downloaded_with_the_keyboard_and_computed_again(
    open_page, expect, jugeote, tmp_path, locale, question, label, name
):
    """From the cost line: Enter opens the details, Tab reaches the link, Enter downloads; the command accepts the file."""
    page = open_page(locale)
    ask(page, question)
    page.locator("#chat .energy summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=label)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=label)).to_be_focused()
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == name
    receipt = tmp_path / name
    waiting.value.save_as(receipt)
    again = jugeote("energy", "recompute", str(receipt), "--json")
    assert again.returncode == 0, again.stdout
    said = json.loads(again.stdout)
    assert said["same_as_stated"] is True
    assert said["joules"] == READING.joules
    raw = receipt.read_text("utf-8")
    assert question not in raw
    receipt.write_text(raw.replace('"cpu_seconds": 0.6', '"cpu_seconds": 0.4'), "utf-8")
    assert receipt.read_text("utf-8") != raw
    assert jugeote("energy", "recompute", str(receipt)).returncode == 1


def test_a_new_conversation_forgets(open_page, served, expect):
    """Nothing of the old one is shown or sent."""
    page = open_page()
    ask(page, FRENCH)
    expect(messages(page)).to_have_count(1)
    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.locator("#examples")).to_be_visible()
    expect(messages(page)).to_have_count(0)
    ask(page, "Et après ?")
    expect(page.locator("#chat .refused")).to_be_visible()
    assert asked_of(served, "Et après ?")[-1][0] == []


def test_an_empty_question_is_said_in_the_status_line(open_page, served, expect):
    """No toast, no model, no message."""
    page = open_page()
    before = len(served.assistant.asked)
    ask(page, "   ")
    expect(spoken(page)).to_contain_text("Écrivez d’abord une question")
    expect(messages(page)).to_have_count(0)
    assert len(served.assistant.asked) == before


def test_a_question_that_cannot_be_read_goes_back_to_the_box(open_page, served, expect):
    """The person mends it instead of writing it again; a question without words is answered in the page's language."""
    page = open_page()
    ask(page, "???")
    expect(page.locator("#chat .failed")).to_contain_text("ne contient aucun mot")
    expect(box(page)).to_have_value("???")
    assert asked_of(served, "???")[-1][1] == "fr"


def test_a_bug_is_told_and_the_page_goes_on(open_page, served, expect):
    """A failure never looks like an answer, and the next question is taken."""
    page = open_page()
    ask(page, BROKEN)
    expect(page.locator("#chat .failed")).to_contain_text("Un défaut de Jugeote")
    assert page.locator("#chat .quote").count() == 0
    ask(page, UNANSWERED)
    expect(page.locator("#chat .refused")).to_be_visible()


def test_what_a_person_writes_is_shown_and_never_obeyed(open_page, expect):
    """Markup in a question stays text."""
    page = open_page()
    hostile = (
        '<img src="http://elsewhere.example/x.png"> **bold** [a](http://elsewhere.example) ![b](http://e.example/b)'
    )
    ask(page, hostile)
    expect(page.locator("#chat .asked")).to_have_text(hostile)
    assert page.locator("#chat .asked *").count() == 0


def test_the_language_switch_changes_the_whole_page(open_page, expect):
    """The choice outlives the visit, in a cookie that holds two letters."""
    page = open_page()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=2)).to_contain_text("What should you ask")
    page.reload()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    ask(page, ENGLISH)
    expect(spoken(page)).to_contain_text("Answer finished")
    assert [c["value"] for c in page.context.cookies() if c["name"] == "ui-lang"] == ["en"]


def test_switching_language_warns_before_it_forgets(open_page, expect):
    """A conversation is not lost by surprise."""
    page = open_page()
    ask(page, FRENCH)
    expect(messages(page)).to_have_count(1)
    said = []
    page.once("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="English").click()
    assert "nouvelle conversation" in said[0]
    expect(messages(page)).to_have_count(1)


def test_a_screen_reader_hears_the_cost_in_whole_words(open_page, expect):
    """Symbols are hidden from it, and the words from the eye."""
    page = open_page()
    ask(page, FRENCH)
    cost = page.locator("#chat .energy summary")
    expect(cost.locator("[aria-hidden=true]")).to_contain_text("1\u202fmWh")
    heard = cost.locator(".spoken")
    expect(heard).to_contain_text("environ 1 milliwattheure, entre 0,5 et 2")
    assert heard.bounding_box()["width"] <= 1


def test_copying_takes_the_words_not_the_markup(open_page, expect):
    """Gradio's own copy takes our HTML along."""
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, FRENCH)
    expect(spoken(page)).to_contain_text("terminée")
    page.get_by_role("button", name="Copier la réponse").click()
    expect(spoken(page)).to_have_text("Réponse copiée.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "BM25" in copied
    assert "[1] Petit ou grand modèle" in copied
    assert copied.count("Coût de cette réponse") == 1
    assert "milliwattheure" not in copied, "words for the ear"
    assert not re.search(r"<[\w/]", copied)


def test_the_browser_keeps_nothing_of_the_talk(open_page, expect):
    """A shared computer must not tell the next person."""
    page = open_page()
    ask(page, FRENCH)
    expect(spoken(page)).to_contain_text("terminée")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert json.loads(kept)[0] == {}
    assert "modèle" not in kept
    assert page.evaluate("indexedDB.databases().then(found => found.length)") == 0


def test_a_phone_needs_no_sideways_scroll(open_page, expect):
    """360 pixels: an ordinary small phone."""
    page = open_page(width=360, height=740)
    sizes = "[document.documentElement.scrollWidth, window.innerWidth, window.scrollY]"
    assert page.evaluate(sizes) == [360, 360, 0]
    expect(box(page)).to_be_in_viewport()
    ask(page, FRENCH)
    expect(spoken(page)).to_contain_text("terminée")
    page.get_by_role("link", name="[2]").click()
    ask(page, UNANSWERED)
    expect(page.locator("#chat .refused")).to_be_visible()
    assert page.evaluate(sizes)[:2] == [360, 360]


def test_the_growing_answer_is_not_read_aloud_again_and_again(open_page, expect):
    """One short status line speaks; the log keeps silent and its messages have short names."""
    page = open_page()
    ask(page, FRENCH)
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    expect(page.get_by_role("group", name="Réponse", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Question", exact=True)).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_has_no_known_barrier(open_page, expect, dark):
    """axe-core, WCAG 2.0 to 2.2 A and AA with best practices, on the empty, answered, open and refused page."""
    axe = pytest.importorskip("axe_core_python")
    script = next(Path(axe.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
    page = open_page("en-GB", dark=dark)
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(script)

    def barriers():
        page.wait_for_timeout(300)  # colours fade in
        found = page.evaluate(
            "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html + n.failureSummary)]))"
        )
        return json.dumps(found, indent=1)

    assert barriers() == "[]", "empty"
    ask(page, ENGLISH)
    expect(spoken(page)).to_contain_text("finished")
    assert barriers() == "[]", "answered"
    page.get_by_role("link", name="[2]").click()
    page.locator("#chat .energy summary").click()
    page.locator("#totals summary").click()
    assert barriers() == "[]", "open"
    ask(page, UNANSWERED_EN)
    expect(page.locator("#chat .refused")).to_be_visible()
    assert barriers() == "[]", "refused"
