//! Compiled code gives what the interpreter gives of states, of their starts and ends, of unions, and in windows of the
//! calendar.

use super::compiled::{SOURCES as VISITS, as_planned, chrono_text, homes, said, visits};
use polars::df;
use polars::prelude::DataFrame;
use std::fmt::Write;
use watchfire_engine::{Compile, Engine, Package, RunOptions, Sources};

/// Beside those of [`super::compiled`].
const SOURCES: &str = r#"
entity Person key Text
entity Guest key (Person, Home)
source stays state since..until {
    owner "o"
    allows test
    order (n)
    EXPECT
    n     : Int
    home  : Home?
    guest : Person?
    x     : Int?
    w     : Float?
    since : Time
    until : Time? AHEAD
    recorded : Time? recorded
}
source doors events at time {
    owner "o"
    allows test
    order (n)
    n    : Int
    home : Home?
    x    : Int?
    w    : Float?
    note : Text?
    time : Time
    recorded : Time? recorded
}
source homes {
    owner "o"
    allows test
    home  : Home unique
    area  : Float?
    x     : Int?
    large : Bool?
}
source seen = visits { home, x, w, note, area = home.homes.area, time }
    | doors { home, x, w, note, area = home.homes.area, time }
fact often for Guest = count from stays over last 1 day
fact heavy for Guest = any from stays where w > 1.0
fact nights for Guest = count distinct night(since) from starts of stays over last 2 days
source held = stays { home, x, w, since, until } | stays { home, x = x + 1, w, since, until }
"#;

/// What models on a grid ask of states, of their starts and ends, and of unions.
const AT_INSTANTS: [&str; 44] = [
    "(count from stays) > 1",
    "(count distinct guest from stays where x > 1) >= 2",
    "(sum w from stays over last 6 h) > 2.5",
    "(mean x from stays over this day) > 3.0",
    "(first x from stays) < (last x from stays)",
    "(max w from stays over 6 h before last 2 h) > 1.0",
    "(min w from stays) < 0.2 and (count from stays) > 0",
    "(any from stays where x > 4) and (count from visits over last 2 h) > 0",
    "(stddev x from stays over last 3 h) > 1.0",
    "(the x from stays) > 3",
    "(count from stays) == 0 and (count from stays over previous day) > 1",
    "(count from starts of stays over last 6 h) > 1",
    "(last x from ends of stays over last 1 day) > 2",
    "(count from seen over last 3 h) > 2",
    "(count distinct note from seen over last 12 h) >= 3",
    "(max area from seen over last 6 h) > 20.0",
    "(count from held) > 3",
    "(last time from seen where x > 2) > (last time from visits)",
    "(count from visits over last 1 month) > 3",
    "(sum w from stays over last 2 days) > (sum w from visits over this week)",
    "(median x from visits over last 1 day) > 2.0 and (count from visits over last 2 h) > 0",
    "(quantile(0.9) w from stays) > 0.7",
    "(most common note from visits over last 1 day) == \"b\"",
    "(most common x from stays where w < 1.0) > 3",
    "(last note from visits) != \"a\" and (first note from visits) is not missing",
    "(the large from homes) and (min note from visits over last 6 h) > \"a\"",
    "(none from visits where x > 4 over last 6 h) and (any from stays where x > 2)",
    "(all x > 1 from visits over last 3 h) and (count from visits over last 3 h) > 1",
    "(none x < 3 from stays) and (count from stays) > 1",
    "(count distinct w from visits over last 1 day) > 3",
    "(count distinct paid from visits where x < 3 over last 1 day) - (count distinct w from visits) > 0",
    "(sum x * 2 from visits where x < 100 and x > -100 over last 6 h) > 9",
    "(max w - 0.5 from stays) > 0.1 and (count from visits over last 2 h) > 0",
    "(sum recorded - time from visits over last 1 day) > 1 h or (any from stays where x > 4)",
    "(mean x + 1 from visits over last 3 h) > 4.0",
    "(count distinct w * 2.0 from visits over last 6 h) > 2",
    "(count distinct x % 3 from stays where x >= 0) > 2",
    "(stddev w * w from stays over last 1 day) > 0.5",
    "(min paid + paid from visits over last 6 h) < 3 yuan",
    "(first x ?? 7 from stays over last 3 h) == 7 or (max abs(x) from visits over last 12 h) > 8",
    "(count from Guest in stays) > 1",
    "(count from Guest in stays where often > 1 and not heavy over last 6 h) > 0",
    "(count from Guest in stays where nights >= 1 or heavy) >= 2",
    "(count from Guest in stays where nights >= 1) + (count from visits over last 2 h) > 2",
];

/// What models at rows ask: each with the rows that trigger it.
const AT_ROWS: [(&str, &str); 20] = [
    ("visits", "(count from stays) > 1"),
    ("visits", "(sum x from stays where x > 2 over last 1 day) > 6"),
    ("visits", "(last x from stays over this day) > 3 and r.x > 1"),
    ("visits", "(count from visits over this day) > 3"),
    ("visits", "(sum x from visits where x < 9 over previous day) > 3"),
    ("visits", "(count from visits over last 1 month) > 5"),
    ("visits", "(count from seen over last 6 h) > 3"),
    ("visits", "(count from starts of stays over last 6 h) > 1 or r.w > 1.0"),
    ("stays", "r.x > 3"),
    ("stays", "(count from stays) > 1"),
    ("stays", "r.x > r.before.x"),
    ("stays", "(count from stays of r.guest) > 1 and r.x > 1"),
    ("stays", "(mean w from stays over last 12 h) > 0.5"),
    ("starts of stays", "r.x > 3 and (count from stays) > 1"),
    ("ends of stays", "r.x > 2"),
    ("ends of stays", "(count from stays) < (count from ends of stays over last 6 h)"),
    ("seen", "r.x > 4"),
    ("seen", "r.area > 20.0 and r.before.area > r.area"),
    ("seen", "r.note == \"d\" or r.note == r.before.note"),
    ("seen", "(count from seen over last 3 h) > 2 and r.w < 1.0"),
];

/// Of the sequences the steps are starts and ends, too.
const SEQUENCES: [&str; 2] = [
    "a from starts of stays where x > 1 then b from ends of stays where b.w > a.w within 6 h",
    "a from visits where x > 1 then b from starts of stays where b.x > 2 within 6 h without ends of stays where x > 3",
];

fn sources(ahead: &str, expect: &str) -> String {
    VISITS.to_owned() + &SOURCES.replace("AHEAD", ahead).replace("EXPECT", expect)
}

fn engine(ahead: &str, expect: &str) -> Engine {
    let mut text = sources(ahead, expect);
    let mut model = |name: String, head: &str, trigger: &str, condition: &str, message: &str| {
        let warn = if condition.is_empty() { String::new() } else { format!("when {condition} ") };
        let head = format!("model {name} for Home{head} {{\n category c\n purpose test\n basis \"b\"\n");
        writeln!(text, "{head} {trigger}\n warn {warn}{{ yellow otherwise message \"{message}\" }}\n}}").unwrap();
    };
    for (number, condition) in AT_INSTANTS.iter().enumerate() {
        model(format!("i{number}"), " in homes", "every 1 h", condition, "{homes.x}");
    }
    for (number, (source, condition)) in AT_ROWS.iter().enumerate() {
        model(format!("r{number}"), "", &format!("on {source} as r"), condition, "{r.x}");
    }
    for (number, sequence) in SEQUENCES.iter().enumerate() {
        model(format!("s{number}"), "", &format!("match {sequence}"), "", "{a.x} {b.x}");
    }
    let manifest = "[package]\nname = \"all\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    Engine::new(Package::from_texts(manifest, [("all.watch", text)]).unwrap())
}

/// States about nine homes; one in three is open, some end before they begin.
fn stays(rows: i64, late: i64) -> DataFrame {
    let mut state = 5_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as i64
    };
    let (mut home, mut guest, mut x, mut w) = (vec![], vec![], vec![], vec![]);
    let (mut since, mut until, mut recorded) = (vec![], vec![], vec![]);
    for row in 0..rows {
        home.push((draw(20) > 0).then(|| format!("h{}", draw(9))));
        guest.push((draw(9) > 0).then(|| format!("p{}", draw(5))));
        x.push((draw(9) > 0).then(|| draw(6)));
        w.push((draw(9) > 0).then(|| [0.1, 0.25, 0.7, 1.5][draw(4) as usize]));
        let at = 1_709_200_000 + (row / 2) * 700 + draw(900);
        since.push(chrono_text(at));
        until.push((draw(3) > 0).then(|| chrono_text(at + draw(40_000) - 200)));
        recorded.push((late > 0 && row % late == 0).then(|| chrono_text(at + 5_000)));
    }
    let n: Vec<i64> = (0..rows).collect();
    df!("n" => n, "home" => home, "guest" => guest, "x" => x, "w" => w, "since" => since, "until" => until, "recorded" => recorded)
        .unwrap()
}

/// Rows like visits.
fn doors(visits: &DataFrame) -> DataFrame {
    visits.drop("paid").unwrap()
}

/// Runs with and without compiled code, which have to say the same; gives the latter's findings by model.
fn both(engine: &Engine, sources: &Sources, told: &str) -> Vec<(String, usize)> {
    let run = |compile| {
        let options = RunOptions { compile, partitions: Some(3), ..RunOptions::default() };
        engine.run(sources, &options).unwrap()
    };
    let (compiled, interpreted) = (run(Compile::Always), run(Compile::Never));
    for (own, other) in compiled.models.iter().zip(&interpreted.models) {
        let of = |run: &watchfire_engine::Run| {
            let own: Vec<_> = run.findings.iter().filter(|finding| finding.model == own.model).collect();
            format!("{own:?}")
        };
        assert_eq!(of(&compiled), of(&interpreted), "{} {told}", own.model);
        assert_eq!((own.evaluations, &own.model), (other.evaluations, &other.model), "{told}");
    }
    assert_eq!(said(&compiled), said(&interpreted), "{told}");
    assert!(interpreted.inputs.iter().all(|input| input.rows < 400) || as_planned(engine, &compiled));
    interpreted.models.iter().map(|model| (model.model.to_string(), model.findings)).collect()
}

#[test]
fn of_states_edges_and_unions_it_says_what_the_interpreter_says() {
    for (ahead, expect) in [("", ""), ("known ahead", ""), ("", "expect every 2 h")] {
        let engine = engine(ahead, expect);
        for model in &engine.plan().models {
            // In a window of their own guests of a source that may be silent are left to the interpreter.
            assert!(model.compiled.is_some() || !expect.is_empty(), "{model:?}");
            let partly = ["s0", "s1"].contains(&&*model.name);
            // A part that computes from a number is not one table with the other.
            let computed = model.name == "i16";
            assert!(model.interpreted.is_empty() || partly || computed || !expect.is_empty(), "{model:?}");
        }
        for (rows, late) in [(0, 0), (1, 0), (400, 0), (400, 17), (400, 1)] {
            let sources = Sources::new().frame("visits", visits(rows, late)).frame("homes", homes());
            let sources = sources.frame("stays", stays(rows, late)).frame("doors", doors(&visits(rows / 2 + 1, late)));
            let found = both(&engine, &sources, &format!("{ahead} {expect} {rows} rows, one in {late} late"));
            assert!(
                rows < 400 || !expect.is_empty() || found.iter().filter(|(_, findings)| *findings == 0).count() < 3,
                "{found:?}"
            );
        }
    }
}

/// A month before the 31st at one in the morning lies before a month before the 30th at eleven in the evening.
#[test]
fn windows_of_months_may_go_back() {
    let mut text = sources("", "");
    for (name, trigger, condition) in [
        ("grid", "in visits { every 1 h", "(count from visits over last 1 month) > 20"),
        ("gap", "in visits { every 1 h", "(sum x from visits over 1 day before last 1 month) > 2"),
        ("rows", "{ on visits as r", "(count from visits over last 1 month) > 20"),
        ("held", "in visits { every 1 h", "(count from stays over 1 day before last 1 month) > 1"),
    ] {
        let (head, trigger) = trigger.split_once('{').unwrap();
        let head = format!("model {name} for Home {head} {{\n category c\n purpose test\n basis \"b\"\n{trigger}\n");
        writeln!(
            text,
            "{head} let told = {condition}\n warn when told {{ yellow otherwise message \"{{told}}\" }}\n}}"
        )
        .unwrap();
    }
    let manifest = "[package]\nname = \"months\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    let engine = Engine::new(Package::from_texts(manifest, [("months.watch", text)]).unwrap());
    // From January to April, a row an hour and a half about three homes.
    let rows = 0..1_600_i64;
    let at = |row: &i64| chrono_text(1_705_000_000 + row * 5_400);
    let home = |row: &i64| format!("h{}", row * row % 7 % 3);
    let time: Vec<String> = rows.clone().map(|row| at(&row)).collect();
    let home: Vec<String> = rows.clone().map(|row| home(&row)).collect();
    let nothing: Vec<Option<String>> = rows.clone().map(|_| None).collect();
    let end: Vec<Option<String>> = rows.clone().map(|row| (row % 4 > 0).then(|| at(&(row + row % 9)))).collect();
    let n: Vec<i64> = rows.clone().collect();
    let x: Vec<i64> = rows.map(|row| row % 5).collect();
    let visits = df!("n" => &n, "home" => &home, "x" => &x, "w" => &nothing, "paid" => &nothing, "note" => &nothing,
        "time" => &time, "recorded" => &nothing);
    let stays = df!("n" => &n, "home" => &home, "guest" => &nothing, "x" => &x, "w" => &nothing, "since" => &time,
        "until" => end, "recorded" => &nothing);
    let sources =
        Sources::new().frame("visits", visits.unwrap()).frame("stays", stays.unwrap()).frame("homes", homes());
    let sources = sources.frame("doors", doors(&super::compiled::visits(0, 0)));
    let found = both(&engine, &sources, "");
    assert!(found.iter().all(|(_, findings)| *findings > 0), "{found:?}");
}
