"""Average training forms tensor by tensor: `mean.py OUT FORM FORM...`.

Only for forms that come from one start: their weights then lie in one valley, and the mean keeps what each learnt.
"""

import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from train_reader import FILES


def main(out: Path, forms: list[Path]) -> None:
    """Write OUT; raises ValueError when the forms do not have the same tensors."""
    weights = [load_file(form / "model.safetensors") for form in forms]
    if any(w.keys() != weights[0].keys() for w in weights):
        raise ValueError("the forms do not hold the same tensors")
    out.mkdir(parents=True, exist_ok=True)
    means = {n: torch.stack([w[n].float() for w in weights]).mean(0).half() if t.is_floating_point() else t for n, t in weights[0].items()}
    save_file(means, out / "model.safetensors")
    for name in FILES:
        if (forms[0] / name).exists():
            shutil.copyfile(forms[0] / name, out / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(form) for form in sys.argv[2:]])
