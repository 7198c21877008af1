//! The plan as people read it.

use super::text::{peers_text, places_text, span_text, timeline_text};
use super::{ModelPlan, Plan};
use serde::Serialize;
use std::fmt;
use watchfire_dsl::program::{Lookback, Program};

/// What a run of a package does: models in strata, what each reads, and what they share.
///
/// It prints itself as lines of text and serialises to JSON.
#[derive(Clone, Debug, Serialize)]
pub struct PlanDescription {
    /// Models, each after those whose findings it reads.
    pub models: Vec<ModelDescription>,
    /// Columns read from each table.
    pub tables: Vec<TableDescription>,
    /// Orderings of rows that are built: a source, by the columns that say what its rows are about.
    pub timelines: Vec<String>,
    /// Sources of which rows are found by where they lie: `complaints by place`.
    pub places: Vec<String>,
    /// Aggregates that are written in several places and computed once for each entity and instant.
    pub shared: Vec<SharedDescription>,
}

/// A model of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct ModelDescription {
    /// Its name.
    pub name: String,
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
    /// The table whose rows compiled code passes over first, so that only those are looked at that may matter.
    pub screens: Option<String>,
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
        let strata = self.strata.iter().enumerate().flat_map(|(n, ids)| ids.iter().map(move |id| (n, *id)));
        let models = strata.filter_map(|(stratum, id)| Some(self.describe_model(program, stratum, self.model(id)?)));
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
            text: shared.text.clone(),
            places: shared.places,
            users: shared.users.iter().map(ToString::to_string).collect(),
        });
        PlanDescription {
            models: models.collect(),
            tables: tables.collect(),
            timelines: self.timelines.iter().map(|timeline| timeline_text(program, timeline)).collect(),
            places: self.places.iter().map(|places| places_text(program, places)).collect(),
            shared: shared.collect(),
        }
    }

    fn describe_model(&self, program: &Program, stratum: usize, plan: &ModelPlan) -> ModelDescription {
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
            stratum,
            entities: plan.entities.map(|id| timeline_text(program, &self.timelines[id.0 as usize])),
            findings_of: plan.parts.iter().map(|id| program.models[id.index()].name.to_string()).collect(),
            peers: plan.peers.iter().map(|peers| peers_text(program, self, &model.name, peers)).collect(),
            facts: plan.facts.iter().map(|id| program.facts[id.index()].name.to_string()).collect(),
            reads: reads.collect(),
            screens: crate::jit::screened(program, self, plan),
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

impl fmt::Display for PlanDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for model in &self.models {
            writeln!(f, "model {} (stratum {})", model.name, model.stratum)?;
            if let Some(entities) = &model.entities {
                writeln!(f, "  runs for {entities}")?;
            }
            if !model.findings_of.is_empty() {
                writeln!(f, "  reads findings of {}", model.findings_of.join(", "))?;
            }
            for peers in &model.peers {
                writeln!(f, "  compares {peers}")?;
            }
            if !model.facts.is_empty() {
                writeln!(f, "  uses {}", model.facts.join(", "))?;
            }
            for (column, derived) in &model.reads {
                writeln!(f, "  reads {column}{}", if *derived { " (derived)" } else { "" })?;
            }
            if let Some(table) = &model.screens {
                writeln!(f, "  screens {table} by compiled code")?;
            }
            writeln!(f, "  looks back {}", model.lookback.as_deref().unwrap_or("over all that is known"))?;
            for (index, calls) in model.stages.iter().enumerate() {
                writeln!(f, "  stage {}: calls {}", index + 1, calls.join(", "))?;
            }
        }
        for table in &self.tables {
            writeln!(f, "table {}: {}", table.source, table.columns.join(", "))?;
        }
        for timeline in &self.timelines {
            writeln!(f, "timeline {timeline}")?;
        }
        for places in &self.places {
            writeln!(f, "places {places}")?;
        }
        for shared in &self.shared {
            writeln!(f, "shared {} times by {}: {}", shared.places, shared.users.join(", "), shared.text)?;
        }
        Ok(())
    }
}
