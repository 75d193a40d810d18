"""Build the real parts from the configuration, top to bottom: the only file that does.

Read it to know what is running.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.answer import ModelCard, Writer
from assistant.catalog import Model, read_catalog
from assistant.chat import Assistant
from assistant.config import ROOT, Config
from assistant.energy.footprint import Settings
from assistant.energy.ledger import Ledger
from assistant.errors import WriterUnknown
from assistant.prior import Prior
from assistant.reader import Reader
from assistant.render import FactSource
from assistant.writers.quote import QuoteWriter
from index.embed import Embedder, HostEmbedder
from index.encoder import Encoder
from index.search import Index

CORPUS = ROOT / "corpus"
MODELS = ROOT / "models.txt"
THRESHOLDS = ROOT / "models" / "reader" / "thresholds.json"
WRITERS = ("quote",)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `about` a question is out of scope; below `answers` no sentence answers. Set by evals/thresholds.py."""

    about: float
    answers: float
    prior: Prior
    embedder: str


def thresholds() -> Thresholds:
    """Read the thresholds kept with the reader."""
    raw = json.loads(THRESHOLDS.read_text("utf-8"))
    return Thresholds(raw["about"], raw["answers"], Prior(**raw["prior"]), raw["embedder"])


def encoder(model: Model, threads: int) -> Encoder:
    """Open a bundled model; its tokenizer lies in the folder of its card."""
    file = model.file(ROOT)
    folder: Path = file.parent.parent if file.parent.name == "onnx" else file.parent
    return Encoder(
        model.name, file, folder / "tokenizer.json", sha256=model.sha256, pieces=model.context, threads=threads
    )  # fmt: skip


def embedder(config: Config) -> Embedder:
    """Return the embedder: the host's when it names one, else the bundled one."""
    return (
        HostEmbedder(config.embedder) if config.embedder else encoder(read_catalog(MODELS)["embedder"], config.threads)
    )


def index(config: Config) -> Index:
    """Open the index for reading."""
    return Index(config.home, embedder(config))


def ledger(config: Config) -> Ledger:
    """Return the energy meter with the host's factors."""
    return Ledger(Settings(config.grams_per_kwh, config.euros_per_tonne, config.pue))


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


def writer(name: str) -> Writer:
    """Return a writer by name; raises WriterUnknown."""
    if name not in WRITERS:
        raise WriterUnknown(name=name, known=", ".join(WRITERS))
    reader = read_catalog(MODELS)["reader"]
    return QuoteWriter(ModelCard(reader.name, "extractive", reader.quantisation, reader.sha256))


@dataclass(frozen=True, slots=True)
class Parts:
    """The real parts of an assistant, for whoever measures them one by one."""

    index: Index
    reader: Reader
    writer: Writer
    meter: Ledger
    limits: Thresholds

    def assistant(self) -> Assistant:
        """Return them put together."""
        limits = self.limits
        return Assistant(
            self.index, self.reader, self.writer, self.meter, about=limits.about, prior=limits.prior
        )  # fmt: skip


def parts(config: Config, writer_name: str = "quote") -> Parts:
    """Open the real parts; raises what each of them raises."""
    chosen, limits = writer(writer_name), thresholds()
    opened = index(config)
    reader = Reader(encoder(read_catalog(MODELS)["reader"], config.threads), limits.answers)
    return Parts(opened, reader, chosen, ledger(config), limits)


def assistant(config: Config, writer_name: str = "quote") -> Assistant:
    """Return the assistant, ready to be asked."""
    return parts(config, writer_name).assistant()
