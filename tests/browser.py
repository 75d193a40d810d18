"""Fixtures for the tests of the page: one real server a run, and Chromium where there is one.

A pytest plugin (`pytest_plugins = ["tests.browser"]`). Importing Gradio takes seconds, so the server starts once.
"""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes import FACTS, READING, ScriptedAssistant, answered, failed, refused

FRENCH = "Un petit modèle suffit-il ?"
ENGLISH = "Is a small model enough?"
UNANSWERED = "Quel temps fera-t-il demain à Brest ?"
UNANSWERED_EN = "What will the weather be in Brest tomorrow?"
BROKEN = "Une question qui rencontre un défaut"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Served:
    """A running page: its address and the assistant behind it."""

    address: str
    assistant: ScriptedAssistant


def scripted() -> ScriptedAssistant:
    """Return an assistant that knows the questions of the browser tests; any other one is a French refusal."""
    return ScriptedAssistant(
        {
            FRENCH: answered(FRENCH, "fr"),
            ENGLISH: answered(ENGLISH, "en"),
            UNANSWERED_EN: refused(UNANSWERED_EN, "en"),
            BROKEN: [*answered(BROKEN, "fr")[:1], RuntimeError("a bug")],
            "???": failed("???", "fr", "La question ne contient aucun mot."),
        },
        otherwise=refused(UNANSWERED, "fr"),
    )


def assessor() -> Any:
    """Return the real assessment: it needs no index and no model."""
    from assistant.config import read_config
    from assistant.wiring import assessor as built

    return built(read_config({"JUGEOTE_HOME": "/nowhere"}))


def serving(app: Any) -> Iterator[str]:
    """Serve an application in a thread, yield its address, stop it."""
    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    assert server.started, "the page did not start in 30 s"
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The real application behind its gate, with a scripted assistant."""
    from assistant.web.server import create_app

    assistant = scripted()
    for address in serving(create_app(assistant, FACTS, totals=lambda: {"app": READING}, assessor=assessor())):
        yield Served(address, assistant)


@pytest.fixture(scope="session")
def ungated() -> Iterator[str]:
    """The same application without its gate, to see what lies behind it."""
    from assistant.web.server import ungated_app

    yield from serving(ungated_app(scripted(), FACTS))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The distribution's Chromium; skips with a reason where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A browser tab and what went wrong in it."""

    page: Any
    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(chromium: Any, served: Served) -> Iterator[Any]:
    """Return a function that opens the page in a new profile; no request may leave, no script rule may be broken."""
    tabs: list[tuple[Any, Watched]] = []
    served.assistant.pace = 0.0

    def opened(locale: str = "fr-FR", dark: bool = False, width: int = 1100, height: int = 800) -> Any:
        context = chromium.new_context(
            locale=locale, color_scheme="dark" if dark else "light", viewport={"width": width, "height": height}
        )
        watched = Watched(context.new_page())

        def gate(route: Any) -> None:
            if route.request.url.startswith(served.address):
                route.continue_()
            else:
                watched.foreign.append(route.request.url)
                route.abort()

        context.route("**/*", gate)
        watched.page.on(
            "console",
            lambda said: watched.console.append(f"{said.text} {said.location}") if said.type == "error" else None,
        )
        watched.page.on("pageerror", lambda error: watched.console.append(str(error)))
        tabs.append((context, watched))
        watched.page.goto(served.address)
        watched.page.locator("#question textarea").wait_for()
        return watched.page

    yield opened
    for context, watched in tabs:
        context.close()
        assert watched.foreign == [], "the browser asked another machine"
        assert watched.console == [], "the console holds errors"
