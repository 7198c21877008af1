//! How far back a model looks: the longest chain of windows from its evaluation to a row.

use super::context::Checker;
use super::grants::model_expressions;
use crate::program::{
    AggregateFunction, CalendarUnit, Expr, ExprKind, From, Lookback, Model, ModelId, ParameterId, SourceId, SourceKind,
    SourceTime, SpanOfTime, Trigger, Value, Window, WindowSpan,
};
use std::collections::BTreeMap;

const NOTHING: Lookback = Lookback::Span(SpanOfTime { months: 0, days: 0, micros: 0 });

/// One after the other.
pub(super) fn sum(a: Lookback, b: Lookback) -> Lookback {
    match (a, b) {
        (Lookback::Span(a), Lookback::Span(b)) => Lookback::Span(SpanOfTime {
            months: a.months.saturating_add(b.months),
            days: a.days.saturating_add(b.days),
            micros: a.micros.saturating_add(b.micros),
        }),
        _ => Lookback::Unbounded,
    }
}

/// A span that is at least as long as both, wherever in the calendar it ends.
pub(super) fn longest(a: Lookback, b: Lookback) -> Lookback {
    let (Lookback::Span(a), Lookback::Span(b)) = (a, b) else { return Lookback::Unbounded };
    // A month has 28 to 31 days, a day of the calendar 23 to 25 hours.
    let least = |s: SpanOfTime| hours(s, 28, 23);
    let most = |s: SpanOfTime| hours(s, 31, 25);
    if least(a) >= most(b) || dominates(a, b) {
        Lookback::Span(a)
    } else if least(b) >= most(a) || dominates(b, a) {
        Lookback::Span(b)
    } else {
        Lookback::Span(SpanOfTime {
            months: a.months.max(b.months),
            days: a.days.max(b.days),
            micros: a.micros.max(b.micros),
        })
    }
}

fn dominates(a: SpanOfTime, b: SpanOfTime) -> bool {
    a.months >= b.months && a.days >= b.days && a.micros >= b.micros
}

/// Length in microseconds for months of so many days and days of so many hours.
fn hours(s: SpanOfTime, days: i128, hours: i128) -> i128 {
    let all_days = i128::from(s.months) * days + i128::from(s.days);
    all_days * hours * 3_600_000_000 + i128::from(s.micros)
}

impl Checker<'_> {
    /// Lookback of a model, given those of the models whose findings it reads.
    pub(super) fn model_lookback(
        &self,
        model: &Model,
        facts: &[Lookback],
        models: &BTreeMap<ModelId, Lookback>,
    ) -> Lookback {
        // Which matches there were before decides which there are.
        if matches!(model.trigger, Trigger::Match(_)) {
            return Lookback::Unbounded;
        }
        let lets = model.lets.iter().map(|l| &l.value);
        let all = lets.chain(model_expressions(model));
        all.fold(NOTHING, |longest_yet, e| longest(longest_yet, self.lookback(e, facts, models)))
    }

    /// Lookback of each fact, in their order.
    pub(super) fn fact_lookbacks(&self, models: &BTreeMap<ModelId, Lookback>) -> Vec<Lookback> {
        let mut all: Vec<Lookback> = Vec::new();
        for fact in &self.facts {
            let lookback = self.lookback(&fact.value, &all, models);
            all.push(lookback);
        }
        all
    }

    fn lookback(&self, e: &Expr, facts: &[Lookback], models: &BTreeMap<ModelId, Lookback>) -> Lookback {
        let inside = e.parts().into_iter().fold(NOTHING, |l, part| longest(l, self.lookback(part, facts, models)));
        let own = match &e.kind {
            ExprKind::Fact { fact, .. } => facts.get(fact.index()).copied().unwrap_or(Lookback::Unbounded),
            // The row before may lie at any distance; so may the instant at which something is taken.
            ExprKind::Column { row, .. } if !row.is_own() => Lookback::Unbounded,
            ExprKind::AsOf { .. } => Lookback::Unbounded,
            // The columns of a union may read facts of tables; those are without time.
            ExprKind::Aggregate(aggregate) => {
                let window = match (&aggregate.selection.window, aggregate.function) {
                    (Some(window), _) => Some(self.window_lookback(window)),
                    // A run that is long enough begins at most a gap earlier, and ends at most one before t.
                    (None, AggregateFunction::Held { least, gap }) => {
                        let gap = self.length_lookback(gap);
                        Some(sum(self.length_lookback(least), sum(gap, gap)))
                    }
                    (None, _) => None,
                };
                match &aggregate.selection.from {
                    From::Rows { source, .. } | From::Entities { source, .. } | From::Near { source, .. } => {
                        let own = if self.has_events(*source) { Lookback::Unbounded } else { NOTHING };
                        let of = |part: &Expr| self.lookback(part, facts, models);
                        sum(window.unwrap_or(own), self.table_lookback(*source, of))
                    }
                    From::Group => NOTHING,
                    From::Findings(parts) => {
                        let part = |m: &ModelId| models.get(m).copied().unwrap_or(Lookback::Unbounded);
                        let deepest = parts.iter().map(part).fold(NOTHING, longest);
                        sum(window.unwrap_or(Lookback::Unbounded), deepest)
                    }
                }
            }
            _ => NOTHING,
        };
        longest(own, inside)
    }

    /// A span that reaches back to the start of a window.
    pub(super) fn window_lookback(&self, window: &Window) -> Lookback {
        // The start of a day is less than a day of the calendar away, wherever clocks change: a day more is enough.
        let units = |unit: &CalendarUnit, many: i64| {
            let (months, days) = match unit {
                CalendarUnit::Day => (0, 1),
                CalendarUnit::Week => (0, 7),
                CalendarUnit::Month => (1, 0),
                CalendarUnit::Quarter => (3, 0),
                CalendarUnit::Year => (12, 0),
            };
            Lookback::Span(SpanOfTime { months: months * many, days: days * many + 1, micros: 0 })
        };
        match window {
            Window::Span { length, gap } => {
                let length = self.length_lookback(*length);
                gap.map_or(length, |gap| sum(length, self.length_lookback(gap)))
            }
            Window::This(unit) => units(unit, 1),
            Window::Previous(unit) => units(unit, 2),
            Window::Since(_) => Lookback::Unbounded,
        }
    }

    /// The longest that a window's length can be.
    fn length_lookback(&self, length: WindowSpan) -> Lookback {
        match length {
            WindowSpan::Fixed(span) => Lookback::Span(span),
            WindowSpan::Parameter(id) => self.parameter_lookback(id),
        }
    }

    fn parameter_lookback(&self, id: ParameterId) -> Lookback {
        let span = |value: &Value| match value {
            Value::Duration(d) => Lookback::Span(SpanOfTime { months: 0, days: d.days, micros: d.micros }),
            _ => Lookback::Unbounded,
        };
        let Some(parameter) = self.parameters.get(id.index()) else { return Lookback::Unbounded };
        match &parameter.range {
            Some((_, high, _)) => span(high),
            // Without a range a test or profile may set anything: what is known is the default and the profiles.
            None if self.in_profiles.contains(&id) => Lookback::Unbounded,
            None => span(&parameter.default),
        }
    }

    /// Rows that are true at an instant, and so may lie however far back.
    pub(super) fn has_events(&self, source: SourceId) -> bool {
        match &self.source(source).kind {
            SourceKind::Table(table) => matches!(table.time, SourceTime::Events { .. }),
            SourceKind::Union(parts) => parts.iter().any(|part| self.has_events(part.source)),
            SourceKind::Derived(table) => table.dated,
            SourceKind::Edges { .. } => true,
        }
    }
}
