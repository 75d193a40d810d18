"""Errors about model files that are written for the person."""

from index.errors import UserError, Words


class Sized(UserError):
    """An error with sizes in gigabytes, written as each language writes them."""

    def told(self, language: str) -> Words:
        """Return (message, hint) in `language`."""
        comma = "," if language == "fr" else "."
        sizes = {n: f"{v:.2f}".replace(".", comma) if isinstance(v, float) else v for n, v in self.values.items()}
        message, hint = self.fr if language == "fr" else self.en
        return message.format(**sizes), hint.format(**sizes)


class ModelUnknown(UserError):
    """No line of models.txt and no imported file has that name."""

    code = "model_unknown"
    fr = (
        "Il n’y a pas de modèle « {name} ».",
        "Modèles connus : {known}. « jugeote models list » les décrit. Pour un fichier : jugeote models import FICHIER",
    )
    en = (
        "There is no model '{name}'.",
        "Known models: {known}. 'jugeote models list' describes them. For a file: jugeote models import FILE",
    )


class ModelAbsent(UserError):
    """A listed model is not on this machine."""

    code = "model_absent"
    fr = ("Le modèle {name} n’est pas installé.", "Tapez : jugeote models get {name}")
    en = ("The model {name} is not installed.", "Type: jugeote models get {name}")


class ModelBroken(UserError):
    """A file is not a model that can be run; `found` says why in French, `found_en` in English."""

    code = "model_broken"
    fr = (
        "Le fichier {file} ne peut pas servir : {found}.",
        "Reprenez-le auprès de celui qui le publie, puis relancez.",
    )
    en = ("The file {file} cannot be used: {found_en}.", "Get it again from its publisher, then try again.")


class ChecksumWrong(UserError):
    """A file is not the one that its publisher or models.txt names."""

    code = "checksum_wrong"
    fr = (
        "Le fichier du modèle {name} n’est pas celui attendu : sha256 {found}, attendu {expected}.",
        "Il est abîmé ou a été changé. Tapez : jugeote models remove {name}, puis reprenez-le.",
    )
    en = (
        "The file of the model {name} is not the expected one: sha256 {found}, expected {expected}.",
        "It is damaged or was changed. Type: jugeote models remove {name}, then get it again.",
    )


class DownloadFailed(UserError):
    """The hub did not give the file; `found` says why in French, `found_en` in English."""

    code = "download_failed"
    fr = (
        "Le modèle {name} n’a pas pu être téléchargé depuis {address} : {found}.",
        "Relancez la même commande : elle reprend où elle s’est arrêtée. Sans réseau : jugeote models import FICHIER",
    )
    en = (
        "The model {name} could not be downloaded from {address}: {found_en}.",
        "Type the same command again: it goes on where it stopped. Without a network: jugeote models import FILE",
    )


class DiskFull(Sized):
    """Not enough room for the file."""

    code = "disk_full"
    fr = (
        "Il manque de la place pour le modèle {name} : il faut {needed} Go, il reste {free} Go dans {folder}.",
        "Libérez de la place, ou choisissez un autre dossier de données avec JUGEOTE_HOME.",
    )
    en = (
        "There is no room for the model {name}: it needs {needed} GB, {free} GB are left in {folder}.",
        "Free some room, or choose another data folder with JUGEOTE_HOME.",
    )


class FileMissing(UserError):
    """The file to import cannot be read."""

    code = "file_missing"
    fr = ("Le fichier {file} ne s’ouvre pas.", "Donnez un fichier GGUF que vous pouvez lire.")
    en = ("The file {file} cannot be opened.", "Give a GGUF file that you can read.")


class NameTaken(UserError):
    """An import would replace another model, or the name cannot be used."""

    code = "name_taken"
    fr = (
        "Le nom « {name} » ne peut pas servir ici.",
        "Choisissez-en un autre : jugeote models import FICHIER --as NOM",
    )
    en = ("The name '{name}' cannot be used here.", "Choose another: jugeote models import FILE --as NAME")


class MemoryTooSmall(Sized):
    """The model would not fit in the memory of this machine."""

    code = "memory_too_small"
    fr = (
        "Le modèle {name} demande environ {needed} Go de mémoire ; il en reste {free} Go sur cette machine.",
        "Choisissez un modèle plus petit : jugeote models list",
    )
    en = (
        "The model {name} needs about {needed} GB of memory; {free} GB are left on this machine.",
        "Choose a smaller model: jugeote models list",
    )


class EngineMissing(UserError):
    """llama-cpp-python is not installed."""

    code = "engine_missing"
    fr = ("Le moteur des modèles (llama-cpp-python) n’est pas installé.", "Tapez : make install MODEL={name}")
    en = ("The engine for models (llama-cpp-python) is not installed.", "Type: make install MODEL={name}")
