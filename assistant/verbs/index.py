"""`jugeote index`: bring the index up to date with the sheets and the host's own folders."""

import argparse
import time
from dataclasses import asdict
from pathlib import Path

from assistant import wiring
from assistant.config import Config
from assistant.terminal import put, say
from assistant.usage import Verb

SKIPPED = {
    "not_utf8": ("enregistrez-le en UTF-8", "save it as UTF-8"),
    "not_text": ("ce n’est pas du texte", "it is not text"),
    "front_matter": ("corrigez l’en-tête YAML entre les deux lignes ---", "mend the YAML header between the --- lines"),
    "too_big": ("découpez-le : 10 Mo au plus", "split it: 10 MB at most"),
    "not_readable": ("donnez le droit de le lire", "give permission to read it"),
    "empty": ("il n’y a rien à lire", "there is nothing to read"),
    "superseded": ("une autre fiche la remplace ; rien à faire", "another sheet replaces it; nothing to do"),
    "asked_lost": (
        "cette question ne se lit pas, ou sa phrase n’est plus dans le document ; les autres servent",
        "this question cannot be read, or its sentence is no longer in the document; the others are used",
    ),
    "folder_away": (
        "le dossier est hors d’atteinte, ses documents sont gardés ; --forget les retire",
        "the folder is out of reach, its documents are kept; --forget removes them",
    ),
}


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("folders", nargs="*", type=Path)
    verb.add_argument("--forget", type=Path)
    verb.add_argument("--dry-run", action="store_true")
    verb.add_argument("--json", action="store_true")


def index(args: argparse.Namespace, config: Config, language: str) -> int:
    """Bring the index up to date, with a progress bar when a person watches."""
    from tqdm import tqdm

    from index.build import bring_up_to_date

    started = time.perf_counter()
    meter = wiring.ledger(config)
    with meter.section("indexing"), tqdm(total=0, unit="text", disable=None, desc="index") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = bring_up_to_date(
            config.home, wiring.CORPUS, wiring.embedder(config),
            add=args.folders, forget=args.forget, dry_run=args.dry_run, progress=progress,
        )  # fmt: skip
    if not args.dry_run:
        wiring.keeper(config, meter).keep()
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


VERB = Verb(
    "[FOLDER...] [--forget FOLDER] [--dry-run] [--json]",
    "met l’index à jour ; FOLDER ajoute un dossier de l’organisation au corpus fourni",
    "brings the index up to date; FOLDER adds a folder of the organisation to the bundled corpus",
    options,
    index,
)
