//! A synthetic city: what several departments would have written down about people who live, move, travel and use water
//! and power, and, apart from it, what these people really did.
//!
//! The generator knows nothing about warning models. It decides first how somebody lives (a family, ten people on
//! bunk beds, one identity card used by two), lets that life leave rows in the departments' tables, and writes the
//! decision itself to `truth/`. No threshold of any model decides what is true, so the truth can tell how good a model
//! is. Lives that only look suspicious (a large family, a dormitory, a leaking pipe) are there as decoys.
//!
//! One building at a time is made and written: memory does not grow with the city. Each building draws from its own
//! stream of a ChaCha generator, so building 7 is the same whatever the size of the city.

mod address;
mod behaviour;
mod building;
mod tables;

use std::path::Path;

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::building::Building;
use crate::tables::Tables;

/// What can go wrong: a file that cannot be written, or settings that make no city.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Size, span and seed of a city.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seed of all that is drawn.
    pub seed: u64,
    /// Size: 1 is about two thousand people.
    pub scale: f64,
    /// First day of the observed span.
    pub start: NaiveDate,
    /// Length of the observed span in days.
    pub days: u32,
}

impl Settings {
    /// How many buildings a city of this size has.
    pub fn buildings(&self) -> u64 {
        (self.scale * 44.0).ceil() as u64
    }
}

/// How many rows were written to each file, in the order of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Name of the file and its number of rows.
    pub files: Vec<(String, u64)>,
}

/// Generates a city into a folder.
///
/// # Errors
///
/// If the settings are out of range, or a file cannot be written.
///
/// ```
/// # fn main() -> Result<(), watchfire_city::Error> {
/// let folder = std::env::temp_dir().join("watchfire-city-example");
/// let start = chrono::NaiveDate::from_ymd_opt(2024, 3, 1).ok_or("no such day")?;
/// let settings = watchfire_city::Settings { seed: 1, scale: 0.05, start, days: 3 };
/// let summary = watchfire_city::generate(&settings, &folder)?;
/// assert!(summary.files.iter().any(|(name, rows)| name == "residents.parquet" && *rows > 0));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
pub fn generate(settings: &Settings, folder: &Path) -> Result<Summary, Error> {
    if !(settings.scale > 0.0 && settings.scale <= 100_000.0) {
        return Err("the scale must be above 0 and at most 100000".into());
    }
    if !(1..=3660).contains(&settings.days) {
        return Err("the number of days must be from 1 to 3660".into());
    }
    let mut tables = Tables::create(folder)?;
    for index in 0..settings.buildings() {
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        random.set_stream(index);
        let building = Building::draw(index, settings, &mut random);
        behaviour::live(&building, settings, &mut random, &mut tables)?;
    }
    tables.finish()
}
