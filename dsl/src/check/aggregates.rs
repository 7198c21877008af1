//! Aggregates: which values they take, and what comes out.

use super::context::{Bound, Checker, Scope};
use super::kinds::{expression, is_amount, is_ordered, unknown};
use super::selections::Selected;
use crate::diagnostics::types::{AggregateForm, NotBetween, NotDefinedFor};
use crate::program::{Aggregate, AggregateFunction as A, Expr, ExprKind, From, Kind, SourceKind, Type, Value, Window};
use crate::source::Span;
use crate::syntax::{self, AggregateFunction as S};

/// How an aggregate is written.
fn name(function: &S) -> &'static str {
    match function {
        S::Count => "count",
        S::CountDistinct => "count distinct",
        S::Sum => "sum",
        S::Mean => "mean",
        S::Min => "min",
        S::Max => "max",
        S::Stddev => "stddev",
        S::Median => "median",
        S::Quantile(_) => "quantile",
        S::MostCommon => "most common",
        S::First => "first",
        S::Last => "last",
        S::Any => "any",
        S::All => "all",
        S::None => "none",
        S::The => "the",
        S::List => "list",
        S::LongestRun => "longest run where",
        S::MaxOverlap => "max overlap",
        S::Trend => "trend",
    }
}

impl Checker<'_> {
    /// `count distinct x from S where … over …`
    pub(super) fn aggregate(&mut self, scope: &mut Scope, a: &syntax::Aggregate, span: Span) -> Expr {
        let word = name(&a.function);
        let function = match &a.function {
            S::Count => Some(A::Count),
            S::CountDistinct => Some(A::CountDistinct),
            S::Sum => Some(A::Sum),
            S::Mean => Some(A::Mean),
            S::Min => Some(A::Min),
            S::Max => Some(A::Max),
            S::Stddev => Some(A::Stddev),
            S::Median => Some(A::Quantile(0.5)),
            S::Quantile(share) => self.share(share),
            S::MostCommon => Some(A::MostCommon),
            S::First => Some(A::First),
            S::Last => Some(A::Last),
            S::Any => Some(A::Any),
            S::All => Some(A::All),
            S::None => Some(A::None),
            S::The => Some(A::The),
            S::List => Some(A::List),
            S::LongestRun => Some(A::LongestRun),
            S::MaxOverlap => Some(A::MaxOverlap),
            S::Trend => Some(A::Trend),
        };
        if a.selection.is_none() && scope.in_table {
            return self.group_aggregate(scope, a, function, word, span);
        }
        let Some(selection) = &a.selection else {
            self.report(AggregateForm { at: span, example: format!("{word} … from …") });
            return unknown(span);
        };
        let Selected { slot, from, of, bound } = self.selection_source(scope, selection);
        let of_findings = matches!(from, Some(From::Findings(_)));
        Self::bind(scope, selection.row.as_ref(), bound.clone());
        let want = match a.function {
            S::Any | S::All | S::None | S::LongestRun => Some(&Kind::Bool),
            _ => None,
        };
        let value = a.value.as_ref().map(|value| self.expr(scope, value, want));
        let filter = selection.filter.as_ref().map(|filter| self.truth(scope, filter, None));
        scope.rows.pop();
        let window = match &selection.window {
            Some(window) => match self.window(scope, window, selection, &bound) {
                Some(window) => Some(window),
                None => return unknown(span),
            },
            None => None,
        };
        let value = match (&a.function, value) {
            (S::Count, Some(_)) => {
                self.report(AggregateForm { at: span, example: "count from …".to_owned() });
                return unknown(span);
            }
            (S::Count | S::Any | S::None | S::MaxOverlap, None) => None,
            (_, None) => {
                self.report(AggregateForm { at: span, example: format!("{word} … from …") });
                return unknown(span);
            }
            (_, Some(value)) => Some(value),
        };
        let (Some(function), Some(from)) = (function, from) else { return unknown(span) };
        if !self.takes_such_rows(function, word, &from, window.is_some(), selection.span) {
            return unknown(span);
        }
        let Some((value, mut ty)) = self.aggregate_type(function, word, value) else { return unknown(span) };
        let at_least = matches!(function, A::Count | A::MaxOverlap);
        ty.optional |= window.is_some() && !of_findings && self.has_coverage(&from) && !at_least;
        let outside = of.as_deref().into_iter().chain(window.as_ref().and_then(Window::event));
        ty.optional |= outside.into_iter().any(|e| e.ty.optional);
        // Near a place that is missing there is nothing to say, not even how many.
        ty.optional |= from.parts().iter().any(|part| part.ty.optional);
        let selection = crate::program::Selection { slot, from, of, filter, window };
        expression(ExprKind::Aggregate(Box::new(Aggregate { function, value, selection })), ty, span)
    }

    /// `q` of `quantile(q)`.
    pub(super) fn share(&mut self, share: &syntax::Expr) -> Option<A> {
        let value = self.expr(&mut Scope::empty(), share, Some(&Kind::Float));
        let value = self.need(value, &Kind::Float, None);
        match self.fixed(&value)? {
            Value::Float(q) if (0.0..=1.0).contains(&q) => Some(A::Quantile(q)),
            _ => {
                self.report(NotBetween { at: share.span, low: "0".to_owned(), high: "1".to_owned() });
                None
            }
        }
    }

    pub(super) fn aggregate_type(
        &mut self,
        function: A,
        word: &str,
        value: Option<Expr>,
    ) -> Option<(Option<Expr>, Type)> {
        let Some(value) = value else {
            let kind = if matches!(function, A::Count | A::MaxOverlap) { Kind::Int } else { Kind::Bool };
            return Some((None, Type::new(kind)));
        };
        let kind = value.ty.kind.clone();
        if kind == Kind::Unknown {
            return None;
        }
        let fits = match function {
            A::Sum | A::Mean | A::Stddev | A::Quantile(_) => is_amount(&kind),
            // A slope would be lost in the four decimal places of money.
            A::Trend => is_amount(&kind) && kind != Kind::Money,
            A::Min | A::Max => is_ordered(&kind),
            A::Any | A::All | A::None | A::Held { .. } | A::LongestRun => {
                let value = self.need(value, &Kind::Bool, None);
                let kind = if function == A::LongestRun { Kind::Int } else { Kind::Bool };
                return (value.ty.kind != Kind::Unknown).then(|| (Some(value), Type::new(kind)));
            }
            _ => !matches!(kind, Kind::List(_)),
        };
        if !fits {
            let found = vec![self.kind_name(&kind)];
            self.report(NotDefinedFor { at: value.span, operator: word.to_owned(), found });
            return None;
        }
        let private = value.ty.private;
        let ty = match function {
            A::Count | A::CountDistinct => Type::new(Kind::Int),
            A::Sum => Type { kind, optional: false, private },
            A::Mean | A::Stddev | A::Quantile(_) | A::Trend if kind == Kind::Int => {
                Type { kind: Kind::Float, optional: true, private }
            }
            A::List => Type { kind: Kind::List(Box::new(kind)), optional: false, private },
            _ => Type { kind, optional: true, private },
        };
        Some((Some(value), ty))
    }

    /// Whether a window over these rows may be covered in part.
    pub(super) fn has_coverage(&self, from: &From) -> bool {
        let source = match from {
            From::Rows { source, .. } | From::Entities { source, .. } | From::Near { source, .. } => *source,
            From::Group | From::Findings(_) => return false,
        };
        let expects = |id| match &self.source(id).kind {
            SourceKind::Table(table) => table.expect.is_some(),
            SourceKind::Union(_) | SourceKind::Derived(_) | SourceKind::Edges { .. } => false,
        };
        match &self.source(source).kind {
            SourceKind::Table(_) => expects(source),
            SourceKind::Union(parts) => parts.iter().any(|part| expects(part.source)),
            SourceKind::Derived(table) => self.has_coverage(&table.selection.from),
            SourceKind::Edges { of, .. } => expects(*of),
        }
    }

    /// The kind of rows a selection without a known source stands for.
    pub(super) fn nothing_bound() -> Bound {
        Bound::Later
    }
}
