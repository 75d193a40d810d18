"""The assistant: no evidence, no answer; what is cited was sent; a failure never looks like an answer."""

from dataclasses import replace
from itertools import pairwise

import pytest

from assistant.answer import Mark, Message, Piece, Status, Stopped, as_json
from assistant.chat import LONGEST, Assistant
from assistant.follow_up import completed
from assistant.grounding import Grounding
from assistant.reader import CANDIDATES, Reader
from assistant.writers.quote import MOST, PER_PASSAGE, QuoteWriter, chosen
from index.build import bring_up_to_date
from index.search import Index
from tests.fakes import CARD, READING, FixedMeter, HashEmbedder, ScriptedWriter, WordScorer

NOTE = """# Énergie

## Que coûte une réponse ?

Une réponse courte coûte peu d’énergie. Une réponse longue coûte davantage d’énergie. Le détail figure au registre.

## Who measures energy?

The energy team measures the energy of each answer. Nobody else measures it.
"""


@pytest.fixture
def index(tmp_path):
    (tmp_path / "corpus/fr").mkdir(parents=True)
    (tmp_path / "corpus/fr/energie.md").write_text(NOTE)
    bring_up_to_date(tmp_path / "home", tmp_path / "corpus", HashEmbedder())
    return Index(tmp_path / "home", HashEmbedder())


def made(index, writer=None, *, threshold=0.0, about=0.0, meter=None):
    return Assistant(
        index, Reader(WordScorer(), threshold), writer or QuoteWriter(CARD), meter or FixedMeter(READING), about=about
    )


def last(assistant, question, *more):
    *_, answer = assistant.ask(question, *more)
    return answer


def test_no_evidence_means_the_writer_is_never_asked(index):
    """An answer from a model's memory would look sourced; it must not exist."""
    writer = ScriptedWriter("Paris.")
    answer = last(made(index, writer, threshold=99.0), "Que coûte une réponse ?")
    assert writer.seen == []
    assert (answer.status, answer.reason, answer.citations) == (Status.REFUSED, "no_evidence", ())
    assert answer.passages
    assert "Que coûte une réponse ?" in answer.text


def test_a_question_out_of_scope_spares_the_reader(index):
    """Below the threshold of the search nothing is read."""
    scorer = WordScorer()
    assistant = Assistant(index, Reader(scorer, -9.0), QuoteWriter(CARD), FixedMeter(), about=9.0)
    answer = last(assistant, "Que coûte une réponse ?")
    assert (answer.status, answer.reason) == (Status.REFUSED, "out_of_scope")
    assert scorer.seen == []
    assert answer.energy is None, "a missing reading is null, never 0"
    assert as_json(answer)["energy"] is None


def test_quotes_are_the_sources_words_and_spans_are_true(index):
    """The contract: show(DOCUMENT).text[start:end] == quote."""
    answer = last(made(index), "Que coûte une réponse courte en énergie ?")
    assert answer.status is Status.ANSWERED
    text = index.document("fr/energie").text
    quotes = [s for s in answer.sentences if s.mark is Mark.QUOTED]
    assert quotes
    for citation in answer.citations:
        assert text[citation.start : citation.end] == citation.quote
    assert [c.quote for c in answer.citations] == [s.text for s in quotes]
    assert all(f"[{c.marker}]" in answer.text for c in answer.citations)


def test_the_answer_grows_whole_and_only_the_last_is_done(index):
    """The page, the command and the evals read one type."""
    *growing, done = made(index).ask("Que coûte une réponse courte en énergie ?")
    assert growing
    assert all(not a.done and a.energy is None for a in growing)
    assert done.done
    assert all(len(a.sentences) < len(b.sentences) for a, b in pairwise(growing))
    assert done.energy == READING


def test_the_meter_closes_when_the_asker_leaves(index):
    """A stopped answer still stops the meter."""
    meter = FixedMeter()
    answers = made(index, meter=meter).ask("Que coûte une réponse courte en énergie ?")
    next(answers)
    answers.close()
    assert (meter.opened, meter.closed) == (1, 1)


def test_a_stopped_answer_says_what_it_cost(index):
    """The writer stops first, so that what its process used is in the reading; then the meter closes."""
    order = []

    class Writer(ScriptedWriter):
        def write(self, question, evidence, language):
            try:
                yield from super().write(question, evidence, language)
            finally:
                order.append("writer stopped")

    class Meter(FixedMeter):
        def reading(self):
            order.append("read")
            return self.fixed

    meter = Meter(READING)
    answers = made(index, Writer("Un début."), meter=meter).ask("Que coûte une réponse courte en énergie ?")
    growing = next(answers)
    stopped = answers.throw(Stopped())
    assert stopped.energy == READING
    assert not stopped.done
    assert (stopped.text, stopped.sentences) == (growing.text, growing.sentences)
    assert order == ["writer stopped", "read"]
    with pytest.raises(StopIteration):
        next(answers)
    assert (meter.opened, meter.closed) == (1, 1)


def test_an_answer_that_was_just_done_when_it_is_stopped_stays_as_it_is(index):
    """The stop came too late: what was read is not read again."""
    answers = made(index).ask("Que coûte une réponse courte en énergie ?")
    for answer in answers:
        if answer.done:
            with pytest.raises(StopIteration):
                answers.throw(Stopped())
            break
    else:
        pytest.fail("never done")


def test_a_writers_own_words_are_marked_own(index):
    """Even when they sound right."""
    writer = ScriptedWriter("Une réponse courte coûte 3 Wh.")
    answer = last(made(index, writer), "Que coûte une réponse courte en énergie ?")
    assert answer.sentences[0].mark is Mark.OWN
    assert answer.sentences[0].citations == ()
    assert all(s.mark is Mark.QUOTED for s in answer.sentences[1:])


def test_only_what_was_sent_can_be_cited(index):
    """A writer that alters a quote, or quotes what it was not sent, gets no marker."""
    sent = last(made(index), "Que coûte une réponse courte en énergie ?")
    reader = Reader(WordScorer(), -9.0)
    found = index.search("énergie réponse", 8, "fr")
    evidence = reader.read("énergie réponse", found.vector, index.sentences(found))
    altered = Piece(evidence[0].text.replace("énergie", "eau"), evidence[0])
    foreign = Piece(evidence[1].text, evidence[1])
    forged = Piece("Mot", replace(evidence[0], text="Mot"))
    sentences, citations = Grounding().checked([altered, foreign, forged], evidence[:1], "fr")
    assert [s.mark for s in sentences] == [Mark.OWN] * 3
    assert citations == ()
    assert sent.citations


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "empty"),
        (" \u200b\n", "empty"),
        ("x" * 100_000, "too_long"),
        ("🙂🙂", "no_words"),
        ("???", "no_words"),
        ("\x00\x07", "empty"),
    ],
)
def test_what_cannot_be_asked_fails_with_a_sentence(index, question, reason):
    """It is no refusal and no answer."""
    answer = last(made(index), question)
    assert (answer.status, answer.reason) == (Status.FAILED, reason)
    assert answer.text
    assert len(answer.question) <= LONGEST
    assert not answer.passages


def test_another_language_is_told_in_both(index):
    """Spanish is neither guessed at nor answered."""
    answer = last(made(index), "¿Qué preguntas hay que hacer antes de desplegar una inteligencia artificial?")
    assert (answer.status, answer.reason) == (Status.REFUSED, "other_language")
    assert "français" in answer.text
    assert "English" in answer.text


def test_the_answers_language_is_the_questions(index):
    """Joints follow it, a source in the other language is said to be one."""
    english = last(made(index), "Who measures the energy of each answer?")
    assert english.language == "en"
    assert english.sentences[0].text == "A source in French says:"
    assert last(made(index), "Who measures the energy?", (), "fr").language == "fr"


def test_at_most_four_sentences_two_a_passage_the_best_first(index):
    """An answer is read, not scrolled."""
    found = index.search("énergie réponse", 8, "fr")
    evidence = Reader(WordScorer(), -9.0).read("énergie réponse", found.vector, index.sentences(found))
    kept = chosen(evidence)
    assert 1 <= len(kept) <= MOST
    for passage in {k.passage for k in kept}:
        assert sum(k.passage == passage for k in kept) <= PER_PASSAGE
    assert kept[0] == evidence[0]
    later = [replace(e, score=9.0 - n / 10) for n, e in enumerate(sorted(evidence[:3], key=lambda e: -e.start))]
    best, *others = chosen(later)
    assert best == later[0], "though it stands last in its document"
    assert [k.start for k in others] == sorted(k.start for k in others)


def test_each_document_is_opened_with_words_of_its_own(index):
    """The same joint twice reads like a machine that stammers; a source in the other language is said to be one."""
    found = index.search("énergie réponse", 8, "fr")
    first = Reader(WordScorer(), -9.0).read("énergie réponse", found.vector, index.sentences(found))[0]
    for languages in (("fr",) * 4, ("en",) * 4, ("fr", "fr", "en", "fr"), ("en", "fr", "en", "fr")):
        sent = [
            replace(
                first,
                text=f"Phrase {n}.",
                passage=replace(first.passage, document=f"d{n}", language=language),
            )
            for n, language in enumerate(languages)
        ]
        said = [piece.text for piece in QuoteWriter(CARD).write("", sent, "fr") if piece.evidence is None]
        assert len(said) == len(set(said)) == MOST
        assert ["anglais" in joint for joint in said] == [language == "en" for language in languages]
        for language, opens in (("fr", "Les sources disent :"), ("en", "Une source en anglais dit :")):
            assert language not in languages or said[languages.index(language)] == opens


def test_few_sentences_are_read(index):
    """CANDIDATES at most: the reader's cost is bounded whatever the passages."""
    scorer = WordScorer()
    found = index.search("énergie", 8, "fr")
    many = index.sentences(found) * 20
    Reader(scorer, -9.0).read("énergie", found.vector, many)
    assert len(scorer.seen) == CANDIDATES < len(many)


@pytest.mark.parametrize(
    ("question", "leans"),
    [("Et l’eau ?", True), ("What about water?", True), ("Pourquoi ?", True), ("Et pour trier des courriels ?", True),
     ("How do we measure it?", True), ("Quelles données personnelles peut-on donner à une IA externe ?", False),
     ("Qui répond d’un incident ?", False)],
)  # fmt: skip
def test_a_follow_up_leans_on_the_question_before(question, leans):
    """A question that stands alone is left alone."""
    past = [Message("user", "Quelle énergie consomme une réponse ?"), Message("assistant", "...")]
    assert completed(question, past) == (f"Quelle énergie consomme une réponse ? {question}" if leans else question)
    assert completed(question, []) == question


def test_a_sentence_that_only_repeats_the_question_is_no_evidence(index):
    """A heading in disguise is near everything and answers nothing."""
    question = "Une réponse courte coûte-t-elle peu d’énergie, selon l’équipe énergie ?"
    found = index.search(question, 8, "fr")
    candidates = index.sentences(found)
    echo = replace(candidates[0], text="L’énergie d’une réponse courte, selon l’équipe énergie.")
    read = Reader(WordScorer(), -99.0).ranked(question, found.vector, [echo, *candidates[1:]])
    assert echo.text not in [e.text for e in read]
    assert read


def test_a_slip_is_repaired_before_the_search_and_only_in_our_languages(index):
    """What was searched is told; in a third language "unter" is no slip of "under"."""
    answer = last(made(index), "Commnet une réponse courte coûte-t-elle peu d’énergie ?", (), "fr")
    assert answer.search == "Comment une réponse courte coûte-t-elle peu d’énergie ?"
    assert answer.question.startswith("Commnet")
    german = "Wie viel Energie verbraucht eine kurze Antwort des Assistenten unter unserer Verwaltung?"
    assert last(made(index), german).search == german
