"""Show an answer: HTML for a message of the page, plain text for the terminal.

Knows nothing of Gradio, requests or models. Every text that comes from a document, a model or a person is hostile until
escaped here. A message is one line that opens with a block tag, so that no Markdown is read inside it.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from assistant.answer import Answer, Citation, Mark, Sentence, Status
from assistant.energy import compare, display, session
from assistant.energy.reading import EnergyReading
from index.search import Passage

WORDS = {
    "fr": {
        "sources": "Sources",
        "source": "Source {n} : {place}",
        "searched": "Cherché : «\u00a0{search}\u00a0»",
        "closest": "Sources les plus proches",
        "closest_note": "Elles ne répondent pas à la question ; elles peuvent aider à la reformuler.",
        "refused": "Pas de réponse dans les sources",
        "failed": "La question n’a pas reçu de réponse",
        "stopped": "Réponse arrêtée : le texte ci-dessus est incomplet.",
        "stopped_empty": "Réponse arrêtée avant le premier mot.",
        "until": "{cost} · jusqu’à l’arrêt",
        "receipt": "Télécharger le reçu (JSON)",
        "receipt_note": "Ce qui a été relevé, et chaque facteur avec sa source. La commande « jugeote energy recompute » refait le calcul.",
        "in_force": "en vigueur au {date}",
        "facts": "D’où viennent les faits",
        "high": "lu dans un texte officiel ou d’origine",
        "medium": "lu dans une source secondaire",
        "low": "non vérifié dans une source",
        "extractive": "Citations exactes, aucun texte généré",
        "generative": "Texte rédigé par un modèle ; entre guillemets, des citations exactes",
        "close": "Mots du modèle, proches d’une phrase de la source : comparez avant de vous y fier",
        "own": "Mots du modèle, sans source",
        "open": "«\u00a0",
        "shut": "\u00a0»",
    },
    "en": {
        "sources": "Sources",
        "source": "Source {n}: {place}",
        "searched": "Searched: “{search}”",
        "closest": "Closest sources",
        "closest_note": "They do not answer the question; they may help to reword it.",
        "refused": "No answer in the sources",
        "failed": "The question was not answered",
        "stopped": "Answer stopped: the text above is incomplete.",
        "stopped_empty": "Answer stopped before the first word.",
        "until": "{cost} · until the stop",
        "receipt": "Download the receipt (JSON)",
        "receipt_note": "What was read, and each factor with its source. The command “jugeote energy recompute” computes it again.",
        "in_force": "in force on {date}",
        "facts": "Where the facts come from",
        "high": "read in an official or original text",
        "medium": "read in a secondary source",
        "low": "not checked against a source",
        "extractive": "Exact quotes, no generated text",
        "generative": "Text written by a model; between quotation marks, exact quotes",
        "close": "The model’s words, close to a sentence of the source: compare before you rely on them",
        "own": "The model’s words, without a source",
        "open": "“",
        "shut": "”",
    },
}
MONTHS = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet",
           "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December"],
}  # fmt: skip

# Control and direction characters: they can move a terminal's cursor or turn a sentence around on the page.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What HTML or Markdown may read as a command, ":" "@" and "." included because of automatic links.
ACTIVE = re.compile(r"[&<>\"'*_\[\]()!#`~|\\${}:@.+=\-]")
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[^\s<>\"'`\\]*)?")


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact of the corpus comes from; `confidence` is "high", "medium" or "low"."""

    id: str
    publisher: str
    title: str
    year: int | None
    url: str | None
    confidence: str


def escaped(text: str) -> str:
    """Return `text` as HTML that shows it to the letter, whether HTML or Markdown reads it."""
    safe = ACTIVE.sub(lambda found: f"&#{ord(found[0])};", UNSEEN.sub("", text))
    return re.sub(r"\n+", "<br>", safe.strip("\n"))


def asked_markdown(question: str) -> str:
    """Return a person's question as the body of a message."""
    return f'<div class="asked">{escaped(question)}</div>'


def page_markdown(answer: Answer, turn: int, facts: Mapping[str, FactSource], *, stopped: bool = False) -> str:
    """Return an answer, whole or growing, as the body of message number `turn`."""
    words = WORDS[answer.language]
    parts: list[str] = []
    if answer.status in (Status.REFUSED, Status.FAILED):
        parts.append(f'<p class="verdict">{words[answer.status]}</p><p>{escaped(answer.text)}</p>')
    else:
        searched = _searched(answer, answer.language)
        parts += [f'<p class="note">{escaped(searched)}</p>'] if searched else []
        parts.append(_prose(answer, turn))
    if stopped:
        parts.append(f'<p class="stopped">{words["stopped" if answer.sentences else "stopped_empty"]}</p>')
    if answer.citations:
        parts.append(f'<p class="label">{words["sources"]}</p>')
        parts += [_source(citation, answer, turn, facts) for citation in answer.citations]
    if answer.status is Status.REFUSED and answer.passages:
        parts.append(f'<p class="label">{words["closest"]}</p><p class="note">{words["closest_note"]}</p>')
        parts += [_nearest(passage, n, turn) for n, passage in enumerate(answer.passages, 1)]
    if answer.status is Status.FAILED:
        return _message("failed", parts, answer)
    if answer.done or stopped:
        parts.append(_cost(answer, stopped=stopped))
        parts.append(f'<p class="model">{words[_kind(answer)]} · {escaped(_model(answer))}</p>')
    return _message("refused" if answer.status is Status.REFUSED else "answer", parts, answer)


def terminal(answer: Answer, language: str) -> str:
    """Return an answer as plain text for a terminal; the labels are in `language`."""
    words = WORDS[language]
    searched = _searched(answer, language) if answer.status is Status.ANSWERED else ""
    lines = [searched, "", answer.text] if searched else [answer.text]
    if answer.citations:
        lines += ["", words["sources"]]
        for c in answer.citations:
            where = ", ".join(filter(None, (c.document, _in_force(c.in_force_on, language))))
            lines.append(f"[{c.marker}] {_place(c.title, c.section)} ({where})")
    elif answer.status is Status.REFUSED and answer.passages:
        lines += ["", f"{words['closest']}. {words['closest_note']}"]
        lines += [f"  - {_place(p.title, p.section)} ({p.document})" for p in answer.passages]
    if answer.status is not Status.FAILED:
        lines += ["", display.cost(answer.energy, language), f"{words[_kind(answer)]} · {_model(answer)}"]
    return UNSEEN.sub("", "\n".join(lines))


def _message(kind: str, parts: list[str], answer: Answer) -> str:
    return f'<div class="said {kind}" lang="{answer.language}">{"".join(parts)}</div>'


def _searched(answer: Answer, language: str) -> str:
    """Return what was searched where it is not the question to the letter; a refusal says so by itself."""
    same = answer.search.split() == answer.question.split()
    return "" if same or not answer.search else WORDS[language]["searched"].format(search=answer.search)


def _prose(answer: Answer, turn: int) -> str:
    """Quotes stand apart; sentences in other words run on in one paragraph."""
    words, languages = WORDS[answer.language], {c.marker: c.language for c in answer.citations}
    places = {c.marker: _place(c.title, c.section) for c in answer.citations}
    html, running = [], False
    for sentence in answer.sentences:
        links = "".join(_link(n, places[n], turn, words["source"]) for n in sentence.citations if n in places)
        plain = sentence.mark is not Mark.QUOTED
        if running and not plain:
            html.append("</p>")
        if plain:
            html.append(" " if running else '<p class="joint">')
            html.append(_own(sentence, answer) + links)
        else:
            language = next((languages[n] for n in sentence.citations if n in languages), answer.language)
            quote = f"{words['open']}{escaped(sentence.text)}{words['shut']}"
            html.append(f'<blockquote class="quote" lang="{escaped(language)}">{quote}{links}</blockquote>')
        running = plain
    return "".join(html) + ("</p>" if running else "")


def _own(sentence: Sentence, answer: Answer) -> str:
    if answer.model.kind == "extractive":
        return escaped(sentence.text)  # a fixed phrase of ours, no model wrote it
    title = WORDS[answer.language][sentence.mark]
    return f'<span class="{sentence.mark}" title="{escaped(title)}">{escaped(sentence.text)}</span>'


def _link(marker: int, place: str, turn: int, form: str) -> str:
    title = escaped(form.format(n=marker, place=place))
    return f' <a class="cite" href="#t{turn}s{marker}" title="{title}">[{marker}]</a>'


def _source(citation: Citation, answer: Answer, turn: int, facts: Mapping[str, FactSource]) -> str:
    """A citation unfolded: the quote marked in its passage, its date, and where its facts come from."""
    words = WORDS[answer.language]
    place = escaped(_place(citation.title, citation.section))
    about = filter(None, (citation.document, _in_force(citation.in_force_on, answer.language)))
    known = [facts[name] for name in citation.facts if name in facts]
    listed = "".join(f"<li>{_fact(fact, words)}</li>" for fact in known)
    origin = f'<p class="label">{words["facts"]}</p><ul>{listed}</ul>' if listed else ""
    return (
        f'<details class="src" id="t{turn}s{citation.marker}"><summary>[{citation.marker}] {place}</summary>'
        f'<blockquote lang="{escaped(citation.language)}">{_in_context(citation, answer)}</blockquote>'
        f'<p class="note">{escaped(" · ".join(about))}</p>{origin}</details>'
    )


def _in_context(citation: Citation, answer: Answer) -> str:
    """Return the passage with the quote marked; the quote alone when the passage does not hold it to the letter."""
    for p in answer.passages:
        start, end = citation.start - p.start, citation.end - p.start
        if p.document == citation.document and start >= 0 and p.text[start:end] == citation.quote:
            before, after = escaped(p.text[:start].lstrip()), escaped(p.text[end:].rstrip())
            # escaped() drops the line breaks at an edge; the one before or after the quote is part of the layout.
            before += "<br>" if before and p.text[:start].endswith("\n") else ""
            after = ("<br>" if after and p.text[end:].startswith("\n") else "") + after
            return f"{before}<mark>{escaped(citation.quote)}</mark>{after}"
    return f"<mark>{escaped(citation.quote)}</mark>"


def _fact(fact: FactSource, words: Mapping[str, str]) -> str:
    said = [escaped(fact.publisher), f"<cite>{escaped(fact.title)}</cite>", str(fact.year) if fact.year else ""]
    address = ""
    if fact.url:
        shown = escaped(fact.url)
        # Anything but a plain web address stays text.
        link = f'<a href="{shown}" target="_blank" rel="noopener noreferrer">{shown}</a>'
        address = f"<br>{link if ADDRESS.fullmatch(fact.url) else shown}"
    trust = words.get(fact.confidence, words["low"])
    return f'{", ".join(filter(None, said))} <span class="trust">({trust})</span>{address}'


def _nearest(passage: Passage, number: int, turn: int) -> str:
    return (
        f'<details class="src near" id="t{turn}p{number}"><summary>{escaped(_place(passage.title, passage.section))}'
        f'</summary><blockquote lang="{escaped(passage.language)}">{escaped(passage.text)}</blockquote>'
        f'<p class="note">{escaped(passage.document)}</p></details>'
    )


def _cost(answer: Answer, *, stopped: bool) -> str:
    line = display.cost(answer.energy, answer.language)
    heard = display.spoken(answer.energy, answer.language)
    if stopped and answer.energy:
        line, heard = (WORDS[answer.language]["until"].format(cost=said) for said in (line, heard))
    line = f'<span class="seen">{escaped(line)}</span><span class="spoken">{escaped(heard)}</span>'
    rows = display.details(answer.energy, answer.language)
    if not rows:
        return f'<p class="energy">{line}</p>'
    if answer.energy and answer.status is Status.ANSWERED:
        made = answer.model.kind == "generative"
        rows += compare.sentences(answer.energy, len(answer.text), answer.language, generated=made)
    return f'<details class="energy"><summary>{line}</summary>{_listed(rows)}{_receipt(answer)}</details>'


def _receipt(answer: Answer) -> str:
    """Return the link that ui.js turns into a file. In base64: no letter of it can be read as HTML or Markdown."""
    if answer.energy is None or answer.energy.receipt is None:
        return ""
    words = WORDS[answer.language]
    receipt = json.dumps({"energy": asdict(answer.energy)}, ensure_ascii=True, indent=1)
    kept = base64.b64encode(receipt.encode("ascii")).decode("ascii")
    return (
        f'<p class="note"><a class="receipt" href="#receipt">{words["receipt"]}</a> {escaped(words["receipt_note"])}'
        f'<span class="kept">{kept}</span></p>'
    )


def totals_markdown(
    readings: Sequence[EnergyReading | None], beside: Mapping[str, EnergyReading | None], language: str
) -> str:
    """Return what a conversation cost, with what is used beside it, as the body of a Markdown block."""
    line = escaped(session.session_line(readings, language))
    rows = session.session_rows(readings, beside, language)
    return f'<details class="energy"><summary>{line}</summary>{_listed(rows)}</details>' if rows else f"<p>{line}</p>"


def _listed(rows: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escaped(row)}</li>' for row in rows)}</ul>"


def _kind(answer: Answer) -> str:
    return "extractive" if answer.model.kind == "extractive" else "generative"


def _model(answer: Answer) -> str:
    card = answer.model
    return f"{card.name} ({card.quantisation})" if card.quantisation else card.name


def _place(title: str, section: str) -> str:
    """Return "title › section", each named once."""
    names = [title, *section.split(" > ")]
    return " › ".join(dict.fromkeys(name for name in names if name))


def _in_force(day: str | None, language: str) -> str:
    if not day:
        return ""
    try:
        when = date.fromisoformat(day)
    except ValueError:  # a host's own way to write a date
        return WORDS[language]["in_force"].format(date=day)
    first = "1er" if language == "fr" and when.day == 1 else str(when.day)
    return WORDS[language]["in_force"].format(date=f"{first} {MONTHS[language][when.month - 1]} {when.year}")
