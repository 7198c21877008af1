//! `cargo xtask peers`: how long Watchfire and its peers take for the same questions (`benches/peers`).

use crate::python;
use crate::shell::{Outcome, cargo, program, root, run, target};
use std::path::PathBuf;

/// The peers, and what they need, in the versions that are compared.
const PACKAGES: &[(&str, &str)] = &[
    ("duckdb", "duckdb==2.0.1"),
    ("polars", "polars==2.1.0"),
    ("_polars_runtime_32", "polars-runtime-32==2.1.0"),
    ("datafusion", "datafusion==55.0.0"),
    ("pyarrow", "pyarrow==26.0.1"),
    ("numpy", "numpy==2.4.6"),
    ("cloudpickle", "cloudpickle==3.1.3"),
    ("typing_extensions", "typing_extensions==4.16.0"),
];

/// Builds our side in release, gets the peers, and asks all of them; the arguments are those of `benches/peers/run.py`.
pub(crate) fn compare(arguments: &[String]) -> Outcome {
    let page = root().join("docs").join("performance.md");
    script("run.py", &[target().join("peers.json"), page], arguments)
}

/// Builds our side in release, and plots how its time and memory grow; the arguments are those of `benches/peers/growth.py`.
pub(crate) fn growth(arguments: &[String]) -> Outcome {
    script("growth.py", &[root().join("docs").join("growth.svg")], arguments)
}

/// Compiled loops beside loops written by hand, by criterion, whose arguments these are. They have a workspace of their own:
/// criterion changes how Polars would be built.
pub(crate) fn kernels(arguments: &[String]) -> Outcome {
    let manifest = root().join("benches").join("kernels").join("Cargo.toml");
    run(cargo()
        .args(["bench", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(target())
        .arg("--")
        .args(arguments))
}

fn script(name: &str, files: &[PathBuf], arguments: &[String]) -> Outcome {
    python::ensure(PACKAGES)?;
    run(cargo().args(["build", "--release", "--workspace"]))?;
    let rules = root().join("benches").join("peers").join("rules").join("Cargo.toml");
    run(cargo().args(["build", "--release", "--manifest-path"]).arg(rules).arg("--target-dir").arg(target()))?;
    run(program(python::interpreter())
        .arg(root().join("benches").join("peers").join(name))
        .arg(target().join("release").join("watchfire-peers"))
        .arg(target().join("peers"))
        .args(files)
        .args(arguments))
}
