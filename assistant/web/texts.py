"""Every text of the page, in French and English, and the choice between the two.

Knows nothing of Gradio or requests. tests/test_texts.py fails when a text lacks its twin.
"""

import re
from dataclasses import dataclass

LANGUAGES = ("fr", "en")
NAME = "Jugeote"
COOKIE = "ui-lang"

TEXTS = {
    "fr": {
        "tagline": "L’IA responsable, questions et sources",
        "other_language": "English",
        "new": "Nouvelle conversation",
        "send": "Envoyer",
        "stop": "Arrêter",
        "question": "Votre question",
        "question_placeholder": "Écrivez votre question",
        "welcome": "Que faut-il se demander avant, pendant et après le déploiement d’une IA ?",
        "promise_1": "**Des citations exactes.** Chaque réponse est faite de phrases des sources, "
        "et chaque renvoi s’ouvre sur le passage.",
        "generator": "**Des citations exactes, entre guillemets.** Le reste est rédigé par un modèle, {name}, et marqué "
        "comme tel ; chaque renvoi s’ouvre sur le passage.",
        "generator_plain": "**Des réponses rédigées par un modèle**, {name}. Chaque phrase dit si elle cite une source, si "
        "elle en est proche ou si elle n’en a pas : vérifiez dans le passage.",
        "offer": "Les réponses sont des citations exactes. Pour qu’un petit modèle de cette machine les relie : "
        "`make chat MODEL={name}` ({size} Go à télécharger, licence {licence}).",
        "waiting_line": "D’autres questions passent d’abord : {n} avant vous.",
        "waiting_turn": "Le modèle répond à d’autres personnes : {n} avant vous.",
        "promise_2": "**Un refus plutôt qu’une invention.** Si les sources ne répondent pas, Jugeote le dit "
        "et montre les plus proches.",
        "promise_3": "**Le coût affiché.** Énergie, carbone, eau et euros sous chaque réponse. "
        "Tout reste sur la machine de votre organisation.",
        "examples": "Pour commencer",
        "example_1": "Quelles questions poser avant de déployer une IA ?",
        "example_2": "Un petit modèle suffit-il ?",
        "example_3": "Que ne faut-il pas coller dans un assistant public ?",
        "example_4": "Combien coûte une tonne de CO₂ ?",
        "searching": "Lecture des sources…",
        "ready": "Entrée envoie la question, Maj + Entrée va à la ligne.",
        "finished_none": "Réponse terminée.",
        "finished_one": "Réponse terminée : 1 source citée.",
        "finished_many": "Réponse terminée : {n} sources citées.",
        "refused": "Les sources ne répondent pas à cette question.",
        "failed": "La question n’a pas reçu de réponse.",
        "stopping": "Arrêt en cours…",
        "stopped": "Réponse arrêtée.",
        "forgotten": "Nouvelle conversation : la précédente est oubliée.",
        "empty": "Écrivez d’abord une question.",
        "waiting_for": "Une réponse est déjà en cours : attendez-la ou arrêtez-la.",
        "broken": "Un défaut de Jugeote a interrompu la réponse. Posez la question de nouveau ; si cela se répète, "
        "prévenez la personne qui héberge Jugeote.",
        "receipt_file": "recu-energie.json",
        "copied": "Réponse copiée.",
        "copy_failed": "La copie n’a pas marché : sélectionnez le texte.",
        "copy": "Copier la réponse",
        "conversation": "Conversation",
        "message_user": "Question",
        "message_bot": "Réponse",
        "leave": "Changer de langue commence une nouvelle conversation. Continuer ?",
    },
    "en": {
        "tagline": "Responsible AI, questions and sources",
        "other_language": "Français",
        "new": "New conversation",
        "send": "Send",
        "stop": "Stop",
        "question": "Your question",
        "question_placeholder": "Write your question",
        "welcome": "What should you ask before, while and after deploying an AI?",
        "promise_1": "**Exact quotes.** Each answer is made of sentences from the sources, "
        "and each reference opens the passage.",
        "generator": "**Exact quotes, between quotation marks.** The rest is written by a model, {name}, and marked so; "
        "each reference opens the passage.",
        "generator_plain": "**Answers written by a model**, {name}. Each sentence says whether it quotes a source, is close "
        "to one or has none: check in the passage.",
        "offer": "Answers are exact quotes. To have a small model of this machine join them: "
        "`make chat MODEL={name}` ({size} GB to download, licence {licence}).",
        "waiting_line": "Other questions come first: {n} before you.",
        "waiting_turn": "The model is answering other people: {n} before you.",
        "promise_2": "**A refusal rather than an invention.** If the sources do not answer, Jugeote says so "
        "and shows the closest ones.",
        "promise_3": "**The cost on display.** Energy, carbon, water and euros under each answer. "
        "Everything stays on your organisation’s machine.",
        "examples": "To begin with",
        "example_1": "Which questions should we ask before deploying an AI?",
        "example_2": "Is a small model enough?",
        "example_3": "What should never be pasted into a public assistant?",
        "example_4": "How much does a tonne of CO₂ cost?",
        "searching": "Reading the sources…",
        "ready": "Enter sends the question, Shift + Enter starts a new line.",
        "finished_none": "Answer finished.",
        "finished_one": "Answer finished: 1 source cited.",
        "finished_many": "Answer finished: {n} sources cited.",
        "refused": "The sources do not answer this question.",
        "failed": "The question was not answered.",
        "stopping": "Stopping…",
        "stopped": "Answer stopped.",
        "forgotten": "New conversation: the previous one is forgotten.",
        "empty": "Write a question first.",
        "waiting_for": "An answer is already on its way: wait for it or stop it.",
        "broken": "A defect of Jugeote interrupted the answer. Ask again; if it happens once more, "
        "tell the person who hosts Jugeote.",
        "receipt_file": "energy-receipt.json",
        "copied": "Answer copied.",
        "copy_failed": "Copying did not work: select the text.",
        "copy": "Copy the answer",
        "conversation": "Conversation",
        "message_user": "Question",
        "message_bot": "Answer",
        "leave": "Changing the language starts a new conversation. Continue?",
    },
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A generator that the host could add; `size` in gigabytes."""

    name: str
    size: float
    licence: str


@dataclass(frozen=True, slots=True)
class Start:
    """What the first screen says: who writes ("" for exact quotes alone), how, and what could be added."""

    generator: str = ""
    plain: bool = False
    offer: Offer | None = None


def start_texts(start: Start) -> dict[str, dict[str, str]]:
    """Return every text of the page, in both languages, the first screen composed."""
    said = {}
    for language, texts in TEXTS.items():
        promises = [texts[f"promise_{n}"] for n in range(1, 4)]
        if start.generator:
            form = texts["generator_plain" if start.plain else "generator"]
            promises[0] = form.format(name=f"`{start.generator}`")
        shown = "\n".join(f"- {promise}" for promise in promises)
        offer = ""
        if start.offer is not None and not start.generator:
            size = f"{start.offer.size:.1f}".replace(".", "," if language == "fr" else ".")
            offer = "\n\n" + texts["offer"].format(name=start.offer.name, size=size, licence=start.offer.licence)
        said[language] = texts | {
            "head": f"# {NAME}\n\n{texts['tagline']}",
            "start": f"## {texts['welcome']}\n\n{shown}{offer}\n\n{texts['examples']}",
        }
    return said


EXAMPLES = tuple(f"example_{n}" for n in range(1, 5))
# What ui.js says by itself; the rest never travels to it.
SCRIPT = ("receipt_file", "copied", "copy_failed", "copy", "conversation", "message_user", "message_bot", "leave")


def page_language(cookie: str | None, accept: str | None) -> str:
    """Return "fr" or "en": the person's choice, else the browser's first of the two, else English."""
    if cookie in LANGUAGES:
        return cookie
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept or "").split(",")):
        found = re.fullmatch(r"\s*(fr|en)\b[\w-]*\s*(?:;\s*q\s*=\s*([01](?:\.\d{1,3})?))?\s*", part, re.IGNORECASE)
        if found and float(found[2] or 1) > 0:
            wanted.append((-float(found[2] or 1), place, found[1].lower()))
    return min(wanted)[2] if wanted else "en"


def finished(language: str, sources: int) -> str:
    """Return the status line of a finished answer."""
    form = {0: "finished_none", 1: "finished_one"}.get(sources, "finished_many")
    return TEXTS[language][form].format(n=sources)
