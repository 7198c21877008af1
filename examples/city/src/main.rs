//! Command line of the synthetic city.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use chrono::NaiveDate;
use clap::Parser;
use watchfire_city::{Settings, generate};

/// Generates a synthetic city into a folder of Parquet and CSV files, the truth apart in `truth/`.
#[derive(Parser)]
#[command(name = "watchfire-city")]
struct Arguments {
    /// Folder to write to
    #[arg(long)]
    out: PathBuf,
    /// Size: 1 is about two thousand people
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Seed: the same seed gives the same files
    #[arg(long, default_value_t = 20_240_301)]
    seed: u64,
    /// Length of the observed span
    #[arg(long, default_value_t = 45)]
    days: u32,
    /// First day of the observed span
    #[arg(long, default_value = "2024-03-01")]
    start: NaiveDate,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let settings =
        Settings { seed: arguments.seed, scale: arguments.scale, start: arguments.start, days: arguments.days };
    let start = Instant::now();
    match generate(&settings, &arguments.out) {
        Ok(summary) => {
            for (file, rows) in &summary.files {
                println!("{file:<22} {rows:>10} rows");
            }
            println!("{} written in {:.1} s", arguments.out.display(), start.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("watchfire-city: {error}");
            ExitCode::FAILURE
        }
    }
}
