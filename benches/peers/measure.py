"""One engine, one question, one run, in a process of its own: `measure.py ENGINE QUESTION DATA CONSTANTS THREADS FOUND`.
Prints what `watchfire-peers` prints for Watchfire. The data is loaded before the clock starts; what is found is in memory
when it stops."""

import importlib
import json
import sys
import time
from pathlib import Path

import pyarrow as pa

from questions import AGAIN, MODELS, TABLES

ENGINES = {
    "duckdb": ("in_duckdb", "Engine"),
    "polars": ("in_polars", "Engine"),
    "polars streaming": ("in_polars", "Streaming"),
    "datafusion": ("in_datafusion", "Engine"),
    "cel": ("in_rules", "Cel"),
    "zen": ("in_rules", "Zen"),
}
# Those that look at one row at a time.
BY_ROW = ("cel", "zen")


def asked(question: str) -> list[str]:
    """The engines that are asked a question; what takes 90 queries or joins every row with those before it, those that were
    best at one; rule engines, what is about single rows."""
    if question == "ALL":
        return []
    left_out = () if question == "W1" else ("datafusion", *BY_ROW) if question in AGAIN else BY_ROW
    # Its pairs of rows take 20 GB at 10M events, all at once.
    left_out += ("polars",) if question == "W4L" else ()
    return [engine for engine in ENGINES if engine not in left_out]


def lines(found: pa.Table, model: str) -> list[str]:
    """A line for each row found: model, entity, and time in microseconds since 1970."""
    times = found["time"].cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
    models = found["model"].to_pylist() if "model" in found.column_names else [model] * len(times)
    return [f"{m},{e},{t}" for m, e, t in zip(models, found["entity"].to_pylist(), times)]


def answer(lines: list[str]) -> str:
    """How many lines there are, and the sum of their hashes (FNV-1a of 64 bits), which does not depend on their order."""
    total = 0
    for line in lines:
        value = 0xCBF29CE484222325
        for byte in line.encode():
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        total += value
    return f"{len(lines)}:{total & 0xFFFFFFFFFFFFFFFF:016x}"


def peak() -> float | None:
    """The most memory that the process has held so far, in MB, where the system tells."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    name, question, data, constants, threads, found = sys.argv[1:]
    tables = {table: str(Path(data) / f"{table}.parquet") for table in TABLES[question]}
    constants = json.loads(Path(constants).read_text())
    module, kind = ENGINES[name]
    engine = getattr(importlib.import_module(module), kind)(tables, int(threads))
    wall, cpu = time.perf_counter(), time.process_time()
    rows = engine.ask(question, constants)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = peak()
    if name in BY_ROW:
        # They were asked in a process of their own, which measured itself.
        wall, cpu, memory = engine.took["wall_s"], engine.took["cpu_s"], engine.took["peak_mb"]
    text = lines(rows, MODELS.get(question, ""))
    Path(found).write_text("".join(f"{line}\n" for line in text))
    print(json.dumps({"cpu_s": cpu, "wall_s": wall, "peak_mb": memory, "answer": answer(text)}))


if __name__ == "__main__":
    main()
