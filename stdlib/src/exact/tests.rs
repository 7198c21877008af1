//! Exact sums against rational arithmetic.

use super::*;
use proptest::prelude::*;

/// The number times 2¹⁰⁷⁴.
fn whole(number: f64) -> BigInt {
    let (mantissa, position) = split(number);
    let magnitude = BigInt::from(mantissa) << position;
    if number.is_sign_negative() { -magnitude } else { magnitude }
}

/// The nearest `Float` to `whole × 2⁻¹⁰⁷⁴`, found by bisection over all `Float`s.
fn nearest(target: &BigInt) -> f64 {
    let goal = target.abs();
    let (mut low, mut high) = (0_u64, f64::INFINITY.to_bits());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if whole(f64::from_bits(middle)) <= goal { low = middle } else { high = middle }
    }
    // Beyond the largest finite number, 2^1024 stands for infinity.
    let upper = if f64::from_bits(high).is_infinite() { BigInt::from(1) << 2098 } else { whole(f64::from_bits(high)) };
    let (below, above) = (&goal - whole(f64::from_bits(low)), upper - &goal);
    let up = above < below || (above == below && low % 2 == 1);
    let magnitude = f64::from_bits(if up { high } else { low });
    if target.is_negative() { -magnitude } else { magnitude }
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |x| x.is_finite()),
        -1e6..1e6_f64,
        (any::<i32>(), -40_i32..40).prop_map(|(n, e)| libm::ldexp(f64::from(n), e)),
        prop::sample::select(vec![f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -5e-324, 0.0, 1.0, -1.0]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn correctly_rounded(numbers in prop::collection::vec(finite(), 0..20)) {
        let mut sum = ExactSum::new();
        numbers.iter().for_each(|x| sum.add(*x));
        let exact: BigInt = numbers.iter().map(|x| whole(*x)).sum();
        prop_assert_eq!(sum.result(), nearest(&exact), "{:?}", numbers);
    }

    #[test]
    fn order_grouping_and_stepping_do_not_matter(
        numbers in prop::collection::vec(finite(), 1..30),
        gone in prop::collection::vec(finite(), 0..30),
        turn in 0_usize..30,
    ) {
        let mut straight = ExactSquares::new();
        numbers.iter().for_each(|x| straight.add(*x));
        let mut turned = numbers.clone();
        turned.rotate_left(turn % numbers.len());
        let (mut stepped, mut tail) = (ExactSquares::new(), ExactSquares::new());
        gone.iter().for_each(|x| stepped.add(*x));
        for (place, x) in turned.iter().enumerate() {
            if place % 2 == 0 { stepped.add(*x) } else { tail.add(*x) }
        }
        gone.iter().for_each(|x| stepped.subtract(*x));
        stepped.merge(&tail);
        prop_assert_eq!(straight.sum().result().to_bits(), stepped.sum().result().to_bits());
        prop_assert_eq!(straight.sum().count(), stepped.sum().count());
        prop_assert_eq!(straight.deviation().map(f64::to_bits), stepped.deviation().map(f64::to_bits));
    }

    #[test]
    fn the_numerator_of_the_variance_is_exact(numbers in prop::collection::vec(finite(), 2..12)) {
        let mut squares = ExactSquares::new();
        numbers.iter().for_each(|x| squares.add(*x));
        let sum: BigInt = numbers.iter().map(|x| whole(*x)).sum();
        let of_squares: BigInt = numbers.iter().map(|x| whole(*x) * whole(*x)).sum();
        prop_assert_eq!(squares.sum.digits.whole(), sum);
        prop_assert_eq!(squares.squares.whole(), of_squares);
    }

    #[test]
    fn whole_numbers_are_exact(numbers in prop::collection::vec(any::<i64>(), 0..20)) {
        let mut squares = ExactSquares::new();
        numbers.iter().for_each(|n| squares.add_whole(*n));
        let exact: i128 = numbers.iter().map(|n| i128::from(*n)).sum();
        #[expect(clippy::cast_precision_loss, reason = "rounded to nearest, as the sum is")]
        let expected = exact as f64;
        prop_assert_eq!(squares.sum().result(), expected);
        numbers.iter().for_each(|n| squares.subtract_whole(*n));
        prop_assert_eq!(squares.sum().result(), 0.0);
        prop_assert!(squares.squares.whole().is_zero());
    }

    #[test]
    fn patience_changes_nothing(numbers in prop::collection::vec(finite(), 0..20)) {
        let (mut patient, mut hasty) = (ExactSum::new(), ExactSum::new());
        for x in numbers {
            patient.add(x);
            hasty.digits.exhaust_patience();
            hasty.add(x);
        }
        prop_assert_eq!(patient.result(), hasty.result());
    }
}

#[test]
fn nothing_sums_to_zero() {
    assert_eq!(ExactSum::new().result().to_bits(), 0.0_f64.to_bits());
    assert_eq!(ExactSum::new().mean(), None);
}

#[test]
fn infinities_come_and_go() {
    let mut sum = ExactSum::new();
    sum.add(f64::INFINITY);
    sum.add(1.0);
    assert_eq!(sum.result(), f64::INFINITY);
    sum.add(f64::NEG_INFINITY);
    assert!(sum.result().is_nan());
    sum.subtract(f64::INFINITY);
    assert_eq!(sum.result(), f64::NEG_INFINITY);
    sum.subtract(f64::NEG_INFINITY);
    assert_eq!(sum.result(), 1.0);
}

#[test]
fn overflow_on_the_way_is_no_overflow() {
    let mut sum = ExactSum::new();
    for x in [f64::MAX, f64::MAX, f64::MAX, f64::MIN, f64::MIN] {
        sum.add(x);
    }
    assert_eq!(sum.result(), f64::MAX);
    sum.add(f64::MAX);
    assert_eq!(sum.result(), f64::INFINITY);
}

#[test]
fn deviations() {
    let of = |numbers: &[f64]| {
        let mut squares = ExactSquares::new();
        numbers.iter().for_each(|x| squares.add(*x));
        squares.deviation()
    };
    assert_eq!(of(&[3.0]), None);
    assert_eq!(of(&[3.0, 3.0, 3.0]), Some(0.0));
    assert_eq!(of(&[0.1; 10]), Some(0.0));
    assert_eq!(of(&[1.0, 3.0]), Some(2_f64.sqrt()));
    assert_eq!(of(&[1.0, f64::INFINITY]), None);
    // the squares leave the range of `Float`, the deviation does not
    assert_eq!(of(&[-1e300, 1e300]), Some(2_f64.sqrt() * 1e300));
    let tiny = of(&[-1e-300, 1e-300]).map(|d| (d / (2_f64.sqrt() * 1e-300) - 1.0).abs());
    assert!(tiny.is_some_and(|error| error < 1e-15), "{tiny:?}");
}
