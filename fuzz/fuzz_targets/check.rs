//! Any text can be checked and what is wrong shown in both languages: no panic, no overflow of the stack, no endless
//! work.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_dsl::check::compile_texts;
use watchfire_dsl::diagnostics::{Language, render_terminal};

const MANIFEST: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n\
                        [profiles.p]\n\"m.n\" = \"3 days\"\n";
/// Sources and facts that the text can speak of.
const CITY: &str = include_str!("../../dsl/tests/fixtures/check/city.watch");

fuzz_target!(|text: &str| {
    let Ok((package, checked)) = compile_texts(MANIFEST, [("fuzz.watch", text), ("city.watch", CITY)]) else { return };
    let wrong = checked.diagnostics.iter().any(|d| d.is_error());
    assert_eq!(checked.program.is_none(), wrong, "a program exactly where nothing is wrong");
    // Showing is slow: some of the problems, in one language or the other.
    let shown = &checked.diagnostics[..checked.diagnostics.len().min(8)];
    let language = if text.len() % 2 == 0 { Language::En } else { Language::Zh };
    render_terminal(shown, &package.sources, language, false);
});
