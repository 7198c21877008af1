//! Tests of the declarations themselves: names, examples, missing arguments.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::ops::fault;
use crate::value::FaultKind;
use std::collections::HashSet;

#[test]
fn examples_hold() {
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let context = Context { zone: &zone, site: (0, 0, 0) };
    for function in functions() {
        assert!(!function.examples.is_empty(), "{} has no example", function.name);
        for example in function.examples {
            let arguments = (example.arguments)();
            assert_eq!(arguments.len(), function.parameters.len(), "{}", example.call);
            let expected = (example.result)();
            let found = function.load(&arguments, &context);
            assert_eq!(found.clone().ok(), expected, "{}: {found:?}", example.call);
            if let (Some(Loaded::Value(value)), true) = (expected, function.is_for_expressions()) {
                assert_eq!(function.call(&arguments, &context), value, "{}", example.call);
                assert!(value.is_known() || function.optional, "{} may be missing", function.name);
            }
        }
    }
}

#[test]
fn names_are_unique_and_found() {
    let mut seen = HashSet::new();
    for function in functions() {
        assert!(seen.insert(function.name) && seen.insert(function.name_zh), "{} twice", function.name);
        assert_eq!(lookup(function.name), Some(*function));
        assert_eq!(lookup(function.name_zh), Some(*function));
        assert_eq!(function.name.matches('.').count(), function.name_zh.matches('.').count());
        for text in [function.docs, function.docs_zh] {
            assert!(text.ends_with(['.', '。']) && !text.contains("  "), "{}: {text}", function.name);
        }
    }
    assert_eq!(lookup("address"), None);
}

#[test]
fn missing_and_faulty_arguments() {
    let context = Context { zone: &Zone::UTC, site: (0, 0, 0) };
    let broken = fault(FaultKind::Plugin, (3, 4, 5));
    for function in functions() {
        let arguments = (function.examples.first().unwrap().arguments)();
        for index in 0..arguments.len() {
            let with = |value: Value| {
                let mut changed = arguments.clone();
                *changed.get_mut(index).unwrap() = value;
                changed
            };
            assert_eq!(function.call(&with(broken.clone()), &context), broken, "{}", function.name);
            assert_eq!(function.call(&with(Value::AtLeast(1)), &context), Value::Missing, "{}", function.name);
            let loaded = function.load(&with(Value::Missing), &context);
            assert_eq!(loaded, Ok(Loaded::Value(Value::Missing)), "{}", function.name);
        }
        let all_missing = vec![Value::Missing; arguments.len()];
        assert_eq!(function.call(&all_missing, &context), Value::Missing, "{}", function.name);
    }
}

#[test]
fn wrong_kinds_are_faults_not_panics() {
    let context = Context { zone: &Zone::UTC, site: (1, 2, 3) };
    for function in functions() {
        let arguments = match function.parameters.len() {
            1 => vec![Value::Bool(true)],
            _ => vec![Value::Bool(true), Value::Date(1)],
        };
        let result = function.call(&arguments, &context);
        let harmless = matches!(result, Value::Fault(_) | Value::Missing);
        assert!(harmless, "{} gave {result:?}", function.name);
    }
}

#[test]
fn calendar_of_far_times() {
    let context = Context { zone: &Zone::UTC, site: (1, 2, 3) };
    let call = |name: &str, value: Value| lookup(name).unwrap().call(&[value], &context);
    let out = fault(FaultKind::OutOfCalendar, (1, 2, 3));
    for name in ["night", "hour", "minute", "date", "weekday", "month", "year"] {
        assert_eq!(call(name, Value::Time(i64::MAX)), out, "{name}");
    }
    assert_eq!(call("start_of_day", Value::Date(i32::MIN)), out);
    assert_eq!(call("round", Value::Float(1e19)), fault(FaultKind::Overflow, (1, 2, 3)));
    assert_eq!(call("floor", Value::Float(f64::INFINITY)), fault(FaultKind::Overflow, (1, 2, 3)));
    assert_eq!(call("abs", Value::Int(i64::MIN)), fault(FaultKind::Overflow, (1, 2, 3)));
}

proptest::proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
        let folded = super::text::fold(&text);
        proptest::prop_assert_eq!(super::text::fold(&folded), folded.clone());
    }
}
