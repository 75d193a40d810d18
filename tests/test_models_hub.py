"""`jugeote models get` against a hub of this machine, through the library's own setting of the address."""

import fcntl
import hashlib
import json
import os
import pty
import struct
import subprocess
import termios

import pytest

from evals.gguf_files import random_model
from tests.conftest import COMMAND
from tests.hub import Hub, serving


@pytest.fixture
def hub(tmp_path):
    content = random_model(tmp_path / "published.gguf").read_bytes()
    with serving(Hub(content)) as running:
        yield running


@pytest.fixture
def get(jugeote, hub, tmp_path):
    """Run `models get tiny` with a host's own list of models."""
    file = tmp_path / "own.txt"

    def run(sha256=None, source=None, **more):
        checksum = hub.announced if sha256 is None else sha256
        line = f"tiny | writer | {source or hub.source()} | 1M | F32 | 4096 | fr,en | MIT | {len(hub.content)} | {checksum}\n"
        file.write_text(line)
        return jugeote("models", "get", "tiny", HF_ENDPOINT=hub.address, JUGEOTE_MODELS=str(file), **more)

    run.kept = tmp_path / "home" / "models" / "tiny.gguf"
    run.part = run.kept.with_suffix(".part")
    run.lock = run.kept.parent / "lock.json"
    return run


def refused(done, *words):
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


def test_a_model_is_fetched_checked_and_kept(get, hub):
    """Its licence is shown, its name is all that goes to standard output, nothing of the person is sent."""
    done = get()
    assert (done.returncode, done.stdout) == (0, "tiny\n"), done.stderr
    assert "MIT" in done.stderr
    assert get.kept.read_bytes() == hub.content
    assert not get.part.exists()
    assert json.loads(get.lock.read_text())["tiny"]["sha256"] == hub.announced
    assert all("Authorization" not in head and "authorization" not in head for head in hub.heads)
    asked = len(hub.asked)
    assert get().returncode == 0
    assert len(hub.asked) == asked, "what is there is not fetched again"


def test_a_person_sees_how_far_it_is(get, hub, tmp_path):
    """A bar on a terminal, none in a log."""
    get(source=hub.source() + "x")  # writes the list, fetches nothing
    file = tmp_path / "own.txt"
    file.write_text(file.read_text().replace("c0ffeex", "c0ffee"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = os.environ | {"HF_ENDPOINT": hub.address, "JUGEOTE_MODELS": str(file)}
    done = subprocess.run(
        [COMMAND, "models", "get", "tiny"], stderr=theirs, stdout=subprocess.PIPE, env=environment, check=False
    )
    shown = os.read(ours, 100_000).decode()
    os.close(ours), os.close(theirs)
    assert done.returncode == 0
    assert "100%" in shown


def test_a_cut_download_goes_on_where_it_stopped(get, hub):
    """Within one run, from the last block of 10 MB that was whole."""
    hub.content += b"\0" * 22_000_000
    hub.announced = hashlib.sha256(hub.content).hexdigest()
    hub.fault = "cut"
    assert get().returncode == 0
    assert hub.ranges == ["bytes=10485760-"]
    assert get.kept.read_bytes() == hub.content


def test_a_later_run_goes_on_where_the_first_one_stopped(get, hub):
    """Gigabytes are not fetched twice."""
    get.part.parent.mkdir(parents=True)
    get.part.write_bytes(hub.content[:1000])
    assert get().returncode == 0
    assert hub.ranges == ["bytes=1000-"]
    assert get.kept.read_bytes() == hub.content


def test_a_server_that_ignores_ranges_begins_again(get, hub):
    """Appending would break the file."""
    hub.fault = "silent about ranges"
    get.part.parent.mkdir(parents=True)
    get.part.write_bytes(b"x" * 1000)
    assert get().returncode == 0
    assert get.kept.read_bytes() == hub.content


def test_another_file_than_the_listed_one_is_not_fetched(get, hub):
    """A revision that moved, or a list that is wrong: the hub's own checksum says it before the first byte."""
    refused(get(sha256="a" * 64), "sha256", "aaaaaaaaaaaa")
    assert not [path for method, path, _ in hub.asked if method == "GET"]
    assert not get.kept.exists()


def test_a_file_that_is_not_what_the_hub_announced_is_thrown_away(get, hub):
    """Damaged on the way: nothing is left to be used by mistake."""
    hub.content = hub.content[:-4] + b"oops"
    refused(get(), "sha256")
    assert not get.kept.exists()
    assert not get.part.exists()


@pytest.mark.parametrize(("status", "words"), [("404", "not there"), ("429", "asks to wait"), ("403", "refused")])
def test_what_the_server_refuses_is_said(get, hub, status, words):
    """With its address, and the way without a network."""
    hub.fault = status
    refused(get(), words, hub.address, "models import")


def test_a_revision_that_is_gone_is_said(get, hub):
    """404 from the protocol itself."""
    refused(get(source=f"hf:{hub.repository}/tiny.gguf@gone"), "not there")


def test_a_web_page_instead_of_a_file_is_said(get, hub):
    """A proxy that asks for a login answers 200."""
    hub.fault = "html"
    refused(get(), "expected")
    assert not get.kept.exists()


def test_a_web_page_instead_of_the_bytes_is_said_and_not_gone_on_with(get, hub):
    """The hub announced the file, and a proxy gave a page: the next try begins again."""
    hub.fault = "html instead of bytes"
    refused(get(LC_ALL="fr_FR.UTF-8"), "page web")
    assert not get.part.exists()
    hub.fault = ""
    assert get().returncode == 0
    assert get.kept.read_bytes() == hub.content


def test_nobody_answers(get, hub):
    """A host without a network is told of `models import`."""
    hub.address = "http://127.0.0.1:9"
    refused(get(), "127.0.0.1:9", "models import")


def test_no_room_on_the_disk(get, hub, tmp_path):
    """Said before the first byte."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        refused(get(JUGEOTE_HOME=str(folder / "home")), "GB are left", str(folder))
        assert not [path for method, path, _ in hub.asked if method == "GET"]
    finally:
        subprocess.run(["umount", folder], check=True)


def test_the_first_file_is_kept_to_without_a_listed_checksum(get, hub):
    """pin-on-first-use."""
    assert get(sha256="pin-on-first-use").returncode == 0
    get.kept.unlink()
    hub.content = hub.content[:-4] + b"oops"
    refused(get(sha256="pin-on-first-use"), "sha256")


def test_the_hubs_own_checksum_counts_where_the_list_has_none(get, hub):
    """Else damage on the way would be what is kept to from then on."""
    hub.content = hub.content[:-4] + b"oops"
    refused(get(sha256="pin-on-first-use"), "sha256")
    assert not get.kept.exists()


def test_a_plain_address_works_too(get, hub):
    """url: and file: sources."""
    assert get(source=f"url:{hub.address}/cdn/tiny.gguf").returncode == 0
    get.kept.unlink()
    file = get.kept.parent / "elsewhere.gguf"
    file.write_bytes(hub.content)
    assert get(source=f"file:{file}").returncode == 0
    assert get.kept.read_bytes() == hub.content
