//! What several tests of the syntax share.

#![allow(dead_code, unreachable_pub, reason = "each test uses its own part")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::parse::{Parsed, parse};
use watchfire_dsl::source::SourceMap;
use watchfire_dsl::syntax::File;

/// The tree's items as text without any place; units by their canonical names.
pub fn without_places(file: &File) -> String {
    let text = format!("{:#?}", file.items);
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if matches!(line.trim_start(), "span: Span {" | "Span {") {
            // file: FileId( \n 0, \n ), start, end, }
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}},", " ".repeat(indent));
            for inner in lines.by_ref() {
                if inner == end {
                    break;
                }
            }
        } else {
            let unit = line.trim_start().strip_prefix("text: \"").and_then(|rest| rest.strip_suffix("\","));
            match unit.filter(|_| out.trim_end().ends_with("unit: Some(\nName {")) {
                Some(name) => out.push_str(watchfire_stdlib::units::unit(name).map_or(name, |unit| unit.name)),
                None => out.push_str(line.trim_start()),
            }
            out.push('\n');
        }
    }
    out
}

/// Compares two trees; shows where they begin to differ.
#[expect(clippy::panic, reason = "a test fails by panicking")]
pub fn assert_same_tree(left: &File, right: &File, context: &str) {
    let (left, right) = (without_places(left), without_places(right));
    if left != right {
        let same = left.lines().zip(right.lines()).take_while(|(a, b)| a == b).count();
        let around = |text: &str| text.lines().skip(same.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
        panic!("{context}\n--- left\n{}\n--- right\n{}", around(&left), around(&right));
    }
}

/// Parses a text that must be right.
pub fn parse_right(name: &str, text: &str) -> Parsed {
    let (parsed, shown) = parse_shown(name, text, Language::En);
    assert!(parsed.diagnostics.is_empty(), "{shown}\nin\n{text}");
    parsed
}

/// Parses a text and shows its problems.
pub fn parse_shown(name: &str, text: &str, language: Language) -> (Parsed, String) {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let parsed = parse(file, text);
    let shown = render_terminal(&parsed.diagnostics, &sources, language, false);
    (parsed, shown)
}

/// All right programs: the fixtures and the examples.
pub fn right_programs() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/fixtures/syntax/right"), root.join("../examples")];
    let mut programs = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "watch") {
                programs.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    programs.sort();
    assert!(programs.len() >= 10, "the fixtures and the examples are found");
    programs
}
