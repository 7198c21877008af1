//! Texts that nobody wrote: fixtures with tokens exchanged, dropped and doubled are checked without a panic, and a
//! program comes out exactly where nothing is wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;
use watchfire_dsl::check::compile_texts;
use watchfire_dsl::diagnostics::{Diagnostic, Language, render_terminal};

const MANIFEST: &str = "[package]\nname = \"any\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\n";

/// All fixtures, cut into words and signs.
static FIXTURES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check");
    let mut paths: Vec<_> = ["right", "wrong"]
        .iter()
        .flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.push(folder.join("city.watch"));
    paths.sort();
    paths.iter().map(|path| words(&std::fs::read_to_string(path).unwrap())).collect()
});

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        let joins = |a: char, b: char| a.is_alphanumeric() && b.is_alphanumeric();
        match words.last_mut() {
            Some(word) if word.ends_with(|last| joins(last, c)) => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((0u8..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..12),
    ) {
        let mut text = which.get(&FIXTURES).clone();
        for (edit, at, from, word) in edits {
            if text.is_empty() {
                break;
            }
            let at = at.index(text.len());
            let other = from.get(&FIXTURES);
            match edit {
                0 => drop(text.remove(at)),
                1 => text[at].clone_from(word.get(other)),
                2 => text.insert(at, word.get(other).clone()),
                _ => {
                    let end = (at + 1 + word.index(20)).min(text.len());
                    let piece = text[at..end].to_vec();
                    text.splice(at..at, piece);
                }
            }
        }
        let city = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/city.watch")).unwrap();
        let (package, checked) = compile_texts(MANIFEST, [("any.watch", text.concat()), ("city.watch", city)]).unwrap();
        let wrong = checked.diagnostics.iter().any(Diagnostic::is_error);
        prop_assert_eq!(checked.program.is_none(), wrong);
        let shown = &checked.diagnostics[..checked.diagnostics.len().min(4)];
        render_terminal(shown, &package.sources, Language::Zh, false);
    }
}
