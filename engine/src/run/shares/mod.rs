//! Runs over data that is larger than memory: share after share of the entities.
//!
//! ```text
//! files ── cut ──► share 1 │ share 2 │ … on disk, by entity
//!                     │         │
//!                    load, order, run, tell ──► findings and warnings ──► one run
//! ```
//!
//! What a share gives is what its entities would have given in a run over everything; what concerns all of the data (its
//! range, its rejects, which sources are stale) is found out before. The result is the same to the byte.
//!
//! | file | subject |
//! |---|---|
//! | `budget.rs` | how much memory there is, and how much a run would take |
//! | `division.rs` | which tables can be cut, for which models |
//! | `pieces.rs` | shares that are too large, by time |

mod budget;
mod division;
mod pieces;

use super::execute::Stopped;
use super::loaded::{Data, reads};
use super::outcome::Outcome;
use super::perform::{Moment, Request, find, stale};
use super::{Run, RunError, RunOptions};
use crate::coverage::Coverage;
use crate::ingest::{Cutting, Part, Reads, Spans, load, needed};
use crate::mutant::{Mutant, mutant};
use crate::plan::Plan;
use crate::rejects::{DEFAULT_SAMPLES, InputCount, Rejects};
use crate::sources::{Input, Sources};
use crate::table::Store;
use crate::timeline::share_of;
use division::Group;
use pieces::Pieces;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use watchfire_dsl::diagnostics::Diagnostic;
use watchfire_dsl::diagnostics::data::UnreadableFile;
use watchfire_dsl::program::{ColumnId, ModelId, SourceId, SourceKind};
use watchfire_stdlib::value::EntityKey;

/// More shares are not made: each has a file of each table open while it is cut.
const MOST: u64 = 256;
/// Shares are not made smaller than this, in bytes.
const LEAST: u64 = 1 << 18;
/// Rows of a text file or frame are cut so many at a time, or as many as there are of these bytes in the budget.
const ROWS: std::ops::RangeInclusive<u64> = 1 << 12..=1 << 18;
const ROW: u64 = 4096;
/// Entities are not alike, so shares are not either.
const UNEVEN: f64 = 1.3;

/// A run that is divided.
pub(super) struct Divided<'a> {
    request: &'a Request<'a>,
    wanted: &'a BTreeSet<ModelId>,
    sources: &'a Sources,
    /// All that the run reads.
    reads: Reads,
    groups: Vec<Group>,
    /// How many bytes each table would take.
    tables_bytes: BTreeMap<SourceId, u64>,
    shares: usize,
    budget: u64,
}

/// A run that needs more memory than it may take, and can be divided.
pub(super) fn divide<'a>(
    request: &'a Request<'a>,
    wanted: &'a BTreeSet<ModelId>,
    sources: &'a Sources,
) -> Option<Divided<'a>> {
    if request.moment != Moment::Range {
        return None;
    }
    let (program, options) = (request.package.program(), request.options);
    let at_most = budget::at_most(sources);
    let budget = options.memory.or_else(budget::available).filter(|budget| at_most > *budget)?;
    let plan = Plan::new(program, wanted);
    let reads = needed(program, &reads(program, &plan, sources, options.is_open()));
    let groups = division::groups(program, &plan, wanted);
    let tables_bytes = budget::tables(program, &plan, sources, &reads);
    let of = |group: &Group| {
        let own = Plan::new(program, &group.models);
        let read = own.reads.iter().enumerate().filter(|(_, columns)| columns.is_some());
        let bytes = read.filter_map(|(index, _)| {
            let id = SourceId(u32::try_from(index).ok()?);
            Some((group.cut.contains_key(&id), *tables_bytes.get(&id)?))
        });
        bytes.fold(
            (0, 0),
            |(cut, whole), (is_cut, bytes)| if is_cut { (cut + bytes, whole) } else { (cut, whole + bytes) },
        )
    };
    let cut = groups.iter().filter(|group| !group.cut.is_empty()).map(of);
    let shares = cut.map(|(cut, whole)| {
        let left = budget.saturating_sub(budget::BASE).saturating_sub(whole).max(budget / 8).max(1);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate"
        )]
        let shares = (cut as f64 * UNEVEN / left as f64).ceil() as u64;
        if cut + whole + budget::BASE <= budget { 1 } else { shares.min(cut / LEAST).max(2) }
    });
    let shares = shares.max().filter(|shares| *shares > 1)?.min(MOST) as usize;
    Some(Divided { request, wanted, sources, reads, groups, tables_bytes, shares, budget })
}

/// For tables and the columns by which they are cut: the parts of each share.
type Cuts = BTreeMap<(SourceId, ColumnId), Vec<Vec<Part>>>;

/// How a table is surveyed that is cut: by which column, the files that its rows came from, and how many of their lines
/// could not be read.
struct Surveyed {
    by: ColumnId,
    files: Vec<Arc<str>>,
    lost: u64,
}

/// What is found out about all of the data, source by source.
struct Survey {
    known: Option<(i64, i64)>,
    rejects: Rejects,
    inputs: Vec<InputCount>,
    stale_sources: Vec<SourceId>,
}

impl Divided<'_> {
    /// Performs the run.
    pub(super) fn perform(&self) -> Result<Run, RunError> {
        let (start, program) = (Instant::now(), self.request.package.program());
        let folder = temporary_folder().map_err(|error| self.error(vec![error]))?;
        let mut rejects = Rejects::keeping(self.sources.samples.unwrap_or(DEFAULT_SAMPLES));
        let (cuts, surveyed) = self.cut(folder.path(), &mut rejects)?;
        let pieces = self.too_large(&cuts, folder.path())?;
        let survey = self.survey(&cuts, &pieces, &surveyed, rejects)?;
        let mut all = Outcome::default();
        all.timings.load = start.elapsed();
        let shares = |group: &Group| if group.cut.is_empty() { 1 } else { self.shares };
        let rounds: Vec<(usize, usize)> = (0..self.groups.len())
            .flat_map(|group| (0..shares(&self.groups[group])).map(move |share| (group, share)))
            .collect();
        for (round, (number, share)) in rounds.iter().enumerate() {
            let group = &self.groups[*number];
            #[expect(clippy::cast_precision_loss, reason = "a share from 0 to 1")]
            let progress = |part: f64| (self.request.progress)((round as f64 + part) / rounds.len() as f64);
            let own = pieces.get(&(*number, *share)).zip(survey.known);
            all.add(match own {
                Some((pieces, known)) => self.in_pieces((group, *share), pieces, &cuts, known, &progress)?,
                None => {
                    let sources = self.share_of_sources(&cuts, &group.cut, *share);
                    let known = (survey.known, &Stopped::new());
                    self.run((group, *share), &sources, self.request.options, known, &progress)?
                }
            });
        }
        // Silences of models that do not run stay as they were.
        let runs = |name: &str| self.wanted.iter().any(|id| *program.models[id.index()].name == *name);
        let known = |name: &str| program.models.iter().any(|model| *model.name == *name);
        let end = all.range.map_or(0, |(_, to)| to);
        let others = self.request.options.silences.iter();
        all.silences.extend(others.filter(|one| !runs(&one.model) && known(&one.model) && end < one.until).cloned());
        all.stale = self.stale(&survey, all.range)?;
        all.arrange(program, self.request.options.partitions.unwrap_or(1));
        all.tell_apart(program);
        all.timings.shares = self.shares;
        all.timings.pieces = pieces.values().map(Pieces::many).sum();
        Ok(all.finish(self.request, self.wanted, survey.rejects, survey.inputs))
    }

    /// Cuts what groups want cut, and tables that no model reads.
    fn cut(&self, folder: &Path, rejects: &mut Rejects) -> Result<(Cuts, BTreeMap<SourceId, Surveyed>), RunError> {
        let program = self.request.package.program();
        let mut wanted: Vec<(SourceId, ColumnId)> =
            self.groups.iter().flat_map(|group| &group.cut).map(|(table, by)| (*table, *by)).collect();
        let read_by_models = Plan::new(program, self.wanted).reads;
        for (id, _) in self.tables() {
            if read_by_models.get(id.index()).is_none_or(Option::is_none) {
                wanted.extend(division::any_cut(program, id).map(|by| (id, by)));
            }
        }
        let (mut cuts, mut surveyed) = (Cuts::new(), BTreeMap::new());
        for (id, by) in wanted {
            let source = &program.sources[id.index()];
            let (Some(input), Some(Some(columns))) =
                (self.sources.inputs.get(&source.name), self.reads.get(id.index()))
            else {
                continue;
            };
            if cuts.contains_key(&(id, by)) {
                continue;
            }
            let (shares, threads) = (self.shares, self.request.options.threads());
            let most = (self.budget / ROW).clamp(*ROWS.start(), *ROWS.end()) as usize;
            let cutting = Cutting { program, source, columns, by, shares, folder, most, threads };
            // A table that is cut in two ways has its lines read twice.
            let mut again = Rejects::default();
            let first = !surveyed.contains_key(&id);
            let found =
                cutting.cut(input, if first { rejects } else { &mut again }).map_err(|errors| self.error(errors))?;
            let Some(found) = found else { continue };
            surveyed.entry(id).or_insert(Surveyed { by, files: found.files, lost: found.lost });
            cuts.insert((id, by), found.parts);
        }
        Ok((cuts, surveyed))
    }

    /// The tables that are read.
    fn tables(&self) -> impl Iterator<Item = (SourceId, &BTreeSet<ColumnId>)> {
        let id = |index: usize| u32::try_from(index).ok().map(SourceId);
        self.reads.iter().enumerate().filter_map(move |(index, columns)| Some((id(index)?, columns.as_ref()?)))
    }

    /// Loads each table once, a share at a time, for what is said about all of the data.
    fn survey(
        &self,
        cuts: &Cuts,
        pieces: &BTreeMap<(usize, usize), Pieces>,
        surveyed: &BTreeMap<SourceId, Surveyed>,
        rejects: Rejects,
    ) -> Result<Survey, RunError> {
        let program = self.request.package.program();
        let mut survey = Survey { known: None, rejects, inputs: Vec::new(), stale_sources: Vec::new() };
        for (id, columns) in self.tables() {
            let source = &program.sources[id.index()];
            let own = surveyed.get(&id);
            let cut = own.map(|own| (id, own.by)).into_iter().collect();
            let (files, lost) = own.map_or((&[][..], 0), |own| (&own.files[..], own.lost));
            let shares = if own.is_some() { self.shares } else { 1 };
            let mut count = InputCount { source: source.name.clone(), rows: lost, rejected: lost, skipped: 0 };
            let mut all = Vec::new();
            for share in 0..shares {
                let sources = self.share_of_sources(cuts, &cut, share);
                match own.and_then(|own| pieces::surveyed(&self.groups, pieces, (id, own.by), share)) {
                    None => all.push(sources),
                    Some(parts) => all.extend(parts.iter().map(|parts| {
                        let mut sources = sources.clone();
                        self.put(&mut sources, id, parts.clone());
                        sources
                    })),
                }
            }
            for sources in all {
                let store = self.load(id, columns, &sources)?;
                let found = store.table(id).and_then(|table| table.known_range);
                let wider = |(a, b): (i64, i64), (c, d): (i64, i64)| (a.min(c), b.max(d));
                survey.known = survey.known.into_iter().chain(found).reduce(wider);
                for input in store.inputs.iter().filter(|input| input.source == source.name) {
                    count.rows += input.rows;
                    count.rejected += input.rejected;
                }
                survey.rejects.take_up(store.rejects, &source.name, files);
            }
            survey.inputs.push(count);
            if matches!(&source.kind, SourceKind::Table(table) if table.expect.is_some()) {
                survey.stale_sources.push(id);
            }
        }
        survey.inputs.sort_by(|a, b| a.source.cmp(&b.source));
        Ok(survey)
    }

    fn load(&self, id: SourceId, columns: &BTreeSet<ColumnId>, sources: &Sources) -> Result<Store, RunError> {
        let program = self.request.package.program();
        let mut only: Reads = vec![None; program.sources.len()];
        only[id.index()] = Some(columns.clone());
        load(program, sources, &only, &Spans::new(), self.request.options.threads())
            .map_err(|errors| self.error(errors))
    }

    /// Sources that should have spoken; none of them is cut.
    fn stale(&self, survey: &Survey, range: Option<(i64, i64)>) -> Result<Vec<super::StaleSource>, RunError> {
        let program = self.request.package.program();
        let (Some((_, to)), None) = (range, &self.sources.outages) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (id, columns) in self.tables().filter(|(id, _)| survey.stale_sources.contains(id)) {
            let store = self.load(id, columns, self.sources)?;
            found.extend(stale(program, &store, &Coverage::observed(program, &store), to));
        }
        Ok(found)
    }

    /// The sources of a share: those that are cut are its part of them.
    fn share_of_sources(&self, cuts: &Cuts, cut: &BTreeMap<SourceId, ColumnId>, share: usize) -> Sources {
        let mut sources = self.sources.clone();
        for (id, by) in cut {
            if let Some(parts) = cuts.get(&(*id, *by)).and_then(|shares| shares.get(share)) {
                let name = &self.request.package.program().sources[id.index()].name;
                sources.inputs.insert(name.clone(), Input::Share(parts.clone()));
            }
        }
        sources
    }

    /// Runs the models of a group over a share, or a piece of one.
    fn run(
        &self,
        (group, share): (&Group, usize),
        sources: &Sources,
        options: &RunOptions,
        (known, stopped): (Option<(i64, i64)>, &Stopped),
        progress: &(dyn Fn(f64) + Sync),
    ) -> Result<Outcome, RunError> {
        let Request { package, moment, .. } = *self.request;
        let program = package.program();
        let plan = Plan::new(program, &group.models);
        let reads = plan.reads.clone();
        let mut data =
            Data::read_for_run(package, plan, group.models.clone(), sources, (&reads, &Spans::new()), options)?;
        if !mutant(Mutant::ShareKnowsItself) {
            data.known = known;
        }
        let mut outcome = find(&Request { package, options, moment, progress }, &data, &group.models, stopped)?;
        // What silences say of other entities, other shares say better.
        let own = |model: &str| group.models.iter().any(|id| *program.models[id.index()].name == *model);
        let here = |about: &EntityKey| group.cut.is_empty() || share_of(about, self.shares) == share;
        outcome.silences.retain(|silence| own(&silence.model) && here(&silence.about));
        outcome.timings.load = data.load;
        outcome.timings.order = data.order;
        outcome.timings.compiled += data.compiled;
        Ok(outcome)
    }

    fn error(&self, diagnostics: Vec<Diagnostic>) -> RunError {
        RunError::Data { diagnostics, texts: self.request.package.texts().clone() }
    }
}

/// A folder for shares: `TMPDIR` if that is set, else where large temporary files belong.
fn temporary_folder() -> Result<tempfile::TempDir, Diagnostic> {
    let large = Path::new("/var/tmp");
    let folder = match std::env::var_os("TMPDIR") {
        None if large.is_dir() => large.to_owned(),
        _ => std::env::temp_dir(),
    };
    tempfile::Builder::new().prefix("watchfire-").tempdir_in(&folder).map_err(|error| {
        let (source, path) = ("temporary files".to_owned(), folder.display().to_string());
        UnreadableFile { source, path, reason: error.to_string() }.into()
    })
}
