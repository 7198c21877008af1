//! `cargo xtask kernels`: for each question the time that compiled code takes over data that is ordered, and a loop written by
//! hand. On one thread; what is found is counted and must be equal.

use criterion::{BenchmarkId, Criterion};
use std::hint::black_box;
use std::time::Duration;
use watchfire_engine::{Compile, RunOptions};
use watchfire_kernels::{Order, QUESTIONS, Rows, many_models};

const ROWS: usize = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let rows = Rows::draw(ROWS);
    let orders = [Order::by(&rows.person, &rows.time), Order::by(&rows.address, &rows.time)];
    let options = RunOptions { threads: Some(1), ..RunOptions::default() };
    for question in &QUESTIONS {
        let loaded = question.loaded(&rows)?;
        let run = || loaded.run(&options);
        let (found, by_hand) = (run()?.findings.len(), (question.by_hand)(&rows, &orders));
        if found != by_hand || found == 0 {
            return Err(format!("{}: {found} found by Watchfire, {by_hand} by hand", question.name).into());
        }
        println!("{}: {found} of {ROWS} rows", question.name);
        let mut group = criterion.benchmark_group(question.name);
        group.bench_function(BenchmarkId::from_parameter("compiled"), |bencher| {
            bencher.iter_custom(|times| {
                (0..times).map(|_| run().map_or(Duration::ZERO, |run| run.timings.compiled)).sum()
            });
        });
        group.bench_function(BenchmarkId::from_parameter("by hand"), |bencher| {
            bencher.iter(|| black_box((question.by_hand)(black_box(&rows), &orders)));
        });
        group.finish();
    }
    // Code is compiled in the first run of a package; so few rows take no time.
    let few = Rows::draw(1_000);
    let options = RunOptions { compile: Compile::Always, ..options };
    criterion.bench_function("130 models compiled", |bencher| {
        bencher.iter_custom(|times| {
            let first = |_| many_models(130, &few).ok()?.run(&options).ok().map(|run| run.timings.compiled);
            (0..times).filter_map(first).sum()
        });
    });
    criterion.final_summary();
    Ok(())
}
