"""What is printed, and when two values are alike."""

import math


def alike(ours: object, theirs: object, slack: float = 1e-9) -> bool:
    """Whether two values are the same. Ours are correctly rounded and theirs need not be: numbers with a fraction are alike
    if they are to eleven digits, or differ by no more than `slack`."""
    if isinstance(ours, float) or isinstance(theirs, float):
        if ours is None or theirs is None:
            return ours is theirs
        return math.isclose(ours, theirs, rel_tol=1e-11, abs_tol=slack)
    return ours == theirs


class Report:
    """A table of comparisons. A difference that is not declared is wrong."""

    def __init__(self) -> None:
        self.failed = 0
        self.counts = {"equal": 0, "declared": 0}

    def part(self, title: str, theirs: str) -> None:
        """Begins a table."""
        print(f"\n{title:<64} {'Watchfire':>10} {theirs:>10}")

    def _line(self, name: str, ours: int, theirs: int, verdict: str) -> None:
        print(f"{name:<64} {ours:>10} {theirs:>10}  {verdict}")

    def equal(self, name: str, ours: int, theirs: int) -> None:
        """So many answers on either side, and all alike."""
        self.counts["equal"] += 1
        self._line(name, ours, theirs, "equal")

    def differs(self, name: str, ours: int, theirs: int, how: str = "differs as declared") -> None:
        """The answers differ as the documentation says."""
        self.counts["declared"] += 1
        self._line(name, ours, theirs, how)

    def wrong(self, name: str, lines: list[str]) -> None:
        """The answers differ, and should not."""
        self.failed += 1
        print(f"{name:<64} WRONG")
        for line in lines[:20]:
            print(f"    {line}")
