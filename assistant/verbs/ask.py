"""`jugeote ask`: one question, or a file of them."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import wiring
from assistant.answer import Answer, Message, Status, as_json
from assistant.chat import Assistant
from assistant.config import Config
from assistant.errors import BatchMissing, HistoryBroken, LineBroken
from assistant.terminal import put, say
from assistant.usage import BadUsage, Verb
from index.errors import UserError


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("question", nargs="?")
    verb.add_argument("--json", action="store_true")
    verb.add_argument("--lang", choices=("fr", "en"))
    verb.add_argument("--writer")
    verb.add_argument("--history", type=Path)
    verb.add_argument("--batch", type=Path)


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
    parts = wiring.parts(config, args.writer or config.writer, question="" if args.lang else args.question)
    *_, last = parts.assistant().ask(args.question, history, args.lang)
    if args.json:
        failure = {"code": last.reason, "message": last.text, "hint": ""}
        put(as_json(last) | ({"error": failure} if last.status is Status.FAILED else {}))
    elif last.status is Status.FAILED:
        say(last.text)
    else:
        from assistant.render import terminal

        print(terminal(last, last.language))
    wiring.keeper(config, parts.meter).keep()  # once the answer is out; a folder that cannot be written keeps nothing
    return 1 if last.status is Status.FAILED else 0


def batch(args: argparse.Namespace, config: Config, language: str) -> int:
    """Answer a file of questions, one object a line in and out, in order, each as soon as it is ready."""
    try:
        lines = args.batch.read_bytes().splitlines()
    except OSError as error:
        raise BatchMissing(file=args.batch) from error
    parts = wiring.parts(config, args.writer or config.writer)
    assistant = parts.assistant()
    for number, line in enumerate(lines, 1):
        if line.strip():
            put(as_json(_line(assistant, line, number, language)))
    wiring.keeper(config, parts.meter).keep()
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


VERB = Verb(
    "QUESTION [--lang fr|en] [--history FILE] [--writer NAME] [--json]\n             ou/or --batch FILE.jsonl --json",
    "répond à une question, citations à l’appui, ou dit que les sources ne répondent pas",
    "answers a question with citations, or says that the sources do not answer",
    options,
    ask,
)
