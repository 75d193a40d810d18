"""Read sheets and facts as their writer wrote them: front matter, blocks of text, fact marks, and the line of each.

Knows nothing of the rules a sheet has to keep, nor of the index.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import yaml

from assistant.errors import FactsBroken
from assistant.sheets.findings import ERROR, Finding
from index.chunks import sentences

FACT = re.compile(r" *\[fact:([a-z0-9-]+)\]")
MARKER = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
ADDRESS = r"https?://[^\s<>)\]»”]+"
LINK = re.compile(
    rf"(?<!!)\[([^\]\n]*)\]\(([^)\n]*)\)|<(https?://[^>\s]*)>|^ *\[[^\]\n]+\]: *(\S+)|(?<![(<\w])({ADDRESS})"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a sheet has to know of a fact; `stated`: it is sure enough, or told as a claim with its status."""

    topic: str
    low: bool
    stated: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 to 6), a paragraph or a list item (0), or a row of a table (-1)."""

    line: int
    level: int
    text: str

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts cited in it."""
        return tuple(FACT.findall(self.text))

    @property
    def words(self) -> str:
        """Its text without fact marks, links and emphasis: what a person reads."""
        said = LINK.sub(lambda m: m.group(1) or "", FACT.sub("", self.text))
        return re.sub(r"\*\*|`", "", said).strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was read; `keys` holds the line of each key of the front matter."""

    path: str
    folder: str
    front: Mapping[str, str | tuple[str, ...]]
    keys: Mapping[str, int]
    blocks: tuple[Block, ...]
    raw: str

    @property
    def name(self) -> str:
        """The part that twins share."""
        return self.path.split("/", 1)[1].removesuffix(".md")

    @property
    def facts(self) -> set[str]:
        """The facts cited anywhere in it."""
        return set(chain.from_iterable(b.facts for b in self.blocks))

    def said(self, key: str) -> tuple[str, ...]:
        """Return the values of a list of the front matter, or its one value."""
        value = self.front.get(key, ())
        return (value,) if isinstance(value, str) else value

    def found(self, code: str, said: object = "", line: int = 1, level: str = ERROR) -> Finding:
        """Return a finding in this sheet."""
        return Finding(self.path, line, code, str(said), level)

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Yield (line, sentence) as the index will cut them, headings and tables apart."""
        for block in self.blocks:
            text = block.words if block.level == 0 else ""
            yield from ((block.line, text[s.start : s.end]) for s in sentences(text, 0, len(text)))

    def lengths(self) -> list[int]:
        """Return the words of each sentence."""
        return [words for _, sentence in self.sentences() if (words := count(sentence))]


def count(text: str) -> int:
    """Return the number of words: tokens between blanks that hold a letter or a digit."""
    return sum(any(c.isalnum() for c in token) for token in text.split())


def blocks(lines: list[str], first: int) -> Iterator[Block]:
    """Cut the body into blocks; a wrapped line joins the block it goes on."""
    start, held = 0, list[str]()
    for number, line in enumerate([*lines, ""], first):
        heading, row = re.match(r"(#{1,6})[ \t]+(.*)", line), line.lstrip().startswith("|")
        marker = MARKER.match(line)
        if held and (heading or row or marker or not line.strip()):
            yield Block(start, 0, " ".join(held))
            held = []
        if heading:
            yield Block(number, len(heading.group(1)), heading.group(2).strip())
        elif row:
            if not re.fullmatch(r"[\s|:-]+", line):
                yield Block(number, -1, line.strip())
        elif line.strip():
            start = start if held else number
            held.append(line[marker.end() :].strip() if marker else line.strip())


class FrontMatterBroken(Exception):
    """A front matter that says nothing sure; it becomes a finding of that code at that line."""

    def __init__(self, code: str, said: str, line: int = 1) -> None:
        super().__init__(said)
        self.code, self.said, self.line = code, said, line


def front_matter(text: str) -> tuple[dict[str, str | tuple[str, ...]], dict[str, int], int]:
    """Return the values, the line of each key and the number of lines; raises FrontMatterBroken."""
    found = re.match(r"---\n(.*?\n)---[ ]*(?:\n|\Z)", text, re.DOTALL)
    if not found:
        raise FrontMatterBroken("front_matter", "---")
    keys: dict[str, int] = {}
    for number, line in enumerate(found.group(1).splitlines(), 2):
        key = re.match(r"([A-Za-z_]+)[ ]*:", line)
        if key and key.group(1) in keys:  # YAML would keep the second one and say nothing
            raise FrontMatterBroken("key_twice", key.group(1), number)
        if key:
            keys[key.group(1)] = number
    try:
        raw = yaml.load(found.group(1), Loader=yaml.BaseLoader)  # strings and lists: nothing is guessed
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise FrontMatterBroken("front_matter", said, mark.line + 2 if mark else 1) from error
    if not isinstance(raw, dict):
        raise FrontMatterBroken("front_matter", str(raw)[:40])
    values = {str(k): tuple(map(str, v)) if isinstance(v, list) else str(v) for k, v in raw.items()}
    return values, keys, found.group().count("\n")


def read_sheets(folder: Path) -> tuple[list[Sheet], list[Finding]]:
    """Read every sheet of fr/ and en/; one that cannot be read is a finding."""
    sheets, wrong = list[Sheet](), list[Finding]()
    for file in sorted(chain((folder / "fr").rglob("*.md"), (folder / "en").rglob("*.md"))):
        path = file.relative_to(folder).as_posix()
        try:
            text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            front, keys, taken = front_matter(text)
        except (UnicodeDecodeError, OSError):
            wrong.append(Finding(path, 1, "unreadable"))
        except FrontMatterBroken as broken:
            wrong.append(Finding(path, broken.line, broken.code, broken.said))
        else:
            body = tuple(blocks(text.split("\n")[taken:], taken + 1))
            sheets.append(Sheet(path, path.split("/")[0], front, keys, body, text))
    return sheets, wrong


def read_facts(file: Path) -> dict[str, Fact]:
    """Return the facts by id; raises FactsBroken."""
    try:
        rows = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise FactsBroken(file=file, found=str(error).splitlines()[0]) from error
    facts: dict[str, Fact] = {}
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict) or not {"id", "topic", "confidence"} <= row.keys():
            raise FactsBroken(file=file, found=str(row)[:60])
        if str(row["id"]) in facts:
            raise FactsBroken(file=file, found=f"{row['id']} (2)")
        low = row["confidence"] == "low"
        facts[str(row["id"])] = Fact(str(row["topic"]), low, not low or row.get("seed_claim") is True)
    return facts
