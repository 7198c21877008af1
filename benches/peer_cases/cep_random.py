"""Random streams through Flink's CEP library and through `match`.

Flink finds every choice of rows; a row makes one match as last row here (§9.5). So Flink's answers are reduced: of the
matches to one last event the first in order of the events counts. Without `overlapping`, Flink skips past the last event.
Flink leaves out what takes exactly as long as `within` says, we do not (§9.1): Flink is asked for a second more.
"""

import random
from datetime import datetime, timedelta

from flink import Flink, Question
from report import Report
from watchfire import Watchfire

PROGRAM = """\
entity Stream key Text
source events events at time {
    owner "stream"
    allows test
    stream : Stream
    name   : Text
    kind   : Text
    time   : Time
}
"""

# Our sequence; the pattern of CEP without skip strategy; how many of the names that CEP lists are steps of ours.
PATTERNS = [
    ("a then b", "a followedByAny b"),
    ("a then b then c", "a followedByAny b followedByAny c"),
    ("a then b then a", "a followedByAny b followedByAny a"),
    ("a then b without .", "a next b"),
    ("a then b without . then c without .", "a next b next c"),
    ("a then b without . then c", "a next b followedByAny c"),
    ("a then b without c", "a notFollowedBy c followedByAny b"),
    ("a then c without b then d", "a notFollowedBy b followedByAny c followedByAny d"),
    ("a then b within 60", "a followedByAny b within 61"),
    ("a then b within 60 without c", "a notFollowedBy c followedByAny b within 61"),
    ("a without b within 90", "a notFollowedBy b within 91"),
]


def model(name: str, text: str) -> str:
    """A `match` model for a line of `PATTERNS`."""
    words, steps, out = text.replace("overlapping ", "").split(), [], []
    what = lambda word: "events" if word == "." else f'events where kind == "{word}"'
    index = 0
    while index < len(words):
        if words[index] == "then":
            out.append("then")
            index += 1
        elif words[index] == "without":
            out.append(f"without {what(words[index + 1])}")
            index += 2
        elif words[index] == "within":
            # In Watch a step's `within` comes right after it.
            out.append(f"within {words[index + 1]} s")
            index += 2
        else:
            steps.append(f"s{len(steps)}")
            out.append(f"{steps[-1]} from {what(words[index])}")
            index += 1
    names = " ".join(f"{{{step}.name}}" for step in steps)
    overlapping = "overlapping " if text.startswith("overlapping") else ""
    return (
        f'model {name} for Stream {{\n    category c   purpose test   basis "b"\n'
        f'    match {overlapping}{" ".join(out)}\n    warn {{ yellow otherwise message "{{this}} {names}" }}\n}}\n'
    )


def streams(seed: int, many: int, length: int) -> list[dict]:
    """Events at distinct times, some of them far apart."""
    chance = random.Random(seed)
    rows = []
    for stream in range(many):
        time = datetime(2024, 3, 1)
        for index in range(chance.randrange(length)):
            time += timedelta(seconds=chance.choice([1, 10, 30, 30, 60, 91]))
            kind = chance.choice("aabbcd")
            rows.append({"stream": f"s{stream}", "name": f"{kind}{index}", "kind": kind, "time": str(time)})
    return rows


def reduced(lines: list[str]) -> list[str]:
    """Of the matches to one last event the first."""
    first: dict[tuple[str, str], list[str]] = {}
    order = lambda words: [int(word[1:]) for word in words[1:]]
    for line in lines:
        words = line.split()
        kept = first.setdefault((words[0], words[-1]), words)
        if order(words) < order(kept):
            first[words[0], words[-1]] = words
    return sorted(" ".join(words) for words in first.values())


def check(watchfire: Watchfire, flink: Flink, report: Report) -> None:
    rows = streams(seed=7, many=300, length=14)
    asked = [(f"overlapping {ours}", f"{cep} skip noSkip") for ours, cep in PATTERNS]
    asked += [(ours, f"{cep} skip skipPastLastEvent") for ours, cep in PATTERNS]
    program = PROGRAM + "".join(model(f"m{index}", ours) for index, (ours, _) in enumerate(asked))
    # The last deadline is over when this row comes.
    end = {"stream": "end", "name": "z0", "kind": "z", "time": "2024-03-02 00:00:00"}
    warnings = watchfire.warnings(program, {"events": [*rows, end]})
    question = Question(
        "pattern.cep",
        "\n".join(cep for _, cep in asked) + "\n",
        [(row["stream"], row["name"], row["time"]) for row in rows],
    )
    theirs: dict[int, list[str]] = {index: [] for index in range(len(asked))}
    for line in flink.ask({"random": question})["random"]:
        index, match = line.split(": ", 1)
        theirs[int(index)].append(match)
    for index, (ours, cep) in enumerate(asked):
        mine = sorted(warning["message"] for warning in warnings if warning["model"] == f"m{index}")
        other = reduced(theirs[index])
        if mine == other:
            report.equal(f"{ours} | {cep}", len(mine), len(other))
        else:
            only = [f"only Watchfire: {line}" for line in sorted(set(mine) - set(other))[:10]]
            report.wrong(f"{ours} | {cep}", only + [f"only Flink: {line}" for line in sorted(set(other) - set(mine))[:10]])
