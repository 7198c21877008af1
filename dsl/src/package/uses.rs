//! `use city = "../city" version "1.2"`: the packages that a package uses, and those that they use.
//!
//! Each is read once, whoever uses it: a package is where its folder is. Results name it by the shortest way to it from
//! the package that is run (`city`, `housing.city`); in the text a name belongs to the package of the file that it stands
//! in.

use super::manifest::{self, Manifest};
use super::{DataEntry, FileRole, LoadError, MANIFEST, PackageFiles, Raw, UsedPackage, folder, without_mark};
use crate::diagnostics::package::{
    BadWantedVersion, CircularUse, NoPackageThere, OtherVersion, OtherZone, SameFileTwice,
};
use crate::diagnostics::{Diagnostic, sort};
use crate::keywords::{Keyword, KeywordLanguage};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{ItemKind, Use};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};

/// Where a package is; the same place for all ways to it.
pub(super) type Place = PathBuf;

/// From where packages are read.
pub(super) trait Shelf {
    /// The package at a path that starts at another package.
    fn find(&self, from: &Place, path: &str) -> Option<Place>;

    /// Its texts.
    fn read(&self, place: &Place) -> Result<Raw, Vec<Diagnostic>>;
}

/// Packages given as texts, by their folders from the package that uses them.
#[derive(Default)]
pub(super) struct Texts {
    packages: BTreeMap<Place, Raw>,
}

impl Texts {
    /// Parts the texts of a package from those of the packages that are given along.
    pub(super) fn sort(manifest: &str, files: Vec<(String, String)>) -> (Raw, Self) {
        let mut texts = Self::default();
        let mut root = Raw { manifest: manifest.to_owned(), ..Raw::default() };
        let mut others = Vec::new();
        for (name, text) in files {
            match name.strip_suffix(MANIFEST).and_then(|folder| folder.strip_suffix('/')) {
                Some(folder) => {
                    let shown = format!("{folder}/");
                    texts.packages.insert(plain(Path::new(folder)), Raw { manifest: text, shown, ..Raw::default() });
                }
                None => others.push((name, text)),
            }
        }
        for (name, text) in others {
            let path = plain(Path::new(&name));
            let folder = path.ancestors().skip(1).find(|folder| texts.packages.contains_key(*folder));
            let package = folder.map(Path::to_path_buf).and_then(|folder| {
                let inside = path.strip_prefix(&folder).ok()?;
                let inside = inside.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
                Some((texts.packages.get_mut(&folder)?, inside))
            });
            match package {
                Some((package, inside)) => package.files.push((inside, text)),
                None => root.files.push((name, text)),
            }
        }
        (root, texts)
    }
}

impl Shelf for Texts {
    fn find(&self, from: &Place, path: &str) -> Option<Place> {
        let place = plain(&from.join(path));
        (place.as_os_str().is_empty() || self.packages.contains_key(&place)).then_some(place)
    }

    fn read(&self, place: &Place) -> Result<Raw, Vec<Diagnostic>> {
        Ok(self.packages.get(place).cloned().unwrap_or_default())
    }
}

/// A path without `.` and without the `..` that take something back.
fn plain(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(found.components().next_back(), Some(Component::Normal(_))) => {
                found.pop();
            }
            other => found.push(other),
        }
    }
    found
}

/// A package while others are read.
struct Loaded {
    place: Place,
    package: UsedPackage,
    /// The packages that it uses: where it says so, and which.
    edges: Vec<(Span, usize)>,
}

/// Puts a package together from what was read, with all the packages that it uses.
pub(super) fn assemble(raw: Raw, place: &Place, shelf: &dyn Shelf) -> Result<PackageFiles, LoadError> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let root = add(&mut sources, raw, &mut diagnostics);
    sort(&mut diagnostics);
    let root = match root {
        Some(root) if !diagnostics.iter().any(Diagnostic::is_error) => root,
        _ => return Err(LoadError { diagnostics, sources }),
    };
    let mut all = vec![Loaded { place: place.clone(), package: root, edges: Vec::new() }];
    let mut waiting = VecDeque::from([0]);
    while let Some(index) = waiting.pop_front() {
        for item in uses_of(&sources, &all[index].package.files) {
            let before = all.len();
            if let Some(found) = follow(&item, index, &mut all, &mut sources, &mut diagnostics, shelf) {
                all[index].edges.push((item.path.span, found));
                all[index].package.uses.entry(item.alias.text.clone()).or_insert(found);
            }
            waiting.extend(before..all.len());
        }
    }
    circles(&all, &mut diagnostics);
    sort(&mut diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(LoadError { diagnostics, sources });
    }
    // The places of used packages, among which the package itself is not.
    let mut used: Vec<UsedPackage> = Vec::new();
    for mut loaded in all {
        for target in loaded.package.uses.values_mut() {
            *target = target.saturating_sub(1);
        }
        used.push(loaded.package);
    }
    let UsedPackage { manifest, files, root, uses, .. } = used.remove(0);
    Ok(PackageFiles { manifest, sources, files, root, warnings: diagnostics, used, uses })
}

/// The package that a `use` means, read if it is not there yet.
fn follow(
    item: &Use,
    from: usize,
    all: &mut Vec<Loaded>,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
    shelf: &dyn Shelf,
) -> Option<usize> {
    let at = item.path.span;
    let Some(place) = shelf.find(&all[from].place, &item.path.text) else {
        diagnostics.push(NoPackageThere { at, path: item.path.text.clone() }.into());
        return None;
    };
    let found = match all.iter().position(|loaded| loaded.place == place) {
        Some(found) => found,
        None => {
            let mut said = Vec::new();
            let package = match shelf.read(&place) {
                Ok(raw) => add(sources, raw, &mut said),
                Err(problems) => {
                    said = problems;
                    None
                }
            };
            // What is suspect in another package is said where that one is checked.
            diagnostics.extend(said.into_iter().filter(Diagnostic::is_error));
            let mut package = package?;
            let alias = item.alias.text.as_str();
            package.name = if from == 0 { alias.to_owned() } else { format!("{}.{alias}", all[from].package.name) };
            package.at = at;
            all.push(Loaded { place, package, edges: Vec::new() });
            all.len() - 1
        }
    };
    let (own, manifest) = (&all[0].package.manifest, &all[found].package.manifest);
    if let Some(wanted) = &item.version {
        match parts(&wanted.text) {
            None => {
                diagnostics.push(BadWantedVersion { at: wanted.span, version: wanted.text.clone() }.into());
            }
            Some(least) => {
                let there = parts(&manifest.version.value).unwrap_or([0; 3]);
                if there[0] != least[0] || there < least {
                    let (package, wanted_text) = (manifest.name.value.clone(), wanted.text.clone());
                    diagnostics.push(
                        OtherVersion {
                            at: wanted.span,
                            package,
                            wanted: wanted_text,
                            found: manifest.version.value.clone(),
                            declared: Some(manifest.version.span),
                        }
                        .into(),
                    );
                }
            }
        }
    }
    if manifest.zone.value != own.zone.value {
        diagnostics.push(
            OtherZone {
                at,
                package: manifest.name.value.clone(),
                zone: manifest.zone.value.name().to_owned(),
                own: own.zone.value.name().to_owned(),
                declared: Some(manifest.zone.span),
            }
            .into(),
        );
    }
    Some(found)
}

/// One to three numbers: what is not said is 0.
fn parts(version: &str) -> Option<[u64; 3]> {
    let mut found = [0; 3];
    let numbers: Vec<&str> = version.split('.').collect();
    if numbers.len() > found.len() {
        return None;
    }
    for (place, number) in found.iter_mut().zip(numbers) {
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        *place = number.parse().ok().filter(|_| digits)?;
    }
    Some(found)
}

/// Reports each `use` that leads back to a package on the way to it.
fn circles(all: &[Loaded], diagnostics: &mut Vec<Diagnostic>) {
    fn visit(
        all: &[Loaded],
        way: &mut Vec<(usize, Span)>,
        done: &mut BTreeSet<usize>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some((index, _)) = way.last().copied() else { return };
        for &(at, target) in &all[index].edges {
            if let Some(start) = way.iter().position(|(on_the_way, _)| *on_the_way == target) {
                let name = |index: usize| all[index].package.manifest.name.value.clone();
                let mut path: Vec<String> = way[start..].iter().map(|(index, _)| name(*index)).collect();
                path.push(name(target));
                let through = way[start + 1..].iter().map(|(_, at)| *at).collect();
                diagnostics.push(CircularUse { at, path, through }.into());
            } else if !done.contains(&target) {
                way.push((target, at));
                visit(all, way, done, diagnostics);
                way.pop();
            }
        }
        done.insert(index);
    }
    visit(all, &mut vec![(0, Span::default())], &mut BTreeSet::new(), diagnostics);
}

/// Adds one package's texts.
fn add(sources: &mut SourceMap, raw: Raw, diagnostics: &mut Vec<Diagnostic>) -> Option<UsedPackage> {
    let Raw { manifest, mut files, shown, root, diagnostics: reading } = raw;
    diagnostics.extend(reading);
    let manifest_file = sources.add(format!("{shown}{MANIFEST}"), without_mark(&manifest));
    let text = sources.get(manifest_file).map(|file| file.text.clone()).unwrap_or_default();
    let manifest: Option<Manifest> = manifest::parse(&text, manifest_file, diagnostics);
    files.sort_by(|a, b| (FileRole::of(&a.0), &a.0).cmp(&(FileRole::of(&b.0), &b.0)));
    let mut names = BTreeSet::new();
    let mut ids: Vec<(FileId, FileRole)> = Vec::new();
    for (name, text) in files {
        let whole = format!("{shown}{name}");
        if let Some(problem) = folder::too_large(&whole, text.len() as u64) {
            diagnostics.push(problem);
        } else if names.contains(&name) {
            diagnostics.push(SameFileTwice { file: whole }.into());
        } else {
            ids.push((sources.add(whole, without_mark(&text)), FileRole::of(&name)));
            names.insert(name);
        }
    }
    Some(UsedPackage {
        name: String::new(),
        at: Span::default(),
        manifest: manifest?,
        manifest_file,
        files: ids,
        root,
        uses: BTreeMap::new(),
    })
}

/// The `use` items of these files. Only files that seem to have one are parsed for it.
fn uses_of(sources: &SourceMap, files: &[(FileId, FileRole)]) -> Vec<Use> {
    let words = [KeywordLanguage::English, KeywordLanguage::Chinese].map(|language| Keyword::Use.word(language));
    let begins = |line: &str| {
        let line = line.rsplit("*/").next().unwrap_or(line).trim_start();
        // Letters of full width read as others do.
        line.starts_with('ｕ') || words.iter().any(|word| line.starts_with(word))
    };
    let mut found = Vec::new();
    for (id, _) in files {
        let Some(file) = sources.get(*id).filter(|file| file.text.lines().any(begins)) else { continue };
        let items = crate::parse::parse(*id, &file.text).file.items;
        found.extend(items.into_iter().filter_map(|item| match item.kind {
            ItemKind::Use(item) => Some(item),
            _ => None,
        }));
    }
    found
}

impl PackageFiles {
    /// How results name what a package declares: `residents`, or `city.residents` of a package that is used. `package`
    /// is a place in [`PackageFiles::used`], none for the package itself; the name may begin with one that it uses.
    pub fn full_name(&self, package: Option<usize>, name: &str) -> String {
        let uses = package.and_then(|index| self.used.get(index)).map_or(&self.uses, |used| &used.uses);
        let through = name.split_once('.').and_then(|(alias, local)| Some((*uses.get(alias)?, local)));
        let (package, local) = through.map_or((package, name), |(package, local)| (Some(package), local));
        match package.and_then(|index| self.used.get(index)) {
            Some(used) => format!("{}.{local}", used.name),
            None => local.to_owned(),
        }
    }

    /// The packages, each after those that it uses: places in [`PackageFiles::used`], and none for the package itself,
    /// which comes last.
    pub fn in_order(&self) -> Vec<Option<usize>> {
        fn visit(files: &PackageFiles, package: Option<usize>, order: &mut Vec<Option<usize>>) {
            let uses = package.and_then(|index| files.used.get(index)).map_or(&files.uses, |used| &used.uses);
            for target in uses.values().copied().map(Some) {
                if !order.contains(&target) {
                    visit(files, target, order);
                }
            }
            order.push(package);
        }
        let mut order = Vec::new();
        visit(self, None, &mut order);
        order
    }

    /// The data that the manifests name, by the full name of the source, with the folder from which its paths start.
    /// Later entries win: a package may name data for the sources of those that it uses.
    pub fn data(&self) -> Vec<(String, &DataEntry, Option<&Path>)> {
        let mut all = Vec::new();
        for package in self.in_order() {
            let (manifest, root) = match package.and_then(|index| self.used.get(index)) {
                Some(used) => (&used.manifest, used.root.as_deref()),
                None => (&self.manifest, self.root.as_deref()),
            };
            let entries = manifest.data.iter();
            all.extend(entries.map(|(name, entry)| (self.full_name(package, name), entry, root)));
        }
        all
    }
}
