//! Rows of a source or union: when they lie, when they are known, what is in them.

use super::{Binding, Evaluator, World};
use crate::mutant::{Mutant, mutant};
use crate::plan::PartColumn;
use crate::table::{ALWAYS, Table};
use crate::timeline::RowRef;
use watchfire_dsl::program::{ColumnId, Row, SourceId};
use watchfire_stdlib::value::Value;

impl<'a> World<'a> {
    /// The table that a row lies in.
    pub(crate) fn table(&self, source: SourceId, row: RowRef) -> Option<&'a Table> {
        let parts = &self.plan.unions[source.index()];
        if parts.is_empty() { self.store.table(source) } else { self.store.table(parts[row.part as usize].source) }
    }

    /// Whether the row is to be seen at k.
    pub(crate) fn visible(&self, source: SourceId, row: RowRef, k: i64) -> bool {
        let Some(table) = self.table(source, row) else { return false };
        if mutant(Mutant::KnowledgeIgnored) {
            return true;
        }
        if mutant(Mutant::LatestVersionKept) {
            return table.known(row.row) <= k;
        }
        table.visible(row.row, k)
    }

    /// Event time of a row; the beginning of time for timeless ones.
    pub(crate) fn time(&self, source: SourceId, row: RowRef) -> i64 {
        self.table(source, row).and_then(|table| table.time(row.row)).unwrap_or(ALWAYS)
    }
}

/// How the rows of one part lie in time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Timeless,
    Events,
    State,
}

impl Shape {
    pub(super) fn of(table: &Table) -> Self {
        match &table.time {
            None => Self::Timeless,
            Some(_) if table.has_states() => Self::State,
            Some(_) => Self::Events,
        }
    }
}

/// The rows about an entity that an aggregate looks at, before its `where` (docs/language.md §3.1).
pub(super) struct Rows<'a> {
    world: World<'a>,
    source: SourceId,
    rows: &'a [RowRef],
    next: usize,
    end: usize,
    window: Option<(i64, i64)>,
    t: i64,
    k: i64,
}

impl<'a> Rows<'a> {
    /// Rows at t and k, in a window `(from, to]` if there is one.
    pub(super) fn new(
        world: World<'a>,
        source: SourceId,
        rows: &'a [RowRef],
        window: Option<(i64, i64)>,
        t: i64,
        k: i64,
    ) -> Self {
        let mut selection = Self { world, source, rows, next: 0, end: rows.len(), window, t, k };
        let parts = &world.plan.unions[source.index()];
        let all = |shape| {
            let has = |source| world.store.table(source).is_none_or(|table| Shape::of(table) == shape);
            if parts.is_empty() { has(source) } else { parts.iter().all(|part| has(part.source)) }
        };
        // Rows lie in event time: what cannot be in the window is skipped by binary search.
        match window {
            Some((from, to)) if all(Shape::Events) => {
                let from = if mutant(Mutant::WindowOpenEdge) { from.saturating_sub(1) } else { from };
                selection.next = rows.partition_point(|row| world.time(source, *row) <= from);
                selection.end = rows.partition_point(|row| world.time(source, *row) <= to).max(selection.next);
            }
            Some((_, to)) if all(Shape::State) => {
                selection.end = rows.partition_point(|row| world.time(source, *row) <= to);
            }
            None if all(Shape::State) => {
                selection.end = rows.partition_point(|row| world.time(source, *row) <= t);
            }
            _ => {}
        }
        selection
    }

    /// Whether the selection takes the row at this place.
    pub(super) fn takes(&self, place: usize) -> bool {
        (self.next..self.end).contains(&place) && self.rows.get(place).is_some_and(|row| self.counts(*row))
    }

    fn counts(&self, row: RowRef) -> bool {
        let Some(table) = self.world.table(self.source, row) else { return false };
        let time = table.time(row.row).unwrap_or(ALWAYS);
        let in_time = match (Shape::of(table), self.window) {
            (Shape::Timeless, _) | (Shape::Events, None) => true,
            (Shape::Events, Some((from, to))) => {
                let after = from < time || (mutant(Mutant::WindowOpenEdge) && from == time);
                after && time <= to && !(mutant(Mutant::WindowCloseEdge) && time == to)
            }
            (Shape::State, None) => {
                let end = table.until_at(row.row, self.k);
                time <= self.t && (self.t < end || (mutant(Mutant::StateEndInclusive) && self.t == end))
            }
            (Shape::State, Some((from, to))) => {
                let end = table.until_at(row.row, self.k);
                // Whole microseconds: [start, end) and [from + 1, to + 1) share one.
                time.max(from.saturating_add(1)) < end.min(to.saturating_add(1))
            }
        };
        in_time && self.world.visible(self.source, row, self.k)
    }
}

impl Iterator for Rows<'_> {
    /// The place among the entity's rows.
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.next < self.end {
            let place = self.next;
            self.next += 1;
            if self.counts(self.rows[place]) {
                return Some(place);
            }
        }
        None
    }
}

impl DoubleEndedIterator for Rows<'_> {
    fn next_back(&mut self) -> Option<usize> {
        while self.next < self.end {
            self.end -= 1;
            if self.counts(self.rows[self.end]) {
                return Some(self.end);
            }
        }
        None
    }
}

impl<'a> Evaluator<'a> {
    /// A column of a bound row, or of the row to which its moves lead; missing where there is none.
    pub(super) fn column(&mut self, row: &Row, source: SourceId, column: ColumnId) -> Value {
        match self.slots.get(self.frame + row.slot.index()) {
            Some(Binding::Row { rows, place }) => {
                let (rows, place) = (*rows, *place);
                match self.moved(source, rows, place, &row.moves) {
                    Some(found) => self.cell(source, found, column),
                    None => Value::Missing,
                }
            }
            Some(Binding::Derived { rows, place }) => match self.moved_in_table(rows, *place, &row.moves) {
                Some(place) => rows.cell(place, column),
                None => Value::Missing,
            },
            Some(Binding::PartRow(line)) => match self.world.store.table(source) {
                Some(table) if row.is_own() => table.value_at(*line, column, self.k),
                _ => Value::Missing,
            },
            _ => Value::Missing,
        }
    }

    /// A cell of a row of a table or union, as it reads at an instant.
    pub(crate) fn cell_at(&mut self, source: SourceId, row: RowRef, column: ColumnId, k: i64) -> Value {
        self.begin(k, k, None);
        self.cell(source, row, column)
    }

    /// A cell of a row of a table or union, as it reads at k.
    pub(super) fn cell(&mut self, source: SourceId, row: RowRef, column: ColumnId) -> Value {
        let world = self.world;
        let parts = &world.plan.unions[source.index()];
        if parts.is_empty() {
            return world.store.table(source).map_or(Value::Missing, |table| table.value_at(row.row, column, self.k));
        }
        let part = &parts[row.part as usize];
        match part.columns.get(column.index()) {
            Some(PartColumn::Plain(plain)) => {
                world.store.table(part.source).map_or(Value::Missing, |table| table.value_at(row.row, *plain, self.k))
            }
            Some(PartColumn::Computed(computed)) => {
                let frame = self.push_frame(computed.slots);
                self.slots[self.frame] = Binding::PartRow(row.row);
                let value = self.value(&computed.value);
                self.pop_frame(frame);
                value
            }
            Some(PartColumn::Unused) | None => Value::Missing,
        }
    }

    /// Fresh row variables on top of the others; gives the frame to return to.
    pub(super) fn push_frame(&mut self, slots: usize) -> usize {
        let frame = std::mem::replace(&mut self.frame, self.slots.len());
        self.slots.resize(self.frame + slots, Binding::Unbound);
        frame
    }

    /// Drops the topmost row variables.
    pub(super) fn pop_frame(&mut self, frame: usize) {
        self.slots.truncate(self.frame);
        self.frame = frame;
    }
}

/// Those of an entity's rows at these places that trigger an `on` model in `(after, until]` of known-at, in evaluation
/// order: known-at, event time, row order. Each as (k, t, place among the entity's rows).
pub(crate) fn triggers(
    world: World<'_>,
    source: SourceId,
    rows: &[RowRef],
    places: impl Iterator<Item = usize>,
    span: (i64, i64),
) -> Vec<(i64, i64, usize)> {
    let found = places.filter_map(|place| {
        let (known, time) = triggers_between(world, source, rows[place], span)?;
        Some((known, time, place))
    });
    let mut found: Vec<_> = found.collect();
    found.sort_unstable();
    found
}

/// When a row is known and what time it speaks of, if it triggers in `(after, until]` of known-at.
#[inline]
pub(crate) fn triggers_between(
    world: World<'_>,
    source: SourceId,
    row: RowRef,
    (after, until): (i64, i64),
) -> Option<(i64, i64)> {
    let table = world.table(source, row)?;
    let known = table.known(row.row);
    let triggers = after < known && known <= until && table.triggers(row.row);
    Some((known, table.time(row.row)?)).filter(|_| triggers)
}

/// Whether a row about the entity can be seen in `window` at k (asked by one mutant only).
pub(crate) fn any_row(world: World<'_>, source: SourceId, rows: &[RowRef], window: (i64, i64), k: i64) -> bool {
    Rows::new(world, source, rows, Some(window), k, k).next().is_some()
}
