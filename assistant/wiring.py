"""Build the real parts from the configuration, top to bottom: with generators.py, the only file that does.

Read it to know what is running. What an answer by quotes does not need is imported where it is built: a cold answer waits
for every import.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import yaml

from assistant import generators
from assistant.answer import Writer
from assistant.catalog import Model, read_catalog
from assistant.changes import Changes
from assistant.chat import Assistant
from assistant.config import ROOT, Config
from assistant.energy.choose import Chosen, calibration_of, choose
from assistant.energy.footprint import Settings
from assistant.energy.keeper import Keeper
from assistant.energy.ledger import Ledger
from assistant.energy.probes.machine import Machine
from assistant.energy.session import Totals, standing
from assistant.energy.store import Store
from assistant.grounding import Closeness, Grounding
from assistant.prior import Prior
from assistant.reader import Reader
from assistant.render import FactSource
from index.embed import Embedder, HostEmbedder
from index.encoder import Encoder
from index.language import language_of
from index.manifest import read_manifest
from index.search import Index
from index.store import imported_beside

if TYPE_CHECKING:
    from assistant.assess.report import Assessor

CORPUS = ROOT / "corpus"
MODELS = generators.MODELS
THRESHOLDS = ROOT / "models" / "reader" / "thresholds.json"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `about` a question is out of scope; below `answers` no sentence answers. Set by evals/thresholds.py."""

    about: float
    answers: float
    close: Closeness
    prior: Prior
    embedder: str


def thresholds() -> Thresholds:
    """Read the thresholds kept with the reader."""
    raw = json.loads(THRESHOLDS.read_text("utf-8"))
    return Thresholds(raw["about"], raw["answers"], Closeness(**raw["close"]), Prior(**raw["prior"]), raw["embedder"])


def encoder(model: Model, threads: int) -> Encoder:
    """Open a bundled model; its tokenizer lies in the folder of its card. All but the embedder read with the embedder's word vectors."""
    file = model.file(ROOT)
    folder: Path = file.parent.parent if file.parent.name == "onnx" else file.parent
    return Encoder(
        model.name, file, folder / "tokenizer.json", sha256=model.sha256, pieces=model.context, threads=threads,
        lender=read_catalog(MODELS)["embedder"].file(ROOT),
    )  # fmt: skip


def embedder(config: Config) -> Embedder:
    """Return the embedder: the host's when it names one, else the bundled one."""
    return (
        HostEmbedder(config.embedder) if config.embedder else encoder(read_catalog(MODELS)["embedder"], config.threads)
    )


def judge(config: Config) -> Encoder:
    """Open the judge of claims."""
    return encoder(read_catalog(MODELS)["judge"], config.threads)


def changes() -> Changes:
    """Open the table of words that changed, which speaks beside the judge."""
    model = read_catalog(MODELS)["changes"]
    return Changes(model.name, model.file(ROOT), model.sha256, model.languages)


def grounding(config: Config) -> Grounding:
    """Return what marks the sentences of an answer that a model writes as free prose."""
    return Grounding(judge(config), thresholds().close, changes())


def index(config: Config) -> Index:
    """Open the index for reading."""
    return Index(config.home, embedder(config))


def store(config: Config) -> Store:
    """Return the energy totals of the data folder."""
    return Store(config.home / "state.sqlite")


def chosen_energy(config: Config) -> Chosen:
    """Return how energy is known on this machine."""
    kept = store(config).kept("calibration")
    return choose(config.powercap, calibration_of(kept) if kept else None)


def energy_settings(config: Config, known: Chosen) -> Settings:
    """Return the host's factors; the kind of machine is guessed where the host does not say it."""
    return Settings(
        config.grams_per_kwh, config.euros_per_tonne, config.pue, config.zone, config.machine or known.processor.machine,
        not config.machine, config.energy_policy,
    )  # fmt: skip


def ledger(config: Config, writing: Writer | None = None) -> Ledger:
    """Return the energy meter: this machine's, with the host's factors; a local model's process is counted with ours.

    A remote model's energy is spent elsewhere: nothing is read, for our part alone would look like the whole.
    """
    known = chosen_energy(config)
    settings = energy_settings(config, known)
    if writing is None or writing.card.kind == "extractive":
        return Ledger(settings, known.gauge())
    from assistant.writers.local import LlamaWriter
    from assistant.writers.remote import RemoteWriter

    if isinstance(writing, RemoteWriter):
        return Ledger(settings, cpu_nanoseconds=lambda: None)
    if not isinstance(writing, LlamaWriter):
        return Ledger(settings, known.gauge())
    gauge = known.gauge(Machine(child=lambda: writing.child.pid))
    # Not OurTime: it adds a child's time when the child ends, which the writer has counted from the child's start.
    return Ledger(settings, gauge, cpu_nanoseconds=lambda: time.process_time_ns() + writing.cpu_nanoseconds())


def keeper(config: Config, meter: Ledger) -> Keeper:
    """Return what keeps the totals of a meter in the data folder, where it can be written."""
    return Keeper(meter, store(config))


def totals(config: Config, meter: Ledger) -> Totals:
    """Return what the page asks for beside the questions: standby, and indexing since the first day."""
    return lambda: standing(meter, store(config))


def facts() -> dict[str, FactSource]:
    """Return fact id -> its source, as the page shows it."""
    with (CORPUS / "facts.yaml").open("rb") as file:
        rows = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # the C one is 8 times quicker
    return {
        row["id"]: FactSource(
            row["id"], row["source"].get("publisher") or "", row["source"].get("title") or "",
            row["source"].get("year"), row["source"].get("url"), row["confidence"],
        )
        for row in rows
    }  # fmt: skip


def assessor(config: Config) -> "Assessor":
    """Return the guided assessment, with the host's price of carbon."""
    from assistant.assess.cite import Corpus
    from assistant.assess.facts import read_facts
    from assistant.assess.questions import read_assessment
    from assistant.assess.report import Assessor

    questions, known = read_assessment(CORPUS / "assessment.yaml"), read_facts(CORPUS / "facts.yaml")
    return Assessor(questions, known, Corpus(CORPUS), config.euros_per_tonne)


@dataclass(frozen=True, slots=True)
class Parts:
    """The real parts of an assistant, for whoever measures them one by one."""

    index: Index
    reader: Reader
    writer: Writer
    meter: Ledger
    limits: Thresholds
    grounding: Grounding

    def assistant(self) -> Assistant:
        """Return them put together."""
        limits = self.limits
        return Assistant(
            self.index, self.reader, self.writer, self.meter, about=limits.about, prior=limits.prior,
            grounding=self.grounding,
        )  # fmt: skip


def parts(config: Config, writer_name: str = "quote", meter: Ledger | None = None, question: str = "") -> Parts:
    """Open the real parts; a `meter` of the caller's counts what it was made to count, else the writer's process too.

    `question`: one that will be asked at once and whose language must be told: where that takes a model, it opens beside.
    """
    chosen, limits = generators.writer(config, writer_name), thresholds()
    meter = meter or ledger(config, chosen)  # before the rest is opened: opening is counted
    read_manifest(config.home)  # without an index nothing else is worth opening
    imported_beside()
    if question:
        Thread(target=language_of, args=[question], name="language").start()
    reader = Reader(encoder(read_catalog(MODELS)["reader"], config.threads), limits.answers, limits.prior.fit)
    opened = index(config)
    # Opened now and not in the midst of an answer: a damaged file is said before anything is asked.
    marks = grounding(config) if config.plain and chosen.card.kind == "generative" else Grounding()
    return Parts(opened, reader, chosen, meter, limits, marks)


def assistant(config: Config, writer_name: str | None = None, meter: Ledger | None = None) -> Assistant:
    """Return the assistant, ready to be asked; `writer_name` None means the host's choice."""
    return parts(config, writer_name or config.writer, meter).assistant()
