//! Grants, purposes, privacy: E04xx.

use crate::diagnostics::Edits;
use crate::source::Span;

diagnostics! {
    /// A column is read for a purpose that its owner does not allow.
    E0401 error MissingGrant {
        at: Span,
        model: String,
        purpose: String,
        source: String,
        column: String,
        owner: String,
        allowed: Vec<String>,
        through: Vec<Span>,
        declared: Option<Span>,
    }

    /// A model about a private entity without `review required`.
    E0402 error NeedsReview { at: Span, model: String, entity: String, declared: Option<Span>, insert: Option<Edits> }

    /// A column is read itself where its owner allows derived values only.
    E0403 error DerivedOnly {
        at: Span,
        model: String,
        purpose: String,
        source: String,
        column: String,
        owner: String,
        through: Vec<Span>,
        declared: Option<Span>,
    }
}
