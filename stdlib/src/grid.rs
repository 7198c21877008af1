//! Regular instants: `every 15 min`, `every day at 02:00`, `every 3 months at 08:00`.
//!
//! - Steps shorter than a day divide a day and count from the start of each day of the zone; the last step of a day of
//!   23 hours is cut short.
//! - Steps of days count from 1970-01-01, steps of weeks from Monday 1969-12-29, steps of months from January 1970, so
//!   that a grid does not depend on when a run begins. The wall time is the same each time; where it is skipped or
//!   repeated, [`crate::zone`] says which instant is meant.

use crate::value::DAY_MICROS;
use crate::zone::{CalendarUnit, Zone, calendar_date, first_date_of};
use chrono::Datelike;

/// How an `every` repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Every so many microseconds of a day.
    Micros(i64),
    /// Every so many calendar days.
    Days(i64),
    /// Every so many calendar weeks, on Monday.
    Weeks(i64),
    /// Every so many calendar months, on the first day.
    Months(i64),
}

/// Regular instants of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    step: Step,
    clock: i64,
}

impl Grid {
    /// A grid; `clock` is the wall time of each instant in microseconds since midnight (zero for steps shorter than a
    /// day). `None` unless the step is positive (at most 10,000 days, weeks or months), divides a day where it is
    /// shorter than one, and the clock lies within a day.
    pub fn new(step: Step, clock: i64) -> Option<Self> {
        let fits = match step {
            Step::Micros(micros) => micros > 0 && DAY_MICROS % micros == 0 && clock == 0,
            Step::Days(n) | Step::Weeks(n) | Step::Months(n) => (1..=10_000).contains(&n),
        };
        (fits && (0..DAY_MICROS).contains(&clock)).then_some(Self { step, clock })
    }

    /// Its step.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Wall time of each instant, microseconds since midnight.
    pub fn clock(&self) -> i64 {
        self.clock
    }

    /// The first instant later than `time`; `None` beyond the calendar.
    pub fn next_after(&self, zone: &Zone, time: i64) -> Option<i64> {
        let date = zone.date(time)?;
        if let Step::Micros(step) = self.step {
            for offset in 0..3 {
                let (start, end) = (zone.start_of_day(date + offset)?, zone.start_of_day(date + offset + 1)?);
                let steps = (time.checked_sub(start)?).div_euclid(step).max(-1) + 1;
                let candidate = start.checked_add(steps.checked_mul(step)?)?;
                if candidate > time && candidate < end {
                    return Some(candidate);
                }
            }
            return None;
        }
        let mut steps = -1;
        loop {
            let instant = zone.at(self.anchor(date, steps)?, self.clock)?;
            if instant > time {
                return Some(instant);
            }
            steps += 1;
        }
    }

    /// The first instant at or later than `time`.
    pub fn first_from(&self, zone: &Zone, time: i64) -> Option<i64> {
        self.next_after(zone, time.checked_sub(1)?)
    }

    /// The last instant at or earlier than `time`; `None` beyond the calendar.
    pub fn last_until(&self, zone: &Zone, time: i64) -> Option<i64> {
        let date = zone.date(time)?;
        if let Step::Micros(step) = self.step {
            let start = zone.start_of_day(date)?;
            return Some(start + (time - start).div_euclid(step) * step);
        }
        let mut steps = 1;
        loop {
            let instant = zone.at(self.anchor(date, steps)?, self.clock)?;
            if instant <= time {
                return Some(instant);
            }
            steps -= 1;
        }
    }

    /// The instants in (after, until], in order.
    pub fn instants<'a>(&'a self, zone: &'a Zone, after: i64, until: i64) -> impl Iterator<Item = i64> + 'a {
        std::iter::successors(self.next_after(zone, after), |instant| self.next_after(zone, *instant))
            .take_while(move |instant| *instant <= until)
    }

    /// The date of the grid at or before `date`, moved by so many steps.
    fn anchor(&self, date: i32, steps: i64) -> Option<i32> {
        match self.step {
            Step::Micros(_) | Step::Days(_) => {
                let n = if let Step::Days(n) = self.step { n } else { 1 };
                first_date_of(CalendarUnit::Day, date, steps * n - i64::from(date).rem_euclid(n))
            }
            Step::Weeks(n) => {
                let week = (i64::from(date) + 3).div_euclid(7); // Monday 1969-12-29 begins week 0
                first_date_of(CalendarUnit::Week, date, steps * n - week.rem_euclid(n))
            }
            Step::Months(n) => {
                let day = calendar_date(date)?;
                let month = (i64::from(day.year()) - 1970) * 12 + i64::from(day.month0());
                first_date_of(CalendarUnit::Month, date, steps * n - month.rem_euclid(n))
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDateTime};
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000_000;

    fn instants(zone: &str, step: Step, clock: i64, from: &str, count: usize) -> Vec<String> {
        let zone = Zone::named(zone).unwrap();
        let grid = Grid::new(step, clock).unwrap();
        let from = NaiveDateTime::parse_from_str(from, "%Y-%m-%dT%H:%M").unwrap().and_utc().timestamp_micros();
        let mut time = zone.instant(from).unwrap();
        let mut shown = Vec::new();
        for _ in 0..count {
            time = grid.next_after(&zone, time).unwrap();
            let wall = DateTime::from_timestamp_micros(zone.wall(time).unwrap()).unwrap();
            shown.push(wall.format("%Y-%m-%dT%H:%M").to_string());
        }
        shown
    }

    #[test]
    fn days_and_longer() {
        let days = instants("America/New_York", Step::Days(1), 2 * HOUR, "2024-03-09T02:00", 2);
        assert_eq!(days, ["2024-03-10T03:00", "2024-03-11T02:00"]);
        let weeks = instants("Asia/Shanghai", Step::Weeks(1), 8 * HOUR, "2024-03-01T00:00", 2);
        assert_eq!(weeks, ["2024-03-04T08:00", "2024-03-11T08:00"]);
        let quarters = instants("Asia/Shanghai", Step::Months(3), 0, "1969-11-05T00:00", 2);
        assert_eq!(quarters, ["1970-01-01T00:00", "1970-04-01T00:00"]);
        let weeks = instants("UTC", Step::Weeks(2), 0, "1969-12-20T00:00", 2);
        assert_eq!(weeks, ["1969-12-29T00:00", "1970-01-12T00:00"]);
        let months = instants("UTC", Step::Months(5), 0, "1969-12-20T00:00", 2);
        assert_eq!(months, ["1970-01-01T00:00", "1970-06-01T00:00"]);
    }

    #[test]
    fn hours_are_cut_at_midnight() {
        let steps = instants("America/New_York", Step::Micros(4 * HOUR), 0, "2024-03-10T00:00", 6);
        assert_eq!(
            steps,
            [
                "2024-03-10T05:00",
                "2024-03-10T09:00",
                "2024-03-10T13:00",
                "2024-03-10T17:00",
                "2024-03-10T21:00",
                "2024-03-11T00:00"
            ]
        );
        let steps = instants("America/New_York", Step::Micros(12 * HOUR), 0, "2024-11-03T00:00", 3);
        assert_eq!(steps, ["2024-11-03T11:00", "2024-11-03T23:00", "2024-11-04T00:00"]);
    }

    #[test]
    fn steps_must_divide_a_day() {
        assert!(Grid::new(Step::Micros(7 * HOUR), 0).is_none());
        assert!(Grid::new(Step::Micros(0), 0).is_none());
        assert!(Grid::new(Step::Days(0), 0).is_none());
        assert!(Grid::new(Step::Days(1), 24 * HOUR).is_none());
        assert!(Grid::new(Step::Micros(HOUR / 4), 0).is_some());
    }

    #[test]
    fn the_calendar_ends() {
        let grid = Grid::new(Step::Months(1), 0).unwrap();
        let last = DateTime::<chrono::Utc>::MAX_UTC.timestamp_micros();
        assert_eq!(grid.next_after(&Zone::UTC, last), None);
        assert_eq!(grid.next_after(&Zone::UTC, i64::MAX), None);
        assert!(grid.last_until(&Zone::UTC, last - 40 * DAY_MICROS).is_some());
    }

    fn any_grid() -> impl Strategy<Value = Grid> {
        prop_oneof![
            prop::sample::select(vec![HOUR / 60, HOUR / 4, HOUR, 3 * HOUR, 12 * HOUR, DAY_MICROS])
                .prop_map(|step| Grid::new(Step::Micros(step), 0).unwrap()),
            (1_i64..5, 0..DAY_MICROS).prop_map(|(n, clock)| Grid::new(Step::Days(n), clock).unwrap()),
            (1_i64..5, 0..DAY_MICROS).prop_map(|(n, clock)| Grid::new(Step::Weeks(n), clock).unwrap()),
            (1_i64..13, 0..DAY_MICROS).prop_map(|(n, clock)| Grid::new(Step::Months(n), clock).unwrap()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn next_and_last_enclose_a_time(
            grid in any_grid(),
            name in prop::sample::select(vec!["America/New_York", "Asia/Shanghai", "Pacific/Apia"]),
            time in -4_000_000_000_000_000_i64..6_000_000_000_000_000,
        ) {
            let zone = Zone::named(name).unwrap();
            let (last, next) = (grid.last_until(&zone, time).unwrap(), grid.next_after(&zone, time).unwrap());
            prop_assert!(last <= time && time < next);
            prop_assert_eq!(grid.next_after(&zone, last), Some(next), "neighbours");
            prop_assert_eq!(grid.last_until(&zone, next), Some(next));
            prop_assert_eq!(grid.first_from(&zone, next), Some(next));
            prop_assert_eq!(grid.instants(&zone, last - 1, next).collect::<Vec<_>>(), vec![last, next]);
        }
    }
}
