"""Sessions: published examples, and random rows against DuckDB, and on request against Flink."""

import random
from datetime import datetime, timedelta

import duckdb

import published
from flink import Flink, Question
from report import Report
from watchfire import Watchfire

PROGRAM = """\
entity Stock key Text
source ticker events at time { owner "exchange"   allows test
    n      : Int
    symbol : Stock
    price  : Int
    time   : Time
}
rows stays for Stock from ticker as r sessions gap 10 min {
    begin = min r.time
    ended = max r.time
    many  = count
    total = sum price
}
model sessions for Stock in ticker {
    category c   purpose test   basis "b"
    let begins = list begin from stays
    let ends   = list ended from stays
    let counts = list many from stays
    let totals = list total from stays
    every 1 h
    warn when true { yellow otherwise }
}
"""

# The sessions that are there at an instant: another one has begun, or the last row is a gap ago.
QUERY = """
WITH seen AS (
    SELECT i.t, m.* FROM ticker m JOIN instants i ON m.time <= i.t
), begun AS (
    SELECT *, coalesce(time - lag(time) OVER w > INTERVAL 10 MINUTES, true) AS begins FROM seen
    WINDOW w AS (PARTITION BY t, symbol ORDER BY time, n)
), numbered AS (
    SELECT *, count(*) FILTER (begins) OVER (PARTITION BY t, symbol ORDER BY time, n) AS session FROM begun
), stays AS (
    SELECT t, symbol, session, min(time) AS first, max(time) AS last, count(*) AS many, sum(price) AS total
    FROM numbered GROUP BY t, symbol, session
)
SELECT t::TEXT, symbol, first::TEXT, last::TEXT, many, total::BIGINT FROM stays
QUALIFY session < max(session) OVER (PARTITION BY t, symbol) OR last + INTERVAL 10 MINUTES <= t
"""

FLINK = """
SELECT symbol, window_start, window_end, COUNT(*), SUM(price)
FROM TABLE(SESSION(TABLE ticker PARTITION BY symbol, DESCRIPTOR(rowtime), INTERVAL '10' MINUTES))
GROUP BY symbol, window_start, window_end
"""


def sessions(warning: dict) -> list[tuple]:
    """The lists of a warning, side by side."""
    return list(zip(*(plain(fact["value"]) for fact in warning["facts"].values())))


def plain(values: list) -> list:
    return [shown(value) for value in values]


def shown(value: object) -> object:
    """A time as wall time of UTC, a whole number without its point."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def examples(watchfire: Watchfire, flink: Flink | None, report: Report) -> None:
    """The examples of `sessions.md`. A row of another day lets the sessions end."""

    def lines(program: str, table: str, rows: list[dict]) -> list[str]:
        end = {**rows[0], next(iter(rows[0])): "end", "time": "2030-01-01"}
        came = watchfire.warnings(program, {table: [*rows, end]})
        last = {warning["about"]: warning for warning in came}
        return [
            " ".join(map(str, (name, *session)))
            for name, warning in last.items()
            if name != "end"
            for session in sessions(warning)
        ]

    published.check("sessions.md", lines, flink, report)


def random_rows(seed: int) -> list[dict]:
    """Ties, gaps of exactly ten minutes, and longer ones."""
    chance = random.Random(seed)
    rows = []
    for stock in range(12):
        time = datetime(2024, 3, 1)
        for _ in range(chance.randrange(40)):
            time += timedelta(minutes=chance.choice([0, 1, 5, 9, 10, 10, 11, 30]))
            rows.append({"n": len(rows), "symbol": f"s{stock}", "price": chance.randrange(100), "time": str(time)})
    return rows


def check(watchfire: Watchfire, flink: Flink | None, report: Report) -> None:
    tables = {str(seed): random_rows(seed) for seed in range(3)}
    for seed, rows in tables.items():
        every_hour(watchfire, report, f"seed {seed}: sessions gap 10 min, every hour | DuckDB", rows)
    if flink:
        # Flink leaves out rows that come late.
        in_time = {seed: sorted(rows, key=lambda row: row["time"]) for seed, rows in tables.items()}
        cells = {seed: [(row["symbol"], row["price"], row["time"]) for row in rows] for seed, rows in in_time.items()}
        answers = flink.ask({seed: Question("query.sql", FLINK, rows) for seed, rows in cells.items()})
        for seed, rows in tables.items():
            at_end(watchfire, report, f"seed {seed}: sessions gap 10 min, at the end | Flink", rows, answers[seed])


def every_hour(watchfire: Watchfire, report: Report, title: str, rows: list[dict]) -> None:
    """The sessions that are there at each hour."""
    warnings = watchfire.warnings(PROGRAM, {"ticker": rows})
    ours = [(shown(warning["time"]), warning["about"], *session) for warning in warnings for session in sessions(warning)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE ticker (n BIGINT, symbol TEXT, price BIGINT, time TIMESTAMP)")
    connection.executemany("INSERT INTO ticker VALUES (?, ?, ?, ?::TIMESTAMP)", [list(row.values()) for row in rows])
    connection.execute("CREATE TABLE instants (t TIMESTAMP)")
    instants = sorted({shown(warning["time"]) for warning in warnings})
    connection.executemany("INSERT INTO instants VALUES (?::TIMESTAMP)", [[instant] for instant in instants])
    theirs = [
        tuple(shown(cell) if index in (0, 2, 3) else cell for index, cell in enumerate(row))
        for row in connection.execute(QUERY).fetchall()
    ]
    held(report, title, ours, theirs)


def at_end(watchfire: Watchfire, report: Report, title: str, rows: list[dict], theirs: list[str]) -> None:
    """All sessions, when they are over; Flink's windows end a gap after the last row."""
    end = {"n": len(rows), "symbol": "end", "price": 0, "time": "2024-03-03"}
    last = {warning["about"]: warning for warning in watchfire.warnings(PROGRAM, {"ticker": [*rows, end]})}
    gap = timedelta(minutes=10)
    ours = [
        f"{name} {begin} {datetime.fromisoformat(ended) + gap:%Y-%m-%d %H:%M} {many} {total}"
        for name, warning in last.items()
        if name != "end"
        for begin, ended, many, total in sessions(warning)
    ]
    held(report, title, ours, theirs)


def held(report: Report, title: str, ours: list, theirs: list) -> None:
    """Equal in any order."""
    if sorted(ours) == sorted(theirs):
        report.equal(title, len(ours), len(theirs))
    else:
        only = [f"only Watchfire: {row}" for row in sorted(set(ours) - set(theirs))[:10]]
        report.wrong(title, only + [f"only there: {row}" for row in sorted(set(theirs) - set(ours))[:10]])
