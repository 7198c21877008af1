//! `watchfire fmt`

use super::package;
use crate::args::{Fmt, Lang};
use crate::exit::{Exit, Outcome, Problem};
use crate::terminal::Terminal;
use std::path::{Path, PathBuf};
use watchfire_dsl::format::{format, language_of};
use watchfire_dsl::keywords::KeywordLanguage;
use watchfire_dsl::parse::parse;
use watchfire_dsl::source::SourceMap;

/// Writes each file in canonical form; files with errors are left as they are and reported.
pub(crate) fn run(args: &Fmt, terminal: &Terminal) -> Outcome {
    let mut files = Vec::new();
    for path in &args.paths {
        collect(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut exit = Exit::Success;
    let mut texts = SourceMap::default();
    let mut diagnostics = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).map_err(|e| Problem::data(format!("{}: {e}", path.display())))?;
        let file = texts.add(path.to_string_lossy(), text.as_str());
        let parsed = parse(file, &text);
        if parsed.diagnostics.iter().any(|d| d.is_error()) {
            diagnostics.extend(parsed.diagnostics);
            continue;
        }
        let language = match args.to {
            Some(Lang::Zh) => KeywordLanguage::Chinese,
            Some(Lang::En) => KeywordLanguage::English,
            None => language_of(&text),
        };
        let formatted = format(&parsed.file, &text, language);
        if formatted == text {
            continue;
        }
        let done = if args.check {
            exit = Exit::Package;
            terminal.say("not formatted", "格式不规范")
        } else {
            std::fs::write(path, formatted).map_err(|e| Problem::data(format!("{}: {e}", path.display())))?;
            terminal.say("formatted", "已规范")
        };
        if terminal.json {
            terminal.print_json(&serde_json::json!({ "file": path.to_string_lossy(), "written": !args.check }));
        } else {
            terminal.print(&format!("{done} {}\n", path.display()));
        }
    }
    if diagnostics.is_empty() {
        Ok(exit)
    } else {
        Err(package::diagnostics_problem(&diagnostics, &texts, Exit::Package, terminal))
    }
}

/// The `.watch` files that a path means.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let problem = |e: std::io::Error| Problem::data(format!("{}: {e}", path.display()));
    if !std::fs::metadata(path).map_err(problem)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(problem)? {
        let entry = entry.map_err(problem)?.path();
        let name = entry.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if entry.is_dir() {
            collect(&entry, files)?;
        } else if entry.extension().is_some_and(|e| e == "watch") {
            files.push(entry);
        }
    }
    Ok(())
}
