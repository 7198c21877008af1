//! What a model depends on through its facts and union columns: models, facts, and calls of plugins in stages.
//!
//! A call of a plugin is a stage boundary: the arguments of all rows are computed first, then the batch runs, then
//! evaluation resumes. A call whose arguments contain another call belongs to a later stage.

use super::node::{FromNode, Node, NodeKind};
use super::{ModelPlan, PartColumn, Plan};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_dsl::program::{ColumnId, ExternId, FactId, LetId, ModelId, SourceId};

/// Adds to a model what it depends on.
pub(super) fn add(plan: &Plan, model: &mut ModelPlan) {
    let mut walk = Walk { plan, lets: &model.lets, known: BTreeMap::new(), parts: BTreeSet::new(), stages: Vec::new() };
    for node in model.nodes() {
        walk.stage_after(node);
    }
    let facts = walk.known.keys().filter_map(|item| if let Item::Fact(id) = item { Some(*id) } else { None });
    let (facts, parts, stages) = (facts.collect(), walk.parts, walk.stages);
    (model.facts, model.parts, model.stages) = (facts, parts, stages);
}

/// Something with a value of its own, looked at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Fact(FactId),
    Let(LetId),
    Column(SourceId, ColumnId),
}

struct Walk<'a> {
    plan: &'a Plan,
    lets: &'a [Node],
    known: BTreeMap<Item, usize>,
    parts: BTreeSet<ModelId>,
    stages: Vec<BTreeSet<ExternId>>,
}

impl Walk<'_> {
    /// The first stage in which the node's value is there: 0 unless it calls a plugin.
    fn stage_after(&mut self, node: &Node) -> usize {
        let mut stage = 0;
        for child in node.children() {
            stage = stage.max(self.stage_after(child));
        }
        match &node.kind {
            NodeKind::Fact(id, _) => stage.max(self.item(Item::Fact(*id))),
            NodeKind::Let(id) => stage.max(self.item(Item::Let(*id))),
            NodeKind::Column(_, source, column) => stage.max(self.item(Item::Column(*source, *column))),
            NodeKind::Extern(id, _) => {
                if self.stages.len() <= stage {
                    self.stages.resize(stage + 1, BTreeSet::new());
                }
                self.stages[stage].insert(*id);
                stage + 1
            }
            NodeKind::Aggregate(aggregate) => {
                if let FromNode::Findings(models) = &aggregate.from {
                    self.parts.extend(models);
                }
                stage
            }
            _ => stage,
        }
    }

    fn item(&mut self, item: Item) -> usize {
        if let Some(stage) = self.known.get(&item) {
            return *stage;
        }
        let (plan, lets) = (self.plan, self.lets);
        let stage = match item {
            Item::Fact(id) => {
                plan.facts.get(id.index()).into_iter().flatten().map(|fact| self.stage_after(&fact.value)).max()
            }
            Item::Let(id) => lets.get(id.index()).map(|value| self.stage_after(value)),
            Item::Column(source, column) => {
                let parts = plan.unions.get(source.index()).into_iter().flatten();
                let columns = parts.filter_map(|part| part.columns.get(column.index()));
                columns
                    .map(|column| match column {
                        PartColumn::Computed(value) => self.stage_after(&value.value),
                        PartColumn::Plain(_) | PartColumn::Unused => 0,
                    })
                    .max()
            }
        };
        let stage = stage.unwrap_or(0);
        self.known.insert(item, stage);
        stage
    }
}
