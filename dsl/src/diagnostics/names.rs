//! Names and what they stand for: E02xx.

use crate::diagnostics::{Edits, Word};
use crate::source::Span;

diagnostics! {
    /// A name that nothing has.
    E0201 error UnknownName { at: Span, kind: Word, name: String, suggestion: Option<String>, replace: Option<Edits> }

    /// Two things of one name.
    E0202 error DeclaredTwice { at: Span, name: String, first: Span }

    /// A column that its source does not have.
    E0203 error UnknownColumn {
        at: Span,
        name: String,
        source: String,
        suggestion: Option<String>,
        declared: Option<Span>,
        replace: Option<Edits>,
    }

    /// Facts that need each other.
    E0204 error CyclicFacts { at: Span, path: Vec<String>, through: Vec<Span> }
}
