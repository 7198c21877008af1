"""Three-valued logic: every combination of true, false and missing, and of small numbers and texts, against DuckDB's NULL.

A division by zero is missing here; DuckDB's answer depends on its settings, so it is asked for `nullif(b, 0)`. Without
values `any` is false, and `all` and `none` are true; SQL's `bool_or` and `bool_and` are NULL.
"""

import itertools
import random

import duckdb

from report import Report, alike
from watchfire import Watchfire

COLUMNS = {
    "p": ("Bool", "BOOLEAN", [None, True, False]),
    "q": ("Bool", "BOOLEAN", [None, True, False]),
    "r": ("Bool", "BOOLEAN", [None, True, False]),
    "a": ("Int", "BIGINT", [None, 0, 1, 2]),
    "b": ("Int", "BIGINT", [None, 0, 1, 2]),
    "c": ("Int", "BIGINT", [None, 0, 1, 2]),
    "s": ("Text", "TEXT", [None, "a", "b"]),
    "u": ("Text", "TEXT", [None, "a", "b"]),
}

# Columns that vary, our expression, DuckDB's.
EXPRESSIONS = [
    ("pq", "p and q", "p AND q"),
    ("pq", "p or q", "p OR q"),
    ("p", "not p", "NOT p"),
    ("p", "p and not p", "p AND NOT p"),
    ("p", "p or not p", "p OR NOT p"),
    ("pqr", "p and q or r", "p AND q OR r"),
    ("pqr", "p and (q or r)", "p AND (q OR r)"),
    ("pqr", "not (p and q) or r", "NOT (p AND q) OR r"),
    ("pq", "not (p or q)", "NOT (p OR q)"),
    ("pq", "p == q", "p = q"),
    ("pq", "p != q", "p <> q"),
    ("pq", "p is q", "p IS NOT DISTINCT FROM q"),
    ("pq", "p is not q", "p IS DISTINCT FROM q"),
    ("p", "p is true", "p IS TRUE"),
    ("p", "p is not false", "p IS NOT FALSE"),
    ("p", "p is missing", "p IS NULL"),
    ("p", "p is not missing", "p IS NOT NULL"),
    ("pq", "p ?? q", "coalesce(p, q)"),
    ("ab", "a == b", "a = b"),
    ("ab", "a != b", "a <> b"),
    ("ab", "a < b", "a < b"),
    ("ab", "a <= b", "a <= b"),
    ("ab", "a > b", "a > b"),
    ("ab", "a >= b", "a >= b"),
    ("ab", "a is b", "a IS NOT DISTINCT FROM b"),
    ("ab", "a is not b", "a IS DISTINCT FROM b"),
    ("ab", "not (a < b)", "NOT (a < b)"),
    ("abp", "a < b and p", "a < b AND p"),
    ("abp", "a < b or p", "a < b OR p"),
    ("ab", "a + b", "a + b"),
    ("ab", "a * b", "a * b"),
    ("ab", "a / b", "a / nullif(b, 0)"),
    ("ab", "a % b", "a % nullif(b, 0)"),
    ("ab", "a ?? b", "coalesce(a, b)"),
    ("ab", "a / b ?? 9", "coalesce(a / nullif(b, 0), 9)"),
    ("a", "a is missing", "a IS NULL"),
    ("a", "a in 0..2", "a >= 0 AND a < 2"),
    ("a", "a in 0..=1", "a BETWEEN 0 AND 1"),
    ("a", "a in (0, 2)", "a IN (0, 2)"),
    ("a", "a not in (0, 2)", "a NOT IN (0, 2)"),
    ("abc", "a in (b, c)", "a IN (b, c)"),
    ("abc", "a not in (b, c)", "a NOT IN (b, c)"),
    ("abc", "a in b..=c", "a BETWEEN b AND c"),
    ("abc", "a in b..c", "a >= b AND a < c"),
    ("su", "s == u", "s = u"),
    ("su", "s != u", "s <> u"),
    ("su", "s < u", "s < u"),
    ("su", "s is u", "s IS NOT DISTINCT FROM u"),
    ("su", "s is not u", "s IS DISTINCT FROM u"),
    ("s", 's in ("a", "c")', "s IN ('a', 'c')"),
    ("su", "s ?? u", "coalesce(s, u)"),
]


def cases() -> list[dict]:
    """A row for each combination of a group of columns that vary together."""
    rows, groups = [], sorted({varying for varying, _, _ in EXPRESSIONS})
    for varying in groups:
        for values in itertools.product(*(COLUMNS[name][2] for name in varying)):
            row = dict.fromkeys(COLUMNS) | dict(zip(varying, values))
            rows.append({"n": len(rows), "varying": varying, **row, "time": "2024-03-01"})
    return rows


def check(watchfire: Watchfire, report: Report) -> None:
    rows = cases()
    columns = "".join(f"    {name} : {kind}?\n" for name, (kind, _, _) in COLUMNS.items())
    program = (
        'entity Case key Text\nsource cases events at time {\n    owner "test"\n    allows test\n    n : Case\n'
        f"    varying : Text\n{columns}    time : Time\n}}\n"
        'model logic for Case {\n    category c   purpose test   basis "b"\n    on cases as it\n'
    )
    for index, (_, ours, _) in enumerate(EXPRESSIONS):
        words = [f"it.{word}" if word.strip("(),") in COLUMNS else word for word in spaced(ours)]
        program += f"    let e{index} = {' '.join(words).replace('( ', '(').replace(' )', ')')}\n"
    program += "    warn when true { yellow otherwise }\n}\n"
    spelled = [{key: str(cell).lower() if isinstance(cell, bool) else cell for key, cell in row.items()} for row in rows]
    warnings = watchfire.warnings(program, {"cases": spelled})
    facts = {int(warning["about"]): warning["facts"] for warning in warnings}
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE cases (n BIGINT, {', '.join(f'{n} {t}' for n, (_, t, _) in COLUMNS.items())})")
    places = ", ".join("?" * (len(COLUMNS) + 1))
    connection.executemany(
        f"INSERT INTO cases VALUES ({places})", [[row["n"], *(row[name] for name in COLUMNS)] for row in rows]
    )
    for index, (varying, ours, theirs) in enumerate(EXPRESSIONS):
        answers = dict(connection.execute(f"SELECT n, {theirs} FROM cases").fetchall())
        group = [row for row in rows if row["varying"] == varying]
        wrong = []
        for row in group:
            mine, other = facts[row["n"]][f"e{index}"]["value"], answers[row["n"]]
            if not alike(mine, other) or isinstance(mine, bool) != isinstance(other, bool):
                wrong.append(f"{ {name: row[name] for name in varying} }: Watchfire {mine}, DuckDB {other}")
        if wrong:
            report.wrong(f"{ours} | {theirs}", wrong)
        else:
            report.equal(f"{ours} | {theirs}", len(group), len(group))


# Our aggregate over the rows of a group, DuckDB's.
GROUPED = [
    ("any p", "coalesce(bool_or(p), false)"),
    ("all p", "coalesce(bool_and(p), true)"),
    ("none p", "coalesce(NOT bool_or(p), true)"),
    ("any", "count(n) > 0"),
    ("none", "count(n) = 0"),
    ("count", "count(n)"),
    ("count where p", "count(n) FILTER (p)"),
    ("count where not p", "count(n) FILTER (NOT p)"),
    ("count where p or q", "count(n) FILTER (p OR q)"),
    ("count where not (p and q)", "count(n) FILTER (NOT (p AND q))"),
    ("count where a != b", "count(n) FILTER (a <> b)"),
    ("count where a is not b", "count(n) FILTER (a IS DISTINCT FROM b)"),
    ("sum a", "coalesce(sum(a), 0)"),
    ("mean a", "avg(a)"),
    ("the a", "CASE WHEN count(DISTINCT a) = 1 THEN min(a) END"),
    ("count distinct a", "count(DISTINCT a)"),
]


def groups(watchfire: Watchfire, report: Report) -> None:
    """Aggregates over rows of which some cells are missing, in groups of which some are empty."""
    chance = random.Random(3)
    names = [f"g{index}" for index in range(80)]
    rows = []
    for name in names:
        for _ in range(chance.randrange(4)):
            cells = {column: chance.choice(COLUMNS[column][2]) for column in "pqab"}
            rows.append({"n": len(rows), "name": name, **cells, "time": "2024-03-01"})
    program = """\
entity Case key Text
source names { owner "test"   allows test
    name : Case unique
}
source cases events at time { owner "test"   allows test
    n : Int
    name : Case
    p : Bool?
    q : Bool?
    a : Int?
    b : Int?
    time : Time
}
model grouped for Case in names {
    category c   purpose test   basis "b"
    every day at 00:00
"""
    for index, (ours, _) in enumerate(GROUPED):
        what, _, condition = ours.partition(" where ")
        program += f"    let e{index} = {what} from cases{f' where {condition}' if condition else ''}\n"
    program += "    warn when true { yellow otherwise }\n}\n"
    spelled = [{key: str(cell).lower() if isinstance(cell, bool) else cell for key, cell in row.items()} for row in rows]
    warnings = watchfire.warnings(program, {"names": [{"name": name} for name in names], "cases": spelled})
    facts = {warning["about"]: warning["facts"] for warning in warnings}
    connection = duckdb.connect()
    connection.execute("CREATE TABLE cases (n BIGINT, name TEXT, p BOOLEAN, q BOOLEAN, a BIGINT, b BIGINT)")
    connection.executemany("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?)", [list(row.values())[:-1] for row in rows])
    connection.execute("CREATE TABLE names (name TEXT)")
    connection.executemany("INSERT INTO names VALUES (?)", [[name] for name in names])
    for index, (ours, theirs) in enumerate(GROUPED):
        answers = connection.execute(f"SELECT name, {theirs} FROM names LEFT JOIN cases USING (name) GROUP BY name").fetchall()
        wrong = []
        for name, other in answers:
            mine = facts[name][f"e{index}"]["value"]
            if not alike(mine, other):
                wrong.append(f"{name}: Watchfire {mine}, DuckDB {other}")
        if wrong:
            report.wrong(f"{ours} | {theirs}", wrong)
        else:
            report.equal(f"{ours} | {theirs}", len(facts), len(answers))


def spaced(expression: str) -> list[str]:
    """The words of an expression, its parentheses and ranges apart."""
    for mark in ("(", ")", "..=", "..", ","):
        expression = expression.replace(mark, f" {mark} ") if mark != ".." or "..=" not in expression else expression
    return expression.split()
