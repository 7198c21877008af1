//! Data that has been read, typed and ordered: what runs over the same data have in common.

use super::perform::{Moment, Request, perform_on};
use super::{OptionError, Run, RunError, RunOptions};
use crate::coverage::Coverage;
use crate::edges;
use crate::ingest::{Reads, load};
use crate::package::Package;
use crate::places::Places;
use crate::plan::{Plan, TimelinePlan};
use crate::run::parallel::in_parallel;
use crate::sources::Sources;
use crate::table::Store;
use crate::timeline::Timeline;
use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};
use watchfire_dsl::program::{ModelId, Program, SourceKind, SourceTime};

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
        let data = Data::read(&package, sources, options, wanted, true)?;
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
    pub(super) places: Vec<Places>,
    pub(super) coverage: Coverage,
    /// Outages are stated, not observed.
    pub(super) stated: bool,
    pub(super) threads: usize,
    pub(super) partitions: usize,
    /// Time that reading took.
    pub(super) load: Duration,
    /// Time that ordering took.
    pub(super) order: Duration,
}

impl Data {
    /// Reads what these models need in the range of the options, or with `all` in any range.
    pub(super) fn read(
        package: &Package,
        sources: &Sources,
        options: &RunOptions,
        wanted: BTreeSet<ModelId>,
        all: bool,
    ) -> Result<Self, RunError> {
        let program = package.program();
        let plan = Plan::new(program, &wanted);
        let reads = reads(program, &plan, sources, all || options.is_open());
        Self::order(package, plan, wanted, sources, &reads, options)
    }

    /// Reads these columns, and orders them for models and their plan.
    pub(super) fn order(
        package: &Package,
        plan: Plan,
        wanted: BTreeSet<ModelId>,
        sources: &Sources,
        reads: &Reads,
        options: &RunOptions,
    ) -> Result<Self, RunError> {
        let (start, program) = (Instant::now(), package.program());
        let threads = options.threads();
        let partitions = options.partitions.unwrap_or(threads * PARTITIONS_PER_THREAD).max(1);

        let mut store = load(program, sources, reads, threads)
            .map_err(|diagnostics| RunError::Data { diagnostics, texts: package.texts().clone() })?;
        edges::add(program, &mut store);
        let loaded = Instant::now();
        // Threads go to timelines, or where there are few to the partitions of each.
        let (outer, inner) = if plan.timelines.len() >= threads { (threads, 1) } else { (1, threads) };
        let of = |timeline: &TimelinePlan| {
            Timeline::build(program, &store, timeline.source, &timeline.by, partitions, inner)
        };
        let timelines: Vec<Timeline> = in_parallel(outer, plan.timelines.len(), |index| of(&plan.timelines[index]));
        let places: Vec<Places> =
            in_parallel(threads, plan.places.len(), |index| Places::build(program, &plan, &store, &plan.places[index]));
        let coverage = match &sources.outages {
            Some(outages) => Coverage::stated(program, outages),
            None => Coverage::observed(program, &store),
        };
        let (load, order) = (loaded - start, loaded.elapsed());
        let stated = sources.outages.is_some();
        let known = store.known_range();
        Ok(Self { plan, wanted, store, known, timelines, places, coverage, stated, threads, partitions, load, order })
    }
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
