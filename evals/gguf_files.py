"""Write small GGUF files: random weights, or weights that make the model say one thing for ever.

No library: the format is written by hand, so that broken files can be written too. With every projection at zero the
last hidden state is the embedding of the last token, and the output matrix is a table of "after this token, that one".
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
END = 2  # id of <|im_end|>
# The expression that llama.cpp ties to the name "qwen2": a file can name a splitter, not bring one.
SPLIT = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5


@dataclass
class Words:
    """A byte-level BPE vocabulary."""

    tokens: list[str]
    merges: list[str]

    def id(self, text: str) -> int:
        """Return the id of the token that spells `text`; a space is written Ġ in it."""
        return self.tokens.index(text.replace(" ", "Ġ"))


@cache
def vocabulary(size: int = 1500) -> Words:
    """Learn the words of the corpus; the special tokens come first."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    maker = Tokenizer(models.BPE())
    maker.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    maker.decoder = decoders.ByteLevel()
    texts = [f.read_text("utf-8") for lang in ("en", "fr") for f in sorted((ROOT / "corpus" / lang).glob("*.md"))[:20]]
    texts.append("Voici les sources : un principe ; The sources say this. " * 2000)  # so that these are tokens
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    maker.train_from_iterator(
        texts, trainers.BpeTrainer(
            vocab_size=size, special_tokens=list(SPECIALS), show_progress=False, initial_alphabet=alphabet,
            max_token_length=24,
        ),
    )  # fmt: skip
    ids = maker.get_vocab()
    import json

    merges = json.loads(maker.to_str())["model"]["merges"]
    return Words(sorted(ids, key=lambda t: ids[t]), [m if isinstance(m, str) else " ".join(m) for m in merges])


@dataclass
class Shape:
    """The sizes of a model; the defaults make about 1 MB."""

    layers: int = 1
    width: int = 64
    inner: int = 128
    heads: int = 2
    heads_kv: int = 1
    context: int = 8192
    architecture: str = "llama"
    extra: dict[str, Any] = field(default_factory=dict)


def _value(kind: int, value: Any) -> bytes:
    if kind == STRING:
        raw = value if isinstance(value, bytes) else value.encode()
        return struct.pack("<Q", len(raw)) + raw
    if kind == ARRAY:
        inner, items = value
        return struct.pack("<IQ", inner, len(items)) + b"".join(_value(inner, v) for v in items)
    return struct.pack({U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}[kind], value)


def write(
    file: Path, pairs: Mapping[str, tuple[int, Any]], tensors: Mapping[str, NDArray[Any]], *, align: int = 32
) -> Path:
    """Write pairs and tensors (float32 or float16) as a GGUF of version 3."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(pairs))
    for key, (kind, value) in pairs.items():
        head += _value(STRING, key) + struct.pack("<I", kind) + _value(kind, value)
    place = 0
    for name, tensor in tensors.items():
        head += _value(STRING, name) + struct.pack("<I", tensor.ndim)
        head += struct.pack(f"<{tensor.ndim}Q", *reversed(tensor.shape))  # ggml names the fastest axis first
        head += struct.pack("<IQ", {"float32": 0, "float16": 1}[tensor.dtype.name], place)
        place += tensor.nbytes + -tensor.nbytes % align
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:  # one tensor at a time: a model of 1.5 B is 3 GB before it is quantised
        stream.write(head + b"\0" * (-len(head) % align))
        for tensor in tensors.values():
            stream.write(tensor.tobytes() + b"\0" * (-tensor.nbytes % align))
    return file


def pairs_of(shape: Shape, words: Words, template: str | None = CHATML, name: str = "tiny") -> dict[str, Any]:
    """Return the header of a model."""
    a = shape.architecture
    head = shape.width // shape.heads
    types = [3] * len(SPECIALS) + [1] * (len(words.tokens) - len(SPECIALS))  # 3 control, 1 normal
    pairs: dict[str, tuple[int, Any]] = {
        "general.architecture": (STRING, a), "general.name": (STRING, name), "general.file_type": (U32, 0),
        f"{a}.context_length": (U32, shape.context), f"{a}.embedding_length": (U32, shape.width),
        f"{a}.block_count": (U32, shape.layers), f"{a}.feed_forward_length": (U32, shape.inner),
        f"{a}.attention.head_count": (U32, shape.heads), f"{a}.attention.head_count_kv": (U32, shape.heads_kv),
        f"{a}.attention.key_length": (U32, head), f"{a}.attention.value_length": (U32, head),
        f"{a}.rope.dimension_count": (U32, head), f"{a}.rope.freq_base": (F32, 10000.0),
        f"{a}.attention.layer_norm_rms_epsilon": (F32, 1e-5), f"{a}.vocab_size": (U32, len(words.tokens)),
        "tokenizer.ggml.model": (STRING, "gpt2"), "tokenizer.ggml.pre": (STRING, "qwen2"),
        "tokenizer.ggml.tokens": (ARRAY, (STRING, words.tokens)), "tokenizer.ggml.token_type": (ARRAY, (I32, types)),
        "tokenizer.ggml.merges": (ARRAY, (STRING, words.merges)), "tokenizer.ggml.bos_token_id": (U32, 0),
        "tokenizer.ggml.eos_token_id": (U32, END), "tokenizer.ggml.padding_token_id": (U32, 0),
        "tokenizer.ggml.add_bos_token": (BOOL, False),
    }  # fmt: skip
    if template is not None:
        pairs["tokenizer.chat_template"] = (STRING, template)
    return pairs | shape.extra


def tensors_of(shape: Shape, words: Words, scale: float, seed: int = 0) -> dict[str, NDArray[Any]]:
    """Return tensors of the right shapes; `scale` 0 makes every layer hand its input on."""
    rng, w, kv = np.random.default_rng(seed), shape.width, shape.width // shape.heads * shape.heads_kv
    v = len(words.tokens)

    def matrix(rows: int, columns: int, by: float = scale) -> NDArray[Any]:
        if not by:
            return np.zeros((rows, columns), np.float16)
        found: NDArray[Any] = (rng.standard_normal((rows, columns)) * by / np.sqrt(columns)).astype(np.float16)
        return found

    found: dict[str, NDArray[Any]] = {"token_embd.weight": matrix(v, w, 1.0)}
    for n in range(shape.layers):
        b = f"blk.{n}."
        found |= {
            b + "attn_norm.weight": np.ones(w, np.float32), b + "attn_q.weight": matrix(w, w),
            b + "attn_k.weight": matrix(kv, w), b + "attn_v.weight": matrix(kv, w), b + "attn_output.weight": matrix(w, w),
            b + "ffn_norm.weight": np.ones(w, np.float32), b + "ffn_gate.weight": matrix(shape.inner, w),
            b + "ffn_up.weight": matrix(shape.inner, w), b + "ffn_down.weight": matrix(w, shape.inner),
        }  # fmt: skip
    found["output_norm.weight"] = np.ones(w, np.float32)
    found["output.weight"] = matrix(v, w, 3.0)
    return found


def random_model(file: Path, *, shape: Shape | None = None, template: str | None = CHATML, seed: int = 0) -> Path:
    """A model of random weights: it says anything, at the speed of its shape."""
    shape = shape or Shape()
    return write(file, pairs_of(shape, vocabulary(), template), tensors_of(shape, vocabulary(), 1.0, seed))


def saying(
    file: Path, after: Mapping[str, str], *, otherwise: str, template: str | None = CHATML, shape: Shape | None = None,
    lost: str | None = None,
) -> Path:  # fmt: skip
    """A model that says `after[token]` after a token, `otherwise` after any other; "" ends the answer.

    A larger `shape` says the same, more slowly. After the token `lost` come no numbers.
    """
    shape, words = shape or Shape(width=256, heads=4, heads_kv=1), vocabulary()
    tensors = tensors_of(shape, words, 0.0)
    named = {*after, *after.values(), otherwise, *([lost] if lost else [])}
    ids = {text: END if text == "" else words.id(text) for text in named}
    embedded = tensors["token_embd.weight"].astype(np.float32)
    embedded[:, 0] = 4.0  # the same in every token: what "any other" is read from
    output = np.zeros_like(embedded)
    output[ids[otherwise], 0] = 2.0
    for token, then in after.items():
        output[ids[then]] += embedded[ids[token]] * np.where(np.arange(shape.width) == 0, 0, 40.0)
    if lost:
        embedded[ids[lost]] = np.nan
    tensors |= {"token_embd.weight": embedded.astype(np.float16), "output.weight": output.astype(np.float16)}
    return write(file, pairs_of(shape, words, template), tensors)


def reciting(file: Path, shape: Shape, words: int = 250) -> Path:
    """A model that says `words` plain words in a fixed order, then ends: a long answer that is no loop."""
    plain = [
        t.replace("Ġ", " ") for t in vocabulary().tokens if t.startswith("Ġ") and t[1:].isascii() and t[1:].isalpha()
    ]
    said = plain[:words]
    return saying(file, dict(pairwise(said)) | {said[-1]: ""}, otherwise=said[0], shape=shape)


def without_numbers(file: Path) -> Path:
    """A model whose weights are no numbers."""
    shape, words = Shape(), vocabulary()
    tensors = tensors_of(shape, words, 1.0)
    tensors["output_norm.weight"] = np.full(shape.width, np.nan, np.float32)
    return write(file, pairs_of(shape, words), tensors)


def flipped(file: Path, at: Sequence[int]) -> Path:
    """Flip one bit at each place."""
    raw = bytearray(file.read_bytes())
    for place in at:
        raw[place] ^= 1
    file.write_bytes(raw)
    return file
