//! Which columns must be read for a row to be what it is, whoever reads it.

use std::collections::BTreeSet;
use watchfire_dsl::program::{ColumnId, Kind, LoadZone, Program, Source, SourceId, SourceKind, SourceTime, Table};

/// Columns to read: by [`SourceId`]; `None`: the source is not read.
pub(crate) type Reads = Vec<Option<BTreeSet<ColumnId>>>;

/// Adds key, times, order, entities, `expect … per`, and what their loading refers to, in other tables as well.
pub(crate) fn needed(program: &Program, reads: &Reads) -> Reads {
    let mut all: Reads = vec![None; program.sources.len()];
    let mut open: Vec<(SourceId, ColumnId)> = Vec::new();
    for (place, columns) in reads.iter().enumerate().take(program.sources.len()) {
        if let (Some(columns), SourceKind::Table(_)) = (columns, &program.sources[place].kind) {
            all[place] = Some(BTreeSet::new());
            let source = SourceId(place as u32);
            open.extend(columns.iter().map(|column| (source, *column)));
            open.extend(structural(&program.sources[place]).into_iter().map(|column| (source, column)));
        }
    }
    while let Some((id, column)) = open.pop() {
        let source = &program.sources[id.index()];
        if all[id.index()].is_none() {
            all[id.index()] = Some(BTreeSet::new());
            open.extend(structural(source).into_iter().map(|column| (id, column)));
        }
        let new = all[id.index()].as_mut().is_some_and(|columns| columns.insert(column));
        if let (true, Some(column)) = (new, source.columns.get(column.index())) {
            open.extend(column.load.after.map(|after| (id, after)));
            if let Some(LoadZone::Lookup { entity, source, by, column }) = column.load.zone {
                open.extend([(id, entity), (source, by), (source, column)]);
            }
        }
    }
    all
}

/// Columns that decide whether a row counts, when, about whom, and where it lies.
fn structural(source: &Source) -> Vec<ColumnId> {
    let SourceKind::Table(table) = &source.kind else { return Vec::new() };
    let mut columns = key(source, table);
    columns.extend(order(source, table));
    columns.extend(table.recorded);
    columns.extend(table.expect.and_then(|expect| expect.per));
    match table.time {
        SourceTime::Timeless => {}
        SourceTime::Events { at } => columns.push(at),
        SourceTime::State { since, until, .. } => columns.extend([since, until]),
    }
    columns.extend(column_ids(source).filter(|id| matches!(source.columns[id.index()].ty.kind, Kind::Entity(_))));
    columns
}

/// The key columns: as declared, else the one `unique` column of a timeless table; empty: rows stand for themselves.
pub(crate) fn key(source: &Source, table: &Table) -> Vec<ColumnId> {
    if !table.key.is_empty() || table.time != SourceTime::Timeless {
        return table.key.clone();
    }
    let unique: Vec<ColumnId> = column_ids(source).filter(|id| source.columns[id.index()].unique).collect();
    if unique.len() == 1 { unique } else { Vec::new() }
}

/// The columns that order rows of one event time: `order`, then the key, or without a key all columns.
pub(crate) fn order(source: &Source, table: &Table) -> Vec<ColumnId> {
    let mut columns = table.order.clone();
    let key = key(source, table);
    if key.is_empty() {
        columns.extend(column_ids(source))
    } else {
        columns.extend(key)
    }
    let mut seen = BTreeSet::new();
    columns.retain(|column| seen.insert(*column));
    columns
}

fn column_ids(source: &Source) -> impl Iterator<Item = ColumnId> + use<> {
    (0..source.columns.len() as u32).map(ColumnId)
}
