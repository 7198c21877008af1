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

    /// A condition that no row can make false.
    W0004 warning AlwaysTrue {
        at: Span,
        condition: String,
        left: Option<String>,
        left_least: Option<String>,
        left_most: Option<String>,
        right: Option<String>,
        right_least: Option<String>,
        right_most: Option<String>,
    }

    /// A condition that no row can make true.
    W0005 warning NeverTrue {
        at: Span,
        given: Option<Span>,
        condition: String,
        left: Option<String>,
        left_least: Option<String>,
        left_most: Option<String>,
        right: Option<String>,
        right_least: Option<String>,
        right_most: Option<String>,
    }

    /// A condition that is never true with the defaults, nor with the values of any profile.
    W0006 warning NoProfileReaches { at: Span, given: Option<Span>, condition: String }

    /// A window that begins before the data of its source does.
    W0007 warning BeyondHistory { at: Span, declared: Option<Span>, source: String }

    /// A low total of events for which nothing is expected.
    W0008 warning LowWithoutExpect { at: Span, declared: Option<Span>, source: String }

    /// Peers without a least number of them.
    W0009 warning NoLeast { at: Span, default: i64, insert: Edits }
}
