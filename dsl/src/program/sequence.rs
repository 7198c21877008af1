//! Sequences: what `match …` looks for.

use super::{Expr, ExprKind, RowSlot, Selection, Trigger, WindowSpan};

/// `match a from A then b from B within D without C …`
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its steps, each strictly later in event time than the one before; at least one.
    pub steps: Vec<Step>,
    /// A last `without Y within D`: no row of Y after the last step, for D; at its end there is a match.
    pub deadline: Option<(StepRows, WindowSpan)>,
    /// Matches may share rows and time.
    pub overlapping: bool,
    /// `warn at T`: the instant that a warning speaks of.
    pub at: Option<Expr>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its rows.
    pub rows: StepRows,
    /// Longest time since the step before.
    pub within: Option<WindowSpan>,
    /// What must not lie strictly between the step before and this one.
    pub without: Vec<StepRows>,
}

/// Rows that a step chooses from, or that must be absent. They are held as the expression `any from …`: whatever walks
/// over expressions (reads, lookback, versions, the planner) so sees all that they depend on.
#[derive(Clone, Debug)]
pub struct StepRows {
    /// `any` without a value over the selection, which has no window.
    pub any: Expr,
}

impl StepRows {
    /// The selection: about the model's entity.
    pub fn selection(&self) -> Option<&Selection> {
        match &self.any.kind {
            ExprKind::Aggregate(aggregate) => Some(&aggregate.selection),
            _ => None,
        }
    }

    /// Names its rows.
    pub fn slot(&self) -> Option<RowSlot> {
        self.selection().map(|selection| selection.slot)
    }
}

impl Sequence {
    /// The row variables of the steps, in order.
    pub fn slots(&self) -> Vec<RowSlot> {
        self.steps.iter().filter_map(|step| step.rows.slot()).collect()
    }

    /// The rows of the steps, and those that must be absent.
    pub fn rows(&self) -> impl Iterator<Item = &StepRows> {
        let steps = self.steps.iter().flat_map(|step| std::iter::once(&step.rows).chain(&step.without));
        steps.chain(self.deadline.iter().map(|(rows, _)| rows))
    }
}

impl Trigger {
    /// The expressions of a trigger.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Trigger::Every(_) => Vec::new(),
            Trigger::On { filter, .. } => filter.iter().collect(),
            Trigger::Match(sequence) => sequence.rows().map(|rows| &rows.any).chain(&sequence.at).collect(),
        }
    }

    /// The same, to change them.
    pub fn expressions_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Trigger::Every(_) => Vec::new(),
            Trigger::On { filter, .. } => filter.iter_mut().collect(),
            Trigger::Match(sequence) => {
                let Sequence { steps, deadline, at, .. } = &mut **sequence;
                let steps = steps.iter_mut().flat_map(|step| std::iter::once(&mut step.rows).chain(&mut step.without));
                let rows = steps.chain(deadline.iter_mut().map(|(rows, _)| rows));
                rows.map(|rows| &mut rows.any).chain(at).collect()
            }
        }
    }
}
