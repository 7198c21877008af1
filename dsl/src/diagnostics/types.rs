//! Types, units, missing values: E03xx.

use crate::diagnostics::Edits;
use crate::source::Span;

diagnostics! {
    /// A value of one type where another is needed.
    E0301 error TypeMismatch { at: Span, expected: String, found: String, because: Option<Span> }

    /// Quantities that measure different things.
    E0302 error UnitMismatch { at: Span, left: String, right: String, left_at: Option<Span>, right_at: Option<Span> }

    /// Two kinds of entity compared with each other.
    E0303 error EntityMismatch { at: Span, left: String, right: String }

    /// A plain number where a quantity is needed.
    E0304 error UnitNeeded { at: Span, expected: String, unit: String, insert: Option<Edits> }

    /// An operator or aggregate that does not work on values of this type.
    E0305 error NotDefinedFor { at: Span, operator: String, found: Vec<String> }

    /// Values that are equal or not, but have no order.
    E0306 error NoOrder { at: Span, found: String }

    /// A unit that does not fit the type.
    E0307 error WrongUnit { at: Span, unit: String, ty: String, fitting: Vec<String> }

    /// A number that cannot be held.
    E0308 error NumberOutOfRange { at: Span, number: String }

    /// A date or time that no calendar has.
    E0309 error NoSuchDate { at: Span, text: String }

    /// A part of a day, month or microsecond.
    E0310 error WholeNumberNeeded { at: Span, unit: String }

    /// Months and years as a value.
    E0311 error MonthsAreNoValue { at: Span }

    /// Too many or too few arguments.
    E0312 error ArgumentCount { at: Span, function: String, expected: usize, found: usize, signature: String }

    /// A value that must be known when the package is checked.
    E0313 error NotFixed { at: Span }

    /// An aggregate without the value it needs, with one it cannot use, or without rows.
    E0314 error AggregateForm { at: Span, example: String }

    /// A window of no length.
    E0315 error EmptyWindow { at: Span }

    /// A window over rows without time.
    E0316 error WindowWithoutTime { at: Span, source: String, declared: Option<Span> }

    /// A number outside a fixed range.
    E0317 error NotBetween { at: Span, low: String, high: String }

    /// `missing` anywhere but after `is` and `is not`.
    E0318 error MissingAlone { at: Span }

    /// A column type that no cell can have.
    E0320 error NotAColumnType { at: Span, ty: String }
}
