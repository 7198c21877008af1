//! Time zones that are looked up, wall times that wrap past midnight, `given` rows.

use super::*;
use crate::sources::{GivenRows, Input};
use polars::prelude::df;
use watchfire_dsl::program::LoadZone;

/// Flights as the publisher writes them: a date, local hours and minutes, the zone on the airport's wall.
fn flights() -> Program {
    let mut airport = column("airport", PERSON);
    airport.unique = true;
    let airports = source("airports", vec![airport, optional("zone", Kind::Text)], timeless());
    let lookup_by = |entity: u32| {
        Some(LoadZone::Lookup { entity: ColumnId(entity), source: SourceId(1), by: ColumnId(0), column: ColumnId(1) })
    };
    let mut dep = column("dep", Kind::Time);
    dep.load.from = vec!["date".into(), "dep".into()];
    dep.load.via = lookup("clock.hhmm");
    dep.load.zone = lookup_by(0);
    let mut arr = optional("arr", Kind::Time);
    arr.load.from = vec!["date".into(), "arr".into()];
    arr.load.via = lookup("clock.hhmm");
    arr.load.zone = lookup_by(1);
    arr.load.after = Some(ColumnId(2));
    let columns = vec![column("origin", PERSON), column("dest", PERSON), dep, arr];
    program(vec![source("flights", columns, events(2)), airports])
}

#[test]
fn local_times_of_two_airports() {
    let airports = df!(
        "airport" => ["EWR", "LAX", "XXX"],
        "zone" => ["America/New_York", "America/Los_Angeles", "Mars/Olympus"]
    )
    .unwrap();
    let flights_frame = df!(
        "origin" => ["EWR", "LAX", "EWR", "EWR", "XXX", "EWR", "EWR"],
        "dest" => ["LAX", "EWR", "XXX", "BQN", "EWR", "LAX", "LAX"],
        "date" => ["2013-01-01", "2013-01-01", "2013-01-02", "2013-01-03", "2013-01-04", "2013-01-05", "2013-01-06"],
        "dep" => [Some(517_i64), Some(2205), Some(600), Some(700), Some(800), Some(2400), None],
        "arr" => [Some(830_i64), Some(615), Some(900), Some(1000), Some(1100), None, Some(1200)],
    )
    .unwrap();
    let program = flights();
    let sources = Sources::new().frame("flights", flights_frame).frame("airports", airports);
    let store = load_all(&program, &sources);
    let table = store.table(SourceId(0)).unwrap();
    let time = |text: &str| Value::Time(at(text));
    assert_eq!(
        cells(table, 2),
        [
            time("2013-01-01T05:17:00-05:00"),
            time("2013-01-01T22:05:00-08:00"),
            time("2013-01-02T06:00:00-05:00"),
            time("2013-01-03T07:00:00-05:00"),
            time("2013-01-06T00:00:00-05:00"),
        ]
    );
    assert_eq!(
        cells(table, 3),
        [
            time("2013-01-01T08:30:00-08:00"),
            time("2013-01-02T06:15:00-05:00"), // moved after the departure
            Value::Missing,                    // a zone that is no zone
            Value::Missing,                    // an airport that the table lacks
            Value::Missing,
        ]
    );
    assert_eq!(
        rejected(&store.rejects),
        ["dep missing Row 1", "dep no_zone Row 1", "arr no_zone Cell 2"]
            .map(str::to_owned)
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
}

#[test]
fn skipped_and_repeated_wall_times_move_as_the_calendar_says() {
    let mut time = column("time", Kind::Time);
    time.load.zone = Some(LoadZone::Fixed("America/New_York".parse().unwrap()));
    let program = program(vec![source("s", vec![time], events(0))]);
    let frame = df!("time" => ["2024-03-10 02:30", "2024-11-03 01:30", "1950-01-01 00:00"]).unwrap();
    let (table, _) = load_frame(&program, frame);
    let expected = [at("1950-01-01T00:00:00-05:00"), at("2024-03-10T03:30:00-04:00"), at("2024-11-03T01:30:00-04:00")];
    assert_eq!(table.time.as_deref(), Some(&expected[..]));
    assert_eq!(table.known.as_deref(), Some(&expected[..]));
}

#[test]
fn rows_given_in_a_test() {
    let mut keyed = events(2);
    keyed.key = vec![ColumnId(0)];
    let columns =
        vec![column("serial", Kind::Int), column("home", HOME), column("time", Kind::Time), column("x", Kind::Int)];
    let program = program(vec![source("access", columns, keyed)]);
    let given = GivenRows {
        columns: vec![ColumnId(1), ColumnId(2)],
        rows: vec![
            vec![text("青年中路1号3幢 501"), Value::Time(5)],
            vec![text("青年中路1号3幢501室"), Value::Time(4)],
            vec![text("-"), Value::Time(6)],
        ],
    };
    let mut sources = Sources::new().others_empty();
    sources.inputs.insert("access".into(), Input::Given(vec![given]));
    let store = load_all(&program, &sources);
    let table = store.table(SourceId(0)).unwrap();
    assert_eq!(cells(table, 0), [Value::Int(2), Value::Int(1)], "a key not named is the row's number");
    assert_eq!(cells(table, 3), [Value::Missing, Value::Missing], "a column not named is missing, without a reject");
    assert_eq!(cells(table, 1)[0], cells(table, 1)[1]);
    assert_eq!(rejected(&store.rejects), ["home no_entity Row 1"]);
}
