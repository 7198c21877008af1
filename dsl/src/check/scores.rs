//! Scores: `score { 3 if wet  2 if crowded } levels { red from 9  yellow from 3 }`.
//!
//! A score is a `let` that nobody wrote, and each band a level rule over it: what is said of lets and rules holds for
//! them too.

use super::context::{Checker, Scope};
use super::kinds::{expression, unknown};
use super::outcomes::Outcome;
use crate::diagnostics::models::{BandNeverReached, ClauseTwice};
use crate::keywords::Keyword;
use crate::program::{Expr, ExprKind, Kind, Let, LetId, LevelRule, Type, Value};
use crate::source::Span;
use crate::syntax::{self, BinaryOperator, WarnEntryKind};

/// Name of the `let` that holds a score.
pub(super) const SCORE: &str = "score";

impl Checker<'_> {
    /// The score of a `warn` block, and its bands as level rules; both or neither.
    pub(super) fn score(&mut self, scope: &mut Scope, warn: &syntax::Warn, outcome: &mut Outcome) {
        let (mut score, mut bands) = (None, None);
        for entry in &warn.entries {
            let first = match &entry.kind {
                WarnEntryKind::Score(rules) => score.replace((entry.span, rules)).map(|(first, _)| ("score", first)),
                WarnEntryKind::Bands(levels) => bands.replace((entry.span, levels)).map(|(first, _)| ("levels", first)),
                _ => None,
            };
            if let Some((clause, first)) = first {
                self.report(ClauseTwice { at: entry.span, clause: clause.to_owned(), first });
            }
        }
        let name = self.model.as_ref().map(|m| self.heads[m.id.index()].syntax.name.text.clone()).unwrap_or_default();
        match (score, bands) {
            (None, None) => {}
            (Some((at, rules)), bands) => {
                let sum = self.weights(scope, rules, at);
                let ty = sum.ty.clone();
                self.hold_score(sum, at);
                match bands {
                    None => self.missing_clause(at, &name, "levels", "levels { red from 9  yellow from 3 }"),
                    Some((_, bands)) => self.bands(scope, bands, &ty, at, outcome),
                }
            }
            (None, Some((at, _))) => self.missing_clause(at, &name, "score", "score { 3 if …  2 if … }"),
        }
    }

    /// The sum of the weights whose condition is true: a whole number if all weights are.
    fn weights(&mut self, scope: &mut Scope, rules: &[(syntax::Expr, syntax::Expr)], at: Span) -> Expr {
        let mut typed = Vec::with_capacity(rules.len());
        for (weight, condition) in rules {
            let weight = self.expr(scope, weight, None);
            let weight = if weight.ty.kind == Kind::Int { weight } else { self.need(weight, &Kind::Float, None) };
            typed.push((weight, self.truth(scope, condition, None)));
        }
        if typed.iter().any(|(weight, truth)| weight.ty.kind == Kind::Unknown || truth.ty.kind == Kind::Unknown) {
            return unknown(at);
        }
        let kind = if typed.iter().all(|(weight, _)| weight.ty.kind == Kind::Int) { Kind::Int } else { Kind::Float };
        let typed =
            typed.into_iter().map(|(weight, truth)| (self.need(weight, &kind, None), truth)).collect::<Vec<_>>();
        let ty = Type {
            optional: typed.iter().any(|(weight, _)| weight.ty.optional),
            private: typed.iter().any(|(weight, _)| weight.ty.private),
            kind,
        };
        expression(ExprKind::Score(typed), ty, at)
    }

    /// Makes the score a `let` of the model; messages and bands read it.
    fn hold_score(&mut self, sum: Expr, at: Span) {
        let Some(model) = &self.model else { return };
        let is_score = |name: &str| is_score(name);
        let parameters = &self.heads[model.id.index()].parameters;
        let parameter = parameters.iter().find(|(name, _)| is_score(name)).map(|(_, id)| *id);
        let first = model.lets.iter().find(|l| is_score(&l.name.text)).map(|l| l.name.span);
        let first = first.or(parameter.map(|id| self.parameters[id.index()].span));
        if let Some(first) = first {
            let name = syntax::Name { text: SCORE.to_owned(), span: at, quoted: false };
            return self.declared_twice(&name, first);
        }
        let Some(model) = &mut self.model else { return };
        if sum.ty.kind == Kind::Unknown {
            model.score = Some(None);
            return;
        }
        model.score = Some(u32::try_from(model.typed.len()).ok().map(LetId));
        model.typed.push(Let { name: SCORE.into(), value: sum, span: at });
    }

    /// The score as a value, where the model at hand has one and the name is its.
    pub(super) fn score_named(&self, name: &syntax::Name) -> Option<Expr> {
        let model = self.model.as_ref()?;
        let Some(id) = model.score.filter(|_| !name.quoted && is_score(&name.text))? else {
            return Some(unknown(name.span));
        };
        let ty = model.typed.get(id.index())?.value.ty.clone();
        Some(expression(ExprKind::Let(id), ty, name.span))
    }

    fn bands(
        &mut self,
        scope: &mut Scope,
        bands: &[(syntax::Name, syntax::Expr)],
        ty: &Type,
        at: Span,
        outcome: &mut Outcome,
    ) {
        let score = self.model.as_ref().and_then(|m| m.score).flatten();
        let mut seen: Vec<(crate::program::Level, Value, &syntax::Name)> = Vec::new();
        for (name, from) in bands {
            let from = self.expr(scope, from, None);
            let from = if from.ty.kind == Kind::Int { from } else { self.need(from, &Kind::Float, None) };
            let Some(level) = self.level(name) else { continue };
            if let Some(value) = self.fold(&from) {
                seen.push((level, value, name));
            }
            let Some(score) = score.filter(|_| from.ty.kind != Kind::Unknown) else { continue };
            let span = from.span;
            let value = expression(ExprKind::Let(score), ty.clone(), at);
            let optional = value.ty.optional || from.ty.optional;
            let kind = ExprKind::Binary(BinaryOperator::GreaterOrEqual, Box::new(value), Box::new(from));
            let condition = expression(kind, Type { kind: Kind::Bool, optional, private: false }, span);
            outcome.levels.push(LevelRule { level, condition: Some(condition), message: None });
        }
        for (level, from, name) in &seen {
            let first = seen.iter().find(|(other, value, _)| other > level && number(value) <= number(from));
            let twice = seen.iter().find(|(other, _, n)| other == level && n.span.start < name.span.start);
            if let Some((_, _, before)) = twice {
                self.report(ClauseTwice { at: name.span, clause: name.text.clone(), first: before.span });
            } else if let Some((_, _, before)) = first {
                let (level, above, first) = (name.text.clone(), before.text.clone(), before.span);
                self.report(BandNeverReached { at: name.span, level, above, first });
            }
        }
    }
}

/// `score`, in either language.
fn is_score(name: &str) -> bool {
    Keyword::find(name).is_some_and(|found| found.keyword == Keyword::Score)
}

fn number(value: &Value) -> f64 {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "bands are far apart")]
        Value::Int(n) => *n as f64,
        Value::Float(x) => *x,
        _ => f64::NAN,
    }
}
