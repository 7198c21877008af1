//! Reading a TOML table key by key, with the place of everything, and reporting all that is wrong with it.

use super::Located;
use crate::diagnostics::package::{ManifestType, MissingKey, NotOneOf, UnknownKey};
use crate::diagnostics::{Diagnostic, Edits, Word, suggest};
use crate::source::{FileId, Span};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file being read and what was wrong so far.
pub(super) struct Context<'a> {
    pub(super) file: FileId,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Context<'_> {
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    pub(super) fn report(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.diagnostics.push(diagnostic.into());
    }

    fn wrong_type(&mut self, key: &str, expected: Word, found: &Spanned<DeValue<'_>>) {
        let at = self.span(found.span());
        self.report(ManifestType { at, key: key.to_owned(), expected, found: word_of(found.get_ref()) });
    }

    pub(super) fn text(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Located<String>> {
        match value.get_ref() {
            DeValue::String(text) => Some(Located { value: text.to_string(), span: self.span(value.span()) }),
            _ => {
                self.wrong_type(key, Word::TEXT, value);
                None
            }
        }
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<Located<String>>> {
        match value.get_ref() {
            DeValue::Array(items) => {
                let texts: Vec<_> = items.iter().filter_map(|item| self.text(key, item)).collect();
                (texts.len() == items.len()).then_some(texts)
            }
            _ => self.text(key, value).map(|text| vec![text]),
        }
    }

    /// A whole number.
    pub(super) fn integer(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Located<i64>> {
        let span = self.span(value.span());
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong_type(key, Word::NUMBER, value);
        }
        number.map(|value| Located { value, span })
    }

    /// One of a few texts.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        choices: &[(&str, T)],
    ) -> Option<Located<T>> {
        let text = self.text(key, value)?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == text.value) {
            return Some(Located { value: *choice, span: text.span });
        }
        let suggestion = suggest(&text.value, choices.iter().map(|(name, _)| *name));
        self.report(NotOneOf {
            at: text.span,
            key: key.to_owned(),
            value: text.value,
            allowed: choices.iter().map(|(name, _)| (*name).to_owned()).collect(),
            replace: suggestion.as_ref().map(|name| Edits::replace(text.span, format!("\"{name}\""))),
            suggestion,
        });
        None
    }

    pub(super) fn table<'t, 'i>(&mut self, key: &str, value: &'t Spanned<DeValue<'i>>) -> Option<&'t DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_type(key, Word::TABLE, value);
                None
            }
        }
    }

    /// Opens a table whose keys are known; [`Keys::finish`] reports the others.
    pub(super) fn keys<'t, 'i>(&self, place: &str, table: &'t DeTable<'i>, at: Span) -> Keys<'t, 'i> {
        Keys { place: place.to_owned(), table, at, known: BTreeSet::new(), missing: Vec::new() }
    }
}

/// A table with a fixed set of keys. Those asked for are known; others are mistakes.
pub(super) struct Keys<'t, 'i> {
    place: String,
    table: &'t DeTable<'i>,
    at: Span,
    known: BTreeSet<&'static str>,
    missing: Vec<(&'static str, &'static str)>,
}

impl<'t, 'i> Keys<'t, 'i> {
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    /// A key that must be there; `example` is a line that would do.
    pub(super) fn require(&mut self, key: &'static str, example: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        let value = self.get(key);
        if value.is_none() {
            self.missing.push((key, example));
        }
        value
    }

    /// Reports keys that are not known, and those missing that are not just misspelt.
    pub(super) fn finish(mut self, context: &mut Context<'_>) {
        for key in self.table.keys().filter(|key| !self.known.contains(key.get_ref().as_ref())) {
            let at = context.span(key.span());
            let suggestion = suggest(key.get_ref(), self.known.iter().copied());
            self.missing.retain(|(missing, _)| suggestion.as_deref() != Some(missing));
            context.report(UnknownKey {
                at,
                key: key.get_ref().to_string(),
                place: self.place.clone(),
                known: self.known.iter().map(|&key| key.to_owned()).collect(),
                replace: suggestion.as_ref().map(|name| Edits::replace(at, name)),
                suggestion,
            });
        }
        for (key, example) in self.missing {
            context.report(MissingKey { at: self.at, key, place: self.place.clone(), example });
        }
    }
}

fn word_of(value: &DeValue<'_>) -> Word {
    match value {
        DeValue::String(_) => Word::TEXT,
        DeValue::Integer(_) | DeValue::Float(_) => Word::NUMBER,
        DeValue::Boolean(_) => Word::BOOLEAN,
        DeValue::Datetime(_) => Word::DATE,
        DeValue::Array(_) => Word::LIST,
        DeValue::Table(_) => Word::TABLE,
    }
}
