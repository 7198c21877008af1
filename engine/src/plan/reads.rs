//! Which columns a table must be read with, besides those that models read.
//!
//! Time, key, order and `recorded` decide which rows there are and how they lie; a bad entity cell rejects its row
//! (docs/language.md §1.7), so entity columns are read whether or not a model asks for them: what a model sees must not
//! depend on which others run beside it.

use super::Plan;
use std::collections::BTreeSet;
use watchfire_dsl::program::{ColumnId, LoadZone, Program, SourceId, SourceKind, SourceTime, Table};
use watchfire_stdlib::types::Kind;

/// Completes [`Plan::reads`] of every table that is read at all.
pub(super) fn add_reads(program: &Program, plan: &mut Plan) {
    for timeline in &plan.timelines {
        for table in tables(program, timeline.source) {
            // A table whose rows are only counted has no column that a model names.
            if plan.reads[table.index()].is_empty() {
                plan.reads[table.index()] = structural(program, table);
            }
        }
    }
    let mut todo: Vec<SourceId> = ids(program).filter(|id| !plan.reads[id.index()].is_empty()).collect();
    while let Some(id) = todo.pop() {
        let mut columns = std::mem::take(&mut plan.reads[id.index()]);
        columns.extend(structural(program, id));
        for (source, column) in add_loads(program, id, &mut columns) {
            if plan.reads[source.index()].insert(column) {
                todo.push(source);
            }
        }
        plan.reads[id.index()].extend(columns);
    }
}

/// The columns that decide which rows of a table there are, and when: enough for a table that no model reads.
pub(crate) fn structural(program: &Program, id: SourceId) -> BTreeSet<ColumnId> {
    let source = &program.sources[id.index()];
    let SourceKind::Table(table) = &source.kind else { return BTreeSet::new() };
    let Table { key, order, recorded, expect, .. } = table;
    let mut columns: BTreeSet<ColumnId> = key.iter().chain(order).chain(recorded).copied().collect();
    columns.extend(expect.and_then(|expect| expect.per));
    match table.time {
        SourceTime::Timeless => {}
        SourceTime::Events { at } => columns.extend([at]),
        SourceTime::State { since, until, .. } => columns.extend([since, until]),
    }
    let entities = source.columns.iter().enumerate().filter(|(_, column)| matches!(column.ty.kind, Kind::Entity(_)));
    columns.extend(entities.filter_map(|(index, _)| u32::try_from(index).ok()).map(ColumnId));
    columns
}

/// Adds the columns that loading these columns needs, and returns those of other tables.
fn add_loads(program: &Program, id: SourceId, columns: &mut BTreeSet<ColumnId>) -> Vec<(SourceId, ColumnId)> {
    let mut elsewhere = Vec::new();
    let mut todo: Vec<ColumnId> = columns.iter().copied().collect();
    while let Some(column) = todo.pop() {
        let load = &program.sources[id.index()].columns[column.index()].load;
        let mut needed: Vec<ColumnId> = load.after.into_iter().collect();
        if let Some(LoadZone::Lookup { entity, source, by, column }) = load.zone {
            needed.push(entity);
            elsewhere.extend([(source, by), (source, column)]);
        }
        todo.extend(needed.into_iter().filter(|column| columns.insert(*column)));
    }
    elsewhere
}

/// The tables behind a source.
pub(crate) fn tables(program: &Program, id: SourceId) -> Vec<SourceId> {
    match program.sources.get(id.index()).map(|source| &source.kind) {
        Some(SourceKind::Union(parts)) => parts.iter().map(|part| part.source).collect(),
        Some(SourceKind::Table(_)) => vec![id],
        None => Vec::new(),
    }
}

/// All sources of a program.
pub(crate) fn ids(program: &Program) -> impl Iterator<Item = SourceId> + use<> {
    (0..program.sources.len()).filter_map(|index| u32::try_from(index).ok()).map(SourceId)
}
