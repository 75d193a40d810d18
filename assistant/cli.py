"""The command: a verb in, an exit code out. Each verb lives in its own module of assistant/verbs.

Knows nothing of what the verbs do. The verbs, the JSON and the exit codes are the contract's (docs/contract.md).
"""

import argparse
from collections.abc import Iterator, Sequence
from typing import NoReturn

from assistant.config import read_config
from assistant.terminal import put, say, terminal_language
from assistant.usage import BAD_USAGE, BadUsage, Verb, help_page
from assistant.verbs import ask, assess, chat, doctor, energy, eval, index, look, models
from index.errors import UserError

VERBS: dict[str, Verb] = {
    "chat": chat.VERB,
    "ask": ask.VERB,
    "search": look.SEARCH,
    "show": look.SHOW,
    "index": index.VERB,
    "eval": eval.VERB,
    "assess": assess.VERB,
    "energy": energy.VERB,
    "models": models.VERB,
    "doctor": doctor.VERB,
}


class _Parser(argparse.ArgumentParser):
    """argparse without its English help page and without its own exit."""

    def error(self, message: str) -> NoReturn:
        raise BadUsage(message)


def parser() -> argparse.ArgumentParser:
    """Return the parser of every verb that exists."""
    top = _Parser(prog="jugeote", add_help=False, allow_abbrev=False)
    verbs = top.add_subparsers(dest="verb", parser_class=_Parser)
    for name, verb in VERBS.items():
        verb.options(verbs.add_parser(name, add_help=False, allow_abbrev=False))
    return top


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
        print(help_page(VERBS, language, verb))
        return 0 if verb else 2
    as_data = "--json" in argv
    try:
        args = parser().parse_args(argv)
        return VERBS[args.verb].run(args, read_config(), language)
    except BadUsage as error:
        message, hint = BAD_USAGE[language]
        told("usage", message.format(found=error), hint, as_data)
        return 2
    except UserError as error:
        spoken = getattr(locals().get("args"), "lang", None) or language
        told(error.code, *error.told(spoken), as_data)
        return 1
