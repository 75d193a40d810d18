"""Model files: read before the engine sees them, kept with their checksum, brought in without a network."""

import json
import os
import re
import struct

import pytest

from assistant.catalog import PIN, Catalog, Model, read_models
from assistant.errors import CatalogBroken
from assistant.models.errors import ChecksumWrong, DiskFull, FileMissing, MemoryTooSmall, ModelBroken, NameTaken
from assistant.models.gguf import FOUND, read_header
from assistant.models.store import Store
from assistant.models.tuning import chosen
from evals.gguf_files import STRING, U32, Shape, flipped, pairs_of, random_model, tensors_of, vocabulary, write
from tests.conftest import ROOT

FRENCH = {"LC_ALL": "fr_FR.UTF-8"}


@pytest.fixture
def tiny(tmp_path):
    return random_model(tmp_path / "tiny.gguf")


def found(error):
    """Return the key of FOUND that an error says."""
    said = error.value.told("fr")[0]
    return next(key for key, (french, _) in FOUND.items() if french in said)


def test_a_header_is_read(tiny):
    """What the choice of context and memory rests on."""
    header = read_header(tiny)
    assert (header.architecture, header.context, header.vocabulary) == ("llama", 8192, len(vocabulary().tokens))
    assert header.kv_bytes == 4 * 1 * 1 * 32  # two halves of f16: layers x kv heads x width of a head
    assert header.size == tiny.stat().st_size
    assert "im_start" in header.template


def changed(tmp_path, **more):
    pairs = pairs_of(Shape(), vocabulary()) | more.pop("pairs", {})
    for key in more.pop("without", ()):
        del pairs[key]
    return write(tmp_path / "changed.gguf", pairs, tensors_of(Shape(), vocabulary(), 1.0))


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "magic"), (b"GG", "magic"), (b"GGUF", "cut"), (b"PK\x03\x04" + b"x" * 90, "magic"),
     (b"<!DOCTYPE html><html>", "html"), (b"GGUF" + struct.pack("<I", 1) + b"\0" * 50, "version"),
     (b"GGUF" + struct.pack("<IQQ", 3, 1, 2**40), "cut"), (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1), "cut"),
     (b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**62) + b"x" * 64, "cut")],
)  # fmt: skip
def test_what_is_no_model_is_said(tmp_path, content, why):
    """In one sentence, and no count of a stranger becomes an allocation."""
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelBroken) as error:
        read_header(file)
    assert found(error) == why


@pytest.mark.parametrize(
    ("change", "why"),
    [({"without": ["tokenizer.chat_template"]}, "template"), ({"without": ["llama.block_count"]}, "keys"),
     ({"without": ["general.architecture"]}, "keys"), ({"without": ["tokenizer.ggml.tokens"]}, "vocabulary"),
     ({"pairs": {"llama.embedding_length": (U32, 4096)}}, "vocabulary"),
     ({"pairs": {"llama.pooling_type": (U32, 1)}}, "encoder"), ({"pairs": {"general.alignment": (U32, 0)}}, "cut"),
     ({"pairs": {"tokenizer.chat_template": (STRING, "  ")}}, "template")],
)  # fmt: skip
def test_what_a_writer_lacks_is_said(tmp_path, change, why):
    """An encoder or a base model would load, then write nonsense."""
    with pytest.raises(ModelBroken) as error:
        read_header(changed(tmp_path, **change))
    assert found(error) == why


def test_every_cut_is_noticed(tiny):
    """A truncated file is SIGBUS once it is mapped: wherever it ends, it is refused before."""
    whole = tiny.read_bytes()
    for length in [*range(0, 400, 7), len(whole) // 4, len(whole) // 2, len(whole) - 64]:
        tiny.write_bytes(whole[:length])
        with pytest.raises(ModelBroken):
            read_header(tiny)


def test_a_tensor_outside_the_file_is_noticed(tmp_path):
    """The header may promise more than the file holds."""
    file = random_model(tmp_path / "x.gguf")
    raw = file.read_bytes()
    at = raw.index(b"output_norm.weight") + len("output_norm.weight")
    for place in (2**40, 2**63):
        file.write_bytes(raw[: at + 16] + struct.pack("<Q", place) + raw[at + 24 :])
        with pytest.raises(ModelBroken):
            read_header(file)


def test_the_listed_writers_are_pinned():
    """Repository, commit, size, checksum and licence: a model is named whole or not at all."""
    catalog = read_models(ROOT / "models.txt")
    writers = [m for m in catalog.models if m.role == "writer"]
    assert len(writers) >= 4
    for model in writers:
        assert model.source.startswith("hf:")
        assert len(model.source.rsplit("@", 1)[1]) == 40
        assert model.sha256 != PIN
        assert model.licence == "Apache-2.0"
        assert model.languages[:2] == ("fr", "en")
    offered = [catalog.default_writer(gigabytes).name for gigabytes in (2, 5, 14, 64)]
    assert offered == ["qwen2.5-0.5b", "qwen2.5-1.5b", "qwen2.5-1.5b", "qwen3-4b"]
    assert catalog.default_writer(1) is None


@pytest.mark.parametrize(
    "line",
    ["quote | writer | file:/x | 1B | Q4 | 10 | fr | MIT | 1 | pin-on-first-use",
     "../x | writer | file:/x | 1B | Q4 | 10 | fr | MIT | 1 | pin-on-first-use",
     "x | writer | ftp://x | 1B | Q4 | 10 | fr | MIT | 1 | pin-on-first-use",
     "x | writer | hf:owner/file.gguf | 1B | Q4 | 10 | fr | MIT | 1 | pin-on-first-use",
     "x | writer | file:/x | 1B | Q4 | 10 | fr | MIT | 1 | none", "default | 2 GB: nobody", "default | lots"],
)  # fmt: skip
def test_a_broken_line_of_a_writer_is_named(tmp_path, line):
    """A name becomes a file's name, a source an address: both are held to a form."""
    file = tmp_path / "models.txt"
    file.write_text(line + "\n")
    with pytest.raises(CatalogBroken):
        read_models(file)


def store_of(tmp_path, *models):
    return Store(tmp_path / "home", Catalog(models))


def line_for(file, sha256=PIN, name="tiny", size=None):
    return Model(name, "writer", f"file:{file}", "1M", "F32", 4096, ("fr",), "MIT", size or file.stat().st_size, sha256)


def test_what_comes_first_is_kept_to(tmp_path, tiny):
    """pin-on-first-use: the second file of that name must be the first one."""
    store = store_of(tmp_path, line_for(tiny))
    store.folder.mkdir(parents=True)
    store.file("tiny").write_bytes(tiny.read_bytes())
    assert store.opened("tiny")[2] == store.kept()["tiny"].sha256
    random_model(store.file("tiny"), seed=7)
    with pytest.raises(ChecksumWrong):
        store.opened("tiny")


def test_a_flipped_bit_is_noticed(tmp_path, tiny):
    """The engine would load it in silence."""
    store = store_of(tmp_path)
    assert store.import_file(tiny) == "tiny"
    flipped(store.file("tiny"), [-5000])
    with pytest.raises(ChecksumWrong):
        store.opened("tiny")


def test_an_import_takes_its_listed_name_and_no_other_models_place(tmp_path, tiny):
    """The same bytes are the same model; other bytes never take its name."""
    from assistant.models.store import digest

    listed = line_for(tiny, digest(tiny), "listed")
    store = store_of(tmp_path, listed)
    assert store.import_file(tiny) == "listed"
    other = random_model(tmp_path / "listed.gguf", seed=3)
    for name in ("quote", "a/b", "..", "listed"):
        with pytest.raises(NameTaken):
            store.import_file(other, name)
    assert store.import_file(other, "mine") == "mine"
    with pytest.raises(NameTaken):
        store.import_file(random_model(tmp_path / "mine.gguf", seed=4))
    assert store.import_file(random_model(tmp_path / "Mon modèle (2).gguf", seed=5)) == "mon-modele-2"
    assert not list(store.folder.glob("*.part"))


def test_a_pipe_is_no_model(tmp_path):
    """Opened, it would be waited for without end."""
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(FileMissing):
        store_of(tmp_path).import_file(tmp_path / "pipe.gguf")


def test_a_full_disk_is_said_before_the_copy(tmp_path, tiny):
    """With what is needed and what is left."""
    store = store_of(tmp_path)
    with pytest.raises(DiskFull) as error:
        store.room_for("tiny", 10**16)
    assert "10000000.00" in str(error.value)
    assert str(store.folder) in str(error.value)


def test_a_model_that_memory_cannot_hold_is_refused(tmp_path, tiny):
    """Its header alone says so: loading it would end another process."""
    from dataclasses import replace

    header = replace(read_header(tiny), size=10**15)
    with pytest.raises(MemoryTooSmall) as error:
        chosen(tmp_path, line_for(tiny), header, threads=0, context=0)
    said = error.value.told("fr")[0]
    assert " Go sur cette machine" in said
    assert "GB" not in said
    assert re.search(r"il en reste \d+,\d\d Go", said)
    small = chosen(tmp_path, line_for(tiny), read_header(tiny), threads=3, context=2048)
    assert (small.context, small.threads, small.why) == (2048, 3, "setting")


def test_models_through_the_command(jugeote, tiny, tmp_path):
    """import, list, check, remove: the name on standard output, the rest beside it."""
    done = jugeote("models", "import", str(tiny), "--as", "mine")
    assert (done.returncode, done.stdout) == (0, "mine\n"), done.stderr
    rows = {r["name"]: r for r in json.loads(jugeote("models", "list", "--json").stdout)["models"]}
    assert rows["mine"]["installed"]
    assert not rows["qwen2.5-1.5b"]["installed"]
    assert rows["qwen2.5-1.5b"]["licence"] == "Apache-2.0"
    assert "1,12 Go" in jugeote("models", "list", **FRENCH).stdout
    assert json.loads(jugeote("models", "check", "--json").stdout)["models"][0]["ok"] is True
    kept = next((tmp_path / "home" / "models").glob("*.gguf"))
    flipped(kept, [-5000])
    done = jugeote("models", "check", **FRENCH)
    assert done.returncode == 1
    assert "sha256" in done.stdout
    assert jugeote("models", "remove", "mine").returncode == 0
    assert not kept.exists()
    assert jugeote("models", "check", "mine").returncode == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(["get", "nobody"], 1, "nobody"), (["remove", "nobody"], 1, "nobody"), (["import", "/no/such.gguf"], 1, "/no/such"),
     (["bench", "qwen2.5-0.5b"], 1, "jugeote models get qwen2.5-0.5b"), (["get"], 2, "NAME"), (["fly"], 2, "jugeote"),
     (["list", "--as", "x"], 2, "--as"), (["list", "x"], 2, "list [--json]"), (["check", "--quick"], 2, "bench NAME")],
)  # fmt: skip
def test_models_says_what_it_cannot_do(jugeote, words, code, said):
    """One sentence and what to type."""
    done = jugeote("models", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bench_measures_and_keeps_the_best(jugeote, tiny, tmp_path):
    """Each setting in a process of its own; doctor then shows what was kept."""
    assert jugeote("models", "import", str(tiny)).returncode == 0
    done = jugeote("models", "bench", "tiny", "--quick", "--json", OMP_DISPLAY_ENV="verbose")
    assert done.returncode == 0, done.stderr
    spins = set(re.findall(r"GOMP_SPINCOUNT = '(\d+)'", done.stderr))
    assert "0" in spins, "idle threads sleep"
    assert len(spins) > 1, "or wait as OpenMP does by itself"
    found = json.loads(done.stdout)
    assert {r["passive"] for r in found["runs"]} == {True, False}
    assert all(r["written_per_second"] > 0 and r["memory_mb"] > 10 for r in found["runs"])
    kept = json.loads((tmp_path / "home" / "models" / "bench.json").read_text())["tiny"]
    assert kept["threads"] == found["best"]["threads"]
    shown = json.loads(jugeote("doctor", "--json", JUGEOTE_WRITER="tiny").stdout)
    row = next(c for c in shown["checks"] if c["name"] == "writer")
    assert row["ok"]
    assert f"threads {kept['threads']} (bench)" in row["found"]
    assert shown["roles"]["writer"] == "tiny"
    french = jugeote("doctor", JUGEOTE_WRITER="tiny", **FRENCH).stdout
    assert f"fils {kept['threads']} (mesuré), lots de 256, poids réarrangés : " in french
    assert jugeote("models", "remove", "tiny").returncode == 0
    assert json.loads((tmp_path / "home" / "models" / "bench.json").read_text()) == {}, "another file may take the name"


def test_doctor_offers_a_model_with_its_size_and_licence(jugeote):
    """A host who has none sees what could be added, and at what price."""
    rows = json.loads(jugeote("doctor", "--json").stdout)["checks"]
    found = next(c for c in rows if c["name"] == "writer")["found"]
    assert found.startswith("quote")
    assert "make chat MODEL=" in found
    assert "GB, Apache-2.0" in found
