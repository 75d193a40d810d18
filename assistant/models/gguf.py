"""Read the header of a GGUF file and hold every size in it against the file, before llama.cpp sees it.

Knows nothing of llama.cpp. A header is written by a stranger: every count and length is compared with what is left of
the file, so that a lie ends in one sentence and never in an allocation. Format: docs/gguf.md of the ggml project.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant.models.errors import FileMissing, ModelBroken

LONGEST = 4_000_000  # bytes of one string: the longest chat templates have 0.02 million
MOST_ITEMS = 2_000_000  # of an array: the largest vocabularies have 0.3 million tokens
MOST_TENSORS, MOST_PAIRS = 20_000, 10_000
LONGEST_CONTEXT = 20_000_000  # tokens: the longest known is 10 million; of 2 billion the engine takes seconds a token
PLAIN = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9
# ggml's types: weights in a block, bytes of a block.
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
# general.file_type -> the name a person knows.
QUANTISATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 25: "IQ4_NL", 30: "IQ4_XS", 32: "BF16",
}  # fmt: skip
FOUND = {
    "magic": ("ce n’est pas un fichier GGUF", "it is not a GGUF file"),
    "html": ("c’est une page web, pas un modèle", "it is a web page, not a model"),
    "version": ("version de GGUF inconnue", "an unknown version of GGUF"),
    "cut": ("il est tronqué ou son en-tête ment sur ses tailles", "it is cut short, or its header lies about its sizes"),
    "keys": ("il manque des réglages à son en-tête", "settings are missing from its header"),
    "settings": ("un réglage de son en-tête est impossible", "a setting of its header is impossible"),
    "part": ("ce n’est qu’une partie d’un modèle en plusieurs fichiers", "it is only one part of a model in several files"),
    "vocabulary": ("son vocabulaire manque ou ne va pas avec ses poids", "its vocabulary is missing or does not fit its weights"),
    "template": ("il n’a pas de modèle de dialogue (chat template)", "it has no chat template"),
    "encoder": ("c’est un modèle d’encodage, il ne sait pas écrire", "it is an encoder, it cannot write"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF says of itself; `kv_bytes` is the memory of one token of context."""

    architecture: str
    name: str
    quantisation: str
    parameters: int
    context: int
    vocabulary: int
    kv_bytes: int
    template: str
    size: int
    licence: str


class _Reader:
    """Reads from a file, never past its end."""

    def __init__(self, stream: BinaryIO, size: int, file: Path) -> None:
        self.stream, self.size, self.file = stream, size, file

    def broken(self, why: str) -> ModelBroken:
        fr, en = FOUND[why]
        return ModelBroken(file=self.file, found=fr, found_en=en)

    def take(self, count: int) -> bytes:
        if count > self.size - self.stream.tell() or len(raw := self.stream.read(count)) != count:
            raise self.broken("cut")
        return raw

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        length = self.number("<Q")
        if length > LONGEST:
            raise self.broken("cut")
        return self.take(length).decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """Return a value; of an array only its length, it is walked through."""
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner, count = self.number("<I"), self.number("<Q")
            if count > MOST_ITEMS or inner == ARRAY:
                raise self.broken("cut")
            if inner in PLAIN:
                self.take(count * struct.calcsize(PLAIN[inner]))
            else:
                for _ in range(count):
                    self.value(inner)
            return count
        if kind not in PLAIN:
            raise self.broken("cut")
        return self.number(PLAIN[kind])


def read_header(file: Path) -> Header:
    """Check a GGUF file's header and the bounds of its tensors; raises FileMissing or ModelBroken."""
    if file.exists() and not file.is_file():  # a pipe would be waited for without end
        raise FileMissing(file=file)
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            return _header(_Reader(stream, size, file))
    except OSError as error:
        raise FileMissing(file=file) from error


def _header(reader: _Reader) -> Header:
    magic = reader.take(min(4, reader.size))
    if magic != b"GGUF":
        start = magic + reader.stream.read(60)
        raise reader.broken("html" if b"<html" in start.lower() or b"<!doctype" in start.lower() else "magic")
    if reader.number("<I") not in (2, 3):
        raise reader.broken("version")
    tensors, pairs = reader.number("<Q"), reader.number("<Q")
    if tensors > MOST_TENSORS or pairs > MOST_PAIRS:
        raise reader.broken("cut")
    said: dict[str, Any] = {}
    for _ in range(pairs):
        key = reader.text()
        said[key] = reader.value(reader.number("<I"))
    shapes = _tensors(reader, tensors, said.get("general.alignment", 32))
    return _described(reader, said, shapes)


def _tensors(reader: _Reader, count: int, align: Any) -> dict[str, tuple[int, ...]]:
    """Return name -> sizes; every tensor must lie inside the file."""
    shapes: dict[str, tuple[int, ...]] = {}
    ends = [0]
    for _ in range(count):
        name = reader.text()
        axes = reader.number("<I")
        if not 1 <= axes <= 4:
            raise reader.broken("cut")
        shape = struct.unpack(f"<{axes}Q", reader.take(8 * axes))
        kind, place = reader.number("<I"), reader.number("<Q")
        weights = 1
        for axis in shape:
            weights *= axis
        block, size = BLOCKS.get(kind, (0, 0))
        if not block or not weights or shape[0] % block or name in shapes:
            raise reader.broken("cut")
        ends.append(place + weights // block * size)
        shapes[name] = shape
    if not isinstance(align, int) or not 1 <= align <= 65536:
        raise reader.broken("cut")
    start = -(-reader.stream.tell() // align) * align
    if start + max(ends) > reader.size:
        raise reader.broken("cut")
    return shapes


def _described(reader: _Reader, said: dict[str, Any], shapes: dict[str, tuple[int, ...]]) -> Header:
    arch = said.get("general.architecture")
    needed: list[Any] = [said.get(f"{arch}.{key}") for key in ("block_count", "context_length", "embedding_length")]
    if not isinstance(arch, str) or not all(isinstance(n, int) and n > 0 for n in needed):
        raise reader.broken("keys")
    layers, context, width = needed
    if context > LONGEST_CONTEXT:
        raise reader.broken("settings")
    if said.get("split.count", 1) not in (0, 1):
        raise reader.broken("part")
    if said.get(f"{arch}.attention.causal") is False or said.get(f"{arch}.pooling_type") not in (None, 0):
        raise reader.broken("encoder")
    tokens = said.get("tokenizer.ggml.tokens")
    if not tokens or shapes.get("token_embd.weight") != (width, tokens):
        raise reader.broken("vocabulary")
    template = said.get("tokenizer.chat_template")
    if not isinstance(template, str) or not template.strip():
        raise reader.broken("template")
    heads = said.get(f"{arch}.attention.head_count")
    heads = heads if isinstance(heads, int) and heads > 0 else 1
    shared = said.get(f"{arch}.attention.head_count_kv")
    head = said.get(f"{arch}.attention.key_length") or width // heads
    kind: Any = said.get("general.file_type")
    weights = 0
    for shape in shapes.values():
        product = 1
        for axis in shape:
            product *= axis
        weights += product
    kv = 4 * layers * (shared if isinstance(shared, int) and shared > 0 else heads) * int(head)  # keys and values, f16
    name = str(said.get("general.name") or reader.file.stem)[:100]
    licence = str(said.get("general.license") or "")[:60]
    return Header(arch, name, QUANTISATIONS.get(kind, ""), weights, context, tokens, kv, template, reader.size, licence)
