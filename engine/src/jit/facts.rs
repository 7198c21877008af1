//! Facts about an entity as columns: for each row of a table, what an aggregate is when the row becomes known.
//!
//! ```text
//! rows about one entity     ●────●──●───────●────●──────►  time
//! at the fourth               └──────────────┘  window: rows enter at its end and leave at its start, each once
//! ```
//!
//! This holds for an entity whose rows became known in event order and were never replaced: what is known at a row is
//! then a first part of them. For other entities facts are unsure.

use super::code::{RULE, UNDECIDED};
use super::form::{Fact, FactFunction};
use super::window::{Counted, Differing, FloatSum, Outcome, WholeSum, Window, scale};
use crate::run::parallel::in_parallel;
use crate::table::{Column, ColumnData, NEVER, Table};
use crate::timeline::Timeline;
use std::collections::HashMap;
use std::ops::Range;
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

/// The rows of a partition in the order of a timeline, with what decides when they count.
#[derive(Debug, Default)]
pub(super) struct Strip {
    rows: Vec<u32>,
    times: Vec<i64>,
    known: Vec<i64>,
    /// The rows about each entity for which facts can be said: they became known in event order, and stay.
    steady: Vec<Range<usize>>,
}

/// The strips of all partitions.
pub(super) fn strips(table: &Table, timeline: &Timeline, partitions: usize, threads: usize) -> Vec<Strip> {
    let Some(times) = &table.time else { return Vec::new() };
    in_parallel(threads, partitions, |partition| {
        let (rows, ranges) = timeline.ranges(partition);
        let rows: Vec<u32> = rows.iter().map(|row| row.row).collect();
        let known = pick(&table.known, &rows);
        let stays = |row: &u32| table.known_until[*row as usize] == NEVER;
        let steady = ranges.filter(|range| known[range.clone()].is_sorted() && rows[range.clone()].iter().all(stays));
        Strip { times: pick(times, &rows), steady: steady.collect(), known, rows }
    })
}

/// The values at these rows.
fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| values[*row as usize]).collect()
}

/// What facts are made from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) table: &'a Table,
    pub(super) strips: &'a [Strip],
    pub(super) zone: &'a Zone,
    pub(super) threads: usize,
}

impl Ground<'_> {
    /// A fact for each row; `mask`: what a filter decides about each row ([`RULE`]: it counts). `None`: nothing is gained by it.
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
            (FactFunction::Count, _) => walk.of(Counted::default, ColumnData::Int),
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
                let scaled = scale(values, valid)?;
                walk.of(|| FloatSum::new(values, scaled, mean), ColumnData::Float)
            }
            _ => None,
        }
    }

    /// The cells of a column in the n-th row before each.
    pub(super) fn before(&self, times: u32, column: ColumnId) -> Option<Made> {
        let column = self.table.column(column)?;
        let mut from: Vec<u32> = (0..self.table.rows as u32).collect();
        let mut states = vec![UNSURE; self.table.rows];
        for strip in self.strips {
            for rows in strip.steady.iter().map(|range| &strip.rows[range.clone()]) {
                for (place, row) in rows.iter().enumerate() {
                    let before = place.checked_sub(times as usize).and_then(|place| rows.get(place));
                    let known = before.is_some_and(|before| column.is_valid(*before as usize));
                    states[*row as usize] = if known { KNOWN } else { MISSING };
                    from[*row as usize] = before.copied().unwrap_or(*row);
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
        let Ground { table, strips, threads, .. } = *self.ground;
        let threads = threads.clamp(1, strips.len().max(1));
        let parts = in_parallel(threads, threads, |thread| {
            let mut window = window();
            let of_strip = |strip| (strip, self.strip(strip, &mut window));
            strips.iter().skip(thread).step_by(threads).map(of_strip).collect::<Vec<_>>()
        });
        let mut values = vec![W::Value::default(); table.rows];
        let mut states = vec![UNSURE; table.rows];
        for (strip, found) in parts.into_iter().flatten() {
            for (row, (value, state)) in strip.rows.iter().zip(found) {
                (values[*row as usize], states[*row as usize]) = (value, state);
            }
        }
        Some(Made { data: column(values), states })
    }

    fn strip<W: Window>(&self, strip: &Strip, window: &mut W) -> Vec<(W::Value, u8)> {
        window.load(&strip.rows);
        let counts = |row: &u32| {
            let there = self.value.is_none_or(|value| value.is_valid(*row as usize));
            match self.mask.map_or(RULE, |mask| mask[*row as usize]) {
                UNDECIDED => UNDECIDED,
                RULE if there => RULE,
                _ => 0,
            }
        };
        let counts: Vec<u8> = strip.rows.iter().map(counts).collect();
        let mut found = vec![(W::Value::default(), UNSURE); strip.rows.len()];
        for range in &strip.steady {
            self.entity(strip, &counts, range.clone(), window, &mut found);
        }
        found
    }

    fn entity<W: Window>(
        &self,
        strip: &Strip,
        counts: &[u8],
        range: Range<usize>,
        window: &mut W,
        found: &mut [(W::Value, u8)],
    ) {
        let (times, known) = (&strip.times[..range.end], &strip.known[..range.end]);
        let (mut entered, mut left, mut doubtful) = (range.start, range.start, 0_usize);
        for row in range.clone() {
            let (until, after) = match self.span {
                None => (i64::MAX, i64::MIN),
                Some((length, gap)) => {
                    let until = times[row].saturating_sub(gap);
                    (until, until.saturating_sub(length))
                }
            };
            while entered < range.end && times[entered] <= until && known[entered] <= known[row] {
                match counts[entered] {
                    RULE => window.enter(entered),
                    UNDECIDED => doubtful += 1,
                    _ => {}
                }
                entered += 1;
            }
            while left < entered && self.span.is_some() && times[left] <= after {
                match counts[left] {
                    RULE => window.leave(left),
                    UNDECIDED => doubtful -= 1,
                    _ => {}
                }
                left += 1;
            }
            found[row] = match window.outcome() {
                Outcome::Known(value) if doubtful == 0 => (value, KNOWN),
                Outcome::Missing if doubtful == 0 => (W::Value::default(), MISSING),
                _ => (W::Value::default(), UNSURE),
            };
        }
        for row in (left..entered).filter(|row| counts[*row] == RULE) {
            window.leave(row);
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
