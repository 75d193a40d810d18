"""What a verb is, and the help pages of the command in both languages.

Knows nothing of what the verbs do; tests/test_contract.py holds them to the parser.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.config import Config


class BadUsage(Exception):
    """The words of the command are not of the contract's form."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the command: its form, what it does in both languages, its options, and the function that does it."""

    form: str
    fr: str
    en: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Config, str], int]  # (arguments, settings, "fr" or "en") -> exit code


PAGE = {
    "fr": (
        "Jugeote : quelles questions poser avant de déployer une IA ; des citations exactes, et ce que coûte chaque réponse.",
        "usage : jugeote VERBE …",
        "Les réponses vont sur la sortie standard, le reste sur la sortie d’erreur.\n"
        "Codes de sortie : 0 fait (un refus est une réponse), 1 erreur expliquée, 2 mauvais usage, 70 défaut de Jugeote, "
        "130 interrompu.",
    ),
    "en": (
        "Jugeote: which questions to ask before deploying an AI; exact quotes, and what each answer costs.",
        "usage: jugeote VERB ...",
        "Answers go to standard output, the rest to standard error.\n"
        "Exit codes: 0 done (a refusal is an answer), 1 an explained error, 2 bad usage, 70 a defect of Jugeote, "
        "130 interrupted.",
    ),
}

BAD_USAGE = {
    "fr": ("Commande mal formée : {found}.", "Tapez : jugeote --help"),
    "en": ("Bad usage: {found}.", "Type: jugeote --help"),
}

DEFECT = {
    "fr": ("Jugeote a un défaut : {found}.", "Signalez-le avec le texte ci-dessus, sans votre question."),
    "en": ("Jugeote has a defect: {found}.", "Please report it with the text above, without your question."),
}


def help_page(verbs: Mapping[str, Verb], language: str, verb: str | None = None) -> str:
    """Return the help of the command, or of one verb, in "fr" or "en"."""
    what, usage, notes = PAGE[language]
    if verb is not None and verb in verbs:
        known = verbs[verb]
        return f"jugeote {verb} {known.form}\n\n{known.fr if language == 'fr' else known.en}\n"
    lines = [
        f"  {name:7s} {known.form}\n            {known.fr if language == 'fr' else known.en}"
        for name, known in verbs.items()
    ]
    return "\n".join([what, "", usage, *lines, "", notes, ""])
