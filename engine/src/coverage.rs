//! Coverage: where a source that should have spoken was silent (docs/language.md §4).
//!
//! `expect every D` makes a silence longer than D an outage: what may have happened in it is unknown, which is not the
//! same as nothing. What is uncovered depends on what was known: a row that arrives late splits a gap from then on. So
//! each source has, prepared once, the life of its gaps:
//!
//! ```text
//! event time   a ········· b            rows known at 5: a, b      gap (a, b) from k = 5
//!              a ·· x ···· b            x known at 9               gap (a, b) until k = 9, then (a, x) and (x, b)
//! ```
//!
//! Rows are added in the order in which they became known. Only gaps wider than D are kept, usually few. Where rows
//! became known in event order, which is the common case, each row makes at most one gap that lives for ever.

use crate::table::{ALWAYS, Column, NEVER, Store, Table};
use crate::timeline::{RowRef, part_tables};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_dsl::program::{ColumnId, Program, Source, SourceId, SourceKind, SpanOfTime};
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// Where the sources of a run are covered.
#[derive(Clone, Debug)]
pub(crate) struct Coverage {
    /// By [`SourceId`]: the tables behind it.
    parts: Vec<Vec<SourceId>>,
    kind: CoverageKind,
}

#[derive(Clone, Debug)]
enum CoverageKind {
    /// As the rows say; by [`SourceId`].
    Observed(Vec<Option<Expected>>),
    /// As a test says: full, but for these spans `[from, until)`.
    Stated(Vec<(SourceId, i64, i64)>),
}

/// A source with `expect`.
#[derive(Clone, Debug)]
struct Expected {
    whole: Silences,
    per: Option<(ColumnId, BTreeMap<Value, Silences>)>,
}

impl Coverage {
    /// Coverage as the rows of a store say.
    pub(crate) fn observed(program: &Program, store: &Store) -> Coverage {
        let zone = Zone::named(program.zone.name()).unwrap_or(Zone::UTC);
        let expected = program.sources.iter().zip(&store.tables).map(|(source, table)| {
            let SourceKind::Table(declared) = &source.kind else { return None };
            let expectation = declared.expect?;
            let table = table.as_deref()?;
            let steps = Steps { every: expectation.every, zone };
            let all = table.in_order();
            let per = expectation.per.map(|column| {
                let values = rows_by_value(table, column, &all);
                let silences = values.into_iter().map(|(value, rows)| (value, Silences::new(table, &rows, steps)));
                (column, silences.collect())
            });
            Some(Expected { whole: Silences::new(table, &all, steps), per })
        });
        let expected = expected.collect();
        Coverage { parts: all_parts(program), kind: CoverageKind::Observed(expected) }
    }

    /// Full coverage but for these outages `[from, until)`, as tests say.
    pub(crate) fn stated(program: &Program, outages: &[(SourceId, i64, i64)]) -> Coverage {
        Coverage { parts: all_parts(program), kind: CoverageKind::Stated(outages.to_vec()) }
    }

    /// Whether the window `(from, to]` of an evaluation at `t` with knowledge `k` is partly covered. `rows` are the
    /// rows of the source about the entity (all versions), or none where no entity is at hand.
    #[expect(clippy::too_many_arguments, reason = "they are the words of the definition")]
    pub(crate) fn partly_covered(
        &self,
        store: &Store,
        source: SourceId,
        from: i64,
        to: i64,
        t: i64,
        k: i64,
        rows: &[RowRef],
    ) -> bool {
        if to <= from {
            return false;
        }
        let Some(parts) = self.parts.get(source.index()) else { return false };
        match &self.kind {
            CoverageKind::Stated(outages) => outages.iter().any(|(silent, start, until)| {
                let concerned = *silent == source
                    || parts.contains(silent)
                    || self.parts.get(silent.index()).is_some_and(|of| of.contains(&source));
                // some instant x with from < x <= to and start <= x < until
                concerned && (*start).max(from.saturating_add(1)) <= to.min(until.saturating_sub(1))
            }),
            CoverageKind::Observed(expected) => parts.iter().enumerate().any(|(part, table)| {
                let Some(Some(expected)) = expected.get(table.index()) else { return false };
                let Some((column, silences)) = &expected.per else { return expected.whole.touch(from, to, t, k) };
                // Rows of `starts of S` and `ends of S` lie in a table of their own.
                let table = if parts.len() == 1 { source } else { *table };
                let Some(table) = store.table(table) else { return false };
                let own: BTreeSet<Value> = rows
                    .iter()
                    .filter(|row| row.part as usize == part && table.visible(row.row, k))
                    .map(|row| table.value(row.row, *column))
                    .filter(|value| *value != Value::Missing)
                    .collect();
                if own.is_empty() {
                    return expected.whole.touch(from, to, t, k);
                }
                own.iter().any(|value| silences.get(value).is_none_or(|of| of.touch(from, to, t, k)))
            }),
        }
    }

    /// Whether a source can be silent at all.
    pub(crate) fn may_be_silent(&self, source: SourceId) -> bool {
        match &self.kind {
            CoverageKind::Stated(outages) => !outages.is_empty(),
            CoverageKind::Observed(expected) => {
                let parts = self.parts.get(source.index()).map_or(&[][..], Vec::as_slice);
                parts.iter().any(|part| expected.get(part.index()).is_some_and(Option::is_some))
            }
        }
    }

    /// Whether the source has no row known at `k` for longer than it should before `t`: it is stale.
    pub(crate) fn stale(&self, source: SourceId, t: i64, k: i64) -> bool {
        match &self.kind {
            CoverageKind::Stated(_) => false,
            CoverageKind::Observed(expected) => match expected.get(source.index()) {
                Some(Some(expected)) => expected.whole.touch(t.saturating_sub(1), t, t, k),
                _ => false,
            },
        }
    }
}

fn all_parts(program: &Program) -> Vec<Vec<SourceId>> {
    let behind = |(source, declared): (usize, &Source)| match declared.kind {
        SourceKind::Edges { of, .. } => vec![of],
        _ => part_tables(program, SourceId(source as u32)),
    };
    program.sources.iter().enumerate().map(behind).collect()
}

/// Rows by their value in a column, in this order; rows without one are left out.
fn rows_by_value(table: &Table, column: ColumnId, rows: &[u32]) -> BTreeMap<Value, Vec<u32>> {
    let mut groups: BTreeMap<Value, Vec<u32>> = BTreeMap::new();
    let Some(cells): Option<&Column> = table.column(column) else { return groups };
    for row in rows {
        let value = cells.value(*row as usize);
        if value != Value::Missing {
            groups.entry(value).or_default().push(*row);
        }
    }
    groups
}

/// D, and the zone in which its days are counted.
#[derive(Clone, Copy, Debug)]
struct Steps {
    every: SpanOfTime,
    zone: Zone,
}

impl Steps {
    /// `time + D`, the end of the calendar where it leaves it: months first, then days, then microseconds.
    fn after(&self, time: i64) -> i64 {
        let moved = self.zone.add_months(time, self.every.months);
        let moved = moved.and_then(|time| self.zone.add_days(time, self.every.days));
        moved.and_then(|time| time.checked_add(self.every.micros)).unwrap_or(NEVER)
    }
}

/// A gap between two neighbours in event time that is wider than D, known to be one in `[known, known_until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gap {
    after: i64,
    before: i64,
    known: i64,
    known_until: i64,
}

/// The silences of some rows.
#[derive(Clone, Debug)]
struct Silences {
    steps: Steps,
    /// Sorted by start.
    gaps: Vec<Gap>,
    /// The latest end among the gaps up to each.
    latest_end: Vec<i64>,
    /// From which k on: first and last event time of the visible rows; `None`: there are none.
    ends: Vec<(i64, Option<(i64, i64)>)>,
}

impl Silences {
    fn new(table: &Table, rows: &[u32], steps: Steps) -> Silences {
        let mut builder = SilencesBuilder { steps, times: BTreeMap::new(), gaps: Vec::new(), ends: Vec::new() };
        if let Some(times) = &table.time {
            let rows: Vec<u32> =
                rows.iter().copied().filter(|row| table.known(*row) < table.known_until(*row)).collect();
            let in_event_order = rows.is_sorted_by_key(|row| table.known(*row))
                && rows.iter().all(|row| table.known_until(*row) == NEVER);
            if in_event_order {
                builder.append_all(rows.iter().map(|row| (times[*row as usize], table.known(*row))));
            } else {
                builder.follow(table, times, &rows);
            }
        }
        builder.finish()
    }

    /// Some instant of `(from, to]` is uncovered at `t` and `k`.
    fn touch(&self, from: i64, to: i64, t: i64, k: i64) -> bool {
        let place = self.ends.partition_point(|(known, _)| *known <= k);
        let Some((first, last)) = place.checked_sub(1).and_then(|place| self.ends[place].1) else { return true };
        let start = from.saturating_add(1);
        if start < first {
            return true;
        }
        if self.steps.after(last) < t && start.max(last.saturating_add(1)) <= to.min(t) {
            return true;
        }
        let candidates = self.gaps.partition_point(|gap| gap.after < to);
        (0..candidates).rev().take_while(|place| self.latest_end[*place] > start).any(|place| {
            let gap = self.gaps[place];
            gap.before > start && gap.known <= k && k < gap.known_until
        })
    }
}

struct SilencesBuilder {
    steps: Steps,
    /// How many visible rows at each event time, and the k since which its gap to the next one is open.
    times: BTreeMap<i64, (u32, i64)>,
    gaps: Vec<Gap>,
    ends: Vec<(i64, Option<(i64, i64)>)>,
}

impl SilencesBuilder {
    fn gap(&mut self, after: i64, before: i64, known: i64, known_until: i64) {
        // at least one instant strictly between, and more than D
        if known < known_until && before - 1 > after && self.steps.after(after) < before {
            self.gaps.push(Gap { after, before, known, known_until });
        }
    }

    fn end(&mut self, known: i64, ends: Option<(i64, i64)>) {
        match self.ends.last_mut() {
            Some(last) if last.0 == known => last.1 = ends,
            Some(last) if last.1 == ends => {}
            _ => self.ends.push((known, ends)),
        }
    }

    /// Rows that became known in event order and stay.
    fn append_all(&mut self, rows: impl Iterator<Item = (i64, i64)>) {
        let mut first_and_last: Option<(i64, i64)> = None;
        for (time, known) in rows {
            if let Some((_, last)) = first_and_last {
                self.gap(last, time, known, NEVER);
            }
            let first = first_and_last.map_or(time, |(first, _)| first);
            first_and_last = Some((first, time));
            self.end(known, first_and_last);
        }
    }

    /// Rows in any order, each from its known-at until it is replaced.
    fn follow(&mut self, table: &Table, times: &[i64], rows: &[u32]) {
        // removals first at one k, so that a correction in place changes nothing for longer than no time
        let mut changes: Vec<(i64, bool, i64)> = Vec::with_capacity(rows.len());
        for row in rows {
            let (known, known_until, time) = (table.known(*row), table.known_until(*row), times[*row as usize]);
            changes.push((known, true, time));
            if known_until != NEVER {
                changes.push((known_until, false, time));
            }
        }
        changes.sort_unstable();
        for (k, added, time) in changes {
            if added {
                self.add(time, k)
            } else {
                self.remove(time, k)
            }
            let ends = self.times.first_key_value().zip(self.times.last_key_value());
            self.end(k, ends.map(|((first, _), (last, _))| (*first, *last)));
        }
        let open: Vec<(i64, i64)> = self.times.iter().map(|(time, (_, since))| (*time, *since)).collect();
        for pair in open.windows(2) {
            self.gap(pair[0].0, pair[1].0, pair[0].1, NEVER);
        }
    }

    fn add(&mut self, time: i64, k: i64) {
        if let Some((count, _)) = self.times.get_mut(&time) {
            *count += 1;
            return;
        }
        let next = self.times.range(time..).next().map(|(next, _)| *next);
        if let Some((before, since)) = self.times.range_mut(..time).next_back() {
            let (before, opened) = (*before, since.1);
            since.1 = k;
            if let Some(next) = next {
                self.gap(before, next, opened, k);
            }
        }
        self.times.insert(time, (1, k));
    }

    fn remove(&mut self, time: i64, k: i64) {
        let Some((count, since)) = self.times.get_mut(&time) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        let opened = *since;
        self.times.remove(&time);
        let next = self.times.range(time..).next().map(|(next, _)| *next);
        if let Some(next) = next {
            self.gap(time, next, opened, k);
        }
        if let Some((before, since)) = self.times.range_mut(..time).next_back() {
            let (before, opened) = (*before, since.1);
            since.1 = k;
            self.gap(before, time, opened, k);
        }
    }

    fn finish(mut self) -> Silences {
        self.gaps.sort_unstable();
        let mut latest = ALWAYS;
        let latest_end = self.gaps.iter().map(|gap| {
            latest = latest.max(gap.before);
            latest
        });
        let latest_end = latest_end.collect();
        Silences { steps: self.steps, gaps: self.gaps, latest_end, ends: self.ends }
    }
}
