//! Constructs that are understood but cannot run yet: E09xx.

use crate::source::Span;

diagnostics! {
    /// A construct that this version understands and cannot run.
    E0901 error NotYet { at: Span, construct: String }
}
