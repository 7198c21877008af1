//! Rows of derived tables: what the rows of an entity come to in each span of the calendar.
//!
//! ```text
//! rows of the base     ●  ●●    │   ●    ●●  │            │  ●  ●      one span of time after the other
//! rows of the table           Σ ●          Σ ●                     …    known at the end of each
//! ```
//!
//! Each row is made once its span is over, and stays: that can be said of an entity all of whose rows are known by then
//! and are never replaced.

use super::code::{RULE, UNDECIDED};
use super::facts::Room;
use super::pass::{Origin, Pass};
use super::scratch::{Scratch, ScratchData, UNSURE};
use super::window::{Bounds, Stretch};
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, SourceId};
use watchfire_stdlib::buckets::Bucket;
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// How the rows of a base become rows of a derived table.
#[derive(Debug)]
pub(super) struct Grouping<'a> {
    /// The table.
    pub(super) source: SourceId,
    /// The base, and facts about the rows of each group.
    pub(super) pass: Pass<'a>,
    /// The rows that count: a mask of the base.
    pub(super) mask: Option<usize>,
    /// Spans of time, one after the other: first instant, and end.
    pub(super) spans: Arc<[(i64, i64)]>,
    /// Columns, and the fact that each is.
    pub(super) columns: Vec<(ColumnId, usize)>,
}

impl Grouping<'_> {
    /// The fact that a column is, as far as it is known.
    pub(super) fn fact_of(&self, column: ColumnId) -> Option<usize> {
        self.columns.iter().find(|(known, _)| *known == column).map(|(_, fact)| *fact)
    }

    /// Makes the rows of some entities from those in the base's room, and puts them into the table's own.
    pub(super) fn cut(&self, pass: &Pass<'_>, base: &mut Room, room: &mut Room) {
        room.clear();
        base.bounds.iter_mut().for_each(Bounds::clear);
        for entity in 0..base.stretches.len() {
            let Stretch { rows, odd, mut steady, .. } = base.stretches[entity].clone();
            steady &= odd.is_empty();
            let start = room.times.len();
            let mut span = 0;
            if let Some(first) = base.times[rows.clone()].first().filter(|_| steady) {
                span = self.spans.partition_point(|(_, end)| end <= first);
            }
            let mut group = None;
            for row in if steady { rows } else { 0..0 } {
                match self.mask.map_or(RULE, |mask| base.masks[mask][row]) {
                    RULE => {}
                    UNDECIDED => {
                        steady = false;
                        break;
                    }
                    _ => continue,
                }
                let time = base.times[row];
                while self.spans.get(span).is_some_and(|(_, end)| *end <= time) {
                    span += 1;
                }
                let Some((_, end)) = self.spans.get(span).filter(|(start, _)| *start <= time) else { continue };
                steady &= base.known_at(row) < *end;
                if group.replace(span) == Some(span) {
                    base.bounds.iter_mut().for_each(|bounds| bounds.extend_last(row as u32 + 1));
                } else {
                    base.bounds.iter_mut().for_each(|bounds| bounds.push(row as u32, row as u32 + 1));
                    room.times.push(*end);
                }
            }
            let rows = start..room.times.len();
            base.stretches[entity].points = rows.clone();
            base.stretches[entity].steady &= steady;
            room.stretches.push(Stretch { points: rows.clone(), rows, odd: 0..0, steady });
        }
        base.work_out_facts(&self.pass);
        room.lines.extend(0..room.times.len() as u32);
        room.cells
            .resize_with(pass.cells.len(), || Scratch { data: ScratchData::Bytes(Vec::new()), states: Vec::new() });
        for (cell, (_, origin)) in room.cells.iter_mut().zip(&pass.cells) {
            let Origin::Made(fact, _) = origin else { continue };
            let made = &base.facts[*fact];
            cell.clone_from(made);
            for Stretch { rows, steady, .. } in &mut room.stretches {
                *steady &= !made.states[rows.clone()].contains(&UNSURE);
            }
        }
    }
}

/// The spans of a kind that hold the instants from `first` to `last`, in order; `None`: they are too many, or the clock
/// is set back so that one span lies in another.
pub(super) fn spans(bucket: Bucket, (first, last): (i64, i64), zone: &Zone) -> Option<Vec<(i64, i64)>> {
    /// No change of a clock is shorter.
    const STEP: i64 = 15 * 60 * 1_000_000;
    const MOST: usize = 1 << 18;
    if last.checked_sub(first)? / STEP > MOST as i64 {
        return None;
    }
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut time = first;
    loop {
        let value = bucket.holding(time, zone)?;
        match spans.last() {
            Some((_, end)) if time < *end => {
                if bucket.span(&value, zone).as_ref() != spans.last() {
                    return None;
                }
            }
            last => match value {
                Value::Missing => {}
                value => {
                    let span = bucket.span(&value, zone)?;
                    let follows = last.is_none_or(|(_, end)| *end <= span.0);
                    if spans.len() >= MOST || !follows || span.1 <= span.0 || !(span.0..span.1).contains(&time) {
                        return None;
                    }
                    spans.push(span);
                }
            },
        }
        if time >= last {
            return Some(spans);
        }
        // Every quarter of an hour, and where a span ends.
        let next = (time.div_euclid(STEP) + 1) * STEP;
        let end = spans.last().map(|(_, end)| *end).filter(|end| *end > time);
        time = end.map_or(next, |end| end.min(next)).min(last);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use watchfire_stdlib::zone::CalendarUnit;

    const DAY: i64 = 86_400_000_000;

    #[test]
    fn spans_hold_every_instant_once() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let days = spans(Bucket::Calendar(CalendarUnit::Day), (0, 10 * DAY), &zone).unwrap();
        assert_eq!((days.len(), days[0]), (11, (-8 * DAY / 24, 16 * DAY / 24)));
        assert!(days.windows(2).all(|two| two[0].1 == two[1].0));
        let nights = spans(Bucket::Night, (0, 10 * DAY), &zone).unwrap();
        assert!(nights.iter().all(|(start, end)| end - start == DAY / 2));
        assert_eq!(nights.len(), 10);
        let steps = spans(Bucket::Step(7 * DAY / 24), (0, DAY), &zone).unwrap();
        assert!(steps.windows(2).all(|two| two[0].1 == two[1].0));
        assert_eq!(spans(Bucket::Step(1), (0, DAY), &zone), None);
    }
}
