"""Serve the page: the application, its static files, and the gate before them.

Knows nothing of answers. Gradio is imported only when the application is made, after its telemetry is switched off.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.web.gate import App, Gate
from assistant.web.texts import Start

if TYPE_CHECKING:
    from assistant.assess.report import Assessor
    from assistant.energy.session import Totals
    from assistant.render import FactSource
    from assistant.web.page import Asked

STATIC = Path(__file__).parent / "static"
# Each of these alone leaves one of Gradio's two calls home open (ui-notes section 2.1).
SILENCE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_RUN_HISTORY": "false",
}


def port_is_free(host: str, port: int) -> bool:
    """Tell whether the page could listen there; asked before the slow imports."""
    try:
        families = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in families:
            with socket.socket(family, kind, protocol) as trial:
                # As uvicorn does: a port in TIME_WAIT is free.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError:
        return False
    return True


def create_app(
    assistant: "Asked",
    facts: "Mapping[str, FactSource]",
    root_path: str = "",
    start: Start | None = None,
    *,
    totals: "Totals | None" = None,
    assessor: "Assessor | None" = None,
) -> App:
    """Return the whole application, gate included; `root_path` is the prefix of a reverse proxy, "" for none."""
    return Gate(ungated_app(assistant, facts, root_path, start, totals=totals, assessor=assessor), root_path)


def ungated_app(
    assistant: "Asked",
    facts: "Mapping[str, FactSource]",
    root_path: str = "",
    start: Start | None = None,
    *,
    totals: "Totals | None" = None,
    assessor: "Assessor | None" = None,
) -> App:
    """Return the application without its gate; without an `assessor` the page has no tab for it."""
    os.environ.update(SILENCE)
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    from fastapi.staticfiles import StaticFiles

    from assistant.web.assess_tab import add_routes, head
    from assistant.web.page import build, mount

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(CORSMiddleware, allow_origins=[])  # else Gradio reflects any origin, with credentials

    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"ok": True}

    app.mount("/ui", StaticFiles(directory=STATIC))
    if assessor is not None:
        add_routes(app, assessor)
    start = start or Start(assistant.card.name if assistant.card.kind == "generative" else "")
    more = head(root_path) if assessor is not None else ""
    mount(app, build(assistant, facts, start, totals), root_path, start, more)
    return app


def serve(app: App, host: str, port: int) -> None:
    """Serve until interrupted. No access log: addresses and session names stand in it."""
    import uvicorn

    uvicorn.run(
        app, host=host, port=port, access_log=False, server_header=False, log_level="warning", proxy_headers=True,
        forwarded_allow_ips="127.0.0.1", timeout_graceful_shutdown=3,
    )  # fmt: skip
