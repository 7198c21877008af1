//! From the typed program to the plan's expressions.

use super::node::{
    AggregateNode, Arithmetic, FixedWindow, FromNode, Node, NodeKind, PeerGroupNode, PeersNode, PlacesId, SharedId,
    TimelineId, WindowNode,
};
use super::peers::reads_dated;
use super::sequence::{RowsPlan, SequencePlan, StepPlan};
use super::text::{aggregate_text, derived_name};
use super::{
    DerivedPlan, FactPlan, GroupingPlan, ModelPlan, PartColumn, PartPlan, PlacesPlan, Plan, Rule, Shared, Template,
    TemplatePart, TimelinePlan, dependencies, slots_up_to,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use watchfire_dsl::program::{
    Aggregate, ColumnId, Expr, ExprKind, FactId, From, Grouping, Let, Message, MessagePart, Model, ModelId, PeerGroup,
    Peers, Program, RowSlot, Sequence, SourceId, SourceKind, StepRows, Trigger, Window,
};
use watchfire_dsl::source::Span;
use watchfire_dsl::syntax::{BinaryOperator, UnaryOperator};
use watchfire_stdlib::ops::{Comparison, Site};
use watchfire_stdlib::types::Kind;

/// The plan's expressions of the models that run.
pub(super) fn lower(program: &Program, models: &BTreeSet<ModelId>) -> Plan {
    let mut lowering = Lowering {
        program,
        plan: Plan {
            strata: Vec::new(),
            models: program.models.iter().map(|_| None).collect(),
            facts: program.facts.iter().map(|_| None).collect(),
            unions: program
                .sources
                .iter()
                .map(|source| match &source.kind {
                    SourceKind::Table(_) | SourceKind::Derived(_) | SourceKind::Edges { .. } => Vec::new(),
                    SourceKind::Union(parts) => parts.iter().map(PartPlan::unused).collect(),
                })
                .collect(),
            derived: program.sources.iter().map(|_| None).collect(),
            timelines: Vec::new(),
            places: Vec::new(),
            shared: Vec::new(),
            reads: vec![None; program.sources.len()],
        },
        timelines: HashMap::new(),
        shared: HashMap::new(),
        scope: Scope::default(),
    };
    let mut wanted: Vec<ModelId> = models.iter().copied().collect();
    while let Some(id) = wanted.pop() {
        if lowering.plan.model(id).is_none() {
            let mut model = lowering.model(id);
            dependencies::add(&lowering.plan, &mut model);
            wanted.extend(&model.parts);
            lowering.plan.models[id.index()] = Some(model);
        }
    }
    lowering.plan
}

/// What is known while one fact, model or union column is lowered.
#[derive(Default)]
struct Scope<'p> {
    /// Its name, for the list of who shares what.
    user: Arc<str>,
    /// The rows of the trigger: fixed during an evaluation.
    trigger: Vec<RowSlot>,
    /// Row variables bound outside the expression at hand, that it uses.
    free: BTreeSet<RowSlot>,
    /// Row variables bound around it.
    bound: Vec<RowSlot>,
    /// How many row variables there are.
    slots: usize,
    /// The model's `let`s.
    lets: &'p [Let],
    /// How many values among peers there are.
    peers: usize,
}

pub(super) struct Lowering<'p> {
    program: &'p Program,
    plan: Plan,
    timelines: HashMap<TimelinePlan, TimelineId>,
    shared: HashMap<String, SharedId>,
    scope: Scope<'p>,
}

/// A place of the text, as values carry it.
pub(super) fn site(span: Span) -> Site {
    (span.file.0, span.start, span.end)
}

impl<'p> Lowering<'p> {
    fn model(&mut self, id: ModelId) -> ModelPlan {
        let program = self.program;
        let model: &'p Model = &program.models[id.index()];
        self.scope = Scope { user: model.name.clone(), lets: &model.lets, ..Scope::default() };
        let mut sequence = None;
        let (entities, filter) = match &model.trigger {
            Trigger::Every(_) => (self.population(model), None),
            Trigger::On { source, by, filter } => {
                self.scope.trigger = vec![RowSlot(0)];
                self.scope.slots = 1;
                (Some(self.timeline(*source, by)), filter.as_ref())
            }
            Trigger::Match(found) => {
                self.scope.trigger = found.slots();
                sequence = Some(self.sequence(found));
                (self.population(model), None)
            }
        };
        let filter = filter.map(|filter| self.expr(filter));
        let lets = model.lets.iter().map(|item| self.expr(&item.value)).collect();
        let condition = self.expr(&model.condition);
        let mut rules: Vec<Rule> = model
            .levels
            .iter()
            .map(|rule| Rule {
                level: rule.level,
                condition: rule.condition.as_ref().map(|condition| self.expr(condition)),
                message: rule.message.as_ref().map(|message| self.template(message)),
            })
            .collect();
        rules.sort_by_key(|rule| (rule.condition.is_none(), std::cmp::Reverse(rule.level)));
        let about = model.about.as_ref().map(|about| self.expr(about));
        let dispatch = model.dispatch.as_ref().map(|dispatch| self.expr(dispatch));
        let message = model.message.as_ref().map(|message| self.template(message));
        let scope = std::mem::take(&mut self.scope);
        let mut planned = ModelPlan {
            id,
            entities,
            filter,
            sequence,
            condition,
            rules,
            about,
            dispatch,
            lets,
            message,
            slots: scope.slots,
            parts: BTreeSet::new(),
            lookback: model.lookback,
            readers: BTreeSet::new(),
            stages: Vec::new(),
            facts: BTreeSet::new(),
            peers: Vec::new(),
        };
        planned.peers = planned.find_peers();
        planned
    }

    fn population(&mut self, model: &Model) -> Option<TimelineId> {
        let population = model.population.as_ref()?;
        Some(self.timeline(population.source, &population.by))
    }

    fn sequence(&mut self, sequence: &Sequence) -> SequencePlan {
        let forgets = super::sequence::forgets(sequence);
        let steps = sequence.steps.iter().zip(forgets).map(|(step, forgets)| StepPlan {
            rows: self.step_rows(&step.rows),
            within: step.within,
            without: step.without.iter().map(|rows| self.step_rows(rows)).collect(),
            forgets,
        });
        let steps = steps.collect();
        let deadline = sequence.deadline.as_ref().map(|(rows, within)| (self.step_rows(rows), *within));
        let at = sequence.at.as_ref().map(|at| self.expr(at));
        SequencePlan { steps, deadline, overlapping: sequence.overlapping, at }
    }

    fn step_rows(&mut self, rows: &StepRows) -> RowsPlan {
        RowsPlan { any: self.expr(&rows.any), depends: super::sequence::depends(self.program, rows) }
    }

    fn template(&mut self, message: &Message) -> Template {
        let part = |lowering: &mut Self, part: &MessagePart| match part {
            MessagePart::Text(text) => TemplatePart::Text(text.clone()),
            MessagePart::Value { value, unit, format } => TemplatePart::Value {
                private: value.ty.private,
                value: lowering.expr(value),
                unit: *unit,
                format: format.clone(),
            },
        };
        let texts = message.texts.iter();
        Template {
            texts: texts.map(|(tongue, parts)| (*tongue, parts.iter().map(|p| part(self, p)).collect())).collect(),
        }
    }

    /// Lowers a fact once, under its own scope.
    fn fact(&mut self, id: FactId) {
        let program = self.program;
        if self.plan.facts[id.index()].is_none() {
            let fact = &program.facts[id.index()];
            let outer = std::mem::take(&mut self.scope);
            self.scope.user = fact.name.clone();
            let value = self.expr(&fact.value);
            let scope = std::mem::replace(&mut self.scope, outer);
            self.plan.facts[id.index()] = Some(FactPlan { value, slots: scope.slots });
        }
    }

    /// The timeline of a source by columns; notes the columns.
    fn timeline(&mut self, source: SourceId, by: &[ColumnId]) -> TimelineId {
        by.iter().for_each(|column| self.read(source, *column));
        if let SourceKind::Union(parts) = &self.program.sources[source.index()].kind {
            for part in parts {
                self.plan.reads[part.source.index()].get_or_insert_default();
            }
        }
        let wanted = TimelinePlan { source, by: by.to_vec() };
        let next = TimelineId(u32::try_from(self.plan.timelines.len()).unwrap_or(u32::MAX));
        let id = *self.timelines.entry(wanted.clone()).or_insert(next);
        if id == next {
            self.plan.timelines.push(wanted);
        }
        id
    }

    /// The rows of a source by a column of positions; notes the column.
    fn places(&mut self, source: SourceId, column: ColumnId) -> PlacesId {
        self.read(source, column);
        if let SourceKind::Union(parts) = &self.program.sources[source.index()].kind {
            for part in parts {
                self.plan.reads[part.source.index()].get_or_insert_default();
            }
        }
        let wanted = PlacesPlan { source, column };
        let known = self.plan.places.iter().position(|places| *places == wanted);
        let place = known.unwrap_or_else(|| {
            self.plan.places.push(wanted);
            self.plan.places.len() - 1
        });
        PlacesId(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// Rows of a source about the entity at hand.
    fn rows(&mut self, source: SourceId, by: &[ColumnId]) -> FromNode {
        if self.derived(source) { FromNode::Derived(source) } else { FromNode::Rows(self.timeline(source, by)) }
    }

    /// Lowers a derived table once, under its own scope; false: the source is none.
    fn derived(&mut self, source: SourceId) -> bool {
        let program = self.program;
        let declared = &program.sources[source.index()];
        let SourceKind::Derived(table) = &declared.kind else { return false };
        if self.plan.derived[source.index()].is_some() {
            return true;
        }
        let outer = std::mem::take(&mut self.scope);
        self.scope.user = derived_name(table, &declared.name).into();
        self.scope.slots = slots_up_to(table.selection.slot);
        let from = match &table.selection.from {
            From::Rows { source, by } => self.rows(*source, by),
            // The checker lets a table be made of rows only.
            _ => FromNode::Group,
        };
        let filter = table.selection.filter.as_ref().map(|filter| self.expr(filter));
        let grouping = match &table.grouping {
            Grouping::Each => GroupingPlan::Each,
            Grouping::Per { keys, bucket } => GroupingPlan::Per(self.exprs(keys), *bucket),
            Grouping::Sessions { gap, within } => {
                let within = within.as_ref().map(|(distance, place)| (self.expr(distance), self.expr(place)));
                GroupingPlan::Sessions(*gap, within)
            }
        };
        let window = table.selection.window.as_ref().map(|window| self.window(window));
        let columns = self.exprs(&table.columns);
        let scope = std::mem::replace(&mut self.scope, outer);
        self.plan.derived[source.index()] = Some(DerivedPlan {
            slot: table.selection.slot,
            from,
            filter,
            window,
            grouping,
            including_current: table.including_current,
            columns,
            slots: scope.slots,
        });
        true
    }

    /// Notes that a column is read; of a union, what its parts compute it from.
    fn read(&mut self, source: SourceId, column: ColumnId) {
        let program = self.program;
        if matches!(program.sources[source.index()].kind, SourceKind::Derived(_)) {
            return;
        }
        if let SourceKind::Edges { of, .. } = program.sources[source.index()].kind {
            return self.read(of, column);
        }
        let SourceKind::Union(parts) = &program.sources[source.index()].kind else {
            self.plan.reads[source.index()].get_or_insert_default().insert(column);
            return;
        };
        for (index, part) in parts.iter().enumerate() {
            let planned = &self.plan.unions[source.index()][index].columns[column.index()];
            if !matches!(planned, PartColumn::Unused) {
                continue;
            }
            let value = &part.columns[column.index()];
            let planned = match &value.kind {
                ExprKind::Column { row, source, column } if row.is_own() => {
                    self.read(*source, *column);
                    PartColumn::Plain(*column)
                }
                _ => {
                    let outer = std::mem::take(&mut self.scope);
                    self.scope.user = program.sources[source.index()].name.clone();
                    self.scope.slots = 1;
                    let value = self.expr(value);
                    let scope = std::mem::replace(&mut self.scope, outer);
                    PartColumn::Computed(Box::new(FactPlan { value, slots: scope.slots }))
                }
            };
            self.plan.unions[source.index()][index].columns[column.index()] = planned;
        }
    }

    fn peers(&mut self, peers: &Peers) -> NodeKind {
        let value = self.expr(&peers.value);
        let group = match &peers.group {
            PeerGroup::Same(keys) => PeerGroupNode::Same(self.exprs(keys)),
            PeerGroup::Within { distance, of } => PeerGroupNode::Within(self.expr(distance), self.expr(of)),
        };
        let at_least = self.expr(&peers.at_least);
        let dated = reads_dated(self.program, self.scope.lets, &peers.value);
        let id = self.scope.peers;
        self.scope.peers += 1;
        NodeKind::Peers(Arc::new(PeersNode { id, function: peers.function, value, group, at_least, dated }))
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Node> {
        Box::new(self.expr(expr))
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Vec<Node> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn uses(&mut self, slot: RowSlot) {
        self.scope.slots = self.scope.slots.max(slots_up_to(slot));
        if !self.scope.trigger.contains(&slot) {
            self.scope.free.insert(slot);
        }
    }

    fn expr(&mut self, expr: &Expr) -> Node {
        let kind = match &expr.kind {
            ExprKind::Constant(value) => NodeKind::Constant(value.clone()),
            ExprKind::Parameter(id) => NodeKind::Parameter(*id),
            ExprKind::This => NodeKind::This,
            ExprKind::Now => NodeKind::Now,
            ExprKind::Let(id) => NodeKind::Let(*id),
            ExprKind::Fact { fact, entity } => {
                self.fact(*fact);
                NodeKind::Fact(*fact, self.boxed(entity))
            }
            ExprKind::About { entity, body } => match entity.ty.kind {
                Kind::Entity(id) => NodeKind::About(id, self.boxed(entity), self.boxed(body)),
                _ => NodeKind::Constant(watchfire_stdlib::value::Value::Missing),
            },
            ExprKind::AsOf { value, at } => NodeKind::AsOf(self.boxed(value), self.boxed(at)),
            ExprKind::Column { row, source, column } => {
                self.uses(row.slot);
                self.read(*source, *column);
                NodeKind::Column(row.clone(), *source, *column)
            }
            ExprKind::Element(slot) => {
                self.uses(*slot);
                NodeKind::Element(*slot)
            }
            ExprKind::FindingColumn(slot, column) => {
                self.uses(*slot);
                NodeKind::FindingColumn(*slot, *column)
            }
            ExprKind::Component { pair, index } => NodeKind::Component(self.boxed(pair), *index),
            ExprKind::Unary(UnaryOperator::Not, operand) => NodeKind::Not(self.boxed(operand)),
            ExprKind::Unary(UnaryOperator::Negate, operand) => NodeKind::Negate(self.boxed(operand)),
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right),
            ExprKind::InRange { value, low, high, closed } => NodeKind::InRange {
                operands: Box::new([self.expr(value), self.expr(low), self.expr(high)]),
                closed: *closed,
            },
            ExprKind::InList { value, items } => NodeKind::InList(self.boxed(value), self.exprs(items)),
            ExprKind::Score(rules) => {
                NodeKind::Score(rules.iter().map(|(weight, truth)| (self.expr(weight), self.expr(truth))).collect())
            }
            ExprKind::Call { function, arguments } => NodeKind::Call(function, self.exprs(arguments)),
            ExprKind::Extern { function, arguments } => NodeKind::Extern(*function, self.exprs(arguments)),
            ExprKind::Aggregate(aggregate) => return self.aggregate(aggregate, expr),
            ExprKind::Peers(peers) => self.peers(peers),
        };
        Node { kind, ty: expr.ty.kind.clone(), site: site(expr.span) }
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr) -> NodeKind {
        let (left, right) = (self.boxed(left), self.boxed(right));
        let compare = |comparison, left, right| NodeKind::Compare(comparison, left, right);
        let arithmetic = |arithmetic, left, right| NodeKind::Arithmetic(arithmetic, left, right);
        match operator {
            BinaryOperator::Or => NodeKind::Or(left, right),
            BinaryOperator::And => NodeKind::And(left, right),
            BinaryOperator::Is => NodeKind::Is(left, right),
            BinaryOperator::IsNot => NodeKind::IsNot(left, right),
            BinaryOperator::Otherwise => NodeKind::Otherwise(left, right),
            BinaryOperator::Equal => compare(Comparison::Equal, left, right),
            BinaryOperator::NotEqual => compare(Comparison::NotEqual, left, right),
            BinaryOperator::Less => compare(Comparison::Less, left, right),
            BinaryOperator::LessOrEqual => compare(Comparison::LessOrEqual, left, right),
            BinaryOperator::Greater => compare(Comparison::Greater, left, right),
            BinaryOperator::GreaterOrEqual => compare(Comparison::GreaterOrEqual, left, right),
            BinaryOperator::Add => arithmetic(Arithmetic::Add, left, right),
            BinaryOperator::Subtract => arithmetic(Arithmetic::Subtract, left, right),
            BinaryOperator::Multiply => arithmetic(Arithmetic::Multiply, left, right),
            BinaryOperator::Divide => arithmetic(Arithmetic::Divide, left, right),
            BinaryOperator::Remainder => arithmetic(Arithmetic::Remainder, left, right),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, expr: &Expr) -> Node {
        let selection = &aggregate.selection;
        let outer = std::mem::take(&mut self.scope.free);
        let nested = !self.scope.bound.is_empty();
        self.scope.slots = self.scope.slots.max(slots_up_to(selection.slot));
        let from = match &selection.from {
            From::Rows { source, by } => self.rows(*source, by),
            From::Group => FromNode::Group,
            From::Entities { entity, element, source, .. } if self.derived(*source) => {
                FromNode::DerivedEntities(*entity, element.clone(), *source)
            }
            From::Entities { entity, element, source, by } => {
                element.iter().for_each(|column| self.read(*source, *column));
                FromNode::Entities(*entity, element.clone(), self.timeline(*source, by))
            }
            From::Near { source, column, place, distance } => {
                let place = self.boxed(place);
                let distance = distance.as_ref().map(|distance| self.boxed(distance));
                FromNode::Near(self.places(*source, *column), place, distance)
            }
            From::Findings(models) => {
                let mut models = models.clone();
                models.sort_by(|a, b| self.program.models[a.index()].name.cmp(&self.program.models[b.index()].name));
                models.dedup();
                FromNode::Findings(models)
            }
        };
        // What stands outside the selection is read there.
        let of = selection.of.as_deref().and_then(|of| match of.ty.kind {
            Kind::Entity(entity) => Some((entity, self.expr(of))),
            _ => None,
        });
        let window = selection.window.as_ref().map(|window| self.window(window));
        let outside = std::mem::take(&mut self.scope.free);
        self.scope.bound.push(selection.slot);
        let filter = selection.filter.as_ref().map(|filter| self.expr(filter));
        let value = aggregate.value.as_ref().map(|value| self.expr(value));
        self.scope.bound.pop();
        self.scope.free.remove(&selection.slot);
        self.scope.free.extend(outside);
        let closed = self.scope.free.is_empty() && !matches!(from, FromNode::Group);
        self.scope.free.extend(outer);
        let mut node = AggregateNode {
            function: aggregate.function,
            value,
            slot: selection.slot,
            from,
            filter,
            window,
            of,
            shared: None,
        };
        if closed {
            node.shared = Some(self.share(aggregate_text(self.program, &self.plan, &self.scope.user, &node), nested));
        }
        Node { kind: NodeKind::Aggregate(Box::new(node)), ty: expr.ty.kind.clone(), site: site(expr.span) }
    }

    fn window(&mut self, window: &Window) -> WindowNode {
        match window {
            Window::Span { length, gap } => WindowNode::Fixed(FixedWindow::Span(*length, *gap)),
            Window::This(unit) => WindowNode::Fixed(FixedWindow::This(*unit)),
            Window::Previous(unit) => WindowNode::Fixed(FixedWindow::Previous(*unit)),
            Window::Since(event) => WindowNode::Since(self.expr(event)),
        }
    }

    fn share(&mut self, text: String, nested: bool) -> SharedId {
        let next = SharedId(u32::try_from(self.plan.shared.len()).unwrap_or(u32::MAX));
        let id = *self.shared.entry(text.clone()).or_insert(next);
        if id == next {
            self.plan.shared.push(Shared { text, places: 0, users: BTreeSet::new(), nested: false });
        }
        let shared = &mut self.plan.shared[id.0 as usize];
        shared.places += 1;
        shared.nested |= nested;
        shared.users.insert(self.scope.user.clone());
        id
    }
}
