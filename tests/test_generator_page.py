"""The page with a generator: it says that a model writes, streams it, stops it, and outlives it."""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.answer import ModelCard, Status
from assistant.chat import Assistant
from assistant.reader import Reader
from assistant.web.texts import TEXTS, Offer, Start, start_texts
from assistant.writers.llama_job import Running
from assistant.writers.local import LlamaWriter, Manner
from assistant.writers.quote import QuoteWriter
from evals.gguf_files import saying
from index.build import bring_up_to_date
from index.search import Index
from tests.browser import serving
from tests.fakes import CARD, FACTS, READING, FixedMeter, HashEmbedder, ScriptedAssistant, WordScorer, answered

NOTE = """# Énergie

## Que coûte une réponse ?

Une réponse courte coûte peu d’énergie. Une réponse longue coûte davantage d’énergie. Le détail figure au registre.
"""
QUESTION = "Que coûte une réponse courte en énergie ?"


@pytest.fixture(scope="module")
def talking(tmp_path_factory):
    """The real application, index, reader and process of a model; the model says "sources", then a number."""
    folder = tmp_path_factory.mktemp("talking")
    (folder / "corpus/fr").mkdir(parents=True)
    (folder / "corpus/fr/energie.md").write_text(NOTE)
    bring_up_to_date(folder / "home", folder / "corpus", HashEmbedder())
    file = saying(folder / "tiny.gguf", {" sources": " ["}, otherwise=" sources")
    card = ModelCard("petit-modèle", "generative", "F32", "0" * 64)
    writer = LlamaWriter(card, Running(str(file), 4096, 1, False, temperature=0.0), QuoteWriter(CARD), Manner())
    assistant = Assistant(
        Index(folder / "home", HashEmbedder()), Reader(WordScorer(), 0.0), writer, FixedMeter(READING), about=0.0
    )
    from assistant.web.server import create_app

    for address in serving(create_app(assistant, FACTS)):
        yield address, writer, assistant
    writer.close()


@pytest.fixture
def page(chromium, talking):
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1100, "height": 800})
    page = context.new_page()
    page.goto(talking[0])
    page.locator("#question textarea").wait_for()
    yield page
    context.close()


def asked(page, question, before):
    """Ask, wait for the line that closes an answer, and return the answer as a person reads it."""
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    page.locator("#chat .said .model").nth(before).wait_for(timeout=60_000)
    return page.locator("#chat .said").last.inner_text()


def test_the_page_says_who_writes_and_outlives_the_model(page, talking):
    """Before the first question, in each answer, and after the model's process was killed."""
    start = page.locator("#welcome").inner_text()
    assert "petit-modèle" in start
    assert "rédigé par un modèle" in start
    first = asked(page, QUESTION, 0)
    assert "sources :" in first.replace("\u00a0", " ")
    assert "« Une réponse courte coûte peu d’énergie. »" in first.replace("\u00a0", " ")
    assert "Texte rédigé par un modèle" in first
    assert "petit-modèle" in first
    os.kill(talking[1].child.pid, signal.SIGKILL)
    time.sleep(0.1)
    second = asked(page, "Que coûte une réponse longue en énergie ?", 1)
    assert "Une réponse longue coûte davantage d’énergie." in second
    assert "petit-modèle" in second
    mark = page.locator("#chat .said").last.locator("span.own").first
    assert mark.get_attribute("title") == "Mots du modèle, sans source"


def test_leaving_an_answer_frees_the_model(talking):
    """A closed tab or a stop closes the answer, and with it the model's turn."""
    _, writer, assistant = talking
    answers = assistant.ask(QUESTION)
    while not next(answers).sentences:
        pass
    pid = writer.child.pid
    answers.close()
    *_, last = assistant.ask(QUESTION)
    assert last.status is Status.ANSWERED
    assert last.model.name == "petit-modèle"
    assert writer.child.pid == pid


def test_who_waits_is_told_the_place():
    """The status line, in the person's language, until the writing begins."""
    from assistant.web.line import Line
    from assistant.web.page import Turn, _answer

    class Request:
        def __init__(self):
            self.cookies, self.headers, self.session_hash = {}, {"accept-language": "fr"}, "x"

    steps = [replace(answered(QUESTION, "fr")[0], sentences=(), waiting=2), *answered(QUESTION, "fr")]
    assistant = ScriptedAssistant({QUESTION: steps})
    assistant.pace = 0.3

    async def statuses():
        return [row[-2] async for row in _answer(assistant, FACTS, None, Line(1))((Turn(QUESTION),), Request())]

    with ThreadPoolExecutor(1) as another:  # the browser's loop runs in this thread
        found = another.submit(asyncio.run, statuses()).result()
    said = [status for status in found if isinstance(status, str)]
    assert said[0] == "Le modèle répond à d’autres personnes : 2 avant vous."
    assert said[1] == TEXTS["fr"]["searching"]
    assert said[-1] == "Réponse terminée : 2 sources citées."


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_screen_says_what_writes(language):
    """Exact quotes, a model between quotes, a model's prose; and what the host could add, at what price."""
    quotes = start_texts(Start(offer=Offer("petit", 1.117, "Apache-2.0")))[language]["start"]
    assert TEXTS[language]["promise_1"] in quotes
    assert "`make chat MODEL=petit`" in quotes
    assert {"fr": "1,1 Go", "en": "1.1 GB"}[language] in quotes
    assert "Apache-2.0" in quotes
    woven = start_texts(Start("petit", offer=Offer("autre", 1.0, "MIT")))[language]["start"]
    prose = start_texts(Start("petit", plain=True))[language]["start"]
    for said in (woven, prose):
        assert TEXTS[language]["promise_1"] not in said
        assert "`petit`" in said
        assert "make chat" not in said
    assert woven != prose
    assert TEXTS[language]["promise_2"] in woven
