//! Evaluating: blocks of time, in each the strata in turn, in each of those models and partitions side by side.
//!
//! ```text
//! time      |───── block 1 ─────|───── block 2 ─────|── … ──|
//! stratum 0 | model × partition | model × partition |          findings of a stratum are there
//! stratum 1 |   composites      |                   |          before the next one starts
//! ```
//!
//! Nothing that an evaluation sees depends on how time, entities or threads are divided: it reads rows by what was
//! known, and findings by their date.

use super::loaded::Data;
use super::parallel::in_parallel;
use super::peers::{self, Told};
use crate::finding::{FindingRecord, FindingStore};
use crate::interp::{Decision, Evaluator, FaultRow, Found, Looked, Search, World, any_row, triggers};
use crate::jit::{Left, Marks, Screening, Verdict};
use crate::mutant::{Mutant, mutant};
use crate::plan::ModelPlan;
use crate::timeline::{RowRef, Timeline, partition_of};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use watchfire_dsl::program::{Grid, ModelId, Program, SourceId, Trigger};
use watchfire_stdlib::grid::{Grid as Instants, Step};
use watchfire_stdlib::value::{DAY_MICROS, EntityKey, Fault, Value};
use watchfire_stdlib::zone::Zone;

/// What evaluations work on.
pub(crate) struct Execution<'a> {
    pub(crate) program: &'a Program,
    pub(crate) data: &'a Data,
    pub(crate) parameters: &'a [Value],
    pub(crate) zone: Zone,
    /// What compiled code left to look at, by model.
    pub(crate) screens: &'a BTreeMap<ModelId, Left>,
    /// What compiled code says of the rows of sequences.
    pub(crate) marks: &'a Marks,
    /// What compiled code works with; `None`: there is none.
    pub(crate) screening: Option<&'a Screening<'a>>,
    /// Models that are over for an entity.
    pub(crate) stopped: &'a Stopped,
}

/// By model the entities for which it failed before.
pub(crate) type Stopped = BTreeMap<ModelId, BTreeSet<EntityKey>>;

/// When a model is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// First known-at.
    pub(crate) from: i64,
    /// First known-at of the range: what failed before it is tried again from here on.
    pub(crate) range: i64,
    /// Last known-at.
    pub(crate) to: i64,
    /// A model on a grid is evaluated here and nowhere else.
    pub(crate) at: Option<i64>,
}

/// An evaluation that a fault ended.
#[derive(Clone, Debug)]
pub(crate) struct FailureRecord {
    pub(crate) model: ModelId,
    pub(crate) entity: EntityKey,
    pub(crate) t: i64,
    pub(crate) k: i64,
    pub(crate) fault: Fault,
    pub(crate) row: Option<FaultRow>,
}

/// What came of one model.
#[derive(Debug, Default)]
pub(crate) struct Evaluated {
    /// Findings of one task.
    pub(super) findings: Vec<FindingRecord>,
    /// Those of all tasks, by block, then in no certain order.
    pub(super) found: Vec<Vec<FindingRecord>>,
    /// Failures.
    pub(crate) failures: Vec<FailureRecord>,
    /// How many evaluations.
    pub(crate) evaluations: u64,
    /// Compiled code decided once entities had been compared.
    pub(crate) compiled: bool,
    /// By partition the span of known-at, without its first instant, in which each row that triggers is one more.
    pub(super) uncounted: BTreeMap<usize, (i64, i64)>,
    /// Time spent, summed over threads.
    pub(crate) busy: Duration,
}

impl Execution<'_> {
    /// Evaluates the scheduled models, in blocks of at most `block` microseconds.
    pub(crate) fn run(
        &self,
        schedules: &BTreeMap<ModelId, Schedule>,
        block: i64,
        progress: &(dyn Fn(f64) + Sync),
    ) -> (BTreeMap<ModelId, Evaluated>, FindingStore) {
        let mut evaluated: BTreeMap<ModelId, Evaluated> =
            schedules.keys().map(|id| (*id, Evaluated::default())).collect();
        let mut findings = FindingStore::new(self.program);
        let memories: BTreeMap<(ModelId, usize), Mutex<Memory>> = schedules
            .keys()
            .flat_map(|id| {
                let memory = move |partition| ((*id, partition), Mutex::new(self.memory(*id, partition)));
                (0..self.data.partitions).map(memory)
            })
            .collect();
        let from = schedules.values().map(|schedule| schedule.from).min();
        let to = schedules.values().map(|schedule| schedule.to).max();
        let (Some(from), Some(to)) = (from, to) else { return (evaluated, findings) };
        let first = from.saturating_sub(1);
        let mut after = first;
        while after < to {
            let until = after.saturating_add(block.max(1)).min(to);
            for stratum in &self.data.plan.strata {
                let world = self.world(&findings);
                let mut new: BTreeMap<ModelId, Vec<FindingRecord>> = BTreeMap::new();
                for Round { tasks, comparing } in self.rounds(stratum, schedules, after, until) {
                    let told = comparing
                        .map(|(task, instants)| peers::tell(self, world, task.model, task.entities, &instants));
                    let results = in_parallel(self.data.threads, tasks.len(), |index| {
                        let task = &tasks[index];
                        let Some(memory) = memories.get(&(task.model.id, task.partition)) else {
                            return Evaluated::default();
                        };
                        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                        task.run(world, told.as_ref(), &mut memory)
                    });
                    for (task, result) in tasks.iter().zip(results) {
                        let Some(total) = evaluated.get_mut(&task.model.id) else { continue };
                        total.evaluations += result.evaluations;
                        total.compiled |= told.as_ref().is_some_and(Told::is_decided);
                        for (partition, span) in result.uncounted {
                            total.uncounted.entry(partition).or_insert(span).1 = span.1;
                        }
                        total.busy += result.busy;
                        total.failures.extend(result.failures);
                        if !task.model.readers.is_empty() {
                            new.entry(task.model.id).or_default().extend_from_slice(&result.findings);
                        }
                        total.found.push(result.findings);
                    }
                }
                for (model, new) in new {
                    findings.add(model, &new);
                }
            }
            after = until;
            #[expect(clippy::cast_precision_loss, reason = "a share for a progress bar")]
            progress((after as f64 - first as f64) / (to as f64 - first as f64));
        }
        self.count(&mut evaluated);
        (evaluated, findings)
    }

    /// What a model knows in a partition before it begins.
    fn memory(&self, model: ModelId, partition: usize) -> Memory {
        let here = |key: &&EntityKey| partition_of(key, self.data.partitions) == partition;
        let stopped = self.stopped.get(&model).into_iter().flatten().filter(here);
        Memory { stopped: stopped.map(|key| (key.clone(), i64::MAX)).collect(), ..Memory::default() }
    }

    /// What a stratum has to do in `(after, until]`: one round for all models that look at each entity by itself, and for
    /// each model that compares entities a round for every few instants.
    fn rounds(
        &self,
        stratum: &[ModelId],
        schedules: &BTreeMap<ModelId, Schedule>,
        after: i64,
        until: i64,
    ) -> Vec<Round<'_>> {
        let mut rounds = vec![Round::default()];
        for task in stratum.iter().filter_map(|id| self.task(*id, *schedules.get(id)?, after, until)) {
            match &task.work {
                Work::At(instants) if !task.model.peers.is_empty() => {
                    for piece in peers::pieces(instants, task.entities, self.data.partitions) {
                        let task = Task { work: Work::At(piece.to_vec()), ..task.clone() };
                        let tasks = self.in_each_partition(&task);
                        rounds.push(Round { tasks, comparing: Some((task, piece.to_vec())) });
                    }
                }
                _ => rounds[0].tasks.extend(self.in_each_partition(&task)),
            }
        }
        rounds
    }

    fn in_each_partition<'t>(&self, task: &Task<'t>) -> Vec<Task<'t>> {
        (0..self.data.partitions).map(|partition| Task { partition, ..task.clone() }).collect()
    }

    /// All that evaluations read, with the findings so far.
    pub(crate) fn world<'w>(&'w self, findings: &'w FindingStore) -> World<'w> {
        World {
            program: self.program,
            plan: &self.data.plan,
            store: &self.data.store,
            timelines: &self.data.timelines,
            places: &self.data.places,
            coverage: &self.data.coverage,
            parameters: self.parameters,
            zone: self.zone,
            findings,
            marks: self.marks,
        }
    }

    /// What a model has to do in `(after, until]`, if anything.
    fn task(&self, id: ModelId, schedule: Schedule, after: i64, until: i64) -> Option<Task<'_>> {
        let model = self.data.plan.model(id)?;
        let entities = self.data.timelines.get(model.entities?.0 as usize)?;
        let after = after.max(schedule.from.saturating_sub(1));
        let until = until.min(schedule.to);
        if after >= until {
            return None;
        }
        let work = match (&self.program.models[id.index()].trigger, schedule.at) {
            (Trigger::Every(_), Some(at)) => Work::At(if after < at && at <= until { vec![at] } else { Vec::new() }),
            (Trigger::Every(grid), None) => Work::At(instants(*grid, &self.zone, after, until)),
            (Trigger::On { source, .. }, _) => Work::On { source: *source, after, until },
            (Trigger::Match(_), _) => Work::Match { after, until },
        };
        let left = self.screens.get(&id);
        Some(Task { execution: self, model, entities, left, work, range: schedule.range, partition: 0 })
    }
}

/// The instants of a grid in `(after, until]`.
pub(super) fn instants(grid: Grid, zone: &Zone, after: i64, until: i64) -> Vec<i64> {
    instants_of(grid).map_or_else(Vec::new, |grid| grid.instants(zone, after, until).collect())
}

/// The standard library's grid for the program's.
pub(crate) fn instants_of(grid: Grid) -> Option<Instants> {
    let (step, clock) = match grid {
        Grid::Micros(micros) => (Step::Micros(micros), 0),
        Grid::Days(days, clock) => (Step::Days(days), clock),
        Grid::Weeks(weeks, clock) => (Step::Weeks(weeks), clock),
        Grid::Months(months, clock) => (Step::Months(months), clock),
    };
    Instants::new(step, clock)
}

/// A model in one partition during one block.
#[derive(Clone)]
pub(super) struct Task<'a> {
    execution: &'a Execution<'a>,
    pub(super) model: &'a ModelPlan,
    pub(super) entities: &'a Timeline,
    /// The rows or instants that compiled code left.
    pub(super) left: Option<&'a Left>,
    pub(super) work: Work,
    range: i64,
    pub(super) partition: usize,
}

/// The entity at hand, and its place in the partition.
#[derive(Clone, Copy)]
pub(super) struct Whom<'e> {
    pub(super) key: &'e EntityKey,
    pub(super) place: usize,
}

/// Tasks that may run side by side.
#[derive(Default)]
struct Round<'a> {
    tasks: Vec<Task<'a>>,
    /// A model whose entities are compared first, at these instants.
    comparing: Option<(Task<'a>, Vec<i64>)>,
}

/// What a model in one partition remembers from block to block.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The entities for which it failed, and when.
    pub(super) stopped: HashMap<EntityKey, i64>,
    /// What its sequence found.
    pub(super) found: HashMap<EntityKey, Found>,
}

#[derive(Clone)]
pub(super) enum Work {
    /// At these instants, for all entities known by then.
    At(Vec<i64>),
    /// At the rows that become known in `(after, until]`.
    On { source: SourceId, after: i64, until: i64 },
    /// At the matches that become known in `(after, until]`.
    Match { after: i64, until: i64 },
}

impl<'a> Task<'a> {
    /// Evaluates. A failure before the range stops the model before the range only.
    fn run(&self, world: World<'a>, told: Option<&Told>, memory: &mut Memory) -> Evaluated {
        let start = Instant::now();
        let mut result = match self.look_at_left(world, memory) {
            Some(result) => result,
            None => match self.whole() {
                None => self.look_at_all(world, told, memory),
                Some(whole) => {
                    let task = Task { entities: whole, ..self.clone() };
                    let mut result = task.look_at_all(world, told, memory);
                    result.findings.iter_mut().for_each(|finding| self.in_part(whole, finding));
                    result
                }
            },
        };
        result.busy = start.elapsed();
        result
    }

    /// All rows about its entities, where only those that a screen left are in order.
    fn whole(&self) -> Option<&'a Timeline> {
        self.execution.data.whole(self.execution.program, self.model.entities?)
    }

    /// Looks at everything.
    fn look_at_all(&self, world: World<'a>, told: Option<&Told>, memory: &mut Memory) -> Evaluated {
        let Memory { stopped, found } = memory;
        let mut evaluator = Evaluator::new(world, self.model);
        let mut result = Evaluated::default();
        let first_known = self.entities.all_first_known(self.partition);
        for (place, (entity, rows)) in self.entities.entries(self.partition).enumerate() {
            let mut resume = match stopped.get(entity) {
                None => i64::MIN,
                Some(k) if *k < self.range => self.range,
                Some(_) => continue,
            };
            let whom = Whom { key: entity, place };
            match &self.work {
                Work::At(instants) => {
                    let Some(first) = first_known.get(place).copied() else { continue };
                    let unknown = instants.partition_point(|instant| *instant < first);
                    let known = &instants[unknown..];
                    if known.is_empty() {
                        continue;
                    }
                    evaluator.turn_to(entity);
                    for (number, k) in known.iter().enumerate() {
                        if *k < resume {
                            continue;
                        }
                        if mutant(Mutant::PopulationPruned) && !self.seen_lately(world, rows, *k) {
                            continue;
                        }
                        let at = (self.partition, place, unknown + number);
                        match told.map_or(Verdict::Unsure, |told| told.verdict(at)) {
                            Verdict::Nothing => {
                                result.evaluations += 1;
                                continue;
                            }
                            Verdict::Rule(rule) if self.model.about.is_none() => {
                                let told = told.map_or(&[][..], |told| told.of(at));
                                result.findings.extend(self.finding(whom, (*k, *k, 0), Some(rule), None, told));
                                result.evaluations += 1;
                                continue;
                            }
                            Verdict::Rule(_) | Verdict::Unsure => {}
                        }
                        evaluator.begin(*k, *k, None);
                        if let Some(told) = told {
                            told.prepare(&mut evaluator, at);
                        }
                        if !self.decide(&mut evaluator, whom, (*k, *k, 0), (&[], None), &mut result) {
                            stopped.insert(entity.clone(), *k);
                            if *k >= self.range {
                                break;
                            }
                            resume = self.range;
                        }
                    }
                }
                Work::On { source, after, until } => {
                    let triggers = triggers(world, *source, rows, 0..rows.len(), (*after, *until));
                    if triggers.is_empty() {
                        continue;
                    }
                    evaluator.turn_to(entity);
                    if let Some(k) = self.on(&mut evaluator, whom, (*source, rows), triggers, resume, &mut result) {
                        stopped.insert(entity.clone(), k);
                    }
                }
                Work::Match { after, until } => {
                    evaluator.turn_to(entity);
                    let found = found.entry(entity.clone()).or_default();
                    let (span, everywhere) = ((*after, *until), None::<std::iter::Empty<usize>>);
                    let failed = self.matches(&mut evaluator, whom, span, (resume, found), everywhere, &mut result);
                    if let Some(k) = failed {
                        stopped.insert(entity.clone(), k);
                    }
                }
            }
        }
        result
    }

    /// Decides at these rows about an entity. Gives the k of the last failure.
    pub(super) fn on(
        &self,
        evaluator: &mut Evaluator<'a>,
        whom: Whom<'_>,
        (source, rows): (SourceId, &'a [RowRef]),
        triggers: Vec<(i64, i64, usize)>,
        mut resume: i64,
        result: &mut Evaluated,
    ) -> Option<i64> {
        let mut failed = None;
        for (k, t, place) in triggers {
            if k < resume {
                continue;
            }
            evaluator.begin(t, k, Some((rows, place)));
            let row = FaultRow { source, row: rows[place] };
            if !self.decide(evaluator, whom, (k, t, place), (&[], Some(row)), result) {
                failed = Some(k);
                if k >= self.range {
                    break;
                }
                resume = self.range;
            }
        }
        failed
    }

    /// Looks for the matches about an entity that become known in `(after, until]`, and decides about each. What there was
    /// before the range is looked for as well, since it decides what there is in it. `only`: the places of the last rows
    /// that matter. Gives the k of a failure.
    pub(super) fn matches(
        &self,
        evaluator: &mut Evaluator<'a>,
        whom: Whom<'_>,
        (after, until): (i64, i64),
        (mut resume, found): (i64, &mut Found),
        only: Option<impl Iterator<Item = usize>>,
        result: &mut Evaluated,
    ) -> Option<i64> {
        let plan = self.model.sequence.as_ref()?;
        let mut search = Search::new(evaluator, plan)?;
        if let Some(places) = only {
            search.only(places);
        }
        let mut failed = None;
        for (k, from) in search.instants(after, until) {
            let goes_on = search.look(k, from, found, |evaluator, looked| {
                if k < resume {
                    return true;
                }
                let fine = match looked {
                    Looked::Match { steps, row, t } => {
                        let (place, row) = (steps.last().copied().unwrap_or_default(), Some(row));
                        match evaluator.speaks_of(t, k, &steps) {
                            Ok(None) => true,
                            Ok(Some(t)) => {
                                evaluator.begin_match(t, k, &steps);
                                self.decide(evaluator, whom, (k, t, place), (&steps, row), result)
                            }
                            Err(fault) => {
                                self.failed(whom.key, (k, t), fault, row, result);
                                false
                            }
                        }
                    }
                    Looked::Fault { fault, row, t } => {
                        self.failed(whom.key, (k, t), fault, row, result);
                        false
                    }
                };
                if !fine {
                    failed = Some(k);
                    resume = self.range;
                }
                fine || k < self.range
            });
            if !goes_on {
                break;
            }
        }
        failed
    }

    fn failed(
        &self,
        entity: &EntityKey,
        (k, t): (i64, i64),
        fault: Fault,
        row: Option<FaultRow>,
        result: &mut Evaluated,
    ) {
        let (model, entity) = (self.model.id, entity.clone());
        result.failures.push(FailureRecord { model, entity, t, k, fault, row });
    }

    /// The population had a row about the entity within a day (asked by one mutant only).
    fn seen_lately(&self, world: World<'a>, rows: &'a [RowRef], k: i64) -> bool {
        let timeline = self.model.entities.and_then(|id| world.plan.timelines.get(id.0 as usize));
        timeline.is_some_and(|of| any_row(world, of.source, rows, (k.saturating_sub(DAY_MICROS), k), k))
    }

    /// Takes one decision; false: the model stops for this entity.
    pub(super) fn decide(
        &self,
        evaluator: &mut Evaluator<'a>,
        whom: Whom<'_>,
        (k, t, place): (i64, i64, usize),
        (steps, row): (&[usize], Option<FaultRow>),
        result: &mut Evaluated,
    ) -> bool {
        result.evaluations += 1;
        let model = self.model.id;
        match evaluator.decide() {
            Decision::Nothing => {}
            Decision::Finding { level, about, rule } => {
                let (entity, told) = (whom.key.clone(), evaluator.told_by_peers().into());
                result.findings.push(FindingRecord {
                    model,
                    entity,
                    at: (self.partition as u32, whom.place as u32),
                    about,
                    t,
                    k,
                    level,
                    place,
                    rule,
                    told,
                    steps: steps.into(),
                    left: None,
                });
            }
            Decision::Failure { fault, row: inner } => {
                self.failed(whom.key, (k, t), fault, inner.or(row), result);
                return false;
            }
        }
        true
    }
}
