"""Cite a sentence of a sheet by a key that no rewording or translation changes: SHEET/FACT.

The sentence is the first that carries the mark of that fact, in the sheet of the language; SHEET/FACT#2 is the second.
Offsets point into the text
that `jugeote show` gives, since the same reader makes it. Knows nothing of questions.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.answer import Citation
from index.chunks import sentences
from index.documents import Section, Text, read_markdown


class SourceMissing(Exception):
    """No sheet, or no sentence of it, has that key: a defect of the corpus, held by a test."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The folder of the sheets (fr/ and en/)."""

    folder: Path

    def cite(self, key: str, language: str, marker: int) -> Citation:
        """Return the citation; raises SourceMissing."""
        name, _, mark = key.partition("/")
        fact, _, nth = mark.partition("#")
        text = _sheet(self.folder / language / f"{name}.md", name)
        marks = [found.at for found in text.facts if found.fact == fact]
        at = marks[int(nth or 1) - 1] if int(nth or 1) <= len(marks) else None
        section = next((s for s in text.sections if at is not None and s.start < at <= s.end), None)
        if at is None or section is None:
            raise SourceMissing(f"{language}: {key}")
        start, end = _sentence(text, section, at)
        heading = section.title.split(" > ")[-1]
        named = tuple(found.fact for found in text.facts if start < found.at <= end)
        return Citation(
            marker, f"{language}/{name}", text.title, heading, language, text.said("in_force_on") or None, start, end,
            text.text[start:end], named,
        )  # fmt: skip


def _sentence(text: Text, section: Section, at: int) -> tuple[int, int]:
    """Return the span of the sentence that ends at a mark."""
    spans = [s for s in sentences(text.text, section.start, section.end) if s.start < at]
    if not spans:
        raise SourceMissing(section.title)
    return spans[-1].start, spans[-1].end


@cache
def _sheet(file: Path, name: str) -> Text:
    """Read a sheet once a run; the sheets of an installation do not change under a running page."""
    try:
        return read_markdown(file.read_bytes(), name)
    except OSError as error:
        raise SourceMissing(str(file)) from error
