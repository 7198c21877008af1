//! Exact sums (docs/language.md §5.3–5.4): every float is a whole number of 2⁻¹⁰⁷⁴, so sums of floats and of their
//! squares are sums of whole numbers, rounded once at the end.

use num_bigint::{BigInt, Sign};
use num_traits::{One, Zero};

/// Every finite float is a whole number of 2^-1074.
const SCALE: u64 = 1074;

/// A finite float in units of 2⁻¹⁰⁷⁴.
fn scaled(x: f64) -> BigInt {
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = (bits >> 52) & 0x7ff;
    let (mantissa, shift) = if exponent == 0 { (fraction, 0) } else { (fraction | (1 << 52), exponent - 1) };
    let magnitude = BigInt::from(mantissa) << shift;
    if x.is_sign_negative() { -magnitude } else { magnitude }
}

/// The float nearest to `number` · 2^-`scale`, of equals the even one; `number`'s own bits below are exact.
fn rounded(number: &BigInt, scale: u64) -> f64 {
    let (sign, magnitude) = (number.sign(), number.magnitude());
    if magnitude.is_zero() {
        return 0.0;
    }
    // The unit in the last place: 2^(bits - 53 - scale), but not below 2^-1074.
    let bits = i64::try_from(magnitude.bits()).unwrap_or(i64::MAX);
    let scale = i64::try_from(scale).unwrap_or(i64::MAX);
    let mut last = (bits - 53 - scale).max(-1074);
    let dropped = last + scale;
    let mut mantissa = if dropped <= 0 {
        magnitude << dropped.unsigned_abs()
    } else {
        let quotient = magnitude >> dropped.unsigned_abs();
        let rest = magnitude - (&quotient << dropped.unsigned_abs());
        let half = num_bigint::BigUint::one() << (dropped.unsigned_abs() - 1);
        if rest > half || (rest == half && quotient.bit(0)) { quotient + 1_u32 } else { quotient }
    };
    if mantissa.bits() > 53 {
        mantissa >>= 1_u32;
        last += 1;
    }
    let mantissa = u64::try_from(&mantissa).unwrap_or(u64::MAX);
    let magnitude = if last > 971 {
        f64::INFINITY
    } else if mantissa < (1 << 52) {
        f64::from_bits(mantissa) // subnormal: last is -1074
    } else {
        #[expect(clippy::cast_sign_loss, reason = "last is at least -1074")]
        let exponent = (last + 1075) as u64;
        f64::from_bits((exponent << 52) | (mantissa & ((1 << 52) - 1)))
    };
    if sign == Sign::Minus { -magnitude } else { magnitude }
}

/// The sum of the infinities among the numbers, if there are any: not-a-number where both occur.
fn infinite(numbers: &[f64]) -> Option<f64> {
    numbers.iter().copied().filter(|x| x.is_infinite()).reduce(|a, b| a + b)
}

/// The correctly rounded exact sum.
pub(crate) fn sum(numbers: &[f64]) -> f64 {
    infinite(numbers).unwrap_or_else(|| rounded(&numbers.iter().map(|&x| scaled(x)).sum(), SCALE))
}

/// n·Σx² − (Σx)², exact and rounded once; not-a-number where a number is infinite.
pub(crate) fn spread(numbers: &[f64]) -> f64 {
    if infinite(numbers).is_some() {
        return f64::NAN;
    }
    let scaled: Vec<BigInt> = numbers.iter().map(|&x| scaled(x)).collect();
    spread_of(&scaled, 2 * SCALE)
}

/// n·Σx² − (Σx)² of whole numbers, rounded once.
pub(crate) fn spread_of_whole(numbers: &[i64]) -> f64 {
    spread_of(&numbers.iter().map(|&x| BigInt::from(x)).collect::<Vec<_>>(), 0)
}

fn spread_of(numbers: &[BigInt], scale: u64) -> f64 {
    let total: BigInt = numbers.iter().sum();
    let squares: BigInt = numbers.iter().map(|x| x * x).sum();
    rounded(&(squares * numbers.len() - &total * &total), scale)
}

/// The least-squares slope over time, times `per`: exact and rounded once. `None`: fewer than two different times, or a
/// number is infinite.
pub(crate) fn slope(points: &[(i64, f64)], per: i64) -> Option<f64> {
    let numbers: Vec<f64> = points.iter().map(|(_, x)| *x).collect();
    if infinite(&numbers).is_some() {
        return None;
    }
    slope_of(&points.iter().map(|&(t, x)| (BigInt::from(t), scaled(x))).collect::<Vec<_>>(), SCALE, per)
}

/// The same of whole numbers.
pub(crate) fn slope_of_whole(points: &[(i64, i64)], per: i64) -> Option<f64> {
    slope_of(&points.iter().map(|&(t, x)| (BigInt::from(t), BigInt::from(x))).collect::<Vec<_>>(), 0, per)
}

fn slope_of(points: &[(BigInt, BigInt)], scale: u64, per: i64) -> Option<f64> {
    let n = points.len();
    let (times, numbers): (BigInt, BigInt) = (points.iter().map(|(t, _)| t).sum(), points.iter().map(|(_, x)| x).sum());
    let (squares, products): (BigInt, BigInt) =
        (points.iter().map(|(t, _)| t * t).sum(), points.iter().map(|(t, x)| t * x).sum());
    let below = squares * n - &times * &times;
    if below.is_zero() {
        return None;
    }
    let above = (products * n - times * numbers) * per;
    // A quotient of 64 bits and more, and one bit that says whether anything is left.
    let shift = (below.bits() + 64).saturating_sub(above.bits());
    let (sign, shifted) = (above.sign(), above.magnitude() << shift);
    let quotient = &shifted / below.magnitude();
    let left = shifted != &quotient * below.magnitude();
    let quotient = BigInt::from_biguint(sign, quotient * 2_u32 + u32::from(left));
    Some(rounded(&quotient, scale + shift + 1))
}

/// The exact sum of whole numbers.
pub(crate) fn sum_of_whole(numbers: impl Iterator<Item = i64>) -> BigInt {
    numbers.map(BigInt::from).sum()
}

/// The float nearest to a whole number.
pub(crate) fn nearest(number: &BigInt) -> f64 {
    rounded(number, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_alone_is_itself() {
        for x in [0.0, 1.0, -1.5, 0.1, f64::MAX, f64::MIN_POSITIVE, 5e-324, -2.2e-310, 1e300, 123_456_789.123] {
            assert_eq!(sum(&[x]), x);
        }
    }

    #[test]
    fn sums_are_exact_until_the_end() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0]), 1.0); // half: to even
        assert_eq!(sum(&[1.0 + f64::EPSILON, f64::EPSILON / 2.0]), 1.0 + 2.0 * f64::EPSILON);
    }

    #[test]
    fn slopes() {
        assert_eq!(slope(&[(0, 1.0), (1, 3.0), (2, 5.0)], 1), Some(2.0));
        assert_eq!(slope(&[(0, 1.0), (3, 2.0)], 1), Some(1.0 / 3.0));
        assert_eq!(slope(&[(0, 0.0), (2, 5e-324)], 1), Some(0.0));
        assert_eq!(slope(&[(0, f64::MAX), (2, -f64::MAX)], 1), Some(-f64::MAX));
        assert_eq!(slope_of_whole(&[(0, 4), (2, 3)], 10), Some(-5.0));
        assert_eq!(slope_of_whole(&[(7, 4), (7, 3)], 10), None);
    }

    #[test]
    fn spreads() {
        assert_eq!(spread(&[1.0, 2.0, 4.0]), 14.0);
        assert_eq!(spread_of_whole(&[1, 2, 4]), 14.0);
        assert_eq!(spread(&[0.1, 0.1]), 0.0);
        assert_eq!(spread_of_whole(&[i64::MAX, i64::MAX - 1]), 1.0);
    }
}
