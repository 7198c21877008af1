//! Aggregates over values, by definition: `sum`, `mean`, `stddev`, `median`, `quantile`.
//!
//! Missing values (and bare lower bounds) are left out; a fault among the values is the result, the first one first.
//! An `Int` is summed exactly and its overflow is a fault; numbers and quantities are summed exactly and rounded once
//! ([`crate::exact`]); money and spans of time are exact, and where a mean or a quantile of them must be rounded, it is
//! rounded half to even.
//!
//! | of | `sum` | `mean`, `median`, `quantile`, `stddev` |
//! |---|---|---|
//! | `Int` | `Int` | `Float` |
//! | `Float`, quantity | the same | the same |
//! | `Money` | `Money` | `Money` |
//! | `Duration` | `Duration` (days and microseconds apart) | `Duration`, days of 24 hours |
//!
//! A **quantile** is linearly interpolated between the two neighbours of position (n − 1)·q in the sorted values
//! (definition 7 of R. J. Hyndman and Y. Fan, *Sample quantiles in statistical packages*, The American Statistician 50,
//! 1996); the median is the quantile 0.5.

mod moments;
pub use moments::Moments;

use crate::exact::{ExactSquares, ExactSum, ExactTrend};
use crate::ops::{Site, divide_half_even, fault, round_half_even};
use crate::types::Kind;
use crate::value::{DAY_MICROS, Duration, FaultKind, Value};

/// The values that count, or the first fault.
fn known<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<Vec<&'a Value>, Value> {
    let mut known = Vec::new();
    for value in values {
        match value {
            Value::Fault(_) => return Err(value.clone()),
            _ if value.is_known() => known.push(value),
            _ => {}
        }
    }
    Ok(known)
}

fn overflow(site: Site) -> Value {
    fault(FaultKind::Overflow, site)
}

fn ill_typed(site: Site) -> Value {
    fault(FaultKind::InvalidArgument, site)
}

/// Whole-number content: money in ten-thousandths, a span in microseconds.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Money(n) => Some(*n),
        Value::Duration(d) => Some(d.total_micros()),
        _ => None,
    }
}

/// A whole-number result in its kind.
fn of_kind(number: Option<i64>, kind: &Kind, site: Site) -> Value {
    match (number, kind) {
        (Some(n), Kind::Money) => Value::Money(n),
        (Some(n), Kind::Duration) => Value::Duration(Duration { days: 0, micros: n }),
        (Some(n), Kind::Int) => Value::Int(n),
        (None, _) => overflow(site),
        _ => ill_typed(site),
    }
}

/// `sum`; no values: zero of the kind.
pub fn sum<'a>(values: impl IntoIterator<Item = &'a Value>, kind: &Kind, site: Site) -> Value {
    let values = match known(values) {
        Ok(values) => values,
        Err(fault) => return fault,
    };
    if let Kind::Float | Kind::Quantity(_) = kind {
        return match exact_sum(&values) {
            Some(sum) => Value::float(sum.result()),
            None => ill_typed(site),
        };
    }
    if *kind == Kind::Duration {
        return sum_durations(&values).unwrap_or_else(|| overflow(site));
    }
    let Some(wholes) = values.iter().map(|value| whole(value)).collect::<Option<Vec<_>>>() else {
        return ill_typed(site);
    };
    let total: i128 = wholes.into_iter().map(i128::from).sum();
    of_kind(i64::try_from(total).ok(), kind, site)
}

fn sum_durations(values: &[&Value]) -> Option<Value> {
    let (mut days, mut micros) = (0_i128, 0_i128);
    for value in values {
        let Value::Duration(d) = value else { return None };
        days += i128::from(d.days);
        micros += i128::from(d.micros);
    }
    Some(Value::Duration(Duration { days: i64::try_from(days).ok()?, micros: i64::try_from(micros).ok()? }))
}

fn exact_sum(values: &[&Value]) -> Option<ExactSum> {
    let mut sum = ExactSum::new();
    for value in values {
        match value {
            Value::Float(x) => sum.add(*x),
            Value::Int(n) => sum.add_whole(*n),
            _ => return None,
        }
    }
    Some(sum)
}

/// `mean`: the correctly rounded sum divided by the number of values; no values: missing.
pub fn mean<'a>(values: impl IntoIterator<Item = &'a Value>, kind: &Kind, site: Site) -> Value {
    let values = match known(values) {
        Ok(values) if values.is_empty() => return Value::Missing,
        Ok(values) => values,
        Err(fault) => return fault,
    };
    match kind {
        Kind::Int | Kind::Float | Kind::Quantity(_) => match exact_sum(&values) {
            Some(sum) => sum.mean().map_or(Value::Missing, Value::float),
            None => ill_typed(site),
        },
        Kind::Money | Kind::Duration => {
            let Some(wholes) = values.iter().map(|value| whole(value)).collect::<Option<Vec<_>>>() else {
                return ill_typed(site);
            };
            let total: i128 = wholes.iter().map(|n| i128::from(*n)).sum();
            let mean = i128::try_from(wholes.len()).ok().and_then(|n| divide_half_even(total, n));
            of_kind(mean.and_then(|n| i64::try_from(n).ok()), kind, site)
        }
        _ => ill_typed(site),
    }
}

/// `stddev`: the sample deviation; fewer than two values: missing.
pub fn stddev<'a>(values: impl IntoIterator<Item = &'a Value>, kind: &Kind, site: Site) -> Value {
    let values = match known(values) {
        Ok(values) => values,
        Err(fault) => return fault,
    };
    let mut squares = ExactSquares::new();
    for value in values {
        match (value, whole(value)) {
            (Value::Float(x), _) => squares.add(*x),
            (_, Some(n)) => squares.add_whole(n),
            _ => return ill_typed(site),
        }
    }
    match (squares.deviation(), kind) {
        (None, _) => Value::Missing,
        (Some(deviation), Kind::Int | Kind::Float | Kind::Quantity(_)) => Value::float(deviation),
        (Some(deviation), _) => of_kind(round_half_even(deviation), kind, site),
    }
}

/// `trend`: the least-squares slope over time, for each day of 24 hours; fewer than two different times: missing. A slope
/// of spans of time is rounded to microseconds.
pub fn trend<'a>(points: impl IntoIterator<Item = (i64, &'a Value)>, kind: &Kind, site: Site) -> Value {
    let mut trend = ExactTrend::new();
    for (time, value) in points {
        match value {
            Value::Fault(_) => return value.clone(),
            Value::Float(x) => trend.add(time, *x),
            Value::Int(n) => trend.add_whole(time, *n),
            Value::Duration(d) => trend.add_whole(time, d.total_micros()),
            _ if !value.is_known() => {}
            _ => return ill_typed(site),
        }
    }
    match (trend.slope(DAY_MICROS), kind) {
        (None, _) => Value::Missing,
        (Some(slope), Kind::Duration) => of_kind(round_half_even(slope), kind, site),
        (Some(slope), _) => Value::float(slope),
    }
}

/// `median`: the quantile 0.5.
pub fn median<'a>(values: impl IntoIterator<Item = &'a Value>, kind: &Kind, site: Site) -> Value {
    quantile(values, 0.5, kind, site)
}

/// `quantile(q)`, by the definition above; no values or a q outside 0 to 1: missing.
pub fn quantile<'a>(values: impl IntoIterator<Item = &'a Value>, q: f64, kind: &Kind, site: Site) -> Value {
    let values = match known(values) {
        Ok(values) => values,
        Err(fault) => return fault,
    };
    if let Kind::Money | Kind::Duration = kind {
        let Some(mut wholes) = values.iter().map(|value| whole(value)).collect::<Option<Vec<_>>>() else {
            return ill_typed(site);
        };
        wholes.sort_unstable();
        return match quantile_of_wholes(&wholes, q) {
            Some(number) => of_kind(Some(number), kind, site),
            None => Value::Missing,
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "an Int among numbers is the nearest Float")]
    let number = |value: &&Value| match value {
        Value::Float(x) => Some(*x),
        Value::Int(n) => Some(*n as f64),
        _ => None,
    };
    let Some(mut numbers) = values.iter().map(number).collect::<Option<Vec<_>>>() else {
        return ill_typed(site);
    };
    numbers.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(&numbers, q).map_or(Value::Missing, Value::float)
}

/// Where a quantile lies among n sorted values: the lower neighbour, and how far towards the next (0 up to 1).
///
/// `None` without values or with a q outside 0 to 1.
pub fn quantile_position(count: usize, q: f64) -> Option<(usize, f64)> {
    if count == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 values")]
    let position = (count - 1) as f64 * q;
    let lower = position.floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and count - 1")]
    let index = (lower as usize).min(count - 1);
    Some((index, position - lower))
}

/// The quantile of sorted numbers: `a + (b - a)·f` with the neighbours a and b of its position and the fraction f; `a`
/// where f is 0 or a = b; `a·(1 - f) + b·f` where `b - a` is infinite. `None` without values.
pub fn quantile_of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let (index, fraction) = quantile_position(sorted.len(), q)?;
    let a = *sorted.get(index)?;
    let b = sorted.get(index + 1).copied().unwrap_or(a);
    let distance = b - a;
    Some(if fraction == 0.0 || a == b {
        a
    } else if distance.is_finite() {
        a + distance * fraction
    } else {
        a * (1.0 - fraction) + b * fraction
    })
}

/// The quantile of sorted whole numbers, the interpolated part rounded half to even.
fn quantile_of_wholes(sorted: &[i64], q: f64) -> Option<i64> {
    let (index, fraction) = quantile_position(sorted.len(), q)?;
    let a = *sorted.get(index)?;
    let b = sorted.get(index + 1).copied().unwrap_or(a);
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
    let part = round_half_even((i128::from(b) - i128::from(a)) as f64 * fraction)?;
    a.checked_add(part)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SITE: Site = (0, 1, 2);

    fn ints(numbers: &[i64]) -> Vec<Value> {
        numbers.iter().map(|n| Value::Int(*n)).collect()
    }

    #[test]
    fn nothing() {
        let none: [Value; 1] = [Value::Missing];
        assert_eq!(sum(&none, &Kind::Int, SITE), Value::Int(0));
        assert_eq!(sum(&none, &Kind::Float, SITE), Value::Float(0.0));
        assert_eq!(sum(&none, &Kind::Money, SITE), Value::Money(0));
        assert_eq!(sum(&none, &Kind::Duration, SITE), Value::Duration(Duration::default()));
        for kind in [Kind::Int, Kind::Float, Kind::Money, Kind::Duration] {
            assert_eq!(mean(&none, &kind, SITE), Value::Missing);
            assert_eq!(stddev(&none, &kind, SITE), Value::Missing);
            assert_eq!(median(&none, &kind, SITE), Value::Missing);
        }
    }

    #[test]
    fn faults_and_overflow() {
        let broken = fault(FaultKind::Plugin, (9, 9, 9));
        let values = [Value::Int(1), Value::Missing, broken.clone(), overflow(SITE)];
        assert_eq!(sum(&values, &Kind::Int, SITE), broken);
        assert_eq!(mean(&values, &Kind::Int, SITE), broken);
        assert_eq!(sum(&ints(&[i64::MAX, 1]), &Kind::Int, SITE), overflow(SITE));
        assert_eq!(sum(&ints(&[i64::MAX, 1, -1]), &Kind::Int, SITE), Value::Int(i64::MAX));
        assert_eq!(sum(&[Value::Bool(true)], &Kind::Int, SITE), ill_typed(SITE));
    }

    #[test]
    fn means_and_deviations() {
        assert_eq!(mean(&ints(&[1, 2]), &Kind::Int, SITE), Value::Float(1.5));
        assert_eq!(mean(&[Value::Money(1), Value::Money(2)], &Kind::Money, SITE), Value::Money(2));
        assert_eq!(mean(&[Value::Money(2), Value::Money(3)], &Kind::Money, SITE), Value::Money(2));
        assert_eq!(stddev(&ints(&[1, 3]), &Kind::Int, SITE), Value::Float(2_f64.sqrt()));
        assert_eq!(stddev(&ints(&[5]), &Kind::Int, SITE), Value::Missing);
        let big = Value::Float(f64::MAX);
        let cancelled = [big.clone(), big.clone(), Value::Float(-f64::MAX)];
        assert_eq!(sum(&cancelled, &Kind::Float, SITE), big);
    }

    #[test]
    fn trends() {
        let day = DAY_MICROS;
        let of = |values: &[Value], kind: &Kind| {
            trend(values.iter().enumerate().map(|(n, value)| (n as i64 * day, value)), kind, SITE)
        };
        assert_eq!(of(&ints(&[1, 3, 5]), &Kind::Float), Value::Float(2.0));
        assert_eq!(of(&[Value::Float(1.0), Value::Missing, Value::Float(2.0)], &Kind::Float), Value::Float(0.5));
        assert_eq!(of(&[Value::Float(1.0)], &Kind::Float), Value::Missing);
        let span = |micros| Value::Duration(Duration { days: 0, micros });
        assert_eq!(of(&[span(0), span(1), span(1)], &Kind::Duration), span(0)); // half a microsecond: to even
        assert_eq!(of(&[span(0), span(i64::MAX)], &Kind::Duration), overflow(SITE));
        let broken = fault(FaultKind::Plugin, (9, 9, 9));
        assert_eq!(of(&[Value::Float(1.0), broken.clone()], &Kind::Float), broken);
    }

    #[test]
    fn quantiles() {
        let numbers = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile_of_sorted(&numbers, 0.0), Some(1.0));
        assert_eq!(quantile_of_sorted(&numbers, 1.0), Some(8.0));
        assert_eq!(quantile_of_sorted(&numbers, 0.5), Some(3.0));
        assert_eq!(quantile_of_sorted(&numbers, 0.25), Some(1.75));
        assert_eq!(quantile_of_sorted(&numbers, 1.01), None);
        assert_eq!(quantile_of_sorted(&[f64::MIN, f64::MAX], 0.5), Some(0.0));
        assert_eq!(median(&ints(&[9, 1, 5]), &Kind::Int, SITE), Value::Float(5.0));
        assert_eq!(median(&[Value::Money(1), Value::Money(4)], &Kind::Money, SITE), Value::Money(3));
    }

    proptest! {
        #[test]
        fn a_quantile_lies_between_its_neighbours(
            mut numbers in prop::collection::vec(-1e300..1e300_f64, 1..20),
            q in 0.0..=1.0_f64,
            r in 0.0..=1.0_f64,
        ) {
            numbers.sort_unstable_by(f64::total_cmp);
            let (low, high) = (q.min(r), q.max(r));
            let (a, b) = (quantile_of_sorted(&numbers, low).unwrap(), quantile_of_sorted(&numbers, high).unwrap());
            prop_assert!(numbers[0] <= a && b <= numbers[numbers.len() - 1]);
            let (index, _) = quantile_position(numbers.len(), low).unwrap();
            prop_assert!(numbers[index] <= a);
            prop_assert!(a <= b || index == quantile_position(numbers.len(), high).unwrap().0);
        }

        #[test]
        fn order_does_not_matter(mut numbers in prop::collection::vec(any::<f64>(), 0..20)) {
            let values: Vec<_> = numbers.iter().map(|x| Value::float(*x)).collect();
            numbers.reverse();
            let reversed: Vec<_> = numbers.iter().map(|x| Value::float(*x)).collect();
            for f in [sum, mean, stddev, median] {
                let (kind, values, reversed) = (&Kind::Float, &values, &reversed);
                prop_assert_eq!(f(values.iter().collect::<Vec<_>>(), kind, SITE), f(reversed.iter().collect(), kind, SITE));
            }
        }
    }
}
