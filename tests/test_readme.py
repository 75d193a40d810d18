"""What the documents name exists: targets, verbs, options, settings, files, pictures, twins."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import assistant.assess.errors
import assistant.energy.errors
import assistant.errors
import assistant.models.errors
import index.errors
from assistant.cli import VERBS
from assistant.config import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
READMES = [ROOT / "README.md", ROOT / "README.fr.md"]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS, *sorted((ROOT / "docs" / "fr").glob("*.md"))]
PAGES += sorted((ROOT / "models").glob("*/README.md"))
FOLDERS = "corpus|index|assistant|models|evals|docs|tests"
STANDS_FOR = re.compile(r"\b(NAME|NOM|ID|FOLDER|DOSSIER|DIR)\b")  # a word to be replaced by the reader


def name_of(file):
    return file.relative_to(ROOT).as_posix()


def code(text):
    """Return the lines of code blocks and the code spans of a page."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for block in blocks for line in block.splitlines()] + spans


def commands(text):
    """Return (verb, rest of the line) of each `jugeote VERB ...` in code."""
    found = [re.search(r"\bjugeote ([a-z]+)(.*)", line) for line in code(text)]
    return [(f[1], f[2]) for f in found if f]


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_the_readme_is_short(page):
    """Longer, and nobody reads it."""
    assert len(page.read_text("utf-8").splitlines()) < 150


@every_page
def test_every_target_named_is_in_the_makefile(page):
    """`make X` is what a newcomer types first."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {m[1] for line in code(page.read_text("utf-8")) if (m := re.match(r"make ([a-z]+)", line))}
    assert named <= targets


@every_page
def test_every_verb_and_option_named_exists(page):
    """As the help page lists them."""
    for verb, rest in commands(page.read_text("utf-8")):
        assert verb in VERBS, f"{name_of(page)}: jugeote {verb}"
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest):
            assert option == "--help" or re.search(rf"(?<![\w-]){option}\b", VERBS[verb].form), f"{verb} {option}"


@every_page
def test_every_setting_named_exists(page):
    """A variable that nothing reads is a promise broken in silence."""
    named = set(re.findall(r"\bJUGEOTE_[A-Z_]+", page.read_text("utf-8")))
    assert named <= {s.name for s in SETTINGS}


@pytest.mark.parametrize(
    "page", [*READMES, ROOT / "docs" / "hosting.md", ROOT / "docs" / "fr" / "hosting.md"], ids=name_of
)
def test_the_tables_of_settings_are_whole_and_give_the_true_defaults(page):
    """A new setting of assistant/config.py gets a row in both READMEs and both docs/hosting.md."""
    rows = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| `JUGEOTE_")]
    for setting in SETTINGS:
        row = [line.split("|") for line in rows if f"`{setting.name}`" in line.split("|")[1]]
        assert len(row) == 1, f"{name_of(page)} lacks a row for {setting.name}"
        if setting.default:
            assert f"`{setting.default}`" in row[0][2], f"{setting.name} is {setting.default} by default"


@every_page
def test_every_file_named_exists(page):
    """Links, pictures and paths in the text."""
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{name_of(page)} points to {target}"
    text = re.sub(r"\]\([^)]*\)|`[^`\n]*JUGEOTE_HOME[^`\n]*`|https?://\S+", "", text)
    for path in re.findall(rf"(?<![\w./-])(?:{FOLDERS})/[\w./-]*", text):
        if not STANDS_FOR.search(path):
            assert (ROOT / path.rstrip(".")).exists(), f"{name_of(page)} names {path}"


def test_the_picture_of_the_page_is_shown():
    """A person sees what they will get; test_every_file_named_exists finds the file."""
    assert all("](docs/page.png)" in page.read_text("utf-8") for page in READMES)


def tree():
    """Return the modules that the tree of the README lists, as paths."""
    block = re.search(r"^```\n(Makefile .*?)^```", READMES[0].read_text("utf-8"), re.MULTILINE | re.DOTALL)
    listed, folder = set(), ""
    for line in block[1].splitlines():
        words = line.split()
        if not line.startswith(" "):
            folder = words[0] if words[0].endswith("/") else ""
            assert (ROOT / words[0]).exists(), words[0]
        inside = words[0] if line.startswith(" ") and words[0].endswith("/") else ""
        listed |= {f"{folder}{inside}{word}" for word in words if word.endswith(".py")}
    return listed


def test_the_tree_of_the_readme_lists_every_module():
    """A newcomer finds the file from its name."""
    there = {
        name_of(file)
        for room in ("index", "assistant")
        for file in (ROOT / room).rglob("*.py")
        if file.name != "__init__.py"
    }
    assert tree() - there == set(), "these are listed and are not there"
    assert there - tree() == set(), "add these to the tree of README.md"


def test_every_folder_stands_in_the_tree():
    """Those of git; what the tools make is hidden or ignored."""
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    folders = {f.name for f in ROOT.iterdir() if f.is_dir() and not f.name.startswith(".")} - ignored
    folders = {f for f in folders if not f.endswith(".egg-info")}
    assert {f for f in folders if f"\n{f}/" not in READMES[0].read_text("utf-8")} == set()


def outline(file):
    """Return the levels of the headings and the number of code blocks: what twins share."""
    text = file.read_text("utf-8")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+(?= )", prose, re.MULTILINE)


def bilingual(file):
    return {"## Français", "## English"} <= set(file.read_text("utf-8").splitlines())


@pytest.mark.parametrize("file", [d for d in DOCS if not bilingual(d)], ids=name_of)
def test_a_document_has_its_french_twin(file):
    """Same headings, in the same order; or both languages in one file, under ## Français and ## English."""
    twin = ROOT / "docs" / "fr" / file.name
    assert twin.is_file(), f"write {name_of(twin)}"
    assert outline(twin) == outline(file)


def test_no_french_document_stands_alone():
    """The other way round."""
    assert {f.name for f in (ROOT / "docs" / "fr").glob("*.md")} <= {d.name for d in DOCS}


def test_the_readme_has_its_twin():
    """The same headings in French."""
    assert outline(READMES[0]) == outline(READMES[1])


@pytest.mark.parametrize("page", ["docs/contract.md", "docs/fr/contract.md"])
def test_the_contract_gives_each_verb_as_the_help_does(page):
    """A new verb, or another form, is written in both."""
    text = (ROOT / page).read_text("utf-8")
    for verb, known in VERBS.items():
        row = re.search(rf"^\| {verb} \|.*$", text, re.MULTILINE)
        assert row, f"{page} lacks {verb}"
        form = re.split(r"(?<!\\)\|", row[0])[2]
        options = [re.findall(r"(?<![\w-])--?[a-z][a-z-]*", said) for said in (known.form, form)]
        assert set(options[0]) == set(options[1]), f"{page}: {verb}"


@pytest.mark.parametrize("page", ["docs/contract.md", "docs/fr/contract.md"])
def test_every_error_code_of_the_contract_exists(page):
    """Scripts compare them."""
    table = re.search(r"^\| code \|.*?(?=\n\n)", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    listed = {name for line in table[0].splitlines() for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])}
    modules = (
        index.errors,
        assistant.errors,
        assistant.assess.errors,
        assistant.energy.errors,
        assistant.models.errors,
    )
    kinds = [kind for module in modules for kind in vars(module).values()]
    known = {kind.code for kind in kinds if isinstance(kind, type) and hasattr(kind, "code")} | {
        "usage"
    }  # said by the command itself
    assert listed
    assert listed <= known


def test_the_changelog_begins_with_the_version_at_hand():
    """The one that pyproject.toml names."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    first = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert first[1] == version


def shown(page):
    """Return the commands of a README that a person would copy as they stand."""
    blocks = re.findall(r"^```\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("jugeote ")]
    return [shlex.split(line)[1:] for line in lines if not STANDS_FOR.search(line)]


@pytest.mark.parametrize("words", [words for page in READMES for words in shown(page)], ids=" ".join)
def test_the_commands_of_the_readme_work(jugeote, corpus_home, words):
    """Copied from the page to the terminal; the two questions are answered, not refused."""
    done = jugeote(*words, home=corpus_home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if words[0] == "ask":
        assert "[1]" in done.stdout
