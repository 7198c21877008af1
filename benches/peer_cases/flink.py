"""Flink itself, of PyPI's apache-flink-libraries: its Java archives, on this machine's Java."""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "flink"
OPENED = ["java.base/java.lang", "java.base/java.util", "java.base/java.nio"]


@dataclass
class Question:
    """`query.sql` or `pattern.cep`, and rows."""

    file: str
    text: str
    rows: list[tuple]


class Flink:
    """Answers questions in one Java process."""

    def __init__(self) -> None:
        self.libraries = Path(importlib.util.find_spec("pyflink").submodule_search_locations[0]) / "lib"

    def ask(self, questions: dict[str, Question]) -> dict[str, list[str]]:
        """The answer to each question, a line for each match, in Flink's order."""
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            classes = folder / "classes"
            path = f"{classes}:{self.libraries}/*"
            subprocess.run(["javac", "-cp", path, "-d", str(classes), str(HERE / "PeerCases.java")], check=True)
            for name, question in questions.items():
                place = folder / "questions" / name
                place.mkdir(parents=True)
                (place / question.file).write_text(question.text)
                (place / "rows.csv").write_text("".join(",".join(map(_cell, row)) + "\n" for row in question.rows))
            command = [shutil.which("java") or "java", f"-Dlog4j.configurationFile={HERE / 'log4j2.properties'}"]
            for module in OPENED:
                command.append(f"--add-opens={module}=ALL-UNNAMED")
            subprocess.run([*command, "-cp", path, "PeerCases", str(folder / "questions")], check=True)
            return {name: (folder / "questions" / name / "answer.txt").read_text().splitlines() for name in questions}


def _cell(cell: object) -> str:
    """Flink's times have seconds."""
    text = str(cell)
    if re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", text):
        return f"{text}:00" if " " in text else f"{text} 00:00:00"
    return text
