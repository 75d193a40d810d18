"""A model server on this machine: the form of OpenAI's chat completions, streamed, and its ways to go wrong."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer:
    """Says given words, one event each; keeps what it was asked.

    `faults`: what each coming request meets, in order: a status as text, "cut", "silent", "elsewhere", "form", "waits" (says nothing
    until the asker leaves); then none.
    """

    def __init__(self, words: Sequence[str], faults: Sequence[str] = ()) -> None:
        self.words, self.faults = list(words), list(faults)
        self.asked: list[dict] = []
        self.left = threading.Event()  # an asker went away before the end
        self.pace = 0.0
        self.address = ""


def _answers(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.asked.append({"path": self.path, **json.loads(body)})
            fault = server.faults.pop(0) if server.faults else ""
            if fault.isdecimal():
                return self.send_error(int(fault))
            if fault == "elsewhere":
                self.send_response(302)
                self.send_header("Location", "http://192.0.2.1/v1/chat/completions")
                return self.end_headers()
            if fault == "waits":
                if not self.connection.recv(1):
                    server.left.set()
                return None
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if fault == "form":
                return self.wfile.write(b'data: {"no": "choices"}\n\n')
            if fault == "silent":
                time.sleep(3)
                return None
            self._say(fault)
            return None

        def _say(self, fault):
            try:
                for n, word in enumerate(server.words):
                    event = {"choices": [{"delta": {"content": word}}]}
                    self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
                    self.wfile.flush()
                    time.sleep(server.pace)
                    if fault == "cut" and n >= len(server.words) // 2:
                        return self.connection.shutdown(2)
                self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                server.left.set()

    return Answers


@contextmanager
def serving(server: ModelServer) -> Iterator[ModelServer]:
    """Serve until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _answers(server))
    http.daemon_threads = True
    server.address = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
