"""`jugeote assess` through the installed command: questions, files, reports, errors and exit codes."""

import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
CLOUD, LOCAL = EXAMPLES / "support-chatbot.answers.json", EXAMPLES / "local-classifier.answers.json"


@pytest.fixture
def typed(jugeote, tmp_path):
    """Run the command with lines typed on its standard input."""
    import subprocess
    import sys

    command = Path(sys.executable).parent / "jugeote"

    def run(lines, *words):
        return subprocess.run(
            [str(command), "assess", *words], input=lines, capture_output=True, text=True, timeout=120, cwd=tmp_path,
            check=False,
        )  # fmt: skip

    return run


def test_without_answers_it_gives_the_questions(jugeote):
    """For scripts: JSON on standard output, exit 0."""
    done = jugeote("assess", "--json", "--lang", "fr")
    assert done.returncode == 0, done.stderr
    questions = json.loads(done.stdout)["questions"]
    assert len(questions) == 45
    assert questions[1]["choices"][-1] == {"id": "unknown", "text": "Je ne sais pas"}


def test_with_answers_it_gives_the_report(jugeote):
    """Both languages, the same levels."""
    levels = []
    for language in ("fr", "en"):
        done = jugeote("assess", "--answers", str(CLOUD), "--json", "--lang", language)
        assert done.returncode == 0, done.stderr
        data = json.loads(done.stdout)
        assert data["language"] == language
        levels.append([p["level"] for p in data["project"]])
    assert levels[0] == levels[1]


def test_it_compares_and_writes_the_layout_that_is_asked_for(jugeote, tmp_path):
    """The name of the file says which layout."""
    for name, start in (("r.html", "<!doctype html>"), ("r.md", "# "), ("r.json", "{")):
        done = jugeote("assess", "--answers", str(LOCAL), "--compare", str(CLOUD), "--out", name, "--lang", "en")
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        text = (tmp_path / name).read_text("utf-8")
        assert text.startswith(start)
        assert "locked_in" in text or "could not change model or supplier" in text
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".part")]


@pytest.mark.parametrize(
    ("content", "code"),
    [("[", "answers_unreadable"), ("[]", "answers_unreadable"), ('{"need": "maybe"}', "answer_wrong")],
)
def test_a_file_that_is_none_is_an_explained_error(jugeote, tmp_path, content, code):
    """Exit 1, what was found and what was expected."""
    (tmp_path / "a.json").write_text(content)
    done = jugeote("assess", "--answers", "a.json", "--json")
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["code"] == code
    assert error["hint"]


def test_a_report_that_cannot_be_written_is_an_explained_error(jugeote):
    """No trace of Python."""
    done = jugeote("assess", "--answers", str(LOCAL), "--out", "no/such/folder/r.md", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "report_unwritable"


def test_a_person_is_asked_and_the_end_of_the_input_makes_the_report(typed, tmp_path):
    """Why, a wrong answer, going back, a number, not knowing; then the report of what was said."""
    lines = "?\nNestor\n9\n3\nb\n1\n2\n0\n"
    done = typed(lines, "--lang", "en", "--answers", "kept.json")
    assert done.returncode == 0, done.stderr
    assert "A name and a date" in done.stderr
    assert "(en/governance, version of" in done.stderr
    assert "That answer does not fit." in done.stderr
    assert "[2/34] Question the use" in done.stderr
    assert done.stdout.startswith("# Assessment of the project “Nestor”")
    kept = json.loads((tmp_path / "kept.json").read_text("utf-8"))
    assert kept == {"project_name": "Nestor", "need": "written", "requester": "management", "without_ai": "unknown"}


def test_it_resumes_from_the_file_and_asks_only_what_is_left(typed, tmp_path):
    """What was answered is not asked again."""
    (tmp_path / "kept.json").write_text(json.dumps({"project_name": "Nestor", "need": "written"}))
    done = typed("1\n", "--lang", "fr", "--answers", "kept.json", "--out", "r.md")
    assert done.returncode == 0, done.stderr
    assert "Comment s’appelle le projet" not in done.stderr
    assert "Qui demande ce projet" in done.stderr
    assert json.loads((tmp_path / "kept.json").read_text("utf-8"))["requester"] == "users"
    assert "Nestor" in (tmp_path / "r.md").read_text("utf-8")


def test_numbers_are_taken_as_people_write_them(typed, tmp_path):
    """A space for thousands, a comma for decimals, a dash for not knowing; 0 is a number."""
    answers = json.loads(LOCAL.read_text("utf-8"))
    for name in ("gain_year", "cost_year", "requests_per_day"):
        del answers[name]
    (tmp_path / "a.json").write_text(json.dumps(answers))
    done = typed("12 500,5\n-5\nmany\n0\n-\n", "--lang", "en", "--answers", "a.json", "--out", "r.json")
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert (kept["gain_year"], kept["cost_year"], kept["requests_per_day"]) == (12500.5, 0.0, "unknown")
    assert done.stderr.count("That answer does not fit.") == 2


def test_the_help_names_the_verb_in_both_languages(jugeote):
    """A person finds it."""
    assert "leads the assessment of an AI project" in jugeote("assess", "--help").stdout
    assert "guide l’évaluation d’un projet d’IA" in jugeote("--help", LC_ALL="fr_FR.UTF-8").stdout


def test_the_price_of_carbon_is_the_hosts(jugeote):
    """JUGEOTE_EUROS_PER_TONNE reaches the report."""
    euros = []
    for price in ("200", "400"):
        done = jugeote("assess", "--answers", str(CLOUD), "--json", JUGEOTE_EUROS_PER_TONNE=price)
        euros.append(next(f["value"] for f in json.loads(done.stdout)["figures"] if f["id"] == "euros"))
    assert euros[1] == pytest.approx(2 * euros[0], rel=1e-4)
