"""Write with a model server of the organisation (OpenAI's form: llama.cpp's server, vLLM), for many users.

Knows nothing of local files. The same prompt, rules and marks as for a local model; the address must be this machine or
one that the host named, so that no question leaves by mistake.
"""

import contextlib
import http.client
import json
import queue
import re
import secrets
import socket
import threading
import time
import urllib.parse
from collections.abc import Generator, Iterator, Sequence

from assistant import prompt
from assistant.answer import Began, Evidence, ModelCard, Piece, Waiting, Writer
from assistant.errors import ServerNotAllowed, ServerNotSet
from assistant.writers.fallback import Problem, instead
from assistant.writers.joints import Weaver, shown_to_model
from assistant.writers.local import Manner
from assistant.writers.prose import Prose

TICK = 0.1  # seconds
SILENCE = 60.0  # seconds without a word
LONGEST = 180.0  # seconds of one answer
TRIES = 3
MOST_TOKENS = 400
LOOPBACK = ("localhost", "127.0.0.1", "::1")
BUSY = (429, 502, 503, 504)
CONNECT = 10.0  # seconds to reach the server
# "<|im_start|>", "</s>", "[INST]": a server reads control tokens in what is asked, wherever they stand.
CONTROL = re.compile(r"<(?=[^\s<])|\[(?=/?[A-Z_]{3,}\])")


def defused(text: str) -> str:
    """Return a text in which a server's tokenizer finds no control token."""
    return CONTROL.sub(lambda found: f"{found[0]} ", text)


class _Call:
    """One request and its answer; `leave` ends it from another thread, whatever it waits for."""

    def __init__(self) -> None:
        self.heard: queue.Queue[str | Problem | None] = queue.Queue()
        self.left = threading.Event()
        self._socket: socket.socket | None = None

    def opened(self, connection: http.client.HTTPConnection, silence: float) -> None:
        """Connect; raises OSError, also when the asker has left."""
        connection.connect()
        self._socket = connection.sock
        self._socket.settimeout(silence)
        if self.left.is_set():
            raise ConnectionAbortedError

    def leave(self) -> None:
        """Close the connection: the server sees it and stops."""
        self.left.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # below TLS: another thread reads from it


class RemoteWriter:
    """Asks a server; safe to share between threads."""

    def __init__(
        self, url: str, model: str, hosts: Sequence[str], quoting: Writer, manner: Manner, *, silence: float = SILENCE
    ) -> None:
        """`url` up to and without /chat/completions; raises ServerNotSet or ServerNotAllowed."""
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port
        except ValueError:
            raise ServerNotSet from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerNotSet
        if parts.hostname.lower() not in (*LOOPBACK, *hosts):
            raise ServerNotAllowed(host=parts.hostname)
        self.card = ModelCard(model or "remote", "generative", "", "")
        # http.client knows no proxy and follows no redirection: either could lead to a machine that nobody named.
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port = parts.hostname, port
        path = parts.path.rstrip("/")
        self._path = f"{path}/chat/completions" if path.endswith("/v1") else f"{path}/v1/chat/completions"
        self._model, self._quoting, self._manner, self._silence = model, quoting, manner, silence

    def write(
        self, question: str, evidence: Sequence[Evidence], language: str
    ) -> Generator[Piece | Waiting | Began, None, None]:
        """Yield the answer's pieces, `Waiting` while nothing is new; `evidence` is best first and never empty."""
        try:
            yield from self._written(question, shown_to_model(evidence), language)
        except Problem as problem:
            yield from instead(problem, self.card.name, self._quoting, question, evidence, language)

    def _written(self, question: str, sent: Sequence[Evidence], language: str) -> Iterator[Piece | Waiting | Began]:
        seed = secrets.randbits(31) if self._manner.seed is None else self._manner.seed
        yield Began(self.card, seed)
        weaver, prose, wrote = Weaver(sent, language), Prose(sent), False
        taker = prose if self._manner.plain else weaver
        for text in self._streamed(question, sent, language, seed):
            if text is None:
                yield Waiting()
                continue
            for piece in taker.fed(text):
                wrote |= not piece.growing
                yield piece
            if not self._manner.plain and weaver.quotes >= 4:
                break
        for piece in prose.ended():
            wrote = True
            yield piece
        if not wrote:
            raise Problem("failed", "empty")

    def _body(self, question: str, sent: Sequence[Evidence], language: str, seed: int) -> bytes:
        texts = [defused(e.text) for e in sent]
        asked = {
            "model": self._model, "stream": True, "max_tokens": MOST_TOKENS, "seed": seed,
            "temperature": 0.3,
            "messages": [
                {"role": "system", "content": prompt.system(language, plain=self._manner.plain)},
                {"role": "user", "content": prompt.user(defused(question), texts, language)},
            ],
            "chat_template_kwargs": {"enable_thinking": False},
        }  # fmt: skip
        return json.dumps(asked).encode()

    def _streamed(self, question: str, sent: Sequence[Evidence], language: str, seed: int) -> Iterator[str | None]:
        """Yield text as it comes, None while nothing does; leaving closes the connection. Raises Problem."""
        call, body = _Call(), self._body(question, sent, language, seed)
        threading.Thread(target=self._listen, args=(body, call), daemon=True).start()
        started = last = time.monotonic()
        try:
            while True:
                try:
                    said = call.heard.get(timeout=TICK)
                except queue.Empty:
                    if time.monotonic() - last > self._silence:
                        raise Problem("silent") from None
                    yield None
                    continue
                if isinstance(said, Problem):
                    raise said
                if said is None or time.monotonic() - started > LONGEST:
                    return
                last = time.monotonic()
                yield said
        finally:
            call.leave()

    def _listen(self, body: bytes, call: _Call) -> None:
        """Ask, up to TRIES times while nothing came, and hand on what is said."""
        for attempt in range(1, TRIES + 1):
            came = False
            connection = self._kind(self._host, self._port, timeout=min(CONNECT, self._silence))
            try:
                call.opened(connection, self._silence)
                connection.request("POST", self._path, body, {"Content-Type": "application/json"})
                for text in _words(connection.getresponse()):
                    came = True
                    call.heard.put(text)
                call.heard.put(None)
                return
            except Problem as said:
                problem, again = said, said.why == "busy"
            except (OSError, http.client.HTTPException) as error:
                problem, again = Problem("unreachable", type(error).__name__), not came
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                problem, again = Problem("failed", type(error).__name__), False
            finally:
                connection.close()
            if not again or attempt == TRIES or call.left.wait(0.3 * attempt):
                call.heard.put(problem)
                return


def _words(answer: http.client.HTTPResponse) -> Iterator[str]:
    """Yield the words of a stream of server-sent events; raises Problem, or ValueError or LookupError on another form."""
    if answer.status != http.client.OK:
        said = answer.read(4000).decode("utf-8", "replace")
        too_long = answer.status == http.client.BAD_REQUEST and "context" in said
        refused = "refused" if 400 <= answer.status < 500 else "failed"
        raise Problem("busy" if answer.status in BUSY else "too_long" if too_long else refused, f"HTTP {answer.status}")
    some = False
    for line in answer:
        text = line.decode("utf-8", "replace").strip()
        if not text.startswith("data:"):
            continue
        some = True
        if (data := text[5:].strip()) == "[DONE]":
            return
        choices = json.loads(data)["choices"]
        if choices and (words := choices[0].get("delta", {}).get("content")):
            yield str(words)
    if not some:
        raise ValueError("no events")
