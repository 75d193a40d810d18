"""Bring the index up to date with its sources: only what changed is read, cut and embedded again.

Knows nothing of configuration or screens: progress goes to a callback. A new generation is built beside the one in use
and swapped in at the end, so an interruption, a full disk or a crash leaves the index before it untouched.
"""

import errno
import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.asked import beside as asked_beside
from index.asked import read_asked
from index.associations import Associations
from index.chunks import chunks
from index.documents import read
from index.embed import Embedder
from index.encoder import Vectors
from index.errors import (
    DiskFull,
    FolderUnusable,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    Unreadable,
)
from index.language import language_of
from index.manifest import Manifest, Source, checked, checksums, place, read_manifest, settings, write_manifest
from index.rows import NONE
from index.sources import File, Skipped, gathered, scan
from index.store import Store
from index.texts import StoredDocument
from index.words import Words

BATCH = 64  # texts embedded between two calls of the progress callback
Progress = Callable[[int, int], None]  # (texts embedded, texts in all)


@dataclass(frozen=True, slots=True)
class Report:
    """What an indexing did, or would do."""

    sources: tuple[Source, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: int
    documents: int
    chunks: int
    skipped: tuple[Skipped, ...]


def _document(file: File, skipped: list[Skipped]) -> StoredDocument:
    """Read one file; raises Unreadable. Questions that cannot be used are skipped alone."""
    raw, reader = read(file.path)
    text = reader(raw, file.path.stem)
    if not text.text.strip():
        raise Unreadable("empty")
    if text.said("superseded_by"):
        raise Unreadable("superseded")  # its successor answers; two versions of one rule must not be quoted together
    cut = tuple(chunks(text))
    asked, lost = read_asked(file.asked, text.text, cut)
    skipped += [Skipped(f"{asked_beside(file.path)}:{line}", "asked_lost") for line in lost]
    language = text.said("language") if text.said("language") in ("fr", "en") else language_of(text.text[:2000])
    return StoredDocument(
        file.id, text.title, language, text.said("in_force_on") or None, text.said("id") if not file.source.name else "",
        text.text, text.sections, text.facts, cut, asked,
    )  # fmt: skip


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the only place from which the index is written; raises IndexBusy or FolderUnusable."""
    from filelock import FileLock, Timeout

    try:
        place(home).parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / "index" / "lock", timeout=0)
        with lock:
            yield
    except Timeout:
        raise IndexBusy from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=home) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise FolderUnusable(folder=home) from error
        raise


def _before(home: Path, embedder: str) -> tuple[Manifest, Path | None]:
    """Return the manifest in use and its folder; the folder is None when it must be built from nothing."""
    try:
        manifest = read_manifest(home)
    except (IndexMissing, IndexDamaged):
        return Manifest(), None
    try:
        folder = checked(home, manifest, embedder)
        store = Store(folder)
        try:
            manifest.compare(store.counts())
        finally:
            store.close()
    except (IndexMismatch, IndexDamaged):
        return replace(manifest, documents={}, counts={}), None
    return manifest, folder


def bring_up_to_date(
    home: Path,
    bundled: Path,
    embedder: Embedder,
    *,
    add: Sequence[Path] = (),
    forget: Path | None = None,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Make the index of `home` agree with its sources, and say what was done.

    Raises IndexBusy, DiskFull, FolderUnusable, SourceMissing or SourceUnknown; the index in use is then untouched.
    """
    with _alone(home):
        before, folder = _before(home, embedder.name)
        sources = gathered(before.sources, bundled, add, forget)
        files, skipped, away = scan(sources, before.documents)
        wanted: dict[str, StoredDocument] = {}
        for name, file in list(files.items()):
            if before.documents.get(name) != file.sha256:
                try:
                    wanted[name] = _document(file, skipped)
                except Unreadable as problem:
                    skipped.append(Skipped(str(file.path), problem.code))
                    del files[name]
        gone = sorted(set(before.documents) - set(files) - away)
        report = Report(
            sources,
            tuple(sorted(set(wanted) - set(before.documents))),
            tuple(sorted(set(wanted) & set(before.documents))),
            tuple(gone),
            len(files) - len(wanted) + len(away),
            len(files) + len(away),
            before.counts.get("chunks", 0),
            tuple(skipped),
        )
        if dry_run or (folder is not None and not wanted and not gone and sources == before.sources):
            return report
        hashes = {name: file.sha256 for name, file in files.items()} | {n: before.documents[n] for n in away}
        after = replace(before, sources=sources, settings=settings(embedder.name), documents=hashes)
        written = _swap(home, folder, after, embedder, (list(wanted.values()), gone), progress)
        return replace(report, chunks=written.counts["chunks"])


def _swap(
    home: Path,
    folder: Path | None,
    after: Manifest,
    embedder: Embedder,
    change: tuple[list[StoredDocument], list[str]],
    progress: Progress,
) -> Manifest:
    """Build the next generation beside the one in use and swap it in; remove it when that fails."""
    generation = f"generation-{uuid.uuid4().hex[:12]}"
    beside = place(home).parent / generation
    try:
        if folder is None:
            beside.mkdir()
        else:
            _copy(folder, beside)
        store = Store(beside, create=True)
        try:
            _write(store, embedder, *change, progress)
            counts = store.counts()
        finally:
            store.close()
        written = replace(after, generation=generation, counts=counts, files=checksums(beside))
        checked(home, written, embedder.name)
        write_manifest(home, written)
    except BaseException:
        if not _in_use(home, generation):  # an interruption can come just after the swap
            shutil.rmtree(beside, ignore_errors=True)
        raise
    _tidy(home, {generation, folder.name if folder else generation})
    return written


def _in_use(home: Path, generation: str) -> bool:
    try:
        return read_manifest(home).generation == generation
    except (IndexMissing, IndexDamaged, FolderUnusable):
        return False


def _copy(folder: Path, beside: Path) -> None:
    """Copy a generation, less its words and their pairs, which are counted again."""
    try:
        shutil.copytree(folder, beside, ignore=shutil.ignore_patterns("words", "associations.npz"))
    except shutil.Error as error:  # it gathers the errors of all files, and has no number of its own
        if f"[Errno {errno.ENOSPC}]" in str(error):
            raise OSError(errno.ENOSPC, "no space left") from error
        raise


def _write(
    store: Store, embedder: Embedder, documents: Sequence[StoredDocument], gone: Sequence[str], progress: Progress
) -> None:
    """Drop what is gone, put what is new, and count the words of all chunks again (seconds for thousands)."""
    for name in [*gone, *(d.id for d in documents)]:
        old = store.texts.get(name)
        if old is not None:
            store.remove(old.chunk_ids())
            store.texts.remove(name)
    total = sum(len(d.asked) + len(d.chunks) + sum(len(c.sentences) for c in d.chunks) for d in documents)
    done = 0

    def encoded(texts: Sequence[str]) -> Vectors:
        nonlocal done
        vectors = [NONE]
        for a in range(0, len(texts), BATCH):
            vectors.append(embedder.encode(texts[a : a + BATCH]))
            done += len(vectors[-1])
            progress(done, total)
        return np.concatenate(vectors[1:] or vectors)

    sentences, asked = dict[str, Vectors](), dict[str, Vectors]()
    for document in documents:
        if document.chunks:
            texts = [document.indexed(c) for c in document.chunks]
            where = {"document": document.id, "language": document.language}
            about = [where | {"section": c.section, "start": c.start, "end": c.end} for c in document.chunks]
            store.put(document.chunk_ids(), encoded(texts), about, texts)
        sentences[document.id] = encoded([document.meant(c, s) for c in document.chunks for s in c.sentences])
        asked[document.id] = encoded([a.question for a in document.asked])
        store.texts.put(document)
    store.sentences.write(store.texts.ids(), sentences)
    store.asked.write(store.texts.ids(), asked)
    ids: list[str] = []
    indexed: list[str] = []
    questions: list[list[str]] = []  # of each sentence that answers some
    for document in store.texts.all():
        ids += document.chunk_ids()
        indexed += [document.worded(c) for c in document.chunks]
        questions += document.questions().values()
    Words.build(ids, indexed).save(store.folder / "words")
    Associations.build(questions).save(store.folder / "associations.npz")
    (store.folder / "ids.json").write_text(json.dumps(ids, ensure_ascii=False), "utf-8")


def _tidy(home: Path, keep: set[str]) -> None:
    """Remove older generations; the one before stays, a page may still be reading it."""
    for folder in place(home).parent.glob("generation-*"):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
