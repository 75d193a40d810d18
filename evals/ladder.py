"""The ladder: what each rung brings, against what it costs: `python -m evals.ladder REPORT.json [--out docs]`.

Rungs: words only, meaning only (the embedder), both, both and the reader. Quality: share of the answerable questions whose first find
lies in a section that answers, with its 95 % interval. Cost of a question: CPU-seconds of the process, and joules as the
energy meter gives them. Writes OUT/ladder.svg in English and OUT/fr/ladder.svg in French, from a report.json of `jugeote eval`.
"""

import argparse
import html
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 56, 40, 64, 56
DECADES = (-4, 0)  # of CPU-seconds: 0.1 ms to 1 s
GREEN, GREY = "#2b6f5e", "#5a6675"
TEXTS = {
    "en": {
        "title": "The ladder: what each rung brings, and what it costs",
        "beside": "% of questions whose first find answers",
        "below": "CPU time a question (each line costs ten times the one before)",
        "words": "words only", "meaning": "meaning only (embedder)", "both": "words + meaning", "read": "words + meaning + reader",
        "cpu": "{} ms", "joules": "{} J", "unread": "joules not read", "point": ".",
    },
    "fr": {
        "title": "L’échelle : ce que chaque marche apporte, et ce qu’elle coûte",
        "beside": "% de questions dont le premier résultat répond",
        "below": "temps processeur par question (chaque trait coûte dix fois le précédent)",
        "words": "mots seuls", "meaning": "sens seul (vecteurs)", "both": "mots + sens", "read": "mots + sens + lecteur",
        "cpu": "{} ms", "joules": "{} J", "unread": "joules non lus", "point": ",",
    },
}  # fmt: skip


def _across(seconds: float) -> float:
    low, high = DECADES
    place = (math.log10(max(seconds, 10.0**low)) - low) / (high - low)
    return LEFT + min(1.0, place) * (WIDTH - LEFT - RIGHT)


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _number(value: float, point: str) -> str:
    """Return two significant digits, never in powers of ten."""
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{digits}f}".replace(".", point)


def _frame(texts: dict[str, str]) -> list[str]:
    parts = [
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{html.escape(texts["title"])}</text>',
        f'<text x="{LEFT}" y="{TOP - 14}" fill="{GREY}">{html.escape(texts["beside"])}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end" fill="{GREY}">{html.escape(texts["below"])}</text>',
    ]
    for step in range(5):
        y = _up(step / 4)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.0f}" y2="{y:.0f}" stroke="#dfe4ea"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{25 * step}</text>')
    for power in range(DECADES[0], DECADES[1] + 1):
        x, told = _across(10.0**power), _number(1000 * 10.0**power, texts["point"])
        told = told.removesuffix(f"{texts['point']}0") if 10.0**power >= 0.001 else "0" + texts["point"] + "1"
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#dfe4ea"/>')
        parts.append(
            f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{texts["cpu"].format(told)}</text>'
        )
    return parts


def _rung(point: dict[str, Any], texts: dict[str, str]) -> list[str]:
    x, y = _across(point["cpu_seconds"]), _up(point["value"])
    cost = texts["cpu"].format(_number(1000 * point["cpu_seconds"], texts["point"]))
    cost += ", " + (
        texts["joules"].format(_number(point["joules"], texts["point"])) if point["joules"] else texts["unread"]
    )
    name = f"{texts[point['method']]} : {100 * point['value']:.0f} %" if texts["point"] == "," else None
    name = name or f"{texts[point['method']]}: {100 * point['value']:.0f}%"
    # The embedder alone and with words cost the same: their names stand on two sides.
    anchor, beside = ("end", x - 11) if point["method"] in ("both", "read") else ("start", x + 11)
    return [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_up(point["low"]):.1f}" y2="{_up(point["high"]):.1f}" stroke="{GREEN}"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{GREEN}"/>',
        f'<text x="{beside:.1f}" y="{y - 2:.1f}" text-anchor="{anchor}" font-weight="600">{html.escape(name)}</text>',
        f'<text x="{beside:.1f}" y="{y + 13:.1f}" text-anchor="{anchor}" fill="{GREY}">{html.escape(cost)}</text>',
    ]


def picture(points: Sequence[dict[str, Any]], language: str = "en") -> str:
    """Return the ladder as SVG; a point: method, value, low, high (shares), cpu_seconds, joules or None."""
    texts = TEXTS[language]
    told = "; ".join(f"{texts[p['method']]} {100 * p['value']:.0f} %" for p in points)
    inside = "".join(_frame(texts) + [part for point in points for part in _rung(point, texts)])
    label = html.escape(f"{texts['title']}. {told}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{label}" font-size="12" font-family="system-ui,sans-serif" fill="#1c2430">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{inside}</svg>'
    )


def main(argv: Sequence[str]) -> int:
    """Write the two pictures."""
    parser = argparse.ArgumentParser(prog="python -m evals.ladder", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "docs")
    args = parser.parse_args(argv)
    points = json.loads(args.report.read_text("utf-8"))["ladder"]
    for file, language in ((args.out / "ladder.svg", "en"), (args.out / "fr" / "ladder.svg", "fr")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(picture(points, language) + "\n", "utf-8")
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
