"""Write the corpus as the index cuts it: `chunks_of.py OUT` -> OUT/chunks.jsonl, for training the embedder.

One chunk a line: {"document", "section", "text": title > heading and the chunk, as indexed, "sentences"}; `section` has the name that
our_pairs.py gives it, the same for both twins.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from assistant import wiring  # noqa: E402
from assistant.config import read_config  # noqa: E402
from evals.sheets import read_sheets  # noqa: E402


def main(out: Path) -> None:
    """Write OUT/chunks.jsonl; needs an index."""
    index, count = wiring.index(read_config()), 0
    with (out / "chunks.jsonl").open("w", encoding="utf-8") as file:
        for name, sheet in read_sheets(wiring.CORPUS).items():
            document = index.document(name)
            for chunk in document.chunks if document else ():
                section = sheet.section(chunk.section)
                place = f"{name[3:]}#{section[0] if section else chunk.section}"
                spoken = [document.text[s.start : s.end] for s in chunk.sentences]
                row = {"document": name, "section": place, "text": document.indexed(chunk), "sentences": spoken}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    print(count, "chunks")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
