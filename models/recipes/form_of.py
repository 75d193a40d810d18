"""Make a training form of an 8-bit file again: `form_of.py embedder|reader|judge FOLDER OUT`.

FOLDER: what export.py wrote, models/embedder or models/reader, say. OUT: gets config.json, tokenizer.json and
model.safetensors, from which training goes on. The weights are those of the 8-bit file, as 32-bit numbers: what rounding took is
not given back, so an exported OUT judges like FOLDER to about the distance between 8 and 32 bits. Prints how far both stand
from each other on the probes of export.py.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from export import FILES, WORDS, Encoder, batch, digest, load, probes
from onnx import numpy_helper
from safetensors.torch import save_file
from tokenizers import Tokenizer
from train_reader import FILES as COPIED

ROOT = Path(__file__).resolve().parent.parent.parent
LENDER = ROOT / "models" / "embedder" / FILES["embedder"]


def rounded(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Return the tensors of an 8-bit file by name, those in 8 bits as the numbers that they stand for."""
    held = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found = {name: array for name, array in held.items() if not name.endswith(("_scale", "_zero_point", "_quantized"))}
    for name in (n.removesuffix("_quantized") for n in held if n.endswith("_quantized")):
        zero = held[f"{name}_zero_point"].astype(np.float32)
        found[name] = (held[f"{name}_quantized"].astype(np.float32) - zero) * held[f"{name}_scale"]
    return found


def named(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Return the weights under PyTorch's names; a product of matrices holds its own under its place in the model."""
    found = rounded(model)
    weights = {name: array for name, array in found.items() if "::" not in name and not name.endswith("_Transposed")}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            place = node.name.removeprefix("/").rpartition("/")[0].replace("/", ".")
            weights[f"{place}.weight"] = found[node.input[1].removesuffix("_quantized")].T  # the exporter turns them round
    return weights


def form(role: str, folder: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a training form; a reader's and a judge's have both heads, the other one at 0."""
    weights = named(onnx.load(str(folder / FILES[role])))
    if role == "embedder":
        return {n.removeprefix("encoder."): torch.tensor(a) for n, a in weights.items()}
    words = named(onnx.load(str(LENDER)))[f"encoder.{WORDS}"]
    tensors = {n: torch.tensor(a) for n, a in (weights | {f"enc.{WORDS}": words}).items()}
    width = words.shape[1]
    empty = {"out.weight": (1, width), "out.bias": (1,), "close.weight": (1, width), "close.bias": (1,), "none": (1,)}
    return {name: torch.zeros(shape) for name, shape in empty.items()} | tensors


def main(role: str, folder: Path, out: Path) -> None:
    """Write OUT; raises when a weight is missing or has no name."""
    out.mkdir(parents=True, exist_ok=True)
    save_file({n: t.contiguous() for n, t in form(role, folder).items()}, out / "model.safetensors")
    for name in COPIED:
        if (folder / name).exists():
            shutil.copyfile(folder / name, out / name)
    model, tokenizer = load(role, out), Tokenizer.from_file(str(out / "tokenizer.json"))
    file = folder / FILES[role]
    lender = None if role == "embedder" else LENDER
    opened = Encoder(role, file, out / "tokenizer.json", sha256=digest(file), pieces=128, threads=1, lender=lender)
    with torch.no_grad():
        made = model(*batch(role, tokenizer)).numpy()
    print("largest difference to 8 bits:", float(np.abs(made - opened.encode(probes(role))).max()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=FILES)
    for name in ("folder", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    main(given.role, given.folder, given.out)
