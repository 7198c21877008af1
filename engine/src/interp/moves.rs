//! From a row to another one among those about the same entity that are visible at k (docs/language.md §3.4).

use super::Evaluator;
use super::derived::DerivedRows;
use crate::mutant::{Mutant, mutant};
use crate::plan::{before, span_of};
use crate::table::ALWAYS;
use crate::timeline::RowRef;
use watchfire_dsl::program::{Move, SourceId};

impl<'a> Evaluator<'a> {
    /// The row to which moves lead from the one at `place` among all versions of the rows about an entity. Where rows
    /// became known in event order, the next one in its direction is the answer at once.
    pub(super) fn moved(
        &self,
        source: SourceId,
        rows: &'a [RowRef],
        mut place: usize,
        moves: &[Move],
    ) -> Option<RowRef> {
        if let ([Move::Before(times)], true) = (moves, mutant(Mutant::BeforeAcrossEntities)) {
            let RowRef { part, row } = rows[place];
            return Some(RowRef { part, row: row.checked_sub(*times)? });
        }
        for to in moves {
            place = match *to {
                Move::Before(times) => {
                    let seen = |row| mutant(Mutant::BeforeIgnoresKnowledge) || self.visible(source, row);
                    nth((0..place).rev(), times, |place| seen(rows[place]))?
                }
                Move::After(times) => {
                    let seen = |row| mutant(Mutant::AfterIgnoresKnowledge) || self.visible(source, row);
                    nth(place + 1..rows.len(), times, |place| seen(rows[place]))?
                }
                Move::Earlier(span) => {
                    let time = self.world.time(source, rows[place]);
                    let span = span_of(span, self.world.parameters)?;
                    let latest = before(&self.world.zone, time, span).unwrap_or(ALWAYS);
                    let strict = i64::from(mutant(Mutant::BeforeSpanStrict));
                    let end = rows.partition_point(|row| self.world.time(source, *row) <= latest - strict);
                    nth((0..end).rev(), 1, |place| self.visible(source, rows[place]))?
                }
            };
        }
        Some(rows[place])
    }
}

impl Evaluator<'_> {
    /// The same among the rows of a derived table.
    pub(super) fn moved_in_table(&self, rows: &DerivedRows, mut place: usize, moves: &[Move]) -> Option<usize> {
        for to in moves {
            place = match *to {
                Move::Before(times) => place.checked_sub(times as usize)?,
                Move::After(times) => place.checked_add(times as usize).filter(|place| *place < rows.len())?,
                Move::Earlier(span) => {
                    let span = span_of(span, self.world.parameters)?;
                    let latest = before(&self.world.zone, rows.time(place), span).unwrap_or(ALWAYS);
                    rows.until(latest).checked_sub(1)?
                }
            };
        }
        Some(place)
    }
}

/// The n-th of the places that fit.
fn nth(mut places: impl Iterator<Item = usize>, n: u32, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let mut left = n;
    places.find(|place| {
        if fits(*place) {
            left = left.saturating_sub(1);
        }
        left == 0
    })
}
