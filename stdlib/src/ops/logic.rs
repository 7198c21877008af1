//! Three-valued logic, after Kleene, with faults between missing and the deciding value.

use super::{Site, fault};
use crate::value::{FaultKind, Value};

/// How strongly an operand of `and`/`or` decides: the deciding truth, then a fault, then missing, then the other truth.
enum Operand {
    Truth(bool),
    Fault,
    Missing,
    NotLogical,
}

fn operand(value: &Value) -> Operand {
    match value {
        Value::Bool(truth) => Operand::Truth(*truth),
        Value::Fault(_) => Operand::Fault,
        Value::Missing | Value::AtLeast(_) => Operand::Missing,
        _ => Operand::NotLogical,
    }
}

fn connect(a: &Value, b: &Value, deciding: bool, site: Site) -> Value {
    match (operand(a), operand(b)) {
        (Operand::Truth(x), _) | (_, Operand::Truth(x)) if x == deciding => Value::Bool(deciding),
        (Operand::Fault, _) => a.clone(),
        (_, Operand::Fault) => b.clone(),
        (Operand::NotLogical, _) | (_, Operand::NotLogical) => fault(FaultKind::InvalidArgument, site),
        (Operand::Missing, _) | (_, Operand::Missing) => Value::Missing,
        (Operand::Truth(_), Operand::Truth(_)) => Value::Bool(!deciding),
    }
}

/// `a and b`: false if either is false; else the leftmost fault; else missing if either is; else true.
pub fn and(a: &Value, b: &Value, site: Site) -> Value {
    connect(a, b, false, site)
}

/// `a or b`: true if either is true; else the leftmost fault; else missing if either is; else false.
pub fn or(a: &Value, b: &Value, site: Site) -> Value {
    connect(a, b, true, site)
}

/// `not a`
pub fn not(a: &Value, site: Site) -> Value {
    match operand(a) {
        Operand::Truth(truth) => Value::Bool(!truth),
        Operand::Fault => a.clone(),
        Operand::Missing => Value::Missing,
        Operand::NotLogical => fault(FaultKind::InvalidArgument, site),
    }
}

/// `a ?? b`: b where a is missing (a bare lower bound is missing here). A fault stays.
pub fn otherwise(a: &Value, b: &Value) -> Value {
    match a {
        Value::Missing | Value::AtLeast(_) => b.clone(),
        _ => a.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: Site = (0, 0, 1);

    fn faulty(place: u32) -> Value {
        fault(FaultKind::Overflow, (0, place, place))
    }

    #[test]
    fn and_table() {
        let (t, f, m) = (Value::Bool(true), Value::Bool(false), Value::Missing);
        let (e1, e2, least) = (faulty(1), faulty(2), Value::AtLeast(3));
        let table = [
            (&t, &t, &t),
            (&t, &f, &f),
            (&t, &m, &m),
            (&t, &e1, &e1),
            (&f, &t, &f),
            (&f, &f, &f),
            (&f, &m, &f),
            (&f, &e1, &f),
            (&m, &t, &m),
            (&m, &f, &f),
            (&m, &m, &m),
            (&m, &e1, &e1),
            (&e1, &t, &e1),
            (&e1, &f, &f),
            (&e1, &m, &e1),
            (&e1, &e2, &e1),
            (&e2, &e1, &e2),
            (&least, &t, &m),
            (&least, &f, &f),
        ];
        for (a, b, expected) in table {
            assert_eq!(and(a, b, SITE), *expected, "{a:?} and {b:?}");
        }
    }

    #[test]
    fn or_is_and_seen_in_the_mirror() {
        let values = [Value::Bool(true), Value::Bool(false), Value::Missing, faulty(1), faulty(2), Value::AtLeast(1)];
        for a in &values {
            for b in &values {
                let mirrored = not(&and(&not(a, SITE), &not(b, SITE), SITE), SITE);
                assert_eq!(or(a, b, SITE), mirrored, "{a:?} or {b:?}");
            }
        }
        assert_eq!(or(&faulty(1), &Value::Bool(true), SITE), Value::Bool(true));
        assert_eq!(or(&Value::Missing, &Value::Bool(false), SITE), Value::Missing);
    }

    #[test]
    fn otherwise_replaces_missing_only() {
        assert_eq!(otherwise(&Value::Missing, &Value::Int(1)), Value::Int(1));
        assert_eq!(otherwise(&Value::AtLeast(9), &Value::Int(1)), Value::Int(1));
        assert_eq!(otherwise(&Value::Int(2), &Value::Int(1)), Value::Int(2));
        assert_eq!(otherwise(&faulty(1), &Value::Int(1)), faulty(1));
    }

    #[test]
    fn a_number_is_not_a_truth() {
        assert_eq!(and(&Value::Int(1), &Value::Bool(true), SITE), fault(FaultKind::InvalidArgument, SITE));
        assert_eq!(not(&Value::Int(1), SITE), fault(FaultKind::InvalidArgument, SITE));
    }
}
