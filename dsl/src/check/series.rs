//! Aggregates that look at rows one after the other: runs, overlaps, trends, conditions that held.

use super::context::{Checker, Scope};
use super::kinds::{expression, unknown};
use super::selections::Selected;
use crate::diagnostics::series::{OverlapOfEvents, OverlapWithoutWindow, SeriesOfEntities, SeriesWithoutTime};
use crate::program::{
    Aggregate, AggregateFunction as A, Expr, ExprKind, From, Kind, Selection, SourceId, SourceKind, SourceTime, Type,
    Window,
};
use crate::source::Span;
use crate::syntax;

impl Checker<'_> {
    /// `held (COND) for D samples within G from S`
    pub(super) fn held(&mut self, scope: &mut Scope, held: &syntax::Held, span: Span) -> Expr {
        let Selected { slot, from, of, bound } = self.selection_source(scope, &held.selection);
        Self::bind(scope, held.selection.row.as_ref(), bound.clone());
        let value = self.truth(scope, &held.condition, None);
        let filter = held.selection.filter.as_ref().map(|filter| self.truth(scope, filter, None));
        scope.rows.pop();
        let least = self.window_span(scope, &held.duration);
        let gap = self.window_span(scope, &held.gap);
        let window = match &held.selection.window {
            Some(window) => match self.window(scope, window, &held.selection, &bound) {
                Some(window) => Some(window),
                None => return unknown(span),
            },
            None => None,
        };
        let (Some(from), Some(least), Some(gap)) = (from, least, gap) else { return unknown(span) };
        let function = A::Held { least, gap };
        let fits = self.takes_such_rows(function, "held", &from, window.is_some(), held.selection.span);
        if !fits || value.ty.kind == Kind::Unknown {
            return unknown(span);
        }
        let mut ty = Type::new(Kind::Bool);
        ty.optional = window.is_some() && self.has_coverage(&from);
        let outside = of.as_deref().into_iter().chain(window.as_ref().and_then(Window::event)).chain(from.parts());
        ty.optional |= outside.into_iter().any(|e| e.ty.optional);
        let selection = Selection { slot, from, of, filter, window };
        expression(ExprKind::Aggregate(Box::new(Aggregate { function, value: Some(value), selection })), ty, span)
    }

    /// Whether an aggregate can be taken over these rows; where it cannot, that is reported.
    pub(super) fn takes_such_rows(&mut self, function: A, word: &str, from: &From, window: bool, at: Span) -> bool {
        let overlap = function == A::MaxOverlap;
        if !overlap && !matches!(function, A::LongestRun | A::Trend | A::Held { .. }) {
            return true;
        }
        let aggregate = word.to_owned();
        let source = match from {
            From::Rows { source, .. } | From::Near { source, .. } => *source,
            From::Entities { .. } => {
                self.report(SeriesOfEntities { at, aggregate });
                return false;
            }
            From::Findings(_) if overlap => {
                self.report(OverlapOfEvents { at, source: "findings of".to_owned(), declared: None });
                return false;
            }
            From::Findings(_) | From::Group => return true,
        };
        let declared = self.source(source);
        let (name, place) = (declared.name.to_string(), Some(declared.span));
        if overlap && !self.is_state(source) {
            self.report(OverlapOfEvents { at, source: name, declared: place });
        } else if overlap && !window {
            self.report(OverlapWithoutWindow { at });
        } else if function != A::LongestRun && self.is_timeless(source) {
            self.report(SeriesWithoutTime { at, source: name, aggregate, declared: place });
        } else {
            return true;
        }
        false
    }

    /// Whether a source's rows are true for an interval.
    fn is_state(&self, source: SourceId) -> bool {
        match &self.source(source).kind {
            SourceKind::Table(table) => matches!(table.time, SourceTime::State { .. }),
            SourceKind::Union(parts) => parts.iter().all(|part| self.is_state(part.source)),
            SourceKind::Derived(_) | SourceKind::Edges { .. } => false,
        }
    }
}
