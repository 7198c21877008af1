//! Models: triggers, levels, messages, parameters, tests: E05xx.

use crate::source::Span;

diagnostics! {
    /// A clause that a model must have is not there.
    E0501 error MissingClause { at: Span, model: String, clause: String, example: String }

    /// A range whose end comes before its start.
    E0502 error ReversedRange { at: Span, start: String, end: String }
}
