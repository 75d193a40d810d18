"""`jugeote models`: list, get, import, check, remove and bench the files of generators."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import generators
from assistant.catalog import Model
from assistant.config import Config
from assistant.models import memory, tuning
from assistant.models.store import Store
from assistant.terminal import put, say
from assistant.usage import BadUsage, Verb
from index.errors import UserError

WORDS = {
    "fr": {
        "installed": "installé", "absent": "absent", "fits": "tient en mémoire", "large": "trop grand pour cette machine",
        "unsaid": "licence non précisée", "suggested": "conseillé ici", "sound": "bon", "removed": "retiré",
        "nothing": "rien à retirer", "licence": "Licence de {name} : {licence}. Source : {source}",
        "use": "Pour s’en servir : jugeote chat --writer {name}", "checked": "{name} : fichier lu et vérifié.",
        "best": "Gardé pour cette machine : {threads} fils, OpenMP passif {passive}, {tokens} jetons/s",
        "none": "Aucun modèle installé. Tapez : jugeote models get NOM",
    },
    "en": {
        "installed": "installed", "absent": "absent", "fits": "fits in memory", "large": "too large for this machine",
        "unsaid": "licence not said", "suggested": "suggested here", "sound": "sound", "removed": "removed",
        "nothing": "nothing to remove", "licence": "Licence of {name}: {licence}. Source: {source}",
        "use": "To use it: jugeote chat --writer {name}", "checked": "{name}: file read and checked.",
        "best": "Kept for this machine: {threads} threads, OpenMP passive {passive}, {tokens} tokens/s",
        "none": "No model is installed. Type: jugeote models get NAME",
    },
}  # fmt: skip
FORM = (
    "list [--json] | get NAME | import FILE [--as NAME] | check [NAME] [--json] | remove NAME\n"
    "             | bench NAME [--quick] [--json]"
)


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("action", choices=tuple(ACTIONS))
    verb.add_argument("name", nargs="?")
    verb.add_argument("--as", dest="alias")
    verb.add_argument("--quick", action="store_true")
    verb.add_argument("--json", action="store_true")


def row(model: Model, store: Store, suggested: Model | None) -> dict[str, Any]:
    """Return one line of `list`: what it is, and whether this machine can run it."""
    return {
        "name": model.name, "installed": store.installed(model.name), "bytes": model.size, "licence": model.licence,
        "parameters": model.parameters, "quantisation": model.quantisation, "languages": list(model.languages),
        "source": model.source, "fits": memory.needed(model.size, memory.KV_BYTES, model.context) <= memory.total(),
        "suggested": suggested is not None and model.name == suggested.name,
    }  # fmt: skip


def suggestion(store: Store) -> Model | None:
    """Return the writer that models.txt names for this machine's memory."""
    return store.catalog.default_writer(memory.total() / 1e9)


def listed(args: argparse.Namespace, store: Store, config: Config, language: str) -> int:
    """Show every writer."""
    words = WORDS[language]
    rows = [row(model, store, suggestion(store)) for model in store.models()]
    if args.json:
        put({"models": rows})
        return 0
    for r in rows:
        fits = words["fits" if r["fits"] else "large"]
        state = words["installed" if r["installed"] else "absent"]
        star = f" ({words['suggested']})" if r["suggested"] else ""
        size = generators.sized(r["bytes"], language)
        print(f"{r['name']:16s} {size:>9s}  {r['licence'] or words['unsaid']:12s} {state:10s} {fits}{star}")
    return 0


def get(args: argparse.Namespace, store: Store, config: Config, language: str) -> int:
    """Fetch a model unless it is there and sound; its name goes to standard output."""
    from assistant.models.fetch import get as fetch

    model = store.model(_named(args))
    unsaid = WORDS[language]["unsaid"]
    say(WORDS[language]["licence"].format(name=model.name, licence=model.licence or unsaid, source=model.source))
    if store.installed(model.name):
        store.opened(model.name)
    else:
        if not row(model, store, None)["fits"]:
            say(f"{model.name}: {WORDS[language]['large']}")
        fetch(model, store)
    _told(model.name, language)
    return 0


def bring_in(args: argparse.Namespace, store: Store, config: Config, language: str) -> int:
    """Copy a file in, checked; its name goes to standard output."""
    _told(store.import_file(Path(_named(args)).expanduser(), args.alias), language)
    return 0


def check(args: argparse.Namespace, store: Store, config: Config, language: str) -> int:
    """Read every installed file, or one, whole; 1 when one is not sound."""
    names = [args.name] if args.name else [m.name for m in store.models() if store.installed(m.name)]
    rows = []
    for name in names:
        try:
            _, header, sha256 = store.opened(name)
            found: dict[str, Any] = {
                "ok": True,
                "sha256": sha256,
                "architecture": header.architecture,
                "found": "",
                "hint": "",
            }
        except UserError as error:
            message, hint = error.told(language)
            found = {"ok": False, "sha256": None, "architecture": None, "found": message, "hint": hint}
        rows.append({"name": name} | found)
    if args.json:
        put({"models": rows})
    for r in rows if not args.json else []:
        words = WORDS[language]["sound"] if r["ok"] else f"{r['found']} {r['hint']}"
        print(f"{'ok ' if r['ok'] else '!! '} {r['name']}: {words}")
    if not rows and not args.json:
        say(WORDS[language]["none"])
    return 0 if all(r["ok"] for r in rows) else 1


def remove(args: argparse.Namespace, store: Store, config: Config, language: str) -> int:
    """Delete a model's file."""
    done = store.remove(_named(args))
    tuning.keep(store.folder, args.name, None, {})
    say(f"{args.name}: {WORDS[language]['removed' if done else 'nothing']}")
    return 0


def bench(args: argparse.Namespace, store: Store, config: Config, language: str) -> int:
    """Measure a model on this machine and keep the best way to run it."""
    from assistant.models.bench import measured

    name = _named(args)
    file, header, _ = store.opened(name)
    found = measured(store.folder, store.model(name), file, header, quick=args.quick, progress=say)
    if args.json:
        put(found)
        return 0
    for r in found["runs"]:
        print("  ".join(f"{key} {value}" for key, value in r.items()))
    best = found["best"]
    print(
        WORDS[language]["best"].format(
            threads=best["threads"], passive=best["passive"], tokens=best["written_per_second"]
        )
    )
    return 0


def _named(args: argparse.Namespace) -> str:
    if not args.name:
        raise BadUsage(f"models {args.action} NAME")
    return str(args.name)


def _told(name: str, language: str) -> None:
    say(WORDS[language]["checked"].format(name=name))
    say(WORDS[language]["use"].format(name=name))
    print(name)


ACTIONS: dict[str, Callable[[argparse.Namespace, Store, Config, str], int]] = {
    "list": listed, "get": get, "import": bring_in, "check": check, "remove": remove, "bench": bench,
}  # fmt: skip


def models(args: argparse.Namespace, config: Config, language: str) -> int:
    """Do one of the actions."""
    if args.alias and args.action != "import":
        raise BadUsage("models import FILE --as NAME")
    if args.name and args.action == "list":
        raise BadUsage("models list [--json]")
    if args.quick and args.action != "bench":
        raise BadUsage("models bench NAME --quick")
    return ACTIONS[args.action](args, generators.model_files(config), config, language)


VERB = Verb(
    FORM,
    "les modèles qui rédigent : les voir, les prendre, les importer sans réseau, les vérifier, les retirer, les mesurer",
    "the models that write: see, get, import without a network, check, remove and measure them",
    options,
    models,
)
