//! Versions, order, timelines and coverage against their definitions in docs/language.md §1 and §4, spelled out here row
//! by row.

use super::*;
use crate::coverage::Coverage;
use crate::table::NEVER;
use crate::timeline::{RowRef, Timeline, partition_of};
use polars::prelude::{DataFrame, IntoSeries, NamedFrom, Series, TimeUnit, TimeZone};
use watchfire_dsl::program::{Expectation, SpanOfTime};

/// A raw row; times are microseconds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Raw {
    key: i64,
    who: Option<u8>,
    time: i64,
    recorded: Option<i64>,
    x: Option<i64>,
    y: Option<i64>,
}

/// Up to `most` random rows, and a few copies and near copies of them.
fn raw_rows(random: &mut Random, most: i64) -> Vec<Raw> {
    let count = random.from(0, most);
    let mut rows: Vec<Raw> = (0..count)
        .map(|_| Raw {
            key: random.from(0, 4),
            who: random.chance(90).then(|| random.from(0, 3) as u8),
            time: random.from(0, 12),
            recorded: random.chance(80).then(|| random.from(0, 16)),
            x: random.chance(50).then(|| random.from(0, 2)),
            y: random.chance(50).then(|| random.from(0, 2)),
        })
        .collect();
    for _ in 0..if rows.is_empty() { 0 } else { random.from(0, 4) } {
        let mut row = rows[random.from(0, rows.len() as i64) as usize].clone();
        match random.from(0, 4) {
            0 => {}
            1 => row.x = Some(7),
            2 => row.time += 3,
            _ => row.recorded = row.recorded.map(|recorded| recorded + 2),
        }
        rows.push(row);
    }
    rows
}

/// Runs a law over many random rows.
fn for_many(most: i64, law: impl Fn(u64, Vec<Raw>, &mut Random)) {
    for seed in 0..1500 {
        let mut random = Random(seed);
        let rows = raw_rows(&mut random, most);
        law(seed, rows, &mut random);
    }
}

pub(crate) fn instants(name: &str, values: &[Option<i64>]) -> Series {
    let numbers = Series::new(name.into(), values);
    numbers.i64().unwrap().clone().into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series()
}

fn frame(rows: &[Raw]) -> DataFrame {
    let names: Vec<Option<String>> = rows.iter().map(|row| row.who.map(|who| format!("p{who}"))).collect();
    let ints = |name: &str, value: &dyn Fn(&Raw) -> Option<i64>| {
        Series::new(name.into(), rows.iter().map(value).collect::<Vec<Option<i64>>>())
    };
    let times =
        |name: &str, value: &dyn Fn(&Raw) -> Option<i64>| instants(name, &rows.iter().map(value).collect::<Vec<_>>());
    let columns = vec![
        ints("key", &|row| Some(row.key)).into(),
        Series::new("who".into(), names).into(),
        times("time", &|row| Some(row.time)).into(),
        times("recorded", &|row| row.recorded).into(),
        ints("x", &|row| row.x).into(),
        ints("y", &|row| row.y).into(),
    ];
    DataFrame::new(rows.len(), columns).unwrap()
}

fn columns() -> Vec<Column> {
    vec![
        column("key", Kind::Int),
        optional("who", PERSON),
        column("time", Kind::Time),
        optional("recorded", Kind::Time),
        optional("x", Kind::Int),
        optional("y", Kind::Int),
    ]
}

fn keyed() -> Table {
    Table { key: vec![ColumnId(0)], recorded: Some(ColumnId(3)), ..events(2) }
}

fn package(table: Table) -> Program {
    program(vec![source("s", columns(), table)])
}

fn loaded(table: Table, rows: &[Raw]) -> Store {
    load_all(&package(table), &Sources::new().frame("s", frame(rows)))
}

fn known_at(row: &Raw) -> i64 {
    row.recorded.map_or(row.time, |recorded| recorded.max(row.time))
}

/// What the copies of one version say together: cells on which they agree; nothing if they differ in what matters.
fn merged(copies: &[&Raw]) -> Option<Raw> {
    let first = copies.first()?;
    if copies.iter().any(|copy| copy.time != first.time || copy.who != first.who) {
        return None;
    }
    let agreed = |cell: fn(&Raw) -> Option<i64>| {
        if copies.iter().all(|copy| cell(copy) == cell(first)) { cell(first) } else { None }
    };
    Some(Raw { x: agreed(|row| row.x), y: agreed(|row| row.y), ..(*first).clone() })
}

/// The rows visible at k, in order, by §1.3 – §1.5.
fn visible(rows: &[Raw], k: i64) -> Vec<Raw> {
    let mut all = Vec::new();
    for key in rows.iter().map(|row| row.key).collect::<BTreeSet<_>>() {
        let known: Vec<&Raw> = rows.iter().filter(|row| row.key == key && known_at(row) <= k).collect();
        let Some(latest) = known.iter().map(|row| row.recorded).max() else { continue };
        let copies: Vec<&Raw> = known.into_iter().filter(|row| row.recorded == latest).collect();
        all.extend(merged(&copies));
    }
    all.sort_by_key(|row| (row.time, row.key));
    all
}

fn row_of(table: &Loaded, row: u32) -> Raw {
    let int = |column: u32| match table.value(row, ColumnId(column)) {
        Value::Int(number) | Value::Time(number) => Some(number),
        _ => None,
    };
    let who = table.column(ColumnId(1)).unwrap().entity(row as usize);
    Raw {
        key: int(0).unwrap(),
        who: who.map(|who| match who {
            EntityKey::Single(name) | EntityKey::Pair(name, _) => name[1..].parse().unwrap(),
        }),
        time: table.time(row).unwrap(),
        recorded: int(3),
        x: int(4),
        y: int(5),
    }
}

#[test]
fn versions_are_visible_as_defined() {
    for_many(9, |seed, rows, _| {
        let store = loaded(keyed(), &rows);
        let table = store.table(SourceId(0)).unwrap();
        for k in -1..22 {
            let found: Vec<Raw> =
                (0..table.rows as u32).filter(|row| table.visible(*row, k)).map(|row| row_of(table, row)).collect();
            assert_eq!(found, visible(&rows, k), "seed {seed} at {k}");
        }
    });
}

#[test]
fn each_version_triggers_once_where_it_is_visible_at_its_own_known_at() {
    for_many(9, |seed, rows, _| {
        let store = loaded(keyed(), &rows);
        let table = store.table(SourceId(0)).unwrap();
        let mut found: Vec<(i64, Raw)> = (0..table.rows as u32)
            .filter(|row| table.triggers(*row))
            .map(|row| (table.known(row), row_of(table, row)))
            .collect();
        let mut expected = Vec::new();
        for version in rows.iter().map(|row| (row.key, row.recorded)).collect::<BTreeSet<_>>() {
            let known = rows.iter().filter(|row| (row.key, row.recorded) == version).map(known_at).min().unwrap();
            let now = visible(&rows, known).into_iter().filter(|row| (row.key, row.recorded) == version);
            expected.extend(now.map(|row| (known, row)));
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "seed {seed}");
    });
}

#[test]
fn neither_input_order_nor_chunks_nor_repetition_matter() {
    for_many(9, |seed, rows, random| {
        let expected = loaded(keyed(), &rows);
        let mut shuffled = rows.clone();
        for last in (1..shuffled.len()).rev() {
            shuffled.swap(last, random.from(0, last as i64 + 1) as usize);
        }
        let (a, b) = shuffled.split_at(shuffled.len() / 2);
        let mut chunked = frame(a);
        chunked.vstack_mut(&frame(b)).unwrap();
        chunked.vstack_mut(&frame(&rows[..rows.len().min(2)])).unwrap();
        let other = load_all(&package(keyed()), &Sources::new().frame("s", chunked));
        assert_eq!(other.table(SourceId(0)), expected.table(SourceId(0)), "seed {seed}");
        assert_eq!(rejected(&other.rejects), rejected(&expected.rejects), "seed {seed}");
    });
}

#[test]
fn without_a_key_rows_lie_by_all_columns_and_repetitions_stay() {
    for_many(9, |seed, rows, _| {
        let store = loaded(Table { recorded: Some(ColumnId(3)), ..events(2) }, &rows);
        let table = store.table(SourceId(0)).unwrap();
        let found: Vec<(Raw, i64)> = (0..table.rows as u32).map(|row| (row_of(table, row), table.known(row))).collect();
        let mut expected: Vec<(Raw, i64)> = rows.iter().map(|row| (row.clone(), known_at(row))).collect();
        expected.sort_by_key(|(row, _)| (row.time, row.key, row.who, row.recorded, row.x, row.y));
        assert_eq!(found, expected, "seed {seed}");
        assert!(table.known_until.is_none());
    });
}

#[test]
fn order_columns_come_before_the_key() {
    for_many(9, |seed, rows, _| {
        let store = loaded(Table { order: vec![ColumnId(5), ColumnId(1)], ..keyed() }, &rows);
        let table = store.table(SourceId(0)).unwrap();
        let found: Vec<Raw> =
            (0..table.rows as u32).filter(|row| table.visible(*row, 30)).map(|row| row_of(table, row)).collect();
        let mut expected = visible(&rows, 30);
        expected.sort_by_key(|row| (row.time, row.y, row.who, row.key));
        assert_eq!(found, expected, "seed {seed}");
    });
}

#[test]
fn a_timeline_has_each_entitys_rows_in_order_in_any_partitions() {
    for_many(12, |seed, rows, random| {
        let partitions = random.from(1, 5) as usize;
        let mut sources = vec![source("s", columns(), keyed()), source("t", columns(), events(2))];
        sources.push(union("u", &[SourceId(1), SourceId(0)], columns()));
        let program = program(sources);
        let (left, right) = rows.split_at(rows.len() / 2);
        let store = load_as_it_comes(&program, &Sources::new().frame("s", frame(left)).frame("t", frame(right)));
        for (source, parts) in [(0, vec![0]), (1, vec![1]), (2, vec![1, 0])] {
            let timeline = Timeline::build(&program, &store, (SourceId(source), &[ColumnId(1)]), None, partitions, 2);
            // every row about somebody, by entity, time, part, row
            type Lies = (Option<i64>, u16, usize);
            let mut expected: BTreeMap<EntityKey, Vec<(Lies, RowRef, i64)>> = BTreeMap::new();
            for (part, table) in parts.iter().enumerate() {
                let table = store.table(SourceId(*table)).unwrap();
                for (place, row) in table.in_order().into_iter().enumerate() {
                    if let Value::Entity(who) = table.value(row, ColumnId(1)) {
                        let reference = RowRef { part: part as u16, row };
                        assert_eq!(timeline.find(table, &[ColumnId(1)], row).is_some(), source < 2);
                        let lies = (table.time(row), part as u16, place);
                        expected.entry(who).or_default().push((lies, reference, table.known(row)));
                    }
                }
            }
            let mut found: BTreeMap<EntityKey, Vec<RowRef>> = BTreeMap::new();
            let mut known: BTreeMap<EntityKey, i64> = BTreeMap::new();
            for partition in 0..partitions {
                assert!(timeline.entries(partition).is_sorted_by_key(|(key, _)| key));
                for ((key, rows), first) in timeline.entries(partition).zip(timeline.all_first_known(partition)) {
                    assert_eq!(partition_of(key, partitions), partition);
                    assert_eq!(timeline.rows_of(key), rows);
                    found.insert(key.clone(), rows.to_vec());
                    known.insert(key.clone(), *first);
                }
            }
            for (key, rows) in &mut expected {
                rows.sort_by_key(|(lies, ..)| *lies);
                assert_eq!(known.get(key).copied(), rows.iter().map(|(.., known)| *known).min());
            }
            let expected: BTreeMap<EntityKey, Vec<RowRef>> = expected
                .into_iter()
                .map(|(key, rows)| (key, rows.into_iter().map(|(_, row, _)| row).collect()))
                .collect();
            assert_eq!(found, expected, "seed {seed}");
            assert!(timeline.rows_of(&EntityKey::Single("nobody".into())).is_empty());
        }
    });
}

#[test]
fn coverage_is_as_defined() {
    for_many(8, |seed, rows, random| {
        let (every, per) = (random.from(1, 6), random.chance(50));
        let every_span = SpanOfTime { micros: every, ..SpanOfTime::default() };
        let expect = Some(Expectation { every: every_span, per: per.then_some(ColumnId(4)) });
        let program = package(Table { expect, ..keyed() });
        let store = load_all(&program, &Sources::new().frame("s", frame(&rows)));
        let coverage = Coverage::observed(&program, &store);
        let timeline = Timeline::build(&program, &store, (SourceId(0), &[ColumnId(1)]), None, 1, 1);
        for _ in 0..12 {
            let (to, k, who) = (random.from(-3, 16), random.from(0, 18), random.from(0, 3) as u8);
            let (from, t) = (to - random.from(0, 8), to + random.from(0, 4));
            let own = timeline.rows_of(&EntityKey::Single(format!("p{who}").into()));
            let now = visible(&rows, k);
            let values: BTreeSet<i64> = now.iter().filter(|row| row.who == Some(who)).filter_map(|row| row.x).collect();
            let times = |value: Option<i64>| -> Vec<i64> {
                now.iter().filter(|row| value.is_none() || row.x == value).map(|row| row.time).collect()
            };
            let expected = if per && !values.is_empty() {
                values.iter().any(|value| partly(&times(Some(*value)), every, from, to, t))
            } else {
                partly(&times(None), every, from, to, t)
            };
            let found = coverage.partly_covered(&store, SourceId(0), from, to, t, k, own);
            assert_eq!(found, expected, "seed {seed}: ({from}, {to}] at t {t} k {k}");
        }
    });
}

/// Some instant of (from, to] is uncovered, tried one by one.
fn partly(times: &[i64], every: i64, from: i64, to: i64, t: i64) -> bool {
    let uncovered = |x: i64| {
        let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { return true };
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        x < *first
            || sorted.windows(2).any(|pair| pair[0] < x && x < pair[1] && pair[0] + every < pair[1])
            || (*last < x && x <= t && last + every < t)
    };
    (from + 1..=to).any(uncovered)
}

#[test]
fn days_of_coverage_are_calendar_days() {
    let time = |text: &str| Raw { key: at(text), who: None, time: at(text), recorded: None, x: None, y: None };
    let rows =
        [time("2024-03-09T12:00:00-05:00"), time("2024-03-10T12:00:00-04:00"), time("2024-03-11T12:00:01-04:00")];
    let every = SpanOfTime { days: 1, ..SpanOfTime::default() };
    let table = Table { expect: Some(Expectation { every, per: None }), ..keyed() };
    let mut program = package(table);
    program.zone = "America/New_York".parse().unwrap();
    let store = load_all(&program, &Sources::new().frame("s", frame(&rows)));
    let coverage = Coverage::observed(&program, &store);
    let partly = |from: &str, to: &str| {
        let to = at(to);
        coverage.partly_covered(&store, SourceId(0), at(from), to, to, i64::MAX - 1, &[])
    };
    // 23 hours are the day on which clocks go forward
    assert!(!partly("2024-03-09T13:00:00-05:00", "2024-03-10T12:00:00-04:00"));
    assert!(partly("2024-03-10T13:00:00-04:00", "2024-03-10T14:00:00-04:00"), "a second more than a day");
    assert!(!partly("2024-03-11T12:00:01-04:00", "2024-03-12T12:00:01-04:00"));
    assert!(partly("2024-03-11T12:00:01-04:00", "2024-03-12T12:00:02-04:00"));
}

#[test]
fn a_test_states_its_coverage() {
    let program = program(vec![source("s", columns(), keyed()), union("u", &[SourceId(0)], columns())]);
    let store = load_all(&program, &Sources::new().frame("s", frame(&[])));
    let coverage = Coverage::stated(&program, &[(SourceId(0), 10, 20)]);
    for source in [SourceId(0), SourceId(1)] {
        let partly = |from, to| coverage.partly_covered(&store, source, from, to, to, 100, &[]);
        assert_eq!(
            [partly(0, 9), partly(0, 10), partly(18, 19), partly(19, 30), partly(9, 9)],
            [false, true, true, false, false]
        );
    }
}

#[test]
fn differing_copies_are_rejects() {
    let raw = |x, who| Raw { key: 1, who: Some(who), time: 5, recorded: Some(6), x: Some(x), y: Some(1) };
    let store = loaded(keyed(), &[raw(1, 0), raw(2, 0), raw(1, 0)]);
    assert_eq!(rejected(&store.rejects), ["x conflict Cell 2"]);
    let table = store.table(SourceId(0)).unwrap();
    assert_eq!((table.rows, cells(table, 4), cells(table, 5)), (1, vec![Value::Missing], vec![Value::Int(1)]));
    let store = loaded(keyed(), &[raw(1, 0), raw(1, 2)]);
    assert_eq!(rejected(&store.rejects), ["who conflict Row 2"]);
    assert_eq!(store.table(SourceId(0)).unwrap().rows, 0);
}

#[test]
fn an_end_is_hidden_until_it_comes_unless_known_ahead() {
    let states = |known_ahead| Table {
        time: SourceTime::State { since: ColumnId(0), until: ColumnId(1), known_ahead },
        ..timeless()
    };
    let columns = || vec![column("since", Kind::Time), optional("until", Kind::Time)];
    let frame = || {
        let columns = vec![instants("since", &[Some(5), Some(7)]).into(), instants("until", &[Some(20), None]).into()];
        DataFrame::new(2, columns).unwrap()
    };
    for ahead in [false, true] {
        let (table, _) = load_frame(&program(vec![source("s", columns(), states(ahead))]), frame());
        let end = |k| (table.value_at(0, ColumnId(1), k), table.until_at(0, k));
        let there = (Value::Time(20), 20);
        assert_eq!(end(20), there);
        assert_eq!(end(19), if ahead { there } else { (Value::Missing, NEVER) });
        assert_eq!(table.until_at(1, 100), NEVER);
        assert_eq!(table.known.as_deref(), Some(&[5, 7][..]));
    }
}

#[test]
fn a_timeless_source_with_one_unique_column_has_it_as_key() {
    let mut home = column("home", PERSON);
    home.unique = true;
    let table = |recorded| Table { recorded, ..timeless() };
    let columns = vec![home, column("area", Kind::Int), optional("recorded", Kind::Time)];
    let frame = || {
        let homes = Series::new("home".into(), ["a", "b", "a"]).into();
        let areas = Series::new("area".into(), [1_i64, 2, 3]).into();
        DataFrame::new(3, vec![homes, areas, instants("recorded", &[Some(5), None, Some(9)]).into()]).unwrap()
    };
    let (loaded, rejects) = load_frame(&program(vec![source("s", columns.clone(), table(None))]), frame());
    assert_eq!(cells(&loaded, 1), [Value::Missing, Value::Int(2)]);
    assert_eq!(rejected(&rejects), ["area conflict Cell 2", "recorded conflict Cell 2"]);
    let (loaded, rejects) = load_frame(&program(vec![source("s", columns, table(Some(ColumnId(2))))]), frame());
    assert!(rejects.is_empty());
    assert_eq!(cells(&loaded, 1), [Value::Int(1), Value::Int(3), Value::Int(2)]);
    let spans: Vec<(i64, i64)> =
        (0..loaded.rows as u32).map(|line| (loaded.known(line), loaded.known_until(line))).collect();
    assert_eq!(spans, [(5, 9), (9, NEVER), (i64::MIN, NEVER)]);
}

#[test]
fn pairs_have_timelines_of_their_own() {
    let columns = vec![column("who", PERSON), optional("home", NUMBERED)];
    let program = program(vec![source("s", columns, timeless())]);
    let frame = polars::prelude::df!("who" => ["b", "a", "b", "c"], "home" => [Some(1), Some(1), Some(2), None]);
    let store = load_all(&program, &Sources::new().frame("s", frame.unwrap()));
    let timeline = Timeline::build(&program, &store, (SourceId(0), &[ColumnId(0), ColumnId(1)]), None, 1, 1);
    let pairs: Vec<String> = timeline.entries(0).map(|(key, _)| format!("{key:?}")).collect();
    assert_eq!(pairs.len(), 3);
    assert!(
        timeline.entries(0).is_sorted_by_key(|(key, _)| key) && timeline.entries(0).all(|(_, rows)| rows.len() == 1)
    );
    let single = Timeline::build(&program, &store, (SourceId(0), &[ColumnId(0)]), None, 1, 1);
    assert_eq!(single.rows_of(&EntityKey::Single("b".into())).len(), 2);
}

#[test]
fn partitions_are_the_same_on_every_machine() {
    let of = |key: &str| partition_of(&EntityKey::Single(key.into()), 1 << 16);
    // the first eight bytes of BLAKE3, little endian
    assert_eq!(of(""), 0x13af);
    assert_ne!(
        partition_of(&EntityKey::Pair("a".into(), "bc".into()), 1 << 30),
        partition_of(&EntityKey::Pair("ab".into(), "c".into()), 1 << 30)
    );
}
