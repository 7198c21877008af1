//! Runs: what is asked for, and what comes out.

mod execute;
mod exempt;
mod fold;
mod left;
mod loaded;
mod options;
mod outcome;
pub(crate) mod parallel;
mod peers;
mod perform;
mod render;
mod shares;

pub(crate) use execute::instants_of;
pub use loaded::Loaded;
pub(crate) use options::own_models;
pub use options::{Compile, OptionError, RunOptions};
pub(crate) use perform::{Moment, Request, perform};

use crate::finding::Finding;
use crate::rejects::{InputCount, Rejects};
use crate::shown::EntityRef;
use crate::warning::{Exempted, Silence, Warning};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use watchfire_dsl::diagnostics::{Diagnostic, Language, render_terminal};
use watchfire_dsl::source::{SourceMap, Span};
use watchfire_stdlib::value::{Fault, Levels};
use watchfire_stdlib::zone::Zone;

/// What came out of a run.
///
/// Times are microseconds since 1970-01-01T00:00Z. Everything but the timings is a function of package, data and
/// options: it does not depend on the order of the input rows, nor on partitions, threads or blocks of time.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the package.
    pub package: Arc<str>,
    /// Version of the package.
    pub package_version: Arc<str>,
    /// Time zone of the package.
    pub zone: Zone,
    /// Names of its levels: `run.levels.name(warning.level)`.
    pub levels: Levels,
    /// Name of the profile, if one was asked for.
    pub profile: Option<String>,
    /// Parameters of the models that ran, `model.parameter`, with the values that held, as text.
    pub parameters: BTreeMap<String, String>,
    /// First and last known-at of the range; none: there were no dated rows, and no range was given.
    pub range: Option<(i64, i64)>,
    /// Warnings, by `known`, model, what they are about, level (most severe first), `time`, entity.
    pub warnings: Vec<Warning>,
    /// Warnings that were set aside because their model exempts what they are about, in the same order.
    pub exempted: Vec<Exempted>,
    /// Findings, in the same order: what the models saw before anything was silenced.
    pub findings: Vec<Finding>,
    /// Evaluations that failed, by `known`, model, entity.
    pub failures: Vec<Failure>,
    /// Models that could not run at all.
    pub failed_models: Vec<FailedModel>,
    /// Everything in the data that broke its contract.
    pub rejects: Rejects,
    /// Sources with `expect` that had been silent for longer than that at the end of the range.
    pub stale: Vec<StaleSource>,
    /// Silences in force after the range: the start of the next run.
    pub silences: Vec<Silence>,
    /// What each model did.
    pub models: Vec<ModelRun>,
    /// What was read.
    pub inputs: Vec<InputCount>,
    /// Where the time went.
    pub timings: Timings,
    /// No key for pseudonyms was given, so the public [`DEVELOPMENT_KEY`](crate::DEVELOPMENT_KEY) was used.
    pub development_key: bool,
}

/// A model that stopped for an entity, because a value that it had to decide on could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the model.
    pub model: Arc<str>,
    /// The entity for which it stopped.
    pub entity: EntityRef,
    /// The instant that the evaluation spoke of.
    pub time: i64,
    /// Up to when it knew; the model is not evaluated for the entity after this.
    pub known: i64,
    /// What could not be computed.
    pub fault: Fault,
    /// The expression in the package's text.
    pub at: Span,
    /// The row in which it arose, if it arose in one.
    pub row: Option<FailureRow>,
}

/// The row in which a fault arose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRow {
    /// Name of the table.
    pub source: Arc<str>,
    /// Its key columns (without a key: its entity columns), as they may be shown.
    pub key: Vec<(Arc<str>, String)>,
    /// Its event time.
    pub time: Option<i64>,
}

/// A model that could not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedModel {
    /// Name of the model.
    pub model: Arc<str>,
    /// The function that it calls.
    pub function: Arc<str>,
    /// The plugin in which the function is, and which is not there.
    pub plugin: Arc<str>,
}

/// A source that should have spoken and did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleSource {
    /// Name of the source.
    pub source: Arc<str>,
    /// Event time of its last row known at the end of the range.
    pub last: Option<i64>,
}

/// What a model did in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRun {
    /// Name of the model.
    pub model: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// How many evaluations it took, those before the range that others needed included.
    pub evaluations: u64,
    /// How many findings are dated in the range.
    pub findings: usize,
    /// How many warnings; those set aside are not among them.
    pub warnings: usize,
    /// How many warnings were set aside.
    pub exempted: usize,
    /// For how many entities it failed.
    pub failures: usize,
    /// Compiled code decided first which rows, or entities and instants, had to be looked at.
    pub compiled: bool,
    /// Time that evaluating it took, summed over threads.
    pub busy: Duration,
}

/// Where the time of a run went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Reading and typing the data.
    pub load: Duration,
    /// Ordering rows by entity and time.
    pub order: Duration,
    /// Compiled code: compiling it, and passing over tables with it.
    pub compiled: Duration,
    /// Evaluating what it left.
    pub evaluate: Duration,
    /// Writing what warnings say.
    pub render: Duration,
    /// In how many shares data ran that is larger than memory; 0: as a whole.
    pub shares: usize,
    /// In how many pieces of time shares ran that are larger than memory by themselves.
    pub pieces: usize,
    /// All of it.
    pub total: Duration,
}

impl fmt::Display for FailureRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        for (index, (name, value)) in self.key.iter().enumerate() {
            write!(f, "{}{name} {value}", if index == 0 { " with " } else { ", " })?;
        }
        Ok(())
    }
}

/// Why a run did not begin.
#[derive(Clone, Debug)]
pub enum RunError {
    /// The options do not fit the package.
    Options(OptionError),
    /// The data cannot be read: all that is wrong, with the texts that it refers to.
    Data {
        /// What is wrong; at least one error.
        diagnostics: Vec<Diagnostic>,
        /// The package's texts.
        texts: SourceMap,
    },
}

impl RunError {
    /// The error in words.
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Options(error) => error.text(language),
            Self::Data { diagnostics, texts } => render_terminal(diagnostics, texts, language, false),
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for RunError {}
