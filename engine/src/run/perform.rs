//! A run from its options to its result.

use super::execute::{Execution, FailureRecord, Schedule, Stopped, instants};
use super::loaded::{Data, reads, spans};
use super::options::RunOptions;
use super::outcome::{Effort, Outcome};
use super::{FailedModel, Failure, FailureRow, Run, RunError, StaleSource, Timings, fold, render, shares};
use crate::coverage::Coverage;
use crate::finding::{Finding, FindingRecord};
use crate::ingest::Spans;
use crate::interp::FaultRow;
use crate::mutant::{Mutant, mutant};
use crate::package::Package;
use crate::plan::{Plan, after, span_of, starts};
use crate::shown::{DEVELOPMENT_KEY, Shower};
use crate::sources::Sources;
use crate::table::{ALWAYS, Store};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{ColumnId, From, ModelId, Program, SourceId, SourceKind, Trigger};
use watchfire_dsl::source::{FileId, Span};
use watchfire_stdlib::format::FormatSpec;
use watchfire_stdlib::pseudonym::Pseudonyms;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::{DAY_MICROS, Value};
use watchfire_stdlib::zone::Zone;

/// Blocks are at least this long, if nobody asks for shorter ones.
const SHORTEST_BLOCK: i64 = 30 * DAY_MICROS;
/// Into so many blocks a long range is cut.
const BLOCKS: i64 = 16;

/// A run: package, options, and for a test the one moment that matters.
pub(crate) struct Request<'a> {
    pub(crate) package: &'a Package,
    pub(crate) options: &'a RunOptions,
    pub(crate) moment: Moment,
    pub(crate) progress: &'a (dyn Fn(f64) + Sync),
}

/// When the wanted models are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// In the range of the options, or of the data.
    Range,
    /// At one instant, whatever their grids: `at` of a test.
    At(i64),
    /// From the first known row to the first instant of the model's grid at or after the last: a test without `at`.
    UntilNextInstant,
}

/// Performs a run: reads the data, and runs over it. Where there is more of it than memory, share after share.
pub(crate) fn perform(request: &Request<'_>, sources: &Sources) -> Result<Run, RunError> {
    let start = Instant::now();
    request.options.check(request.package.program()).map_err(RunError::Options)?;
    let wanted = request.options.wanted(request.package.program()).map_err(RunError::Options)?;
    let mut run = match shares::divide(request, &wanted, sources) {
        Some(divided) => divided.perform()?,
        None => {
            let Request { package, options, .. } = *request;
            let plan = Plan::new(package.program(), &wanted);
            let reads = reads(package.program(), &plan, sources, options.is_open());
            let spans = match request.moment {
                Moment::Range => spans(package.program(), &plan, options).map_err(RunError::Options)?,
                Moment::At(_) | Moment::UntilNextInstant => Spans::new(),
            };
            let data = Data::read_for_run(package, plan, wanted, sources, (&reads, &spans), options)?;
            let mut run = perform_on(request, &data)?;
            let compiled = run.timings.compiled + data.compiled;
            run.timings = Timings { load: data.load, order: data.order, compiled, ..run.timings };
            run
        }
    };
    run.timings.total = start.elapsed();
    Ok(run)
}

/// Performs a run over data that has been read.
pub(crate) fn perform_on(request: &Request<'_>, data: &Data) -> Result<Run, RunError> {
    let wanted = request.options.wanted(request.package.program()).map_err(RunError::Options)?;
    let mut outcome = find(request, data, &wanted, &Stopped::new())?;
    let (rejects, inputs) = (data.store.rejects.clone(), data.store.inputs.clone());
    outcome.tell_apart(request.package.program());
    Ok(outcome.finish(request, &wanted, rejects, inputs))
}

/// Runs these models over data that has been read.
pub(super) fn find(
    request: &Request<'_>,
    data: &Data,
    wanted: &BTreeSet<ModelId>,
    stopped: &Stopped,
) -> Result<Outcome, RunError> {
    let start = Instant::now();
    let Request { package, options, .. } = *request;
    let program = package.program();
    let Data { plan, store, coverage, .. } = data;
    let zone = Zone::named(program.zone.name()).unwrap_or(Zone::UTC);
    options.check(program).map_err(RunError::Options)?;
    let parameters = options.parameters(program).map_err(RunError::Options)?;
    let running = plan.with_parts(wanted);
    let failed_models = without_plugins(program, plan, &running);
    let range = range(request, wanted, data, &zone, &parameters);
    let schedules = range.map_or_else(BTreeMap::new, |range| schedules(request, &running, wanted, data, &zone, range));
    let screening = data.screening(package, &parameters, options);
    let (screens, marks) = match &screening {
        None => Default::default(),
        Some(screening) => {
            let models = || schedules.keys().copied();
            let rows = match &data.left {
                Some(left) => Cow::Borrowed(left),
                None => Cow::Owned(screening.over_tables(models())),
            };
            let instants = |id: ModelId| match (&program.models[id.index()].trigger, schedules.get(&id)) {
                (Trigger::Every(_), Some(Schedule { at: Some(at), .. })) => vec![*at],
                (Trigger::Every(grid), Some(schedule)) => {
                    instants(*grid, &zone, schedule.from.saturating_sub(1), schedule.to)
                }
                _ => Vec::new(),
            };
            let (mut screens, marks) = (screening.run(models(), &rows, instants), screening.marks(models()));
            screening.chains(models(), &marks, &mut screens);
            (screens, marks)
        }
    };

    let passed = Instant::now();

    let execution = Execution {
        program,
        data,
        parameters: &parameters,
        zone,
        screens: &screens,
        marks: &marks,
        screening: screening.as_ref(),
        stopped,
    };
    let block = options.block.unwrap_or_else(|| {
        range
            .map_or(SHORTEST_BLOCK, |(from, to)| to.saturating_sub(from).saturating_add(1) / BLOCKS)
            .max(SHORTEST_BLOCK)
    });
    let (mut evaluated, parts) = execution.run(&schedules, block, request.progress);
    let done = Instant::now();

    let (from, to) = range.unwrap_or((0, 0));
    let found = wanted.iter().filter_map(|id| Some(std::mem::take(&mut evaluated.get_mut(id)?.found)));
    let found: Vec<Vec<FindingRecord>> = found.flatten().collect();
    let mut findings = Vec::with_capacity(found.iter().map(Vec::len).sum());
    findings.extend(found.into_iter().flatten().filter(|finding| from <= finding.k));
    fold::sort(program, &mut findings, |finding| finding, data.partitions);
    let (warn, silences) = fold::fold(program, &zone, &findings, &options.silences, to);
    let pseudonyms = Pseudonyms::new(options.pseudonym_key.as_deref().unwrap_or(DEVELOPMENT_KEY));
    let shower = Shower { program, zone: &zone, pseudonyms: &pseudonyms };
    let language = options.language.unwrap_or(program.language);
    let told_findings = render::findings(&execution, &findings, shower);
    let warnings = {
        let warn: Vec<(&FindingRecord, &Finding)> =
            warn.iter().map(|index| (&findings[*index], &told_findings[*index])).collect();
        render::warnings(&execution, &parts, &warn, shower, language)
    };
    let failures = wanted.iter().filter_map(|id| evaluated.get(id)).flat_map(|evaluated| &evaluated.failures);
    let failures = failures.filter(|failure| from <= failure.k);
    let failures = failures.map(|failure| (failure.clone(), told(&execution, &shower, failure))).collect();
    let efforts = wanted.iter().map(|id| {
        let evaluated = evaluated.get(id);
        let effort = Effort {
            evaluations: evaluated.map_or(0, |evaluated| evaluated.evaluations),
            compiled: screens.contains_key(id) || evaluated.is_some_and(|evaluated| evaluated.compiled),
            busy: evaluated.map_or_else(Duration::default, |evaluated| evaluated.busy),
        };
        (*id, effort)
    });
    let efforts = efforts.collect();
    let mut outcome = Outcome {
        range,
        parameters: parameters_told(&execution, wanted, &shower, language),
        findings,
        told: told_findings,
        warn,
        warnings,
        silences,
        failures,
        failed_models,
        stale: range.map_or_else(Vec::new, |(_, to)| stale(program, store, coverage, to)),
        efforts,
        timings: Timings::default(),
    };
    outcome.sort_failures(program);
    outcome.timings = Timings {
        compiled: passed - start,
        evaluate: done - passed,
        render: done.elapsed(),
        total: start.elapsed(),
        ..Timings::default()
    };
    Ok(outcome)
}

/// The range of the run.
fn range(
    request: &Request<'_>,
    wanted: &BTreeSet<ModelId>,
    Data { store, known: data, .. }: &Data,
    zone: &Zone,
    parameters: &[Value],
) -> Option<(i64, i64)> {
    let data = *data;
    match request.moment {
        Moment::Range => {
            let RunOptions { from, to, .. } = request.options;
            let (from, to) = match data {
                Some((earliest, latest)) => (from.unwrap_or(earliest), to.unwrap_or(latest)),
                None => ((*from)?, (*to)?),
            };
            (from <= to).then_some((from, to))
        }
        Moment::At(at) => Some((at, at)),
        Moment::UntilNextInstant => {
            let (earliest, latest) = data?;
            // The ends that are known are looked at when they come.
            let last_end = |source: SourceId| match request.package.program().sources[source.index()].kind {
                SourceKind::Edges { end: true, .. } => store.table(source)?.known.as_ref()?.iter().copied().max(),
                _ => None,
            };
            let grids = wanted.iter().filter_map(|id| match &request.package.program().models[id.index()].trigger {
                Trigger::Every(grid) => super::instants_of(*grid)?.first_from(zone, latest),
                Trigger::On { source, .. } => last_end(*source),
                Trigger::Match(sequence) => {
                    let sources = sequence.rows().filter_map(|rows| match rows.selection()?.from {
                        From::Rows { source, .. } => Some(source),
                        _ => None,
                    });
                    let last = sources.filter_map(last_end).fold(latest, i64::max);
                    match &sequence.deadline {
                        Some((_, within)) => after(zone, last, span_of(*within, parameters)?),
                        None => Some(last),
                    }
                }
            });
            Some((earliest, grids.max().unwrap_or(latest).max(latest)))
        }
    }
}

/// When each model is evaluated; those that cannot run are left out.
fn schedules(
    request: &Request<'_>,
    running: &BTreeSet<ModelId>,
    wanted: &BTreeSet<ModelId>,
    Data { plan, known, .. }: &Data,
    zone: &Zone,
    (from, to): (i64, i64),
) -> BTreeMap<ModelId, Schedule> {
    let earliest = known.map_or(from, |(earliest, _)| earliest);
    let starts = starts(plan, running, from, earliest, zone);
    let mut schedules = BTreeMap::new();
    for model in running.iter().filter_map(|id| plan.model(*id)).filter(|model| model.stages.is_empty()) {
        let from_range = model.sequence.is_some() && mutant(Mutant::SequenceFromRange);
        let early = starts.get(&model.id).filter(|_| !mutant(Mutant::LookbackTooShort) && !from_range);
        let start = early.copied().unwrap_or(from);
        let at = match request.moment {
            Moment::At(at) if wanted.contains(&model.id) => Some(at),
            _ => None,
        };
        schedules.insert(model.id, Schedule { from: start, range: from, to, at });
    }
    schedules
}

/// Models that call a plugin: there is none in this version, so they fail by name and the others run.
fn without_plugins(program: &Program, plan: &Plan, running: &BTreeSet<ModelId>) -> Vec<FailedModel> {
    let running = running.iter().filter_map(|id| plan.model(*id));
    let calling = running.filter_map(|model| Some((model, model.stages.first()?.first()?)));
    let failed = calling.map(|(model, id)| {
        let function = &program.externs[id.index()];
        FailedModel {
            model: program.models[model.id.index()].name.clone(),
            function: function.name.clone(),
            plugin: function.plugin.clone(),
        }
    });
    failed.collect()
}

/// Sources with `expect` whose last row known at the end is older than that.
pub(super) fn stale(program: &Program, store: &Store, coverage: &Coverage, end: i64) -> Vec<StaleSource> {
    let ids = (0..program.sources.len()).filter_map(|index| u32::try_from(index).ok()).map(SourceId);
    let stale = ids.filter(|id| coverage.stale(*id, end, end)).filter_map(|id| {
        let table = store.table(id)?;
        let visible = (0..table.rows).filter_map(|row| u32::try_from(row).ok()).filter(|row| table.visible(*row, end));
        let last = visible.filter_map(|row| table.time(row)).filter(|time| *time != ALWAYS).max();
        Some(StaleSource { source: program.sources[id.index()].name.clone(), last })
    });
    stale.collect()
}

/// The parameters of these models as text.
fn parameters_told(
    execution: &Execution<'_>,
    wanted: &BTreeSet<ModelId>,
    shower: &Shower<'_>,
    language: Language,
) -> BTreeMap<String, String> {
    let program = execution.program;
    let used = |model: &str| wanted.iter().any(|id| *program.models[id.index()].name == *model);
    let parameters =
        program.parameters.iter().zip(execution.parameters).filter(|(parameter, _)| used(&parameter.model));
    let told = parameters.map(|(parameter, value)| {
        let text = shower.show(value, &parameter.ty.kind, false, None, &FormatSpec::default(), language);
        (format!("{}.{}", parameter.model, parameter.name), text)
    });
    told.collect()
}

fn told(execution: &Execution<'_>, shower: &Shower<'_>, failure: &FailureRecord) -> Failure {
    let model = &execution.program.models[failure.model.index()];
    let (file, start, end) = failure.fault.at;
    Failure {
        model: model.name.clone(),
        entity: shower.entity_ref(model.entity, &failure.entity),
        time: failure.t,
        known: failure.k,
        fault: failure.fault,
        at: Span { file: FileId(file), start, end },
        row: failure.row.and_then(|row| row_told(execution, shower, row)),
    }
}

/// A row by its key, or without one by the entities in it.
fn row_told(execution: &Execution<'_>, shower: &Shower<'_>, FaultRow { source, row }: FaultRow) -> Option<FailureRow> {
    let parts = execution.data.plan.unions.get(source.index())?;
    let id = if parts.is_empty() { source } else { parts.get(row.part as usize)?.source };
    let table = execution.data.store.table(id)?;
    let id = if let SourceKind::Edges { of, .. } = execution.program.sources[id.index()].kind { of } else { id };
    let declared = &execution.program.sources[id.index()];
    let SourceKind::Table(kind) = &declared.kind else { return None };
    let columns: Vec<usize> = if kind.key.is_empty() {
        let entity = |(_, column): &(usize, &watchfire_dsl::program::Column)| matches!(column.ty.kind, Kind::Entity(_));
        declared.columns.iter().enumerate().filter(entity).map(|(index, _)| index).collect()
    } else {
        kind.key.iter().map(|column| column.index()).collect()
    };
    let shown = columns.into_iter().filter_map(|index| {
        let column = &declared.columns[index];
        let value = table.value(row.row, ColumnId(u32::try_from(index).ok()?));
        let (format, language) = (FormatSpec::default(), execution.program.language);
        let text = shower.show(&value, &column.ty.kind, column.ty.private, None, &format, language);
        Some((column.name.clone(), text))
    });
    Some(FailureRow { source: declared.name.clone(), key: shown.collect(), time: table.time(row.row) })
}
