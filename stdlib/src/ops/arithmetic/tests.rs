//! Tests of arithmetic.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::types::Dimension;
use crate::value::DAY_MICROS;
use proptest::prelude::*;

const SITE: Site = (1, 2, 3);
const HOUR: i64 = 3_600_000_000;

fn zone() -> Zone {
    Zone::named("Asia/Shanghai").unwrap()
}
fn plus(a: Value, b: Value) -> Value {
    add(&a, &b, &zone(), SITE)
}
fn minus(a: Value, b: Value) -> Value {
    subtract(&a, &b, &zone(), SITE)
}
fn times(a: Value, b: Value, kind: Kind) -> Value {
    multiply(&a, &b, &kind, SITE)
}
fn per(a: Value, b: Value, kind: Kind) -> Value {
    divide(&a, &b, &kind, SITE)
}
fn duration(days: i64, micros: i64) -> Value {
    Value::Duration(Duration { days, micros })
}
fn parts_of(value: Value) -> (i64, i64) {
    match value {
        Value::Duration(d) => (d.days, d.micros),
        other => panic!("not a duration: {other:?}"),
    }
}

#[test]
fn leftmost_fault_then_missing() {
    let (first, second) = (fault(FaultKind::Overflow, (0, 1, 1)), fault(FaultKind::Plugin, (0, 2, 2)));
    assert_eq!(plus(first.clone(), second.clone()), first);
    assert_eq!(plus(Value::Missing, second.clone()), second);
    assert_eq!(plus(Value::Missing, Int(1)), Value::Missing);
    assert_eq!(plus(Value::AtLeast(4), Int(1)), Value::Missing);
    assert_eq!(per(second.clone(), Int(0), Kind::Float), second);
    assert_eq!(negate(&Value::AtLeast(1), SITE), Value::Missing);
}

#[test]
fn whole_numbers() {
    assert_eq!(plus(Int(i64::MAX), Int(1)), fault(FaultKind::Overflow, SITE));
    assert_eq!(minus(Int(i64::MIN), Int(1)), fault(FaultKind::Overflow, SITE));
    assert_eq!(times(Int(i64::MIN), Int(-1), Kind::Int), fault(FaultKind::Overflow, SITE));
    assert_eq!(negate(&Int(i64::MIN), SITE), fault(FaultKind::Overflow, SITE));
    assert_eq!(per(Int(1), Int(4), Kind::Float), Float(0.25));
    assert_eq!(remainder(&Int(-7), &Int(3), SITE), Int(-1));
    assert_eq!(remainder(&Int(i64::MIN), &Int(-1), SITE), Int(0));
}

#[test]
fn division_by_zero_is_missing() {
    for (a, b) in [
        (Int(1), Int(0)),
        (Float(1.0), Float(0.0)),
        (Money(1), Money(0)),
        (Money(1), Int(0)),
        (Money(1), Float(0.0)),
        (duration(1, 0), duration(0, 0)),
        (duration(1, -DAY_MICROS), Int(0)),
    ] {
        assert_eq!(per(a.clone(), b.clone(), Kind::Float), Value::Missing, "{a:?}/{b:?}");
    }
    assert_eq!(remainder(&Int(1), &Int(0), SITE), Value::Missing);
}

#[test]
fn floats_keep_infinity_and_lose_nan() {
    assert_eq!(plus(Float(f64::MAX), Float(f64::MAX)), Float(f64::INFINITY));
    assert_eq!(minus(Float(f64::INFINITY), Float(f64::INFINITY)), Value::Missing);
    assert_eq!(times(Float(f64::INFINITY), Int(0), Kind::Float), Value::Missing);
    assert!(matches!(times(Float(-1.0), Int(0), Kind::Float), Float(x) if x.is_sign_positive()));
}

#[test]
fn money_rounds_once_half_to_even() {
    assert_eq!(per(Money(5), Int(2), Kind::Money), Money(2));
    assert_eq!(per(Money(7), Int(2), Kind::Money), Money(4));
    assert_eq!(per(Money(-5), Int(2), Kind::Money), Money(-2));
    assert_eq!(times(Money(5), Float(0.5), Kind::Money), Money(2));
    assert_eq!(times(Float(1.5), Money(5), Kind::Money), Money(8));
    assert_eq!(per(Money(1), Float(0.5), Kind::Money), Money(2));
    assert_eq!(times(Money(i64::MAX), Float(1.0), Kind::Money), Money(i64::MAX));
    assert_eq!(times(Money(i64::MAX), Float(1.1), Kind::Money), fault(FaultKind::Overflow, SITE));
    assert_eq!(per(Money(3), Money(4), Kind::Float), Float(0.75));
    assert_eq!(times(Money(1), Float(1e300), Kind::Money), fault(FaultKind::Overflow, SITE));
    assert_eq!(times(Money(1), Float(1e-300), Kind::Money), Money(0));
    assert_eq!(per(Money(9), Float(f64::NEG_INFINITY), Kind::Money), Money(0));
}

#[test]
fn quantities_and_time() {
    let speed = Kind::Quantity(Dimension::SPEED);
    assert_eq!(per(Float(5000.0), duration(0, HOUR), speed), Float(5000.0 / 3600.0));
    assert_eq!(parts_of(per(Float(5000.0), Float(10.0), Kind::Duration)), (0, 500_000_000));
    assert_eq!(times(Float(10.0), duration(0, HOUR), Kind::Quantity(Dimension::LENGTH)), Float(36_000.0));
    assert_eq!(parts_of(times(duration(1, HOUR), Int(2), Kind::Duration)), (2, 2 * HOUR));
    assert_eq!(parts_of(times(Float(0.5), duration(1, 0), Kind::Duration)), (0, 12 * HOUR));
    assert_eq!(parts_of(per(duration(1, 0), Int(24), Kind::Duration)), (0, HOUR));
    assert_eq!(per(duration(1, 0), duration(0, HOUR), Kind::Float), Float(24.0));
    assert_eq!(per(Int(10), duration(0, 5_000_000), Kind::Quantity(Dimension::FREQUENCY)), Float(2.0));
    assert_eq!(parts_of(per(Float(5e-7), Int(1), Kind::Duration)), (0, 0));
    assert_eq!(parts_of(per(Float(15e-7), Int(1), Kind::Duration)), (0, 2));
    assert_eq!(per(Float(1e300), Int(1), Kind::Duration), fault(FaultKind::Overflow, SITE));
}

#[test]
fn dates_and_times() {
    assert_eq!(parts_of(minus(Date(10), Date(3))), (7, 0));
    assert_eq!(parts_of(minus(Time(DAY_MICROS), Time(0))), (0, DAY_MICROS));
    assert_eq!(plus(Date(10), duration(-11, 0)), Date(-1));
    assert_eq!(plus(Date(10), duration(0, 1)), fault(FaultKind::InvalidArgument, SITE));
    assert_eq!(plus(Date(0), duration(i64::MAX, 0)), fault(FaultKind::OutOfCalendar, SITE));
    assert_eq!(plus(Time(0), duration(200_000_000, 0)), fault(FaultKind::OutOfCalendar, SITE));
    assert_eq!(minus(Time(0), duration(i64::MIN, 0)), fault(FaultKind::OutOfCalendar, SITE));
    assert_eq!(plus(Time(0), duration(0, i64::MAX)), fault(FaultKind::OutOfCalendar, SITE));
    assert_eq!(plus(Time(5), duration(1, 7)), Time(DAY_MICROS + 12));
    let new_york = Zone::named("America/New_York").unwrap();
    // 2024-03-09 12:00 EST; the next noon comes after 23 hours, 24 hours later it is 13:00
    let noon = 1_710_003_600_000_000;
    assert_eq!(add(&Time(noon), &duration(1, 0), &new_york, SITE), Time(noon + 23 * HOUR));
    assert_eq!(add(&Time(noon), &duration(0, 24 * HOUR), &new_york, SITE), Time(noon + 24 * HOUR));
}

#[test]
fn text_is_joined() {
    assert_eq!(plus(Text("a".into()), Text("幢".into())), Text("a幢".into()));
    assert_eq!(plus(Text("a".into()), Int(1)), fault(FaultKind::InvalidArgument, SITE));
}

proptest! {
    #[test]
    fn time_minus_duration_undoes_exact_spans(t in -1_000_000_000_000_000_i64..1_000_000_000_000_000, d in any::<i32>()) {
        let span = duration(0, i64::from(d));
        prop_assert_eq!(minus(plus(Time(t), span.clone()), span), Time(t));
    }

    #[test]
    fn nothing_panics(a in any_value(), b in any_value()) {
        let _ = (plus(a.clone(), b.clone()), minus(a.clone(), b.clone()), remainder(&a, &b, SITE), negate(&a, SITE));
        for kind in [Kind::Int, Kind::Float, Kind::Duration, Kind::Money] {
            for result in [multiply(&a, &b, &kind, SITE), divide(&a, &b, &kind, SITE)] {
                let is_nan = matches!(result, Float(x) if x.is_nan());
                prop_assert!(!is_nan);
            }
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Missing),
        any::<i64>().prop_map(Value::AtLeast),
        any::<i64>().prop_map(Int),
        any::<f64>().prop_map(Value::float),
        any::<i64>().prop_map(Money),
        any::<i64>().prop_map(Time),
        any::<i32>().prop_map(Date),
        (any::<i64>(), any::<i64>()).prop_map(|(days, micros)| duration(days, micros)),
        "[a-z]{0,3}".prop_map(|text| Text(text.into())),
        any::<bool>().prop_map(Value::Bool),
    ]
}
