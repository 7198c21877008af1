//! Characters, brackets, statements: E00xx and E01xx.

use crate::diagnostics::{Edits, Value, Word};
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

    /// A statement ends before it is complete.
    E0008 error Unfinished { at: Span, expected: Vec<Value> }

    /// A backslash in a text before something it does not go with.
    E0009 error UnknownEscape { at: Span, escape: String, replace: Option<Edits> }

    /// A comment that is never closed.
    E0010 error UnclosedComment { at: Span }

    /// A name in backticks that does not end on its line, or is empty.
    E0011 error UnclosedName { at: Span }

    /// A text in single quotes.
    E0012 error SingleQuotes { at: Span, replace: Option<Edits> }

    /// A sign of other languages.
    E0013 error ForeignSymbol { at: Span, symbol: String, native: Option<String>, replace: Edits }

    /// A date or time of day that does not exist.
    E0014 error BadDate { at: Span, text: String }

    /// A file larger than can be read.
    E0015 error FileTooLarge { at: Span, limit: usize }

    /// A statement longer than can be read.
    E0016 error StatementTooLong { at: Span, limit: usize }

    /// What stands at the head of a file's line begins nothing.
    E0101 error UnknownItem { at: Span, found: String, suggestion: Option<String>, replace: Option<Edits> }

    /// A word that is nearly a keyword.
    E0102 error MisspeltKeyword { at: Span, found: String, keyword: String, replace: Edits }

    /// `=` where two values are compared.
    E0103 error AssignmentInCondition { at: Span, replace: Edits }

    /// An aggregate without its source.
    E0104 error MissingFrom { at: Span, name: String, insert: Option<Edits> }

    /// A comparison of a comparison.
    E0105 error ChainedComparison { at: Span, first: Span }

    /// An aggregate inside a longer expression without parentheses.
    E0106 error AggregateNotAlone { at: Span, name: String }

    /// A reserved word used as a name.
    E0107 error ReservedName { at: Span, name: String, replace: Edits }

    /// A clause that stands twice.
    E0108 error RepeatedClause { at: Span, clause: String, first: Option<Span> }

    /// A statement in a block in which it cannot stand.
    E0109 error WrongBlock { at: Span, keyword: String, block: Word, belongs: Word }

    /// An item without its block.
    E0110 error MissingBlock { at: Span, item: String }

    /// A row of a test with too many or too few cells.
    E0111 error RowWidth { at: Span, cells: usize, columns: usize }

    /// An expression with too many parts inside each other.
    E0112 error ExpressionTooDeep { at: Span, limit: usize }

    /// A brace in a message that is not closed, or empty.
    E0113 error BadPlaceholder { at: Span, empty: bool }

    /// A list that does not stand after `in`.
    E0114 error ListOutsideIn { at: Span }

    /// Two statements on one line.
    E0115 error SharedLine { at: Span }

    /// A `without … within` that is not the last clause of its sequence.
    E0116 error DeadlineNotLast { at: Span }

    /// A `not` inside arithmetic or a comparison.
    E0117 error NotNeedsParentheses { at: Span }
}
