//! Compiled code gives what the interpreter gives: for cells that are missing, infinite or at the ends of their range, for
//! models that fail, and for rows that became known late.

use super::package;
use polars::df;
use polars::prelude::DataFrame;
use std::fmt::Write;
use watchfire_engine::{Compile, Engine, Run, RunOptions, Sources};

/// What conditions are made of: whole numbers, numbers, money, texts, and rows about the same home.
const CONDITIONS: [&str; 37] = [
    "r.x + 1 > 3",
    "r.x * r.x >= 16",
    "-r.x < 2",
    "abs(r.x - 5) <= 1",
    "r.x % 3 == 1",
    "7 % r.x == 1",
    "r.w / r.x > 0.5",
    "r.w - r.w == 0.0",
    "r.w * 0.0 is missing",
    "(r.w ?? 2.0) < 2.5",
    "r.x > r.w",
    "r.x is 4 or r.w is missing",
    "not (r.w < 1.0) and r.x in 2..5",
    "r.x in (1, 4, 9)",
    "r.paid > 10 yuan",
    "r.paid / (r.paid + r.paid) == 0.5",
    "r.note == \"b\" or r.note > \"c\"",
    "hour(r.time) in 22..6",
    "r.time - r.before.time < 3 h",
    "r.x > r.before(2).x",
    "(count from visits over last 2 h) > 1",
    "(count distinct note from visits where x > 2 over last 1 day) >= 2",
    "(sum w from visits over last 6 h) > 2.5",
    "(mean w from visits over 3 h before last 1 h) < 1.0",
    "(sum x from visits where w > 0.2) > 6",
    "(any from visits where paid > 5 yuan and note != \"a\" over last 90 min)",
    "(stddev w from visits over last 6 h) > 0.6",
    "(stddev x from visits where x < 100 and x > -100 over last 1 day) < 2.5",
    "(mean x from visits over last 2 h) >= 3.5",
    "(max x from visits over last 2 h) - (min x from visits over last 2 h) > 5",
    "(min w from visits where x > 1 over last 3 h) < 0.2",
    "(first paid from visits over last 4 h) < (last paid from visits over last 4 h)",
    "(last x from visits where w > 1.0) is missing",
    "r.time - (max time from visits over 6 h before last 1 min) < 40 min",
    "year(r.time) == 2024 and month(r.time) == 3 and r.x > 1",
    "weekday(r.time) in (5, 6) and minute(r.time) < 30",
    "date(r.time) > 2024-02-29 and day_of_month(r.time) < 2",
];

pub(crate) const SOURCES: &str = r#"
entity Home key Text
source visits events at time {
    owner "o"
    allows test
    order (n)
    n    : Int
    home : Home?
    x    : Int?
    w    : Float?
    paid : Money?
    note : Text?
    time : Time
    recorded : Time? recorded
}
"#;

/// Those of them that are about the row alone.
const ABOUT_THE_ROW: usize = 18;

fn engine(sources: &str) -> Engine {
    engine_of(sources, &CONDITIONS)
}

/// A model for each condition, with a level rule that reads another one.
fn engine_of(sources: &str, conditions: &[&str]) -> Engine {
    let mut text = String::from(sources);
    for (number, condition) in conditions.iter().enumerate() {
        let other = conditions[(number + 5) % conditions.len()];
        let model = format!(
            "model m{number} for Home {{\n category c\n purpose test\n basis \"b\"\n let told = {condition}\n on visits as r \
             where r.n >= 0\n warn when told {{\n red when {other}\n yellow otherwise\n message \"{{r.n}}: {{told}}\"\n }}\n}}\n"
        );
        text.write_str(&model).unwrap();
    }
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    Engine::new(watchfire_engine::Package::from_texts(manifest, [("small.watch", text)]).unwrap())
}

/// Rows drawn by a linear congruence; one in `late` became known later than it happened.
pub(crate) fn visits(rows: i64, late: i64) -> DataFrame {
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let numbers = [0.1, 0.25, 0.7, 1.5, -3.0, 0.0, f64::INFINITY, 1e300];
    let wholes = [0, 1, 2, 4, 5, 9, -1, i64::MAX, i64::MIN];
    let some = |there: u64| there > 0;
    let (mut home, mut x, mut w, mut paid, mut note) = (vec![], vec![], vec![], vec![], vec![]);
    let (mut time, mut recorded) = (vec![], vec![]);
    for row in 0..rows {
        home.push(some(draw(40)).then(|| format!("h{}", draw(9))));
        // The ends of the range make models fail; most homes never see them.
        let most = if draw(30) == 0 { wholes.len() } else { 7 };
        x.push(some(draw(9)).then(|| wholes[draw(most as u64) as usize]));
        w.push(some(draw(9)).then(|| numbers[draw(8) as usize]));
        paid.push(some(draw(9)).then(|| draw(20) as i64));
        note.push(some(draw(9)).then(|| ["a", "b", "bb", "d"][draw(4) as usize]));
        let at = 1_709_200_000 + (row / 2) * 700 + draw(900) as i64;
        let shown = |seconds: i64| chrono_text(seconds);
        time.push(shown(at));
        recorded.push((late > 0 && row % late == 0).then(|| shown(at + 5_000)));
    }
    let n: Vec<i64> = (0..rows).collect();
    df!("n" => n, "home" => home, "x" => x, "w" => w, "paid" => paid, "note" => note, "time" => time, "recorded" => recorded)
        .unwrap()
}

/// Seconds since 1970 as UTC.
pub(crate) fn chrono_text(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let date = watchfire_stdlib::zone::calendar_date(i32::try_from(days).unwrap()).unwrap();
    format!("{date}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

pub(crate) fn run(engine: &Engine, visits: &DataFrame, compile: Compile) -> Run {
    let options = RunOptions { compile, partitions: Some(3), ..RunOptions::default() };
    engine.run(&Sources::new().frame("visits", visits.clone()), &options).unwrap()
}

/// Everything that a run says of its models.
pub(crate) fn said(run: &Run) -> String {
    let models: Vec<_> = run.models.iter().map(|model| (&model.model, model.evaluations, model.findings)).collect();
    format!("{models:?}\n{:?}\n{:?}\n{:?}", run.findings, run.warnings, run.failures)
}

/// The same sources, one of which is known to have been silent now and then: as a whole, or for texts.
fn with_silences() -> [String; 2] {
    ["expect every 20 min", "expect every 3 h per note"]
        .map(|expect| SOURCES.replace("order (n)", &format!("order (n)\n    {expect}")))
}

#[test]
fn what_it_decides_is_what_the_interpreter_decides() {
    decides_as_the_interpreter(&engine(SOURCES));
}

#[test]
fn what_it_decides_of_sources_that_may_be_silent() {
    with_silences().iter().for_each(|sources| decides_as_the_interpreter(&engine(sources)));
}

/// Compiled code served the models for which it was planned, and no others.
pub(crate) fn as_planned(engine: &Engine, run: &Run) -> bool {
    let plan = engine.plan();
    let planned = |name: &str| plan.models.iter().find(|model| model.name == name).unwrap().compiled.is_some();
    run.models.iter().all(|model| model.compiled == planned(&model.model))
}

fn decides_as_the_interpreter(engine: &Engine) {
    let screened = engine.plan().models.iter().filter(|model| model.compiled.is_some()).count();
    assert_eq!(screened, CONDITIONS.len());
    for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
        let visits = visits(rows, late);
        let (compiled, interpreted) = (run(engine, &visits, Compile::Always), run(engine, &visits, Compile::Never));
        assert_eq!(said(&compiled), said(&interpreted), "{rows} rows, one in {late} late");
        assert!(rows == 0 || as_planned(engine, &compiled) && interpreted.models.iter().all(|model| !model.compiled));
        assert!(rows < 400 || interpreted.models.iter().filter(|model| model.findings > 0).count() > 20);
        assert!(rows < 400 || !interpreted.failures.is_empty());
    }
}

/// Nothing else is read of the rows' timeline, so that it is in order for the rows that are left, or for all once a model
/// fails; blocks are short, so that some come before that.
#[test]
fn models_about_single_rows_need_no_other_rows_in_order() {
    let engine = engine_of(SOURCES, &CONDITIONS[..ABOUT_THE_ROW]);
    for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
        let sources = Sources::new().frame("visits", visits(rows, late));
        let run = |compile| {
            let block = Some(3 * 3_600_000_000);
            let options = RunOptions { compile, block, partitions: Some(3), ..RunOptions::default() };
            engine.run(&sources, &options).unwrap()
        };
        let (compiled, interpreted) = (run(Compile::Always), run(Compile::Never));
        assert_eq!(said(&compiled), said(&interpreted), "{rows} rows, one in {late} late");
        assert!(rows < 400 || interpreted.models.iter().filter(|model| model.findings > 0).count() > 12);
        assert!(rows < 400 || !interpreted.failures.is_empty());
    }
}

#[test]
fn it_serves_large_tables_by_itself() {
    let engine = engine(SOURCES);
    let visits = visits(12_000, 0);
    assert_eq!(said(&run(&engine, &visits, Compile::WhereItPays)), said(&run(&engine, &visits, Compile::Never)));
}

/// What `on` models ask of the guest that the row names, of rows in other tables about its home, and of registers.
const JOINED: [&str; 14] = [
    "(count from visits of r.guest over last 6 h) > 1",
    "(count distinct home from visits of r.guest over last 1 day) >= 2",
    "r.guest.comings > 2",
    "r.guest.often and r.x > 1",
    "r.guest.weight * 2.0 > 3.0",
    "(count from calls of r.guest over last 1 day) > 1",
    "(sum units from calls of r.guest where units > 2) > 6",
    "(last units from calls of r.guest over 1 day before last 2 h) is missing",
    "r.guest.people.age > 40",
    "r.guest.people.age is missing and (count from visits over last 1 day) > 2",
    "homes.area > 20.0",
    "(count from meters over last 1 day) > 3",
    "(sum used from meters where used > 1 over last 12 h) > 4 or r.w > 1.0",
    "(count from visits of r.guest) > (count from visits)",
];

const OTHERS: &str = r#"
entity Person key Text
source calls events at time {
    owner "o"
    allows test
    person : Person?
    units  : Int?
    time   : Time
    recorded : Time? recorded
}
source meters events at time {
    owner "o"
    allows test
    home : Home
    used : Int?
    time : Time
}
source people {
    owner "o"
    allows test
    person : Person unique
    age    : Int?
}
fact comings for Person = count from visits over last 1 day
fact often for Person = (count from visits over last 6 h) > 1 and (count from calls over last 1 day) > 0
fact weight for Person = mean w from visits over last 1 day
"#;

/// Of a table: whose rows, two numbers, times.
fn rows_about(names: (&str, &[&str]), column: &str, (rows, late): (i64, i64)) -> DataFrame {
    let mut state = 11_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut who, mut number, mut time, mut recorded) = (vec![], vec![], vec![], vec![]);
    for row in 0..rows {
        who.push(names.1[draw(names.1.len() as u64) as usize]);
        number.push((draw(9) > 0).then(|| draw(6) as i64));
        let at = 1_709_200_000 + row * 900 + draw(900) as i64;
        time.push(chrono_text(at));
        recorded.push((late > 0 && row % late == 0).then(|| chrono_text(at + 9_000)));
    }
    df!(names.0 => who, column => number, "time" => time, "recorded" => recorded).unwrap()
}

#[test]
fn what_it_decides_of_entities_that_rows_name_is_what_the_interpreter_decides() {
    let sources = SOURCES.replace("x    : Int?", "guest : Person?\n    x    : Int?");
    let homes = "source homes {\n owner \"o\"\n allows test\n home : Home unique\n area : Float?\n}\n";
    let engine = engine_of(&format!("{sources}{OTHERS}{homes}"), &JOINED);
    let plan = engine.plan();
    for model in &plan.models {
        assert!(model.compiled.is_some() && model.interpreted.is_empty(), "{model:?}");
    }
    let guests = ["p0", "p1", "p2", "p3", "p4"];
    let people = df!(
        "person" => ["p0", "p1", "p3", "nobody"],
        "age" => [Some(17_i64), Some(70), None, Some(41)],
    );
    let homes = df!("home" => ["h0", "h1", "h2", "h5"], "area" => [Some(12.5), Some(40.0), None, Some(21.0)]);
    let (people, homes) = (people.unwrap(), homes.unwrap());
    for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
        let mut visits = visits(rows, late);
        let guest = |row: i64| (row % 7 != 3).then(|| guests[(row * row % 11 % 5) as usize]);
        let named: Vec<Option<&str>> = (0..rows).map(guest).collect();
        visits.with_column(polars::prelude::Column::new("guest".into(), named)).unwrap();
        let calls = rows_about(("person", &guests), "units", (rows, late));
        let meters = rows_about(("home", &["h0", "h1", "h2", "h3"]), "used", (rows, 0)).drop("recorded").unwrap();
        let sources = Sources::new().frame("visits", visits).frame("calls", calls).frame("meters", meters);
        let sources = sources.frame("people", people.clone()).frame("homes", homes.clone());
        let run = |compile| {
            let options = RunOptions { compile, partitions: Some(3), ..RunOptions::default() };
            engine.run(&sources, &options).unwrap()
        };
        let (compiled, interpreted) = (run(Compile::Always), run(Compile::Never));
        assert_eq!(said(&compiled), said(&interpreted), "{rows} rows, one in {late} late");
        assert!(rows == 0 || as_planned(&engine, &compiled), "{:?}", compiled.models);
        assert!(rows < 400 || interpreted.models.iter().all(|model| model.findings > 0), "{:?}", interpreted.models);
    }
}

/// What models on a grid ask: of visits in windows and calendar units, of the home's line in a register, and what has no
/// compiled form beside it.
const AT_INSTANTS: [&str; 17] = [
    "(count from visits over last 2 h) > 1",
    "(count distinct note from visits where x > 2 over previous day) >= 2",
    "(sum w from visits over this week) > 2.5",
    "(mean w from visits over 5 h before last 3 h) < 1.0",
    "(count from visits where x is not missing) > 9 and homes.large",
    "homes.area > 20.0 and (any from visits where x > 1 over last 6 h)",
    "(count from visits over last 1 day) / homes.area > 0.5",
    "homes.x > 3 or (count from visits over previous month) > 20",
    "(max w from visits over last 1 day) > 1.0 and (count from visits over last 1 day) > 2",
    "(sum x from visits over last 12 h) * 2 > 5",
    "(the total from hourly over last 1 h) > (mean total from hourly over 6 h before last 1 h)",
    "(count from visits over last 1 h) > 0 and (max many from hourly over last 1 day) > 2",
    "(count from hourly where total > 1.0 over last 6 h) > 1 and (stddev spread from hourly over last 1 day) > 0.1",
    "(the best from daily over last 1 day) > 1 and (last steps from daily) >= 2",
    "(sum most from nightly) > 5",
    "(max time from visits) > (max time from visits over 2 h before last 1 h) or (last large_one from hourly) > 8",
    "(count from hourly where most is missing) > 2",
];

const HOMES: &str = r#"
source homes {
    owner "o"
    allows test
    home  : Home unique
    area  : Float?
    x     : Int?
    large : Bool?
}
rows hourly for Home from visits as v per step(v.time, 1 h) {
    total  = sum w
    many   = count
    spread = stddev w
    most   = max x where w > 0.3
    large_one = max x where x < 100
}
rows daily for Home from visits as v where v.note is not "a" per date(v.time) {
    best  = max x
    steps = count distinct note
}
rows nightly for Home from visits as v per night(v.time) { most = count where x > 1 }
"#;

/// A model on a grid for each condition.
fn engine_of_instants(sources: &str) -> Engine {
    let mut text = String::from(sources) + HOMES;
    for (number, condition) in AT_INSTANTS.iter().enumerate() {
        let other = AT_INSTANTS[(number + 5) % AT_INSTANTS.len()];
        let model = format!(
            "model m{number} for Home in homes {{\n category c\n purpose test\n basis \"b\"\n let told = {condition}\n every 1 h\n \
             warn when told {{\n red when {other}\n yellow otherwise\n message \"{{homes.x}}: {{told}}\"\n }}\n}}\n"
        );
        text.write_str(&model).unwrap();
    }
    let manifest = "[package]\nname = \"grid\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    Engine::new(watchfire_engine::Package::from_texts(manifest, [("grid.watch", text)]).unwrap())
}

#[test]
fn what_it_decides_at_instants_is_what_the_interpreter_decides() {
    decides_at_instants_as_the_interpreter(&engine_of_instants(SOURCES), false);
}

#[test]
fn what_it_decides_at_instants_of_sources_that_may_be_silent() {
    // What derived tables of such sources say is left to the interpreter.
    for sources in with_silences() {
        decides_at_instants_as_the_interpreter(&engine_of_instants(&sources), true);
    }
}

/// How homes compare with others: by facts that compiled code works out, by the same twice, and by what has no compiled form.
const COMPARED: [&str; 6] = [
    "(count from visits over last 1 day) > (mean (count from visits over last 1 day) among same (homes.large) at least 2)",
    "(percentile (sum x from visits where x < 100 and x > -100 over this week) among same (1) at least 3) > 0.5",
    "(zscore (mean w from visits where w < 100.0 over last 12 h) among same (1) at least 2) > 0.2",
    "(stddev (count distinct note from visits over last 2 days) among same (homes.large, 1) at least 2) > 0.1",
    "(median (count from hourly over last 1 day) among same (1) at least 2) >= 2.0 and homes.area > 10.0",
    "(mean (median w from visits) among same (homes.large) at least 1) > 0.2 and (any from visits where x > 4 over last 6 h)",
];

#[test]
fn what_homes_compare_is_what_the_interpreter_compares() {
    let mut text = String::from(SOURCES) + HOMES;
    for (number, condition) in COMPARED.iter().enumerate() {
        let model = format!(
            "model m{number} for Home in homes {{\n category c\n purpose test\n basis \"b\"\n every 6 h\n let held = \
             {condition}\n warn when held {{ yellow otherwise message \"{{held}}\" }}\n}}\n"
        );
        text.write_str(&model).unwrap();
    }
    let manifest = "[package]\nname = \"peers\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    let engine = Engine::new(watchfire_engine::Package::from_texts(manifest, [("peers.watch", text)]).unwrap());
    assert!(engine.plan().models.iter().all(|model| model.compiled.is_some()));
    for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
        let run = |compile| {
            let options = RunOptions { compile, partitions: Some(3), ..RunOptions::default() };
            let sources = Sources::new().frame("visits", visits(rows, late)).frame("homes", homes());
            engine.run(&sources, &options).unwrap()
        };
        let (compiled, interpreted) = (run(Compile::Always), run(Compile::Never));
        assert_eq!(said(&compiled), said(&interpreted), "{rows} rows, one in {late} late");
        assert!(rows < 400 || as_planned(&engine, &compiled), "{:?}", compiled.models);
        assert!(rows < 400 || interpreted.models.iter().all(|model| model.findings > 0), "{:?}", interpreted.models);
    }
}

pub(crate) fn homes() -> DataFrame {
    let homes = df!(
        "home" => ["h0", "h1", "h2", "h3", "h4", "h5", "h7", "nobody"],
        "area" => [Some(12.5), None, Some(0.0), Some(40.0), Some(21.0), Some(8.0), Some(90.0), Some(30.0)],
        "x" => [Some(1_i64), Some(4), None, Some(9), Some(0), Some(5), Some(2), Some(7)],
        "large" => [Some(true), Some(false), None, Some(true), Some(true), Some(true), Some(false), Some(true)],
    );
    homes.unwrap()
}

fn decides_at_instants_as_the_interpreter(engine: &Engine, silent: bool) {
    let all = AT_INSTANTS.len();
    let (compiled, finding) = if silent { (all - 3, all / 2) } else { (all, all - 2) };
    let screened = engine.plan().models.iter().filter(|model| model.compiled.is_some()).count();
    assert_eq!(screened, compiled);
    for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
        let visits = visits(rows, late);
        let run = |compile| {
            let options = RunOptions { compile, partitions: Some(3), ..RunOptions::default() };
            let sources = Sources::new().frame("visits", visits.clone()).frame("homes", homes());
            engine.run(&sources, &options).unwrap()
        };
        let (compiled, interpreted) = (run(Compile::Always), run(Compile::Never));
        assert_eq!(said(&compiled), said(&interpreted), "{rows} rows, one in {late} late");
        assert!(rows < 400 || as_planned(engine, &compiled), "{:?}", compiled.models);
        let found = interpreted.models.iter().filter(|model| model.findings > 0).count();
        assert!(rows < 400 || found >= finding, "{:?}", interpreted.models);
        // What may be missing is no fault.
        assert!(rows < 400 || silent || !interpreted.failures.is_empty());
    }
}

#[test]
fn models_that_ask_for_no_fact_are_left_to_the_interpreter() {
    let package = package(
        r#"
        model m for Home in visits {
            category c
            purpose test
            basis "b"
            every day at 02:00
            warn when now > 2024-01-01T00:00 { yellow otherwise }
        }
        "#,
    );
    assert!(Engine::new(package).plan().models[0].compiled.is_none());
}

/// Sequences whose steps speak of themselves, of the step before and of the one before that, with rows that must not be
/// between them or after them.
const SEQUENCES: [&str; 10] = [
    "a from visits where x > 1 then b from visits where b.w > a.w within 6 h",
    "overlapping a from visits where note == \"a\" then b from visits where b.note == a.note",
    "overlapping a from visits then b from visits where b.x == a.x and b.time - a.time > 20 min within 3 h without visits where note == \"d\"",
    "a from visits where x > 1 then b from visits where b.x > a.x then c from visits where c.x > b.x within 1 day",
    "a from visits where w < 1.0 then b from visits where b.x != a.x within 2 h then c from visits where c.x > a.x and c.w > b.w within 2 h",
    "overlapping a from visits where paid > 5 yuan then b from visits where b.paid / a.paid > 0.5 or b.x + a.x > 9 within 12 h without visits where x > 4",
    "overlapping a from visits then b from visits where b.x * a.x > 16 within 2 h without visits without visits where w is missing",
    "a from visits where x > 2 then b from visits where b.w < a.w within 1 day without visits where x is missing without visits where x > 1 within 2 h",
    "overlapping a from visits then b from visits where hour(a.time) in 0..12 and hour(b.time) in 12..24 within 1 day without visits where x > a.x",
    "overlapping a from visits where x > 4 then b from visits where b.x is a.x and (count from visits over last 2 h) > 1",
];

#[test]
fn sequences_that_it_finds_are_those_that_the_interpreter_finds() {
    finds_as_the_interpreter(SOURCES, SEQUENCES.len());
}

#[test]
fn sequences_that_it_finds_in_sources_that_may_be_silent() {
    // What must not be there may have been missed, so that fewer are found.
    with_silences().iter().for_each(|sources| finds_as_the_interpreter(sources, SEQUENCES.len() / 2));
}

fn finds_as_the_interpreter(sources: &str, finding: usize) {
    let mut text = String::from(sources);
    for (number, sequence) in SEQUENCES.iter().enumerate() {
        let model = format!(
            "model m{number} for Home {{\n category c\n purpose test\n basis \"b\"\n match {sequence}\n warn {{ yellow \
             otherwise message \"{{a.n}} {{b.n}}\" }}\n}}\n"
        );
        text.write_str(&model).unwrap();
    }
    let manifest =
        "[package]\nname = \"sequences\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    let engine = Engine::new(watchfire_engine::Package::from_texts(manifest, [("sequences.watch", text)]).unwrap());
    for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
        let visits = visits(rows, late);
        let (compiled, interpreted) = (run(&engine, &visits, Compile::Always), run(&engine, &visits, Compile::Never));
        assert_eq!(said(&compiled), said(&interpreted), "{rows} rows, one in {late} late");
        assert!(rows < 400 || as_planned(&engine, &compiled));
        let found = interpreted.models.iter().filter(|model| model.findings > 0).count();
        assert!(rows < 400 || found >= finding, "{:?}", interpreted.models);
    }
}
