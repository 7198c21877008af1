//! Sequences: which matches there are about an entity (docs/language.md §9).
//!
//! By definition all chains of visible rows are looked at anew at each instant at which something about the entity
//! becomes known. Here only those last rows are tried for which something may have changed: a row that appears or
//! vanishes at event time τ belongs to no chain that ends before τ, and lies between no two steps before τ. Rows mostly
//! become known in event order, and then it is the new row alone.
//!
//! ```text
//! k      ──► changes with this k ──► earliest place that they concern ──► last rows from there on, and those waiting
//! last row z ──► bounds of each step, back from z by `within` ──► chains in row order, first to last step
//! ```
//!
//! A last row waits where something is uncovered or a fault: what decides about it then may lie elsewhere.

use super::decide::FaultRow;
use super::lane::{Absence, Lane, Verdict, absent, verdict};
use super::{Binding, Evaluator};
use crate::mutant::{Mutant, mutant};
use crate::plan::{Depends, SequencePlan, after, span_of};
use crate::table::NEVER;
use crate::timeline::RowRef;
use std::collections::{BTreeSet, HashSet};
use watchfire_dsl::program::{SourceId, SpanOfTime};
use watchfire_stdlib::value::{Fault, Value};

/// What is remembered of an entity from instant to instant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Last rows that made a match: part, and row of the part's table.
    last: HashSet<(u16, u32)>,
    /// From first to last step of each match, in order; they do not overlap. Unused where matches may.
    spans: Vec<(i64, i64)>,
    /// Places of last rows to try again.
    waiting: BTreeSet<usize>,
}

/// What looking at an instant comes to, one after the other.
#[derive(Clone, Debug)]
pub(crate) enum Looked {
    /// A match: its rows by step, the last one, and the instant that it speaks of.
    Match { steps: Box<[usize]>, row: FaultRow, t: i64 },
    /// A condition is a fault.
    Fault { fault: Fault, row: Option<FaultRow>, t: i64 },
}

/// Looks for the matches about one entity.
pub(crate) struct Search<'e, 'a> {
    evaluator: &'e mut Evaluator<'a>,
    plan: &'a SequencePlan,
    steps: Vec<Lane<'a>>,
    within: Vec<Option<SpanOfTime>>,
    without: Vec<Vec<Lane<'a>>>,
    deadline: Option<(Lane<'a>, SpanOfTime)>,
    // The last row at hand.
    k: i64,
    chain: Vec<usize>,
    low: Vec<usize>,
    high: Vec<usize>,
    /// Rows of each step from which no chain leads on.
    dead: Vec<HashSet<usize>>,
    fault: Option<(Fault, Option<FaultRow>)>,
    uncovered: bool,
    /// Rows that are out change nothing.
    only: bool,
}

impl<'e, 'a> Search<'e, 'a> {
    /// A search about the entity to which the evaluator has turned; `None`: there are no rows for a step.
    pub(crate) fn new(evaluator: &'e mut Evaluator<'a>, plan: &'a SequencePlan) -> Option<Self> {
        let parameters = evaluator.world.parameters;
        evaluator.this = evaluator.entity;
        let mut steps = Vec::new();
        for step in &plan.steps {
            let lane = Lane::new(evaluator, &step.rows)?;
            if lane.never() {
                return None;
            }
            steps.push(lane);
        }
        let mut without = Vec::new();
        for step in &plan.steps {
            without.push(step.without.iter().map(|rows| Lane::new(evaluator, rows)).collect::<Option<Vec<_>>>()?);
        }
        let mut within = Vec::new();
        for step in &plan.steps {
            within.push(match step.within {
                Some(length) => Some(span_of(length, parameters)?),
                None => None,
            });
        }
        let deadline = match &plan.deadline {
            Some((rows, length)) => Some((Lane::new(evaluator, rows)?, span_of(*length, parameters)?)),
            None => None,
        };
        let many = steps.len();
        Some(Self {
            evaluator,
            plan,
            steps,
            within,
            without,
            deadline,
            k: 0,
            chain: Vec::new(),
            low: vec![0; many],
            high: vec![0; many],
            dead: vec![HashSet::new(); many],
            fault: None,
            uncovered: false,
            only: false,
        })
    }

    /// Looks at no other last rows than those at these places, in order: the others end no match. The rows of no step are
    /// of one entity after the other.
    pub(crate) fn only(&mut self, places: impl Iterator<Item = usize>) {
        // Where sources may be silent, it matters when any of their rows becomes known.
        let coverage = self.evaluator.world.coverage;
        let silent = self.lanes().any(|lane| coverage.may_be_silent(lane.source));
        self.only = !silent;
        let Some(last) = self.steps.last_mut() else { return };
        let mut next = 0;
        for place in places.chain([last.times.len()]) {
            (next..place).for_each(|other| last.leave_out(other));
            next = place + 1;
        }
    }

    /// The instants in `(after, until]` at which something about the entity becomes known, in order, each with the first
    /// place among the last step's rows that it concerns.
    pub(crate) fn instants(&self, after: i64, until: i64) -> Vec<(i64, usize)> {
        let mut changes: Vec<(i64, usize)> = Vec::new();
        let Some(last) = self.steps.last() else { return changes };
        let mut note = |k: i64, place: usize| {
            if after < k && k <= until {
                changes.push((k, place));
            }
        };
        let world = self.evaluator.world;
        let lanes = self.steps.iter().chain(self.without.iter().flatten());
        for lane in lanes {
            let late = mutant(Mutant::LateStepIgnored) && lane.slot != last.slot;
            lane.changes(world, self.only, |k, time| {
                let place = time.map_or(0, |time| last.times.partition_point(|other| *other < time));
                note(k, if late { usize::MAX } else { place });
            });
        }
        if let Some((lane, span)) = &self.deadline {
            lane.changes(world, self.only, |k, time| {
                note(k, time.map_or(0, |time| last.times.partition_point(|other| self.end(*other, *span) < time)));
            });
            last.ends(world, |time| self.end(time, *span), &mut note);
        }
        changes.sort_unstable();
        changes.dedup_by_key(|(k, _)| *k);
        // Where conditions depend on more than rows, any last row may match now; where a step's rows are of one entity
        // after the other, the places are not those of one list.
        let anything = self.plan.rows().any(|rows| rows.depends == Depends::Anything);
        if anything || self.lanes().any(Lane::turns) {
            changes.iter_mut().for_each(|(_, place)| *place = 0);
        }
        changes
    }

    fn lanes(&self) -> impl Iterator<Item = &Lane<'a>> {
        let deadline = self.deadline.iter().map(|(lane, _)| lane);
        self.steps.iter().chain(self.without.iter().flatten()).chain(deadline)
    }

    fn end(&self, time: i64, span: SpanOfTime) -> i64 {
        after(&self.evaluator.world.zone, time, span).unwrap_or(NEVER)
    }

    /// Looks at an instant: last rows from `from` on and those that wait, in row order. `take` is told what comes of each,
    /// and says whether to go on.
    pub(crate) fn look(
        &mut self,
        k: i64,
        from: usize,
        found: &mut Found,
        mut take: impl FnMut(&mut Evaluator<'a>, Looked) -> bool,
    ) -> bool {
        self.k = k;
        let deadline = self.deadline.iter_mut().map(|(lane, _)| lane);
        for lane in self.steps.iter_mut().chain(self.without.iter_mut().flatten()).chain(deadline) {
            lane.turn_to(self.evaluator.world, k);
        }
        let Some(last) = self.steps.last() else { return true };
        let until = last.times.partition_point(|time| *time <= k);
        let (source, rows) = (last.source, last.rows);
        let early: Vec<usize> = found.waiting.range(..from.min(until)).copied().collect();
        for place in early.into_iter().chain(from..until) {
            let row = rows[place];
            // A row that never is a last one makes no chain, whatever was before it.
            if self.steps.last().is_some_and(|last| last.is_out(place)) {
                continue;
            }
            let time = self.steps.last().map_or(0, |last| last.times[place]);
            let t = self.deadline.as_ref().map_or(time, |(_, span)| self.end(time, *span));
            let Some(id) = self.id(source, row) else { continue };
            if t > k || found.last.contains(&id) || !self.evaluator.world.visible(source, row, k) {
                continue;
            }
            let Some(free_after) = self.free_after(found, time) else { continue };
            self.prepare(place, free_after);
            let complete = self.extend(0, None, place);
            found.waiting.remove(&place);
            if complete {
                let steps: Box<[usize]> = self.chain.as_slice().into();
                let first = self.steps.first().zip(steps.first()).map_or(time, |(lane, first)| lane.times[*first]);
                found.last.insert(id);
                if !self.plan.overlapping {
                    let at = found.spans.partition_point(|(start, _)| *start < first);
                    found.spans.insert(at, (first, time));
                }
                if !take(self.evaluator, Looked::Match { steps, row: FaultRow { source, row }, t }) {
                    return false;
                }
            } else if let Some((fault, row)) = self.fault {
                found.waiting.insert(place);
                if !take(self.evaluator, Looked::Fault { fault, row, t }) {
                    return false;
                }
            } else if self.uncovered {
                found.waiting.insert(place);
            }
        }
        true
    }

    /// Which row of its table it is, whatever version.
    fn id(&self, source: SourceId, row: RowRef) -> Option<(u16, u32)> {
        if mutant(Mutant::MatchedTwice) {
            return Some((row.part, row.row));
        }
        Some((row.part, self.evaluator.world.table(source, row)?.row(row.row)))
    }

    /// Chains to a last row at `time` must begin after this instant; `None`: it lies within a match already found.
    fn free_after(&self, found: &Found, time: i64) -> Option<i64> {
        if mutant(Mutant::MatchesOverlap) {
            return Some(i64::MIN);
        }
        let place = found.spans.partition_point(|(start, _)| *start <= time);
        match place.checked_sub(1).map(|place| found.spans[place]) {
            Some((_, end)) if end >= time => None,
            Some((_, end)) => Some(end),
            None => Some(i64::MIN),
        }
    }

    /// Where each step's row may lie so that a chain can end in the last row at `place`.
    fn prepare(&mut self, place: usize, free_after: i64) {
        (self.fault, self.uncovered) = (None, false);
        self.chain.clear();
        self.dead.iter_mut().for_each(HashSet::clear);
        let many = self.steps.len();
        let time = self.steps[many - 1].times[place];
        (self.low[many - 1], self.high[many - 1]) = (place, place + 1);
        // The earliest instant at which the step after may lie.
        let mut next = time;
        for index in (0..many - 1).rev() {
            let times = &self.steps[index].times;
            self.high[index] =
                times.partition_point(|other| *other < time || (mutant(Mutant::StepAtSameInstant) && *other == time));
            let reaches = |other: i64| match self.within[index + 1] {
                Some(span) if !mutant(Mutant::WithinFromFirstStep) => self.end(other, span) >= next,
                _ => true,
            };
            self.low[index] = times.partition_point(|other| *other <= free_after || !reaches(*other));
            next = times.get(self.low[index]).copied().unwrap_or(NEVER);
        }
        if many == 1 && time <= free_after {
            self.high[0] = self.low[0];
        }
    }

    /// Extends the chain by a row of step `index` and all after it, in row order. True: it is complete, and stands in
    /// `chain`. With a fault among its conditions a chain is no match, but is noted if no other one is.
    fn extend(&mut self, index: usize, poison: Option<(Fault, Option<FaultRow>)>, last: usize) -> bool {
        if index == self.steps.len() {
            return self.finish(poison, last);
        }
        let before = index.checked_sub(1).map(|before| self.steps[before].times[self.chain[before]]);
        let latest = match (before, self.within[index]) {
            (Some(before), Some(span)) if mutant(Mutant::WithinFromFirstStep) => {
                let first = self.chain.first().map_or(before, |first| self.steps[0].times[*first]);
                self.end(first, span)
            }
            (Some(before), Some(span)) => self.end(before, span),
            _ => NEVER,
        };
        let later = before.map_or(0, |before| {
            let same = mutant(Mutant::StepAtSameInstant);
            self.steps[index].times.partition_point(|time| *time < before || (*time == before && !same))
        });
        let range = self.low[index].max(later)..self.high[index];
        let places: Vec<usize> = if mutant(Mutant::LatestChain) { range.rev().collect() } else { range.collect() };
        for place in places {
            let lane = &self.steps[index];
            let (source, row, time) = (lane.source, lane.rows[place], lane.times[place]);
            if time > latest || self.dead[index].contains(&place) || !self.evaluator.world.visible(source, row, self.k)
            {
                continue;
            }
            let mut poison = poison;
            match verdict(self.evaluator, &mut self.steps[index], place, self.k) {
                Verdict::Yes => {}
                Verdict::No => continue,
                Verdict::Fault(fault) => poison = poison.or(Some((fault, Some(FaultRow { source, row })))),
            }
            if let Some(before) = before {
                match self.absent(index, before, time) {
                    Absence::Absent => {}
                    Absence::Present => continue,
                    Absence::Unknown => {
                        self.uncovered = true;
                        continue;
                    }
                    Absence::Fault(fault) => poison = poison.or(Some((fault, None))),
                }
            }
            self.chain.push(place);
            if self.extend(index + 1, poison, last) {
                return true;
            }
            self.chain.pop();
            if mutant(Mutant::NoBacktracking) {
                return false;
            }
            // Where a chain was complete but for a fault, the same rows may do after another beginning.
            if self.plan.steps[index].forgets && self.fault.is_none() {
                self.dead[index].insert(place);
            }
            // What follows rebinds the step's row.
        }
        false
    }

    /// A chain whose steps are all there: what must not follow.
    fn finish(&mut self, mut poison: Option<(Fault, Option<FaultRow>)>, last: usize) -> bool {
        if let Some((lane, span)) = &mut self.deadline {
            let time = self.steps[self.steps.len() - 1].times[last];
            let end = after(&self.evaluator.world.zone, time, *span).unwrap_or(NEVER);
            let until = if mutant(Mutant::DeadlineExclusive) { end.saturating_sub(1) } else { end };
            match absent(self.evaluator, lane, (time, until), end, self.k) {
                Absence::Absent => {}
                Absence::Present => return false,
                Absence::Unknown => {
                    self.uncovered = true;
                    return false;
                }
                Absence::Fault(fault) => poison = poison.or(Some((fault, None))),
            }
        }
        if poison.is_some() {
            self.fault = self.fault.or(poison);
            return false;
        }
        true
    }

    /// Whether nothing that must not lies strictly between two steps.
    fn absent(&mut self, index: usize, before: i64, time: i64) -> Absence {
        let mut fault = None;
        for lane in &mut self.without[index] {
            let (from, until) = if mutant(Mutant::WithoutClosed) {
                (before.saturating_sub(1), time)
            } else {
                (before, time.saturating_sub(1))
            };
            match absent(self.evaluator, lane, (from, until), time, self.k) {
                Absence::Absent => {}
                Absence::Fault(found) => {
                    fault.get_or_insert(found);
                }
                other => return other,
            }
        }
        fault.map_or(Absence::Absent, Absence::Fault)
    }
}

impl<'a> Evaluator<'a> {
    /// Turns to a match about the entity: its instant, and the places of its rows by step.
    pub(crate) fn begin_match(&mut self, t: i64, k: i64, steps: &[usize]) {
        self.begin(t, k, None);
        let Some(plan) = &self.model.sequence else { return };
        for (step, place) in plan.steps.iter().zip(steps) {
            let slot = step.rows.aggregate().map(|aggregate| aggregate.slot);
            if let (Some(slot), Some(rows)) = (slot, self.lane_rows(&step.rows)) {
                self.bind(slot, Binding::Row { rows, place: *place });
            }
        }
    }

    /// The instant that a match speaks of: `warn at`, where it says so; `None`: none.
    pub(crate) fn speaks_of(&mut self, t: i64, k: i64, steps: &[usize]) -> Result<Option<i64>, Fault> {
        let Some(at) = self.model.sequence.as_ref().and_then(|plan| plan.at.as_ref()) else { return Ok(Some(t)) };
        self.begin_match(t, k, steps);
        match self.value(at) {
            Value::Time(time) => Ok(Some(time)),
            Value::Fault(fault) => Err(fault),
            _ => Ok(None),
        }
    }
}
