"""What the index needs of an embedder, and the sentence-transformers models that a host may name instead of ours.

Knows nothing of what the texts are. The only file that sees sentence_transformers.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index.encoder import Vectors
from index.errors import ModelUnusable


class Embedder(Protocol):
    """Texts to vectors of unit length: `index.encoder.Encoder` (the bundled file), or `HostEmbedder`."""

    name: str  # with a checksum: an index built by another embedder must not be searched

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class HostEmbedder:
    """A sentence-transformers folder or name that the host chose; loads PyTorch."""

    def __init__(self, path: str) -> None:
        self.name = f"sentence-transformers:{Path(path).name}"
        self._path = path
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text; the first call loads the model, offline."""
        if self._model is None:
            from sentence_transformers import SentenceTransformer

            try:
                self._model = SentenceTransformer(self._path, device="cpu", local_files_only=True)
            except (OSError, ValueError) as error:
                raise ModelUnusable(name=self._path, found=str(error).split("\n")[0]) from error
        found = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, np.float32)
