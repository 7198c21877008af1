"""The conditions of W1 and W2 and their constants, drawn anew for each seed and given to all engines alike.

Conditions are written in SQL, which DuckDB, DataFusion and Polars (`sql_expr`) all read; `watch/W1` and `watch/W2` have the
same in Watch, with the constants as parameters. The last constant of each question is set on the first rows of the data, so
that about as many rows are found as wanted.
"""

from pathlib import Path

import numpy as np
import polars as pl

SAMPLE = 200_000

# W1: (condition, least and greatest k). Whole bounds make a whole k.
SCAN = [
    ("a > {k}", 0.6, 0.9),
    ("b < {k}", 0.1, 0.4),
    ("c + d > {k}", 1.2, 1.6),
    ("a * b > {k}", 0.4, 0.7),
    ("a - c > {k}", 0.2, 0.6),
    ("abs(b - d) < {k}", 0.05, 0.2),
    ("e > {k}", 600, 900),
    ("f < {k}", 100, 400),
    ("e + f > {k}", 1200, 1600),
    ("g - h > {k}", 200, 600),
    ("e * 2 + g > {k}", 1800, 2400),
    ("f % 10 < {k}", 1, 4),
    ("a > {k} and e > 500", 0.4, 0.7),
    ("b > {k} or f > 900", 0.7, 0.9),
    ("not (c > {k})", 0.1, 0.4),
    ("d < {k} and g < 400", 0.3, 0.8),
    ("a + b + c + d > {k}", 2.2, 2.8),
    ("e + f + g + h > {k}", 2200, 2800),
    ("a / (b + 1.0) > {k}", 0.4, 0.6),
    ("(a > {k} and b < 0.5) or (h > 700 and g < 200)", 0.5, 0.8),
]
SCAN_SHARE = 0.006

# W2: form, (condition with k, least and greatest k), what the threshold t is about, whether more or less than t.
FORMS = {
    "a": (None, (0.2, 2.0), "a * {k} + b", ">"),
    "b": ("a > {k}", (0.3, 0.7), "c + d", ">"),
    "c": ("a < {k}", (0.3, 0.7), "e + f", ">"),
    "d": ("g < {k}", (300, 700), "a * b * c", ">"),
    "e": ("e > {k}", (300, 700), "abs(a - b)", "<"),
    "f": ("d < {k}", (0.3, 0.7), "g * 2 + h", ">"),
}
MODELS_OF_A_FORM = 5
MODEL_SHARE = (0.0003, 0.0025)


def draw(chance: np.random.Generator, low: float, high: float) -> float | int:
    """A constant; a whole one between whole bounds."""
    return int(chance.integers(low, high + 1)) if isinstance(low, int) else round(float(chance.uniform(low, high)), 6)


def constants(data: Path, seed: int) -> dict:
    """Both questions' conditions, and the parameters that say the same in Watch."""
    sample = pl.read_parquet(data / "readings.parquet", n_rows=SAMPLE)
    chance = np.random.default_rng([seed, 99])
    return {"W1": scan(sample, chance), "W2": models(sample, chance)}


def scan(sample: pl.DataFrame, chance: np.random.Generator) -> dict:
    set_, rules = {}, []
    for number, (condition, low, high) in enumerate(SCAN, 1):
        k, weight = draw(chance, low, high), int(chance.integers(1, 10))
        set_ |= {f"scan.k{number:02}": k, f"scan.w{number:02}": weight}
        rules.append([condition.format(k=k), weight])
    scores = sample.select(score(rules)).to_series()
    least = int(scores.quantile(1 - SCAN_SHARE, "higher")) + 1
    set_["scan.least"] = least
    return {"rules": rules, "least": least, "set": set_}


def score(rules: list) -> pl.Expr:
    """The sum of the weights of the conditions that are true."""
    return pl.sum_horizontal(pl.when(pl.sql_expr(condition)).then(weight).otherwise(0) for condition, weight in rules)


def models(sample: pl.DataFrame, chance: np.random.Generator) -> dict:
    set_, conditions = {}, {}
    for form, (first, bounds, about, sign) in FORMS.items():
        for number in range(1, MODELS_OF_A_FORM + 1):
            k, share = draw(chance, *bounds), float(chance.uniform(*MODEL_SHARE))
            rows = sample.filter(pl.sql_expr(first.format(k=k))) if first else sample
            values = rows.select(pl.sql_expr(about.format(k=k))).to_series().drop_nulls().sort(descending=sign == ">")
            t = values[int(share * len(sample))]
            t = t if isinstance(t, int) else round(t, 6)
            conditions[f"{form}{number}"] = (f"{first} and " if first else "").format(k=k) + f"{about.format(k=k)} {sign} {t}"
            set_ |= {f"{form}{number}.k": k, f"{form}{number}.t": t}
    return {"models": conditions, "set": set_}
