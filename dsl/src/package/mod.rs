//! Packages: a folder with a `watchfire.toml` and `.watch` files.
//!
//! ```text
//! group_rental/
//!   watchfire.toml      name, version, time zone, data behind the sources, profiles, plugins
//!   sources/*.watch     what the departments' tables look like
//!   models/*.watch      the models
//!   tests/*.watch       their tests
//!   data/               often, but data may lie anywhere
//! ```
//!
//! `.watch` files may also lie beside the manifest, and in folders within `sources`, `models` and `tests`. What a file
//! declares does not depend on where it lies. [`load`] reads a folder; [`PackageFiles::from_texts`] takes texts that a
//! host or a test has at hand. Both report everything that is wrong, not the first mistake only.
//!
//! ```
//! use watchfire_dsl::package::PackageFiles;
//!
//! let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"Asia/Urumqi\"\n";
//! let package = PackageFiles::from_texts(manifest, [("models/a.watch", "model a for Dwelling { }")])?;
//! assert_eq!(package.manifest.zone.value, chrono_tz::Asia::Urumqi);
//! assert_eq!(package.files.len(), 1);
//!
//! let wrong = PackageFiles::from_texts("[package]\nname = \"small\"\nzone = \"Shanghai\"\n", [("a.watch", "")]).unwrap_err();
//! assert!(wrong.to_string().contains("did you mean `Asia/Shanghai`?"));
//! # Ok::<(), watchfire_dsl::package::LoadError>(())
//! ```

mod folder;
mod manifest;
mod table;
mod zone;

pub use folder::load;
pub use manifest::{DataEntry, DataFormat, Located, Manifest, Plugin, PluginLimits, Profile, ProfileValue};

use crate::diagnostics::{Diagnostic, Language, package::SameFileTwice, render_terminal, sort};
use crate::source::{FileId, SourceMap};
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// Name of the manifest in its folder.
pub const MANIFEST: &str = "watchfire.toml";

/// Files over this many bytes are refused: no person wrote them.
pub const LARGEST_FILE: u64 = 4 << 20;

/// The texts of a package, read but not yet parsed.
#[derive(Clone, Debug)]
pub struct PackageFiles {
    /// What `watchfire.toml` says.
    pub manifest: Manifest,
    /// All texts, the manifest first.
    pub sources: SourceMap,
    /// The `.watch` files: by role, then by name.
    pub files: Vec<(FileId, FileRole)>,
    /// The folder, if the package was read from one. Paths in the manifest start there.
    pub root: Option<PathBuf>,
    /// What is suspect but no mistake.
    pub warnings: Vec<Diagnostic>,
}

/// In which folder of its package a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileRole {
    /// Beside the manifest.
    Top,
    /// In `sources/`.
    Sources,
    /// In `models/`.
    Models,
    /// In `tests/`.
    Tests,
}

impl FileRole {
    /// The role of a file by its name relative to the package.
    pub fn of(name: &str) -> Self {
        match name.split_once('/').map(|(folder, _)| folder) {
            Some("sources") => FileRole::Sources,
            Some("models") => FileRole::Models,
            Some("tests") => FileRole::Tests,
            _ => FileRole::Top,
        }
    }
}

/// Why a package could not be read: all that is wrong, with the texts it refers to.
///
/// `Debug` is for people too: it is what a program prints whose `main` ends with this error.
#[derive(Clone)]
pub struct LoadError {
    /// What is wrong; at least one error.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts as far as they could be read.
    pub sources: SourceMap,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_terminal(&self.diagnostics, &self.sources, Language::En, false))
    }
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the package cannot be read\n{self}")
    }
}

impl std::error::Error for LoadError {}

impl PackageFiles {
    /// A package from texts: that of the manifest, and (name relative to the package, text) of each `.watch` file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the manifest or the files' names and sizes.
    pub fn from_texts<N, T>(manifest: &str, files: impl IntoIterator<Item = (N, T)>) -> Result<Self, LoadError>
    where
        N: Into<String>,
        T: Into<String>,
    {
        let files = files.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
        assemble(manifest, files, None, Vec::new())
    }

    /// The manifest's file in [`PackageFiles::sources`].
    pub fn manifest_file(&self) -> FileId {
        FileId(0)
    }
}

/// Puts a package together from what was read; `diagnostics` are those of the reading.
fn assemble(
    manifest: &str,
    mut files: Vec<(String, String)>,
    root: Option<PathBuf>,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<PackageFiles, LoadError> {
    let mut sources = SourceMap::default();
    let manifest_file = sources.add(MANIFEST, without_mark(manifest));
    let text = sources.get(manifest_file).map(|file| file.text.clone()).unwrap_or_default();
    let manifest = manifest::parse(&text, manifest_file, &mut diagnostics);

    files.sort_by(|a, b| (FileRole::of(&a.0), &a.0).cmp(&(FileRole::of(&b.0), &b.0)));
    let mut names = BTreeSet::new();
    let mut ids = Vec::new();
    for (name, text) in files {
        if let Some(problem) = folder::too_large(&name, text.len() as u64) {
            diagnostics.push(problem);
        } else if names.contains(&name) {
            diagnostics.push(SameFileTwice { file: name }.into());
        } else {
            ids.push((sources.add(name.as_str(), without_mark(&text)), FileRole::of(&name)));
            names.insert(name);
        }
    }
    sort(&mut diagnostics);
    match manifest {
        Some(manifest) if !diagnostics.iter().any(Diagnostic::is_error) => {
            Ok(PackageFiles { manifest, sources, files: ids, root, warnings: diagnostics })
        }
        _ => Err(LoadError { diagnostics, sources }),
    }
}

/// The text without the byte order mark that some editors put first.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests;
