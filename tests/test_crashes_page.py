"""The page that the command serves, with a model that is slow, killed, stopped and waited for: it goes on."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from assistant.web.texts import TEXTS
from assistant.writers.fallback import SENTENCE, WHY
from evals.gguf_files import Shape, reciting
from tests.conftest import COMMAND
from tests.model_home import ENGLISH, FRENCH, ModelHome, child_of

SLOW = Shape(layers=6, width=512, inner=2048, heads=8, heads_kv=2)
OTHER = "Quelles questions poser avant de déployer une IA ?"
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 240_000  # milliseconds, for a busy machine
# The waits between two starts are shortened, a silence is allowed for long: the tests freeze the model.
HURRIED = "import assistant.writers.child as c\nc.BACK_OFF = (0.1, 0.2, 600.0)\nc.Limits.__init__.__kwdefaults__['silence'] = 900.0\n"


class Served:
    """A running page and what can be seen of its model from outside."""

    def __init__(self, address: str, process: "subprocess.Popen[str]") -> None:
        self.address, self.process = address, process

    @property
    def child(self) -> int | None:
        return child_of(self.process.pid)

    def used(self) -> float:
        """Return the processor seconds of the model's process."""
        fields = Path(f"/proc/{self.child}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def settled(self) -> float:
        """Wait until the model does nothing, and return its processor seconds."""
        before, until = -1.0, time.monotonic() + 60
        while (now := self.used()) - before > 0.02 and time.monotonic() < until:
            before = now
            time.sleep(0.4)
        return now


@pytest.fixture(scope="module")
def served(corpus_home, tmp_path_factory):
    """`jugeote chat` with a model that recites, slowly."""
    house = ModelHome(corpus_home, tmp_path_factory.mktemp("page"))
    house.put("conteur", reciting, SLOW)
    hurried = house.patient(HURRIED)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(COMMAND), "chat", "--port", str(port), "--writer", "conteur"]
    settings = hurried | {"JUGEOTE_WRITING": "plain", "JUGEOTE_SEED": "1"}
    log = (house.home.parent / "log.txt").open("w+")
    running = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=log, text=True, env=house.environment(**settings)
    )  # fmt: skip
    address = running.stdout.readline().strip()
    assert address.endswith(str(port))
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    page = Served(address, running)
    yield page
    child = page.child
    running.send_signal(signal.SIGINT)
    assert running.wait(240) in (0, 130)
    assert child is None or not Path(f"/proc/{child}").exists(), "the model outlived the page"
    log.seek(0)
    assert "Traceback" not in log.read()


@pytest.fixture
def tabs(chromium, served):
    """Open tabs, each a person of its own."""
    contexts = []

    def opened(locale="fr-FR"):
        contexts.append(chromium.new_context(locale=locale))
        page = contexts[-1].new_page()
        page.goto(served.address)
        page.locator("#question textarea").wait_for()
        page.left = contexts[-1].close
        return page

    yield opened
    for context in contexts:
        context.close()


def ask(page, question):
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def said(page):
    """Return the last answer, whole, as a person reads it."""
    page.locator("#chat .said .model").last.wait_for(timeout=PATIENCE)
    page.locator("#send").wait_for(timeout=PATIENCE)
    return page.locator("#chat .said").last.inner_text()


def status(page, words):
    """Wait until the status line says `words`."""
    page.locator("#status").get_by_text(words).wait_for(timeout=PATIENCE)


def growing(page):
    """Wait for the first words of an answer."""
    page.locator("#chat .said .own").first.wait_for(timeout=PATIENCE)


def way_out(why, language):
    text = SENTENCE[language].format(name="conteur", why=WHY[why][language == "en"])
    return text.replace("\u00a0", " ")


def test_a_stop_ends_the_work_in_the_prompt_and_in_the_words(served, tabs):
    """Seen in the processor time of the model's process: what is left of the work is not done."""
    page = tabs()
    served.settled()
    before = served.used()
    ask(page, FRENCH)
    assert "conteur" in said(page)
    child, whole = served.child, served.settled() - before
    ask(page, OTHER)
    begun = served.used()
    while served.used() - begun < 0.05:  # the model has begun to read
        time.sleep(0.02)
    assert page.locator("#chat .said").last.locator(".own").count() == 0, "no word of the second answer yet"
    page.locator("#stop").click()
    status(page, TEXTS["fr"]["stopped"])
    assert served.settled() - begun < 0.5 * whole
    ask(page, OTHER)
    page.locator("#chat .said .own").nth(1).wait_for(timeout=PATIENCE)  # the first is of the first answer
    begun = served.used()
    page.locator("#stop").click()
    status(page, TEXTS["fr"]["stopped"])
    assert served.settled() - begun < 0.5 * whole
    assert served.child == child, "the process outlives a stop"
    ask(page, FRENCH)
    assert "conteur" in said(page)


def test_who_waits_sees_the_place_and_who_leaves_frees_it(served, tabs):
    """First come, first served, four at once, the place in each person's language; a closed tab is no asker any more."""
    first, second, third, fourth = tabs(), tabs(), tabs("en-US"), tabs()
    ask(first, FRENCH)
    growing(first)
    os.kill(served.child, signal.SIGSTOP)  # as long as it takes to look at everybody
    ask(second, OTHER)
    status(second, TEXTS["fr"]["waiting_turn"].format(n=1))
    ask(third, ENGLISH)
    status(third, TEXTS["en"]["waiting_line"].format(n=2))
    ask(fourth, FRENCH)
    status(fourth, TEXTS["fr"]["waiting_line"].format(n=3))
    second.left()  # while it waits
    status(fourth, TEXTS["fr"]["waiting_line"].format(n=2))
    status(third, TEXTS["en"]["waiting_turn"].format(n=1))
    first.left()  # while it is served
    os.kill(served.child, signal.SIGCONT)
    assert "conteur" in said(third)
    assert "conteur" in said(fourth)


def test_a_model_killed_three_times(served, tabs):
    """In the middle of an answer, then idle; each question gets an answer, and after the third crash the model rests."""
    page, english = tabs(), tabs("en-US")
    ask(page, FRENCH)
    growing(page)
    os.kill(served.child, signal.SIGKILL)
    told = said(page).replace("\u00a0", " ")
    assert way_out("crashed", "fr") in told
    assert "« " in told
    assert "Citations exactes, aucun texte généré" in told
    ask(page, OTHER)
    growing(page)
    page.locator("#chat .said .model").nth(1).wait_for(timeout=PATIENCE)
    assert way_out("crashed", "fr") not in page.locator("#chat .said").last.inner_text().replace("\u00a0", " ")
    os.kill(served.child, signal.SIGKILL)
    ask(english, ENGLISH)
    assert "conteur" in said(english)
    os.kill(served.child, signal.SIGKILL)
    ask(english, ENGLISH)
    english.locator("#chat .said .model").nth(1).wait_for(timeout=PATIENCE)
    told = english.locator("#chat .said").last.inner_text()
    assert way_out("resting", "en") in told
    assert "Exact quotes, no generated text" in told
    assert served.process.poll() is None
