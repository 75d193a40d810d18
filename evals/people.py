"""Ask the same questions as hurried people type them, and tell what is lost: `python -m evals.people [--sample 60]`.

Each way of writing alters a clean question the same on every machine. The loss is clean less altered, over the same
questions, so its interval is of paired differences. Questions already marked as typos or without accents are left out.
"""

import argparse
import random
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant import wiring
from assistant.config import read_config
from evals.measure import METRICS, Figure, figure
from evals.questions import Question, drawn, read_all
from evals.run import Outcome, run
from index.errors import UserError

MEASURED = ("both_recall@5", "evidence_hit@3", "answered_right", "not_refused")
LEFT_OUT = ("typo", "no_accent", "mixed_language")
TYPO_EVERY = 14  # letters: about one slip in a line
SMS = {
    "fr": {
        "c'est": "c", "qu'est-ce que": "kes", "est-ce que": "eske", "que": "ke", "qui": "ki", "quoi": "koi", "pour": "pr",
        "dans": "ds", "avec": "avc", "vous": "vs", "nous": "ns", "tout": "tt", "toujours": "tjs", "beaucoup": "bcp",
        "quand": "qd", "faut-il": "fo", "il faut": "fo", "quel": "kel", "quelle": "kel", "quelles": "kel", "quels": "kel",
        "pas": "pa", "plus": "+", "pourquoi": "pk", "comment": "cmt", "combien": "cb", "je suis": "jsui", "j'ai": "g",
        "s'il vous plaît": "svp", "même": "mm", "mais": "mé", "donc": "dc", "être": "etr", "aujourd'hui": "ajd",
    },
    "en": {
        "you": "u", "are": "r", "your": "ur", "please": "pls", "for": "4", "to": "2", "people": "ppl", "because": "cuz",
        "with": "w/", "without": "w/o", "before": "b4", "what": "wat", "we": "we", "about": "abt", "should": "shld",
        "the": "da", "and": "n", "through": "thru", "great": "gr8", "why": "y", "be": "b", "see": "c", "information": "info",
    },
}  # fmt: skip
MIXED = {
    "fr": {
        "données": "data", "modèle": "model", "outil": "tool", "réponse": "answer", "question": "prompt", "coût": "cost",
        "énergie": "energy", "entreprise": "company", "équipe": "team", "projet": "project", "risque": "risk", "droit": "law",
        "fournisseur": "vendor", "machine": "hardware", "réunion": "meeting", "fichier": "file", "mot de passe": "password",
        "stagiaire": "intern", "salarié": "employee", "client": "customer", "essai": "trial", "serveur": "server",
    },
    "en": {
        "data": "données", "model": "modèle", "tool": "outil", "answer": "réponse", "cost": "coût", "energy": "énergie",
        "company": "entreprise", "team": "équipe", "project": "projet", "risk": "risque", "law": "loi", "vendor": "fournisseur",
        "supplier": "fournisseur", "meeting": "réunion", "file": "fichier", "staff": "personnel", "trial": "essai",
        "employee": "salarié", "customer": "client", "server": "serveur", "water": "eau",
    },
}  # fmt: skip
Way = Callable[[Question], str]


def no_accents(question: Question) -> str:
    """Leave out every accent, as on a foreign keyboard."""
    spread = unicodedata.normalize("NFKD", question.question)
    return "".join(c for c in spread if not unicodedata.combining(c))


def upper_case(question: Question) -> str:
    """Shout."""
    return question.question.upper()


def typos(question: Question) -> str:
    """Slip about once in TYPO_EVERY letters: a letter left out, doubled, or changed places with the next."""
    slips, letters = random.Random(question.id), list(question.question)
    i = 1
    while i < len(letters) - 1:
        if letters[i].isalpha() and letters[i + 1].isalpha() and slips.random() < 1 / TYPO_EVERY:
            kind = slips.randrange(3)
            if kind == 0:
                letters[i] = ""
            elif kind == 1:
                letters[i] *= 2
            else:
                letters[i], letters[i + 1] = letters[i + 1], letters[i]
            i += 2
        i += 1
    return "".join(letters)


def _swapped(text: str, words: dict[str, str]) -> str:
    text = text.replace("’", "'")
    for one, other in sorted(words.items(), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", other, text, flags=re.IGNORECASE)
    return text


def sms(question: Question) -> str:
    """Write short, without accents, capitals or punctuation."""
    short = _swapped(question.question, SMS[question.language]).lower()
    return re.sub(r"\s+", " ", re.sub(r"[?!.,;:«»“”]", " ", no_accents(replace(question, question=short)))).strip()


def mixed(question: Question) -> str:
    """Slip in words of the other language, as at work."""
    return _swapped(question.question, MIXED[question.language])


WAYS: dict[str, Way] = {
    "no accents": no_accents, "upper case": upper_case, "typos": typos, "sms": sms, "mixed languages": mixed,
}  # fmt: skip


def altered(questions: Sequence[Question], way: Way) -> list[Question]:
    """Return the questions as that way writes them, the past turns as they were."""
    return [replace(q, question=way(q)) for q in questions]


def losses(clean: Sequence[Outcome], other: Sequence[Outcome]) -> dict[str, Figure]:
    """Return metric -> clean less altered, over the same questions."""
    found = {}
    for name in MEASURED:
        pairs = [(METRICS[name](a), METRICS[name](b)) for a, b in zip(clean, other, strict=True)]
        found[name] = figure([a - b for a, b in pairs if a is not None and b is not None])
    return found


def main(argv: Sequence[str]) -> int:
    """Print the loss of each way of writing, as a table of Markdown."""
    parser = argparse.ArgumentParser(prog="python -m evals.people", description=__doc__)
    parser.add_argument("--sample", type=int, default=60)
    args = parser.parse_args(argv)
    asked = [q for q in read_all(split="test") if q.answerable and q.kind not in LEFT_OUT]
    try:
        parts = wiring.parts(read_config())
        questions = drawn(asked, args.sample)
        clean = run(parts, questions, sides=("both",))
        print("| written | " + " | ".join(MEASURED) + " |\n|---|" + "---|" * len(MEASURED))
        whole = [figure([METRICS[name](o) for o in clean]) for name in MEASURED]
        print("| clean | " + " | ".join(f"{f.value:.2f}" for f in whole) + " |")
        for name, way in WAYS.items():
            lost = losses(clean, run(parts, altered(questions, way), sides=("both",)))
            cells = [f"{0 - f.value:+.2f} ({0 - f.high:+.2f} ... {0 - f.low:+.2f})" for f in lost.values()]
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    except UserError as error:
        print(*error.told("en"), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
