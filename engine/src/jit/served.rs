//! Which models compiled code serves, and what in them it leaves to the interpreter: what the plan tells of it.

use super::form::{FactRows, Form, Input};
use super::lower::{self, Lowered, Unlowered, Why};
use crate::interp::KnownWindow;
use crate::plan::{ModelPlan, Node, Plan};
use serde::Serialize;
use watchfire_dsl::program::{Program, SourceId, Trigger};
use watchfire_stdlib::value::Value;

/// How compiled code passes over data for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// Over the rows of a table where they lie.
    Table,
    /// Over the rows about each entity.
    Timeline,
    /// Over entities and the instants of a grid.
    Points,
    /// Over the steps of a sequence.
    Chains,
}

/// What compiled code does of a model, with the default values of parameters.
pub(crate) struct Served<'a> {
    /// The pass and the source whose rows it goes over; `None`: the model is interpreted.
    pub(crate) pass: Option<(Pass, SourceId)>,
    /// What is decided in it.
    pub(crate) form: Option<Form>,
    /// Its facts: the aggregate of the plan by its place in memory, its rows and window.
    pub(crate) facts: Vec<(usize, FactRows, Option<KnownWindow>)>,
    /// What is left to the interpreter, and why; `None`: all of it.
    pub(crate) left: Vec<(Option<&'a Node>, Why)>,
}

/// What compiled code does of a model.
pub(crate) fn served<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
) -> Served<'a> {
    let lowered = match program.models.get(model.id.index()).map(|model| &model.trigger) {
        Some(Trigger::Match(_)) => return sequence(program, plan, model, parameters),
        Some(Trigger::On { .. }) => lower::screen(program, plan, model, parameters, true).map(|lowered| {
            let alone = |(input, _): &(Input, _)| matches!(input, Input::Cell(_));
            let union = plan.unions.get(lowered.source.index()).is_some_and(|parts| !parts.is_empty());
            (if !union && lowered.form.inputs.iter().all(alone) { Pass::Table } else { Pass::Timeline }, lowered)
        }),
        _ => lower::point(program, plan, model, parameters).map(|lowered| (Pass::Points, lowered)),
    };
    match lowered {
        Ok((pass, Lowered { source, form, nodes, left })) => {
            let fact = |(node, place): &(usize, usize)| {
                let fact = form.facts.get(*place)?;
                Some((*node, fact.rows, fact.window))
            };
            let facts = nodes.iter().filter_map(fact).collect();
            Served { pass: Some((pass, source)), facts, form: Some(form), left: distinct(left) }
        }
        Err(Unlowered { why, left }) => {
            let mut left = distinct(left);
            left.extend(why.map(|why| (None, why)));
            Served { pass: None, form: None, facts: Vec::new(), left }
        }
    }
}

fn sequence<'a>(program: &'a Program, plan: &'a Plan, model: &'a ModelPlan, parameters: &'a [Value]) -> Served<'a> {
    let none = |why| Served { pass: None, form: None, facts: Vec::new(), left: vec![(None, why)] };
    let Some(sequence) = &model.sequence else { return none(Why::Trigger) };
    if let Err(why) = lower::sequence(program, plan, sequence) {
        return none(why);
    }
    let mut left = Vec::new();
    let mut before = None;
    let mut last = None;
    for step in &sequence.steps {
        let Some(rows) = step.rows.aggregate() else { continue };
        let condition = lower::condition(program, plan, model, parameters, (before, rows));
        left.extend(condition.into_iter().flat_map(|condition| condition.left));
        let absent = step.without.iter().filter_map(|rows| rows.aggregate());
        for rows in absent {
            let condition = lower::condition(program, plan, model, parameters, (None, rows));
            left.extend(condition.into_iter().flat_map(|condition| condition.left));
        }
        before = Some(rows);
        if let crate::plan::FromNode::Rows(timeline) = rows.from {
            last = plan.timelines.get(timeline.0 as usize).map(|timeline| timeline.source);
        }
    }
    let pass = last.map(|source| (Pass::Chains, source));
    Served { pass, form: None, facts: Vec::new(), left: distinct(left) }
}

/// Each part once, in the order in which they were left.
fn distinct<'a>(left: Vec<lower::LeftOut<'a>>) -> Vec<(Option<&'a Node>, Why)> {
    let mut found: Vec<(Option<&'a Node>, Why)> = Vec::new();
    for (node, why) in left {
        if !found.iter().any(|(other, _)| other.is_some_and(|other| std::ptr::eq(other, node))) {
            found.push((Some(node), why));
        }
    }
    found
}
