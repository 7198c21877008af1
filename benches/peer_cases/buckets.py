"""Tables of a row for each day, night, week, month, quarter, year or step of the day, on random rows over changes of clocks,
against DuckDB's groups.

A table has the spans that are over. A night is that of the evening; rows of the day are of no night.
"""

from datetime import datetime, timezone

from ranges import SOURCES, load, microseconds, readings, written
from report import Report
from watchfire import Watchfire

# Our key; DuckDB's group, of local wall time `w`; the condition that the span is over at the local instant `now`.
KEYS = [
    ("date(m.time)", "date_trunc('day', w)", "key + INTERVAL 1 DAY <= now"),
    ("week_of(m.time)", "date_trunc('week', w)", "key + INTERVAL 7 DAYS <= now"),
    ("month_of(m.time)", "date_trunc('month', w)", "key + INTERVAL 1 MONTH <= now"),
    ("quarter_of(m.time)", "date_trunc('quarter', w)", "key + INTERVAL 3 MONTHS <= now"),
    ("year_of(m.time)", "date_trunc('year', w)", "key + INTERVAL 1 YEAR <= now"),
    (
        "night(m.time)",
        "CASE WHEN hour(w) >= 18 THEN date_trunc('day', w) WHEN hour(w) < 6 THEN date_trunc('day', w) - INTERVAL 1 DAY END",
        "key + INTERVAL 30 HOURS <= now",
    ),
]


def check(watchfire: Watchfire, report: Report) -> None:
    for seed, zone, begin in (
        (21, "America/New_York", datetime(2024, 2, 1, tzinfo=timezone.utc)),
        (22, "America/New_York", datetime(2024, 9, 1, tzinfo=timezone.utc)),
        (23, "Asia/Shanghai", datetime(2023, 12, 1, tzinfo=timezone.utc)),
    ):
        rows = readings(seed, begin, steps=4 * 24 * 90, minutes=15, many=1200)
        program = SOURCES
        for index, (ours, _, _) in enumerate(KEYS):
            program += f"rows t{index} for Home from meter as m per {ours} {{\n"
            program += "    begin = min m.time\n    many = count\n    total = sum x\n}\n"
        program += 'model tables for Home in homes {\n    category c   purpose test   basis "b"\n'
        for index in range(len(KEYS)):
            for column in ("begin", "many", "total"):
                program += f"    let {column}{index} = list {column} from t{index}\n"
        program += "    every day at 00:00\n    warn when true { yellow otherwise }\n}\n"
        homes = [{"home": f"h{index}"} for index in range(6)]
        warnings = watchfire.warnings(program, {"homes": homes, "meter": written(rows)}, zone)
        instants = sorted({warning["time"] for warning in warnings})
        # In the midst of a week, and after the last change of clocks.
        chosen = [instants[len(instants) // 2], instants[-1]]
        connection = load(rows, zone)
        for index, (ours, group, over) in enumerate(KEYS):
            mine, theirs = [], []
            for instant in chosen:
                for warning in warnings:
                    if warning["time"] == instant:
                        columns = (warning["facts"][f"{name}{index}"]["value"] for name in ("begin", "many", "total"))
                        mine += [(instant, warning["about"], microseconds(row[0]), *row[1:]) for row in zip(*columns)]
                # DuckDB's session is in the zone: TIMESTAMPTZ becomes local wall time as a TIMESTAMP.
                answer = connection.execute(
                    f"WITH local AS (SELECT *, time::TIMESTAMP AS w FROM meter WHERE time <= ?::TIMESTAMPTZ),"
                    f" keyed AS (SELECT *, {group} AS key, ?::TIMESTAMPTZ::TIMESTAMP AS now FROM local)"
                    f" SELECT home, epoch_us(min(time)), count(*), coalesce(sum(x), 0)::BIGINT FROM keyed"
                    f" WHERE key IS NOT NULL AND {over} GROUP BY home, key",
                    [instant, instant],
                ).fetchall()
                theirs += [(instant, *row) for row in answer]
            title = f"{zone}, seed {seed}: rows per {ours} | DuckDB"
            if sorted(mine) == sorted(theirs):
                report.equal(title, len(mine), len(theirs))
            else:
                only = [f"only Watchfire: {row}" for row in sorted(set(mine) - set(theirs))[:8]]
                report.wrong(title, only + [f"only DuckDB: {row}" for row in sorted(set(theirs) - set(mine))[:8]])
