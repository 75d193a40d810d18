"""The sheets as the index reads them, so that a gold sentence can be found to the character.

Knows nothing of models or of the index on disk.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from index.chunks import Span, sentences
from index.documents import Section, Text, read_markdown


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's text and, for each section, the sentences that can be quoted."""

    id: str
    text: Text

    def section(self, heading: str) -> tuple[int, Section] | None:
        """Return (number, section) by its heading or its path of headings; None when there is none."""
        for number, section in enumerate(self.text.sections):
            if heading in (section.title, section.title.split(" > ")[-1]):
                return number, section
        return None

    def quotable(self, section: Section) -> list[str]:
        """Return the sentences of a section, as the index cuts them."""
        spans: list[Span] = list(sentences(self.text.text, section.start, section.end))
        return [self.text.text[s.start : s.end] for s in spans]


def read_sheets(corpus: Path) -> dict[str, Sheet]:
    """Return fr/ID and en/ID -> sheet."""
    found = {}
    for language in ("fr", "en"):
        for file in sorted((corpus / language).glob("*.md")):
            name = f"{language}/{file.stem}"
            found[name] = Sheet(name, read_markdown(file.read_bytes(), file.stem))
    return found


def squeezed(text: str) -> str:
    """Return the text with each run of white space (French spaces included) as one space, straight apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


def says(text: str, words: str) -> bool:
    """Return whether a text holds the words as whole words: "ILO" is not in "kilo"."""
    said = re.escape(squeezed(words).lower())
    return re.search(rf"(?<!\w){said}(?!\w)", squeezed(text).lower()) is not None
