"""Question in, growing `Answer` out: search, read, write, check, inside one energy section.

Knows nothing of screens, files or configuration. No evidence means that the writer is never asked.
"""

import re
import time
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from assistant.answer import (
    Answer,
    Began,
    Evidence,
    Mark,
    Message,
    Piece,
    Seconds,
    Sentence,
    Status,
    Stopped,
    Waiting,
    Writer,
)  # fmt: skip
from assistant.energy.compare import credible
from assistant.energy.reading import Meter, Section
from assistant.errors import QuestionEmpty, QuestionTooLong, QuestionUnusable, QuestionWithoutWords
from assistant.follow_up import completed
from assistant.grounding import Grounding
from assistant.orders import is_order
from assistant.prior import Prior
from assistant.reader import Reader
from index.documents import INVISIBLE
from index.language import language_of
from index.search import Index

LONGEST = 2000  # characters: a question, not a document
PASSAGES = 8
OWN = 6  # of an organisation's own documents at least: two in five of theirs that answer were not among the 8 (evals/results.md)
NEAREST = 3  # shown with a refusal
NO_PRIOR = Prior()
NO_JUDGE = Grounding()

REFUSALS = {
    "no_evidence": {
        "fr": "Les sources ne répondent pas à cette question. J’ai cherché : «\u00a0{search}\u00a0». {instead}",
        "en": "The sources do not answer this question. I searched for: “{search}”. {instead}",
    },
    "out_of_scope": {
        "fr": "Cette question sort du sujet des sources : quoi se demander avant, pendant et après le déploiement d’une IA. "
        "J’ai cherché : «\u00a0{search}\u00a0». {instead}",
        "en": "This question is outside what the sources are about: what to ask before, while and after deploying an AI. "
        "I searched for: “{search}”. {instead}",
    },
    "other_language": {
        "fr": "Je lis et réponds en français et en anglais seulement. Posez la question dans l’une des deux langues. / "
        "I read and answer in French and English only. Please ask in one of the two.",
        "en": "I read and answer in French and English only. Please ask in one of the two. / "
        "Je lis et réponds en français et en anglais seulement. Posez la question dans l’une des deux langues.",
    },
}
INSTEAD = {
    "fr": (
        "Demandez plutôt, par exemple : {examples}.",
        "«\u00a0{}\u00a0»",
        "Quelles questions poser avant de déployer une IA ?",
    ),
    "en": ("Ask instead, for example: {examples}.", "“{}”", "Which questions should we ask before deploying an AI?"),
}


def usable(question: str) -> str:
    """Return the question without control and invisible characters; raises QuestionUnusable."""
    text = INVISIBLE.sub(" ", unicodedata.normalize("NFC", question))
    text = re.sub(r"\s+", " ", text).strip()
    if not text:
        raise QuestionEmpty
    if len(text) > LONGEST:
        raise QuestionTooLong(length=len(text), limit=LONGEST)
    if not any(c.isalpha() for c in text):
        raise QuestionWithoutWords
    return text


@dataclass
class _Clock:
    """Wall seconds of the stages of one answer."""

    started: float = field(default_factory=time.perf_counter)
    last: float = field(default_factory=time.perf_counter)
    spent: dict[str, float] = field(default_factory=dict)

    def stage(self, name: str) -> None:
        """Charge the time since the last call to `name`."""
        now = time.perf_counter()
        self.spent[name] = self.spent.get(name, 0.0) + now - self.last
        self.last = now

    def seconds(self) -> Seconds:
        """Return the stages and the total so far."""
        return Seconds(**self.spent, total=time.perf_counter() - self.started)


class Assistant:
    """Answers questions from the index; safe to share between threads."""

    def __init__(
        self, index: Index, reader: Reader, writer: Writer, meter: Meter, *, about: float, prior: Prior = NO_PRIOR,
        grounding: Grounding = NO_JUDGE,
    ) -> None:  # fmt: skip
        """`about`: below this search strength the sources are not about the question and the reader is spared."""
        self.card = writer.card
        self._index, self._reader, self._writer, self._meter = index, reader, writer, meter
        self._about, self._prior, self._grounding = about, prior, grounding

    def ask(self, question: str, history: Sequence[Message] = (), language: str | None = None) -> Iterator[Answer]:
        """Yield the answer as it grows; only the last one has a status.

        A question that cannot be searched gives one failed answer whose text says why. Throwing `Stopped` into the
        generator gives one more answer, as far as it came, with what it cost until then.
        """
        clock = _Clock()
        answer = Answer(question, question, language or "fr", self.card)
        with (
            self._meter.section("question") as section,
            closing(self._steps(answer, history, language, section, clock)) as steps,
        ):
            try:
                for answer in steps:
                    yield answer
            except Stopped:
                steps.close()  # the writer stops first: what its process used until then is charged too
                if not answer.done:
                    yield replace(answer, energy=section.reading(), seconds=clock.seconds())

    def _steps(
        self, answer: Answer, history: Sequence[Message], language: str | None, section: Section, clock: _Clock
    ) -> Generator[Answer, None, None]:
        try:
            asked = usable(answer.question)
        except QuestionUnusable as problem:
            yield _unusable(answer, problem, language)
            return
        said = language or language_of(asked)
        answer = replace(answer, search=completed(asked, history), language=said if said in ("fr", "en") else "en")
        if said != answer.language:
            yield replace(_refused(answer, "other_language"), energy=section.reading(), seconds=clock.seconds())
            return
        self._index.refresh()
        answer = replace(answer, search=self._index.spelled(answer.search))
        found = self._index.search(answer.search, PASSAGES, answer.language, own=OWN)
        answer = replace(answer, passages=found.passages)
        clock.stage("search")
        # Below, or when the question is an order to the assistant, the reader is spared.
        about = found.strength >= self._about and not is_order(asked)
        candidates = self._index.sentences(found) if about else []
        shift = self._prior.shift(answer.search, found)
        evidence = self._reader.read(answer.search, found.vector, candidates, shift)
        clock.stage("read")
        if not evidence:
            refusal = _refused(answer, "no_evidence" if about else "out_of_scope")
            yield replace(refusal, energy=section.reading(), seconds=clock.seconds())
            return
        answer = yield from self._written(answer, evidence, clock)
        energy = section.reading()
        if answer.model.kind == "generative":  # who really wrote: a model that failed gave quotes instead
            energy = credible(energy, len(answer.text))
        yield replace(answer, status=Status.ANSWERED, energy=energy, seconds=clock.seconds())

    def _written(self, answer: Answer, evidence: Sequence[Evidence], clock: _Clock) -> Generator[Answer, None, Answer]:
        """Yield the answer while the writer writes; return it whole."""
        pieces: list[Piece] = []
        grounding = self._grounding.for_one_answer()
        for word in self._writer.write(answer.search, evidence, answer.language):
            clock.stage("write")
            answer = _told(answer, word, pieces, evidence, grounding)
            clock.stage("check")
            yield answer
        if pieces and pieces[-1].growing:  # never finished
            answer = _grown(answer, pieces[:-1], evidence, grounding)
        return answer


def _told(
    answer: Answer, said: Piece | Waiting | Began, pieces: list[Piece], sent: Sequence[Evidence], grounding: Grounding
) -> Answer:
    """Return the answer after one word of the writer, the same one when nothing changed; `pieces` keeps what stands."""
    if isinstance(said, Waiting):
        return answer if answer.waiting == said.position else replace(answer, waiting=said.position)
    if isinstance(said, Began):
        pieces.clear()
        began = replace(answer, model=said.card, seed=said.seed, reason=said.reason, waiting=0)
        return _grown(began, pieces, sent, grounding)
    if pieces and pieces[-1].growing:
        pieces.pop()
    if said.text:
        pieces.append(said)
    return replace(_grown(answer, pieces, sent, grounding), waiting=0)


def _grown(answer: Answer, pieces: Sequence[Piece], sent: Sequence[Evidence], grounding: Grounding) -> Answer:
    """Return the answer with what is written so far; only what was sent can be cited."""
    sentences, citations = grounding.checked(pieces, sent, answer.language)
    return replace(answer, text=prose(sentences, answer.language), sentences=sentences, citations=citations)


def prose(sentences: Sequence[Sentence], language: str) -> str:
    """Return the sentences as text: quotes between quotation marks, each followed by its markers."""
    said = []
    for sentence in sentences:
        quote = f"«\u00a0{sentence.text}\u00a0»" if language == "fr" else f"“{sentence.text}”"
        text = quote if sentence.mark is Mark.QUOTED else sentence.text
        said.append(" ".join([text, *(f"[{marker}]" for marker in sentence.citations)]))
    return " ".join(said)


def _unusable(answer: Answer, problem: QuestionUnusable, language: str | None) -> Answer:
    told = language or (language_of(answer.question[:300]) if len(answer.question) > 20 else "fr")
    spoken = told if told in ("fr", "en") else "en"
    text = " ".join(problem.told(spoken))
    shown = answer.question[:LONGEST]  # a page of text is not sent back
    return replace(
        answer, question=shown, search="", language=spoken, status=Status.FAILED, reason=problem.code, text=text
    )  # fmt: skip


def _refused(answer: Answer, reason: str) -> Answer:
    """Say what was looked for and what to ask instead: the headings of the nearest sheets are questions."""
    sentence, form, always = INSTEAD[answer.language]
    near = answer.passages[:NEAREST] if reason == "no_evidence" else ()
    headings = [p.section.split(" > ")[-1] for p in near if p.language == answer.language and p.section != p.title]
    examples = ", ".join(form.format(h) for h in dict.fromkeys(headings)) or form.format(always)
    text = REFUSALS[reason][answer.language].format(search=answer.search, instead=sentence.format(examples=examples))
    return replace(answer, status=Status.REFUSED, reason=reason, text=text, passages=answer.passages[:NEAREST])
