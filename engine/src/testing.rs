//! A package's `test` blocks: given rows, expected warnings (docs/language.md §6).
//!
//! What is given is complete: other sources are empty, coverage is full but for the outages stated. `at T` looks once,
//! at T and without silences: a model on a grid at T whatever its grid, an `on` model at the rows that become known
//! exactly then. Without `at` the run reaches from the first row's known-at to the first instant of the model's grid at
//! or after the last row's.

use crate::ingest::key_of;
use crate::package::{Package, wall_time};
use crate::rejects::{RejectGroup, Rejects};
use crate::run::{Failure, Moment, Request, RunOptions, perform};
use crate::sources::Sources;
use crate::warning::Warning;
use std::collections::BTreeMap;
use std::sync::Arc;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{EntityId, Expected, Program, Test};
use watchfire_dsl::source::Span;
use watchfire_stdlib::format::fault_text;
use watchfire_stdlib::functions::Context;
use watchfire_stdlib::value::EntityKey;
use watchfire_stdlib::zone::Zone;

/// What came of a `test` block.
#[derive(Clone, Debug)]
pub struct TestOutcome {
    /// The model under test.
    pub model: Arc<str>,
    /// What the test shows.
    pub title: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// It ran, and the warnings were those expected.
    pub passed: bool,
    /// Warnings expected and given.
    pub matched: Vec<ExpectedWarning>,
    /// Warnings expected and not given.
    pub absent: Vec<ExpectedWarning>,
    /// Warnings given and not expected.
    pub unexpected: Vec<Warning>,
    /// Evaluations that failed; they fail the test.
    pub failures: Vec<Failure>,
    /// Given cells and rows that do not fit what is declared; they fail the test.
    pub rejects: Rejects,
    /// Why the test could not run.
    pub error: Option<String>,
}

/// A warning that a test expects.
#[derive(Clone, Debug)]
pub struct ExpectedWarning {
    /// The text of the line: level, and what else it asks for.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Runs one test.
pub(crate) fn run(package: &Package, test: &Test) -> TestOutcome {
    let program = package.program();
    let model = &program.models[test.model.index()];
    let parameters = test.set.iter().filter_map(|(id, value)| {
        let parameter = program.parameters.get(id.index())?;
        Some((format!("{}.{}", parameter.model, parameter.name), value.clone()))
    });
    let options = RunOptions {
        only: vec![model.name.to_string()],
        profile: test.profile.as_ref().map(ToString::to_string),
        set: parameters.collect(),
        partitions: Some(1),
        threads: Some(1),
        ..RunOptions::default()
    };
    let mut outcome = TestOutcome {
        model: model.name.clone(),
        title: test.title.clone(),
        span: test.span,
        passed: false,
        matched: Vec::new(),
        absent: Vec::new(),
        unexpected: Vec::new(),
        failures: Vec::new(),
        rejects: Rejects::default(),
        error: None,
    };
    let moment = test.at.map_or(Moment::UntilNextInstant, Moment::At);
    let request = Request { package, options: &options, moment, progress: &|_| {} };
    let run = perform(&request, &Sources::of_test(program, test));
    match run {
        Err(error) => outcome.error = Some(error.text(program.language)),
        Ok(run) => {
            outcome.rejects = run.rejects;
            outcome.failures = run.failures;
            if let Some(failed) = run.failed_models.first() {
                outcome.error = Some(format!("{}: {}", failed.plugin, failed.function));
            }
            compare(package, test, run.warnings, &mut outcome);
            outcome.passed = outcome.error.is_none()
                && outcome.absent.is_empty()
                && outcome.unexpected.is_empty()
                && outcome.failures.is_empty()
                && outcome.rejects.is_empty();
        }
    }
    outcome
}

/// Matches expected and given warnings one to one. An expectation may leave out what does not matter, so those that ask
/// for the most choose first.
fn compare(package: &Package, test: &Test, given: Vec<Warning>, outcome: &mut TestOutcome) {
    let program = package.program();
    let about = program.models[test.model.index()].about_entity;
    let mut given: Vec<Option<Warning>> = given.into_iter().map(Some).collect();
    let mut wanted: Vec<(usize, &Expected)> = test.expect.iter().enumerate().collect();
    let asks = |expected: &Expected| {
        usize::from(!expected.about.is_empty())
            + usize::from(expected.at.is_some())
            + usize::from(expected.message.is_some())
    };
    wanted.sort_by_key(|(index, expected)| (std::cmp::Reverse(asks(expected)), *index));
    let mut results: BTreeMap<usize, (bool, ExpectedWarning)> = BTreeMap::new();
    for (index, expected) in wanted {
        let key = key(program, about, expected);
        let fits = |warning: &Warning| {
            warning.level == expected.level
                && (expected.about.is_empty() || key.as_ref() == Some(warning.about.key()))
                && expected.at.is_none_or(|at| warning.time == at)
                && expected.message.as_ref().is_none_or(|message| **message == *warning.message)
        };
        let found = given.iter_mut().find(|warning| warning.as_ref().is_some_and(&fits));
        let matched = found.is_some_and(|warning| warning.take().is_some());
        results.insert(index, (matched, ExpectedWarning { text: line(program, expected), span: expected.span }));
    }
    for (matched, expected) in results.into_values() {
        if matched { outcome.matched.push(expected) } else { outcome.absent.push(expected) }
    }
    outcome.unexpected = given.into_iter().flatten().collect();
}

fn key(program: &Program, about: EntityId, expected: &Expected) -> Option<EntityKey> {
    let zone = Zone::named(program.zone.name()).unwrap_or(Zone::UTC);
    key_of(program, about, &expected.about, &Context { zone: &zone, site: (0, 0, 0) })
}

/// An expected warning as a line of the difference.
fn line(program: &Program, expected: &Expected) -> String {
    let about = match &expected.about[..] {
        [] => String::new(),
        parts => format!(" {}", parts.join(" + ")),
    };
    let at = expected.at.map_or_else(String::new, |at| format!(" at {}", wall_time(program, at)));
    let message = expected.message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
    format!("{}{about}{at}{message}", program.levels.name(expected.level))
}

impl TestOutcome {
    /// What is wrong with the rows that the test gives, a line for each source, column and reason.
    pub fn given_wrong(&self, language: Language) -> Vec<String> {
        let line = |group: RejectGroup| {
            let column = group.column.map_or_else(String::new, |column| format!(".{column}"));
            let (source, count, reason) = (group.source, group.count, group.reason.text(language));
            let first = group.samples.first();
            let (row, raw) = first.map_or((0, ""), |sample| (sample.place.line, &*sample.raw));
            match language {
                Language::En => format!("{source}{column}: {reason}; {count}, first in row {row}: `{raw}`"),
                Language::Zh => format!("{source}{column}：{reason}；{count} 处，首见于第 {row} 行：`{raw}`"),
            }
        };
        self.rejects.groups().map(line).collect()
    }

    /// What was expected and what came, line by line: ` ` both, `-` expected only, `+` came only, `!` went wrong.
    pub fn difference(&self, package: &Package, language: Language) -> String {
        let program = package.program();
        let mut lines: Vec<String> = self.matched.iter().map(|expected| format!("  {}", expected.text)).collect();
        lines.extend(self.absent.iter().map(|expected| format!("- {}", expected.text)));
        lines.extend(self.unexpected.iter().map(|warning| {
            let at = wall_time(program, warning.time);
            format!("+ {} {} at {at}: {}", program.levels.name(warning.level), warning.about, warning.message)
        }));
        lines.extend(self.failures.iter().map(|failure| {
            let row = failure.row.as_ref().map_or_else(String::new, |row| format!(" ({row})"));
            let text = package.texts().text(failure.at);
            format!("! {}: {}: `{text}`{row}", failure.entity, fault_text(failure.fault.kind, language))
        }));
        lines.extend(self.given_wrong(language).iter().map(|wrong| format!("! {wrong}")));
        lines.extend(self.error.iter().map(|error| format!("! {error}")));
        if lines.is_empty() {
            lines.push(match language {
                Language::En => "  no warning expected, none came".into(),
                Language::Zh => "  不应有预警，也没有预警".into(),
            });
        }
        lines.join("\n")
    }
}
