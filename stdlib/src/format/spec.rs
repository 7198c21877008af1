//! How a value in a message is to be shown: the text after the colon in `{x:.1}`.

use crate::types::Kind;
use crate::units::Unit;
use std::sync::Arc;

/// A format.
///
/// | text | means |
/// |---|---|
/// | `.2` | so many decimal places, rounded half to even |
/// | `+` | a sign before positive numbers too |
/// | `,` | thousands apart: 12,345 |
/// | `%` | a share in percent: 0.125 is 12.5% |
/// | `%H:%M` | a date or time, in the letters of strftime below |
///
/// `+`, `,`, `.N` and `%` stand in this order. Letters: `%Y` year, `%m` month, `%d` day, `%H` hour, `%M` minute, `%S`
/// second, `%f` microseconds, `%F` = `%Y-%m-%d`, `%R` = `%H:%M`, `%T` = `%H:%M:%S`, `%j` day of the year, `%u` day of
/// the week (Monday is 1), `%%` a percent sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatSpec {
    /// Decimal places.
    pub decimals: Option<u8>,
    /// A sign before positive numbers too.
    pub plus: bool,
    /// Thousands apart.
    pub grouping: bool,
    /// In percent.
    pub percent: bool,
    /// Parts of a date or time; where it is given, nothing else is.
    pub pattern: Option<Arc<[PatternPart]>>,
}

/// A part of a date or time pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternPart {
    /// As it stands.
    Text(String),
    /// A letter of strftime.
    Letter(char),
}

/// What is wrong with a format, and at which byte of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// First byte of what is wrong.
    pub at: usize,
    /// End byte of what is wrong.
    pub end: usize,
    /// What is wrong.
    pub kind: FormatErrorKind,
}

/// What can be wrong with a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatErrorKind {
    /// Nothing stands after the colon.
    Empty,
    /// A character that means nothing here.
    UnknownCharacter,
    /// No number of decimal places stands after the point.
    MissingDecimals,
    /// More than 12 decimal places.
    TooManyDecimals,
    /// No letter of the list stands after `%`.
    UnknownLetter,
}

/// Letters of patterns; those after the blank need a time, not only a date.
const DATE_LETTERS: &str = "YmdFju%";
const TIME_LETTERS: &str = "HMSfRT";
const MOST_DECIMALS: u8 = 12;

impl FormatSpec {
    /// Reads a format.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let error = |at: usize, end: usize, kind| Err(FormatError { at, end, kind });
        if text.is_empty() {
            return error(0, 0, FormatErrorKind::Empty);
        }
        if text.find('%').is_some_and(|at| at + 1 < text.len()) {
            return parse_pattern(text);
        }
        let mut spec = Self::default();
        let mut rest = text;
        let mut take = |mark: char| match rest.strip_prefix(mark) {
            Some(after) => {
                rest = after;
                true
            }
            None => false,
        };
        spec.plus = take('+');
        spec.grouping = take(',');
        if take('.') {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let at = text.len() - rest.len();
            let (number, after) = rest.split_at(digits);
            rest = after;
            match number.parse::<u8>() {
                Ok(n) if n <= MOST_DECIMALS => spec.decimals = Some(n),
                _ if number.is_empty() => return error(at - 1, at, FormatErrorKind::MissingDecimals),
                _ => return error(at, at + digits, FormatErrorKind::TooManyDecimals),
            }
        }
        if let Some(after) = rest.strip_prefix('%') {
            spec.percent = true;
            rest = after;
        }
        match rest.chars().next() {
            None => Ok(spec),
            Some(c) => {
                let at = text.len() - rest.len();
                error(at, at + c.len_utf8(), FormatErrorKind::UnknownCharacter)
            }
        }
    }

    /// It says nothing.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// It can show values of this kind (in this unit, if one is named).
    pub fn fits(&self, kind: &Kind, unit: Option<&Unit>) -> bool {
        if self.is_plain() {
            return true;
        }
        match (kind, &self.pattern) {
            (Kind::Unknown, _) => true,
            (Kind::List(items), _) => self.fits(items, unit),
            (Kind::Time, Some(_)) => true,
            (Kind::Date, Some(parts)) => {
                parts.iter().all(|part| !matches!(part, PatternPart::Letter(c) if TIME_LETTERS.contains(*c)))
            }
            (Kind::Int | Kind::Float, None) => true,
            (Kind::Money | Kind::Quantity(_), None) => !self.percent,
            (Kind::Duration, None) => !self.percent && unit.is_some(),
            _ => false,
        }
    }
}

fn parse_pattern(text: &str) -> Result<FormatSpec, FormatError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        match characters.next() {
            Some((_, '%')) => literal.push('%'),
            Some((_, letter)) if DATE_LETTERS.contains(letter) || TIME_LETTERS.contains(letter) => {
                if !literal.is_empty() {
                    parts.push(PatternPart::Text(std::mem::take(&mut literal)));
                }
                parts.push(PatternPart::Letter(letter));
            }
            other => {
                let end = other.map_or(text.len(), |(next, letter)| next + letter.len_utf8());
                return Err(FormatError { at, end, kind: FormatErrorKind::UnknownLetter });
            }
        }
    }
    if !literal.is_empty() {
        parts.push(PatternPart::Text(literal));
    }
    Ok(FormatSpec { pattern: Some(parts.into()), ..FormatSpec::default() })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::types::Dimension;
    use crate::units::unit;
    use proptest::prelude::*;

    #[test]
    fn numbers() {
        let spec = FormatSpec::parse("+,.2%").unwrap();
        let whole = FormatSpec { decimals: Some(2), plus: true, grouping: true, percent: true, pattern: None };
        assert_eq!(spec, whole);
        assert_eq!(FormatSpec::parse(".1").unwrap(), FormatSpec { decimals: Some(1), ..FormatSpec::default() });
        assert_eq!(FormatSpec::parse("%").unwrap(), FormatSpec { percent: true, ..FormatSpec::default() });
    }

    #[test]
    fn errors_have_a_place() {
        let cases = [
            ("", 0, 0, FormatErrorKind::Empty),
            (".", 0, 1, FormatErrorKind::MissingDecimals),
            (".x", 0, 1, FormatErrorKind::MissingDecimals),
            ("+.13", 2, 4, FormatErrorKind::TooManyDecimals),
            (".1f", 2, 3, FormatErrorKind::UnknownCharacter),
            ("位", 0, 3, FormatErrorKind::UnknownCharacter),
            (",+", 1, 2, FormatErrorKind::UnknownCharacter),
            ("%H:%Q", 3, 5, FormatErrorKind::UnknownLetter),
            ("%H:%", 3, 4, FormatErrorKind::UnknownLetter),
        ];
        for (text, at, end, kind) in cases {
            assert_eq!(FormatSpec::parse(text), Err(FormatError { at, end, kind }), "{text}");
        }
    }

    #[test]
    fn what_fits_what() {
        let fits = |text: &str, kind: Kind, name: Option<&str>| {
            FormatSpec::parse(text).unwrap().fits(&kind, name.and_then(unit))
        };
        assert!(fits(".1", Kind::Float, None));
        assert!(fits("%", Kind::Float, None));
        assert!(!fits(".1%", Kind::Quantity(Dimension::AREA), None));
        assert!(!fits(".1", Kind::Text, None));
        assert!(!fits(".1", Kind::Duration, None));
        assert!(fits(".1", Kind::Duration, Some("h")));
        assert!(fits("%H:%M", Kind::Time, None));
        assert!(!fits("%H:%M", Kind::Date, None));
        assert!(fits("%m月%d日", Kind::List(Box::new(Kind::Date)), None));
        assert!(!fits("%H:%M", Kind::Float, None));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_in_place(text in "[+,.0-9%A-Za-z位 ]{0,8}") {
            if let Err(error) = FormatSpec::parse(&text) {
                prop_assert!(text.get(error.at..error.end).is_some());
            }
        }
    }
}
