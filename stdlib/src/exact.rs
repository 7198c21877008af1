//! Sums of numbers that are exact until the end, and so do not depend on the order of their terms.
//!
//! A *superaccumulator* is a whole number wide enough for every sum of finite `Float`s, in units of the smallest one,
//! 2⁻¹⁰⁷⁴ (U. Kulisch, *Computer Arithmetic and Validity*, 2008; R. M. Neal, *Fast exact summation using small and large
//! superaccumulators*, arXiv:1505.05571, whose small superaccumulator this is). It is held as digits of 32 bits in
//! signed words of 64, least significant first; a term touches three digits, and carries wait:
//!
//! ```text
//!   digit      67        …        2          1          0
//!          ┌─────────┬───────┬─────────┬─────────┬─────────┐
//!          │carry 32 │   …   │carry 32 │carry 32 │carry 32 │
//!          └─────────┴───────┴─────────┴─────────┴─────────┘
//!   worth     2^2144        2^64       2^32       1          × 2^-1074
//! ```
//!
//! Terms can be taken away again exactly, so a window that steps over its rows gives what a fresh sum gives. The result
//! is rounded once, to nearest, ties to even.

mod digits;
mod trend;

pub use trend::ExactTrend;

use digits::Digits;
use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

/// Widest: a sum of `Float`s spans 2098 bits, and the carries of 2⁶⁴ terms.
const SUM_DIGITS: usize = 68;
/// A sum of squares spans 4196 bits, and the carries.
const SQUARE_DIGITS: usize = 134;
/// Binary exponent of the smallest positive `Float`.
const SMALLEST: i32 = -1074;

/// How many of the terms are no finite number. They cannot be added into digits, but can be taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Special {
    positive: i64,
    negative: i64,
    not_a_number: i64,
}

impl Special {
    fn note(&mut self, number: f64, times: i64) {
        if number.is_nan() {
            self.not_a_number += times;
        } else if number > 0.0 {
            self.positive += times;
        } else {
            self.negative += times;
        }
    }

    fn sum(self) -> Option<f64> {
        match (self.positive > 0, self.negative > 0, self.not_a_number > 0) {
            (false, false, false) => None,
            (true, false, false) => Some(f64::INFINITY),
            (false, true, false) => Some(f64::NEG_INFINITY),
            _ => Some(f64::NAN),
        }
    }
}

/// A finite number's magnitude as `mantissa × 2^(position + SMALLEST)`.
fn split(number: f64) -> (u64, usize) {
    let bits = number.to_bits();
    let biased = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, 0) } else { (fraction | (1 << 52), biased as usize - 1) }
}

/// A finite number as an odd whole number times a power of two; zero is `(0, 0)`.
///
/// ```
/// use watchfire_stdlib::exact::odd_parts;
/// assert_eq!(odd_parts(-12.0), Some((-3, 2)));
/// assert_eq!(odd_parts(f64::INFINITY), None);
/// ```
pub fn odd_parts(number: f64) -> Option<(i64, i32)> {
    if !number.is_finite() {
        return None;
    }
    let (mantissa, position) = split(number);
    if mantissa == 0 {
        return Some((0, 0));
    }
    let odd = (mantissa >> mantissa.trailing_zeros()).cast_signed();
    let exponent = SMALLEST + position as i32 + mantissa.trailing_zeros().cast_signed();
    Some((if number < 0.0 { -odd } else { odd }, exponent))
}

/// An exact sum of `Float`s.
///
/// ```
/// use watchfire_stdlib::exact::ExactSum;
/// let mut sum = ExactSum::new();
/// for number in [1e300, 1.0, -1e300, 1e-300] {
///     sum.add(number);
/// }
/// assert_eq!(sum.result(), 1.0);
/// sum.subtract(1.0);
/// assert_eq!(sum.result(), 1e-300);
/// ```
#[derive(Clone, Debug)]
pub struct ExactSum {
    digits: Digits<SUM_DIGITS>,
    special: Special,
    count: u64,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self::new()
    }
}

impl ExactSum {
    /// The sum of nothing.
    pub const fn new() -> Self {
        Self { digits: Digits::new(), special: Special { positive: 0, negative: 0, not_a_number: 0 }, count: 0 }
    }

    /// Adds a term.
    pub fn add(&mut self, number: f64) {
        self.count += 1;
        self.apply(number, 1);
    }

    /// Takes away a term added before.
    pub fn subtract(&mut self, number: f64) {
        self.count = self.count.saturating_sub(1);
        self.apply(number, -1);
    }

    fn apply(&mut self, number: f64, times: i64) {
        if number.is_finite() {
            let (mantissa, position) = split(number);
            self.digits.add(mantissa, position, number.is_sign_negative() != (times < 0));
        } else {
            self.special.note(number, times);
        }
    }

    /// Adds a whole number, exactly.
    pub fn add_whole(&mut self, number: i64) {
        self.count += 1;
        self.digits.add(number.unsigned_abs(), SMALLEST.unsigned_abs() as usize, number < 0);
    }

    /// Takes away a whole number added before.
    pub fn subtract_whole(&mut self, number: i64) {
        self.count = self.count.saturating_sub(1);
        self.digits.add(number.unsigned_abs(), SMALLEST.unsigned_abs() as usize, number >= 0);
    }

    /// Adds all terms of another sum.
    pub fn merge(&mut self, other: &Self) {
        self.digits.merge(&other.digits);
        self.special.positive += other.special.positive;
        self.special.negative += other.special.negative;
        self.special.not_a_number += other.special.not_a_number;
        self.count += other.count;
    }

    /// How many terms it has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum, correctly rounded. No terms: 0. Infinities of both signs, or a term that is not a number: NaN.
    pub fn result(&self) -> f64 {
        self.special.sum().unwrap_or_else(|| self.digits.round())
    }

    /// The correctly rounded sum divided by the number of terms; `None` without terms.
    pub fn mean(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 terms")]
        (self.count > 0).then(|| self.result() / self.count as f64)
    }
}

/// Exact sums of `Float`s and of their squares, for the deviation.
///
/// ```
/// use watchfire_stdlib::exact::ExactSquares;
/// let mut squares = ExactSquares::new();
/// for number in [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0] {
///     squares.add(number);
/// }
/// assert_eq!(squares.deviation(), Some(30_f64.sqrt()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ExactSquares {
    sum: ExactSum,
    squares: Digits<SQUARE_DIGITS>,
}

impl ExactSquares {
    /// The sums of nothing.
    pub const fn new() -> Self {
        Self { sum: ExactSum::new(), squares: Digits::new() }
    }

    /// Adds a term.
    pub fn add(&mut self, number: f64) {
        self.sum.add(number);
        self.square(number, false);
    }

    /// Takes away a term added before.
    pub fn subtract(&mut self, number: f64) {
        self.sum.subtract(number);
        self.square(number, true);
    }

    /// Adds a whole number, exactly.
    pub fn add_whole(&mut self, number: i64) {
        self.sum.add_whole(number);
        self.square_of(number.unsigned_abs(), SMALLEST.unsigned_abs() as usize, false);
    }

    /// Takes away a whole number added before.
    pub fn subtract_whole(&mut self, number: i64) {
        self.sum.subtract_whole(number);
        self.square_of(number.unsigned_abs(), SMALLEST.unsigned_abs() as usize, true);
    }

    fn square(&mut self, number: f64, negative: bool) {
        if number.is_finite() {
            let (mantissa, position) = split(number);
            self.square_of(mantissa, position, negative);
        }
    }

    /// The square of `mantissa × 2^position`, in two words of 64 bits.
    fn square_of(&mut self, mantissa: u64, position: usize, negative: bool) {
        let square = u128::from(mantissa) * u128::from(mantissa);
        let (low, high) = (square as u64, (square >> 64) as u64);
        self.squares.add(low, 2 * position, negative);
        self.squares.add(high, 2 * position + 64, negative);
    }

    /// Adds all terms of other sums.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    /// The sum of the terms.
    pub fn sum(&self) -> &ExactSum {
        &self.sum
    }

    /// The sample deviation: √((n·Σx² − (Σx)²) / (n·(n−1))), where the numerator is computed exactly and rounded once to
    /// 53 bits, then divided, then the root is taken. `None` for fewer than two terms or terms that are not finite.
    pub fn deviation(&self) -> Option<f64> {
        let count = self.sum.count;
        if count < 2 || self.sum.special.sum().is_some() {
            return None;
        }
        let sum = self.sum.digits.whole();
        let numerator = self.squares.whole() * count - &sum * &sum;
        let (mantissa, exponent) = rounded(&numerator);
        deviation(count, mantissa, exponent + 2 * i64::from(SMALLEST))
    }
}

/// The sample deviation of `count` numbers: √(numerator / (n·(n−1))), where the numerator n·Σx² − (Σx)² is
/// `mantissa × 2^exponent`, the mantissa a whole number of 53 bits. `None` for fewer than two.
///
/// ```
/// use watchfire_stdlib::exact::deviation;
/// // Of 4, 7, 13 and 16: 4·490 − 40².
/// assert_eq!(deviation(4, 360.0, 0), Some(30_f64.sqrt()));
/// assert_eq!(deviation(4, 90.0, 2), Some(30_f64.sqrt()));
/// assert_eq!(deviation(1, 0.0, 0), None);
/// ```
pub fn deviation(count: u64, mantissa: f64, exponent: i64) -> Option<f64> {
    if count < 2 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "n·(n−1) is rounded to the nearest")]
    let pairs = (u128::from(count) * u128::from(count - 1)) as f64;
    // An even power of two comes out of the root exactly, so nothing overflows on the way.
    let odd = exponent.rem_euclid(2);
    let scaled = if odd == 1 { mantissa * 2.0 } else { mantissa };
    let half = i32::try_from((exponent - odd) / 2).ok()?;
    Some(libm::ldexp((scaled / pairs).sqrt(), half))
}

/// A whole number, not negative, as `mantissa × 2^exponent` with the mantissa rounded to 53 bits, ties to even.
fn rounded(whole: &BigInt) -> (f64, i64) {
    if !whole.is_positive() {
        return (0.0, 0); // zero: by Cauchy and Schwarz it is never negative
    }
    let excess = whole.bits().saturating_sub(53);
    let mut kept: BigInt = whole >> excess;
    if excess > 0 {
        let rest = whole - (&kept << excess);
        let half = BigInt::from(1) << (excess - 1);
        if rest > half || (rest == half && kept.bit(0)) {
            kept += 1;
        }
    }
    (kept.to_f64().unwrap_or(f64::INFINITY), i64::try_from(excess).unwrap_or(i64::MAX))
}

impl<const N: usize> Digits<N> {
    /// The accumulated whole number.
    fn whole(&self) -> BigInt {
        let (negative, digits) = self.magnitude();
        let words = digits.iter().map(|digit| *digit as u32).collect();
        let sign = if negative { Sign::Minus } else { Sign::Plus };
        let whole = BigInt::new(sign, words);
        if whole.is_zero() { BigInt::ZERO } else { whole }
    }
}

#[cfg(test)]
mod tests;
