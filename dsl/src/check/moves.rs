//! From a row to another one: `r.before`, `r.before(2)`, `r.before(1 year)`, `r.after`.

use super::context::{Checker, Scope};
use super::paths::Resolved;
use crate::diagnostics::names::NoRowBefore;
use crate::diagnostics::types::{ArgumentCount, NotBetween, TypeMismatch};
use crate::keywords::Keyword;
use crate::program::{Kind, Move, Row, SourceId, Value, WindowSpan};
use crate::source::Span;
use crate::syntax::{self, ExprKind as S, Name};

/// Nobody looks farther than so many rows.
const MOST: i64 = 1_000_000;

/// In which direction a name leads from a row to another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Before,
    After,
}

/// `before` or `after`, in either language.
fn direction(name: &str) -> Option<Direction> {
    match Keyword::find(name)?.keyword {
        Keyword::Before => Some(Direction::Before),
        Keyword::After => Some(Direction::After),
        _ => None,
    }
}

/// The row and the name where `r.before` or `r.after` is called.
pub(super) fn is_move(function: &syntax::Expr) -> Option<(&syntax::Expr, &Name)> {
    match &function.kind {
        S::Member { base, name } if direction(&name.text).is_some() => Some((base, name)),
        _ => None,
    }
}

impl Checker<'_> {
    /// `r.before`, `r.after`, where no column of the source has that name.
    pub(super) fn neighbour(&mut self, row: Row, source: SourceId, name: &Name) -> Resolved {
        let to = match direction(&name.text) {
            Some(Direction::Before) => Move::Before(1),
            Some(Direction::After) => Move::After(1),
            None => {
                self.unknown_column(source, name);
                return Resolved::Later;
            }
        };
        if self.has_no_order(source, name) {
            return Resolved::Later;
        }
        Resolved::Row(row.moved(to), source)
    }

    /// `r.before(…)`, `r.after(…)`
    pub(super) fn moved_row(
        &mut self,
        scope: &mut Scope,
        function: &syntax::Expr,
        arguments: &[syntax::Expr],
        span: Span,
    ) -> Resolved {
        let Some((base, name)) = is_move(function) else { return Resolved::Later };
        let (row, source) = match self.resolve(scope, base, None) {
            Resolved::Row(row, source) => (row, source),
            other => return self.resolve_member(scope, other, base, name, span),
        };
        if self.has_no_order(source, name) {
            return Resolved::Later;
        }
        match self.how_far(scope, name, arguments, span) {
            Some(to) => Resolved::Row(row.moved(to), source),
            None => Resolved::Later,
        }
    }

    fn has_no_order(&mut self, source: SourceId, name: &Name) -> bool {
        let timeless = self.is_timeless(source);
        if timeless {
            let source = self.source(source).name.to_string();
            self.report(NoRowBefore { at: name.span, source });
        }
        timeless
    }

    fn how_far(&mut self, scope: &mut Scope, name: &Name, arguments: &[syntax::Expr], at: Span) -> Option<Move> {
        let after = direction(&name.text) == Some(Direction::After);
        let [argument] = arguments else {
            let signature = format!("{}({})", name.text, if after { "Int" } else { "Int or Duration" });
            let (function, found) = (name.text.clone(), arguments.len());
            self.report(ArgumentCount { at, function, expected: 1, found, signature });
            return None;
        };
        if !after && is_quantity(argument) {
            return self.window_span(scope, argument).map(Move::Earlier);
        }
        let value = self.expr(scope, argument, Some(&Kind::Int));
        match value.ty.kind {
            Kind::Unknown => None,
            Kind::Int => match self.fixed(&value)? {
                Value::Int(n) if (1..=MOST).contains(&n) => {
                    let n = u32::try_from(n).ok()?;
                    Some(if after { Move::After(n) } else { Move::Before(n) })
                }
                _ => {
                    let (low, high) = ("1".to_owned(), MOST.to_string());
                    self.report(NotBetween { at: argument.span, low, high });
                    None
                }
            },
            Kind::Duration if !after => {
                let span: Option<WindowSpan> = self.window_span(scope, argument);
                span.map(Move::Earlier)
            }
            ref kind => {
                let expected = if after { "Int" } else { "Int or Duration" }.to_owned();
                let found = self.kind_name(kind);
                self.report(TypeMismatch { at: argument.span, expected, found, because: None });
                None
            }
        }
    }
}

/// A number with a unit.
fn is_quantity(e: &syntax::Expr) -> bool {
    match &e.kind {
        S::Parenthesised(inner) => is_quantity(inner),
        S::Number { unit, .. } => unit.is_some(),
        _ => false,
    }
}
