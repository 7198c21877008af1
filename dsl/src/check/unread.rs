//! Text that the parser could not read: what it declares is unknown here, and that is not the reader's mistake twice.

use crate::diagnostics::{Diagnostic, Value};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{File, Item, ItemKind, StatementKind};
use std::collections::BTreeSet;

/// Codes that say that a name stands for nothing.
const UNKNOWN: &[&str] = &["E0201", "E0203", "E0206", "E0211", "E0213", "W0002"];
/// Codes that say that something is lacking in an item.
const LACKING: &[&str] = &["E0501", "E0518", "E0524", "E0525"];

/// What could not be read.
#[derive(Default)]
pub(super) struct Unread {
    /// Names in text that belongs to no item, column or statement that was read.
    names: BTreeSet<String>,
    /// Names of items that were read in part.
    items: BTreeSet<String>,
    /// Their places.
    places: Vec<Span>,
}

impl Unread {
    /// Finds it: the text of the files without everything that was read.
    pub(super) fn find(files: &[(FileId, File)], sources: &SourceMap) -> Self {
        let mut unread = Unread::default();
        for (id, file) in files {
            let Some(text) = sources.get(*id).map(|source| &*source.text) else { continue };
            let comments = file.comments.iter().map(|c| c.span);
            let items = file.items.iter().map(|item| item.span);
            let whole = Span::new(*id, 0, text.len());
            unread.names.extend(gaps(text, whole, comments.clone().chain(items)));
            for item in &file.items {
                let Some((name, parts)) = parts(item, text) else { continue };
                let inside = gaps(text, item.span, comments.clone().chain(parts));
                if !inside.is_empty() {
                    unread.names.extend(inside);
                    unread.items.insert(name);
                    unread.places.push(item.span);
                }
            }
        }
        unread
    }

    /// Leaves out what follows from text that could not be read.
    pub(super) fn leave_out_consequences(&self, diagnostics: &mut Vec<Diagnostic>) {
        let says = |diagnostic: &Diagnostic, fields: &[&str], names: &BTreeSet<String>| {
            let mut said = diagnostic.values.iter().filter(|(field, _)| fields.contains(field));
            said.any(|(_, value)| matches!(value, Value::Text(text) if names.contains(text)))
        };
        diagnostics.retain(|diagnostic| {
            let unknown = UNKNOWN.contains(&diagnostic.code()) && says(diagnostic, &["name", "entity"], &self.names);
            let within =
                |at: Span| self.places.iter().any(|p| p.file == at.file && p.start <= at.start && at.end <= p.end);
            let lacking = LACKING.contains(&diagnostic.code())
                && (says(diagnostic, &["model", "source"], &self.items) || diagnostic.primary().is_some_and(within));
            !unknown && !lacking
        });
    }
}

/// Name and the parts that were read of an item whose parts are read on their own.
fn parts(item: &Item, text: &str) -> Option<(String, Vec<Span>)> {
    // The head of a block, up to its brace.
    let head = |span: Span| {
        let length = text.get(span.start as usize..span.end as usize).and_then(|t| t.find(['{', '｛'])).unwrap_or(0);
        Span::new(span.file, span.start as usize, span.start as usize + length)
    };
    match &item.kind {
        ItemKind::Source(source) => {
            let entries = source.entries.iter().map(|e| e.span);
            Some((source.name.text.clone(), std::iter::once(head(item.span)).chain(entries).collect()))
        }
        ItemKind::Test(test) => {
            let statements = test.statements.iter().map(|s| s.span);
            Some((test.model.span.start.to_string(), std::iter::once(head(item.span)).chain(statements).collect()))
        }
        ItemKind::Model(model) => {
            let mut read = vec![head(item.span)];
            for statement in &model.statements {
                match &statement.kind {
                    StatementKind::Warn(warn) => {
                        // The condition is read as a whole, or the statement is not there.
                        let end =
                            warn.condition.as_ref().or(warn.at.as_ref()).map_or(statement.span.start, |e| e.span.end);
                        read.push(Span { end, ..statement.span });
                        read.extend(warn.entries.iter().map(|e| e.span));
                    }
                    _ => read.push(statement.span),
                }
            }
            Some((model.name.text.clone(), read))
        }
        _ => None,
    }
}

/// Words of a piece of text that lie in none of the places read.
fn gaps(text: &str, within: Span, read: impl Iterator<Item = Span>) -> BTreeSet<String> {
    let mut read: Vec<Span> = read.filter(|s| s.start < within.end && s.end > within.start).collect();
    read.sort_by_key(|span| (span.start, span.end));
    let mut names = BTreeSet::new();
    let mut at = within.start as usize;
    for span in read {
        if let Some(gap) = text.get(at..span.start as usize) {
            names.extend(words(gap));
        }
        at = at.max(span.end as usize);
    }
    names.extend(text.get(at..within.end as usize).map(words).into_iter().flatten());
    names
}

fn words(text: &str) -> Vec<String> {
    // Doc comments stand outside of what they describe.
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let split = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    split.filter(|word| word.starts_with(|c: char| !c.is_ascii_digit())).map(str::to_owned).collect()
}
