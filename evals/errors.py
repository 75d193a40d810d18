"""Errors of the evaluation that are written for the person; the root is `index.errors.UserError`."""

from index.errors import UserError


class QuestionsBroken(UserError):
    """A file of questions cannot be used."""

    code = "questions_broken"
    fr = ("{file}, ligne {line} : {found}.", "Le format d’une question est expliqué en tête de evals/questions.py.")
    en = ("{file}, line {line}: {found}.", "The form of a question is told at the top of evals/questions.py.")


class QuestionsMissing(UserError):
    """No question is left to ask."""

    code = "questions_missing"
    fr = ("Aucune question dans {found}.", "Vérifiez le dossier evals/questions, --split et --sample.")
    en = ("No question in {found}.", "Check the folder evals/questions, --split and --sample.")


class ThresholdsUnfit(UserError):
    """The outcomes do not tell answerable questions from the others."""

    code = "thresholds_unfit"
    fr = (
        "Aucun seuil ne sépare les questions avec et sans réponse : {found}.",
        "Le lecteur note mal les phrases, ou il y a trop peu de questions dev ; rien n’a été écrit.",
    )
    en = (
        "No threshold tells the questions with an answer from those without: {found}.",
        "The reader scores sentences badly, or there are too few dev questions; nothing was written.",
    )


class SampleChanged(UserError):
    """The frozen sample is not what was frozen."""

    code = "sample_changed"
    fr = (
        "L’échantillon gelé {file} ne correspond plus aux questions.",
        "Rétablissez les questions, ou gelez-en un autre : python -m evals.gate --freeze, puis --raise sur des seuils effacés.",
    )
    en = (
        "The frozen sample {file} no longer matches the questions.",
        "Restore the questions, or freeze another one: python -m evals.gate --freeze, then --raise with the floors removed.",
    )


class YardstickBroken(UserError):
    """A public set of questions cannot be read."""

    code = "yardstick_broken"
    fr = ("{file} ne se lit pas : {found}.", "Attendu : le format JSON de SQuAD ; voir en tête de evals/yardstick.py.")
    en = ("{file} cannot be read: {found}.", "Expected: SQuAD's JSON form; see the top of evals/yardstick.py.")
