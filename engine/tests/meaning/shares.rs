//! Data cut into shares on disk gives what it gives as a whole: warnings, rejects with their places, silences.

use std::fmt::Write;
use std::path::Path;
use watchfire_engine::{Engine, FileOptions, Package, Run, RunOptions, Sources};

const MODELS: &str = r#"
entity Home key Text
entity Person key Text
source homes {
    owner "o"
    allows test
    home : Home unique
    area : Float
}
source visits events at time {
    owner "o"
    allows test
    person : Person?
    home   : Home?
    kwh    : Float?
    reading : Int?
    time   : Time
}
source badges events at time {
    owner "o"
    allows test
    key (badge)
    badge  : Text
    person : Person
    time   : Time
    recorded : Time recorded
}
source meters events at time {
    owner "o"
    allows test
    expect every 2 days
    home : Home
    time : Time
}
model busy for Home {
    category c
    purpose test
    basis "b"
    let people = count distinct person from visits over last 1 day
    let room = the area from homes
    on visits as v
    warn when people > 2 and v.kwh > 1.0 {
        yellow otherwise
        message "{people} people on {room} m², {v.kwh}"
        again after 3 h
    }
}
model restless for Person {
    category c
    purpose test
    basis "b"
    on visits as v
    warn when (count from visits over last 6 h) > 2 and (any from badges over last 30 days) {
        red when (sum kwh from visits over last 6 h) > 4.0
        yellow otherwise
        message "{v.home}"
    }
}
model broken for Home {
    category c
    purpose test
    basis "b"
    on visits as v
    warn when v.reading * 2 > 6 {
        yellow otherwise
        message "{v.reading}"
        again after 12 h
    }
}
model quiet for Home in homes {
    category c
    purpose test
    basis "b"
    every day at 03:00
    warn when (count from meters over last 1 day) == 0 {
        yellow otherwise
    }
}
"#;

/// Files whose rows are drawn by a linear congruence, some of them wrong.
fn write_files(folder: &Path) {
    let mut state = 11_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let time = |seconds: u64| {
        format!("2024-03-{:02}T{:02}:{:02}:00Z", 1 + seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
    };
    let mut homes = String::from("home,area\n");
    (0..40).for_each(|home| writeln!(homes, "h{home},{}", 20 + home).unwrap());
    homes.push_str("h7,many\n");
    for file in ["a", "b"] {
        let mut visits = String::from("person,home,kwh,reading,time\n");
        for row in 0..900 {
            let (person, home) = (draw(60), draw(45));
            match draw(50) {
                0 => visits.push_str("one,two\n"),
                1 => writeln!(visits, "p{person},h{home},nothing,1,{}", time(row * 800)).unwrap(),
                2 => writeln!(visits, "p{person},,0.5,2,yesterday").unwrap(),
                3 => writeln!(visits, ",h{home},,,{}", time(row * 800)).unwrap(),
                _ => {
                    // Too large to be doubled, now and then.
                    let reading = if draw(90) == 0 { i64::MAX } else { draw(5) as i64 };
                    let (kwh, at) = (draw(4), time(row * 800));
                    writeln!(visits, "p{person}, h{home} ,{kwh}.25,{reading},{at}").unwrap();
                }
            }
        }
        std::fs::write(folder.join(format!("visits-{file}.csv")), visits).unwrap();
    }
    let mut badges = String::new();
    for row in 0..300 {
        let (badge, person, at) = (draw(80), draw(60), time(row * 2_000));
        writeln!(
            badges,
            r#"{{"badge": {badge}, "person": "p{person}", "time": "{at}", "recorded": "{}"}}"#,
            time(row * 2_000 + 500)
        )
        .unwrap();
    }
    badges.push_str("{\"badge\": 7\n");
    std::fs::write(folder.join("badges.ndjson"), badges).unwrap();
    let mut meters = String::from("home,time\n");
    (0..200).for_each(|row| writeln!(meters, "h{},{}", draw(40), time(row * 3_000)).unwrap());
    std::fs::write(folder.join("meters.csv"), meters).unwrap();
    std::fs::write(folder.join("homes.csv"), homes).unwrap();
}

fn engine() -> Engine {
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    Engine::new(Package::from_texts(manifest, [("small.watch", MODELS)]).unwrap())
}

/// All that a run says.
fn said(mut run: Run) -> String {
    run.timings = Default::default();
    run.models.iter_mut().for_each(|model| model.busy = Default::default());
    format!("{run:#?}")
}

#[test]
fn data_in_shares_says_what_the_whole_says() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let path = |name: &str| folder.path().join(name);
    let sources = Sources::new()
        .file("homes", path("homes.csv"), FileOptions::default())
        .files("visits", [path("visits-b.csv"), path("visits-a.csv")], FileOptions::default())
        .file("badges", path("badges.ndjson"), FileOptions::default())
        .file("meters", path("meters.csv"), FileOptions::default());
    let engine = engine();
    let mut options = RunOptions { threads: Some(2), partitions: Some(4), ..RunOptions::default() };
    let whole = engine.run(&sources, &options).unwrap();
    assert_eq!(whole.timings.shares, 0);
    assert!(whole.warnings.len() > 50 && whole.rejects.count() > 30 && !whole.silences.is_empty());
    options.memory = Some(1);
    let divided = engine.run(&sources, &options).unwrap();
    // Shares are larger than the budget by themselves.
    assert!(divided.timings.shares > 1 && divided.timings.pieces >= 8 && !divided.failures.is_empty());
    let (whole, divided) = (said(whole), said(divided));
    let same = whole.lines().zip(divided.lines()).take_while(|(a, b)| a == b).count();
    let around =
        |text: &str| text.lines().skip(same.saturating_sub(12)).take(20).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(around(&whole), around(&divided));
    assert_eq!(whole.len(), divided.len());
}

#[test]
fn what_cannot_be_read_is_told_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    std::fs::write(folder.path().join("meters.csv"), "house,time\n").unwrap();
    std::fs::write(folder.path().join("visits-c.csv"), "person,home,reading,time\np,h,1,2024-03-01T00:00:00Z\n")
        .unwrap();
    let path = |name: &str| folder.path().join(name);
    let sources = Sources::new()
        .file("homes", path("homes.csv"), FileOptions::default())
        .files("visits", [path("visits-a.csv"), path("visits-c.csv")], FileOptions::default())
        .file("badges", path("badges.ndjson"), FileOptions::default())
        .file("meters", path("meters.csv"), FileOptions::default());
    let engine = engine();
    let options = RunOptions { memory: Some(1), ..RunOptions::default() };
    let error = engine.run(&sources, &options).unwrap_err().to_string();
    assert!(error.contains("visits-c.csv") && error.contains("kwh"), "{error}");
}
