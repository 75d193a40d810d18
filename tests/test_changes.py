"""The table of words that changed: what it counts, what it has learnt, and that it comes whole or not at all."""

import hashlib

import numpy as np
import pytest

from assistant import wiring
from assistant.catalog import read_models
from assistant.changes import Changes, changes, number
from assistant.config import ROOT
from assistant.grounding import Closeness, Grounding
from index.errors import ModelDamaged
from tests.fakes import SureJudge

SOURCE = "Le service garde les demandes pendant un an."


@pytest.fixture(scope="module")
def table():
    return wiring.changes()


def table_of(file, weights):
    """Write a table by hand: {change: weight}."""
    by_key = {number(name, "fr"): weight for name, weight in weights.items()}
    keys = np.array(sorted(by_key))
    np.savez_compressed(
        file,
        steps=np.diff(keys, prepend=0).astype(np.int32),
        weights=np.array([by_key[k] for k in keys], np.int8),
        unit=0.5,
    )
    return Changes("t", file, hashlib.sha256(file.read_bytes()).hexdigest(), ("fr",))


def test_a_word_for_another_counts_whichever_came_first():
    there = changes("Le service conserve les demandes pendant un an.", SOURCE)
    back = changes(SOURCE, "Le service conserve les demandes pendant un an.")
    assert {name for name in there if not name.startswith("#")} == {name for name in back if not name.startswith("#")}
    assert {"conser|garde", "~cons|gard", "for conser|garde", "conser", "garde"} < set(there)


def test_the_more_has_changed_the_less_each_word_says():
    one, many = (
        changes(text, SOURCE) for text in ("Le bureau garde les demandes.", "Le bureau range tous nos dossiers.")
    )
    assert one["bureau"] > many["bureau"] > 0
    far = changes(" ".join(f"mot{n}" for n in range(13)), SOURCE)
    assert not any(name.startswith("~") for name in far), "who took whose place cannot be told"


def test_the_weights_of_what_changed_are_added(tmp_path):
    file = tmp_path / "t.npz"
    table = table_of(file, {"conser|garde": 6, "bureau": -4, "#": 1})
    assert table.weigh(SOURCE, SOURCE, "fr") == 0.5
    assert table.weigh("Le service conserve les demandes pendant un an.", SOURCE, "fr") == 3.5
    assert table.weigh("Le bureau garde les demandes pendant un an.", SOURCE, "fr") == -1.5
    assert table.weigh("Le service conserve les demandes pendant un an.", SOURCE, "en") == 0.0


def test_what_the_table_says_moves_the_mark_by_its_weight(tmp_path):
    """The judge alone is not sure enough, with the words it is; and the other way round."""
    file = tmp_path / "t.npz"
    table = table_of(file, {"conser|garde": 6, "vend|garde": -6})
    rule = Closeness(fr=2.0, words=0.5)
    kept, sold = ("Le service conserve les demandes pendant un an.", "Le service vend les demandes pendant un an.")
    assert not Grounding(SureJudge(1.0), rule).close(kept, SOURCE, "fr")
    assert Grounding(SureJudge(1.0), rule, table).close(kept, SOURCE, "fr")
    assert Grounding(SureJudge(2.5), rule).close(sold, SOURCE, "fr")
    assert not Grounding(SureJudge(2.5), rule, table_of(file, {"garde|vend": -6})).close(sold, SOURCE, "fr")


def test_a_damaged_table_is_refused(tmp_path):
    whole = (ROOT / "models" / "reader" / "changes.npz").read_bytes()
    (tmp_path / "t.npz").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ModelDamaged):
        Changes("t", tmp_path / "t.npz", hashlib.sha256(whole).hexdigest(), ("fr",))


@pytest.mark.parametrize(
    ("same", "other"),
    [
        ("Le service conserve les demandes pendant un an.", "Le service supprime les demandes pendant un an."),
        ("Le service garde les demandes durant un an.", "Le service garde les demandes après un an."),
    ],
)
def test_the_bundled_table_knows_words_that_say_the_same(table, same, other):
    assert table.weigh(same, SOURCE, "fr") > table.weigh(other, SOURCE, "fr")


@pytest.mark.usefixtures("_recipes")
def test_a_table_learns_which_words_say_the_same(tmp_path):
    """As a person who runs the recipe does, on a few claims."""
    import learn_changes

    things = ["les notes", "les images", "la clé", "le contrat", "les plaintes", "le plan"]
    drawn = []
    for thing in things:
        source = f"Le service garde {thing} un an."
        drawn += [(f"Le service conserve {thing} un an.", source, 1), (f"Le service vend {thing} un an.", source, 0)]
    learn_changes.save(tmp_path / "t.npz", [learn_changes.learnt(drawn, 50, "fr")])
    table = Changes("t", tmp_path / "t.npz", hashlib.sha256((tmp_path / "t.npz").read_bytes()).hexdigest(), ("fr",))
    source = "Le maire garde le journal."
    assert (
        table.weigh("Le maire conserve le journal.", source, "fr")
        > 0
        > table.weigh("Le maire vend le journal.", source, "fr")
    )


def test_what_travels_with_the_project_stays_small():
    """At most 30 MB a file and 60 MB in all, as the catalogue says and as it lies there."""
    bundled = [model for model in read_models(wiring.MODELS).models if model.source.startswith("bundled:")]
    sizes = [model.file(ROOT).stat().st_size for model in bundled]
    assert [model.size for model in bundled] == sizes
    assert max(sizes) <= 30_000_000
    assert sum(sizes) <= 60_000_000
