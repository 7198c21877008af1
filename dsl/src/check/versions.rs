//! Versions of models: a hash of a model's canonical text and of everything it depends on.

use super::context::Checker;
use super::grants::model_expressions;
use crate::format::format;
use crate::keywords::KeywordLanguage;
use crate::prescan::prescan;
use crate::program::{
    ColumnId, EntityId, EnumId, Expr, ExprKind, FactId, From, Kind, LoadZone, Model, ModelId, SourceId, SourceKind,
    Trigger,
};
use crate::source::Span;
use crate::syntax::{File, Item};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a declaration depends on.
#[derive(Clone, Default)]
struct Needs {
    /// Places of items (constants, functions, facts, models, sources, entities, enums).
    names: BTreeSet<Span>,
}

/// Texts of items by the place of their name, in a form that blanks and the language of keywords do not change.
pub(super) type Texts = BTreeMap<Span, String>;

/// An item as the formatter writes it in English, without blanks and comments; `text` is that of its file.
pub(super) fn canonical(item: &Item, text: &str) -> String {
    let file = File { items: vec![Item { docs: Vec::new(), ..item.clone() }], comments: Vec::new() };
    let formatted = format(&file, text, KeywordLanguage::English);
    let mut canonical = String::with_capacity(formatted.len());
    for token in prescan(item.span.file, &formatted).tokens {
        // As it stands in the text: quotes keep a text from passing for a name.
        canonical.push_str(formatted.get(token.start as usize..token.end as usize).unwrap_or(""));
        canonical.push(' ');
    }
    canonical
}

impl Checker<'_> {
    /// The versions of models, in their order (each after those whose findings it reads); `inlined` are the constants
    /// and functions written out in each.
    pub(super) fn versions(
        &self,
        models: &[(ModelId, Model)],
        inlined: &[BTreeSet<Span>],
        texts: &Texts,
    ) -> Vec<Arc<str>> {
        let mut facts: Vec<Needs> = Vec::new();
        let mut parts: BTreeMap<ModelId, Needs> = BTreeMap::new();
        for (fact, own) in self.facts.iter().zip(&self.fact_inlined) {
            let mut needs = Needs::default();
            needs.names.insert(fact.span);
            needs.names.extend(own);
            self.entity_needs(fact.entity, &mut needs);
            self.expression_needs(&fact.value, &facts, &parts, &mut needs);
            facts.push(needs);
        }
        let mut versions = Vec::new();
        for ((id, model), own) in models.iter().zip(inlined) {
            let mut needs = Needs::default();
            needs.names.insert(model.span);
            needs.names.extend(own);
            self.entity_needs(model.entity, &mut needs);
            self.entity_needs(model.about_entity, &mut needs);
            let lets = model.lets.iter().map(|l| &l.value);
            for e in lets.chain(model_expressions(model)) {
                self.expression_needs(e, &facts, &parts, &mut needs);
            }
            if let Trigger::On { source, .. } = &model.trigger {
                self.source_needs(*source, &mut needs);
            }
            if let Some(population) = &model.population {
                self.source_needs(population.source, &mut needs);
            }
            versions.push(self.hash(&needs, texts));
            parts.insert(*id, needs);
        }
        versions
    }

    fn hash(&self, needs: &Needs, texts: &Texts) -> Arc<str> {
        let mut parts: Vec<&str> = needs.names.iter().filter_map(|span| texts.get(span)).map(String::as_str).collect();
        // Where something stands does not matter, only what it says.
        parts.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.zone.name().as_bytes());
        for part in parts {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().as_str().into()
    }

    fn expression_needs(&self, e: &Expr, facts: &[Needs], models: &BTreeMap<ModelId, Needs>, needs: &mut Needs) {
        e.visit(&mut |e| {
            self.kind_needs(&e.ty.kind, needs);
            match &e.kind {
                ExprKind::Column { source, .. } => self.source_needs(*source, needs),
                ExprKind::Fact { fact: FactId(fact), .. } => {
                    if let Some(inner) = facts.get(*fact as usize) {
                        needs.names.extend(&inner.names);
                    }
                }
                ExprKind::Extern { function, .. } => {
                    needs.names.extend(self.externs.get(function.index()).map(|f| f.span));
                }
                ExprKind::Aggregate(aggregate) => match &aggregate.selection.from {
                    From::Rows { source, .. } | From::Near { source, .. } => self.source_needs(*source, needs),
                    From::Entities { source, entity, .. } => {
                        self.source_needs(*source, needs);
                        self.entity_needs(*entity, needs);
                    }
                    From::Group => {}
                    From::Findings(parts) => {
                        for inner in parts.iter().filter_map(|m| models.get(m)) {
                            needs.names.extend(&inner.names);
                        }
                    }
                },
                _ => {}
            }
        });
    }

    fn source_needs(&self, source: SourceId, needs: &mut Needs) {
        let Some(declared) = self.sources.get(source.index()) else { return };
        if !needs.names.insert(declared.span) {
            return;
        }
        for column in &declared.columns {
            self.kind_needs(&column.ty.kind, needs);
            if let Some(LoadZone::Lookup { source, column: ColumnId(_), .. }) = &column.load.zone {
                self.source_needs(*source, needs);
            }
        }
        match &declared.kind {
            SourceKind::Table(_) | SourceKind::Edges { .. } => {}
            SourceKind::Union(parts) => {
                for part in parts {
                    self.source_needs(part.source, needs);
                    for value in &part.columns {
                        self.expression_needs(value, &[], &BTreeMap::new(), needs);
                    }
                }
            }
            SourceKind::Derived(table) => {
                needs.names.extend(self.table_inlined.get(&source).into_iter().flatten());
                self.entity_needs(table.entity, needs);
                if let From::Rows { source, .. } = &table.selection.from {
                    self.source_needs(*source, needs);
                }
                for value in table.parts() {
                    self.expression_needs(value, &[], &BTreeMap::new(), needs);
                }
            }
        }
    }

    fn kind_needs(&self, kind: &Kind, needs: &mut Needs) {
        match kind {
            Kind::Entity(id) => self.entity_needs(*id, needs),
            Kind::Enum(EnumId(id)) => needs.names.extend(self.enums.get(*id as usize).map(|e| e.span)),
            Kind::List(inner) => self.kind_needs(inner, needs),
            _ => {}
        }
    }

    fn entity_needs(&self, id: EntityId, needs: &mut Needs) {
        let Some(entity) = self.entities.get(id.0 as usize) else { return };
        if needs.names.insert(entity.span)
            && let crate::program::EntityKeyType::Pair(a, b) = entity.key
        {
            self.entity_needs(a, needs);
            self.entity_needs(b, needs);
        }
    }
}
