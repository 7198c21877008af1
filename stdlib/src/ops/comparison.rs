//! Comparison, membership, and `is`.

use super::{Site, and, fault, not, or, unknown};
use crate::value::{FaultKind, Value};
use std::cmp::Ordering;

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether values in this order satisfy it.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// Compares a whole number with a `Float` exactly. The `Float` is not NaN.
pub fn compare_numbers(whole: i64, number: f64) -> Ordering {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if number >= LIMIT {
        Ordering::Less
    } else if number < -LIMIT {
        Ordering::Greater
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "within the range of i64")]
        let towards_zero = number.trunc() as i64;
        whole.cmp(&towards_zero).then_with(|| 0.0_f64.total_cmp(&(number.fract() + 0.0)))
    }
}

/// The order of two known values of comparable kinds.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    use Value::{
        Bool, Date, Duration, Entity, Enum, Float, Hour, Int, Level, Line, List, Money, Point, Polygon, Text, Time,
    };
    Some(match (a, b) {
        (Int(x), Float(y)) => compare_numbers(*x, *y),
        (Float(x), Int(y)) => compare_numbers(*y, *x).reverse(),
        (Float(x), Float(y)) => x.partial_cmp(y)?,
        (Hour(x), Int(y)) => i64::from(*x).cmp(y),
        (Int(x), Hour(y)) => x.cmp(&i64::from(*y)),
        (Int(_), Int(_))
        | (Bool(_), Bool(_))
        | (Money(_), Money(_))
        | (Text(_), Text(_))
        | (Date(_), Date(_))
        | (Time(_), Time(_))
        | (Duration(_), Duration(_))
        | (Hour(_), Hour(_))
        | (Point(_), Point(_))
        | (Line(_), Line(_))
        | (Polygon(_), Polygon(_))
        | (Entity(_), Entity(_))
        | (Level(_), Level(_))
        | (List(_), List(_)) => a.cmp(b),
        (Enum(x, _), Enum(y, _)) if x == y => a.cmp(b),
        _ => return None,
    })
}

/// `a == b`, `a < b`, …: missing if an operand is missing, except that a count over a partly covered span
/// ([`Value::AtLeast`]) satisfies `count > x`, `count >= x`, `x < count` and `x <= count` as soon as what was seen does.
///
/// `Int` and `Float` are compared exactly; text by code point; an `Hour` may be compared with an `Int`.
pub fn compare(operator: Comparison, a: &Value, b: &Value, site: Site) -> Value {
    use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let bound = match (operator, a, b) {
        (Greater | GreaterOrEqual, Value::AtLeast(seen), known) if known.is_known() => order(&Value::Int(*seen), known),
        (Less | LessOrEqual, known, Value::AtLeast(seen)) if known.is_known() => order(known, &Value::Int(*seen)),
        _ => None,
    };
    if bound.is_some_and(|order| operator.holds(order)) {
        return Value::Bool(true);
    }
    if let Some(result) = unknown(a, b) {
        return result;
    }
    match order(a, b) {
        Some(order) => Value::Bool(operator.holds(order)),
        None => fault(FaultKind::InvalidArgument, site),
    }
}

/// `a == b`
pub fn equal(a: &Value, b: &Value, site: Site) -> Value {
    compare(Comparison::Equal, a, b, site)
}

/// `a != b`
pub fn not_equal(a: &Value, b: &Value, site: Site) -> Value {
    compare(Comparison::NotEqual, a, b, site)
}

/// `a is b`: both known and equal, or both missing. Never missing; a fault stays a fault.
pub fn is(a: &Value, b: &Value, site: Site) -> Value {
    match (a, b) {
        (Value::Fault(_), _) => a.clone(),
        (_, Value::Fault(_)) => b.clone(),
        _ if a.is_known() && b.is_known() => equal(a, b, site),
        _ => Value::Bool(!a.is_known() && !b.is_known()),
    }
}

/// `a is not b`
pub fn is_not(a: &Value, b: &Value, site: Site) -> Value {
    not(&is(a, b, site), site)
}

/// `value in low..high` (half-open) or `value in low..=high` (`closed`).
///
/// It is `low <= value and value < high`. Ranges of `Hour` wrap: `22..6` is 22:00 to 05:59. Any other reversed range is
/// empty (the checker refuses it where it can see it).
pub fn in_range(value: &Value, low: &Value, high: &Value, closed: bool, site: Site) -> Value {
    let from = compare(Comparison::GreaterOrEqual, value, low, site);
    let until = compare(if closed { Comparison::LessOrEqual } else { Comparison::Less }, value, high, site);
    let wraps = matches!(value, Value::Hour(_)) && order(low, high).is_some_and(Ordering::is_gt);
    if wraps { or(&from, &until, site) } else { and(&from, &until, site) }
}

/// `value in (a, b, c)`: `value == a or value == b or …`.
pub fn in_list<'a>(value: &Value, items: impl IntoIterator<Item = &'a Value>, site: Site) -> Value {
    items.into_iter().fold(Value::Bool(false), |found, item| or(&found, &equal(value, item, site), site))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Value::{AtLeast, Bool, Float, Hour, Int, Missing, Text};
    use num_bigint::BigInt;
    use proptest::prelude::*;

    const SITE: Site = (0, 0, 1);
    const ALL: [Comparison; 6] = [
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ];

    #[test]
    fn missing_and_faults() {
        let broken = fault(FaultKind::Overflow, (0, 5, 6));
        for operator in ALL {
            assert_eq!(compare(operator, &Missing, &Int(1), SITE), Missing);
            assert_eq!(compare(operator, &Int(1), &Missing, SITE), Missing);
            assert_eq!(compare(operator, &Missing, &broken, SITE), broken);
            assert_eq!(compare(operator, &AtLeast(9), &broken, SITE), broken);
            assert_eq!(compare(operator, &AtLeast(9), &AtLeast(1), SITE), Missing);
            assert_eq!(compare(operator, &Text("1".into()), &Int(1), SITE), fault(FaultKind::InvalidArgument, SITE));
        }
    }

    #[test]
    fn a_lower_bound_may_be_true_but_never_false() {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let cases = [
            (Greater, AtLeast(5), Int(4), Bool(true)),
            (Greater, AtLeast(5), Int(5), Missing),
            (GreaterOrEqual, AtLeast(5), Int(5), Bool(true)),
            (GreaterOrEqual, AtLeast(5), Float(5.5), Missing),
            (Greater, AtLeast(5), Float(4.5), Bool(true)),
            (Less, Int(4), AtLeast(5), Bool(true)),
            (LessOrEqual, Int(6), AtLeast(5), Missing),
            (Less, AtLeast(5), Int(4), Missing),
            (Greater, Int(4), AtLeast(5), Missing),
            (Equal, AtLeast(5), Int(4), Missing),
            (NotEqual, AtLeast(5), Int(4), Missing),
        ];
        for (operator, a, b, expected) in cases {
            assert_eq!(compare(operator, &a, &b, SITE), expected, "{a:?} {operator:?} {b:?}");
        }
    }

    #[test]
    fn is_knows_no_missing() {
        assert_eq!(is(&Missing, &Missing, SITE), Bool(true));
        assert_eq!(is(&AtLeast(1), &Missing, SITE), Bool(true));
        assert_eq!(is(&Missing, &Int(1), SITE), Bool(false));
        assert_eq!(is_not(&Missing, &Int(1), SITE), Bool(true));
        assert_eq!(is(&Int(1), &Float(1.0), SITE), Bool(true));
        let broken = fault(FaultKind::Overflow, SITE);
        assert_eq!(is_not(&Missing, &broken, SITE), broken);
    }

    #[test]
    fn numbers_are_compared_exactly() {
        let big = (1_i64 << 53) + 1;
        assert_eq!(equal(&Int(big), &Float(9_007_199_254_740_992.0), SITE), Bool(false));
        assert_eq!(compare(Comparison::Greater, &Int(big), &Float(9_007_199_254_740_992.0), SITE), Bool(true));
        assert_eq!(compare(Comparison::Less, &Int(i64::MAX), &Float(9_223_372_036_854_775_808.0), SITE), Bool(true));
        assert_eq!(compare(Comparison::Less, &Int(-1), &Float(-0.5), SITE), Bool(true));
        assert_eq!(equal(&Int(0), &Float(0.0), SITE), Bool(true));
        assert_eq!(compare(Comparison::Less, &Int(i64::MAX), &Float(f64::INFINITY), SITE), Bool(true));
    }

    #[test]
    fn hours_wrap() {
        for hour in 0..24 {
            let night = !(6..22).contains(&hour);
            assert_eq!(in_range(&Hour(hour), &Int(22), &Int(6), false, SITE), Bool(night), "{hour}");
            assert_eq!(in_range(&Hour(hour), &Hour(22), &Hour(6), false, SITE), Bool(night), "{hour}");
            assert_eq!(in_range(&Hour(hour), &Int(22), &Int(6), true, SITE), Bool(night || hour == 6), "{hour}");
            assert_eq!(in_range(&Hour(hour), &Int(6), &Int(22), false, SITE), Bool(!night), "{hour}");
            assert_eq!(in_range(&Hour(hour), &Int(6), &Int(6), false, SITE), Bool(false), "{hour}");
        }
        assert_eq!(in_range(&Missing, &Int(22), &Int(6), false, SITE), Missing);
    }

    #[test]
    fn ranges_and_lists() {
        assert_eq!(in_range(&Int(3), &Int(3), &Int(5), false, SITE), Bool(true));
        assert_eq!(in_range(&Int(5), &Int(3), &Int(5), false, SITE), Bool(false));
        assert_eq!(in_range(&Int(5), &Int(3), &Int(5), true, SITE), Bool(true));
        assert_eq!(in_range(&Int(4), &Int(5), &Int(3), true, SITE), Bool(false));
        assert_eq!(in_range(&Int(9), &Missing, &Int(3), true, SITE), Bool(false));
        assert_eq!(in_list(&Int(2), &[Missing, Int(2)], SITE), Bool(true));
        assert_eq!(in_list(&Int(3), &[Missing, Int(2)], SITE), Missing);
        assert_eq!(in_list(&Int(3), &[Int(1), Int(2)], SITE), Bool(false));
        assert_eq!(in_list(&Missing, &[], SITE), Bool(false));
    }

    proptest! {
        #[test]
        fn mixed_numbers_agree_with_exact_arithmetic(whole in any::<i64>(), near in -3_i64..3, far in any::<f64>()) {
            #[expect(clippy::cast_precision_loss, reason = "a neighbour is wanted")]
            let close = (whole as f64) + near as f64 * 0.5;
            for number in [close, far] {
                prop_assume!(number.is_finite());
                let (mantissa, exponent) = crate::ops::rounding::parts(number);
                let (mut a, mut b) = (BigInt::from(whole), BigInt::from(mantissa));
                if exponent >= 0 { b <<= exponent } else { a <<= -exponent }
                prop_assert_eq!(compare_numbers(whole, number), a.cmp(&b));
            }
        }
    }
}
