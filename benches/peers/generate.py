"""Makes the data of one (rows, seed), once: the same seed gives the same files.

Ninety days from 2024-01-01 UTC. No two rows of a file have the same time, so that every order by time is total. People and
addresses are skewed: few have very many rows.
"""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START = np.datetime64("2024-01-01T00:00", "us").astype(np.int64)
DAYS = 90
SPAN = DAYS * 86_400_000_000
CHUNK = 5_000_000
MISSING = 0.01
TIME = pa.timestamp("us")


class Data:
    """The sizes, and a source of chance for every part of every file."""

    def __init__(self, folder: Path, rows: int, seed: int):
        self.folder, self.rows, self.seed = folder, rows, seed
        self.people = max(rows // 40, 10)
        self.addresses = max(rows // 100, 10)

    def chance(self, *part: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *part])

    def write(self, name: str, part: int, rows: int, columns) -> None:
        """Writes a file in chunks. `columns(chance, ids)` gives the columns of the rows with these numbers."""
        writer = None
        for chunk, first in enumerate(range(0, rows, CHUNK)):
            table = pa.table(columns(self.chance(part, chunk), np.arange(first, min(first + CHUNK, rows))))
            writer = writer or pq.ParquetWriter(self.folder / f"{name}.parquet", table.schema, compression="zstd")
            writer.write_table(table)
        writer.close()

    def times(self, part: int, rows: int) -> np.ndarray:
        """One instant in each of `rows` equal parts of the span, shuffled."""
        chance = self.chance(part, 1_000_000)
        step = SPAN // rows
        times = START + np.arange(rows, dtype=np.int64) * step + chance.integers(0, step, rows)
        chance.shuffle(times)
        return times


def skewed(chance: np.random.Generator, many: int, rows: int, power: float = 2.0) -> np.ndarray:
    """Numbers below `many`, small ones often."""
    return (many * chance.random(rows) ** power).astype(np.int64)


def holes(chance: np.random.Generator, values) -> pa.Array:
    """The values, one in a hundred of them missing."""
    return pa.array(values, mask=chance.random(len(values)) < MISSING)


def presence(data: Data) -> None:
    """Who was seen at which address, where the fix was, and by which of three systems. A person stays near one place;
    some fixes are elsewhere."""
    times = data.times(0, data.rows)
    centres = data.chance(1)
    lon, lat = centres.uniform(120.0, 121.0, data.people), centres.uniform(31.5, 32.5, data.people)

    def columns(chance: np.random.Generator, ids: np.ndarray) -> dict:
        rows = len(ids)
        person = skewed(chance, data.people, rows)
        away = np.where(chance.random(rows) < 0.1, 0.2, 0.003)
        no_place = chance.random(rows) < MISSING
        return {
            "id": ids,
            "person": holes(chance, person),
            "address": holes(chance, skewed(chance, data.addresses, rows)),
            "time": pa.array(times[ids], TIME),
            "lon": pa.array(lon[person] + away * chance.standard_normal(rows), mask=no_place),
            "lat": pa.array(lat[person] + away * chance.standard_normal(rows), mask=no_place),
            "source": holes(chance, np.array(["A", "B", "C"])[chance.integers(0, 3, rows)]),
        }

    data.write("presence", 2, data.rows, columns)


def readings(data: Data) -> None:
    """Events of people with eight numbers, a to d between 0 and 1, e to h whole numbers below 1000."""
    times = data.times(3, data.rows)

    def columns(chance: np.random.Generator, ids: np.ndarray) -> dict:
        rows = len(ids)
        return {
            "id": ids,
            "person": holes(chance, skewed(chance, data.people, rows)),
            "time": pa.array(times[ids], TIME),
            **{name: holes(chance, chance.random(rows)) for name in "abcd"},
            **{name: holes(chance, chance.integers(0, 1000, rows)) for name in "efgh"},
        }

    data.write("readings", 4, data.rows, columns)


def registry(data: Data) -> None:
    """The area of each address."""

    def columns(chance: np.random.Generator, ids: np.ndarray) -> dict:
        return {"address": ids, "area": holes(chance, np.round(20 + 100 * chance.random(len(ids)), 1))}

    data.write("registry", 5, data.addresses, columns)


def meters(data: Data) -> None:
    """What meters read."""
    times = data.times(6, data.rows)

    def columns(chance: np.random.Generator, ids: np.ndarray) -> dict:
        rows = len(ids)
        return {
            "id": ids,
            "address": holes(chance, skewed(chance, data.addresses, rows)),
            "time": pa.array(times[ids], TIME),
            "value": holes(chance, chance.lognormal(0.0, 1.0, rows)),
        }

    data.write("meters", 7, data.rows, columns)


def late(data: Data, name: str, part: int, changed) -> None:
    """A file again as departments deliver it: with the instant at which each row was recorded, four of five within a minute,
    the others up to three days late; and one row in a hundred once more within two days of that, corrected.
    `changed(chance, rows)`: the columns that a correction brings."""

    def columns(chance: np.random.Generator, table: pa.Table) -> pa.Table:
        rows = table.num_rows
        longest = chance.choice([60, 7_200, 3 * 86_400], rows, p=[0.8, 0.15, 0.05]) * 1_000_000
        recorded = table["time"].cast(pa.int64()).to_numpy() + (longest * chance.random(rows)).astype(np.int64)
        again = np.flatnonzero(chance.random(rows) < 0.01)
        corrected = table.take(again)
        for column, values in changed(chance, corrected).items():
            place = corrected.column_names.index(column)
            corrected = corrected.set_column(place, column, values)
        later = recorded[again] + 1 + (2 * 86_400_000_000 * chance.random(len(again))).astype(np.int64)
        both = pa.concat_tables([table, corrected])
        return both.append_column("recorded", pa.array(np.concatenate([recorded, later]), TIME))

    writer = None
    for chunk, batch in enumerate(pq.ParquetFile(data.folder / f"{name}.parquet").iter_batches(CHUNK)):
        table = columns(data.chance(part, chunk), pa.Table.from_batches([batch]))
        writer = writer or pq.ParquetWriter(data.folder / f"late_{name}.parquet", table.schema, compression="zstd")
        writer.write_table(table)
    writer.close()


def late_presence(data: Data) -> None:
    """Fixes; corrections put them elsewhere."""

    def changed(chance: np.random.Generator, rows: pa.Table) -> dict:
        away = lambda column: pa.array(column.to_numpy(zero_copy_only=False) + 0.1 * chance.standard_normal(len(column)), from_pandas=True)
        return {"lon": away(rows["lon"]), "lat": away(rows["lat"])}

    late(data, "presence", 9, changed)


def late_meters(data: Data) -> None:
    """Readings; corrections are other ones."""
    late(data, "meters", 10, lambda chance, rows: {"value": holes(chance, chance.lognormal(0.0, 1.0, rows.num_rows))})


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def titles(data: Data) -> None:
    """Address texts as departments write them, and an owner for each."""
    rows = max(data.rows // 5, 10)
    homes = max(rows * 2 // 3, 1)

    def columns(chance: np.random.Generator, ids: np.ndarray) -> dict:
        home = skewed(chance, homes, len(ids), 1.2)
        style = chance.integers(0, 256, len(ids))
        texts = [write(int(number), int(how)) for number, how in zip(home, style)]
        return {"id": ids, "address": texts, "owner": chance.integers(0, rows, len(ids))}

    data.write("titles", 8, rows, columns)


def write(number: int, how: int) -> str:
    """One home's address in one of many ways. The ways of a home differ in width, case and blanks; in one text of eight a
    comma is left out, which no engine's fold puts back."""
    road, block, room = number // 400, number // 20 % 20, number % 20
    comma = " " if how >> 5 == 0 else ", "
    text = f"Xinhua Road {road}, Block {chr(65 + block)}{comma}Room {room}"
    if how & 1:
        text = text.upper()
    if how & 2:
        text = text.replace(" ", "  ", 1 + (how >> 2 & 1))
    if how & 8:
        text = f" {text}  "
    if how & 16:
        text = text.translate(WIDE) if how & 4 else text.translate({code: WIDE[code] for code in range(0x30, 0x3A)})
    return text


def generate(folder: Path, rows: int, seed: int) -> None:
    """Makes the files, unless this very program has made them before."""
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    done = folder / "made_by"
    if done.exists() and done.read_text() == made_by:
        return
    folder.mkdir(parents=True, exist_ok=True)
    done.unlink(missing_ok=True)
    data = Data(folder, rows, seed)
    for make in (presence, readings, registry, meters, titles, late_presence, late_meters):
        make(data)
    done.write_text(made_by)
