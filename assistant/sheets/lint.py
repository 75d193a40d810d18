"""Check a folder of sheets, fr/*.md and en/*.md, against the rules of corpus/README.md.

Knows nothing of the index: files in, findings and counts out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from assistant.sheets.asked import asked_findings
from assistant.sheets.figures import figures
from assistant.sheets.findings import ERROR, WARNING, Finding, Report
from assistant.sheets.read import FACT, LINK, Block, Fact, Sheet, count, read_facts, read_sheets
from index.chunks import sentences
from index.documents import INVISIBLE
from index.errors import SourceMissing

KINDS = ("guide", "checklist", "magnitude", "glossary", "system", "exercise")
AXES = ("use", "model", "life_cycle", "externalities", "confidentiality")
AUDIENCES = ("staff", "it", "management", "trainer")
LISTS = ("axes", "topics", "audience")
KEYS = ("id", "title", "language", "kind", "axes", "topics", "audience", "in_force_on", "review_by", "superseded_by")
NOTHING = ("", "null", "~")
OURS_ONLY = ("kind", "axes")  # a host's own sheet may go without
LENGTH = (250, 700)
MEAN = {"fr": 25, "en": 22}  # words a sentence, on average
REPEATED = 8  # words: two sheets may share a shorter sentence

FACT_LIKE = re.compile(r"\[ ?(?:facts?|faits?) ?:[^\]]*\]?|\(?(?<![\w\[])(?:fact|fait):[a-z0-9-]+\)?", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?…][»”\")\]*_]*(?:[\u00a0\u202f ]»)?$")
HTML = re.compile(r"<!--|</?[A-Za-z][^<>]*/?>|&(?:#\d+|#x[\da-fA-F]+|[A-Za-z]{2,8});")
IMAGE = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
ODD = re.compile(r"#{1,6}[^#\s].*|(?:={3,}|-{3,}|\*{3,}|_{3,})\s*$|(?:```|~~~).*|[ \t]*>.*")
INVENTED = re.compile(r"\b(?:inventée?s?|fictifs?|fictives?|invented|made[- ]up|fictitious)\b", re.IGNORECASE)


def _day(value: object) -> date | None:
    """Return the date that a value of the front matter writes, None when it writes none."""
    try:
        return date.fromisoformat(str(value)) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else None
    except ValueError:
        return None


def front_findings(sheet: Sheet, ours: bool, topics: set[str], names: set[str], today: date) -> Iterator[Finding]:
    """Check the front matter of one sheet; `ours`: a sheet of the bundled corpus."""
    front, lines = sheet.front, sheet.keys
    for key in KEYS:
        if key not in front:
            yield sheet.found("key_missing", key, level=ERROR if ours or key not in OURS_ONLY else WARNING)
        elif isinstance(front[key], str) == (key in LISTS) or (not front[key] and key != "superseded_by"):
            yield sheet.found("key_type", key, lines.get(key, 1))
    for key in front.keys() - set(KEYS):
        yield sheet.found("key_unknown", key, lines.get(key, 1))
    for key, name in (("id", sheet.name.rsplit("/", 1)[-1]), ("language", sheet.folder)):
        if key in front and front[key] != name:
            yield sheet.found(key, front[key], lines.get(key, 1))
    for key, known in (("kind", set(KINDS)), ("axes", set(AXES)), ("topics", topics), ("audience", set(AUDIENCES))):
        for value in sheet.said(key):
            if value not in known:
                yield sheet.found(key, value, lines.get(key, 1))
    after = front.get("superseded_by", "")
    if after not in NOTHING and (after not in names or after == front.get("id")):
        yield sheet.found("superseded", after, lines.get("superseded_by", 1))
    start, review = _day(front.get("in_force_on")), _day(front.get("review_by"))
    for key, day in (("in_force_on", start), ("review_by", review)):
        if key in front and day is None:
            yield sheet.found("date", f"{key}: {front[key]}", lines.get(key, 1))
    if start and review and review <= start:
        yield sheet.found("date", f"review_by: {review}", lines.get("review_by", 1))
    if review and review < today:
        yield sheet.found("review", review, lines.get("review_by", 1), WARNING)


def body_findings(sheet: Sheet) -> Iterator[Finding]:
    """Check title, headings, length and sentences of one sheet."""
    first = sheet.blocks[0] if sheet.blocks else Block(1, 0, "")
    if first.level != 1 or first.text != sheet.front.get("title") or sum(b.level == 1 for b in sheet.blocks) != 1:
        yield sheet.found("title", sheet.front.get("title", ""), first.line)
    seen: dict[str, int] = {}
    for block in sheet.blocks:
        if block.level > 0 and (before := seen.setdefault(block.text.casefold(), block.line)) != block.line:
            yield sheet.found("heading_twice", before, block.line)
    words = sum(count(b.words) for b in sheet.blocks)
    if not LENGTH[0] <= words <= LENGTH[1]:
        yield sheet.found("length", words, first.line)
    lengths = sheet.lengths()
    if lengths and sum(lengths) / len(lengths) > MEAN[sheet.folder]:
        yield sheet.found("sentences", f"{sum(lengths) / len(lengths):.1f}", first.line, WARNING)


def fact_findings(sheet: Sheet, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    """Check that each mark is well written, well placed and names a fact that may be stated."""
    for block in sheet.blocks:
        for fact in block.facts:
            if fact not in facts:
                yield sheet.found("fact_unknown", fact, block.line)
            elif not facts[fact].stated:
                yield sheet.found("fact_low", fact, block.line)
        for mark in FACT_LIKE.findall(block.text):
            if not FACT.fullmatch(mark):
                yield sheet.found("fact_form", mark, block.line)
        for fact, ended in misplaced(block):
            code, level = ("fact_joined", WARNING) if ended else ("fact_place", ERROR)
            yield sheet.found(code, fact, block.line, level)


def misplaced(block: Block) -> Iterator[tuple[str, bool]]:
    """Yield the facts whose mark stands where the index ends no sentence, and whether a full stop stands there."""
    text, marks, at = "", list[tuple[str, int]](), 0
    for found in FACT.finditer(block.text):
        text += block.text[at : found.start()]
        marks.append((found.group(1), len(text)))
        at = found.end()
    text += block.text[at:]
    ends = {span.end for span in sentences(text, 0, len(text))}
    for fact, end in marks:
        stopped = block.level == 0 and SENTENCE_END.search(text[:end]) is not None
        in_cell = block.level < 0 and re.match(r" *(?:\||$)", text[end:])  # a cell needs no full stop, the mark ends it
        if not in_cell and not (stopped and end in ends):
            yield fact, stopped and text[end : end + 1] in ("", " ")


def figure_findings(sheet: Sheet) -> Iterator[Finding]:
    """Yield the figures without a fact in their paragraph; a heading rests on the facts of its section."""
    for number, block in enumerate(sheet.blocks):
        under = sheet.blocks[number + 1 :] if block.level > 0 else ()
        section = next((i for i, b in enumerate(under) if 0 < b.level <= block.level), len(under))
        if block.facts or any(b.facts for b in under[:section]):
            continue
        found = figures(block.words)
        invented = block.level <= 0 and INVENTED.search(block.text)
        if found:
            code, level = ("figure_invented", WARNING) if invented else ("figure", ERROR)
            yield sheet.found(code, ", ".join(found), block.line, level)


def markup_findings(sheet: Sheet, folder: Path) -> Iterator[Finding]:
    """Check links, and refuse what is not plain Markdown and what cannot be seen."""
    start = sheet.blocks[0].line if sheet.blocks else 1
    for number, line in enumerate(sheet.raw.split("\n"), 1):
        for found in INVISIBLE.finditer(line):
            yield sheet.found("invisible", f"U+{ord(found.group()):04X}", number)
        if number < start:
            continue
        if odd := ODD.match(line):
            yield sheet.found("markdown", odd.group().strip(), number)
        for found in IMAGE.finditer(line):
            yield sheet.found("image", found.group(), number)
        for found in HTML.finditer(line):
            if not found.group().startswith(("<http://", "<https://")):
                yield sheet.found("html", found.group(), number)
        for found in LINK.finditer(line):
            target = next((part for part in found.groups()[1:] if part is not None), "").strip()
            if not usable(target, folder / sheet.path):
                yield sheet.found("link", target or found.group(), number)


def usable(target: str, sheet: Path) -> bool:
    """Tell whether a link is a well-formed web address or a file beside the sheet."""
    try:
        parts = urlsplit(target.rstrip(".,;:!?"))
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme:
        named = re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", host)
        return parts.scheme in ("http", "https") and named is not None and not re.search(r"\s", target)
    return bool(parts.path) and not parts.path.startswith("/") and (sheet.parent / parts.path).is_file()


def pair_findings(sheets: list[Sheet], every: set[str]) -> Iterator[Finding]:
    """Compare twins, and headings across the sheets of one language; `every`: the paths that exist."""
    known = {s.path: s for s in sheets}
    spoken = sorted({path.split("/")[0] for path in every})
    headings: dict[tuple[str, str], Sheet] = {}
    if len(spoken) == 1:
        yield Finding(spoken[0], 1, "one_language", spoken[0], WARNING)
    for sheet in sheets:
        for block in sheet.blocks:
            before = headings.setdefault((sheet.folder, block.text.casefold()), sheet) if block.level > 0 else sheet
            if before is not sheet:
                yield sheet.found("heading_shared", f"{before.path} ({block.text})", block.line, WARNING)
        other = f"{'en' if sheet.folder == 'fr' else 'fr'}/{sheet.name}.md"
        if other not in every and len(spoken) == 2:
            yield sheet.found("twin_missing", other)
        if other not in known:
            continue
        twin = known[other]
        if alone := sheet.facts - twin.facts:
            yield sheet.found("twin_facts", ", ".join(sorted(alone)), level=WARNING)
        if sheet.folder == "en":
            continue  # what follows is said once a pair
        sections = [sum(b.level == 2 for b in s.blocks) for s in (sheet, twin)]
        if sections[0] != sections[1]:
            yield sheet.found("twin_sections", f"{sections[0]} / {sections[1]}")
        for key in set(KEYS) - {"title", "language"}:
            if sheet.front.get(key) != twin.front.get(key):
                yield sheet.found("twin_front", key, sheet.keys.get(key, 1), WARNING)


def repeated(sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """Yield the sentences that another sheet of the language says word for word."""
    said: dict[tuple[str, str], Sheet] = {}
    for sheet in sheets:
        for line, sentence in sheet.sentences():
            before = said.setdefault((sheet.folder, sentence.casefold()), sheet)
            if before is not sheet and count(sentence) >= REPEATED:
                yield sheet.found("sentence_twice", f"{before.path} ({sentence})", line, WARNING)


def summary(sheets: Sequence[Sheet], facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return what is counted, once a pair."""
    pairs = {s.name: s for s in sheets}.values()
    twins = Counter(s.name for s in sheets)
    told = {"pairs": str(sum(n == len(MEAN) for n in twins.values())), "sheets": str(len(sheets))}
    topics = sorted({fact.topic for fact in facts.values()})
    for key, known in (("kind", KINDS), ("axes", AXES), ("topics", topics), ("audience", AUDIENCES)):
        counted = Counter(chain.from_iterable(set(s.said(key)) for s in pairs))
        told[key] = ", ".join(f"{name} {counted[name]}" for name in known)
    sure = {name for name, fact in facts.items() if not fact.low}
    cited = sure & set(chain.from_iterable(s.facts for s in sheets))
    told["facts"] = f"{len(cited)} / {len(sure)}" + (f" = {100 * len(cited) / len(sure):.1f} %" if sure else "")
    for language in MEAN:
        lengths = [n for s in sheets if s.folder == language for n in s.lengths()]
        told[f"mean_{language}"] = f"{sum(lengths) / len(lengths):.1f}" if lengths else "-"
    return told


def lint(folder: Path, bundled: Path, today: date) -> Report:
    """Check every sheet of `folder`; its own facts.yaml comes before that of the `bundled` corpus."""
    if not folder.is_dir():
        raise SourceMissing(folder=folder)
    own, ours = folder / "facts.yaml", folder.resolve() == bundled.resolve()
    shared = read_facts(bundled / "facts.yaml")
    facts = read_facts(own) if own.exists() else shared
    topics = {fact.topic for fact in chain(facts.values(), shared.values())}
    sheets, found = read_sheets(folder)
    every = {s.path for s in sheets} | {f.path for f in found}
    if not every:
        found.append(Finding(".", 1, "no_sheet"))
    names = {Path(p).stem for p in every} | {f.stem for f in bundled.glob("fr/*.md")}
    for sheet in sheets:
        found += front_findings(sheet, ours, topics, names, today)
        found += body_findings(sheet)
        found += fact_findings(sheet, facts)
        found += figure_findings(sheet)
        found += markup_findings(sheet, folder)
    found += pair_findings(sheets, every)
    found += repeated(sheets)
    found += asked_findings(folder)
    return Report(tuple(sorted(found)), tuple(summary(sheets, facts).items()))
