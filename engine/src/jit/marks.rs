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
use std::collections::{BTreeMap, HashMap};
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

/// Forms about the rows of a source, and which conditions of the plan are which of them.
#[derive(Default)]
struct Wanted {
    forms: Vec<Form>,
    conditions: Vec<(usize, usize)>,
}

impl Screening<'_> {
    /// The marks of these models' steps.
    pub(crate) fn marks(&self, models: impl Iterator<Item = ModelId>) -> Marks {
        let mut wanted: BTreeMap<SourceId, Wanted> = BTreeMap::new();
        for model in models.filter_map(|id| self.plan.model(id)) {
            let rows = model.sequence.iter().flat_map(|sequence| sequence.rows());
            for aggregate in rows.filter_map(|rows| rows.aggregate()) {
                if let Some(condition) = &aggregate.filter
                    && let Some(lower::Condition { source, form: Some(form), .. }) =
                        lower::condition(self.program, self.plan, model, self.parameters, (None, aggregate))
                    && self.worthwhile(source).is_some()
                {
                    let Wanted { forms, conditions } = wanted.entry(source).or_default();
                    let place = place_of(forms, |known| *known == form, || form.clone());
                    conditions.push((name(condition), place));
                }
            }
        }
        let mut marks = Marks::default();
        for (source, Wanted { forms, conditions }) in wanted {
            let Some(table) = self.store.table(source) else { continue };
            let made: Vec<Option<Arc<Vec<u8>>>> =
                self.masks(table, &forms).into_iter().map(|mask| mask.map(Arc::new)).collect();
            let found = conditions.into_iter().filter_map(|(condition, place)| Some((condition, made[place].clone()?)));
            marks.conditions.extend(found);
        }
        marks
    }
}
