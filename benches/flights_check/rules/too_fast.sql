-- Landed at one airport, left from another, and only faster than 1200 km/h could it have been brought there.
WITH ferries AS (
    SELECT p.aircraft, p.dep, epoch(p.dep) - epoch(p.before_arr) AS seconds,
           great_circle(a.lat, a.lon, b.lat, b.lon) AS metres
    FROM pairs AS p
    JOIN airports AS a ON a.airport = p.before_dest
    JOIN airports AS b ON b.airport = p.origin
)
SELECT aircraft AS entity, dep AS instant,
       CASE WHEN metres / seconds > 3 * 1200 / 3.6 THEN 'orange' ELSE 'yellow' END AS level
FROM ferries
WHERE seconds > 0 AND metres / seconds > 1200 / 3.6
