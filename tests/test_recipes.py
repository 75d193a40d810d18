"""What the training recipes promise: nothing that dev or test questions lean on is learnt, and a stopped run goes on."""

import argparse
import json
import random
from pathlib import Path

import pytest

from assistant.differs import differs
from assistant.grounding import TURNED, readings
from evals.questions import read_all
from evals.sheets import read_sheets
from evals.splits import places
from index.encoder import _lent
from index.errors import ModelDamaged

ROOT = Path(__file__).resolve().parent.parent
RECIPES = ROOT / "models" / "recipes"


def row(**changes):
    """Return a row with two right sentences, one of them held, and wrong ones of two sections."""
    candidates = [
        candidate(
            text=f"Titre: phrase {n}", section="a#1" if n < 4 else "b#1", gold=n < 2, held=n == 1, near=1 - n / 10
        )
        for n in range(12)
    ]
    return {
        "source": "exam", "split": "train", "language": "fr", "kind": "short", "question": "Combien ?",
        "answerable": True, "candidates": candidates, **changes,
    }  # fmt: skip


def candidate(**changes):
    """Return a candidate."""
    said = {"cosine": 0.5, "covered": 0.2, "asked": 0.3, "passage": 0.9, "near": 0.5}
    return {"text": "Titre: phrase", "section": "a#1", "gold": False, "held": False, **said, **changes}


@pytest.mark.usefixtures("_recipes")
def test_a_held_sentence_is_never_drawn_right_or_wrong():
    """Seen only as a wrong answer it would be unlearnt, seen as a right one known by heart."""
    import draw

    for seed in range(50):
        found = draw.example(row(), random.Random(seed))
        assert found is not None
        assert "Titre: phrase 1" not in found.texts
        assert len(found.texts) == len(set(found.texts)) <= draw.SIZE


@pytest.mark.usefixtures("_recipes")
def test_the_right_sentence_keeps_its_place_or_is_taken_away_whole():
    """An example without an answer must not hold one, nor another sentence of the section that answers."""
    import draw

    seen = set()
    for seed in range(200):
        found = draw.example(row(), random.Random(seed))
        seen.add(bool(found.gold))
        if found.gold:
            assert [found.texts[i] for i in found.gold] == ["Titre: phrase 0"]
        else:
            assert not {"Titre: phrase 0", "Titre: phrase 2", "Titre: phrase 3"} & set(found.texts)
    assert seen == {True, False}


@pytest.mark.usefixtures("_recipes")
def test_two_questions_of_a_sentence_are_drawn_away_from_those_of_its_neighbours(monkeypatch):
    """Questions of one sheet must be told apart; one that two sentences answer is right for both, and never wrong."""
    import train_embedder

    monkeypatch.setattr(train_embedder, "SENTENCES", 8)
    rows = []
    for number in range(12):
        for language, said in (("fr", "Question"), ("en", "Asked")):
            rows += [
                row(
                    source="asked", language=language, question=f"{said} {number} {n} ?",
                    candidates=[
                        candidate(sentence=f"a#1#{number}", gold=True),
                        *[candidate(sentence="z#1#0") for _ in range(4)],
                    ],
                )
                for n in range(3)
            ]  # fmt: skip
    both = [candidate(sentence=f"a#1#{n}", gold=True) for n in (0, 1)]
    rows.append(row(source="asked", question="Deux ?", candidates=[*both, *[candidate(sentence="z#1#0")] * 3]))
    held = [candidate(sentence="a#1#0", gold=True, held=True), candidate(sentence="a#1#2", gold=True)]
    rows.append(row(source="asked", question="Tenue ?", candidates=[*held, *[candidate(sentence="z#1#0")] * 4]))
    corpus = train_embedder.Corpus([], rows)
    assert "Tenue ?" not in {q for _, q in corpus.asked["a#1#0"]}
    abroad = set()
    for seed in range(40):
        pairs = train_embedder.wordings(corpus, random.Random(seed))
        assert len({p.section for p in pairs}) == len(pairs) >= 8
        asked = [q for p in pairs for q in (p.question, p.right)]
        assert len(set(asked)) == len(asked)
        assert not {"a#1#0", "a#1#1"} <= {p.section for p in pairs}
        for p in pairs:
            numbers = {q.split()[1] for q in (p.question, p.right)} - {"?"}
            assert numbers == {p.section.split("#")[2]}
            abroad.add(p.question.split()[0] != p.right.split()[0])
    assert abroad == {True, False}


@pytest.mark.usefixtures("_recipes")
def test_every_row_is_drawn_once_before_any_twice():
    """Few questions are ours: none may be left out by chance."""
    import draw

    rows = [row(question=f"Question {n} ?") for n in range(20)] + [row(question="dev", split="dev")]
    drawn = draw.stream(rows, random.Random(1))
    first = [next(drawn).question for _ in range(20)]
    assert sorted(first) == sorted(f"Question {n} ?" for n in range(20))


@pytest.mark.usefixtures("_recipes")
def test_no_training_question_leans_on_a_sentence_of_dev_or_test():
    """The real questions and sheets; twins count as one sentence, since the embedder reads both languages."""
    import our_pairs

    sheets, exam = read_sheets(ROOT / "corpus"), read_all()
    unseen = [q for q in exam if q.split in ("dev", "test")]
    held = {place[1]: q.split for q in unseen for place in places(q, sheets)}
    asked = our_pairs.asked_questions(ROOT / "corpus", sheets, held, {})
    learnt = [a.question for a in asked if a.split == "train"] + [q for q in exam if q.split == "train"]
    assert sum(a.split == "train" for a in asked) > 1000
    assert {a.split for a in asked} == {"train", "dev", "test"}
    for question in learnt:
        assert not {place[1] for place in places(question, sheets)} & held.keys(), question.id


@pytest.mark.usefixtures("_recipes")
def test_an_answer_is_found_in_its_sentence():
    """The sentence that holds it; of several, the one that shares most words with the question; none that is too long."""
    from public_pairs import located

    spoken = [
        "Paris est la capitale de la France.",
        "La ville de Paris compte deux millions d’habitants.",
        "Lyon suit. " * 60,
    ]
    assert located(spoken, "Quelle est la capitale de la France ?", ["Paris"]) == [0]
    assert located(spoken, "Combien la ville compte-t-elle d’habitants ?", ["Paris"]) == [1]
    assert located(spoken, "Quelle ville suit ?", ["Lyon"]) == []
    assert located(spoken, "Quand ?", []) == []


@pytest.mark.usefixtures("_recipes")
def test_only_listed_repositories_are_read_and_held_out_ones_are_not_trained_on():
    """A licence, a whole revision, and a use for each; the CNIL help centre only measures."""
    from public_pairs import use_of

    sources = json.loads((RECIPES / "sources.json").read_text("utf-8"))
    for source in sources:
        assert source["licence"]
        assert len(source["revision"]) == 40
    cnil = next(s for s in sources if s["repository"].endswith("piaf-ml"))
    assert use_of(cnil, "any") == "test"
    piaf = next(s for s in sources if s["repository"].endswith("piaf-code"))
    assert {use_of(piaf, f"Article {n}") for n in range(20)} == {"train", "test"}


@pytest.mark.usefixtures("_recipes")
def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    """Weights, optimiser, steps and minutes come from OUT/last.pt."""
    import torch
    from clock import Clock

    class Run(Clock):
        def __init__(self, args):
            torch.manual_seed(0)
            self.model = torch.nn.Linear(2, 1)
            self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=0.1)
            super().__init__(args)

        def work(self):
            self.optimiser.zero_grad()
            self.model(torch.ones(1, 2)).sum().backward()
            self.optimiser.step()
            self.step += 1

    args = argparse.Namespace(out=tmp_path, seed=1, minutes=60, until=None)
    first = Run(args)
    for _ in range(3):
        first.work()
    first.spent += 120.0
    first.save()
    first.work()
    second = Run(args)
    assert second.step == 3
    assert second.minutes() >= 2
    second.work()
    assert torch.equal(second.model.weight, first.model.weight)


@pytest.mark.usefixtures("_recipes")
def test_a_source_is_learnt_by_its_own_claims_and_each_before_any_twice():
    """Faithful ones are right, altered ones wrong whatever they are set against, in either order; what a rule tells is not learnt.

    Nor are dev claims.
    """
    from claims import MET, NEW, drawn, read_claims, stream

    def told(first, second):
        return (second, first.removeprefix(TURNED)) if first.startswith(TURNED) else (first, second)

    def read(texts, sources):
        return {readings(text, source)[0] for text in texts for source in sources}  # as the judge reads them: alike

    def new(row):
        return any(name in row["id"] for name in NEW)

    rows = read_claims("train")
    assert not {r["id"] for r in rows} & {r["id"] for r in read_claims("dev")}
    rng, orders, right = random.Random(1), set(), 0
    for row in rows[:40]:
        made, own = drawn(row, rows[-1], rng), {row["source"], *row["faithful"]}
        other = {*row["altered"], *rows[-1]["faithful"]}
        right += any(label for _, _, label in made)
        for first, second, label in made:
            claim, source = told(first, second)
            assert not differs(claim, source)
            orders.add(first.startswith(TURNED))
            if label:
                assert (claim, source) in read(own | {text.rstrip(".") for text in own}, own)
            else:
                assert (claim, source) in read(other, own | other) | read(own, other)
    assert orders == {True, False}
    assert right >= 38  # of 40: a rule may tell all the rewordings of one
    few = [r for r in rows if r["id"].startswith("fr")][:4] + [r for r in rows if new(r)][:1]
    once = [next(made) for made in [stream(few, rng)] for _ in range(5)]
    texts = {r["id"]: {theirs for _, theirs in read([""], [r["source"], *r["faithful"]])} for r in few}
    met = [{told(*pair)[1] for *pair, label in made if label} for made in once]
    assert all(sum(not sources.isdisjoint(texts[r["id"]]) for sources in met) == 1 for r in few)
    many = stream([few[-1], *[r for r in rows if not new(r)][:100]], rng, MET)
    own = texts[few[-1]["id"]]
    rounds = sum(any(label and told(*pair)[1] in own for *pair, label in next(many)) for _ in range(200))
    assert 4 <= rounds <= 8, "in each round, with a part of those that were learnt before"


@pytest.mark.usefixtures("_recipes")
def test_marked_sentences_stand_for_claims(tmp_path):
    """Each replacement comes by itself, and with others; one word that does not say the same makes a claim false, among any others."""
    from claims import read_claims

    spans = [[["is to", "has to"], ["may", "can"]], [["handed in", "submitted"], ["read", "kept"]]]
    row = {
        "id": "en-own-docs-9",
        "split": "train",
        "marked": ["The report [must] be [sent] on Monday."],
        "spans": [spans],
    }
    turned = row | {"id": "en-own-docs-8", "source": "We must send the report on Monday."}
    (tmp_path / "en.jsonl").write_text("".join(json.dumps(r) + "\n" for r in (row, turned)), encoding="utf-8")
    first, second = read_claims("train", tmp_path)
    assert read_claims("train", tmp_path) == [first, second], "the same claims at any time"
    assert first["source"] == "The report must be sent on Monday."
    assert second["source"] == "We must send the report on Monday."
    assert first["source"] in second["faithful"]
    for got in (first, second):
        assert {"The report has to be sent on Monday.", "The report must be submitted on Monday."} <= {*got["faithful"]}
        assert {"The report can be sent on Monday.", "The report must be kept on Monday."} <= {*got["altered"]}
        assert {"The report is to be handed in on Monday.", "The report has to be submitted on Monday."} & {
            *got["faithful"]
        }
        assert not any(word in text for text in got["faithful"] for word in ("may", "can", "read", "kept"))
        assert all(any(word in text for word in ("may", "can", "read", "kept")) for text in got["altered"])
        assert {first["source"], *got["faithful"]}.isdisjoint(got["altered"])
    (tmp_path / "en.jsonl").write_text(
        json.dumps(row | {"marked": ["The report [must] be sent."]}) + "\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match="The report"):
        read_claims("train", tmp_path)


@pytest.mark.usefixtures("_recipes")
def test_a_source_may_give_way_to_itself_in_the_other_language():
    """It then stands where the source stood, now and then; without one nothing changes."""
    from claims import TWIN, drawn, read_claims

    rows = [r for r in read_claims("train") if r["id"].startswith("fr-accessibility#")]
    rng, twin = random.Random(3), "this stands for the english sentence."
    made = [drawn(row, row, rng, twin) for row in rows for _ in range(20)]
    assert not any(twin in first + second for row in rows for first, second, _ in drawn(row, row, rng))
    turned = sum(any(twin in first + second for first, second, _ in one) for one in made)
    assert 0 < turned < 2 * TWIN * len(made)


@pytest.mark.usefixtures("_recipes")
def test_a_question_meets_the_sentences_of_its_section_and_none_that_is_held():
    """The nearest ones of all, and as many neighbours of the right one on each side, however far they are."""
    import numpy as np
    from reader_rows import AROUND, NEAREST, Sentences, Spoken

    count, right = 100, 70
    turn = np.linspace(0, np.pi, count)
    spoken = [Spoken("d", f"phrase {n}", "Titre", "own" if n >= 60 else "other", held=n == 3) for n in range(count)]
    sentences = Sentences(spoken, np.stack([np.cos(turn), np.sin(turn)], 1).astype(np.float32))
    made = sentences.row("own", "train", "fr", "Combien ?", np.array([1.0, 0.0], np.float32), [right])
    numbers = [int(c["text"].removeprefix("Titre: phrase ")) for c in made["candidates"]]
    assert numbers[:NEAREST] == [n for n in range(NEAREST + 1) if n != 3]
    assert sorted(numbers[NEAREST:]) == list(range(60, right + AROUND + 1))
    assert [c["text"] for c in made["candidates"] if c["gold"]] == [f"Titre: phrase {right}"]
    assert next(c["near"] for c in made["candidates"] if c["gold"]) == 1
    silent = sentences.row("own", "train", "fr", "Combien ?", np.array([1.0, 0.0], np.float32), [])
    assert not silent["answerable"]
    assert len(silent["candidates"]) == NEAREST


@pytest.mark.usefixtures("_recipes")
@pytest.mark.parametrize("split", ["train", "dev"])
def test_an_invented_document_is_searched_alone_and_holds_what_answers(split):
    """All of its questions, the right sentence among the candidates wherever there is one."""
    from types import SimpleNamespace

    import numpy as np
    from reader_rows import OWN, own_rows

    embedder = SimpleNamespace(encode=lambda texts: np.ones((len(texts), 2), np.float32))
    rows = list(own_rows(OWN / split / "fr", SimpleNamespace(embedder=embedder)))
    assert len(rows) == len((OWN / split / "fr" / "questions.jsonl").read_text("utf-8").splitlines())
    assert {row["split"] for row in rows} == {split}
    for row in rows:
        assert len({c["section"].split("#")[0] for c in row["candidates"]}) == 1
        assert row["answerable"] == any(c["gold"] for c in row["candidates"])


@pytest.mark.usefixtures("_recipes")
def test_a_file_reads_with_the_word_vectors_it_is_lent(tmp_path):
    """The graph keeps their place, not them, and gives what it would with them."""
    import numpy as np
    import onnx
    import onnxruntime
    from export import WORDS, lent
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)

    def model(prefix, vectors, scale):
        named = {"quantized": vectors, "scale": np.float32(scale), "zero_point": np.uint8(7)}
        tensors = [numpy_helper.from_array(np.asarray(a), f"{prefix}{WORDS}_{part}") for part, a in named.items()]
        nodes = [
            helper.make_node("Gather", [f"{prefix}{WORDS}_quantized", "input_ids"], ["row"]),
            helper.make_node(
                "DequantizeLinear", ["row", f"{prefix}{WORDS}_scale", f"{prefix}{WORDS}_zero_point"], ["out"]
            ),
        ]
        given = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n"])]
        made = [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 64])]
        graph = helper.make_graph(nodes, "words", given, made, tensors)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    theirs, own = (rng.integers(0, 255, (50, 64), dtype=np.uint8) for _ in range(2))
    embedder, file = tmp_path / "embedder.onnx", tmp_path / "reader.onnx"
    onnx.save(model("encoder.", theirs, 0.5), str(embedder))
    borrowing = model("enc.", own, 0.25)
    lent(borrowing, embedder)
    file.write_bytes(borrowing.SerializeToString())
    assert file.stat().st_size < theirs.nbytes < embedder.stat().st_size
    session = onnxruntime.InferenceSession(str(file))
    found = session.run(None, {"input_ids": np.array([3, 41]), **_lent(session, embedder)})[0]
    assert np.allclose(found, (theirs[[3, 41]].astype(np.float32) - 7) * 0.5)
    embedder.write_bytes(embedder.read_bytes() + b"x")
    with pytest.raises(ModelDamaged):
        _lent(session, embedder)
    onnx.save(model("encoder.", theirs[:, :32].copy(), 0.5), str(embedder))
    with pytest.raises(ValueError, match="cannot be"):
        lent(model("enc.", own, 0.25), embedder)


@pytest.mark.usefixtures("_recipes")
@pytest.mark.parametrize("role", ["embedder", "reader", "judge"])
def test_a_training_form_made_of_the_bundled_file_says_what_the_file_says(role, tmp_path):
    """Whoever has this repository alone can go on training."""
    import numpy as np
    from agree import whole
    from export import FILES, PROBES, Encoder, digest, probes
    from form_of import LENDER, main

    folder = ROOT / "models" / ("embedder" if role == "embedder" else "reader")
    main(role, folder, tmp_path)
    claims = [json.loads(line) for line in (ROOT / "evals/claims/en.jsonl").read_text("utf-8").splitlines()[:8]]
    pairs = [(row[kind], row["source"]) for row in claims for kind in ("faithful", "altered")]
    texts = probes(role) if role == "embedder" else [*PROBES, *pairs]
    form = whole(role, tmp_path, texts, 128)
    file, lender = folder / FILES[role], None if role == "embedder" else LENDER
    said = Encoder(
        role, file, folder / "tokenizer.json", sha256=digest(file), pieces=128, threads=1, lender=lender
    ).encode(texts)
    if role == "embedder":
        assert (form * said).sum(1).min() > 0.99
    else:
        assert np.corrcoef(form, said)[0, 1] > 0.98
