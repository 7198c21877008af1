//! Sequences in the plan: their rows, and how much their conditions depend on.

use super::node::{AggregateNode, Node, NodeKind};
use std::collections::BTreeSet;
use watchfire_dsl::program::{
    ColumnId, Expr, ExprKind, Move, Program, RowSlot, Selection, SourceId, SourceKind, SourceTime, StepRows, WindowSpan,
};

/// What a `match` model looks for.
#[derive(Clone, Debug)]
pub(crate) struct SequencePlan {
    /// Steps in event time.
    pub(crate) steps: Vec<StepPlan>,
    /// A last `without … within D`.
    pub(crate) deadline: Option<(RowsPlan, WindowSpan)>,
    /// Matches may share rows and time.
    pub(crate) overlapping: bool,
    /// `warn at T`
    pub(crate) at: Option<Node>,
}

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct StepPlan {
    /// Its rows.
    pub(crate) rows: RowsPlan,
    /// Longest time since the step before.
    pub(crate) within: Option<WindowSpan>,
    /// What must not lie between the step before and this one.
    pub(crate) without: Vec<RowsPlan>,
    /// No later condition reads an earlier step: from a row of this step on, what follows is the same whatever was before.
    pub(crate) forgets: bool,
}

/// Rows of a step, or those that must be absent.
#[derive(Clone, Debug)]
pub(crate) struct RowsPlan {
    /// The aggregate `any from …` whose rows and filter are meant.
    pub(crate) any: Node,
    /// What the filter depends on.
    pub(crate) depends: Depends,
}

/// What a condition of a sequence depends on; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depends {
    /// On cells of its own row that never change: it can be decided once.
    OwnCells,
    /// On cells of rows of the sequence: it changes only where such a row appears, changes or vanishes.
    Rows,
    /// On facts, aggregates and so on: it may change whenever something becomes known.
    Anything,
}

impl RowsPlan {
    /// The rows and their filter.
    pub(crate) fn aggregate(&self) -> Option<&AggregateNode> {
        match &self.any.kind {
            NodeKind::Aggregate(aggregate) => Some(aggregate),
            _ => None,
        }
    }
}

impl SequencePlan {
    /// Every expression of it.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.rows().map(|rows| &rows.any).chain(&self.at)
    }

    /// The rows of all steps, and those that must be absent.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &RowsPlan> {
        let steps = self.steps.iter().flat_map(|step| std::iter::once(&step.rows).chain(&step.without));
        steps.chain(self.deadline.iter().map(|(rows, _)| rows))
    }
}

/// What the condition of these rows depends on.
pub(super) fn depends(program: &Program, rows: &StepRows) -> Depends {
    let Some(Selection { slot, filter, .. }) = rows.selection() else { return Depends::Anything };
    let mut found = Depends::OwnCells;
    if let Some(filter) = filter {
        filter.visit(&mut |e| found = found.max(expression(program, e, *slot)));
    }
    found
}

/// What one expression depends on, its parts aside.
fn expression(program: &Program, e: &Expr, own: RowSlot) -> Depends {
    match &e.kind {
        ExprKind::Column { row, source, column } => {
            let cell = cell(program, *source, *column);
            match row.moves.iter().any(|to| matches!(to, Move::After(_))) {
                // A row that comes later decides about chains that end before it.
                true => Depends::Anything,
                false if row.slot == own && row.is_own() => cell,
                false => cell.max(Depends::Rows),
            }
        }
        ExprKind::Constant(_)
        | ExprKind::Parameter(_)
        | ExprKind::This
        | ExprKind::Now
        | ExprKind::Component { .. }
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::InRange { .. }
        | ExprKind::InList { .. }
        | ExprKind::Call { .. } => Depends::OwnCells,
        _ => Depends::Anything,
    }
}

/// A cell changes where it is the end of a state, or where a union computes it from what changes.
fn cell(program: &Program, source: SourceId, column: ColumnId) -> Depends {
    match program.sources.get(source.index()).map(|source| &source.kind) {
        Some(SourceKind::Table(table)) => match table.time {
            SourceTime::State { until, known_ahead: false, .. } if until == column => Depends::Rows,
            _ => Depends::OwnCells,
        },
        Some(SourceKind::Union(parts)) => {
            let mut found = Depends::OwnCells;
            for value in parts.iter().filter_map(|part| part.column(column)) {
                value.visit(&mut |e| found = found.max(expression(program, e, RowSlot(0))));
            }
            found
        }
        Some(SourceKind::Edges { of, .. }) => cell(program, *of, column),
        Some(SourceKind::Derived(_)) | None => Depends::Anything,
    }
}

/// For each step: does no later condition read an earlier one?
pub(super) fn forgets(sequence: &watchfire_dsl::program::Sequence) -> Vec<bool> {
    let slots = sequence.slots();
    let read_by = |rows: &StepRows| {
        let mut read = BTreeSet::new();
        rows.any.visit(&mut |e| {
            if let ExprKind::Column { row, .. } = &e.kind {
                read.extend(slots.iter().position(|slot| *slot == row.slot));
            }
        });
        read.first().copied().unwrap_or(usize::MAX)
    };
    let deadline = sequence.deadline.iter().map(|(rows, _)| read_by(rows)).min().unwrap_or(usize::MAX);
    let earliest = |step: &watchfire_dsl::program::Step| {
        std::iter::once(&step.rows).chain(&step.without).map(read_by).min().unwrap_or(usize::MAX)
    };
    // Steps from the last back: the earliest step that is read from there on.
    let mut read = deadline;
    let mut forgets: Vec<bool> = Vec::new();
    for (index, step) in sequence.steps.iter().enumerate().rev() {
        forgets.push(read >= index);
        read = read.min(earliest(step));
    }
    forgets.reverse();
    forgets
}
