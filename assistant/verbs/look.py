"""`jugeote search` and `jugeote show`: what the index holds, without an answer."""

import argparse
from dataclasses import asdict

from assistant import wiring
from assistant.answer import passage_json
from assistant.config import Config
from assistant.render import WORDS
from assistant.terminal import put, say
from assistant.usage import BadUsage, Verb
from index.errors import DocumentUnknown


def search_options(verb: argparse.ArgumentParser) -> None:
    """Declare what `search` takes."""
    verb.add_argument("question")
    verb.add_argument("-k", type=int, default=5)
    verb.add_argument("--lang", choices=("fr", "en"))
    verb.add_argument("--json", action="store_true")


def show_options(verb: argparse.ArgumentParser) -> None:
    """Declare what `show` takes."""
    verb.add_argument("document")
    verb.add_argument("--json", action="store_true")


def search(args: argparse.Namespace, config: Config, language: str) -> int:
    """Show the nearest passages."""
    from assistant.chat import usable

    if args.k < 1:
        raise BadUsage("-k N, N > 0")
    index = wiring.index(config)
    asked = usable(args.question)
    searched = index.spelled(asked)
    if searched != asked:
        say(WORDS[language]["searched"].format(search=searched))
    found = index.search(searched, args.k, args.lang)
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


SEARCH = Verb(
    "QUESTION [-k N] [--lang fr|en] [--json]",
    "montre les passages les plus proches d’une question",
    "shows the passages nearest to a question",
    search_options,
    search,
)
SHOW = Verb(
    "DOCUMENT [--json]",
    "montre un document tel que l’index le tient (fr/ID, en/ID ou SOURCE/chemin)",
    "shows a document as the index holds it (fr/ID, en/ID or SOURCE/path)",
    show_options,
    show,
)
