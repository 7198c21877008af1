//! Characters, brackets, statements: E00xx and E01xx.

use crate::diagnostics::{Edits, Value};
use crate::source::Span;

diagnostics! {
    /// Something stands where something else is needed.
    E0001 error UnexpectedText { at: Span, found: String, expected: Vec<Value> }

    /// A bracket is opened and never closed.
    E0002 error UnclosedBracket { at: Span, bracket: char, end: Option<Span> }

    /// A bracket is closed that was never opened, or another one was.
    E0003 error UnmatchedBracket { at: Span, bracket: char, opened: Option<Span> }

    /// Brackets are nested too deeply.
    E0004 error NestedTooDeep { at: Span, limit: usize }

    /// A Chinese keyword without a blank at its edge, as in `人数且`.
    E0005 error KeywordNeedsBlank { at: Span, keyword: String, insert: Edits }

    /// A character that the language does not use.
    E0006 error UnknownCharacter { at: Span, character: char, replacement: Option<String>, replace: Option<Edits> }

    /// A text in quotes that does not end on its line.
    E0007 error UnclosedText { at: Span }
}
