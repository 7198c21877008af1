//! The parser: text to [`File`].
//!
//! The pre-scan has cut the text into tokens, paired the brackets and cut the file into items and statements. What is
//! left for the grammar (`grammar.pest`) is one statement at one level of brackets, written out anew by `chunk`; what
//! stands inside brackets is parsed on its own when the tree is built. Errors are collected on the way: a statement
//! that cannot be read is left out, the others are kept.

mod chunk;
mod expressions;
mod items;
mod literals;
mod matches;
mod messages;
mod models;
mod problems;
mod selections;
mod sources;
mod test_items;
#[cfg(test)]
mod tests;
mod warnings;

use crate::diagnostics::syntax::{ExpressionTooDeep, StatementTooLong};
use crate::diagnostics::{self, Diagnostic};
use crate::keywords::KeywordLanguage;
use crate::prescan::{MAX_STATEMENT_TOKENS, Prescan, Token, prescan};
use crate::source::{FileId, Span};
use crate::syntax::{Comment, Expr, File};
use chunk::{Chunk, Node};
use grammar::{Grammar, Rule};
use pest::Parser as _;
use std::ops::Range;

/// The generated recogniser of one statement.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "parse/grammar.pest"]
    pub(super) struct Grammar;
}

/// Operations that may stand one inside the other; deeper expressions are an error, so that later stages may recurse.
pub const MAX_DEPTH: usize = 256;

/// What was read, and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Every item that could be read, without the statements that could not.
    pub file: File,
    /// All problems, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Never fails: what cannot be read is left out and reported.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let scan = prescan(file, text);
    let mut parser = Parser::new(file, text, &scan);
    let items = parser.items();
    let mut comments = scan.comments.clone();
    // A doc comment with nothing to describe stays as a comment.
    comments.extend(
        parser.docs.into_iter().map(|doc| Comment { text: format!("// {}", doc.text).trim_end().to_owned(), ..doc }),
    );
    comments.sort_by_key(|c| c.span.start);
    let mut diagnostics = scan.diagnostics.clone();
    diagnostics.extend(parser.diagnostics);
    diagnostics::sort(&mut diagnostics);
    Parsed { file: File { items, comments }, diagnostics }
}

/// Reads one expression, as it may stand in a `let`; for tools and tests.
pub fn parse_expr(file: FileId, text: &str) -> (Option<Expr>, Vec<Diagnostic>) {
    let scan = prescan(file, text);
    let mut parser = Parser::new(file, text, &scan);
    let range = 0..scan.tokens.len();
    let expr = parser.group(range).ok().and_then(|mut found| (found.len() == 1).then(|| found.remove(0)));
    let mut diagnostics = scan.diagnostics.clone();
    diagnostics.extend(parser.diagnostics);
    diagnostics::sort(&mut diagnostics);
    (expr, diagnostics)
}

/// The problem is already reported.
#[derive(Clone, Copy, Debug)]
struct Reported;

type Read<T> = Result<T, Reported>;

/// What is known while a file is read.
struct Parser<'t> {
    file: FileId,
    text: &'t str,
    tokens: &'t [Token],
    /// In which language messages name keywords.
    language: KeywordLanguage,
    /// Doc comment lines that have not found their item yet, the next one first.
    docs: std::collections::VecDeque<Comment>,
    /// Places that the pre-scan has reported: a statement with one is not reported again.
    known_bad: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    /// Inside the columns of a derived table, where an aggregate needs no `from`.
    in_rows: bool,
    /// Depth of the deepest expression read since this was last set to zero.
    depth: usize,
}

impl<'t> Parser<'t> {
    fn new(file: FileId, text: &'t str, scan: &'t Prescan) -> Self {
        let mut known_bad: Vec<Span> = scan.diagnostics.iter().filter_map(Diagnostic::primary).collect();
        known_bad.sort();
        Self {
            file,
            text,
            tokens: &scan.tokens,
            language: crate::format::language_of_tokens(&scan.tokens),
            docs: scan.docs.clone().into(),
            known_bad,
            diagnostics: Vec::new(),
            in_rows: false,
            depth: 0,
        }
    }

    fn report(&mut self, problem: impl Into<Diagnostic>) -> Reported {
        self.diagnostics.push(problem.into());
        Reported
    }

    /// Parses one level of brackets by a rule of the grammar and builds something from it.
    fn read<T>(
        &mut self,
        rule: Rule,
        range: Range<usize>,
        build: impl FnOnce(&mut Self, Node<'_>) -> Read<T>,
    ) -> Read<T> {
        if range.start > 0 && self.tokens.get(range.start - 1).is_some_and(|opener| opener.too_deep) {
            return Err(Reported);
        }
        if range.len() > MAX_STATEMENT_TOKENS {
            let at = self.token_span(range.start);
            return Err(self.report(StatementTooLong { at, limit: MAX_STATEMENT_TOKENS }));
        }
        let chunk = Chunk::new(self.tokens, range.clone());
        match Grammar::parse(rule, &chunk.text) {
            Ok(mut pairs) => match pairs.next() {
                Some(pair) => build(self, Node::new(pair, &chunk)),
                None => Err(Reported),
            },
            Err(error) => Err(self.grammar_problem(rule, range, &chunk, &error)),
        }
    }

    /// The tokens between this opening bracket and its partner.
    fn inside(&self, opener: usize) -> Range<usize> {
        let close = self.tokens.get(opener).map_or(0, |t| t.close);
        opener + 1..close.max(opener + 1)
    }

    /// Parses what stands inside a bracket.
    fn read_inside<T>(
        &mut self,
        rule: Rule,
        opener: usize,
        build: impl FnOnce(&mut Self, Node<'_>) -> Read<T>,
    ) -> Read<T> {
        let range = self.inside(opener);
        self.read(rule, range, build)
    }

    fn token_span(&self, at: usize) -> Span {
        match self.tokens.get(at) {
            Some(token) => Span { file: self.file, start: token.start, end: token.end },
            None => Span::new(self.file, self.text.len(), self.text.len()),
        }
    }

    /// The place of these tokens; brackets count with what they hold.
    fn span_of(&self, range: Range<usize>) -> Span {
        match range.end.checked_sub(1) {
            Some(last) if last >= range.start => self.token_span(range.start).to(self.token_span(last)),
            _ => self.token_span(range.start),
        }
    }

    fn span(&self, node: &Node<'_>) -> Span {
        let last = node.last_token();
        let last = self.tokens.get(last).map_or(last, |t| t.close.max(last));
        self.token_span(node.token()).to(self.token_span(last))
    }

    /// The doc comment that ends before this place.
    fn take_docs(&mut self, before: Span, after: u32) -> Vec<String> {
        let mut docs = Vec::new();
        let mut skipped = std::collections::VecDeque::new();
        while self.docs.front().is_some_and(|d| d.span.start < before.start) {
            let Some(doc) = self.docs.pop_front() else { break };
            if doc.span.start >= after {
                docs.push(doc.text);
            } else {
                skipped.push_back(doc);
            }
        }
        // Lines that belong to nothing wait at the end, to become comments.
        self.docs.extend(skipped);
        docs
    }

    /// Notes the depth of an expression whose parts were noted before.
    fn deepen(&mut self, depth: usize, at: Span) -> Read<usize> {
        if depth > MAX_DEPTH {
            return Err(self.report(ExpressionTooDeep { at, limit: MAX_DEPTH }));
        }
        self.depth = self.depth.max(depth);
        Ok(depth)
    }
}
