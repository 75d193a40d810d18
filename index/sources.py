"""Find the files that an index is made of: the bundled corpus and the host's own folders.

Knows nothing of what the files say. A folder out of reach is said so, never taken for an empty one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.asked import beside
from index.documents import find, read
from index.errors import SourceMissing, SourceUnknown, Unreadable
from index.manifest import Source


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was left out, with the code of why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source, as found now; `asked` is what its file of questions holds."""

    source: Source
    path: Path
    asked: bytes
    sha256: str

    @property
    def id(self) -> str:
        """fr/ID or en/ID for a sheet (its file's name is its id), SOURCE/relative/path for a host's file."""
        inside = self.path.relative_to(self.source.path)
        return f"{self.source.name}/{inside.as_posix()}" if self.source.name else inside.with_suffix("").as_posix()


def scan(sources: Sequence[Source], kept: dict[str, str]) -> tuple[dict[str, File], list[Skipped], set[str]]:
    """Return the files by document id, what was skipped, and the documents of folders that are out of reach."""
    files: dict[str, File] = {}
    skipped: list[Skipped] = []
    away: set[str] = set()
    for source in sources:
        folder = Path(source.path)
        if not folder.is_dir():  # a drive that is not mounted must not empty the index
            skipped.append(Skipped(source.path, "folder_away"))
            away |= {name for name in kept if name.startswith(f"{source.name}/")}
            continue
        for path in find(folder):
            if not source.name and path.relative_to(folder).parts[0] not in ("fr", "en"):
                continue
            try:
                raw, _ = read(path)
            except Unreadable as problem:
                skipped.append(Skipped(str(path), problem.code))
                continue
            asked = beside(path).read_bytes() if beside(path).is_file() else b""
            file = File(source, path, asked, hashlib.sha256(raw + asked).hexdigest())
            files[file.id] = file
    return files, skipped, away


def gathered(known: Sequence[Source], bundled: Path, add: Sequence[Path], forget: Path | None) -> tuple[Source, ...]:
    """Return the sources: the bundled corpus, the folders given so far, those given now, less the forgotten one."""
    found = [s for s in known if s.name]
    for folder in add:
        if not folder.is_dir():
            raise SourceMissing(folder=folder)
        path = str(folder.resolve())
        if path not in [s.path for s in found]:
            names = {"fr", "en"} | {s.name for s in found}
            tries = [folder.resolve().name or "root"] + [f"{folder.resolve().name}-{n}" for n in range(2, 1000)]
            found.append(Source(next(n for n in tries if n not in names), path))
    if forget is not None:
        path = str(forget.resolve())
        if path not in [s.path for s in found]:
            raise SourceUnknown(folder=forget, known=", ".join(s.path for s in found) or "-")
        found = [s for s in found if s.path != path]
    return (Source("", str(bundled.resolve())), *found)
