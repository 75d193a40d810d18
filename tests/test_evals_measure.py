"""The figures: each metric on outcomes made by hand, the splits, the rule that is fitted, and the report."""

import json
import math
from dataclasses import replace

import pytest

from assistant.answer import Answer, Evidence, Mark, Sentence, Status
from assistant.prior import Prior
from evals import measure
from evals.check_questions import overlap
from evals.errors import ThresholdsUnfit
from evals.questions import Gold, Question, drawn, read_all
from evals.report import page
from evals.run import Cost, Outcome
from evals.sheets import read_sheets
from evals.splits import SHARES, assigned
from evals.summary import summary
from evals.thresholds import Rule, fitted, good_ends, row, threshold
from tests.fakes import CARD, EN, FR, READING, cited
from tests.test_evals_questions import ROOT

GOLD = "La recherche par mots, dite BM25, tourne sur un processeur ordinaire."
HEADING = "Peut-on se passer d’un modèle génératif ?"


def question(**changes):
    whole = Question(
        "q-1", "fr", "short", "staff", "Un ordinateur suffit-il ?", (), True, (Gold(FR.document, HEADING, GOLD),),
        (("processeur ordinaire", "BM25"),), ("mille watts",), "dev",
    )  # fmt: skip
    return replace(whole, **changes)


def evidence(text, score, passage=FR):
    start = passage.start + passage.text.index(text)
    return Evidence(passage, text, start, start + len(text), score)


def outcome(asked=None, *, says=(GOLD,), refused=False, score=2.0, strength=0.6, unmet=0, language="fr"):
    """An outcome whose reader puts GOLD second, after a sentence that does not answer."""
    asked = asked or question()
    other = "Trier des courriels ne demande pas toujours un texte généré."
    ranked = (evidence(other, score), evidence(GOLD, score - 1))
    citations = tuple(cited(FR, text, n) for n, text in enumerate(says, 1)) if not refused else ()
    sentences = tuple(Sentence(text, Mark.QUOTED, (n,)) for n, text in enumerate(says, 1)) if not refused else ()
    answer = Answer(
        asked.question, asked.question, language, CARD, status=Status.REFUSED if refused else Status.ANSWERED,
        sentences=sentences, citations=citations, text=" ".join(s.text for s in sentences), passages=(FR, EN), energy=READING,
    )  # fmt: skip
    ranking = (("fr/other", "Autre"), (FR.document, HEADING))
    costs = {name: Cost(0.01, 0.02, 0.3) for name in ("words", "meaning", "both", "read", "answer")}
    return Outcome(
        asked,
        answer,
        {"both": ranking, "words": ranking[1:], "meaning": ()},
        ranked,
        strength,
        unmet,
        (strength**2, 0.0, 0.0, 0.0, -float(unmet), 0.0),
        0.0,
        0,
        costs,
    )


def test_retrieval_metrics_count_places_from_the_gold_section():
    """Second place: recall@1 0, recall@5 1, MRR 1/2, nDCG 1/log2(3)."""
    asked = outcome()
    assert measure.recall("both", 1)(asked) == 0
    assert measure.recall("both", 5)(asked) == 1
    assert measure.reciprocal_rank("both")(asked) == 0.5
    assert measure.ndcg("both")(asked) == pytest.approx(1 / math.log2(3))
    assert (measure.recall("words", 1)(asked), measure.recall("meaning", 5)(asked)) == (1, 0)


def test_evidence_and_answers_are_judged_by_gold():
    """The reader's second sentence answers; the answer says what it must and cites the right section."""
    asked = outcome()
    assert (measure.evidence_hit(1)(asked), measure.evidence_hit(3)(asked)) == (0, 1)
    assert (measure.said(asked), measure.wrong_said(asked), measure.cited_right(asked)) == (1, 0, 1)
    assert (measure.resolved(asked), measure.answered_right(asked), measure.good_end(asked)) == (1, 1, 1)
    assert measure.resolved(replace(asked, unresolved=1)) == 0
    wrong = outcome(says=("Trier des courriels ne demande pas toujours un texte généré.",))
    assert (measure.said(wrong), measure.answered_right(wrong)) == (0, 0)
    false = outcome(question(must_not_say=("processeur ordinaire",)))
    assert (measure.wrong_said(false), measure.answered_right(false)) == (1, 0)
    assert measure.language_right(outcome(language="en")) == 0


def test_refusals_are_right_or_wrong_by_what_was_asked():
    """A refusal says nothing of must_say."""
    wrong, none = outcome(refused=True), question(answerable=False, gold=(), must_say=(), kind="noise")
    assert (measure.wrong_refusal(wrong), measure.right_refusal(wrong), measure.said(wrong)) == (1, None, None)
    assert (measure.answered_right(wrong), measure.not_refused(wrong)) == (0, 0)
    right = outcome(none, refused=True)
    assert (measure.right_refusal(right), measure.wrong_refusal(right), measure.good_end(right)) == (1, None, 1)
    assert measure.recall("both", 1)(right) is None


def test_an_interval_holds_its_mean_and_an_empty_group_is_no_zero():
    """Nothing measured must not look like a bad result."""
    found = measure.figure([1, 0, None, 1, 1])
    assert (found.value, found.count) == (0.75, 4)
    assert found.low <= 0.75 <= found.high
    assert measure.figure([None]).count == 0
    assert math.isnan(measure.figure([None]).value)
    assert "right_refusals" not in measure.figures([outcome()])["all"]


def many():
    """Forty questions: strong ones with an answer, weak ones without."""
    none = question(id="n", answerable=False, gold=(), must_say=(), kind="near_topic")
    good = [outcome(score=2 + i % 5, strength=0.6 + i / 100) for i in range(20)]
    bad = [outcome(none, score=1 + i % 5 - 2, strength=0.3 + i / 100, unmet=i % 2) for i in range(20)]
    return good + bad


def test_the_rule_tells_what_is_answered_right_from_what_has_no_answer():
    """Strength counts for an answer, unmet names against, and the threshold keeps to its ceiling."""
    rule = fitted(many())
    assert rule.prior.strength > 0
    assert rule.prior.unmet > 0
    limit = threshold(rule, [many()], 0.3)
    assert threshold(rule, [many(), many()], 0.3) == limit
    harder = [replace(o, ranked=tuple(replace(e, score=e.score - 30) for e in o.ranked)) for o in many()]
    assert threshold(rule, [many(), harder], 0.3) < limit, "no set may lose more than its share"
    shares = row(rule, many(), limit)
    assert shares["wrong_refusals"] <= 0.3
    assert shares["right_refusals"] > 0.8
    assert good_ends(rule, many(), limit) >= max(good_ends(rule, many(), x) for x in (-50, 50))


def test_a_reader_that_scores_upside_down_sets_no_threshold():
    """Nothing is written then."""
    upside = [replace(o, ranked=tuple(replace(e, score=-e.score) for e in o.ranked)) for o in many()]
    with pytest.raises(ThresholdsUnfit):
        fitted(upside)
    with pytest.raises(ThresholdsUnfit):
        threshold(Rule(Prior(), 9.0), [many()], 0.3)


def test_curves_run_from_nothing_to_everything():
    """The ends are known whatever the scores."""
    curve = measure.refusal_curve(many())
    assert (curve[0], curve[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert measure.risk_coverage(many())[-1][0] == 1.0


def test_the_report_holds_its_pictures_and_escapes_what_it_shows():
    """It opens anywhere, and what a question holds is never markup."""
    found = summary(many(), split="dev", writer="<script>alert(1)</script>", limits={"about": 0.4})
    assert json.loads(json.dumps(found, allow_nan=False))["questions"] == 40
    shown = page(found)
    assert shown.count("<svg") == 3
    assert "<script>" not in shown
    assert "src=" not in shown
    assert "0.300" in shown
    dark = [replace(o, costs={n: replace(c, joules=None) for n, c in o.costs.items()}) for o in many()]
    assert "not read" in page(summary(dark, split="dev", writer="quote", limits={}))


def test_the_splits_have_their_shares_and_share_no_gold_sentence():
    """What is learnt on train is never the answer to a test question, in either language."""
    questions, sheets = read_all(), read_sheets(ROOT / "corpus")
    for split, share in SHARES.items():
        for language in ("fr", "en"):
            ours = [q for q in questions if q.language == language]
            assert abs(sum(q.split == split for q in ours) / len(ours) - share) < 0.03, (split, language)
    gold = {s: {(g.sheet, g.sentence) for q in questions if q.split == s for g in q.gold} for s in SHARES}
    assert not gold["train"] & gold["test"]
    assert not gold["dev"] & gold["test"]
    assert assigned(questions, sheets) == {q.id: q.split for q in questions}, "run: python -m evals.splits"


def test_there_are_as_many_questions_as_the_product_promises():
    """900 and more, 550 of them French; a quarter share at most one word with their gold."""
    questions = read_all()
    assert len(questions) >= 900
    assert sum(q.language == "fr" for q in questions) >= 550
    assert sum(overlap(q)[1] <= 1 for q in questions if q.answerable) >= len(questions) / 4


def test_a_draw_is_the_same_everywhere_and_keeps_the_order():
    """Two machines measure the same sample."""
    questions = read_all()
    one, two = drawn(questions, 20), drawn(list(reversed(questions)), 20)
    assert [q.id for q in one] == [q.id for q in reversed(two)]
    assert len(one) == 20
    assert drawn(questions, None) == questions
