"""Fixtures of all tests: the installed command, data folders, one index of the real corpus a run.

Under CI=true a skipped test fails the run, save those of MAY_SKIP, which are printed.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest_plugins = ["tests.browser"]

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).parent / "jugeote"
# test name -> why it may be skipped where all is installed; keep it short.
MAY_SKIP: dict[str, str] = {}
Run = Callable[..., "subprocess.CompletedProcess[str]"]


# A shell that runs the tests in the background may have them ignore Ctrl-C, and what they start inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings or the data folder of the person who runs it."""
    for name in list(os.environ):
        if name.startswith("JUGEOTE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("JUGEOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def _recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Import the recipes of the models as a person who runs them does."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "models" / "recipes"), *sys.path])


@pytest.fixture
def jugeote(tmp_path: Path) -> Run:
    """Run the installed command: `jugeote("ask", "...", home=folder, LANG="fr_FR.UTF-8")`."""

    def run(
        *words: str, home: Path | None = None, before: list[str] | None = None, **more: str
    ) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "JUGEOTE_HOME": str(home or tmp_path / "home"), **more}
        return subprocess.run(
            [*(before or []), str(COMMAND), *words], capture_output=True, text=True, env=environment, timeout=300,
            stdin=subprocess.DEVNULL, cwd=tmp_path, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def corpus_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of the bundled corpus, made once; treat it as read-only."""
    home = tmp_path_factory.mktemp("corpus") / "home"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUGEOTE_")} | {"JUGEOTE_HOME": str(home)}
    done = subprocess.run(
        [str(COMMAND), "index", "--json"], capture_output=True, text=True, env=environment, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def own_corpus_home(corpus_home: Path, tmp_path: Path) -> Path:
    """A copy of that data folder, for a test that changes the index."""
    return Path(shutil.copytree(corpus_home, tmp_path / "own"))


_skipped: list[tuple[str, str]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped and why."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append((report.nodeid, reason))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Under CI=true, make a skip that is not allowed a failure of the run."""
    unlisted = [row for row in _skipped if row[0].split("::")[-1] not in MAY_SKIP]
    if os.environ.get("CI") == "true" and unlisted and session.exitstatus == 0:
        session.exitstatus = 1
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each skip with its reason, and which are allowed."""
    for name, reason in _skipped:
        allowed = MAY_SKIP.get(name.split("::")[-1])
        terminalreporter.write_line(f"skipped: {name}: {reason}" + (f" (allowed: {allowed})" if allowed else ""))
    if _skipped and os.environ.get("CI") == "true":
        terminalreporter.write_line("under CI=true every skip that is not allowed fails the run")
