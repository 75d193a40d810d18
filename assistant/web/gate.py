"""Stand before the page and refuse by default: few paths, JSON only, no file objects, one origin, a strict policy.

Knows nothing of Gradio's inside: only the paths its page needs. Plain ASGI, so that no framework's leniency applies.
Why each rule: ui-notes sections 4.1 and 4.2 (a body that names a file made Gradio 6.31 read it).
"""

import json
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from assistant.web.texts import COOKIE, page_language

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 1_000_000
READ = {"/", "/theme.css", "/manifest.json", "/favicon.ico", "/healthz", "/gradio_api/queue/data", "/assess/questions"}
READ_BELOW = re.compile(r"/(assets|static|ui|gradio_api/heartbeat)/[\w./@+-]+", re.ASCII)
WRITE = {
    "/gradio_api/queue/join",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/run/predict",
    "/assess/report",
}
FILE_KEYS = {"_type", "path", "component"}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'self'; manifest-src 'self'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Refused(Exception):
    """A request that does not pass; `status` and `reason` are what the browser gets."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Gate:
    """The application with everything unneeded shut off."""

    def __init__(self, app: App, root_path: str = "") -> None:
        """`root_path`: the prefix of a reverse proxy; a request that still carries it passes too."""
        self._app, self._root = app, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":  # a websocket is left unanswered: the page has none
            nonce = secrets.token_urlsafe(16)
            try:
                path = self._path(scope)
                if scope["method"] == "POST":
                    receive = _replay(await _checked_body(scope, receive), receive)
            except Refused as refusal:
                await _refuse(refusal, _headed(send, scope["path"], nonce))
                return
            scope = {**scope, "path": path, "raw_path": path.encode()}
            onward = _headed(send, path, nonce)
            if path == "/":
                # Plain, so that the page can be rewritten.
                scope["headers"] = [h for h in scope["headers"] if h[0] != b"accept-encoding"]
                onward = _rewritten(onward, nonce, request_language(scope), self._root)
            await self._app(scope, receive, onward)

    def _path(self, scope: Scope) -> str:
        """Return the path asked for; raises Refused unless it is one that the page needs."""
        path, method = str(scope["path"]), scope["method"]
        if self._root and path.startswith(f"{self._root}/"):
            path = path.removeprefix(self._root)
        below = READ_BELOW.fullmatch(path) and ".." not in path and "//" not in path
        if path in WRITE:
            allowed: tuple[str, ...] = ("POST",)
        elif path in READ or below:
            allowed = ("GET", "HEAD")
        else:
            raise Refused(404, "not found")
        if method not in allowed:
            raise Refused(405, "method not allowed")
        return path


def request_language(scope: Scope) -> str:
    """Return the page's language for a request."""
    try:
        jar = SimpleCookie(_header(scope, b"cookie"))
    except CookieError:
        jar = SimpleCookie()
    return page_language(jar[COOKIE].value if COOKIE in jar else None, _header(scope, b"accept-language"))


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _checked_body(scope: Scope, receive: Receive) -> bytes:
    """Return the body of a POST; raises Refused on another origin, another type, too much, or a file object."""
    if _header(scope, b"sec-fetch-site") not in ("", "same-origin", "none"):
        raise Refused(403, "from another site")
    if _header(scope, b"content-type").split(";")[0].strip().lower() != "application/json":
        raise Refused(415, "application/json only")
    body, more = b"", True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event["type"] == "http.request" and event.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise Refused(413, "too large")
    try:
        json.loads(body.decode("utf-8"), object_pairs_hook=_without_files)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "not a plain JSON body") from error
    return body


def _without_files(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Seen pair by pair: a doubled key would hide its first value from a dict.
    if any(key in FILE_KEYS for key, _ in pairs):
        raise ValueError("names a file or a component")
    return dict(pairs)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand the body read by the gate to the application, then what follows (the end of the connection)."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Event:
        return waiting.pop() if waiting else await receive()

    return again


def _headed(send: Send, path: str, nonce: str) -> Send:
    """Add the policy and the caching rules to a response."""
    # Names under /assets/ carry a hash of their content; ui.js and style.css are asked again at each visit.
    cache = "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-store"
    if path.startswith(("/ui/", "/static/")) or path in ("/favicon.ico", "/theme.css"):
        cache = "no-cache"

    async def headed(event: Event) -> None:
        if event["type"] == "http.response.start":
            own = HEADERS | {
                "content-security-policy": POLICY.format(nonce=nonce),
                "cache-control": cache if event["status"] in (200, 304) else "no-store",
            }
            kept = [(k, v) for k, v in event["headers"] if k.lower().decode("latin-1") not in own]
            event["headers"] = kept + [(k.encode(), v.encode()) for k, v in own.items()]
        await send(event)

    return headed


def _rewritten(send: Send, nonce: str, language: str, root: str) -> Send:
    """Write the language and the nonce into the page, and load pre.js before everything else."""
    start: Event = {}
    body = bytearray()

    async def rewritten(event: Event) -> None:
        if event["type"] == "http.response.start":
            start.update(event)
            return
        body.extend(event.get("body", b""))
        if event.get("more_body"):
            return
        page = bytes(body)
        if start["status"] == 200:
            page = re.sub(rb'(<html\b[^>]*?\blang=")[^"]*', rb"\g<1>" + language.encode(), page, count=1)
            first = f'<head><script src="{root}/ui/pre.js"></script>'.encode()
            page = page.replace(b"<head>", first, 1).replace(b"<script", f'<script nonce="{nonce}"'.encode())
            headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            start["headers"] = [*headers, (b"content-length", str(len(page)).encode()), (b"vary", b"Cookie")]
        await send(start)
        await send({"type": "http.response.body", "body": page})

    return rewritten


async def _refuse(refusal: Refused, send: Send) -> None:
    head = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": head})
    await send({"type": "http.response.body", "body": refusal.reason.encode()})
