//! Digits of numbers.

use super::FormatSpec;

/// Significant digits of a number without a format.
const SIGNIFICANT: usize = 12;

/// A number, by a format.
pub(super) fn float(number: f64, spec: &FormatSpec) -> String {
    let number = if spec.percent { number * 100.0 } else { number };
    let digits = if number.is_infinite() {
        "∞".to_owned()
    } else {
        match spec.decimals {
            Some(decimals) => format!("{:.*}", usize::from(decimals), number.abs()),
            None => shortest(number.abs()),
        }
    };
    let mut shown = signed(number < 0.0, &digits, spec);
    if spec.percent {
        shown.push('%');
    }
    shown
}

/// A whole number of `10^-scale`, by a format: exact, rounded half to even where places are cut.
pub(super) fn scaled(whole: i128, scale: u32, default_decimals: u8, spec: &FormatSpec) -> String {
    let decimals = u32::from(spec.decimals.unwrap_or(default_decimals));
    let magnitude = whole.unsigned_abs();
    let (kept, places) = if decimals < scale {
        let unit = 10_u128.pow(scale - decimals);
        let (quotient, rest) = (magnitude / unit, magnitude % unit);
        let up = rest * 2 > unit || (rest * 2 == unit && quotient % 2 == 1);
        (quotient + u128::from(up), decimals)
    } else {
        (magnitude, scale)
    };
    let mut digits = format!("{kept:0width$}", width = places as usize + 1);
    if decimals > 0 {
        digits.insert(digits.len() - places as usize, '.');
        digits.extend(std::iter::repeat_n('0', (decimals - places) as usize));
    }
    signed(whole < 0, &digits, spec)
}

/// Digits with sign and thousands; no sign where only zeros are left.
fn signed(negative: bool, digits: &str, spec: &FormatSpec) -> String {
    let zero = digits.chars().all(|c| matches!(c, '0' | '.'));
    let sign = match (negative && !zero, spec.plus && !zero) {
        (true, _) => "-",
        (_, true) => "+",
        _ => "",
    };
    let body = if spec.grouping { grouped(digits) } else { digits.to_owned() };
    format!("{sign}{body}")
}

fn grouped(digits: &str) -> String {
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let mut shown = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + rest
}

/// At most 12 significant digits without trailing zeros; with a power of ten only far from 1.
fn shortest(number: f64) -> String {
    let written = format!("{:.*e}", SIGNIFICANT - 1, number);
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-7..15).contains(&exponent) {
        let decimals = usize::try_from(11 - exponent).unwrap_or(0);
        // Printed from the rounded digits, so that it is not rounded twice.
        let rounded: f64 = written.parse().unwrap_or(number);
        trimmed(&format!("{rounded:.decimals$}")).to_owned()
    } else {
        format!("{}e{exponent}", trimmed(mantissa))
    }
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(number: f64, spec: &str) -> String {
        let spec = if spec.is_empty() { FormatSpec::default() } else { FormatSpec::parse(spec).unwrap() };
        float(number, &spec)
    }

    #[test]
    fn without_a_format() {
        let cases = [
            (0.0, "0"),
            (5.0, "5"),
            (0.1 + 0.2, "0.3"),
            (200.0 / 3.6 * 3.6, "200"),
            (-1.5, "-1.5"),
            (1.0 / 3.0, "0.333333333333"),
            (123_456_789.123_456_79, "123456789.123"),
            (999_999_999_999.9, "1000000000000"),
            (1e-7, "0.0000001"),
            (1.5e-9, "1.5e-9"),
            (1e20, "1e20"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "-∞"),
        ];
        for (number, expected) in cases {
            assert_eq!(show(number, ""), expected, "{number}");
        }
    }

    #[test]
    fn with_a_format() {
        let cases = [
            (4.25, ".1", "4.2"),
            (4.35, ".2", "4.35"),
            (-0.04, ".1", "0.0"),
            (1234.5, ",.1", "1,234.5"),
            (1_234_567.0, ",", "1,234,567"),
            (123.0, "+", "+123"),
            (-123.0, "+", "-123"),
            (0.0, "+", "0"),
            (0.125, "%", "12.5%"),
            (0.125, ".0%", "12%"),
            (1e15, ",.0", "1,000,000,000,000,000"),
        ];
        for (number, spec, expected) in cases {
            assert_eq!(show(number, spec), expected, "{number}:{spec}");
        }
    }

    #[test]
    fn whole_numbers_scaled() {
        let show = |whole, scale, default, spec: &str| {
            let spec = if spec.is_empty() { FormatSpec::default() } else { FormatSpec::parse(spec).unwrap() };
            scaled(whole, scale, default, &spec)
        };
        assert_eq!(show(12_345_650, 4, 2, ""), "1234.56");
        assert_eq!(show(12_345_750, 4, 2, ",.2"), "1,234.58");
        assert_eq!(show(-50, 4, 2, ""), "0.00");
        assert_eq!(show(-51, 4, 2, ""), "-0.01");
        assert_eq!(show(5, 0, 0, ".2"), "5.00");
        assert_eq!(show(i128::from(i64::MIN), 0, 0, ""), "-9223372036854775808");
        assert_eq!(show(12_345, 4, 2, ".6"), "1.234500");
    }

    proptest! {
        #[test]
        fn close_to_the_number(number in any::<f64>()) {
            prop_assume!(number.is_finite() && number.abs() > 1e-300);
            let shown: f64 = show(number, "").parse().unwrap();
            prop_assert!(((shown - number) / number).abs() <= 0.5e-11 || (shown - number).abs() < 1e-18, "{}", number);
        }
    }
}
