//! The distinct entities that occur in rows about another: `from Guest in access` (docs/language.md §3.3).
//!
//! By definition: collect the entities in the rows, sort, drop repetitions. Two ways are faster and give the same:
//! where the columns are plain columns of one table, codes are sorted instead of keys; and where no row about the entity
//! is ever replaced and neither window nor state limits them, who occurs at k is whoever occurred by then, worked out
//! once for each entity.

use super::Evaluator;
use super::rows::{Rows, Shape};
use crate::plan::{PartColumn, TimelineId};
use crate::table::{ColumnData, NEVER};
use crate::timeline::RowRef;
use std::collections::BTreeMap;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, SourceId};
use watchfire_stdlib::value::{EntityKey, Value};

/// Entities by key, each with the instant from which it is known to occur.
pub(super) type Known = Arc<[(EntityKey, i64)]>;

impl<'a> Evaluator<'a> {
    /// The entities in `columns` of the rows about the entity at hand, by key.
    pub(super) fn elements(
        &mut self,
        columns: &'a [ColumnId],
        timeline: TimelineId,
        window: Option<(i64, i64)>,
    ) -> Vec<EntityKey> {
        let source = self.world.plan.timelines[timeline.0 as usize].source;
        let rows = self.rows(timeline);
        if window.is_none()
            && let Some(known) = self.known_elements(columns, timeline, source, rows)
        {
            let k = self.k;
            return known.iter().filter(|(_, since)| *since <= k).map(|(key, _)| key.clone()).collect();
        }
        let places: Vec<usize> = Rows::new(self.world, source, rows, window, self.t, self.k).collect();
        if let Some(found) = self.elements_by_code(columns, source, rows, &places) {
            return found;
        }
        let mut found: Vec<EntityKey> =
            places.into_iter().filter_map(|place| self.element(source, rows[place], columns)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The entity in `columns` of a row, if all its parts are there.
    fn element(&mut self, source: SourceId, row: RowRef, columns: &[ColumnId]) -> Option<EntityKey> {
        let mut part = |column: &ColumnId| match self.cell(source, row, *column) {
            Value::Entity(key) => Some(key),
            _ => None,
        };
        match columns {
            [column] => part(column),
            [first, second] => match (part(first)?, part(second)?) {
                (EntityKey::Single(first), EntityKey::Single(second)) => Some(EntityKey::Pair(first, second)),
                _ => None,
            },
            _ => None,
        }
    }

    /// By sorting codes, which compare as the keys do.
    fn elements_by_code(
        &self,
        columns: &[ColumnId],
        source: SourceId,
        rows: &[RowRef],
        places: &[usize],
    ) -> Option<Vec<EntityKey>> {
        if !self.world.plan.unions[source.index()].is_empty() {
            return None;
        }
        let table = self.world.store.table(source)?;
        let coded = |column: &ColumnId| {
            let column = table.column(*column)?;
            match &column.data {
                ColumnData::Entity(codes, keys) => Some((column, codes, keys)),
                _ => None,
            }
        };
        let line = |place: &usize| rows[*place].row as usize;
        match columns {
            [only] => {
                let (column, codes, keys) = coded(only)?;
                let valid = places.iter().map(line).filter(|line| column.is_valid(*line));
                let mut found: Vec<u32> = valid.map(|line| codes[line]).collect();
                found.sort_unstable();
                found.dedup();
                Some(found.into_iter().map(|code| keys[code as usize].clone()).collect())
            }
            [first, second] => {
                let ((left, left_codes, left_keys), (right, right_codes, right_keys)) = (coded(first)?, coded(second)?);
                let valid = places.iter().map(line).filter(|line| left.is_valid(*line) && right.is_valid(*line));
                let mut found: Vec<(u32, u32)> = valid.map(|line| (left_codes[line], right_codes[line])).collect();
                found.sort_unstable();
                found.dedup();
                let pair = |(a, b): (u32, u32)| match (&left_keys[a as usize], &right_keys[b as usize]) {
                    (EntityKey::Single(a), EntityKey::Single(b)) => Some(EntityKey::Pair(a.clone(), b.clone())),
                    _ => None,
                };
                Some(found.into_iter().filter_map(pair).collect())
            }
            _ => None,
        }
    }

    /// Since when each entity is known to occur; `None` where that is not all there is to know.
    fn known_elements(
        &mut self,
        columns: &'a [ColumnId],
        timeline: TimelineId,
        source: SourceId,
        rows: &'a [RowRef],
    ) -> Option<Known> {
        let this = self.this;
        let remembered =
            self.subjects[this].elements.iter().find(|(id, of, _)| *id == timeline && std::ptr::eq(*of, columns));
        if let Some((_, _, known)) = remembered {
            return known.clone();
        }
        let known = self.work_out_known_elements(columns, source, rows);
        self.subjects[this].elements.push((timeline, columns, known.clone()));
        known
    }

    fn work_out_known_elements(&mut self, columns: &[ColumnId], source: SourceId, rows: &'a [RowRef]) -> Option<Known> {
        let world = self.world;
        if crate::mutant::active() {
            return None;
        }
        let plain = |column: &ColumnId| {
            let parts = &world.plan.unions[source.index()];
            parts.iter().all(|part| !matches!(part.columns.get(column.index()), Some(PartColumn::Computed(_))))
        };
        if !columns.iter().all(plain) {
            return None;
        }
        let mut known: BTreeMap<EntityKey, i64> = BTreeMap::new();
        for row in rows {
            let table = world.table(source, *row)?;
            if Shape::of(table) == Shape::State || table.known_until(row.row) != NEVER {
                return None;
            }
            if let Some(key) = self.element(source, *row, columns) {
                let since = known.entry(key).or_insert(table.known(row.row));
                *since = table.known(row.row).min(*since);
            }
        }
        Some(known.into_iter().collect())
    }
}
