//! The order of models: each after those whose findings it reads.

use super::context::Checker;
use super::grants::model_expressions;
use crate::diagnostics::names::CyclicFacts;
use crate::program::{Expr, ExprKind, From, MessagePart, Model, ModelId};
use std::collections::{BTreeMap, BTreeSet};

impl Checker<'_> {
    /// Models in order, or none where some need each other; `models` are in the order of their heads.
    pub(super) fn in_order(&mut self, models: Vec<(ModelId, Model)>) -> Option<Vec<(ModelId, Model)>> {
        let parts: BTreeMap<ModelId, BTreeSet<ModelId>> = models.iter().map(|(id, m)| (*id, parts_of(m))).collect();
        let mut order: Vec<ModelId> = Vec::new();
        let mut waiting: Vec<ModelId> = models.iter().map(|(id, _)| *id).collect();
        while !waiting.is_empty() {
            let ready = |id: &ModelId| parts[id].iter().all(|part| order.contains(part) || !parts.contains_key(part));
            let (now, later): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(ready);
            if now.is_empty() {
                self.report_cycle(&later, &parts);
                return None;
            }
            order.extend(now);
            waiting = later;
        }
        let mut by_id: BTreeMap<ModelId, Model> = models.into_iter().collect();
        Some(order.into_iter().filter_map(|id| by_id.remove(&id).map(|model| (id, model))).collect())
    }

    fn report_cycle(&mut self, stuck: &[ModelId], parts: &BTreeMap<ModelId, BTreeSet<ModelId>>) {
        // Each stuck model reads one that is stuck: following them comes round.
        let Some(mut at) = stuck.first().copied() else { return };
        let mut path: Vec<ModelId> = Vec::new();
        while !path.contains(&at) {
            path.push(at);
            let Some(next) = parts[&at].iter().find(|part| stuck.contains(part)) else { return };
            at = *next;
        }
        let start = path.iter().position(|id| *id == at).unwrap_or(0);
        let names: Vec<&crate::syntax::Name> =
            path[start..].iter().map(|id| &self.heads[id.index()].syntax.name).collect();
        let Some(first) = names.first().copied() else { return };
        let through = names.iter().skip(1).map(|name| name.span).collect();
        let mut words: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
        words.push(first.text.clone());
        self.report(CyclicFacts { at: first.span, path: words, through });
    }
}

/// The models whose findings a model reads.
fn parts_of(model: &Model) -> BTreeSet<ModelId> {
    let mut parts = BTreeSet::new();
    for e in model.lets.iter().map(|l| &l.value).chain(model_expressions(model)) {
        e.visit(&mut |e| {
            if let ExprKind::Aggregate(aggregate) = &e.kind
                && let From::Findings(models) = &aggregate.selection.from
            {
                parts.extend(models.iter().copied());
            }
        });
    }
    parts
}

/// Gives models the ids of their new places.
pub(super) fn renumber(model: &mut Model, new: &BTreeMap<ModelId, ModelId>) {
    let mut change = |e: &mut Expr| {
        e.visit_mut(&mut |e| {
            if let ExprKind::Aggregate(aggregate) = &mut e.kind
                && let From::Findings(models) = &mut aggregate.selection.from
            {
                for id in models.iter_mut() {
                    *id = new.get(id).copied().unwrap_or(*id);
                }
                models.sort();
            }
        });
    };
    for declared in &mut model.lets {
        change(&mut declared.value);
    }
    change(&mut model.condition);
    for e in model.dispatch.iter_mut().chain(model.about.iter_mut()) {
        change(e);
    }
    model.trigger.expressions_mut().into_iter().for_each(&mut change);
    for rule in &mut model.levels {
        rule.condition.iter_mut().for_each(&mut change);
    }
    let messages = model.levels.iter_mut().filter_map(|rule| rule.message.as_mut()).chain(model.message.as_mut());
    for part in messages.flat_map(|message| &mut message.texts).flat_map(|(_, parts)| parts) {
        if let MessagePart::Value { value, .. } = part {
            change(value);
        }
    }
}
