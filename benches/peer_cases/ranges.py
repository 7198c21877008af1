"""Windows on random rows, against DuckDB's window frames and joins, and against Polars' rolling windows.

`over last D` is (t - D, t]: open at its start, closed at its end. So is Polars' `closed="right"`. An SQL frame
`RANGE BETWEEN INTERVAL D PRECEDING AND CURRENT ROW` is closed at both ends, [t - D, t]: DuckDB is asked for a microsecond
less. No rows: our `sum` is 0, SQL's is NULL; DuckDB's sums are taken through `coalesce`.

Polars subtracts what leaves a window, so its rounding errors add up; ours are held against Python's exact `math.fsum` too,
to the last bit.
"""

import math
import random
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import duckdb
import polars

from report import Report, alike
from watchfire import Watchfire

SOURCES = """\
entity Home key Text

source homes {
    owner "registry"
    allows test
    home : Home unique
}
source meter events at time {
    owner "grid"
    allows test
    key (n)
    n    : Int
    home : Home
    x    : Int?
    f    : Float?
    c    : Text?
    time : Time
}
"""

# Our aggregate, DuckDB's, Polars'. The name is that of the `let`.
AGGREGATES = {
    "rows": ("count", "count(*)", polars.len()),
    "total": ("sum x", "coalesce(sum(x), 0)", polars.col("x").sum()),
    "average": ("mean x", "avg(x)", polars.col("x").mean()),
    "least": ("min x", "min(x)", polars.col("x").min()),
    "most": ("max x", "max(x)", polars.col("x").max()),
    "kinds": ("count distinct c", "count(DISTINCT c)", polars.col("c").drop_nulls().n_unique()),
    "middle": ("median x", "quantile_cont(x, 0.5)", polars.col("x").quantile(0.5, "linear")),
    "high": ("quantile(0.9) x", "quantile_cont(x, 0.9)", polars.col("x").quantile(0.9, "linear")),
    "spread": ("stddev x", "stddev_samp(x)", polars.col("x").std()),
    "float_total": ("sum f", "coalesce(sum(f), 0)", polars.col("f").sum()),
    "float_average": ("mean f", "avg(f)", polars.col("f").mean()),
    "earliest": ("min time", "epoch_us(min(time))", polars.col("time").min()),
}

# The calls of aggregates in what DuckDB is asked, which get a window each.
CALL = re.compile(r"(count|sum|avg|min|max|quantile_cont|stddev_samp)\([^()]*\)")

# Our window; the interval before t at which it ends; its length. Fixed spans only: a frame of calendar days differs.
FRAMES = [
    ("over last 10 min", timedelta(0), timedelta(minutes=10)),
    ("over last 90 min", timedelta(0), timedelta(minutes=90)),
    ("over last 24 h", timedelta(0), timedelta(hours=24)),
    ("over 30 min before last 20 min", timedelta(minutes=20), timedelta(minutes=30)),
    ("over 6 h before last 1 h", timedelta(hours=1), timedelta(hours=6)),
]

# Our window; its start and its end in SQL, from an instant t, for TIMESTAMPTZ in the zone.
CALENDAR = [
    ("over last 1 day", "m.time > t - INTERVAL 1 DAY AND m.time <= t"),
    ("over last 24 h", "m.time > t - INTERVAL 24 HOURS AND m.time <= t"),
    ("over last 1 month", "m.time > t - INTERVAL 1 MONTH AND m.time <= t"),
    # One after the other: where t - 1 day is a time that is skipped, it moves before the two days are taken off.
    ("over 2 days before last 1 day", "m.time > t - INTERVAL 1 DAY - INTERVAL 2 DAYS AND m.time <= t - INTERVAL 1 DAY"),
    ("over today", "m.time >= date_trunc('day', t) AND m.time <= t"),
    ("over this week", "m.time >= date_trunc('week', t) AND m.time <= t"),
    ("over this month", "m.time >= date_trunc('month', t) AND m.time <= t"),
    ("over this quarter", "m.time >= date_trunc('quarter', t) AND m.time <= t"),
    ("over previous day", "m.time >= date_trunc('day', t) - INTERVAL 1 DAY AND m.time < date_trunc('day', t)"),
    ("over previous week", "m.time >= date_trunc('week', t) - INTERVAL 7 DAYS AND m.time < date_trunc('week', t)"),
    ("over previous month", "m.time >= date_trunc('month', t) - INTERVAL 1 MONTH AND m.time < date_trunc('month', t)"),
]


def readings(seed: int, begin: datetime, steps: int, minutes: int, many: int) -> list[dict]:
    """Rows on a grid of minutes, so that ties and rows at the very ends of windows are frequent; a fifth of the cells is
    missing."""
    chance = random.Random(seed)
    some = lambda value: None if chance.random() < 0.2 else value
    return [
        {
            "n": n,
            "home": f"h{chance.randrange(6)}",
            "x": some(chance.randrange(-50, 50)),
            "f": some(chance.choice([chance.random() * 10.0 ** chance.randrange(-3, 9), chance.randrange(-99, 99) / 8])),
            "c": some(chance.choice("pqrst")),
            "time": begin + timedelta(minutes=minutes * chance.randrange(steps)),
        }
        for n in range(many)
    ]


def written(rows: list[dict]) -> list[dict]:
    """With times as Watchfire reads them: with their offset."""
    return [{**row, "time": row["time"].isoformat()} for row in rows]


def over(call: re.Match) -> str:
    return f"{call[0]} OVER w"


def lets(window: str) -> str:
    return "".join(f"    let {name} = {ours} from meter {window}\n" for name, (ours, _, _) in AGGREGATES.items())


def values(warning: dict) -> dict:
    return {name: warning["facts"][name]["value"] for name in AGGREGATES}


def load(rows: list[dict], zone: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{zone}'")
    connection.execute("CREATE TABLE meter (n BIGINT, home TEXT, x BIGINT, f DOUBLE, c TEXT, time TIMESTAMPTZ)")
    connection.executemany(
        "INSERT INTO meter VALUES (?, ?, ?, ?, ?, ?::TIMESTAMPTZ)", [list(row.values()) for row in written(rows)]
    )
    return connection


def microseconds(value: object) -> object:
    """A time as DuckDB is asked for it."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return round((value - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(microseconds=1))
    return value


def compare(report: Report, title: str, ours: dict, theirs: dict, slack: float = 1e-9) -> None:
    """Holds the values by key and name against one another."""
    wrong = []
    if ours.keys() != theirs.keys():
        wrong.append(f"keys: {sorted(ours.keys() ^ theirs.keys())[:5]}")
    for key in ours.keys() & theirs.keys():
        for name in AGGREGATES:
            mine, other = microseconds(ours[key][name]), microseconds(theirs[key][name])
            if not alike(mine, other, slack):
                wrong.append(f"{key} {name}: Watchfire {mine}, there {other}")
    many = len(ours) * len(AGGREGATES)
    if wrong:
        report.wrong(title, wrong)
    else:
        report.equal(title, many, many)


def frames(watchfire: Watchfire, report: Report, seed: int) -> None:
    """One evaluation for each row, at its time."""
    begin = datetime(2024, 3, 1, tzinfo=timezone.utc)
    rows = readings(seed, begin, steps=300, minutes=10, many=900)
    head = '    category c   purpose test   basis "b"\n    on meter as r\n    let n = r.n\n'
    models = [
        f"model m{index} for Home {{\n{head}{lets(window)}    warn when true {{ yellow otherwise }}\n}}\n"
        for index, (window, _, _) in enumerate(FRAMES)
    ]
    warnings = watchfire.warnings(SOURCES + "".join(models), {"homes": [{"home": "h0"}], "meter": written(rows)})
    connection = load(rows, "UTC")
    frame = polars.DataFrame(rows, schema_overrides={"x": polars.Int64, "f": polars.Float64, "c": polars.String}).sort("time")
    micro = timedelta(microseconds=1)
    sql = lambda span: f"INTERVAL '{round(span / micro)} microseconds'"
    for index, (window, gap, length) in enumerate(FRAMES):
        ours = {w["facts"]["n"]["value"]: values(w) for w in warnings if w["model"] == f"m{index}"}
        end = "CURRENT ROW" if not gap else f"{sql(gap)} PRECEDING"
        named = ", ".join(f"{CALL.sub(over, theirs)} AS {name}" for name, (_, theirs, _) in AGGREGATES.items())
        answer = connection.execute(
            f"SELECT n, {named}"
            f" FROM meter WINDOW w AS (PARTITION BY home ORDER BY time"
            f" RANGE BETWEEN {sql(gap + length - micro)} PRECEDING AND {end})"
        ).fetchall()
        theirs = {row[0]: dict(zip(AGGREGATES, row[1:])) for row in answer}
        compare(report, f"seed {seed}: {window} | DuckDB frame", ours, theirs)
        rolling = frame.rolling("time", period=length, offset=-(gap + length), closed="right", group_by="home")
        table = rolling.agg(**{name: expression for name, (_, _, expression) in AGGREGATES.items() if name != "earliest"})
        # Rows of one instant have the same window; Polars gives a row for each, without its number.
        by_time = {(row["home"], row["time"]): {**row, "earliest": None} for row in table.to_dicts()}
        theirs = {row["n"]: by_time[row["home"], row["time"]] for row in rows}
        without = {key: {**value, "earliest": None} for key, value in ours.items()}
        compare(report, f"seed {seed}: {window} | Polars rolling", without, theirs, slack=1e-5)
        exact(report, f"seed {seed}: {window} | exact sums", ours, rows, gap, length)


def exact(report: Report, title: str, ours: dict, rows: list[dict], gap: timedelta, length: timedelta) -> None:
    """Holds sums and means of floats against exact ones, to the last bit."""
    wrong = []
    for row in rows:
        end = row["time"] - gap
        inside = (other for other in rows if other["home"] == row["home"] and end - length < other["time"] <= end)
        floats = [other["f"] for other in inside if other["f"] is not None]
        total = math.fsum(floats)
        average = total / len(floats) if floats else None
        mine = ours[row["n"]]
        if (mine["float_total"], mine["float_average"]) != (total, average):
            wrong.append(f"{row['n']}: Watchfire {mine['float_total']} {mine['float_average']}, exactly {total} {average}")
    if wrong:
        report.wrong(title, wrong)
    else:
        report.equal(title, 2 * len(rows), 2 * len(rows))


def calendar(watchfire: Watchfire, report: Report, seed: int, zone: str, begin: datetime, clock: str) -> None:
    """A grid of instants for every home, with windows of the calendar, over a change of clocks."""
    rows = readings(seed, begin, steps=4 * 24 * 100, minutes=15, many=2500)
    homes = [{"home": f"h{index}"} for index in range(7)]
    head = f'    category c   purpose test   basis "b"\n    every day at {clock}\n'
    models = [
        f"model m{index} for Home {{\n{head}{lets(window)}    warn when true {{ yellow otherwise }}\n}}\n"
        for index, (window, _) in enumerate(CALENDAR)
    ]
    warnings = watchfire.warnings(SOURCES + "".join(models), {"homes": homes, "meter": written(rows)}, zone)
    connection = load(rows, zone)
    connection.execute("CREATE TABLE homes (home TEXT)")
    connection.executemany("INSERT INTO homes VALUES (?)", [[home["home"]] for home in homes])
    # The instants are ours; what they are is held against Python's own time zones.
    instants = sorted({warning["time"] for warning in warnings})
    expected = grid(rows, ZoneInfo(zone), clock)
    came = [microseconds(datetime.fromisoformat(instant)) for instant in instants]
    if sorted(came) != sorted(expected):
        report.wrong(f"{zone}: every day at {clock}", [str(sorted(set(came) ^ set(expected))[:5])])
    else:
        report.equal(f"{zone}: every day at {clock} | Python zoneinfo", len(came), len(expected))
    connection.execute("CREATE TABLE instants (name TEXT, t TIMESTAMPTZ)")
    connection.executemany("INSERT INTO instants VALUES (?, ?::TIMESTAMPTZ)", [[name, name] for name in instants])
    named = ", ".join(
        f"{theirs.replace('count(*)', 'count(m.n)').replace('min(time)', 'min(m.time)')} AS {name}"
        for name, (_, theirs, _) in AGGREGATES.items()
    )
    for index, (window, condition) in enumerate(CALENDAR):
        ours = {(w["about"], w["time"]): values(w) for w in warnings if w["model"] == f"m{index}"}
        answer = connection.execute(
            f"SELECT h.home, name, {named} FROM homes h CROSS JOIN instants"
            f" LEFT JOIN meter m ON m.home = h.home AND {condition} GROUP BY ALL"
        ).fetchall()
        theirs = {row[:2]: dict(zip(AGGREGATES, row[2:])) for row in answer}
        compare(report, f"{zone}: {window} at {clock} | DuckDB", ours, theirs)


def grid(rows: list[dict], zone: ZoneInfo, clock: str) -> list[int]:
    """Every day at a clock time, between the first and the last row. A time that is skipped moves forward by the gap, one
    that repeats is the first: Python's `fold=0`."""
    first, last = min(row["time"] for row in rows), max(row["time"] for row in rows)
    day = first.astimezone(zone).date() - timedelta(days=1)
    instants = []
    while day <= last.astimezone(zone).date():
        wall = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), zone)
        if first <= wall.astimezone(timezone.utc) <= last:
            instants.append(microseconds(wall.astimezone(timezone.utc)))
        day += timedelta(days=1)
    return instants


def check(watchfire: Watchfire, report: Report) -> None:
    for seed in range(2):
        frames(watchfire, report, seed)
    spring, autumn = datetime(2024, 1, 15, tzinfo=timezone.utc), datetime(2024, 9, 1, tzinfo=timezone.utc)
    calendar(watchfire, report, 11, "America/New_York", spring, "02:30")
    calendar(watchfire, report, 12, "America/New_York", autumn, "12:00")
    calendar(watchfire, report, 13, "Europe/Berlin", autumn, "00:15")
    calendar(watchfire, report, 14, "Asia/Shanghai", spring, "00:00")
    calendar(watchfire, report, 15, "America/New_York", autumn, "01:30")
