//! What the entities of a model are told by comparison with their peers, before the model looks at them.
//!
//! A comparison needs a value of every entity at the same instant, while models are evaluated entity by entity. So for a
//! few instants at a time every entity is measured, all are compared, and each is told; then the model is evaluated at
//! those instants. What a comparison uses is told before it.

use super::execute::Execution;
use super::parallel::in_parallel;
use crate::compare::Comparison;
use crate::interp::{Evaluator, Measured, World};
use crate::jit::{Answers, Decided, PointFacts, Screening, Verdict};
use crate::mutant::{Mutant, mutant};
use crate::plan::{ModelPlan, PeersNode};
use crate::timeline::Timeline;
use watchfire_stdlib::value::Value;

/// Values told at a time are at most so many, which bounds the memory that they take.
const MOST_TOLD: usize = 500_000;

/// What each entity is told, at some instants.
pub(super) struct Told {
    /// How many comparisons the model has.
    comparisons: usize,
    instants: usize,
    /// By partition: entity, instant, comparison.
    partitions: Vec<Vec<Value>>,
    /// What compiled code says of the aggregates.
    facts: Option<PointFacts>,
    /// What it decides by them and by what entities are told.
    decided: Option<Decided>,
}

impl Told {
    /// Gives an evaluation that was begun what is known of an entity, by its partition and its place there, at an instant, by
    /// its place among the instants.
    pub(super) fn prepare(&self, evaluator: &mut Evaluator<'_>, (partition, entity, instant): (usize, usize, usize)) {
        evaluator.compare_by(self.of((partition, entity, instant)));
        if let Some(facts) = &self.facts {
            evaluator.know(facts.of(partition, entity, instant));
        }
    }

    /// Whether compiled code decides.
    pub(super) fn is_decided(&self) -> bool {
        self.decided.is_some()
    }

    /// What compiled code decides about an entity at an instant.
    pub(super) fn verdict(&self, (partition, entity, instant): (usize, usize, usize)) -> Verdict {
        self.decided.as_ref().map_or(Verdict::Unsure, |decided| decided.of(partition, entity, instant))
    }

    /// What an entity is told at an instant.
    pub(super) fn of(&self, (partition, entity, instant): (usize, usize, usize)) -> &[Value] {
        let from = (entity * self.instants + instant) * self.comparisons;
        self.partitions.get(partition).and_then(|told| told.get(from..from + self.comparisons)).unwrap_or_default()
    }
}

/// Cuts instants into pieces, none of which takes too much memory.
pub(super) fn pieces<'i>(instants: &'i [i64], entities: &Timeline, partitions: usize) -> std::slice::Chunks<'i, i64> {
    let population: usize = (0..partitions).map(|partition| entities.entries(partition).count()).sum();
    instants.chunks((MOST_TOLD / population.max(1)).max(1))
}

/// Measures and compares all entities of a model at these instants.
pub(super) fn tell(
    execution: &Execution<'_>,
    world: World<'_>,
    model: &ModelPlan,
    entities: &Timeline,
    instants: &[i64],
) -> Told {
    let comparisons = &model.peers;
    let size = |partition| entities.entries(partition).count() * instants.len() * comparisons.len();
    let partitions = (0..execution.data.partitions).map(|partition| vec![Value::Missing; size(partition)]).collect();
    let facts = execution.screening.and_then(|screening| screening.facts_at(model.id, instants));
    let mut told = Told { comparisons: comparisons.len(), instants: instants.len(), partitions, facts, decided: None };
    for peers in comparisons {
        let measured = in_parallel(execution.data.threads, execution.data.partitions, |partition| {
            measure(world, model, peers, entities, instants, (partition, &told))
        });
        let comparison = Comparison::new(peers, execution.parameters, execution.zone);
        let answers = in_parallel(execution.data.threads, instants.len(), |instant| {
            if mutant(Mutant::PeersOfPartition) {
                let alone = |column| comparison.tell(&at(std::slice::from_ref(column), instant, instants.len()));
                return measured.iter().flat_map(alone).collect();
            }
            comparison.tell(&at(&measured, instant, instants.len()))
        });
        for (instant, answers) in answers.into_iter().enumerate() {
            let mut answers: std::vec::IntoIter<Value> = Vec::into_iter(answers);
            for column in &mut told.partitions {
                let places = column.iter_mut().skip(instant * told.comparisons + peers.id);
                for place in places.step_by(told.instants * told.comparisons) {
                    *place = answers.next().unwrap_or(Value::Missing);
                }
            }
        }
    }
    let answers = Answers { partitions: &told.partitions, comparisons: told.comparisons };
    let decide = |screening: &Screening<'_>| screening.decided(model.id, instants.len(), told.facts.as_ref(), &answers);
    told.decided = execution.screening.and_then(decide);
    told
}

/// What all entities bring at one of so many instants.
fn at(measured: &[Vec<Option<Measured>>], instant: usize, instants: usize) -> Vec<Option<&Measured>> {
    measured.iter().flat_map(|column| column.iter().skip(instant).step_by(instants)).map(Option::as_ref).collect()
}

/// What the entities of a partition bring, by entity, then instant; nothing where an entity is not known yet.
fn measure<'w>(
    world: World<'w>,
    model: &'w ModelPlan,
    peers: &'w PeersNode,
    entities: &Timeline,
    instants: &[i64],
    (partition, told): (usize, &Told),
) -> Vec<Option<Measured>> {
    let mut evaluator = Evaluator::new(world, model);
    let mut measured = Vec::new();
    let first_known = entities.all_first_known(partition);
    for (place, ((entity, _), first)) in entities.entries(partition).zip(first_known).enumerate() {
        evaluator.turn_to(entity);
        for (instant, k) in instants.iter().enumerate() {
            measured.push((first <= k).then(|| {
                evaluator.begin(*k, *k, None);
                told.prepare(&mut evaluator, (partition, place, instant));
                evaluator.measure(peers)
            }));
        }
    }
    measured
}
