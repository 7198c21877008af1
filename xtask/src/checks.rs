//! `cargo xtask test` and `cargo xtask ci`.

use crate::demo::run_package;
use crate::examples::{binary, build, build_with, check_flights, city_data, flights_data, package};
use crate::fuzz;
use crate::peers;
use crate::shell::{Outcome, cargo, program, run, section, works};
use crate::system;

/// All tests of the workspace, and the examples in its documentation.
pub(crate) fn tests(arguments: &[String]) -> Outcome {
    if works(cargo().args(["nextest", "--version"])) {
        run(cargo().args(["nextest", "run", "--workspace"]).args(arguments))?;
    } else {
        println!("cargo-nextest is not installed (cargo install cargo-nextest --locked): using cargo test");
        run(cargo().args(["test", "--workspace", "--lib", "--bins", "--tests"]).args(arguments))?;
    }
    if arguments.is_empty() { run(cargo().args(["test", "--workspace", "--doc"])) } else { Ok(()) }
}

/// The equality harness, with its mutants: the engine is built with deliberate mistakes that can be switched on.
pub(crate) fn equalities(arguments: &[String]) -> Outcome {
    build_with(&["watchfire-tests"], &["watchfire-tests/mutants"])?;
    run(program(binary("equalities")).arg("--mutants").args(arguments))
}

/// Tests that call compiled code, under valgrind: nothing is read or written that is not there. The one that compiles 20,000
/// packages would take hours there.
pub(crate) fn memory_check() -> Outcome {
    system::ensure("valgrind", || works(program("valgrind").arg("--version")), &["valgrind"])?;
    let runner = format!("CARGO_TARGET_{}_RUNNER", host()?.to_uppercase().replace('-', "_"));
    run(cargo()
        .args([
            "test",
            "--workspace",
            "--lib",
            "--quiet",
            "--",
            "jit::",
            "--skip",
            "code_is_freed",
            "--test-threads",
            "1",
        ])
        .env(runner, "valgrind --quiet --smc-check=all-non-file --error-exitcode=9"))
}

/// The machine for which the compiler compiles.
fn host() -> Result<String, String> {
    let output =
        program("rustc").arg("-vV").output().map_err(|error| format!("rustc could not be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say for which machine it compiles".to_owned())
}

/// The programs of docs/spec.
pub(crate) fn spec(arguments: &[String]) -> Outcome {
    build(&["watchfire-tests"])?;
    run(program(binary("spec")).args(arguments))
}

/// How many generated cases all changes are held against, and how many every night.
const CASES: &str = "2000";
const CASES_OF_A_NIGHT: &str = "100000";

/// Seconds for which each fuzz target is run.
const SMOKE_SECONDS: u32 = 20;
const SECONDS_OF_A_NIGHT: u32 = 600;

/// A part of the checks: its name, and what it does.
type Part = (&'static str, fn() -> Outcome);

/// All that a change must pass. A part that fails does not keep the others from running.
pub(crate) fn ci() -> Outcome {
    let parts: &[Part] = &[
        ("format", || run(cargo().args(["fmt", "--all", "--check"]))),
        ("clippy", || {
            run(cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]))
        }),
        ("tests", || tests(&[])),
        ("memory check", memory_check),
        ("documentation", || {
            run(cargo().args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings"))
        }),
        ("equalities", || equalities(&["--cases".into(), CASES.into()])),
        ("grammar", crate::grammar::test),
        ("examples", examples),
        ("peer cases", peer_cases),
        ("fuzz smoke", || fuzz::smoke(SMOKE_SECONDS)),
    ];
    all_of(parts)
}

/// What there is time for at night: many more generated cases, and each fuzz target for longer.
pub(crate) fn nightly() -> Outcome {
    all_of(&[
        ("equalities", || equalities(&["--cases".into(), CASES_OF_A_NIGHT.into()])),
        ("fuzz", || fuzz::smoke(SECONDS_OF_A_NIGHT)),
    ])
}

/// Runs all parts, and tells of each.
fn all_of(parts: &[Part]) -> Outcome {
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for (name, work) in parts {
        let (outcome, seconds) = section(name, work);
        lines.push(format!("  {name:<16} {:<7} {seconds:>7.1} s", if outcome.is_ok() { "passed" } else { "FAILED" }));
        if outcome.is_err() {
            failed.push(*name);
        }
    }
    println!("\n{}", lines.join("\n"));
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// Watchfire against published examples, DuckDB and Polars.
fn peer_cases() -> Outcome {
    match peers::prepare() {
        Ok(()) => peers::cases(&[]),
        Err(message) => {
            println!("the peers' cases are not run: {message}");
            Ok(())
        }
    }
}

/// The example packages, those of `examples/readers` among them.
const PACKAGES: [&str; 7] = [
    "group_rental",
    "fire_visits",
    "flights",
    "readers/rental_signals",
    "readers/rental_registers",
    "readers/city_watch",
    "readers/road_watch",
];

/// The example packages: checked, their own tests, and run over their data; and the example hosts.
fn examples() -> Outcome {
    build(&["rust_min"])?;
    println!("$ rust_min");
    run(&mut program(binary("rust_min")))?;
    for name in PACKAGES {
        for command in [&["check"][..], &["test"], &["fmt", "--check"]] {
            println!("$ watchfire {} examples/{name}", command.join(" "));
            run(program(binary("watchfire")).args(command).arg(package(name)))?;
        }
    }
    city_data()?;
    run_package("group_rental")?;
    run_package("fire_visits")?;
    match flights_data() {
        Ok(()) => check_flights(),
        Err(message) => {
            println!("the flights are not run: {message}");
            Ok(())
        }
    }
}
