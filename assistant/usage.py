"""The help pages of the command, in both languages.

Knows nothing of what the verbs do; tests/test_contract.py holds them to the parser.
"""

from typing import NamedTuple


class Verb(NamedTuple):
    """A verb of the command: its form and what it does."""

    form: str
    fr: str
    en: str


VERBS = {
    "chat": Verb(
        "[--host H] [--port P] [--writer NAME]",
        "sert la page de discussion (http://127.0.0.1:7860 par défaut)",
        "serves the chat page (http://127.0.0.1:7860 by default)",
    ),
    "ask": Verb(
        "QUESTION [--lang fr|en] [--history FILE] [--writer NAME] [--json]\n             ou/or --batch FILE.jsonl --json",
        "répond à une question, citations à l’appui, ou dit que les sources ne répondent pas",
        "answers a question with citations, or says that the sources do not answer",
    ),
    "search": Verb(
        "QUESTION [-k N] [--lang fr|en] [--json]",
        "montre les passages les plus proches d’une question",
        "shows the passages nearest to a question",
    ),
    "show": Verb(
        "DOCUMENT [--json]",
        "montre un document tel que l’index le tient (fr/ID, en/ID ou SOURCE/chemin)",
        "shows a document as the index holds it (fr/ID, en/ID or SOURCE/path)",
    ),
    "index": Verb(
        "[FOLDER...] [--forget FOLDER] [--dry-run] [--json]",
        "met l’index à jour ; FOLDER ajoute un dossier de l’organisation au corpus fourni",
        "brings the index up to date; FOLDER adds a folder of the organisation to the bundled corpus",
    ),
    "doctor": Verb(
        "[--json] [--corpus DIR]",
        "dit ce qui est installé, ce qui sert à quoi, ce qui ne va pas et comment y remédier ; --corpus relit un dossier de fiches",
        "tells what is installed, what serves which role, what is wrong and how to mend it; --corpus checks a folder of sheets",
    ),
}

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


def help_page(language: str, verb: str | None = None) -> str:
    """Return the help of the command, or of one verb, in "fr" or "en"."""
    what, usage, notes = PAGE[language]
    if verb in VERBS:
        known = VERBS[verb]
        return f"jugeote {verb} {known.form}\n\n{known.fr if language == 'fr' else known.en}\n"
    lines = [
        f"  {name:7s} {known.form}\n            {known.fr if language == 'fr' else known.en}"
        for name, known in VERBS.items()
    ]
    return "\n".join([what, "", usage, *lines, "", notes, ""])
