"""What an index says of itself: its sources, settings, documents and the checksum of each file.

Knows nothing of what is in the files. The manifest is also the pointer: it is replaced in one rename, so that readers see
the index before or the index after, never half of one.
"""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.chunks import CHUNK_WORDS, SENTENCE_WORDS, TAIL_WORDS
from index.encoder import digest
from index.errors import FolderUnusable, IndexDamaged, IndexMismatch, IndexMissing
from index.words import RULE

TEXT_RULE = (
    "text-6"  # how documents become text and are kept, and what vectors are made of; another rule, another index
)
LIVING = "chroma/chroma.sqlite3"  # Chroma writes to it on opening: its checksum cannot hold, SQLite checks it instead


@dataclass(frozen=True, slots=True)
class Source:
    """A folder that the index is made of; `name` starts its documents' ids, "" for the bundled corpus."""

    name: str
    path: str


def settings(embedder: str) -> dict[str, str]:
    """Return what an index must agree on to be searched."""
    sizes = f"{CHUNK_WORDS}/{TAIL_WORDS}/{SENTENCE_WORDS}"
    return {"embedder": embedder, "chunks": sizes, "words": RULE, "text": TEXT_RULE}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one generation."""

    generation: str = ""
    sources: tuple[Source, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)  # id -> sha256 of the file
    counts: dict[str, int] = field(default_factory=dict)  # chunks, sentences, asked -> vectors
    files: dict[str, tuple[int, str]] = field(default_factory=dict)  # path -> size, sha256

    def compare(self, counts: dict[str, int]) -> None:
        """Raise IndexDamaged when the store does not hold what was written."""
        for name, count in self.counts.items():
            if counts.get(name) != count:
                raise IndexDamaged(found=f"{name}: {counts.get(name)} / {count}")


def place(home: Path) -> Path:
    """Return the manifest's path in a data folder."""
    return home / "index" / "manifest.json"


def read_manifest(home: Path) -> Manifest:
    """Read the manifest; raises IndexMissing, FolderUnusable or IndexDamaged."""
    try:
        raw = json.loads(place(home).read_text("utf-8"))
        raw["sources"] = tuple(Source(**s) for s in raw["sources"])
        raw["files"] = {name: (size, sha) for name, (size, sha) in raw["files"].items()}
        return Manifest(**raw)
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(folder=home) from None
    except PermissionError:
        raise FolderUnusable(folder=home) from None
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(found="manifest.json") from error


def write_manifest(home: Path, manifest: Manifest) -> None:
    """Swap the manifest in; after this line the new index is the one that is read."""
    beside = place(home).with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, place(home))


def checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """Return path -> (size, sha256) of every file of a generation."""
    found = {}
    for path in sorted(folder.rglob("*")):
        # Under 1,000 vectors Chroma keeps them in SQLite and its other files hold whatever memory held: no checksum.
        unused = path.suffix == ".bin" and not (path.parent / "index_metadata.pickle").exists()
        if path.is_file() and not unused:
            name = path.relative_to(folder).as_posix()
            found[name] = (path.stat().st_size, digest(path))
    return found


def checked(home: Path, manifest: Manifest, embedder: str) -> Path:
    """Return the generation's folder once it is found whole.

    Chroma opens and answers from files cut in half (retrieval.md section 7): each one is compared first.
    Raises IndexMismatch when built with other settings, IndexDamaged when a file is not what was written.
    """
    wanted = settings(embedder)
    for key, value in wanted.items():
        if manifest.settings.get(key) != value:
            raise IndexMismatch(found=manifest.settings.get(key), expected=value)
    folder = place(home).parent / manifest.generation
    found = checksums(folder)
    for name, written in manifest.files.items():
        if name != LIVING and found.get(name) != written:
            raise IndexDamaged(found=name)
    try:
        with closing(sqlite3.connect(f"{(folder / LIVING).resolve().as_uri()}?mode=ro", uri=True)) as base:
            state = base.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise IndexDamaged(found=LIVING) from error
    if state != "ok":
        raise IndexDamaged(found=LIVING)
    return folder
