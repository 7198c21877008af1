"""How time and memory grow with the data: `growth.py RUNNER WORK_FOLDER IMAGE.svg [options]`.

Watchfire alone, on three of the questions, over data of several sizes that is in memory when the clock starts."""

import argparse
import json
import math
import subprocess
from pathlib import Path

import constants
from generate import generate
from questions import ONLY, TABLES
from run import HERE, number

QUESTIONS = {"W3": "impossible travel", "W4": "people of 7 days", "W5": "sums of 24 hours"}
COLOURS = {"W3": "#0b7285", "W4": "#c2410c", "W5": "#6d28d9"}


def measured(options: argparse.Namespace, rows: int) -> list[dict]:
    """What each question takes over so many rows."""
    data = options.work / f"data-{rows}-1"
    generate(data, rows, 1)
    drawn = constants.constants(data, 1)
    results = []
    for question in QUESTIONS:
        words = [str(options.runner), str(HERE / "watch"), "--threads", str(options.threads), "--only", ",".join(ONLY[question])]
        if question in drawn:
            (data / f"{question}.json").write_text(json.dumps(drawn[question]["set"]))
            words += ["--set", str(data / f"{question}.json")]
        words += [f"{name}={data / name}.parquet" for name in TABLES[question]]
        runs = [json.loads(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout) for _ in range(options.runs)]
        best = min(runs, key=lambda run: run["cpu_s"])
        results.append({"question": question, "rows": rows, "cpu_s": best["cpu_s"], "wall_s": best["wall_s"],
                        "peak_mb": best["peak_mb"]})
        print(f"{question} {rows:>11} rows {best['cpu_s']:8.2f} s CPU {best['peak_mb']:9.0f} MB", flush=True)
    return results


def panel(left: int, title: str, rows: list[dict], name: str, unit: str) -> list[str]:
    """A plot with logarithmic axes: rows, and what they take; dashed: what is proportional to the rows."""
    width, height, top, bottom = 380, 300, 50, 50
    xs = sorted({row["rows"] for row in rows})
    ys = [row[name] for row in rows]
    x_range = (math.log10(xs[0]), math.log10(xs[-1]))
    y_range = (math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys))))
    x_of = lambda x: left + 60 + (math.log10(x) - x_range[0]) / (x_range[1] - x_range[0]) * (width - 90)
    y_of = lambda y: top + (y_range[1] - math.log10(y)) / (y_range[1] - y_range[0]) * (height - top - bottom)
    parts = [f'<text x="{left + 60}" y="24" class="title">{title}</text>']
    for power in range(y_range[0], y_range[1] + 1):
        y = y_of(10**power)
        label = f"{10**power:g} {unit}"
        parts.append(f'<line x1="{left + 60}" x2="{left + width - 30}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{left + 54}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for x in xs:
        parts.append(f'<line x1="{x_of(x):.1f}" x2="{x_of(x):.1f}" y1="{top}" y2="{height - bottom}" class="grid"/>')
        parts.append(f'<text x="{x_of(x):.1f}" y="{height - bottom + 18}" text-anchor="middle">{x / 1e6:g}M</text>')
    parts.append(f'<text x="{left + (width + 30) / 2:.0f}" y="{height - bottom + 38}" text-anchor="middle">events</text>')
    for question in QUESTIONS:
        own = sorted((row["rows"], row[name]) for row in rows if row["question"] == question)
        line = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in own)
        colour = COLOURS[question]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3.5" fill="{colour}"/>' for x, y in own]
    least = min(row[name] for row in rows if row["rows"] == xs[-1])
    start = max(least * xs[0] / xs[-1], 10 ** y_range[0])
    x = xs[-1] * start / least
    parts.append(f'<line x1="{x_of(x):.1f}" y1="{y_of(start):.1f}" x2="{x_of(xs[-1]):.1f}" y2="{y_of(least):.1f}" class="linear"/>')
    return parts


def image(rows: list[dict], threads: int) -> str:
    style = """
    text { font: 12px system-ui, sans-serif; fill: #1f2933; }
    .title { font-size: 14px; font-weight: 600; }
    .grid { stroke: #d8dee4; stroke-width: 1; }
    .linear { stroke: #1f2933; stroke-width: 1; stroke-dasharray: 4 4; }
    .paper { fill: #ffffff; }"""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 340" width="780" height="340" role="img">'
             f"<title>Time and memory by the number of events</title><style>{style}</style>",
             '<rect class="paper" width="780" height="340"/>']
    parts += panel(0, f"CPU time, {threads} threads", rows, "cpu_s", "s")
    parts += panel(390, "Peak memory, data included", rows, "peak_mb", "MB")
    for place, question in enumerate(QUESTIONS):
        x = 60 + place * 200
        parts.append(f'<circle cx="{x}" cy="322" r="5" fill="{COLOURS[question]}"/>')
        parts.append(f'<text x="{x + 10}" y="326">{question} {QUESTIONS[question]}</text>')
    parts.append('<line x1="670" x2="700" y1="322" y2="322" class="linear"/><text x="706" y="326">linear</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="cargo xtask growth")
    for name in ("runner", "work", "image"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    sizes = lambda text: [number(size) for size in text.split(",")]
    parser.add_argument("--rows", type=sizes, default=sizes("1M,3M,10M,30M,100M"), help="sizes (default 1M,3M,10M,30M,100M)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3, help="of each; the shortest counts (default 3)")
    options = parser.parse_args()
    rows = [row for size in options.rows for row in measured(options, size)]
    options.image.write_text(image(rows, options.threads))
    print(f"written to {options.image}")


if __name__ == "__main__":
    main()
