//! Message templates: text with values in braces.

use super::{Parser, Read, Reported, Rule};
use crate::diagnostics::syntax::BadPlaceholder;
use crate::keywords::Keyword;
use crate::prescan::{Kind, prescan_piece, unescape};
use crate::source::{FileId, Span};
use crate::syntax::{MessagePart, MessageText, Name};

impl Parser<'_> {
    /// The template in the text at this token.
    pub(super) fn message_text(&mut self, token: usize) -> Read<MessageText> {
        let span = self.token_span(token);
        let raw = self.tokens.get(token).map(|t| t.text.clone()).ok_or(Reported)?;
        // The inside begins after the opening quote, which may be a wide one.
        let quote = self.source_text(span).chars().next().map_or(1, char::len_utf8);
        let base = span.start as usize + quote;
        let (text, _, places) = unescape(&raw);
        let place = |at: usize| base + places.get(at).map_or(raw.len(), |p| *p as usize);
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if text[at..].starts_with("{{") || text[at..].starts_with("}}") {
                literal.push(c);
                at += 2;
                continue;
            }
            if c != '{' && c != '}' {
                literal.push(c);
                at += c.len_utf8();
                continue;
            }
            let close = closing_brace(&text[at + 1..]).map(|i| at + 1 + i);
            let (Some(close), '{') = (close, c) else {
                let brace = Span::new(self.file, place(at), place(at) + 1);
                return Err(self.report(BadPlaceholder { at: brace, empty: false }));
            };
            if !literal.is_empty() {
                parts.push(MessagePart::Text(std::mem::take(&mut literal)));
            }
            parts.push(self.placeholder(&text[at + 1..close], place(at), place(close) + 1, &|i| place(at + 1 + i))?);
            at = close + 1;
        }
        if !literal.is_empty() {
            parts.push(MessagePart::Text(literal));
        }
        Ok(MessageText { parts, span })
    }

    /// `value [in unit][:format]` between braces; `place` leads from its bytes to the file's.
    fn placeholder(
        &mut self,
        inside: &str,
        start: usize,
        end: usize,
        place: &dyn Fn(usize) -> usize,
    ) -> Read<MessagePart> {
        let span = Span::new(self.file, start, end);
        let mut scan = prescan_piece(FileId(u32::MAX), inside, 0, inside.len());
        // The format is what stands after the first colon outside brackets and texts.
        let mut colon = None;
        let mut at = 0;
        while let Some(token) = scan.tokens.get(at) {
            if token.kind == Kind::Symbol(":") {
                colon = Some((at, token.end as usize));
                break;
            }
            at = token.close.max(at) + 1;
        }
        let format = colon.map(|(_, after)| inside[after..].trim().to_owned());
        let until = colon.map_or(inside.len(), |(_, after)| after);
        let early = |d: &crate::diagnostics::Diagnostic| d.primary().is_none_or(|s| (s.start as usize) < until);
        let faulty = scan.diagnostics.iter().any(early);
        for token in &mut scan.tokens {
            let (from, to) = (place(token.start as usize), place(token.end as usize));
            (token.start, token.end) = (u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(to).unwrap_or(u32::MAX));
        }
        let problems: Vec<_> = scan.diagnostics.iter().filter(|d| early(d)).cloned().collect();
        let mut end = colon.map_or(scan.tokens.len(), |(at, _)| at);
        if end == 0 {
            return Err(self.report(BadPlaceholder { at: span, empty: true }));
        }
        let unit = trailing_unit(&scan.tokens[..end]).map(|(from, text)| {
            let at = from + 1;
            let unit_span = Span { file: self.file, start: scan.tokens[at].start, end: scan.tokens[end - 1].end };
            end = from;
            Name { text, span: unit_span, quoted: false }
        });
        if faulty {
            for mut problem in problems {
                for label in &mut problem.labels {
                    let moved = Span::new(self.file, place(label.span.start as usize), place(label.span.end as usize));
                    label.span = moved;
                }
                // The places of its fixes are those of the unescaped text.
                problem.fixes.clear();
                self.diagnostics.push(problem);
            }
            return Err(Reported);
        }
        let mut inner = Parser {
            file: self.file,
            text: self.text,
            tokens: &scan.tokens,
            language: self.language,
            docs: std::collections::VecDeque::new(),
            known_bad: Vec::new(),
            diagnostics: Vec::new(),
            in_rows: false,
            depth: 0,
        };
        let value =
            inner.read(Rule::expr_only, 0..end, |parser, node| parser.expression(&node.parts().need(Rule::expr)?));
        self.diagnostics.append(&mut inner.diagnostics);
        Ok(MessagePart::Value { value: value?, unit, format, span })
    }
}

/// The `}` that ends a value; texts inside the value may have braces of their own.
fn closing_brace(rest: &str) -> Option<usize> {
    let (mut in_text, mut escaped) = (false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' | '“' | '”' => in_text = !in_text,
            '{' if !in_text => return None,
            '}' if !in_text => return Some(at),
            _ => {}
        }
    }
    None
}

/// `in m²` or `in km/h` at the end: the place of `in`, and the unit.
fn trailing_unit(tokens: &[crate::prescan::Token]) -> Option<(usize, String)> {
    let is_in =
        |at: usize| tokens.get(at).is_some_and(|t| matches!(t.kind.keyword(), Some(Keyword::In | Keyword::InUnit)));
    let word =
        |at: usize| tokens.get(at).filter(|t| matches!(t.kind, Kind::Word | Kind::Keyword(_))).map(|t| t.text.as_str());
    let last = tokens.len().checked_sub(1)?;
    if last >= 1 && is_in(last - 1) {
        if tokens[last].kind == Kind::Symbol("%") {
            return Some((last - 1, "%".into()));
        }
        return word(last).map(|unit| (last - 1, unit.to_owned()));
    }
    if last >= 3 && is_in(last - 3) && tokens[last - 1].kind == Kind::Symbol("/") {
        let unit = format!("{}/{}", word(last - 2)?, word(last)?);
        return Some((last - 3, unit));
    }
    None
}
