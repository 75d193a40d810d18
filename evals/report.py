"""A run as one HTML page with its pictures inside: nothing is fetched, it opens anywhere.

Knows nothing of how the figures were made: the JSON of evals/summary.py in, text out.
"""

import html
from collections.abc import Sequence
from typing import Any

from evals.ladder import picture

WIDTH, HEIGHT, EDGE = 460, 300, 44
NAMES = {
    "both": "words + meaning", "words": "words only", "meaning": "meaning only", "read": "words + meaning + reader",
}  # fmt: skip
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c2430}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .7rem;border-bottom:1px solid #ccd3db;"
    "text-align:right}th:first-child,td:first-child{text-align:left}small{color:#5a6675}"
    "figure{display:inline-block;margin:0 1rem 1rem 0}.wide{overflow-x:auto}"
)


def _place(x: float, y: float, most_x: float) -> tuple[float, float]:
    return EDGE + x / most_x * (WIDTH - 2 * EDGE), HEIGHT - EDGE - y * (HEIGHT - 2 * EDGE)


def _axes(title: str, below: str, beside: str, most_x: float) -> list[str]:
    """Return the frame of a picture: y from 0 to 100 %, x from 0 to `most_x`."""
    parts = [
        f'<rect x="{EDGE}" y="{EDGE}" width="{WIDTH - 2 * EDGE}" height="{HEIGHT - 2 * EDGE}" fill="none" stroke="#8a94a3"/>'
    ]
    for step in range(5):
        x, y = _place(most_x * step / 4, step / 4, most_x)
        parts.append(f'<text x="{EDGE - 6}" y="{y + 4:.0f}" text-anchor="end">{step * 25}</text>')
        parts.append(f'<text x="{x:.0f}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{most_x * step / 4:.3g}</text>')
    parts.append(f'<text x="{EDGE}" y="18" font-weight="600">{html.escape(title)}</text>')
    parts.append(f'<text x="{EDGE}" y="36">{html.escape(beside)}</text>')
    parts.append(f'<text x="{WIDTH - EDGE}" y="{HEIGHT - 8}" text-anchor="end">{html.escape(below)}</text>')
    return parts


def _picture(title: str, parts: Sequence[str]) -> str:
    label = html.escape(title, quote=True)
    return (
        f'<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-label="{label}" font-size="12" font-family="system-ui,sans-serif">'
        f"{''.join(parts)}</svg></figure>"
    )


def curve_picture(
    title: str, below: str, beside: str, curve: Sequence[Sequence[float]], now: tuple[float, float] | None
) -> str:
    """Return a curve of shares, with the point where the product stands."""
    parts = _axes(title, below, beside, 100.0)
    places = [_place(100 * x, y, 100.0) for x, y in curve]
    parts.append(
        f'<polyline fill="none" stroke="#2b6f5e" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    )
    if now is not None:
        x, y = _place(100 * now[0], now[1], 100.0)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#b5432a"/><text x="{x + 10:.1f}" y="{y + 4:.1f}">now</text>'
        )
    return _picture(title, parts)


def _cell(found: dict[str, Any] | None) -> str:
    if not found:
        return "<td>–</td>"
    return f"<td>{100 * found['value']:.0f} <small>{100 * found['low']:.0f}–{100 * found['high']:.0f}, n {found['count']}</small></td>"


def table(figures: dict[str, dict[str, Any]], metrics: Sequence[str]) -> str:
    """Return a table: a line a group, a column a metric; per cent, 95 % interval, number of questions."""
    head = "".join(f"<th>{html.escape(m.replace('_', ' '))}</th>" for m in metrics)
    lines = [
        f"<tr><td>{html.escape(group.replace('_', ' '))}</td>{''.join(_cell(rows.get(m)) for m in metrics)}</tr>"
        for group, rows in figures.items()
    ]
    return f'<div class="wide"><table><tr><th></th>{head}</tr>{"".join(lines)}</table></div>'


def _sides(figures: dict[str, Any]) -> str:
    """Return the three ways of searching beside each other, for all and each language."""
    lines = []
    for group in ("all", "fr", "en"):
        for side in ("words", "meaning", "both"):
            cells = "".join(
                _cell(figures.get(group, {}).get(f"{side}_{m}")) for m in ("recall@1", "recall@5", "mrr@10", "ndcg@10")
            )
            lines.append(f"<tr><td>{group}, {NAMES[side]}</td>{cells}</tr>")
    return f"<table><tr><th></th><th>recall@1</th><th>recall@5</th><th>MRR@10</th><th>nDCG@10</th></tr>{''.join(lines)}</table>"


def _costs(run: dict[str, Any]) -> str:
    lines = []
    for name, row in run["costs"].items():
        joules = f"{row['joules']:.3f}" if row["joules"] is not None else "not read"
        lines.append(
            f"<tr><td>{NAMES.get(name, name)}</td><td>{1000 * row['seconds']:.1f}</td><td>{1000 * row['seconds_95']:.1f}</td>"
            f"<td>{1000 * row['cpu_seconds']:.1f}</td><td>{joules}</td></tr>"
        )
    stages = ", ".join(f"{name} {1000 * value:.1f} ms" for name, value in run["stages"].items())
    memory = f"{run['memory_megabytes']:.0f} MB" if run["memory_megabytes"] else "memory not read"
    return (
        "<table><tr><th>stage, alone</th><th>ms</th><th>ms, 95th percentile</th><th>CPU ms</th><th>joules</th></tr>"
        f"{''.join(lines)}</table><p>Inside an answer: {stages}. At most {memory} in this process. "
        f"Joules are {html.escape(', '.join(run['energy_labels']) or 'not read')} (docs/energy.md).</p>"
    )


def page(run: dict[str, Any]) -> str:
    """Return the report of a run."""
    figures, everything = run["figures"], run["figures"]["all"]
    now = None
    if "wrong_refusals" in everything and "right_refusals" in everything:
        now = (everything["wrong_refusals"]["value"], everything["right_refusals"]["value"])
    facts = {name: run[name] for name in ("commit", "date", "machine", "split", "writer", "questions", "limits")}
    told = "".join(f"<tr><td>{name}</td><td>{html.escape(str(value))}</td></tr>" for name, value in facts.items())
    answers = ["good_end", "answered_right", "wrong_refusals", "right_refusals", "must_say", "must_not_say"]
    answers += ["citations_right", "citations_resolve", "language_right"]
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jugeote: how good the answers are</title>
<style>{STYLE}</style></head><body><h1>How good the answers are</h1><table>{told}</table>
<figure>{picture(run["ladder"])}</figure>
{curve_picture("Refusals", "% of answerable questions refused (wrong)", "% of the others refused (right)", run["refusal_curve"], now)}
{curve_picture("Risk against coverage", "% of questions answered", "% of them without a right sentence", run["risk_coverage"], None)}
<h2>Answers</h2><p>Per cent, 95 % bootstrap interval over questions, number of questions.</p>{table(figures, answers)}
<h2>Search</h2><p>A find is a section that holds a sentence marked as answering.</p>{_sides(figures)}
<h2>Reading</h2>{table(figures, ["evidence_hit@1", "evidence_hit@3"])}
<h2>Costs</h2>{_costs(run)}</body></html>
"""
