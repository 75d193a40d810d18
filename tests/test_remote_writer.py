"""A model server of the organisation: the same prompt, rules and marks; whatever it does, the asker gets an answer."""

import json
import time

import pytest

from assistant.answer import Began, Evidence, Mark, Piece
from assistant.errors import ServerNotAllowed, ServerNotSet
from assistant.grounding import Grounding
from assistant.writers.fallback import REASON
from assistant.writers.joints import shown_to_model
from assistant.writers.local import Manner
from assistant.writers.prose import Prose
from assistant.writers.quote import QuoteWriter
from assistant.writers.remote import RemoteWriter
from index.search import Passage
from tests.fakes import CARD
from tests.model_server import ModelServer, serving

TEXTS = ["Une réponse courte coûte 3 Wh.", "Une réponse longue coûte davantage.", "Le détail figure au registre."]


def evidence_of(texts):
    passage = Passage("fr/x", "T", "S", "fr", None, 0, 0, 1.0, "\n".join(texts))
    starts = [passage.text.index(t) for t in texts]
    return [Evidence(passage, t, s, s + len(t), 5.0) for t, s in zip(texts, starts, strict=True)]


EVIDENCE = evidence_of(TEXTS)


def writer_for(server, *, plain=False, silence=1.0, path=""):
    return RemoteWriter(server.address + path, "big", (), QuoteWriter(CARD), Manner(plain, 7), silence=silence)


def written(writer):
    began, pieces = [], []
    for said in writer.write("Que coûte une réponse ?", EVIDENCE, "fr"):
        if isinstance(said, Began):
            began.append(said)
            pieces = []
        elif isinstance(said, Piece):
            if pieces and pieces[-1].growing:
                pieces.pop()
            if said.text:
                pieces.append(said)
    return began, [p for p in pieces if not p.growing]


def test_joints_and_quotes_are_woven():
    """The numbers become the sentences; what breaks a rule is left out; a number twice or unknown is nothing."""
    words = ["Le ", "principe", " : [", "2", "] En 2026, [1] Ensuite", " [2] [9] et enfin [3] puis rien"]
    with serving(ModelServer(words)) as server:
        began, pieces = written(writer_for(server))
        assert [b.card.name for b in began] == ["big"]
        assert began[0].card.kind == "generative"
        assert began[0].seed == 7
        assert [p.text for p in pieces] == ["Le principe :", TEXTS[1], TEXTS[0], "et enfin\u00a0:", TEXTS[2]]
        asked = server.asked[0]
        assert asked["path"] == "/v1/chat/completions"
        assert asked["stream"] is True
        assert asked["chat_template_kwargs"] == {"enable_thinking": False}
        assert [m["role"] for m in asked["messages"]] == ["system", "user"]
        assert all(t in asked["messages"][1]["content"] for t in TEXTS)
        assert asked["messages"][1]["content"].endswith("Que coûte une réponse ?")
        written(writer_for(server, path="/v1"))
        assert server.asked[1]["path"] == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("faults", "word"),
    [(["500"], "rien écrit"), (["503"] * 3, "surchargé"), (["429"] * 3, "surchargé"), (["silent"] * 3, "répondait plus"),
     (["elsewhere"], "rien écrit"), (["form"], "rien écrit"), (["cut"], "répond"),
     (["401"], "refuse")],
    ids=["500", "503", "429", "silent", "redirected", "form", "cut", "no key"],
)  # fmt: skip
def test_a_server_that_fails_costs_one_sentence(faults, word):
    """And exact quotes answer; no request follows a redirection to a machine that nobody named."""
    with serving(ModelServer(["Le principe "] * 9, faults)) as server:
        began, pieces = written(writer_for(server))
    assert began[-1] == Began(CARD, None, REASON)
    assert word in pieces[0].text
    assert [p.text for p in pieces if p.evidence] == [e.text for e in EVIDENCE if e.text in [p.text for p in pieces]]


def test_a_server_that_is_busy_for_a_moment_is_asked_again():
    """Up to three times, before anything was said."""
    with serving(ModelServer(["Ici [1]"], ["503", "429"])) as server:
        began, pieces = written(writer_for(server))
        assert len(server.asked) == 3
    assert len(began) == 1
    assert pieces[-1].text == TEXTS[0]


def test_nobody_listens():
    """Said within seconds."""
    server = ModelServer([])
    server.address = "http://127.0.0.1:9"
    assert "ne répond pas" in written(writer_for(server))[1][0].text


def test_what_a_model_thinks_chooses_nothing():
    """A server may not know how to switch thinking off."""
    words = ["<thi", "nk>Le [1]", " ou le [3] ?</th", "ink>\n\nVoici [2]"]
    with serving(ModelServer(words)) as server:
        assert [p.text for p in written(writer_for(server))[1]] == ["Voici\u00a0:", TEXTS[1]]


def test_an_asker_who_leaves_frees_the_server():
    """The connection is closed."""
    with serving(ModelServer(["mot "] * 500)) as server:
        server.pace = 0.01
        answer = writer_for(server, plain=True).write("?", EVIDENCE, "fr")
        while not isinstance(next(answer), Piece):
            pass
        before = time.perf_counter()
        answer.close()
        assert time.perf_counter() - before < 2.5  # the rest of its words would take five seconds
        assert server.left.wait(60)


def test_an_asker_who_leaves_before_the_first_word_frees_the_server():
    """A long prompt, or a queue: the server sees the connection close while it still says nothing."""
    with serving(ModelServer([], ["waits"])) as server:
        answer = writer_for(server, silence=20.0).write("?", EVIDENCE, "fr")
        while not server.asked:
            next(answer)
        answer.close()
        assert server.left.wait(60)


def test_a_joint_grows_and_is_taken_back_when_it_breaks_a_rule():
    """What the asker sees while it comes is what stands, or nothing."""
    with serving(ModelServer(["Le ", "principe [2] En ", "l’an ", "2026", ", [1]"])) as server:
        said = [p for p in writer_for(server).write("?", EVIDENCE, "fr") if isinstance(p, Piece)]
    assert [(p.text, p.growing) for p in said] == [
        ("Le", True), ("Le principe\u00a0:", False), (TEXTS[1], False), ("En", True), ("En l’an", True), ("", True),
        (TEXTS[0], False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["<|im_start|>system", "</s>", "[INST] dis [/INST]", "<start_of_turn>user", "<｜begin▁of▁sentence｜>", "<think>"],
)
def test_no_control_token_is_sent(text):
    """A server reads them wherever they stand: a document could speak as the system. What is quoted keeps its words."""
    evidence = evidence_of([f"Une phrase {text} de document."])
    with serving(ModelServer(["Voici [1]"])) as server:
        said = list(writer_for(server).write(f"Que dit {text} ?", evidence, "fr"))
        assert text not in json.dumps(server.asked[0], ensure_ascii=False)
    assert said[-1].text == evidence[0].text


def test_no_question_leaves_to_a_machine_that_nobody_named():
    """This machine, or one that the host wrote down."""
    quoting = QuoteWriter(CARD)
    for url in ("", "file:///etc/passwd", "http://", "http://127.0.0.1:many", "http://[::1", "http://127.0.0.1:99999"):
        with pytest.raises(ServerNotSet):
            RemoteWriter(url, "m", (), quoting, Manner())
    for url in ("http://models.example.com", "http://127.0.0.1.example.com", "http://localhost@example.com"):
        with pytest.raises(ServerNotAllowed):
            RemoteWriter(url, "m", ("inside.example.com",), quoting, Manner())
    RemoteWriter("https://Inside.Example.com:8443/v1", "m", ("inside.example.com",), quoting, Manner())


def test_free_prose_is_cut_into_sentences_with_their_sources():
    """Quoted when it is the sentence, own otherwise; thinking is left out."""
    sent = shown_to_model(EVIDENCE)
    said = (
        "<think>Voyons.</think>Une réponse courte coûte 3 Wh. [1] Longue, une réponse coûte davantage [2]. Le détail "
    )
    said += "figure au registre [3]. C’est tout."
    prose, pieces = Prose(sent), []
    for n in range(0, len(said), 5):
        pieces += [p for p in prose.fed(said[n : n + 5]) if not p.growing]
    pieces += prose.ended()
    sentences, citations = Grounding().checked(pieces, sent, "fr")
    assert [(s.mark, s.citations) for s in sentences] == [
        (Mark.QUOTED, (1,)), (Mark.OWN, ()), (Mark.QUOTED, (2,)), (Mark.OWN, ()),
    ]  # fmt: skip
    assert "[" not in "".join(s.text for s in sentences)
    assert [c.quote for c in citations] == [TEXTS[0], TEXTS[2]]


def test_the_remote_writer_through_the_command(jugeote, corpus_home):
    """Its energy is spent elsewhere: not measured, never ours alone."""
    with serving(ModelServer(["Voici", " : [1]"])) as server:
        done = jugeote(
            "ask", "Un petit modèle suffit-il ?", "--writer", "remote", "--json", home=corpus_home,
            JUGEOTE_SERVER_URL=server.address, JUGEOTE_SERVER_MODEL="grand",
        )  # fmt: skip
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["model"]["name"], answer["energy"]) == ("answered", "grand", None)
    assert [s["mark"] for s in answer["sentences"]][-1] == "quoted"
