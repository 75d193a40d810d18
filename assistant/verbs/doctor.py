"""`jugeote doctor`: what is installed and what is wrong; with --corpus, what is wrong in a folder of sheets."""

import argparse
from datetime import date
from pathlib import Path

from assistant import wiring
from assistant.config import Config
from assistant.terminal import put
from assistant.usage import Verb


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("--corpus", type=Path)
    verb.add_argument("--json", action="store_true")


def doctor(args: argparse.Namespace, config: Config, language: str) -> int:
    """Say what is installed and what is wrong; 1 when something needed is."""
    if args.corpus is not None:
        return doctor_corpus(args, config, language)
    from assistant.doctor import report

    found = report(config, language)
    if args.json:
        put(found)
    else:
        for check in found["checks"]:
            print(f"{'ok ' if check['ok'] else '!! '} {check['name']}: {check['found']}  {check['hint']}".rstrip())
        print(", ".join(f"{role}: {name}" for role, name in found["roles"].items()))
    return 0 if found["ok"] else 1


def doctor_corpus(args: argparse.Namespace, config: Config, language: str) -> int:
    """Check a folder of sheets; 1 when one holds an error."""
    from assistant.catalog import read_catalog
    from assistant.sheets.lint import lint

    found = lint(args.corpus, wiring.CORPUS, date.today())
    if args.json:
        models = read_catalog(wiring.MODELS)
        roles = {"reader": models["reader"].name, "embedder": config.embedder or models["embedder"].name}
        roles["writer"] = config.writer
        put({"ok": found.ok, "checks": found.checks(language), "roles": roles})
    else:
        print("\n".join(found.lines(language)))
    return 0 if found.ok else 1


VERB = Verb(
    "[--json] [--corpus DIR]",
    "dit ce qui est installé, ce qui sert à quoi, ce qui ne va pas et comment y remédier ; --corpus relit un dossier de fiches",
    "tells what is installed, what serves which role, what is wrong and how to mend it; --corpus checks a folder of sheets",
    options,
    doctor,
)
