//! Mean and deviation of values of which some are taken away again.

use super::{ill_typed, of_kind, whole};
use crate::exact::ExactSquares;
use crate::ops::{Site, divide_half_even, round_half_even};
use crate::types::Kind;
use crate::value::Value;

/// The sums behind `mean` and `stddev`. They are exact, so what is left after some values are taken away gives what
/// those values alone would give.
///
/// ```
/// use watchfire_stdlib::statistics::Moments;
/// use watchfire_stdlib::types::Kind;
/// use watchfire_stdlib::value::Value;
/// let mut moments = Moments::default();
/// for number in [1e300, 1.0, 3.0] {
///     moments.add(&Value::Float(number));
/// }
/// moments.subtract(&Value::Float(1e300));
/// assert_eq!(moments.mean(&Kind::Float, (0, 0, 0)), Value::Float(2.0));
/// assert_eq!(moments.stddev(&Kind::Float, (0, 0, 0)), Value::Float(2_f64.sqrt()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Moments {
    squares: ExactSquares,
    /// Money in ten-thousandths, or spans in microseconds.
    total: i128,
    ill_typed: bool,
}

impl Moments {
    /// Adds a value that is known.
    pub fn add(&mut self, value: &Value) {
        match (value, whole(value)) {
            (Value::Float(x), _) => self.squares.add(*x),
            (_, Some(n)) => {
                self.squares.add_whole(n);
                self.total += i128::from(n);
            }
            _ => self.ill_typed = true,
        }
    }

    /// Takes away a value added before.
    pub fn subtract(&mut self, value: &Value) {
        match (value, whole(value)) {
            (Value::Float(x), _) => self.squares.subtract(*x),
            (_, Some(n)) => {
                self.squares.subtract_whole(n);
                self.total -= i128::from(n);
            }
            _ => self.ill_typed = true,
        }
    }

    /// Adds all values of other sums.
    pub fn merge(&mut self, other: &Self) {
        self.squares.merge(&other.squares);
        self.total += other.total;
        self.ill_typed |= other.ill_typed;
    }

    /// As [`mean`](super::mean) of the values of this kind that are left.
    pub fn mean(&self, kind: &Kind, site: Site) -> Value {
        let count = self.squares.sum().count();
        match kind {
            _ if self.ill_typed => ill_typed(site),
            _ if count == 0 => Value::Missing,
            Kind::Money | Kind::Duration => {
                let mean = divide_half_even(self.total, i128::from(count));
                of_kind(mean.and_then(|n| i64::try_from(n).ok()), kind, site)
            }
            _ => self.squares.sum().mean().map_or(Value::Missing, Value::float),
        }
    }

    /// As [`stddev`](super::stddev) of the values of this kind that are left.
    pub fn stddev(&self, kind: &Kind, site: Site) -> Value {
        match (self.squares.deviation(), kind) {
            _ if self.ill_typed => ill_typed(site),
            (None, _) => Value::Missing,
            (Some(deviation), Kind::Money | Kind::Duration) => of_kind(round_half_even(deviation), kind, site),
            (Some(deviation), _) => Value::float(deviation),
        }
    }
}
