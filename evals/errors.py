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
