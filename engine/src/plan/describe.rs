//! The plan as people read it.

use super::text::{
    aggregate_text, node_text, peers_text, places_text, span_text, timeline_text, trigger_text, window_text,
};
use super::{AggregateNode, ModelPlan, Node, NodeKind, Plan, TimelineId};
use crate::jit::{FactRows, Pass, Served, Why, served};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use watchfire_dsl::program::{Lookback, Program, SourceId};
use watchfire_stdlib::value::Value;

/// What a run of a package does: models in strata, what each reads, and what they share.
///
/// It prints itself as lines of text and serialises to JSON.
#[derive(Clone, Debug, Serialize)]
pub struct PlanDescription {
    /// Models, each after those whose findings it reads.
    pub models: Vec<ModelDescription>,
    /// Columns read from each table.
    pub tables: Vec<TableDescription>,
    /// Orderings of rows that are built, each once.
    pub timelines: Vec<TimelineDescription>,
    /// Sources of which rows are found by where they lie: `complaints by place`.
    pub places: Vec<String>,
    /// Aggregates that are written in several places and computed once for each entity and instant.
    pub shared: Vec<SharedDescription>,
    /// Models that differ in constants only: one compiled loop serves them.
    pub loops: Vec<Vec<String>>,
}

/// An ordering of rows: a source, by the columns that say what its rows are about.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineDescription {
    /// `visits by home`
    pub text: String,
    /// Models that read it.
    pub users: Vec<String>,
    /// Windows that compiled code moves over the rows about an entity, each once.
    pub windows: Vec<WindowDescription>,
}

/// A window over rows about an entity, and what is computed in it by compiled code.
#[derive(Clone, Debug, Serialize)]
pub struct WindowDescription {
    /// `over last 7 days`; none: all rows that are known.
    pub text: Option<String>,
    /// The derived table that the rows are of, where they are not those of the timeline itself.
    pub rows: Option<String>,
    /// What is computed, each once.
    pub aggregates: Vec<SharedDescription>,
}

/// What compiled code does of a model.
#[derive(Clone, Debug, Serialize)]
pub struct CompiledDescription {
    /// How it passes over data.
    pub pass: Pass,
    /// The source whose rows, or the rows of whose entities, it passes over.
    pub source: String,
}

/// What is left to the interpreter.
#[derive(Clone, Debug, Serialize)]
pub struct InterpretedDescription {
    /// The expression; none: the model as a whole.
    pub text: Option<String>,
    /// Why.
    pub why: Why,
}

/// A model of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct ModelDescription {
    /// Its name.
    pub name: String,
    /// When it is evaluated: `on visits`, `every 1 day at 02:00`, `match`.
    pub trigger: String,
    /// 0: reads no findings; n: reads findings of models of the strata below.
    pub stratum: usize,
    /// Whose entities it runs for.
    pub entities: Option<String>,
    /// Models whose findings it reads.
    pub findings_of: Vec<String>,
    /// What it compares among the peers of an entity; each is computed for all entities before the model looks.
    pub peers: Vec<String>,
    /// Facts that it uses.
    pub facts: Vec<String>,
    /// Columns that it reads, as `source.column`; those with `true` only in derived values.
    pub reads: Vec<(String, bool)>,
    /// Compiled code decides first, so that the interpreter looks only at what may matter.
    pub compiled: Option<CompiledDescription>,
    /// What of its conditions is left to the interpreter.
    pub interpreted: Vec<InterpretedDescription>,
    /// How far back it looks; none: over all that is known.
    pub lookback: Option<String>,
    /// How far before the range it is evaluated for those that read its findings; none: from the beginning.
    pub evaluated_before: Option<String>,
    /// Calls of plugins, stage by stage.
    pub stages: Vec<Vec<String>>,
}

/// A table of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct TableDescription {
    /// Its name.
    pub source: String,
    /// Columns that are read.
    pub columns: Vec<String>,
}

/// An aggregate that several places share.
#[derive(Clone, Debug, Serialize)]
pub struct SharedDescription {
    /// What is computed.
    pub text: String,
    /// In how many places it is written.
    pub places: usize,
    /// Models and facts that it is written in.
    pub users: Vec<String>,
}

impl Plan {
    /// The plan for people.
    pub(crate) fn describe(&self, program: &Program) -> PlanDescription {
        let defaults: Vec<Value> = program.parameters.iter().map(|parameter| parameter.default.clone()).collect();
        let compiled: Vec<(&ModelPlan, Served<'_>)> =
            self.running().map(|model| (model, served(program, self, model, &defaults))).collect();
        let served_of = |model: &ModelPlan| compiled.iter().find(|(other, _)| other.id == model.id).map(|(_, of)| of);
        let strata = self.strata.iter().enumerate().flat_map(|(n, ids)| ids.iter().map(move |id| (n, *id)));
        let models = strata.filter_map(|(stratum, id)| {
            let model = self.model(id)?;
            Some(self.describe_model(program, stratum, model, served_of(model)?))
        });
        let tables = program.sources.iter().zip(&self.reads);
        let tables = tables.filter_map(|(source, columns)| Some((source, columns.as_ref()?)));
        let tables = tables.map(|(source, columns)| TableDescription {
            source: source.name.to_string(),
            columns: columns
                .iter()
                .filter_map(|id| source.columns.get(id.index()))
                .map(|c| c.name.to_string())
                .collect(),
        });
        let shared = self.shared.iter().filter(|shared| shared.places > 1).map(|shared| SharedDescription {
            text: for_people(&shared.text),
            places: shared.places,
            users: shared.users.iter().map(ToString::to_string).collect(),
        });
        PlanDescription {
            models: models.collect(),
            tables: tables.collect(),
            timelines: self.describe_timelines(program, &compiled),
            places: self.places.iter().map(|places| places_text(program, places)).collect(),
            shared: shared.collect(),
            loops: loops(program, &compiled),
        }
    }

    fn describe_timelines(&self, program: &Program, compiled: &[(&ModelPlan, Served<'_>)]) -> Vec<TimelineDescription> {
        let mut timelines: Vec<TimelineDescription> = self
            .timelines
            .iter()
            .map(|timeline| TimelineDescription {
                text: timeline_text(program, timeline),
                users: Vec::new(),
                windows: Vec::new(),
            })
            .collect();
        // What is computed, by timeline, derived table and window, and who asks for it.
        let mut windows: BTreeMap<WindowOf, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for (model, served) in compiled {
            let name = &*program.models[model.id.index()].name;
            let read = self.read_by(model);
            let mut users: BTreeSet<TimelineId> =
                read.values().filter_map(|aggregate| aggregate.from.timeline()).collect();
            users.extend(model.entities);
            for timeline in users {
                if let Some(timeline) = timelines.get_mut(timeline.0 as usize) {
                    timeline.users.push(name.to_owned());
                }
            }
            for (node, rows, _) in &served.facts {
                let Some(aggregate) = read.get(node) else { continue };
                let (timeline, derived) = match rows {
                    FactRows::Timeline(timeline) => (Some(*timeline), None),
                    FactRows::Derived(source) => (self.base_of(*source), Some(derived_name(program, *source))),
                };
                let Some(timeline) = timeline else { continue };
                let window = aggregate.window.as_ref().map(|window| window_text(program, self, window));
                let text = for_people(&aggregate_text(program, self, name, aggregate));
                let users = windows.entry((timeline.0, derived, window)).or_default().entry(text).or_default();
                users.push(name.to_owned());
            }
        }
        for ((timeline, rows, text), aggregates) in windows {
            let Some(timeline) = timelines.get_mut(timeline as usize) else { continue };
            let aggregates = aggregates.into_iter().map(|(text, users)| {
                let (places, mut users) = (users.len(), users);
                users.dedup();
                SharedDescription { text, places, users }
            });
            timeline.windows.push(WindowDescription { text, rows, aggregates: aggregates.collect() });
        }
        timelines
    }

    /// Every aggregate that a model reads, in facts of the package too, by its place in memory.
    fn read_by<'p>(&'p self, model: &'p ModelPlan) -> HashMap<usize, &'p AggregateNode> {
        let facts = model.facts.iter().filter_map(|id| self.facts.get(id.index())?.as_ref());
        let mut open: Vec<&Node> = model.nodes().chain(facts.map(|fact| &fact.value)).collect();
        let mut found = HashMap::new();
        while let Some(node) = open.pop() {
            if let NodeKind::Aggregate(aggregate) = &node.kind {
                found.insert(std::ptr::from_ref::<AggregateNode>(aggregate).addr(), &**aggregate);
            }
            open.extend(node.children());
        }
        found
    }

    /// The timeline of the rows that a derived table is made of.
    fn base_of(&self, source: SourceId) -> Option<TimelineId> {
        self.derived.get(source.index())?.as_ref()?.settles()
    }

    fn describe_model(
        &self,
        program: &Program,
        stratum: usize,
        plan: &ModelPlan,
        served: &Served<'_>,
    ) -> ModelDescription {
        let model = &program.models[plan.id.index()];
        let reads = model.reads.iter().filter_map(|read| {
            let source = program.sources.get(read.source.index())?;
            Some((format!("{}.{}", source.name, source.columns.get(read.column.index())?.name), read.derived))
        });
        let mut longest = Some(String::from("0 s"));
        for reader in plan.readers.iter().filter_map(|id| self.model(*id)) {
            longest = match (reader.lookback, longest) {
                (Lookback::Span(span), Some(_)) => Some(span_text(span)),
                _ => None,
            };
        }
        ModelDescription {
            name: model.name.to_string(),
            trigger: trigger_text(program, &model.trigger),
            stratum,
            entities: plan.entities.map(|id| timeline_text(program, &self.timelines[id.0 as usize])),
            findings_of: plan.parts.iter().map(|id| program.models[id.index()].name.to_string()).collect(),
            peers: plan.peers.iter().map(|peers| peers_text(program, self, &model.name, peers)).collect(),
            facts: plan.facts.iter().map(|id| program.facts[id.index()].name.to_string()).collect(),
            reads: reads.collect(),
            compiled: served.pass.and_then(|(pass, source)| {
                let source = program.sources.get(source.index())?.name.to_string();
                Some(CompiledDescription { pass, source })
            }),
            interpreted: served
                .left
                .iter()
                .map(|(node, why)| InterpretedDescription {
                    text: node.map(|node| for_people(&node_text(program, self, &model.name, node))),
                    why: *why,
                })
                .collect(),
            lookback: match plan.lookback {
                Lookback::Span(span) => Some(span_text(span)),
                Lookback::Unbounded => None,
            },
            evaluated_before: longest,
            stages: plan
                .stages
                .iter()
                .map(|calls| calls.iter().map(|id| program.externs[id.index()].name.to_string()).collect())
                .collect(),
        }
    }
}

/// The text of an expression without the name of the only row variable in it.
fn for_people(text: &str) -> String {
    if text.contains("r1.") { text.to_owned() } else { text.replace("r0.", "") }
}

/// A window: the timeline, the derived table over it if it is of such rows, and its text.
type WindowOf = (u32, Option<String>, Option<String>);

/// Models whose forms differ in constants only.
fn loops(program: &Program, compiled: &[(&ModelPlan, Served<'_>)]) -> Vec<Vec<String>> {
    let mut loops: Vec<(&Served<'_>, Vec<String>)> = Vec::new();
    for (model, served) in compiled {
        let Some(form) = &served.form else { continue };
        let name = program.models[model.id.index()].name.to_string();
        let alike = |(other, _): &&mut (&Served<'_>, Vec<String>)| {
            let same = |other: &crate::jit::Form| other.root == form.root && other.inputs == form.inputs;
            other.pass == served.pass && other.form.as_ref().is_some_and(same)
        };
        match loops.iter_mut().find(alike) {
            Some((_, names)) => names.push(name),
            None => loops.push((served, vec![name])),
        }
    }
    loops.into_iter().map(|(_, names)| names).filter(|names| names.len() > 1).collect()
}

fn derived_name(program: &Program, source: SourceId) -> String {
    program.sources.get(source.index()).map_or_else(String::new, |source| source.name.to_string())
}
