//! Versions and knowledge (docs/language.md §1.2 – §1.4): which line of a table holds when.
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

use super::{needed, shared};
use crate::mutant::{Mutant, mutant};
use crate::rejects::{Extent, Reason, Rejects, Sample};
use crate::table::{ALWAYS, Column, ColumnData, NEVER, Table, gather_all, range};
use polars_arrow::bitmap::MutableBitmap;
use polars_buffer::Buffer;
use std::cmp::Ordering;
use watchfire_dsl::program::{self, ColumnId, Kind, Source, SourceId, SourceTime};
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// Typed rows that fit their contract, as they came.
pub(crate) struct Rows<'a> {
    pub(crate) id: SourceId,
    pub(crate) source: &'a Source,
    pub(crate) declared: &'a program::Table,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<Option<Column>>,
}

/// Lines of the table to be.
#[derive(Default)]
struct Lines {
    /// The row whose cells they have.
    base: Vec<u32>,
    /// The first copy of the row of which they are versions.
    row: Vec<u32>,
    known: Vec<i64>,
    known_until: Vec<i64>,
    /// Line, and a column in which its copies differ.
    masked: Vec<(u32, ColumnId)>,
    /// Column, row and what is lost, of copies that differ.
    conflicts: Vec<(ColumnId, u32, Extent)>,
    /// Rows that share their key with another one.
    sharing: Vec<u32>,
}

impl Lines {
    /// A line for a row that has one version.
    fn single(&mut self, row: u32, known: i64) {
        self.base.push(row);
        self.row.push(row);
        self.known.push(known);
        self.known_until.push(NEVER);
    }
}

/// Times of the rows, before versions are looked at.
struct Times {
    time: Option<Buffer<i64>>,
    /// [`ALWAYS`]: missing.
    recorded: Option<Buffer<i64>>,
    until: Option<Buffer<i64>>,
    /// `None`: from the beginning.
    known: Option<Buffer<i64>>,
}

impl Times {
    fn known(&self, row: u32) -> i64 {
        self.known.as_ref().map_or(ALWAYS, |known| known[row as usize])
    }
}

/// Gives each row the span in which it is what is known. `sample`: how a reject shows a row's cell.
pub(crate) fn table(
    rows: Rows<'_>,
    zone: &Zone,
    threads: usize,
    rejects: &mut Rejects,
    sample: impl Fn(&[Option<Column>], u32, ColumnId) -> Sample,
) -> Table {
    let times = times(&rows, zone);
    let key = needed::key(rows.source, rows.declared);
    let lines = if key.is_empty() {
        None
    } else {
        let sample = |row: u32, column: ColumnId| sample(&rows.columns, row, column);
        lines_of_versions(&rows, &times, &key, rejects, &sample)
    };
    let dated = times.known.iter().flat_map(|known| known.iter().copied()).filter(|known| *known != ALWAYS);
    let known_range = range(dated);
    let table = Table {
        source: rows.id,
        rows: rows.rows,
        time: times.time,
        until: times.until,
        known: times.known,
        known_until: None,
        row: None,
        order: needed::order(rows.source, rows.declared),
        hidden_until: match rows.declared.time {
            SourceTime::State { until, known_ahead: false, .. } => Some(until),
            _ => None,
        },
        events: false,
        known_range,
        columns: rows.columns,
    };
    match lines {
        None => table,
        Some(lines) if lines.base.len() == lines.sharing.len() && lines.masked.is_empty() => in_place(table, lines),
        Some(lines) => of_lines(table, lines, threads),
    }
}

/// The table where each row is the one copy of its version: its lines are its rows.
fn in_place(table: Table, lines: Lines) -> Table {
    let mut known_until = vec![NEVER; table.rows];
    let mut row: Vec<u32> = (0..table.rows as u32).collect();
    for ((base, of), until) in lines.base.iter().zip(lines.row).zip(lines.known_until) {
        (known_until[*base as usize], row[*base as usize]) = (until, of);
    }
    Table { known_until: Some(known_until), row: Some(row), ..table }
}

/// The table with a line for each version instead of one for each row; `lines`: those of rows that share their key.
fn of_lines(table: Table, mut lines: Lines, threads: usize) -> Table {
    let mut shared = vec![false; table.rows];
    lines.sharing.iter().for_each(|row| shared[*row as usize] = true);
    for row in (0..table.rows as u32).filter(|row| !shared[*row as usize]) {
        lines.single(row, table.known(row));
    }
    let Lines { base, row, known, known_until, masked, .. } = lines;
    let pick = |values: &Buffer<i64>| -> Buffer<i64> {
        base.iter().map(|row| values[*row as usize]).collect::<Vec<_>>().into()
    };
    let mut columns = gather_all(&table.columns, &base, threads);
    let mut masks: Vec<Option<MutableBitmap>> = vec![None; columns.len()];
    for (line, column) in masked {
        if let (Some(Some(column)), Some(mask)) = (columns.get_mut(column.index()), masks.get_mut(column.index())) {
            let all = || MutableBitmap::from_len_set(base.len());
            let mask = mask.get_or_insert_with(|| column.valid.take().map_or_else(all, |valid| valid.make_mut()));
            mask.set(line as usize, false);
        }
    }
    for (column, mask) in columns.iter_mut().zip(masks) {
        if let (Some(column), Some(mask)) = (column, mask) {
            column.valid = Some(mask.into());
        }
    }
    Table {
        rows: base.len(),
        time: table.time.as_ref().map(pick),
        until: table.until.as_ref().map(pick),
        known: Some(known.into()),
        known_until: Some(known_until),
        row: Some(row),
        columns,
        ..table
    }
}

/// The instants that the cells of a time or date column are.
fn instants(column: &Column, zone: &Zone, missing: i64) -> Buffer<i64> {
    let valid = |row: usize| column.is_valid(row);
    match &column.data {
        ColumnData::Time(times) if column.valid.is_none() => times.clone(),
        ColumnData::Time(times) => {
            times.iter().enumerate().map(|(row, time)| if valid(row) { *time } else { missing }).collect()
        }
        ColumnData::Date(dates) => {
            let start = |date: i32| zone.start_of_day(date).unwrap_or(missing);
            dates.iter().enumerate().map(|(row, date)| if valid(row) { start(*date) } else { missing }).collect()
        }
        _ => vec![missing; column.len()].into(),
    }
}

fn times(rows: &Rows<'_>, zone: &Zone) -> Times {
    let of = |id: ColumnId, missing: i64| {
        let column = rows.columns.get(id.index()).and_then(Option::as_ref);
        column.map_or_else(|| vec![missing; rows.rows].into(), |column| instants(column, zone, missing))
    };
    let (time, until) = match rows.declared.time {
        SourceTime::Timeless => (None, None),
        SourceTime::Events { at } => (Some(of(at, ALWAYS)), None),
        SourceTime::State { since, until, .. } => (Some(of(since, ALWAYS)), Some(of(until, NEVER))),
    };
    let recorded = rows.declared.recorded.map(|id| of(id, ALWAYS));
    let known = match (&time, &recorded) {
        (None, None) => None,
        (Some(time), None) => Some(time.clone()),
        (None, Some(recorded)) => Some(recorded.clone()),
        (Some(time), Some(recorded)) => {
            let known = |(time, recorded): (&i64, &i64)| {
                if mutant(Mutant::RecordedIgnored) && *time != ALWAYS { *time } else { *time.max(recorded) }
            };
            Some(time.iter().zip(recorded.iter()).map(known).collect())
        }
    };
    Times { time, recorded, until, known }
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

/// Lines of the rows of a table that share their key; `None`: there are none. The others are a line each.
fn lines_of_versions(
    rows: &Rows<'_>,
    times: &Times,
    key: &[ColumnId],
    rejects: &mut Rejects,
    sample: &impl Fn(u32, ColumnId) -> Sample,
) -> Option<Lines> {
    let recorded = |row: u32| times.recorded.as_ref().map(|recorded| recorded[row as usize]);
    let all = read_columns(rows);
    let mut order = shared::sharing(rows, key);
    if order.is_empty() {
        return None;
    }
    let mut lines = Lines::default();
    order.sort_unstable_by(|a, b| {
        compare(rows, key, *a, *b)
            .then_with(|| recorded(*a).cmp(&recorded(*b)))
            .then_with(|| times.known(*a).cmp(&times.known(*b)))
            .then_with(|| compare(rows, &all, *a, *b))
            .then(a.cmp(b))
    });
    for versions in order.chunk_by(|a, b| compare(rows, key, *a, *b).is_eq()) {
        // from the latest version back: each holds until a later one is known
        let mut replaced = NEVER;
        let mut starts: Vec<&[u32]> = versions.chunk_by(|a, b| recorded(*a) == recorded(*b)).collect();
        while let Some(copies) = starts.pop() {
            version(rows, times, &all, versions[0], copies, replaced, &mut lines);
            replaced = copies.iter().map(|row| times.known(*row)).fold(replaced, i64::min);
        }
    }
    // The first in the file are the samples.
    lines.conflicts.sort_unstable_by_key(|(column, row, _)| (*column, *row));
    for (column, row, extent) in std::mem::take(&mut lines.conflicts) {
        let name = rows.source.columns.get(column.index()).map(|column| &column.name);
        rejects.add(&rows.source.name, name, Reason::Conflict, extent, || sample(row, column));
    }
    lines.sharing = order;
    Some(lines)
}

/// One version from its copies, which lie in the order in which they became known, equal ones together.
fn version(
    rows: &Rows<'_>,
    times: &Times,
    all: &[ColumnId],
    row: u32,
    copies: &[u32],
    replaced: i64,
    lines: &mut Lines,
) {
    let known = |row: u32| times.known(row);
    let mut distinct: Vec<u32> = copies.to_vec();
    distinct.dedup_by(|a, b| known(*a) == known(*b) && compare(rows, all, *a, *b).is_eq());
    let differing: Vec<ColumnId> = differing(rows, all, &distinct);
    for column in &differing {
        let extent = if is_critical(rows, *column) { Extent::Row } else { Extent::Cell };
        lines.conflicts.extend(distinct.iter().map(|row| (*column, *row, extent)));
    }
    // Copies that become known later have another event time: from then on nothing is known of the row.
    let Some(since) = distinct.first().map(|row| known(*row)) else { return };
    let many = distinct.iter().take_while(|row| known(**row) == since).count();
    let until = distinct.get(many).map_or(NEVER, |next| known(*next));
    let masked = if differing.is_empty() { Vec::new() } else { self::differing(rows, all, &distinct[..many]) };
    let masked = if mutant(Mutant::ConflictKeepsFirst) { Vec::new() } else { masked };
    if !masked.iter().any(|column| is_critical(rows, *column)) {
        let line = lines.base.len() as u32;
        lines.base.push(distinct[0]);
        lines.row.push(row);
        lines.known.push(since);
        lines.known_until.push(until.min(replaced));
        lines.masked.extend(masked.into_iter().map(|column| (line, column)));
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
