//! Any text can be parsed and its errors shown in both languages: no panic, no overflow of the stack, no endless work.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::source::SourceMap;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::default();
    let file = sources.add("fuzz.watch", text);
    let parsed = watchfire_dsl::parse::parse(file, text);
    // Showing is slow: some of the problems, in one language or the other.
    let shown = &parsed.diagnostics[..parsed.diagnostics.len().min(8)];
    let language = if text.len() % 2 == 0 { Language::En } else { Language::Zh };
    render_terminal(shown, &sources, language, false);
});
