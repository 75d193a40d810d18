"""The command: verbs in, answers on standard output, everything else on standard error.

Knows nothing of how an answer is found. The verbs, the JSON and the exit codes are the contract's (docs/contract.md).
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from assistant import wiring
from assistant.answer import Answer, Message, Status, as_json, passage_json
from assistant.chat import Assistant
from assistant.config import Config, read_config
from assistant.errors import BatchMissing, HistoryBroken, LineBroken, PortBusy
from assistant.usage import BAD_USAGE, VERBS, help_page
from index.errors import DocumentUnknown, UserError

SKIPPED = {
    "not_utf8": ("enregistrez-le en UTF-8", "save it as UTF-8"),
    "not_text": ("ce n’est pas du texte", "it is not text"),
    "front_matter": ("corrigez l’en-tête YAML entre les deux lignes ---", "mend the YAML header between the --- lines"),
    "too_big": ("découpez-le : 10 Mo au plus", "split it: 10 MB at most"),
    "not_readable": ("donnez le droit de le lire", "give permission to read it"),
    "empty": ("il n’y a rien à lire", "there is nothing to read"),
    "superseded": ("une autre fiche la remplace ; rien à faire", "another sheet replaces it; nothing to do"),
    "folder_away": (
        "le dossier est hors d’atteinte, ses documents sont gardés ; --forget les retire",
        "the folder is out of reach, its documents are kept; --forget removes them",
    ),
}


class BadUsage(Exception):
    """The words of the command are not of the contract's form."""


class _Parser(argparse.ArgumentParser):
    """argparse without its English help page and without its own exit."""

    def error(self, message: str) -> NoReturn:
        raise BadUsage(message)


def parser() -> argparse.ArgumentParser:
    """Return the parser of every verb that exists."""
    top = _Parser(prog="jugeote", add_help=False, allow_abbrev=False)
    verbs = top.add_subparsers(dest="verb", parser_class=_Parser)
    made = {name: verbs.add_parser(name, add_help=False, allow_abbrev=False) for name in VERBS}
    for name in ("ask", "search", "show", "index", "doctor"):
        made[name].add_argument("--json", action="store_true")
    for name in ("ask", "search"):
        made[name].add_argument("question", nargs="?" if name == "ask" else None)
        made[name].add_argument("--lang", choices=("fr", "en"))
    made["chat"].add_argument("--host")
    made["chat"].add_argument("--port", type=int)
    for name in ("chat", "ask"):
        made[name].add_argument("--writer", default="quote")
    made["ask"].add_argument("--history", type=Path)
    made["ask"].add_argument("--batch", type=Path)
    made["search"].add_argument("-k", type=int, default=5)
    made["show"].add_argument("document")
    made["index"].add_argument("folders", nargs="*", type=Path)
    made["index"].add_argument("--forget", type=Path)
    made["index"].add_argument("--dry-run", action="store_true")
    made["doctor"].add_argument("--corpus", type=Path)
    return top


def terminal_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return "fr" when the terminal speaks French, else "en"."""
    said = next((v for v in (environment.get(n, "") for n in ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "")
    return "fr" if said.lower().startswith("fr") else "en"


def say(text: str) -> None:
    """Write to standard error."""
    print(text, file=sys.stderr, flush=True)


def put(value: Any) -> None:
    """Write one line of JSON to standard output, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def history_of(value: Any, found: str) -> list[Message]:
    """Return the messages of a history; raises HistoryBroken."""
    if not isinstance(value, list):
        raise HistoryBroken(found=found)
    for turn in value:
        if not isinstance(turn, dict) or turn.get("role") not in ("user", "assistant"):
            raise HistoryBroken(found=found)
        if not isinstance(turn.get("content"), str):
            raise HistoryBroken(found=found)
    return [Message(turn["role"], turn["content"]) for turn in value]


def ask(args: argparse.Namespace, config: Config, language: str) -> int:
    """Answer one question, or a file of them."""
    if (args.question is None) == (args.batch is None):
        raise BadUsage("ask QUESTION | ask --batch FILE.jsonl --json")
    if args.batch is not None:
        if not args.json or args.history:
            raise BadUsage("--batch FILE.jsonl --json")
        return batch(args, config, language)
    history: list[Message] = []
    if args.history is not None:
        try:
            history = history_of(json.loads(args.history.read_text("utf-8")), str(args.history))
        except (OSError, ValueError) as error:
            raise HistoryBroken(found=str(args.history)) from error
    *_, last = wiring.assistant(config, args.writer).ask(args.question, history, args.lang)
    if args.json:
        failure = {"code": last.reason, "message": last.text, "hint": ""}
        put(as_json(last) | ({"error": failure} if last.status is Status.FAILED else {}))
    elif last.status is Status.FAILED:
        say(last.text)
    else:
        from assistant.render import terminal

        print(terminal(last, last.language))
    return 1 if last.status is Status.FAILED else 0


def batch(args: argparse.Namespace, config: Config, language: str) -> int:
    """Answer a file of questions, one object a line in and out, in order, each as soon as it is ready."""
    try:
        lines = args.batch.read_bytes().splitlines()
    except OSError as error:
        raise BatchMissing(file=args.batch) from error
    assistant = wiring.assistant(config, args.writer)
    for number, line in enumerate(lines, 1):
        if line.strip():
            put(as_json(_line(assistant, line, number, language)))
    return 0


def _line(assistant: Assistant, line: bytes, number: int, language: str) -> Answer:
    """Answer one line; a broken one becomes a failed answer and the rest goes on."""
    empty, name = Answer("", "", language, assistant.card, status=Status.FAILED), None
    try:
        try:
            row = json.loads(line)
        except ValueError:
            raise LineBroken(line=number) from None
        if isinstance(row, dict):
            name = row.get("id")
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise LineBroken(line=number)
        spoken = row.get("lang")
        if spoken not in (None, "fr", "en"):
            raise LineBroken(line=number)
        history = history_of(row.get("history") or [], f"({number})")
        *_, last = assistant.ask(row["question"], history, spoken)
        return replace(last, id=name)
    except UserError as error:
        return replace(empty, id=name, reason=error.code, text=" ".join(error.told(language)))


def search(args: argparse.Namespace, config: Config, language: str) -> int:
    """Show the nearest passages."""
    from assistant.chat import usable

    if args.k < 1:
        raise BadUsage("-k N, N > 0")
    found = wiring.index(config).search(usable(args.question), args.k, args.lang)
    if args.json:
        put({"language": found.language, "passages": [passage_json(p) for p in found.passages]})
        return 0
    for passage in found.passages:
        print(f"{passage.score:.3f}  {passage.document}  {passage.title} > {passage.section}\n       {passage.text}\n")
    return 0


def show(args: argparse.Namespace, config: Config, language: str) -> int:
    """Show a document as the index holds it."""
    document = wiring.index(config).document(args.document)
    if document is None:
        raise DocumentUnknown(document=args.document)
    if args.json:
        kept = ("title", "language", "in_force_on", "text")
        sections = [asdict(s) for s in document.sections]
        put({"document": document.id} | {name: getattr(document, name) for name in kept} | {"sections": sections})
    else:
        print(document.text, end="")
    return 0


def index(args: argparse.Namespace, config: Config, language: str) -> int:
    """Bring the index up to date, with a progress bar when a person watches."""
    from tqdm import tqdm

    from index.build import bring_up_to_date

    started = time.perf_counter()
    with tqdm(total=0, unit="text", disable=None, desc="index") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = bring_up_to_date(
            config.home, wiring.CORPUS, wiring.embedder(config),
            add=args.folders, forget=args.forget, dry_run=args.dry_run, progress=progress,
        )  # fmt: skip
    skipped = [
        {"path": s.path, "reason": s.reason, "hint": SKIPPED[s.reason][0 if language == "fr" else 1]}
        for s in report.skipped
    ]
    counts = {name: len(getattr(report, name)) for name in ("added", "changed", "deleted")}
    counts |= {name: getattr(report, name) for name in ("unchanged", "documents", "chunks")}
    if args.json:
        sources = [asdict(s) for s in report.sources]
        seconds = round(time.perf_counter() - started, 3)
        put({"sources": sources} | counts | {"skipped": skipped, "seconds": seconds})
        return 0
    print(", ".join(f"{name} {count}" for name, count in counts.items()))
    for name in ("added", "changed", "deleted") if args.dry_run else ():
        for document in getattr(report, name):
            print(f"{name} {document}")
    for row in skipped:
        say(f"{row['path']}: {row['reason']} ({row['hint']})")
    return 0


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
        roles["writer"] = wiring.WRITERS[0]
        put({"ok": found.ok, "checks": found.checks(language), "roles": roles})
    else:
        print("\n".join(found.lines(language)))
    return 0 if found.ok else 1


def chat(args: argparse.Namespace, config: Config, language: str) -> int:
    """Serve the page until interrupted."""
    from assistant.web.server import create_app, port_is_free, serve

    host, port = args.host or config.host, config.port if args.port is None else args.port
    if not 0 < port < 65536:
        raise BadUsage("--port 1 ... 65535")
    if not port_is_free(host, port):
        raise PortBusy(host=host, port=port, other=port + 1 if port < 65535 else port - 1)
    assistant = wiring.assistant(config, args.writer)
    app = create_app(assistant, wiring.facts(), config.root_path)
    print(f"http://{host}:{port}{config.root_path}", flush=True)
    serve(app, host, port)
    return 0


HANDLERS: dict[str, Callable[[argparse.Namespace, Config, str], int]] = {
    "chat": chat, "ask": ask, "search": search, "show": show, "index": index, "doctor": doctor,
}  # fmt: skip


def told(code: str, message: str, hint: str, as_data: bool) -> None:
    """Say an error: for the person on standard error, for a script as JSON on standard output."""
    if as_data:
        put({"error": {"code": code, "message": message, "hint": hint}})
    say(f"{message}\n{hint}" if hint else message)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    language = terminal_language()
    words: Iterator[str] = iter(argv)
    verb = next(words, None)
    if verb is None or verb in ("-h", "--help", "help") or any(w in ("-h", "--help") for w in words):
        print(help_page(language, verb))
        return 0 if verb else 2
    as_data = "--json" in argv
    try:
        args = parser().parse_args(argv)
        return HANDLERS[args.verb](args, read_config(), language)
    except BadUsage as error:
        message, hint = BAD_USAGE[language]
        told("usage", message.format(found=error), hint, as_data)
        return 2
    except UserError as error:
        spoken = getattr(locals().get("args"), "lang", None) or language
        told(error.code, *error.told(spoken), as_data)
        return 1
