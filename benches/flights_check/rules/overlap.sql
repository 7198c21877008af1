-- Left before, or at the instant at which, its flight before had landed.
SELECT aircraft AS entity, dep AS instant,
       CASE WHEN before_arr - dep >= INTERVAL 1 HOUR THEN 'red' ELSE 'orange' END AS level
FROM pairs
WHERE before_arr >= dep
