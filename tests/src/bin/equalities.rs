//! `equalities --cases N [--first SEED] [--mutants] [--bound N] [--output FOLDER] [--show SEED] [--read FOLDER]`
//!
//! Tries the equalities on generated cases and prints what the cases show. With the cargo feature `mutants`,
//! `--mutants` then makes one deliberate mistake after another in the engine and counts the cases until it is noticed.
//! Exit code 1: an equality does not hold, a share is too small, or a mutant lives.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use watchfire_tests::equalities::{Equality, Report, check, run_cases, shrink, write};
use watchfire_tests::generate::{Case, Size, generate, read_case};

/// Shares in percent below which the generator would be too dull to show anything.
const LEAST_WITH_FINDINGS: f64 = 30.0;
const LEAST_LATE_CHANGES: f64 = 10.0;

struct Options {
    cases: u64,
    first: u64,
    mutants: bool,
    bound: u64,
    output: PathBuf,
    show: Option<u64>,
    read: Option<PathBuf>,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        cases: 2000,
        first: 0,
        mutants: false,
        bound: 10_000,
        output: std::env::temp_dir().join("watchfire-equalities"),
        show: None,
        read: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<u64, String> {
            let text = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
            text.replace('_', "").parse().map_err(|_| format!("{argument} needs a number, not `{text}`"))
        };
        match argument.as_str() {
            "--cases" => options.cases = number()?,
            "--first" => options.first = number()?,
            "--bound" => options.bound = number()?,
            "--show" => options.show = Some(number()?),
            "--mutants" => options.mutants = true,
            "--read" => options.read = Some(arguments.next().ok_or("--read needs a folder")?.into()),
            "--output" => options.output = arguments.next().ok_or("--output needs a folder")?.into(),
            other => return Err(format!("there is no option `{other}`")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("equalities: {message}");
            return ExitCode::from(2);
        }
    };
    if let Some(seed) = options.show {
        return show(&generate(seed, Size::default()));
    }
    if let Some(folder) = &options.read {
        return match read_case(folder) {
            Ok(case) => show(&case),
            Err(error) => {
                eprintln!("equalities: {error}");
                ExitCode::from(2)
            }
        };
    }
    let start = Instant::now();
    let seeds = options.first..options.first + options.cases;
    let report = run_cases(seeds, Size::default(), &Equality::ALL, 5);
    print!("{report}");
    println!("seconds                                   {:>8.1}", start.elapsed().as_secs_f64());
    if let Some((seed, message)) = &report.refusal {
        println!("the first refused package is that of seed {seed}:\n{message}");
    }
    let mut fine = holds(&report, &options);
    if options.mutants {
        fine &= mutants(&options);
    }
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shows what is broken, and whether the shares are large enough.
fn holds(report: &Report, options: &Options) -> bool {
    for (case, broken) in &report.broken {
        let (small, how) = shrink(case, broken);
        println!("\n=== {} does not hold, seed {}\n{}\n", broken.equality, case.seed, how.difference);
        print!("{}{}", small.manifest(), small.text());
        for table in &small.tables {
            println!("\n{}:\n{table}", table.source);
        }
        match write(&small, &how, &options.output) {
            Ok(folder) => println!("written to {}", folder.display()),
            Err(error) => println!("not written: {error}"),
        }
    }
    let mut fine = report.broken.is_empty();
    let shares = [
        ("with findings", report.with_findings, LEAST_WITH_FINDINGS),
        ("in which a late row or a correction changes one", report.late_changes, LEAST_LATE_CHANGES),
    ];
    for (what, of, least) in shares {
        if report.percent(of) < least {
            println!("too few cases {what}: {:.1} %, wanted are {least} %", report.percent(of));
            fine = false;
        }
    }
    fine
}

fn show(case: &Case) -> ExitCode {
    print!("{}{}", case.manifest(), case.text());
    for table in &case.tables {
        println!("\n{}:\n{table}", table.source);
    }
    match check(case, &Equality::ALL) {
        Err(message) => println!("{message}"),
        Ok(verdict) => {
            verdict.said.findings.iter().for_each(|finding| println!("finding {finding}"));
            verdict.said.failures.iter().for_each(|failure| println!("failure {failure}"));
            if let Some(broken) = verdict.broken {
                println!("{}: {}", broken.equality, broken.difference);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

#[cfg(not(feature = "mutants"))]
fn mutants(_: &Options) -> bool {
    println!("mutants need the cargo feature `mutants`");
    false
}

#[cfg(feature = "mutants")]
fn mutants(options: &Options) -> bool {
    use watchfire_engine::mutant::{Mutant, activate};
    use watchfire_tests::equalities::first_broken;
    let mut alive = 0;
    for mutant in Mutant::ALL {
        activate(Some(*mutant));
        let report = first_broken(options.bound);
        activate(None);
        match report.broken.first() {
            Some((case, broken)) => {
                println!(
                    "{:<32} killed by {:<12} at case {:>5}",
                    format!("{mutant:?}"),
                    broken.equality.to_string(),
                    case.seed
                );
            }
            None => {
                alive += 1;
                println!("{:<32} ALIVE after {} cases", format!("{mutant:?}"), report.cases);
            }
        }
    }
    println!("mutants killed {} of {}", Mutant::ALL.len() - alive, Mutant::ALL.len());
    alive == 0
}
