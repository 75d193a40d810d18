"""The questionnaire and its rules: every rule can come out, none contradicts another, every source exists in both languages."""

import itertools
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.assess.answers import asked, filled
from assistant.assess.cite import Corpus, SourceMissing
from assistant.assess.conclusions import conclude, gaps, next_actions, verdict
from assistant.assess.conditions import UNKNOWN, ConditionBroken, holds, never_together, questions_of, read_condition
from assistant.assess.errors import AssessmentBroken
from assistant.assess.questions import read_assessment

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
FILE = CORPUS / "assessment.yaml"
ASSESSMENT = read_assessment(FILE)
SHEETS = Corpus(CORPUS)


def any_answers():
    """Any answers at all, gaps and numbers of every size included."""
    return st.fixed_dictionaries({}, optional={q.id: any_answer(q) for q in ASSESSMENT.questions})


def any_answer(question):
    if question.kind == "choice":
        return st.sampled_from([*question.choices, UNKNOWN])
    if question.kind == "number":
        return st.one_of(st.just(UNKNOWN), st.sampled_from([0.0, 1.0, 5000.0, 5001.0]), st.floats(0, 1e9))
    return st.text(max_size=20)


def leading_to(block):
    """Answers that make a block of a condition hold, with all that has to be answered for its questions to be asked."""
    answers = {}
    for line in block:
        if line.question == "balance":
            amounts = {"positive": (2.0, 1.0), "negative": (1.0, 2.0)}.get(next(iter(line.among)), (UNKNOWN, UNKNOWN))
            answers |= {"gain_year": amounts[0], "cost_year": amounts[1]}
        elif line.numeric:
            answers[line.question] = line.low + 1 if line.low > float("-inf") else line.high
        else:
            answers[line.question] = sorted(line.among)[0]
    for name in list(answers):
        needed = ASSESSMENT.question(name).asked_when
        if needed and not holds(needed, filled(ASSESSMENT, answers)):
            free = [b for b in needed if not any(line.question in answers for line in b)]
            answers = leading_to((free or needed)[0]) | answers
    return answers


def test_the_questionnaire_has_the_size_it_promises():
    """Long enough to matter, short enough to be finished; all five axes and all four evaluations are fed."""
    assert 25 <= len(ASSESSMENT.questions) <= 45
    assert {q.axis for q in ASSESSMENT.questions} == set(ASSESSMENT.axes)
    assert set(ASSESSMENT.axes) == {"use", "model", "life_cycle", "externalities", "confidentiality"}
    assert {q.evaluates for q in ASSESSMENT.questions} == set(ASSESSMENT.evaluations)
    assert set(ASSESSMENT.evaluations) == {"technical", "maintenance", "cost_performance", "externalities"}


def test_questions_stand_by_axis():
    """The page leads one axis at a time: an axis that comes back would send the person back."""
    order = [axis for axis, _ in itertools.groupby(q.axis for q in ASSESSMENT.questions)]
    assert order == list(ASSESSMENT.axes)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "key", sorted({q.source for q in ASSESSMENT.questions} | {s for r in ASSESSMENT.rules for s in r.sources})
)
def test_every_source_is_a_sentence_of_a_sheet_in_both_languages(key, language):
    """A citation that opens nothing would be worse than none; the offsets are those of `show`."""
    citation = SHEETS.cite(key, language, 1)
    assert citation.document == f"{language}/{key.split('/')[0]}"
    assert len(citation.quote.split()) >= 4
    assert citation.section
    assert citation.in_force_on
    assert key.split("/")[1].split("#")[0] in citation.facts


@pytest.mark.parametrize("rule", ASSESSMENT.rules, ids=lambda rule: rule.id)
def test_every_block_of_every_rule_can_come_out(rule):
    """A rule that no answers reach is a promise nobody keeps."""
    for block in rule.when:
        values = filled(ASSESSMENT, leading_to(block))
        assert rule in conclude(ASSESSMENT, values), (block, values)


def test_two_rules_on_one_subject_exclude_each_other():
    """Proved for all answers, not only for those tried: some line of one excludes some line of the other."""
    for one, other in itertools.combinations(ASSESSMENT.rules, 2):
        if one.about == other.about:
            assert never_together(one.when, other.when), f"{one.id} and {other.id} can come out together"


def test_rules_declared_incompatible_exclude_each_other():
    """ "Keep the small model" beside "no model is justified" would contradict itself."""
    rules = {rule.id: rule for rule in ASSESSMENT.rules}
    declared = [(rule, rules[name]) for rule in ASSESSMENT.rules for name in rule.never_with]
    assert declared
    for one, other in declared:
        assert never_together(one.when, other.when), f"{one.id} and {other.id} can come out together"


@settings(max_examples=400, deadline=None)
@given(any_answers())
def test_no_answers_bring_out_a_contradiction(answers):
    """Whatever is answered: one conclusion a subject, no declared pair, three different actions at most."""
    found = conclude(ASSESSMENT, filled(ASSESSMENT, answers))
    subjects = [rule.about for rule in found]
    assert len(subjects) == len(set(subjects))
    names = {rule.id for rule in found}
    assert not any(names & set(rule.never_with) for rule in found)
    assert len(next_actions(found)) <= 3
    assert len({rule.id for rule in next_actions(found)}) == len(next_actions(found))


@settings(max_examples=200, deadline=None)
@given(any_answers(), st.sampled_from(list(ASSESSMENT.axes)))
def test_what_is_missing_never_makes_a_project_look_better(answers, axis):
    """Forgetting an answer cannot turn a level into "ready", and a blocking point stays blocking."""
    values = filled(ASSESSMENT, answers)
    came = verdict(ASSESSMENT, values, conclude(ASSESSMENT, values), lambda one: one.axis == axis)
    if any(rule.severity == "blocking" for rule in came.rules):
        assert came.level == "blocked"
    if came.level == "ready":
        assert came.gaps == 0
        assert all(rule.severity == "good_practice" for rule in came.rules)


@settings(max_examples=200, deadline=None)
@given(any_answers())
def test_every_question_asked_and_not_answered_is_a_named_gap(answers):
    """ "I don't know" is a choice with a consequence: it is said, with the reason for the question."""
    values = filled(ASSESSMENT, answers)
    named = {q.id for q in gaps(ASSESSMENT, values)}
    for question in asked(ASSESSMENT, answers):
        if question.kind != "text":
            assert (question.id in named) == (answers.get(question.id, UNKNOWN) == UNKNOWN)


def test_later_questions_depend_on_earlier_answers():
    """Nobody is asked about a contract for a machine in the office."""
    names = {q.id for q in asked(ASSESSMENT, {"hosting": "office", "personal_data": "none"})}
    assert not names & {"contract", "version_fixed", "dpia", "legal_basis"}
    names = {q.id for q in asked(ASSESSMENT, {"hosting": "online_service", "personal_data": "sensitive"})}
    assert {"contract", "version_fixed", "dpia", "legal_basis"} <= names


def test_every_question_that_is_not_in_the_figures_or_a_name_feeds_a_rule():
    """A question whose answer changes nothing wastes the time of whoever answers."""
    used = set().union(*(questions_of(rule.when) for rule in ASSESSMENT.rules))
    used |= set().union(*(questions_of(q.asked_when) for q in ASSESSMENT.questions))
    figures = {"gain_year", "cost_year", "hardware_count", "days", "answer_tokens", "energy_wh_1000", "project_name"}
    assert ASSESSMENT.ids - used == figures


def test_not_knowing_is_met_by_a_rule():
    """Every question that decides a conclusion says what follows from "I don't know" as well."""
    taken = {line.question for r in ASSESSMENT.rules for block in r.when for line in block if UNKNOWN in line.among}
    looked_at = set().union(*(questions_of(rule.when) for rule in ASSESSMENT.rules))
    assert looked_at - taken == set()


@pytest.mark.parametrize("raw", ["x", [], {}, [[]], {"a": "about 5"}, {"a": []}, {"a": 5}, {"a": [1]}])
def test_a_condition_that_is_none_is_refused(raw):
    """A slip in the file is told, never read as something else."""
    with pytest.raises(ConditionBroken):
        read_condition(raw)


def changed(tmp_path, change):
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    change(raw)
    file = tmp_path / "assessment.yaml"
    file.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), "utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda raw: raw["questions"][1].pop("why"), "why"),
        (lambda raw: raw["questions"][1]["text"].pop("en"), "fr + en"),
        (lambda raw: raw["questions"][1].update(axis="nowhere"), "nowhere"),
        (lambda raw: raw["questions"][2].update(id="need"), "need"),
        (lambda raw: raw["questions"][1].update(asked_when={"hosting": ["office"]}), "hosting"),
        (lambda raw: raw["questions"][1]["choices"].update(unknown={"fr": "?", "en": "?"}), "unknown"),
        (lambda raw: raw["questions"][1]["choices"].update({True: {"fr": "oui", "en": "yes"}}), "True"),
        (lambda raw: raw["rules"][0].update(when={"need": ["nothing"]}), "nothing"),
        (lambda raw: raw["rules"][0].update(severity="urgent"), "urgent"),
        (lambda raw: raw["rules"][0].update(sources=[]), "sources"),
        (lambda raw: raw["rules"][0].update(never_with=["nobody"]), "never_with"),
        (lambda raw: raw["rules"][0].update(when={"need": "more than 5"}), "need"),
        (lambda raw: raw["rules"][1].update(id="need_missing"), "need_missing"),
        (lambda raw: raw.pop("rules"), "rules"),
    ],
)  # fmt: skip
def test_a_slip_in_the_file_is_told_with_its_place(tmp_path, change, told):
    """The file is written by people who do not program: the message names the question or the rule."""
    with pytest.raises(AssessmentBroken) as caught:
        read_assessment(changed(tmp_path, change))
    assert told in caught.value.told("en")[0]
    assert "assessment.yaml" in caught.value.told("fr")[0]


def test_a_source_that_no_sheet_holds_is_told():
    """A key is checked, not guessed."""
    for key in ("no-such-sheet/need-before-solution", "rebound/no-such-fact", "rebound/rebound-definition#99"):
        with pytest.raises(SourceMissing):
            SHEETS.cite(key, "fr", 1)
