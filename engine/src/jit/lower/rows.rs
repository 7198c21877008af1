//! What forms need to know of a source: how its rows lie in time, and whether some may be missing.

use super::Why;
use crate::plan::{Plan, TimelineId};
use watchfire_dsl::program::{ColumnId, ExprKind, Program, SourceId, SourceKind, SourceTime};

/// How rows lie in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Timeless,
    Events,
    States,
}

/// The rows of a source that forms can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) source: SourceId,
    pub(super) shape: Shape,
    /// Some may be known to be missing.
    pub(super) expected: bool,
    /// They are those of several tables.
    pub(super) union: bool,
}

impl Rows {
    /// The rows of a table, of the starts or ends of one, or of a union whose parts lie in time alike.
    ///
    /// # Errors
    /// Why forms cannot be about them.
    pub(super) fn of(program: &Program, source: SourceId) -> Result<Self, Why> {
        let rows = |shape, expected| Self { source, shape, expected, union: false };
        match program.sources.get(source.index()).map(|source| &source.kind) {
            Some(SourceKind::Table(table)) => {
                let shape = match table.time {
                    SourceTime::Timeless => Shape::Timeless,
                    SourceTime::Events { .. } => Shape::Events,
                    SourceTime::State { .. } => Shape::States,
                };
                Ok(rows(shape, table.expect.is_some()))
            }
            Some(SourceKind::Edges { of, .. }) => Ok(rows(Shape::Events, Self::of(program, *of)?.expected)),
            Some(SourceKind::Union(parts)) => {
                let parts: Vec<Self> =
                    parts.iter().map(|part| Self::of(program, part.source)).collect::<Result<_, _>>()?;
                let shape = parts.first().ok_or(Why::Rows)?.shape;
                let alike = shape != Shape::Timeless && parts.iter().all(|part| part.shape == shape);
                let expected = parts.iter().any(|part| part.expected);
                alike.then_some(Self { union: true, ..rows(shape, expected) }).ok_or(Why::Union)
            }
            Some(SourceKind::Derived(_)) => Err(Why::Derived),
            None => Err(Why::Rows),
        }
    }

    /// Those of a timeline.
    ///
    /// # Errors
    /// As [`Rows::of`].
    pub(super) fn in_timeline(program: &Program, plan: &Plan, timeline: TimelineId) -> Result<Self, Why> {
        Self::of(program, plan.timelines.get(timeline.0 as usize).ok_or(Why::Rows)?.source)
    }

    /// Whether they are events of which none is known to be missing.
    pub(super) fn are_settled(self) -> bool {
        self.shape == Shape::Events && !self.expected
    }
}

/// Whether a column holds an end that may not be known yet.
pub(super) fn is_open_end(program: &Program, source: SourceId, column: ColumnId) -> bool {
    match program.sources.get(source.index()).map(|source| &source.kind) {
        Some(SourceKind::Table(table)) => {
            matches!(table.time, SourceTime::State { until, known_ahead: false, .. } if until == column)
        }
        // At an end that has come it is known.
        Some(SourceKind::Edges { of, end }) => !end && is_open_end(program, *of, column),
        Some(SourceKind::Union(parts)) => parts.iter().any(|part| {
            let value = part.columns.get(column.index()).map(|value| &value.kind);
            let Some(ExprKind::Column { row, column, .. }) = value else { return false };
            row.is_own() && is_open_end(program, part.source, *column)
        }),
        Some(SourceKind::Derived(_)) | None => false,
    }
}
