//! What a run gives: the same however it is divided, with an identity, pseudonyms, failures and files.

use super::package;
use polars::prelude::*;
use watchfire_engine::{Engine, FileOptions, Package, Run, RunOptions, Silence, Sources};
use watchfire_stdlib::value::{Level, Value};

const MODELS: &str = r#"
model often for Home {
    category crowd
    purpose test
    basis "b"
    dispatch homes.use
    param least: Int = 2 in 1..=5
    let visits_here = count from visits over last 7 days
    every day at 02:00
    warn when visits_here >= least { red when visits_here > 3 yellow otherwise again after 3 days message "{this}: {visits_here}" }
}
model seen for Person {
    category trace
    purpose test
    basis "b"
    review required
    on visits as r by who about r.home
    let where_before = r.before.home
    let whom = this
    warn when r.x is not missing { blue otherwise message "{this} after {where_before}" }
}
model sums for Home {
    category sums
    purpose test
    basis "b"
    on visits as r about this
    let total = sum x from visits
    warn when total >= 0 { yellow otherwise }
}
model both for Home in visits {
    category composite
    purpose test
    basis "b"
    let found = count from findings of (often, sums, seen) over last 30 days
    every day at 02:00
    warn when found >= 2 { orange otherwise again after 5 days message "{found}" }
}
"#;

const DAY: i64 = 86_400_000_000;
const START: i64 = 1_709_251_200_000_000;

fn datetime(name: &str, values: Vec<Option<i64>>) -> Column {
    let series = Series::new(name.into(), values);
    series.cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))).unwrap().into()
}

/// Visits of ten homes by seven people over four weeks, some of them late; in another order with another `seed`.
fn sources(seed: usize) -> Sources {
    let count = 200_usize;
    let mut order: Vec<usize> = (0..count).collect();
    for index in (1..count).rev() {
        order.swap(index, (index * 7919 + seed * 104_729) % (index + 1));
    }
    let home = |n: &usize| format!("h{}", n * n % 10);
    let time = |n: &usize| START + (*n as i64 * 37 % 28) * DAY + *n as i64 * 1_000_000;
    let visits = DataFrame::new(
        count,
        vec![
            Column::new("n".into(), order.iter().map(|n| *n as i64).collect::<Vec<_>>()),
            Column::new("home".into(), order.iter().map(home).collect::<Vec<_>>()),
            Column::new(
                "who".into(),
                order.iter().map(|n| (n % 5 != 0).then(|| format!("p{}", n % 7))).collect::<Vec<_>>(),
            ),
            Column::new(
                "x".into(),
                order
                    .iter()
                    .map(|n| if *n == 77 { Some(i64::MAX) } else { (n % 3 != 0).then_some(*n as i64) })
                    .collect::<Vec<_>>(),
            ),
            Column::new("w".into(), vec![0.5; count]),
            Column::new("paid".into(), vec![Some(1.5); count]),
            datetime("time", order.iter().map(|n| Some(time(n))).collect()),
            datetime("recorded", order.iter().map(|n| (n % 4 == 0).then(|| time(n) + 2 * DAY)).collect()),
        ],
    )
    .unwrap();
    let homes = df!(
        "home" => (0..10).map(|n| format!("h{n}")).collect::<Vec<_>>(),
        "area" => vec![50.0; 10],
        "use" => vec!["living"; 10],
        "best" => vec![None::<&str>; 10]
    );
    Sources::new().frame("visits", visits).frame("homes", homes.unwrap())
}

fn engine() -> Engine {
    Engine::new(package(MODELS))
}

fn run(options: &RunOptions, seed: usize) -> Run {
    engine().run(&sources(seed), options).unwrap()
}

#[test]
fn the_result_does_not_depend_on_how_the_run_is_divided() {
    let whole = run(&RunOptions { partitions: Some(1), threads: Some(1), ..RunOptions::default() }, 1);
    let models: std::collections::BTreeSet<&str> = whole.warnings.iter().map(|warning| &*warning.model).collect();
    assert_eq!(models.into_iter().collect::<Vec<_>>(), ["both", "often", "seen", "sums"]);
    assert!(!whole.failures.is_empty(), "the overflow of one home");
    for (partitions, threads, block, seed) in [(3, 1, DAY, 1), (7, 2, 40 * DAY, 2), (64, 3, 3 * DAY / 7, 3)] {
        let options = RunOptions {
            partitions: Some(partitions),
            threads: Some(threads),
            block: Some(block),
            ..RunOptions::default()
        };
        let divided = run(&options, seed);
        assert_eq!(divided.warnings, whole.warnings);
        assert_eq!(divided.findings, whole.findings);
        assert_eq!(divided.failures, whole.failures);
    }
}

#[test]
fn a_model_alone_gives_what_it_gives_in_its_package() {
    let whole = run(&RunOptions::default(), 1);
    for model in ["both", "often", "seen"] {
        let range = whole.range.unwrap();
        let options =
            RunOptions { only: vec![model.into()], from: Some(range.0), to: Some(range.1), ..RunOptions::default() };
        let alone = run(&options, 1);
        let same: Vec<_> = whole.warnings.iter().filter(|warning| &*warning.model == model).cloned().collect();
        assert_eq!(alone.warnings, same);
    }
}

#[test]
fn data_is_loaded_once_for_many_runs() {
    let engine = engine();
    let loaded = engine.load(&sources(1), &RunOptions { threads: Some(2), ..RunOptions::default() }).unwrap();
    let (from, to) = run(&RunOptions::default(), 1).range.unwrap();
    let cut = from + (to - from) / 2;
    let set: std::collections::BTreeMap<String, Value> = [("often.least".into(), Value::Int(3))].into();
    let asked = [
        RunOptions::default(),
        RunOptions { from: Some(cut), ..RunOptions::default() },
        RunOptions { to: Some(cut), set: set.clone(), ..RunOptions::default() },
        RunOptions { only: vec!["both".into()], ..RunOptions::default() },
        RunOptions { only: vec!["often".into()], from: Some(cut), set, ..RunOptions::default() },
    ];
    for options in asked {
        let (expected, given) = (engine.run(&sources(1), &options).unwrap(), loaded.run(&options).unwrap());
        assert!(!expected.findings.is_empty(), "{options:?}");
        assert_eq!(given.range, expected.range);
        assert_eq!(given.warnings, expected.warnings);
        assert_eq!(given.findings, expected.findings);
        assert_eq!(given.failures, expected.failures);
        assert_eq!(given.silences, expected.silences);
        let evaluations = |run: &Run| run.models.iter().map(|model| model.evaluations).collect::<Vec<_>>();
        assert_eq!(evaluations(&given), evaluations(&expected), "{options:?}");
    }
}

#[test]
fn data_loaded_for_some_models_is_not_enough_for_others() {
    let options = RunOptions { only: vec!["often".into()], ..RunOptions::default() };
    let loaded = engine().load(&sources(1), &options).unwrap();
    assert!(loaded.run(&options).is_ok());
    let error = loaded.run(&RunOptions { only: vec!["seen".into()], ..RunOptions::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the data was not loaded for model `seen`");
    let error = loaded.run(&RunOptions { only: vec!["oftn".into()], ..RunOptions::default() }).unwrap_err();
    assert_eq!(error.to_string(), "there is no model `oftn`; did you mean `often`?");
}

#[test]
fn identities_are_distinct_and_do_not_change() {
    let first = run(&RunOptions::default(), 1);
    let ids: std::collections::BTreeSet<&str> = first.warnings.iter().map(|warning| &*warning.id).collect();
    assert_eq!(ids.len(), first.warnings.len());
    assert!(ids.iter().all(|id| id.len() == 32));
    let again = run(&RunOptions::default(), 2);
    assert!(first.warnings.iter().map(|warning| &warning.id).eq(again.warnings.iter().map(|warning| &warning.id)));
}

#[test]
fn a_run_goes_on_where_another_ended() {
    let whole = run(&RunOptions::default(), 1);
    let (from, to) = whole.range.unwrap();
    let cut = from + (to - from) / 2;
    let first = run(&RunOptions { to: Some(cut), ..RunOptions::default() }, 1);
    let options = RunOptions { from: Some(cut + 1), silences: first.silences.clone(), ..RunOptions::default() };
    let second = run(&options, 1);
    // Failures stop a model for what is left of one run only; no home of `often` and `both` fails.
    let of = |warnings: &[watchfire_engine::Warning]| -> Vec<String> {
        let named = warnings.iter().filter(|warning| matches!(&*warning.model, "often" | "both"));
        named.map(|warning| format!("{} {} {}", warning.model, warning.about, warning.time)).collect()
    };
    let mut parts = of(&first.warnings);
    parts.extend(of(&second.warnings));
    assert_eq!(parts, of(&whole.warnings));
    let forgetful = run(&RunOptions { silences: Vec::new(), ..options }, 1);
    assert_ne!(of(&forgetful.warnings), of(&second.warnings), "silences matter here");
}

#[test]
fn silences_at_the_start_hold_until_something_worse() {
    let whole = run(&RunOptions { only: vec!["often".into()], ..RunOptions::default() }, 1);
    let first = &whole.warnings[0];
    let silence =
        |level| Silence { model: "often".into(), about: first.about.key().clone(), level, until: first.known + 1 };
    let with = |level| {
        let silences = vec![silence(level)];
        let run = run(&RunOptions { only: vec!["often".into()], silences, ..RunOptions::default() }, 1);
        run.warnings.iter().any(|warning| warning.id == first.id)
    };
    assert_eq!(first.level, Level::YELLOW);
    assert!(!with(Level::YELLOW));
    assert!(with(Level::BLUE));
}

#[test]
fn private_entities_are_shown_under_keyed_pseudonyms() {
    let open = run(&RunOptions { only: vec!["seen".into()], ..RunOptions::default() }, 1);
    let keyed = RunOptions {
        only: vec!["seen".into()],
        pseudonym_key: Some(b"0123456789abcdef".to_vec()),
        ..RunOptions::default()
    };
    let keyed = run(&keyed, 1);
    assert!(open.development_key && !keyed.development_key);
    let (a, b) = (&open.warnings[0], &keyed.warnings[0]);
    assert!(a.review_required && a.entity.private && !a.about.private);
    assert_eq!(a.entity.key(), b.entity.key());
    assert_ne!(a.entity.shown, b.entity.shown);
    let watchfire_stdlib::value::EntityKey::Single(key) = a.entity.key() else { panic!("no pair") };
    for text in [format!("{a:?}"), open.warning_json(a), open.report(engine().package())] {
        assert!(!text.contains(&format!("\"{key}\"")) && !text.contains(&format!(">{key}<")), "{text}");
    }
    assert!(a.message.starts_with(&*a.entity.shown));
    let whom = a.facts.iter().find(|fact| &*fact.name == "whom").unwrap();
    assert_eq!(whom.text, &*a.entity.shown);
    assert_eq!(whom.value, watchfire_stdlib::value::Value::Text(a.entity.shown.clone()));
}

#[test]
fn a_failing_model_stops_for_that_entity_and_says_where() {
    let engine = engine();
    let run = engine.run(&sources(1), &RunOptions { only: vec!["sums".into()], ..RunOptions::default() }).unwrap();
    assert_eq!(run.failures.len(), 1);
    let failure = &run.failures[0];
    assert_eq!((&*failure.model, &*failure.entity.shown), ("sums", "h9"));
    assert_eq!(engine.package().texts().text(failure.at), "sum x from visits");
    assert!(run.warnings.iter().all(|warning| &*warning.about.shown != "h9" || warning.known < failure.known));
    assert!(run.warnings.iter().any(|warning| &*warning.about.shown == "h9"));
    assert!(run.warnings.iter().any(|warning| &*warning.about.shown != "h9" && warning.known > failure.known));
}

#[test]
fn parameters_are_set_and_checked() {
    let set = |name: &str, value: i64| RunOptions {
        set: [(name.to_owned(), watchfire_stdlib::value::Value::Int(value))].into(),
        ..RunOptions::default()
    };
    let lax = run(&set("often.least", 1), 1);
    let strict = run(&set("often.least", 5), 1);
    let count = |run: &Run| run.warnings.iter().filter(|warning| &*warning.model == "often").count();
    assert!(count(&lax) > count(&strict));
    assert_eq!(lax.parameters["often.least"], "1");
    let error = |options: &RunOptions| engine().run(&sources(1), options).unwrap_err().to_string();
    assert_eq!(error(&set("often.least", 6)), "the value is outside the range of parameter `often.least`");
    assert_eq!(error(&set("often.lest", 2)), "there is no parameter `often.lest`; did you mean `often.least`?");
    let only = RunOptions { only: vec!["oftn".into()], ..RunOptions::default() };
    assert_eq!(error(&only), "there is no model `oftn`; did you mean `often`?");
}

#[test]
fn results_are_written_in_every_form() {
    let run = run(&RunOptions::default(), 1);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["w.parquet", "w.arrow", "w.csv", "w.ndjson"] {
        run.write_warnings(path(name)).unwrap();
        run.write_findings(path(&format!("findings_{name}"))).unwrap();
    }
    let read = ParquetReader::new(std::fs::File::open(path("w.parquet")).unwrap()).finish().unwrap();
    assert!(read.equals_missing(&run.warnings_frame().unwrap()));
    assert_eq!(read.height(), run.warnings.len());
    let times = read.column("time").unwrap();
    assert_eq!(times.dtype(), &DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)));

    let lines = std::fs::read_to_string(path("w.ndjson")).unwrap();
    assert_eq!(lines.lines().count(), run.warnings.len());
    for (line, warning) in lines.lines().zip(&run.warnings) {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["model"], *warning.model);
        assert_eq!(object["id"], warning.id);
        for fact in &warning.facts {
            assert_eq!(object["facts"][&*fact.name]["text"], fact.text);
        }
    }
    let often = run.warnings.iter().find(|warning| &*warning.model == "often").unwrap();
    let object: serde_json::Value = serde_json::from_str(&run.warning_json(often)).unwrap();
    assert_eq!(object["facts"]["visits_here"]["value"], 2);
    assert_eq!(object["dispatch"], "living");
    assert!(object["time"].as_str().unwrap().ends_with("T02:00:00+08:00"), "{object}");

    let mut table = csv::Reader::from_path(path("w.csv")).unwrap();
    assert_eq!(table.records().count(), run.warnings.len());
    let mut table = csv::Reader::from_path(path("findings_w.csv")).unwrap();
    assert_eq!(table.records().count(), run.findings.len());
    let names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 8, "no partial file is left: {names:?}");
    assert!(run.write_warnings(path("w.xlsx")).is_err());
    assert!(run.write_warnings(folder.path().join("no/such/folder/w.csv")).is_err());
}

/// A Parquet file of rows in order of time, in groups of a hundred.
fn parquet_of_days(folder: &std::path::Path, days: i64) -> std::path::PathBuf {
    let many = days * 20;
    let hour = |row: i64| 1_704_067_200_000_000 + row * 72 * 60_000_000;
    let mut frame = polars::df!(
        "home" => (0..many).map(|row| format!("h{}", row % 7)).collect::<Vec<_>>(),
        "n" => (0..many).collect::<Vec<_>>(),
        "time" => (0..many).map(hour).collect::<Vec<_>>(),
    )
    .unwrap();
    let wall = DataType::Datetime(TimeUnit::Microseconds, None);
    frame.apply("time", |time| time.cast(&wall).unwrap()).unwrap();
    let path = folder.join("visits.parquet");
    let file = std::fs::File::create(&path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(100)).finish(&mut frame).unwrap();
    path
}

/// Rows that are older than all windows, and those after the range, are not read where the footer says so.
#[test]
fn row_groups_that_do_not_matter_are_not_read() {
    let text = |condition: &str| {
        format!(
            "entity Home key Text\nsource visits events at time {{\n owner \"o\"\n allows test\n home : Home\n n : Int\n time : \
             Time\n}}\nmodel m for Home {{\n category c\n purpose test\n basis \"b\"\n on visits as r\n warn when \
             {condition} {{ yellow otherwise message \"{{r.n}}\" }}\n}}\n"
        )
    };
    let manifest = "[package]\nname = \"groups\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    let folder = tempfile::tempdir().unwrap();
    let path = parquet_of_days(folder.path(), 100);
    let sources = Sources::new().file("visits", &path, FileOptions::default());
    let day = 86_400_000_000;
    let range = (1_704_067_200_000_000 + 50 * day, 1_704_067_200_000_000 + 52 * day);
    let conditions = [
        ("(count from visits over last 3 days) >= 9", 200),
        ("(count from visits over previous week) >= 9", 500),
        ("r.n % 3 == 1", 200),
        ("(count from visits) >= 9", 2000),
        ("r.n - r.before(3).n > 0", 2000),
        ("((count from visits over last 1 day) as of (now - 20 days)) >= 1", 2000),
    ];
    for (condition, read) in conditions {
        let engine = Engine::new(Package::from_texts(manifest, [("groups.watch", text(condition))]).unwrap());
        let (from, to) = (Some(range.0), Some(range.1));
        let some = engine.run(&sources, &RunOptions { from, to, ..RunOptions::default() }).unwrap();
        // With an open range all rows are read.
        let all = engine.run(&sources, &RunOptions { from, ..RunOptions::default() }).unwrap();
        let known = |run: &Run| -> Vec<String> {
            let within = run.warnings.iter().filter(|warning| warning.known <= range.1);
            within.map(|warning| format!("{warning:?}")).collect()
        };
        assert!(!known(&some).is_empty());
        assert_eq!(known(&some), known(&all), "{condition}");
        let rows = |run: &Run| run.inputs.iter().map(|input| (input.rows, input.skipped)).collect::<Vec<_>>();
        assert_eq!((rows(&some), rows(&all)), (vec![(2000, 2000 - read)], vec![(2000, 0)]), "{condition}");
    }
}
