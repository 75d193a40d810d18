"""Cut a model's free text into sentences with what each one cites: the plain mode.

Knows nothing of models. Whether a sentence says what its source says is grounding's to judge.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.answer import Evidence, Piece

MARKER = re.compile(r"\[(\d{1,2})\]")
# Not before the next word has begun: a marker may still follow the full stop.
END = re.compile(r"[.!?…][»”\")]*(?:\s*\[\d{1,2}\])*(?=\s+[^\s\[])|(?<=\])(?=\s+[^\s\[.])|\n+(?=[^\s\[])")
THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)


class Prose:
    """Text as it comes in, pieces out."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        """`evidence`: in the order of the numbers that the model was shown."""
        self._evidence = list(evidence)
        self._rest = ""

    def fed(self, text: str) -> Iterator[Piece]:
        """Yield the sentences that `text` completes, then what grows."""
        self._rest = THOUGHT.sub("", self._rest + text)
        if self._rest.rpartition("<think>")[1]:
            return  # still thinking: nothing of it is shown
        while found := END.search(self._rest):
            sentence, self._rest = self._rest[: found.end()], self._rest[found.end() :]
            yield from self._piece(sentence)
        if "<" not in self._rest and (growing := MARKER.sub("", self._rest).strip(" [")):
            yield Piece(growing, growing=True)

    def ended(self) -> Iterator[Piece]:
        """Yield the last sentence."""
        yield from self._piece(self._rest.partition("<think>")[0])
        self._rest = ""

    def _piece(self, sentence: str) -> Iterator[Piece]:
        numbers = [int(n) - 1 for n in MARKER.findall(sentence)]
        words = " ".join(MARKER.sub("", sentence).split()).strip(" -*#")
        words = re.sub(r"\s+([.,])", r"\1", words)
        if not any(c.isalnum() for c in words):
            return
        cited = next((self._evidence[n] for n in numbers if 0 <= n < len(self._evidence)), None)
        if cited is not None and words.strip('«»“”" \u00a0') == cited.text:
            words = cited.text
        yield Piece(words, cited)
