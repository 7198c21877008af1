//! Functions of dates, times and spans of time.

use super::{Code, Context, Cost, Example, Function, Parameter, Pattern, ill_typed, known};
use crate::buckets::Bucket;
use crate::types::Kind;
use crate::value::{Duration, FaultKind, Value};
use crate::zone::{CalendarUnit, calendar_date, wall_clock, wall_date};
use chrono::{Datelike, NaiveDate};

const TIME: Parameter = Parameter { name: "t", name_zh: "时刻", pattern: Pattern::Exact(Kind::Time) };
const DAY: Parameter = Parameter { name: "day", name_zh: "日期", pattern: Pattern::Exact(Kind::Date) };
const DAY_OR_TIME: Parameter =
    Parameter { name: "t", name_zh: "时刻", pattern: Pattern::OneOf(&[Kind::Date, Kind::Time]) };
const SPAN: Parameter = Parameter { name: "span", name_zh: "时长", pattern: Pattern::Exact(Kind::Duration) };

/// 2024-03-01, and 2024-03-01T23:30 in Asia/Shanghai.
const MARCH_1: i32 = 19_783;
const LATE_ON_MARCH_1: i64 = 1_709_307_000_000_000;

const fn of_calendar(
    names: (&'static str, &'static str),
    parameters: &'static [Parameter],
    result: Kind,
    docs: (&'static str, &'static str),
    examples: &'static [Example],
    code: fn(&[Value], &Context<'_>) -> Value,
) -> Function {
    Function {
        name: names.0,
        name_zh: names.1,
        parameters,
        result: Pattern::Exact(result),
        optional: false,
        wall: false,
        docs: docs.0,
        docs_zh: docs.1,
        examples,
        cost: Cost::Middle,
        code: Code::Expression(code),
    }
}

fn late() -> Vec<Value> {
    vec![Value::Time(LATE_ON_MARCH_1)]
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_calendar(
            ("night", "夜次"),
            &[TIME],
            Kind::Date,
            (
                "The date of the evening that a night-time instant belongs to: from 18:00 to 23:59 the same day, from 00:00 \
                 to 05:59 the day before. Missing by day.",
                "夜间时刻所属夜晚的日期：18:00 至 23:59 为当天，0:00 至 5:59 为前一天；白天为缺失。",
            ),
            &[
                Example {
                    call: "night(2024-03-01T23:30)",
                    arguments: late,
                    gives: "2024-03-01",
                    result: || known(Value::Date(MARCH_1)),
                },
                Example {
                    call: "night(2024-03-02T05:59)",
                    arguments: || vec![Value::Time(LATE_ON_MARCH_1 + 6 * 3_600_000_000 + 29 * 60_000_000)],
                    gives: "2024-03-01",
                    result: || known(Value::Date(MARCH_1)),
                },
                Example {
                    call: "night(2024-03-02T06:00)",
                    arguments: || vec![Value::Time(LATE_ON_MARCH_1 + 6 * 3_600_000_000 + 30 * 60_000_000)],
                    gives: "missing",
                    result: || known(Value::Missing),
                },
            ],
            |arguments, context| bucket(arguments, context, Bucket::Night),
        )
    .or_missing(),
    of_calendar(
        ("hour", "钟点"),
        &[TIME],
        Kind::Hour,
        ("The hour on the clock of the package's zone, 0 to 23.", "按本包时区的钟点，0 至 23。"),
        &[Example { call: "hour(2024-03-01T23:30)", arguments: late, gives: "23", result: || known(Value::Hour(23)) }],
        |arguments, context| in_zone(arguments, context, |wall| Value::Hour((wall_clock(wall) / 3_600_000_000) as u8)),
    ),
    of_calendar(
        ("minute", "几分"),
        &[TIME],
        Kind::Int,
        ("The minute on the clock of the package's zone, 0 to 59.", "按本包时区钟面上的分，0 至 59。"),
        &[Example { call: "minute(2024-03-01T23:30)", arguments: late, gives: "30", result: || known(Value::Int(30)) }],
        |arguments, context| in_zone(arguments, context, |wall| Value::Int(wall_clock(wall) / 60_000_000 % 60)),
    ),
    of_calendar(
        ("date", "日期"),
        &[TIME],
        Kind::Date,
        ("The date in the package's zone.", "按本包时区的日期。"),
        &[Example {
            call: "date(2024-03-01T23:30)",
            arguments: late,
            gives: "2024-03-01",
            result: || known(Value::Date(MARCH_1)),
        }],
        |arguments, context| in_zone(arguments, context, |wall| Value::Date(wall_date(wall))),
    ),
    of_calendar(
        ("week_of", "所在周"),
        &[TIME],
        Kind::Date,
        ("The Monday of the week that holds an instant.", "时刻所在周的星期一。"),
        &[Example {
            call: "week_of(2024-03-01T23:30)",
            arguments: late,
            gives: "2024-02-26",
            result: || known(Value::Date(19779)),
        }],
        |arguments, context| bucket(arguments, context, Bucket::Calendar(CalendarUnit::Week)),
    ),
    of_calendar(
        ("month_of", "所在月"),
        &[TIME],
        Kind::Date,
        ("The first day of the month that holds an instant.", "时刻所在月的首日。"),
        &[Example {
            call: "month_of(2024-03-01T23:30)",
            arguments: late,
            gives: "2024-03-01",
            result: || known(Value::Date(19783)),
        }],
        |arguments, context| bucket(arguments, context, Bucket::Calendar(CalendarUnit::Month)),
    ),
    of_calendar(
        ("quarter_of", "所在季"),
        &[TIME],
        Kind::Date,
        ("The first day of the quarter that holds an instant.", "时刻所在季度的首日。"),
        &[Example {
            call: "quarter_of(2024-03-01T23:30)",
            arguments: late,
            gives: "2024-01-01",
            result: || known(Value::Date(19723)),
        }],
        |arguments, context| bucket(arguments, context, Bucket::Calendar(CalendarUnit::Quarter)),
    ),
    of_calendar(
        ("year_of", "所在年"),
        &[TIME],
        Kind::Date,
        ("The first day of the year that holds an instant.", "时刻所在年的首日。"),
        &[Example {
            call: "year_of(2024-03-01T23:30)",
            arguments: late,
            gives: "2024-01-01",
            result: || known(Value::Date(19723)),
        }],
        |arguments, context| bucket(arguments, context, Bucket::Calendar(CalendarUnit::Year)),
    ),
    of_calendar(
        ("step", "时段"),
        &[TIME, SPAN],
        Kind::Time,
        (
            "The instant at which the step of this length begins that holds an instant; steps count from each local \
             midnight. Missing where the length is not above zero.",
            "时刻所在时段的起点；时段自每日零点起按给定长度划分。长度不为正时为缺失。",
        ),
        &[Example {
            call: "step(2024-03-01T23:30, 1 h)",
            arguments: || vec![Value::Time(LATE_ON_MARCH_1), Value::Duration(Duration { days: 0, micros: 3_600_000_000 })],
            gives: "2024-03-01T23:00",
            result: || known(Value::Time(LATE_ON_MARCH_1 - 30 * 60_000_000)),
        }],
        |arguments, context| match arguments {
            [time, Value::Duration(span)] => {
                bucket(std::slice::from_ref(time), context, Bucket::Step(span.total_micros()))
            }
            _ => ill_typed(context),
        },
    )
    .or_missing(),
    of_calendar(
        ("weekday", "星期几"),
        &[DAY_OR_TIME],
        Kind::Int,
        (
            "The day of the week after ISO 8601: Monday is 1, Sunday is 7.",
            "星期几（ISO 8601）：星期一为 1，星期日为 7。",
        ),
        &[
            Example {
                call: "weekday(2024-03-01)",
                arguments: || vec![Value::Date(MARCH_1)],
                gives: "5",
                result: || known(Value::Int(5)),
            },
            Example { call: "weekday(2024-03-01T23:30)", arguments: late, gives: "5", result: || known(Value::Int(5)) },
        ],
        |arguments, context| of_day(arguments, context, |day| i64::from(day.weekday().number_from_monday())),
    ),
    of_calendar(
        ("day_of_month", "日数"),
        &[DAY_OR_TIME],
        Kind::Int,
        ("The day of the month, 1 to 31.", "当月第几日，1 至 31。"),
        &[Example {
            call: "day_of_month(2024-03-01T23:30)",
            arguments: late,
            gives: "1",
            result: || known(Value::Int(1)),
        }],
        |arguments, context| of_day(arguments, context, |day| i64::from(day.day())),
    ),
    of_calendar(
        ("month", "月份"),
        &[DAY_OR_TIME],
        Kind::Int,
        ("The month, 1 to 12.", "月份，1 至 12。"),
        &[Example { call: "month(2024-03-01T23:30)", arguments: late, gives: "3", result: || known(Value::Int(3)) }],
        |arguments, context| of_day(arguments, context, |day| i64::from(day.month())),
    ),
    of_calendar(
        ("year", "年份"),
        &[DAY_OR_TIME],
        Kind::Int,
        ("The year.", "年份。"),
        &[Example {
            call: "year(1969-12-31)",
            arguments: || vec![Value::Date(-1)],
            gives: "1969",
            result: || known(Value::Int(1969)),
        }],
        |arguments, context| of_day(arguments, context, |day| i64::from(day.year())),
    ),
    of_calendar(
        ("start_of_day", "当日零点"),
        &[DAY],
        Kind::Time,
        (
            "The first instant of a day in the package's zone: 00:00, or later where that is skipped.",
            "某日在本包时区的起始时刻：0:00，若被跳过则顺延。",
        ),
        &[Example {
            call: "start_of_day(2024-03-01)",
            arguments: || vec![Value::Date(MARCH_1)],
            gives: "2024-03-01T00:00",
            result: || known(Value::Time(LATE_ON_MARCH_1 - 23 * 3_600_000_000 - 30 * 60_000_000)),
        }],
        start_of_day,
    ),
    of_calendar(
        ("days", "天数"),
        &[SPAN],
        Kind::Float,
        ("A span of time in days of 24 hours.", "时长折合的天数（一天 24 小时）。"),
        &[Example {
            call: "days(36 h)",
            arguments: || vec![Value::Duration(Duration { days: 0, micros: 129_600_000_000 })],
            gives: "1.5",
            result: || known(Value::Float(1.5)),
        }],
        |arguments, context| in_units(arguments, context, 86_400e6),
    ),
    of_calendar(
        ("hours", "小时数"),
        &[SPAN],
        Kind::Float,
        ("A span of time in hours; a day has 24.", "时长折合的小时数（一天 24 小时）。"),
        &[Example {
            call: "hours(1 day)",
            arguments: || vec![Value::Duration(Duration { days: 1, micros: 0 })],
            gives: "24",
            result: || known(Value::Float(24.0)),
        }],
        |arguments, context| in_units(arguments, context, 3600e6),
    ),
    of_calendar(
        ("minutes", "分钟数"),
        &[SPAN],
        Kind::Float,
        ("A span of time in minutes.", "时长折合的分钟数。"),
        &[Example {
            call: "minutes(90 s)",
            arguments: || vec![Value::Duration(Duration { days: 0, micros: 90_000_000 })],
            gives: "1.5",
            result: || known(Value::Float(1.5)),
        }],
        |arguments, context| in_units(arguments, context, 60e6),
    ),
];

fn out_of_calendar(context: &Context<'_>) -> Value {
    crate::ops::fault(FaultKind::OutOfCalendar, context.site)
}

/// What the wall time of an instant gives.
fn in_zone(arguments: &[Value], context: &Context<'_>, f: fn(i64) -> Value) -> Value {
    match arguments {
        [Value::Time(time)] => context.zone.wall(*time).map_or_else(|| out_of_calendar(context), f),
        _ => ill_typed(context),
    }
}

/// What a date, or the date of an instant, gives.
fn of_day(arguments: &[Value], context: &Context<'_>, f: fn(NaiveDate) -> i64) -> Value {
    let date = match arguments {
        [Value::Date(date)] => Some(*date),
        [Value::Time(time)] => context.zone.date(*time),
        _ => return ill_typed(context),
    };
    match date.and_then(calendar_date) {
        Some(day) => Value::Int(f(day)),
        None => out_of_calendar(context),
    }
}

/// The value of the bucket that holds an instant.
fn bucket(arguments: &[Value], context: &Context<'_>, bucket: Bucket) -> Value {
    match arguments {
        [Value::Time(time)] => bucket.holding(*time, context.zone).unwrap_or_else(|| out_of_calendar(context)),
        _ => ill_typed(context),
    }
}

fn start_of_day(arguments: &[Value], context: &Context<'_>) -> Value {
    match arguments {
        [Value::Date(date)] => context.zone.start_of_day(*date).map_or_else(|| out_of_calendar(context), Value::Time),
        _ => ill_typed(context),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
fn in_units(arguments: &[Value], context: &Context<'_>, micros: f64) -> Value {
    match arguments {
        [Value::Duration(span)] => Value::float(span.total_micros() as f64 / micros),
        _ => ill_typed(context),
    }
}
