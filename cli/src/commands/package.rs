//! Reading a package and telling what is wrong with it.

use crate::exit::{Exit, Problem};
use crate::terminal::Terminal;
use std::path::Path;
use watchfire_dsl::diagnostics::{Diagnostic, Severity, render_terminal_with_width, to_json};
use watchfire_dsl::package::LoadError;
use watchfire_dsl::source::SourceMap;
use watchfire_engine::Package;

/// The package in a folder, its lints told to standard error.
pub(crate) fn load(folder: &Path, terminal: &Terminal) -> Result<Package, Problem> {
    let package = Package::load(folder).map_err(|error| problem(&error, terminal))?;
    let warnings = package.warnings();
    if !warnings.is_empty() && !terminal.json {
        terminal.note(render(warnings, package.texts(), terminal).trim_end());
    }
    Ok(package)
}

/// What is wrong with a package, as a problem.
pub(crate) fn problem(error: &LoadError, terminal: &Terminal) -> Problem {
    diagnostics_problem(&error.diagnostics, &error.sources, Exit::Package, terminal)
}

/// Diagnostics as a problem, with a closing line that counts them.
pub(crate) fn diagnostics_problem(
    diagnostics: &[Diagnostic],
    texts: &SourceMap,
    exit: Exit,
    terminal: &Terminal,
) -> Problem {
    let text = format!("{}{}", render(diagnostics, texts, terminal), count(diagnostics, terminal));
    let json = diagnostics.iter().map(|d| to_json(d, texts, terminal.language)).collect();
    Problem { text, json, exit }
}

/// Diagnostics for people.
pub(crate) fn render(diagnostics: &[Diagnostic], texts: &SourceMap, terminal: &Terminal) -> String {
    render_terminal_with_width(diagnostics, texts, terminal.language, terminal.colour_errors, terminal.width)
}

/// How many errors and lints there are, in words.
pub(crate) fn count(diagnostics: &[Diagnostic], terminal: &Terminal) -> String {
    let errors = diagnostics.iter().filter(|d| d.severity() == Severity::Error).count();
    let lints = diagnostics.len() - errors;
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    match terminal.language {
        watchfire_dsl::diagnostics::Language::En => {
            format!("{errors} error{}, {lints} lint{}\n", plural(errors), plural(lints))
        }
        watchfire_dsl::diagnostics::Language::Zh => format!("{errors} 处错误，{lints} 处提示\n"),
    }
}
