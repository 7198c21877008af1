//! Fuzzing with cargo-fuzz, on the stable toolchain.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Outcome, cargo, program, root, run, target, works};
use crate::system;

/// `cargo xtask fuzz TARGET SECONDS`
pub(crate) fn run_target(arguments: &[String]) -> Outcome {
    let usage = || format!("usage: cargo xtask fuzz TARGET SECONDS; targets: {}", names().join(", "));
    let [name, seconds] = arguments else { return Err(usage()) };
    let seconds: u32 = seconds.parse().map_err(|_| usage())?;
    let Some((_, folder)) = targets().into_iter().find(|(known, _)| known == name) else { return Err(usage()) };
    prepare()?;
    fuzz(name, &folder, seconds)
}

/// Every target for a short while.
pub(crate) fn smoke(seconds: u32) -> Outcome {
    prepare()?;
    for (name, folder) in targets() {
        println!("$ cargo xtask fuzz {name} {seconds}");
        fuzz(&name, &folder, seconds)?;
    }
    Ok(())
}

/// All targets in order, each with the folder of its package. Those of the engine are apart, since they take Polars.
fn targets() -> Vec<(String, PathBuf)> {
    let mut targets = Vec::new();
    for folder in [root().join("fuzz"), root().join("fuzz").join("engine")] {
        let files = std::fs::read_dir(folder.join("fuzz_targets")).into_iter().flatten().flatten();
        let names = files.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned));
        targets.extend(names.map(|name| (name, folder.clone())));
    }
    targets.sort();
    targets
}

fn names() -> Vec<String> {
    targets().into_iter().map(|(name, _)| name).collect()
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

/// Lays the project's own Watch files into the corpus of a target that reads texts, for the fuzzer to begin with.
fn seed(corpus: &Path, texts: bool) -> Result<(), std::io::Error> {
    std::fs::create_dir_all(corpus)?;
    if !texts {
        return Ok(());
    }
    let mut folders = vec![root().join("examples"), root().join("dsl").join("tests"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "watch") {
                let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace(['/', '\\'], "-");
                std::fs::copy(&path, corpus.join(name))?;
            }
        }
    }
    Ok(())
}

/// One target for so many seconds. libFuzzer needs compiler flags that a stable toolchain gives only on request; the
/// address sanitizer would find nothing in safe code and costs most of the speed.
fn fuzz(name: &str, folder: &Path, seconds: u32) -> Outcome {
    let corpus = folder.join("corpus").join(name);
    let texts = folder == root().join("fuzz");
    seed(&corpus, texts).map_err(|error| format!("the corpus in {} cannot be written: {error}", corpus.display()))?;
    let mut command: Command = cargo();
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"])
        .arg(folder)
        .arg("--target-dir")
        .arg(target().join("fuzz"))
        .arg(name)
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .args(["-timeout=10", "-rss_limit_mb=4096", "-max_len=16384", "-verbosity=0", "-print_final_stats=1"]);
    run(&mut command)
}
