"""The examples of `sequences.md` and `sessions.md`: their rows through Watchfire, and on request through Flink."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flink import Flink, Question
from report import Report
from watchfire import Watchfire

HERE = Path(__file__).parent


@dataclass
class Case:
    """A heading with its prose and blocks."""

    name: str
    prose: str = ""
    blocks: dict[str, str] = field(default_factory=dict)

    def rows(self) -> tuple[str, list[dict]]:
        """The name of the table, and its rows."""
        name, text = next((kind.split()[1], text) for kind, text in self.blocks.items() if kind.startswith("rows "))
        return name, list(csv.DictReader(io.StringIO(text)))

    def lines(self, block: str) -> list[str]:
        return self.blocks[block].splitlines()

    def question(self) -> Question | None:
        """What Flink is asked, if it can be."""
        for file in ("query.sql", "pattern.cep"):
            if file in self.blocks:
                rows = self.rows()[1]
                return Question(file, self.blocks[file], [tuple(row.values()) for row in rows])
        return None


def read(file: str) -> tuple[str, list[Case]]:
    """The program before the first heading, and the cases."""
    preamble, *parts = re.split(r"^## ", (HERE / file).read_text(), flags=re.MULTILINE)
    fence = re.compile(r"^```(\S.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
    cases = []
    for part in parts:
        heading, body = part.split("\n", 1)
        cases.append(Case(heading, fence.sub("", body), {kind: text for kind, text in fence.findall(body)}))
    return fence.findall(preamble)[0][1], cases


# Our answer: a line for each match, of a program, the name of a table, and its rows.
Lines = Callable[[str, str, list[dict]], list[str]]


def messages(watchfire: Watchfire) -> Lines:
    """The messages of all warnings."""
    return lambda program, table, rows: [warning["message"] for warning in watchfire.warnings(program, {table: rows})]


def check(file: str, answer: Lines, flink: Flink | None, report: Report) -> None:
    """Holds every case of a file against its published answer."""
    preamble, cases = read(file)
    answers = flink.ask({str(index): case.question() for index, case in enumerate(cases) if case.question()}) if flink else {}
    for index, case in enumerate(cases):
        published = case.lines("published")
        name, rows = case.rows()
        try:
            ours = answer(preamble + case.blocks["watch"], name, rows)
        except RuntimeError as error:
            report.wrong(case.name, str(error).splitlines())
            continue
        declared = case.lines("ours") if "ours" in case.blocks else published
        if declared != published and "Different" not in case.prose:
            report.wrong(case.name, ["the answers differ, but the prose does not say why"])
        if sorted(ours) != sorted(declared):
            report.wrong(case.name, [f"expected {line}" for line in declared] + [f"came     {line}" for line in ours])
        elif declared == published:
            report.equal(case.name, len(ours), len(published))
        else:
            report.differs(case.name, len(ours), len(published))
        theirs = answers.get(str(index))
        if theirs is not None:
            name = f"    Flink itself: {case.name}"
            expected = case.lines("flink") if "flink" in case.blocks else published
            if sorted(theirs) != sorted(expected):
                report.wrong(name, [f"Flink answers {line}" for line in theirs])
            elif expected == published:
                report.equal(name, len(theirs), len(published))
            else:
                report.differs(name, len(theirs), len(published))
