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


def versions(frame: pl.LazyFrame, about: str) -> pl.LazyFrame:
    """Rows as they came, each with the instant at which another version replaces it."""
    never = pl.lit(datetime(9999, 1, 1)).cast(pl.Datetime("us"))
    rows = frame.filter(col(about).is_not_null()).sort("id", "recorded")
    next_ = pl.when(col("id") == col("id").shift(-1)).then(col("recorded").shift(-1))
    return rows.with_columns(replaced=next_.fill_null(never))


def w3l(frames: dict, _: None) -> pl.LazyFrame:
    """The row before is one of the few right before it in nearly all cases; for the rest all earlier ones are looked at."""
    rows = versions(frames["late_presence"], "person").sort("person", "time", "recorded").with_row_index("row")
    near = range(1, 6)
    lagged = lambda n, name: col(name).shift(n).over("person")
    fits = {n: (lagged(n, "time") < col("time")) & (lagged(n, "recorded") <= col("recorded"))
            & (col("recorded") < lagged(n, "replaced")) for n in near}
    which = pl.coalesce([pl.when(fits[n]).then(col("row").shift(n)) for n in near])
    chosen = rows.with_columns(before=which, deep=lagged(5, "time").is_not_null())
    places = rows.select(before="row", since="time", lon_a="lon", lat_a="lat")
    found = chosen.filter(col("before").is_not_null()).join(places, on="before")
    rest = chosen.filter(col("before").is_null() & col("deep")).join(rows, on="person", suffix="_e")
    rest = rest.filter((col("time_e") < col("time")) & (col("recorded_e") <= col("recorded"))
                       & (col("recorded") < col("replaced_e")))
    rest = rest.sort("time_e").group_by("row").last().rename({"time_e": "since", "lon_e": "lon_a", "lat_e": "lat_a"})
    took = (col("time") - col("since")).dt.total_microseconds() / 1e6
    far = metres(col("lon_a"), col("lat_a"), col("lon"), col("lat")) / took > 200 / 3.6
    return pl.concat([some.filter(far).select(entity="person", time="time") for some in (found, rest)])


def around(rows: pl.LazyFrame, about: str, asked: list[pl.Expr], asks: pl.Expr, span: timedelta) -> pl.LazyFrame:
    """Each row that `asks`, with those about the same in the span of time up to it that were known."""
    micros = span // timedelta(microseconds=1)
    rows = rows.sort(about, "time").with_columns(bucket=col("time").dt.epoch("us") // micros)
    # Rows at one time are versions of one: the window of each has all of them.
    windows = rows.rolling("time", period=span, group_by=about).agg(asked)
    windows = windows.select(pl.exclude(about, "time"))
    asking = pl.concat([rows, windows], how="horizontal").filter(asks).select("id", about, "time", "recorded", "bucket")
    asking = pl.concat([asking, asking.with_columns(col("bucket") - 1)])
    pairs = asking.join(rows, on=[about, "bucket"], suffix="_e")
    return pairs.filter((col("time_e") > col("time") - span) & (col("time_e") <= col("time"))
                        & (col("recorded_e") <= col("recorded")) & (col("recorded") < col("replaced")))


def w4l(frames: dict, _: None) -> pl.LazyFrame:
    """Only rows with so many around them, whatever was known, are asked for the people that were known; rows meet in
    buckets of a week."""
    rows = versions(frames["late_presence"], "address").select("id", "address", "person", "time", "recorded", "replaced")
    pairs = around(rows, "address", [pl.len().alias("many")], col("many") > 250, timedelta(days=7))
    people = pairs.group_by("id", "recorded").agg(col("address").first(), col("time").first(), people=col("person").drop_nulls().n_unique())
    return people.filter(col("people") > 250).select(entity="address", time="time")


def w5l(frames: dict, _: None) -> pl.LazyFrame:
    """Readings are not negative: where the sum of all around is too small, that of those which were known is."""
    rows = versions(frames["late_meters"], "address").select("id", "address", "time", "value", "recorded", "replaced")
    asked = [pl.len().alias("many"), col("value").sum().alias("total")]
    pairs = around(rows, "address", asked, (col("many") >= 5) & (col("total") > 40), timedelta(days=1))
    night = (col("time_e").dt.hour() >= 22) | (col("time_e").dt.hour() < 6)
    day = pairs.group_by("id", "recorded").agg(
        col("address").first(), col("time").first(), total=col("value").sum(), usual=col("value").mean(), many=pl.len(),
        by_night=col("value").filter(night).sum())
    high = (col("total") > 40) & (col("usual") > 1.5) & (col("many") >= 5) & (col("by_night") / col("total") > 0.4)
    return day.filter(high).select(entity="address", time="time")


def w6l(frames: dict, _: None) -> pl.LazyFrame:
    """Pairs of versions are looked at when both are known; what is known of C then decides."""
    bucket = col("time").dt.epoch("us") // 7_200_000_000
    rows = versions(frames["late_presence"], "person").with_columns(bucket=bucket)
    rows = rows.select("id", "person", "time", "lon", "lat", "source", "recorded", "replaced", "bucket")
    first = rows.filter(col("source") == "A").with_columns(own=col("bucket"))
    first = pl.concat([first, first.with_columns(col("bucket") + 1)])
    pairs = rows.filter(col("source") == "B").join(first, on=["person", "bucket"], suffix="_a")
    known = pl.max_horizontal("recorded", "recorded_a")
    near = (col("time_a") < col("time")) & (col("time") <= col("time_a") + pl.duration(hours=2))
    both = known < pl.min_horizontal("replaced", "replaced_a")
    far = metres(col("lon_a"), col("lat_a"), col("lon"), col("lat")) > 5000
    pairs = pairs.filter(near & both & far).select("id", "person", "time", since="time_a", known=known, bucket="own")
    pairs = pairs.with_row_index("pair")
    third = rows.filter(col("source") == "C").select("person", "bucket", between="time", seen="recorded")
    third = pl.concat([third, third.with_columns(col("bucket") - 1)])
    cut = pairs.join(third, on=["person", "bucket"]).filter(
        (col("since") < col("between")) & (col("between") < col("time")) & (col("seen") <= col("known")))
    found = pairs.join(cut.select("pair").unique(), on="pair", how="anti").unique(["id"])
    return found.select(entity="person", time="time")


QUESTIONS = {"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5, "W6": w6, "W7": w7, "W8": w8, "W7D": w7d,
             "W3L": w3l, "W4L": w4l, "W5L": w5l, "W6L": w6l}
