"""Read models.txt: which models exist, where they come from, and their checksums.

Knows nothing of how a model runs.
"""

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CatalogBroken

ROLES = ("writer", "reader", "embedder")
FIELDS = 10


@dataclass(frozen=True, slots=True)
class Model:
    """One line of models.txt; `context` is where texts are cut, in word pieces."""

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


def read_catalog(file: Path) -> dict[str, Model]:
    """Return role -> the first model of that role; raises CatalogBroken naming the line."""
    found: dict[str, Model] = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != FIELDS:
            raise CatalogBroken(line=number, found=f"{len(parts)} / {FIELDS} fields")
        name, role, source, parameters, quantisation, context, languages, licence, size, sha256 = parts
        if role not in ROLES:
            raise CatalogBroken(line=number, found=f"role '{role}'")
        if not source.startswith("bundled:") or not context.isdigit() or not size.isdigit() or len(sha256) != 64:
            raise CatalogBroken(line=number, found="source, context, bytes or sha256")
        model = Model(
            name, role, source, parameters, quantisation, int(context), tuple(languages.split(",")), licence, int(size), sha256
        )  # fmt: skip
        found.setdefault(role, model)
    return found
