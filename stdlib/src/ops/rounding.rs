//! Rounding to the nearest whole number, halves to the even one, without intermediate rounding.

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

/// A quotient of whole numbers rounded to the nearest, halves to even; `None` if the divisor is zero.
pub fn divide_half_even(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div_euclid(divisor)?;
    let rest = dividend.checked_rem_euclid(divisor)?.unsigned_abs();
    let from_next = divisor.unsigned_abs() - rest;
    let up = rest > from_next || (rest == from_next && quotient % 2 != 0);
    // Euclid's remainder is never negative, so the neighbour lies on the side of the divisor's sign.
    if up { quotient.checked_add(divisor.signum()) } else { Some(quotient) }
}

/// A number rounded to the nearest whole number, halves to even; `None` if it leaves `i64` (or is not a number).
pub fn round_half_even(number: f64) -> Option<i64> {
    let rounded = libm::rint(number);
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded);
    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
    fits.then_some(rounded as i64)
}

/// A finite number as `mantissa × 2^exponent`.
pub(crate) fn parts(number: f64) -> (i64, i32) {
    let bits = number.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (mantissa, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
    (if number.is_sign_negative() { -mantissa } else { mantissa }, exponent)
}

/// `whole × number`, rounded once, halves to even; `None` if it leaves `i64`. The number is finite.
pub(super) fn scale(whole: i64, number: f64) -> Option<i64> {
    let (mantissa, exponent) = parts(number);
    let product = i128::from(whole) * i128::from(mantissa);
    if product == 0 {
        return Some(0);
    }
    let scaled = if exponent >= 0 {
        // |product| >= 2^exponent already leaves `i64` from 2^63 on.
        if exponent > 62 {
            return None;
        }
        product.checked_mul(1_i128 << exponent)?
    } else if exponent < -126 {
        0 // |product| < 2^116, less than half of 2^127
    } else {
        divide_half_even(product, 1_i128 << -exponent)?
    };
    i64::try_from(scaled).ok()
}

/// `whole / number`, rounded once, halves to even; `None` if it leaves `i64`. The number is finite and not zero.
pub(super) fn unscale(whole: i64, number: f64) -> Option<i64> {
    let (mantissa, exponent) = parts(number);
    let (mut dividend, mut divisor) = (BigInt::from(whole), BigInt::from(mantissa));
    if exponent >= 0 {
        divisor <<= exponent;
    } else {
        dividend <<= -exponent;
    }
    if divisor.sign() == Sign::Minus {
        (dividend, divisor) = (-dividend, -divisor);
    }
    if divisor.is_zero() {
        return None;
    }
    let negative = dividend.is_negative();
    let magnitude = dividend.abs();
    let (mut quotient, rest) = (&magnitude / &divisor, &magnitude % &divisor);
    let twice: BigInt = rest * 2;
    if twice > divisor || (twice == divisor && quotient.bit(0)) {
        quotient += 1;
    }
    if negative { -quotient } else { quotient }.to_i64()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let cases = [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (5, -2, -2), (7, -2, -4), (8, 3, 3), (-8, 3, -3)];
        for (a, b, expected) in cases {
            assert_eq!(divide_half_even(a, b), Some(expected), "{a}/{b}");
        }
        assert_eq!(divide_half_even(1, 0), None);
        assert_eq!(round_half_even(2.5), Some(2));
        assert_eq!(round_half_even(9.3e18), None);
        assert_eq!(round_half_even(f64::NAN), None);
    }

    /// The nearest whole number to a fraction, by comparing the two candidates.
    fn nearest(dividend: &BigInt, divisor: &BigInt) -> Option<i64> {
        let (dividend, divisor) =
            if divisor.is_negative() { (-dividend, -divisor) } else { (dividend.clone(), divisor.clone()) };
        let twice: BigInt = &dividend * 2 + &divisor;
        let double: BigInt = &divisor * 2;
        let mut rounded = num_floor(&twice, &double);
        if (&twice % &double).is_zero() && rounded.bit(0) {
            rounded -= 1;
        }
        rounded.to_i64()
    }

    fn num_floor(a: &BigInt, b: &BigInt) -> BigInt {
        let quotient = a / b;
        if (a % b).is_negative() { quotient - 1 } else { quotient }
    }

    proptest! {
        #[test]
        fn scaling_is_rounded_once(whole in any::<i64>(), exponent in -80_i32..40, mantissa in -(1_i64 << 53)..(1 << 53)) {
            let number = libm::ldexp(mantissa as f64, exponent);
            prop_assume!(number != 0.0);
            let (m, e) = parts(number);
            let (mut top, mut bottom) = (BigInt::from(m), BigInt::from(1));
            if e >= 0 { top <<= e } else { bottom <<= -e }
            prop_assert_eq!(scale(whole, number), nearest(&(BigInt::from(whole) * &top), &bottom));
            prop_assert_eq!(unscale(whole, number), nearest(&(BigInt::from(whole) * &bottom), &top));
        }

        #[test]
        fn division_is_nearest(a in any::<i64>(), b in any::<i64>()) {
            prop_assume!(b != 0);
            let expected = nearest(&BigInt::from(a), &BigInt::from(b));
            let found = divide_half_even(i128::from(a), i128::from(b)).unwrap();
            prop_assert_eq!(i64::try_from(found).ok(), expected);
        }
    }
}
