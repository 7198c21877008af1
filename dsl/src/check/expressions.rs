//! Expressions: from syntax to typed, one construct at a time.

use super::context::{Bound, Checker, MAX_DEPTH, Scope};
use super::kinds::{expression, unknown};
use super::moves::is_move;
use crate::diagnostics::names::{NothingAtHand, TooLarge};
use crate::diagnostics::notyet::NotYet;
use crate::diagnostics::types::{MissingAlone, NotFixed};
use crate::program::{Expr, ExprKind, Kind, Type, Value};
use crate::source::Span;
use crate::syntax::{self, ExprKind as S};

impl Checker<'_> {
    /// A typed expression. `want` is the type that is needed where one is known: it tells which enum a variant belongs to
    /// and whether a plain number is an hour. That the result fits is for the caller to see to.
    pub(super) fn expr(&mut self, scope: &mut Scope, e: &syntax::Expr, want: Option<&Kind>) -> Expr {
        if !self.enter(e.span) {
            return unknown(e.span);
        }
        let typed = self.expr_inside(scope, e, want);
        self.leave();
        typed
    }

    /// Goes one level deeper, unless that is too deep; each success needs a [`Checker::leave`].
    pub(super) fn enter(&mut self, at: Span) -> bool {
        if self.depth >= MAX_DEPTH {
            self.report(TooLarge { at });
            return false;
        }
        if !self.grow(1, at) {
            return false;
        }
        self.depth += 1;
        true
    }

    /// Comes back from one level.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn expr_inside(&mut self, scope: &mut Scope, e: &syntax::Expr, want: Option<&Kind>) -> Expr {
        let span = e.span;
        let constant = |value, kind| expression(ExprKind::Constant(value), Type::new(kind), span);
        match &e.kind {
            S::Number { digits, unit } => self.number(digits, unit.as_ref(), span, want),
            S::Text(text) => constant(Value::Text(text.as_str().into()), Kind::Text),
            S::Date(text) => self.date(text, span),
            S::Time(text) => self.time(text, span),
            S::Bool(truth) => constant(Value::Bool(*truth), Kind::Bool),
            S::Clock(_) => {
                self.report(NotFixed { at: span });
                unknown(span)
            }
            S::Missing => {
                self.report(MissingAlone { at: span });
                unknown(span)
            }
            S::This => match scope.subject {
                Some(subject) if !scope.row_only => self.this(subject, span),
                _ => self.nothing_at_hand("this", span),
            },
            S::Now if scope.in_table => {
                self.not_in_table("now", span);
                unknown(span)
            }
            S::Peers(_) | S::Held(_) | S::Nearest { .. } | S::AsOf { .. } if scope.in_table => {
                let written = self.texts.text(span).to_owned();
                self.not_in_table(&written, span);
                unknown(span)
            }
            S::Now if scope.row_only || (scope.subject.is_none() && !scope.in_model) => {
                self.nothing_at_hand("now", span)
            }
            S::Now => expression(ExprKind::Now, Type::new(Kind::Time), span),
            S::Name(_) | S::Member { .. } => self.path(scope, e, want),
            S::Call { function, .. } if is_move(function).is_some() => self.path(scope, e, want),
            S::Call { function, arguments } => self.call(scope, function, arguments, span),
            S::Parenthesised(inner) => Expr { span, ..self.expr(scope, inner, want) },
            S::Unary { operator, operand } => self.unary(scope, *operator, operand, span),
            S::Binary { operator, left, right } => self.binary(scope, *operator, (left, right), span, want),
            S::InRange { value, range, negated } => self.in_range(scope, value, range, *negated, span),
            S::InList { value, items, negated } => self.in_list(scope, value, items, *negated, span),
            S::Aggregate(aggregate) => self.aggregate(scope, aggregate, span),
            S::Within { value, distance, of } => self.within(scope, value, distance, of, span),
            S::Inside { value, area } => self.inside(scope, value, area, span),
            S::AsOf { value, at } => self.as_of(scope, (value, at), span, want),
            S::Peers(peers) => self.peers(scope, peers, span),
            S::Held(held) => self.held(scope, held, span),
            S::Nearest { .. } => self.path(scope, e, want),
        }
    }

    /// Reports a construct that cannot run yet.
    pub(super) fn not_yet(&mut self, at: Span, construct: &str) {
        self.report(NotYet { at, construct: construct.to_owned() });
    }

    /// Reports `this` and its like where no entity is at hand.
    pub(super) fn nothing_at_hand(&mut self, name: &str, at: Span) -> Expr {
        self.report(NothingAtHand { at, name: name.to_owned() });
        unknown(at)
    }

    /// A condition.
    pub(super) fn truth(&mut self, scope: &mut Scope, e: &syntax::Expr, because: Option<Span>) -> Expr {
        let value = self.expr(scope, e, Some(&Kind::Bool));
        self.need(value, &Kind::Bool, because)
    }

    /// Whether a source's rows have no time.
    pub(super) fn is_timeless(&self, source: crate::program::SourceId) -> bool {
        use crate::program::{SourceKind, SourceTime};
        match &self.source(source).kind {
            SourceKind::Table(table) => table.time == SourceTime::Timeless,
            SourceKind::Union(parts) => parts.first().is_some_and(|part| self.is_timeless(part.source)),
            SourceKind::Derived(table) => !table.dated,
            SourceKind::Edges { .. } => false,
        }
    }

    /// The scope in which a selection's conditions are read: what is bound, innermost last.
    pub(super) fn bind(scope: &mut Scope, name: Option<&syntax::Name>, what: Bound) {
        scope.rows.push(super::context::Binding { name: name.map(|n| n.text.clone()), what });
    }
}
