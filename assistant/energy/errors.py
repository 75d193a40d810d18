"""Errors of the energy commands that are written for the person."""

from index.errors import UserError


class ReceiptBroken(UserError):
    """A file is no receipt, or what was read has been changed in it."""

    code = "receipt_broken"
    fr = (
        "{file} n’est pas un reçu d’énergie utilisable : {found}.",
        "Attendu : la réponse de « jugeote ask … --json », ou son champ energy.receipt. Seuls les facteurs peuvent être changés.",
    )
    en = (
        "{file} is not a usable energy receipt: {found}.",
        "Expected: the answer of 'jugeote ask ... --json', or its field energy.receipt. Only factors may be changed.",
    )


class CalibrationNoisy(UserError):
    """The machine was at work while it should have rested."""

    code = "calibration_noisy"
    fr = (
        "La machine n’était pas au repos : occupée à {load} % (au plus {most} %). Rien n’est retenu.",
        "Fermez les autres programmes, ou recommencez quand la machine est calme.",
    )
    en = (
        "The machine was not at rest: {load} % busy (at most {most} %). Nothing is kept.",
        "Close the other programs, or try again when the machine is quiet.",
    )


class CalibrationSlight(UserError):
    """The two phases were too alike to draw a line through them."""

    code = "calibration_slight"
    fr = (
        "Les deux mesures se ressemblent trop (occupation {rest} % puis {busy} % ; {rest_watts} W puis {busy_watts} W).",
        "Il faut plus de watts au travail qu’au repos, et au moins 30 points d’occupation d’écart ; voyez JUGEOTE_THREADS.",
    )
    en = (
        "The two measures are too alike ({rest} % then {busy} % busy; {rest_watts} W then {busy_watts} W).",
        "More watts are needed at work than at rest, and at least 30 points of busy time between; see JUGEOTE_THREADS.",
    )


class CalibrationUnread(UserError):
    """A plug reading is no number of watts, or the machine's load cannot be read."""

    code = "calibration_unread"
    fr = ("Lecture inutilisable : {found}.", "Attendu : des watts lus sur un wattmètre de prise, par exemple 23,5.")
    en = ("Unusable reading: {found}.", "Expected: watts read on a plug meter, for example 23.5.")


class NothingKept(UserError):
    """The data folder cannot keep a record."""

    code = "energy_not_kept"
    fr = ("Le dossier {folder} ne garde rien : il ne s’écrit pas.", "Donnez un dossier où écrire : JUGEOTE_HOME=…")
    en = (
        "The folder {folder} keeps nothing: it cannot be written.",
        "Give a folder that can be written: JUGEOTE_HOME=...",
    )
