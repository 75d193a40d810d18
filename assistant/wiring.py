"""Build the real parts from the configuration, top to bottom: the only file that does.

Read it to know what is running.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant import prompt
from assistant.answer import ModelCard, Writer
from assistant.catalog import Model, read_catalog, read_models
from assistant.chat import Assistant
from assistant.config import ROOT, Config
from assistant.energy.footprint import Settings
from assistant.energy.ledger import Ledger
from assistant.errors import WriterUnknown
from assistant.models import memory, tuning
from assistant.models.store import Store
from assistant.reader import Reader
from assistant.render import FactSource
from assistant.writers.llama_child import BATCH
from assistant.writers.local import LlamaWriter, Manner
from assistant.writers.quote import QuoteWriter
from assistant.writers.remote import RemoteWriter
from index.embed import Embedder, HostEmbedder
from index.encoder import Encoder
from index.search import Index

CORPUS = ROOT / "corpus"
MODELS = ROOT / "models.txt"
WRITERS = ("quote", "remote")  # besides the models of models.txt and the imported ones


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `about` a question is out of scope; below `answers` no sentence answers. Set by evals/thresholds.py."""

    about: float
    answers: float
    embedder: str


def thresholds() -> Thresholds:
    """Read the thresholds kept with the reader."""
    raw = json.loads((ROOT / "models" / "reader" / "thresholds.json").read_text("utf-8"))
    return Thresholds(raw["about"], raw["answers"], raw["embedder"])


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


def ledger(config: Config, writing: Writer | None = None) -> Ledger:
    """Return the energy meter with the host's factors; the process of a local model is counted with ours.

    A remote model's energy is spent elsewhere: nothing is read, for our part alone would look like the whole.
    """
    settings = Settings(config.grams_per_kwh, config.euros_per_tonne, config.pue)
    if isinstance(writing, RemoteWriter):
        return Ledger(settings, cpu_nanoseconds=lambda: None)
    if not isinstance(writing, LlamaWriter):
        return Ledger(settings)
    return Ledger(settings, cpu_nanoseconds=lambda: time.process_time_ns() + writing.cpu_nanoseconds())


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


def store(config: Config) -> Store:
    """Return the model files of this host."""
    listed = read_models(MODELS)
    return Store(config.home, listed.with_writers_of(read_models(config.models)) if config.models else listed)


def suggested(config: Config) -> Model | None:
    """Return the writer that models.txt names for this machine's memory."""
    return store(config).catalog.default_writer(memory.total() / 1e9)


def described(config: Config, name: str) -> str:
    """Return who writes and how it runs here; raises what is wrong with its file or its address."""
    if name == "quote":
        offered = suggested(config)
        return (
            f"quote; make chat MODEL={offered.name}: {offered.gigabytes} GB, {offered.licence}" if offered else "quote"
        )
    if name == "remote":
        return f"remote: {RemoteWriter(config.server_url, config.server_model, config.server_hosts, quoting(), Manner()).card.name}"
    kept = store(config)
    model = _model(kept, name)
    _, header = kept.located(name)
    how = tuning.chosen(kept.folder, model, header, threads=config.threads, context=config.context)
    return (
        f"{name}: {header.architecture}, {header.quantisation}, {header.size / 1e9:.2f} GB, context {how.context}, "
        f"threads {how.threads} ({how.why}), batch {BATCH}, repacked weights {'yes' if how.repack else 'no'}"
    )


def quoting() -> QuoteWriter:
    """Return the writer that generates nothing."""
    reader = read_catalog(MODELS)["reader"]
    return QuoteWriter(ModelCard(reader.name, "extractive", reader.quantisation, reader.sha256))


def _model(kept: Store, name: str) -> Model:
    found = next((m for m in kept.models() if m.name == name), None)
    if found is None:
        raise WriterUnknown(
            name=name, known=", ".join([*WRITERS, *(m.name for m in kept.models() if kept.installed(m.name))])
        )
    return found


def writer(config: Config, name: str) -> Writer:
    """Return a writer by name; raises WriterUnknown, or what is wrong with its file or its address."""
    manner = Manner(config.plain, config.seed)
    if name == "quote":
        return quoting()
    if name == "remote":
        return RemoteWriter(config.server_url, config.server_model, config.server_hosts, quoting(), manner)
    kept = store(config)
    model = _model(kept, name)
    file, header = kept.located(name)
    systems = tuple(prompt.system(language, plain=config.plain) for language in ("fr", "en"))
    chosen = tuning.chosen(kept.folder, model, header, threads=config.threads, context=config.context)
    sha256 = kept.checked(name)  # last: it reads the whole file
    running = tuning.running(file, chosen, systems)
    card = ModelCard(name, "generative", model.quantisation or header.quantisation, sha256)
    return LlamaWriter(card, running, quoting(), manner, check=lambda: kept.opened(name))


def assistant(config: Config, writer_name: str | None = None) -> Assistant:
    """Return the assistant, ready to be asked; `writer_name` None means the host's choice."""
    chosen, limits = writer(config, writer_name or config.writer), thresholds()
    opened = index(config)
    reader = Reader(encoder(read_catalog(MODELS)["reader"], config.threads), limits.answers)
    return Assistant(opened, reader, chosen, ledger(config, chosen), about=limits.about)
