//! Pairs of brackets; where one is missing, the indentation tells which.

use super::{Kind, MAX_NESTING, Prescan, Token};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::syntax::{NestedTooDeep, UnclosedBracket, UnmatchedBracket};
use crate::keywords::Keyword;
use crate::source::{FileId, Span};

/// Pairs all brackets. Afterwards each opening bracket has its closing one: unmatched closing brackets are dropped, and
/// empty closing tokens stand where one is missing.
pub(super) fn pair(file: FileId, text: &str, scan: &mut Prescan) {
    if !balanced(&scan.tokens) {
        let tokens = std::mem::take(&mut scan.tokens);
        let mut repair =
            Repair { file, text, open: Vec::new(), out: Vec::with_capacity(tokens.len()), problems: Vec::new() };
        for at in 0..tokens.len() {
            repair.token(&tokens, at);
        }
        while let Some(open) = repair.open.pop() {
            repair.unclosed(open);
        }
        scan.tokens = repair.out;
        scan.diagnostics.extend(repair.problems);
    }
    let mut open: Vec<usize> = Vec::new();
    for at in 0..scan.tokens.len() {
        match scan.tokens[at].kind {
            Kind::Open(_) => {
                open.push(at);
                if open.len() > MAX_NESTING {
                    scan.tokens[at].too_deep = true;
                    if open.len() == MAX_NESTING + 1 {
                        let token = &scan.tokens[at];
                        let at = Span { file, start: token.start, end: token.end };
                        scan.diagnostics.push(NestedTooDeep { at, limit: MAX_NESTING }.into());
                    }
                }
            }
            Kind::Close(_) => {
                if let Some(opener) = open.pop() {
                    scan.tokens[opener].close = at;
                }
            }
            _ => {}
        }
    }
}

fn closer(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open(bracket) => open.push(closer(bracket)),
            Kind::Close(bracket) if open.pop() != Some(bracket) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

/// An open bracket: itself, its token, and the indentation of its line.
#[derive(Clone, Copy)]
struct Opened {
    bracket: char,
    span: Span,
    indent: usize,
}

struct Repair<'t> {
    file: FileId,
    text: &'t str,
    open: Vec<Opened>,
    out: Vec<Token>,
    problems: Vec<Diagnostic>,
}

impl Repair<'_> {
    fn span(&self, token: &Token) -> Span {
        Span { file: self.file, start: token.start, end: token.end }
    }

    /// Blanks before the first character of the line on which this byte lies.
    fn indent(&self, at: u32) -> usize {
        let before = self.text.get(..at as usize).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |i| i + 1);
        let line = self.text.get(line..).unwrap_or("");
        line.chars().take_while(|c| *c != '\n' && c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum()
    }

    fn unclosed(&mut self, opened: Opened) {
        let last = self.out.last().map_or(opened.span, |t| Span { file: self.file, start: t.start, end: t.end });
        let end = Span { start: last.end, ..last };
        self.problems.push(UnclosedBracket { at: opened.span, bracket: opened.bracket, end: Some(end) }.into());
        self.out.push(Token {
            kind: Kind::Close(closer(opened.bracket)),
            text: String::new(),
            start: end.start,
            end: end.end,
            line_start: false,
            close: 0,
            too_deep: false,
        });
    }

    fn token(&mut self, tokens: &[Token], at: usize) {
        let token = &tokens[at];
        if token.line_start && !self.open.is_empty() {
            let names =
                tokens.get(at + 1).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Quoted) && !t.line_start);
            if names && begins_item(token) && self.indent(token.start) == 0 {
                while let Some(open) = self.open.pop() {
                    self.unclosed(open);
                }
            } else if begins_statement(token) && (names || token.kind.keyword() == Some(Keyword::Warn)) {
                while let Some(open) = self.open.pop_if(|o| o.bracket != '{') {
                    self.unclosed(open);
                }
            }
        }
        match token.kind {
            Kind::Open(bracket) => {
                let opened = Opened { bracket, span: self.span(token), indent: self.indent(token.start) };
                self.open.push(opened);
            }
            Kind::Close(bracket) if !self.close(token, bracket) => return,
            _ => {}
        }
        self.out.push(token.clone());
    }

    /// The innermost open bracket of which this holds; looks at no more than could be nested rightly, so that hostile
    /// text cannot make it slow.
    fn nearest(&self, holds: impl Fn(&Opened) -> bool) -> Option<usize> {
        let floor = self.open.len().saturating_sub(2 * MAX_NESTING);
        self.open[floor..].iter().rposition(holds).map(|place| place + floor)
    }

    /// Closes what this bracket closes; `false` if it closes nothing.
    fn close(&mut self, token: &Token, bracket: char) -> bool {
        let Some(top) = self.open.last().copied() else {
            self.problems.push(UnmatchedBracket { at: self.span(token), bracket, opened: None }.into());
            return false;
        };
        if closer(top.bracket) == bracket {
            // A `}` that stands farther left than the line of the innermost `{` closes an outer one.
            let indent = self.indent(token.start);
            if bracket == '}' && token.line_start && indent < top.indent {
                let outer = self.nearest(|o| o.bracket == '{' && o.indent == indent);
                while outer.is_some_and(|outer| self.open.len() > outer + 1) {
                    let Some(open) = self.open.pop() else { break };
                    self.unclosed(open);
                }
            }
            self.open.pop();
            return true;
        }
        let fits = self.nearest(|o| closer(o.bracket) == bracket);
        let crosses_block = |from: usize| self.open[from + 1..].iter().any(|o| o.bracket == '{');
        match fits {
            Some(place) if bracket == '}' || !crosses_block(place) => {
                while self.open.len() > place + 1 {
                    let Some(open) = self.open.pop() else { break };
                    self.unclosed(open);
                }
                self.open.pop();
                true
            }
            _ => {
                let opened = Some(top.span);
                self.problems.push(UnmatchedBracket { at: self.span(token), bracket, opened }.into());
                false
            }
        }
    }
}

/// The keyword begins an item and nothing inside one (but `rows` and `levels` stand in models too).
pub(super) fn begins_item(token: &Token) -> bool {
    use Keyword as K;
    matches!(
        token.kind.keyword(),
        Some(
            K::Use
                | K::Constant
                | K::Entity
                | K::Enum
                | K::Source
                | K::Fact
                | K::Function
                | K::Extern
                | K::Model
                | K::Exempt
                | K::Test
        )
    )
}

/// The keyword begins a statement of a model.
pub(super) fn begins_statement(token: &Token) -> bool {
    use Keyword as K;
    matches!(
        token.kind.keyword(),
        Some(
            K::Let
                | K::Param
                | K::Rows
                | K::Warn
                | K::Category
                | K::Purpose
                | K::Basis
                | K::Dispatch
                | K::Match
                | K::Every
                | K::On
        )
    )
}
