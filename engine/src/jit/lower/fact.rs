//! Aggregates of forms: facts about an entity.

use super::rows::{Rows, Shape};
use super::{Lowering, Sort, Why, layout, name};
use crate::interp::KnownWindow;
use crate::jit::form::{
    Computed, Decision, Elements, Fact, FactFunction, FactRows, Form, Input, Layout, Number, Taken, Truth,
};
use crate::plan::{
    AggregateNode, DerivedPlan, FromNode, ModelPlan, Node, NodeKind, Plan, TimelineId, TimelinePlan, WindowNode,
};
use watchfire_dsl::program::{AggregateFunction, ColumnId, Program, Row, RowSlot, SourceId};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

impl<'a> Lowering<'a> {
    /// The place of an aggregate among the facts: one over events or the lines of a register about the model's entity, or
    /// about the one in a column of the row; at instants also over the rows of a derived table that stay as they were made.
    pub(super) fn fact(&mut self, aggregate: &'a AggregateNode) -> Option<(usize, FactFunction)> {
        let fact = match self.try_fact(aggregate) {
            Ok(fact) => fact,
            Err(why) => {
                self.why = Some(why);
                return None;
            }
        };
        let function = fact.function;
        let place = self.facts.iter().position(|known| *known == fact).unwrap_or_else(|| {
            self.facts.push(fact);
            self.facts.len() - 1
        });
        // What a fact of the package says of another entity, it may say of the model's, too.
        // Of what is there no row, that there is one is not what an aggregate says.
        let says = !matches!(aggregate.function, AggregateFunction::None | AggregateFunction::All);
        if self.through.is_none() && says {
            self.nodes.push((name(aggregate), place));
        }
        Some((place, function))
    }

    /// The column of the row that an expression is, if that names an entity.
    pub(super) fn named(&self, entity: &Node) -> Option<ColumnId> {
        match &entity.kind {
            NodeKind::Column(row, _, column) if self.rows.is_some() && *row == Row::of(self.slot) => Some(*column),
            _ => None,
        }
    }

    /// The column of the row that names the model's entity.
    fn naming(&self) -> Option<ColumnId> {
        match self.plan.timelines.get(self.model.entities?.0 as usize)?.by[..] {
            [column] => Some(column),
            _ => None,
        }
    }

    /// Looks at what is said of the entity in a column of the row instead of the one at hand.
    pub(super) fn about<T>(
        &mut self,
        entity: &Node,
        body: &Node,
        look: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        match (&entity.kind, self.element) {
            (NodeKind::This, None | Some((_, true))) => return look(self),
            (NodeKind::Element(slot), Some((own, _))) if *slot == own => {
                let element = self.element.replace((own, true));
                let found = look(self);
                self.element = element;
                return found;
            }
            (_, Some(_)) => return None,
            _ => {}
        }
        let column =
            self.named(entity).filter(|_| self.through.is_none() && !self.alone && is_strict(body, self.plan))?;
        self.through = Some(column);
        let found = look(self);
        self.through = None;
        found
    }

    fn try_fact(&mut self, aggregate: &'a AggregateNode) -> Result<Fact, Why> {
        if self.nested || self.alone {
            return Err(Why::Nested);
        }
        let at_instants = self.rows.is_none();
        if self.element.is_some_and(|(_, at_hand)| !at_hand || aggregate.of.is_some()) {
            return Err(Why::Whose);
        }
        let mut of = match &aggregate.of {
            None => self.through,
            Some((_, entity)) if self.through.is_none() => Some(self.named(entity).ok_or(Why::Whose)?),
            Some(_) => return Err(Why::Whose),
        };
        let (rows, own) = match aggregate.from {
            FromNode::Rows(timeline) => {
                let own = Rows::in_timeline(self.program, self.plan, timeline)?;
                let register = own.shape == Shape::Timeless;
                if register && own.expected {
                    return Err(Why::Expected);
                }
                if register && aggregate.window.is_some() {
                    return Err(Why::Register);
                }
                // Rows of another table about the model's entity are about the one in the column that names it.
                if !at_instants && of.is_none() && self.model.entities != Some(timeline) {
                    of = Some(self.naming().ok_or(Why::OtherTable)?);
                }
                let by = self.plan.timelines.get(timeline.0 as usize).map_or(0, |timeline| timeline.by.len());
                if of.is_some() && by != 1 {
                    return Err(Why::Whose);
                }
                (FactRows::Timeline(timeline), Some(own))
            }
            FromNode::Derived(source) if at_instants => {
                let derived = self.plan.derived.get(source.index()).and_then(Option::as_ref);
                let base = derived.and_then(DerivedPlan::settles).ok_or(Why::Derived)?;
                settled(self.program, self.plan, base).ok_or(Why::Derived)?;
                (FactRows::Derived(source), None)
            }
            FromNode::Derived(_) | FromNode::DerivedEntities(..) => return Err(Why::Derived),
            FromNode::Findings(_) => return Err(Why::Findings),
            FromNode::Near(..) => return Err(Why::Places),
            FromNode::Entities(..) | FromNode::Group => return Err(Why::Aggregate),
        };
        Ok(Fact { of, ..self.fact_over(aggregate, rows, own, None)? })
    }

    /// The place of a count of other entities among the rows about the one at hand, at instants: those whose key the latter
    /// is a part of, as a guest of a home, so that each is counted for one entity.
    pub(super) fn elements_of(&mut self, aggregate: &'a AggregateNode) -> Result<usize, Why> {
        let FromNode::Entities(_, columns, timeline) = &aggregate.from else { return Err(Why::Aggregate) };
        let at_hand = self.rows.is_none() && !self.nested && self.through.is_none() && self.element.is_none();
        let counted = aggregate.function == AggregateFunction::Count && aggregate.value.is_none();
        let own = Rows::in_timeline(self.program, self.plan, *timeline)?;
        if !at_hand || !counted || aggregate.of.is_some() {
            return Err(Why::Aggregate);
        }
        // What may have been missed in a window of its own, it would have to say itself.
        if own.expected && aggregate.window.is_some() {
            return Err(Why::Expected);
        }
        let timelines = &self.plan.timelines;
        let rows = timelines.get(timeline.0 as usize).ok_or(Why::Rows)?;
        let part = match rows.by[..] {
            [by] => columns.iter().position(|column| *column == by).ok_or(Why::Aggregate)? as u8,
            _ => return Err(Why::Aggregate),
        };
        let about = |other: &TimelinePlan| other.source == rows.source && other.by == *columns;
        let place = timelines.iter().position(about).ok_or(Why::Aggregate)?;
        let timeline = TimelineId(u32::try_from(place).map_err(|_| Why::Large)?);
        let window = match &aggregate.window {
            None => None,
            Some(WindowNode::Fixed(window)) => Some(KnownWindow::of(*window, self.parameters).ok_or(Why::Value)?),
            Some(WindowNode::Since(_)) => return Err(Why::Since),
        };
        let mut inner = Self::of_points(self.program, self.plan, self.model, self.parameters);
        (inner.element, inner.depth) = (Some((aggregate.slot, false)), self.depth);
        // A row of its own is there.
        let (rows, function) = (FactRows::Timeline(timeline), FactFunction::Any);
        inner.facts.push(Fact { rows, of: None, function, window, filter: None, value: None });
        let there = Truth::Input(inner.input(Input::Fact(0), Layout::Byte));
        let holds = aggregate.filter.as_ref().map_or(Truth::Constant(true), |filter| inner.truth(filter));
        self.size += inner.size;
        self.left.append(&mut inner.left);
        if holds == Truth::Unsure {
            return Err(Why::Aggregate);
        }
        let gate = Truth::then(there, holds);
        let form = inner.finish(Decision { gate, rules: vec![Truth::Constant(true)] });
        let elements = Elements { timeline, part, form };
        Ok(self.elements.iter().position(|known| *known == elements).unwrap_or_else(|| {
            self.elements.push(elements);
            self.elements.len() - 1
        }))
    }

    /// An aggregate over rows of a table, or of a derived one. `first`: a condition that comes before its own, and the
    /// variable of the row there.
    fn fact_over(
        &mut self,
        aggregate: &'a AggregateNode,
        rows: FactRows,
        own: Option<Rows>,
        first: Option<(&'a Node, RowSlot)>,
    ) -> Result<Fact, Why> {
        let function = match aggregate.function {
            AggregateFunction::Count => FactFunction::Count,
            AggregateFunction::CountDistinct => FactFunction::CountDistinct,
            AggregateFunction::Sum => FactFunction::Sum,
            AggregateFunction::Mean => FactFunction::Mean,
            AggregateFunction::Stddev => FactFunction::Stddev,
            AggregateFunction::Any | AggregateFunction::None | AggregateFunction::All => FactFunction::Any,
            AggregateFunction::The => FactFunction::The,
            AggregateFunction::First => FactFunction::First,
            AggregateFunction::Last => FactFunction::Last,
            AggregateFunction::Min => FactFunction::Min,
            AggregateFunction::Max => FactFunction::Max,
            AggregateFunction::MostCommon => FactFunction::MostCommon,
            AggregateFunction::Quantile(q) => FactFunction::Quantile(q.to_bits()),
            _ => return Err(Why::Aggregate),
        };
        let window = match &aggregate.window {
            None => None,
            Some(WindowNode::Fixed(window)) => Some(KnownWindow::of(*window, self.parameters).ok_or(Why::Value)?),
            Some(WindowNode::Since(_)) => return Err(Why::Since),
        };
        let row_at_hand = Row::of(aggregate.slot);
        let mut filters: Vec<(&Node, RowSlot)> = first.into_iter().collect();
        filters.extend(aggregate.filter.iter().map(|filter| (filter, aggregate.slot)));
        let inner = || {
            let mut inner = Self::of_points(self.program, self.plan, self.model, self.parameters);
            (inner.rows, inner.nested, inner.alone, inner.depth) = (own, true, true, self.depth);
            inner.slot = aggregate.slot;
            inner
        };
        let value = match (&aggregate.value, function) {
            (None, _) => None,
            (Some(value), FactFunction::Any) => {
                filters.push((value, aggregate.slot));
                None
            }
            (Some(Node { kind: NodeKind::Column(row, _, column), ty, .. }), _)
                if *row == row_at_hand && is_computed(function, ty) =>
            {
                Some(Taken::Column(*column))
            }
            (Some(value), _) if own.is_some() && is_computed_of(function, &value.ty) => {
                let mut inner = inner();
                let (number, sort) = inner.number(value).ok_or(Why::Value)?;
                self.size += inner.size;
                let kind = match sort {
                    Sort::Int => Kind::Int,
                    Sort::Float => Kind::Float,
                    Sort::Money => Kind::Money,
                    Sort::Time => Kind::Time,
                    // Differences of times, which have no days.
                    Sort::Duration if matches!(number, Number::Arithmetic(..)) => Kind::Duration,
                    // What is counted only has to differ.
                    Sort::Date | Sort::Hour if function == FactFunction::CountDistinct => Kind::Int,
                    _ => return Err(Why::Value),
                };
                let (lane, inputs, constants) = (sort.lane(), inner.inputs, inner.constants);
                Some(Taken::Computed(Box::new(Computed { number, lane, kind, inputs, constants })))
            }
            (Some(_), _) => return Err(Why::Value),
        };
        let mut inner = inner();
        let mut filter = Truth::Constant(true);
        for (number, (node, slot)) in filters.iter().enumerate() {
            inner.slot = *slot;
            let truth = inner.truth(node);
            // The value comes last; what it says of all is wrong where it is false for one.
            let negated = aggregate.function == AggregateFunction::All && number + 1 == filters.len();
            filter = Truth::then(filter, if negated { Truth::not(truth) } else { truth });
        }
        self.size += inner.size;
        self.left.append(&mut inner.left);
        let filter = match filter {
            Truth::Constant(true) => None,
            Truth::Unsure => return Err(Why::Nested),
            gate => Some(inner.finish(Decision { gate, rules: vec![Truth::Constant(true)] })),
        };
        Ok(Fact { rows, of: None, function, window, filter, value })
    }
}

/// Whether a value is missing where all that it is made of is, as where there is no entity.
fn is_strict(node: &Node, plan: &Plan) -> bool {
    let strict = |node: &Node| is_strict(node, plan);
    let known = |node: &Node| matches!(node.kind, NodeKind::Constant(_) | NodeKind::Parameter(_));
    match &node.kind {
        NodeKind::Aggregate(aggregate) => aggregate.of.is_none(),
        NodeKind::Not(a) | NodeKind::Negate(a) => strict(a),
        NodeKind::And(a, b) | NodeKind::Or(a, b) => strict(a) && strict(b),
        NodeKind::Compare(_, a, b) | NodeKind::Arithmetic(_, a, b) => {
            strict(a) && (strict(b) || known(b)) || known(a) && strict(b)
        }
        NodeKind::Fact(id, entity) => {
            let fact = plan.facts.get(id.index()).and_then(Option::as_ref);
            matches!(entity.kind, NodeKind::This) && fact.is_some_and(|fact| strict(&fact.value))
        }
        _ => false,
    }
}

/// What makes the rows of a derived table that stay as they are made: the base, and the rows of it that count.
pub(crate) fn grouping<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    source: SourceId,
) -> Option<(TimelineId, Option<Form>)> {
    let derived = plan.derived.get(source.index())?.as_ref()?;
    let timeline = derived.settles()?;
    let rows = settled(program, plan, timeline)?;
    let Some(filter) = &derived.filter else { return Some((timeline, None)) };
    let mut lowering = Lowering::new(program, plan, model, rows, parameters);
    (lowering.slot, lowering.nested) = (derived.slot, true);
    let gate = lowering.truth(filter);
    (gate != Truth::Unsure)
        .then(|| (timeline, Some(lowering.finish(Decision { gate, rules: vec![Truth::Constant(true)] }))))
}

/// A column of such a table, as a fact about the rows of a group.
pub(crate) fn group_column<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    (source, column): (SourceId, ColumnId),
) -> Option<Fact> {
    let derived = plan.derived.get(source.index())?.as_ref()?;
    let timeline = derived.settles()?;
    let rows = settled(program, plan, timeline)?;
    let NodeKind::Aggregate(aggregate) = &derived.columns.get(column.index())?.kind else { return None };
    let first = derived.filter.as_ref().map(|filter| (filter, derived.slot));
    let mut lowering = Lowering::new(program, plan, model, rows, parameters);
    matches!(aggregate.from, FromNode::Group)
        .then(|| lowering.fact_over(aggregate, FactRows::Timeline(timeline), Some(rows), first).ok())?
}

/// The rows of a timeline, if they are events of which none is known to be missing.
fn settled(program: &Program, plan: &Plan, timeline: TimelineId) -> Option<Rows> {
    Rows::in_timeline(program, plan, timeline).ok().filter(|rows| rows.are_settled())
}

/// Whether compiled code computes a function of what it works out from rows.
fn is_computed_of(function: FactFunction, ty: &Kind) -> bool {
    let span = matches!(
        function,
        FactFunction::Count
            | FactFunction::Sum
            | FactFunction::The
            | FactFunction::First
            | FactFunction::Last
            | FactFunction::Min
            | FactFunction::Max
    );
    match ty {
        Kind::Int | Kind::Float | Kind::Quantity(_) | Kind::Money | Kind::Time => is_computed(function, ty),
        Kind::Duration => span,
        Kind::Date | Kind::Hour => function == FactFunction::CountDistinct,
        _ => false,
    }
}

/// Whether compiled code computes a function of values of a kind.
fn is_computed(function: FactFunction, ty: &Kind) -> bool {
    let number = matches!(ty, Kind::Int | Kind::Float | Kind::Quantity(_));
    match function {
        FactFunction::Count | FactFunction::Any => true,
        FactFunction::CountDistinct => matches!(ty, Kind::Text | Kind::Entity(_) | Kind::Bool) || layout(ty).is_some(),
        FactFunction::Sum => number || *ty == Kind::Money,
        FactFunction::Mean | FactFunction::Stddev | FactFunction::Quantile(_) => number,
        FactFunction::The | FactFunction::First | FactFunction::Last | FactFunction::MostCommon => {
            layout(ty).is_some() || matches!(ty, Kind::Bool | Kind::Text | Kind::Entity(_))
        }
        FactFunction::Min | FactFunction::Max => layout(ty).is_some() || *ty == Kind::Text,
    }
}
