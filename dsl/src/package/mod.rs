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
mod uses;
mod zone;

pub use folder::load;
pub use manifest::{DataEntry, DataFormat, Located, Manifest, Plugin, PluginLimits, Profile, ProfileValue};

use crate::diagnostics::{Diagnostic, Language, render_terminal};
use crate::source::{FileId, SourceMap, Span};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use uses::{Texts, assemble};

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
    /// The packages that it uses, and those that they use: each once.
    pub used: Vec<UsedPackage>,
    /// The packages that it uses itself, by the name under which it knows them: places in [`PackageFiles::used`].
    pub uses: BTreeMap<String, usize>,
}

/// A package that another one uses.
#[derive(Clone, Debug)]
pub struct UsedPackage {
    /// How results name it: `city`, or `housing.city` if only the package `housing` uses it.
    pub name: String,
    /// Where it is used first: the path of a `use`.
    pub at: Span,
    /// What its `watchfire.toml` says.
    pub manifest: Manifest,
    /// Its manifest in [`PackageFiles::sources`].
    pub manifest_file: FileId,
    /// Its `.watch` files.
    pub files: Vec<(FileId, FileRole)>,
    /// Its folder, if it was read from one. Paths in its manifest start there.
    pub root: Option<PathBuf>,
    /// The packages that it uses: places in [`PackageFiles::used`].
    pub uses: BTreeMap<String, usize>,
}

/// One package's texts as they were read.
#[derive(Clone, Debug, Default)]
struct Raw {
    manifest: String,
    /// Name within the package, and text.
    files: Vec<(String, String)>,
    /// Stands before the names of the files where people see them.
    shown: String,
    root: Option<PathBuf>,
    diagnostics: Vec<Diagnostic>,
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
    /// Packages that it uses are given along: `../city/watchfire.toml` is the manifest of one, and the files beside it
    /// are its own.
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
        let (raw, others) = Texts::sort(manifest, files);
        assemble(raw, &PathBuf::new(), &others)
    }

    /// The manifest's file in [`PackageFiles::sources`].
    pub fn manifest_file(&self) -> FileId {
        FileId(0)
    }
}

/// The text without the byte order mark that some editors put first.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests;
