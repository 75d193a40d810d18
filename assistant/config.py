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
