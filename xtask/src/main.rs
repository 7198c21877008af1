//! The project's own commands: `cargo xtask demo`, `test`, `ci` and the rest. It depends on nothing but the standard
//! library, so that it is there within seconds on a fresh machine.

mod checks;
mod demo;
mod examples;
mod fuzz;
mod grammar;
mod peers;
mod performance;
mod python;
mod shell;
mod system;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  demo                        run both examples over their data, from nothing to warnings on the screen
  test [ARGUMENTS]            all tests, with cargo-nextest where it is installed; ARGUMENTS go to it
  ci                          all that a change must pass
  nightly                     100,000 generated cases and each fuzz target for ten minutes: about four hours
  fuzz TARGET SECONDS         fuzz one target (fuzz/fuzz_targets/TARGET.rs)
  equalities --cases N        the equality harness over N generated cases, with its shares and mutants
  memory-check                tests that call compiled code, under valgrind
  grammar                     write docs/editors/watch.tmLanguage.json from the table of keywords
  grammar-test                run it in the engine of VS Code over all programs of tests and examples
  spec [FILTER]               run the programs of docs/spec whose file or heading contains FILTER
  flights-data                put the data of examples/flights in place
  city [ARGUMENTS]            generate the city for examples/group_rental; ARGUMENTS go to watchfire-city
  check-flights               hold the warnings of examples/flights against DuckDB
  peer-cases [flink]          hold sequences, sessions, windows and logic against the published examples of others, DuckDB
                              and Polars; with `flink` against Flink itself too (300 MB, Java)
  peers [--rows 10M] […]      how long Watchfire, DuckDB, Polars and DataFusion take for the same questions; also --only,
                              --threads, --runs, --limit, --seed, --write (docs/performance.md)
  kernels [FILTER]            how long compiled loops take beside loops written by hand (criterion)
  growth [--rows 1M,10M] […]  how Watchfire's time and memory grow with the data, as docs/growth.svg
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let outcome = match command.as_str() {
        "demo" => demo::demo(),
        "test" => checks::tests(rest),
        "ci" => checks::ci(),
        "nightly" => checks::nightly(),
        "fuzz" => fuzz::run_target(rest),
        "equalities" => checks::equalities(rest),
        "memory-check" => checks::memory_check(),
        "spec" => checks::spec(rest),
        "grammar" => grammar::write(),
        "grammar-test" => grammar::test(),
        "flights-data" => examples::flights_data(),
        "city" => examples::city(rest),
        "check-flights" => examples::check_flights(),
        "peer-cases" => peers::cases(rest),
        "peers" => performance::compare(rest),
        "kernels" => performance::kernels(rest),
        "growth" => performance::growth(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
