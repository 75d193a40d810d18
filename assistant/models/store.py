"""The model files of the data folder, each with its checksum; a file is used only when it is the one that was kept.

Knows nothing of networks or of how a model runs. `lock.json` beside the files holds what was kept and from where.
"""

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from assistant.catalog import NAME, PIN, RESERVED, Catalog, Model
from assistant.models.errors import ChecksumWrong, DiskFull, FileMissing, ModelAbsent, ModelUnknown, NameTaken
from assistant.models.gguf import Header, read_header
from index.errors import FolderUnusable
from index.words import fold

SPARE = 50_000_000  # bytes left free on the disk


@dataclass(frozen=True, slots=True)
class Kept:
    """What the lock file says of one file; `source` is where it came from."""

    sha256: str
    size: int
    source: str
    on: str
    licence: str = ""
    quantisation: str = ""
    parameters: str = ""


def digest(file: Path) -> str:
    """Return the SHA-256 of a file; raises FileMissing."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise FileMissing(file=file) from error


class Store:
    """The writers of a host: those of models.txt, and what was imported."""

    def __init__(self, home: Path, catalog: Catalog) -> None:
        self.folder, self.catalog = home / "models", catalog

    def file(self, name: str) -> Path:
        """Return where the file of a model lies, whether it is there or not."""
        return self.folder / f"{name}.gguf"

    def kept(self) -> dict[str, Kept]:
        """Return name -> what was kept; a broken lock file counts as none, so that files are checked and kept anew."""
        try:
            said = json.loads((self.folder / "lock.json").read_text("utf-8"))
            return {name: Kept(**row) for name, row in said.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def models(self) -> list[Model]:
        """Return every writer that can be named: listed ones first, then imported ones."""
        listed = [m for m in self.catalog.models if m.role == "writer"]
        names = {m.name for m in self.catalog.models}
        imported = [
            Model(
                name, "writer", kept.source, kept.parameters, kept.quantisation, 4096, (), kept.licence, kept.size, kept.sha256
            )
            for name, kept in sorted(self.kept().items())
            if name not in names
        ]  # fmt: skip
        return listed + imported

    def model(self, name: str) -> Model:
        """Return a writer by name; raises ModelUnknown."""
        known = self.models()
        found = next((m for m in known if m.name == name), None)
        if found is None:
            raise ModelUnknown(name=name, known=", ".join(m.name for m in known) or "-")
        return found

    def installed(self, name: str) -> bool:
        """Tell whether the file of a model is there, unchecked."""
        return self.file(name).is_file()

    def located(self, name: str) -> tuple[Path, Header]:
        """Return (file, header) of a model; raises ModelUnknown, ModelAbsent, ModelBroken, ChecksumWrong.

        The header is read first: it says more of a broken file than two checksums do, and costs nothing.
        """
        model, file = self.model(name), self.file(name)
        if not file.is_file():
            raise ModelAbsent(name=name)
        header = read_header(file)
        if model.size and header.size != model.size:
            raise ChecksumWrong(name=name, found=f"({header.size} B)", expected=f"({model.size} B)")
        return file, header

    def checked(self, name: str) -> str:
        """Return the SHA-256 of a located model that may be run; raises ChecksumWrong."""
        model, found = self.model(name), digest(self.file(name))
        kept, wanted = self.kept().get(name), model.sha256
        if wanted == PIN:
            wanted = kept.sha256 if kept else found
        if found != wanted:
            raise ChecksumWrong(name=name, found=found[:12], expected=wanted[:12])
        if kept is None:
            size = self.file(name).stat().st_size
            self._write(name, Kept(found, size, model.source, date.today().isoformat(), model.licence))
        return found

    def opened(self, name: str) -> tuple[Path, Header, str]:
        """Return (file, header, sha256) of a model, read whole; raises as `located` and `checked` do."""
        file, header = self.located(name)
        return file, header, self.checked(name)

    def keep(self, part: Path, model: Model) -> None:
        """Check a file that lies beside its place, then put it there; a wrong one is deleted.

        Raises ModelBroken, ChecksumWrong.
        """
        try:
            header = read_header(part)
            found = digest(part)
            wanted = model.sha256
            if wanted == PIN:
                kept = self.kept().get(model.name)
                wanted = kept.sha256 if kept else found
            if found != wanted:
                raise ChecksumWrong(name=model.name, found=found[:12], expected=wanted[:12])
        except Exception:
            part.unlink(missing_ok=True)
            raise
        size = f"{header.parameters / 1e9:.1f}B" if header.parameters > 5e7 else f"{header.parameters / 1e6:.1f}M"
        licence = model.licence or header.licence
        row = Kept(found, header.size, model.source, date.today().isoformat(), licence, header.quantisation, size)
        os.replace(part, self.file(model.name))  # never written in place: a mapped file that shrinks ends the process
        self._write(model.name, row)

    def room_for(self, name: str, size: int) -> None:
        """Make the folder; raises DiskFull or FolderUnusable when `size` more bytes cannot lie there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise FolderUnusable(folder=self.folder) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise FolderUnusable(folder=self.folder)
        if free < size + SPARE:
            raise DiskFull(name=name, needed=size / 1e9, free=free / 1e9, folder=self.folder)

    def import_file(self, source: Path, name: str | None = None) -> str:
        """Copy a model file in, checked, and return its name; a file that models.txt lists takes its listed name.

        Raises FileMissing, ModelBroken, NameTaken, DiskFull.
        """
        read_header(source)
        found = digest(source)
        listed = next((m for m in self.catalog.models if m.sha256 == found and m.role == "writer"), None)
        if listed is not None and name in (None, listed.name):
            model = listed
        else:
            chosen = name or re.sub("[^A-Za-z0-9._-]+", "-", fold(source.stem)).strip("-._")[:64]
            before = self.kept().get(chosen)
            taken = self.catalog.named(chosen) is not None or (before is not None and before.sha256 != found)
            if not NAME.fullmatch(chosen) or chosen in RESERVED or taken:
                raise NameTaken(name=chosen)
            model = Model(chosen, "writer", f"file:{source.absolute()}", "", "", 4096, (), "", 0, found)
        self.room_for(model.name, source.stat().st_size)
        part = self.folder / f"{model.name}.part"
        try:
            shutil.copyfile(source, part)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise FileMissing(file=source) from error
        self.keep(part, replace(model, sha256=found))
        return model.name

    def remove(self, name: str) -> bool:
        """Delete a model's file and forget it; False when there was none. Raises ModelUnknown."""
        self.model(name)
        there = self.installed(name)
        for file in (self.file(name), self.folder / f"{name}.part"):
            file.unlink(missing_ok=True)
        kept = self.kept()
        if kept.pop(name, None) is not None:
            self._save(kept)
        return there

    def _write(self, name: str, row: Kept) -> None:
        self._save(self.kept() | {name: row})

    def _save(self, kept: dict[str, Kept]) -> None:
        beside = self.folder / "lock.json.new"
        rows = {name: asdict(row) for name, row in sorted(kept.items())}
        try:
            beside.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
            os.replace(beside, self.folder / "lock.json")
        except OSError as error:  # a file that cannot be pinned is not run
            raise FolderUnusable(folder=self.folder) from error
