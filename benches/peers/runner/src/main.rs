//! Watchfire's side of the comparison with other engines: runs one package over Parquet files that are loaded before the
//! clock starts (unless `--files` is asked for), and prints a line of JSON for each run.

mod arguments;
mod found;

use arguments::Arguments;
use cpu_time::ProcessTime;
use polars::prelude::{DataFrame, ParquetReader, SerReader};
use serde_json::json;
use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use watchfire_engine::{Engine, FileOptions, Package, Run, RunOptions, Sources};

/// Columns come and go; this allocator keeps their pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1)).and_then(|arguments| measure(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watchfire-peers: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Loads the data, and runs the package as often as asked for.
fn measure(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let package = Package::load(&arguments.package)?;
    let options = RunOptions {
        from: instant(&package, arguments.from.as_deref())?,
        to: instant(&package, arguments.to.as_deref())?,
        only: arguments.only.clone(),
        set: arguments.set.clone(),
        threads: Some(arguments.threads),
        memory: arguments.memory,
        ..RunOptions::default()
    };
    let mut all = Sources::new();
    for (name, path) in &arguments.data {
        all = match arguments.files {
            true => all.file(name.as_str(), path, FileOptions::default()),
            false => all.frame(name.as_str(), load(path)?),
        };
    }
    let engine = Engine::new(package);
    let sources = || all.clone();
    let loaded = if arguments.warm { Some(engine.load(&sources(), &options)?) } else { None };
    for repeat in 0..arguments.repeat {
        let (wall, cpu) = (Instant::now(), ProcessTime::try_now()?);
        let run = match &loaded {
            Some(loaded) => loaded.run(&options)?,
            None => engine.run(&sources(), &options)?,
        };
        let (wall, cpu) = (wall.elapsed(), cpu.try_elapsed()?);
        complete(&run)?;
        let lines = found::lines(&run.findings);
        if let (0, Some(path)) = (repeat, &arguments.found) {
            found::write(path, &lines)?;
        }
        println!("{}", report(&run, wall, cpu, &found::answer(&lines)));
    }
    Ok(())
}

/// The frame in a file, as one chunk of memory.
fn load(path: &Path) -> Result<DataFrame, Box<dyn Error>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut frame = ParquetReader::new(file).finish()?;
    frame.rechunk_mut();
    Ok(frame)
}

fn instant(package: &Package, text: Option<&str>) -> Result<Option<i64>, String> {
    text.map(|text| package.instant(text).ok_or_else(|| format!("`{text}` is no time"))).transpose()
}

/// A run in which cells were rejected or models failed answers another question.
fn complete(run: &Run) -> Result<(), String> {
    match (run.rejects.count(), run.failures.len(), run.failed_models.len()) {
        (0, 0, 0) => Ok(()),
        (rejects, failures, models) => Err(format!("{rejects} rejects, {failures} failures, {models} failed models")),
    }
}

/// What one run took.
fn report(run: &Run, wall: Duration, cpu: Duration, answer: &str) -> serde_json::Value {
    let timings = &run.timings;
    json!({
        "cpu_s": cpu.as_secs_f64(),
        "wall_s": wall.as_secs_f64(),
        "peak_mb": peak(),
        "answer": answer,
        "timings": {
            "load": timings.load.as_secs_f64(),
            "order": timings.order.as_secs_f64(),
            "compiled": timings.compiled.as_secs_f64(),
            "evaluate": timings.evaluate.as_secs_f64(),
            "render": timings.render.as_secs_f64(),
            "total": timings.total.as_secs_f64(),
            "shares": timings.shares,
        },
    })
}

/// The most memory that the process has held so far, in MB, where the system tells.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
}
