//! Scores: the sum of the weights whose condition is true (docs/language.md §12.1).

use super::Evaluator;
use crate::mutant::{Mutant, mutant};
use crate::plan::Node;
use watchfire_stdlib::exact::ExactSum;
use watchfire_stdlib::ops;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::{FaultKind, Value};

impl<'a> Evaluator<'a> {
    /// The score; the first fault in the order of the text is the score's.
    pub(super) fn score(&mut self, rules: &'a [(Node, Node)], node: &Node) -> Value {
        let (mut whole, mut sum, mut unknown) = (0i128, ExactSum::new(), false);
        for (weight, condition) in rules {
            match self.value(condition) {
                fault @ Value::Fault(_) => return fault,
                Value::Bool(true) => {}
                Value::Missing if mutant(Mutant::MissingScores) => {}
                _ => continue,
            }
            match self.value(weight) {
                fault @ Value::Fault(_) => return fault,
                Value::Int(weight) => whole += i128::from(weight),
                Value::Float(weight) => sum.add(weight),
                _ => unknown = true,
            }
        }
        match node.ty {
            _ if unknown => Value::Missing,
            Kind::Int => i64::try_from(whole).map_or_else(|_| ops::fault(FaultKind::Overflow, node.site), Value::Int),
            _ => Value::float(sum.result()),
        }
    }
}
