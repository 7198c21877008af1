//! Runs, overlaps, trends, conditions that held (docs/language.md §13).

use crate::reference::exact;
use crate::reference::expression::site;
use crate::reference::world::{Binding, Scope, World};
use watchfire_dsl::program::{Aggregate, AggregateFunction, Expr, From, Kind, WindowSpan};
use watchfire_stdlib::ops;
use watchfire_stdlib::value::{DAY_MICROS, Duration, FaultKind, Value};

/// A row that a selection takes, or of which its `where` is a fault: when it is true, and its value.
struct Taken {
    start: i64,
    end: i64,
    value: Value,
}

impl World<'_> {
    /// The value of such an aggregate over rows in row order; `None`: it is another one.
    pub(super) fn series(
        &self,
        aggregate: &Aggregate,
        elements: &[Binding],
        partly_covered: bool,
        whole: &Expr,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let at_least = |count: i64| if partly_covered { Value::AtLeast(count) } else { Value::Int(count) };
        let fault = |rows: &[Taken]| rows.iter().map(|row| &row.value).find(|v| matches!(v, Value::Fault(_))).cloned();
        let taken = || self.taken(aggregate, elements, scope);
        Some(match aggregate.function {
            AggregateFunction::LongestRun => {
                let rows = taken();
                let truths: Vec<bool> = rows.iter().map(|row| row.value.is_true()).collect();
                let longest = truths.split(|truth| !truth).map(<[bool]>::len).max().unwrap_or(0);
                let longest = Value::Int(i64::try_from(longest).unwrap_or(i64::MAX));
                fault(&rows).unwrap_or(if partly_covered { Value::Missing } else { longest })
            }
            AggregateFunction::MaxOverlap => {
                let rows = taken();
                fault(&rows).unwrap_or_else(|| at_least(self.most_at_once(aggregate, &rows, scope)))
            }
            AggregateFunction::Trend => {
                let rows = taken();
                fault(&rows).unwrap_or_else(|| if partly_covered { Value::Missing } else { trend(&rows, whole) })
            }
            AggregateFunction::Held { least, gap } => {
                let now = if matches!(aggregate.selection.from, From::Findings(_)) { scope.k } else { scope.t };
                match self.held(&taken(), least, gap, now) {
                    Value::Bool(false) if partly_covered => Value::Missing,
                    value => value,
                }
            }
            _ => return None,
        })
    }

    fn taken(&self, aggregate: &Aggregate, elements: &[Binding], scope: &Scope<'_>) -> Vec<Taken> {
        let mut taken = Vec::new();
        for element in elements {
            let (start, end) = when(element);
            if let Some(fault) = fault_of(element) {
                taken.push(Taken { start, end, value: fault });
                continue;
            }
            let mut scope = scope.clone();
            scope.variables.push((aggregate.selection.slot, element.clone()));
            let value = match aggregate.selection.filter.as_ref().map(|filter| self.value(filter, &scope)) {
                None | Some(Value::Bool(true)) => match &aggregate.value {
                    Some(value) => self.value(value, &scope),
                    None => Value::Bool(true),
                },
                Some(fault @ Value::Fault(_)) => fault,
                Some(_) => continue,
            };
            taken.push(Taken { start, end, value });
        }
        taken
    }

    /// The most rows that are true at one instant of the window: it is the start of one of them, or the window's first.
    fn most_at_once(&self, aggregate: &Aggregate, rows: &[Taken], scope: &Scope<'_>) -> i64 {
        let window = aggregate.selection.window.as_ref().and_then(|window| self.window(window, scope.t, scope).ok());
        let (after, until) = window.unwrap_or((i64::MIN, i64::MAX));
        let first = after.saturating_add(1);
        let instants = rows.iter().map(|row| row.start.max(first)).filter(|instant| *instant <= until);
        let true_at = |instant: i64| rows.iter().filter(|row| row.start <= instant && instant < row.end).count();
        instants.map(true_at).max().and_then(|most| i64::try_from(most).ok()).unwrap_or(0)
    }

    /// Do the rows up to `now` end in a run that is long enough?
    fn held(&self, rows: &[Taken], least: WindowSpan, gap: WindowSpan, now: i64) -> Value {
        let (least, gap) = (self.span(least), self.span(gap));
        let rows: Vec<&Taken> = rows.iter().filter(|row| row.start <= now).collect();
        let Some(last) = rows.last() else { return Value::Bool(false) };
        let mut next = now;
        for row in rows.iter().rev() {
            if self.clock.after(row.start, gap) < next {
                return Value::Bool(false);
            }
            match &row.value {
                Value::Bool(true) => {}
                fault @ Value::Fault(_) => return fault.clone(),
                _ => return Value::Bool(false),
            }
            if self.clock.after(row.start, least) <= last.start {
                return Value::Bool(true);
            }
            next = row.start;
        }
        Value::Bool(false)
    }
}

/// From when until when (exclusive) an element is true.
fn when(element: &Binding) -> (i64, i64) {
    match element {
        Binding::Row(rows, place) => {
            let row = &rows[*place].row;
            (row.time.unwrap_or(i64::MIN), row.end.unwrap_or(i64::MAX))
        }
        Binding::Finding(finding) => (finding.k, i64::MAX),
        Binding::Element(_) | Binding::Group(..) | Binding::Fault(_) => (i64::MIN, i64::MAX),
    }
}

/// The fault that a row of a derived table is.
fn fault_of(element: &Binding) -> Option<Value> {
    if let Binding::Row(rows, place) = element { rows[*place].fault.clone() } else { None }
}

fn trend(rows: &[Taken], whole: &Expr) -> Value {
    let float = |row: &Taken| if let Value::Float(x) = row.value { Some((row.start, x)) } else { None };
    let number = |row: &Taken| match row.value {
        Value::Int(n) => Some((row.start, n)),
        Value::Duration(d) => Some((row.start, d.total_micros())),
        _ => None,
    };
    let floats: Vec<(i64, f64)> = rows.iter().filter_map(float).collect();
    let numbers: Vec<(i64, i64)> = rows.iter().filter_map(number).collect();
    let slope =
        if floats.is_empty() { exact::slope_of_whole(&numbers, DAY_MICROS) } else { exact::slope(&floats, DAY_MICROS) };
    match (slope, &whole.ty.kind) {
        (None, _) => Value::Missing,
        (Some(slope), Kind::Duration) => match ops::round_half_even(slope) {
            Some(micros) => Value::Duration(Duration { days: 0, micros }),
            None => ops::fault(FaultKind::Overflow, site(whole.span)),
        },
        (Some(slope), _) => Value::float(slope),
    }
}
