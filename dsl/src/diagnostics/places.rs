//! Places: E036x.

use crate::source::Span;

diagnostics! {
    /// Rows by nearness from a source without positions.
    E0361 error NoPlaceColumn { at: Span, source: String, declared: Option<Span> }

    /// Rows by nearness from a source with several columns of positions, and no `by`.
    E0362 error WhichPlace { at: Span, source: String, columns: Vec<String>, declared: Vec<Span> }

    /// A selection that cannot be made by nearness.
    E0363 error NotByNearness { at: Span, clause: String }

    /// A text given in a test that is no place of the column's type.
    E0364 error BadShape { at: Span, ty: String }
}
