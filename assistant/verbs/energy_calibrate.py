"""`jugeote energy calibrate`: the machine at rest, then at work with the real model, and two readings of a plug meter."""

import argparse
from dataclasses import asdict

from assistant import wiring
from assistant.catalog import read_catalog
from assistant.config import Config
from assistant.energy.calibrate import Phase, calibrated, calm, watch, watts_of
from assistant.energy.errors import CalibrationUnread, NothingKept
from assistant.energy.probes.machine import Machine
from assistant.terminal import put, say
from assistant.usage import BadUsage

SENTENCES = [
    ("Quelles questions poser avant de déployer une IA ?", "Une petite méthode suffit souvent, et coûte moins."),
    ("Which questions should we ask before deploying an AI?", "A small method is often enough, and costs less."),
] * 16
SAID = {
    "fr": {
        "virtual": "Cette machine est virtuelle : le wattmètre doit être à la prise d’un hôte qui ne fait rien d’autre.",
        "rest": "1. Repos, {seconds} s : ne touchez à rien et lisez la puissance moyenne au wattmètre.",
        "busy": "2. Travail, {seconds} s : le modèle lit sans arrêt ; lisez de nouveau la puissance moyenne.",
        "watts": "Watts au wattmètre : ",
        "load": "   machine occupée à {load} %",
        "done": "Retenu : {rest} W au repos, {busy} W à {load} % d’occupation. Les réponses sont « estimées, calibrées ».",
        "forgotten": "Étalonnage oublié.",
    },
    "en": {
        "virtual": "This machine is virtual: the meter must be at the plug of a host that does nothing else.",
        "rest": "1. Rest, {seconds} s: touch nothing and read the mean power on the plug meter.",
        "busy": "2. Work, {seconds} s: the model reads without a pause; read the mean power again.",
        "watts": "Watts on the meter: ",
        "load": "   the machine was {load} % busy",
        "done": "Kept: {rest} W at rest, {busy} W at {load} % busy. Answers are 'estimated, calibrated'.",
        "forgotten": "Calibration forgotten.",
    },
}


def calibrate(args: argparse.Namespace, config: Config, language: str) -> int:
    """Watch both phases, ask for the watts that nothing else says, and keep the line between them."""
    said, kept = SAID[language], wiring.store(config)
    if args.forget:
        if not kept.keep("calibration", None):
            raise NothingKept(folder=config.home)
        say(said["forgotten"])
        return 0
    if not 1 <= args.seconds <= 3600:
        raise BadUsage("--seconds 1 ... 3600")
    known, machine = wiring.chosen_energy(config), Machine()
    if known.processor.virtual:
        say(said["virtual"])
    say(said["rest"].format(seconds=f"{args.seconds:g}"))
    rest = watch(args.seconds, None, machine, known.probe)
    say(said["load"].format(load=round(100 * rest.load)))
    calm(rest)  # before anybody reads a meter for nothing
    rest_watts = _watts(rest, said["watts"])
    reader = wiring.encoder(read_catalog(wiring.MODELS)["reader"], config.threads)
    say(said["busy"].format(seconds=f"{args.seconds:g}"))
    busy = watch(args.seconds, lambda: reader.encode(SENTENCES), machine, known.probe)
    say(said["load"].format(load=round(100 * busy.load)))
    found = calibrated(rest, rest_watts, busy, _watts(busy, said["watts"]), known.processor)
    if not kept.keep("calibration", asdict(found)):
        raise NothingKept(folder=config.home)
    if args.json:
        put(asdict(found))
    else:
        print(
            said["done"].format(rest=f"{found.rest_watts:g}", busy=f"{found.busy_watts:g}", load=round(100 * busy.load))
        )
    return 0


def _watts(phase: Phase, asked: str) -> float:
    """Return the battery's own figure on a laptop unplugged, else what the person types."""
    if phase.battery_watts is not None:
        return phase.battery_watts
    say(asked)
    try:
        return watts_of(input())
    except EOFError:
        raise CalibrationUnread(found="-") from None
