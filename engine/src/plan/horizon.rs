//! How far back a run looks at the rows of its tables.

use super::node::{FixedWindow, FromNode, Node, NodeKind, WindowNode};
use super::{ModelPlan, Plan, span_of};
use crate::timeline::part_tables;
use std::collections::BTreeMap;
use watchfire_dsl::program::{
    AggregateFunction, CalendarUnit, Program, SourceId, SourceKind, SourceTime, SpanOfTime, Table, Trigger,
};
use watchfire_stdlib::value::{DAY_MICROS, Value};

/// Longer than clocks and calendars differ anywhere: a day has 25 hours now and then, and a wall is half a day from UTC.
const MARGIN: i64 = 2 * DAY_MICROS;

impl Plan {
    /// For each table of which older rows do not matter to any model: how long before an evaluation its rows still may, in
    /// microseconds, rather too long than too short. Only rows of events that are known at their time, stand for themselves
    /// and are not expected are left out: they say nothing but what windows take.
    pub(crate) fn lookbacks(&self, program: &Program, parameters: &[Value]) -> BTreeMap<SourceId, i64> {
        let mut walk = Walk { plan: self, program, parameters, found: BTreeMap::new(), elsewhere: false };
        self.running().for_each(|model| walk.model(model));
        walk.nodes();
        if walk.elsewhere {
            return BTreeMap::new();
        }
        let table = |id: &SourceId| match &program.sources[id.index()].kind {
            SourceKind::Table(table) => plain(table),
            _ => false,
        };
        walk.found.into_iter().filter(|(id, _)| table(id)).filter_map(|(id, span)| Some((id, span?))).collect()
    }
}

fn plain(table: &Table) -> bool {
    let events = matches!(table.time, SourceTime::Events { .. });
    events && table.key.is_empty() && table.recorded.is_none() && table.expect.is_none()
}

struct Walk<'a> {
    plan: &'a Plan,
    program: &'a Program,
    parameters: &'a [Value],
    /// By table; `None`: as far as there is data.
    found: BTreeMap<SourceId, Option<i64>>,
    /// Something is evaluated at other instants.
    elsewhere: bool,
}

impl Walk<'_> {
    fn model(&mut self, model: &ModelPlan) {
        self.elsewhere |= !model.parts.is_empty();
        let population = model.entities.and_then(|id| self.plan.timelines.get(id.0 as usize)).map(|of| of.source);
        match self.program.models.get(model.id.index()).map(|model| &model.trigger) {
            Some(Trigger::On { source, .. }) => self.needs(*source, Some(MARGIN)),
            _ => population.into_iter().for_each(|source| self.needs(source, None)),
        }
    }

    fn nodes(&mut self) {
        let mut open = self.plan.roots();
        while let Some(node) = open.pop() {
            self.node(node);
            open.extend(node.children());
        }
        let bases = self.plan.derived.iter().flatten().filter_map(|derived| derived.from.timeline());
        for base in bases {
            self.needs(self.plan.timelines[base.0 as usize].source, None);
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::AsOf(..) => self.elsewhere = true,
            NodeKind::Column(row, source, _) if !row.moves.is_empty() => self.needs(*source, None),
            NodeKind::Aggregate(aggregate) => match &aggregate.from {
                FromNode::Rows(timeline) | FromNode::Entities(_, _, timeline) => {
                    let window = aggregate.window.as_ref().filter(|_| takes_what_windows_take(aggregate.function));
                    let span = window.and_then(|window| self.length(window));
                    self.needs(self.plan.timelines[timeline.0 as usize].source, span);
                }
                FromNode::Near(places, ..) => self.needs(self.plan.places[places.0 as usize].source, None),
                FromNode::Findings(_) => self.elsewhere = true,
                // Their bases are looked at as a whole.
                FromNode::Derived(_) | FromNode::DerivedEntities(..) | FromNode::Group => {}
            },
            _ => {}
        }
    }

    fn needs(&mut self, source: SourceId, span: Option<i64>) {
        let (tables, span) = match &self.program.sources[source.index()].kind {
            SourceKind::Edges { of, .. } => (vec![*of], None),
            _ => (part_tables(self.program, source), span),
        };
        for table in tables {
            let known = self.found.entry(table).or_insert(span);
            *known = (*known).zip(span).map(|(a, b)| a.max(b));
        }
    }

    /// How far back a window reaches at most; `None`: without a bound.
    fn length(&self, window: &WindowNode) -> Option<i64> {
        let days = |days: i64| Some(days * DAY_MICROS + MARGIN);
        match window {
            WindowNode::Since(_) => None,
            WindowNode::Fixed(FixedWindow::Span(length, gap)) => {
                let micros = |span: SpanOfTime| {
                    let days = span.months.checked_mul(31)?.checked_add(span.days)?;
                    days.checked_mul(DAY_MICROS)?.checked_add(span.micros)
                };
                let length = micros(span_of(*length, self.parameters)?)?;
                let gap = gap.map_or(Some(0), |gap| micros(span_of(gap, self.parameters)?))?;
                length.checked_add(gap)?.checked_add(MARGIN)
            }
            WindowNode::Fixed(FixedWindow::This(unit)) => days(longest(*unit)),
            WindowNode::Fixed(FixedWindow::Previous(unit)) => days(2 * longest(*unit)),
        }
    }
}

/// Whether a function looks at no row outside of its window.
fn takes_what_windows_take(function: AggregateFunction) -> bool {
    use AggregateFunction as F;
    matches!(
        function,
        F::Count
            | F::CountDistinct
            | F::Sum
            | F::Mean
            | F::Min
            | F::Max
            | F::Stddev
            | F::Quantile(_)
            | F::MostCommon
            | F::First
            | F::Last
            | F::Any
            | F::All
            | F::None
            | F::The
            | F::List
    )
}

/// Days of the longest such unit.
fn longest(unit: CalendarUnit) -> i64 {
    match unit {
        CalendarUnit::Day => 1,
        CalendarUnit::Week => 7,
        CalendarUnit::Month => 31,
        CalendarUnit::Quarter => 92,
        CalendarUnit::Year => 366,
    }
}
