"""The report that a host reads before opening the service with a generator: `make acceptance MODEL=FILE`.

Questions of the evaluation, altered claims, hostile documents, and what an answer costs, with the host's own model, in
both manners. Says what it cannot say: no number here tells whether an answer is good to read.
"""

import argparse
import html
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from assistant import generators, wiring
from assistant.answer import Answer, Mark, Status, Writer
from assistant.config import Config, read_config
from assistant.grounding import Close
from assistant.terminal import say, terminal_language
from assistant.writers.joints import OWN_SHARE
from assistant.writers.local import LlamaWriter
from evals.altered import PROMISED, noticed
from evals.hostile import open_assistant, read_cases, tried
from index.errors import UserError

QUESTIONS = Path(__file__).resolve().parent / "questions"
CASES = Path(__file__).resolve().parent / "generator.jsonl"
SEED = 1
WORDS = {
    "fr": {
        "quotes": "citations", "plain": "prose", "answered": "{manner}\u00a0: questions qui ont une réponse",
        "of": "{right} sur {made}", "refusals": "{right} sur {made}\u00a0; les autres sont des refus",
        "by_model": "{manner}\u00a0: écrites par le modèle", "true": "{manner}\u00a0: citations qui sont les mots de la source",
        "untrue": "{n} ne le sont pas", "marks": "{manner}\u00a0: marques", "quoted": "citées", "close": "proches", "own": "propres",
        "seconds": "{manner}\u00a0: secondes pour écrire, médiane", "joules": "{manner}\u00a0: joules par réponse, médiane",
        "read": "{joules} ({n} lues)", "unread": "non lus", "share": "citations\u00a0: mots du modèle",
        "most": "au plus {share}\u00a0% d’une réponse", "obeyed": "documents et questions hostiles obéis", "none": "aucun sur {n}",
        "honest": "documents hostiles\u00a0: phrase honnête citée", "same": "phrases laissées telles quelles",
        "altered": "phrases altérées remarquées\u00a0: {kind}", "all": "toutes", "number": "nombre", "negation": "négation", "bound": "borne",
        "subject": "sujet", "addition": "ajout", "no": "non", "title": "Recette de {name}", "answers": "Réponses",
        "how": "Une ligne qui dit non est une raison de ne pas ouvrir le service. Aucun chiffre ne dit si une réponse est bonne "
        "à lire\u00a0: lisez celles du bas. Un modèle aux poids aléatoires, comme ceux des tests, peut passer chaque ligne.",
    },
    "en": {
        "quotes": "quotes", "plain": "plain", "answered": "{manner}: answered", "of": "{right} of {made}",
        "refusals": "{right} of {made}; the others are refusals", "by_model": "{manner}: written by the model",
        "true": "{manner}: quotes that are the source's words", "untrue": "{n} are not", "marks": "{manner}: marks",
        "quoted": "quoted", "close": "close", "own": "own", "seconds": "{manner}: seconds to write, median",
        "joules": "{manner}: joules an answer, median", "read": "{joules} ({n} read)", "unread": "not read",
        "share": "quotes: the model's own words", "most": "at most {share} % of an answer",
        "obeyed": "hostile documents and questions obeyed", "none": "none of {n}",
        "honest": "hostile documents: the honest sentence quoted", "same": "sentences kept as they are",
        "altered": "altered claims noticed: {kind}", "all": "all", "number": "number", "negation": "negation", "bound": "bound",
        "subject": "subject", "addition": "addition", "no": "no", "title": "Acceptance of {name}", "answers": "Answers",
        "how": "A line that says no is a reason not to open the service. No figure here says whether an answer is good to read: "
        "read those below. A model of random weights, such as those of the tests, may pass every line.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report; `ok` None when it is a figure, not a check."""

    name: str
    ok: bool | None
    found: str


def sampled(count: int) -> list[tuple[str, str]]:
    """Return (question, language), evenly from every file of questions, always the same ones."""
    rows: list[tuple[str, str]] = []
    files = sorted(QUESTIONS.glob("*.jsonl"))
    for file in files:
        asked = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        alone = [(r["question"], r["language"]) for r in asked if r["answerable"] and not r["history"]]
        share = max(1, count // len(files))
        rows += alone[:: max(1, len(alone) // share)][:share]
    return rows[:count]


def answers(config: Config, writer: str, questions: Sequence[tuple[str, str]]) -> Iterator[Answer]:
    """Yield an answer to each question."""
    parts = wiring.parts(config, writer)
    assistant = parts.assistant()
    for question, language in questions:
        *_, last = assistant.ask(question, (), language)
        yield last
    _ended(parts.writer)


def _ended(writer: Writer) -> None:
    """End a model's process: the next manner starts its own, and two may not fit in memory."""
    if isinstance(writer, LlamaWriter):
        writer.close()


def written(found: Sequence[Answer], manner: str, language: str) -> list[Line]:
    """Return what the answers of one manner, "quotes" or "plain", show."""
    words = WORDS[language]
    given = [a for a in found if a.status is Status.ANSWERED]
    by_model = [a for a in given if a.model.kind == "generative"]
    marks = Counter(s.mark for a in by_model for s in a.sentences)
    untrue = [c for a in given for c in a.citations if not _true(a, c.document, c.start, c.end, c.quote)]
    joules = [a.energy.joules for a in by_model if a.energy]
    spent = words["read"].format(joules=_middle(joules, 1, language), n=len(joules)) if joules else words["unread"]
    named = {
        name: words[name].format(manner=words[manner])
        for name in ("answered", "by_model", "true", "marks", "seconds", "joules")
    }
    lines = [
        Line(named["answered"], None, words["refusals"].format(right=len(given), made=len(found))),
        Line(named["by_model"], len(by_model) == len(given), words["of"].format(right=len(by_model), made=len(given))),
        Line(named["true"], not untrue, words["untrue"].format(n=len(untrue))),
        Line(named["marks"], None, ", ".join(f"{words[mark]} {marks[mark]}" for mark in Mark)),
        Line(named["seconds"], None, _middle([a.seconds.write for a in by_model], 2, language)),
        Line(named["joules"], None, spent),
    ]  # fmt: skip
    if manner == "quotes":
        most = max((_own_share(a) for a in by_model), default=0.0)
        lines.append(Line(words["share"], most <= OWN_SHARE, words["most"].format(share=round(most * 100))))
    return lines


def _middle(values: Sequence[float], digits: int, language: str) -> str:
    """Return the median as the language writes it, "-" of nothing."""
    shown = f"{median(values):.{digits}f}" if values else "-"
    return shown.replace(".", ",") if language == "fr" else shown


def _true(answer: Answer, document: str, start: int, end: int, quote: str) -> bool:
    return any(
        p.document == document and p.start <= start and p.text[start - p.start : end - p.start] == quote
        for p in answer.passages
    )


def _own_share(answer: Answer) -> float:
    own = sum(len(s.text) for s in answer.sentences if s.mark is Mark.OWN)
    return own / max(1, sum(len(s.text) for s in answer.sentences))


def hostile(config: Config, writer: str, most: int, language: str) -> list[Line]:
    """Return what hostile documents and questions obtained, in free prose, where a model could obey most easily.

    The suite of evals/hostile.py, with no threshold in the way, and cases of control tokens; about `most` of them.
    """
    cases = read_cases() + read_cases(CASES)
    cases = cases[:: max(1, len(cases) // most)]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        assistant, writing = open_assistant(config, cases, Path(folder), writer)
        for number, case in enumerate(cases, 1):
            say(f"hostile: {number} / {len(cases)}")
            results.append(tried(assistant, case))
        _ended(writing)
    words = WORDS[language]
    obeyed = [r.case.id for r in results if r.obeyed]
    honest = [r for r in results if r.case.expected]
    return [
        Line(words["obeyed"], not obeyed, ", ".join(obeyed) or words["none"].format(n=len(cases))),
        Line(words["honest"], None, words["of"].format(right=sum(r.answered for r in honest), made=len(honest))),
    ]


def altered(close: Close, found: Sequence[Answer], language: str) -> list[Line]:
    """Return how many altered sentences of the sources the check notices: of all, what is promised; of each kind, a figure."""
    words = WORDS[language]
    kinds = noticed(close, list(dict.fromkeys(c.quote for a in found for c in a.citations)))
    right, made = (sum(counts) for counts in zip(*(row for kind, row in kinds.items() if kind != "same"), strict=True))
    total = words["of"].format(right=right, made=made)
    lines = [Line(words["altered"].format(kind=words["all"]), right >= PROMISED * made, total)]
    for kind, (right, made) in sorted(kinds.items()):
        name = words["same"] if kind == "same" else words["altered"].format(kind=words[kind])
        lines.append(Line(name, None, words["of"].format(right=right, made=made)))
    return lines


def page(writer: str, described: str, lines: Sequence[Line], shown: Sequence[Answer], language: str) -> str:
    """Return the report as HTML that needs nothing else."""
    words = WORDS[language]
    sign, kind = {True: "ok", False: words["no"], None: "–"}, {True: "ok", False: "no", None: "figure"}
    title = html.escape(words["title"].format(name=writer))
    rows = "".join(
        f'<tr class="{kind[line.ok]}"><td>{sign[line.ok]}</td><td>{html.escape(line.name)}</td><td>{html.escape(line.found)}</td></tr>'
        for line in lines
    )
    read = "".join(
        f"<h3 lang={a.language}>{html.escape(a.question)}</h3><p lang={a.language}>{html.escape(a.text)}</p>"
        for a in shown
    )
    style = "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}td{padding:.2rem .8rem}.no{color:#a00}"
    return (
        f"<!doctype html><html lang={language}><meta charset=utf-8><title>{title}</title><style>{style}</style>"
        f"<h1>{title}</h1><p>{html.escape(described)}</p><p>{html.escape(words['how'])}</p><table>{rows}</table>"
        f"<h2>{words['answers']}</h2>{read}</html>"
    )


def run(config: Config, writer: str, sample: int, out: Path, language: str) -> bool:
    """Make the report in `out` and say each line; True when no check failed."""
    questions = sampled(sample)
    lines: list[Line] = []
    shown: list[Answer] = []
    for manner, plain in (("quotes", False), ("plain", True)):
        found = []
        for number, answer in enumerate(answers(replace(config, plain=plain, seed=SEED), writer, questions), 1):
            say(f"{manner}: {number} / {len(questions)}")
            found.append(answer)
        lines += written(found, manner, language)
        shown += [a for a in found if a.status is Status.ANSWERED][:5]
        if not plain:
            lines += altered(wiring.grounding(config).close, found, language)
    lines += hostile(replace(config, plain=True, seed=SEED), writer, 2 * sample, language)
    out.mkdir(parents=True, exist_ok=True)
    described = generators.described(config, writer, language)
    (out / "report.html").write_text(page(writer, described, lines, shown, language), "utf-8")
    colon = "\u00a0:" if language == "fr" else ":"
    for line in lines:
        print(f"{ {True: 'ok ', False: '!! ', None: '   '}[line.ok] }{line.name}{colon} {line.found}")
    print(out / "report.html")
    return all(line.ok is not False for line in lines)


def main() -> int:
    """Read the command line; 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m evals.acceptance")
    parser.add_argument("--writer", required=True)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("build/acceptance"))
    args = parser.parse_args()
    if args.sample < 1:
        parser.error("--sample 1 ...")
    language = terminal_language()
    try:
        return 0 if run(read_config(), args.writer, args.sample, args.out, language) else 1
    except UserError as error:
        say("\n".join(error.told(language)))
        return 1


if __name__ == "__main__":
    sys.exit(main())
