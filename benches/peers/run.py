"""Watchfire and its peers on the same questions: `run.py RUNNER WORK_FOLDER RESULT.json [options]`.

Each engine answers each question in a process of its own, in turn, as often as asked for. All answers must be equal."""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

import constants
from generate import generate
from measure import asked
from page import load, table, throughput, write_page
from questions import AGAIN, ONLY, RANGES, TABLES, TITLES

HERE = Path(__file__).parent
OURS = "watchfire"
# The same with data that was read and ordered before the clock starts.
WARM = "watchfire-warm"
# The same from files that are read after the clock started.
FILES = "watchfire-files"
OWN = (OURS, WARM, FILES)
BEST = "best of each"


class Comparison:
    """What is compared: the data, the threads, and how long an engine may take."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.data = options.work / f"data-{options.rows}-{options.seed}"
        self.constants = self.data / "constants.json"

    def prepare(self) -> None:
        print(f"data: {self.options.rows} events, seed {self.options.seed}", flush=True)
        generate(self.data, self.options.rows, self.options.seed)
        drawn = constants.constants(self.data, self.options.seed)
        self.constants.write_text(json.dumps(drawn))
        set_ = {"ALL": {}} | {question: parts["set"] for question, parts in drawn.items()}
        for question, values in set_.items():
            set_["ALL"] |= values
            (self.data / f"{question}.json").write_text(json.dumps(values))
        (self.data / "ALL.json").write_text(json.dumps(set_["ALL"]))

    def stay(self) -> None:
        """Keeps all engines on as many processors as there are threads, whatever else they start."""
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: self.options.threads])

    def found(self, question: str, engine: str) -> Path:
        """Where an engine writes what it found."""
        return self.options.work / f"{question} {engine}.csv"

    def command(self, question: str, engine: str) -> list[str]:
        threads, found = str(self.options.threads), str(self.found(question, engine))
        if engine not in OWN:
            paths = [str(HERE / "measure.py"), engine, question, str(self.data), str(self.constants), threads, found]
            return [sys.executable, *paths]
        words = [str(self.options.runner), str(HERE / "watch"), "--threads", threads, "--found", found]
        words += {WARM: ["--warm"], FILES: ["--files"]}.get(engine, [])
        words += ["--only", ",".join(ONLY[question])] if question in ONLY else []
        # A day by itself is one of the days of W7.
        words += RANGES.get("W7" if question == "W7D" else question, [])
        if (self.data / f"{question}.json").exists():
            words += ["--set", str(self.data / f"{question}.json")]
        return words + [f"{name}={self.data / name}.parquet" for name in TABLES[question]]

    def run(self, question: str, engine: str) -> dict:
        """One run; an engine that takes too long, or that the system kills for its memory, has no times."""
        threads = str(self.options.threads)
        environment = {**os.environ, "POLARS_MAX_THREADS": threads, "TOKIO_WORKER_THREADS": threads}
        environment["WATCHFIRE_RULES"] = str(self.options.runner.with_name("watchfire-rules"))
        try:
            done = subprocess.run(self.command(question, engine), env=environment, stdout=subprocess.PIPE, text=True,
                                  timeout=self.options.limit, check=False)
        except subprocess.TimeoutExpired:
            return {"stopped": f"over {self.options.limit:g} s"}
        if done.returncode == -signal.SIGKILL:
            return {"stopped": "killed"}
        if done.returncode != 0:
            sys.exit(f"{question}: {engine} failed ({done.returncode})")
        return json.loads(done.stdout)

    def ask(self, question: str) -> list[dict]:
        """All engines' runs of one question, as rows of the result."""
        engines = [*OWN, *asked(question)]
        print(f"{question}: {TITLES[question]}", flush=True)
        runs: dict[str, list[dict]] = {engine: [] for engine in engines}
        for number in range(self.options.runs):
            for engine in engines:
                if any("stopped" in run for run in runs[engine]):
                    continue
                run = self.run(question, engine)
                runs[engine].append(run)
                shown = run.get("stopped") or f"{run['wall_s']:9.3f} s, CPU {run['cpu_s']:9.3f} s, {run['answer']}"
                print(f"{question} {number + 1} {engine:<18} {shown}", flush=True)
            self.same(question, runs)
        return [self.row(question, engine, runs[engine]) for engine in engines]

    def same(self, question: str, runs: dict[str, list[dict]]) -> None:
        """Ends the comparison where two answers differ, and shows where."""
        answers = {engine: {run["answer"] for run in of if "answer" in run} for engine, of in runs.items()}
        answers = {engine: of for engine, of in answers.items() if of}
        if len(set().union(*answers.values())) <= 1:
            return
        first = next(reversed(answers))
        expected = set(self.found(question, first).read_text().splitlines())
        for engine in answers:
            rows = set(self.found(question, engine).read_text().splitlines())
            print(f"{question}: {engine}: {len(rows)} found, {len(rows - expected)} of them not by {first}, "
                  f"{len(expected - rows)} that {first} found are missing")
            for sign, some in (("+", rows - expected), ("-", expected - rows)):
                for line in sorted(some)[:5]:
                    print(f"    {sign} {line}")
        sys.exit(f"{question}: the answers differ")

    def whole(self, rows: list[dict]) -> list[dict]:
        """The rows of all questions as one package, beside the sum of each question's best peer; the answer is that of the
        questions one by one."""
        ours = self.ask("ALL")
        singles = {row["question"]: row for row in rows if row["engine"] == OURS and row["question"] in ONLY}
        singles = {question: row for question, row in singles.items() if question not in (*AGAIN, "ALL")}
        if set(singles) != set(ONLY) - {*AGAIN, "ALL"}:
            return ours
        parts = [row["answer"].split(":") for row in singles.values()]
        found, total = sum(int(many) for many, _ in parts), sum(int(hashed, 16) for _, hashed in parts)
        expected = f"{found}:{total & 0xFFFFFFFFFFFFFFFF:016x}"
        if ours[0]["answer"] != expected:
            sys.exit(f"ALL: the answer is {ours[0]['answer']}, of the questions one by one {expected}")
        best = {"question": "ALL", "engine": BEST, "threads": self.options.threads, "rows": self.options.rows}
        for name in ("cpu_s", "wall_s"):
            of = [[row[name] for row in rows if row["question"] == question and row["engine"] not in OWN
                   and row[name] is not None] for question in singles]
            best[name] = round(sum(min(times) for times in of), 4) if all(of) else None
        return [*ours, best | {"peak_mb": None, "answer": expected}]

    def row(self, question: str, engine: str, runs: list[dict]) -> dict:
        """The medians of an engine's runs."""
        row = {"question": question, "engine": engine, "threads": self.options.threads, "rows": self.options.rows}
        stopped = next((run["stopped"] for run in runs if "stopped" in run), None)
        if stopped:
            return row | {"cpu_s": None, "wall_s": None, "peak_mb": None, "answer": None, "stopped": stopped}
        middle = lambda name: statistics.median(run[name] for run in runs)
        row |= {name: round(middle(name), 4) for name in ("cpu_s", "wall_s")}
        peaks = [run["peak_mb"] for run in runs if run["peak_mb"] is not None]
        row |= {"peak_mb": round(statistics.median(peaks)) if peaks else None, "answer": runs[0]["answer"]}
        if engine in OWN:
            names = runs[0]["timings"]
            row["timings"] = {name: round(statistics.median(run["timings"][name] for run in runs), 4) for name in names}
        return row


def number(text: str) -> int:
    """`1M` is 1000000."""
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower())
    return int(float(text[:-1]) * scale) if scale else int(text)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cargo xtask peers")
    for name in ("runner", "work", "result", "page"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=number, default=1_000_000, help="events, such as 10M (default 1M)")
    parser.add_argument("--only", type=lambda text: text.upper().split(","), default=list(TITLES), metavar="W4,W5")
    parser.add_argument("--threads", type=int, default=2, help="of every engine (default 2)")
    parser.add_argument("--runs", type=int, default=5, help="of every engine; medians are shown (default 5)")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS",
                        help="for one run with its loading; a slower engine is left out (default 600)")
    parser.add_argument("--seed", type=int, default=1, help="of data and constants (default 1)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    unknown = [question for question in options.only if question not in TITLES]
    if unknown or options.rows < 1000 or options.threads < 1 or options.runs < 1:
        parser.error(f"there is no {unknown[0]}" if unknown else "at least 1000 rows, 1 thread, 1 run")
    if options.write and options.only != list(TITLES):
        parser.error("--write needs all questions")
    return options


def main() -> None:
    options = read_options()
    busy = load()
    comparison = Comparison(options)
    comparison.prepare()
    comparison.stay()
    rows = [row for question in options.only if question != "ALL" for row in comparison.ask(question)]
    if "ALL" in options.only:
        rows += comparison.whole(rows)
    options.result.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")
    print(f"\n{table(rows)}")
    if "W1" in options.only:
        print(f"\nmillion rows per second of CPU time\n{throughput(rows)}")
    if options.write:
        write_page(options.page, rows, options, busy)


if __name__ == "__main__":
    main()
