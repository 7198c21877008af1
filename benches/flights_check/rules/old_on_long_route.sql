-- At least 28 years old on at least 1000 miles; after a warning, silence for 30 days of New York's calendar unless a
-- flight is worse than what was warned about.
WITH RECURSIVE findings AS (
    SELECT f.aircraft AS entity, f.dep AS instant,
           CASE WHEN flown.year - p.built >= 38 THEN 2 ELSE 1 END AS severity,
           row_number() OVER (PARTITION BY f.aircraft ORDER BY f.dep, severity DESC) AS place
    FROM flights AS f JOIN planes AS p USING (aircraft),
         LATERAL (SELECT year(timezone('America/New_York', timezone('UTC', f.dep))) AS year) AS flown
    WHERE flown.year - p.built >= 28 AND f.route_miles >= 1000
), fold AS (
    SELECT entity, instant, severity, place, true AS warns,
           utc_of(timezone('America/New_York', timezone('UTC', instant)) + INTERVAL 30 DAY, 'America/New_York') AS silent_until,
           severity AS warned
    FROM findings WHERE place = 1
    UNION ALL
    SELECT f.entity, f.instant, f.severity, f.place,
           f.instant >= o.silent_until OR f.severity > o.warned,
           CASE WHEN f.instant >= o.silent_until OR f.severity > o.warned
                THEN utc_of(timezone('America/New_York', timezone('UTC', f.instant)) + INTERVAL 30 DAY, 'America/New_York')
                ELSE o.silent_until END,
           CASE WHEN f.instant >= o.silent_until OR f.severity > o.warned THEN f.severity ELSE o.warned END
    FROM fold AS o JOIN findings AS f ON f.entity = o.entity AND f.place = o.place + 1
)
SELECT entity, instant, CASE severity WHEN 2 THEN 'orange' ELSE 'yellow' END AS level FROM fold WHERE warns
