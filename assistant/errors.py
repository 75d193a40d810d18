"""Errors of the assistant that are written for the person; the root is `index.errors.UserError`."""

from index.errors import UserError


class QuestionUnusable(UserError):
    """A question that cannot be searched at all."""


class QuestionEmpty(QuestionUnusable):
    """Nothing was asked."""

    code = "empty"
    fr = (
        "La question est vide.",
        "Écrivez une question, par exemple : Quelles questions poser avant de déployer une IA ?",
    )
    en = (
        "The question is empty.",
        "Write a question, for example: Which questions should we ask before deploying an AI?",
    )


class QuestionWithoutWords(QuestionUnusable):
    """Only signs, pictures or control characters."""

    code = "no_words"
    fr = ("La question ne contient aucun mot.", "Écrivez-la avec des mots, en français ou en anglais.")
    en = ("The question holds no word.", "Write it in words, in French or English.")


class QuestionTooLong(QuestionUnusable):
    """More than a question."""

    code = "too_long"
    fr = (
        "La question compte {length} caractères ; la limite est de {limit}.",
        "Gardez l’essentiel, ou posez plusieurs questions courtes.",
    )
    en = (
        "The question has {length} characters; the limit is {limit}.",
        "Keep the main point, or ask several short questions.",
    )


class HistoryBroken(UserError):
    """`--history` or the `history` of a line is not what the contract says."""

    code = "history_broken"
    fr = (
        "L’historique {found} ne se lit pas.",
        'Attendu : une liste JSON de {{"role": "user" ou "assistant", "content": "…"}}, du plus ancien au plus récent.',
    )
    en = (
        "The history {found} cannot be read.",
        'Expected: a JSON list of {{"role": "user" or "assistant", "content": "..."}}, oldest first.',
    )


class BatchMissing(UserError):
    """The file of `--batch` cannot be opened."""

    code = "batch_missing"
    fr = ("Le fichier {file} ne s’ouvre pas.", "Donnez un fichier JSON Lines que vous pouvez lire.")
    en = ("The file {file} cannot be opened.", "Give a JSON Lines file that you can read.")


class LineBroken(UserError):
    """A line of `--batch` that is not an object with a question."""

    code = "line_broken"
    fr = ("La ligne {line} n’est pas un objet JSON avec une « question ».", 'Attendu : {{"id": …, "question": "…"}}')
    en = ('Line {line} is not a JSON object with a "question".', 'Expected: {{"id": ..., "question": "..."}}')


class PortBusy(UserError):
    """Something else listens on the address of the page."""

    code = "port_busy"
    fr = (
        "L’adresse {host}:{port} est déjà prise.",
        "Choisissez un autre port, par exemple : jugeote chat --port {other}",
    )
    en = (
        "The address {host}:{port} is already in use.",
        "Choose another port, for example: jugeote chat --port {other}",
    )


class WriterUnknown(UserError):
    """`--writer` names none that is installed."""

    code = "writer_unknown"
    fr = ("Il n’y a pas de rédacteur « {name} ».", "Rédacteurs installés : {known}")
    en = ("There is no writer '{name}'.", "Installed writers: {known}")


class ServerNotSet(UserError):
    """The writer "remote" without an address."""

    code = "server_not_set"
    fr = (
        "Le rédacteur « remote » n’a pas d’adresse.",
        "Donnez-la, par exemple : JUGEOTE_SERVER_URL=http://127.0.0.1:8080",
    )
    en = ("The writer 'remote' has no address.", "Give it, for example: JUGEOTE_SERVER_URL=http://127.0.0.1:8080")


class ServerNotAllowed(UserError):
    """A server that is neither this machine nor one that the host named."""

    code = "server_not_allowed"
    fr = (
        "Le serveur {host} n’est pas permis : vos questions y partiraient.",
        "S’il est à votre organisation, nommez-le : JUGEOTE_SERVER_HOSTS={host}",
    )
    en = (
        "The server {host} is not allowed: your questions would go there.",
        "If it belongs to your organisation, name it: JUGEOTE_SERVER_HOSTS={host}",
    )


class CatalogBroken(UserError):
    """models.txt cannot be read."""

    code = "catalog_broken"
    fr = ("models.txt, ligne {line} : {found}.", "Le format est expliqué en tête du fichier.")
    en = ("models.txt, line {line}: {found}.", "The format is explained at the top of the file.")


class SettingBroken(UserError):
    """An environment variable holds what cannot be used."""

    code = "setting_broken"
    fr = (
        "Le réglage {name} vaut « {found} » ; attendu : {expected}.",
        "Corrigez-le ou retirez-le. « jugeote doctor » liste les réglages.",
    )
    en = (
        "The setting {name} is '{found}'; expected: {expected}.",
        "Mend or remove it. 'jugeote doctor' lists the settings.",
    )


class FactsBroken(UserError):
    """A facts.yaml cannot be read."""

    code = "facts_broken"
    fr = (
        "{file} ne se lit pas : {found}.",
        "Attendu : une liste YAML de faits, chacun avec id, topic et confidence ; voir corpus/README.md.",
    )
    en = (
        "{file} cannot be read: {found}.",
        "Expected: a YAML list of facts, each with id, topic and confidence; see corpus/README.md.",
    )
