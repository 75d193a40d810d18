"""Export a trained encoder to one 8-bit ONNX file: `export.py embedder|reader|judge SOURCE TARGET [--embedder FILE]`.

SOURCE: a folder with config.json, tokenizer.json and model.safetensors (reader and judge: keys enc.*, out.*, close.*, none).
TARGET: gets the tokenizer, the configuration and the 8-bit file, and prints how far it stands from the 32-bit form.
FILE: the embedder's 8-bit file, for reader and judge, which read with its word vectors: 16.7 MB that are kept once. Their own
files take them as an input and say where they lie (index/encoder.py). SOURCE must have been trained with the vectors of the
embedder's training form.
Needs the `recipes` extra (torch, onnx). Per-channel weights: without them the embedder falls from cosine 0.993 to 0.962.
Weights use 7 of their 8 bits: with all of them, sums of products saturate on a processor without VNNI, and scores are others
there than where thresholds were set: of 96 readings of claims the judge's word by 0.20 on average and 1.92 at most between a
processor with VNNI and an emulated Haswell, with 7 bits by 0.002 and 0.10 (evals/results.md).
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import: its Linux builds send events

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
from index.encoder import LENT, Encoder, digest  # noqa: E402

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
FILES = {"embedder": "onnx/model_int8.onnx", "reader": "model_int8.onnx", "judge": "judge_int8.onnx"}
OUTPUTS = {"embedder": "sentence_embedding", "reader": "score", "judge": "close"}
PIECES = 128  # the probes are shorter
WORDS = "embeddings.word_embeddings.weight"
OWN = 64  # numbers of a word that the judge has for itself: 2.8 MB in 8 bits
PROBES = [
    ("Quelles questions poser avant de déployer une IA ?", "Demandez d’abord à quel besoin répond le projet."),
    ("What does a large model cost?", "The law is quoted with its date."),
    ("Un petit modèle suffit-il ?", "Les petits modèles suffisent souvent pour classer des messages."),
]


def mean(hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Average the real tokens: (n, tokens, width) -> (n, width)."""
    mask = attention_mask[..., None].to(hidden.dtype)
    return (hidden * mask).sum(1) / mask.sum(1)


class Embedder(torch.nn.Module):
    """Encoder, mean pooling, unit length."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids, attention_mask, token_type_ids).last_hidden_state
        return torch.nn.functional.normalize(mean(hidden, attention_mask), dim=1)


class Reader(torch.nn.Module):
    """Encoder, mean pooling, one score a pair, less the constant that stands for "no answer".

    `both` gives two numbers a pair: the score, and how surely the first text says nothing else than the second (the judge's).
    """

    def __init__(self, encoder: torch.nn.Module, width: int) -> None:
        super().__init__()
        self.enc = encoder
        self.out = torch.nn.Linear(width, 1)
        self.close = torch.nn.Linear(width, 1)
        self.none = torch.nn.Parameter(torch.zeros(1))

    def both(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        read = mean(self.enc(input_ids, attention_mask, token_type_ids).last_hidden_state, attention_mask)
        return self.out(read).squeeze(-1) - self.none, self.close(read).squeeze(-1)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        hidden = self.enc(input_ids, attention_mask, token_type_ids).last_hidden_state
        return self.out(mean(hidden, attention_mask)).squeeze(-1) - self.none


class OwnWords(torch.nn.Embedding):
    """The embedder's word vectors, held still, and to each the reader's own word: OWN numbers, turned into a vector."""

    def __init__(self, words: torch.nn.Embedding) -> None:
        super().__init__(*words.weight.shape, padding_idx=words.padding_idx, _weight=words.weight.detach().clone())
        self.own = torch.nn.Embedding(len(words.weight), OWN)
        self.turn = torch.nn.Linear(OWN, words.weight.shape[1], bias=False)
        torch.nn.init.zeros_(self.own.weight)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return super().forward(ids) + self.turn(self.own(ids))


class Judge(torch.nn.Module):
    """(claim, sentence) -> how surely the claim says nothing else."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.enc, self.close = reader.enc, reader.close

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        return self.close(mean(self.enc(input_ids, attention_mask, token_type_ids).last_hidden_state, attention_mask)).squeeze(-1)


def owning(reader: Reader) -> None:
    """Give a reader words of its own beside those that it is lent; it reads as before until they have learnt."""
    reader.enc.embeddings.word_embeddings = OwnWords(reader.enc.embeddings.word_embeddings)


def load(role: str, source: Path) -> torch.nn.Module:
    """Return the 32-bit model of `role`; raises when a weight is missing or too many."""
    config = AutoConfig.from_pretrained(source)
    encoder = AutoModel.from_config(config, attn_implementation="eager", add_pooling_layer=False).float()
    weights = {name: tensor.float() for name, tensor in load_file(source / "model.safetensors").items()}
    weights = {k: v for k, v in weights.items() if "pooler" not in k and "position_ids" not in k}
    if role == "embedder":
        encoder.load_state_dict(weights)
        return Embedder(encoder).eval()
    reader = Reader(encoder, config.hidden_size)
    if f"enc.{WORDS.replace('weight', 'own.weight')}" in weights:
        owning(reader)
    for name in ("close.weight", "close.bias"):  # a reader of before knows no claims: that head starts at 0
        weights.setdefault(name, torch.zeros_like(reader.state_dict()[name]))
    reader.load_state_dict(weights)
    return Judge(reader).eval() if role == "judge" else reader.eval()


def probes(role: str) -> list:
    """Return what a role reads: texts or pairs of them."""
    return [side for pair in PROBES for side in pair] if role == "embedder" else PROBES


def batch(role: str, tokenizer: Tokenizer) -> tuple[torch.Tensor, ...]:
    """Return the probes as the three inputs, token types all 0 (any runtime agrees on those)."""
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(probes(role))
    ids = torch.tensor([e.ids for e in encoded])
    return ids, torch.tensor([e.attention_mask for e in encoded]), torch.zeros_like(ids)


def tensors(model: onnx.ModelProto) -> dict[str, onnx.TensorProto]:
    """Return the tensors of a model by their names, less the prefix of the encoder."""
    return {tensor.name.removeprefix("encoder.").removeprefix("enc."): tensor for tensor in model.graph.initializer}


def lent(model: onnx.ModelProto, embedder: Path) -> None:
    """Make the model's word vectors an input, and say in its file where those of the embedder lie; raises where they cannot be its own."""
    own, theirs, graph = tensors(model), tensors(onnx.load(str(embedder))), model.graph
    for part in ("scale", "zero_point"):
        name = own[f"{WORDS}_{part}"].name
        own[f"{WORDS}_{part}"].CopyFrom(theirs[f"{WORDS}_{part}"])
        own[f"{WORDS}_{part}"].name = name
    vectors, wanted = numpy_helper.to_array(theirs[f"{WORDS}_quantized"]), own[f"{WORDS}_quantized"]
    if list(wanted.dims) != list(vectors.shape) or vectors.dtype != np.uint8:
        raise ValueError(f"word vectors of {list(wanted.dims)} cannot be those of {list(vectors.shape)} that {embedder} holds")
    graph.input.append(helper.make_tensor_value_info(wanted.name, TensorProto.UINT8, vectors.shape))
    held = embedder.read_bytes()
    said = {
        "input": wanted.name, "sha256": hashlib.sha256(held).hexdigest(), "offset": held.index(vectors.tobytes()),
        "shape": vectors.shape,
    }  # fmt: skip
    graph.initializer.remove(wanted)
    helper.set_model_props(model, {LENT: json.dumps(said)})


def main(role: str, source: Path, target: Path, embedder: Path | None) -> None:
    """Write TARGET and print the agreement on the probes."""
    model, tokenizer = load(role, source), Tokenizer.from_file(str(source / "tokenizer.json"))
    inputs, file = batch(role, tokenizer), target / FILES[role]
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = f"{folder}/model.onnx"
        axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS}
        torch.onnx.export(
            model, inputs, whole, input_names=INPUTS, output_names=[OUTPUTS[role]],
            dynamic_axes={**axes, OUTPUTS[role]: {0: "texts"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, str(file), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    if embedder:
        borrowing = onnx.load(str(file))
        lent(borrowing, embedder)
        file.write_bytes(borrowing.SerializeToString())
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    opened = Encoder(role, file, source / "tokenizer.json", sha256=digest(file), pieces=PIECES, threads=1, lender=embedder)
    small = torch.from_numpy(opened.encode(probes(role)))
    with torch.no_grad():
        large = model(*inputs)
    if role == "embedder":
        print("lowest cosine to 32 bits:", float((small * large).sum(1).min()))
    else:
        print("largest difference to 32 bits:", float((small - large).abs().max()), "scores:", large.tolist())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=FILES)
    for name in ("source", "target"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--embedder", type=Path, help="the embedder's 8-bit file, for reader and judge")
    given = parser.parse_args()
    if (given.role == "embedder") != (given.embedder is None):
        parser.error("--embedder FILE is what reader and judge need, and the embedder does not")
    main(given.role, given.source, given.target, given.embedder)
