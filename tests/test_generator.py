"""A generator through the installed command and the page: whatever its file does, each question gets an answer."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from evals.gguf_files import (
    STRING,
    Shape,
    flipped,
    pairs_of,
    random_model,
    saying,
    tensors_of,
    vocabulary,
    without_numbers,
    write,
)
from tests.conftest import COMMAND, ROOT
from tests.model_home import child_of

QUESTION = "Quelles questions poser avant de déployer une IA ?"
OTHER = "Un petit modèle suffit-il ?"
FRENCH = {"LC_ALL": "fr_FR.UTF-8"}


@pytest.fixture
def home(corpus_home, tmp_path):
    """A data folder with the index, and room for models."""
    folder = tmp_path / "home"
    folder.mkdir()
    for entry in corpus_home.iterdir():
        if entry.name != "models":
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture
def installed(home, jugeote):
    """Import a file under the name "mine"."""

    def put(file: Path) -> Path:
        done = jugeote("models", "import", str(file), "--as", "mine", home=home)
        assert done.returncode == 0, done.stderr
        return home / "models" / "mine.gguf"

    return put


def ask(jugeote, home, question=QUESTION, **more):
    done = jugeote("ask", question, "--writer", "mine", "--json", home=home, **more)
    assert "Traceback" not in done.stderr, done.stderr
    return done, json.loads(done.stdout)


def true_quotes(answer):
    quoted = [s for s in answer["sentences"] if s["mark"] == "quoted"]
    assert quoted
    assert [s["text"] for s in quoted] == [c["quote"] for c in answer["citations"]]


def test_a_generator_quotes_and_is_named(jugeote, home, installed, tmp_path):
    """Text by a model, quotes by the code; the card, the seed and the energy of both processes."""
    installed(random_model(tmp_path / "any.gguf"))
    done, answer = ask(jugeote, home)
    assert done.returncode == 0
    assert (answer["status"], answer["reason"]) == ("answered", None)
    assert answer["model"]["name"] == "mine"
    assert answer["model"]["kind"] == "generative"
    assert len(answer["model"]["sha256"]) == 64
    assert isinstance(answer["seed"], int)
    assert answer["energy"]["joules"] > 0
    true_quotes(answer)
    shown = jugeote("ask", QUESTION, "--writer", "mine", home=home, **FRENCH).stdout
    assert "Texte rédigé par un modèle" in shown


def test_a_seed_makes_two_runs_alike(jugeote, home, installed, tmp_path):
    """What evaluations need."""
    installed(random_model(tmp_path / "any.gguf"))
    first, second = (ask(jugeote, home, JUGEOTE_SEED="5")[1] for _ in range(2))
    assert first["text"] == second["text"]
    assert first["seed"] == 5


def test_no_evidence_means_the_model_is_not_asked(jugeote, home, installed, tmp_path):
    """A generator never answers from its memory."""
    installed(random_model(tmp_path / "any.gguf"))
    answer = ask(jugeote, home, "Quelle est la recette du cassoulet ?")[1]
    assert answer["status"] == "refused"
    assert answer["citations"] == []
    assert answer["seed"] is None


def refused(done, *words):
    assert done.returncode == 1, done.stdout
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", ["truncated", "bit flipped", "another file", "text", "gone"])
def test_a_file_that_is_not_the_one_kept_is_refused_at_the_start(jugeote, home, installed, tmp_path, damage):
    """Before the engine sees it, with what to type."""
    kept = installed(random_model(tmp_path / "any.gguf"))
    match damage:
        case "truncated":
            kept.write_bytes(kept.read_bytes()[:-9000])
            words = ["tronqué"]
        case "bit flipped":
            flipped(kept, [-7000])
            words = ["sha256", "models remove mine"]
        case "another file":
            random_model(kept, seed=9)
            words = ["sha256"]
        case "text":
            kept.write_text("hello")
            words = ["GGUF"]
        case _:
            kept.unlink()
            words = ["n’est pas installé"]
    refused(jugeote("ask", QUESTION, "--writer", "mine", home=home, **FRENCH), *words)
    assert jugeote("ask", QUESTION, home=home).returncode == 0, "exact quotes need no model"


def test_a_renamed_file_of_another_kind_is_refused_at_the_import(jugeote, home, tmp_path):
    """A picture, a model without a template, an encoder, a bigger promise than the file."""
    (tmp_path / "picture.gguf").write_bytes(b"\x89PNG\r\n" + b"x" * 500)
    refused(jugeote("models", "import", str(tmp_path / "picture.gguf"), home=home, **FRENCH), "GGUF")
    mute = random_model(tmp_path / "mute.gguf", template=None)
    refused(jugeote("models", "import", str(mute), home=home, **FRENCH), "chat template")


def test_a_model_too_big_for_this_machine(jugeote, home, tmp_path):
    """A hole in a file makes it large without filling the disk: its header promises what it holds."""
    file = random_model(tmp_path / "big.gguf")
    os.truncate(file, 4 * 10**12)
    folder = home / "models"
    folder.mkdir()
    file.rename(folder / "big.gguf")
    listed = tmp_path / "own.txt"
    listed.write_text(f"big | writer | file:/x | 4000B | F32 | 4096 | fr | MIT | {4 * 10**12} | pin-on-first-use\n")
    rows = json.loads(jugeote("models", "list", "--json", home=home, JUGEOTE_MODELS=str(listed)).stdout)["models"]
    assert next(r for r in rows if r["name"] == "big")["fits"] is False
    done = jugeote("ask", QUESTION, "--writer", "big", home=home, JUGEOTE_MODELS=str(listed), **FRENCH)
    refused(done, "Go de mémoire", "models list")


def unknown_architecture(file):
    return write(file, pairs_of(Shape(architecture="zeppelin"), vocabulary()), tensors_of(Shape(), vocabulary(), 1.0))


def wrong_shapes(file):
    tensors = tensors_of(Shape(), vocabulary(), 1.0)
    tensors["blk.0.attn_q.weight"] = tensors["blk.0.attn_q.weight"][:, :32].copy()
    return write(file, pairs_of(Shape(), vocabulary()), tensors)


def hanging(file):
    loops = "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}"
    return random_model(file, template=loops)


def no_brackets(file):
    words = vocabulary()
    pairs = pairs_of(Shape(), words)
    pairs["tokenizer.ggml.tokens"] = (
        9,
        (STRING, [t if t not in ("[", "]") else f"<{n}>" for n, t in enumerate(words.tokens)]),
    )
    return write(file, pairs, tensors_of(Shape(), words, 1.0))


@pytest.mark.parametrize(
    ("make", "word"),
    [(unknown_architecture, "fichier"), (wrong_shapes, "fichier"), (without_numbers, "fichier"), (hanging, "chat template"),
     (no_brackets, "fichier")],
    ids=["architecture", "shapes", "no numbers", "hanging template", "no brackets"],
)  # fmt: skip
def test_a_file_that_the_engine_cannot_use(jugeote, home, installed, tmp_path, make, word):
    """One sentence in the answer, then exact quotes: the person still has an answer, and sees who wrote it."""
    installed(make(tmp_path / "bad.gguf"))
    done, answer = ask(jugeote, home)
    assert done.returncode == 0
    assert (answer["status"], answer["reason"]) == ("answered", "model_failed")
    assert answer["model"]["kind"] == "extractive"
    assert "mine" in answer["sentences"][0]["text"]
    assert word in answer["sentences"][0]["text"]
    true_quotes(answer)


@pytest.mark.parametrize(
    ("after", "otherwise"), [({}, ""), ({" les": " sources", " sources": " les"}, " les")], ids=["empty", "endless"]
)
def test_a_reply_that_is_none(jugeote, home, installed, tmp_path, after, otherwise):
    """In the plain mode, where the model's words are the answer."""
    installed(saying(tmp_path / "bad.gguf", after, otherwise=otherwise))
    answer = ask(jugeote, home, JUGEOTE_WRITING="plain", JUGEOTE_SEED="1")[1]
    assert answer["reason"] == "model_failed"
    assert "rien écrit" in answer["text"]
    true_quotes(answer)
    quotes = ask(jugeote, home)[1]
    assert quotes["reason"] is None, "among quotes such a model can do no harm"
    true_quotes(quotes)


def test_a_context_too_small_for_the_sources(jugeote, home, installed, tmp_path):
    """Fewer sentences, or a sentence that says so; never a crash."""
    installed(random_model(tmp_path / "any.gguf"))
    for size in ("1024", "300"):
        answer = ask(jugeote, home, JUGEOTE_CONTEXT=size)[1]
        assert answer["status"] == "answered"
        true_quotes(answer)


def test_a_killed_model_between_two_questions(home, installed, tmp_path):
    """One process that answers a file of questions: before, during and after."""
    installed(random_model(tmp_path / "any.gguf"))
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps({"id": n, "question": QUESTION if n % 2 else OTHER}) + "\n" for n in range(12)))
    running = subprocess.Popen(
        [COMMAND, "ask", "--batch", str(file), "--json", "--writer", "mine"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"JUGEOTE_HOME": str(home)},
    )  # fmt: skip
    answers = [json.loads(running.stdout.readline())]
    os.kill(child_of(running.pid), signal.SIGKILL)
    rest, errors = running.communicate(timeout=120)
    answers += [json.loads(line) for line in rest.splitlines()]
    assert running.returncode == 0, errors
    assert [a["id"] for a in answers] == list(range(12))
    assert all(a["status"] == "answered" for a in answers)
    assert answers[0]["model"]["name"] == answers[-1]["model"]["name"] == "mine"
    for answer in answers:
        true_quotes(answer)


def test_the_model_ends_with_the_command(home, installed, tmp_path):
    """Killed without a word, the command leaves no process behind."""
    installed(random_model(tmp_path / "any.gguf"))
    file = tmp_path / "questions.jsonl"
    file.write_text((json.dumps({"question": QUESTION}) + "\n") * 400)
    running = subprocess.Popen(
        [COMMAND, "ask", "--batch", str(file), "--json", "--writer", "mine"], stdout=subprocess.PIPE,
        env=os.environ | {"JUGEOTE_HOME": str(home)},
    )  # fmt: skip
    running.stdout.readline()
    child = child_of(running.pid)
    running.kill()
    running.wait()
    until = time.monotonic() + 60
    while Path(f"/proc/{child}").exists() and Path(f"/proc/{child}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("settings", "said"),
    [({}, "JUGEOTE_SERVER_URL"), ({"JUGEOTE_SERVER_URL": "ftp://x"}, "JUGEOTE_SERVER_URL"),
     ({"JUGEOTE_SERVER_URL": "http://models.example.com"}, "JUGEOTE_SERVER_HOSTS=models.example.com")],
)  # fmt: skip
def test_a_server_must_be_named_by_the_host(jugeote, home, settings, said):
    """No question leaves by mistake."""
    refused(jugeote("ask", QUESTION, "--writer", "remote", home=home, **settings), said)


def test_a_writer_that_nobody_knows(jugeote, home):
    """With those that exist."""
    refused(jugeote("ask", QUESTION, "--writer", "nobody", home=home), "nobody", "quote, remote")


def test_the_makefile_runs_it(jugeote, home, tmp_path):
    """The very line of the Makefile, up to the page: a file becomes a writer in one step."""
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    model = random_model(tmp_path / "un modèle.gguf")
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "jugeote").write_text(
        f'#!/bin/sh\n[ "$1" = chat ] && {{ echo "SERVED $*"; exit 0; }}\n[ "$1" = index ] && exit 0\nexec "{COMMAND}" "$@"\n'
    )
    (fake / "jugeote").chmod(0o755)

    def make(name):
        words = ["make", "-o", "install", "chat", f"MODEL={name}", f"BIN={fake}"]
        environment = os.environ | {"JUGEOTE_HOME": str(home)}
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)

    done = make(model)
    assert done.returncode == 0, done.stderr
    assert "SERVED chat --writer un-modele" in done.stdout
    assert (home / "models" / "un-modele.gguf").is_file()
    done = make("nobody")
    assert done.returncode != 0
    assert "nobody" in done.stderr
    assert "SERVED" not in done.stdout
