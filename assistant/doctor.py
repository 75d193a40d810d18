"""Check what is installed and say how to mend what is wrong.

Knows nothing of how the parts work: it opens each one as the assistant does and reports its own error.
"""

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from assistant import generators, wiring
from assistant.catalog import read_catalog
from assistant.config import SETTINGS, Config
from index.errors import FolderUnusable, UserError

PACKAGES = ("chromadb", "bm25s", "onnxruntime", "tokenizers", "gradio", "fastapi", "sentence-transformers", "torch")
WORDS = {
    "fr": {"installed": "installé", "absent": "absent, non nécessaire aux citations exactes", "mismatch": "seuils réglés pour {wanted}"},
    "en": {"installed": "installed", "absent": "absent, not needed for exact quotes", "mismatch": "thresholds were set for {wanted}"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `hint` says what to do when it is not ok."""

    name: str
    ok: bool
    found: str
    hint: str


def _tried(name: str, language: str, action: Callable[[], str]) -> Check:
    """Run one check; the part's own error is the finding."""
    try:
        return Check(name, True, action(), "")
    except UserError as error:
        message, hint = error.told(language)
        return Check(name, False, message, hint)


def _package(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise _Absent(name=name) from None


class _Absent(UserError):
    fr = ("{name} n’est pas installé.", "Tapez : make install")
    en = ("{name} is not installed.", "Type: make install")


def _folder(config: Config) -> str:
    at = config.home
    while not os.path.exists(at):  # unlike at.exists, False below a folder that may not be entered
        at = at.parent
    if not os.access(at, os.W_OK | os.X_OK):
        raise FolderUnusable(folder=config.home)
    return f"{config.home} ({shutil.disk_usage(at).free / 1e9:.1f} GB free)"


def checks(config: Config, language: str) -> list[Check]:
    """Return every check, in the order a person would mend them."""
    found = [_tried(name, language, lambda name=name: _package(name)) for name in PACKAGES]  # type: ignore[misc]
    generator = importlib.util.find_spec("llama_cpp") is not None
    found.append(Check("generator", True, WORDS[language]["installed" if generator else "absent"], ""))
    found.append(_tried("data folder", language, lambda: _folder(config)))
    for role in ("embedder", "reader", "judge"):
        model = read_catalog(wiring.MODELS)[role]
        found.append(_tried(role, language, lambda model=model: wiring.encoder(model, 1).name))  # type: ignore[misc]
    found.append(_tried("changes", language, lambda: wiring.changes().name))
    found.append(_tried("writer", language, lambda: generators.described(config, config.writer, language)))
    found.append(_tried("index", language, lambda: wiring.index(config).summary()))
    wanted = wiring.thresholds().embedder
    if config.embedder:
        found.append(
            Check("thresholds", False, WORDS[language]["mismatch"].format(wanted=wanted), "evals/thresholds.py")
        )
    for setting in SETTINGS:
        said = os.environ.get(setting.name, "").strip()
        meaning = setting.fr if language == "fr" else setting.en
        found.append(
            Check(
                setting.name,
                True,
                said or setting.default or (str(config.home) if setting.name == "JUGEOTE_HOME" else "-"),
                meaning,
            )
        )
    return found


def report(config: Config, language: str) -> dict[str, Any]:
    """Return the contract's `doctor --json`."""
    found = checks(config, language)
    models = read_catalog(wiring.MODELS)
    roles = {
        "reader": models["reader"].name,
        "embedder": config.embedder or models["embedder"].name,
        "writer": config.writer,
    }
    return {"ok": all(c.ok for c in found), "checks": [asdict(c) for c in found], "roles": roles}
