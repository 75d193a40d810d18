"""`jugeote assess`: the guided questions in the terminal, then the report; or the report of a file of answers."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from assistant import wiring
from assistant.assess.answers import checked, read_answers
from assistant.assess.conditions import Value
from assistant.assess.errors import ReportUnwritable
from assistant.assess.listing import questions_json
from assistant.assess.report import Assessor, Report
from assistant.assess.words import GUIDE, said
from assistant.config import Config
from assistant.terminal import put, say
from assistant.usage import Verb


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("--answers", type=Path)
    verb.add_argument("--compare", type=Path)
    verb.add_argument("--out", type=Path)
    verb.add_argument("--lang", choices=("fr", "en"))
    verb.add_argument("--json", action="store_true")


def assess(args: argparse.Namespace, config: Config, language: str) -> int:
    """Ask what is not answered yet, or nothing with --json; then make the report."""
    spoken = args.lang or language
    assessor = wiring.assessor(config)
    if args.json and args.answers is None:
        put(questions_json(assessor, spoken))
        return 0
    answers, strange = _known(assessor, args)
    if not args.json:
        from assistant.verbs.asking import ask_all

        keep = None if args.answers is None else (lambda kept: _write(args.answers, _as_file(kept)))
        say(said(GUIDE["start"], spoken))
        say(said(GUIDE["saved" if keep else "unsaved"], spoken).format(file=args.answers))
        answers = ask_all(assessor, answers, spoken, sys.stdin, keep)
    today = date.today()
    report = assessor.report(answers, spoken, today, tuple(strange))
    before = None
    if args.compare is not None:
        old, _ = checked(assessor.assessment, read_answers(args.compare), args.compare)
        before = assessor.report(old, spoken, today)
    _tell(args, report, before, spoken)
    return 0


def _known(assessor: Assessor, args: argparse.Namespace) -> tuple[dict[str, Value], list[str]]:
    """Return the answers of the file; none when it is to be made."""
    if args.answers is None or (not args.json and not args.answers.exists()):
        return {}, []
    return checked(assessor.assessment, read_answers(args.answers), args.answers)


def _tell(args: argparse.Namespace, report: Report, before: Report | None, language: str) -> None:
    """Write the report where it is wanted, in the layout that the name of the file asks for."""
    from assistant.assess.compare import changes_json, compare
    from assistant.assess.html import html_file
    from assistant.assess.markdown import markdown
    from assistant.assess.report import as_json

    changes = compare(before, report) if before is not None else None
    data = as_json(report) | ({"changes": changes_json(changes)} if changes is not None else {})
    if args.out is not None:
        kind = args.out.suffix.lower()
        if kind in (".html", ".htm"):
            _write(args.out, html_file(report, changes))
        elif kind == ".json":
            _write(args.out, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
        else:
            _write(args.out, markdown(report, changes))
        say(said(GUIDE["written"], language).format(file=args.out))
    if args.json:
        put(data)
    elif args.out is None:
        print(markdown(report, changes), end="")


def _as_file(answers: Mapping[str, Value]) -> str:
    return json.dumps(dict(answers), ensure_ascii=False, indent=1) + "\n"


def _write(file: Path, text: str) -> None:
    """Write a file whole, or leave the old one; raises ReportUnwritable."""
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(file)
    except OSError as error:
        raise ReportUnwritable(file=file) from error


VERB = Verb(
    "[--answers FILE] [--compare FILE] [--out FILE] [--lang fr|en] [--json]",
    "guide l’évaluation d’un projet d’IA : des questions, puis un rapport cité (.md, .html ou .json avec --out)",
    "leads the assessment of an AI project: questions, then a cited report (.md, .html or .json with --out)",
    options,
    assess,
)
