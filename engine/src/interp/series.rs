//! Aggregates for which it matters how rows follow one another and when they are true: runs, overlaps, trends, and
//! conditions that held (docs/language.md §13).

use super::derived::Element;
use super::rows::Rows;
use super::window::Bounds;
use super::{Binding, Evaluator};
use crate::mutant::{Mutant, mutant};
use crate::plan::{AggregateNode, FromNode, Node, after, span_of};
use crate::table::NEVER;
use crate::timeline::RowRef;
use watchfire_dsl::program::{AggregateFunction, SourceId, WindowSpan};
use watchfire_stdlib::ops::Site;
use watchfire_stdlib::statistics;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

/// The values of such an aggregate as they come, in row order.
pub(super) enum Series {
    /// The run at hand, and the longest.
    Run(i64, i64),
    /// Values and when they were.
    Points(Vec<(i64, Value)>),
    /// From when until when (exclusive) rows are true, and the window.
    Spans(Vec<(i64, i64)>, Option<Bounds>),
}

impl Series {
    /// Of a function over a window, if it is such a one.
    pub(super) fn of(function: AggregateFunction, window: Option<Bounds>) -> Option<Self> {
        match function {
            AggregateFunction::LongestRun => Some(Self::Run(0, 0)),
            AggregateFunction::Trend => Some(Self::Points(Vec::new())),
            AggregateFunction::MaxOverlap => Some(Self::Spans(Vec::new(), window)),
            _ => None,
        }
    }

    /// Takes the value of a row that is true from an instant until another; no fault.
    pub(super) fn push(&mut self, value: Value, (start, end): (i64, i64)) {
        match self {
            Self::Run(now, longest) => {
                *now = match value {
                    Value::Bool(true) => *now + 1,
                    Value::Missing if mutant(Mutant::RunOverMissing) => *now,
                    _ => 0,
                };
                *longest = (*longest).max(*now);
            }
            Self::Points(points) if value.is_known() => points.push((start, value)),
            Self::Points(_) => {}
            Self::Spans(spans, _) => spans.push((start, end)),
        }
    }

    /// The greatest number of rows that are true at one instant.
    pub(super) fn most_at_once(&self) -> i64 {
        if let Self::Spans(spans, window) = self { most_at_once(spans, *window) } else { 0 }
    }

    /// The longest run, or the slope for each day.
    pub(super) fn finish(self, kind: &Kind, site: Site) -> Value {
        match self {
            Self::Run(_, longest) => Value::Int(longest),
            Self::Points(mut points) => {
                if mutant(Mutant::TrendByRow) {
                    let day = watchfire_stdlib::value::DAY_MICROS;
                    (0..).zip(&mut points).for_each(|(number, (time, _))| *time = number * day);
                }
                statistics::trend(points.iter().map(|(time, value)| (*time, value)), kind, site)
            }
            Self::Spans(..) => Value::Int(self.most_at_once()),
        }
    }
}

/// The greatest number of spans `[start, end)` that share an instant of the window `(from, to]`, in whole microseconds.
fn most_at_once(spans: &[(i64, i64)], window: Option<Bounds>) -> i64 {
    let (first, last) = window.map_or((i64::MIN, i64::MAX), |(from, to)| (from.saturating_add(1), to));
    let mut changes: Vec<(i64, i64)> = Vec::with_capacity(2 * spans.len());
    for (start, end) in spans {
        let (start, last) = ((*start).max(first), end.saturating_sub(1).min(last));
        if start <= last {
            // What ends at an instant is no longer true there: ends come first.
            let end = if mutant(Mutant::OverlapAtEnds) { last.saturating_add(2) } else { last.saturating_add(1) };
            changes.extend([(start, 1), (end, -1)]);
        }
    }
    changes.sort_unstable();
    let (mut now, mut most) = (0, 0);
    for (_, change) in changes {
        now += change;
        most = most.max(now);
    }
    most
}

impl<'a> Evaluator<'a> {
    /// From when until when (exclusive) a row is true; of a finding: its known-at.
    pub(super) fn span_of_row(&self, binding: &Binding<'a>, row: Option<(SourceId, RowRef)>) -> (i64, i64) {
        let at = |time: i64| (time, time.saturating_add(1));
        match (binding, row) {
            (Binding::Finding(finding), _) => at(finding.k),
            (Binding::Derived { rows, place }, _) => at(rows.time(*place)),
            (_, Some((source, row))) => match self.world.table(source, row) {
                Some(table) if table.until.is_some() => (self.world.time(source, row), table.until_at(row.row, self.k)),
                _ => at(self.world.time(source, row)),
            },
            _ => at(NEVER),
        }
    }

    /// Whether the rows up to t end in a run for which the condition is true, so long and without a wider gap. The rows
    /// are looked at from the last one back, no further than needed.
    pub(super) fn held(
        &mut self,
        aggregate: &'a AggregateNode,
        (condition, least, gap): (Option<&'a Node>, WindowSpan, WindowSpan),
        subject: usize,
        window: Option<Bounds>,
    ) -> Value {
        let (Some(least), Some(gap)) = (span_of(least, self.world.parameters), span_of(gap, self.world.parameters))
        else {
            return Value::Missing;
        };
        let (samples, near) = match self.samples(aggregate, subject, window) {
            Ok(samples) => samples,
            Err(value) => return value,
        };
        let zone = self.world.zone;
        let reaches = |time: i64, span, other: i64| after(&zone, time, span).is_none_or(|reached| reached >= other);
        let now = if matches!(aggregate.from, FromNode::Findings(_)) { self.k } else { self.t };
        let mut run: Option<(i64, i64)> = None;
        for Element { time, binding, row, fault } in samples {
            if time > now {
                continue;
            }
            let next = match run {
                Some((first, _)) => first,
                None if mutant(Mutant::HeldOnceEnough) => time,
                None => now,
            };
            if !reaches(time, gap, next) && !mutant(Mutant::HeldAcrossGaps) {
                break;
            }
            match fault.or_else(|| self.value_of_row(aggregate, condition, binding, row)) {
                None => continue,
                Some(Value::Bool(true)) => {}
                Some(fault @ Value::Fault(_)) => return fault,
                Some(_) => break,
            }
            let last = run.map_or(time, |(_, last)| last);
            run = Some((time, last));
            if after(&zone, time, least).is_some_and(|reached| reached <= last) {
                return Value::Bool(true);
            }
        }
        if self.is_partly_covered(&aggregate.from, subject, &near, window) {
            Value::Missing
        } else {
            Value::Bool(false)
        }
    }

    /// The rows that a selection takes before its `where`, the last first; and those near a place.
    #[expect(clippy::type_complexity, reason = "a list and what stands beside it")]
    fn samples(
        &mut self,
        aggregate: &'a AggregateNode,
        subject: usize,
        window: Option<Bounds>,
    ) -> Result<(Box<dyn Iterator<Item = Element<'a>> + 'a>, Vec<RowRef>), Value> {
        let world = self.world;
        let sample = move |source: SourceId, rows: &'a [RowRef], place: usize| -> Element<'a> {
            let (time, row) = (world.time(source, rows[place]), Some((source, rows[place])));
            Element { binding: Binding::Row { rows, place }, time, row, fault: None }
        };
        Ok(match &aggregate.from {
            FromNode::Rows(timeline) => {
                let source = world.plan.timelines[timeline.0 as usize].source;
                let rows = self.rows_of(subject, *timeline);
                let selection = Rows::new(world, source, rows, window, self.t, self.k);
                (Box::new(selection.rev().map(move |place| sample(source, rows, place))), Vec::new())
            }
            FromNode::Near(id, place, Some(distance)) => {
                let places = self.rows_near(*id, place, distance)?;
                let (source, rows) = self.all_rows(*id);
                let near = places.iter().map(|place| rows[*place]).collect();
                let selection = Rows::new(world, source, rows, window, self.t, self.k);
                let places = places.into_iter().rev().filter(move |place| selection.takes(*place));
                (Box::new(places.map(move |place| sample(source, rows, place))), near)
            }
            FromNode::Findings(models) => {
                let until = window.map_or(self.k, |(_, to)| to.min(self.k));
                let subject = &self.subjects[self.this].key;
                let found = world.findings.about(models, subject, window.map(|(from, _)| from), until);
                let sample =
                    |finding| Element { binding: Binding::Finding(finding), time: finding.k, row: None, fault: None };
                (Box::new(found.into_iter().rev().map(sample)), Vec::new())
            }
            FromNode::Derived(source) => {
                let rows = self.derived(*source, subject);
                let sample = move |place| Element {
                    time: rows.time(place),
                    fault: rows.fault(place).cloned(),
                    binding: Binding::Derived { rows: rows.clone(), place },
                    row: None,
                };
                (Box::new(self.derived(*source, subject).within(window).rev().map(sample)), Vec::new())
            }
            // The checker asks for rows that follow one another.
            FromNode::Near(_, _, None) | FromNode::Entities(..) | FromNode::DerivedEntities(..) | FromNode::Group => {
                (Box::new(std::iter::empty()), Vec::new())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::most_at_once;

    #[test]
    fn what_ends_at_an_instant_is_no_longer_true_there() {
        assert_eq!(most_at_once(&[], None), 0);
        assert_eq!(most_at_once(&[(0, 5), (5, 9)], None), 1);
        assert_eq!(most_at_once(&[(0, 6), (5, 9), (5, i64::MAX)], None), 3);
        assert_eq!(most_at_once(&[(0, 6), (5, 9), (5, i64::MAX)], Some((5, 20))), 2);
        assert_eq!(most_at_once(&[(0, 6), (5, 9)], Some((8, 20))), 0);
        assert_eq!(most_at_once(&[(3, 3)], None), 0);
    }
}
