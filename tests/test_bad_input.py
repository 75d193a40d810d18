"""Bad input through the installed command: one clear sentence in the person's language, the contract's exit code, nothing lost."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import COMMAND

FRENCH, ENGLISH = {"LC_ALL": "fr_FR.UTF-8"}, {"LC_ALL": "C.UTF-8"}
QUESTION = "Un petit modèle suffit-il ?"


def told(done, code, *words):
    """The command ended with `code`, said each of `words`, and showed no traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    return done


@pytest.mark.parametrize(
    ("question", "reason"),
    [("", "empty"), ("   \t ", "empty"), ("x" * 100_000, "too_long"), ("\x07\x1b\x08", "empty"), ("🙂🌱🙂", "no_words"),
     ("\u200b\u202e\u2066", "empty"), ("?!…", "no_words")],
)  # fmt: skip
def test_a_question_that_cannot_be_asked(jugeote, corpus_home, question, reason):
    """Exit 1, a sentence with what to do, and the same as JSON."""
    told(jugeote("ask", question, "--lang", "fr", home=corpus_home, **FRENCH), 1, "question")
    done = jugeote("ask", question, "--json", home=corpus_home)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"], answer["reason"]) == (1, "failed", reason)
    assert answer["error"]["code"] == reason
    assert answer["text"]
    assert not answer["citations"]
    assert len(done.stdout) < 10_000, "a page of text is not sent back"


def test_a_question_in_another_language_is_refused_in_both(jugeote, corpus_home):
    """A refusal, so exit 0."""
    done = jugeote(
        "ask",
        "Welche Fragen sollten wir stellen, bevor wir eine künstliche Intelligenz einsetzen?",
        "--json",
        home=corpus_home,
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"], answer["reason"]) == (0, "refused", "other_language")
    assert "français" in answer["text"]
    assert "French" in answer["text"]


@pytest.mark.parametrize(("spoken", "word"), [(FRENCH, "Tapez"), (ENGLISH, "Type")])
def test_without_an_index_the_person_is_told_what_to_type(jugeote, spoken, word):
    """A data folder that is not there yet."""
    told(
        jugeote("ask", QUESTION, **spoken),
        1,
        f"{word} : jugeote index" if word == "Tapez" else f"{word}: jugeote index",
    )


@pytest.fixture
def unprivileged():
    """Words that run a command as a user who may not write everywhere; root may."""
    if os.geteuid() != 0:
        return []
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*words, sys.executable, "-c", "import assistant"], capture_output=True, check=False).returncode:
        # This Python lies where only root may look: drop root's privileges instead of its name.
        words = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    return words


def open_to_all(folder: Path) -> None:
    """Let another user read `folder`, and come to it."""
    for at in [folder, *folder.rglob("*")]:
        at.chmod(0o555 if at.is_dir() else 0o444)
    for at in folder.parents:
        if at.stat().st_uid == os.geteuid() and at != Path("/"):
            at.chmod(at.stat().st_mode | 0o055)


def writable_again(folder: Path) -> None:
    for at in [folder, *folder.rglob("*")]:
        at.chmod(0o755 if at.is_dir() else 0o644)


@pytest.mark.parametrize("spoken", [FRENCH, ENGLISH])
def test_a_read_only_data_folder(jugeote, tmp_path, unprivileged, spoken):
    """Indexing says that it may not write there and what to do."""
    home = tmp_path / "locked"
    home.mkdir()
    open_to_all(home)
    told(jugeote("index", home=home / "deep", before=unprivileged, **spoken), 1, "JUGEOTE_HOME", str(home / "deep"))
    told(jugeote("index", home=home, before=unprivileged, **spoken), 1, "JUGEOTE_HOME")
    found = jugeote("doctor", "--json", home=home, before=unprivileged, **spoken)
    row = next(c for c in json.loads(found.stdout)["checks"] if c["name"] == "data folder")
    assert (found.returncode, row["ok"]) == (1, False)
    writable_again(home)


@pytest.mark.parametrize("words", [("ask", "Un petit modèle suffit-il ?"), ("index",), ("search", "modèle")])
def test_a_data_folder_behind_a_closed_door(jugeote, tmp_path, unprivileged, words):
    """A folder above it may not be entered: said with what to do, and no defect."""
    door = tmp_path / "closed"
    door.mkdir(mode=0)
    told(jugeote(*words, home=door / "home", before=unprivileged, **ENGLISH), 1, "JUGEOTE_HOME")
    found = jugeote("doctor", "--json", home=door / "home", before=unprivileged)
    row = next(c for c in json.loads(found.stdout)["checks"] if c["name"] == "data folder")
    assert (found.returncode, row["ok"]) == (1, False)


def test_a_read_only_index_is_not_lost(jugeote, own_corpus_home, tmp_path, unprivileged):
    """A failed indexing leaves the index before it."""
    open_to_all(own_corpus_home)
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nUne phrase de plus ici.\n")
    told(jugeote("index", str(folder), home=own_corpus_home, before=unprivileged, **FRENCH), 1, "JUGEOTE_HOME")
    writable_again(own_corpus_home)
    answer = json.loads(jugeote("ask", QUESTION, "--json", home=own_corpus_home).stdout)
    assert answer["status"] == "answered"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 400 MB, where root may mount one; the index of the corpus takes some 100."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_while_indexing(jugeote, corpus_home, small_disk):
    """Said in one sentence; the index before it still answers."""
    home = small_disk / "home"
    shutil.copytree(corpus_home, home)
    manifest = (home / "index/manifest.json").read_bytes()
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"\0" * max(0, free - 300_000))
    folder = small_disk.parent / "more"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nUne phrase de plus ici.\n")
    told(jugeote("index", str(folder), home=home, **FRENCH), 1, "disque est plein")
    assert (home / "index/manifest.json").read_bytes() == manifest
    assert len(list((home / "index").glob("generation-*"))) == 1, "half an index is left"
    (small_disk / "ballast").unlink()
    assert json.loads(jugeote("ask", QUESTION, "--json", home=home).stdout)["status"] == "answered"


def test_a_first_index_on_a_full_disk(jugeote, small_disk):
    """Nothing there yet, and no room for it."""
    (small_disk / "ballast").write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 100_000))
    told(jugeote("index", home=small_disk / "home", **ENGLISH), 1, "disk is full")


@pytest.mark.parametrize(("spoken", "word"), [(FRENCH, "déjà prise"), (ENGLISH, "already in use")])
def test_a_port_in_use(jugeote, corpus_home, spoken, word):
    """Said before the slow start, with another port to type."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told(jugeote("chat", "--port", str(port), home=corpus_home, **spoken), 1, word, "--port")


def test_an_index_from_another_embedder(jugeote, own_corpus_home):
    """IndexMismatch says what to type, and typing it mends."""
    place = own_corpus_home / "index/manifest.json"
    raw = json.loads(place.read_text())
    raw["settings"]["embedder"] = "another-model@123456789abc"
    place.write_text(json.dumps(raw))
    done = told(jugeote("ask", QUESTION, home=own_corpus_home, **FRENCH), 1, "another-model", "jugeote index")
    assert done.stdout == ""
    error = json.loads(jugeote("ask", QUESTION, "--json", home=own_corpus_home).stdout)["error"]
    assert error["code"] == "index_mismatch"


@pytest.mark.parametrize("harm", ["sqlite", "vectors", "gone"])
def test_a_corrupt_chroma_folder(jugeote, own_corpus_home, harm):
    """Chroma answers from half a file; we say that the index is damaged and how to mend it."""
    base = next(own_corpus_home.rglob("chroma.sqlite3"))
    if harm == "sqlite":
        base.write_bytes(base.read_bytes()[: base.stat().st_size // 3])
    elif harm == "gone":
        shutil.rmtree(base.parent)
    else:
        large = next(own_corpus_home.rglob("data_level0.bin"))
        large.write_bytes(large.read_bytes()[:-1000])
        if not (large.parent / "index_metadata.pickle").exists():
            pytest.fail("the corpus is too small for Chroma to write its vectors")
    told(jugeote("ask", QUESTION, home=own_corpus_home, **ENGLISH), 1, "damaged", "jugeote index")


def test_two_indexings_at_once(own_corpus_home, tmp_path):
    """One works, the other is told to wait; both data and index are whole."""
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(120):
        (folder / f"{n}.md").write_text(f"# T{n}\n\n" + f"La phrase numéro {n} parle de choses et d’autres. " * 6)
    environment = {**os.environ, "JUGEOTE_HOME": str(own_corpus_home), **FRENCH}
    words = [str(COMMAND), "index", str(folder), "--json"]
    first = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while len(list((own_corpus_home / "index").glob("generation-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    second = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    said, _ = first.communicate(timeout=300)
    assert (first.returncode, json.loads(said)["added"]) == (0, 120)
    assert second.returncode == 1
    assert json.loads(second.stdout)["error"]["code"] == "index_busy"
    assert "Une autre indexation est en cours" in second.stderr


def test_interrupting_an_indexing_is_130_and_loses_nothing(own_corpus_home, tmp_path):
    """Ctrl-C leaves the index before it."""
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(300):
        (folder / f"{n}.md").write_text(f"# T{n}\n\n" + f"La phrase numéro {n} parle de choses et d’autres. " * 6)
    before = (own_corpus_home / "index/manifest.json").read_bytes()
    process = subprocess.Popen(
        [str(COMMAND), "index", str(folder)],
        env={**os.environ, "JUGEOTE_HOME": str(own_corpus_home)},
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 120
    while len(list((own_corpus_home / "index").glob("generation-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(2)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert (own_corpus_home / "index/manifest.json").read_bytes() == before


INTERRUPTED = """
import os, signal, sys, threading, time

module, how = sys.argv[1:]

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            try:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(1)
            except KeyboardInterrupt as told:
                if how == "translated":  # as compiled modules do while they are imported
                    raise ImportError("initialization failed") from told
                raise

if how == "stuck":  # on the lock of a module whose import was broken off
    threading.Thread(target=threading.Event().wait).start()
sys.meta_path.insert(0, Finder())
from assistant.__main__ import main
sys.argv[1:] = ["index", "--dry-run"]
sys.exit(main())
"""


@pytest.mark.parametrize("module", ["assistant.cli", "assistant.verbs.index", "index.build", "onnxruntime"])
@pytest.mark.parametrize("how", ["plain", "translated", "stuck"])
def test_interrupting_an_import_is_130_and_quiet(corpus_home, module, how):
    """Half of a cold start is imports: Ctrl-C there is neither a defect nor a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, how], capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "JUGEOTE_HOME": str(corpus_home)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["ask", "x", "--history", "missing.json"], "history_broken"), (["ask", "--batch", "missing.jsonl"], "batch_missing"),
     (["show", "fr/nothing"], "document_unknown"), (["index", "/no/such/folder"], "source_missing"),
     (["index", "--forget", "/no/such/folder"], "source_unknown"), (["ask", "x", "--writer", "nobody"], "writer_unknown")],
)  # fmt: skip
def test_a_wrong_name_is_said(jugeote, own_corpus_home, words, code):
    """Exit 1 with a code for scripts and a hint for people."""
    done = told(jugeote(*words, "--json", home=own_corpus_home), 1)
    error = json.loads(done.stdout)["error"]
    assert error["code"] == code
    assert error["hint"]


def test_a_wrong_setting_is_said(jugeote, corpus_home):
    """Named, with what was expected."""
    told(jugeote("ask", "x", home=corpus_home, JUGEOTE_PORT="many"), 1, "JUGEOTE_PORT", "many")


@pytest.mark.parametrize("text", ["{", "{}", '[{"role": "system", "content": "x"}]', '[{"role": "user"}]', "\xff"])
def test_a_broken_history_is_said(jugeote, corpus_home, tmp_path, text):
    """A history is not guessed at."""
    file = tmp_path / "h.json"
    file.write_bytes(text.encode("latin-1"))
    told(jugeote("ask", QUESTION, "--history", str(file), home=corpus_home), 1, "h.json")


def test_a_defect_is_70_and_stays_loud(jugeote, corpus_home, tmp_path):
    """A bug of ours is no error of the person: here a library that raises what nobody expects."""
    (tmp_path / "sitecustomize.py").write_text("import json\njson.loads = lambda *a, **k: 1 / 0\n")
    done = jugeote("ask", QUESTION, home=corpus_home, PYTHONPATH=str(tmp_path))
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
    assert QUESTION not in re.sub(r"File .*", "", done.stderr)
