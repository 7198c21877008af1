//! What came of a run, or of a share of one, and how shares become one run.

use super::execute::FailureRecord;
use super::perform::{Moment, Request};
use super::{FailedModel, Failure, ModelRun, Run, StaleSource, Timings, exempt, fold, render};
use crate::finding::{Finding, FindingRecord};
use crate::rejects::{InputCount, Rejects};
use crate::warning::{Silence, Warning};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use watchfire_dsl::program::{ModelId, Program};
use watchfire_stdlib::zone::Zone;

/// What came of some models for some entities.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) range: Option<(i64, i64)>,
    pub(super) parameters: BTreeMap<String, String>,
    /// In the order of the output.
    pub(super) findings: Vec<FindingRecord>,
    /// What is told of each.
    pub(super) told: Vec<Finding>,
    /// Those that warn, by their place among the findings, and the warning of each.
    pub(super) warn: Vec<usize>,
    pub(super) warnings: Vec<Warning>,
    pub(super) silences: Vec<Silence>,
    pub(super) failures: Vec<(FailureRecord, Failure)>,
    pub(super) failed_models: Vec<FailedModel>,
    pub(super) stale: Vec<StaleSource>,
    pub(super) efforts: BTreeMap<ModelId, Effort>,
    pub(super) timings: Timings,
}

/// What a model took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effort {
    pub(super) evaluations: u64,
    pub(super) compiled: bool,
    pub(super) busy: Duration,
}

impl Outcome {
    /// Takes up what came of other entities or models. Findings and warnings are in no order until [`Outcome::arrange`].
    pub(super) fn add(&mut self, other: Outcome) {
        let start = self.findings.len();
        self.range = self.range.or(other.range);
        self.parameters.extend(other.parameters);
        self.findings.extend(other.findings);
        self.told.extend(other.told);
        self.warn.extend(other.warn.into_iter().map(|place| start + place));
        self.warnings.extend(other.warnings);
        self.silences.extend(other.silences);
        self.failures.extend(other.failures);
        for failed in other.failed_models {
            if !self.failed_models.contains(&failed) {
                self.failed_models.push(failed);
            }
        }
        for (model, effort) in other.efforts {
            let own = self.efforts.entry(model).or_default();
            own.evaluations += effort.evaluations;
            own.compiled |= effort.compiled;
            own.busy += effort.busy;
        }
        self.timings.load += other.timings.load;
        self.timings.order += other.timings.order;
        self.timings.compiled += other.timings.compiled;
        self.timings.evaluate += other.timings.evaluate;
        self.timings.render += other.timings.render;
    }

    /// Puts what was added into the order of the output.
    pub(super) fn arrange(&mut self, program: &Program, partitions: usize) {
        type Item = (FindingRecord, (Finding, Option<Warning>));
        let mut warnings: Vec<Option<Warning>> = Vec::new();
        warnings.resize_with(self.findings.len(), || None);
        for (place, warning) in std::mem::take(&mut self.warn).into_iter().zip(std::mem::take(&mut self.warnings)) {
            warnings[place] = Some(warning);
        }
        let told = std::mem::take(&mut self.told).into_iter().zip(warnings);
        let mut all: Vec<Item> = std::mem::take(&mut self.findings).into_iter().zip(told).collect();
        fold::sort(program, &mut all, |(finding, _)| finding, partitions);
        for (place, (finding, (told, warning))) in all.into_iter().enumerate() {
            self.findings.push(finding);
            self.told.push(told);
            if let Some(warning) = warning {
                self.warn.push(place);
                self.warnings.push(warning);
            }
        }
        self.sort_failures(program);
        let place = |name: &str| program.models.iter().position(|model| *model.name == *name);
        self.silences.sort_by(|a, b| (place(&a.model), &a.about).cmp(&(place(&b.model), &b.about)));
        let place = |name: &str| program.sources.iter().position(|source| *source.name == *name);
        self.stale.sort_by_key(|stale| place(&stale.source));
        let place = |name: &str| program.models.iter().position(|model| *model.name == *name);
        self.failed_models.sort_by_key(|failed| place(&failed.model));
    }

    /// Failures in the order of the output.
    pub(super) fn sort_failures(&mut self, program: &Program) {
        let name = |failure: &FailureRecord| &program.models[failure.model.index()].name;
        self.failures.sort_by(|(a, _), (b, _)| (a.k, name(a), &a.entity).cmp(&(b.k, name(b), &b.entity)));
    }

    /// Gives warnings that would have the same identity numbers.
    pub(super) fn tell_apart(&mut self, program: &Program) {
        render::tell_apart(program, &mut self.warnings);
    }

    /// The run.
    pub(super) fn finish(
        self,
        request: &Request<'_>,
        wanted: &BTreeSet<ModelId>,
        rejects: Rejects,
        inputs: Vec<InputCount>,
    ) -> Run {
        let (program, options) = (request.package.program(), request.options);
        let zone = Zone::named(program.zone.name()).unwrap_or(Zone::UTC);
        let warn: Vec<&FindingRecord> = self.warn.iter().map(|place| &self.findings[*place]).collect();
        // A test is about its model, not about who is exempt from it today.
        let (warnings, exempted) = match request.moment {
            Moment::Range => exempt::part(program, &zone, &warn, self.warnings),
            Moment::At(_) | Moment::UntilNextInstant => (self.warnings, Vec::new()),
        };
        let name_of = |id: ModelId| &*program.models[id.index()].name;
        let found = counts(self.findings.iter().map(|finding| name_of(finding.model)));
        let failed = counts(self.failures.iter().map(|(failure, _)| name_of(failure.model)));
        let warned = counts(warnings.iter().map(|warning| &*warning.model));
        let set_aside = counts(exempted.iter().map(|one| &*one.warning.model));
        let models = wanted.iter().map(|id| {
            let of = |counts: &BTreeMap<&str, usize>| counts.get(name_of(*id)).copied().unwrap_or_default();
            let effort = self.efforts.get(id).copied().unwrap_or_default();
            ModelRun {
                model: program.models[id.index()].name.clone(),
                version: program.models[id.index()].version.clone(),
                evaluations: effort.evaluations,
                findings: of(&found),
                warnings: of(&warned),
                exempted: of(&set_aside),
                failures: of(&failed),
                compiled: effort.compiled,
                busy: effort.busy,
            }
        });
        let models = models.collect();
        Run {
            package: program.name.clone(),
            package_version: program.version.clone(),
            zone,
            levels: program.levels.clone(),
            profile: options.profile.clone(),
            parameters: self.parameters,
            range: self.range,
            warnings,
            exempted,
            findings: self.told,
            failures: self.failures.into_iter().map(|(_, failure)| failure).collect(),
            failed_models: self.failed_models,
            stale: self.stale,
            silences: self.silences,
            models,
            development_key: options.pseudonym_key.is_none(),
            timings: self.timings,
            rejects,
            inputs,
        }
    }
}

/// How often each name comes.
fn counts<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}
