"""Holds Watchfire against its peers' own cases: `run.py WATCHFIRE [flink]`. Exit code 1 if an answer differs from what is
declared."""

import sys

import buckets
import cep_random
import logic
import published
import ranges
import sessions
from flink import Flink
from report import Report
from watchfire import Watchfire


def main() -> int:
    watchfire = Watchfire(sys.argv[1])
    flink = Flink() if "flink" in sys.argv[2:] else None
    report = Report()
    report.part("sequences: published examples", "published")
    published.check("sequences.md", published.messages(watchfire), flink, report)
    if flink:
        report.part("sequences: random streams through Flink's CEP", "Flink")
        cep_random.check(watchfire, flink, report)
    report.part("sessions: published examples, and random rows", "published")
    sessions.examples(watchfire, flink, report)
    sessions.check(watchfire, flink, report)
    report.part("windows: values over random rows", "there")
    ranges.check(watchfire, report)
    report.part("tables of a row for each span: rows", "DuckDB")
    buckets.check(watchfire, report)
    report.part("three-valued logic: combinations, and groups of rows", "DuckDB")
    logic.check(watchfire, report)
    logic.groups(watchfire, report)
    print(f"\n{report.counts['equal']} equal, {report.counts['declared']} differ as declared, {report.failed} wrong")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
