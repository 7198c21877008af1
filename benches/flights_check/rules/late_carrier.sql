-- Each morning at six: the flights of the last seven days left at least 15 minutes later on average than the median of
-- the other carriers' averages, among carriers with as many flights in 30 days (300 or more, or fewer); four others at
-- least. More severe by how many sample deviations of the others it lies above their mean.
WITH days AS (
    SELECT utc_of(day + INTERVAL 6 HOUR, 'America/New_York') AS instant,
           utc_of(day + INTERVAL 6 HOUR - INTERVAL 7 DAY, 'America/New_York') AS week,
           utc_of(day + INTERVAL 6 HOUR - INTERVAL 30 DAY, 'America/New_York') AS month
    FROM range(TIMESTAMP '2012-12-31', TIMESTAMP '2014-01-03', INTERVAL 1 DAY) AS days(day)
), known AS (
    SELECT dep AS instant FROM flights UNION ALL SELECT time FROM weather
), measured AS (
    SELECT d.instant, f.carrier,
           avg(date_diff('minute', f.scheduled, f.dep)) FILTER (f.dep > d.week) AS late,
           count(*) FILTER (f.dep > d.month) >= 300 AS big
    FROM days AS d JOIN flights AS f ON f.dep <= d.instant
    WHERE d.instant BETWEEN (SELECT min(instant) FROM known) AND (SELECT max(instant) FROM known)
    GROUP BY d.instant, f.carrier
), compared AS (
    SELECT a.instant, a.carrier, a.late,
           quantile_cont(b.late, 0.5) AS usual, (a.late - avg(b.late)) / stddev_samp(b.late) AS score
    FROM measured AS a JOIN measured AS b
      ON b.instant = a.instant AND b.big = a.big AND b.carrier <> a.carrier AND b.late IS NOT NULL
    GROUP BY a.instant, a.carrier, a.late
    HAVING count(*) >= 4
)
SELECT carrier AS entity, instant,
       CASE WHEN score >= 4 THEN 'red' WHEN score >= 2 THEN 'orange' ELSE 'yellow' END AS level
FROM compared WHERE late >= usual + 15
