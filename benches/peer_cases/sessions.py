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


def check(watchfire: Watchfire, flink: Flink | None, report: Report) -> None:
    for seed in range(3):
        chance = random.Random(seed)
        rows = []
        for stock in range(12):
            time = datetime(2024, 3, 1)
            for _ in range(chance.randrange(40)):
                # Ties, gaps of exactly ten minutes, and longer ones.
                time += timedelta(minutes=chance.choice([0, 1, 5, 9, 10, 10, 11, 30]))
                rows.append({"n": len(rows), "symbol": f"s{stock}", "price": chance.randrange(100), "time": str(time)})
        warnings = watchfire.warnings(PROGRAM, {"ticker": rows})
        ours = sorted(
            (shown(warning["time"]), warning["about"], *session) for warning in warnings for session in sessions(warning)
        )
        connection = duckdb.connect()
        connection.execute("CREATE TABLE ticker (n BIGINT, symbol TEXT, price BIGINT, time TIMESTAMP)")
        connection.executemany("INSERT INTO ticker VALUES (?, ?, ?, ?::TIMESTAMP)", [list(row.values()) for row in rows])
        connection.execute("CREATE TABLE instants (t TIMESTAMP)")
        instants = sorted({shown(warning["time"]) for warning in warnings})
        connection.executemany("INSERT INTO instants VALUES (?::TIMESTAMP)", [[instant] for instant in instants])
        theirs = sorted(
            tuple(shown(cell) if index in (0, 2, 3) else cell for index, cell in enumerate(row))
            for row in connection.execute(QUERY).fetchall()
        )
        title = f"seed {seed}: sessions gap 10 min, every hour | DuckDB"
        if ours == theirs:
            report.equal(title, len(ours), len(theirs))
        else:
            report.wrong(title, [f"only Watchfire {row}" for row in sorted(set(ours) - set(theirs))]
                         + [f"only DuckDB {row}" for row in sorted(set(theirs) - set(ours))])
        if flink:
            at_end(watchfire, flink, report, seed, rows)


def at_end(watchfire: Watchfire, flink: Flink, report: Report, seed: int, rows: list[dict]) -> None:
    """All sessions, when they are over."""
    end = {"n": len(rows), "symbol": "end", "price": 0, "time": "2024-03-03"}
    last = {warning["about"]: warning for warning in watchfire.warnings(PROGRAM, {"ticker": [*rows, end]})}
    gap = timedelta(minutes=10)
    ours = sorted(
        f"{name} {begin} {datetime.fromisoformat(ended) + gap:%Y-%m-%d %H:%M} {many} {total}"
        for name, warning in last.items()
        if name != "end"
        for begin, ended, many, total in sessions(warning)
    )
    asked = Question("query.sql", FLINK, [(row["symbol"], row["price"], row["time"]) for row in rows])
    theirs = sorted(flink.ask({"sessions": asked})["sessions"])
    if ours == theirs:
        report.equal(f"seed {seed}: sessions gap 10 min, at the end | Flink", len(ours), len(theirs))
    else:
        report.wrong(f"seed {seed}: sessions | Flink", [f"Watchfire {a}, Flink {b}" for a, b in zip(ours, theirs) if a != b])
