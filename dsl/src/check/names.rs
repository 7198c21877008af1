//! Names: which belong to the package, which are built in, and what is meant where a name is unknown.

use super::context::Checker;
use crate::diagnostics::derived::TableOfRows;
use crate::diagnostics::names::{BuiltInName, DeclaredTwice, UnknownName};
use crate::diagnostics::{Edits, Word, suggest};
use crate::keywords::split_glued;
use crate::package::Manifest;
use crate::program::{EntityId, EnumId, ExternId, Levels, ModelId, SourceId};
use crate::source::Span;
use crate::syntax::{Name, QualifiedName};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_stdlib::types::built_in_type;

/// Names of a package, by kind.
pub(super) struct Names<'a> {
    /// What its `watchfire.toml` says.
    pub(super) manifest: &'a Manifest,
    /// What stands before its names in the program: nothing for the package itself, `city.` for one that it uses.
    pub(super) prefix: String,
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
    /// Packages that it uses, by the name under which it knows them.
    pub(super) packages: BTreeMap<String, PackageId>,
    /// Its levels, and where they are declared.
    pub(super) levels: Option<(Levels, Span)>,
}

/// A package: 0 is the one that is checked, the others are those that it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackageId(pub(super) usize);

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
        if let Some((_, first)) = self.names_at(name.span).types.get(&name.text).copied() {
            self.declared_twice(name, first);
            return false;
        }
        self.names_mut(name.span).types.insert(name.text.clone(), (what, name.span));
        true
    }

    /// Enters a name that expressions can use; false if it is taken.
    pub(super) fn enter_value(&mut self, name: &Name, what: Global) -> bool {
        let function = matches!(what, Global::Function(_) | Global::Extern(_));
        if self.refuse_built_in(name, function) {
            return false;
        }
        match self.names_at(name.span).values.get(&name.text).copied() {
            Some((Global::Fact, _)) if what == Global::Fact => true,
            Some((_, first)) => {
                self.declared_twice(name, first);
                false
            }
            None => {
                self.names_mut(name.span).values.insert(name.text.clone(), (what, name.span));
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
        match self.type_at(name) {
            Some(TypeName::Entity(id)) => Some(id),
            _ => {
                let all = self.visible_names(name.span, |names| {
                    let entities = names.types.iter().filter(|(_, (what, _))| matches!(what, TypeName::Entity(_)));
                    entities.map(|(name, _)| name.clone()).collect()
                });
                self.unknown_name(name, Word::ENTITY, all);
                None
            }
        }
    }

    /// The source of this name; an error is reported where there is none.
    pub(super) fn source_named(&mut self, name: &QualifiedName) -> Option<SourceFound> {
        let first = name.parts.first()?;
        if name.parts.len() > 1 {
            let (package, last) = self.in_used_package(name, Word::SOURCE)?;
            let all = source_names(&self.packages[package.0]);
            return self.source_in(package, last, all);
        }
        let local = self.model.as_mut().and_then(|model| model.lets.iter_mut().find(|l| l.name.text == first.text));
        if let Some(local) = local
            && local.value.is_none()
        {
            local.used = true;
            return Some(self.local_table(&first.text, first.span).map_or(SourceFound::Later, SourceFound::Source));
        }
        let all = self.visible_names(first.span, source_names);
        self.source_in(self.package_at(first.span), first, all)
    }

    /// The source of this name in a package; `all` are the names that could have been meant.
    fn source_in(&mut self, package: PackageId, name: &Name, all: Vec<String>) -> Option<SourceFound> {
        match self.packages[package.0].values.get(&name.text).copied() {
            Some((Global::Source(id), _)) => Some(SourceFound::Source(id)),
            Some((Global::Table(_), declared)) if !self.sources_known => {
                self.report(TableOfRows { at: name.span, table: name.text.clone(), declared: Some(declared) });
                Some(SourceFound::Later)
            }
            Some((Global::Table(index), _)) => {
                Some(self.check_table(index, name.span).map_or(SourceFound::Later, SourceFound::Source))
            }
            Some((Global::Later, _)) => Some(SourceFound::Later),
            _ => {
                self.unknown_name(name, Word::SOURCE, all);
                None
            }
        }
    }

    /// The model of this name.
    pub(super) fn model_named(&mut self, name: &QualifiedName) -> Option<ModelId> {
        let first = name.parts.first()?;
        let models = |names: &Names<'_>| names.models.keys().cloned().collect::<Vec<_>>();
        if name.parts.len() > 1 {
            let (package, last) = self.in_used_package(name, Word::MODEL)?;
            let found = self.packages[package.0].models.get(&last.text).map(|(id, _)| *id);
            if found.is_none() {
                self.unknown_name(last, Word::MODEL, models(&self.packages[package.0]));
            }
            return found;
        }
        if let Some((id, _)) = self.names_at(first.span).models.get(&first.text) {
            return Some(*id);
        }
        self.unknown_name(first, Word::MODEL, self.visible_names(first.span, models));
        None
    }
}

/// The sources among a package's names.
pub(super) fn source_names(names: &Names<'_>) -> Vec<String> {
    let sources = names.values.iter().filter(|(_, (what, _))| matches!(what, Global::Source(_) | Global::Table(_)));
    sources.map(|(name, _)| name.clone()).collect()
}
