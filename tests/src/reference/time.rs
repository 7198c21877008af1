//! Instants, spans of time and grids (docs/language.md §1.1, §2.1, §3.1).

use watchfire_dsl::program::{CalendarUnit, Grid, Program, SpanOfTime};
use watchfire_stdlib::value::{DAY_MICROS, Value};
use watchfire_stdlib::zone::Zone;

/// The package's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) zone: Zone,
}

impl Clock {
    /// The clock of a package.
    pub(crate) fn of(program: &Program) -> Self {
        Self { zone: Zone::named(program.zone.name()).unwrap_or(Zone::UTC) }
    }

    /// The instant that a cell used as a time means: a date is the start of its day (§1.1).
    pub(crate) fn instant(&self, cell: &Value) -> Option<i64> {
        match cell {
            Value::Time(time) => Some(*time),
            Value::Date(date) => self.zone.start_of_day(*date),
            _ => None,
        }
    }

    /// `time - span`: months first, then days, then microseconds (§3.1).
    pub(crate) fn before(&self, time: i64, span: SpanOfTime) -> i64 {
        let SpanOfTime { months, days, micros } = span;
        self.moved(time, SpanOfTime { months: -months, days: -days, micros: -micros }).unwrap_or(i64::MIN)
    }

    /// `time + span`: months first, then days, then microseconds.
    pub(crate) fn after(&self, time: i64, span: SpanOfTime) -> i64 {
        self.moved(time, span).unwrap_or(i64::MAX)
    }

    fn moved(&self, time: i64, span: SpanOfTime) -> Option<i64> {
        let time = self.zone.add_months(time, span.months)?;
        self.zone.add_days(time, span.days)?.checked_add(span.micros)
    }

    /// §7.1: the start of the unit of the calendar that holds an instant, or of the one before it.
    pub(crate) fn start_of(&self, unit: CalendarUnit, time: i64, previous: bool) -> i64 {
        let Some(mut date) = self.zone.date(time) else { return i64::MIN };
        while !begins(unit, date) {
            date -= 1;
        }
        if previous {
            date -= 1;
            while !begins(unit, date) {
                date -= 1;
            }
        }
        self.zone.start_of_day(date).unwrap_or(i64::MIN)
    }

    /// The instants of a grid from `a` to `b`, both included (§2.1).
    pub(crate) fn instants(&self, grid: Grid, a: i64, b: i64) -> Vec<i64> {
        let (Some(first), Some(last)) = (self.zone.date(a), self.zone.date(b)) else { return Vec::new() };
        let mut instants = Vec::new();
        // A wall time may move to the next day where a whole day is skipped.
        for date in first - 1..=last {
            match grid {
                Grid::Micros(step) => {
                    let (Some(midnight), Some(next)) = (self.zone.start_of_day(date), self.zone.start_of_day(date + 1))
                    else {
                        continue;
                    };
                    instants.extend((0..).map(|n| midnight + n * step).take_while(|&instant| instant < next));
                }
                Grid::Days(n, wall) => instants.extend(self.on_day(date, wall, i64::from(date).rem_euclid(n) == 0)),
                Grid::Weeks(n, wall) => {
                    // Monday 1969-12-29 is three days before 1970-01-01.
                    let days = i64::from(date) + 3;
                    instants.extend(self.on_day(date, wall, days.rem_euclid(7 * n) == 0));
                }
                Grid::Months(n, wall) => {
                    let due = is_first_of_month(date).is_some_and(|month| month.rem_euclid(n) == 0);
                    instants.extend(self.on_day(date, wall, due));
                }
            }
        }
        instants.retain(|&instant| a <= instant && instant <= b);
        instants.dedup();
        instants
    }

    fn on_day(&self, date: i32, wall: i64, due: bool) -> Option<i64> {
        debug_assert!(wall < DAY_MICROS);
        self.zone.at(date, wall).filter(|_| due)
    }
}

/// Is it the first day of a unit?
fn begins(unit: CalendarUnit, date: i32) -> bool {
    let month = is_first_of_month(date);
    match unit {
        CalendarUnit::Day => true,
        // 1970-01-01 was a Thursday.
        CalendarUnit::Week => (date + 3).rem_euclid(7) == 0,
        CalendarUnit::Month => month.is_some(),
        CalendarUnit::Quarter => month.is_some_and(|month| month.rem_euclid(3) == 0),
        CalendarUnit::Year => month.is_some_and(|month| month.rem_euclid(12) == 0),
    }
}

/// Months since January 1970, if the date is the first of its month.
fn is_first_of_month(date: i32) -> Option<i64> {
    use chrono::Datelike;
    let date = watchfire_stdlib::zone::calendar_date(date)?;
    (date.day() == 1).then(|| (i64::from(date.year()) - 1970) * 12 + i64::from(date.month0()))
}
