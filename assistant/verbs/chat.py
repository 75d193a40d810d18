"""`jugeote chat`: serve the page until interrupted."""

import argparse

from assistant import wiring
from assistant.config import Config
from assistant.errors import PortBusy
from assistant.usage import BadUsage, Verb


def options(verb: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verb.add_argument("--host")
    verb.add_argument("--port", type=int)
    verb.add_argument("--writer", default="quote")


def chat(args: argparse.Namespace, config: Config, language: str) -> int:
    """Serve the page until interrupted."""
    from assistant.web.server import create_app, port_is_free, serve

    host, port = args.host or config.host, config.port if args.port is None else args.port
    if not 0 < port < 65536:
        raise BadUsage("--port 1 ... 65535")
    if not port_is_free(host, port):
        raise PortBusy(host=host, port=port, other=port + 1 if port < 65535 else port - 1)
    meter = wiring.ledger(config)
    assistant = wiring.assistant(config, args.writer, meter)
    totals, assessor = wiring.totals(config, meter), wiring.assessor(config)
    app = create_app(assistant, wiring.facts(), config.root_path, totals=totals, assessor=assessor)
    print(f"http://{host}:{port}{config.root_path}", flush=True)
    keeper = wiring.keeper(config, meter)
    keeper.start()
    try:
        serve(app, host, port)
    finally:
        keeper.stop()
    return 0


VERB = Verb(
    "[--host H] [--port P] [--writer NAME]",
    "sert la page de discussion (http://127.0.0.1:7860 par défaut)",
    "serves the chat page (http://127.0.0.1:7860 by default)",
    options,
    chat,
)
