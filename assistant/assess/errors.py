"""Errors of the assessment that are written for the person."""

from index.errors import UserError


class AssessmentBroken(UserError):
    """corpus/assessment.yaml says something that cannot be used; `where` names the question or the rule."""

    code = "assessment_broken"
    fr = (
        "{file}, {where} : {found}.",
        "Le format est expliqué en tête du fichier.",
    )
    en = ("{file}, {where}: {found}.", "The format is explained at the top of the file.")


class AnswersUnreadable(UserError):
    """The file of answers cannot be opened, or is not a JSON object."""

    code = "answers_unreadable"
    fr = (
        "Le fichier de réponses {file} ne se lit pas.",
        'Attendu : un objet JSON, {{"identifiant de question": réponse, …}}. '
        "« jugeote assess --json » donne les questions.",
    )
    en = (
        "The file of answers {file} cannot be read.",
        'Expected: a JSON object, {{"question id": answer, ...}}. "jugeote assess --json" gives the questions.',
    )


class AnswerWrong(UserError):
    """An answer that is none of those its question takes."""

    code = "answer_wrong"
    fr = (
        "La réponse « {found} » à la question « {question} » ne convient pas.",
        "Attendu : {expected}.",
    )
    en = ("The answer '{found}' to the question '{question}' does not fit.", "Expected: {expected}.")


class ReportUnwritable(UserError):
    """The report or the answers cannot be written where asked."""

    code = "report_unwritable"
    fr = ("Le fichier {file} ne peut pas être écrit.", "Choisissez un dossier où vous pouvez écrire.")
    en = ("The file {file} cannot be written.", "Choose a folder that you can write in.")
