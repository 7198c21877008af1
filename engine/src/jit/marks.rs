//! Marks: what compiled code says of the rows that the steps of sequences choose from.
//!
//! A step's `where` may speak of other steps' rows. What it says of its own row alone is often enough to leave the row out,
//! and where that is all it says, to take it.

use super::code::{RULE, UNDECIDED};

use super::form::Form;
use super::lower;
use super::lower::name;
use super::pass::place_of;
use super::screen::Screening;
use crate::mutant::{Mutant, mutant};
use crate::plan::Node;
use std::collections::HashMap;
use std::sync::Arc;
use watchfire_dsl::program::{ModelId, SourceId};

/// For conditions of steps, by their place in the plan: what is decided about each row of their table.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    conditions: HashMap<usize, Arc<Vec<u8>>>,
}

impl Marks {
    /// Whether a condition holds for a row, as far as the row alone tells: `Some(false)`: it does not, whatever else there
    /// is; `Some(true)`: all that speaks of the row alone does.
    pub(crate) fn of(&self, condition: &Node) -> Option<impl Fn(u32) -> Option<bool> + '_> {
        let marks = self.conditions.get(&name(condition))?;
        Some(|row: u32| match marks.get(row as usize) {
            Some(0) => Some(false),
            Some(&RULE) => Some(true),
            Some(&UNDECIDED) if mutant(Mutant::UnsureScreenedOut) => Some(false),
            _ => None,
        })
    }
}

/// A form about the rows of a source.
type Wanted = (SourceId, Form);

impl Screening<'_> {
    /// The marks of these models' steps.
    pub(crate) fn marks(&self, models: impl Iterator<Item = ModelId>) -> Marks {
        let mut made: Vec<(Wanted, Option<Arc<Vec<u8>>>)> = Vec::new();
        let mut marks = Marks::default();
        for model in models.filter_map(|id| self.plan.model(id)) {
            let rows = model.sequence.iter().flat_map(|sequence| sequence.rows());
            for aggregate in rows.filter_map(|rows| rows.aggregate()) {
                if let Some(condition) = &aggregate.filter
                    && let Some(lower::Condition { source, form: Some(form), .. }) =
                        lower::condition(self.program, self.plan, model, self.parameters, (None, aggregate))
                    && let Some(table) = self.worthwhile(source)
                {
                    let wanted = (source, form);
                    let mask = || (wanted.clone(), self.mask(table, &wanted.1).map(Arc::new));
                    let place = place_of(&mut made, |(known, _)| *known == wanted, mask);
                    if let Some(found) = &made[place].1 {
                        marks.conditions.insert(name(condition), found.clone());
                    }
                }
            }
        }
        marks
    }
}
