-- Landed at one airport, left from another, and only faster than 1200 km/h could it have been brought there.
SELECT p.aircraft AS entity, p.dep AS instant,
       CASE WHEN g.metres / s.seconds > 3 * 1200 / 3.6 THEN 'orange' ELSE 'yellow' END AS level
FROM pairs AS p
JOIN geodesics AS g ON g.a = p.before_dest AND g.b = p.origin,
     LATERAL (SELECT epoch(p.dep) - epoch(p.before_arr) AS seconds) AS s
WHERE s.seconds > 0 AND g.metres / s.seconds > 1200 / 3.6
