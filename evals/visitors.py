"""Ask what visitors ask: `python -m evals.visitors [--split dev|test]`.

evals/visitors holds questions in the form of evals/questions.py, by hands that knew only what the product promises and saw no
sheet: what people ask first, in their own words. The sentences that answer were looked for in the sheets afterwards, by
others, who saw what had been answered; the first of them answers best. Dev is two sets of hands, test another one; with dev
the thresholds are set too (evals/thresholds.py).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant import wiring
from assistant.config import read_config
from evals.own import Asked, row, told
from evals.questions import read_all
from index.errors import UserError

FOLDER = Path(__file__).resolve().parent / "visitors"


def main(argv: Sequence[str]) -> int:
    """Print a table of Markdown."""
    parser = argparse.ArgumentParser(prog="python -m evals.visitors", description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    args = parser.parse_args(argv)
    try:
        assistant = wiring.parts(read_config()).assistant()
        questions = read_all(FOLDER, split=args.split)
        print(
            "| | first sentence right | a quoted sentence right | wrongly refused | rightly refused |\n|---|---|---|---|---|"
        )
        for language in ("fr", "en"):
            asked = [
                Asked(FOLDER, q.question, tuple(g.sentence for g in q.gold))
                for q in questions
                if q.language == language
            ]
            print(row(language, [told(assistant, a, language) for a in asked]), flush=True)
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
