//! How much memory there is, and how much a run would take.

use crate::ingest::Reads;
use crate::plan::Plan;
use crate::read::{columnar, files};
use crate::sources::{Format, Input, Sources};
use crate::timeline::part_tables;
use polars::prelude::{ArrowDataType, CompatLevel};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};
use watchfire_dsl::program::{Column, Program, SourceId};

/// What the program itself takes, and what threads work in.
pub(super) const BASE: u64 = 96 << 20;
/// A cell of text: a view, the text, two codes, and its part of a dictionary.
const TEXT: u64 = 56;
/// Bytes of a text file become so many.
const TEXT_FILE: u64 = 7;
/// A row in a timeline: where it lies, its time, and room to order it.
const ORDERED: u64 = 40;
/// A row of a table beside its cells: when it is known, and what a frame needs to say.
const ROW: u64 = 24;

/// Bytes that a run may take where nobody says: three quarters of what the machine, or the group of processes that it
/// runs in, has left. `None`: nobody knows.
pub(super) fn available() -> Option<u64> {
    let memory = MemoryRefreshKind::nothing().with_ram();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(memory));
    let machine = system.available_memory();
    let left = system.cgroup_limits().map_or(machine, |group| machine.min(group.free_memory));
    (left > 0).then_some(left / 4 * 3)
}

/// No run over these inputs takes more than this, about.
pub(super) fn at_most(sources: &Sources) -> u64 {
    let of = |input: &Input| match input {
        Input::Given(_) | Input::Share(_) => 0,
        Input::Frame(frame) => 8 * frame.estimated_size() as u64,
        // A Parquet file may hold a great deal more than it has bytes.
        Input::Files(paths, options) => {
            let found = paths.iter().filter_map(|path| files::expand("", path, options).ok()).flatten();
            found
                .map(|(file, format)| {
                    let bytes = file.metadata().map_or(0, |file| file.len());
                    bytes * if format == Format::Parquet { 50 } else { 2 * TEXT_FILE }
                })
                .sum()
        }
    };
    sources.inputs.values().map(of).sum()
}

/// How many bytes each table that is read would take, ordered for the plan's models.
pub(super) fn tables(program: &Program, plan: &Plan, sources: &Sources, reads: &Reads) -> BTreeMap<SourceId, u64> {
    let mut timelines: BTreeMap<SourceId, u64> = BTreeMap::new();
    for timeline in &plan.timelines {
        part_tables(program, timeline.source).into_iter().for_each(|table| *timelines.entry(table).or_default() += 1);
    }
    let mut found = BTreeMap::new();
    for ((index, source), columns) in program.sources.iter().enumerate().zip(reads) {
        let (Some(columns), Some(input)) = (columns, sources.inputs.get(&source.name)) else { continue };
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        let declared: Vec<&Column> = columns.iter().filter_map(|id| source.columns.get(id.index())).collect();
        let names: BTreeSet<Arc<str>> = declared.iter().flat_map(|column| raw_names(column)).collect();
        let ordered = timelines.get(&id).copied().unwrap_or(0) * ORDERED + ROW;
        found.insert(id, input_bytes(input, &names, ordered));
    }
    found
}

fn raw_names(column: &Column) -> Vec<Arc<str>> {
    if column.load.from.is_empty() { vec![column.name.clone()] } else { column.load.from.clone() }
}

/// Bytes of an input of which these columns are read; `beside`: those of a row beside its cells.
fn input_bytes(input: &Input, names: &BTreeSet<Arc<str>>, beside: u64) -> u64 {
    let row = |columns: &[(String, ArrowDataType)]| {
        let wanted = columns.iter().filter(|(name, _)| names.contains(name.as_str()));
        wanted.map(|(_, dtype)| cell_bytes(dtype)).sum::<u64>() + beside
    };
    match input {
        Input::Given(_) | Input::Share(_) => 0,
        Input::Frame(frame) => {
            let level = CompatLevel::newest();
            let fields =
                frame.columns().iter().map(|column| (column.name().to_string(), column.dtype().to_arrow(level)));
            frame.height() as u64 * row(&fields.collect::<Vec<_>>())
        }
        Input::Files(paths, options) => {
            let found = paths.iter().filter_map(|path| files::expand("", path, options).ok()).flatten();
            found
                .map(|(file, format)| match format {
                    Format::Parquet | Format::Ipc => {
                        columnar::extent(&file, format).map_or(0, |(rows, columns)| rows as u64 * row(&columns))
                    }
                    Format::Csv | Format::Ndjson => file.metadata().map_or(0, |file| file.len() * TEXT_FILE),
                })
                .sum()
        }
    }
}

/// What a cell takes, at most: where it was read and where it is typed are the same memory for most.
fn cell_bytes(dtype: &ArrowDataType) -> u64 {
    match dtype {
        ArrowDataType::Null | ArrowDataType::Boolean | ArrowDataType::Int8 | ArrowDataType::UInt8 => 2,
        ArrowDataType::Date32 => 5,
        ArrowDataType::Int64 | ArrowDataType::Float64 | ArrowDataType::Timestamp(..) => 9,
        ArrowDataType::Int16 | ArrowDataType::UInt16 | ArrowDataType::Int32 | ArrowDataType::UInt32 => 13,
        ArrowDataType::Float32 => 13,
        _ => TEXT,
    }
}
