"""What tells a judge from the reader whose 8-bit weights it shares: two thin matrices a layer.

Knows nothing of training nor of files. What a judge loses when it is cut to that: evals/results.md, "Thin matrices, trained as
such, and a mean".
"""

import torch

RANK = 80  # 3.8 MB with all else; 40 judges worse, 96 no better (evals/results.md)


def rounded(weight: torch.Tensor) -> torch.Tensor:
    """Return an (out, in) matrix as its 8-bit file holds it: a scale for each output, as onnxruntime's quantize_dynamic takes it."""
    scale = weight.abs().amax(1, keepdim=True) / 127
    return torch.round(weight / scale).clamp(-127, 127) * scale


class Thin(torch.nn.Module):
    """A layer of the reader, and what training changed of it as a product of two thin matrices."""

    def __init__(self, base: torch.nn.Linear, after: torch.nn.Linear, rank: int) -> None:
        """Hold the first `rank` singular vectors of the difference; `base` is kept, rounded, and takes the bias of `after`."""
        super().__init__()
        base.weight.data = rounded(base.weight.data)
        left, sizes, right = torch.linalg.svd(after.weight.data - base.weight.data, full_matrices=False)
        root = sizes[:rank].sqrt()
        self.base = base
        self.base.bias.data = after.bias.data
        self.down = torch.nn.Linear(base.in_features, rank, bias=False)
        self.up = torch.nn.Linear(rank, base.out_features, bias=False)
        self.down.weight.data, self.up.weight.data = (root[:, None] * right[:rank]).contiguous(), (left[:, :rank] * root).contiguous()

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.base(hidden) + self.up(self.down(hidden))

    def merged(self) -> torch.nn.Linear:
        """Return both as one layer."""
        self.base.weight.data += self.up.weight.data @ self.down.weight.data
        return self.base


def thin(reader: torch.nn.Module, after: torch.nn.Module, rank: int = RANK) -> torch.nn.Module:
    """Turn a reader (export.py) into the judge `after` as far as thin matrices can; its word vectors stay its own."""
    for name, layer in list(reader.enc.encoder.named_modules()):
        if isinstance(layer, torch.nn.Linear):
            place, _, last = name.rpartition(".")
            setattr(reader.enc.encoder.get_submodule(place), last, Thin(layer, after.enc.encoder.get_submodule(name), rank))
        elif isinstance(layer, torch.nn.LayerNorm):
            layer.load_state_dict(after.enc.encoder.get_submodule(name).state_dict())
    reader.close.load_state_dict(after.close.state_dict())
    return reader


def merge(judge: torch.nn.Module) -> None:
    """Turn a thin judge back into an ordinary training form."""
    for name, layer in list(judge.enc.encoder.named_modules()):
        if isinstance(layer, Thin):
            place, _, last = name.rpartition(".")
            setattr(judge.enc.encoder.get_submodule(place), last, layer.merged())
