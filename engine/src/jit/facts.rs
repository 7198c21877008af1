//! Facts about an entity as columns: for each row of a table, what an aggregate is when the row becomes known.
//!
//! ```text
//! rows about one entity     ●────●──●───────●────●──────►  time
//! at the fourth               └──────────────┘  window: rows enter at its end and leave at its start, each once
//! ```
//!
//! This holds for an entity whose rows became known in event order and were never replaced: what is known at a row is
//! then a first part of them. For other entities facts are unsure.

use super::form::{Fact, FactFunction};
use super::window::{Counted, Differing, FloatSum, Outcome, WholeSum, Window};
use crate::run::parallel::in_parallel;
use crate::table::{Column, ColumnData, NEVER, Table};
use crate::timeline::{RowRef, Timeline};
use std::collections::HashMap;
use watchfire_dsl::program::{ColumnId, SpanOfTime};
use watchfire_stdlib::value::DAY_MICROS;
use watchfire_stdlib::zone::Zone;

/// A cell of a [`Made`] column is not there.
pub(super) const MISSING: u8 = 0;
/// It is there.
pub(super) const KNOWN: u8 = 1;
/// Only the interpreter can say.
pub(super) const UNSURE: u8 = 2;

/// A column that was worked out, in the order of the table.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) data: ColumnData,
    pub(super) states: Vec<u8>,
}

/// What facts are made from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) table: &'a Table,
    pub(super) timeline: &'a Timeline,
    pub(super) zone: &'a Zone,
    pub(super) threads: usize,
    pub(super) partitions: usize,
}

impl<'a> Ground<'a> {
    /// A fact for each row; `mask`: for each row whether it counts (1), or may (2). `None`: nothing is gained by it.
    pub(super) fn fact(&self, fact: &Fact, mask: Option<&[u8]>) -> Option<Made> {
        let span = match fact.window {
            None => None,
            Some((length, gap)) => Some(self.lengths(length, gap)?),
        };
        let value = match fact.value {
            None => None,
            Some(column) => Some(self.table.column(column)?),
        };
        let walk = Walk { ground: self, span, mask, value };
        match (fact.function, value.map(|value| &value.data)) {
            (FactFunction::Count, _) => walk.of(Counted::default, |counts| ColumnData::Int(counts)),
            (FactFunction::Any, _) => {
                walk.of(Counted::default, |counts: Vec<i64>| ColumnData::Bool(counts.iter().map(|n| *n > 0).collect()))
            }
            (FactFunction::CountDistinct, Some(_)) => {
                let (codes, many) = codes(value?)?;
                walk.of(|| Differing::new(&codes, many), ColumnData::Int)
            }
            (FactFunction::Sum, Some(ColumnData::Int(values))) => walk.of(|| WholeSum::new(values), ColumnData::Int),
            (FactFunction::Sum, Some(ColumnData::Money(values))) => {
                walk.of(|| WholeSum::new(values), ColumnData::Money)
            }
            (FactFunction::Sum | FactFunction::Mean, Some(ColumnData::Float(values))) => {
                let (mean, valid) = (fact.function == FactFunction::Mean, value?.valid.as_deref());
                let scaled = super::window::scale(values, valid)?;
                walk.of(|| FloatSum::new(values, scaled, mean), ColumnData::Float)
            }
            _ => None,
        }
    }

    /// The cells of a column in the n-th row before each.
    pub(super) fn before(&self, times: u32, column: ColumnId) -> Option<Made> {
        let column = self.table.column(column)?;
        let back = times as usize;
        let mut from: Vec<u32> = (0..self.table.rows as u32).collect();
        let mut states = vec![UNSURE; self.table.rows];
        for partition in 0..self.partitions {
            for (_, rows) in self.timeline.entries(partition) {
                if !is_steady(self.table, rows) {
                    continue;
                }
                for (place, row) in rows.iter().enumerate() {
                    let row = row.row as usize;
                    states[row] = MISSING;
                    if let Some(before) = place.checked_sub(back).and_then(|place| rows.get(place)) {
                        from[row] = before.row;
                        states[row] = if column.is_valid(before.row as usize) { KNOWN } else { MISSING };
                    }
                }
            }
        }
        Some(Made { data: column.gather(&from).data, states })
    }

    /// Lengths in microseconds, where a day is always as long.
    fn lengths(&self, length: SpanOfTime, gap: SpanOfTime) -> Option<(i64, i64)> {
        let micros = |span: SpanOfTime| {
            let days = span.days.checked_mul(DAY_MICROS)?.checked_add(span.micros)?;
            (span.months == 0 && days >= 0).then_some(days)
        };
        let (length, gap) = (micros(length)?, micros(gap)?);
        let times = self.table.time.as_ref()?;
        let (first, last) = (times.iter().min()?, times.iter().max()?);
        let first = first.checked_sub(length)?.checked_sub(gap)?.checked_sub(DAY_MICROS)?;
        self.zone.offset_between(first, last.checked_add(DAY_MICROS)?)?;
        Some((length, gap))
    }
}

/// Rows about an entity became known in event order, and stay.
fn is_steady(table: &Table, rows: &[RowRef]) -> bool {
    let known = |row: &RowRef| table.known[row.row as usize];
    rows.is_sorted_by_key(known) && rows.iter().all(|row| table.known_until[row.row as usize] == NEVER)
}

/// The way over the rows of all entities.
struct Walk<'a> {
    ground: &'a Ground<'a>,
    /// Length of the window, and how long before the row it ends.
    span: Option<(i64, i64)>,
    mask: Option<&'a [u8]>,
    value: Option<&'a Column>,
}

impl Walk<'_> {
    /// Walks with a window for each thread, and makes a column of what came out.
    fn of<W: Window>(
        &self,
        window: impl Fn() -> W + Sync,
        column: impl Fn(Vec<W::Value>) -> ColumnData,
    ) -> Option<Made> {
        let Ground { table, timeline, threads, partitions, .. } = *self.ground;
        let threads = threads.clamp(1, partitions.max(1));
        let parts = in_parallel(threads, threads, |thread| {
            let mut window = window();
            let mut found = Vec::new();
            for partition in (thread..partitions).step_by(threads) {
                for (_, rows) in timeline.entries(partition) {
                    if is_steady(table, rows) {
                        self.entity(rows, &mut window, &mut found);
                    }
                }
            }
            found
        });
        let mut values = vec![W::Value::default(); table.rows];
        let mut states = vec![UNSURE; table.rows];
        for (row, value, state) in parts.into_iter().flatten() {
            (values[row as usize], states[row as usize]) = (value, state);
        }
        Some(Made { data: column(values), states })
    }

    fn entity<W: Window>(&self, rows: &[RowRef], window: &mut W, found: &mut Vec<(u32, W::Value, u8)>) {
        let table = self.ground.table;
        let (Some(times), known) = (&table.time, &table.known) else { return };
        let (mut entered, mut left, mut doubtful) = (0, 0, 0_usize);
        let counts = |row: usize| {
            let there = self.value.is_none_or(|value| value.is_valid(row));
            (self.mask.map_or(KNOWN, |mask| mask[row]), there)
        };
        for row in rows {
            let row = row.row as usize;
            let (until, k) = (self.span.map(|(_, gap)| times[row].saturating_sub(gap)), known[row]);
            while let Some(next) = rows.get(entered).map(|next| next.row as usize)
                && until.is_none_or(|until| times[next] <= until)
                && known[next] <= k
            {
                match counts(next) {
                    (KNOWN, true) => window.enter(next),
                    (UNSURE, _) => doubtful += 1,
                    _ => {}
                }
                entered += 1;
            }
            let after = self.span.zip(until).map(|((length, _), until)| until.saturating_sub(length));
            while left < entered
                && let Some(first) = rows.get(left).map(|first| first.row as usize)
                && after.is_some_and(|after| times[first] <= after)
            {
                match counts(first) {
                    (KNOWN, true) => window.leave(first),
                    (UNSURE, _) => doubtful -= 1,
                    _ => {}
                }
                left += 1;
            }
            let (value, state) = match window.outcome() {
                _ if doubtful > 0 => (W::Value::default(), UNSURE),
                Outcome::Known(value) => (value, KNOWN),
                Outcome::Missing => (W::Value::default(), MISSING),
                Outcome::Unsure => (W::Value::default(), UNSURE),
            };
            found.push((row as u32, value, state));
        }
        for row in rows.get(left..entered).unwrap_or_default() {
            if let (KNOWN, true) = counts(row.row as usize) {
                window.leave(row.row as usize);
            }
        }
    }
}

/// Values as dense codes, and how many there are.
fn codes(column: &Column) -> Option<(Vec<u32>, usize)> {
    Some(match &column.data {
        ColumnData::Text(codes, texts) => (codes.clone(), texts.len()),
        ColumnData::Entity(codes, keys) => (codes.clone(), keys.len()),
        ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => {
            let mut known: HashMap<i64, u32> = HashMap::new();
            let code = |value: &i64| {
                let next = known.len() as u32;
                *known.entry(*value).or_insert(next)
            };
            let codes = values.iter().map(code).collect();
            (codes, known.len())
        }
        _ => return None,
    })
}
