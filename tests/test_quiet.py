"""Nothing leaves, nothing is left behind: the kernel watches the command, and its folders are looked at afterwards."""

import os
import subprocess
import sys

import pytest

from tests.conftest import COMMAND, ROOT
from tests.kernel import ENDED, can_watch, forbid_internet

pytestmark = pytest.mark.skipif(not can_watch(), reason="system calls of this machine are not known")
# What makes libraries behave as under test, or that this project sets for itself.
HIDDEN = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_", "XDG_", "DO_NOT_TRACK", "JUGEOTE_")
ENCODE = """
from pathlib import Path
from assistant.catalog import read_catalog
from assistant.config import ROOT
from assistant.wiring import MODELS, encoder
print(encoder(read_catalog(MODELS)["reader"], 1).encode([("a", "b")]).shape)
"""


@pytest.fixture
def watched(tmp_path):
    """Run a program as a person without a CI would, offline by force; return what it did and its folders."""

    def run(*words, home=tmp_path / "data"):
        folders = {name: tmp_path / name for name in ("person", "scratch", "here")}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)}
        kept |= {"HOME": str(folders["person"]), "TMPDIR": str(folders["scratch"]), "JUGEOTE_HOME": str(home)}
        kept |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, env=kept, cwd=folders["here"], timeout=300,
            preexec_fn=forbid_internet, check=False,
        )  # fmt: skip
        left = [str(file.relative_to(tmp_path)) for folder in folders.values() for file in folder.rglob("*")]
        return done, left

    return run


def test_the_kernel_sees_a_socket(watched):
    """Else the tests below would prove nothing; a socket between two processes of this machine is let through."""
    done, _ = watched(
        sys.executable, "-c", "import socket; socket.socketpair(); print('pair', flush=True); socket.socket()"
    )
    assert (done.returncode, done.stdout) == (ENDED, "pair\n")


def test_the_command_opens_no_socket_and_leaves_nothing_elsewhere(watched, own_corpus_home):
    """Questions, an answer and a refusal: onnxruntime's own build would send events and keep a machine id in ~/.cache."""
    done, left = watched(COMMAND, "ask", "Un petit modèle suffit-il ?", "--json", home=own_corpus_home)
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert '"answered"' in done.stdout
    assert left == []


def test_the_encoder_is_quiet_without_the_command(watched):
    """evals and other programs open it by themselves: the switch is where the library is loaded."""
    done, left = watched(sys.executable, "-c", ENCODE)
    assert (done.returncode, done.stdout) == (0, "(1,)\n"), done.stderr
    assert left == []


def test_an_index_is_built_quietly(watched, own_corpus_home, tmp_path):
    """The indexing process loads more libraries than an answer does."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "eau.md").write_text("# Eau\n\nUne note sur l’eau consommée par les centres de données.\n", "utf-8")
    done, left = watched(COMMAND, "index", folder, "--json", home=own_corpus_home)
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert left == []
