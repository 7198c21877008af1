//! What a package declares, in the order in which it can be known: names first, then entities and enums, constants and
//! functions, sources, the heads of models.

use super::context::{Checker, ConstantState, FactState, FunctionState, ModelHead, State, TableState};
use super::names::{Global, PackageId, TypeName};
use crate::diagnostics::Word;
use crate::diagnostics::models::{BadKey, BadPair, UnknownPlugin};
use crate::diagnostics::suggest;
use crate::program::{Entity, EntityId, EntityKeyType, Enum, EnumId, Extern, ExternId, Kind, ModelId, SourceId};
use crate::source::Span;
use crate::syntax::{self, Item, ItemKind, Name, QualifiedName};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use watchfire_stdlib::functions;
use watchfire_stdlib::types::built_in_type;

/// Items whose names are entered, by kind.
#[derive(Default)]
pub(super) struct Collected<'a> {
    pub(super) entities: Vec<&'a syntax::Entity>,
    pub(super) enums: Vec<&'a syntax::Enum>,
    pub(super) tables: Vec<(SourceId, &'a syntax::Source)>,
    pub(super) unions: Vec<(SourceId, &'a syntax::Union)>,
    pub(super) externs: Vec<&'a syntax::Extern>,
    pub(super) aliases: Vec<&'a Name>,
    pub(super) exempt: Vec<&'a syntax::Exempt>,
    pub(super) tests: Vec<(&'a Item, &'a syntax::Test)>,
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<'a> Checker<'a> {
    /// Enters the names of all items; what they say is checked later.
    pub(super) fn collect(&mut self, files: &'a [(crate::source::FileId, syntax::File)]) -> Collected<'a> {
        let mut all = Collected::default();
        for item in files.iter().flat_map(|(_, file)| &file.items) {
            match &item.kind {
                ItemKind::Entity(entity) => {
                    if self.enter_type(&entity.name, TypeName::Entity(EntityId(count(all.entities.len())))) {
                        all.entities.push(entity);
                    }
                }
                ItemKind::Enum(declared) => {
                    if self.enter_type(&declared.name, TypeName::Enum(EnumId(count(all.enums.len())))) {
                        all.enums.push(declared);
                    }
                }
                ItemKind::Source(source) => {
                    let id = SourceId(count(all.tables.len() + all.unions.len()));
                    if self.enter_value(&source.name, Global::Source(id)) {
                        all.tables.push((id, source));
                    }
                }
                ItemKind::Union(union) => {
                    let id = SourceId(count(all.tables.len() + all.unions.len()));
                    if self.enter_value(&union.name, Global::Source(id)) {
                        all.unions.push((id, union));
                    }
                }
                ItemKind::Constant(syntax) => {
                    if self.enter_value(&syntax.name, Global::Constant(self.constants.len())) {
                        self.constants.push(ConstantState {
                            syntax,
                            item: item.span,
                            state: State::Waiting,
                            inlined: std::collections::BTreeSet::new(),
                        });
                    }
                }
                ItemKind::Function(syntax) => {
                    if self.enter_value(&syntax.name, Global::Function(self.functions.len())) {
                        self.functions.push(FunctionState {
                            syntax,
                            item: item.span,
                            parameters: Vec::new(),
                            busy: false,
                        });
                    }
                }
                ItemKind::Extern(declared) if declared.check => {
                    self.enter_value(&declared.name, Global::Later);
                    self.not_yet(item.span, "extern check");
                }
                ItemKind::Extern(declared) => {
                    if self.enter_value(&declared.name, Global::Extern(ExternId(count(all.externs.len())))) {
                        all.externs.push(declared);
                    }
                }
                ItemKind::Fact(syntax) => {
                    self.fact_states.push(FactState { syntax, entity: None, state: State::Waiting });
                }
                ItemKind::Model(syntax) => self.enter_model(item, syntax),
                // The tests of a package that is used are its own.
                ItemKind::Test(test) if self.package_at(item.span) == PackageId(0) => all.tests.push((item, test)),
                ItemKind::Test(_) => {}
                ItemKind::Rows(rows) => {
                    if self.enter_value(&rows.name, Global::Table(self.tables.len())) {
                        self.tables.push(TableState { syntax: rows, entity: None, state: State::Waiting });
                    }
                }
                ItemKind::Levels(levels) => self.declare_levels(levels, item.span),
                ItemKind::Exempt(exempt) => all.exempt.push(exempt),
                ItemKind::Use(package) => all.aliases.push(&package.alias),
            }
        }
        self.aliases_are_free(&all.aliases);
        all
    }

    fn enter_model(&mut self, item: &'a Item, syntax: &'a syntax::Model) {
        if let Some((_, first)) = self.names_at(syntax.name.span).models.get(&syntax.name.text).copied() {
            self.declared_twice(&syntax.name, first);
            return;
        }
        let id = ModelId(count(self.heads.len()));
        self.names_mut(syntax.name.span).models.insert(syntax.name.text.clone(), (id, syntax.name.span));
        self.heads.push(ModelHead { item, syntax, entity: None, parameters: HashMap::new(), about: None });
    }

    /// Entities and enums.
    pub(super) fn declare_types(&mut self, all: &Collected<'_>) {
        for entity in &all.entities {
            // Pairs may name entities declared below them: their keys follow.
            let key = match &entity.key {
                syntax::EntityKey::Single(ty) if built_in_type(&ty.name.text) == Some(Kind::Int) => EntityKeyType::Int,
                _ => EntityKeyType::Text,
            };
            let name = self.full_name(&entity.name);
            self.entities.push(Entity { name, key, via: None, private: entity.private, span: entity.name.span });
        }
        for declared in &all.enums {
            let declared = self.enumeration(declared);
            self.enums.push(declared);
        }
        for (index, entity) in all.entities.iter().enumerate() {
            let via = entity.via.as_ref().and_then(|via| self.loader(via));
            if let Some(function) = via
                && (function.parameters.len() != 1 || function.wall)
            {
                let at = entity.via.as_ref().map_or(entity.name.span, |via| via.span);
                self.report(crate::diagnostics::models::RawColumns {
                    at,
                    function: function.name.to_owned(),
                    expected: function.parameters.len(),
                    found: 1,
                });
            }
            let pair = match &entity.key {
                syntax::EntityKey::Pair(parts) => self.pair(parts, entity.name.span),
                syntax::EntityKey::Single(ty) => {
                    self.single_key(ty);
                    None
                }
            };
            self.entities[index].via = via;
            if let Some((a, b)) = pair {
                self.entities[index].key = EntityKeyType::Pair(a, b);
                // What shows a pair shows its parts.
                self.entities[index].private |= [a, b].iter().any(|part| self.entities[part.0 as usize].private);
            }
        }
    }

    fn single_key(&mut self, ty: &syntax::TypeName) {
        match built_in_type(&ty.name.text) {
            Some(Kind::Text | Kind::Int) if !ty.optional => {}
            _ => self.report(BadKey { at: ty.span, ty: ty.name.text.clone() }),
        }
    }

    fn pair(&mut self, parts: &[Name], at: Span) -> Option<(EntityId, EntityId)> {
        let ids: Vec<Option<EntityId>> = parts.iter().map(|part| self.entity_named(part)).collect();
        let at = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => at,
        };
        match ids.as_slice() {
            [Some(a), Some(b)] => {
                let single = |id: &EntityId| !matches!(self.entities[id.0 as usize].key, EntityKeyType::Pair(..));
                if a == b || !single(a) || !single(b) {
                    self.report(BadPair { at });
                    return None;
                }
                Some((*a, *b))
            }
            [_, _] => None,
            _ => {
                self.report(BadPair { at });
                None
            }
        }
    }

    fn enumeration(&mut self, declared: &syntax::Enum) -> Enum {
        let mut variants: Vec<(Arc<str>, Vec<Arc<str>>)> = Vec::new();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for variant in &declared.variants {
            let mut raw = Vec::new();
            if let Some(first) = seen.insert(&variant.name.text, variant.name.span) {
                self.declared_twice(&variant.name, first);
                continue;
            }
            for text in &variant.raw {
                if let Some(first) = seen.insert(&text.text, text.span)
                    && text.text != variant.name.text
                {
                    let name = Name { text: text.text.clone(), span: text.span, quoted: true };
                    self.declared_twice(&name, first);
                }
                raw.push(text.text.as_str().into());
            }
            variants.push((variant.name.text.as_str().into(), raw));
        }
        Enum { name: self.full_name(&declared.name), variants, span: declared.name.span }
    }

    /// The loader of this name, for `via`.
    pub(super) fn loader(&mut self, via: &QualifiedName) -> Option<&'static functions::Function> {
        let text = via.parts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(".");
        let found = functions::lookup(&text).filter(|f| f.is_loader());
        if found.is_none() {
            let loaders = functions::functions().iter().filter(|f| f.is_loader());
            let all: Vec<&str> = loaders.flat_map(|f| [f.name, f.name_zh]).collect();
            self.unknown_name(&Name { text, span: via.span, quoted: true }, Word::FUNCTION, all);
        }
        found
    }

    /// Parameters of functions; plugins' functions.
    pub(super) fn declare_functions(&mut self, all: &Collected<'_>) {
        for index in 0..self.functions.len() {
            let declared = self.functions[index].syntax;
            let mut parameters: Vec<(String, Kind, bool)> = Vec::new();
            for (position, (name, ty)) in declared.parameters.iter().enumerate() {
                if let Some((first, _)) = declared.parameters[..position].iter().find(|(n, _)| n.text == name.text) {
                    self.declared_twice(name, first.span);
                }
                let ty = self.type_named(ty);
                parameters.push((name.text.clone(), ty.kind, ty.optional));
            }
            self.functions[index].parameters = parameters;
        }
        for declared in &all.externs {
            let mut parameters = Vec::new();
            for (name, ty) in &declared.parameters {
                parameters.push((Arc::from(name.text.as_str()), self.type_named(ty)));
            }
            let result = match &declared.result {
                Some(ty) => self.type_named(ty),
                None => {
                    self.report(crate::diagnostics::models::MissingClause {
                        at: declared.name.span,
                        model: declared.name.text.clone(),
                        clause: ": Type".to_owned(),
                        example: format!("{}(…): Float", declared.name.text),
                    });
                    crate::program::Type::new(Kind::Unknown)
                }
            };
            let manifest = self.manifest_at(declared.name.span);
            if !manifest.plugins.contains_key(&declared.plugin.text) {
                let plugin = declared.plugin.text.clone();
                let suggestion = suggest(&plugin, manifest.plugins.keys());
                self.report(UnknownPlugin { at: declared.plugin.span, plugin, suggestion });
            }
            // A plugin may fail to answer for a row: its result may be missing.
            let result = result.optional();
            self.externs.push(Extern {
                name: self.full_name(&declared.name),
                plugin: format!("{}{}", self.names_at(declared.name.span).prefix, declared.plugin.text).into(),
                parameters,
                result,
                span: declared.name.span,
            });
        }
    }

    /// Entities of facts and models, and their names.
    pub(super) fn declare_heads(&mut self) {
        for index in 0..self.fact_states.len() {
            let syntax = self.fact_states[index].syntax;
            let Some(entity) = self.entity_named(&syntax.entity) else {
                self.names_mut(syntax.name.span).lost_facts.insert(syntax.name.text.clone());
                continue;
            };
            self.fact_states[index].entity = Some(entity);
            let key = (entity, syntax.name.text.clone());
            if let Some(first) = self.names_at(syntax.name.span).facts.get(&key) {
                let first = self.fact_states[*first].syntax.name.span;
                self.declared_twice(&syntax.name, first);
            } else if self.enter_value(&syntax.name, Global::Fact) {
                self.names_mut(syntax.name.span).facts.insert(key, index);
            }
        }
        self.declare_tables();
        for index in 0..self.heads.len() {
            self.heads[index].entity = self.entity_named(&self.heads[index].syntax.entity);
        }
    }
}
