//! A file is cut into items, a block into statements.
//!
//! A statement ends at the line's end unless a bracket is open, the next line begins with an operator or a continuation
//! word, or the line itself ends with an operator.

use super::brackets::{begins_item, begins_statement};
use super::{Kind, Token};
use crate::keywords::Keyword;
use std::ops::Range;

/// What is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A file or a model: all continuation words count.
    Statements,
    /// A block whose lines begin with names that may look like continuation words: only reserved words continue.
    Entries,
    /// A table: a row ends with its line, whatever follows.
    Rows,
}

/// Cuts the tokens of one level into lines; brackets are stepped over whole.
pub(crate) fn lines(tokens: &[Token], range: Range<usize>, block: Block) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut at) = (range.start, range.start);
    while at < range.end {
        if at > start && tokens[at].line_start && !continues(tokens, at, range.end, block) {
            lines.push(start..at);
            start = at;
        }
        at = match tokens[at].kind {
            Kind::Open(_) => tokens[at].close.max(at) + 1,
            _ => at + 1,
        };
    }
    if start < range.end {
        lines.push(start..range.end);
    }
    lines
}

/// The token, first on its line, goes on with the statement before it.
fn continues(tokens: &[Token], at: usize, end: usize, block: Block) -> bool {
    use Keyword as K;
    if block == Block::Rows {
        return false;
    }
    let next = (at + 1 < end).then(|| tokens[at + 1].kind);
    let as_name = matches!(next, Some(Kind::Symbol(":" | "=" | ".")));
    match tokens[at].kind {
        Kind::Symbol("-" | "+") if block == Block::Entries => return false,
        Kind::Symbol(_) | Kind::Open('{') => return true,
        Kind::Keyword(form) => match form.keyword {
            K::True | K::False | K::Missing | K::This | K::Now | K::If => {}
            K::About
            | K::Since
            | K::Each
            | K::Sessions
            | K::IncludingCurrent
            | K::Overlapping
            | K::To
            | K::AtLeast
            | K::ForSpan
            | K::For
            | K::Samples
                if block == Block::Statements && !as_name =>
            {
                return true;
            }
            _ if form.reserved => return true,
            _ => {}
        },
        _ => {}
    }
    let unfinished = match tokens[at - 1].kind {
        Kind::Symbol("?") => false,
        Kind::Symbol(_) => true,
        Kind::Keyword(form) => matches!(
            form.keyword,
            K::And
                | K::Or
                | K::Not
                | K::Is
                | K::IsNot
                | K::In
                | K::NotIn
                | K::From
                | K::Where
                | K::Over
                | K::Of
                | K::Then
                | K::Without
        ),
        _ => false,
    };
    unfinished && !begins_statement(&tokens[at]) && !begins_item(&tokens[at])
}
