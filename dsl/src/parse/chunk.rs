//! One level of brackets of one statement, written out for the grammar, and the way back to the tokens.

use super::Rule;
use crate::prescan::{Kind, Token};
use pest::iterators::Pair;
use std::ops::Range;

/// Text for the grammar; see the head of `grammar.pest`.
pub(super) struct Chunk {
    pub(super) text: String,
    /// Where each token begins in `text`.
    starts: Vec<usize>,
    /// The token that stands there.
    tokens: Vec<usize>,
    /// One past the last token.
    end: usize,
}

impl Chunk {
    /// Writes out these tokens; brackets are stepped over.
    pub(super) fn new(all: &[Token], range: Range<usize>) -> Self {
        let mut chunk = Chunk { text: String::new(), starts: Vec::new(), tokens: Vec::new(), end: range.end };
        let mut at = range.start;
        while at < range.end {
            let Some(token) = all.get(at) else { break };
            chunk.starts.push(chunk.text.len());
            chunk.tokens.push(at);
            at += 1;
            match token.kind {
                Kind::Word => chunk.text.push_str(&token.text),
                Kind::Keyword(form) => {
                    // Reserved words, and phrases written as several words, are never names.
                    if form.reserved || token.text.contains(' ') {
                        chunk.text.push('\'');
                    }
                    chunk.text.extend(form.english.chars().map(|c| if c == ' ' { '~' } else { c }));
                }
                Kind::Quoted => chunk.text.push('`'),
                Kind::Unit => chunk.text.push_str("0u"),
                Kind::Number => chunk.text.push('0'),
                Kind::Date => chunk.text.push_str("0d"),
                Kind::Time => chunk.text.push_str("0t"),
                Kind::Clock => chunk.text.push_str("0c"),
                Kind::Text => chunk.text.push('"'),
                Kind::Symbol(sign) => chunk.text.push_str(sign),
                Kind::Open(bracket) => {
                    chunk.text.push_str(match bracket {
                        '(' => "()",
                        '[' => "[]",
                        _ => "{}",
                    });
                    at = token.close.max(at) + 1;
                }
                Kind::Close(bracket) => chunk.text.push(bracket),
            }
            chunk.text.push(' ');
        }
        chunk
    }

    /// The token that begins at or before this place of the text; one past the last where the text has ended.
    pub(super) fn token_at(&self, place: usize) -> usize {
        if place >= self.text.len() {
            return self.end;
        }
        let index = self.starts.partition_point(|start| *start <= place);
        index.checked_sub(1).and_then(|i| self.tokens.get(i).copied()).unwrap_or(self.end)
    }

    /// The token before this one on the same level.
    pub(super) fn before(&self, token: usize) -> Option<usize> {
        let index = self.tokens.partition_point(|t| *t < token);
        index.checked_sub(1).map(|i| self.tokens[i])
    }

    /// The token after this one on the same level.
    pub(super) fn after(&self, token: usize) -> Option<usize> {
        let index = self.tokens.partition_point(|t| *t <= token);
        self.tokens.get(index).copied()
    }

    /// All tokens of this level.
    pub(super) fn tokens(&self) -> &[usize] {
        &self.tokens
    }
}

/// A piece of the parse tree that knows its tokens.
#[derive(Clone)]
pub(super) struct Node<'c> {
    pair: Pair<'c, Rule>,
    chunk: &'c Chunk,
}

impl<'c> Node<'c> {
    pub(super) fn new(pair: Pair<'c, Rule>, chunk: &'c Chunk) -> Self {
        Self { pair, chunk }
    }

    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    /// Its first token.
    pub(super) fn token(&self) -> usize {
        self.chunk.token_at(self.pair.as_span().start())
    }

    /// Its last token; an opening bracket where it ends with a bracket.
    pub(super) fn last_token(&self) -> usize {
        let span = self.pair.as_span();
        self.chunk.token_at(span.end().max(span.start() + 1) - 1)
    }

    /// Its parts, keywords and signs included.
    pub(super) fn all(&self) -> impl Iterator<Item = Node<'c>> {
        let chunk = self.chunk;
        self.pair.clone().into_inner().map(move |pair| Node { pair, chunk })
    }

    /// The rule of its first part, keywords and signs included.
    pub(super) fn first_rule(&self) -> Option<Rule> {
        self.pair.clone().into_inner().next().map(|p| p.as_rule())
    }

    /// Its parts without keywords and signs.
    pub(super) fn parts(&self) -> Parts<'c> {
        let parts: Vec<Node<'c>> = self.all().filter(|n| !is_mark(n.rule())).collect();
        Parts { rest: parts.into_iter().peekable() }
    }

    /// Its only part.
    pub(super) fn only(&self) -> super::Read<Node<'c>> {
        self.parts().one()
    }
}

/// Keywords and signs stand before names in the grammar, and so in the order of its rules.
pub(super) fn is_mark(rule: Rule) -> bool {
    rule < Rule::name
}

/// The parts of a node, taken from the front.
pub(super) struct Parts<'c> {
    rest: std::iter::Peekable<std::vec::IntoIter<Node<'c>>>,
}

impl<'c> Parts<'c> {
    /// The next part, which the grammar promises.
    pub(super) fn one(&mut self) -> super::Read<Node<'c>> {
        let next = self.rest.next();
        debug_assert!(next.is_some(), "the grammar promises another part");
        next.ok_or(super::Reported)
    }

    /// The next part, which the grammar promises to be this.
    pub(super) fn need(&mut self, rule: Rule) -> super::Read<Node<'c>> {
        let next = self.one()?;
        debug_assert_eq!(next.rule(), rule, "the grammar promises this part");
        Ok(next)
    }

    /// The next part, if it is this.
    pub(super) fn take_if(&mut self, rule: Rule) -> Option<Node<'c>> {
        self.rest.next_if(|n| n.rule() == rule)
    }
}

impl<'c> Iterator for Parts<'c> {
    type Item = Node<'c>;
    fn next(&mut self) -> Option<Node<'c>> {
        self.rest.next()
    }
}
