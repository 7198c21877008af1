//! Instants and the wall clock of a time zone.
//!
//! An *instant* is microseconds since 1970-01-01T00:00Z, a *date* is days since 1970-01-01, a *wall time* is the
//! microseconds that a calendar and clock on the wall show since 1970-01-01T00:00 there (no zone). The zone's rules are
//! those of the IANA time zone database as compiled into `chrono-tz`, before 1970 as well as after.
//!
//! - A wall time that is skipped (clocks go forward) moves forward by what is skipped: 02:30 becomes 03:30.
//! - A wall time that comes twice (clocks go back) is the first of the two.
//! - The database's tables end with the year 2099. Later years follow the year between 2066 and 2093 that has the same
//!   calendar, so that daylight saving goes on as the last known rule says.
//! - What leaves the calendar (years -262143 to 262142) is `None`.

use crate::value::DAY_MICROS;
use chrono::{DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

const HOUR_MICROS: i64 = 3_600_000_000;
/// Days from 0000-12-31 to 1970-01-01.
const EPOCH: i32 = 719_163;
/// The last year for which the tables are complete, and the first microsecond after it.
const LAST_TABLED_YEAR: i32 = 2093;
const END_OF_TABLES: i64 = 3_913_142_400_000_000;
/// The first and the last instant of the calendar.
const FIRST: i64 = DateTime::<Utc>::MIN_UTC.timestamp_micros();
const LAST: i64 = DateTime::<Utc>::MAX_UTC.timestamp_micros();

/// A time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone {
    tz: Tz,
}

/// Units of the calendar, which begin at midnight of the zone: weeks on Monday (ISO 8601), quarters in January, April,
/// July and October.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "their names say it")]
pub enum CalendarUnit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// The instant lies in the calendar.
pub fn is_time(time: i64) -> bool {
    (FIRST..=LAST).contains(&time)
}

/// The date lies in the calendar.
pub fn is_date(date: i32) -> bool {
    calendar_date(date).is_some()
}

/// A date as year, month, day.
pub fn calendar_date(date: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(date.checked_add(EPOCH)?)
}

/// Year, month and day as a date.
pub fn date_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH
}

/// The date of a wall time.
pub fn wall_date(wall: i64) -> i32 {
    // i64 microseconds are at most 106,751,992 days
    i32::try_from(wall.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX)
}

/// Microseconds since midnight on the wall.
pub fn wall_clock(wall: i64) -> i64 {
    wall.rem_euclid(DAY_MICROS)
}

/// The wall time of a date and the microseconds since midnight on the wall.
pub fn wall_time(date: i32, clock: i64) -> Option<i64> {
    is_date(date).then_some(())?;
    i64::from(date).checked_mul(DAY_MICROS)?.checked_add(clock)
}

/// A date moved by calendar months; the day is at most the last of its month.
pub fn add_months_to_date(date: i32, months: i64) -> Option<i32> {
    let old = calendar_date(date)?;
    let count = (i64::from(old.year()) * 12 + i64::from(old.month0())).checked_add(months)?;
    let year = i32::try_from(count.div_euclid(12)).ok()?;
    let month = u32::try_from(count.rem_euclid(12)).ok()? + 1;
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let day = old.day().min(u32::from(first.num_days_in_month()));
    first.with_day(day).map(date_number)
}

/// The first day of the unit that holds the date, moved by so many units.
pub fn first_date_of(unit: CalendarUnit, date: i32, steps: i64) -> Option<i32> {
    let day = calendar_date(date)?;
    let months = match unit {
        CalendarUnit::Day => return i32::try_from(i64::from(date).checked_add(steps)?).ok().filter(|d| is_date(*d)),
        CalendarUnit::Week => {
            let monday = i64::from(date) - i64::from(day.weekday().num_days_from_monday());
            let moved = monday.checked_add(steps.checked_mul(7)?)?;
            return i32::try_from(moved).ok().filter(|d| is_date(*d));
        }
        CalendarUnit::Month => 1,
        CalendarUnit::Quarter => 3,
        CalendarUnit::Year => 12,
    };
    let into = i64::from(day.month0()) % months;
    let first_of_month = date_number(day.with_day(1)?);
    add_months_to_date(first_of_month, steps.checked_mul(months)?.checked_sub(into)?)
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self { tz: Tz::UTC };

    /// The zone as `chrono-tz` knows it.
    pub fn tz(&self) -> Tz {
        self.tz
    }

    /// The zone of this name in the IANA time zone database, such as `Asia/Shanghai`.
    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok().map(|tz| Self { tz })
    }

    /// Its name in the IANA time zone database.
    pub fn name(&self) -> &'static str {
        self.tz.name()
    }

    /// The wall time at an instant.
    pub fn wall(&self, time: i64) -> Option<i64> {
        let utc = naive(time)?;
        let seconds = self.tz.offset_from_utc_datetime(&utc).fix().local_minus_utc();
        time.checked_add(i64::from(seconds) * 1_000_000).filter(|t| is_time(*t))
    }

    /// Wall time minus instant, in microseconds, where it is the same at every full hour from one instant to another and
    /// at both of them; `None` where it changes, or they are more than a century apart.
    pub fn offset_between(&self, from: i64, until: i64) -> Option<i64> {
        const HOUR: i64 = 3_600_000_000;
        let offset = |time: i64| self.wall(time)?.checked_sub(time);
        let first = offset(from)?;
        let hours = until.checked_sub(from)? / HOUR;
        if self.tz == Tz::UTC {
            return Some(first);
        }
        let hours = (hours <= 100 * 366 * 24).then_some(0..=hours)?;
        let same = hours.map(|hour| from + hour * HOUR).chain([until]).all(|time| offset(time) == Some(first));
        same.then_some(first)
    }

    /// The instant at which the wall shows this.
    pub fn instant(&self, wall: i64) -> Option<i64> {
        if self.tz == Tz::UTC {
            return Some(wall).filter(|t| is_time(*t));
        }
        let shown = naive(wall)?;
        let seconds = match self.tz.offset_from_local_datetime(&shown) {
            MappedLocalTime::Single(offset) => offset.fix().local_minus_utc(),
            // the greater offset comes first
            MappedLocalTime::Ambiguous(a, b) => a.fix().local_minus_utc().max(b.fix().local_minus_utc()),
            MappedLocalTime::None => GapInfo::new(&shown, &self.tz)?.begin?.1.fix().local_minus_utc(),
        };
        wall.checked_sub(i64::from(seconds) * 1_000_000).filter(|t| is_time(*t))
    }

    /// The date on the wall at an instant.
    pub fn date(&self, time: i64) -> Option<i32> {
        self.wall(time).map(wall_date)
    }

    /// The hour on the wall at an instant, 0 to 23.
    pub fn hour(&self, time: i64) -> Option<u8> {
        u8::try_from(wall_clock(self.wall(time)?) / HOUR_MICROS).ok()
    }

    /// The instant at which the wall shows this date and these microseconds since midnight.
    pub fn at(&self, date: i32, clock: i64) -> Option<i64> {
        self.instant(wall_time(date, clock)?)
    }

    /// The first instant of a day.
    pub fn start_of_day(&self, date: i32) -> Option<i64> {
        self.at(date, 0)
    }

    /// The first instant of the calendar unit that holds an instant, moved by so many units.
    pub fn start_of(&self, unit: CalendarUnit, time: i64, steps: i64) -> Option<i64> {
        self.start_of_day(first_date_of(unit, self.date(time)?, steps)?)
    }

    /// An instant moved by calendar days: the wall time is kept.
    pub fn add_days(&self, time: i64, days: i64) -> Option<i64> {
        if days == 0 {
            return Some(time);
        }
        self.instant(self.wall(time)?.checked_add(days.checked_mul(DAY_MICROS)?)?)
    }

    /// An instant moved by calendar months: the wall time is kept, the day is at most the last of its month.
    pub fn add_months(&self, time: i64, months: i64) -> Option<i64> {
        if months == 0 {
            return Some(time);
        }
        let wall = self.wall(time)?;
        self.at(add_months_to_date(wall_date(wall), months)?, wall_clock(wall))
    }
}

impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        Self { tz }
    }
}

/// A moment as the tables can be asked for it.
fn naive(micros: i64) -> Option<NaiveDateTime> {
    let moment = |micros: i64| DateTime::from_timestamp_micros(micros).map(|t| t.naive_utc());
    let asked = moment(micros)?;
    if micros < END_OF_TABLES { Some(asked) } else { moment(micros - shift_of(asked)) }
}

/// Microseconds from the year with the same calendar whose rules are tabled, for a later moment.
fn shift_of(moment: NaiveDateTime) -> i64 {
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1);
    let Some(start) = first(moment.year()) else { return 0 };
    // 28 years without a century hold every calendar: 7 weekdays, leap or not.
    let same = (LAST_TABLED_YEAR - 27..=LAST_TABLED_YEAR)
        .filter_map(first)
        .find(|other| other.leap_year() == start.leap_year() && other.weekday() == start.weekday());
    same.map_or(0, |other| (start - other).num_days() * DAY_MICROS)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    /// A written wall time or, with `Z`, an instant.
    fn moment(text: &str) -> i64 {
        let text = text.trim_end_matches('Z');
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap().and_utc().timestamp_micros()
    }

    #[test]
    fn skipped_and_repeated_wall_times() {
        let new_york = zone("America/New_York");
        let cases = [
            ("2024-03-10T01:59", "2024-03-10T06:59Z"),
            ("2024-03-10T02:30", "2024-03-10T07:30Z"), // skipped: 03:30 EDT
            ("2024-03-10T03:00", "2024-03-10T07:00Z"),
            ("2024-11-03T01:30", "2024-11-03T05:30Z"), // twice: EDT is first
            ("2024-11-03T02:00", "2024-11-03T07:00Z"),
            ("1969-07-20T16:17", "1969-07-20T20:17Z"),
            ("2150-07-01T12:00", "2150-07-01T16:00Z"), // beyond the tables: still daylight saving
            ("2150-01-01T12:00", "2150-01-01T17:00Z"),
        ];
        for (wall, instant) in cases {
            assert_eq!(new_york.instant(moment(wall)), Some(moment(instant)), "{wall}");
        }
        assert_eq!(new_york.wall(moment("2024-03-10T07:30Z")), Some(moment("2024-03-10T03:30")));
        assert_eq!(new_york.wall(moment("2150-07-01T16:00Z")), Some(moment("2150-07-01T12:00")));
    }

    #[test]
    fn shanghai_had_daylight_saving() {
        let shanghai = zone("Asia/Shanghai");
        assert_eq!(shanghai.wall(moment("1988-07-01T00:00Z")), Some(moment("1988-07-01T09:00")));
        assert_eq!(shanghai.wall(moment("1992-07-01T00:00Z")), Some(moment("1992-07-01T08:00")));
        assert_eq!(shanghai.wall(moment("1942-07-01T00:00Z")), Some(moment("1942-07-01T09:00")));
        // 1986-05-04 02:00 was skipped
        assert_eq!(shanghai.instant(moment("1986-05-04T02:30")), Some(moment("1986-05-03T18:30Z")));
        // 1940-06-01: midnight itself was skipped, the day began at 01:00
        let day = wall_date(moment("1940-06-01T00:00"));
        assert_eq!(shanghai.start_of_day(day), Some(moment("1940-05-31T16:00Z")));
        assert_eq!(shanghai.wall(moment("1940-05-31T16:00Z")), Some(moment("1940-06-01T01:00")));
    }

    #[test]
    fn a_whole_day_was_skipped_in_samoa() {
        let apia = zone("Pacific/Apia");
        assert_eq!(apia.instant(moment("2011-12-30T12:00")), apia.instant(moment("2011-12-31T12:00")));
    }

    #[test]
    fn months_keep_the_wall_time_and_end_in_their_month() {
        let new_york = zone("America/New_York");
        let last = new_york.instant(moment("2024-01-31T09:00")).unwrap();
        assert_eq!(new_york.add_months(last, 1), new_york.instant(moment("2024-02-29T09:00")));
        assert_eq!(new_york.add_months(last, 3), new_york.instant(moment("2024-04-30T09:00")));
        assert_eq!(new_york.add_months(last, -2), new_york.instant(moment("2023-11-30T09:00")));
        assert_eq!(new_york.add_months(last, i64::MAX), None);
        assert_eq!(new_york.add_days(last, i64::MAX), None);
    }

    #[test]
    fn units_of_the_calendar() {
        let date = |text: &str| wall_date(moment(&format!("{text}T00:00")));
        let cases = [
            (CalendarUnit::Day, 0, "2024-08-15"),
            (CalendarUnit::Week, 0, "2024-08-12"),
            (CalendarUnit::Week, -2, "2024-07-29"),
            (CalendarUnit::Month, 0, "2024-08-01"),
            (CalendarUnit::Month, -8, "2023-12-01"),
            (CalendarUnit::Quarter, 0, "2024-07-01"),
            (CalendarUnit::Quarter, -1, "2024-04-01"),
            (CalendarUnit::Year, 0, "2024-01-01"),
            (CalendarUnit::Year, 1, "2025-01-01"),
        ];
        for (unit, steps, expected) in cases {
            assert_eq!(first_date_of(unit, date("2024-08-15"), steps), Some(date(expected)), "{unit:?} {steps}");
        }
        assert_eq!(first_date_of(CalendarUnit::Week, date("1969-12-31"), 0), Some(date("1969-12-29")));
    }

    #[test]
    fn the_tables_end_with_a_year() {
        let start = NaiveDate::from_ymd_opt(LAST_TABLED_YEAR + 1, 1, 1).unwrap();
        assert_eq!(i64::from(date_number(start)) * DAY_MICROS, END_OF_TABLES);
    }

    #[test]
    fn outside_the_calendar() {
        for time in [i64::MIN, i64::MAX] {
            assert_eq!(Zone::UTC.wall(time), None);
            assert_eq!(zone("Asia/Shanghai").instant(time), None);
        }
        assert!(!is_date(i32::MAX));
        assert_eq!(zone("Asia/Shanghai").start_of_day(i32::MIN), None);
    }

    fn any_zone() -> impl Strategy<Value = Zone> {
        prop::sample::select(vec!["America/New_York", "Asia/Shanghai", "Europe/London", "Pacific/Apia", "UTC"])
            .prop_map(|name| Zone::named(name).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn an_instant_returns_or_was_the_second_of_two(
            zone in any_zone(),
            time in -4_000_000_000_000_000_i64..9_000_000_000_000_000,
        ) {
            let wall = zone.wall(time).unwrap();
            let back = zone.instant(wall).unwrap();
            prop_assert_eq!(zone.wall(back).unwrap(), wall, "the wall shows the same");
            prop_assert!(back <= time, "the first of two");
            prop_assert!(time - back <= DAY_MICROS);
        }

        #[test]
        fn a_wall_time_returns_or_moved_forward(
            zone in any_zone(),
            wall in -4_000_000_000_000_000_i64..9_000_000_000_000_000,
        ) {
            let shown = zone.wall(zone.instant(wall).unwrap()).unwrap();
            prop_assert!(shown >= wall && shown - wall <= DAY_MICROS);
        }

        #[test]
        fn instants_follow_the_wall(
            zone in any_zone(),
            wall in -4_000_000_000_000_000_i64..9_000_000_000_000_000,
            days in 1_i64..400,
        ) {
            let (a, b) = (zone.instant(wall).unwrap(), zone.instant(wall + days * DAY_MICROS).unwrap());
            prop_assert!(a <= b);
        }

        #[test]
        fn a_day_starts_before_its_instants(
            zone in any_zone(),
            time in -4_000_000_000_000_000_i64..9_000_000_000_000_000,
        ) {
            let start = zone.start_of(CalendarUnit::Day, time, 0).unwrap();
            let next = zone.start_of(CalendarUnit::Day, time, 1).unwrap();
            prop_assert!(start <= time && time < next);
        }
    }
}
