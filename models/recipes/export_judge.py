"""Export the judge of claims as a small file beside the reader's: `export_judge.py FORM READER_FORM READER_FILE TARGET [--rank 80]`.

FORM: a reader with a `close` head, trained on from READER_FORM (train_reader.py). READER_FILE: the 8-bit file of READER_FORM.
TARGET, which must lie beside READER_FILE: the judge reads with the reader's own 8-bit weights, to which its file refers by
their place in READER_FILE, plus what training changed, as a product of two thin matrices a layer (the first RANK singular vectors of the
difference, thin.py), in 8 bits. Word vectors stay the reader's: with the changed ones it judges hardly better. Prints the size.
Needs the `recipes` extra (torch, onnx).
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from export import INPUTS, PROBES, Reader, load, mean
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from thin import RANK, thin
from tokenizers import Tokenizer

LARGE = 8192  # bytes: smaller tensors are kept in the file


class Judge(torch.nn.Module):
    """(claim, sentence) -> how surely the claim says nothing else."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.enc, self.close = reader.enc, reader.close

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        return self.close(mean(self.enc(input_ids, attention_mask, token_type_ids).last_hidden_state, attention_mask)).squeeze(-1)


def narrowed(graph: onnx.GraphProto, thin: set[str]) -> None:
    """Keep the thin matrices in 8 bits, a scale for each direction; the runtime widens them once, when it opens the file."""
    for tensor in graph.initializer:
        if tensor.name in thin:
            name, wide = tensor.name, numpy_helper.to_array(tensor)
            scale = np.abs(wide).max(axis=int(wide.shape[0] < wide.shape[1]), keepdims=True) / 127
            graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
            graph.node.insert(0, helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name]))
            graph.node.insert(0, helper.make_node("Cast", [f"{name}_8"], [f"{name}_wide"], to=TensorProto.FLOAT))
            tensor.CopyFrom(numpy_helper.from_array(np.round(wide / scale).astype(np.int8), f"{name}_8"))


def referred(graph: onnx.GraphProto, file: Path) -> None:
    """Replace each large tensor that `file` holds, byte for byte, by its place there; raises when one is not found."""
    held, missing = file.read_bytes(), []
    for tensor in graph.initializer:
        raw = numpy_helper.to_array(tensor).tobytes()
        if len(raw) < LARGE or tensor.name.endswith("_8"):
            continue
        at = held.find(raw)
        if at < 0:
            missing.append(tensor.name)
            continue
        for name in ("raw_data", "int32_data", "float_data"):
            tensor.ClearField(name)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", file.name), ("offset", str(at)), ("length", str(len(raw)))):
            tensor.external_data.add(key=key, value=value)
    if missing:
        raise ValueError(f"not in {file.name}: {', '.join(missing)}")


def main() -> None:
    """Write TARGET."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("form", "reader_form", "reader_file", "target"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--rank", type=int, default=RANK)
    args = parser.parse_args()
    judge = Judge(thin(load("reader", args.reader_form), load("reader", args.form), args.rank)).eval()
    tokenizer = Tokenizer.from_file(str(args.form / "tokenizer.json"))
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(PROBES)
    ids = torch.tensor([e.ids for e in encoded])
    inputs = ids, torch.tensor([e.attention_mask for e in encoded]), torch.zeros_like(ids)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = f"{folder}/whole.onnx", f"{folder}/small.onnx"
        axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS} | {"close": {0: "texts"}}
        torch.onnx.export(judge, inputs, whole, input_names=INPUTS, output_names=["close"], dynamic_axes=axes, opset_version=17, dynamo=False)
        nodes = [n for n in onnx.load(whole).graph.node if n.op_type == "MatMul" and ("/down/" in n.name or "/up/" in n.name)]
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True, nodes_to_exclude=[n.name for n in nodes])
        model = onnx.load(small)
    narrowed(model.graph, {n.input[1] for n in nodes})
    referred(model.graph, args.reader_file)
    args.target.write_bytes(model.SerializeToString())
    print(f"{args.target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
