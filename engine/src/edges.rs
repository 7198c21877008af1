//! `starts of S` and `ends of S`: tables of events made from the table of a state (docs/language.md §3.7).
//!
//! ```text
//! S            │ a ──────── b │        a row from a until b, known at k
//! starts of S  │ a            │        the same line as an event at a, known at k
//! ends of S    │            b │        … at b, known from max(b, k) on; rows without an end are not there
//! ```
//!
//! They are tables like others, so timelines, windows, triggers and sequences need know nothing of them.

use crate::mutant::{Mutant, mutant};
use crate::table::{NEVER, Store, Table};
use std::sync::Arc;
use watchfire_dsl::program::{Program, SourceId, SourceKind};

/// Adds the tables of starts and ends whose state tables were read.
pub(crate) fn add(program: &Program, store: &mut Store) {
    for (index, source) in program.sources.iter().enumerate() {
        let SourceKind::Edges { of, end } = source.kind else { continue };
        let (Some(base), Ok(id)) = (store.table(of), u32::try_from(index)) else { continue };
        let table = if end { ends(base, SourceId(id)) } else { starts(base, SourceId(id)) };
        if let Some(place) = store.tables.get_mut(index) {
            *place = Some(Arc::new(table));
        }
    }
}

fn starts(base: &Table, source: SourceId) -> Table {
    Table { source, events: !mutant(Mutant::StartsLast), known_range: None, ..base.clone() }
}

fn ends(base: &Table, source: SourceId) -> Table {
    let end = |line: u32| base.until.as_ref().map_or(NEVER, |until| until[line as usize]);
    let mut lines: Vec<u32> = (0..base.rows as u32).filter(|line| end(*line) != NEVER).collect();
    // Lines lie in row order already.
    lines.sort_by_key(|line| end(*line));
    let pick = |values: &[i64]| lines.iter().map(|line| values[*line as usize]).collect::<Vec<i64>>();
    let time: Vec<i64> = lines.iter().map(|line| end(*line)).collect();
    let began = pick(&base.known);
    let at_once = mutant(Mutant::EndsKnownAtOnce);
    let known = began.iter().zip(&time).map(|(known, end)| if at_once { *known } else { *known.max(end) }).collect();
    Table {
        source,
        rows: lines.len(),
        columns: base.columns.iter().map(|column| Some(column.as_ref()?.gather(&lines))).collect(),
        known_until: pick(&base.known_until),
        row: lines.iter().map(|line| base.row[*line as usize]).collect(),
        time: Some(time),
        until: None,
        known,
        hidden_until: None,
        known_range: None,
        events: true,
    }
}
