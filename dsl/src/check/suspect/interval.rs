//! Intervals of numbers: what a value can be at most and at least.
//!
//! Everything errs on the wide side. Ends are `f64`; the arithmetic of values is monotone and so is its rounding, so the
//! ends of a result are the results of the ends. Whole numbers beyond 2⁵³, of which `f64` does not know each, are
//! unbounded.

use crate::program::Value;

/// Largest number up to which every whole number is a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The numbers between two ends. Infinite ends are open by nature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
    /// The low end itself is not in it.
    pub(super) low_open: bool,
    /// The high end itself is not in it.
    pub(super) high_open: bool,
}

impl Interval {
    pub(super) const ALL: Self = Self::closed(f64::NEG_INFINITY, f64::INFINITY);
    pub(super) const FROM_ZERO: Self = Self::closed(0.0, f64::INFINITY);

    pub(super) const fn closed(low: f64, high: f64) -> Self {
        Self { low, high, low_open: false, high_open: false }
    }

    /// One value, where it is a number.
    pub(super) fn of(value: &Value) -> Option<Self> {
        number(value).map(|n| Self::closed(n, n))
    }

    /// The values of a range as it is written.
    pub(super) fn range(low: &Value, high: &Value, closed: bool) -> Self {
        let whole = matches!((low, high), (Value::Int(_), Value::Int(_)) | (Value::Hour(_), Value::Hour(_)));
        let low = number(low).unwrap_or(f64::NEG_INFINITY);
        match number(high) {
            None => Self::closed(low, f64::INFINITY),
            Some(high) if closed => Self::closed(low, high),
            Some(high) if whole => Self::closed(low, high - 1.0),
            Some(high) => Self { high_open: true, ..Self::closed(low, high) },
        }
    }

    /// There is no such number.
    pub(super) fn is_empty(self) -> bool {
        self.low > self.high || (self.low == self.high && (self.low_open || self.high_open))
    }

    /// It says something.
    pub(super) fn is_bounded(self) -> bool {
        self.low > f64::NEG_INFINITY || self.high < f64::INFINITY
    }

    /// Both: what is known of one and of the other.
    pub(super) fn and(self, other: Self) -> Self {
        let (low, low_open) = match self.low.total_cmp(&other.low) {
            std::cmp::Ordering::Less => (other.low, other.low_open),
            std::cmp::Ordering::Equal => (self.low, self.low_open || other.low_open),
            std::cmp::Ordering::Greater => (self.low, self.low_open),
        };
        let (high, high_open) = match self.high.total_cmp(&other.high) {
            std::cmp::Ordering::Less => (self.high, self.high_open),
            std::cmp::Ordering::Equal => (self.high, self.high_open || other.high_open),
            std::cmp::Ordering::Greater => (other.high, other.high_open),
        };
        Self { low, high, low_open, high_open }
    }

    /// Either: all that lies between.
    pub(super) fn or(self, other: Self) -> Self {
        Self::closed(self.low.min(other.low), self.high.max(other.high))
    }

    pub(super) fn negate(self) -> Self {
        Self { low: -self.high, high: -self.low, low_open: self.high_open, high_open: self.low_open }
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self::closed(self.low + other.low, self.high + other.high).sound()
    }

    pub(super) fn subtract(self, other: Self) -> Self {
        self.add(other.negate())
    }

    pub(super) fn multiply(self, other: Self) -> Self {
        // Nothing times however much is nothing.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        self.corners(other, product)
    }

    /// A quotient; by zero it is missing.
    pub(super) fn divide(self, other: Self) -> Self {
        if other.low <= 0.0 && other.high >= 0.0 {
            // Only signs are sure: what divides is not zero, or there is no quotient.
            return if other.low == 0.0 {
                self.sign()
            } else if other.high == 0.0 {
                self.sign().negate()
            } else {
                Self::ALL
            };
        }
        let quotient = |a: f64, b: f64| if b.is_infinite() { 0.0 } else { a / b };
        self.corners(other, quotient)
    }

    /// Only the sign is kept: for products and quotients that are rounded in other ways.
    pub(super) fn sign(self) -> Self {
        Self::closed(
            if self.low >= 0.0 { 0.0 } else { f64::NEG_INFINITY },
            if self.high <= 0.0 { 0.0 } else { f64::INFINITY },
        )
    }

    fn corners(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let all = [f(self.low, other.low), f(self.low, other.high), f(self.high, other.low), f(self.high, other.high)];
        let low = all.into_iter().fold(f64::INFINITY, f64::min);
        let high = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
        if all.iter().any(|x| x.is_nan()) { Self::ALL } else { Self::closed(low, high).sound() }
    }

    /// Unbounded where the ends could be off.
    fn sound(self) -> Self {
        let low = if self.low.is_nan() || self.low.abs() > EXACT { f64::NEG_INFINITY } else { self.low };
        let high = if self.high.is_nan() || self.high.abs() > EXACT { f64::INFINITY } else { self.high };
        Self { low, high, ..self }
    }

    /// Every number here is less than every one there.
    pub(super) fn is_below(self, other: Self) -> bool {
        self.high < other.low || (self.high == other.low && (self.high_open || other.low_open))
    }

    /// No number here is greater than one there.
    pub(super) fn is_not_above(self, other: Self) -> bool {
        self.high <= other.low
    }
}

/// A value as a number, where floats can hold it: money in its smallest part, spans in microseconds.
fn number(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "larger ones are left out")]
    let whole = |n: i64| Some(n as f64).filter(|n| n.abs() < EXACT);
    match value {
        Value::Int(n) | Value::Money(n) => whole(*n),
        Value::Float(x) => Some(*x),
        Value::Duration(d) => whole(d.total_micros()),
        Value::Hour(h) => Some(f64::from(*h)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a number lies in an interval.
    fn holds(i: Interval, x: f64) -> bool {
        let above = if i.low_open { x > i.low } else { x >= i.low };
        above && if i.high_open { x < i.high } else { x <= i.high }
    }

    #[test]
    fn results_lie_within_the_interval_of_results() {
        let ends = [-7.5, -3.0, -0.1, 0.0, 0.1, 2.0, 9.0];
        let pairs: Vec<(f64, f64)> = ends.iter().flat_map(|a| ends.map(|b| (*a, b))).collect();
        for ((a, b), (c, d)) in pairs.iter().flat_map(|one| pairs.iter().map(|other| (*one, *other))) {
            if a > b || c > d {
                continue;
            }
            let (i, j) = (Interval::closed(a, b), Interval::closed(c, d));
            for x in ends.into_iter().filter(|x| holds(i, *x)) {
                assert!(holds(i.negate(), -x));
                for y in ends.into_iter().filter(|y| holds(j, *y)) {
                    assert!(holds(i.add(j), x + y), "{i:?} + {j:?}: {x} + {y}");
                    assert!(holds(i.subtract(j), x - y), "{i:?} - {j:?}: {x} - {y}");
                    assert!(holds(i.multiply(j), x * y), "{i:?} * {j:?}: {x} * {y}");
                    assert!(y == 0.0 || holds(i.divide(j), x / y), "{i:?} / {j:?}: {x} / {y}");
                    assert!(holds(i.or(j), x) && holds(i.or(j), y));
                    assert!(!(i.is_below(j) && x >= y), "{i:?} < {j:?}: {x}, {y}");
                    assert!(!(i.is_not_above(j) && x > y), "{i:?} <= {j:?}: {x}, {y}");
                }
                assert_eq!(holds(i.and(j), x), holds(j, x));
            }
        }
    }

    #[test]
    fn half_open_ranges_keep_their_end_out() {
        let below_nine = Interval::range(&Value::Float(1.0), &Value::Float(9.0), false);
        assert!(below_nine.is_below(Interval::closed(9.0, 9.0)));
        let whole = Interval::range(&Value::Int(1), &Value::Int(9), false);
        assert_eq!(whole, Interval::closed(1.0, 8.0));
        assert!(below_nine.and(Interval::closed(9.0, 20.0)).is_empty());
    }

    #[test]
    fn numbers_that_floats_cannot_tell_apart_are_unbounded() {
        let most = Interval::closed(0.0, EXACT - 1.0);
        assert_eq!(most.add(most).high, f64::INFINITY);
        assert_eq!(most.multiply(Interval::FROM_ZERO).low, 0.0);
        assert_eq!(Interval::of(&Value::Int(i64::MAX)), None);
    }
}
