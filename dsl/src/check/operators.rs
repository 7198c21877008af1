//! Operators: which operands fit together, and what comes out.

use super::context::{Checker, Scope};
use super::kinds::{dimension_of, expression, fits, is_amount, is_ordered, kind_of, unknown, widen};
use crate::diagnostics::Edits;
use crate::diagnostics::lints::{NeverMissing, NotEqualLosesMissing};
use crate::diagnostics::models::ReversedRange;
use crate::diagnostics::types::{NoOrder, NotDefinedFor};
use crate::program::{Expr, ExprKind, Kind, Type, Value};
use crate::source::Span;
use crate::syntax::{self, BinaryOperator as B, UnaryOperator as U};

/// How an operator is written.
pub(super) fn sign(operator: B) -> &'static str {
    match operator {
        B::Or => "or",
        B::And => "and",
        B::Equal => "=",
        B::NotEqual => "!=",
        B::Less => "<",
        B::LessOrEqual => "<=",
        B::Greater => ">",
        B::GreaterOrEqual => ">=",
        B::Is => "is",
        B::IsNot => "is not",
        B::Otherwise => "??",
        B::Add => "+",
        B::Subtract => "-",
        B::Multiply => "*",
        B::Divide => "/",
        B::Remainder => "%",
    }
}

impl Checker<'_> {
    /// `not x`, `-x`
    pub(super) fn unary(&mut self, scope: &mut Scope, operator: U, operand: &syntax::Expr, span: Span) -> Expr {
        let want = if operator == U::Not { Some(&Kind::Bool) } else { None };
        let value = self.expr(scope, operand, want);
        match operator {
            U::Not => {
                let value = self.need(value, &Kind::Bool, Some(span));
                let ty = value.ty.clone();
                expression(ExprKind::Unary(operator, Box::new(value)), ty, span)
            }
            U::Negate if is_amount(&value.ty.kind) => {
                let ty = value.ty.clone();
                let negated = expression(ExprKind::Unary(operator, Box::new(value)), ty.clone(), span);
                match self.fold(&negated) {
                    Some(value) => expression(ExprKind::Constant(value), ty, span),
                    None => negated,
                }
            }
            U::Negate => {
                let found = vec![self.kind_name(&value.ty.kind)];
                self.report(NotDefinedFor { at: span, operator: "-".to_owned(), found });
                unknown(span)
            }
        }
    }

    /// `a op b`
    pub(super) fn binary(
        &mut self,
        scope: &mut Scope,
        operator: B,
        (left, right): (&syntax::Expr, &syntax::Expr),
        span: Span,
        want: Option<&Kind>,
    ) -> Expr {
        match operator {
            B::Or | B::And => {
                let left = self.expr(scope, left, Some(&Kind::Bool));
                let left = self.need(left, &Kind::Bool, None);
                let right = self.expr(scope, right, Some(&Kind::Bool));
                let right = self.need(right, &Kind::Bool, None);
                let ty = self.joined(Kind::Bool, &left, &right);
                expression(ExprKind::Binary(operator, Box::new(left), Box::new(right)), ty, span)
            }
            B::Equal | B::NotEqual | B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual => {
                let (left, right) = self.operands(scope, left, right);
                self.comparison(operator, left, right, span)
            }
            B::Is | B::IsNot => self.is(scope, operator, left, right, span),
            B::Otherwise => {
                let left = self.expr(scope, left, want);
                let kind = left.ty.kind.clone();
                let right = self.expr(scope, right, Some(&kind));
                let (left, right) = match (&left.ty.kind, &right.ty.kind) {
                    (Kind::Int, Kind::Float) => (widen(left), right),
                    (Kind::Float, Kind::Int) => (left, widen(right)),
                    (a, b) if fits(a, b) => (left, right),
                    _ => {
                        self.differ(&left, &right, span);
                        return unknown(span);
                    }
                };
                let kind = if left.ty.kind == Kind::Unknown { &right.ty.kind } else { &left.ty.kind }.clone();
                let private = left.ty.private || right.ty.private;
                let ty = Type { kind, optional: right.ty.optional, private };
                expression(ExprKind::Binary(operator, Box::new(left), Box::new(right)), ty, span)
            }
            B::Add | B::Subtract => {
                let (left, right) = self.operands(scope, left, right);
                self.arithmetic(operator, left, right, span)
            }
            B::Multiply | B::Divide | B::Remainder => {
                let left = self.expr(scope, left, None);
                let right = self.expr(scope, right, None);
                self.arithmetic(operator, left, right, span)
            }
        }
    }

    /// Both operands, each checked with the other's type in mind: names of variants and plain numbers take it.
    fn operands(&mut self, scope: &mut Scope, left: &syntax::Expr, right: &syntax::Expr) -> (Expr, Expr) {
        if self.needs_context(scope, left) && !self.needs_context(scope, right) {
            let right = self.expr(scope, right, None);
            let left = self.expr(scope, left, Some(&right.ty.kind));
            return (left, right);
        }
        let left = self.expr(scope, left, None);
        let right = self.expr(scope, right, Some(&left.ty.kind));
        (left, right)
    }

    /// Whether only the other operand can tell what is meant.
    fn needs_context(&self, scope: &Scope, e: &syntax::Expr) -> bool {
        match &e.kind {
            syntax::ExprKind::Number { unit: None, .. } => true,
            syntax::ExprKind::Name(name) => !self.is_bound(scope, name),
            syntax::ExprKind::Parenthesised(inner) => self.needs_context(scope, inner),
            _ => false,
        }
    }

    /// Type of a result of two operands: it may be missing if one of them may.
    fn joined(&self, kind: Kind, left: &Expr, right: &Expr) -> Type {
        let private = kind != Kind::Bool && (left.ty.private || right.ty.private);
        Type { kind, optional: left.ty.optional || right.ty.optional, private }
    }

    fn comparison(&mut self, operator: B, left: Expr, right: Expr, span: Span) -> Expr {
        if !self.comparable(&left, &right, span) {
            return unknown(span);
        }
        let order = !matches!(operator, B::Equal | B::NotEqual);
        if order && !is_ordered(&left.ty.kind) {
            let found = self.kind_name(&left.ty.kind);
            self.report(NoOrder { at: span, found });
            return unknown(span);
        }
        if operator == B::NotEqual {
            self.lint_not_equal(&left, &right);
        }
        let ty = self.joined(Kind::Bool, &left, &right);
        expression(ExprKind::Binary(operator, Box::new(left), Box::new(right)), ty, span)
    }

    /// `!=` leaves out rows where a side is missing: `is not` keeps them.
    fn lint_not_equal(&mut self, left: &Expr, right: &Expr) {
        let Some(missing) = [left, right].into_iter().find(|e| e.ty.optional && e.ty.kind != Kind::Unknown) else {
            return;
        };
        let gap = Span { file: left.span.file, start: left.span.end, end: right.span.start };
        let text = self.texts.text(gap);
        let Some((at, sign)) = ["!=", "！=", "≠", "<>"].iter().find_map(|s| text.find(s).map(|at| (at, *s))) else {
            return;
        };
        let start = gap.start as usize + at;
        let operator = Span::new(gap.file, start, start + sign.len());
        let blank_before = text[..at].ends_with(char::is_whitespace);
        let blank_after = text[at + sign.len()..].starts_with(char::is_whitespace);
        let is_not = if blank_before { "is not" } else { " is not" };
        let replacement = if blank_after { is_not.to_owned() } else { format!("{is_not} ") };
        let left = self.texts.text(missing.span).to_owned();
        self.report(NotEqualLosesMissing { at: operator, left, replace: Edits::replace(operator, replacement) });
    }

    /// Whether two values may be compared; an error is reported where they may not.
    pub(super) fn comparable(&mut self, left: &Expr, right: &Expr, span: Span) -> bool {
        let fit = match (&left.ty.kind, &right.ty.kind) {
            (Kind::Unknown, _) | (_, Kind::Unknown) => true,
            (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => true,
            (Kind::Hour, Kind::Int) | (Kind::Int, Kind::Hour) => true,
            (Kind::List(_), _) | (_, Kind::List(_)) => false,
            (a, b) => a == b,
        };
        if !fit {
            self.differ(left, right, span);
        }
        fit
    }

    fn is(&mut self, scope: &mut Scope, operator: B, left: &syntax::Expr, right: &syntax::Expr, span: Span) -> Expr {
        let ty = Type::new(Kind::Bool);
        if matches!(right.kind, syntax::ExprKind::Missing) {
            let value = self.expr(scope, left, None);
            let never = matches!(&value.kind, ExprKind::Column { row, .. } if row.is_own());
            if never && !value.ty.optional && value.ty.kind != Kind::Unknown {
                let name = self.texts.text(value.span).to_owned();
                self.report(NeverMissing { at: span, name });
            }
            let kind = value.ty.kind.clone();
            let missing = expression(ExprKind::Constant(Value::Missing), Type::new(kind).optional(), right.span);
            return expression(ExprKind::Binary(operator, Box::new(value), Box::new(missing)), ty, span);
        }
        let (left, right) = self.operands(scope, left, right);
        if !self.comparable(&left, &right, span) {
            return unknown(span);
        }
        expression(ExprKind::Binary(operator, Box::new(left), Box::new(right)), ty, span)
    }

    fn arithmetic(&mut self, operator: B, left: Expr, right: Expr, span: Span) -> Expr {
        let (a, b) = (&left.ty.kind, &right.ty.kind);
        if *a == Kind::Unknown || *b == Kind::Unknown {
            return unknown(span);
        }
        let kind = match operator {
            B::Add | B::Subtract => sum_kind(operator, a, b),
            B::Multiply => product_kind(a, b),
            B::Divide => quotient_kind(a, b),
            _ => remainder_kind(a, b),
        };
        let Some(kind) = kind else {
            let (m, n) = (is_amount(a), is_amount(b));
            if m && n && !matches!(operator, B::Multiply | B::Divide) {
                self.differ(&left, &right, span);
            } else {
                let found = vec![self.kind_name(a), self.kind_name(b)];
                self.report(NotDefinedFor { at: span, operator: sign(operator).to_owned(), found });
            }
            return unknown(span);
        };
        let mut ty = self.joined(kind, &left, &right);
        let nonzero = self.fold(&right).is_some_and(|v| v != Value::Int(0) && v != Value::Float(0.0));
        ty.optional |= matches!(operator, B::Divide | B::Remainder) && !nonzero;
        expression(ExprKind::Binary(operator, Box::new(left), Box::new(right)), ty, span)
    }

    /// `x [not] in low..high`
    pub(super) fn in_range(
        &mut self,
        scope: &mut Scope,
        value: &syntax::Expr,
        range: &syntax::Range,
        negated: bool,
        span: Span,
    ) -> Expr {
        let value = self.expr(scope, value, None);
        let mut closed = range.closed;
        let (low, high) = if value.ty.kind == Kind::Hour {
            let low = self.expr(scope, &range.low, Some(&Kind::Hour));
            // An hour before midnight ends at 24, which is the end of hour 23.
            let midnight =
                matches!(&range.high.kind, syntax::ExprKind::Number { digits, unit: None } if digits == "24");
            if midnight && !closed {
                closed = true;
                let last = ExprKind::Constant(Value::Hour(23));
                (low, expression(last, Type::new(Kind::Hour), range.high.span))
            } else {
                (low, self.expr(scope, &range.high, Some(&Kind::Hour)))
            }
        } else {
            let low = self.expr(scope, &range.low, Some(&value.ty.kind));
            (low, self.expr(scope, &range.high, Some(&value.ty.kind)))
        };
        if !self.comparable(&value, &low, low.span) || !self.comparable(&value, &high, high.span) {
            return unknown(span);
        }
        if !is_ordered(&value.ty.kind) {
            let found = self.kind_name(&value.ty.kind);
            self.report(NoOrder { at: span, found });
            return unknown(span);
        }
        if value.ty.kind != Kind::Hour {
            self.refuse_reversed(&low, &high);
        }
        let optional = value.ty.optional || low.ty.optional || high.ty.optional;
        let ty = Type { kind: Kind::Bool, optional, private: false };
        let kind = ExprKind::InRange { value: Box::new(value), low: Box::new(low), high: Box::new(high), closed };
        negate_if(negated, expression(kind, ty, span))
    }

    /// Reports a range whose ends are known and the wrong way round.
    pub(super) fn refuse_reversed(&mut self, low: &Expr, high: &Expr) -> bool {
        let (Some(a), Some(b)) = (self.fold(low), self.fold(high)) else { return false };
        let number = |v: &Value| match v {
            #[expect(clippy::cast_precision_loss, reason = "only the order matters, and ends this near are one")]
            Value::Int(n) => Value::Float(*n as f64),
            other => other.clone(),
        };
        let reversed = number(&a) > number(&b);
        if reversed {
            let (start, end) = (self.texts.text(low.span).to_owned(), self.texts.text(high.span).to_owned());
            self.report(ReversedRange { at: low.span.to(high.span), start, end });
        }
        reversed
    }

    /// `x [not] in (a, b, c)`
    pub(super) fn in_list(
        &mut self,
        scope: &mut Scope,
        value: &syntax::Expr,
        items: &[syntax::Expr],
        negated: bool,
        span: Span,
    ) -> Expr {
        let value = self.expr(scope, value, None);
        let mut optional = value.ty.optional;
        let mut typed = Vec::with_capacity(items.len());
        for item in items {
            let item = self.expr(scope, item, Some(&value.ty.kind));
            optional |= item.ty.optional;
            self.comparable(&value, &item, item.span);
            typed.push(item);
        }
        let ty = Type { kind: Kind::Bool, optional, private: false };
        let kind = ExprKind::InList { value: Box::new(value), items: typed };
        negate_if(negated, expression(kind, ty, span))
    }
}

fn negate_if(negated: bool, value: Expr) -> Expr {
    if !negated {
        return value;
    }
    let (ty, span) = (value.ty.clone(), value.span);
    expression(ExprKind::Unary(U::Not, Box::new(value)), ty, span)
}

fn number_kind(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Int, Kind::Int) => Some(Kind::Int),
        (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => Some(Kind::Float),
        _ => None,
    }
}

fn sum_kind(operator: B, a: &Kind, b: &Kind) -> Option<Kind> {
    let add = operator == B::Add;
    match (a, b) {
        (Kind::Quantity(x), Kind::Quantity(y)) if x == y => Some(a.clone()),
        (Kind::Duration, Kind::Duration) | (Kind::Money, Kind::Money) => Some(a.clone()),
        (Kind::Time | Kind::Date, Kind::Duration) => Some(a.clone()),
        (Kind::Duration, Kind::Time | Kind::Date) if add => Some(b.clone()),
        (Kind::Time, Kind::Time) | (Kind::Date, Kind::Date) if !add => Some(Kind::Duration),
        (Kind::Text, Kind::Text) if add => Some(Kind::Text),
        _ => number_kind(a, b),
    }
}

fn product_kind(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Money, Kind::Int | Kind::Float) | (Kind::Int | Kind::Float, Kind::Money) => Some(Kind::Money),
        (Kind::Int, Kind::Int) => Some(Kind::Int),
        _ => Some(kind_of(dimension_of(a)?.times(dimension_of(b)?)?)),
    }
}

fn quotient_kind(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Money, Kind::Int | Kind::Float) => Some(Kind::Money),
        (Kind::Money, Kind::Money) => Some(Kind::Float),
        _ => Some(kind_of(dimension_of(a)?.per(dimension_of(b)?)?)),
    }
}

fn remainder_kind(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Quantity(x), Kind::Quantity(y)) if x == y => Some(a.clone()),
        (Kind::Duration, Kind::Duration) | (Kind::Money, Kind::Money) => Some(a.clone()),
        _ => number_kind(a, b),
    }
}
