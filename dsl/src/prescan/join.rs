//! Tokens that are one thing together: phrases, and units after numbers.

use super::{Kind, Token};
use crate::keywords::{Form, Keyword};
use watchfire_stdlib::units::unit;

/// Joins phrases and units.
pub(super) fn join(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let after_number = joined.last().is_some_and(|t| t.kind == Kind::Number) && !token.line_start;
        if let (true, Some((text, length))) = (after_number, unit_at(&tokens, at, &joined)) {
            joined.push(merged(&tokens[at..at + length], Kind::Unit, text));
            at += length;
        } else if let Some((form, length)) = phrase_at(&tokens, at) {
            joined.push(merged(&tokens[at..at + length], Kind::Keyword(form), form.english.to_owned()));
            at += length;
        } else {
            joined.push(token.clone());
            at += 1;
        }
    }
    joined
}

fn merged(parts: &[Token], kind: Kind, text: String) -> Token {
    let (first, last) = (&parts[0], &parts[parts.len() - 1]);
    Token { kind, text, end: last.end, ..first.clone() }
}

fn is_word(token: &Token) -> bool {
    matches!(token.kind, Kind::Word | Kind::Keyword(_))
}

/// The phrase that begins here, all on one line, and how many tokens it takes.
fn phrase_at(tokens: &[Token], at: usize) -> Option<(&'static Form, usize)> {
    let first = tokens.get(at)?;
    if !is_word(first) || !first.text.is_ascii() {
        return None;
    }
    let mut best: Option<(&'static Form, usize)> = None;
    for form in Keyword::phrases() {
        let mut length = 0;
        let fits = form.english.split(' ').all(|word| {
            let token = tokens.get(at + length);
            length += 1;
            token.is_some_and(|t| is_word(t) && t.text == word && (length == 1 || !t.line_start))
        });
        // `max overlap from S` counts rows; `max overlap` alone is the largest value of a column `overlap`.
        let meant = form.keyword != Keyword::MaxOverlap
            || tokens.get(at + length).is_some_and(|t| t.kind.keyword() == Some(Keyword::From));
        if fits && meant && best.is_none_or(|(_, l)| length > l) {
            best = Some((form, length));
        }
    }
    best
}

/// The unit that begins here, after a number, and how many tokens it takes.
///
/// A word after a number is its unit, unless it is a keyword (but `min`, `day`, … are units too), or begins the next
/// thing on the line: a level (`9 yellow from 3`), a rule, a phrase, or a column (`a = 3  b = 4`).
fn unit_at(tokens: &[Token], at: usize, before: &[Token]) -> Option<(String, usize)> {
    let token = tokens.get(at)?;
    if token.kind == Kind::Symbol("%") {
        return before.last().is_some_and(|number| number.end == token.start).then(|| ("%".to_owned(), 1));
    }
    if !is_word(token) || matches!(token.kind, Kind::Keyword(form) if form.reserved) {
        return None;
    }
    let known = unit(&token.text).is_some();
    let next = tokens.get(at + 1);
    if next.is_some_and(|t| t.kind == Kind::Symbol("=") && !t.line_start) {
        return None;
    }
    if matches!(token.kind, Kind::Keyword(_)) && !known {
        return None;
    }
    let begins_next = matches!(
        next.and_then(|t| t.kind.keyword()),
        Some(Keyword::When | Keyword::Otherwise | Keyword::From | Keyword::If)
    );
    if begins_next && !known {
        return None;
    }
    // `> 1  again after 1 day`: a phrase begins the next thing on the line.
    if !known && phrase_at(tokens, at).is_some() {
        return None;
    }
    if let (Some(slash), Some(below)) = (next, tokens.get(at + 2))
        && slash.kind == Kind::Symbol("/")
        && slash.start == token.end
        && below.start == slash.end
        && is_word(below)
    {
        let whole = format!("{}/{}", token.text, below.text);
        if unit(&whole).is_some() || !known || unit(&below.text).is_some() {
            return Some((whole, 3));
        }
    }
    Some((token.text.clone(), 1))
}
