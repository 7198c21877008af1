//! The plan: what a run of a package needs, worked out before any row is read.
//!
//! From the typed [`Program`] the planner finds, for the models that are to run and all that they depend on:
//!
//! - the **columns** to read from each table ([`Plan::reads`]) and the **timelines** to build ([`Plan::timelines`]);
//! - the **expressions**, bound to timelines ([`node`]), and which aggregates are the same ([`Plan::shared`]);
//! - the **strata** of the models: a composite comes after the models whose findings it reads ([`strata`]);
//! - how far before the range each model must be evaluated ([`ModelPlan::starts_before`]);
//! - the **stages** into which calls of plugins cut a model ([`ModelPlan::stages`]).
//!
//! Nothing here depends on data, parameters or the range; [`Plan`] prints itself for people.

mod dependencies;
mod describe;
pub use describe::{
    CompiledDescription, InterpretedDescription, ModelDescription, PlanDescription, SharedDescription,
    TableDescription, TimelineDescription, WindowDescription,
};
mod horizon;
mod lower;
mod node;
mod peers;
mod sequence;
mod strata;
mod text;

pub(crate) use node::{
    AggregateNode, Arithmetic, FixedWindow, FromNode, Node, NodeKind, PeerGroupNode, PeersNode, PlacesId, SharedId,
    TimelineId, WindowNode,
};
pub(crate) use peers::is_timeless;
pub(crate) use sequence::{Depends, RowsPlan, SequencePlan, StepPlan};
pub(crate) use strata::{after, before, span_of, starts};

use crate::run::parallel::in_parallel;
use std::collections::BTreeSet;
use std::sync::Arc;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{
    Bucket, ColumnId, ExternId, FactId, Lookback, ModelId, Program, RowSlot, SourceId, SpanOfTime, Trigger, UnionPart,
};
use watchfire_stdlib::format::FormatSpec;
use watchfire_stdlib::units::Unit;
use watchfire_stdlib::value::Level;

/// What a run of a package needs.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Models that run, each stratum after those that it reads.
    pub(crate) strata: Vec<Vec<ModelId>>,
    /// By [`ModelId`]; `None`: does not run.
    pub(crate) models: Vec<Option<ModelPlan>>,
    /// By [`FactId`]; `None`: not used.
    pub(crate) facts: Vec<Option<FactPlan>>,
    /// By [`SourceId`]: the columns of a union that are more than a column of the part's row; for others none.
    pub(crate) unions: Vec<Vec<PartPlan>>,
    /// By [`SourceId`]: derived tables that are used.
    pub(crate) derived: Vec<Option<DerivedPlan>>,
    /// Timelines that are needed.
    pub(crate) timelines: Vec<TimelinePlan>,
    /// Sources of which rows are taken by where they lie.
    pub(crate) places: Vec<PlacesPlan>,
    /// Aggregates by meaning.
    pub(crate) shared: Vec<Shared>,
    /// By [`SourceId`]: the columns that expressions read; `None`: a union, or not read. Loading adds those that decide
    /// which rows there are and where they lie.
    pub(crate) reads: Vec<Option<BTreeSet<ColumnId>>>,
}

/// A timeline: a source by the columns that say what its rows are about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimelinePlan {
    /// The source or union.
    pub(crate) source: SourceId,
    /// One column, or two for a pair.
    pub(crate) by: Vec<ColumnId>,
}

/// The rows of a source by a column of positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PlacesPlan {
    /// The source or union.
    pub(crate) source: SourceId,
    /// The column.
    pub(crate) column: ColumnId,
}

/// An aggregate that is computed once for each entity, t and k, wherever it is written.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// What it is, in the language's own words.
    pub(crate) text: String,
    /// In how many places it is written.
    pub(crate) places: usize,
    /// By which models and facts.
    pub(crate) users: BTreeSet<Arc<str>>,
    /// It stands inside another selection, whose rows would each compute it.
    pub(crate) nested: bool,
}

/// A package fact.
#[derive(Clone, Debug)]
pub(crate) struct FactPlan {
    /// Its value.
    pub(crate) value: Node,
    /// How many row variables it has.
    pub(crate) slots: usize,
}

/// How a union reads its columns from one part.
#[derive(Clone, Debug)]
pub(crate) struct PartPlan {
    /// The part's table.
    pub(crate) source: SourceId,
    /// By [`ColumnId`] of the union.
    pub(crate) columns: Vec<PartColumn>,
}

/// A derived table.
#[derive(Clone, Debug)]
pub(crate) struct DerivedPlan {
    /// Names each row of the base, of a group the first.
    pub(crate) slot: RowSlot,
    /// The base.
    pub(crate) from: FromNode,
    /// Rows of the base that count.
    pub(crate) filter: Option<Node>,
    /// Span of time of the base.
    pub(crate) window: Option<WindowNode>,
    /// What makes a row.
    pub(crate) grouping: GroupingPlan,
    /// Unfinished groups are rows too.
    pub(crate) including_current: bool,
    /// By [`ColumnId`]: values.
    pub(crate) columns: Vec<Node>,
    /// How many row variables it has.
    pub(crate) slots: usize,
}

impl DerivedPlan {
    /// Every expression of it.
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let (keys, distance) = match &self.grouping {
            GroupingPlan::Per(keys, _) => (&keys[..], None),
            GroupingPlan::Sessions(_, around) => (&[][..], around.as_ref()),
            GroupingPlan::Each => (&[][..], None),
        };
        let around = distance.into_iter().flat_map(|(distance, place)| [distance, place]);
        let event = self.window.iter().filter_map(WindowNode::event);
        self.filter.iter().chain(event).chain(keys).chain(around).chain(&self.columns)
    }

    /// The base, where each row is made of its rows' own cells once its span of time is over: what was made stays.
    pub(crate) fn settles(&self) -> Option<TimelineId> {
        let FromNode::Rows(timeline) = self.from else { return None };
        let GroupingPlan::Per(keys, Some(_)) = &self.grouping else { return None };
        let mut values = self.filter.iter().chain(keys).chain(&self.columns);
        (self.window.is_none() && !self.including_current && values.all(is_of_cells)).then_some(timeline)
    }
}

/// A value that depends on nothing but cells of the row or rows at hand.
fn is_of_cells(node: &Node) -> bool {
    is_of_cells_and(&|_| false, node)
}

/// A value that depends on nothing but cells of the row or rows at hand, and on what `other` allows.
fn is_of_cells_and(other: &dyn Fn(&NodeKind) -> bool, node: &Node) -> bool {
    let own = match &node.kind {
        NodeKind::Column(row, ..) => row.moves.is_empty(),
        NodeKind::Aggregate(aggregate) => {
            matches!(aggregate.from, FromNode::Group) && aggregate.window.is_none() && aggregate.of.is_none()
        }
        NodeKind::Parameter(_) | NodeKind::Score(_) => true,
        kind if kind.combines() => true,
        kind => other(kind),
    };
    own && node.children().into_iter().all(|child| is_of_cells_and(other, child))
}

/// What makes a row of a derived table.
#[derive(Clone, Debug)]
pub(crate) enum GroupingPlan {
    /// A row of the base.
    Each,
    /// A tuple of keys, one of which may be a span of time.
    Per(Vec<Node>, Option<(usize, Bucket)>),
    /// A run of rows without a longer gap, within a distance from the place of the first.
    Sessions(SpanOfTime, Option<(Node, Node)>),
}

/// A column of a union, read from one part.
#[derive(Clone, Debug)]
pub(crate) enum PartColumn {
    /// A column of the part.
    Plain(ColumnId),
    /// Computed from the part's row, which is slot 0.
    Computed(Box<FactPlan>),
    /// Not read by any model that runs.
    Unused,
}

/// A model.
#[derive(Clone, Debug)]
pub(crate) struct ModelPlan {
    /// The model.
    pub(crate) id: ModelId,
    /// For whom it runs: the entities of a population, or the entities with rows that trigger it; `None`: for nobody.
    pub(crate) entities: Option<TimelineId>,
    /// The filter of an `on` trigger.
    pub(crate) filter: Option<Node>,
    /// What a `match` model looks for.
    pub(crate) sequence: Option<SequencePlan>,
    /// The condition.
    pub(crate) condition: Node,
    /// Level rules as they are tried: from the most severe down, `otherwise` last.
    pub(crate) rules: Vec<Rule>,
    /// What a warning is about.
    pub(crate) about: Option<Node>,
    /// To whom it goes.
    pub(crate) dispatch: Option<Node>,
    /// Values of its `let`s.
    pub(crate) lets: Vec<Node>,
    /// Message, where the level has none of its own.
    pub(crate) message: Option<Template>,
    /// How many row variables it has.
    pub(crate) slots: usize,
    /// Models whose findings it reads.
    pub(crate) parts: BTreeSet<ModelId>,
    /// The findings it reads are at most this far back.
    pub(crate) lookback: Lookback,
    /// Models that read its findings: it is evaluated from the start of the range minus their lookback.
    pub(crate) readers: BTreeSet<ModelId>,
    /// What it calls of plugins, stage by stage; empty: one stage without calls.
    pub(crate) stages: Vec<BTreeSet<ExternId>>,
    /// Facts that it uses, through others too.
    pub(crate) facts: BTreeSet<FactId>,
    /// Its values among peers, each after those that it uses.
    pub(crate) peers: Vec<Arc<PeersNode>>,
}

/// A level rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The level.
    pub(crate) level: Level,
    /// Its condition; none: `otherwise`.
    pub(crate) condition: Option<Node>,
    /// Its own message.
    pub(crate) message: Option<Template>,
}

/// A message in each of its languages.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// Language and parts; the first is the package's.
    pub(crate) texts: Vec<(Language, Vec<TemplatePart>)>,
}

/// A part of a message.
#[derive(Clone, Debug)]
pub(crate) enum TemplatePart {
    /// Text.
    Text(Arc<str>),
    /// A value.
    Value {
        /// The value.
        value: Node,
        /// It is private: shown as a pseudonym.
        private: bool,
        /// In which unit.
        unit: Option<&'static Unit>,
        /// How.
        format: FormatSpec,
    },
}

impl Plan {
    /// Plans models of a program, and those that they depend on.
    pub(crate) fn new(program: &Program, models: &BTreeSet<ModelId>) -> Plan {
        // Expressions and chains of facts are walked recursively: on a worker's stack, which is deep enough for them.
        let make = |_| {
            let mut plan = lower::lower(program, models);
            strata::arrange(program, &mut plan);
            plan
        };
        in_parallel(1, 1, make).pop().unwrap_or_else(|| make(0))
    }

    /// A model that runs.
    pub(crate) fn model(&self, id: ModelId) -> Option<&ModelPlan> {
        self.models.get(id.index()).and_then(Option::as_ref)
    }

    /// Every expression that is not part of another one.
    fn roots(&self) -> Vec<&Node> {
        let mut roots: Vec<&Node> = self.running().flat_map(ModelPlan::nodes).collect();
        roots.extend(self.facts.iter().flatten().map(|fact| &fact.value));
        let columns = self.unions.iter().flatten().flat_map(|part| &part.columns);
        roots.extend(columns.filter_map(|column| match column {
            PartColumn::Computed(fact) => Some(&fact.value),
            PartColumn::Plain(_) | PartColumn::Unused => None,
        }));
        roots.extend(self.derived.iter().flatten().flat_map(DerivedPlan::nodes));
        roots
    }

    /// Timelines of which expressions read rows, whoever triggers.
    pub(crate) fn read_timelines(&self) -> BTreeSet<TimelineId> {
        let derived = self.derived.iter().flatten();
        let mut read: BTreeSet<TimelineId> = derived.filter_map(|derived| derived.from.timeline()).collect();
        let mut open = self.roots();
        while let Some(node) = open.pop() {
            if let NodeKind::Aggregate(aggregate) = &node.kind {
                read.extend(aggregate.from.timeline());
            }
            open.extend(node.children());
        }
        read
    }

    /// Models that run, in the program's order.
    pub(crate) fn running(&self) -> impl Iterator<Item = &ModelPlan> {
        self.models.iter().flatten()
    }

    /// Models, and those that they depend on.
    pub(crate) fn with_parts(&self, models: &BTreeSet<ModelId>) -> BTreeSet<ModelId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<ModelId> = models.iter().copied().collect();
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(self.model(id).into_iter().flat_map(|model| &model.parts));
            }
        }
        found
    }
}

impl PartPlan {
    fn unused(part: &UnionPart) -> Self {
        Self { source: part.source, columns: part.columns.iter().map(|_| PartColumn::Unused).collect() }
    }
}

impl ModelPlan {
    /// Whether it looks at nothing but the row that triggers it: what else there is about the entity does not matter.
    pub(crate) fn is_about_single_rows(&self, program: &Program) -> bool {
        let own = |kind: &NodeKind| {
            matches!(kind, NodeKind::This | NodeKind::Now | NodeKind::Let(_) | NodeKind::Component(..))
        };
        let triggered = matches!(program.models[self.id.index()].trigger, Trigger::On { .. });
        triggered && self.nodes().all(|node| is_of_cells_and(&own, node))
    }

    /// Every expression of the model.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        let templates = self.rules.iter().filter_map(|rule| rule.message.as_ref()).chain(&self.message);
        let shown =
            templates.flat_map(|template| &template.texts).flat_map(|(_, parts)| parts).filter_map(|part| match part {
                TemplatePart::Text(_) => None,
                TemplatePart::Value { value, .. } => Some(value),
            });
        let rules = self.rules.iter().filter_map(|rule| rule.condition.as_ref());
        let options = [&self.filter, &self.about, &self.dispatch].into_iter().flatten();
        let sequence = self.sequence.iter().flat_map(SequencePlan::nodes);
        self.lets.iter().chain(options).chain(sequence).chain([&self.condition]).chain(rules).chain(shown)
    }
}

/// Number of row variables needed so that `slot` is one of them.
fn slots_up_to(slot: RowSlot) -> usize {
    slot.index() + 1
}
