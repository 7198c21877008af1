//! Fuzzing with cargo-fuzz, on the stable toolchain.

use std::process::Command;

use crate::shell::{Outcome, cargo, program, root, run, target, works};
use crate::system;

/// `cargo xtask fuzz TARGET SECONDS`
pub(crate) fn run_target(arguments: &[String]) -> Outcome {
    let usage = || format!("usage: cargo xtask fuzz TARGET SECONDS; targets: {}", targets().join(", "));
    let [name, seconds] = arguments else { return Err(usage()) };
    let seconds: u32 = seconds.parse().map_err(|_| usage())?;
    if !targets().contains(name) {
        return Err(usage());
    }
    prepare()?;
    fuzz(name, seconds)
}

/// Every target for a short while.
pub(crate) fn smoke(seconds: u32) -> Outcome {
    prepare()?;
    for name in targets() {
        println!("$ cargo xtask fuzz {name} {seconds}");
        fuzz(&name, seconds)?;
    }
    Ok(())
}

/// The names of all targets, in order.
fn targets() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("fuzz").join("fuzz_targets"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// cargo-fuzz itself, and the C++ compiler for libFuzzer.
fn prepare() -> Outcome {
    system::ensure("a C++ compiler", || works(program("c++").arg("--version")), &["g++"])?;
    if works(cargo().args(["fuzz", "--version"])) {
        return Ok(());
    }
    println!("cargo-fuzz is missing: installing it");
    run(cargo().args(["install", "--quiet", "--locked", "cargo-fuzz"]))
}

/// One target for so many seconds. libFuzzer needs compiler flags that a stable toolchain gives only on request.
fn fuzz(name: &str, seconds: u32) -> Outcome {
    let mut command: Command = cargo();
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--target-dir"])
        .arg(target().join("fuzz"))
        .arg(name)
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .args(["-timeout=10", "-rss_limit_mb=4096", "-max_len=16384", "-verbosity=0", "-print_final_stats=1"]);
    run(&mut command)
}
