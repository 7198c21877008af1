"""The table of results, and its place in docs/performance.md."""

import os
import platform
import subprocess
from argparse import Namespace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from measure import BY_ROW
from questions import GOALS, WARM_GOALS

BEGIN, END = "<!-- written by `cargo xtask peers --write` -->", "<!-- end -->"


def seconds(row: dict) -> str:
    if row["wall_s"] is None:
        return row["stopped"]
    return f"{short(row['wall_s'])} / {short(row['cpu_s'])}"


def short(value: float) -> str:
    """A number with two or three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def ratio(ours: dict, peers: list[dict], name: str) -> str:
    """How many times as long as ours the best peer takes, and which it is."""
    peers = [peer for peer in peers if peer[name] is not None]
    if ours[name] is None or not peers:
        return "–"
    best = min(peers, key=lambda peer: peer[name])
    return f"{short(best[name] / ours[name])}× ({best['engine']})"


def aligned(lines: list[list[str]]) -> str:
    """Lines of cells as a Markdown table; the first line is the heading."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines)]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]])


def by_question(rows: list[dict]) -> dict[str, list[dict]]:
    return {question: [row for row in rows if row["question"] == question] for question in
            dict.fromkeys(row["question"] for row in rows)}


def table(rows: list[dict]) -> str:
    """Times of all engines, and the ratios to the best peer."""
    grouped = by_question(rows)
    engines = list(dict.fromkeys(row["engine"] for row in rows if row["engine"] not in BY_ROW))
    lines = [["", "found", *engines, "ratio, wall", "ratio, CPU", "ratio, CPU, warm", "goal"]]
    for question, (ours, warm, _, *peers) in grouped.items():
        found = next((row["answer"].split(":")[0] for row in (ours, *peers) if row["answer"]), "–")
        ratios = [ratio(ours, peers, "wall_s"), ratio(ours, peers, "cpu_s"), ratio(warm, peers, "cpu_s")]
        goal = f"{GOALS[question]}×" + (f", warm {WARM_GOALS[question]}×" if question in WARM_GOALS else "")
        lines.append([question, found, *cells(grouped[question], engines, seconds), *ratios, goal])
    return aligned(lines)


def cells(rows: list[dict], engines: list[str], cell) -> list[str]:
    """A cell for each engine; those that were not asked have none."""
    of = {row["engine"]: row for row in rows}
    return [cell(of[engine]) if engine in of else "" for engine in engines]


def memory(rows: list[dict]) -> str:
    """Peak memory of all engines in MB, loaded data included."""
    peaks = [row for row in rows if row["peak_mb"] is not None and row["engine"] not in BY_ROW]
    engines = list(dict.fromkeys(row["engine"] for row in peaks))
    cell = lambda row: "–" if row["peak_mb"] is None else str(row["peak_mb"])
    lines = [[question, *cells(of, engines, cell)] for question, of in by_question(rows).items()]
    return aligned([["", *engines], *lines])


def profile(rows: list[dict]) -> str:
    """Where Watchfire's time goes."""
    timed = [row for row in rows if "timings" in row and row["engine"] == "watchfire"]
    names = ["load", "order", "compiled", "evaluate", "render"]
    return aligned([["", *names], *([row["question"], *(short(row["timings"][name]) for name in names)] for row in timed)])


def throughput(rows: list[dict]) -> str:
    """How many million rows of the scan an engine takes in a second of CPU time."""
    timed = [row for row in rows if row["question"] == "W1" and row["cpu_s"]]
    engines = [row["engine"] for row in timed]
    return aligned([["", *engines], ["W1", *(short(row["rows"] / row["cpu_s"] / 1e6) for row in timed)]])


def machine() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text()
        name = next(line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    try:
        size = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (OSError, ValueError):
        size = ""
    return f"{name}, {os.cpu_count()} processors{size}, {platform.system()}"


def versions() -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False,
                            cwd=Path(__file__).parent).stdout.strip()
    peers = [f"{shown} {version(name)}" for shown, name in
             (("DuckDB", "duckdb"), ("Polars", "polars"), ("DataFusion", "datafusion"))]
    return f"Watchfire {commit or 'without git'}, {', '.join(peers)}, Python {platform.python_version()}"


def load() -> str:
    """How busy the machine is with other things; to be asked before anything is run."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f" Load average when it began: {os.getloadavg()[0]:.1f} (what other programs took)."


def write_page(page: Path, rows: list[dict], options: Namespace, busy: str) -> None:
    """Puts the results into the page, between its two marks."""
    text = page.read_text()
    head, found, rest = text.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not found or not ended:
        raise SystemExit(f"{page} has no place for the table")
    many = f"{options.rows:,}".replace(",", " ")
    parts = [
        f"{date.today()}: {many} events, {options.threads} threads, medians of {options.runs} runs, seed {options.seed}.",
        f"{versions()}. {machine()}.{busy}",
        "Seconds, wall clock / CPU:", table(rows),
        "The scan of W1, in million rows per second of CPU time, with engines that look at one row at a time:",
        throughput(rows),
        "Peak memory in MB, loaded data included:", memory(rows),
        "Where Watchfire's time goes, in seconds:", profile(rows),
    ]
    page.write_text(f"{head}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{tail}")
    print(f"written to {page.name}")
