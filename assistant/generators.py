"""Build who writes from the configuration: exact quotes, a model of this machine, or a server.

A part of wiring.py that stands by itself: the two are the only files that build real parts.
"""

from typing import TYPE_CHECKING

from assistant import prompt
from assistant.answer import ModelCard, Writer
from assistant.catalog import Model, read_catalog, read_models
from assistant.config import ROOT, Config
from assistant.errors import WriterUnknown
from assistant.models import memory, tuning
from assistant.models.store import Store
from assistant.writers.llama_job import BATCH
from assistant.writers.quote import QuoteWriter

if TYPE_CHECKING:
    from assistant.writers.remote import RemoteWriter

MODELS = ROOT / "models.txt"
WORDS = {
    "fr": {
        "offered": "quote ; make chat MODEL={name} : {size}, {licence}", "yes": "oui", "no": "non",
        "runs": "{name} : {architecture}, {quantisation}, {size}, contexte {context}, fils {threads} ({why}), lots de {batch}, "
        "poids réarrangés : {repack}, OpenMP {waiting}", "bench": "mesuré", "setting": "réglage", "cores": "cœurs",
        "passive": "passif", "default": "par défaut",
    },
    "en": {
        "offered": "quote; make chat MODEL={name}: {size}, {licence}", "yes": "yes", "no": "no",
        "runs": "{name}: {architecture}, {quantisation}, {size}, context {context}, threads {threads} ({why}), batch {batch}, "
        "repacked weights {repack}, OpenMP {waiting}", "bench": "bench", "setting": "setting", "cores": "cores",
        "passive": "passive", "default": "default",
    },
}  # fmt: skip
WRITERS = ("quote", "remote")  # besides the models of models.txt and the imported ones


def model_files(config: Config) -> Store:
    """Return the model files of this host."""
    listed = read_models(MODELS)
    return Store(config.home, listed.with_writers_of(read_models(config.models)) if config.models else listed)


def suggested(config: Config) -> Model | None:
    """Return the writer that models.txt names for this machine's memory."""
    return model_files(config).catalog.default_writer(memory.total() / 1e9)


def described(config: Config, name: str, language: str = "en") -> str:
    """Return who writes and how it runs here; raises what is wrong with its file or its address."""
    words = WORDS[language]
    if name == "quote":
        offered = suggested(config)
        if offered is None:
            return "quote"
        return words["offered"].format(name=offered.name, size=sized(offered.size, language), licence=offered.licence)
    if name == "remote":
        return f"remote: {_remote(config).card.name}"
    kept = model_files(config)
    model = _model(kept, name)
    _, header = kept.located(name)
    how = tuning.chosen(kept.folder, model, header, threads=config.threads, context=config.context)
    return words["runs"].format(
        name=name, architecture=header.architecture, quantisation=header.quantisation or "?",
        size=sized(header.size, language), context=how.context, threads=how.threads, why=words[how.why], batch=BATCH,
        repack=words["yes" if how.repack else "no"], waiting=words["passive" if how.passive else "default"],
    )  # fmt: skip


def sized(size: int, language: str) -> str:
    """Return bytes as a person reads them."""
    gigabytes = f"{size / 1e9:.2f}"
    return f"{gigabytes.replace('.', ',')} Go" if language == "fr" else f"{gigabytes} GB"


def quoting() -> QuoteWriter:
    """Return the writer that generates nothing."""
    reader = read_catalog(MODELS)["reader"]
    return QuoteWriter(ModelCard(reader.name, "extractive", reader.quantisation, reader.sha256))


def _remote(config: Config) -> "RemoteWriter":
    from assistant.writers.local import Manner
    from assistant.writers.remote import RemoteWriter

    manner = Manner(config.plain, config.seed)
    return RemoteWriter(config.server_url, config.server_model, config.server_hosts, quoting(), manner)


def _model(kept: Store, name: str) -> Model:
    found = next((m for m in kept.models() if m.name == name), None)
    if found is None:
        raise WriterUnknown(
            name=name, known=", ".join([*WRITERS, *(m.name for m in kept.models() if kept.installed(m.name))])
        )
    return found


def writer(config: Config, name: str) -> Writer:
    """Return a writer by name; raises WriterUnknown, or what is wrong with its file or its address."""
    if name == "quote":
        return quoting()
    if name == "remote":
        return _remote(config)
    from assistant.writers.local import LlamaWriter, Manner

    kept = model_files(config)
    model = _model(kept, name)
    file, header = kept.located(name)
    systems = tuple(prompt.system(language, plain=config.plain) for language in ("fr", "en"))
    chosen = tuning.chosen(kept.folder, model, header, threads=config.threads, context=config.context)
    sha256 = kept.checked(name)  # last: it reads the whole file
    running = tuning.running(file, chosen, systems)
    card = ModelCard(name, "generative", model.quantisation or header.quantisation, sha256)
    manner = Manner(config.plain, config.seed)
    return LlamaWriter(card, running, quoting(), manner, check=lambda: kept.opened(name))
