//! The slope of a line through points, exact until the end.

use super::digits::Digits;
use super::{SMALLEST, SUM_DIGITS, Special, split};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// A sum of products with whole numbers of 64 bits.
const PRODUCT_DIGITS: usize = SUM_DIGITS + 3;
/// A sum of squares of whole numbers of 64 bits.
const SQUARE_DIGITS: usize = 7;

/// Sums behind the least-squares slope of a number over whole numbers (instants). All of them are exact; the slope is
/// rounded once.
///
/// ```
/// use watchfire_stdlib::exact::ExactTrend;
/// let mut trend = ExactTrend::new();
/// for (time, number) in [(10, 1.0), (20, 3.0), (30, 5.0)] {
///     trend.add(time, number);
/// }
/// assert_eq!(trend.slope(1), Some(0.2));
/// assert_eq!(trend.slope(10), Some(2.0));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ExactTrend {
    count: u64,
    /// The first time: others count from it.
    origin: Option<i64>,
    times: i128,
    squares: Digits<SQUARE_DIGITS>,
    numbers: Digits<SUM_DIGITS>,
    products: Digits<PRODUCT_DIGITS>,
    special: Special,
}

impl ExactTrend {
    /// The sums of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a point.
    pub fn add(&mut self, time: i64, number: f64) {
        if number.is_finite() {
            let (mantissa, position) = split(number);
            self.point(time, mantissa, position, number.is_sign_negative());
        } else {
            self.special.note(number, 1);
        }
    }

    /// Adds a point with a whole number, exactly.
    pub fn add_whole(&mut self, time: i64, number: i64) {
        self.point(time, number.unsigned_abs(), SMALLEST.unsigned_abs() as usize, number < 0);
    }

    fn point(&mut self, time: i64, mantissa: u64, position: usize, negative: bool) {
        let origin = *self.origin.get_or_insert(time);
        let (distance, before) = (time.abs_diff(origin), time < origin);
        self.count += 1;
        self.times += i128::from(time) - i128::from(origin);
        let square = u128::from(distance) * u128::from(distance);
        self.squares.add(square as u64, 0, false);
        self.squares.add((square >> 64) as u64, 64, false);
        self.numbers.add(mantissa, position, negative);
        let product = u128::from(mantissa) * u128::from(distance);
        self.products.add(product as u64, position, negative != before);
        self.products.add((product >> 64) as u64, position + 64, negative != before);
    }

    /// The slope (n·Σtx − Σt·Σx) / (n·Σt² − (Σt)²) times `per`, rounded once. `None` where there are fewer than two
    /// different times, or terms that are not finite.
    pub fn slope(&self, per: i64) -> Option<f64> {
        if self.special.sum().is_some() {
            return None;
        }
        let times = BigInt::from(self.times);
        let spread = self.squares.whole() * self.count - &times * &times;
        if !spread.is_positive() {
            return None;
        }
        let common = self.products.whole() * self.count - &times * self.numbers.whole();
        Some(quotient(&(common * per), &spread))
    }
}

/// `above / below × 2^SMALLEST`, rounded to nearest, ties to even; `below` is positive.
fn quotient(above: &BigInt, below: &BigInt) -> f64 {
    let magnitude = above.abs();
    let whole = &magnitude / below;
    let rest = &magnitude - &whole * below;
    // In units of the smallest `Float`: of 53 bits and fewer all count, of more the first 53.
    let excess = whole.bits().saturating_sub(53);
    let mut kept: BigInt = &whole >> excess;
    let below_kept = ((whole - (&kept << excess)) * below + rest) * 2;
    let unit = below << excess;
    if below_kept > unit || (below_kept == unit && kept.bit(0)) {
        kept += 1;
    }
    if kept.is_zero() {
        return 0.0;
    }
    let exponent = i32::try_from(excess).map_or(i32::MAX, |excess| excess + SMALLEST);
    let magnitude = libm::ldexp(kept.to_f64().unwrap_or(f64::INFINITY), exponent);
    if above.is_negative() { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slope(points: &[(i64, f64)], per: i64) -> Option<f64> {
        let mut trend = ExactTrend::new();
        points.iter().for_each(|(time, number)| trend.add(*time, *number));
        trend.slope(per)
    }

    #[test]
    fn lines() {
        assert_eq!(slope(&[(0, 1.0), (1, 3.0), (2, 5.0)], 1), Some(2.0));
        assert_eq!(slope(&[(0, 1.0), (3, 2.0)], 1), Some(1.0 / 3.0));
        assert_eq!(slope(&[(0, 1.0), (3, 2.0)], 3), Some(1.0));
        assert_eq!(slope(&[(i64::MIN, 0.0), (i64::MAX, 1.0)], 1), Some(1.0 / 18_446_744_073_709_551_615.0));
        assert_eq!(slope(&[(0, 5.0), (1, 5.0), (9, 5.0)], 1), Some(0.0));
        // x = 1, 2, 4 at 0, 1, 2: (3·10 − 3·7) / (3·5 − 9)
        assert_eq!(slope(&[(0, 1.0), (1, 2.0), (2, 4.0)], 1), Some(1.5));
    }

    #[test]
    fn no_line() {
        assert_eq!(slope(&[], 1), None);
        assert_eq!(slope(&[(5, 1.0)], 1), None);
        assert_eq!(slope(&[(5, 1.0), (5, 2.0)], 1), None);
        assert_eq!(slope(&[(5, 1.0), (6, f64::INFINITY)], 1), None);
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(slope(&[(0, -f64::MAX), (1, f64::MAX)], 1), Some(f64::INFINITY));
        assert_eq!(slope(&[(0, f64::MAX), (2, -f64::MAX)], 1), Some(-f64::MAX));
        assert_eq!(slope(&[(0, 0.0), (1, 5e-324)], 1), Some(5e-324));
        assert_eq!(slope(&[(0, 0.0), (2, 5e-324)], 1), Some(0.0)); // half: to even
        assert_eq!(slope(&[(0, 0.0), (2, 1.5e-323)], 1), Some(1e-323)); // 3/2: to even
        assert_eq!(slope(&[(0, 0.0), (1, f64::MIN_POSITIVE)], 1), Some(f64::MIN_POSITIVE));
        let mut whole = ExactTrend::new();
        whole.add_whole(0, i64::MIN);
        whole.add_whole(1, i64::MAX);
        assert_eq!(whole.slope(1), Some(18_446_744_073_709_551_615.0));
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_the_line_is_close(
            mut points in prop::collection::vec((-1000..1000_i64, -1e3..1e3_f64), 2..20),
        ) {
            let forward = slope(&points, 7);
            points.reverse();
            prop_assert_eq!(forward, slope(&points, 7));
            let n = points.len() as f64;
            let mean = |f: fn(&(i64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
            let (t, x) = (mean(|p| p.0 as f64), mean(|p| p.1));
            let common: f64 = points.iter().map(|p| (p.0 as f64 - t) * (p.1 - x)).sum();
            let spread: f64 = points.iter().map(|p| (p.0 as f64 - t).powi(2)).sum();
            if let Some(slope) = forward {
                prop_assert!((slope - 7.0 * common / spread).abs() < 1e-6 * (1.0 + slope.abs()));
            }
        }
    }
}
