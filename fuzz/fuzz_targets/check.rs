//! Any text can be checked as a package's only file, and formatted: no panic, no overflow of the stack, no endless work.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::package::PackageFiles;

const MANIFEST: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\n";

fuzz_target!(|text: &str| {
    let Ok(files) = PackageFiles::from_texts(MANIFEST, [("fuzz.watch", text)]) else { return };
    let checked = watchfire_dsl::check::compile(&files);
    // Showing is slow: some of the problems, in one language or the other.
    let shown = &checked.diagnostics[..checked.diagnostics.len().min(8)];
    let language = if text.len() % 2 == 0 { Language::En } else { Language::Zh };
    render_terminal(shown, &files.sources, language, false);
});
