"""Export a trained encoder to one 8-bit ONNX file: `export.py embedder|reader SOURCE TARGET`.

SOURCE: a folder with config.json, tokenizer.json and model.safetensors (for the reader: keys enc.*, out.*, none).
TARGET: gets the tokenizer, the configuration and the 8-bit file, and prints how far it stands from the 32-bit form.
Needs the `recipes` extra (torch, onnx). Per-channel weights: without them the embedder falls from cosine 0.993 to 0.962.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import: its Linux builds send events

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
FILES = {"embedder": "onnx/model_int8.onnx", "reader": "model_int8.onnx"}
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
    for name in ("close.weight", "close.bias"):  # a reader of before knows no claims: that head starts at 0
        weights.setdefault(name, torch.zeros_like(reader.state_dict()[name]))
    reader.load_state_dict(weights)
    return reader.eval()


def batch(role: str, tokenizer: Tokenizer) -> tuple[torch.Tensor, ...]:
    """Return the probes as the three inputs, token types all 0 (any runtime agrees on those)."""
    texts = PROBES if role == "reader" else [side for pair in PROBES for side in pair]
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(texts)
    ids = torch.tensor([e.ids for e in encoded])
    return ids, torch.tensor([e.attention_mask for e in encoded]), torch.zeros_like(ids)


def main(role: str, source: Path, target: Path) -> None:
    """Write TARGET and print the agreement on the probes."""
    model, tokenizer = load(role, source), Tokenizer.from_file(str(source / "tokenizer.json"))
    inputs, file = batch(role, tokenizer), target / FILES[role]
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = f"{folder}/model.onnx"
        axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS}
        output = "sentence_embedding" if role == "embedder" else "score"
        torch.onnx.export(
            model, inputs, whole, input_names=INPUTS, output_names=[output],
            dynamic_axes={**axes, output: {0: "texts"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, str(file), weight_type=QuantType.QInt8, per_channel=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    feeds = {name: tensor.numpy() for name, tensor in zip(INPUTS, inputs, strict=True)}
    small = torch.from_numpy(onnxruntime.InferenceSession(str(file)).run(None, feeds)[0])
    with torch.no_grad():
        large = model(*inputs)
    if role == "embedder":
        print("lowest cosine to 32 bits:", float((small * large).sum(1).min()))
    else:
        print("largest difference to 32 bits:", float((small - large).abs().max()), "scores:", large.tolist())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
