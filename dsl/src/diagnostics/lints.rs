//! Lints: right, but perhaps not what is meant: W0xxx.

use crate::diagnostics::Edits;
use crate::source::Span;

diagnostics! {
    /// `!=` with a value that may be missing, where `is not` is perhaps meant.
    W0001 warning NotEqualLosesMissing { at: Span, left: String, replace: Edits }
}
