//! What models that compare their entities decide, once these have been compared: at some instants, by facts about each
//! entity and by what it was told.

use super::code::{RULE, Read, States, least_left};
use super::form::{Input, Layout};
use super::kernel::Cells;
use super::lower;
use super::points::PointFacts;
use super::scratch::Scratch;
use super::screen::Screening;
use watchfire_dsl::program::ModelId;
use watchfire_stdlib::value::Value;

/// What compiled code decides about each entity at each instant.
#[derive(Debug)]
pub(crate) struct Decided {
    instants: usize,
    /// By partition: a mark for each entity and instant.
    partitions: Vec<Vec<u8>>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Nothing,
    /// The rule of this place applies.
    Rule(u8),
    /// The interpreter has to look.
    Unsure,
}

impl Decided {
    /// About an entity, by its place in its partition, at an instant, by its place among the instants.
    pub(crate) fn of(&self, partition: usize, entity: usize, instant: usize) -> Verdict {
        let mark = self.partitions.get(partition).and_then(|marks| marks.get(entity * self.instants + instant));
        match mark.map(|mark| (*mark, mark.checked_sub(RULE))) {
            Some((_, Some(rule))) => Verdict::Rule(rule),
            Some((mark, None)) if mark < least_left() => Verdict::Nothing,
            _ => Verdict::Unsure,
        }
    }
}

/// What entities were told.
pub(crate) struct Answers<'a> {
    /// By partition: entity, instant, comparison.
    pub(crate) partitions: &'a [Vec<Value>],
    pub(crate) comparisons: usize,
}

/// Where an input lies, for an entity and instant.
enum Origin {
    /// Among so many facts.
    Fact(usize),
    Told(usize),
    /// Nowhere: it could not be worked out.
    Unsure,
}

impl Screening<'_> {
    /// What a model decides at these instants by what entities were told; `None`: it has no compiled form.
    pub(crate) fn decided(
        &self,
        model: ModelId,
        instants: usize,
        facts: Option<&PointFacts>,
        answers: &Answers<'_>,
    ) -> Option<Decided> {
        let model = self.plan.model(model)?;
        let entities = answers.partitions.iter().map(|told| told.len() / answers.comparisons.max(1)).sum::<usize>();
        if !self.facts || entities < self.least() {
            return None;
        }
        let lowered = lower::point(self.program, self.plan, model, self.parameters).ok()?;
        let place_of = |fact: usize| {
            let own = lowered.nodes.iter().filter(|(_, of)| *of == fact);
            own.flat_map(|(node, _)| facts.and_then(|facts| facts.place_of(*node))).next()
        };
        let mut inputs = Vec::with_capacity(lowered.form.inputs.len());
        for (input, layout) in &lowered.form.inputs {
            let origin = match input {
                Input::Fact(fact) => place_of(*fact).map_or(Origin::Unsure, Origin::Fact),
                Input::Told(comparison) => Origin::Told(*comparison),
                Input::Cell(_) | Input::Before(..) | Input::StepBefore(_) | Input::Elements(_) => return None,
            };
            inputs.push((origin, *layout));
        }
        let read = |(_, layout): &(Origin, Layout)| Read { layout: *layout, states: States::Doubts };
        let reads: Vec<Read> = inputs.iter().map(read).collect();
        let (kernel, constants) = self.compiled(None, &lowered.form, &reads)?;
        let partitions = self.in_partitions(|partition, room: &mut Vec<Scratch>| {
            let told = answers.partitions.get(partition)?;
            let many = told.len() / answers.comparisons.max(1);
            room.clear();
            for (origin, layout) in &inputs {
                let mut cells = Scratch::of(*layout);
                for point in 0..many {
                    cells.push(match origin {
                        Origin::Fact(fact) => facts.and_then(|facts| facts.at(partition, point, *fact)),
                        Origin::Told(comparison) => told.get(point * answers.comparisons + comparison),
                        Origin::Unsure => None,
                    });
                }
                room.push(cells);
            }
            let cells: Vec<Cells<'_>> = room.iter().map(Cells::Scratch).collect();
            let mut out = vec![0; many];
            kernel.run(&cells, &constants, 0, &mut out).then_some(out)
        });
        Some(Decided { instants, partitions: partitions.into_iter().collect::<Option<_>>()? })
    }
}
