"""The questions: written by hand, gold to the character, and a checker that sees what is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.check_questions import check, main, mended
from evals.errors import QuestionsBroken, QuestionsMissing
from evals.questions import FOLDER, Gold, Question, Turn, read_all, read_file, write_file
from evals.sheets import read_sheets, says

ROOT = Path(__file__).resolve().parent.parent
SENTENCE = "Une réponse courte coûte peu d’énergie."


@pytest.fixture
def corpus(tmp_path):
    for n in range(30):
        for language in ("fr", "en"):
            file = tmp_path / "corpus" / language / f"sheet-{n}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            own = (
                f"# Titre\n\n## Que coûte une réponse ?\n\n{SENTENCE}\n"
                if (n, language) == (0, "fr")
                else "# Rien\n\nPartout.\n"
            )
            file.write_text(own)
    return read_sheets(tmp_path / "corpus")


def asked(**changes):
    whole = Question(
        "t-fr-001", "fr", "short", "staff", "Le prix d’un mot bref ?", (), True,
        (Gold("fr/sheet-0", "Que coûte une réponse ?", SENTENCE),), (("peu d’énergie",),), (), None,
    )  # fmt: skip
    return replace(whole, **changes)


def problems(question, corpus):
    return [p.text for p in check([question], corpus) if p.id]


def test_the_committed_questions_pass_their_checks():
    """Gold verbatim, must_say specific, little overlap, 30 % unanswerable, no near-duplicate."""
    found = check(read_all(), read_sheets(ROOT / "corpus"))
    assert found == []


def test_a_good_question_has_no_problem(corpus):
    """Else every other case below proves nothing."""
    assert problems(asked(), corpus) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gold": (Gold("fr/sheet-0", "Que coûte une réponse ?", SENTENCE.replace("peu", "beaucoup")),)}, "gold: not in"),
        ({"gold": (Gold("fr/sheet-0", "Combien ?", SENTENCE),)}, "has no section"),
        ({"gold": (Gold("fr/away", "Combien ?", SENTENCE),)}, "no sheet"),
        ({"language": "en"}, "not in the language"),
        ({"answerable": False, "kind": "noise"}, "disagree"),
        ({"must_say": (("partout",),)}, "no gold sentence holds"),
        ({"must_not_say": ("courte coûte peu",)}, "must_not_say"),
        ({"history": (Turn("user", "Bonjour"),)}, "follow_up"),
    ],
)  # fmt: skip
def test_the_checker_sees_what_is_wrong(corpus, changes, said):
    """Each rule of the set is held by one refusal."""
    assert any(said in text for text in problems(asked(**changes), corpus))


def test_a_must_say_that_many_sheets_hold_is_seen(corpus):
    """A word of every sheet proves nothing."""
    gold = (Gold("fr/sheet-3", "Rien", "Partout."),)
    assert any("of 30 sheets hold" in text for text in problems(asked(gold=gold, must_say=(("partout",),)), corpus))


def test_near_duplicates_are_seen(corpus):
    """The same words in another order are the same question."""
    one = asked(question="Combien coûte en énergie la réponse la plus brève ?")
    two = asked(id="t-fr-002", question="La réponse brève, combien coûte-t-elle en énergie ?")
    assert any("nearly the same" in p.text for p in check([one, two], corpus))


def test_a_sentence_that_changed_a_little_is_found_again(corpus):
    """Sheets are edited; their questions follow by --mend, in the same section first."""
    old = Gold("fr/sheet-0", "Que coûte une réponse ?", "Une réponse courte coûte bien peu d'énergie.")
    assert mended(old, corpus).sentence == SENTENCE
    other = replace(old, sentence="Le RGPD s’applique à toute donnée personnelle.")
    assert mended(other, corpus) == other
    assert mended(replace(old, section="Ancien titre"), corpus).section == "Que coûte une réponse ?"


def test_the_command_mends_and_says_so(tmp_path, corpus, capsys):
    """Exit 1 when something is wrong, and the file is written only with --mend."""
    file = tmp_path / "q.jsonl"
    write_file(file, [asked(gold=(replace(asked().gold[0], sentence=SENTENCE.replace("peu d", "très peu d")),))])
    words = ["--corpus", str(tmp_path / "corpus"), str(file)]
    assert main(words) == 1
    assert "gold: not in" in capsys.readouterr().out
    main(["--mend", *words])
    assert "1 gold sentences mended" in capsys.readouterr().out
    assert read_file(file)[0].gold[0].sentence == SENTENCE


@pytest.mark.parametrize(
    ("line", "said"),
    [("{", "line 2"), ("[]", "an object"), ('{"id": 1}', "missing: language"), ("KIND", "none of"), ("MORE", "unknown: more")],
)  # fmt: skip
def test_a_broken_line_is_named(tmp_path, line, said):
    """The writer of a question learns which line and why."""
    file = tmp_path / "q.jsonl"
    write_file(file, [asked()])
    good = file.read_text().strip()
    bad = {"KIND": good.replace('"short"', '"vague"'), "MORE": good.replace('{"id"', '{"more": 1, "id"')}
    file.write_text(f"{good}\n{bad.get(line, line)}\n")
    with pytest.raises(QuestionsBroken) as found:
        read_file(file)
    assert said in " ".join(found.value.told("en"))


def test_an_empty_folder_is_no_set(tmp_path):
    """A run over nothing must not look like a good run."""
    with pytest.raises(QuestionsMissing):
        read_all(tmp_path)


def test_words_are_whole_words():
    """ILO is not in kilo; apostrophes and French spaces do not matter."""
    assert not says("Un kilo de fils", "ILO")
    assert says("L’énergie\u00a0: 63\u202f%", "l'énergie : 63 %")


def test_the_folder_holds_both_languages():
    """The set is read from where it is written."""
    assert {q.language for q in read_all(FOLDER)} == {"fr", "en"}
