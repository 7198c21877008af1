//! Which last rows of sequences may end a match: those to which a chain of rows leads that are not out by what they say
//! themselves, each step after the one before and within its time.
//!
//! ```text
//! step 1      ●        ●                     ●
//! step 2           ●            ●                      within 2 h of a row of step 1
//! last row                ✓                ✗      ✗    to be looked at, or not
//! ```
//!
//! Conditions that speak of other rows, and what must be absent, are left to the interpreter. What is said here holds
//! for whatever is known of the rows at any time: a row that is replaced or late is one of them.

use super::Marks;
use super::points::Other;
use super::screen::{Left, LeftRow, LeftRows, Screening};
use crate::plan::{FromNode, ModelPlan, SequencePlan, StepPlan, TimelineId, after, span_of};
use crate::table::NEVER;
use crate::timeline::{Strip, Timeline};
use std::collections::BTreeMap;
use std::ops::Range;
use watchfire_dsl::program::{ModelId, SourceKind, SpanOfTime};

/// A step, as far as its rows alone tell.
struct Step<'a> {
    timeline: &'a Timeline,
    within: Option<SpanOfTime>,
    plan: &'a StepPlan,
}

/// Times of rows to which a chain leads, and places of the last ones.
#[derive(Default)]
struct Room {
    before: Vec<i64>,
    here: Vec<i64>,
    places: Vec<u32>,
}

impl Screening<'_> {
    /// What is left to look at for each of these models that looks for a sequence.
    pub(crate) fn chains(
        &self,
        models: impl Iterator<Item = ModelId>,
        marks: &Marks,
        left: &mut BTreeMap<ModelId, Left>,
    ) {
        if !self.facts {
            return;
        }
        for model in models.filter_map(|id| self.plan.model(id)) {
            let Some((population, steps)) = model.sequence.as_ref().and_then(|plan| self.steps(model, plan)) else {
                continue;
            };
            let found = self.in_partitions(|partition, room: &mut Room| {
                self.last_rows(population, &steps, marks, partition, room).map(|left| vec![left])
            });
            let many = (0..self.partitions).filter_map(|partition| population.rows_in(partition));
            let many = many.map(|strip| strip.rows.len()).sum();
            let served = std::iter::once(((model.id, Vec::new()), 0));
            self.keep(found, served, many, &Default::default(), left);
        }
    }

    /// The steps of a sequence, each of rows of a table about the model's entity; and the entities. Of no source rows may
    /// be known to be missing: then it would matter when rows that are out become known.
    fn steps<'a>(&'a self, model: &ModelPlan, plan: &'a SequencePlan) -> Option<(&'a Timeline, Vec<Step<'a>>)> {
        let timeline = |id: TimelineId| self.timelines.get(id.0 as usize);
        for rows in plan.rows() {
            let FromNode::Rows(id) = rows.aggregate()?.from else { return None };
            let source = self.plan.timelines.get(id.0 as usize)?.source;
            let SourceKind::Table(table) = &self.program.sources.get(source.index())?.kind else { return None };
            if table.expect.is_some() {
                return None;
            }
        }
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let rows = step.rows.aggregate().filter(|rows| rows.of.is_none())?;
            let FromNode::Rows(id) = rows.from else { return None };
            let within = match step.within {
                Some(length) => Some(span_of(length, self.parameters)?),
                None => None,
            };
            steps.push(Step { timeline: timeline(id)?, within, plan: step });
        }
        let (population, last) = (timeline(model.entities?)?, steps.last()?);
        let rows: usize = (0..self.partitions).filter_map(|at| Some(last.timeline.rows_in(at)?.rows.len())).sum();
        (self.always || rows >= super::screen::LEAST).then_some((population, steps))
    }

    /// The last rows of a partition that are left; `None`: rows have no times.
    fn last_rows(
        &self,
        population: &Timeline,
        steps: &[Step<'_>],
        marks: &Marks,
        partition: usize,
        room: &mut Room,
    ) -> Option<LeftRows> {
        let mut others = Vec::with_capacity(steps.len());
        for step in steps {
            others.push(Other::new(step.timeline.keys(partition), step.timeline.strip(partition)?));
        }
        let mut left = LeftRows::default();
        for (entity, key) in population.keys(partition).iter().enumerate() {
            room.here.clear();
            for (number, (step, other)) in steps.iter().zip(&mut others).enumerate() {
                let rows = other.rows_of(key);
                std::mem::swap(&mut room.before, &mut room.here);
                self.reach(step, number == 0, marks, (other.strip, rows), room);
            }
            let entity = entity as u32;
            left.rows.extend(room.places.iter().map(|place| LeftRow { entity, place: *place, rule: None }));
        }
        Some(left)
    }

    /// The rows of a step that may follow those of the step before.
    fn reach(
        &self,
        step: &Step<'_>,
        first: bool,
        marks: &Marks,
        (strip, rows): (Strip<'_>, Range<usize>),
        room: &mut Room,
    ) {
        let Room { before, here, places } = room;
        here.clear();
        places.clear();
        if before.is_empty() && !first {
            return;
        }
        let condition = step.plan.rows.aggregate().and_then(|rows| rows.filter.as_ref());
        let marks = condition.and_then(|condition| marks.of(condition));
        let mut next = 0;
        for (place, row) in rows.enumerate() {
            let time = strip.times[row];
            while before.get(next).is_some_and(|before| *before < time) {
                next += 1;
            }
            let near = first
                || next.checked_sub(1).is_some_and(|last| match step.within {
                    None => true,
                    Some(SpanOfTime { months: 0, days: 0, micros }) => before[last].saturating_add(micros) >= time,
                    Some(span) => after(&self.zone, before[last], span).unwrap_or(NEVER) >= time,
                });
            if near && marks.as_ref().and_then(|marks| marks(strip.rows[row].row)) != Some(false) {
                here.push(time);
                places.push(place as u32);
            }
        }
    }
}
