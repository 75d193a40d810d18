"""Hand-written stand-ins for the slow or random parts, and sample answers for the tests of what shows them."""

import re
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Answer, Citation, Evidence, Mark, Message, ModelCard, Piece, Sentence, Status, Stopped
from assistant.energy.footprint import Settings
from assistant.energy.reading import EnergyReading
from assistant.energy.receipt import reading_of
from assistant.render import FactSource
from index.search import Passage
from index.words import content_words

CARD = ModelCard("lecteur-petit", "extractive", "int8", "0" * 64)


class ScriptedAssistant:
    """Says given answers in steps, and keeps what it was asked and how each asking ended.

    `answers`: question -> the answers it yields, in order; any other question gets `otherwise`. An exception among the
    steps is raised. `pace`: seconds between two steps. `closed` holds the questions whose generator ended or was
    closed, `finished` those that came to their end. A stopped answer says what it cost, as the real one does.
    """

    def __init__(
        self, answers: Mapping[str, Sequence[Answer | Exception]], otherwise: Sequence[Answer | Exception] = ()
    ) -> None:
        self.card = CARD
        self.answers, self.otherwise = dict(answers), otherwise
        self.pace = 0.0
        self.asked: list[tuple[str, list[Message], str | None]] = []
        self.finished: list[str] = []
        self.closed: list[str] = []
        self._going_on = threading.Event()  # never set: waiting on it is a sleep that a test could cut short

    def ask(self, question: str, history: Sequence[Message] = (), language: str | None = None) -> Iterator[Answer]:
        self.asked.append((question, list(history), language))
        said = None
        try:
            for step in self.answers.get(question, self.otherwise):
                if isinstance(step, Exception):
                    raise step
                said = replace(step, question=question[:2000])
                yield said
                self._going_on.wait(self.pace)
            self.finished.append(question)
        except Stopped:
            if said is not None and not said.done:
                yield replace(said, energy=READING)
        finally:
            self.closed.append(question)


FACTS = {
    "bm25": FactSource(
        "bm25", "Foundations and Trends", "The Probabilistic Relevance Framework", 2009, "https://example.org/bm25?a=1&b=2",
        "high",
    ),
    "ladder": FactSource("ladder", "Jugeote", "Échelle des méthodes", None, None, "low"),
}  # fmt: skip

_READ = reading_of(3.6 / (4.5 * 1.33), Settings())  # 3.6 J, 1 mWh
assert _READ is not None
READING: EnergyReading = _READ

FR = Passage(
    "fr/small-or-large-model", "Petit ou grand modèle, lequel choisir ?", "Peut-on se passer d’un modèle génératif ?",
    "fr", "2026-11-24", 100, 320, 0.91,
    "Notre conseil est de monter l’échelle un barreau à la fois : règle, moteur de recherche, petit modèle. "
    "La recherche par mots, dite BM25, tourne sur un processeur ordinaire. Trier des courriels ne demande pas toujours "
    "un texte généré.",
)  # fmt: skip
EN = Passage(
    "en/small-or-large-model", "Small or large model, which one should you choose?",
    "Can you do without a generative model?", "en", "2026-11-24", 40, 240, 0.88,
    "Our advice is to climb the ladder one rung at a time: rule, search engine, small model. "
    "Keyword search, known as BM25, runs on an ordinary processor.",
)  # fmt: skip


def cited(passage: Passage, quote: str, marker: int, *facts: str) -> Citation:
    start = passage.start + passage.text.index(quote)
    return Citation(
        marker, passage.document, passage.title, passage.section, passage.language, passage.in_force_on, start,
        start + len(quote), quote, facts,
    )  # fmt: skip


def answered(question: str, language: str) -> list[Answer]:
    """The steps of an answer of two quotes: one joint, one quote, both, done."""
    passage = FR if language == "fr" else EN
    quotes = passage.text.split(". ")[:2]
    quotes = [quotes[0] + ".", quotes[1].rstrip(".") + "."]
    citations = (cited(passage, quotes[0], 1, "ladder"), cited(passage, quotes[1], 2, "bm25"))
    sentences = (
        Sentence("Les sources disent :" if language == "fr" else "The sources say:", Mark.OWN),
        Sentence(quotes[0], Mark.QUOTED, (1,)),
        Sentence(quotes[1], Mark.QUOTED, (2,)),
    )
    base = Answer(question, question, language, CARD, passages=(passage,))
    steps = [
        replace(base, text="...", sentences=sentences[:n], citations=citations[: max(0, n - 1)]) for n in (1, 2, 3)
    ]
    text = f"{sentences[0].text} « {quotes[0]} » [1] « {quotes[1]} » [2]"
    return [*steps, replace(steps[-1], text=text, status=Status.ANSWERED, energy=READING)]


def refused(question: str, language: str) -> list[Answer]:
    text = {
        "fr": f"Les sources ne répondent pas à cette question. J’ai cherché : « {question} ».",
        "en": f"The sources do not answer this question. I searched for: “{question}”.",
    }[language]
    passages = (FR, EN) if language == "fr" else (EN, FR)
    return [
        Answer(
            question, question, language, CARD, status=Status.REFUSED, reason="no_evidence", text=text,
            passages=passages, energy=None,
        )
    ]  # fmt: skip


def failed(question: str, language: str, text: str) -> list[Answer]:
    return [Answer(question, "", language, CARD, status=Status.FAILED, reason="no_words", text=text)]


class HashEmbedder:
    """Turns words into vectors by their hash: texts that share words are near, and nothing is loaded."""

    name = "hash@1"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen += texts
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % 64] += 1.0
            row[0] += 0.01  # a text without words still has a direction
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class WordScorer:
    """Scores a pair by the words that question and sentence share; keeps what it read."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def encode(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.seen += texts
        pairs = [(set(content_words(q)), set(content_words(s))) for q, s in texts]
        return np.array([4.0 * len(q & s) / max(1, len(q)) - 2.0 for q, s in pairs], np.float32)


class SureJudge:
    """Says the given numbers of the pairs, in turn; keeps what it compared."""

    def __init__(self, *scores: float) -> None:
        self.scores = scores
        self.seen: list[tuple[str, str]] = []

    def encode(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.seen += texts
        return np.resize(self.scores, len(texts)).astype(np.float32)


class ScriptedWriter:
    """Says given words, then the evidence it was sent; keeps what it was sent."""

    card = ModelCard("scripted", "generative", "", "0" * 64)

    def __init__(self, *words: str) -> None:
        self.words = words
        self.seen: list[list[Evidence]] = []

    def write(self, question: str, evidence: Sequence[Evidence], language: str) -> Iterator[Piece]:
        self.seen.append(list(evidence))
        for word in self.words:
            yield Piece(word)
        for item in evidence:
            yield Piece(item.text, item)


class FixedMeter:
    """A meter whose reading a test sets; counts the sections opened and closed."""

    def __init__(self, reading: EnergyReading | None = None) -> None:
        self.fixed, self.opened, self.closed = reading, 0, 0

    def section(self, account: str) -> "FixedMeter":
        self.opened += 1
        return self

    def __enter__(self) -> "FixedMeter":
        return self

    def __exit__(self, *problem: object) -> None:
        self.closed += 1

    def reading(self) -> EnergyReading | None:
        return self.fixed
