"""Read models.txt: which models exist, where they come from, and their checksums.

Knows nothing of how a model is fetched or runs.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CatalogBroken

ROLES = ("writer", "reader", "embedder", "judge", "changes")
FIELDS = 10
PIN = "pin-on-first-use"  # instead of a checksum: the first file that comes is kept to from then on
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RESERVED = ("quote", "remote", "default")  # writers that are no file, and the word of the line of defaults
SOURCE = re.compile(
    r"bundled:\S+|file:\S.*|url:https?://\S+|hf:[\w.-]+/[\w.-]+/[\w./ -]+@[\w./-]+"
)  # hf:OWNER/REPO/FILE@REVISION


@dataclass(frozen=True, slots=True)
class Model:
    """One line of models.txt; `context` is where texts are cut, in word pieces; `size` is in bytes."""

    name: str
    role: str
    source: str
    parameters: str
    quantisation: str
    context: int
    languages: tuple[str, ...]
    licence: str
    size: int
    sha256: str

    def file(self, root: Path) -> Path:
        """Return where a bundled model lies below the repository's root."""
        return root / self.source.removeprefix("bundled:")


@dataclass(frozen=True, slots=True)
class Catalog:
    """All lines in order, and which writer suits how much memory: (gigabytes, name), smallest first."""

    models: tuple[Model, ...]
    defaults: tuple[tuple[float, str], ...] = ()

    def named(self, name: str) -> Model | None:
        """Return a model by name."""
        return next((m for m in self.models if m.name == name), None)

    def default_writer(self, gigabytes: float) -> Model | None:
        """Return the largest writer of the line of defaults for a machine with that much memory."""
        fitting = [name for needed, name in self.defaults if needed <= gigabytes]
        return self.named(fitting[-1]) if fitting else None

    def with_writers_of(self, other: "Catalog") -> "Catalog":
        """Return this catalogue with the writers of a host's own; of two of one name, the host's."""
        theirs = tuple(m for m in other.models if m.role == "writer")
        names = {m.name for m in theirs}
        kept = tuple(m for m in self.models if m.name not in names)
        return Catalog(kept + theirs, other.defaults or self.defaults)


def read_models(file: Path) -> Catalog:
    """Return the catalogue; raises CatalogBroken naming the line."""
    models: list[Model] = []
    defaults: list[tuple[float, str]] = []
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogBroken(line=0, found=file) from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if parts[0] == "default":
            defaults = _defaults(parts, number)
            continue
        model = _model(parts, number)
        if any(model.name == known.name for known in models):
            raise CatalogBroken(line=number, found=f"'{model.name}' twice")
        models.append(model)
    names = {m.name for m in models}
    if wrong := [name for _, name in defaults if name not in names]:
        raise CatalogBroken(line=0, found=f"default '{wrong[0]}'")
    return Catalog(tuple(models), tuple(sorted(defaults)))


def _model(parts: list[str], number: int) -> Model:
    if len(parts) != FIELDS:
        raise CatalogBroken(line=number, found=f"{len(parts)} / {FIELDS} fields")
    name, role, source, parameters, quantisation, context, languages, licence, size, sha256 = parts
    if not NAME.fullmatch(name) or name in RESERVED:
        raise CatalogBroken(line=number, found=f"name '{name}'")
    if role not in ROLES:
        raise CatalogBroken(line=number, found=f"role '{role}'")
    summed = sha256 == PIN or re.fullmatch("[0-9a-f]{64}", sha256)
    if not SOURCE.fullmatch(source) or not context.isdecimal() or not size.isdecimal() or not summed:
        raise CatalogBroken(line=number, found="source, context, bytes or sha256")
    spoken = tuple(part.strip() for part in languages.split(","))
    return Model(name, role, source, parameters, quantisation, int(context), spoken, licence, int(size), sha256)


def _defaults(parts: list[str], number: int) -> list[tuple[float, str]]:
    found = []
    for part in parts[1].split(",") if len(parts) == 2 else [""]:
        pair = re.fullmatch(r"\s*([\d.]+)\s*GB\s*:\s*(\S+)\s*", part)
        if pair is None:
            raise CatalogBroken(line=number, found="default | GB: NAME, ...")
        found.append((float(pair[1]), pair[2]))
    return found


def read_catalog(file: Path) -> dict[str, Model]:
    """Return role -> the first model of that role; raises CatalogBroken naming the line."""
    found: dict[str, Model] = {}
    for model in read_models(file).models:
        found.setdefault(model.role, model)
    return found
