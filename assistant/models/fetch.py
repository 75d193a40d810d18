"""Bring a model's file from where models.txt says it is. The only file that knows the hub's library.

Knows nothing of how a model runs. Nothing is sent but the request for the file: no token, no telemetry. The hub's
address is the library's own setting, HF_ENDPOINT.
"""

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.catalog import PIN, Model
from assistant.models.errors import ChecksumWrong, DownloadFailed, FileMissing
from assistant.models.gguf import read_header
from assistant.models.store import Store

REASONS = {
    404: ("ce fichier n’y est pas", "the file is not there"),
    401: ("l’accès demande un compte", "access needs an account"),
    403: ("l’accès est refusé", "access is refused"),
    429: ("le serveur demande d’attendre", "the server asks to wait"),
}


def get(model: Model, store: Store, *, quiet: bool = False) -> Path:
    """Fetch a model into the data folder, with a progress bar on standard error, and return its file.

    A download that was cut goes on where it stopped. Raises DownloadFailed, ChecksumWrong, ModelBroken, DiskFull.
    """
    kind, _, place = model.source.partition(":")
    if kind == "file":
        source = Path(place)
        if not source.is_file():
            raise FileMissing(file=source)
        store.room_for(model.name, source.stat().st_size)
        part = store.folder / f"{model.name}.part"
        shutil.copyfile(source, part)
    else:
        part, announced = _download(model, store, kind, place, quiet)
        if model.sha256 == PIN and announced and model.name not in store.kept():
            model = replace(model, sha256=announced)
    store.keep(part, model)
    return store.file(model.name)


def _download(model: Model, store: Store, kind: str, place: str, quiet: bool) -> tuple[Path, str]:
    """Return the file that came, beside its place, and the checksum that the hub announced, "" for none."""
    # Closed for every other verb (assistant/__main__.py); the library reads it when it is imported, here.
    os.environ["HF_HUB_OFFLINE"] = "0"
    import httpx2
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers, disable_progress_bars

    if quiet:
        disable_progress_bars()
    url = place
    if kind == "hf":
        repository, revision = place.rsplit("@", 1)
        owner, name, file = repository.split("/", 2)
        url = hf_hub_url(f"{owner}/{name}", file, revision=revision)
    address = re.match(r"https?://[^/]+", url)
    where = address[0] if address else url
    part = store.folder / f"{model.name}.part"
    try:
        said = get_hf_file_metadata(url, token=False)
        size = _size(model, said, where)
        done = part.stat().st_size if part.is_file() else 0
        if done > size:
            part.unlink()
            done = 0
        store.room_for(model.name, size - done)
        with part.open("ab") as stream:
            http_get(
                said.location, stream, resume_size=done, expected_size=size, headers=build_hf_headers(token=False),
                displayed_filename=model.name,
            )  # fmt: skip
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        fr, en = REASONS.get(status, ("réponse inattendue", "an unexpected answer"))
        raise DownloadFailed(
            name=model.name, address=where, found=f"{fr} ({status})", found_en=f"{en} ({status})"
        ) from error
    except (httpx2.HTTPError, OSError) as error:
        _begun_well(part)
        found = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:200]
        raise DownloadFailed(name=model.name, address=where, found=found, found_en=found) from error
    etag = said.etag or ""
    return part, etag if re.fullmatch("[0-9a-f]{64}", etag) else ""


def _begun_well(part: Path) -> None:
    """Keep what came for the next try, unless it is no model's beginning, such as a page that asks for a login."""
    if not part.is_file() or not part.stat().st_size:
        return
    with part.open("rb") as stream:
        begun = stream.read(4) == b"GGUF"
    if not begun:
        try:
            read_header(part)  # says what it is
        finally:
            part.unlink()


def _size(model: Model, said: Any, where: str) -> int:
    """Return the size that the hub announces; raises when it is not the file that models.txt names."""
    etag = said.etag or ""
    if model.sha256 != PIN and re.fullmatch("[0-9a-f]{64}", etag) and etag != model.sha256:
        raise ChecksumWrong(name=model.name, found=etag[:12], expected=model.sha256[:12])
    size = said.size or 0
    if model.size and size != model.size:
        fr, en = (f"{size} octets annoncés, {model.size} attendus", f"{size} bytes announced, {model.size} expected")
        raise DownloadFailed(name=model.name, address=where, found=fr, found_en=en)
    return size
