"""`jugeote eval`: ask the questions of evals/questions and tell how good the answers are."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from assistant import wiring
from assistant.config import Config
from assistant.terminal import put, say
from assistant.usage import BadUsage, Verb


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what `eval` takes."""
    verb.add_argument("--split", choices=("train", "dev", "test"), default="test")
    verb.add_argument("--writer", default="quote")
    verb.add_argument("--sample", "--limit", type=int)
    verb.add_argument("--out", type=Path)
    verb.add_argument("--json", action="store_true")


def run(args: argparse.Namespace, config: Config, language: str) -> int:
    """Ask, measure, and write the report."""
    from tqdm import tqdm

    from evals.questions import drawn, read_all
    from evals.report import page
    from evals.run import run as ask_all
    from evals.summary import rows, summary

    if args.sample is not None and args.sample < 1:
        raise BadUsage("--sample N, N > 0")
    questions = drawn(read_all(split=args.split), args.sample)
    parts = wiring.parts(config, args.writer)
    with tqdm(total=len(questions), unit="question", disable=None, desc="eval") as bar:
        outcomes = ask_all(parts, questions, lambda done: bar.update(done - bar.n))
    found = summary(outcomes, split=args.split, writer=args.writer, limits=asdict(parts.limits))
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "report.html").write_text(page(found), "utf-8")
        (args.out / "report.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        told = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(outcomes))
        (args.out / "questions.jsonl").write_text(told, "utf-8")
        say(str(args.out / "report.html"))
    if args.json:
        put(found)
        return 0
    for group in ("all", "fr", "en"):
        for metric, figure in found["figures"].get(group, {}).items():
            interval = f"{figure['low']:.2f} ... {figure['high']:.2f}"
            print(f"{group:3s}  {metric:18s}  {figure['value']:.2f}  ({interval})  n {figure['count']}")
    return 0


VERB = Verb(
    "[--split train|dev|test] [--sample N] [--writer NAME] [--out DIR] [--json]",
    "pose les questions d’évaluation et mesure recherche, réponses, refus, temps et énergie ; --out écrit le rapport",
    "asks the evaluation questions and measures search, answers, refusals, time and energy; --out writes the report",
    options,
    run,
)
