"""Complete a follow-up with the question it leans on, by simple rules.

Knows nothing of search. A wrong completion costs a worse search, so a question that stands alone is left alone.
"""

import re
from collections.abc import Sequence

from assistant.answer import Message
from index.words import content_words, fold

LEANS = re.compile(
    r"^(et|mais|ou|donc|alors|sinon|pourquoi|comment ca|lequel|laquelle|lesquels|par exemple|and|but|so|or|why|how so|which one"
    r"|what about|how about|for example)\b"
    r"|\b(ca|cela|celui-ci|celle-ci|ceux-ci|celui-la|dans ce cas|le meme|la meme|it|that|this|those|these|them|they|its|their)\b"
)
SHORT = 4  # content words: "Et l'eau ?", "What about water?", "Combien ?"


def completed(question: str, history: Sequence[Message]) -> str:
    """Return what to search: the question, preceded by the last one asked when it leans on it."""
    asked = [m.content for m in history if m.role == "user" and m.content.strip()]
    words = content_words(question)
    if not asked or len(words) > 2 * SHORT:
        return question
    leans = bool(LEANS.search(fold(question)))
    if leans or len(words) <= 1:
        return f"{asked[-1][:300]} {question}"
    return question
