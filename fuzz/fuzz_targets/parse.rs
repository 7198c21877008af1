//! Any text can be parsed and its errors shown: no panic, no overflow of the stack, no endless work. What parses without
//! an error can be formatted in both languages, reads again, and does not change when it is formatted again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::format::format;
use watchfire_dsl::keywords::KeywordLanguage;
use watchfire_dsl::parse::parse;
use watchfire_dsl::source::SourceMap;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::default();
    let file = sources.add("fuzz.watch", text);
    let parsed = parse(file, text);
    // Showing is slow: some of the problems, in one language or the other.
    let shown = &parsed.diagnostics[..parsed.diagnostics.len().min(8)];
    let even = text.len() % 2 == 0;
    render_terminal(shown, &sources, if even { Language::En } else { Language::Zh }, false);
    if parsed.diagnostics.iter().any(|problem| problem.is_error()) {
        return;
    }
    let language = if even { KeywordLanguage::English } else { KeywordLanguage::Chinese };
    let once = format(&parsed.file, text, language);
    let again = parse(file, &once);
    assert!(!again.diagnostics.iter().any(|problem| problem.is_error()), "what was formatted cannot be read:\n{once}");
    assert_eq!(once, format(&again.file, &once, language), "formatting again changes the text");
});
