//! `cargo xtask peer-cases`: Watchfire against what others say of the same rows (`benches/peer_cases`).

use crate::examples::{binary, build};
use crate::python;
use crate::shell::{Outcome, program, root, run, works};
use crate::system;

/// What the comparisons need. Polars for Python keeps its compiled part in a package of its own.
const PACKAGES: &[(&str, &str)] = &[
    ("duckdb", "duckdb>=1.1"),
    ("polars", "polars==2.1.0"),
    ("_polars_runtime_32", "polars-runtime-32==2.1.0"),
    ("tzdata", "tzdata"),
];

/// Flink's Java archives.
const FLINK: &[(&str, &str)] = &[("pyflink", "apache-flink-libraries==2.3.0")];

/// The Python packages, where they are missing.
pub(crate) fn prepare() -> Outcome {
    python::ensure(PACKAGES)
}

/// Published examples, DuckDB and Polars; with `flink`, Flink itself too, which needs 300 MB and Java.
pub(crate) fn cases(arguments: &[String]) -> Outcome {
    prepare()?;
    match arguments {
        [] => {}
        [word] if word == "flink" => {
            system::ensure("Java", || works(program("javac").arg("--version")), &["default-jdk-headless"])?;
            python::ensure(FLINK)?;
        }
        _ => return Err("usage: peer-cases [flink]".into()),
    }
    build(&[])?;
    let script = root().join("benches").join("peer_cases").join("run.py");
    run(program(python::interpreter()).arg(script).arg(binary("watchfire")).args(arguments))
}
