-- The four tables as the publisher ships them, with every instant in UTC.
--
-- This states what the columns mean without any of Watchfire's code: the true departure is the scheduled wall time plus
-- the delay in minutes (the package reads the departure's clock instead), and the arrival is the first instant after
-- the departure at which the clock at the destination shows `arr_time`.

SET TimeZone = 'UTC';

CREATE TABLE airports AS
SELECT faa AS airport, lat, lon, tzone AS zone
FROM read_csv(getvariable('raw') || '/airports.csv', nullstr = 'NA');

CREATE TABLE planes AS
SELECT tailnum AS aircraft, year AS built
FROM read_csv(getvariable('raw') || '/planes.csv', nullstr = 'NA');

CREATE TABLE weather AS
SELECT origin AS airport, (time_hour AT TIME ZONE 'UTC')::TIMESTAMP AS time, visib, wind_gust
FROM read_csv(getvariable('raw') || '/weather.csv', nullstr = 'NA');

CREATE TABLE raw_flights AS
SELECT * FROM read_csv(getvariable('flights'), nullstr = 'NA');

CREATE MACRO clock_of(day, hhmm) AS day + to_minutes(((hhmm // 100) * 60 + hhmm % 100)::BIGINT);
CREATE MACRO utc_of(wall, zone) AS timezone('UTC', timezone(zone, wall));

CREATE TABLE flights AS
WITH scheduled AS (
    SELECT f.*, make_timestamp(year, month, day, 0, 0, 0.0) AS date,
           clock_of(make_timestamp(year, month, day, 0, 0, 0.0), sched_dep_time) AS scheduled_wall
    FROM raw_flights AS f
    WHERE dep_time IS NOT NULL
), departed AS (
    SELECT s.*, utc_of(scheduled_wall, o.zone) AS scheduled,
           utc_of(scheduled_wall + to_minutes(dep_delay::BIGINT), o.zone) AS dep
    FROM scheduled AS s JOIN airports AS o ON o.airport = s.origin
)
SELECT d.tailnum AS aircraft, d.carrier, d.flight, d.origin, d.dest, d.distance AS route_miles,
       d.scheduled, d.dep,
       (SELECT min(utc_of(clock_of(d.date + to_days(n::INTEGER), d.arr_time), t.zone))
        FROM range(0, 4) AS days(n), airports AS t
        WHERE t.airport = d.dest AND utc_of(clock_of(d.date + to_days(n::INTEGER), d.arr_time), t.zone) > d.dep) AS arr
FROM departed AS d;

-- Each flight of a known aircraft, with the one before it.
CREATE TABLE pairs AS
SELECT aircraft, dep, origin, carrier, flight,
       lag(arr) OVER history AS before_arr, lag(dest) OVER history AS before_dest
FROM flights
WHERE aircraft IS NOT NULL
WINDOW history AS (PARTITION BY aircraft ORDER BY dep, carrier, flight, origin, scheduled);

-- A great circle on a sphere of the earth's mean radius, by the form of the law of cosines that is exact at all
-- distances (the special case of Vincenty's formula), not by the haversine.
CREATE MACRO great_circle(lat1, lon1, lat2, lon2) AS 6371008.8 * atan2(
    sqrt(pow(cos(radians(lat2)) * sin(radians(lon2 - lon1)), 2)
         + pow(cos(radians(lat1)) * sin(radians(lat2))
               - sin(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1)), 2)),
    sin(radians(lat1)) * sin(radians(lat2)) + cos(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1)));
