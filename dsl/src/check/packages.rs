//! Packages that are used: which one a name belongs to. A name is looked up in the package of the file that it stands in;
//! `city.residents` in the package that this one uses as `city`.

use super::context::Checker;
use super::names::{Global, Names, PackageId, TypeName};
use crate::diagnostics::Word;
use crate::diagnostics::package::OtherLevels;
use crate::package::{Manifest, PackageFiles};
use crate::program::Levels;
use crate::source::{FileId, Span};
use crate::syntax::{Name, QualifiedName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl<'a> Names<'a> {
    fn new(manifest: &'a Manifest, prefix: String, uses: &BTreeMap<String, usize>) -> Self {
        Self {
            manifest,
            prefix,
            types: BTreeMap::new(),
            values: BTreeMap::new(),
            facts: BTreeMap::new(),
            lost_facts: BTreeSet::new(),
            models: BTreeMap::new(),
            packages: uses.iter().map(|(alias, used)| (alias.clone(), PackageId(used + 1))).collect(),
            levels: None,
        }
    }

    /// Names of all packages, and the package of each file that is not the first one's.
    pub(super) fn of_packages(files: &'a PackageFiles) -> (Vec<Self>, BTreeMap<FileId, PackageId>) {
        let mut all = vec![Self::new(&files.manifest, String::new(), &files.uses)];
        let mut homes = BTreeMap::new();
        for (index, used) in files.used.iter().enumerate() {
            all.push(Self::new(&used.manifest, format!("{}.", used.name), &used.uses));
            homes.insert(used.manifest_file, PackageId(index + 1));
            homes.extend(used.files.iter().map(|(file, _)| (*file, PackageId(index + 1))));
        }
        (all, homes)
    }
}

impl<'a> Checker<'a> {
    /// The package of the file in which something stands.
    pub(super) fn package_at(&self, at: Span) -> PackageId {
        self.homes.get(&at.file).copied().unwrap_or(PackageId(0))
    }

    /// Names of the package of the file in which something stands.
    pub(super) fn names_at(&self, at: Span) -> &Names<'a> {
        &self.packages[self.package_at(at).0]
    }

    pub(super) fn names_mut(&mut self, at: Span) -> &mut Names<'a> {
        let package = self.package_at(at);
        &mut self.packages[package.0]
    }

    /// The manifest of the package of the file in which something stands.
    pub(super) fn manifest_at(&self, at: Span) -> &'a Manifest {
        self.names_at(at).manifest
    }

    /// How the program names what is declared here.
    pub(super) fn full_name(&self, name: &Name) -> Arc<str> {
        format!("{}{}", self.names_at(name.span).prefix, name.text).into()
    }

    /// The package that is known under a name where that name stands.
    pub(super) fn used_package(&self, name: &Name) -> Option<PackageId> {
        self.names_at(name.span).packages.get(&name.text).copied()
    }

    /// The package and the last part of `city.residents`; an error is reported where there is no such package.
    pub(super) fn in_used_package<'n>(&mut self, name: &'n QualifiedName, kind: Word) -> Option<(PackageId, &'n Name)> {
        let (first, last) = (name.parts.first()?, name.parts.last()?);
        if name.parts.len() != 2 {
            let whole = Name { text: self.texts.text(name.span).to_owned(), span: name.span, quoted: false };
            self.unknown_name(&whole, kind, Vec::<String>::new());
            return None;
        }
        let found = self.used_package(first);
        if found.is_none() {
            let all: Vec<String> = self.names_at(first.span).packages.keys().cloned().collect();
            self.unknown_name(first, Word::PACKAGE, all);
        }
        Some((found?, last))
    }

    /// The type of this name, `Person` or `city.Person`.
    pub(super) fn type_at(&self, name: &Name) -> Option<TypeName> {
        let own = self.names_at(name.span);
        let through = name.text.split_once('.').filter(|_| !name.quoted);
        let (names, local) = match through.and_then(|(alias, local)| Some((own.packages.get(alias)?, local))) {
            Some((package, local)) => (&self.packages[package.0], local),
            None => (own, name.text.as_str()),
        };
        names.types.get(local).map(|(what, _)| *what)
    }

    /// Names that can be written here: those of the package, and `city.…` of those that it uses.
    pub(super) fn visible_names(&self, at: Span, of: impl Fn(&Names<'_>) -> Vec<String>) -> Vec<String> {
        let own = self.names_at(at);
        let mut all = of(own);
        for (alias, package) in &own.packages {
            all.extend(of(&self.packages[package.0]).into_iter().map(|name| format!("{alias}.{name}")));
        }
        all
    }

    /// What expressions may name of a package that is used.
    pub(super) fn names_of(&self, package: PackageId) -> Vec<String> {
        let names = &self.packages[package.0];
        let values = names.values.iter().filter(|(_, (what, _))| *what != Global::Later).map(|(name, _)| name.clone());
        values.chain(names.types.keys().cloned()).collect()
    }

    /// Names under which packages are used must be free.
    pub(super) fn aliases_are_free(&mut self, aliases: &[&Name]) {
        for (index, alias) in aliases.iter().enumerate() {
            let names = self.names_at(alias.span);
            let taken = [
                names.types.get(&alias.text).map(|(_, at)| *at),
                names.values.get(&alias.text).map(|(_, at)| *at),
                names.models.get(&alias.text).map(|(_, at)| *at),
            ];
            let package = self.package_at(alias.span);
            let before = aliases[..index].iter();
            let again = before
                .filter(|other| other.text == alias.text && self.package_at(other.span) == package)
                .map(|other| other.span)
                .next();
            if let Some(first) = taken.into_iter().flatten().chain(again).next() {
                self.declared_twice(alias, first);
            }
        }
    }

    /// Whether the models of all packages give levels that this one has.
    pub(super) fn levels_agree(&mut self, files: &PackageFiles) -> bool {
        let levels =
            |names: &Names<'_>| names.levels.as_ref().map_or_else(Levels::default, |(levels, _)| levels.clone());
        let words = |levels: &Levels| levels.all().map(|(_, name)| name.to_owned()).collect::<Vec<_>>();
        self.levels = levels(&self.packages[0]);
        let own = words(&self.levels);
        let mut agree = true;
        for (index, used) in files.used.iter().enumerate() {
            let names = &self.packages[index + 1];
            let others = words(&levels(names));
            if !names.models.is_empty() && others != own {
                agree = false;
                let package = used.manifest.name.value.clone();
                self.report(OtherLevels { at: used.at, package, levels: others, own: own.clone() });
            }
        }
        agree
    }
}
