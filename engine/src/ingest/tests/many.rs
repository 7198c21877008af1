//! Many rows: what is done at once, digit by digit or on threads is what is done one by one.

use super::*;
use crate::ingest::Spans;
use polars::prelude::*;
use watchfire_stdlib::value::DAY_MICROS;

const ROWS: usize = 40_000;

/// Numbers that look random, the same in every run.
fn random(seed: u64, count: usize) -> Vec<u64> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..count).map(|_| next()).collect()
}

fn package(key: Vec<ColumnId>) -> Program {
    let mut place = optional("place", Kind::Point);
    place.load.from = vec!["lon".into(), "lat".into()];
    let columns = vec![
        column("n", Kind::Int),
        column("who", NUMBERED),
        column("at", Kind::Time),
        column("x", Kind::Float),
        place,
        optional("y", Kind::Bool),
    ];
    program(vec![source("s", columns, Table { key, ..events(2) })])
}

/// Rows of which some share their key, some have cells that are missing, no number, or no place; `as_text`: numbers are
/// written.
fn frame(as_text: bool) -> DataFrame {
    let small = |seed, most: u64| random(seed, ROWS).into_iter().map(move |number| number % most);
    let holes = |seed, values: Vec<f64>| -> Vec<Option<f64>> {
        let cell = |(value, number)| match number {
            0 => None,
            1 => Some(f64::NAN),
            _ => Some(value),
        };
        values.into_iter().zip(small(seed, 50)).map(cell).collect()
    };
    let n: Vec<i64> = (0..ROWS as i64).map(|row| row * 7919 % (ROWS as i64 - 500)).collect();
    let who: Vec<Option<i64>> = small(1, 3_000).map(|who| (who > 3).then_some(who as i64 - 7)).collect();
    let at: Vec<i64> = small(2, 9_000).map(|day| (day as i64 - 4_000) * DAY_MICROS / 7).collect();
    let x = holes(3, small(4, 1_000).map(|x| x as f64 / 8.0).collect());
    let lon = holes(5, small(6, 2_000).map(|x| x as f64 / 10.0).collect());
    let lat = holes(7, small(8, 920).map(|x| x as f64 / 10.0).collect());
    let y: Vec<Option<bool>> = small(9, 3).map(|y| (y > 0).then_some(y > 1)).collect();
    fn column<T: ToString>(name: &str, cells: &[Option<T>]) -> polars::prelude::Column {
        let texts: Vec<Option<String>> = cells.iter().map(|cell| cell.as_ref().map(T::to_string)).collect();
        Series::new(name.into(), texts).into()
    }
    let mut columns = if as_text {
        let n: Vec<Option<i64>> = n.into_iter().map(Some).collect();
        vec![column("n", &n), column("who", &who), column("x", &x), column("lon", &lon), column("lat", &lat)]
    } else {
        let float = |name: &str, cells: &[Option<f64>]| Series::new(name.into(), cells).into();
        let whole = [Series::new("n".into(), n).into(), Series::new("who".into(), who).into()];
        whole.into_iter().chain([float("x", &x), float("lon", &lon), float("lat", &lat)]).collect()
    };
    columns.push(if as_text { column("y", &y) } else { Series::new("y".into(), y).into() });
    let at = Series::new("at".into(), at).cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)));
    columns.push(at.unwrap().into());
    DataFrame::new(ROWS, columns).unwrap()
}

fn loaded(key: &[u32], frame: DataFrame, threads: usize) -> (Arc<Loaded>, Rejects) {
    let program = package(key.iter().copied().map(ColumnId).collect());
    let store =
        load(&program, &Sources::new().frame("s", frame), &all_reads(&program), &Spans::new(), threads).unwrap();
    (Arc::new(ordered(store.tables[0].as_ref().unwrap())), store.rejects)
}

#[test]
fn plain_columns_are_what_their_texts_are_on_any_threads() {
    for key in [&[][..], &[0], &[0, 1]] {
        let (table, rejects) = loaded(key, frame(false), 3);
        assert_eq!((table.clone(), rejects.clone()), loaded(key, frame(false), 1));
        assert_eq!((table.clone(), rejects.clone()), loaded(key, frame(true), 3));
        let conflicts = rejects.groups().filter(|group| group.reason == crate::rejects::Reason::Conflict);
        assert_eq!(conflicts.count() > 0, key == [0], "{key:?}");
        assert!(rejects.groups().any(|group| group.reason == crate::rejects::Reason::OutOfRange));
        let (reversed, _) = loaded(key, frame(false).reverse(), 2);
        assert_eq!(table, reversed);
    }
}

#[test]
fn rows_lie_in_order_and_stand_for_themselves_unless_a_key_is_shared() {
    let (table, _) = loaded(&[], frame(false), 2);
    assert!(table.rows > ROWS / 2 && table.known_until.is_none() && table.row.is_none());
    let cell = |row: u32, column: u32| table.value(row, ColumnId(column));
    let place = |row: u32| (cell(row, 2), (0..6).map(|column| cell(row, column)).collect::<Vec<_>>());
    assert!((1..table.rows as u32).all(|row| place(row - 1) <= place(row)));
    let (keyed, _) = loaded(&[0], frame(false), 2);
    let mut seen = BTreeSet::new();
    assert!((0..keyed.rows as u32).all(|row| seen.insert(keyed.value(row, ColumnId(0)))));
}
