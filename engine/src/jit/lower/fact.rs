//! Aggregates of forms: facts about an entity.

use super::{Lowering, Why, layout, name, table};
use crate::interp::KnownWindow;
use crate::jit::form::{Decision, Fact, FactFunction, FactRows, Form, Truth};
use crate::plan::{AggregateNode, DerivedPlan, FromNode, ModelPlan, Node, NodeKind, Plan, TimelineId, WindowNode};
use watchfire_dsl::program::{AggregateFunction, ColumnId, Program, Row, RowSlot, SourceId, SourceTime, Table};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

impl<'a> Lowering<'a> {
    /// The place of an aggregate among the facts: one over events about the model's entity, where there is a row of its
    /// source; or over the lines of a register about it, or the rows of a derived table that stay as they were made.
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
        self.nodes.push((name(aggregate), place));
        Some((place, function))
    }

    fn try_fact(&mut self, aggregate: &'a AggregateNode) -> Result<Fact, Why> {
        if self.nested || self.alone {
            return Err(Why::Nested);
        }
        if aggregate.of.is_some() {
            return Err(Why::Whose);
        }
        let at_instants = self.table.is_none();
        let (rows, table) = match aggregate.from {
            FromNode::Rows(timeline) => {
                let table = events(self.program, self.plan, timeline)?;
                let (register, expected) = (table.time == SourceTime::Timeless, table.expect.is_some());
                if register && expected {
                    return Err(Why::Expected);
                }
                if register && (!at_instants || aggregate.window.is_some()) {
                    return Err(Why::Register);
                }
                let own = at_instants || self.model.entities == Some(timeline);
                if !own {
                    return Err(Why::OtherTable);
                }
                (FactRows::Timeline(timeline), Some(table))
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
        let fact = self.fact_over(aggregate, rows, table, None)?;
        // The windows of rows move by lengths that are always the same.
        match fact.window {
            Some(KnownWindow::This(_) | KnownWindow::Previous(_)) if !at_instants => Err(Why::Calendar),
            Some(KnownWindow::Span(length, gap)) if !at_instants && (length.months, gap.months) != (0, 0) => {
                Err(Why::Calendar)
            }
            _ => Ok(fact),
        }
    }

    /// An aggregate over rows of a table, or of a derived one. `first`: a condition that comes before its own, and the
    /// variable of the row there.
    fn fact_over(
        &mut self,
        aggregate: &'a AggregateNode,
        rows: FactRows,
        table: Option<&'a Table>,
        first: Option<(&'a Node, RowSlot)>,
    ) -> Result<Fact, Why> {
        let function = match aggregate.function {
            AggregateFunction::Count => FactFunction::Count,
            AggregateFunction::CountDistinct => FactFunction::CountDistinct,
            AggregateFunction::Sum => FactFunction::Sum,
            AggregateFunction::Mean => FactFunction::Mean,
            AggregateFunction::Stddev => FactFunction::Stddev,
            AggregateFunction::Any => FactFunction::Any,
            AggregateFunction::The => FactFunction::The,
            AggregateFunction::First => FactFunction::First,
            AggregateFunction::Last => FactFunction::Last,
            AggregateFunction::Min => FactFunction::Min,
            AggregateFunction::Max => FactFunction::Max,
            _ => return Err(Why::Aggregate),
        };
        let window = match &aggregate.window {
            None => None,
            Some(WindowNode::Fixed(window)) => Some(KnownWindow::of(*window, self.parameters).ok_or(Why::Calendar)?),
            Some(WindowNode::Since(_)) => return Err(Why::Since),
        };
        let own = Row::of(aggregate.slot);
        let mut filters: Vec<(&Node, RowSlot)> = first.into_iter().collect();
        filters.extend(aggregate.filter.iter().map(|filter| (filter, aggregate.slot)));
        let value = match (&aggregate.value, function) {
            (None, _) => None,
            (Some(value), FactFunction::Any) => {
                filters.push((value, aggregate.slot));
                None
            }
            (Some(Node { kind: NodeKind::Column(row, _, column), ty, .. }), _)
                if *row == own && is_computed(function, ty) =>
            {
                Some(*column)
            }
            (Some(_), _) => return Err(Why::Value),
        };
        let mut inner = Self::of_points(self.program, self.plan, self.model, self.parameters);
        (inner.table, inner.nested, inner.alone, inner.depth) = (table, true, true, self.depth);
        let mut filter = Truth::Constant(true);
        for (node, slot) in filters {
            inner.slot = slot;
            filter = Truth::then(filter, inner.truth(node));
        }
        self.size += inner.size;
        self.left.append(&mut inner.left);
        let filter = match filter {
            Truth::Constant(true) => None,
            Truth::Unsure => return Err(Why::Nested),
            gate => Some(inner.finish(Decision { gate, rules: vec![Truth::Constant(true)] })),
        };
        Ok(Fact { rows, function, window, filter, value })
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
    let table = settled(program, plan, timeline)?;
    let Some(filter) = &derived.filter else { return Some((timeline, None)) };
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
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
    let table = settled(program, plan, timeline)?;
    let NodeKind::Aggregate(aggregate) = &derived.columns.get(column.index())?.kind else { return None };
    let first = derived.filter.as_ref().map(|filter| (filter, derived.slot));
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
    matches!(aggregate.from, FromNode::Group)
        .then(|| lowering.fact_over(aggregate, FactRows::Timeline(timeline), Some(table), first).ok())?
}

/// The table of a timeline, if it is one of events or a register.
fn events<'a>(program: &'a Program, plan: &Plan, timeline: TimelineId) -> Result<&'a Table, Why> {
    let source = plan.timelines.get(timeline.0 as usize).ok_or(Why::Rows)?.source;
    let table = table(program, source)?;
    matches!(table.time, SourceTime::Events { .. } | SourceTime::Timeless).then_some(table).ok_or(Why::States)
}

/// The table of a timeline, if it is one of events of which none is known to be missing.
fn settled<'a>(program: &'a Program, plan: &Plan, timeline: TimelineId) -> Option<&'a Table> {
    let timed = |table: &&Table| table.time != SourceTime::Timeless && table.expect.is_none();
    events(program, plan, timeline).ok().filter(timed)
}

/// Whether compiled code computes a function of values of a kind.
fn is_computed(function: FactFunction, ty: &Kind) -> bool {
    let number = matches!(ty, Kind::Int | Kind::Float | Kind::Quantity(_));
    match function {
        FactFunction::Count | FactFunction::Any => true,
        FactFunction::CountDistinct => {
            matches!(ty, Kind::Text | Kind::Entity(_) | Kind::Int | Kind::Money | Kind::Time)
        }
        FactFunction::Sum => number || *ty == Kind::Money,
        FactFunction::Mean | FactFunction::Stddev => number,
        FactFunction::The | FactFunction::First | FactFunction::Last => layout(ty).is_some() || *ty == Kind::Bool,
        FactFunction::Min | FactFunction::Max => layout(ty).is_some(),
    }
}
