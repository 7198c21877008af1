//! What the city promises: the same seed gives the same files, and everything that a model must cope with occurs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, ParquetReader, SerReader};
use watchfire_city::{Settings, Summary, generate};

fn city(folder: &Path, scale: f64, seed: u64) -> Summary {
    let start = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap();
    generate(&Settings { seed, scale, start, days: 30 }, folder).unwrap()
}

fn read(folder: &Path, file: &str) -> DataFrame {
    ParquetReader::new(std::fs::File::open(folder.join(file)).unwrap()).finish().unwrap()
}

fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    frame.column(column).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

/// Seconds of the wall clock.
fn times(frame: &DataFrame, column: &str) -> Vec<i64> {
    let column = frame.column(column).unwrap().datetime().unwrap();
    column.physical().iter().map(|time| time.unwrap() / 1_000_000).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    for (folder, seed) in folders.iter().zip([7, 7, 8]) {
        city(folder.path(), 0.1, seed);
    }
    for file in ["access.parquet", "residents.parquet", "hotels.csv", "truth/truth.parquet"] {
        let [first, second, other] = [0, 1, 2].map(|n: usize| std::fs::read(folders[n].path().join(file)).unwrap());
        assert!(first == second, "{file} differs between two runs of one seed");
        assert!(first != other, "{file} does not depend on the seed");
    }
}

#[test]
fn a_larger_city_begins_with_the_smaller_one() {
    let (small, large) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    city(small.path(), 0.1, 7);
    city(large.path(), 0.2, 7);
    let (small, large) = (read(small.path(), "access.parquet"), read(large.path(), "access.parquet"));
    assert!(large.height() > small.height());
    assert!(large.head(Some(small.height())).equals_missing(&small));
}

#[test]
fn readings_come_late_twice_and_corrected() {
    let folder = tempfile::tempdir().unwrap();
    city(folder.path(), 0.5, 7);
    let access = read(folder.path(), "access.parquet");
    let (device, time, recorded) = (texts(&access, "device"), times(&access, "time"), times(&access, "recorded"));
    let serial = access.column("serial").unwrap().i64().unwrap();
    let mut versions: BTreeMap<(String, i64), Vec<(i64, i64)>> = BTreeMap::new();
    for row in 0..access.height() {
        let key = (device[row].clone().unwrap(), serial.get(row).unwrap());
        versions.entry(key).or_default().push((time[row], recorded[row]));
    }
    let repeated = versions.values().filter(|rows| rows.len() == 2 && rows[0] == rows[1]).count();
    let corrected = versions.values().filter(|rows| rows.len() == 2 && rows[0].1 < rows[1].1).count();
    let late = recorded.iter().zip(&time).filter(|(recorded, time)| *recorded - *time > 3600).count();
    assert!(versions.values().all(|rows| rows.len() == 1 || rows[0] == rows[1] || rows[0].1 < rows[1].1));
    assert!(repeated > 20 && corrected > 20 && late > 200, "{repeated} repeated, {corrected} corrected, {late} late");
}

#[test]
fn the_entrances_are_silent_for_more_than_a_day_once() {
    let folder = tempfile::tempdir().unwrap();
    city(folder.path(), 0.5, 7);
    let mut times = times(&read(folder.path(), "access.parquet"), "time");
    times.sort_unstable();
    let silences = times.windows(2).filter(|pair| pair[1] - pair[0] > 24 * 3600).count();
    assert_eq!(silences, 1);
}

#[test]
fn addresses_are_written_in_many_ways() {
    let folder = tempfile::tempdir().unwrap();
    city(folder.path(), 0.5, 7);
    let written: Vec<String> =
        texts(&read(folder.path(), "residents.parquet"), "居住地址").into_iter().flatten().collect();
    for part in ["幢", "栋", "号楼", "江苏省", " ", "１"] {
        let share = written.iter().filter(|text| text.contains(part)).count() as f64 / written.len() as f64;
        assert!((0.02..0.98).contains(&share), "`{part}` stands in a share of {share}");
    }
}

#[test]
fn the_truth_has_every_kind_with_its_decoys() {
    let folder = tempfile::tempdir().unwrap();
    city(folder.path(), 2.0, 7);
    let truth = read(folder.path(), "truth/truth.parquet");
    let decoy = truth.column("decoy").unwrap().bool().unwrap();
    let kinds: BTreeSet<(String, bool)> =
        texts(&truth, "what").into_iter().flatten().zip(decoy.iter().flatten()).collect();
    let expected = [
        ("dormitory", true),
        ("group_rental", false),
        ("hidden_guests", false),
        ("large_family", true),
        ("leak", true),
        ("relatives", true),
        ("shared_identity", false),
        ("shop", true),
        ("traveller", true),
    ];
    assert_eq!(kinds, expected.map(|(what, decoy)| (what.to_owned(), decoy)).into());
    let dwellings: BTreeSet<String> =
        texts(&read(folder.path(), "dwellings.parquet"), "地址").into_iter().flatten().collect();
    let about = texts(&truth, "about");
    for (key, about) in texts(&truth, "key").into_iter().zip(about) {
        if about.as_deref() == Some("Dwelling") {
            assert!(dwellings.contains(&key.unwrap()));
        }
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let start = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap();
    for (scale, days) in [(0.0, 30), (-1.0, 30), (f64::NAN, 30), (1.0, 0), (1.0, 100_000)] {
        assert!(generate(&Settings { seed: 1, scale, start, days }, folder.path()).is_err());
    }
}
