//! Edits to source text, and their application.

use super::{Diagnostic, Value};
use crate::source::{FileId, SourceMap, Span};
use std::collections::BTreeMap;

/// What a fix writes: for each span, the text that replaces it. An empty span inserts, an empty text removes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Edits(pub Vec<(Span, String)>);

impl Edits {
    /// Replaces the text under `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self(vec![(span, text.into())])
    }

    /// Inserts just before `span`.
    pub fn before(span: Span, text: impl Into<String>) -> Self {
        Self::replace(Span { end: span.start, ..span }, text)
    }

    /// Inserts just after `span`.
    pub fn after(span: Span, text: impl Into<String>) -> Self {
        Self::replace(Span { start: span.end, ..span }, text)
    }

    /// Removes the text under `span`.
    pub fn remove(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// These edits and more.
    #[must_use]
    pub fn and(mut self, more: Edits) -> Self {
        self.0.extend(more.0);
        self
    }
}

/// Applies the first fix of each diagnostic and returns the texts that changed, with the number of fixes applied.
///
/// A fix is applied whole or not at all: one that overlaps an earlier fix, or does not lie on whole characters of its
/// file, waits for the next round. A guess at a word of three characters or fewer is not applied: too many words are near.
pub fn apply_fixes(diagnostics: &[Diagnostic], sources: &SourceMap) -> (BTreeMap<FileId, String>, usize) {
    let mut taken: BTreeMap<FileId, Vec<(usize, usize, &str)>> = BTreeMap::new();
    let mut applied = 0;
    for fix in diagnostics.iter().filter(|found| !is_vague(found)).filter_map(|found| found.fixes.first()) {
        let mut trial: BTreeMap<FileId, Vec<(usize, usize, &str)>> = BTreeMap::new();
        let fits = fix.edits.0.iter().all(|(span, text)| {
            let (start, end) = (span.start as usize, span.end as usize);
            let whole = sources.get(span.file).is_some_and(|file| file.text.get(start..end).is_some());
            let clash =
                |edits: &Vec<(usize, usize, &str)>| edits.iter().any(|&(s, e, _)| overlaps((start, end), (s, e)));
            let free = !taken.get(&span.file).is_some_and(clash) && !trial.get(&span.file).is_some_and(clash);
            trial.entry(span.file).or_default().push((start, end, text.as_str()));
            whole && free
        });
        if fits {
            applied += 1;
            for (file, edits) in trial {
                taken.entry(file).or_default().extend(edits);
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (file, mut edits) in taken {
        let Some(source) = sources.get(file) else { continue };
        edits.sort_by_key(|&(start, end, _)| (start, end));
        let mut text = String::with_capacity(source.text.len());
        let mut done = 0;
        for (start, end, replacement) in edits {
            text.push_str(source.text.get(done..start).unwrap_or(""));
            text.push_str(replacement);
            done = end;
        }
        text.push_str(source.text.get(done..).unwrap_or(""));
        texts.insert(file, text);
    }
    (texts, applied)
}

/// Whether the fix is a guess that a person should look at: "did you mean", of a short word.
fn is_vague(diagnostic: &Diagnostic) -> bool {
    let short = |value: &Value| matches!(value, Value::Text(text) if text.chars().count() <= 3);
    diagnostic.values.iter().any(|(field, value)| *field == "suggestion" && short(value))
}

/// Whether two edits clash: common bytes, or an insertion at a place that the other touches as well.
fn overlaps(a: (usize, usize), b: (usize, usize)) -> bool {
    if a.0 == a.1 || b.0 == b.1 { a.0 <= b.1 && b.0 <= a.1 } else { a.0 < b.1 && b.0 < a.1 }
}
