//! What an entity brings to a comparison with its peers, and what it was told.

use super::Evaluator;
use crate::mutant::{Mutant, mutant};
use crate::plan::{AggregateNode, FromNode, Node, NodeKind, PeersNode, is_timeless};
use std::collections::HashSet;
use watchfire_dsl::program::{AggregateFunction, FactId, LetId};
use watchfire_stdlib::value::Value;

/// What one entity brings to a comparison.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// Its own value.
    pub(crate) value: Value,
    /// What says who its peers are.
    pub(crate) keys: Vec<Value>,
    /// It counts as a peer of others: its value is known, and there is a row behind it.
    pub(crate) counts: bool,
}

/// What was looked through already, and where no row was found.
#[derive(Default)]
struct Seen {
    lets: HashSet<(LetId, i64)>,
    facts: HashSet<(FactId, usize, i64)>,
}

impl<'a> Evaluator<'a> {
    /// Gives the evaluation begun with [`Evaluator::begin`] what its entity was told, by the place of the comparison in
    /// the model.
    pub(crate) fn compare_by(&mut self, told: &[Value]) {
        self.told.clear();
        self.told.extend_from_slice(told);
    }

    /// What the evaluation was given by [`Evaluator::compare_by`].
    pub(crate) fn told_by_peers(&self) -> &[Value] {
        &self.told
    }

    /// What the entity was told. A fault of its own is computed again, so that it tells its row.
    pub(super) fn told(&mut self, peers: &'a PeersNode) -> Value {
        let told = self.told.get(peers.id).cloned().unwrap_or(Value::Missing);
        if let Value::Fault(_) = told {
            let own = peers.function.compares().then_some(&peers.value);
            for node in own.into_iter().chain(peers.keys()) {
                if let fault @ Value::Fault(_) = self.value(node) {
                    return fault;
                }
            }
        }
        told
    }

    /// What the entity of the evaluation brings.
    pub(crate) fn measure(&mut self, peers: &'a PeersNode) -> Measured {
        let value = self.value(&peers.value);
        let keys = peers.keys().iter().map(|key| self.value(key)).collect();
        let counts = value.is_known()
            && (mutant(Mutant::PeersWithoutRows) || self.has_row(&peers.value, peers.dated, &mut Seen::default()));
        Measured { value, keys, counts }
    }

    /// Whether there is a row behind a value: one that an aggregate takes, in the value itself or in what it uses.
    /// What is used twice is looked through once.
    fn has_row(&mut self, node: &'a Node, dated: bool, seen: &mut Seen) -> bool {
        match &node.kind {
            NodeKind::Aggregate(aggregate) => (!dated || self.is_dated(aggregate)) && self.takes_a_row(aggregate, node),
            NodeKind::Let(id) => {
                let model = self.model;
                let Some(value) = model.lets.get(id.index()).filter(|_| seen.lets.insert((*id, self.t))) else {
                    return false;
                };
                let this = std::mem::replace(&mut self.this, self.entity);
                let found = self.has_row(value, dated, seen);
                self.this = this;
                found
            }
            NodeKind::Fact(id, entity) => {
                self.has_row(entity, dated, seen) || self.fact_has_row(*id, entity, dated, seen)
            }
            NodeKind::About(kind, entity, body) => {
                if self.has_row(entity, dated, seen) {
                    return true;
                }
                let Value::Entity(key) = self.value(entity) else { return false };
                let other = self.subject(*kind, &key);
                let this = std::mem::replace(&mut self.this, other);
                let found = self.has_row(body, dated, seen);
                self.this = this;
                found
            }
            NodeKind::AsOf(value, at) => {
                if self.has_row(at, dated, seen) {
                    return true;
                }
                let Ok(at) = self.moment(at) else { return false };
                let t = std::mem::replace(&mut self.t, at);
                let found = self.has_row(value, dated, seen);
                self.t = t;
                found
            }
            NodeKind::Peers(peers) => self.has_row(&peers.value, dated, seen),
            _ => node.children().into_iter().any(|child| self.has_row(child, dated, seen)),
        }
    }

    fn fact_has_row(&mut self, id: FactId, entity: &'a Node, dated: bool, seen: &mut Seen) -> bool {
        let (program, plan) = (self.world.program, self.world.plan);
        let (Some(declared), Some(Some(fact))) = (program.facts.get(id.index()), plan.facts.get(id.index())) else {
            return false;
        };
        let Value::Entity(key) = self.value(entity) else { return false };
        let other = self.subject(declared.entity, &key);
        if !seen.facts.insert((id, other, self.t)) {
            return false;
        }
        let this = std::mem::replace(&mut self.this, other);
        let frame = self.push_frame(fact.slots);
        let found = self.has_row(&fact.value, dated, seen);
        self.pop_frame(frame);
        self.this = this;
        found
    }

    fn is_dated(&self, aggregate: &AggregateNode) -> bool {
        match &aggregate.from {
            FromNode::Rows(timeline) | FromNode::Entities(_, _, timeline) => {
                let timeline = self.world.plan.timelines.get(timeline.0 as usize);
                timeline.is_some_and(|timeline| !is_timeless(self.world.program, timeline.source))
            }
            FromNode::Near(id, ..) => {
                let places = self.world.plan.places.get(id.0 as usize);
                places.is_some_and(|places| !is_timeless(self.world.program, places.source))
            }
            FromNode::Derived(source) | FromNode::DerivedEntities(_, _, source) => {
                !is_timeless(self.world.program, *source)
            }
            FromNode::Group => false,
            FromNode::Findings(_) => true,
        }
    }

    fn takes_a_row(&mut self, aggregate: &'a AggregateNode, node: &Node) -> bool {
        use AggregateFunction as F;
        // What compiled code worked out says it where it is made of rows.
        match (aggregate.function, self.known_already(aggregate)) {
            (F::Count | F::CountDistinct, Some(Value::Int(many))) if *many > 0 => return true,
            (F::Min | F::Max | F::First | F::Last | F::The | F::Mean | F::Stddev, Some(value)) if value.is_known() => {
                return true;
            }
            _ => {}
        }
        self.compute(aggregate, (AggregateFunction::Any, None), node).is_true()
    }
}
