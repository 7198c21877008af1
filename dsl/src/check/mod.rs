//! The checker: from syntax to the typed program, with every error of the package on the way.
//!
//! # How it works
//!
//! 1. All names are entered first (`declarations`), so the order of items and files does not matter.
//! 2. Entities and enums, then sources (`sources`, `columns`, `unions`), then the heads of facts and models and the
//!    parameters: all that expressions can name.
//! 3. Constants, facts and `let`s are checked *when first needed* (`facts`, `paths`): so each comes after those it uses,
//!    and one that comes round to itself is a cycle, reported with its path.
//! 4. An expression is checked with the type in mind that its place needs (`expressions`, `operators`): that tells which
//!    enum a variant belongs to. What has an error gets an unknown type, which fits everywhere: one mistake, one message.
//! 5. When all is typed: the order of models (`order`), grants over the whole chain (`grants`), how far back each model
//!    looks (`lookback`), and versions (`versions`).
//! 6. Of a right program, what is suspect (`suspect`): conditions that are always or never true, and the like.
//!
//! Nothing here panics, whatever the text; depth and size of expressions are bounded (`context`).
//!
//! ```
//! use watchfire_dsl::check::compile_texts;
//!
//! let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
//! let text = "entity Person key Text\nsource people { person : Person unique }\nfact known for Person = any from peple\n";
//! let (package, checked) = compile_texts(manifest, [("a.watch", text)])?;
//! assert!(checked.program.is_none());
//! assert_eq!(checked.diagnostics[0].code(), "E0201");
//! assert_eq!(package.sources.text(checked.diagnostics[0].primary().unwrap()), "peple");
//! # Ok::<(), watchfire_dsl::package::LoadError>(())
//! ```

mod aggregates;
mod asof;
mod calls;
mod columns;
mod context;
mod declarations;
mod derived;
mod edges;
mod exemptions;
mod expressions;
mod facts;
mod grants;
mod history;
mod kinds;
mod levels;
mod literals;
mod lookback;
mod models;
mod moves;
mod names;
mod operators;
mod order;
mod outcomes;
mod packages;
mod parameters;
mod paths;
mod peers;
mod places;
mod scores;
mod selections;
mod sequence;
mod series;
mod sources;
mod suspect;
mod test_blocks;
mod unions;
mod unread;
mod versions;

use crate::diagnostics::names::FindingsAboutOther;
use crate::diagnostics::package::DataWithoutSource;
use crate::diagnostics::{self, Diagnostic};
use crate::package::{LoadError, PackageFiles};
use crate::program::{Exemption, Lookback, Model, ModelId, Program, Test};
use crate::source::FileId;
use crate::syntax::{File, ItemKind};
use context::Checker;
use grants::{Reads, Walk};
use names::{PackageId, source_names};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_stdlib::zone::Zone;

/// What was found out about a package.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The program, if there is no error.
    pub program: Option<Program>,
    /// Everything there is to say, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a package of which all files are parsed, those of the packages that it uses included.
pub fn check(package: &PackageFiles, files: &[(FileId, File)]) -> Checked {
    let (manifest, sources) = (&package.manifest, &package.sources);
    let zone = Zone::named(manifest.zone.value.name()).unwrap_or(Zone::UTC);
    let mut checker = Checker::new(package, zone);
    let collected = checker.collect(files);
    if !checker.levels_agree(package) {
        // Every rule with such a level would be wrong as well.
        return Checked { program: None, diagnostics: checker.diagnostics };
    }
    checker.declare_types(&collected);
    checker.declare_functions(&collected);
    checker.declare_heads();
    checker.declare_sources(&collected);
    checker.sources_known = true;
    checker.begin();
    for index in 0..checker.constants.len() {
        checker.constant(index);
    }
    checker.check_functions();
    checker.declare_parameters();
    checker.begin();
    checker.check_facts();
    checker.check_tables();
    let models = checker.check_models();
    let exemptions = checker.exemptions(&collected.exempt);
    let tests: Vec<Option<Test>> = collected.tests.iter().map(|(item, test)| checker.test(item, test)).collect();
    checker.begin();
    let order: Vec<PackageId> =
        package.in_order().into_iter().map(|used| PackageId(used.map_or(0, |index| index + 1))).collect();
    let profiles = checker.profiles(&order);
    checker.manifest_data(package);
    checker.findings_fit();
    let complete = models.iter().all(Option::is_some) && tests.iter().all(Option::is_some);
    let ids = (0u32..).map(ModelId);
    let models = ids.zip(models).filter_map(|(id, model)| Some((id, model?))).collect();
    let models = checker.finish_models(models, files);

    let mut diagnostics = std::mem::take(&mut checker.diagnostics);
    unread::Unread::find(files, sources).leave_out_consequences(&mut diagnostics);
    diagnostics::sort(&mut diagnostics);
    let sound = complete && !diagnostics.iter().any(Diagnostic::is_error);
    let program = models.filter(|_| sound).map(|(models, places)| {
        let place = |model: ModelId| places.get(&model).copied().unwrap_or(model);
        let tests = tests.into_iter().flatten().map(|test| Test { model: place(test.model), ..test });
        let exemptions = exemptions.into_iter().map(|one| Exemption { model: place(one.model), ..one });
        Program {
            name: manifest.name.value.as_str().into(),
            version: manifest.version.value.as_str().into(),
            zone: manifest.zone.value,
            language: manifest.language.value,
            levels: checker.levels,
            exemptions: exemptions.collect(),
            tests: tests.collect(),
            entities: checker.entities,
            enums: checker.enums,
            sources: checker.sources,
            facts: checker.facts,
            parameters: checker.parameters,
            externs: checker.externs,
            models,
            profiles,
        }
    });
    Checked { program, diagnostics }
}

/// Parses and checks a package.
pub fn compile(package: &PackageFiles) -> Checked {
    let mut files = Vec::new();
    let mut diagnostics = package.warnings.clone();
    let others = package.used.iter().flat_map(|used| &used.files);
    for (id, _) in package.files.iter().chain(others.clone()) {
        let text = package.sources.get(*id).map(|file| file.text.clone()).unwrap_or_default();
        let parsed = crate::parse::parse(*id, &text);
        diagnostics.extend(parsed.diagnostics);
        files.push((*id, parsed.file));
    }
    let checked = check(package, &files);
    // A date that no calendar has is said once: the parser reports it too.
    let dates: Vec<_> = diagnostics.iter().filter(|d| d.code() == "E0014").map(Diagnostic::primary).collect();
    diagnostics
        .extend(checked.diagnostics.into_iter().filter(|d| d.code() != "E0309" || !dates.contains(&d.primary())));
    let program = checked.program.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    if let Some(program) = &program {
        let items = files.iter().flat_map(|(_, file)| &file.items);
        let functions = items.filter(|item| matches!(item.kind, ItemKind::Function(_))).map(|item| item.span);
        diagnostics.extend(suspect::suspect(program, &package.sources, &functions.collect::<Vec<_>>()));
    }
    // What is suspect in a package that is used is said where that one is checked.
    let elsewhere: BTreeSet<FileId> = others.map(|(file, _)| *file).collect();
    diagnostics.retain(|d| d.is_error() || !d.primary().is_some_and(|at| elsewhere.contains(&at.file)));
    diagnostics::sort(&mut diagnostics);
    Checked { program, diagnostics }
}

/// Reads, parses and checks a package given as texts: of the manifest, and of `.watch` files by name.
///
/// # Errors
///
/// Where the manifest or the files' names are wrong; what is wrong in the files is in [`Checked::diagnostics`].
pub fn compile_texts<N: Into<String>, T: Into<String>>(
    manifest: &str,
    files: impl IntoIterator<Item = (N, T)>,
) -> Result<(PackageFiles, Checked), LoadError> {
    let package = PackageFiles::from_texts(manifest, files)?;
    let checked = compile(&package);
    Ok((package, checked))
}

/// Models in their final order, and where each is now.
type Ordered = (Vec<Model>, BTreeMap<ModelId, ModelId>);

impl Checker<'_> {
    /// Data of the manifests for sources that no file declares.
    fn manifest_data(&mut self, package: &PackageFiles) {
        for (full, entry, _) in package.data() {
            if self.sources.iter().any(|source| *source.name == *full) {
                continue;
            }
            let name = self.texts.text(entry.name).trim_matches(['"', '\'']).to_owned();
            let suggestion = diagnostics::suggest(&name, self.visible_names(entry.name, source_names));
            let quoted = |text: &str| if text.contains('.') { format!("\"{text}\"") } else { text.to_owned() };
            let replace = suggestion.as_deref().map(|text| diagnostics::Edits::replace(entry.name, quoted(text)));
            self.report(DataWithoutSource { at: entry.name, name, suggestion, replace });
        }
    }

    /// Findings that are read must be about the entity for which they are read.
    fn findings_fit(&mut self) {
        for (at, model, expected) in std::mem::take(&mut self.findings_read) {
            let head = &self.heads[model.index()];
            let Some(about) = head.about.filter(|about| *about != expected) else { continue };
            let (model, about) = (head.syntax.name.text.clone(), self.entity_name(about));
            let expected = self.entity_name(expected);
            self.report(FindingsAboutOther { at, model, about, expected });
        }
    }

    /// Order, grants, lookback and versions of models.
    fn finish_models(&mut self, models: Vec<(ModelId, Model)>, files: &[(FileId, File)]) -> Option<Ordered> {
        let mut models = self.in_order(models)?;
        let facts = self.fact_reads();
        let mut reads: BTreeMap<ModelId, Reads> = BTreeMap::new();
        let mut lookbacks: BTreeMap<ModelId, Lookback> = BTreeMap::new();
        let fact_lookbacks = self.fact_lookbacks(&lookbacks);
        for (id, model) in &mut models {
            let mut own = Reads::default();
            Walk { sources: &self.sources, facts: &facts, models: &reads }.model(model, &mut own);
            self.check_grants(model, &own);
            model.reads = own.list();
            reads.insert(*id, own);
            model.lookback = self.model_lookback(model, &fact_lookbacks, &lookbacks);
            lookbacks.insert(*id, model.lookback);
        }
        let inlined: Vec<_> =
            models.iter().map(|(id, _)| self.model_inlined.get(id.index()).cloned().unwrap_or_default()).collect();
        let versions = self.versions(&models, &inlined, &self.canonical_texts(files));
        for ((_, model), version) in models.iter_mut().zip(versions) {
            model.version = version;
        }
        let places = models.iter().zip(0u32..).map(|((id, _), place)| (*id, ModelId(place))).collect();
        let mut ordered = Vec::with_capacity(models.len());
        for (_, mut model) in models {
            order::renumber(&mut model, &places);
            ordered.push(model);
        }
        Some((ordered, places))
    }

    /// The text of each item in one language and without its blanks and comments, by the item's place and its name's.
    fn canonical_texts(&self, files: &[(FileId, File)]) -> versions::Texts {
        let mut texts = BTreeMap::new();
        for (id, item) in files.iter().flat_map(|(id, file)| file.items.iter().map(move |item| (id, item))) {
            let text = self.texts.get(*id).map_or("", |file| &*file.text);
            let name = match &item.kind {
                ItemKind::Constant(it) => &it.name,
                ItemKind::Entity(it) => &it.name,
                ItemKind::Enum(it) => &it.name,
                ItemKind::Source(it) => &it.name,
                ItemKind::Union(it) => &it.name,
                ItemKind::Fact(it) => &it.name,
                ItemKind::Function(it) => &it.name,
                ItemKind::Extern(it) => &it.name,
                ItemKind::Rows(it) => &it.name,
                ItemKind::Model(it) => &it.name,
                _ => continue,
            };
            let text = versions::canonical(item, text);
            texts.insert(name.span, text.clone());
            texts.insert(item.span, text);
        }
        texts
    }
}
