//! The grammar for editors is the one that the table of keywords makes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use watchfire_dsl::editors::{textmate_grammar, tokens};

#[test]
fn the_grammar_for_editors_has_not_drifted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/editors/watch.tmLanguage.json");
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let made: serde_json::Value = serde_json::from_str(&textmate_grammar()).unwrap();
    assert_eq!(written, made, "run `cargo xtask grammar`");
}

#[test]
fn tokens_are_counted_as_editors_count() {
    let text = "令 𠀀 = 3 天 // 注\n";
    let found: Vec<String> = tokens(text)
        .into_iter()
        .map(|t| {
            let units: Vec<u16> = text.encode_utf16().collect();
            format!("{} {}", t.scope, String::from_utf16(&units[t.start..t.end]).unwrap())
        })
        .collect();
    assert_eq!(
        found,
        ["keyword.control 令", "keyword.operator =", "constant.numeric 3", "keyword.other.unit 天", "comment // 注"]
    );
}
