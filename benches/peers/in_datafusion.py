"""The questions in DataFusion: SQL over tables in memory, in as many partitions as there are threads."""

import pyarrow as pa
import pyarrow.parquet as pq
from datafusion import RuntimeEnvBuilder, SessionConfig, SessionContext

import in_duckdb

BATCH = 8192


class Engine:
    def __init__(self, tables: dict[str, str], threads: int):
        self.context = SessionContext(SessionConfig().with_target_partitions(threads), RuntimeEnvBuilder())
        for name, path in tables.items():
            table = pq.read_table(path)
            share = -(-len(table) // threads)
            parts = [table.slice(first, share).combine_chunks() for first in range(0, len(table), share)]
            self.context.register_record_batches(name, [part.to_batches(BATCH) for part in parts])

    def ask(self, question: str, constants: dict) -> pa.Table:
        """The rows found, with `model` (where there are several), `entity` and `time`."""
        return self.context.sql(QUESTIONS[question](constants.get(question))).to_arrow_table()


def metres(lon1: str, lat1: str, lon2: str, lat2: str) -> str:
    """The haversine formula."""
    lat, lon = f"sin(radians({lat2} - {lat1}) / 2)", f"sin(radians({lon2} - {lon1}) / 2)"
    return f"2 * 6371008.8 * asin(sqrt({lat} * {lat} + cos(radians({lat1})) * cos(radians({lat2})) * {lon} * {lon}))"


def w2(constants: dict) -> str:
    """One pass for all models; the few rows that are in one of them are then asked which."""
    models = constants["models"]
    one = " OR ".join(f"({condition})" for condition in models.values())
    which = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in models.items())
    return f"""SELECT model, entity, time
        FROM (SELECT person AS entity, time, unnest([{which}]) AS model FROM readings WHERE person IS NOT NULL AND ({one}))
        WHERE model IS NOT NULL"""


def w3(_: None) -> str:
    return f"""SELECT entity, time FROM (
            SELECT person AS entity, time, lon, lat, lag(lon) OVER fixes AS lon_a, lag(lat) OVER fixes AS lat_a,
                CAST(time AS BIGINT) - CAST(lag(time) OVER fixes AS BIGINT) AS took
            FROM presence WHERE person IS NOT NULL WINDOW fixes AS (PARTITION BY person ORDER BY time))
        WHERE {metres("lon_a", "lat_a", "lon", "lat")} / took * 1e6 > 200 / 3.6"""


def w4(_: None) -> str:
    return """SELECT entity, time FROM (
            SELECT address AS entity, time, count(DISTINCT person) OVER (PARTITION BY address ORDER BY time
                RANGE BETWEEN INTERVAL '604799.999999 seconds' PRECEDING AND CURRENT ROW) AS people
            FROM presence WHERE address IS NOT NULL)
        WHERE people > 250"""


def w5(_: None) -> str:
    return """SELECT entity, time FROM (
            SELECT address AS entity, time, sum(value) OVER day AS total, avg(value) OVER day AS usual,
                count(*) OVER day AS many,
                sum(CASE WHEN date_part('hour', time) >= 22 OR date_part('hour', time) < 6 THEN value END) OVER day AS by_night
            FROM meters WHERE address IS NOT NULL
            WINDOW day AS (PARTITION BY address ORDER BY time
                RANGE BETWEEN INTERVAL '86399.999999 seconds' PRECEDING AND CURRENT ROW))
        WHERE total > 40 AND usual > 1.5 AND many >= 5 AND by_night / total > 0.4"""


def w6(_: None) -> str:
    """A row of C lies between if the last C before the second row is later than the first row. Rows meet in buckets of two
    hours: those of the same bucket and of the next."""
    return f"""WITH fixes AS (
            SELECT person, time, lon, lat, source, max(CASE WHEN source = 'C' THEN time END) OVER
                (PARTITION BY person ORDER BY time) AS last_c, CAST(time AS BIGINT) / 7200000000 AS bucket
            FROM presence WHERE person IS NOT NULL),
        first AS (SELECT person, time, lon, lat, unnest([bucket, bucket + 1]) AS bucket FROM fixes WHERE source = 'A')
        SELECT DISTINCT b.person AS entity, b.time FROM fixes b JOIN first a ON b.person = a.person AND b.bucket = a.bucket
        WHERE b.source = 'B' AND a.time < b.time AND b.time <= a.time + INTERVAL '2 hours'
            AND (b.last_c IS NULL OR b.last_c < a.time) AND {metres("a.lon", "a.lat", "b.lon", "b.lat")} > 5000"""


def w7(_: None) -> str:
    return """WITH people AS (
            SELECT address, date_trunc('day', time) AS day, count(DISTINCT person) AS people FROM presence
            WHERE address IS NOT NULL GROUP BY 1, 2),
        daily AS (
            SELECT address, date_trunc('day', time) AS day, coalesce(sum(value), 0) AS used FROM meters
            WHERE address IS NOT NULL GROUP BY 1, 2),
        usual AS (
            SELECT *, avg(used) OVER before AS usual, stddev_samp(used) OVER before AS spread FROM daily
            WINDOW before AS (PARTITION BY address ORDER BY day
                RANGE BETWEEN INTERVAL '28 days' PRECEDING AND INTERVAL '1 day' PRECEDING))
        SELECT u.address AS entity, u.day + INTERVAL '1 day' AS time
        FROM usual u JOIN people p ON u.address = p.address AND u.day = p.day JOIN registry r ON u.address = r.address
        WHERE people / area > 0.05 AND used > usual + 2 * spread"""


def w8(_: None) -> str:
    return f"""SELECT {in_duckdb.folded("btrim")} AS entity, TIMESTAMP '2024-04-01' AS time FROM titles
        GROUP BY 1 HAVING count(DISTINCT owner) >= 5"""


QUESTIONS = {"W1": in_duckdb.w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5, "W6": w6, "W7": w7, "W8": w8}
