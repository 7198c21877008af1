//! Compiled loops over data that is loaded and ordered, beside the same by hand; how long a package of many models takes to be
//! read, checked, planned and compiled. `cargo bench -p watchfire-kernels`.

#![expect(clippy::panic, missing_docs, reason = "a bench ends by panicking; what makes groups writes functions")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use watchfire_engine::{Compile, Engine, RunOptions};
use watchfire_kernels::{Ordered, QUESTIONS, ROWS, Readings, different, options, package};

/// Columns come and go; this allocator keeps their pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn questions(criterion: &mut Criterion) {
    let rows = Readings::new(1);
    let ordered = Ordered::new(&rows);
    let loaded = rows.loaded().unwrap_or_else(|error| panic!("{error}"));
    let mut group = criterion.benchmark_group("questions");
    group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
    for (number, question) in QUESTIONS.iter().enumerate() {
        let run = || loaded.run(&options(Some(number))).map_or(0, |run| run.findings.len());
        let (found, expected) = (run(), (question.by_hand)(&ordered));
        assert!(found == expected && found > 0, "{}: {found} found, {expected} by hand", question.name);
        group.bench_function(BenchmarkId::new("watchfire", question.name), |bencher| bencher.iter(|| black_box(run())));
        group.bench_function(BenchmarkId::new("by hand", question.name), |bencher| {
            bencher.iter(|| black_box((question.by_hand)(black_box(&ordered))));
        });
    }
    group.finish();
}

/// What stands between a package's text and its first row: 130 models, none of which shares the code of another.
fn models(criterion: &mut Criterion) {
    const MODELS: usize = 130;
    let rows = Readings::new(1).first(1);
    let sources = rows.sources();
    let options = RunOptions { compile: Compile::Always, ..RunOptions::default() };
    let read = || package(different(MODELS)).unwrap_or_else(|error| panic!("{error}"));
    let mut group = criterion.benchmark_group("130 models");
    group.sample_size(10);
    group.bench_function("read and checked", |bencher| bencher.iter(|| black_box(read())));
    group.bench_function("planned, compiled, run over a row", |bencher| {
        bencher.iter_batched(
            || Engine::new(read()),
            |engine| black_box(engine.run(&sources, &options).map(|run| run.models.len())),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, questions, models);
criterion_main!(benches);
