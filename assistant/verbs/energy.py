"""`jugeote energy`: how energy is known here and what would make it better; calibrate, report, recompute."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant import wiring
from assistant.config import Config
from assistant.energy.choose import Chosen
from assistant.energy.errors import ReceiptBroken
from assistant.energy.factors import FACTORS
from assistant.energy.numbers import plain
from assistant.energy.receipt import Figures, receipt_of, recomputed
from assistant.energy.words import LABELS, Pair, text
from assistant.terminal import put
from assistant.usage import BadUsage, Verb
from assistant.verbs import energy_calibrate, energy_report

ACTIONS = ("calibrate", "report", "recompute")
WHY: dict[str, Pair] = {
    "counter": ("les compteurs du processeur se lisent", "the counters of the processor can be read"),
    "counter_of_hypervisor": ("l’hyperviseur donne la part mesurée", "the hypervisor gives the measured share"),
    "calibrated": ("un étalonnage de cette machine est gardé", "a calibration of this machine is kept"),
    "curve": ("le processeur est dans la table des TDP", "the processor is in the table of TDPs"),
    "guest_of_known_part": (
        "machine virtuelle sur un processeur de serveur connu : sa part du TDP",
        "virtual machine on a known server processor: its share of the TDP",
    ),
    "guest": (
        "machine virtuelle dont le processeur n’est pas nommé : aucun compteur n’y existe",
        "virtual machine whose processor is not named: no counter exists there",
    ),
    "unknown_processor": ("processeur absent de la table des TDP", "processor not in the table of TDPs"),
}
HEALTH: dict[str, Pair] = {
    "ok": ("compteurs lus : {zones}", "counters read: {zones}"),
    "absent": ("pas d’arborescence powercap", "no powercap tree"),
    "empty": (
        "arborescence powercap vide (un conteneur la masque souvent)",
        "the powercap tree is empty (containers often mask it)",
    ),
    "unreadable": ("compteurs présents mais non lisibles", "counters are there but cannot be read"),
    "psys_only": ("seul le compteur de plate-forme existe", "only the platform counter exists"),
}
BETTER: dict[str, Pair] = {
    "unreadable": (
        "Demandez à l’administrateur d’ajouter à /etc/tmpfiles.d/jugeote.conf, pour le groupe qui lance Jugeote :\n{fix}",
        "Ask the administrator to add to /etc/tmpfiles.d/jugeote.conf, for the group that runs Jugeote:\n{fix}",
    ),
    "empty": (
        "Rendre /sys/class/powercap au conteneur est une décision de l’administrateur.",
        "Giving /sys/class/powercap back to the container is the administrator’s decision.",
    ),
    "guest": (
        "L’hôte peut donner sa part à la machine virtuelle (QEMU 9.1 : -accel kvm,rapl=true).",
        "The host can give the virtual machine its share (QEMU 9.1: -accel kvm,rapl=true).",
    ),
    "calibrate": (
        "Avec un wattmètre de prise : jugeote energy calibrate",
        "With a plug meter: jugeote energy calibrate",
    ),
    "machine": ("Dites quelle machine c’est : JUGEOTE_MACHINE", "Say which machine it is: JUGEOTE_MACHINE"),
}
LESS: tuple[Pair, ...] = (  # figures: facts energy-factor-quiet-reader, energy-factor-quiet-writer
    (
        "Les fils qui attendent ne tournent pas à vide (OMP_WAIT_POLICY=passive, et le lecteur de même) : 0,12 à 0,13 s de "
        "processeur par question au lieu de 0,27 à 0,32 s sur une machine partagée à deux processeurs.",
        "Waiting threads do not spin (OMP_WAIT_POLICY=passive, and the reader likewise): 0.12 to 0.13 s of processor time "
        "per question instead of 0.27 to 0.32 s on a shared machine of two processors.",
    ),
    (
        "Pour un modèle qui rédige (0,5 milliard, machine occupée) : 7,4 s de processeur par réponse au lieu de 38 s, 6,9 s "
        "avec un seul fil ; l’écart est bien moindre sur une machine au repos (jugeote models bench NOM).",
        "For a model that writes (0.5 billion, busy machine): 7.4 s of processor time per answer instead of 38 s, 6.9 s with "
        "one thread; the difference is much smaller on an idle machine (jugeote models bench NAME).",
    ),
    (
        "Un fil ou deux (JUGEOTE_THREADS) consomment autant par question ; deux répondent plus vite.",
        "One thread or two (JUGEOTE_THREADS) use as much per question; two answer faster.",
    ),
    (
        "Lots de lecture : les 16 phrases lues, en une fois. Des lots de 4 prendraient 5 % de moins ; 16 est gardé, car les "
        "seuils de refus ont été réglés avec.",
        "Reading batches: the 16 sentences that are read, at once. Batches of 4 would use 5 % less; 16 is kept, because the "
        "refusal thresholds were set with it.",
    ),
)


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("action", nargs="?", choices=ACTIONS)
    verb.add_argument("receipt", nargs="?", type=Path)
    verb.add_argument("--json", action="store_true")
    verb.add_argument("--csv", action="store_true")
    verb.add_argument("--plot", type=Path)
    verb.add_argument("--days", type=int)
    verb.add_argument("--seconds", type=float, default=60.0)
    verb.add_argument("--forget", action="store_true")
    verb.add_argument("--set", action="append", default=[], metavar="FACTOR=VALUE")


def energy(args: argparse.Namespace, config: Config, language: str) -> int:
    """Do one of the four."""
    if (args.action == "recompute") != (args.receipt is not None):
        raise BadUsage("energy recompute RECEIPT.json")
    if args.action == "recompute":
        return recompute(args, language)
    if args.action == "report":
        return energy_report.report(args, config, language)
    if args.action == "calibrate":
        return energy_calibrate.calibrate(args, config, language)
    return status(args, config, language)


def status(args: argparse.Namespace, config: Config, language: str) -> int:
    """Say how energy is known here, why, and what would make it better."""
    known = wiring.chosen_energy(config)
    settings = wiring.energy_settings(config, known)
    better = _better(known, config, language)
    less = [pair[language != "fr"] for pair in LESS]
    if args.json:
        put(
            {
                "method": known.source.name, "label": known.label, "why": known.why,
                "probe": {"name": "powercap", **asdict(known.health), "zones": known.probe.names if known.probe else []},
                "processor": asdict(known.processor) | {"tdp_watts": known.tdp_watts},
                "calibration": asdict(known.calibration) if known.calibration else None,
                "machine": settings.machine, "policy": settings.policy,
                "factors": {name: asdict(factor) for name, factor in (dict(FACTORS) | settings.factors).items()},
                "better": better, "less": less,
            }
        )  # fmt: skip
        return 0
    label, why = text(known.label, language, LABELS), text(known.why, language, WHY)
    zones = ", ".join(known.probe.names) if known.probe else ""
    print(f"{label} : {why}" if language == "fr" else f"{label}: {why}")
    print(
        f"powercap{' :' if language == 'fr' else ':'} {text(known.health.code, language, HEALTH).format(zones=zones)}"
    )
    print(f"{known.processor.brand or '-'}, {known.processor.threads} {'fils' if language == 'fr' else 'threads'}")
    for name, factor in settings.factors.items():
        where = factor.fact or ("réglage" if language == "fr" else "setting")
        print(f"  {name} {plain(factor.value, language, 4)} {factor.unit} [{where}]")
    print("\n".join(["", *better, "", *less]))
    return 0


def _better(known: Chosen, config: Config, language: str) -> list[str]:
    said = []
    if known.health.code in BETTER:
        said.append(text(known.health.code, language, BETTER).format(fix=known.health.fix))
    if known.processor.virtual and not known.health.ok:
        said.append(text("guest", language, BETTER))
    elif known.calibration is None:
        said.append(text("calibrate", language, BETTER))
    if not config.machine:
        said.append(text("machine", language, BETTER))
    return said


def recompute(args: argparse.Namespace, language: str) -> int:
    """Compute a receipt again, with some of its factors changed; 1 when it is corrupt."""
    try:
        receipt, stated = receipt_of(json.loads(args.receipt.read_text("utf-8")))
        changes = dict(_change(word) for word in args.set)
        found = recomputed(receipt, changes)
    except (OSError, ValueError) as error:
        raise ReceiptBroken(file=args.receipt, found=_reason(error)) from error
    same = None if stated is None else _same(found, stated)
    if args.json:
        put(asdict(found) | {"method": receipt.method, "changed": changes, "same_as_stated": same})
        return 0
    for name, value in asdict(found).items():
        print(f"{name} {'-' if value is None else f'{value:.6g}'}")
    if same is not None:
        yes, no = ("égal à ce qui est écrit", "différent de ce qui est écrit"), ("as stated", "not as stated")
        print((yes if language == "fr" else no)[0 if same else 1])
    return 0


def _change(word: str) -> tuple[str, float]:
    name, sign, value = word.partition("=")
    if not sign:
        raise ValueError(f"--set {word}")
    return name, float(value.replace(",", "."))


def _same(found: Figures, stated: Any) -> bool:
    names = ("joules", "low", "high", "watt_hours", "grams_co2e", "millilitres", "euros")
    return all(abs(getattr(found, n) - float(stated.get(n) or 0)) <= 1e-9 * abs(getattr(found, n)) for n in names)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "JSON"
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)


VERB = Verb(
    "[--json] | calibrate [--seconds N] [--forget] | report [--days N] [--json | --csv] [--plot FILE.svg]\n"
    "             ou/or recompute RECEIPT.json [--set FACTOR=VALUE] [--json]",
    "dit comment l’énergie est connue ici et ce qui ferait mieux ; étalonne avec un wattmètre, rend compte, refait un reçu",
    "tells how energy is known here and what would make it better; calibrates with a plug meter, reports, recomputes a receipt",
    options,
    energy,
)
