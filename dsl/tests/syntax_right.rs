//! Programs that are right: they parse without a problem.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::parse::parse;
use watchfire_dsl::source::SourceMap;

#[test]
fn right_programs_have_no_problem() {
    insta::glob!("fixtures/syntax/right/*.watch", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut sources = SourceMap::default();
        let file = sources.add(path.file_name().unwrap().to_string_lossy(), text.as_str());
        let parsed = parse(file, &text);
        let shown = render_terminal(&parsed.diagnostics, &sources, Language::En, false);
        assert!(parsed.diagnostics.is_empty(), "{shown}");
        assert!(!parsed.file.items.is_empty());
    });
}
