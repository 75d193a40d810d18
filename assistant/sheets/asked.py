"""Check the questions written beside the sheets, NAME.asked.jsonl, against the sheets they lead to.

Knows nothing of the index itself: it reads both files as the index will.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from assistant.sheets.findings import WARNING, Finding
from index.asked import SUFFIX, read_asked
from index.chunks import chunks
from index.documents import read_markdown
from index.errors import Unreadable
from index.words import fold


def asked_findings(folder: Path) -> Iterator[Finding]:
    """Yield the lines that lead to no sentence, the questions asked twice in a language, and files without a sheet."""
    seen: dict[tuple[str, str], str] = {}
    for language in ("fr", "en"):
        for file in sorted((folder / language).rglob(f"*{SUFFIX}")):
            path, sheet = file.relative_to(folder).as_posix(), Path(str(file).removesuffix(SUFFIX) + ".md")
            if not sheet.is_file():
                yield Finding(path, 1, "asked_alone")
                continue
            raw = file.read_bytes()
            try:
                text = read_markdown(sheet.read_bytes(), sheet.stem)
            except Unreadable:
                continue  # said of the sheet itself
            lines = raw.splitlines()
            _, lost = read_asked(raw, text.text, chunks(text))
            for number in lost:
                yield Finding(path, number, "asked", lines[number - 1].decode("utf-8", "replace")[:120])
            for number, line in enumerate(lines, 1):
                if not line.strip() or number in lost:
                    continue
                question = str(json.loads(line)["question"])
                before = seen.setdefault((language, fold(question)), f"{path}:{number}")
                if before != f"{path}:{number}":
                    yield Finding(path, number, "asked_twice", f"{question} ({before})", WARNING)
