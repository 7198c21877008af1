//! `cargo xtask grammar` and `grammar-test`: highlighting for editors.

use crate::shell::{Outcome, cargo, program, root, run, target, works};
use crate::system;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The engine of VS Code, and the regular expressions that it needs.
const PACKAGES: [&str; 2] = ["vscode-textmate@9.2.0", "vscode-oniguruma@2.0.1"];

fn grammar_file() -> PathBuf {
    root().join("docs/editors/watch.tmLanguage.json")
}

/// What `dsl/examples/grammar.rs` prints.
fn printed(arguments: &[PathBuf]) -> Result<Vec<u8>, String> {
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "watchfire-dsl", "--example", "grammar", "--"]).args(arguments);
    let output = command.stderr(Stdio::inherit()).output().map_err(|e| format!("cargo could not be started: {e}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err("the grammar could not be made".to_owned()) }
}

/// Writes the grammar from the table of keywords.
pub(crate) fn write() -> Outcome {
    let path = grammar_file();
    std::fs::write(&path, printed(&[])?).map_err(|e| format!("{}: {e}", path.display()))
}

/// Runs the grammar in the engine of VS Code over all programs of the tests and examples.
pub(crate) fn test() -> Outcome {
    let has_node = || works(program("node").arg("--version")) && works(program("npm").arg("--version"));
    system::ensure("Node.js", has_node, &["nodejs", "npm"])?;
    let folder = target().join("xtask").join("node");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    if PACKAGES.iter().any(|package| !folder.join("node_modules").join(name(package)).is_dir()) {
        run(program("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(&folder)
            .args(PACKAGES))
        .map_err(|message| format!("{message}; is the npm registry reachable?"))?;
    }
    let mut files = Vec::new();
    for part in ["dsl/tests/fixtures", "examples", "cli/template"] {
        collect(&root().join(part), &mut files)?;
    }
    files.sort();
    let tokens = folder.join("tokens.ndjson");
    std::fs::write(&tokens, printed(&files)?).map_err(|e| format!("{}: {e}", tokens.display()))?;
    let input = std::fs::File::open(&tokens).map_err(|e| format!("{}: {e}", tokens.display()))?;
    run(program("node").arg(root().join("docs/editors/grammar_test.mjs")).arg(&folder).stdin(input))
}

fn name(package: &str) -> &str {
    package.rsplit_once('@').map_or(package, |(name, _)| name)
}

/// The `.watch` files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    let problem = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        let path = entry.map_err(problem)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "watch") {
            files.push(path);
        }
    }
    Ok(())
}
