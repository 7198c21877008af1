//! Aggregates (docs/language.md §3.2–3.3, §4, §5.3–5.5).

use crate::reference::exact;
use crate::reference::expression::site;
use crate::reference::world::{Binding, Scope, World};
use num_bigint::BigInt;
use std::collections::BTreeMap;
use std::rc::Rc;
use watchfire_dsl::program::{Aggregate, AggregateFunction, Expr, From, Kind};
use watchfire_stdlib::ops;
use watchfire_stdlib::value::{Duration, FaultKind, Value};

impl World<'_> {
    /// The value of the aggregate expression `whole`.
    pub(crate) fn aggregate(&self, aggregate: &Aggregate, whole: &Expr, scope: &Scope<'_>) -> Value {
        let taken = match &aggregate.selection.from {
            From::Near { source, column, place, distance: Some(distance) } => {
                self.elements_near(aggregate, (*source, *column), (place, Some(distance)), scope)
            }
            From::Near { source, column, place, distance: None } => {
                return self.nearest(aggregate, (*source, *column), place, scope);
            }
            _ => self.elements(aggregate, scope),
        };
        let (elements, partly_covered) = match taken {
            Ok(taken) => taken,
            Err(value) => return value,
        };
        if let Some(value) = self.series(aggregate, &elements, partly_covered, whole, scope) {
            return value;
        }
        // In row order: the values of the rows that count, and faults of `where`.
        let mut values = Vec::new();
        for element in elements {
            let fault = match &element {
                Binding::Fault(fault) => Some(fault),
                Binding::Row(rows, place) => rows[*place].fault.as_ref(),
                _ => None,
            };
            if let Some(fault) = fault {
                values.push(fault.clone());
                continue;
            }
            let mut scope = scope.clone();
            scope.variables.push((aggregate.selection.slot, element));
            match aggregate.selection.filter.as_ref().map(|filter| self.value(filter, &scope)) {
                None | Some(Value::Bool(true)) => values.push(match &aggregate.value {
                    Some(value) => self.value(value, &scope),
                    None => Value::Bool(true),
                }),
                Some(fault @ Value::Fault(_)) => values.push(fault),
                Some(_) => {}
            }
        }
        self.reduce(aggregate.function, &values, partly_covered, whole)
    }

    /// What the selection takes before its `where`, in order, and whether its window is partly covered. `Err`: whose
    /// rows, or since when, is missing or a fault.
    pub(super) fn elements(&self, aggregate: &Aggregate, scope: &Scope<'_>) -> Result<(Vec<Binding>, bool), Value> {
        let selection = &aggregate.selection;
        // §7.4: the rows are about the entity that `of` gives; everything else still sees `this`.
        let whose = match selection.of.as_ref().map(|of| self.value(of, scope)) {
            None => scope.clone(),
            Some(Value::Entity(other)) => Scope { this: Some(other), ..scope.clone() },
            Some(fault @ Value::Fault(_)) => return Err(fault),
            Some(_) => return Err(Value::Missing),
        };
        // §2.6: windows over findings count in k.
        let now = if matches!(selection.from, From::Findings(_)) { scope.k } else { scope.t };
        let window = selection.window.as_ref().map(|window| self.window(window, now, scope)).transpose()?;
        let scope = &whose;
        Ok(match &selection.from {
            From::Rows { source, by } => {
                let rows = self.about(*source, by, scope);
                let taken = (0..rows.len()).filter(|&place| self.selects(&rows[place], window, scope.t));
                let elements = taken.map(|place| Binding::Row(Rc::clone(&rows), place)).collect();
                (elements, window.is_some_and(|window| self.partly_covered(*source, by, window, scope)))
            }
            From::Entities { element, source, by, .. } => {
                let rows = self.about(*source, by, scope);
                let taken = rows.iter().filter(|row| self.selects(row, window, scope.t));
                let mut entities: Vec<_> =
                    taken.filter_map(|row| self.entity(*source, row, element, scope.t, scope.k)).collect();
                entities.sort();
                entities.dedup();
                let faults = rows.iter().filter(|row| self.selects(row, window, scope.t)).filter_map(|row| {
                    let mut cells = element.iter().map(|&column| self.cell(*source, row, column, scope.t, scope.k));
                    cells.find(|cell| matches!(cell, Value::Fault(_)))
                });
                let elements = faults.map(Binding::Fault).chain(entities.into_iter().map(Binding::Element)).collect();
                (elements, window.is_some_and(|window| self.partly_covered(*source, by, window, scope)))
            }
            // Looked at before.
            From::Near { .. } => (Vec::new(), false),
            From::Group => {
                let group = scope.variables.iter().rev().find_map(|(_, binding)| match binding {
                    Binding::Group(rows, partly) => Some((rows.to_vec(), *partly)),
                    _ => None,
                });
                group.unwrap_or_default()
            }
            From::Findings(models) => {
                let mut findings: Vec<_> = self
                    .findings
                    .iter()
                    .filter(|finding| models.contains(&finding.model) && Some(&finding.subject) == scope.this.as_ref())
                    .filter(|finding| finding.k <= scope.k)
                    .filter(|finding| window.is_none_or(|(after, until)| after < finding.k && finding.k <= until))
                    .cloned()
                    .collect();
                findings.sort_by(|a, b| self.by_known_model_and_own_order(a, b));
                (findings.into_iter().map(|finding| Binding::Finding(Box::new(finding))).collect(), false)
            }
        })
    }

    pub(super) fn reduce(
        &self,
        function: AggregateFunction,
        values: &[Value],
        partly_covered: bool,
        whole: &Expr,
    ) -> Value {
        use AggregateFunction as F;
        // §5.3: `any`, `none` and `all` may be decided whatever else there is.
        let (decisive, decided) = match function {
            F::Any => (Value::Bool(true), Value::Bool(true)),
            F::None => (Value::Bool(true), Value::Bool(false)),
            F::All => (Value::Bool(false), Value::Bool(false)),
            _ => (Value::Missing, Value::Missing),
        };
        if decided.is_known() && values.contains(&decisive) {
            return decided;
        }
        if let Some(fault) = values.iter().find(|value| matches!(value, Value::Fault(_))) {
            return fault.clone();
        }
        let values: Vec<Value> = values.iter().filter(|value| value.is_known()).cloned().collect();
        let mut distinct = values.clone();
        distinct.sort();
        distinct.dedup();
        let count = |values: &[Value]| i64::try_from(values.len()).unwrap_or(i64::MAX);
        if partly_covered {
            return match function {
                F::Count => Value::AtLeast(count(&values)),
                F::CountDistinct => Value::AtLeast(count(&distinct)),
                _ => Value::Missing,
            };
        }
        let or_missing = |value: Option<&Value>| value.cloned().unwrap_or(Value::Missing);
        match function {
            F::Count => Value::Int(count(&values)),
            F::CountDistinct => Value::Int(count(&distinct)),
            F::Sum => sum(&values, whole),
            F::Mean => mean(&values, whole),
            F::Min => or_missing(distinct.first()),
            F::Max => or_missing(distinct.last()),
            F::Stddev => stddev(&values, whole),
            F::Quantile(q) => self.quantile(values, q, whole),
            F::MostCommon => {
                let mut counts: BTreeMap<&Value, usize> = BTreeMap::new();
                values.iter().for_each(|value| *counts.entry(value).or_default() += 1);
                let most = counts.values().max();
                or_missing(counts.iter().find(|(_, n)| Some(*n) == most).map(|(value, _)| *value))
            }
            F::First => or_missing(values.first()),
            F::Last => or_missing(values.last()),
            F::Any => Value::Bool(false),
            F::All | F::None => Value::Bool(true),
            F::The => or_missing(if distinct.len() == 1 { distinct.first() } else { None }),
            F::List => Value::List(values.into()),
            F::Nearest => or_missing(values.first()),
            // Looked at before.
            F::LongestRun | F::MaxOverlap | F::Trend | F::Held { .. } => Value::Missing,
        }
    }

    /// §5.5: Hyndman and Fan's type 7.
    fn quantile(&self, mut values: Vec<Value>, q: f64, whole: &Expr) -> Value {
        let Some(last) = values.len().checked_sub(1) else { return Value::Missing };
        values.sort();
        #[expect(clippy::cast_precision_loss, reason = "cases are small")]
        let h = last as f64 * q;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ h ≤ last")]
        let l = h.floor() as usize;
        let (low, high) = (&values[l], &values[(l + 1).min(last)]);
        self.between(low, high, h - h.floor(), whole)
    }

    /// `low + share · (high − low)`, as §5.5 says it for infinities.
    fn between(&self, low: &Value, high: &Value, share: f64, whole: &Expr) -> Value {
        let number = |value: &Value| match value {
            Value::Int(n) => Some(exact::nearest(&BigInt::from(*n))),
            Value::Float(x) => Some(*x),
            _ => None,
        };
        if let (Some(low), Some(high)) = (number(low), number(high)) {
            return Value::float(if share == 0.0 || low == high {
                low
            } else if (high - low).is_finite() {
                low + share * (high - low)
            } else {
                low * (1.0 - share) + high * share
            });
        }
        let site = site(whole.span);
        let zone = &self.clock.zone;
        let apart = ops::subtract(high, low, zone, site);
        ops::add(low, &ops::multiply(&Value::Float(share), &apart, &whole.ty.kind, site), zone, site)
    }
}

fn floats(values: &[Value]) -> Vec<f64> {
    let float = |value: &Value| if let Value::Float(x) = value { Some(*x) } else { None };
    values.iter().filter_map(float).collect()
}

/// Whole numbers, money in ten-thousandths, spans of time in microseconds.
fn whole_numbers(values: &[Value]) -> Vec<i64> {
    let whole = |value: &Value| match value {
        Value::Int(n) | Value::Money(n) => Some(*n),
        Value::Duration(d) => Some(d.total_micros()),
        _ => None,
    };
    values.iter().filter_map(whole).collect()
}

fn sum(values: &[Value], whole: &Expr) -> Value {
    let exactly = |part: fn(&Value) -> i64| exact::sum_of_whole(values.iter().map(part));
    let in_range = |sum: BigInt| i64::try_from(sum).ok();
    let sum = match whole.ty.kind {
        Kind::Int => in_range(exactly(|v| if let Value::Int(n) = v { *n } else { 0 })).map(Value::Int),
        Kind::Money => in_range(exactly(|v| if let Value::Money(n) = v { *n } else { 0 })).map(Value::Money),
        Kind::Duration => {
            let days = in_range(exactly(|v| if let Value::Duration(d) = v { d.days } else { 0 }));
            let micros = in_range(exactly(|v| if let Value::Duration(d) = v { d.micros } else { 0 }));
            days.zip(micros).map(|(days, micros)| Value::Duration(Duration { days, micros }))
        }
        _ => Some(Value::float(exact::sum(&floats(values)))),
    };
    sum.unwrap_or_else(|| ops::fault(FaultKind::Overflow, site(whole.span)))
}

fn mean(values: &[Value], whole: &Expr) -> Value {
    if values.is_empty() {
        return Value::Missing;
    }
    let n = values.len();
    #[expect(clippy::cast_precision_loss, reason = "cases are small")]
    match whole.ty.kind {
        Kind::Money | Kind::Duration => {
            let total = exact::sum_of_whole(whole_numbers(values).into_iter());
            let mean = i128::try_from(total).ok().and_then(|total| ops::divide_half_even(total, n as i128));
            match (mean.and_then(|mean| i64::try_from(mean).ok()), &whole.ty.kind) {
                (Some(mean), Kind::Money) => Value::Money(mean),
                (Some(micros), _) => Value::Duration(Duration { days: 0, micros }),
                (None, _) => ops::fault(FaultKind::Overflow, site(whole.span)),
            }
        }
        _ if matches!(values[0], Value::Int(_)) => {
            let total = exact::sum_of_whole(whole_numbers(values).into_iter());
            Value::float(exact::nearest(&total) / n as f64)
        }
        _ => Value::float(exact::sum(&floats(values)) / n as f64),
    }
}

fn stddev(values: &[Value], whole: &Expr) -> Value {
    let n = values.len();
    if n < 2 {
        return Value::Missing;
    }
    #[expect(clippy::cast_precision_loss, reason = "cases are small")]
    let degrees = (n * (n - 1)) as f64;
    let spread = match values[0] {
        Value::Float(_) => exact::spread(&floats(values)),
        _ => exact::spread_of_whole(&whole_numbers(values)),
    };
    let deviation = (spread / degrees).sqrt();
    match whole.ty.kind {
        Kind::Money | Kind::Duration => match (ops::round_half_even(deviation), &whole.ty.kind) {
            (Some(amount), Kind::Money) => Value::Money(amount),
            (Some(micros), _) => Value::Duration(Duration { days: 0, micros }),
            (None, _) => ops::fault(FaultKind::Overflow, site(whole.span)),
        },
        _ => Value::float(deviation),
    }
}
