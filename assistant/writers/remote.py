"""Write with a model server of the organisation (OpenAI's form: llama.cpp's server, vLLM), for many users.

Knows nothing of local files. The same prompt, rules and marks as for a local model; the address must be this machine or
one that the host named, so that no question leaves by mistake.
"""

import http.client
import json
import queue
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator, Iterator, Sequence
from typing import Any

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
BUSY = (429, 503)


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """A redirection could lead to a machine that the host never named."""

    def redirect_request(self, *_: Any) -> None:
        return None


class RemoteWriter:
    """Asks a server; safe to share between threads."""

    def __init__(
        self, url: str, model: str, hosts: Sequence[str], quoting: Writer, manner: Manner, *, silence: float = SILENCE
    ) -> None:
        """`url` up to and without /chat/completions; raises ServerNotSet or ServerNotAllowed."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerNotSet
        if parts.hostname.lower() not in (*LOOPBACK, *hosts):
            raise ServerNotAllowed(host=parts.hostname)
        self.card = ModelCard(model or "remote", "generative", "", "")
        self._url = f"{url}/chat/completions" if url.endswith("/v1") else f"{url}/v1/chat/completions"
        self._model, self._quoting, self._manner, self._silence = model, quoting, manner, silence
        # No proxy of the environment: the server is inside the organisation.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoDetour()).open

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
                wrote = True
                yield piece
            if not self._manner.plain and weaver.quotes >= 4:
                break
        for piece in prose.ended():
            wrote = True
            yield piece
        if not wrote:
            raise Problem("failed", "empty")

    def _body(self, question: str, sent: Sequence[Evidence], language: str, seed: int) -> bytes:
        texts = [e.text for e in sent]
        asked = {
            "model": self._model, "stream": True, "max_tokens": MOST_TOKENS, "seed": seed,
            "temperature": 0.3,
            "messages": [
                {"role": "system", "content": prompt.system(language, plain=self._manner.plain)},
                {"role": "user", "content": prompt.user(question, texts, language)},
            ],
            "chat_template_kwargs": {"enable_thinking": False},
        }  # fmt: skip
        return json.dumps(asked).encode()

    def _streamed(self, question: str, sent: Sequence[Evidence], language: str, seed: int) -> Iterator[str | None]:
        """Yield text as it comes, None while nothing does; leaving closes the connection. Raises Problem."""
        heard: queue.Queue[str | Problem | None] = queue.Queue()
        left = threading.Event()
        body = self._body(question, sent, language, seed)
        threading.Thread(target=self._listen, args=(body, heard, left), daemon=True).start()
        started = last = time.monotonic()
        try:
            while True:
                try:
                    said = heard.get(timeout=TICK)
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
            left.set()

    def _listen(self, body: bytes, heard: "queue.Queue[str | Problem | None]", left: threading.Event) -> None:
        """Ask, up to TRIES times while nothing came, and hand on what is said."""
        for attempt in range(1, TRIES + 1):
            came = False
            try:
                request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
                with self._open(request, timeout=self._silence) as answer:
                    for text in _events(answer):
                        came = True
                        if left.is_set():
                            return
                        heard.put(text)
                heard.put(None)
                return
            except urllib.error.HTTPError as error:
                problem = Problem("busy" if error.code in BUSY else "failed", f"HTTP {error.code}")
                again = error.code in BUSY
            except (OSError, http.client.HTTPException) as error:
                problem, again = Problem("unreachable", type(error).__name__), not came
            except (ValueError, LookupError, TypeError) as error:
                problem, again = Problem("failed", type(error).__name__), False
            if not again or attempt == TRIES or left.wait(0.3 * attempt):
                heard.put(problem)
                return


def _events(answer: Any) -> Iterator[str]:
    """Yield the words of a stream of server-sent events; raises ValueError or LookupError on another form."""
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
