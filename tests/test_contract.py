"""The contract, through the installed command: verbs, JSON and exit codes that scripts rely on."""

import json
import re

import pytest

from assistant.cli import VERBS

FRENCH, ENGLISH = (
    "Quelles questions poser avant de déployer une IA ?",
    "Which questions should we ask before deploying an AI?",
)
ANSWER = {
    "id", "question", "search", "language", "status", "reason", "text", "sentences", "citations", "passages", "model",
    "energy", "seconds",
}  # fmt: skip
CITATION = {"marker", "document", "title", "section", "language", "in_force_on", "start", "end", "quote", "facts"}
PASSAGE = {"document", "title", "section", "language", "start", "end", "score", "text"}
ENERGY = {"joules", "low", "high", "label", "watt_hours", "grams_co2e", "millilitres", "euros", "warnings", "method"}
LABELS = ("measured", "partly_measured", "calibrated", "estimated", "assumed")


def data(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def is_answer(answer):
    """Hold an answer to section 3 of the contract."""
    assert set(answer) >= ANSWER
    assert answer["status"] in ("answered", "refused", "failed")
    assert set(answer["model"]) == {"name", "kind", "quantisation", "sha256"}
    assert set(answer["seconds"]) == {"search", "read", "write", "check", "total"}
    for passage in answer["passages"]:
        assert set(passage) == PASSAGE
    for citation in answer["citations"]:
        assert set(citation) == CITATION
    for sentence in answer["sentences"]:
        assert set(sentence) == {"text", "mark", "citations"}
        assert sentence["mark"] in ("quoted", "close", "own")
    energy = answer["energy"]
    assert energy is None or (
        set(energy) >= ENERGY and energy["label"] in LABELS and 0 < energy["low"] <= energy["joules"]
    )
    return answer


@pytest.mark.parametrize(("question", "language"), [(FRENCH, "fr"), (ENGLISH, "en")])
def test_ask_answers_with_true_spans(jugeote, corpus_home, question, language):
    """Each quote is found again in what `show` gives, at its offsets, in code points."""
    answer = is_answer(data(jugeote("ask", question, "--json", home=corpus_home)))
    assert (answer["status"], answer["language"], answer["id"]) == ("answered", language, None)
    assert answer["citations"]
    assert answer["model"]["kind"] == "extractive"
    assert re.fullmatch("[0-9a-f]{64}", answer["model"]["sha256"])
    for citation in answer["citations"]:
        assert citation["document"].startswith(("fr/", "en/"))
        shown = data(jugeote("show", citation["document"], "--json", home=corpus_home))
        assert shown["text"][citation["start"] : citation["end"]] == citation["quote"]
    quoted = [s for s in answer["sentences"] if s["mark"] == "quoted"]
    assert [s["citations"] for s in quoted] == [[c["marker"]] for c in answer["citations"]]


def test_ask_refuses_what_the_sources_do_not_hold(jugeote, corpus_home):
    """A refusal is a right answer: exit 0, passages, no citation."""
    answer = is_answer(data(jugeote("ask", "Quelle est la recette du cassoulet ?", "--json", home=corpus_home)))
    assert answer["status"] == "refused"
    assert answer["reason"] in ("no_evidence", "out_of_scope")
    assert answer["passages"]
    assert not answer["citations"]


def test_ask_follows_a_history_and_a_language(jugeote, corpus_home, tmp_path):
    """--history, --lang."""
    past = tmp_path / "past.json"
    past.write_text(
        json.dumps(
            [{"role": "user", "content": "Qu’est-ce que l’effet rebond ?"}, {"role": "assistant", "content": "…"}]
        )
    )
    answer = data(jugeote("ask", "Et comment le repérer ?", "--history", str(past), "--json", home=corpus_home))
    assert answer["search"].startswith("Qu’est-ce que l’effet rebond ?")
    assert any("rebond" in c["quote"].lower() or "rebound" in c["document"] for c in answer["citations"])
    forced = data(jugeote("ask", "Et comment le repérer ?", "--lang", "en", "--json", home=corpus_home))
    assert forced["language"] == "en"


def test_ask_without_json_is_for_a_person(jugeote, corpus_home):
    """The answer, its sources, what it cost and who wrote it."""
    done = jugeote("ask", ENGLISH, home=corpus_home)
    assert done.returncode == 0
    for part in ("[1]", "Sources", "Wh", "Exact quotes, no generated text"):
        assert part in done.stdout


def test_batch_answers_line_by_line_in_order(jugeote, corpus_home, tmp_path):
    """A line that fails says so and the rest goes on."""
    file = tmp_path / "questions.jsonl"
    rows = [
        {"id": "a", "question": FRENCH},
        "{",
        {"id": "c"},
        {"id": "d", "question": ENGLISH, "lang": "de"},
        {"id": "e", "question": ""},
    ]
    rows += [
        {"id": "f", "question": "What about it?", "history": [{"role": "robot", "content": "x"}]},
        [1],
        {"id": "h", "question": ENGLISH},
    ]
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows) + "\n\n")
    done = jugeote("ask", "--batch", str(file), "--json", home=corpus_home)
    assert done.returncode == 0, done.stderr
    answers = [is_answer(json.loads(line)) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["a", None, "c", "d", "e", "f", None, "h"]
    assert [a["status"] for a in answers] == ["answered", *["failed"] * 6, "answered"]
    assert all(a["text"] and a["reason"] for a in answers if a["status"] == "failed")


def test_search_gives_passages_best_first(jugeote, corpus_home):
    """-k, --lang."""
    found = data(jugeote("search", FRENCH, "-k", "3", "--json", home=corpus_home))
    assert set(found) == {"language", "passages"}
    assert len(found["passages"]) == 3
    scores = [p["score"] for p in found["passages"]]
    assert scores == sorted(scores, reverse=True)
    assert all(set(p) == PASSAGE for p in found["passages"])


def test_search_says_what_it_searched_where_a_slip_was_repaired(jugeote, corpus_home):
    """On standard error: what a script reads stays the same."""
    slip = jugeote("search", "les donnees persnnelles", "-k", "1", "--json", home=corpus_home, LANG="fr_FR.UTF-8")
    assert "personnelles" in slip.stderr
    assert len(data(slip)["passages"]) == 1
    assert "Cherché" not in jugeote("search", FRENCH, "-k", "1", home=corpus_home, LANG="fr_FR.UTF-8").stderr


def test_show_gives_the_text_and_its_sections(jugeote, corpus_home):
    """Sections tile the text that offsets point into."""
    shown = data(jugeote("show", "fr/rebound", "--json", home=corpus_home))
    assert set(shown) == {"document", "title", "language", "in_force_on", "text", "sections"}
    assert all(set(s) == {"title", "start", "end"} for s in shown["sections"])
    assert shown["sections"][-1]["end"] == len(shown["text"])
    assert jugeote("show", "fr/rebound", home=corpus_home).stdout == shown["text"]


def test_index_says_what_it_did(jugeote, corpus_home):
    """Nothing to do is quick and said."""
    done = data(jugeote("index", "--json", home=corpus_home))
    names = {"sources", "added", "changed", "deleted", "unchanged", "documents", "chunks", "skipped", "seconds"}
    assert set(done) == names
    assert (done["added"], done["changed"], done["deleted"]) == (0, 0, 0)
    assert done["documents"] == done["unchanged"] > 0


def test_a_hosts_nonce_is_quoted_then_refused_after_deletion(jugeote, tmp_path, own_corpus_home):
    """What the organisation adds is answered from; what it deletes is gone."""
    folder = tmp_path / "Règles maison"
    folder.mkdir()
    (folder / "badge.md").write_text(
        "# Badges\n\n## Où rendre son badge zibulon ?\n\nLe badge zibulon se rend au guichet 4217 du bâtiment Ovale.\n"
    )
    assert data(jugeote("index", str(folder), "--json", home=own_corpus_home))["added"] == 1
    question = "Où rendre le badge zibulon ?"
    answer = is_answer(data(jugeote("ask", question, "--json", home=own_corpus_home)))
    assert [c["quote"] for c in answer["citations"]][:1] == [
        "Le badge zibulon se rend au guichet 4217 du bâtiment Ovale."
    ]
    assert answer["citations"][0]["document"] == "Règles maison/badge.md"
    (folder / "badge.md").unlink()
    assert data(jugeote("index", "--json", home=own_corpus_home))["deleted"] == 1
    assert data(jugeote("ask", question, "--json", home=own_corpus_home))["status"] == "refused"
    done = data(jugeote("index", "--forget", str(folder), "--json", home=own_corpus_home))
    assert [s["name"] for s in done["sources"]] == [""]


def test_doctor_finds_nothing_wrong(jugeote, corpus_home):
    """Each check with what was found and a hint."""
    found = data(jugeote("doctor", "--json", home=corpus_home))
    assert found["ok"] is True
    assert all(set(c) == {"name", "ok", "found", "hint"} for c in found["checks"])
    assert set(found["roles"]) == {"reader", "embedder", "writer"}


@pytest.mark.parametrize(("language", "word"), [("fr_FR.UTF-8", "VERBE"), ("C.UTF-8", "VERB ")])
def test_help_speaks_the_terminals_language(jugeote, language, word):
    """Every verb that exists, and no other."""
    page = jugeote("--help", LC_ALL=language)
    assert page.returncode == 0
    assert word in page.stdout
    assert all(re.search(rf"^  {verb}\b", page.stdout, re.MULTILINE) for verb in VERBS)
    for verb in VERBS:
        shown = jugeote(verb, "--help", LC_ALL=language)
        assert shown.returncode == 0
        assert shown.stdout.startswith(f"jugeote {verb}")


def test_help_does_not_load_the_heavy_libraries(jugeote):
    """It answers at once."""
    done = jugeote("--help", PYTHONPROFILEIMPORTTIME="1")
    for library in ("chromadb", "gradio", "onnxruntime", "torch", "bm25s"):
        assert f"| {library}\n" not in done.stderr
        assert not re.search(rf"\|\s+{library}$", done.stderr, re.MULTILINE)


def test_answering_loads_neither_torch_nor_sentence_transformers(jugeote, corpus_home):
    """Seconds and hundreds of megabytes for whoever only asks."""
    done = jugeote("ask", ENGLISH, "--json", home=corpus_home, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert re.search(r"\|\s+onnxruntime$", done.stderr, re.MULTILINE)
    assert not re.search(r"\|\s+(torch|sentence_transformers|transformers)$", done.stderr, re.MULTILINE)
    assert not re.search(r"\|\s+(grpc|rich|pygments)$", done.stderr, re.MULTILINE), "what Chroma sends traces with"


@pytest.mark.parametrize(
    "words",
    [["no-such-verb"], ["ask"], ["ask", "x", "--lang", "de"], ["ask", "x", "--no-such-option"], ["search"], ["search", "x", "-k", "0"],
     ["search", "x", "-k", "y"], ["ask", "x", "--batch", "f"], ["ask", "--batch", "f"], ["chat", "--port", "99999999"], []],
)  # fmt: skip
def test_bad_usage_is_2_and_says_what_to_type(jugeote, words):
    """One clear sentence, no traceback."""
    done = jugeote(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "jugeote" in done.stderr + done.stdout


def test_bad_usage_as_json(jugeote):
    """Scripts read the same form for every error."""
    done = jugeote("ask", "x", "--json", "--lang", "de")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["error"]) == {"code", "message", "hint"}
