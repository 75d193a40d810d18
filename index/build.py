"""Bring the index up to date with its sources: only what changed is read, cut and embedded again.

Knows nothing of configuration or screens: progress goes to a callback. A new generation is built beside the one in use
and swapped in at the end, so an interruption, a full disk or a crash leaves the index before it untouched.
"""

import errno
import hashlib
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.chunks import chunks
from index.documents import find, read
from index.embed import Embedder
from index.errors import (
    DiskFull,
    FolderUnusable,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    SourceMissing,
    SourceUnknown,
    Unreadable,
)
from index.language import language_of
from index.manifest import Manifest, Source, checked, checksums, place, read_manifest, settings, write_manifest
from index.store import Store, StoredDocument
from index.words import Words

BATCH = 64  # texts embedded between two calls of the progress callback
Progress = Callable[[int, int], None]  # (texts embedded, texts in all)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was left out, with the code of why."""

    path: str
    reason: str


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


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a source, as found now."""

    source: Source
    path: Path
    raw: bytes
    sha256: str


def _document(file: _File) -> StoredDocument:
    """Read one file; raises Unreadable."""
    raw, reader = read(file.path)
    text = reader(raw, file.path.stem)
    if not text.text.strip():
        raise Unreadable("empty")
    if text.said("superseded_by"):
        raise Unreadable("superseded")  # its successor answers; two versions of one rule must not be quoted together
    language = text.said("language") if text.said("language") in ("fr", "en") else language_of(text.text[:2000])
    return StoredDocument(
        _id(file), text.title, language, text.said("in_force_on") or None, text.said("id") if not file.source.name else "",
        text.text, text.sections, text.facts, tuple(chunks(text)),
    )  # fmt: skip


def _id(file: _File) -> str:
    """Return fr/ID or en/ID for a sheet (its file's name is its id), SOURCE/relative/path for a host's file."""
    inside = file.path.relative_to(file.source.path)
    return f"{file.source.name}/{inside.as_posix()}" if file.source.name else inside.with_suffix("").as_posix()


def _scan(sources: Sequence[Source], kept: dict[str, str]) -> tuple[dict[str, _File], list[Skipped], set[str]]:
    """Return the files by document id, what was skipped, and the documents of folders that are out of reach."""
    files: dict[str, _File] = {}
    skipped: list[Skipped] = []
    away: set[str] = set()
    for source in sources:
        folder = Path(source.path)
        if not folder.is_dir():  # a drive that is not mounted must not empty the index
            skipped.append(Skipped(source.path, "folder_away"))
            away |= {name for name in kept if name.startswith(f"{source.name}/")}
            continue
        for path in find(folder):
            if not source.name and path.relative_to(folder).parts[0] not in ("fr", "en"):
                continue
            try:
                raw, _ = read(path)
            except Unreadable as problem:
                skipped.append(Skipped(str(path), problem.code))
                continue
            file = _File(source, path, raw, hashlib.sha256(raw).hexdigest())
            files[_id(file)] = file
    return files, skipped, away


def _sources(known: Sequence[Source], bundled: Path, add: Sequence[Path], forget: Path | None) -> tuple[Source, ...]:
    """Return the sources: the bundled corpus, the folders given so far, those given now, less the forgotten one."""
    found = [s for s in known if s.name]
    for folder in add:
        if not folder.is_dir():
            raise SourceMissing(folder=folder)
        path = str(folder.resolve())
        if path not in [s.path for s in found]:
            names = {"fr", "en"} | {s.name for s in found}
            tries = [folder.resolve().name or "root"] + [f"{folder.resolve().name}-{n}" for n in range(2, 1000)]
            found.append(Source(next(n for n in tries if n not in names), path))
    if forget is not None:
        path = str(forget.resolve())
        if path not in [s.path for s in found]:
            raise SourceUnknown(folder=forget, known=", ".join(s.path for s in found) or "-")
        found = [s for s in found if s.path != path]
    return (Source("", str(bundled.resolve())), *found)


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
            manifest.compare(chunks=store.count("chunks"), sentences=store.count("sentences"))
        finally:
            store.close()
    except (IndexMismatch, IndexDamaged):
        return replace(manifest, documents={}, chunks=0, sentences=0), None
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
        sources = _sources(before.sources, bundled, add, forget)
        files, skipped, away = _scan(sources, before.documents)
        wanted: dict[str, StoredDocument] = {}
        for name, file in list(files.items()):
            if before.documents.get(name) != file.sha256:
                try:
                    wanted[name] = _document(file)
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
            before.chunks,
            tuple(skipped),
        )
        if dry_run or (folder is not None and not wanted and not gone and sources == before.sources):
            return report
        hashes = {name: file.sha256 for name, file in files.items()} | {n: before.documents[n] for n in away}
        after = replace(before, sources=sources, settings=settings(embedder.name), documents=hashes)
        written = _swap(home, folder, after, embedder, (list(wanted.values()), gone), progress)
        return replace(report, chunks=written.chunks)


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
            counts = store.count("chunks"), store.count("sentences")
        finally:
            store.close()
        written = replace(after, generation=generation, chunks=counts[0], sentences=counts[1], files=checksums(beside))
        checked(home, written, embedder.name)
        write_manifest(home, written)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    _tidy(home, {generation, folder.name if folder else generation})
    return written


def _copy(folder: Path, beside: Path) -> None:
    """Copy a generation, less its words, which are counted again."""
    try:
        shutil.copytree(folder, beside, ignore=shutil.ignore_patterns("words"))
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
            store.remove("chunks", old.chunk_ids())
            store.remove("sentences", old.sentence_ids())
            store.texts.remove(name)
    total = sum(len(d.chunks) + len(d.sentence_ids()) for d in documents)
    done = 0
    for document in documents:
        spans = [(c, s) for c in document.chunks for s in c.sentences]
        texts = [document.indexed(c) for c in document.chunks]
        quotes = [document.text[s.start : s.end] for _, s in spans]
        vectors = []
        for a in range(0, len(texts) + len(quotes), BATCH):
            vectors.append(embedder.encode((texts + quotes)[a : a + BATCH]))
            done += len(vectors[-1])
            progress(done, total)
        if not vectors:
            store.texts.put(document)
            continue
        stacked = np.concatenate(vectors)
        where = {"document": document.id, "language": document.language}
        store.put(
            "chunks", document.chunk_ids(), stacked[: len(texts)],
            [where | {"section": c.section, "start": c.start, "end": c.end} for c in document.chunks],
            [document.text[c.start : c.end] for c in document.chunks],
        )  # fmt: skip
        store.put(
            "sentences", document.sentence_ids(), stacked[len(texts) :],
            [where | {"start": s.start, "end": s.end} for _, s in spans], quotes,
        )  # fmt: skip
        store.texts.put(document)
    ids: list[str] = []
    indexed: list[str] = []
    for document in store.texts.all():
        ids += document.chunk_ids()
        indexed += [document.indexed(c) for c in document.chunks]
    Words.build(ids, indexed).save(store.folder / "words")
    import json

    (store.folder / "ids.json").write_text(json.dumps(ids, ensure_ascii=False), "utf-8")


def _tidy(home: Path, keep: set[str]) -> None:
    """Remove older generations; the one before stays, a page may still be reading it."""
    for folder in place(home).parent.glob("generation-*"):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
