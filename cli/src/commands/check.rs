//! `watchfire check`

use super::package;
use crate::args::Check;
use crate::exit::{Exit, Outcome, Problem};
use crate::terminal::Terminal;
use std::path::Path;
use watchfire_dsl::diagnostics::{Diagnostic, apply_fixes, to_json};
use watchfire_dsl::package::MANIFEST;
use watchfire_dsl::source::SourceMap;
use watchfire_engine::Package;

/// Says everything that is wrong or suspect; with `--fix`, applies what can be applied and says what is left.
pub(crate) fn run(args: &Check, terminal: &Terminal) -> Outcome {
    if args.fix {
        // A fix can uncover another mistake: a few rounds settle all that follow from each other.
        for _ in 0..8 {
            if fix(args, terminal)? == 0 {
                break;
            }
        }
    }
    let package = Package::load(&args.package).map_err(|error| package::problem(&error, terminal))?;
    let program = package.program();
    let lints = package.warnings();
    if terminal.json {
        for lint in lints {
            terminal.print_json(&to_json(lint, package.texts(), terminal.language));
        }
        return Ok(Exit::Success);
    }
    if !lints.is_empty() {
        terminal.note(package::render(lints, package.texts(), terminal).trim_end());
        terminal.note(package::count(lints, terminal).trim_end());
    }
    let text = terminal
        .say(
            "`NAME` is right: SOURCES sources, MODELS models, TESTS tests",
            "`NAME` 没有错误：SOURCES 个来源，MODELS 个模型，TESTS 个测试",
        )
        .replace("NAME", &program.name)
        .replace("SOURCES", &program.sources.iter().filter(|source| !source.name.contains('.')).count().to_string())
        .replace("MODELS", &program.models.iter().filter(|model| !model.used).count().to_string())
        .replace("TESTS", &program.tests.len().to_string());
    terminal.print(&format!("{text}\n"));
    Ok(Exit::Success)
}

/// Applies one round of fixes; how many were applied.
fn fix(args: &Check, terminal: &Terminal) -> Result<usize, Problem> {
    let (diagnostics, texts): (Vec<Diagnostic>, SourceMap) = match Package::load(&args.package) {
        Ok(package) => (package.warnings().to_vec(), package.texts().clone()),
        Err(error) => (error.diagnostics, error.sources),
    };
    let (changed, applied) = apply_fixes(&diagnostics, &texts);
    let mut written = false;
    for (file, text) in changed {
        let Some(source) = texts.get(file) else { continue };
        let path = args.package.join(&*source.name);
        // What another package gets wrong is corrected there.
        if !belongs(&path, &args.package) {
            continue;
        }
        std::fs::write(&path, text).map_err(|e| Problem::data(format!("{}: {e}", path.display())))?;
        written = true;
        terminal.note(&format!("{} {}", terminal.say("fixed", "已修正"), path.display()));
    }
    Ok(if written { applied } else { 0 })
}

/// Whether the nearest package around a file is this one.
fn belongs(file: &Path, package: &Path) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    let nearest = file.ancestors().skip(1).find(|folder| folder.join(MANIFEST).is_file());
    nearest.map(Path::to_path_buf) == package.canonicalize().ok()
}
