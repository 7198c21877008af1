-- The last observation of the two hours before a departure shows less than a quarter mile, or one of them a gust of
-- more than 45 knots.
SELECT f.origin AS entity, f.dep AS instant,
       CASE WHEN o.seen < 0.25 AND o.gust > 45 * 1852 / 1609.344 THEN 'red'
            WHEN o.gust > 45 * 1852 / 1609.344 THEN 'orange'
            ELSE 'yellow' END AS level
FROM flights AS f,
     LATERAL (SELECT arg_max(w.visib, w.time) AS seen, max(w.wind_gust) AS gust
              FROM weather AS w
              WHERE w.airport = f.origin AND w.time > f.dep - INTERVAL 2 HOUR AND w.time <= f.dep) AS o
WHERE o.seen < 0.25 OR o.gust > 45 * 1852 / 1609.344
