//! Expressions (docs/language.md §3.4, §3.5, §5).

use crate::reference::world::{Binding, Row, Scope, World};
use std::collections::BTreeSet;
use watchfire_dsl::program::{
    Expr, ExprKind, FindingColumn, From, Message, MessagePart, Model, ModelId, Move, Program, RowSlot,
};
use watchfire_dsl::source::Span;
use watchfire_dsl::syntax::{BinaryOperator, UnaryOperator};
use watchfire_stdlib::format::{Names, Style};
use watchfire_stdlib::functions::Context;
use watchfire_stdlib::language::Language;
use watchfire_stdlib::ops::{self, Comparison, Site};
use watchfire_stdlib::types::EnumId;
use watchfire_stdlib::value::{EntityKey, Level, Value};

/// Where a fault of an expression is reported.
pub(crate) fn site(span: Span) -> Site {
    (span.file.0, span.start, span.end)
}

impl World<'_> {
    /// The value of an expression.
    pub(crate) fn value(&self, expr: &Expr, scope: &Scope<'_>) -> Value {
        let at = site(expr.span);
        match &expr.kind {
            ExprKind::Constant(value) => value.clone(),
            ExprKind::Parameter(parameter) => self.parameters[parameter.index()].clone(),
            ExprKind::This => scope.this.clone().map_or(Value::Missing, Value::Entity),
            ExprKind::Now => Value::Time(scope.t),
            ExprKind::Let(id) => {
                let Some((model, entity)) = scope.model else { return Value::Missing };
                let variables = scope.trigger.to_vec();
                let scope = Scope { this: Some(entity.clone()), variables, ..scope.clone() };
                self.value(&model.lets[id.index()].value, &scope)
            }
            ExprKind::Fact { fact, entity } => self.about_entity(entity, scope, |this| {
                let Scope { t, k, .. } = *scope;
                let scope = Scope { model: None, trigger: &[], this: Some(this), t, k, variables: Vec::new() };
                self.value(&self.program.facts[fact.index()].value, &scope)
            }),
            ExprKind::About { entity, body } => {
                self.about_entity(entity, scope, |this| self.value(body, &Scope { this: Some(this), ..scope.clone() }))
            }
            ExprKind::Column { row, source, column } => {
                let Some(Binding::Row(rows, place)) = bound(scope, row.slot) else { return Value::Missing };
                match self.moved(rows, *place, &row.moves) {
                    Some(place) => self.cell(*source, &rows[place], *column, scope.t, scope.k),
                    None => Value::Missing,
                }
            }
            // §3.6
            ExprKind::AsOf { value, at } => match self.value(at, scope) {
                fault @ Value::Fault(_) => fault,
                at => match self.clock.instant(&at) {
                    Some(t) => self.value(value, &Scope { t, ..scope.clone() }),
                    None => Value::Missing,
                },
            },
            ExprKind::Element(slot) => match bound(scope, *slot) {
                Some(Binding::Element(entity)) => Value::Entity(entity.clone()),
                _ => Value::Missing,
            },
            ExprKind::FindingColumn(slot, column) => {
                let Some(Binding::Finding(finding)) = bound(scope, *slot) else { return Value::Missing };
                let model = &self.program.models[finding.model.index()];
                match column {
                    FindingColumn::Model => Value::Text(model.name.clone()),
                    FindingColumn::Category => Value::Text(model.category.clone()),
                    FindingColumn::Level => Value::Level(finding.level),
                    FindingColumn::Time => Value::Time(finding.t),
                    FindingColumn::Known => Value::Time(finding.k),
                }
            }
            ExprKind::Component { pair, index } => match self.value(pair, scope) {
                Value::Entity(EntityKey::Pair(a, b)) => {
                    Value::Entity(EntityKey::Single(if *index == 0 { a } else { b }))
                }
                fault @ Value::Fault(_) => fault,
                _ => Value::Missing,
            },
            ExprKind::Unary(operator, operand) => {
                let operand = self.value(operand, scope);
                match operator {
                    UnaryOperator::Not => ops::not(&operand, at),
                    UnaryOperator::Negate => ops::negate(&operand, at),
                }
            }
            ExprKind::Binary(operator, left, right) => {
                self.binary(*operator, &self.value(left, scope), &self.value(right, scope), expr)
            }
            ExprKind::InRange { value, low, high, closed } => {
                let [value, low, high] = [value, low, high].map(|part| self.value(part, scope));
                ops::in_range(&value, &low, &high, *closed, at)
            }
            ExprKind::InList { value, items } => {
                let items: Vec<Value> = items.iter().map(|item| self.value(item, scope)).collect();
                ops::in_list(&self.value(value, scope), &items, at)
            }
            ExprKind::Score(rules) => self.score(rules, expr, scope),
            ExprKind::Call { function, arguments } => {
                let arguments: Vec<Value> = arguments.iter().map(|argument| self.value(argument, scope)).collect();
                function.call(&arguments, &Context { zone: &self.clock.zone, site: at })
            }
            ExprKind::Extern { .. } => ops::fault(watchfire_stdlib::value::FaultKind::Plugin, at),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, expr, scope),
            ExprKind::Peers(peers) => self.peers(peers, expr, scope),
        }
    }

    /// §3.4: where moves lead from a row, among those about the same entity visible at k.
    fn moved(&self, rows: &[Row], place: usize, moves: &[Move]) -> Option<usize> {
        moves.iter().try_fold(place, |place, to| match *to {
            Move::Before(n) => place.checked_sub(n as usize),
            Move::After(n) => Some(place + n as usize).filter(|place| *place < rows.len()),
            Move::Earlier(span) => {
                let latest = self.clock.before(rows[place].row.time?, self.span(span));
                rows.iter().rposition(|row| row.row.time.is_some_and(|time| time <= latest))
            }
        })
    }

    /// A message in each of its languages, the package's first (§12.5); faults are shown in it and stop nothing (§2.5).
    pub(crate) fn messages(&self, message: &Message, scope: &Scope<'_>) -> Vec<(Language, String)> {
        let texts = message.texts.iter();
        texts.map(|(language, parts)| (*language, self.message(*language, parts, scope))).collect()
    }

    fn message(&self, language: Language, parts: &[MessagePart], scope: &Scope<'_>) -> String {
        let style = Style { language, zone: &self.clock.zone, names: &Variants(self.program) };
        let part = |part: &MessagePart| match part {
            MessagePart::Text(text) => text.to_string(),
            MessagePart::Value { value, unit, format } => {
                style.show(&self.value(value, scope), &value.ty.kind, *unit, format)
            }
        };
        parts.iter().map(part).collect()
    }

    /// §3.5: missing where the entity is; a fault stays a fault.
    fn about_entity(&self, entity: &Expr, scope: &Scope<'_>, body: impl FnOnce(EntityKey) -> Value) -> Value {
        match self.value(entity, scope) {
            Value::Entity(this) => body(this),
            fault @ Value::Fault(_) => fault,
            _ => Value::Missing,
        }
    }

    fn binary(&self, operator: BinaryOperator, a: &Value, b: &Value, whole: &Expr) -> Value {
        let (at, zone, kind) = (site(whole.span), &self.clock.zone, &whole.ty.kind);
        let compare = |comparison| ops::compare(comparison, a, b, at);
        match operator {
            BinaryOperator::Or => ops::or(a, b, at),
            BinaryOperator::And => ops::and(a, b, at),
            BinaryOperator::Equal => compare(Comparison::Equal),
            BinaryOperator::NotEqual => compare(Comparison::NotEqual),
            BinaryOperator::Less => compare(Comparison::Less),
            BinaryOperator::LessOrEqual => compare(Comparison::LessOrEqual),
            BinaryOperator::Greater => compare(Comparison::Greater),
            BinaryOperator::GreaterOrEqual => compare(Comparison::GreaterOrEqual),
            BinaryOperator::Is => ops::is(a, b, at),
            BinaryOperator::IsNot => ops::is_not(a, b, at),
            BinaryOperator::Otherwise => ops::otherwise(a, b),
            BinaryOperator::Add => ops::add(a, b, zone, at),
            BinaryOperator::Subtract => ops::subtract(a, b, zone, at),
            BinaryOperator::Multiply => ops::multiply(a, b, kind, at),
            BinaryOperator::Divide => ops::divide(a, b, kind, at),
            BinaryOperator::Remainder => ops::remainder(a, b, at),
        }
    }
}

/// Names of variants, for messages.
struct Variants<'a>(&'a Program);

impl Names for Variants<'_> {
    fn variant(&self, of: EnumId, variant: u32) -> Option<String> {
        let (name, _) = self.0.enums.get(of.0 as usize)?.variants.get(variant as usize)?;
        Some(name.to_string())
    }

    fn level(&self, level: Level) -> String {
        self.0.levels.name(level).to_owned()
    }
}

fn bound<'s>(scope: &'s Scope<'_>, slot: RowSlot) -> Option<&'s Binding> {
    scope.variables.iter().rev().find(|(name, _)| *name == slot).map(|(_, binding)| binding)
}

/// The models whose findings a model reads.
pub fn parts_of(model: &Model) -> BTreeSet<ModelId> {
    let mut parts = BTreeSet::new();
    let rules = model.levels.iter().flat_map(|rule| &rule.condition);
    let messages = model.levels.iter().flat_map(|rule| &rule.message).chain(&model.message);
    let values = messages.flat_map(values_of);
    let lets = model.lets.iter().map(|binding| &binding.value);
    let own = [Some(&model.condition), model.about.as_ref(), model.dispatch.as_ref()];
    let trigger = model.trigger.expressions();
    for expr in own.into_iter().flatten().chain(trigger).chain(rules).chain(values).chain(lets) {
        visit(expr, &mut |expr| {
            if let ExprKind::Aggregate(aggregate) = &expr.kind
                && let From::Findings(models) = &aggregate.selection.from
            {
                parts.extend(models);
            }
        });
    }
    parts
}

fn values_of(message: &Message) -> impl Iterator<Item = &Expr> {
    let parts = message.texts.iter().flat_map(|(_, parts)| parts);
    parts.filter_map(|part| if let MessagePart::Value { value, .. } = part { Some(value) } else { None })
}

/// Calls `see` for an expression and all within it.
pub(super) fn visit<'e>(expr: &'e Expr, see: &mut impl FnMut(&'e Expr)) {
    see(expr);
    match &expr.kind {
        ExprKind::Fact { entity: only, .. } | ExprKind::Unary(_, only) | ExprKind::Component { pair: only, .. } => {
            visit(only, see);
        }
        ExprKind::About { entity: a, body: b } | ExprKind::AsOf { value: a, at: b } | ExprKind::Binary(_, a, b) => {
            visit(a, see);
            visit(b, see);
        }
        ExprKind::InRange { value, low, high, .. } => [value, low, high].into_iter().for_each(|part| visit(part, see)),
        ExprKind::InList { value, items } => {
            visit(value, see);
            items.iter().for_each(|item| visit(item, see));
        }
        ExprKind::Score(rules) => rules.iter().for_each(|(weight, condition)| {
            visit(weight, see);
            visit(condition, see);
        }),
        ExprKind::Call { arguments, .. } | ExprKind::Extern { arguments, .. } => {
            arguments.iter().for_each(|argument| visit(argument, see));
        }
        ExprKind::Aggregate(aggregate) => {
            aggregate.parts().into_iter().for_each(|part| visit(part, see));
        }
        ExprKind::Peers(peers) => peers.parts().into_iter().for_each(|part| visit(part, see)),
        ExprKind::Constant(_)
        | ExprKind::Parameter(_)
        | ExprKind::This
        | ExprKind::Now
        | ExprKind::Let(_)
        | ExprKind::Column { .. }
        | ExprKind::Element(_)
        | ExprKind::FindingColumn(..) => {}
    }
}
