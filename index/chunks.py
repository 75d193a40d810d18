"""Cut a text into chunks of whole sentences that never cross a heading.

Knows nothing of files or vectors. Spans are code points into the document's text (retrieval.md gave the sizes: short
chunks find better; title and heading stand in front of what is indexed, never in what is quoted).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.documents import Section, Text

CHUNK_WORDS = 100
TAIL_WORDS = 30
SENTENCE_WORDS = 80  # a "sentence" without any full stop is cut here, or the encoder would cut it unseen
ABBREVIATIONS = (
    r"(?:\b(?:art|al|cf|etc|ex|M|MM|Mme|Dr|St|no|nos|p|pp|vol|fig|env|max|min|vs|approx|e\.g|i\.e|Inc|Ltd|Mr|Mrs|Ms|"
    r"(?<![°\d])(?<!\d )(?<!point )(?<!annexe )(?<!annex )(?<!Annexe )(?<!Annex )[A-Z])\.)$"
)
ENDS = re.compile(r"[.!?…]+[»”\")\]]*(?:[\u00a0\u202f ]»)?(?=\s+[«“\"(\[]?[\u00a0\u202f ]?[^\Wa-zà-ÿ_])")
ITEM = re.compile(r"(?:[-*•]|\d+[.)])[ \t]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence: where it starts and ends."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stored span of a document; `sentences` tile it, `section` is its path of headings."""

    number: int
    section: str
    start: int
    end: int
    sentences: tuple[Span, ...]


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield [start, end) in pieces of at most SENTENCE_WORDS words."""
    words = [m.span() for m in re.finditer(r"\S+", text[start:end])]
    for i in range(0, len(words), SENTENCE_WORDS):
        part = words[i : i + SENTENCE_WORDS]
        yield Span(start + part[0][0], start + part[-1][1])


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences of text[start:end]; a line ends one, the dash of an item belongs to none."""
    for line in re.finditer(r"[^\n]+", text[start:end]):
        a, b = start + line.start(), start + line.end()
        item = ITEM.match(text, a, b)
        a = item.end() if item else a
        at = a
        for stop in ENDS.finditer(text, a, b):
            if not re.search(ABBREVIATIONS, text[at : stop.start() + 1]):
                yield from _cut(text, at, stop.end())
                at = stop.end()
        yield from _cut(text, at, b)


def _words(text: str, span: Span) -> int:
    return len(text[span.start : span.end].split())


def _packed(text: str, section: Section, body: list[Span]) -> Iterator[list[Span]]:
    """Yield whole sentences packed up to CHUNK_WORDS; a short tail joins the chunk before."""
    groups: list[list[Span]] = []
    size = 0
    for span in body:
        words = _words(text, span)
        if not groups or size + words > CHUNK_WORDS:
            groups.append([])
            size = 0
        groups[-1].append(span)
        size += words
    if len(groups) > 1 and sum(_words(text, s) for s in groups[-1]) < TAIL_WORDS:
        groups[-2:] = [groups[-2] + groups[-1]]
    yield from groups


def chunks(document: Text) -> list[Chunk]:
    """Cut a document; a heading alone makes no chunk."""
    found: list[Chunk] = []
    for section in document.sections:
        body = list(sentences(document.text, section.start, section.end))
        heading = section.title.split(" > ")[-1]
        if body and document.text[body[0].start :].startswith(heading) and heading:
            body = [s for s in body if s.start >= section.start + len(heading)]
        for group in _packed(document.text, section, body):
            title = section.title or document.title
            found.append(Chunk(len(found), title, group[0].start, group[-1].end, tuple(group)))
    return found
