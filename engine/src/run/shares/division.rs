//! Which tables can be cut by entity, so that models see in each share all that there is about its entities.
//!
//! A model looks at rows about its own entity: of those a share of the entities needs its own rows only. A table of which
//! it also takes rows about others (`S of PATH`, a registry looked up, places) is loaded as a whole in each share. Models
//! that compare an entity with its peers, or warn about another one, see all entities and run over all data.

use crate::ingest::key;
use crate::mutant::{Mutant, mutant};
use crate::plan::{DerivedPlan, FromNode, GroupingPlan, ModelPlan, Node, NodeKind, PartColumn, Plan, TimelineId};
use crate::timeline::{part_tables, parts};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_dsl::program::{ColumnId, EntityKeyType, FactId, Kind, LoadZone, ModelId, Program, SourceId, SourceKind};

/// Models that run over the same shares.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) models: BTreeSet<ModelId>,
    /// The tables that are cut, and by the entity in which column; none: the models run over all data.
    pub(super) cut: BTreeMap<SourceId, ColumnId>,
    /// Tables of which each share has all.
    whole: BTreeSet<SourceId>,
}

/// The models in groups; those that cannot be cut come last.
pub(super) fn groups(program: &Program, plan: &Plan, wanted: &BTreeSet<ModelId>) -> Vec<Group> {
    // Models that read the same findings stay together.
    let mut families: Vec<BTreeSet<ModelId>> = Vec::new();
    for id in wanted {
        let mut family = plan.with_parts(&[*id].into());
        families.retain_mut(|other| {
            let related = !other.is_disjoint(&family);
            if related {
                family.append(other);
            }
            !related
        });
        families.push(family);
    }
    let mut groups: Vec<Group> = Vec::new();
    for family in families {
        let mut own = of_models(program, plan, &family);
        own.models = family.intersection(wanted).copied().collect();
        match groups.iter_mut().find(|group| group.takes(&own)) {
            Some(group) => {
                group.models.extend(own.models);
                group.cut.extend(own.cut);
                group.whole.extend(own.whole);
            }
            None => groups.push(own),
        }
    }
    groups.sort_by_key(|group| group.cut.is_empty());
    groups
}

/// The column by which a table is cut that no model looks at: the first that could be.
pub(super) fn any_cut(program: &Program, source: SourceId) -> Option<ColumnId> {
    let columns = program.sources.get(source.index())?.columns.len();
    (0..columns)
        .filter_map(|index| u32::try_from(index).ok())
        .map(ColumnId)
        .find(|column| can_cut(program, source, *column))
}

impl Group {
    /// The same tables are cut by the same columns.
    fn takes(&self, other: &Group) -> bool {
        self.cut.is_empty() == other.cut.is_empty()
            && other
                .cut
                .iter()
                .all(|(table, by)| !self.whole.contains(table) && self.cut.get(table).is_none_or(|own| own == by))
            && other.whole.iter().all(|table| !self.cut.contains_key(table))
    }
}

fn of_models(program: &Program, plan: &Plan, models: &BTreeSet<ModelId>) -> Group {
    let mut walk = Walk { program, plan, own: BTreeMap::new(), whole: BTreeSet::new(), seen: BTreeSet::new() };
    let divisible = models.iter().filter_map(|id| plan.model(*id)).all(|model| walk.model(model));
    let Walk { own, mut whole, .. } = walk;
    let mut cut = BTreeMap::new();
    for (table, columns) in own {
        match (columns.len(), columns.first()) {
            (1, Some(Some(column))) if !whole.contains(&table) && can_cut(program, table, *column) => {
                cut.insert(table, *column);
            }
            _ => {
                whole.insert(table);
            }
        }
    }
    // An entity must be looked for in its own share only.
    let population = |model: &ModelPlan| {
        let timeline = model.entities.and_then(|id| plan.timelines.get(id.0 as usize));
        let tables = timeline.map_or_else(Vec::new, |timeline| part_tables(program, timeline.source));
        tables.into_iter().all(|table| cut.contains_key(&table_of(program, table)))
    };
    if !divisible || !models.iter().filter_map(|id| plan.model(*id)).all(population) {
        cut.clear();
    }
    Group { models: BTreeSet::new(), cut, whole }
}

/// Whether the rows about an entity can be told from others by themselves: all versions of a row are about the same one,
/// and nothing is said of the table as a whole.
fn can_cut(program: &Program, table: SourceId, column: ColumnId) -> bool {
    let Some(source) = program.sources.get(table.index()) else { return false };
    let SourceKind::Table(declared) = &source.kind else { return false };
    let single = match source.columns.get(column.index()).map(|column| &column.ty.kind) {
        Some(Kind::Entity(entity)) => {
            let entity = program.entities.get(entity.0 as usize);
            entity.is_some_and(|entity| !matches!(entity.key, EntityKeyType::Pair(..)))
        }
        _ => false,
    };
    let key = key(source, declared);
    let looked_up = program
        .sources
        .iter()
        .flat_map(|source| &source.columns)
        .any(|column| matches!(column.load.zone, Some(LoadZone::Lookup { source, .. }) if source == table));
    single && (key.is_empty() || key.contains(&column)) && declared.expect.is_none() && !looked_up
}

/// The table behind a source of starts or ends.
fn table_of(program: &Program, source: SourceId) -> SourceId {
    match program.sources.get(source.index()).map(|source| &source.kind) {
        Some(SourceKind::Edges { of, .. }) => *of,
        _ => source,
    }
}

struct Walk<'a> {
    program: &'a Program,
    plan: &'a Plan,
    /// Tables of which rows about the entity itself are taken, and the columns that say so.
    own: BTreeMap<SourceId, BTreeSet<Option<ColumnId>>>,
    /// Tables of which other rows are taken.
    whole: BTreeSet<SourceId>,
    seen: BTreeSet<(Item, bool)>,
}

/// Something with a value of its own, looked at once for the entity itself and once for others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Fact(FactId),
    Derived(SourceId),
    Column(SourceId, ColumnId),
}

impl Walk<'_> {
    /// Whether the model looks at one entity at a time.
    fn model(&mut self, model: &ModelPlan) -> bool {
        let itself = model.about.as_ref().is_none_or(|about| matches!(about.kind, NodeKind::This));
        if let Some(timeline) = model.entities {
            self.timeline(timeline, true);
        }
        itself && model.peers.is_empty() && model.nodes().all(|node| self.node(node, true))
    }

    fn timeline(&mut self, timeline: TimelineId, own: bool) {
        let Some(timeline) = self.plan.timelines.get(timeline.0 as usize) else { return };
        for (table, columns) in parts(self.program, timeline.source, &timeline.by) {
            let table = table_of(self.program, table);
            if own {
                let by = match columns.as_deref() {
                    Some([column]) => Some(*column),
                    _ => None,
                };
                self.own.entry(table).or_default().insert(by);
            } else {
                self.whole.insert(table);
            }
        }
    }

    /// `own`: what is taken is about the model's entity.
    fn node(&mut self, node: &Node, own: bool) -> bool {
        let of = |entity: &Node| own && matches!(entity.kind, NodeKind::This);
        match &node.kind {
            NodeKind::Peers(_) => false,
            NodeKind::Fact(id, entity) => self.node(entity, own) && self.item(Item::Fact(*id), of(entity)),
            NodeKind::About(_, entity, body) => self.node(entity, own) && self.node(body, of(entity)),
            NodeKind::Column(_, source, column) => self.item(Item::Column(*source, *column), false),
            NodeKind::Aggregate(aggregate) => {
                let rows = own && (aggregate.of.is_none() || mutant(Mutant::CutsOthersRows));
                self.from(&aggregate.from, rows)
                    && node
                        .children()
                        .into_iter()
                        .all(|child| self.node(child, own) && (rows == own || self.node(child, rows)))
            }
            _ => node.children().into_iter().all(|child| self.node(child, own)),
        }
    }

    fn from(&mut self, from: &FromNode, own: bool) -> bool {
        match from {
            FromNode::Rows(timeline) | FromNode::Entities(_, _, timeline) => self.timeline(*timeline, own),
            FromNode::Near(places, ..) => {
                let source = self.plan.places.get(places.0 as usize).map(|places| places.source);
                let tables = source.map_or_else(Vec::new, |source| part_tables(self.program, source));
                self.whole.extend(tables.into_iter().map(|table| table_of(self.program, table)));
            }
            FromNode::Derived(source) | FromNode::DerivedEntities(_, _, source) => {
                return self.item(Item::Derived(*source), own);
            }
            FromNode::Group => {}
            FromNode::Findings(_) => return own,
        }
        true
    }

    fn item(&mut self, item: Item, own: bool) -> bool {
        if !self.seen.insert((item, own)) {
            return true;
        }
        let plan = self.plan;
        match item {
            Item::Fact(id) => plan.facts.get(id.index()).into_iter().flatten().all(|fact| self.node(&fact.value, own)),
            Item::Derived(source) => plan
                .derived
                .get(source.index())
                .into_iter()
                .flatten()
                .all(|derived| self.from(&derived.from, own) && nodes(derived).all(|node| self.node(node, own))),
            Item::Column(source, column) => {
                let columns = plan.unions.get(source.index()).into_iter().flatten();
                columns.filter_map(|part| part.columns.get(column.index())).all(|column| match column {
                    PartColumn::Computed(value) => self.node(&value.value, own),
                    PartColumn::Plain(_) | PartColumn::Unused => true,
                })
            }
        }
    }
}

/// Every expression of a derived table.
fn nodes(derived: &DerivedPlan) -> impl Iterator<Item = &Node> {
    let event = derived.window.iter().filter_map(|window| window.event());
    let (keys, within) = match &derived.grouping {
        GroupingPlan::Each => (&[][..], None),
        GroupingPlan::Per(keys, _) => (&keys[..], None),
        GroupingPlan::Sessions(_, within) => (&[][..], within.as_ref()),
    };
    let within = within.into_iter().flat_map(|(distance, place)| [distance, place]);
    derived.filter.iter().chain(event).chain(keys).chain(within).chain(&derived.columns)
}
