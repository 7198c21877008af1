//! Rows one after the other, runs and overlaps: E037x.

use crate::source::Span;

diagnostics! {
    /// A trend, or a condition that held, over rows without time.
    E0371 error SeriesWithoutTime { at: Span, aggregate: String, source: String, declared: Option<Span> }

    /// Distinct entities, where rows one after the other are needed.
    E0372 error SeriesOfEntities { at: Span, aggregate: String }

    /// An overlap of rows that are true at an instant only, or always.
    E0373 error OverlapOfEvents { at: Span, source: String, declared: Option<Span> }

    /// `max overlap` without a window.
    E0374 error OverlapWithoutWindow { at: Span }
}
