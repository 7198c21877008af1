//! Runs the programs of docs/spec, and says what they show: `spec [FILTER]`, where FILTER is a part of a file's name or
//! of a heading.

use std::process::ExitCode;

fn main() -> ExitCode {
    let filter = std::env::args().nth(1).unwrap_or_default();
    match watchfire_tests::spec::run(&filter) {
        Ok(report) => {
            print!("{report}");
            if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
