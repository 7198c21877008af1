//! `+ - * / %` and the sign.
//!
//! - `Int` is exact; overflow is a fault. `Int / Int` is a `Float`. Mixed with a `Float` or a quantity, an `Int` is
//!   taken as the nearest `Float`.
//! - `x / 0` and `x % 0` are missing, whatever the kind. A result that is not a number is missing; infinities are kept.
//! - `Money` is exact; where a result must be rounded (`Money * Float`, `Money / Int`, `Money / Float`) it is rounded
//!   once, half to even, from the exact result.
//! - A `Duration` is exact in sums and in products with an `Int`, which keep its calendar days apart from its
//!   microseconds. With a `Float`, or divided, it counts as days of 24 hours and the result is rounded half to even
//!   to the microsecond. Among quantities it is its seconds; where the checker says that the result is a span of time,
//!   seconds become a `Duration`.
//! - `Time ± Duration` moves by the calendar days first (the wall time of the zone is kept), then by the microseconds.
//! - `%` has the sign of the dividend.

use super::rounding::{scale, unscale};
use super::{Site, divide_half_even, fault, round_half_even, unknown};
use crate::types::Kind;
use crate::value::{Duration, FaultKind, Value};
use crate::zone::{self, Zone};

use Value::{Date, Float, Int, Money, Text, Time};

fn checked(result: Option<Value>, kind: FaultKind, site: Site) -> Value {
    result.unwrap_or_else(|| fault(kind, site))
}

fn overflow(result: Option<Value>, site: Site) -> Value {
    checked(result, FaultKind::Overflow, site)
}

fn ill_typed(site: Site) -> Value {
    fault(FaultKind::InvalidArgument, site)
}

/// `Int` and `Float` as a `Float`.
#[expect(clippy::cast_precision_loss, reason = "documented: the nearest")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Int(n) => Some(*n as f64),
        Float(x) => Some(*x),
        _ => None,
    }
}

/// A number, or a span of time in seconds.
fn magnitude(value: &Value) -> Option<f64> {
    match value {
        Value::Duration(d) => Some(seconds(*d)),
        _ => number(value),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
fn micros(duration: Duration) -> f64 {
    duration.total_micros() as f64
}

fn seconds(duration: Duration) -> f64 {
    micros(duration) / 1e6
}

fn span(micros: i64) -> Value {
    Value::Duration(Duration { days: 0, micros })
}

fn whole_micros(micros: f64, site: Site) -> Value {
    if micros.is_nan() { Value::Missing } else { overflow(round_half_even(micros).map(span), site) }
}

/// Seconds as a span of time, rounded half to even to the microsecond.
pub fn duration_from_seconds(seconds: f64, site: Site) -> Value {
    whole_micros(seconds * 1e6, site)
}

/// `a + b`; also joins texts.
pub fn add(a: &Value, b: &Value, zone: &Zone, site: Site) -> Value {
    if let Some(result) = unknown(a, b) {
        return result;
    }
    match (a, b) {
        (Int(x), Int(y)) => overflow(x.checked_add(*y).map(Int), site),
        (Money(x), Money(y)) => overflow(x.checked_add(*y).map(Money), site),
        (Text(x), Text(y)) => Text([&**x, &**y].concat().into()),
        (Value::Duration(x), Value::Duration(y)) => overflow(add_durations(*x, *y), site),
        (Time(t), Value::Duration(d)) | (Value::Duration(d), Time(t)) => shift_time(*t, *d, zone, site),
        (Date(t), Value::Duration(d)) | (Value::Duration(d), Date(t)) => shift_date(*t, *d, site),
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => Value::float(x + y),
            _ => ill_typed(site),
        },
    }
}

/// `a - b`
pub fn subtract(a: &Value, b: &Value, zone: &Zone, site: Site) -> Value {
    if let Some(result) = unknown(a, b) {
        return result;
    }
    match (a, b) {
        (Int(x), Int(y)) => overflow(x.checked_sub(*y).map(Int), site),
        (Money(x), Money(y)) => overflow(x.checked_sub(*y).map(Money), site),
        (Time(x), Time(y)) => overflow(x.checked_sub(*y).map(span), site),
        (Date(x), Date(y)) => Value::Duration(Duration { days: i64::from(*x) - i64::from(*y), micros: 0 }),
        (Value::Duration(x), Value::Duration(y)) => {
            overflow(negated(*y).and_then(|minus| add_durations(*x, minus)), site)
        }
        (Time(t), Value::Duration(d)) => match negated(*d) {
            Some(minus) => shift_time(*t, minus, zone, site),
            None => fault(FaultKind::OutOfCalendar, site),
        },
        (Date(t), Value::Duration(d)) => match negated(*d) {
            Some(minus) => shift_date(*t, minus, site),
            None => fault(FaultKind::OutOfCalendar, site),
        },
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => Value::float(x - y),
            _ => ill_typed(site),
        },
    }
}

fn add_durations(x: Duration, y: Duration) -> Option<Value> {
    let (days, micros) = (x.days.checked_add(y.days)?, x.micros.checked_add(y.micros)?);
    Some(Value::Duration(Duration { days, micros }))
}

fn negated(d: Duration) -> Option<Duration> {
    Some(Duration { days: d.days.checked_neg()?, micros: d.micros.checked_neg()? })
}

fn shift_time(time: i64, by: Duration, zone: &Zone, site: Site) -> Value {
    let moved = zone.add_days(time, by.days).and_then(|t| t.checked_add(by.micros)).filter(|t| zone::is_time(*t));
    checked(moved.map(Time), FaultKind::OutOfCalendar, site)
}

fn shift_date(date: i32, by: Duration, site: Site) -> Value {
    if by.micros != 0 {
        return ill_typed(site);
    }
    let moved = i64::from(date).checked_add(by.days).and_then(|d| i32::try_from(d).ok()).filter(|d| zone::is_date(*d));
    checked(moved.map(Date), FaultKind::OutOfCalendar, site)
}

/// `a * b`; `result` is the kind that the checker found: it decides whether seconds become a `Duration`.
pub fn multiply(a: &Value, b: &Value, result: &Kind, site: Site) -> Value {
    if let Some(result) = unknown(a, b) {
        return result;
    }
    match (a, b) {
        (Int(x), Int(y)) => overflow(x.checked_mul(*y).map(Int), site),
        (Money(x), Int(y)) | (Int(y), Money(x)) => overflow(x.checked_mul(*y).map(Money), site),
        (Money(x), Float(y)) | (Float(y), Money(x)) => scale_money(*x, *y, site),
        (Value::Duration(d), Int(n)) | (Int(n), Value::Duration(d)) if *result == Kind::Duration => {
            overflow(multiply_duration(*d, *n), site)
        }
        (Value::Duration(d), Float(x)) | (Float(x), Value::Duration(d)) if *result == Kind::Duration => {
            whole_micros(micros(*d) * x, site)
        }
        _ => measured(magnitude(a), magnitude(b), |x, y| x * y, result, site),
    }
}

/// `a / b`; `result` as for [`multiply`].
pub fn divide(a: &Value, b: &Value, result: &Kind, site: Site) -> Value {
    if let Some(result) = unknown(a, b) {
        return result;
    }
    if is_zero(b) {
        return Value::Missing;
    }
    match (a, b) {
        (Money(x), Int(n)) => {
            let quotient = divide_half_even(i128::from(*x), i128::from(*n)).and_then(|q| i64::try_from(q).ok());
            overflow(quotient.map(Money), site)
        }
        (Money(x), Float(y)) => divide_money(*x, *y, site),
        #[expect(clippy::cast_precision_loss, reason = "the nearest numbers are divided")]
        (Money(x), Money(y)) => Value::float(*x as f64 / *y as f64),
        (Value::Duration(d), Int(n)) if *result == Kind::Duration => {
            let quotient = divide_half_even(i128::from(d.total_micros()), i128::from(*n));
            overflow(quotient.and_then(|q| i64::try_from(q).ok()).map(span), site)
        }
        (Value::Duration(d), Float(x)) if *result == Kind::Duration => whole_micros(micros(*d) / x, site),
        (Value::Duration(x), Value::Duration(y)) => Value::float(micros(*x) / micros(*y)),
        _ => measured(magnitude(a), magnitude(b), |x, y| x / y, result, site),
    }
}

/// A product or quotient of measured values, as a `Duration` where that is the result's kind.
fn measured(x: Option<f64>, y: Option<f64>, f: impl Fn(f64, f64) -> f64, result: &Kind, site: Site) -> Value {
    match (x, y) {
        (Some(x), Some(y)) if *result == Kind::Duration => duration_from_seconds(f(x, y), site),
        (Some(x), Some(y)) => Value::float(f(x, y)),
        _ => ill_typed(site),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Int(n) | Money(n) => *n == 0,
        Float(x) => *x == 0.0,
        Value::Duration(d) => d.total_micros() == 0,
        _ => false,
    }
}

fn multiply_duration(d: Duration, n: i64) -> Option<Value> {
    Some(Value::Duration(Duration { days: d.days.checked_mul(n)?, micros: d.micros.checked_mul(n)? }))
}

fn scale_money(amount: i64, factor: f64, site: Site) -> Value {
    if factor.is_infinite() {
        return if amount == 0 { Value::Missing } else { fault(FaultKind::Overflow, site) };
    }
    overflow(scale(amount, factor).map(Money), site)
}

fn divide_money(amount: i64, divisor: f64, site: Site) -> Value {
    if divisor.is_infinite() {
        return Money(0);
    }
    overflow(unscale(amount, divisor).map(Money), site)
}

/// `a % b`, the rest of a division towards zero; it has the sign of `a`.
pub fn remainder(a: &Value, b: &Value, site: Site) -> Value {
    if let Some(result) = unknown(a, b) {
        return result;
    }
    if is_zero(b) {
        return Value::Missing;
    }
    match (a, b) {
        // wrapping: the rest of the smallest number by -1 is 0
        (Int(x), Int(y)) => Int(x.wrapping_rem(*y)),
        (Money(x), Money(y)) => Money(x.wrapping_rem(*y)),
        (Value::Duration(x), Value::Duration(y)) => span(x.total_micros().wrapping_rem(y.total_micros())),
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => Value::float(libm::fmod(x, y)),
            _ => ill_typed(site),
        },
    }
}

/// `-a`
pub fn negate(a: &Value, site: Site) -> Value {
    match a {
        Value::Missing | Value::AtLeast(_) => Value::Missing,
        Value::Fault(_) => a.clone(),
        Int(n) => overflow(n.checked_neg().map(Int), site),
        Money(n) => overflow(n.checked_neg().map(Money), site),
        Float(x) => Value::float(-x),
        Value::Duration(d) => overflow(negated(*d).map(Value::Duration), site),
        _ => ill_typed(site),
    }
}

#[cfg(test)]
mod tests;
