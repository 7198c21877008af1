//! `exempt MODEL { KEY until DATE because "…" }`: whose warnings are set aside.

use super::context::{Checker, Scope};
use crate::diagnostics::models::{ExemptTwice, NoKeyOf};
use crate::program::{EntityId, EntityKey, EntityKeyType, Exemption, Kind, ModelId, Value};
use crate::source::Span;
use crate::syntax;
use std::collections::BTreeMap;
use std::sync::Arc;
use watchfire_stdlib::functions::Context;
use watchfire_stdlib::keys::{RawKey, canonical};

impl Checker<'_> {
    /// All exemptions of the package. Keys are what the models' warnings are about, read as the data's keys are.
    pub(super) fn exemptions(&mut self, items: &[&syntax::Exempt]) -> Vec<Exemption> {
        let mut found = Vec::new();
        let mut first: BTreeMap<(ModelId, EntityKey), Span> = BTreeMap::new();
        for item in items {
            self.begin();
            let model = self.model_named(&item.model);
            for entry in &item.entries {
                let until = self.until(&entry.until);
                let Some(model) = model else { continue };
                let Some(entity) = self.heads[model.index()].about else { continue };
                let Some(raw) = self.expected_key(model, &entry.key) else { continue };
                let at = place_of(entry);
                let Some(subject) = self.subject(entity, &raw) else {
                    let declared = self.entities.get(entity.0 as usize).map(|declared| declared.span);
                    let (key, entity) = (raw.join(", "), self.entity_name(entity));
                    self.report(NoKeyOf { at, key, entity, declared });
                    continue;
                };
                if let Some(first) = first.insert((model, subject.clone()), at) {
                    let (key, model) = (raw.join(", "), self.heads[model.index()].syntax.name.text.clone());
                    self.report(ExemptTwice { at, key, model, first });
                    continue;
                }
                let (because, span) = (entry.because.text.as_str().into(), at.to(entry.because.span));
                found.extend(until.map(|until| Exemption { model, subject, until, because, span }));
            }
        }
        found
    }

    /// The date until which an entity is exempt.
    fn until(&mut self, e: &syntax::Expr) -> Option<i32> {
        let value = self.expr(&mut Scope::empty(), e, Some(&Kind::Date));
        let value = self.need(value, &Kind::Date, None);
        match self.fixed(&value)? {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    /// The entity that raw texts name.
    fn subject(&self, entity: EntityId, raw: &[Arc<str>]) -> Option<EntityKey> {
        let key = |entity: EntityId, raw: &Arc<str>| -> Option<Arc<str>> {
            let declared = self.entities.get(entity.0 as usize)?;
            let context = Context { zone: &self.zone, site: (0, 0, 0) };
            match (canonical(raw, declared.via, &context), &declared.key) {
                (RawKey::Key(key), EntityKeyType::Text) => Some(key.into()),
                (RawKey::Key(key), EntityKeyType::Int) => Some(key.parse::<i64>().ok()?.to_string().into()),
                _ => None,
            }
        };
        match (&self.entities.get(entity.0 as usize)?.key, raw) {
            (EntityKeyType::Pair(a, b), [left, right]) => Some(EntityKey::Pair(key(*a, left)?, key(*b, right)?)),
            (_, [one]) => Some(EntityKey::Single(key(entity, one)?)),
            _ => None,
        }
    }
}

/// Where the key of an entry stands.
fn place_of(entry: &syntax::ExemptEntry) -> Span {
    match (entry.key.first(), entry.key.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => entry.until.span,
    }
}
