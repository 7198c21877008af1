"""The questions in Polars: lazy queries over frames in memory, run by the in-memory or the streaming engine."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa
from polars import col

from constants import score


class Engine:
    engine = "in-memory"

    def __init__(self, tables: dict[str, str], threads: int):
        assert pl.thread_pool_size() == threads, "POLARS_MAX_THREADS is set before Python starts"
        self.frames = {name: pl.read_parquet(path) for name, path in tables.items()}

    def ask(self, question: str, constants: dict) -> pa.Table:
        """The rows found, with `model` (where there are several), `entity` and `time`."""
        frames = {name: frame.lazy() for name, frame in self.frames.items()}
        queries = QUESTIONS[question](frames, constants.get(question))
        if isinstance(queries, pl.LazyFrame):
            return queries.collect(engine=self.engine).to_arrow()
        return pa.concat_tables([query.collect(engine=self.engine).to_arrow() for query in queries])


class Streaming(Engine):
    engine = "streaming"


def metres(lon1: pl.Expr, lat1: pl.Expr, lon2: pl.Expr, lat2: pl.Expr) -> pl.Expr:
    """The haversine formula."""
    lon1, lat1, lon2, lat2 = (degrees.radians() for degrees in (lon1, lat1, lon2, lat2))
    half = ((lat2 - lat1) / 2).sin().pow(2) + lat1.cos() * lat2.cos() * ((lon2 - lon1) / 2).sin().pow(2)
    return 2 * 6371008.8 * half.sqrt().arcsin()


def w1(frames: dict, constants: dict) -> pl.LazyFrame:
    known = frames["readings"].filter(col("person").is_not_null())
    return known.filter(score(constants["rules"]) >= constants["least"]).select(entity="person", time="time")


def w2(frames: dict, constants: dict) -> pl.LazyFrame:
    """One pass for all models; the few rows that are in one of them are then asked which."""
    models = {name: pl.sql_expr(condition) for name, condition in constants["models"].items()}
    found = frames["readings"].filter(col("person").is_not_null() & pl.any_horizontal(*models.values()))
    which = found.select(entity="person", time="time", **models)
    return which.unpivot(index=["entity", "time"], variable_name="model").filter("value").drop("value")


def w3(frames: dict, _: None) -> pl.LazyFrame:
    fixes = frames["presence"].filter(col("person").is_not_null()).sort("person", "time")
    same = col("person") == col("person").shift()
    took = (col("time") - col("time").shift()).dt.total_microseconds() / 1e6
    far = metres(col("lon").shift(), col("lat").shift(), col("lon"), col("lat"))
    return fixes.filter(same & (far / took > 200 / 3.6)).select(entity="person", time="time")


def w4(frames: dict, _: None) -> pl.LazyFrame:
    events = frames["presence"].filter(col("address").is_not_null()).select("address", "time", "person")
    # n_unique counts missing people as one.
    windows = events.sort("address", "time").rolling("time", period="7d", group_by="address")
    people = windows.agg(people=col("person").n_unique() - (col("person").null_count() > 0))
    return people.filter(col("people") > 250).select(entity="address", time="time")


def w5(frames: dict, _: None) -> pl.LazyFrame:
    night = (col("time").dt.hour() >= 22) | (col("time").dt.hour() < 6)
    readings = frames["meters"].filter(col("address").is_not_null()).sort("address", "time")
    windows = readings.with_columns(by_night=pl.when(night).then("value")).rolling("time", period="24h", group_by="address")
    day = windows.agg(total=col("value").sum(), usual=col("value").mean(), many=pl.len(), by_night=col("by_night").sum())
    high = (col("total") > 40) & (col("usual") > 1.5) & (col("many") >= 5) & (col("by_night") / col("total") > 0.4)
    return day.filter(high).select(entity="address", time="time")


def w6(frames: dict, _: None) -> pl.LazyFrame:
    """A row of C lies between if the last C before the second row is later than the first row. Rows meet in buckets of two
    hours: those of the same bucket and of the next."""
    bucket = col("time").dt.epoch("us") // 7_200_000_000
    fixes = frames["presence"].filter(col("person").is_not_null()).sort("person", "time")
    fixes = fixes.select("person", "time", "lon", "lat", "source", bucket=bucket,
        last_c=pl.when(col("source") == "C").then("time").forward_fill().over("person"))
    first = fixes.filter(col("source") == "A").select("person", "lon", "lat", "bucket", first="time")
    first = pl.concat([first, first.with_columns(col("bucket") + 1)])
    pairs = fixes.filter(col("source") == "B").join(first, on=["person", "bucket"], suffix="_a")
    near = (col("first") < col("time")) & (col("time") <= col("first") + pl.duration(hours=2))
    none = col("last_c").is_null() | (col("last_c") < col("first"))
    found = pairs.filter(near & none & (metres(col("lon_a"), col("lat_a"), col("lon"), col("lat")) > 5000))
    return found.select(entity="person", time="time").unique()


def w7(frames: dict, _: None) -> pl.LazyFrame:
    day = col("time").dt.truncate("1d").alias("day")
    presence = frames["presence"].filter(col("address").is_not_null())
    people = presence.group_by("address", day).agg(people=col("person").drop_nulls().n_unique())
    meters = frames["meters"].filter(col("address").is_not_null())
    daily = meters.group_by("address", day).agg(used=col("value").sum()).sort("address", "day")
    # The window [day - 28 days, day): the day itself is left out.
    before = daily.rolling("day", period="28d", closed="left", group_by="address")
    usual = before.agg(usual=col("used").mean(), spread=col("used").std())
    joined = daily.join(usual, on=["address", "day"]).join(people, on=["address", "day"])
    joined = joined.join(frames["registry"], on="address")
    found = joined.filter(
        (col("people") / col("area") > 0.05) & (col("used") > col("usual") + 2 * col("spread")))
    return found.select(entity="address", time=col("day") + pl.duration(days=1))


def w7d(frames: dict, _: None) -> list[pl.LazyFrame]:
    """Each of the 90 days by itself: it reads that day's fixes, and the readings of the four weeks before it."""
    queries = []
    for day in (datetime(2024, 1, 1) + timedelta(days=number) for number in range(90)):
        next_day = day + timedelta(days=1)
        fixes = frames["presence"].filter((col("time") >= day) & (col("time") < next_day))
        readings = frames["meters"].filter((col("time") >= day - timedelta(days=28)) & (col("time") < next_day))
        queries.append(w7(frames | {"presence": fixes, "meters": readings}, None))
    return queries


def w8(frames: dict, _: None) -> pl.LazyFrame:
    folded = col("address").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    owners = frames["titles"].group_by(entity=folded).agg(owners=col("owner").n_unique())
    time = pl.lit(np.datetime64("2024-04-01", "us")).alias("time")
    return owners.filter(col("owners") >= 5).select("entity", time)


QUESTIONS = {"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5, "W6": w6, "W7": w7, "W8": w8, "W7D": w7d}
