//! Writes the grammar for editors to standard output, or the tokens of files, one JSON object a text: of each file, and,
//! where it has no mistakes, of its forms with English and with Chinese keywords. `cargo xtask grammar` and `cargo xtask
//! grammar-test` are made of this.
//!
//! ```sh
//! cargo run -p watchfire-dsl --example grammar > docs/editors/watch.tmLanguage.json
//! cargo run -p watchfire-dsl --example grammar -- FILE…
//! ```

use std::io::{Error, Write};
use watchfire_dsl::diagnostics::Diagnostic;
use watchfire_dsl::editors::{textmate_grammar, tokens};
use watchfire_dsl::format::format;
use watchfire_dsl::keywords::KeywordLanguage;
use watchfire_dsl::parse::parse;
use watchfire_dsl::source::FileId;

fn main() -> Result<(), Error> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    if files.is_empty() {
        return out.write_all(textmate_grammar().as_bytes());
    }
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let parsed = parse(FileId(0), &text);
        let mut texts = vec![text.clone()];
        if !parsed.diagnostics.iter().any(Diagnostic::is_error) {
            let languages = [KeywordLanguage::English, KeywordLanguage::Chinese];
            texts.extend(languages.map(|language| format(&parsed.file, &text, language)));
        }
        for text in texts {
            let tokens: Vec<_> = tokens(&text).into_iter().map(|t| (t.scope, t.start, t.end)).collect();
            writeln!(out, "{}", serde_json::json!({ "file": file, "text": text, "tokens": tokens }))?;
        }
    }
    Ok(())
}
