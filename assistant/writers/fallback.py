"""What is said when a generator cannot answer: one sentence that says so, then exact quotes.

Knows nothing of processes. A failure never looks like an answer of the model that failed.
"""

from collections.abc import Iterator, Sequence

from assistant.answer import Began, Evidence, Piece, Writer

REASON = "model_failed"
WHY = {
    "crashed": ("il s’est arrêté de façon inattendue", "it stopped unexpectedly"),
    "silent": ("il ne répondait plus", "it no longer answered"),
    "failed": ("il n’a rien écrit d’utilisable", "it wrote nothing usable"),
    "resting": (
        "il s’est arrêté plusieurs fois et va être relancé",
        "it stopped several times and will be started again",
    ),
    "memory": ("la mémoire libre ne lui suffit pas", "there is not enough free memory for it"),
    "unusable": ("son fichier ne peut pas servir", "its file cannot be used"),
    "template": ("son modèle de dialogue (chat template) ne peut pas servir", "its chat template cannot be used"),
    "too_long": (
        "la question et les sources dépassent son contexte",
        "the question and the sources exceed its context",
    ),
    "refused": ("son serveur refuse la question", "its server refuses the question"),
    "busy": ("son serveur est surchargé", "its server is overloaded"),
    "unreachable": ("son serveur ne répond pas", "its server does not answer"),
}
SENTENCE = {
    "fr": "Le modèle {name} n’a pas pu répondre : {why}. Voici des citations exactes, sans texte généré.",
    "en": "The model {name} could not answer: {why}. Here are exact quotes, without generated text.",
}


class Problem(Exception):
    """A generator cannot answer this time; `why` is a key of WHY, `detail` for the log and doctor."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why, self.detail = why, detail


def instead(
    problem: Problem, name: str, quoting: Writer, question: str, evidence: Sequence[Evidence], language: str
) -> Iterator[Began | Piece]:
    """Yield the sentence that says what happened, then what the other writer says."""
    why = WHY[problem.why][0 if language == "fr" else 1]
    yield Began(quoting.card, None, REASON)
    yield Piece(SENTENCE[language].format(name=name, why=why))
    for said in quoting.write(question, evidence, language):
        if isinstance(said, Piece):
            yield said
