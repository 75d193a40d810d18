"""A model hub on this machine: the protocol of the real one for one file, and its ways to go wrong."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hub:
    """What the server holds and how it misbehaves; keeps what it was asked.

    `fault`: "" | "cut" (half of the file, once) | "cut always" | "html" | "html instead of bytes" |
    "silent about ranges" | a status as text.
    """

    def __init__(self, content: bytes, repository: str = "maker/tiny-GGUF", revision: str = "c0ffee") -> None:
        self.content, self.repository, self.revision = content, repository, revision
        self.announced = hashlib.sha256(content).hexdigest()
        self.fault = ""
        self.address = ""
        self.storage = ""  # the same server by another name: the real hub sends to another machine for the bytes
        self.asked: list[tuple[str, str, str | None]] = []  # method, path, Range
        self.heads: list[dict[str, str]] = []

    @property
    def ranges(self) -> list[str]:
        return [r for method, _, r in self.asked if method == "GET" and r]

    def source(self, file: str = "tiny.gguf") -> str:
        return f"hf:{self.repository}/{file}@{self.revision}"


def _answers(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *words):
            pass

        def _plain(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_HEAD(self):
            self._asked()

        def do_GET(self):
            self._asked()

        def _asked(self):
            hub.asked.append((self.command, self.path, self.headers.get("Range")))
            hub.heads.append(dict(self.headers))
            if hub.fault.isdecimal():
                return self._plain(int(hub.fault), b"no", X_Error_Message="as the test wants")
            if hub.fault == "html":
                return self._plain(200, b"<!doctype html><html>Please log in", Content_Type="text/html", ETag='"page"')
            if self.path.startswith("/cdn/"):
                if hub.fault == "html instead of bytes" and self.command == "GET":
                    return self._plain(200, b"<!doctype html><html>Please log in", Content_Type="text/html")
                return self._file()
            if self.path.split("?")[0] != f"/{hub.repository}/resolve/{hub.revision}/tiny.gguf":
                return self._plain(404, b"", X_Error_Code="EntryNotFound")
            return self._plain(
                302, b"", Location=f"{hub.storage}/cdn/tiny.gguf", X_Repo_Commit=hub.revision,
                X_Linked_Etag=f'"{hub.announced}"', X_Linked_Size=str(len(hub.content)), ETag='"pointer"',
            )  # fmt: skip

        def _file(self):
            said, start = self.headers.get("Range"), 0
            if said and hub.fault != "silent about ranges":
                start = int(said.removeprefix("bytes=").split("-")[0])
            body = hub.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
            self.end_headers()
            if self.command == "HEAD":
                return None
            if hub.fault.startswith("cut"):
                hub.fault = hub.fault if hub.fault == "cut always" else ""
                self.wfile.write(body[: len(body) // 2] if start == 0 else b"")
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
                return None
            self.wfile.write(body)
            return None

    return Answers


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _answers(hub))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    hub.storage = hub.address.replace("127.0.0.1", "localhost")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
