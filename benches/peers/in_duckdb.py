"""The questions in DuckDB: SQL over tables in memory."""

import duckdb
import pyarrow as pa

HAVERSINE = """CREATE MACRO metres(lon1, lat1, lon2, lat2) AS 2 * 6371008.8 * asin(sqrt(
    sin(radians(lat2 - lat1) / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2))"""


class Engine:
    def __init__(self, tables: dict[str, str], threads: int):
        self.connection = duckdb.connect(config={"threads": threads})
        self.connection.execute(HAVERSINE)
        self.connection.execute("SET preserve_insertion_order = false")
        for name, path in tables.items():
            self.connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{path}')")

    def ask(self, question: str, constants: dict) -> pa.Table:
        """The rows found, with `model` (where there are several), `entity` and `time`."""
        queries = QUESTIONS[question](constants.get(question))
        if isinstance(queries, str):
            return self.connection.sql(queries).to_arrow_table()
        return pa.concat_tables([self.connection.sql(query).to_arrow_table() for query in queries])


def w1(constants: dict) -> str:
    score = " + ".join(f"CASE WHEN {condition} THEN {weight} ELSE 0 END" for condition, weight in constants["rules"])
    return f"SELECT person AS entity, time FROM readings WHERE person IS NOT NULL AND {score} >= {constants['least']}"


def w2(constants: dict) -> str:
    """One pass for all models; the few rows that are in one of them are then asked which."""
    models = constants["models"]
    one = " OR ".join(f"({condition})" for condition in models.values())
    which = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in models.items())
    return f"""WITH found AS MATERIALIZED (FROM readings WHERE person IS NOT NULL AND ({one}))
        SELECT model, entity, time
        FROM (SELECT person AS entity, time, unnest([{which}]) AS model FROM found) WHERE model IS NOT NULL"""


def w3(_: None) -> str:
    return """SELECT person AS entity, time FROM presence WHERE person IS NOT NULL
        WINDOW fixes AS (PARTITION BY person ORDER BY time)
        QUALIFY metres(lag(lon) OVER fixes, lag(lat) OVER fixes, lon, lat)
            / (epoch_us(time) - epoch_us(lag(time) OVER fixes)) * 1e6 > 200 / 3.6"""


def w4(_: None) -> str:
    return """SELECT address AS entity, time FROM presence WHERE address IS NOT NULL
        QUALIFY count(DISTINCT person) OVER (PARTITION BY address ORDER BY time
            RANGE BETWEEN INTERVAL 604799999999 MICROSECONDS PRECEDING AND CURRENT ROW) > 250"""


def w5(_: None) -> str:
    return """SELECT address AS entity, time FROM meters WHERE address IS NOT NULL
        WINDOW day AS (PARTITION BY address ORDER BY time
            RANGE BETWEEN INTERVAL 86399999999 MICROSECONDS PRECEDING AND CURRENT ROW)
        QUALIFY sum(value) OVER day > 40 AND avg(value) OVER day > 1.5 AND count(*) OVER day >= 5
            AND sum(CASE WHEN hour(time) >= 22 OR hour(time) < 6 THEN value END) OVER day / sum(value) OVER day > 0.4"""


def w6(_: None) -> str:
    """A row of C lies between if the last C before the second row is later than the first row. Rows meet in buckets of two
    hours: those of the same bucket and of the next."""
    return """WITH fixes AS (
            SELECT person, time, lon, lat, source, max(time) FILTER (source = 'C') OVER
                (PARTITION BY person ORDER BY time) AS last_c, epoch_us(time) // 7200000000 AS bucket
            FROM presence WHERE person IS NOT NULL),
        first AS (SELECT person, time, lon, lat, unnest([bucket, bucket + 1]) AS bucket FROM fixes WHERE source = 'A')
        SELECT DISTINCT b.person AS entity, b.time FROM fixes b JOIN first a USING (person, bucket)
        WHERE b.source = 'B' AND a.time < b.time AND b.time <= a.time + INTERVAL 2 HOURS
            AND (b.last_c IS NULL OR b.last_c < a.time) AND metres(a.lon, a.lat, b.lon, b.lat) > 5000"""


def w7(_: None) -> str:
    return crowded_and_busy("true", "true")


def w7d(_: None) -> list[str]:
    """Each of the 90 days by itself: it reads that day's fixes, and the readings of the four weeks before it."""
    start = "TIMESTAMP '2024-01-01'"
    return [crowded_and_busy(f"time >= {start} + INTERVAL {day} DAYS AND time < {start} + INTERVAL {day + 1} DAYS",
                             f"time >= {start} + INTERVAL {day} DAYS - INTERVAL 28 DAYS AND time < {start} + INTERVAL {day + 1} DAYS")
            for day in range(90)]


def crowded_and_busy(fixes: str, readings: str) -> str:
    """W7 over these rows."""
    return f"""WITH people AS (
            SELECT address, date_trunc('day', time) AS day, count(DISTINCT person) AS people FROM presence
            WHERE address IS NOT NULL AND {fixes} GROUP BY ALL),
        daily AS (
            SELECT address, date_trunc('day', time) AS day, coalesce(sum(value), 0) AS used FROM meters
            WHERE address IS NOT NULL AND {readings} GROUP BY ALL),
        usual AS (
            SELECT *, avg(used) OVER before AS usual, stddev_samp(used) OVER before AS spread FROM daily
            WINDOW before AS (PARTITION BY address ORDER BY day
                RANGE BETWEEN INTERVAL 28 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING))
        SELECT address AS entity, day + INTERVAL 1 DAY AS time
        FROM usual JOIN people USING (address, day) JOIN registry USING (address)
        WHERE people / area > 0.05 AND used > usual + 2 * spread"""


def versions(table: str, about: str) -> str:
    """Rows as they came, each with the instant at which another version replaces it, and a bucket of time."""
    return f"""versions AS MATERIALIZED (
        SELECT *, lead(recorded, 1, TIMESTAMP 'infinity') OVER (PARTITION BY id ORDER BY recorded) AS replaced
        FROM {table} WHERE {about} IS NOT NULL)"""


def seen(row: str, by: str) -> str:
    """A row is known, and not yet replaced, by an instant."""
    return f"{row}.recorded <= {by} AND {by} < {row}.replaced"


def w3l(_: None) -> str:
    """The row before is one of the few right before it in nearly all cases; for the rest all earlier ones are looked at."""
    near = range(1, 6)
    fields = ", ".join(f"{name} := {name}" for name in ("time", "lon", "lat", "recorded", "replaced"))
    lags = ", ".join(f"lag(struct_pack({fields}), {n}) OVER fixes AS p{n}" for n in near)
    which = " ".join(f"WHEN p{n}.time < time AND p{n}.recorded <= recorded AND recorded < p{n}.replaced THEN p{n}" for n in near)
    apart = "metres(p.lon, p.lat, lon, lat) / (epoch_us(time) - epoch_us(p.time)) * 1e6 > 200 / 3.6"
    return f"""WITH {versions("late_presence", "person")},
        lagged AS (SELECT *, {lags} FROM versions WINDOW fixes AS (PARTITION BY person ORDER BY time, recorded)),
        chosen AS (SELECT *, CASE {which} END AS p FROM lagged),
        deep AS (
            SELECT r.id, r.person, r.time, r.lon, r.lat, r.recorded, arg_max(e, e.time) AS p
            FROM chosen r JOIN versions e ON e.person = r.person AND e.time < r.time AND {seen("e", "r.recorded")}
            WHERE r.p IS NULL AND r.p5 IS NOT NULL GROUP BY ALL)
        SELECT person AS entity, time FROM chosen WHERE p IS NOT NULL AND {apart}
        UNION ALL SELECT person, time FROM deep WHERE {apart}"""


def w4l(_: None) -> str:
    """Only rows with so many around them, whatever was known, are asked for the people that were known; rows meet in
    buckets of a week."""
    return f"""WITH {versions("late_presence", "address")},
        around AS (
            SELECT *, count(*) OVER (PARTITION BY address ORDER BY time
                RANGE BETWEEN INTERVAL 604799999999 MICROSECONDS PRECEDING AND CURRENT ROW) AS many FROM versions),
        asking AS (
            SELECT id, address, time, recorded, unnest([epoch_us(time) // 604800000000, epoch_us(time) // 604800000000 - 1]) AS bucket
            FROM around WHERE many > 250)
        SELECT r.address AS entity, r.time FROM asking r JOIN versions e
            ON e.address = r.address AND epoch_us(e.time) // 604800000000 = r.bucket
        WHERE e.time > r.time - INTERVAL 7 DAYS AND e.time <= r.time AND {seen("e", "r.recorded")}
        GROUP BY r.id, r.recorded, r.address, r.time HAVING count(DISTINCT e.person) > 250"""


def w5l(_: None) -> str:
    """Readings are not negative: where the sum of all around is too small, that of those which were known is."""
    return f"""WITH {versions("late_meters", "address")},
        around AS (
            SELECT *, count(*) OVER day AS many, sum(value) OVER day AS total FROM versions
            WINDOW day AS (PARTITION BY address ORDER BY time
                RANGE BETWEEN INTERVAL 86399999999 MICROSECONDS PRECEDING AND CURRENT ROW)),
        asking AS (
            SELECT id, address, time, recorded, unnest([epoch_us(time) // 86400000000, epoch_us(time) // 86400000000 - 1]) AS bucket
            FROM around WHERE many >= 5 AND total > 40)
        SELECT r.address AS entity, r.time FROM asking r JOIN versions e
            ON e.address = r.address AND epoch_us(e.time) // 86400000000 = r.bucket
        WHERE e.time > r.time - INTERVAL 1 DAY AND e.time <= r.time AND {seen("e", "r.recorded")}
        GROUP BY r.id, r.recorded, r.address, r.time
        HAVING sum(e.value) > 40 AND avg(e.value) > 1.5 AND count(*) >= 5
            AND sum(CASE WHEN hour(e.time) >= 22 OR hour(e.time) < 6 THEN e.value END) / sum(e.value) > 0.4"""


def w6l(_: None) -> str:
    """Pairs of versions are looked at when both are known; what is known of C then decides."""
    return f"""WITH {versions("late_presence", "person")},
        fixes AS (SELECT *, epoch_us(time) // 7200000000 AS bucket FROM versions),
        first AS (SELECT * REPLACE (unnest([bucket, bucket + 1]) AS bucket) FROM fixes WHERE source = 'A'),
        pairs AS (
            SELECT b.id, b.person, b.time, a.time AS since, greatest(a.recorded, b.recorded) AS known,
                epoch_us(a.time) // 7200000000 AS bucket
            FROM fixes b JOIN first a USING (person, bucket)
            WHERE b.source = 'B' AND a.time < b.time AND b.time <= a.time + INTERVAL 2 HOURS
                AND greatest(a.recorded, b.recorded) < least(a.replaced, b.replaced)
                AND metres(a.lon, a.lat, b.lon, b.lat) > 5000),
        between_them AS (SELECT * REPLACE (unnest([bucket, bucket - 1]) AS bucket) FROM fixes WHERE source = 'C')
        SELECT entity, time FROM (SELECT DISTINCT id, person AS entity, time FROM pairs p WHERE NOT EXISTS (
            FROM between_them c WHERE c.person = p.person AND c.bucket = p.bucket AND p.since < c.time AND c.time < p.time
                AND c.recorded <= p.known))"""


def folded(trim: str) -> str:
    """An address's one form: narrow characters, lower case, single blanks, none at the ends."""
    wide = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
    narrow = "".join(chr(code) for code in range(0x21, 0x7F)).replace("'", "''") + " "
    return rf"{trim}(regexp_replace(lower(translate(address, '{wide}', '{narrow}')), '\s+', ' ', 'g'))"


def w8(_: None) -> str:
    return f"""SELECT {folded("trim")} AS entity, TIMESTAMP '2024-04-01' AS time FROM titles
        GROUP BY 1 HAVING count(DISTINCT owner) >= 5"""


QUESTIONS = {"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5, "W6": w6, "W7": w7, "W8": w8, "W7D": w7d,
             "W3L": w3l, "W4L": w4l, "W5L": w5l, "W6L": w6l}
