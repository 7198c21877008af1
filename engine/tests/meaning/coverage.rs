//! §4: what may have been missed.

use super::{all_pass, package_in, passes};
use watchfire_engine::{Engine, RunOptions, Sources};

fn model(value: &str, condition: &str) -> String {
    format!(
        "model m for Home in visits {{ category c purpose test basis \"b\"\nlet value = {value}\nevery day at 02:00\n\
         warn when {condition} {{ yellow otherwise message \"{{value}}\" }} }}\n"
    )
}

const SEEN: &str = r#"given visits { home, x, time:
        "a", 1, 2024-02-29T12:00
        "a", 2, 2024-02-29T13:00 }
    at 2024-03-01T02:00"#;

/// With the outage in the window, and without it.
fn check(value: &str, condition: &str, covered: bool, partly: bool) {
    let expect = |warns: bool| if warns { "expect yellow \"a\"" } else { "expect nothing" };
    passes(&format!(
        "{}test m \"covered\" {{ {SEEN}\n outage visits 2024-02-28T00:00..2024-02-29T02:00:00.000001\n {} }}\n\
         test m \"partly covered\" {{ {SEEN}\n outage visits 2024-02-28T00:00..2024-02-29T02:00:00.000002\n {} }}",
        model(value, condition),
        expect(covered),
        expect(partly)
    ));
}

#[test]
fn a_count_may_be_true_but_never_false() {
    check("count from visits over last 1 day", "value >= 2", true, true);
    check("count from visits over last 1 day", "not (value >= 3)", true, false);
    check("count from visits over last 1 day", "value < 3", true, false);
    check("count from visits over last 1 day", "3 > value", true, false);
    check("count from visits over last 1 day", "1 < value", true, true);
    check("count distinct x from visits over last 1 day", "value > 1", true, true);
    check("count from visits over last 1 day", "value + 0 >= 2", true, false);
}

#[test]
fn other_aggregates() {
    check("any x > 1 from visits over last 1 day", "value", true, true);
    check("any x > 2 from visits over last 1 day", "not value", true, false);
    check("none x > 2 from visits over last 1 day", "value", true, false);
    check("none x > 1 from visits over last 1 day", "not value", true, true);
    check("all x > 0 from visits over last 1 day", "value", true, false);
    check("all x > 1 from visits over last 1 day", "not value", true, true);
    check("sum x from visits over last 1 day", "value == 3", true, false);
    check("sum x from visits over last 1 day", "value is missing", false, true);
    check("last x from visits over last 1 day", "value == 2", true, false);
    check("sum x from visits", "value == 3", true, true);
}

#[test]
fn silence_of_a_whole_source_is_an_outage() {
    let text = r#"
        entity Home key Text
        source beats events at time {
            owner "o"
            allows test
            expect every 6 h
            home : Home
            time : Time
        }
        model m for Home in beats {
            category c
            purpose test
            basis "b"
            let quiet = none from beats over last 12 h
            every 6 h
            warn when quiet { yellow otherwise }
        }
        test m "a test's coverage is full" {
            given beats { home, time:
                "a", 2024-03-01T00:00
                "b", 2024-03-02T12:00 }
            expect yellow "a" at 2024-03-01T12:00
            expect yellow "a" at 2024-03-01T18:00
            expect yellow "a" at 2024-03-02T00:00
            expect yellow "a" at 2024-03-02T06:00
            expect yellow "a" at 2024-03-02T12:00
        }
    "#;
    let package = package_in("UTC", text);
    all_pass(package.clone());
    let engine = Engine::new(package);
    let day = engine.package().instant("2024-03-01").unwrap();
    let hour = 3_600_000_000;
    // b is heard every six hours until noon of the first day, a only once; then nobody.
    let homes = ["a", "b", "b", "b"];
    let times: Vec<i64> = [0, 0, 6, 12].iter().map(|hours| day + hours * hour).collect();
    let frame = polars::df!("home" => homes, "time" => times).unwrap();
    let time = polars::prelude::DataType::Datetime(polars::prelude::TimeUnit::Microseconds, None);
    let mut frame = frame;
    let typed = frame.column("time").unwrap().cast(&time).unwrap();
    frame.with_column(typed).unwrap();
    let options = RunOptions { to: Some(day + 48 * hour), ..RunOptions::default() };
    let run = engine.run(&Sources::new().frame("beats", frame), &options).unwrap();
    let warned: Vec<(String, i64)> =
        run.warnings.iter().map(|warning| (warning.about.to_string(), (warning.time - day) / hour)).collect();
    // At 12:00 and 18:00 (six hours after the last beat) the source is covered; later its silence is an outage.
    assert_eq!(warned, [("a".to_owned(), 12), ("a".to_owned(), 18)]);
    assert_eq!(run.stale.len(), 1);
    assert_eq!(run.stale[0].last, Some(day + 12 * hour));
}
