//! Peers: `median x among same (street) at least 20`.

use super::context::{Checker, Scope};
use super::kinds::{expression, is_amount, is_ordered, unknown};
use crate::diagnostics::lints::NoLeast;
use crate::diagnostics::models::{NothingToCompare, PeersNotHere};
use crate::diagnostics::types::{NotBetween, NotDefinedFor, NotFixed};
use crate::diagnostics::{Edits, Word};
use crate::format::language_of;
use crate::keywords::Keyword;
use crate::program::{AggregateFunction, Expr, ExprKind, Kind, PeerFunction, PeerGroup, Peers, Type, Value};
use crate::source::Span;
use crate::syntax::{self, PeerFunction as S, StatementKind, Trigger};
use std::collections::BTreeSet;

/// Fewer peers than this say little about what is usual.
const DEFAULT_AT_LEAST: i64 = 5;
/// More than these no `at least` can ask for.
const MOST: i64 = 1_000_000;

/// How a function is written.
fn name(function: &S) -> &'static str {
    match function {
        S::Median => "median",
        S::Mean => "mean",
        S::Stddev => "stddev",
        S::Quantile(_) => "quantile",
        S::Percentile => "percentile",
        S::Zscore => "zscore",
    }
}

impl Checker<'_> {
    /// `FUNCTION VALUE among GROUP [at least N]`
    pub(super) fn peers(&mut self, scope: &mut Scope, peers: &syntax::Peers, span: Span) -> Expr {
        let word = name(&peers.function);
        let misplaced = self.misplaced(scope);
        if let Some(place) = misplaced {
            self.report(PeersNotHere { at: span, place });
        }
        let value = self.expr(scope, &peers.value, None);
        let group = self.peer_group(scope, &peers.group);
        let at_least = match &peers.at_least {
            Some(least) => self.at_least(scope, least),
            None => {
                self.lint_no_least(peers, span);
                let default = ExprKind::Constant(Value::Int(DEFAULT_AT_LEAST));
                Some(expression(default, Type::new(Kind::Int), span))
            }
        };
        let function = match &peers.function {
            S::Median => Some(PeerFunction::Quantile(0.5)),
            S::Mean => Some(PeerFunction::Mean),
            S::Stddev => Some(PeerFunction::Stddev),
            S::Quantile(share) => match self.share(share) {
                Some(AggregateFunction::Quantile(q)) => Some(PeerFunction::Quantile(q)),
                _ => None,
            },
            S::Percentile => Some(PeerFunction::Percentile),
            S::Zscore => Some(PeerFunction::Zscore),
        };
        let (Some(function), Some(group), Some(at_least), None) = (function, group, at_least, misplaced) else {
            return unknown(span);
        };
        let Some(kind) = self.peer_kind(function, word, &value) else { return unknown(span) };
        if !self.reads_rows(&value) {
            self.report(NothingToCompare { at: value.span });
            return unknown(span);
        }
        let ty = Type { kind, optional: true, private: value.ty.private };
        expression(ExprKind::Peers(Box::new(Peers { function, value, group, at_least })), ty, span)
    }

    /// How many peers are needed is worth a thought: it is said where it is not written.
    fn lint_no_least(&mut self, peers: &syntax::Peers, at: Span) {
        let text = self.texts.get(at.file).map_or("", |file| &*file.text);
        let word = Keyword::AtLeast.word(language_of(text));
        let insert = Edits::after(at, format!(" {word} {DEFAULT_AT_LEAST}"));
        let at = match &peers.group {
            syntax::PeerGroup::Same(keys) => keys.first().zip(keys.last()).map(|(a, b)| a.span.to(b.span)),
            syntax::PeerGroup::Within { .. } => None,
        }
        .unwrap_or(at);
        self.report(NoLeast { at, default: DEFAULT_AT_LEAST, insert });
    }

    /// Peers are others of the model's population, compared at one instant of its grid: everywhere else there are none.
    fn misplaced(&self, scope: &Scope) -> Option<Word> {
        let model = self.model.as_ref().filter(|_| scope.in_model && !scope.row_only);
        let Some(model) = model else { return Some(Word::OUTSIDE_OF_MODELS) };
        let statements = &self.heads[model.id.index()].syntax.statements;
        let trigger = statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Trigger { trigger, .. } => Some(trigger),
            _ => None,
        });
        match trigger {
            // A model without trigger is reported already.
            None | Some(Trigger::Every { .. }) => {
                (scope.in_table || !scope.rows.is_empty()).then_some(Word::IN_A_SELECTION)
            }
            Some(_) => Some(Word::WITHOUT_EVERY),
        }
    }

    fn peer_group(&mut self, scope: &mut Scope, group: &syntax::PeerGroup) -> Option<PeerGroup> {
        match group {
            syntax::PeerGroup::Same(keys) => {
                let keys: Vec<Expr> = keys.iter().map(|key| self.expr(scope, key, None)).collect();
                for key in &keys {
                    if let Kind::List(_) = key.ty.kind {
                        let found = vec![self.kind_name(&key.ty.kind)];
                        self.report(NotDefinedFor { at: key.span, operator: "same".to_owned(), found });
                        return None;
                    }
                }
                keys.iter().all(|key| key.ty.kind != Kind::Unknown).then_some(PeerGroup::Same(keys))
            }
            syntax::PeerGroup::Within { distance, of } => {
                let length = self.length(scope, distance);
                let place = self.expr(scope, of, Some(&Kind::Point));
                let of = self.need(place, &Kind::Point, None);
                let distance = match length.kind {
                    ExprKind::Parameter(_) => length,
                    _ => match self.fixed(&length)? {
                        metres @ Value::Float(_) => Expr { kind: ExprKind::Constant(metres), ..length },
                        _ => {
                            self.report(NotFixed { at: length.span });
                            return None;
                        }
                    },
                };
                let known = of.ty.kind != Kind::Unknown && distance.ty.kind != Kind::Unknown;
                known.then_some(PeerGroup::Within { distance, of })
            }
        }
    }

    /// `at least N`: a whole number above zero, or a parameter.
    fn at_least(&mut self, scope: &mut Scope, least: &syntax::Expr) -> Option<Expr> {
        let value = self.expr(scope, least, Some(&Kind::Int));
        let value = self.need(value, &Kind::Int, None);
        if let ExprKind::Parameter(_) = value.kind {
            return Some(value);
        }
        match self.fixed(&value)? {
            Value::Int(n) if (1..=MOST).contains(&n) => Some(Expr { kind: ExprKind::Constant(Value::Int(n)), ..value }),
            _ => {
                let (low, high) = ("1".to_owned(), MOST.to_string());
                self.report(NotBetween { at: least.span, low, high });
                None
            }
        }
    }

    fn peer_kind(&mut self, function: PeerFunction, word: &str, value: &Expr) -> Option<Kind> {
        let kind = &value.ty.kind;
        if *kind == Kind::Unknown {
            return None;
        }
        let fits = if function == PeerFunction::Percentile { is_ordered(kind) } else { is_amount(kind) };
        if !fits {
            let found = vec![self.kind_name(kind)];
            self.report(NotDefinedFor { at: value.span, operator: word.to_owned(), found });
            return None;
        }
        Some(if function.compares() || *kind == Kind::Int { Kind::Float } else { kind.clone() })
    }

    /// Whether a value depends on rows about the entity: otherwise nobody has any behind it.
    fn reads_rows(&self, value: &Expr) -> bool {
        let (mut found, mut seen) = (false, BTreeSet::new());
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            value.visit(&mut |e| match &e.kind {
                ExprKind::Aggregate(_) => found = true,
                ExprKind::Fact { fact, .. } if seen.insert((0, fact.index())) => {
                    waiting.extend(self.facts.get(fact.index()).map(|fact| &fact.value));
                }
                ExprKind::Let(id) if seen.insert((1, id.index())) => {
                    let typed = self.model.as_ref().and_then(|model| model.typed.get(id.index()));
                    waiting.extend(typed.map(|declared| &declared.value));
                }
                _ => {}
            });
        }
        found
    }
}
