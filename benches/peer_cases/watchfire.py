"""Runs a Watchfire program over rows, through the command line as anybody would."""

import csv
import json
import subprocess
import tempfile
from pathlib import Path

MANIFEST = """\
[package]
name = "peer_cases"
version = "0.1.0"
zone = "{zone}"
language = "en"

[data]
{data}"""


class Watchfire:
    """The `watchfire` binary."""

    def __init__(self, binary: str):
        self.binary = binary

    def warnings(self, program: str, tables: dict[str, list[dict]], zone: str = "UTC") -> list[dict]:
        """All warnings of a run, in order, as `watchfire run --output` writes them. A missing value is `None`."""
        with tempfile.TemporaryDirectory() as temporary:
            package = Path(temporary)
            (package / "program.watch").write_text(program)
            data = "".join(f'{name} = "{name}.csv"\n' for name in tables)
            (package / "watchfire.toml").write_text(MANIFEST.format(zone=zone, data=data))
            for name, rows in tables.items():
                with open(package / f"{name}.csv", "w", newline="") as file:
                    writer = csv.DictWriter(file, list(rows[0]))
                    writer.writeheader()
                    writer.writerows({key: "" if cell is None else cell for key, cell in row.items()} for row in rows)
            command = [self.binary, "run", str(package), "--output", str(package / "out"), "--format", "ndjson"]
            done = subprocess.run([*command, "--show", "0", "--lang", "en"], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(f"watchfire run: exit code {done.returncode}\n{done.stdout}{done.stderr}")
            rejects = (package / "out" / "rejects.ndjson").read_text()
            if rejects:
                raise RuntimeError(f"rejects:\n{rejects}")
            lines = (package / "out" / "warnings.ndjson").read_text().splitlines()
            return [json.loads(line) for line in lines]
