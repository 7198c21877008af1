//! Buckets: spans of calendar time by which rows are grouped, each known by a value.
//!
//! A bucketing function gives for an instant the value that names its bucket: `date(t)` a day, `step(t, 15 min)` the
//! instant at which a step begins. From that value follow the bucket's first instant and its end.

use crate::value::Value;
use crate::zone::{CalendarUnit, Zone, first_date_of};

const HOUR: i64 = 3_600_000_000;

/// Buckets of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// `night(t)`: from 18:00 to 06:00.
    Night,
    /// `date(t)`, `week_of(t)`, `month_of(t)`, `quarter_of(t)`, `year_of(t)`.
    Calendar(CalendarUnit),
    /// `step(t, length)`: of so many microseconds, from each local midnight on.
    Step(i64),
}

impl Bucket {
    /// The buckets that a function gives; steps have the length given.
    pub fn of_function(name: &str, length: Option<i64>) -> Option<Self> {
        match name {
            "night" => Some(Self::Night),
            "date" => Some(Self::Calendar(CalendarUnit::Day)),
            "week_of" => Some(Self::Calendar(CalendarUnit::Week)),
            "month_of" => Some(Self::Calendar(CalendarUnit::Month)),
            "quarter_of" => Some(Self::Calendar(CalendarUnit::Quarter)),
            "year_of" => Some(Self::Calendar(CalendarUnit::Year)),
            "step" => length.map(Self::Step),
            _ => None,
        }
    }

    /// The value of the bucket that holds an instant; missing where none does. `None` outside of the calendar.
    pub fn holding(self, time: i64, zone: &Zone) -> Option<Value> {
        match self {
            Self::Night => {
                let date = zone.date(time)?;
                Some(match zone.hour(time)? {
                    18.. => Value::Date(date),
                    ..6 => Value::Date(date - 1),
                    _ => Value::Missing,
                })
            }
            Self::Calendar(unit) => first_date_of(unit, zone.date(time)?, 0).map(Value::Date),
            Self::Step(length) => {
                let midnight = zone.start_of_day(zone.date(time)?)?;
                Some(match time.checked_sub(midnight)?.checked_div_euclid(length) {
                    Some(steps) if length > 0 => Value::Time(midnight + steps * length),
                    _ => Value::Missing,
                })
            }
        }
    }

    /// The bucket with this value: its first instant, and its end (exclusive).
    pub fn span(self, value: &Value, zone: &Zone) -> Option<(i64, i64)> {
        match (self, value) {
            (Self::Night, Value::Date(date)) => {
                Some((zone.at(*date, 18 * HOUR)?, zone.at(date.checked_add(1)?, 6 * HOUR)?))
            }
            (Self::Calendar(unit), Value::Date(date)) => {
                let next = first_date_of(unit, *date, 1)?;
                Some((zone.start_of_day(*date)?, zone.start_of_day(next)?))
            }
            (Self::Step(length), Value::Time(start)) => {
                // The last step of a day ends with it, however long the day is.
                let midnight = zone.start_of_day(zone.date(*start)?.checked_add(1)?)?;
                Some((*start, start.checked_add(length)?.min(midnight)))
            }
            _ => None,
        }
    }

    /// The window `(from, …]` extended back over every bucket that ends in it: its new start, exclusive.
    pub fn reaching_back(self, from: i64, zone: &Zone) -> i64 {
        // Only the bucket that holds `from` begins before the window and ends in it.
        let start = self.holding(from, zone).and_then(|value| self.span(&value, zone)).map(|(start, _)| start);
        start.map_or(from, |start| start.saturating_sub(1).min(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone::named("Asia/Shanghai").unwrap_or(Zone::UTC)
    }

    /// 2024-03-01T23:30 in Asia/Shanghai.
    const LATE: i64 = 1_709_307_000_000_000;

    #[test]
    fn each_instant_lies_in_the_bucket_of_its_value() {
        let units = [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month, CalendarUnit::Quarter];
        let calendar = units.into_iter().chain([CalendarUnit::Year]).map(Bucket::Calendar);
        for bucket in calendar.chain([Bucket::Night, Bucket::Step(900_000_000), Bucket::Step(6 * HOUR)]) {
            for hours in 0..24 * 40 {
                let time = LATE + hours * HOUR;
                let value = bucket.holding(time, &zone());
                assert!(value.is_some(), "{bucket:?} {time}");
                let Some((start, end)) = value.as_ref().and_then(|value| bucket.span(value, &zone())) else {
                    assert_eq!((bucket, value), (Bucket::Night, Some(Value::Missing)));
                    continue;
                };
                assert!(start <= time && time < end, "{bucket:?} {time} {value:?}");
                assert_eq!(bucket.reaching_back(time, &zone()), start - 1);
            }
        }
    }

    #[test]
    fn the_last_step_of_a_long_day_ends_with_it() {
        let zone = Zone::named("Europe/Berlin").unwrap_or(Zone::UTC);
        // 2024-10-27 has 25 hours; its last step of 6 h begins 24 hours after midnight and lasts one.
        let midnight = zone.start_of_day(20_023).unwrap_or_default();
        let bucket = Bucket::Step(6 * HOUR);
        let value = bucket.holding(midnight + 24 * HOUR + 1, &zone);
        assert_eq!(value, Some(Value::Time(midnight + 24 * HOUR)));
        assert_eq!(
            bucket.span(&value.unwrap_or(Value::Missing), &zone),
            Some((midnight + 24 * HOUR, midnight + 25 * HOUR))
        );
    }
}
