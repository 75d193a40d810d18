"""Errors whose words are written for the person using the product, in both languages.

Knows nothing of where they are shown. Everything that is not a `UserError` is a bug and stays loud.
"""

from typing import ClassVar

Words = tuple[str, str]  # (message: what was found, hint: what to do next); `{name}` is filled from the values


class UserError(Exception):
    """A problem that the person can understand and mend; `code` is stable for scripts."""

    code: ClassVar[str] = "error"
    fr: ClassVar[Words] = ("Une erreur est survenue.", "")
    en: ClassVar[Words] = ("Something went wrong.", "")

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.told("en")[0])

    def told(self, language: str) -> Words:
        """Return (message, hint) in `language`, "fr" or "en"."""
        message, hint = self.fr if language == "fr" else self.en
        return message.format(**self.values), hint.format(**self.values)


class IndexMissing(UserError):
    """No index has been built in the data folder."""

    code = "index_missing"
    fr = ("Il n’y a pas encore d’index dans {folder}.", "Tapez : jugeote index")
    en = ("There is no index in {folder} yet.", "Type: jugeote index")


class IndexDamaged(UserError):
    """The index on disk is not the one that was written."""

    code = "index_damaged"
    fr = (
        "L’index est abîmé ({found}).",
        "Tapez « jugeote index » : il sera reconstruit, les dossiers connus sont gardés.",
    )
    en = ("The index is damaged ({found}).", "Type 'jugeote index': it is built again, the known folders are kept.")


class IndexMismatch(UserError):
    """The index was built with another embedder or other chunk settings."""

    code = "index_mismatch"
    fr = ("L’index a été construit avec {found}, or la configuration demande {expected}.", "Tapez : jugeote index")
    en = ("The index was built with {found}, but the configuration asks for {expected}.", "Type: jugeote index")


class IndexBusy(UserError):
    """Another process is writing the index."""

    code = "index_busy"
    fr = ("Une autre indexation est en cours.", "Attendez qu’elle finisse, puis recommencez.")
    en = ("Another indexing is already running.", "Wait until it ends, then try again.")


class DiskFull(UserError):
    """No room left while indexing; the index before it is untouched."""

    code = "disk_full"
    fr = (
        "Le disque est plein : l’indexation s’est arrêtée, l’index d’avant est intact.",
        "Libérez de la place dans {folder}, puis recommencez.",
    )
    en = (
        "The disk is full: indexing stopped, the index before it is untouched.",
        "Free some space in {folder}, then try again.",
    )


class FolderUnusable(UserError):
    """The data folder cannot be read or written."""

    code = "folder_unusable"
    fr = (
        "Le dossier de données {folder} ne peut pas être écrit.",
        "Donnez-vous le droit d’y écrire, ou choisissez-en un autre avec JUGEOTE_HOME.",
    )
    en = (
        "The data folder {folder} cannot be written.",
        "Give yourself write permission on it, or choose another with JUGEOTE_HOME.",
    )


class SourceMissing(UserError):
    """A folder named on the command line is not there, or is no folder."""

    code = "source_missing"
    fr = ("{folder} n’est pas un dossier.", "Donnez un dossier qui existe et que vous pouvez lire.")
    en = ("{folder} is not a folder.", "Give a folder that exists and that you can read.")


class SourceUnknown(UserError):
    """`--forget` names a folder that the index does not hold."""

    code = "source_unknown"
    fr = ("Le dossier {folder} ne fait pas partie de l’index.", "Dossiers connus : {known}")
    en = ("The folder {folder} is not part of the index.", "Known folders: {known}")


class DocumentUnknown(UserError):
    """No document of that name in the index."""

    code = "document_unknown"
    fr = (
        "L’index ne contient pas de document « {document} ».",
        "Un document s’écrit fr/IDENTIFIANT, en/IDENTIFIANT ou SOURCE/chemin.",
    )
    en = ("The index holds no document '{document}'.", "A document is written fr/ID, en/ID or SOURCE/path.")


class ModelDamaged(UserError):
    """A bundled model file is missing or is not the one that models.txt names."""

    code = "model_damaged"
    fr = (
        "Le fichier de modèle {file} manque ou n’a pas la somme de contrôle attendue.",
        "Reprenez-le du dépôt : git checkout -- {file}",
    )
    en = (
        "The model file {file} is missing or has not the expected checksum.",
        "Take it again from the repository: git checkout -- {file}",
    )


class ModelUnusable(UserError):
    """A model that the host named cannot be loaded."""

    code = "model_unusable"
    fr = (
        "Le modèle {name} ne peut pas être chargé : {found}.",
        "Vérifiez JUGEOTE_EMBEDDER, ou retirez-le pour reprendre le modèle fourni.",
    )
    en = (
        "The model {name} cannot be loaded: {found}.",
        "Check JUGEOTE_EMBEDDER, or remove it to use the bundled model.",
    )


class Unreadable(Exception):
    """A file that cannot be indexed; it is skipped and reported with `code`, the rest goes on."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
