//! Names: which belong to the package, which are built in, and what is meant where a name is unknown.

use super::context::Checker;
use crate::diagnostics::derived::TableOfRows;
use crate::diagnostics::names::{BuiltInName, DeclaredTwice, UnknownName};
use crate::diagnostics::{Edits, Word, suggest};
use crate::keywords::split_glued;
use crate::program::{EntityId, EnumId, ExternId, ModelId, SourceId};
use crate::source::Span;
use crate::syntax::{Name, QualifiedName};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_stdlib::types::built_in_type;

/// Names of a package, by kind.
#[derive(Default)]
pub(super) struct Names {
    /// Entities and enums.
    pub(super) types: BTreeMap<String, (TypeName, Span)>,
    /// What expressions and selections can name.
    pub(super) values: BTreeMap<String, (Global, Span)>,
    /// Facts by entity and name.
    pub(super) facts: BTreeMap<(EntityId, String), usize>,
    /// Facts whose entity is unknown.
    pub(super) lost_facts: BTreeSet<String>,
    /// Models.
    pub(super) models: BTreeMap<String, (ModelId, Span)>,
    /// Packages used.
    pub(super) packages: BTreeSet<String>,
}

/// What a type name stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeName {
    Entity(EntityId),
    Enum(EnumId),
}

/// What a name of the package stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    Source(SourceId),
    /// Facts of this name, of one or several entities.
    Fact,
    Constant(usize),
    Function(usize),
    Extern(ExternId),
    /// A derived table.
    Table(usize),
    /// A construct that cannot run yet.
    Later,
}

/// What a name of a source turned out to be.
pub(super) enum SourceFound {
    Source(SourceId),
    /// It is there, but cannot run yet, or has an error already reported.
    Later,
}

impl Checker<'_> {
    /// Reports a name that the language itself uses.
    pub(super) fn refuse_built_in(&mut self, name: &Name, function: bool) -> bool {
        let built_in = built_in_type(&name.text).is_some()
            || (function && watchfire_stdlib::functions::lookup(&name.text).is_some());
        if built_in {
            self.report(BuiltInName { at: name.span, name: name.text.clone() });
        }
        built_in
    }

    /// Reports the second of two declarations.
    pub(super) fn declared_twice(&mut self, name: &Name, first: Span) {
        self.report(DeclaredTwice { at: name.span, name: name.text.clone(), first });
    }

    /// Enters a type's name; false if it is taken.
    pub(super) fn enter_type(&mut self, name: &Name, what: TypeName) -> bool {
        if self.refuse_built_in(name, false) {
            return false;
        }
        if let Some((_, first)) = self.names.types.get(&name.text).copied() {
            self.declared_twice(name, first);
            return false;
        }
        self.names.types.insert(name.text.clone(), (what, name.span));
        true
    }

    /// Enters a name that expressions can use; false if it is taken.
    pub(super) fn enter_value(&mut self, name: &Name, what: Global) -> bool {
        let function = matches!(what, Global::Function(_) | Global::Extern(_));
        if self.refuse_built_in(name, function) {
            return false;
        }
        match self.names.values.get(&name.text).copied() {
            Some((Global::Fact, _)) if what == Global::Fact => true,
            Some((_, first)) => {
                self.declared_twice(name, first);
                false
            }
            None => {
                self.names.values.insert(name.text.clone(), (what, name.span));
                true
            }
        }
    }

    /// Reports an unknown name, with what was perhaps meant; a glued Chinese keyword is said first.
    pub(super) fn unknown_name<S: AsRef<str>>(
        &mut self,
        name: &Name,
        kind: Word,
        candidates: impl IntoIterator<Item = S>,
    ) {
        if self.glued_keyword(name) {
            return;
        }
        let suggestion = suggest(&name.text, candidates);
        let replace = suggestion.as_deref().map(|text| Edits::replace(name.span, text));
        self.report(UnknownName { at: name.span, kind, name: name.text.clone(), suggestion, replace });
    }

    /// Reports a Chinese keyword written without blanks inside a name that nothing has.
    pub(super) fn glued_keyword(&mut self, name: &Name) -> bool {
        if name.quoted {
            return false;
        }
        let Some(parts) = split_glued(&name.text) else { return false };
        let keyword = parts.iter().find(|part| crate::keywords::Keyword::find(part).is_some());
        let Some(keyword) = keyword.map(|k| (*k).to_owned()) else { return false };
        let insert = Edits::replace(name.span, parts.join(" "));
        self.report(crate::diagnostics::syntax::KeywordNeedsBlank { at: name.span, keyword, insert });
        true
    }

    /// The entity of this name.
    pub(super) fn entity_named(&mut self, name: &Name) -> Option<EntityId> {
        match self.names.types.get(&name.text) {
            Some((TypeName::Entity(id), _)) => Some(*id),
            _ => {
                let all: Vec<String> = self.entities.iter().map(|e| e.name.to_string()).collect();
                self.unknown_name(name, Word::ENTITY, all);
                None
            }
        }
    }

    /// The source of this name; an error is reported where there is none.
    pub(super) fn source_named(&mut self, name: &QualifiedName) -> Option<SourceFound> {
        let first = name.parts.first()?;
        if name.parts.len() > 1 {
            if !self.names.packages.contains(&first.text) {
                self.unknown_name(first, Word::SOURCE, self.source_names());
            }
            return None;
        }
        let local = self.model.as_mut().and_then(|model| model.lets.iter_mut().find(|l| l.name.text == first.text));
        if let Some(local) = local
            && local.value.is_none()
        {
            local.used = true;
            return Some(self.local_table(&first.text, first.span).map_or(SourceFound::Later, SourceFound::Source));
        }
        match self.names.values.get(&first.text) {
            Some((Global::Source(id), _)) => Some(SourceFound::Source(*id)),
            Some((Global::Table(index), declared)) => {
                let (index, declared) = (*index, *declared);
                if !self.sources_known {
                    self.report(TableOfRows { at: first.span, table: first.text.clone(), declared: Some(declared) });
                    return Some(SourceFound::Later);
                }
                Some(self.check_table(index, first.span).map_or(SourceFound::Later, SourceFound::Source))
            }
            Some((Global::Later, _)) => Some(SourceFound::Later),
            _ => {
                self.unknown_name(first, Word::SOURCE, self.source_names());
                None
            }
        }
    }

    /// The model of this name.
    pub(super) fn model_named(&mut self, name: &QualifiedName) -> Option<ModelId> {
        let first = name.parts.first()?;
        if name.parts.len() > 1 {
            if !self.names.packages.contains(&first.text) {
                self.unknown_name(first, Word::MODEL, self.names.models.keys().cloned().collect::<Vec<_>>());
            }
            return None;
        }
        if let Some((id, _)) = self.names.models.get(&first.text) {
            return Some(*id);
        }
        self.unknown_name(first, Word::MODEL, self.names.models.keys().cloned().collect::<Vec<_>>());
        None
    }

    pub(super) fn source_names(&self) -> Vec<String> {
        self.sources.iter().map(|s| s.name.to_string()).collect()
    }
}
