//! Types, units, missing values: E03xx.

use crate::source::Span;

diagnostics! {
    /// A value of one type where another is needed.
    E0301 error TypeMismatch { at: Span, expected: String, found: String, because: Option<Span> }

    /// Quantities that measure different things.
    E0302 error UnitMismatch { at: Span, left: String, right: String, left_at: Option<Span>, right_at: Option<Span> }

    /// Two kinds of entity compared with each other.
    E0303 error EntityMismatch { at: Span, left: String, right: String }
}
