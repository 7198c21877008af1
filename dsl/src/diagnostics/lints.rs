//! Lints: right, but perhaps not what is meant: W0xxx.

use crate::diagnostics::{Edits, Word};
use crate::source::Span;

diagnostics! {
    /// `!=` with a value that may be missing, where `is not` is perhaps meant.
    W0001 warning NotEqualLosesMissing { at: Span, left: String, replace: Edits }

    /// A parameter or `let` that nothing uses.
    W0002 warning Unused { at: Span, kind: Word, name: String }

    /// `is missing` of a value that is always there.
    W0003 warning NeverMissing { at: Span, name: String }
}
