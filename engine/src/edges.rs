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
use watchfire_dsl::program::{ColumnId, Program, SourceId, SourceKind, SourceTime};

/// Adds the tables of starts and ends whose state tables were read.
pub(crate) fn add(program: &Program, store: &mut Store) {
    for (index, source) in program.sources.iter().enumerate() {
        let SourceKind::Edges { of, end } = source.kind else { continue };
        let (Some(base), Ok(id)) = (store.table(of), u32::try_from(index)) else { continue };
        let since = match program.sources.get(of.index()).map(|source| &source.kind) {
            Some(SourceKind::Table(declared)) => match declared.time {
                SourceTime::State { since, .. } => Some(since),
                _ => None,
            },
            _ => None,
        };
        let table = if end { ends(base, SourceId(id), since) } else { starts(base, SourceId(id)) };
        if let Some(place) = store.tables.get_mut(index) {
            *place = Some(Arc::new(table));
        }
    }
}

fn starts(base: &Table, source: SourceId) -> Table {
    Table { source, events: !mutant(Mutant::StartsLast), known_range: None, ..base.clone() }
}

/// Rows that end at one time lie in the row order of the state, which looks at their start first.
fn ends(base: &Table, source: SourceId, since: Option<ColumnId>) -> Table {
    let end = |line: u32| base.until.as_ref().map_or(NEVER, |until| until[line as usize]);
    let lines: Vec<u32> = (0..base.rows as u32).filter(|line| end(*line) != NEVER).collect();
    let time: Vec<i64> = lines.iter().map(|line| end(*line)).collect();
    let at_once = mutant(Mutant::EndsKnownAtOnce);
    let known = |line: u32| if at_once { base.known(line) } else { base.known(line).max(end(line)) };
    let known: Vec<i64> = lines.iter().map(|line| known(*line)).collect();
    Table {
        source,
        rows: lines.len(),
        columns: base.columns.iter().map(|column| Some(column.as_ref()?.gather(&lines))).collect(),
        known_until: base.known_until.as_ref().map(|_| lines.iter().map(|line| base.known_until(*line)).collect()),
        row: Some(lines.iter().map(|line| base.row(*line)).collect()),
        order: since.into_iter().chain(base.order.iter().copied()).collect(),
        time: Some(time.into()),
        until: None,
        known: Some(known.into()),
        hidden_until: None,
        known_range: None,
        events: true,
    }
}
