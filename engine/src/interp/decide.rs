//! One evaluation of a model: is there a finding, of which level, about whom (docs/language.md §2.4, §2.5).

use super::Evaluator;
use crate::mutant::{Mutant, mutant};
use crate::timeline::RowRef;
use watchfire_dsl::program::SourceId;
use watchfire_stdlib::value::{EntityKey, Fault, Level, Value};

/// The row in which a fault arose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FaultRow {
    /// Its source or union.
    pub(crate) source: SourceId,
    /// The row.
    pub(crate) row: RowRef,
}

/// What an evaluation comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decision {
    /// Nothing to say.
    Nothing,
    /// A finding.
    Finding {
        /// Its level.
        level: Level,
        /// What it is about.
        about: EntityKey,
        /// Which of the plan's level rules applied.
        rule: usize,
    },
    /// A fault reached a decision.
    Failure {
        /// The fault.
        fault: Fault,
        /// The row in which it arose, if it arose in one of many.
        row: Option<FaultRow>,
    },
}

impl<'a> Evaluator<'a> {
    /// Decides the evaluation begun with [`Evaluator::begin`].
    pub(crate) fn decide(&mut self) -> Decision {
        match self.try_decide() {
            Ok(decision) => decision,
            Err(fault) => Decision::Failure { fault, row: self.fault_rows.get(&fault).copied() },
        }
    }

    fn try_decide(&mut self) -> Result<Decision, Fault> {
        let model = self.model;
        for condition in model.filter.iter().chain([&model.condition]) {
            let value = self.value(condition);
            if !is_true(&value)? {
                return Ok(Decision::Nothing);
            }
        }
        let mut applied = None;
        for (index, rule) in model.rules.iter().enumerate() {
            let holds = match &rule.condition {
                None => true,
                Some(condition) => is_true(&self.value(condition))?,
            };
            if holds {
                applied = Some((index, rule.level));
                break;
            }
        }
        let Some((rule, level)) = applied else { return Ok(Decision::Nothing) };
        let about = match &model.about {
            None => self.subjects[self.entity].key.clone(),
            Some(about) => match self.value(about) {
                Value::Entity(key) => key,
                Value::Fault(fault) => return Err(fault),
                _ => return Ok(Decision::Nothing),
            },
        };
        Ok(Decision::Finding { level, about, rule })
    }
}

/// Only true decides; a fault that reaches a decision is a failure.
fn is_true(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Fault(fault) if !mutant(Mutant::FaultAsMissing) => Err(*fault),
        value => Ok(value.is_true()),
    }
}
