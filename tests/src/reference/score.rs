//! Scores (docs/language.md §12.1).

use crate::reference::exact;
use crate::reference::expression::site;
use crate::reference::world::{Scope, World};
use watchfire_dsl::program::{Expr, Kind};
use watchfire_stdlib::ops;
use watchfire_stdlib::value::{FaultKind, Value};

impl World<'_> {
    /// The sum of the weights whose condition is true.
    pub(super) fn score(&self, rules: &[(Expr, Expr)], whole: &Expr, scope: &Scope<'_>) -> Value {
        let mut weights = Vec::new();
        for (weight, condition) in rules {
            let condition = self.value(condition, scope);
            let weight = if condition.is_true() { self.value(weight, scope) } else { Value::Missing };
            if let Some(fault) = [&condition, &weight].into_iter().find(|value| matches!(value, Value::Fault(_))) {
                return fault.clone();
            }
            if condition.is_true() {
                weights.push(weight);
            }
        }
        if !weights.iter().all(Value::is_known) {
            return Value::Missing;
        }
        if whole.ty.kind == Kind::Int {
            let weights = weights.iter().map(|weight| if let Value::Int(n) = weight { *n } else { 0 });
            let sum = i64::try_from(exact::sum_of_whole(weights));
            return sum.map_or_else(|_| ops::fault(FaultKind::Overflow, site(whole.span)), Value::Int);
        }
        let weights: Vec<f64> =
            weights.iter().filter_map(|w| if let Value::Float(x) = w { Some(*x) } else { None }).collect();
        Value::float(exact::sum(&weights))
    }
}
