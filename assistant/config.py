"""Settings, read once from the environment by the command line, then passed on as plain arguments.

Knows nothing of what they are used for.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.energy.factors import HOME_ZONE, MACHINES, ZONES
from assistant.energy.footprint import POLICIES
from assistant.errors import SettingBroken

ROOT = Path(__file__).resolve().parent.parent  # the one place that finds the checkout


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable a host may set, with its default as text and what it means in both languages."""

    name: str
    default: str
    fr: str
    en: str


SETTINGS = (
    Setting("JUGEOTE_HOME", "", "dossier de données", "data folder"),
    Setting("JUGEOTE_HOST", "127.0.0.1", "adresse de la page", "address of the page"),
    Setting("JUGEOTE_PORT", "7860", "port de la page", "port of the page"),
    Setting("JUGEOTE_ROOT_PATH", "", "préfixe derrière un serveur mandataire", "prefix behind a reverse proxy"),
    Setting(
        "JUGEOTE_EMBEDDER", "", "dossier d’un modèle sentence-transformers", "folder of a sentence-transformers model"
    ),
    Setting("JUGEOTE_THREADS", "0", "fils de calcul, 0 : un par cœur", "threads that compute, 0: one per core"),
    Setting(
        "JUGEOTE_WRITER",
        "quote",
        "rédacteur : quote, remote ou un modèle de models.txt",
        "writer: quote, remote or a model of models.txt",
    ),
    Setting(
        "JUGEOTE_MODELS",
        "",
        "fichier de modèles à vous, de la forme de models.txt, en plus",
        "file of your own models, in the form of models.txt, in addition",
    ),
    Setting(
        "JUGEOTE_WRITING",
        "quotes",
        "un modèle écrit : quotes (amorces et citations) ou plain (prose libre)",
        "how a model writes: quotes (lead-ins and quotes) or plain (free prose)",
    ),
    Setting(
        "JUGEOTE_CONTEXT",
        "0",
        "contexte d’un modèle en jetons, 0 : selon la mémoire",
        "context of a model in tokens, 0: by memory",
    ),
    Setting(
        "JUGEOTE_SEED",
        "",
        "graine fixe d’un modèle, pour des réponses identiques",
        "fixed seed of a model, for identical answers",
    ),
    Setting(
        "JUGEOTE_SERVER_URL",
        "",
        "serveur de modèles (forme OpenAI), pour remote",
        "model server (OpenAI form), for remote",
    ),
    Setting("JUGEOTE_SERVER_MODEL", "", "nom du modèle sur ce serveur", "name of the model on that server"),
    Setting(
        "JUGEOTE_SERVER_HOSTS",
        "",
        "machines permises à remote, séparées par des virgules, en plus de celle-ci",
        "machines allowed to remote, separated by commas, besides this one",
    ),
    Setting(
        "JUGEOTE_ZONE", HOME_ZONE, "pays de l’électricité, trois lettres", "country of the electricity, three letters"
    ),
    Setting(
        "JUGEOTE_GRAMS_PER_KWH", "", "gCO2e par kWh ; vide : ceux du pays", "gCO2e per kWh; empty: those of the country"
    ),
    Setting("JUGEOTE_EUROS_PER_TONNE", "200", "prix interne du carbone", "internal price of carbon"),
    Setting(
        "JUGEOTE_PUE",
        "1.0",
        "énergie du bâtiment / énergie des machines",
        "energy of the site / energy of its machines",
    ),
    Setting(
        "JUGEOTE_MACHINE",
        "",
        f"machine, pour sa fabrication : {', '.join(MACHINES)} ; vide : devinée",
        f"machine, for its manufacture: {', '.join(MACHINES)}; empty: guessed",
    ),
    Setting(
        "JUGEOTE_ENERGY_POLICY",
        POLICIES[0],
        f"partage de la veille : {', '.join(POLICIES)}",
        f"how the idle machine is shared: {', '.join(POLICIES)}",
    ),
    Setting(
        "JUGEOTE_POWERCAP",
        "",
        "arborescence powercap lue à la place de celle du système",
        "powercap tree read instead of the system’s",
    ),
)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a host can choose."""

    home: Path
    host: str
    port: int
    root_path: str
    embedder: str  # "" means the bundled one
    threads: int
    writer: str
    models: Path | None
    plain: bool
    context: int
    seed: int | None
    server_url: str
    server_model: str
    server_hosts: tuple[str, ...]
    grams_per_kwh: float | None  # None: those of the zone
    euros_per_tonne: float
    pue: float
    zone: str
    machine: str  # "": guessed
    energy_policy: str
    powercap: Path | None


def _number(name: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise SettingBroken(name=name, found=text, expected=f"{low:g} … {high:g}")
    return value


def _choice(name: str, text: str, known: Iterable[str]) -> str:
    if text not in known:
        raise SettingBroken(name=name, found=text, expected=", ".join(known))
    return text


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the settings; raises SettingBroken on a value that cannot be used."""
    said = {s.name: environment.get(s.name, "").strip() or s.default for s in SETTINGS}
    if not said["JUGEOTE_HOME"]:
        import platformdirs

        said["JUGEOTE_HOME"] = platformdirs.user_data_dir("jugeote", appauthor=False)
    return Config(
        home=Path(said["JUGEOTE_HOME"]).expanduser().absolute(),
        host=said["JUGEOTE_HOST"],
        port=int(_number("JUGEOTE_PORT", said["JUGEOTE_PORT"], 1, 65535)),
        root_path=said["JUGEOTE_ROOT_PATH"].rstrip("/"),
        embedder=said["JUGEOTE_EMBEDDER"],
        threads=int(_number("JUGEOTE_THREADS", said["JUGEOTE_THREADS"], 0, 1024)),
        writer=said["JUGEOTE_WRITER"],
        models=Path(said["JUGEOTE_MODELS"]).expanduser().absolute() if said["JUGEOTE_MODELS"] else None,
        plain=_choice("JUGEOTE_WRITING", said["JUGEOTE_WRITING"], ("quotes", "plain")) == "plain",
        context=int(_number("JUGEOTE_CONTEXT", said["JUGEOTE_CONTEXT"], 0, 1_000_000)),
        seed=int(_number("JUGEOTE_SEED", said["JUGEOTE_SEED"], 0, 2**31 - 1)) if said["JUGEOTE_SEED"] else None,
        server_url=said["JUGEOTE_SERVER_URL"].rstrip("/"),
        server_model=said["JUGEOTE_SERVER_MODEL"],
        server_hosts=tuple(h.strip().lower() for h in said["JUGEOTE_SERVER_HOSTS"].split(",") if h.strip()),
        grams_per_kwh=(
            _number("JUGEOTE_GRAMS_PER_KWH", grams, 0, 3000) if (grams := said["JUGEOTE_GRAMS_PER_KWH"]) else None
        ),
        euros_per_tonne=_number("JUGEOTE_EUROS_PER_TONNE", said["JUGEOTE_EUROS_PER_TONNE"], 0, 100000),
        pue=_number("JUGEOTE_PUE", said["JUGEOTE_PUE"], 1, 5),
        zone=_choice("JUGEOTE_ZONE", said["JUGEOTE_ZONE"].upper(), ZONES),
        machine=_choice("JUGEOTE_MACHINE", said["JUGEOTE_MACHINE"], ("", *MACHINES)),
        energy_policy=_choice("JUGEOTE_ENERGY_POLICY", said["JUGEOTE_ENERGY_POLICY"], POLICIES),
        powercap=Path(said["JUGEOTE_POWERCAP"]) if said["JUGEOTE_POWERCAP"] else None,
    )
