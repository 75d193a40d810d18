"""Ways of writing, the record of runs, and the public yardstick."""

import json
import re

import pytest

from evals import people
from evals.errors import YardstickBroken
from evals.ladder import main as draw_ladder
from evals.people import WAYS, altered, losses
from evals.record import HEADING, entry, recorded
from evals.summary import summary
from evals.yardstick import measured, name_of, read_set
from index.build import bring_up_to_date
from index.search import Index
from tests.fakes import HashEmbedder
from tests.test_evals_measure import many, outcome, question

LINE = "Est-ce que vous gardez les données de l’équipe pour toujours ?"


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("no accents", "Est-ce que vous gardez les donnees de l’equipe pour toujours ?"),
        ("upper case", "EST-CE QUE VOUS GARDEZ LES DONNÉES DE L’ÉQUIPE POUR TOUJOURS ?"),
        ("sms", "eske vs gardez les donnees de l'equipe pr tjs"),
        ("mixed languages", "Est-ce que vous gardez les data de l'team pour toujours ?"),
    ],
)
def test_a_way_of_writing_is_the_same_everywhere(way, expected):
    """Else a loss could not be compared with the last one."""
    assert WAYS[way](question(question=LINE)) == expected


def test_typos_are_few_and_repeatable():
    """About one slip a line, the same each time; the words stay in their order."""
    one, two = (people.typos(question(question=LINE)) for _ in range(2))
    assert one == two != LINE
    assert abs(len(one) - len(LINE)) <= 5
    assert altered([question(question=LINE)], people.upper_case)[0].id == question().id


def test_a_loss_is_paired():
    """The same questions, clean less altered."""
    found = losses([outcome(), outcome()], [outcome(), outcome(refused=True)])
    assert (found["not_refused"].value, found["both_recall@5"].value) == (0.5, 0.0)


def test_a_run_is_recorded_above_the_others_and_the_rest_is_kept():
    """Failed ideas are written by hand; a new run never removes them."""
    run = summary(many(), split="dev", writer="quote", limits={"about": 0.4})
    text = recorded("# Title\n\n## Failed ideas\n\nNone.\n", entry(run, "First."))
    again = recorded(text, entry(run, "Second."))
    assert again.count(HEADING) == 1
    assert again.index("Second.") < again.index("First.")
    assert "## Failed ideas\n\nNone." in again
    assert run["machine"] in again
    assert run["commit"] in again


def test_the_yardstick_finds_the_paragraph_of_a_question(tmp_path):
    """SQuAD's form in, places out; unanswerable questions are left out."""
    texts = ["Le chat dort sur le toit rouge.", "La fusée part de Kourou demain."]
    paragraphs = [
        {"context": t, "qas": [{"question": f"Où {t[3:12]} ?"}, {"question": "?", "is_impossible": True}]}
        for t in texts
    ]
    (tmp_path / "piaf.json").write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    asked = read_set(tmp_path / "piaf.json")
    assert len(asked) == 2
    (tmp_path / "corpus/fr").mkdir(parents=True)
    for text in texts:
        (tmp_path / "corpus/fr" / f"{name_of(text)}.txt").write_text(text)
    bring_up_to_date(tmp_path / "home", tmp_path / "corpus", HashEmbedder())
    found = measured(Index(tmp_path / "home", HashEmbedder()), asked, "fr")
    assert {side: f["recall@1"].value for side, f in found.items()} == {"words": 1.0, "meaning": 1.0, "both": 1.0}


def test_a_set_that_cannot_be_read_is_named(tmp_path):
    """With the form that is expected."""
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(YardstickBroken, match="x"):
        read_set(tmp_path / "x.json")


def test_the_ladder_is_drawn_in_both_languages(tmp_path):
    """Dearer rungs stand further right, better ones higher, and a rung whose joules nobody read says so."""
    rungs = [
        {"method": "words", "value": 0.4, "low": 0.3, "high": 0.5, "cpu_seconds": 0.001, "joules": 0.004},
        {"method": "read", "value": 0.6, "low": 0.5, "high": 0.7, "cpu_seconds": 0.15, "joules": None},
    ]
    (tmp_path / "report.json").write_text(json.dumps({"ladder": rungs}), "utf-8")
    assert draw_ladder([str(tmp_path / "report.json"), "--out", str(tmp_path)]) == 0
    english, french = (tmp_path / "ladder.svg").read_text("utf-8"), (tmp_path / "fr" / "ladder.svg").read_text("utf-8")
    dots = [tuple(map(float, dot)) for dot in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', english)]
    assert dots[0][0] < dots[1][0]
    assert dots[0][1] > dots[1][1]
    assert "words only: 40%" in english
    assert "1.0 ms, 0.0040 J" in english
    assert "joules not read" in english
    assert "mots seuls : 40 %" in french
    assert "1,0 ms, 0,0040 J" in french
    assert "joules non lus" in french
