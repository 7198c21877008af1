//! Versions and knowledge (docs/language.md §1.2 – §1.5): which line of a table holds when, and where it lies.
//!
//! Rows with equal key are versions of one row; among them, rows with equal `recorded` are copies of one version. A
//! version is one line, which holds from when it is known until a later one is:
//!
//! ```text
//! copies A and B, known at 5: (x = 1, y = 2), (x = 1, y = 7)      [5, 9): x = 1, y missing
//! a later `recorded`, known at 9: (x = 1, y = 7)                  [9, ∞): x = 1, y = 7
//! ```
//!
//! Copies that become known one after the other differ in event time. As those that differ in an entity or the end, they
//! leave no version from when both are known.

use super::needed;
use crate::mutant::{Mutant, mutant};
use crate::rejects::{Extent, Reason, Rejects, Sample};
use crate::table::{ALWAYS, Column, ColumnData, NEVER, Table};
use std::cmp::Ordering;
use watchfire_dsl::program::{self, ColumnId, Kind, Source, SourceId, SourceTime};
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// Typed rows that fit their contract, not yet in order.
pub(crate) struct Rows<'a> {
    pub(crate) id: SourceId,
    pub(crate) source: &'a Source,
    pub(crate) declared: &'a program::Table,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<Option<Column>>,
}

/// One line of the table to be.
#[derive(Clone, Debug)]
struct Line {
    base: u32,
    /// Number of the row of which it is a version.
    row: u32,
    /// Columns in which copies differ.
    masked: Vec<ColumnId>,
    known: i64,
    known_until: i64,
}

/// Times of the rows, before versions are looked at.
struct Times {
    time: Option<Vec<i64>>,
    recorded: Option<Vec<Option<i64>>>,
    until: Option<Vec<i64>>,
    known: Vec<i64>,
}

/// Puts rows in order, and gives each the span in which it is what is known. `sample`: how a reject shows a row's cell.
pub(crate) fn table(
    rows: Rows<'_>,
    zone: &Zone,
    rejects: &mut Rejects,
    sample: impl Fn(u32, Option<ColumnId>) -> Sample,
) -> Table {
    let times = times(&rows, zone);
    let key = needed::key(rows.source, rows.declared);
    let lines = if key.is_empty() {
        let known = times.known.iter().zip(0..);
        let line = |(known, base): (&i64, u32)| Line {
            base,
            row: base,
            masked: Vec::new(),
            known: *known,
            known_until: NEVER,
        };
        known.map(line).collect()
    } else {
        lines_of_versions(&rows, &times, &key, rejects, &sample)
    };
    ordered(&rows, &times, lines)
}

/// The instant that a cell of a time or date column is.
fn instants(column: &Column, zone: &Zone) -> Vec<Option<i64>> {
    match &column.data {
        ColumnData::Time(times) => (0..times.len()).map(|row| column.is_valid(row).then(|| times[row])).collect(),
        ColumnData::Date(dates) => {
            (0..dates.len()).map(|row| column.is_valid(row).then(|| zone.start_of_day(dates[row])).flatten()).collect()
        }
        _ => vec![None; column.len()],
    }
}

fn times(rows: &Rows<'_>, zone: &Zone) -> Times {
    let of = |id: ColumnId| {
        let column = rows.columns.get(id.index()).and_then(Option::as_ref);
        column.map_or_else(|| vec![None; rows.rows], |column| instants(column, zone))
    };
    let (time, until) = match rows.declared.time {
        SourceTime::Timeless => (None, None),
        SourceTime::Events { at } => (Some(of(at)), None),
        SourceTime::State { since, until, .. } => (Some(of(since)), Some(of(until))),
    };
    let time: Option<Vec<i64>> = time.map(|time| time.into_iter().map(|time| time.unwrap_or(ALWAYS)).collect());
    let until = until.map(|until| until.into_iter().map(|until| until.unwrap_or(NEVER)).collect());
    let recorded = rows.declared.recorded.map(of);
    let known = (0..rows.rows).map(|row| {
        let time = time.as_ref().map_or(ALWAYS, |time| time[row]);
        let recorded = recorded.as_ref().and_then(|recorded| recorded[row]).unwrap_or(ALWAYS);
        if mutant(Mutant::RecordedIgnored) && time != ALWAYS { time } else { time.max(recorded) }
    });
    Times { known: known.collect(), time, recorded, until }
}

fn compare(rows: &Rows<'_>, columns: &[ColumnId], a: u32, b: u32) -> Ordering {
    let (a, b) = (a as usize, b as usize);
    let each = columns.iter().filter_map(|id| rows.columns.get(id.index()).and_then(Option::as_ref));
    each.map(|column| column.compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Columns that were read.
fn read_columns(rows: &Rows<'_>) -> Vec<ColumnId> {
    (0..rows.columns.len()).filter(|place| rows.columns[*place].is_some()).map(|place| ColumnId(place as u32)).collect()
}

fn lines_of_versions(
    rows: &Rows<'_>,
    times: &Times,
    key: &[ColumnId],
    rejects: &mut Rejects,
    sample: &impl Fn(u32, Option<ColumnId>) -> Sample,
) -> Vec<Line> {
    let recorded = |row: u32| times.recorded.as_ref().and_then(|recorded| recorded[row as usize]);
    let all = read_columns(rows);
    let mut order: Vec<u32> = (0..rows.rows as u32).collect();
    order.sort_unstable_by(|a, b| {
        compare(rows, key, *a, *b)
            .then_with(|| recorded(*a).cmp(&recorded(*b)))
            .then_with(|| times.known[*a as usize].cmp(&times.known[*b as usize]))
            .then_with(|| compare(rows, &all, *a, *b))
            .then(a.cmp(b))
    });
    let mut lines = Vec::with_capacity(order.len());
    for (row, versions) in (0..).zip(order.chunk_by(|a, b| compare(rows, key, *a, *b).is_eq())) {
        let first = lines.len();
        // from the latest version back: each holds until a later one is known
        let mut replaced = NEVER;
        let mut starts: Vec<&[u32]> = versions.chunk_by(|a, b| recorded(*a) == recorded(*b)).collect();
        while let Some(copies) = starts.pop() {
            version(rows, times, &all, row, copies, replaced, &mut lines, rejects, sample);
            replaced = copies.iter().map(|row| times.known[*row as usize]).fold(replaced, i64::min);
        }
        lines[first..].reverse();
    }
    lines
}

/// One version from its copies, which lie in the order in which they became known, equal ones together.
#[expect(clippy::too_many_arguments, reason = "what a version is made of")]
fn version(
    rows: &Rows<'_>,
    times: &Times,
    all: &[ColumnId],
    row: u32,
    copies: &[u32],
    replaced: i64,
    lines: &mut Vec<Line>,
    rejects: &mut Rejects,
    sample: &impl Fn(u32, Option<ColumnId>) -> Sample,
) {
    let known = |row: u32| times.known[row as usize];
    let mut distinct: Vec<u32> = copies.to_vec();
    distinct.dedup_by(|a, b| known(*a) == known(*b) && compare(rows, all, *a, *b).is_eq());
    let differing: Vec<ColumnId> = differing(rows, all, &distinct);
    for column in &differing {
        let extent = if is_critical(rows, *column) { Extent::Row } else { Extent::Cell };
        for row in &distinct {
            let name = rows.source.columns.get(column.index()).map(|column| &column.name);
            rejects.add(&rows.source.name, name, Reason::Conflict, extent, || sample(*row, Some(*column)));
        }
    }
    // Copies that become known later have another event time: from then on nothing is known of the row.
    let Some(since) = distinct.first().map(|row| known(*row)) else { return };
    let many = distinct.iter().take_while(|row| known(**row) == since).count();
    let until = distinct.get(many).map_or(NEVER, |next| known(*next));
    let masked = if differing.is_empty() { Vec::new() } else { self::differing(rows, all, &distinct[..many]) };
    let masked = if mutant(Mutant::ConflictKeepsFirst) { Vec::new() } else { masked };
    if !masked.iter().any(|column| is_critical(rows, *column)) {
        lines.push(Line { base: distinct[0], row, masked, known: since, known_until: until.min(replaced) });
    }
}

/// Columns in which these copies differ.
fn differing(rows: &Rows<'_>, all: &[ColumnId], copies: &[u32]) -> Vec<ColumnId> {
    let Some((first, others)) = copies.split_first() else { return Vec::new() };
    let differs = |id: &ColumnId| others.iter().any(|other| compare(rows, &[*id], *first, *other).is_ne());
    all.iter().copied().filter(differs).collect()
}

/// Event time, an entity, or the end of a state: copies that differ here are no version.
fn is_critical(rows: &Rows<'_>, column: ColumnId) -> bool {
    let time = match rows.declared.time {
        SourceTime::Timeless => false,
        SourceTime::Events { at } => column == at,
        SourceTime::State { since, until, .. } => column == since || column == until,
    };
    time || matches!(rows.source.columns.get(column.index()).map(|column| &column.ty.kind), Some(Kind::Entity(_)))
}

/// Gathers the lines' cells, and sorts them: by event time, then the columns of the order, missing first.
fn ordered(rows: &Rows<'_>, times: &Times, lines: Vec<Line>) -> Table {
    let base: Vec<u32> = lines.iter().map(|line| line.base).collect();
    let mut columns: Vec<Option<Column>> =
        rows.columns.iter().map(|column| column.as_ref().map(|column| column.gather(&base))).collect();
    for (place, line) in lines.iter().enumerate() {
        for column in &line.masked {
            if let Some(Some(column)) = columns.get_mut(column.index()) {
                column.valid.get_or_insert_with(|| vec![true; lines.len()])[place] = false;
            }
        }
    }
    let gathered = Rows { id: rows.id, source: rows.source, declared: rows.declared, rows: lines.len(), columns };
    let order = needed::order(rows.source, rows.declared);
    let all = read_columns(&gathered);
    let time = |line: u32| times.time.as_ref().map_or(ALWAYS, |time| time[base[line as usize] as usize]);
    let mut places: Vec<u32> = (0..lines.len() as u32).collect();
    places.sort_unstable_by_key(|place| time(*place));
    for ties in places.chunk_by_mut(|a, b| time(*a) == time(*b)) {
        ties.sort_unstable_by(|a, b| {
            let span = |place: u32| {
                let line = &lines[place as usize];
                (line.known, line.known_until)
            };
            let order = compare(&gathered, &order, *a, *b)
                .then_with(|| span(*a).cmp(&span(*b)))
                .then_with(|| compare(&gathered, &all, *a, *b))
                .then(a.cmp(b));
            if mutant(Mutant::TieOrderReversed) { order.reverse() } else { order }
        });
    }
    let pick = |values: &Vec<i64>| places.iter().map(|place| values[base[*place as usize] as usize]).collect();
    let line = |place: &u32| &lines[*place as usize];
    let mut first = vec![u32::MAX; rows.rows];
    for (place, at) in places.iter().zip(0..) {
        let first = &mut first[line(place).row as usize];
        *first = at.min(*first);
    }
    Table {
        source: rows.id,
        rows: lines.len(),
        time: times.time.as_ref().map(pick),
        until: times.until.as_ref().map(pick),
        known: places.iter().map(|place| line(place).known).collect(),
        known_until: places.iter().map(|place| line(place).known_until).collect(),
        row: places.iter().map(|place| first[line(place).row as usize]).collect(),
        hidden_until: match rows.declared.time {
            SourceTime::State { until, known_ahead: false, .. } => Some(until),
            _ => None,
        },
        events: false,
        known_range: {
            let dated = || times.known.iter().copied().filter(|known| *known != ALWAYS);
            dated().min().zip(dated().max())
        },
        columns: gathered.columns.iter().map(|column| column.as_ref().map(|column| column.gather(&places))).collect(),
    }
}

/// How a conflict shows a cell.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Entity(watchfire_stdlib::value::EntityKey::Single(key)) => key.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}
