"""`jugeote chat`: serve the page until interrupted."""

import argparse
import gc
from typing import TYPE_CHECKING

from assistant import generators, wiring
from assistant.answer import ModelCard
from assistant.config import Config
from assistant.errors import PortBusy
from assistant.usage import BadUsage, Verb

if TYPE_CHECKING:
    from assistant.web.texts import Start


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("--host")
    verb.add_argument("--port", type=int)
    verb.add_argument("--writer")


def chat(args: argparse.Namespace, config: Config, language: str) -> int:
    """Serve the page until interrupted."""
    from assistant.web.server import create_app, port_is_free, serve

    host, port = args.host or config.host, config.port if args.port is None else args.port
    if not 0 < port < 65536:
        raise BadUsage("--port 1 ... 65535")
    if not port_is_free(host, port):
        raise PortBusy(host=host, port=port, other=port + 1 if port < 65535 else port - 1)
    parts = wiring.parts(config, args.writer or config.writer)
    assistant, meter = parts.assistant(), parts.meter
    app = create_app(
        assistant, wiring.facts(), config.root_path, _start(assistant.card, host, config),
        totals=wiring.totals(config, meter), assessor=wiring.assessor(config),
    )  # fmt: skip
    print(f"http://{host}:{port}{config.root_path}", flush=True)
    keeper = wiring.keeper(config, meter)
    keeper.start()
    gc.freeze()  # what is there now stays; from here on garbage is collected as often as Python does
    gc.set_threshold(700, 10, 10)
    try:
        serve(app, host, port)
    finally:
        keeper.stop()
    return 0


def _start(card: ModelCard, host: str, config: Config) -> "Start":
    """Return what the first screen says; a generator is offered only to someone at this machine: staff cannot add one."""
    from assistant.web.texts import Offer, Start

    model = generators.suggested(config) if host in ("127.0.0.1", "localhost", "::1") else None
    offer = Offer(model.name, model.size / 1e9, model.licence) if model else None
    return Start(card.name if card.kind == "generative" else "", config.plain, offer)


VERB = Verb(
    "[--host H] [--port P] [--writer NAME]",
    "sert la page de discussion (http://127.0.0.1:7860 par défaut)",
    "serves the chat page (http://127.0.0.1:7860 by default)",
    options,
    chat,
)
