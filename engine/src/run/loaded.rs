//! Data that has been read, typed and ordered: what runs over the same data have in common.

use super::perform::{Moment, Request, perform_on};
use super::{Compile, OptionError, Run, RunError, RunOptions};
use crate::coverage::Coverage;
use crate::edges;
use crate::ingest::{Reads, Spans, load};
use crate::interp::World;
use crate::jit::{LeftOfTables, Screening};
use crate::mutant::{Mutant, active, mutant};
use crate::package::Package;
use crate::places::Places;
use crate::plan::{Plan, TimelineId, TimelinePlan};
use crate::run::parallel::in_parallel;
use crate::sources::Sources;
use crate::table::Store;
use crate::timeline::{Spread, Timeline};
use crate::unions::Union;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use watchfire_dsl::program::{ModelId, Program, SourceId, SourceKind, SourceTime};
use watchfire_stdlib::value::{DAY_MICROS, Value};
use watchfire_stdlib::zone::Zone;

/// Partitions for each thread.
const PARTITIONS_PER_THREAD: usize = 8;

/// Data that a package's models can be run over again and again: [`Engine::load`](crate::Engine::load).
pub struct Loaded {
    package: Package,
    data: Data,
}

impl Loaded {
    /// Reads the data for all models that the options want, whatever the range.
    pub(crate) fn new(package: Package, sources: &Sources, options: &RunOptions) -> Result<Self, RunError> {
        let wanted = options.wanted(package.program()).map_err(RunError::Options)?;
        let data = Data::read(&package, sources, options, wanted)?;
        Ok(Self { package, data })
    }

    /// Runs models over the data. The result is that of [`Engine::run`](crate::Engine::run) with these options, but
    /// that rejects and inputs are those of all data that was loaded. Threads and partitions stay those that the data
    /// was loaded with.
    ///
    /// # Errors
    ///
    /// If the options name what the package does not have, or models for which the data was not loaded.
    pub fn run(&self, options: &RunOptions) -> Result<Run, RunError> {
        self.run_with_progress(options, &|_| {})
    }

    /// Runs as [`Loaded::run`] does, and tells how much of the range is done, from 0 to 1.
    ///
    /// # Errors
    ///
    /// As [`Loaded::run`].
    pub fn run_with_progress(&self, options: &RunOptions, progress: &(dyn Fn(f64) + Sync)) -> Result<Run, RunError> {
        let program = self.package.program();
        let missing =
            options.wanted(program).map_err(RunError::Options)?.into_iter().find(|id| !self.data.wanted.contains(id));
        if let Some(id) = missing {
            let name = program.models[id.index()].name.to_string();
            return Err(RunError::Options(OptionError::NotLoaded { name }));
        }
        perform_on(&Request { package: &self.package, options, moment: Moment::Range, progress }, &self.data)
    }
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("package", &self.package.program().name).finish_non_exhaustive()
    }
}

/// What a run works on: the plan of the models that it is read for, and their data.
pub(crate) struct Data {
    pub(super) plan: Plan,
    pub(super) wanted: BTreeSet<ModelId>,
    pub(super) store: Store,
    /// Earliest and latest known-at of all dated rows of the run.
    pub(super) known: Option<(i64, i64)>,
    pub(super) timelines: Vec<Timeline>,
    /// Timelines of which only the rows that screens left are in order, and all of their rows once somebody needs them.
    wholes: BTreeMap<TimelineId, OnceLock<Timeline>>,
    pub(super) places: Vec<Places>,
    /// Unions as one table, where compiled code may look at them.
    unions: BTreeMap<SourceId, Union>,
    pub(super) coverage: Coverage,
    /// What screens over tables left, where they passed before anything was in order.
    pub(super) left: Option<LeftOfTables>,
    /// Outages are stated, not observed.
    stated: bool,
    compile: Compile,
    pub(super) threads: usize,
    pub(super) partitions: usize,
    /// Time that reading took.
    pub(super) load: Duration,
    /// Time that screens over tables took.
    pub(super) compiled: Duration,
    /// Time that ordering took.
    pub(super) order: Duration,
}

impl Data {
    /// Reads and orders all that these models need, in whatever range.
    fn read(
        package: &Package,
        sources: &Sources,
        options: &RunOptions,
        wanted: BTreeSet<ModelId>,
    ) -> Result<Self, RunError> {
        let plan = Plan::new(package.program(), &wanted);
        let reads = reads(package.program(), &plan, sources, true);
        let mut data = Self::load(package, plan, wanted, sources, (&reads, &Spans::new()), options)?;
        data.order(package.program());
        Ok(data)
    }

    /// Reads these columns for one run of models, and orders what the run looks at.
    pub(super) fn read_for_run(
        package: &Package,
        plan: Plan,
        wanted: BTreeSet<ModelId>,
        sources: &Sources,
        (reads, spans): (&Reads, &Spans),
        options: &RunOptions,
    ) -> Result<Self, RunError> {
        let mut data = Self::load(package, plan, wanted, sources, (reads, spans), options)?;
        let start = Instant::now();
        let parameters = options.parameters(package.program()).map_err(RunError::Options)?;
        if let Some(screening) = data.screening(package, &parameters, options) {
            let left = screening.over_tables(data.plan.running().map(|model| model.id));
            data.left = Some(left);
            data.compiled = start.elapsed();
        }
        data.order(package.program());
        Ok(data)
    }

    /// Reads these columns, for models and their plan. Nothing is in order.
    fn load(
        package: &Package,
        plan: Plan,
        wanted: BTreeSet<ModelId>,
        sources: &Sources,
        (reads, spans): (&Reads, &Spans),
        options: &RunOptions,
    ) -> Result<Self, RunError> {
        let (start, program) = (Instant::now(), package.program());
        let threads = options.threads();
        let mut store = load(program, sources, reads, spans, threads)
            .map_err(|diagnostics| RunError::Data { diagnostics, texts: package.texts().clone() })?;
        edges::add(program, &mut store);
        let coverage = match &sources.outages {
            Some(outages) => Coverage::stated(program, outages),
            None => Coverage::observed(program, &store),
        };
        Ok(Self {
            plan,
            wanted,
            known: store.known_range(),
            store,
            timelines: Vec::new(),
            wholes: BTreeMap::new(),
            places: Vec::new(),
            unions: BTreeMap::new(),
            coverage,
            left: None,
            stated: sources.outages.is_some(),
            compile: options.compile,
            threads,
            partitions: options.partitions.unwrap_or(threads * PARTITIONS_PER_THREAD).max(1),
            load: start.elapsed(),
            compiled: Duration::ZERO,
            order: Duration::ZERO,
        })
    }

    /// Puts rows in order: of a timeline that is there for screened models about single rows, those that screens left.
    fn order(&mut self, program: &Program) {
        let start = Instant::now();
        let looked_at = self.looked_at(program);
        // Threads go to timelines, or where there are few to the partitions of each.
        let many = self.plan.timelines.len();
        let (outer, inner) = if many >= self.threads { (self.threads, 1) } else { (1, self.threads) };
        let rooms: Mutex<Vec<Vec<Spread>>> = Mutex::default();
        let lock = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
        self.timelines = in_parallel(outer, many, |index| {
            let only = looked_at.get(&TimelineId(index as u32)).map(|rows| &rows[..]);
            let mut room = lock().pop().unwrap_or_default();
            let timeline = self.timeline(program, index, only, inner, &mut room);
            lock().push(room);
            timeline
        });
        self.wholes = looked_at.into_keys().map(|id| (id, OnceLock::new())).collect();
        self.places = in_parallel(self.threads, self.plan.places.len(), |index| {
            Places::build(program, &self.plan, &self.store, &self.plan.places[index])
        });
        self.unions = self.unions(program);
        self.order = start.elapsed();
    }

    fn timeline(
        &self,
        program: &Program,
        index: usize,
        only: Option<&[u32]>,
        threads: usize,
        room: &mut Vec<Spread>,
    ) -> Timeline {
        let TimelinePlan { source, by } = &self.plan.timelines[index];
        Timeline::build_in(program, &self.store, (*source, by), only, (self.partitions, threads), room)
    }

    /// Those unions that have timelines.
    fn unions(&self, program: &Program) -> BTreeMap<SourceId, Union> {
        let Some(model) = self.plan.running().next().filter(|_| self.compile != Compile::Never) else {
            return BTreeMap::new();
        };
        let (findings, marks) = Default::default();
        let world = World {
            program,
            plan: &self.plan,
            store: &self.store,
            timelines: &self.timelines,
            places: &self.places,
            coverage: &self.coverage,
            parameters: &[],
            zone: Zone::named(program.zone.name()).unwrap_or(Zone::UTC),
            findings: &findings,
            marks: &marks,
        };
        let sources: BTreeSet<SourceId> = self.plan.timelines.iter().map(|timeline| timeline.source).collect();
        let unions =
            sources.into_iter().filter(|source| matches!(program.sources[source.index()].kind, SourceKind::Union(_)));
        unions.filter_map(|source| Some((source, Union::of(world, source, model)?))).collect()
    }

    /// Timelines of which nobody looks at more than the rows that screens left, with those rows.
    fn looked_at(&self, program: &Program) -> BTreeMap<TimelineId, Vec<u32>> {
        let Some(left) = &self.left else { return BTreeMap::new() };
        let mut rows: BTreeMap<TimelineId, Vec<u32>> = BTreeMap::new();
        let mut all = self.plan.read_timelines();
        for model in self.plan.running() {
            let Some(timeline) = model.entities else { continue };
            match left.get(&model.id).filter(|_| model.is_about_single_rows(program)) {
                Some(left) => rows.entry(timeline).or_default().extend(left.iter().map(|(row, _)| *row)),
                None => _ = all.insert(timeline),
            }
        }
        rows.retain(|timeline, _| !all.contains(timeline));
        for rows in rows.values_mut() {
            rows.sort_unstable();
            rows.dedup();
        }
        rows
    }

    /// All rows of a timeline of which only some were put in order; `None`: all were.
    pub(super) fn whole(&self, program: &Program, id: TimelineId) -> Option<&Timeline> {
        let whole = self.wholes.get(&id)?;
        Some(whole.get_or_init(|| self.timeline(program, id.0 as usize, None, self.threads, &mut Vec::new())))
    }

    /// A timeline, if all of its rows are in order.
    pub(super) fn all_rows(&self, id: TimelineId) -> Option<&Timeline> {
        match self.wholes.get(&id) {
            Some(whole) => whole.get(),
            None => self.timelines.get(id.0 as usize),
        }
    }

    /// What screens are made from; `None`: the interpreter looks at everything.
    pub(super) fn screening<'a>(
        &'a self,
        package: &'a Package,
        parameters: &'a [Value],
        options: &RunOptions,
    ) -> Option<Screening<'a>> {
        // Under a mistake of the interpreter's nothing may keep it from being made.
        let own = mutant(Mutant::UnsureScreenedOut) || mutant(Mutant::ScreenIgnoresGaps);
        if options.compile == Compile::Never || active() && !own {
            return None;
        }
        let program = package.program();
        Some(Screening {
            program,
            plan: &self.plan,
            store: &self.store,
            unions: &self.unions,
            timelines: &self.timelines,
            coverage: &self.coverage,
            parameters,
            zone: Zone::named(program.zone.name()).unwrap_or(Zone::UTC),
            kernels: package.kernels(),
            threads: self.threads,
            partitions: self.partitions,
            facts: !self.stated,
            always: options.compile == Compile::Always,
        })
    }
}

/// Which rows of tables matter to a run over a range, by their event time.
pub(super) fn spans(program: &Program, plan: &Plan, options: &RunOptions) -> Result<Spans, OptionError> {
    let (Some(from), Some(to)) = (options.from, options.to) else { return Ok(Spans::new()) };
    let lookbacks = plan.lookbacks(program, &options.parameters(program)?);
    let span = |(id, lookback)| (id, (from.saturating_sub(lookback), to.saturating_add(DAY_MICROS)));
    Ok(lookbacks.into_iter().map(span).collect())
}

/// The columns to read. Where the range is open, or how far back parts are evaluated is that of the data, all dated
/// tables belong to it, whether or not a model reads them.
pub(super) fn reads(program: &Program, plan: &Plan, sources: &Sources, open: bool) -> Reads {
    let mut reads = plan.reads.clone();
    if open || plan.running().any(|model| !model.parts.is_empty() || model.sequence.is_some()) {
        for (reads, source) in reads.iter_mut().zip(&program.sources) {
            if let SourceKind::Table(table) = &source.kind
                && (table.time != SourceTime::Timeless || table.recorded.is_some())
                && sources.inputs.contains_key(&source.name)
            {
                reads.get_or_insert_default();
            }
        }
    }
    reads
}
