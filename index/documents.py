"""Read a file whole and turn it into plain text with sections.

Knows nothing of chunks, vectors or stores. The text made here is what offsets point into and what is quoted, so markup,
comments, images and invisible characters end here. Another format is one more entry of `READERS`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from index.errors import Unreadable

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BYTES = 10_000_000  # about 1.5 million words: a longer text file is data, not a document
FACT = re.compile(r"[ \u00a0]*\[fact:([a-z0-9-]+)\]")
SCHEME = re.compile(r"https?://", re.IGNORECASE)
# Soft hyphens, joiners, direction marks and control characters carry hidden orders and break quotes.
INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled span of a document's text; `title` is the path of headings, "" before the first one."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FactMark:
    """A fact cited at a place of the text: right after the sentence that rests on it."""

    fact: str
    at: int


@dataclass(frozen=True, slots=True)
class Text:
    """A document's plain text, its sections and its facts; offsets are code points."""

    title: str
    text: str
    sections: tuple[Section, ...]
    facts: tuple[FactMark, ...] = ()
    front: tuple[tuple[str, str], ...] = ()

    def said(self, key: str) -> str:
        """Return a value of the front matter, "" when it is absent."""
        return dict(self.front).get(key, "")


class _Page:
    """Collects blocks of text and the sections they fall in."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.facts: list[FactMark] = []
        self.length = 0
        self.headings: list[tuple[int, str]] = []
        self.starts: list[tuple[str, int]] = [("", 0)]

    def add(self, block: str) -> None:
        """Append one block (a paragraph, an item, a row) on its own line; facts become marks."""
        block, at = re.sub(r"[ \t]+", " ", block).strip(), 0
        for found in FACT.finditer(block):
            self._append(block[at : found.start()])
            self.facts.append(FactMark(found.group(1), self.length))
            at = found.end()
        self._append(block[at:] + "\n")

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def heading(self, level: int, title: str) -> None:
        """Open a section; the document's own title opens none in its path."""
        self.headings = [h for h in self.headings if h[0] < level] + [(level, title)]
        path = [t for depth, t in self.headings if depth > 1] or ([title] if level == 1 else [])
        self.starts.append((" > ".join(path), self.length))
        self.add(title)

    def text(self, title: str, front: dict[str, str]) -> Text:
        """Close the page."""
        ends = [start for _, start in self.starts[1:]] + [self.length]
        sections = tuple(Section(name, a, b) for (name, a), b in zip(self.starts, ends, strict=True) if b > a)
        return Text(title, "".join(self.parts), sections, tuple(self.facts), tuple(front.items()))


def clean(raw: bytes) -> str:
    """Decode and strip what cannot be seen; raise `Unreadable` when it is not text."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("not_utf8") from None
    if "\x00" in text:
        raise Unreadable("not_text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("\u2028", "\n").replace("\u2029", "\n")


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Split (front matter, body); values become strings, absent front matter is {}."""
    found = re.match(r"---\n(.*?)\n(?:---|\.\.\.)[ ]*(?:\n|\Z)", text, re.DOTALL)
    if not found:
        return {}, text
    try:
        values = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError):  # ValueError: a date such as 2026-13-45
        raise Unreadable("front_matter") from None
    if not isinstance(values, dict):
        return {}, text  # a rule between two lines of dashes is plain Markdown
    kept = {str(k): v.isoformat() if isinstance(v, date) else str(v) for k, v in values.items() if v is not None}
    return kept, text[found.end() :]


def _bare(address: str) -> str:
    """Return a web address as people write it in a sentence: no scheme, no last slash."""
    return SCHEME.sub("", address.strip()).rstrip("/").casefold()


def _inline(tokens: "list[Token]") -> str:
    """Return the words of a run of inline tokens; images and HTML say nothing, a web address follows or is its words."""
    said, links = "", []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            said += token.content
        elif token.type in ("softbreak", "hardbreak"):
            said += " "
        elif token.type == "link_open":
            links.append((str(token.attrGet("href") or ""), len(said)))
        elif token.type == "link_close":
            address, start = links.pop()
            if SCHEME.match(address) and _bare(said[start:]) == _bare(address):
                said = said[:start] + address  # [example.org](https://example.org/) would say its address twice
            elif SCHEME.match(address) and address not in said[start:]:
                said += f" ({address})"
    return said


def read_markdown(raw: bytes, name: str) -> Text:
    """Read Markdown with or without front matter."""
    front, body = front_matter(clean(raw))
    page, lists = _Page(), list[int]()
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    title, row, header, prefix = front.get("title", ""), list[str](), list[str](), ""
    for i, token in enumerate(tokens):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else 0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open" and lists:
            prefix = f"{lists[-1]}. " if lists[-1] else "- "
            lists[-1] += 1 if lists[-1] else 0
        elif token.type == "inline":
            before = tokens[i - 1]
            if before.type == "heading_open":
                words = FACT.sub("", _inline(token.children or [])).strip()
                title = title or words
                page.heading(int(before.tag[1]), words)
            elif before.type in ("th_open", "td_open"):
                row.append(_inline(token.children or []))
            else:
                page.add(prefix + _inline(token.children or []))
                prefix = ""
        elif token.type == "tr_close":
            if any(row) and header:
                page.add(" ; ".join(f"{h} : {c}" if h else c for h, c in zip(header, row, strict=False)))
            header, row = header or row, []
        elif token.type == "table_close":
            header = []
        elif token.type in ("fence", "code_block"):
            for line in token.content.splitlines():
                page.add(line)
    return page.text(title or name, front)


def read_text(raw: bytes, name: str) -> Text:
    """Read plain text: lines of one paragraph are joined, an item stays on its line."""
    page = _Page()
    for paragraph in re.split(r"\n[ \t]*\n", clean(raw)):
        for block in re.split(r"\n(?=[ \t]*(?:[-*•]|\d+[.)])[ \t])", paragraph):
            if block.strip():
                page.add(" ".join(block.split("\n")))
    return page.text(name, {})


READERS: dict[str, Callable[[bytes, str], Text]] = {".md": read_markdown, ".markdown": read_markdown, ".txt": read_text}


def find(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that a reader exists for, in order; hidden ones and README.md of a corpus apart."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix.lower() in READERS and path.is_file() and not any(p.startswith(".") for p in inside):
            yield path


def read(path: Path) -> tuple[bytes, Callable[[bytes, str], Text]]:
    """Return a file's bytes and the reader for it; raise `Unreadable` when it cannot be opened."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable("too_big")
        return path.read_bytes(), READERS[path.suffix.lower()]
    except OSError:
        raise Unreadable("not_readable") from None
