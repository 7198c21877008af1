//! The pre-scan: text to tokens, brackets and lines, in one linear pass each, before any grammar is asked.
//!
//! 1. `lexer` cuts the text into tokens, reads full-width signs as their ASCII forms ([`fold`]), and sets comments
//!    aside. Spans stay those of the original text.
//! 2. `join` puts together what is one thing: phrases (`is not`, `again after`) and units (`km/h` after a number).
//! 3. `brackets` pairs the brackets, guesses from the indentation where one is missing, and bounds the nesting.
//! 4. [`lines`] cuts a file into items and a block into statements.
//!
//! After that the grammar never sees more than one level of brackets of one statement, so that neither recursion nor
//! backtracking can run away, and a broken line hides no other.

mod brackets;
mod fold;
mod join;
mod lexer;
mod lines;
#[cfg(test)]
mod tests;

pub(crate) use fold::{continues_word, fold, starts_word};
pub(crate) use lexer::unescape;
pub(crate) use lines::{Block, lines};

use crate::diagnostics::Diagnostic;
use crate::diagnostics::syntax::FileTooLarge;
use crate::keywords::Form;
use crate::source::{FileId, Span};
use crate::syntax::Comment;

/// Brackets nested deeper than this are an error.
pub(crate) const MAX_NESTING: usize = 64;
/// A longer file is an error.
pub(crate) const MAX_FILE_BYTES: usize = 4 << 20;
/// A statement with more tokens than this is an error.
pub(crate) const MAX_STATEMENT_TOKENS: usize = 20_000;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A name that is no keyword.
    Word,
    /// A keyword, perhaps used as a name; or a phrase.
    Keyword(&'static Form),
    /// A name in backticks.
    Quoted,
    /// The unit of the number before it.
    Unit,
    /// A number without unit.
    Number,
    /// `2024-03-01`
    Date,
    /// `2024-03-01T02:00`
    Time,
    /// `02:00`
    Clock,
    /// `"…"`; its text is what stands between the quotes, escapes as written.
    Text,
    /// An operator or separator.
    Symbol(&'static str),
    /// `(`, `[` or `{`
    Open(char),
    /// `)`, `]` or `}`
    Close(char),
}

impl Kind {
    /// The keyword, if it is one.
    pub(crate) fn keyword(self) -> Option<crate::keywords::Keyword> {
        match self {
            Kind::Keyword(form) => Some(form.keyword),
            _ => None,
        }
    }
}

/// A token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Words, names, units and numbers: the text with full-width signs folded. Texts: the inside.
    pub(crate) text: String,
    /// First byte in the original text.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
    /// The first token on its line.
    pub(crate) line_start: bool,
    /// Opening brackets: the index of the bracket that closes it.
    pub(crate) close: usize,
    /// Opening brackets: nested too deeply, already reported.
    pub(crate) too_deep: bool,
}

/// The result of the pre-scan.
#[derive(Debug, Default)]
pub(crate) struct Prescan {
    /// All tokens, brackets paired.
    pub(crate) tokens: Vec<Token>,
    /// Comments, doc comments aside.
    pub(crate) comments: Vec<Comment>,
    /// Lines of doc comments; their text without `///` and one blank.
    pub(crate) docs: Vec<Comment>,
    /// What is wrong so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Scans a file.
pub(crate) fn prescan(file: FileId, text: &str) -> Prescan {
    if text.len() > MAX_FILE_BYTES {
        let at = Span::new(file, 0, 0);
        let problem = FileTooLarge { at, limit: MAX_FILE_BYTES >> 20 };
        return Prescan { diagnostics: vec![problem.into()], ..Prescan::default() };
    }
    let mut scan = lexer::lex(file, text, 0, text.len());
    scan.tokens = join::join(std::mem::take(&mut scan.tokens));
    brackets::pair(file, text, &mut scan);
    scan
}

/// Scans a piece of a file, such as what stands in the braces of a message. Comments are not expected there.
pub(crate) fn prescan_piece(file: FileId, text: &str, start: usize, end: usize) -> Prescan {
    let mut scan = lexer::lex(file, text, start, end);
    scan.tokens = join::join(std::mem::take(&mut scan.tokens));
    brackets::pair(file, text, &mut scan);
    scan
}
