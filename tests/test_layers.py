"""The house stands as drawn: a module imports only from layers above its own, heavy libraries live in one file each."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Highest first is not needed: a module may import from any line with a smaller number, and from none with its own.
LAYERS = [
    ["index.errors"],
    ["index.documents", "index.language"],
    ["index.chunks", "index.encoder", "index.words"],
    ["index.asked", "index.associations", "index.rows", "index.spelling"],
    ["index.texts"],
    ["index.embed", "index.store", "index.manifest"],
    ["index.sources", "index.questions"],
    ["index.build", "index.search"],
    ["assistant.errors", "assistant.energy"],
    [
        "assistant.config",
        "assistant.catalog",
        "assistant.answer",
        "assistant.terminal",
        "assistant.orders",
        "assistant.measures",
        "assistant.partners",
    ],
    ["assistant.numbers"],
    ["assistant.quantities"],
    ["assistant.alike"],
    ["assistant.figures"],
    ["assistant.differs", "assistant.changes"],
    [
        "assistant.reader",
        "assistant.prior",
        "assistant.prompt",
        "assistant.assess",
        "assistant.follow_up",
        "assistant.sheets",
    ],
    ["assistant.writers", "assistant.grounding", "assistant.render"],
    ["assistant.chat", "assistant.models"],
    ["assistant.generators"],
    ["assistant.wiring", "assistant.web"],
    ["assistant.doctor", "assistant.usage"],
    ["evals"],
    ["assistant.verbs"],
    ["assistant.cli"],
    ["assistant.__main__"],
]
ROOMS = {
    "assistant.energy",
    "assistant.models",
    "assistant.web",
    "assistant.writers",
    "assistant.assess",
    "assistant.sheets",
    "assistant.cli",
    "assistant.verbs",
    "evals",
}
HOMES = {
    "chromadb": {"index.store"}, "sentence_transformers": {"index.embed"}, "onnxruntime": {"index.encoder"},
    "tokenizers": {"index.encoder"}, "bm25s": {"index.words"}, "rapidfuzz": {"index.spelling"}, "py3langid": {"index.language"},
    "markdown_it": {"index.documents"}, "filelock": {"index.build"}, "llama_cpp": {"assistant.writers.llama_child"},
    "huggingface_hub": {"assistant.models.fetch"}, "httpx2": {"assistant.models.fetch"},
    "jinja2": {"assistant.writers.llama_template"}, "gradio": {"assistant.web.page"},
    "text_to_num": {"assistant.numbers", "assistant.quantities"},
    "fastapi": {"assistant.web.server"}, "uvicorn": {"assistant.web.server"}, "platformdirs": {"assistant.config"},
    "torch": set(), "transformers": set(), "scipy": set(), "pandas": set(), "requests": set(),
}  # fmt: skip
PLAIN = {"numpy", "yaml", "tqdm"}  # small, and used as a language is used


def modules() -> list[tuple[str, Path]]:
    """Return (dotted name, file) of every module of ours."""
    found = []
    for package in ("index", "assistant", "evals"):
        for file in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found.append((name, file))
    return found


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Yield (module named by an import, whether it stands at the top of the file); TYPE_CHECKING blocks apart."""
    tree = ast.parse(file.read_text("utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in tree.body
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (
                    (whole if (ROOT / whole.replace(".", "/")).with_suffix(".py").is_file() else node.module),
                    (node in tree.body),
                )


def layer(name: str) -> int | None:
    """Return the layer of a module, by its longest listed prefix."""
    best: tuple[int, int] | None = None
    for number, row in enumerate(LAYERS, 1):
        for listed in row:
            if (name == listed or name.startswith(f"{listed}.")) and (best is None or len(listed) > best[0]):
                best = (len(listed), number)
    return best[1] if best else None


def room(name: str) -> str:
    """Return the room a module lives in; modules of one room may import each other."""
    parts = name.split(".")
    return next((".".join(parts[:n]) for n in (1, 2) if ".".join(parts[:n]) in ROOMS), name)


@pytest.mark.parametrize(("name", "file"), [m for m in modules() if m[0] not in ("index", "assistant", "evals")])
def test_a_module_imports_only_from_the_layers_above_it(name, file):
    """One direction of data; what breaks it is a cycle in waiting."""
    own = layer(name)
    assert own is not None, f"{name} has no place in the drawing: give it one in LAYERS"
    for imported, _ in imports(file):
        if imported.split(".")[0] in ("index", "assistant", "evals"):
            theirs = layer(imported)
            same_room = room(imported) == room(name)
            if imported in ("assistant", "index"):
                continue
            assert same_room or (theirs is not None and theirs < own), f"{name} imports {imported}"
        if name.startswith("index."):
            assert not imported.startswith("assistant"), f"{name} imports {imported}"
        if name.startswith("assistant.energy"):
            allowed = ("assistant.energy", "assistant.errors", "index.errors")
            assert imported.split(".")[0] not in ("index", "assistant", "evals") or imported.startswith(allowed), (
                imported
            )
        if name.startswith("assistant.web"):
            assert not imported.startswith(("assistant.config", "assistant.catalog", "assistant.wiring")), imported


@pytest.mark.parametrize(("name", "file"), modules())
def test_a_library_is_seen_by_one_file(name, file):
    """Exchange a library by exchanging a file; and --help pays for none of them."""
    for imported, at_top in imports(file):
        top = imported.split(".")[0]
        if top in sys.stdlib_module_names or top in ("index", "assistant", "evals") or top in PLAIN:
            continue
        if name == "assistant.doctor":
            continue  # it looks for packages, it uses none
        assert top in HOMES or name.startswith("evals"), f"{name} imports {top}: give it a home in HOMES"
        assert name in HOMES.get(top, {name}) or name.startswith("evals"), f"{name} imports {top}"
        slow = top in ("chromadb", "sentence_transformers", "onnxruntime", "bm25s", "llama_cpp", "huggingface_hub")
        assert not (slow and at_top), f"{name} imports {top} when it is imported itself"


def test_the_drawing_has_no_empty_place():
    """A heavy library that no file imports any more leaves the list, and so does its pin."""
    used = {imported.split(".")[0] for _, file in modules() for imported, _ in imports(file)}
    unused = {top for top, homes in HOMES.items() if homes and top not in used}
    assert not unused, unused
