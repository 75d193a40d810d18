"""Compare the 8-bit files with their training form: `agree.py EMBEDDER_FOLDER READER_FOLDER JUDGE_FOLDER [--write FILE]`.

The folders hold config.json, tokenizer.json and model.safetensors (see export.py). Prints how far the bundled files stand
from them on sentences of the corpus; --write keeps a few 32-bit vectors and scores for tests/test_encoder.py.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from claims import read_claims, readings
from export import load
from scipy.stats import spearmanr
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from assistant.catalog import read_catalog  # noqa: E402
from assistant.wiring import encoder  # noqa: E402
from index.chunks import chunks  # noqa: E402
from index.documents import read_markdown  # noqa: E402

QUESTIONS = [
    "Quelles questions poser avant de déployer une IA ?", "Combien coûte une tonne de CO2 ?", "Un petit modèle suffit-il ?",
    "Que ne faut-il pas coller dans un assistant ?", "Which questions should we ask before deploying an AI?",
    "How much does a tonne of CO2 cost?", "Is a small model enough?", "What should never be pasted into an assistant?",
]


def sentences(count: int) -> list[str]:
    """Return sentences of the corpus, evenly taken from both languages."""
    found = []
    for file in sorted((ROOT / "corpus").glob("*/*.md")):
        page = read_markdown(file.read_bytes(), file.stem)
        found += [page.text[s.start : s.end] for c in chunks(page) for s in c.sentences]
    return found[:: max(1, len(found) // count)][:count]


def whole(role: str, folder: Path, texts: list, pieces: int) -> np.ndarray:
    """Return what the 32-bit form gives."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(pieces, strategy="longest_first")
    tokenizer.enable_padding()
    model, rows = load(role, folder), []
    for at in range(0, len(texts), 16):
        encoded = tokenizer.encode_batch(texts[at : at + 16])
        ids = torch.tensor([e.ids for e in encoded])
        with torch.no_grad():
            inputs = ids, torch.tensor([e.attention_mask for e in encoded]), torch.zeros_like(ids)
            rows.append(model(*inputs).numpy())
    return np.concatenate(rows)


def main(embedder: Path, reader: Path, judge: Path, write: Path | None) -> None:
    """Print the agreement."""
    models, texts = read_catalog(ROOT / "models.txt"), sentences(200)
    small = encoder(models["embedder"], 2).encode(texts)
    large = whole("embedder", embedder, texts, models["embedder"].context)
    cosines = (small * large).sum(1)
    print(f"embedder, {len(texts)} sentences: cosine mean {cosines.mean():.4f}, lowest {cosines.min():.4f}")
    pairs = [(q, t) for q in QUESTIONS for t in texts[::4]]
    scores = encoder(models["reader"], 2).encode(pairs)
    exact = whole("reader", reader, pairs, models["reader"].context)
    each = [spearmanr(scores[i : i + 50], exact[i : i + 50]).statistic for i in range(0, len(pairs), 50)]
    print(
        f"reader, {len(pairs)} pairs: difference mean {np.abs(scores - exact).mean():.3f}, largest {np.abs(scores - exact).max():.3f}, "
        f"rank correlation within a question mean {np.mean(each):.4f}, lowest {min(each):.4f}"
    )
    rows = read_claims("dev")[::8]
    claims = [pair for row in rows for text in (row["faithful"][0], row["altered"][0]) for pair in readings(text, row["source"])]
    close = encoder(models["judge"], 2).encode(claims)
    exact_close = whole("judge", judge, claims, models["judge"].context)
    print(
        f"judge, {len(claims)} readings: difference mean {np.abs(close - exact_close).mean():.3f}, largest "
        f"{np.abs(close - exact_close).max():.3f}, correlation {np.corrcoef(close, exact_close)[0, 1]:.4f}"
    )
    if write:
        few = {"claims": claims[::3], "close": exact_close[::3].round(4).tolist()}
        kept = few | {"texts": texts[::20], "vectors": large[::20].round(5).tolist(), "pairs": pairs[::40], "scores": exact[::40].round(4).tolist()}
        write.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main(*(Path(folder) for folder in sys.argv[1:4]), Path(sys.argv[5]) if "--write" in sys.argv else None)
