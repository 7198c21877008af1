//! The reference evaluator: a checked program run by definition.
//!
//! It follows docs/language.md sentence by sentence (the section numbers in its comments are that page's) and shares
//! nothing with the engine: no plan, no timelines, no cursors. At every trigger it filters all rows by what was known
//! and computes every aggregate anew, so it is slow and meant for small data. Operators, functions, formats and the
//! calendar are the standard library's; sums, quantiles, versions, coverage and silences are its own.

mod aggregate;
mod coverage;
mod data;
mod derived;
mod exact;
mod exempt;
mod expression;
mod findings;
mod peers;
mod places;
mod score;
mod sequence;
mod series;
mod time;
mod warnings;
mod world;

pub use data::{Dataset, Delivery, known_late, known_later_than};
pub use expression::parts_of;
pub use findings::{Failure, Finding, is_private};
pub use warnings::Silence;

use std::collections::BTreeMap;
use watchfire_dsl::program::{ModelId, ParameterId, Program};
use watchfire_stdlib::value::Value;

/// What a run is asked for besides program and data.
#[derive(Clone, Debug, Default)]
pub struct ReferenceOptions {
    /// First and last instant *k*; none: that of all dated rows.
    pub range: Option<(i64, i64)>,
    /// Parameters that are set.
    pub parameters: BTreeMap<ParameterId, Value>,
    /// Silences in force at the start.
    pub silences: Vec<Silence>,
    /// The models wanted; none: all.
    pub only: Option<Vec<ModelId>>,
}

/// What came out, in the order of §2.8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Findings.
    pub findings: Vec<Finding>,
    /// The findings that warned, but for those that are exempt.
    pub warnings: Vec<Finding>,
    /// The findings that would have warned, and why they are exempt.
    pub exempted: Vec<(Finding, String)>,
    /// Failures, by known-at, model and entity.
    pub failures: Vec<Failure>,
}

/// Runs a program over data.
pub fn evaluate(program: &Program, data: &Dataset, options: &ReferenceOptions) -> Outcome {
    let parameters = program.parameters.iter().enumerate().map(|(index, parameter)| {
        let id = ParameterId(u32::try_from(index).unwrap_or(u32::MAX));
        options.parameters.get(&id).unwrap_or(&parameter.default).clone()
    });
    let mut world = world::World::new(program, data, parameters.collect());
    let Some(range) = options.range.or_else(|| world.whole_range()) else { return Outcome::default() };
    let mut failures = world.run(range, options);
    let mut findings = std::mem::take(&mut world.findings);
    findings.sort_by(|a, b| world.output_order(a, b));
    let warnings = warnings::fold(&world, &findings, &options.silences);
    let (warnings, exempted) = exempt::part(&world, warnings);
    let name = |failure: &Failure| program.models[failure.model.index()].name.clone();
    failures.sort_by_key(|failure| (failure.k, name(failure), failure.entity.clone()));
    Outcome { findings, warnings, exempted, failures }
}

/// From the earliest to the latest known-at of all dated rows (§2.3).
pub fn whole_range(program: &Program, data: &Dataset) -> Option<(i64, i64)> {
    world::World::new(program, data, Vec::new()).whole_range()
}
