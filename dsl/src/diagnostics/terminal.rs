//! Diagnostics on a terminal.

use super::{Diagnostic, Language, NoteKind, Severity, Value, texts};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use std::collections::BTreeMap;
use std::ops::Range;

/// Shows diagnostics one below the other, and ends with how to learn more.
///
/// Widths follow Unicode: a Chinese character takes two columns, so that underlines stand below what they mean.
pub fn render_terminal(diagnostics: &[Diagnostic], sources: &SourceMap, language: Language, color: bool) -> String {
    render_terminal_with_width(diagnostics, sources, language, color, 120)
}

/// The same for a terminal of `width` columns: longer source lines are cut around what is underlined.
pub fn render_terminal_with_width(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    language: Language,
    color: bool,
    width: usize,
) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&report(diagnostic, sources, language)));
        out.push_str("\n\n");
    }
    let hint = diagnostics.iter().find(|d| d.is_error()).or(diagnostics.first());
    if let Some(diagnostic) = hint {
        out.push_str(&texts::phrase("more-about", language, &[("code", Value::Text(diagnostic.code().to_owned()))]));
        out.push('\n');
    }
    out
}

fn report<'a>(diagnostic: &Diagnostic, sources: &'a SourceMap, language: Language) -> Vec<Group<'a>> {
    let word = |id: &str| texts::phrase(id, language, &[]);
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR.with_name(word("severity-error")),
        Severity::Warning => Level::WARNING.with_name(word("severity-warning")),
    };
    let title = level.primary_title(diagnostic.message(language)).id(diagnostic.code());
    let mut group = Group::with_title(title);
    for (file, labels) in by_file(diagnostic) {
        let Some(file) = sources.get(file) else { continue };
        let window = Window::around(file, labels.iter().map(|label| label.span));
        let annotations = labels.iter().map(|label| {
            let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = diagnostic.label_text(label, language);
            kind.span(window.place(file, label.span)).label((!text.is_empty()).then_some(text))
        });
        group = group.element(window.snippet::<Annotation<'_>>(file).annotations(annotations));
    }
    for note in diagnostic.notes(language) {
        let level = match note.kind {
            NoteKind::Note => Level::NOTE.with_name(word("note")),
            NoteKind::Help => Level::HELP.with_name(word("help")),
        };
        group = group.element(level.message(note.text));
    }
    let mut groups = vec![group];
    for fix in &diagnostic.fixes {
        let Some(title) = diagnostic.fix_title(fix, language) else { continue };
        let mut group = Group::with_title(Level::HELP.with_name(word("fix")).secondary_title(title));
        let mut edits: BTreeMap<FileId, Vec<&(Span, String)>> = BTreeMap::new();
        for edit in &fix.edits.0 {
            edits.entry(edit.0.file).or_default().push(edit);
        }
        for (file, edits) in edits {
            let Some(file) = sources.get(file) else { continue };
            let window = Window::around(file, edits.iter().map(|edit| edit.0));
            let patches = edits.iter().map(|(span, text)| Patch::new(window.place(file, *span), text.clone()));
            group = group.element(window.snippet::<Patch<'_>>(file).patches(patches));
        }
        groups.push(group);
    }
    groups
}

/// Labels by file: the primary one's file first, then the others in order.
fn by_file(diagnostic: &Diagnostic) -> Vec<(FileId, Vec<super::Label>)> {
    let mut files: Vec<(FileId, Vec<super::Label>)> = Vec::new();
    let primary = diagnostic.labels.iter().filter(|label| label.primary);
    let others = diagnostic.labels.iter().filter(|label| !label.primary);
    for label in primary.chain(others) {
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, labels)) => labels.push(*label),
            None => files.push((label.span.file, vec![*label])),
        }
    }
    files
}

/// The lines of a file that a snippet needs. Handing over whole files would make many diagnostics of a long file slow.
struct Window {
    bytes: Range<usize>,
    first_line: usize,
}

impl Window {
    fn around(file: &SourceFile, spans: impl Iterator<Item = Span>) -> Self {
        let (mut start, mut end) = (file.text.len(), 0);
        for span in spans {
            start = start.min(whole(file, span.start));
            end = end.max(whole(file, span.end));
        }
        let end = end.max(start);
        let first = file.text[..start].rfind('\n').map_or(0, |i| i + 1);
        let last = file.text[end..].find('\n').map_or(file.text.len(), |i| end + i);
        let (first_line, _) = file.position(u32::try_from(first).unwrap_or(u32::MAX));
        Self { bytes: first..last, first_line }
    }

    fn snippet<'a, T: Clone>(&self, file: &'a SourceFile) -> Snippet<'a, T> {
        Snippet::source(&file.text[self.bytes.clone()]).path(&*file.name).line_start(self.first_line).fold(true)
    }

    /// Where a span lies in the window.
    fn place(&self, file: &SourceFile, span: Span) -> Range<usize> {
        let inside = |offset: u32| whole(file, offset).clamp(self.bytes.start, self.bytes.end) - self.bytes.start;
        let start = inside(span.start);
        start..inside(span.end).max(start)
    }
}

/// The nearest place at or before `offset` that is between two characters of the text.
fn whole(file: &SourceFile, offset: u32) -> usize {
    let mut offset = (offset as usize).min(file.text.len());
    while !file.text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
