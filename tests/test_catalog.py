"""models.txt: what it lists is there, and a line that cannot be read is named."""

import hashlib
from pathlib import Path

import pytest

from assistant.catalog import read_catalog
from assistant.errors import CatalogBroken

ROOT = Path(__file__).resolve().parent.parent
GOOD = ["mini", "reader", "bundled:models/mini.onnx", "27.7M", "int8", "64", "fr,en", "Apache-2.0", "1234", "a" * 64]


def written(tmp_path, *lines):
    """Write a models.txt."""
    file = tmp_path / "models.txt"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def line(**changes):
    """Return a good line with some fields changed; keys are `f0` to `f9`."""
    return " | ".join(changes.get(f"f{n}", field) for n, field in enumerate(GOOD))


@pytest.mark.parametrize("role", ["embedder", "reader"])
def test_the_bundled_models_are_the_files_that_it_names(role):
    """Size, checksum, a licence that lets a host use it, and a card beside it."""
    model = read_catalog(ROOT / "models.txt")[role]
    file = model.file(ROOT)
    assert file.stat().st_size == model.size
    assert hashlib.sha256(file.read_bytes()).hexdigest() == model.sha256
    assert model.languages == ("fr", "en")
    assert model.licence == "Apache-2.0"
    card = (ROOT / "models" / role / "README.md").read_text("utf-8")
    assert model.name in card
    assert f"{model.size:,}" in card


def test_every_field_is_read(tmp_path):
    """Comments and empty lines say nothing; spaces around a field neither."""
    model = read_catalog(written(tmp_path, "# name | role", "", "  # more", "   ", line()))["reader"]
    assert (model.name, model.role, model.source) == ("mini", "reader", "bundled:models/mini.onnx")
    assert (model.parameters, model.quantisation, model.context) == ("27.7M", "int8", 64)
    assert (model.languages, model.licence) == (("fr", "en"), "Apache-2.0")
    assert (model.size, model.sha256) == (1234, "a" * 64)
    assert model.file(Path("/house")) == Path("/house/models/mini.onnx")


def test_the_first_model_of_a_role_is_the_one(tmp_path):
    """The order of the lines is a host's choice."""
    assert read_catalog(written(tmp_path, line(), line(f0="other")))["reader"].name == "mini"


def test_a_list_without_models_is_empty(tmp_path):
    """What needs a role then says so, not the reading."""
    assert read_catalog(written(tmp_path, "# nothing")) == {}


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        ("mini | reader", "2 / 10 fields"),
        (line() + " | more", "11 / 10 fields"),
        (line(f1="cook"), "role 'cook'"),
        (line(f2="nowhere:x"), "source"),
        (line(f5="long"), "context"),
        (line(f8="28 MB"), "bytes"),
        (line(f9="a" * 63), "sha256"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, bad, found):
    """With its number, in both languages: the person opens the file there."""
    with pytest.raises(CatalogBroken) as caught:
        read_catalog(written(tmp_path, "# a comment", line(), bad))
    assert caught.value.code == "catalog_broken"
    for language, word in (("fr", "ligne 3"), ("en", "line 3")):
        message, hint = caught.value.told(language)
        assert word in message
        assert found in message
        assert hint
