//! Diagnostics as JSON, for editors and other programs.

use super::{Diagnostic, Language, NoteKind};
use crate::source::{SourceMap, Span};
use serde_json::{Map, Value, json};

/// One object: `code`, `severity`, `message`, the primary place (`file`, `line`, `column`, `end_line`, `end_column`,
/// `start`, `end`), `labels`, `notes` and `fixes`.
///
/// Lines and columns count from 1, columns in characters; `start` and `end` are bytes from 0, `end` exclusive. A
/// diagnostic that is about no text has none of the place's keys.
pub fn to_json(diagnostic: &Diagnostic, sources: &SourceMap, language: Language) -> Value {
    let mut object = Map::new();
    object.insert("code".into(), json!(diagnostic.code()));
    object.insert("severity".into(), json!(diagnostic.severity()));
    object.insert("message".into(), json!(diagnostic.message(language)));
    if let Some(span) = diagnostic.primary() {
        object.extend(place(span, sources));
    }
    let labels = diagnostic.labels.iter().map(|label| {
        let mut object = place(label.span, sources);
        object.insert("name".into(), json!(label.field));
        object.insert("primary".into(), json!(label.primary));
        object.insert("message".into(), json!(diagnostic.label_text(label, language)));
        Value::Object(object)
    });
    object.insert("labels".into(), labels.collect());
    let notes = diagnostic.notes(language).into_iter().map(|note| {
        let kind = match note.kind {
            NoteKind::Note => "note",
            NoteKind::Help => "help",
        };
        json!({ "kind": kind, "message": note.text })
    });
    object.insert("notes".into(), notes.collect());
    let fixes = diagnostic.fixes.iter().filter_map(|fix| {
        let edits = fix.edits.0.iter().map(|(span, text)| {
            let mut object = place(*span, sources);
            object.insert("text".into(), json!(text));
            Value::Object(object)
        });
        Some(json!({ "title": diagnostic.fix_title(fix, language)?, "edits": edits.collect::<Vec<_>>() }))
    });
    object.insert("fixes".into(), fixes.collect());
    Value::Object(object)
}

fn place(span: Span, sources: &SourceMap) -> Map<String, Value> {
    let mut object = Map::new();
    if let Some(file) = sources.get(span.file) {
        let (line, column) = file.position(span.start);
        let (end_line, end_column) = file.position(span.end);
        object.insert("file".into(), json!(&*file.name));
        object.insert("line".into(), json!(line));
        object.insert("column".into(), json!(column));
        object.insert("end_line".into(), json!(end_line));
        object.insert("end_column".into(), json!(end_column));
        object.insert("start".into(), json!(span.start));
        object.insert("end".into(), json!(span.end));
    }
    object
}
