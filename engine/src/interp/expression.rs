//! Values of expressions.

use super::{Binding, Evaluator};
use crate::mutant::{Mutant, mutant};
use crate::plan::{Arithmetic, Node, NodeKind};
use watchfire_dsl::program::{EntityId, FactId, FindingColumn, LetId, RowSlot};
use watchfire_stdlib::functions::Context;
use watchfire_stdlib::ops;
use watchfire_stdlib::value::{EntityKey, FaultKind, Value};

impl<'a> Evaluator<'a> {
    /// The value of an expression in the evaluation at hand.
    pub(crate) fn value(&mut self, node: &'a Node) -> Value {
        let site = node.site;
        match &node.kind {
            NodeKind::Constant(value) => value.clone(),
            NodeKind::Parameter(id) => self.world.parameters.get(id.index()).cloned().unwrap_or(Value::Missing),
            NodeKind::This => Value::Entity(self.subjects[self.this].key.clone()),
            NodeKind::Now => Value::Time(self.t),
            NodeKind::Let(id) => self.let_value(*id),
            NodeKind::Fact(id, entity) => {
                let Some(fact) = self.world.program.facts.get(id.index()) else { return Value::Missing };
                match self.value(entity) {
                    Value::Entity(key) => self.fact(*id, fact.entity, &key),
                    fault @ Value::Fault(_) => fault,
                    _ => Value::Missing,
                }
            }
            NodeKind::About(kind, entity, body) => match self.value(entity) {
                Value::Entity(key) => {
                    let other = self.subject(*kind, &key);
                    let this = std::mem::replace(&mut self.this, other);
                    let value = self.value(body);
                    self.this = this;
                    value
                }
                fault @ Value::Fault(_) => fault,
                _ => Value::Missing,
            },
            NodeKind::AsOf(value, at) => self.as_of(value, at),
            NodeKind::Column(row, source, column) => self.column(row, *source, *column),
            NodeKind::Element(slot) => match self.binding(*slot) {
                Some(Binding::Element(key)) => Value::Entity(key.clone()),
                _ => Value::Missing,
            },
            NodeKind::FindingColumn(slot, column) => self.finding_column(*slot, *column),
            NodeKind::Component(pair, index) => match self.value(pair) {
                Value::Entity(EntityKey::Pair(first, second)) => {
                    Value::Entity(EntityKey::Single(if *index == 0 { first } else { second }))
                }
                fault @ Value::Fault(_) => fault,
                _ => Value::Missing,
            },
            NodeKind::Not(operand) => ops::not(&self.value(operand), site),
            NodeKind::Negate(operand) => ops::negate(&self.value(operand), site),
            NodeKind::And(left, right) => match self.value(left) {
                decided @ Value::Bool(false) => decided,
                left => ops::and(&left, &self.value(right), site),
            },
            NodeKind::Or(left, right) => match self.value(left) {
                decided @ Value::Bool(true) => decided,
                left => ops::or(&left, &self.value(right), site),
            },
            NodeKind::Otherwise(left, right) => match self.value(left) {
                left @ (Value::Missing | Value::AtLeast(_)) => ops::otherwise(&left, &self.value(right)),
                left => left,
            },
            NodeKind::Is(left, right) => ops::is(&self.value(left), &self.value(right), site),
            NodeKind::IsNot(left, right) => ops::is_not(&self.value(left), &self.value(right), site),
            NodeKind::Compare(comparison, left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                ops::compare(*comparison, &left, &right, site)
            }
            NodeKind::Arithmetic(operator, left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                match operator {
                    Arithmetic::Add => ops::add(&left, &right, &self.world.zone, site),
                    Arithmetic::Subtract => ops::subtract(&left, &right, &self.world.zone, site),
                    Arithmetic::Multiply => ops::multiply(&left, &right, &node.ty, site),
                    Arithmetic::Divide => ops::divide(&left, &right, &node.ty, site),
                    Arithmetic::Remainder => ops::remainder(&left, &right, site),
                }
            }
            NodeKind::InRange { operands, closed } => {
                let [value, low, high] = &**operands;
                let (value, low, high) = (self.value(value), self.value(low), self.value(high));
                ops::in_range(&value, &low, &high, *closed, site)
            }
            NodeKind::InList(value, items) => {
                let value = self.value(value);
                let items: Vec<Value> = items.iter().map(|item| self.value(item)).collect();
                ops::in_list(&value, &items, site)
            }
            NodeKind::Score(rules) => self.score(rules, node),
            NodeKind::Call(function, arguments) => {
                let arguments: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
                function.call(&arguments, &Context { zone: &self.world.zone, site })
            }
            // No plugin is present: the run does not evaluate models that would come here.
            NodeKind::Extern(..) => ops::fault(FaultKind::Plugin, site),
            NodeKind::Aggregate(aggregate) => self.aggregate(aggregate, node),
            NodeKind::Peers(peers) => self.told(peers),
        }
    }

    /// A value at another t, with the same k. What is remembered of an evaluation is remembered for each t.
    fn as_of(&mut self, value: &'a Node, at: &'a Node) -> Value {
        let at = match self.moment(at) {
            Ok(at) => at,
            Err(value) => return value,
        };
        let (t, k) = (self.t, self.k);
        if !mutant(Mutant::AsOfIgnored) {
            self.t = at;
        }
        if mutant(Mutant::AsOfKnowsLess) {
            self.k = at.min(k);
        }
        let value = self.value(value);
        (self.t, self.k) = (t, k);
        value
    }

    fn operand(&mut self, node: &'a Node) -> Value {
        match self.value(node) {
            Value::Missing if mutant(Mutant::MissingAsZero) => Value::Int(0),
            value => value,
        }
    }

    fn binding(&self, slot: RowSlot) -> Option<&Binding<'a>> {
        self.slots.get(self.frame + slot.index())
    }

    /// Gives a row variable its value.
    pub(super) fn bind(&mut self, slot: RowSlot, binding: Binding<'a>) {
        let place = self.frame + slot.index();
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = binding;
        }
    }

    /// A `let` speaks of the model's entity, wherever it is used.
    fn let_value(&mut self, id: LetId) -> Value {
        let model = self.model;
        let elsewhere = self.t != self.own_t && !mutant(Mutant::AsOfLetsKept);
        let known = if elsewhere { self.lets_at.get(&(id, self.t)) } else { self.lets[id.index()].as_ref() };
        if let Some(value) = known {
            return value.clone();
        }
        let Some(node) = model.lets.get(id.index()) else { return Value::Missing };
        let this = std::mem::replace(&mut self.this, self.entity);
        let value = self.value(node);
        self.this = this;
        if elsewhere {
            self.lets_at.insert((id, self.t), value.clone());
        } else {
            self.lets[id.index()] = Some(value.clone());
        }
        value
    }

    /// A fact about an entity, at this t and k; computed once for each.
    fn fact(&mut self, id: FactId, entity: EntityId, key: &EntityKey) -> Value {
        let other = self.subject(entity, key);
        let known = (id, other, self.t);
        if let Some(value) = self.facts.get(&known) {
            return value.clone();
        }
        let Some(Some(fact)) = self.world.plan.facts.get(id.index()) else { return Value::Missing };
        let this = std::mem::replace(&mut self.this, other);
        let frame = self.push_frame(fact.slots);
        let value = self.value(&fact.value);
        self.pop_frame(frame);
        self.this = this;
        self.facts.insert(known, value.clone());
        value
    }

    fn finding_column(&self, slot: RowSlot, column: FindingColumn) -> Value {
        let Some(Binding::Finding(finding)) = self.binding(slot) else { return Value::Missing };
        let Some(model) = self.world.program.models.get(finding.model.index()) else { return Value::Missing };
        match column {
            FindingColumn::Model => Value::Text(model.name.clone()),
            FindingColumn::Category => Value::Text(model.category.clone()),
            FindingColumn::Level => Value::Level(finding.level),
            FindingColumn::Time => Value::Time(finding.t),
            FindingColumn::Known => Value::Time(finding.k),
        }
    }
}
