"""The scan in rule engines that look at one row at a time: CEL, and ZEN's expressions. They run in `rules/`, on the same
columns; here is how the conditions are written for them."""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

COLUMNS = "abcdefgh"
# The program that was built from `rules/`.
BUILT = os.environ.get("WATCHFIRE_RULES", "watchfire-rules")


def cel(condition: str) -> str:
    """A condition in CEL, which has no function for the absolute value."""
    condition = re.sub(r"abs\((\w) - (\w)\)", r"(\1 > \2 ? \1 - \2 : \2 - \1)", condition)
    return condition.replace(" and ", " && ").replace(" or ", " || ").replace("not ", "!")


def zen(condition: str) -> str:
    return condition


def guarded(condition: str) -> str:
    """The same for rows in which something may be missing: each comparison fails there, as one with a missing value in it
    does not count."""
    parts = re.split(r"( and | or )", condition)
    for number, part in enumerate(parts[::2]):
        opened, closed = part.count("("), part.count(")")
        before, after = "(" * (opened - closed), ")" * (closed - opened)
        part = part[len(before):len(part) - len(after)]
        there = [f"{column} != null" for column in sorted(set(re.findall(r"\b[a-h]\b", part)))]
        parts[2 * number] = f"{before}({' and '.join(there)} and {part}){after}"
    return "".join(parts)


class Engine:
    """One of them; `took`: the time of the last question, since it is asked in another process."""

    name, written = "", staticmethod(zen)

    def __init__(self, tables: dict[str, str], threads: int):
        self.threads, self.took = threads, None
        self.readings = pl.read_parquet(tables["readings"]).filter(pl.col("person").is_not_null())

    def ask(self, question: str, constants: dict) -> pa.Table:
        constants = constants[question]

        def score(form):
            return " + ".join(f"(({self.written(form(rule))}) ? {weight} : 0)" for rule, weight in constants["rules"])

        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            for name in COLUMNS:
                column = self.readings[name]
                column.fill_null(0).to_numpy().astype("<f8" if name in "abcd" else "<i8").tofile(folder / f"{name}.cells")
                column.is_not_null().to_numpy().astype(np.uint8).tofile(folder / f"{name}.there")
            rules = {"whole": score(lambda rule: rule), "gaps": score(guarded), "least": constants["least"]}
            (folder / "rules.json").write_text(json.dumps(rules))
            command = [BUILT, self.name, str(folder), str(self.threads), str(folder / "found")]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            self.took = json.loads(done.stdout)
            rows = np.fromfile(folder / "found", dtype="<u4")
        return self.readings[rows].select(entity="person", time="time").to_arrow()


class Cel(Engine):
    name, written = "cel", staticmethod(cel)


class Zen(Engine):
    name = "zen"
