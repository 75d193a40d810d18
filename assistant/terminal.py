"""The terminal: which language it speaks, and the two ways out; answers on standard output, the rest on standard error."""

import json
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

HALF = re.compile("[\ud800-\udfff]")  # no encoding holds it


def terminal_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return "fr" when the terminal speaks French, else "en"."""
    said = next((v for v in (environment.get(n, "") for n in ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "")
    return "fr" if said.lower().startswith("fr") else "en"


def say(text: str) -> None:
    """Write to standard error."""
    print(text, file=sys.stderr, flush=True)


def put(value: Any) -> None:
    """Write one line of JSON to standard output, at once; half a character, as a question may hold, is shown as one lost."""
    print(HALF.sub("\ufffd", json.dumps(value, ensure_ascii=False)), flush=True)
