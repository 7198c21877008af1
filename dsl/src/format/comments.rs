//! Lines of output, and the comments and blank lines of the original between them.

use super::doc::{Doc, STEP};
use super::words::Words;
use crate::source::Span;
use crate::syntax::Comment;
use std::fmt::Write as _;

/// The output, and how far the original has been followed.
pub(super) struct Writer<'a> {
    pub(super) words: Words,
    text: &'a str,
    comments: &'a [Comment],
    /// The next comment to write.
    next: usize,
    out: String,
    indent: usize,
    /// End of the last thing of the original that was written.
    last: u32,
    /// Nothing written yet in this block (no blank line here).
    block_start: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(words: Words, text: &'a str, comments: &'a [Comment]) -> Self {
        Self { words, text, comments, next: 0, out: String::new(), indent: 0, last: 0, block_start: true }
    }

    /// Whether a comment waits that begins before this place.
    pub(super) fn comment_before(&self, place: u32) -> bool {
        self.comments.get(self.next).is_some_and(|c| c.span.start < place)
    }

    /// Writes the comments and blank lines before a statement, its inner comments included, and its doc comment.
    pub(super) fn before(&mut self, statement: Span, inner_until: u32, docs: &[String]) {
        while self.comment_before(statement.start.max(inner_until)) {
            self.own_line_comment();
        }
        self.blank_line(statement.start);
        for line in docs {
            self.line_text(format!("/// {line}").trim_end());
        }
        self.last = self.last.max(statement.start);
    }

    fn own_line_comment(&mut self) {
        let Some(comment) = self.comments.get(self.next) else { return };
        self.next += 1;
        self.blank_line(comment.span.start);
        self.line_text(&comment.text);
        self.last = self.last.max(comment.span.end);
    }

    /// A blank line, where the original has one before this place.
    fn blank_line(&mut self, place: u32) {
        let between = self.text.get(self.last as usize..place as usize).unwrap_or("");
        // Signs that end the line, such as a closing bracket, stand before the first line end.
        let lines = between.find('\n').map_or("", |at| &between[at..]);
        let blank = lines.chars().take_while(|c| c.is_whitespace()).filter(|c| *c == '\n').count() > 1;
        if blank && !self.block_start && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A blank line, whatever the original has.
    pub(super) fn force_blank_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn line_text(&mut self, text: &str) {
        let indent = self.indent * STEP;
        let _ = writeln!(self.out, "{:indent$}{text}", "");
        self.block_start = false;
    }

    /// Writes a statement's line or lines.
    pub(super) fn line(&mut self, doc: &Doc) {
        let text = doc.layout(self.indent * STEP);
        self.line_text(&text);
    }

    /// Writes the comments that follow a statement on its last line.
    pub(super) fn after(&mut self, statement_end: u32) {
        self.last = self.last.max(statement_end);
        while let Some(comment) = self.comments.get(self.next) {
            let between = self.text.get(self.last as usize..comment.span.start as usize);
            if comment.own_line || between.is_none_or(|between| between.contains('\n')) {
                break;
            }
            self.append_comment();
        }
    }

    fn append_comment(&mut self) {
        let Some(comment) = self.comments.get(self.next) else { return };
        self.next += 1;
        let end = self.out.trim_end_matches('\n').len();
        self.out.truncate(end);
        let _ = writeln!(self.out, "  {}", comment.text);
        self.last = self.last.max(comment.span.end);
    }

    /// Begins a block after its head; `first` is where its first entry (or its end) stands.
    pub(super) fn open(&mut self, first: u32) {
        // A comment behind the opening brace stays there; only one, so that two do not run together.
        if self.comments.get(self.next).is_some_and(|c| !c.own_line && c.span.start < first) {
            self.append_comment();
        }
        self.indent += 1;
        self.block_start = true;
    }

    /// Ends a block that ends at this place in the original.
    pub(super) fn close(&mut self, end: u32) {
        while self.comment_before(end) {
            self.own_line_comment();
        }
        self.indent -= 1;
        self.block_start = false;
        self.line_text("}");
        self.last = self.last.max(end);
    }

    /// All comments that are left; the text.
    pub(super) fn finish(mut self) -> String {
        while self.next < self.comments.len() {
            self.own_line_comment();
        }
        self.out
    }
}
