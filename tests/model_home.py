"""A data folder with models in it, and the installed command upon it: for the tests of what a model's file may do."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.writers.fallback import SENTENCE, WHY
from tests.conftest import COMMAND

FRENCH, ENGLISH = "Un petit modèle suffit-il ?", "Is a small model enough?"
LANGUAGE = {FRENCH: "fr", ENGLISH: "en"}


class ModelHome:
    """An index and a list of models of one's own; each model is a file that the host put there."""

    def __init__(self, corpus_home: Path, folder: Path) -> None:
        """`corpus_home` is only read: its index is linked."""
        self.home, self.listed = folder / "home", folder / "own.txt"
        (self.home / "models").mkdir(parents=True)
        (folder / "settings").mkdir()
        self.listed.touch()
        self.settings = folder / "settings" / "sitecustomize.py"
        for entry in corpus_home.iterdir():
            if entry.name != "models":
                (self.home / entry.name).symlink_to(entry)

    def put(self, name: str, make: Callable[..., Path], *more: Any, **options: Any) -> Path:
        """Make a model's file in its place and list it; it is pinned at its first use."""
        file = make(self.home / "models" / f"{name}.gguf", *more, **options)
        line = f"{name} | writer | file:{file} | 1M | F32 | 4096 | fr,en | MIT | {file.stat().st_size} | pin-on-first-use\n"
        with self.listed.open("a") as lines:
            lines.write(line)
        return file

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a command here."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("JUGEOTE_")}
        return kept | {"JUGEOTE_HOME": str(self.home), "JUGEOTE_MODELS": str(self.listed), "LC_ALL": "C.UTF-8"} | more

    def patient(self, text: str) -> dict[str, str]:
        """Return settings that run `text` at the command's start: a test cannot wait minutes for a limit."""
        self.settings.write_text(text)
        return {"PYTHONPATH": os.pathsep.join([str(self.settings.parent), os.environ.get("PYTHONPATH", "")])}

    def started(self, name: str, questions: Sequence[str], **more: str) -> "subprocess.Popen[str]":
        """Start answering questions, one after the other."""
        file = self.home.parent / f"{name}.jsonl"
        file.write_text("".join(json.dumps({"id": n, "question": q}) + "\n" for n, q in enumerate(questions)))
        return subprocess.Popen(
            [str(COMMAND), "ask", "--batch", str(file), "--json", "--writer", name], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment(**more),
        )  # fmt: skip

    def ended(self, running: "subprocess.Popen[str]", count: int) -> list[dict[str, Any]]:
        """Return the answers still to come; the command must end well and say nothing of its inside."""
        out, errors = running.communicate(timeout=300)
        assert running.returncode == 0, errors
        assert "Traceback" not in errors
        answers = [json.loads(line) for line in out.splitlines()]
        assert len(answers) == count
        return answers

    def asked(self, name: str, questions: Sequence[str], **more: str) -> list[dict[str, Any]]:
        """Return one answer per question, all from one process."""
        return self.ended(self.started(name, questions, **more), len(questions))


def quotes_are_true(answer: dict[str, Any]) -> None:
    """An answer holds quotes, each the source's own words."""
    quoted = [s["text"] for s in answer["sentences"] if s["mark"] == "quoted"]
    assert quoted
    assert quoted == [c["quote"] for c in answer["citations"]]


def gave_way(answer: dict[str, Any], name: str, why: str) -> None:
    """The answer is exact quotes after one sentence, in the language of the question, that says what happened."""
    language = LANGUAGE[answer["question"]]
    assert (answer["status"], answer["reason"], answer["model"]["kind"]) == ("answered", "model_failed", "extractive")
    assert answer["language"] == language
    assert answer["sentences"][0]["text"] == SENTENCE[language].format(name=name, why=WHY[why][language == "en"])
    assert answer["sentences"][0]["mark"] == "own"
    quotes_are_true(answer)


def wrote(answer: dict[str, Any], name: str) -> None:
    """The answer is the model's."""
    assert (answer["status"], answer["reason"], answer["model"]["name"]) == ("answered", None, name)


def child_of(pid: int) -> int | None:
    """Return the process of the model below a process."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                words = (entry / "cmdline").read_bytes()
                if b"spawn_main" in words:
                    return int(entry.name)
        except (OSError, ValueError):
            continue
    return None
