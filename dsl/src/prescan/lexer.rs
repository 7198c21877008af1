//! Text to tokens.

use super::fold::{continues_word, fold, folded, is_blank, starts_word};
use super::{Kind, Prescan, Token};
use crate::diagnostics::syntax::{
    BadDate, ForeignSymbol, SingleQuotes, UnclosedComment, UnclosedName, UnclosedText, UnknownCharacter, UnknownEscape,
};
use crate::diagnostics::{Diagnostic, Edits};
use crate::keywords::Keyword;
use crate::source::{FileId, Span};
use crate::syntax::Comment;

/// Operators and separators, longest first.
const SYMBOLS: &[&str] =
    &["..=", "==", "!=", "<=", ">=", "??", "..", "+", "-", "*", "/", "%", "<", ">", "=", ":", ",", ".", "?", "|"];

/// Signs of other languages: as written, and what they are here. An empty one only separates.
const FOREIGN: &[(&str, &str)] = &[
    ("===", "=="),
    ("!==", "!="),
    ("&&", "and"),
    ("||", "or"),
    ("<>", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("!", "not"),
    ("&", "and"),
    (";", ""),
];

/// Cuts `text[start..end]` into tokens.
pub(super) fn lex(file: FileId, text: &str, start: usize, end: usize) -> Prescan {
    let end = end.min(text.len());
    let mut lexer = Lexer { file, text, at: start, end, line_start: true, blank_line: true, scan: Prescan::default() };
    while lexer.step() {}
    lexer.scan
}

struct Lexer<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    end: usize,
    /// No token yet on this line.
    line_start: bool,
    /// Neither token nor comment yet on this line.
    blank_line: bool,
    scan: Prescan,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.file, start, self.at)
    }

    fn report(&mut self, problem: impl Into<Diagnostic>) {
        self.scan.diagnostics.push(problem.into());
    }

    fn push(&mut self, kind: Kind, text: String, start: usize) {
        let span = self.span(start);
        let line_start = self.line_start;
        self.line_start = false;
        self.blank_line = false;
        let token = Token { kind, text, start: span.start, end: span.end, line_start, close: 0, too_deep: false };
        self.scan.tokens.push(token);
    }

    /// Moves past characters while `want` holds of them and returns their folded text.
    fn take(&mut self, want: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        for c in self.rest().chars() {
            if !want(c) {
                break;
            }
            self.at += c.len_utf8();
            match fold(c) {
                Some(ascii) => taken.push_str(ascii),
                None => taken.push(c),
            }
        }
        taken
    }

    /// Length in bytes of the following characters whose folded forms spell `sign`; `None` if they do not.
    fn ahead(&self, sign: &str) -> Option<usize> {
        let (mut length, mut left) = (0, sign);
        for c in self.rest().chars() {
            if left.is_empty() {
                break;
            }
            let mut own = [0; 4];
            let form = fold(c).unwrap_or_else(|| c.encode_utf8(&mut own));
            left = left.strip_prefix(form)?;
            length += c.len_utf8();
        }
        left.is_empty().then_some(length)
    }

    /// Reads one token, comment or blank; `false` at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.rest().chars().next() else { return false };
        let start = self.at;
        if c == '\n' {
            self.at += 1;
            (self.line_start, self.blank_line) = (true, true);
        } else if is_blank(c) {
            self.at += c.len_utf8();
        } else if self.rest().starts_with("//") {
            self.line_comment();
        } else if self.rest().starts_with("/*") {
            self.block_comment();
        } else if starts_word(c) {
            let text = self.take(continues_or_starts);
            let kind = Keyword::find(&text).map_or(Kind::Word, Kind::Keyword);
            self.push(kind, text, start);
        } else {
            match folded(c) {
                '0'..='9' => self.number(),
                '"' => self.text(c),
                '`' => self.quoted_name(c),
                '\'' => self.single_quotes(c),
                open @ ('(' | '[' | '{') => {
                    self.at += c.len_utf8();
                    self.push(Kind::Open(open), String::new(), start);
                }
                close @ (')' | ']' | '}') => {
                    self.at += c.len_utf8();
                    self.push(Kind::Close(close), String::new(), start);
                }
                _ => self.sign(c),
            }
        }
        true
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let line = self.rest().split('\n').next().unwrap_or("");
        self.at += line.len();
        let text = line.trim_end().to_owned();
        let comment =
            Comment { span: Span::new(self.file, start, start + text.len()), own_line: self.blank_line, text };
        if comment.text.starts_with("///") && !comment.text.starts_with("////") && comment.own_line {
            let inner = &comment.text[3..];
            let text = inner.strip_prefix(' ').unwrap_or(inner).to_owned();
            self.scan.docs.push(Comment { text, ..comment });
        } else {
            self.scan.comments.push(comment);
        }
        self.blank_line = false;
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let rest = self.rest();
        match rest.get(2..).and_then(|inner| inner.find("*/")) {
            Some(length) => self.at += length + 4,
            None => {
                self.at = self.end;
                self.report(UnclosedComment { at: Span::new(self.file, start, start + 2) });
                return;
            }
        }
        let text = self.text[start..self.at].to_owned();
        if text.contains('\n') {
            self.line_start = true;
        }
        self.scan.comments.push(Comment { text, span: self.span(start), own_line: self.blank_line });
        self.blank_line = false;
    }

    fn number(&mut self) {
        let start = self.at;
        let ahead: Vec<char> = self.rest().chars().take(32).map(folded).collect();
        if let Some((kind, length)) = date_or_clock(&ahead) {
            let mut left = length;
            let mut text = String::new();
            for c in self.rest().chars().take(length) {
                text.push(folded(c));
                self.at += c.len_utf8();
                left -= 1;
            }
            debug_assert_eq!(left, 0, "a date is as long as was seen ahead");
            if !is_real(kind, &text) {
                self.report(BadDate { at: self.span(start), text: text.clone() });
            }
            self.push(kind, text, start);
            return;
        }
        let digit = |c: char| folded(c).is_ascii_digit() || c == '_';
        let mut text = self.take(digit);
        let mut next = self.rest().chars();
        if next.next().map(folded) == Some('.') && next.next().is_some_and(|c| folded(c).is_ascii_digit()) {
            text.push_str(&self.take(|c| folded(c) == '.'));
            text.push_str(&self.take(digit));
        }
        let mut next = self.rest().chars();
        if matches!(next.next(), Some('e' | 'E')) {
            let sign = next.next();
            let digits = if matches!(sign, Some('+' | '-')) { next.next() } else { sign };
            let rest: String = next.take_while(|c| c.is_alphanumeric()).collect();
            if digits.is_some_and(|c| c.is_ascii_digit()) && rest.chars().all(|c| c.is_ascii_digit()) {
                text.push('e');
                self.at += 1;
                if matches!(sign, Some('+' | '-')) {
                    text.push_str(&self.take(|c| c == '-'));
                    self.take(|c| c == '+');
                }
                text.push_str(&self.take(|c| c.is_ascii_digit()));
            }
        }
        text.retain(|c| c != '_');
        self.push(Kind::Number, text, start);
    }

    fn text(&mut self, open: char) {
        let start = self.at;
        self.at += open.len_utf8();
        let line = self.rest().split('\n').next().unwrap_or("");
        let closers: &[char] = if open == '"' { &['"', '”'] } else { &['”', '"', '＂'] };
        let found = closers.iter().find_map(|closer| find_unescaped(line, *closer).map(|i| (i, closer.len_utf8())));
        let (inner, closing) = match found {
            Some((length, closing)) => (&line[..length], closing),
            None => {
                let trimmed = line.trim_end();
                let at = Span::new(self.file, start, self.at + trimmed.len());
                self.report(UnclosedText { at });
                (trimmed, 0)
            }
        };
        for (escape, from, to) in unescape(inner).1 {
            let at = Span::new(self.file, self.at + from, self.at + to);
            self.report(UnknownEscape { at, escape, replace: Some(Edits::before(at, "\\")) });
        }
        let text = inner.to_owned();
        self.at += inner.len() + closing;
        self.push(Kind::Text, text, start);
    }

    fn single_quotes(&mut self, open: char) {
        let start = self.at;
        self.at += open.len_utf8();
        let line = self.rest().split('\n').next().unwrap_or("");
        match line.find(['\'', '‘', '’', '＇']) {
            Some(length) => {
                let inner = line[..length].to_owned();
                self.at += length + line[length..].chars().next().map_or(0, char::len_utf8);
                let at = self.span(start);
                let replace = Some(Edits::replace(at, format!("\"{}\"", inner.replace('"', "\\\""))));
                self.report(SingleQuotes { at, replace });
                self.push(Kind::Text, inner.replace('\\', "\\\\").replace('"', "\\\""), start);
            }
            None => self.report(SingleQuotes { at: self.span(start), replace: None }),
        }
    }

    fn quoted_name(&mut self, open: char) {
        let start = self.at;
        self.at += open.len_utf8();
        let line = self.rest().split('\n').next().unwrap_or("");
        match line.find(['`', '｀']) {
            Some(length) if length > 0 => {
                let name = line[..length].to_owned();
                self.at += length + line[length..].chars().next().map_or(0, char::len_utf8);
                self.push(Kind::Quoted, name, start);
            }
            found => {
                self.at += if found.is_some() { 1 } else { 0 };
                self.report(UnclosedName { at: self.span(start) });
            }
        }
    }

    fn sign(&mut self, c: char) {
        let start = self.at;
        for (foreign, native) in FOREIGN {
            let Some(length) = self.ahead(foreign) else { continue };
            // `!` alone is foreign, `!=` is not.
            if SYMBOLS.iter().any(|symbol| symbol.len() > foreign.len() && self.ahead(symbol).is_some()) {
                continue;
            }
            self.at += length;
            let at = self.span(start);
            if native.is_empty() {
                self.report(ForeignSymbol { at, symbol: (*foreign).into(), native: None, replace: Edits::remove(at) });
                self.line_start = true;
                return;
            }
            let blank = |c: Option<char>| if c.is_none_or(|c| c.is_whitespace()) { "" } else { " " };
            let keyword = Keyword::find(native);
            let fixed = match keyword {
                Some(_) => {
                    let before = blank(self.text[..start].chars().next_back());
                    format!("{before}{native}{}", blank(self.rest().chars().next()))
                }
                None => (*native).to_owned(),
            };
            let replace = Edits::replace(at, fixed);
            self.report(ForeignSymbol { at, symbol: (*foreign).into(), native: Some((*native).into()), replace });
            let kind = keyword.map_or_else(
                || Kind::Symbol(SYMBOLS.iter().find(|s| *s == native).copied().unwrap_or("==")),
                Kind::Keyword,
            );
            self.push(kind, (*native).to_owned(), start);
            return;
        }
        for symbol in SYMBOLS {
            if let Some(length) = self.ahead(symbol) {
                self.at += length;
                self.push(Kind::Symbol(symbol), String::new(), start);
                return;
            }
        }
        // One report for a run of the same character.
        self.take(|next| next == c);
        let at = self.span(start);
        let replacement = match c {
            '…' => Some("..".to_owned()),
            '～' | '—' | '–' => Some("-".to_owned()),
            '【' | '〔' => Some("(".to_owned()),
            '】' | '〕' => Some(")".to_owned()),
            '「' | '」' | '『' | '』' | '《' | '》' => Some("\"".to_owned()),
            _ => None,
        };
        let replace = replacement.clone().map(|text| Edits::replace(at, text));
        self.report(UnknownCharacter { at, character: c, replacement, replace });
    }
}

fn continues_or_starts(c: char) -> bool {
    continues_word(c) || starts_word(c)
}

/// The place of the first `closer` that no backslash stands before.
fn find_unescaped(line: &str, closer: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == closer {
            return Some(at);
        }
    }
    None
}

/// A date, time or time of day at the head of these characters, and its length.
fn date_or_clock(ahead: &[char]) -> Option<(Kind, usize)> {
    let matches = |from: usize, pattern: &str| {
        pattern.chars().enumerate().all(|(i, p)| match (p, ahead.get(from + i)) {
            ('d', Some(c)) => c.is_ascii_digit(),
            (p, Some(c)) => p == *c,
            (_, None) => false,
        })
    };
    let digit = |at: usize| ahead.get(at).is_some_and(char::is_ascii_digit);
    if matches(0, "dddd-dd-dd") && !digit(10) {
        if !matches(10, "Tdd:dd") {
            return Some((Kind::Date, 10));
        }
        let mut length = 16;
        if matches(16, ":dd") {
            length = 19;
            if matches(19, ".d") {
                length = 20;
                while digit(length) {
                    length += 1;
                }
            }
        }
        return Some((Kind::Time, length));
    }
    for hours in ["dd", "d"] {
        let short = format!("{hours}:dd");
        if matches(0, &short) && !digit(short.len()) {
            let long = format!("{hours}:dd:dd");
            let length = if matches(0, &long) && !digit(long.len()) { long.len() } else { short.len() };
            return Some((Kind::Clock, length));
        }
    }
    None
}

/// The date or time of day exists.
fn is_real(kind: Kind, text: &str) -> bool {
    let date = |t: &str| chrono::NaiveDate::parse_from_str(t, "%Y-%m-%d").is_ok();
    let clock = |t: &str| {
        let mut parts = t.split(':');
        let mut below =
            |limit: u32| parts.next().and_then(|p| p.split('.').next()?.parse().ok()).is_none_or(|n: u32| n < limit);
        below(24) && below(60) && below(60)
    };
    match (kind, text.split_once('T')) {
        (Kind::Time, Some((day, time))) => date(day) && clock(time),
        (Kind::Date, _) => date(text),
        _ => clock(text),
    }
}

/// The text that a literal means, with each byte's place in the literal, and its wrong escapes with their ranges.
///
/// Escapes: `\"`, `\\`, `\n`, `\t`, `\u{4e00}`.
pub(crate) fn unescape(raw: &str) -> (String, Vec<(String, usize, usize)>, Vec<u32>) {
    let mut text = String::with_capacity(raw.len());
    let mut wrong = Vec::new();
    let mut places: Vec<u32> = Vec::with_capacity(raw.len());
    let mut characters = raw.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let mut add = |c: char| {
            text.push(c);
            places.extend(std::iter::repeat_n(u32::try_from(at).unwrap_or(u32::MAX), c.len_utf8()));
        };
        if c != '\\' {
            add(c);
            continue;
        }
        match characters.next() {
            Some((_, c @ ('"' | '\\' | '”' | '“'))) => add(c),
            Some((_, 'n')) => add('\n'),
            Some((_, 't')) => add('\t'),
            Some((open, 'u')) => {
                let rest = &raw[open + 1..];
                let code = rest.strip_prefix('{').and_then(|r| r.split_once('}')).map(|(code, _)| code);
                match code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)) {
                    Some(c) => {
                        add(c);
                        let until = open + 1 + code.map_or(0, str::len) + 2;
                        while characters.next_if(|(i, _)| *i < until).is_some() {}
                    }
                    None => wrong.push(("\\u".into(), at, open + 1)),
                }
            }
            Some((next, c)) => {
                wrong.push((format!("\\{c}"), at, next + c.len_utf8()));
                add(c);
            }
            None => wrong.push(("\\".into(), at, at + 1)),
        }
    }
    (text, wrong, places)
}
