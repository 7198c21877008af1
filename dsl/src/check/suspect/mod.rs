//! Suspect conditions of a right program: always or never true, or true where data is lacking.
//!
//! 1. Each value has an interval in which it lies (`ranges`, `interval`): a count is not negative, an hour is 0 to 23, a
//!    parameter lies in its declared range, and arithmetic carries that on. Of data nothing is taken for granted.
//! 2. A comparison of two intervals may be decided before any row is read (`truth`). Where conditions are joined by
//!    `and`, the left one holds where the right one matters; a level's condition matters where the model's holds.
//! 3. The same is done with the parameters' defaults and with the values of each profile: what is never true with any of
//!    them is said too.
//!
//! Intervals err on the wide side, so what is said is so. What holds only where values are not missing is not called
//! *always true*: `rank >= 0` says that there is a rank.

mod interval;
mod ranges;
mod totals;
mod truth;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::lints::{AlwaysTrue, NeverTrue, NoProfileReaches};
use crate::program::{Expr, ExprKind, Kind, Model, Program, SourceKind, Trigger};
use crate::source::{SourceMap, Span};
use crate::syntax::{BinaryOperator as B, UnaryOperator};
use ranges::{Given, Ranges};
use std::collections::BTreeSet;
use truth::is_measured;

/// Everything suspect in a program. `functions` are the places of its functions: what is written there stands for
/// other values at each call, and nothing is said of it.
pub(super) fn suspect(program: &Program, texts: &SourceMap, functions: &[Span]) -> Vec<Diagnostic> {
    let mut said = Vec::new();
    let (mut declared, found) = Walk::over(Ranges::declared(program, texts, functions));
    for decided in &found {
        declared.turn_to(decided.model);
        said.push(decided.diagnostic(&declared));
    }
    let spoken: BTreeSet<Span> = found.iter().map(|decided| decided.expr.span).collect();
    said.extend(no_profile_reaches(program, texts, functions, &spoken));
    said.extend(totals::low_without_expect(program, texts, functions));
    said
}

/// Conditions that are true with no choice of parameters that the package makes.
fn no_profile_reaches(
    program: &Program,
    texts: &SourceMap,
    functions: &[Span],
    spoken: &BTreeSet<Span>,
) -> Vec<Diagnostic> {
    let mut everywhere: Option<BTreeSet<Span>> = None;
    let mut last = None;
    for ranges in Ranges::chosen(program, texts, functions) {
        let (ranges, found) = Walk::over(ranges);
        let never = found.iter().filter(|decided| !decided.always).map(|decided| decided.expr.span);
        let never: BTreeSet<Span> = never.collect();
        everywhere = Some(match everywhere {
            Some(before) => before.intersection(&never).copied().collect(),
            None => never,
        });
        last.get_or_insert((ranges, found));
    }
    let (Some(everywhere), Some((mut ranges, found))) = (everywhere, last) else { return Vec::new() };
    let unreached = found.into_iter().filter(|decided| !decided.always);
    let unreached =
        unreached.filter(|decided| everywhere.contains(&decided.expr.span) && !spoken.contains(&decided.expr.span));
    let mut said = Vec::new();
    for decided in unreached {
        ranges.turn_to(decided.model);
        let condition = decided.condition(&ranges);
        let given = decided.given_at(&ranges);
        said.push(NoProfileReaches { at: decided.expr.span, condition, given }.into());
    }
    said
}

/// A condition that is decided before any row is read.
struct Decided<'p> {
    expr: &'p Expr,
    model: Option<&'p Model>,
    always: bool,
    given: Given,
}

/// Goes over all conditions of a program.
struct Walk<'p> {
    ranges: Ranges<'p>,
    found: Vec<Decided<'p>>,
}

impl<'p> Walk<'p> {
    fn over(ranges: Ranges<'p>) -> (Ranges<'p>, Vec<Decided<'p>>) {
        let program = ranges.program;
        let mut walk = Walk { ranges, found: Vec::new() };
        for fact in &program.facts {
            walk.scan(&fact.value, &Given::new());
        }
        for source in &program.sources {
            let SourceKind::Derived(table) = &source.kind else { continue };
            let model = program.models.iter().find(|model| table.model.as_ref() == Some(&model.name));
            walk.ranges.turn_to(model);
            table.parts().into_iter().for_each(|part| walk.scan(part, &Given::new()));
        }
        for model in &program.models {
            walk.ranges.turn_to(Some(model));
            walk.model(model);
        }
        (walk.ranges, walk.found)
    }

    fn model(&mut self, model: &'p Model) {
        let nothing = Given::new();
        for value in model.trigger.expressions().into_iter().chain(model.lets.iter().map(|l| &l.value)) {
            self.scan(value, &nothing);
        }
        let given = match &model.trigger {
            Trigger::On { filter: Some(filter), .. } => self.ranges.narrowed(&nothing, filter),
            _ => nothing,
        };
        self.scan(&model.condition, &given);
        let given = self.ranges.narrowed(&given, &model.condition);
        for condition in model.levels.iter().filter_map(|rule| rule.condition.as_ref()) {
            self.scan(condition, &given);
        }
    }

    fn scan(&mut self, e: &'p Expr, given: &Given) {
        match &e.kind {
            ExprKind::Binary(B::And, ..) => {
                let mut given = given.clone();
                for part in e.conjuncts() {
                    self.scan(part, &given);
                    given = self.ranges.narrowed(&given, part);
                }
            }
            ExprKind::Aggregate(aggregate) => {
                let selection = &aggregate.selection;
                let inside = aggregate.value.iter().chain(&selection.filter);
                let outside = aggregate.parts().into_iter().filter(|part| {
                    let own = |e: &Expr| std::ptr::eq(e, *part);
                    !aggregate.value.as_ref().is_some_and(own) && !selection.filter.as_ref().is_some_and(own)
                });
                outside.for_each(|part| self.scan(part, given));
                inside.for_each(|part| self.scan(part, &Given::new()));
            }
            ExprKind::About { entity, body } => {
                self.scan(entity, given);
                self.scan(body, &Given::new());
            }
            // What holds now need not hold then.
            ExprKind::AsOf { value, at } => {
                self.scan(at, given);
                self.scan(value, &Given::new());
            }
            ExprKind::Peers(peers) => peers.parts().into_iter().for_each(|part| self.scan(part, &Given::new())),
            ExprKind::Binary(_, left, right) if e.ty.kind == Kind::Bool && is_measured(left) && is_measured(right) => {
                self.decide(e, given);
                self.scan(left, given);
                self.scan(right, given);
            }
            // `x not in a..b` is one condition, and is decided as one.
            ExprKind::Unary(UnaryOperator::Not, inner) if inner.span == e.span => {
                let (ExprKind::InRange { value, .. } | ExprKind::InList { value, .. }) = &inner.kind else {
                    return self.scan(inner, given);
                };
                if is_measured(value) {
                    self.decide(e, given);
                }
                inner.parts().into_iter().for_each(|part| self.scan(part, given));
            }
            ExprKind::InRange { value, .. } | ExprKind::InList { value, .. } if is_measured(value) => {
                self.decide(e, given);
                e.parts().into_iter().for_each(|part| self.scan(part, given));
            }
            _ => e.parts().into_iter().for_each(|part| self.scan(part, given)),
        }
    }

    fn decide(&mut self, e: &'p Expr, given: &Given) {
        if Ranges::is_constant(e) || self.ranges.is_in_function(e.span) {
            return;
        }
        let never = self.ranges.truth(e, given).never();
        // What follows from another condition may be written down for clarity.
        let always = !e.ty.optional && self.ranges.truth(e, &Given::new()).always();
        if never || always {
            let given = if self.ranges.truth(e, &Given::new()).never() { Given::new() } else { given.clone() };
            let decided = Decided { expr: e, model: self.ranges.model, always: !never, given };
            // The lowest band of a score may begin at nothing: it stands for all the rest.
            if never || !decided.is_band() {
                self.found.push(decided);
            }
        }
    }
}

impl Decided<'_> {
    /// The condition as it is written; a band is its rule.
    fn condition(&self, ranges: &Ranges<'_>) -> String {
        let text = short(ranges.texts.text(self.expr.span));
        match (self.is_band(), &self.expr.kind) {
            (true, ExprKind::Binary(..)) => format!("score >= {text}"),
            _ => text,
        }
    }

    /// It is a band of the model's score.
    fn is_band(&self) -> bool {
        let score = self.model.and_then(|model| model.score);
        match &self.expr.kind {
            ExprKind::Binary(B::GreaterOrEqual, left, _) => {
                score.is_some_and(|id| matches!(left.kind, ExprKind::Let(l) if l == id))
                    && !(self.expr.span.start <= left.span.start && left.span.end <= self.expr.span.end)
            }
            _ => false,
        }
    }

    /// The condition in which what decided it is said.
    fn given_at(&self, ranges: &Ranges<'_>) -> Option<Span> {
        let key = |e: &Expr| ranges.key(e).and_then(|key| self.given.get(&key)).map(|(_, at)| *at);
        self.expr.parts().into_iter().find_map(key)
    }

    fn diagnostic(&self, ranges: &Ranges<'_>) -> Diagnostic {
        let (at, condition, given) = (self.expr.span, self.condition(ranges), self.given_at(ranges));
        let mut sides = [(None, None, None), (None, None, None)];
        // Which ends decide: those that face each other, or the outer ones.
        let (operator, parts): (Option<B>, Vec<&Expr>) = match &self.expr.kind {
            ExprKind::Binary(operator, left, right) => (Some(*operator), vec![left, right]),
            _ => (None, self.expr.parts().into_iter().take(1).collect()),
        };
        for (index, part) in parts.into_iter().enumerate().filter(|(_, part)| !Ranges::is_constant(part)) {
            let interval = ranges.interval(part, &self.given);
            let upwards = match operator {
                Some(B::Less | B::LessOrEqual) => Some((index == 0) == self.always),
                Some(B::Greater | B::GreaterOrEqual) => Some((index == 0) != self.always),
                _ => None,
            };
            let shown = |number: f64, wanted: bool| {
                Some(number)
                    .filter(|_| upwards.is_none_or(|up| up == wanted))
                    .and_then(|n| ranges.shown(&part.ty.kind, n))
            };
            let name =
                if self.is_band() && index == 0 { "score".to_owned() } else { short(ranges.texts.text(part.span)) };
            if let Some(side) = sides.get_mut(index) {
                *side = (Some(name), shown(interval.low, false), shown(interval.high, true));
            }
        }
        let [(left, left_least, left_most), (right, right_least, right_most)] = sides;
        if self.always {
            AlwaysTrue { at, condition, left, left_least, left_most, right, right_least, right_most }.into()
        } else {
            NeverTrue { at, given, condition, left, left_least, left_most, right, right_least, right_most }.into()
        }
    }
}

/// A text in one line.
fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
