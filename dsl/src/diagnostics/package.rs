//! The package: manifest, files, profiles: E06xx.

use crate::diagnostics::{Edits, Word};
use crate::source::Span;

diagnostics! {
    /// There is no such folder.
    E0601 error NoFolder { folder: String }

    /// The folder has no `watchfire.toml`.
    E0602 error NoManifest { folder: String, parent: Option<String> }

    /// A file is given where a package's folder is needed.
    E0603 error NotAFolder { path: String }

    /// The manifest is not TOML.
    E0604 error ManifestSyntax { at: Option<Span>, detail: String }

    /// A file is not UTF-8.
    E0605 error NotUtf8 { file: String, line: usize }

    /// A file or folder cannot be read.
    E0606 error Unreadable { file: String, reason: String }

    /// A file is larger than any person writes.
    E0607 error FileTooLarge { file: String, megabytes: usize, limit: usize }

    /// A value of the manifest has the wrong type.
    E0608 error ManifestType { at: Span, key: String, expected: Word, found: Word }

    /// A key that the manifest does not have.
    E0609 error UnknownKey {
        at: Span,
        key: String,
        place: String,
        known: Vec<String>,
        suggestion: Option<String>,
        replace: Option<Edits>,
    }

    /// A key that must be there is missing.
    E0610 error MissingKey { at: Span, key: &'static str, place: String, example: &'static str }

    /// A time zone that does not exist.
    E0611 error BadZone { at: Span, zone: String, suggestion: Option<String>, replace: Option<Edits> }

    /// A version that is not `major.minor.patch`.
    E0612 error BadVersion { at: Span, version: String }

    /// A package's name that cannot be one.
    E0613 error BadName { at: Span, name: String }

    /// A value that is not one of those possible.
    E0614 error NotOneOf {
        at: Span,
        key: String,
        value: String,
        allowed: Vec<String>,
        suggestion: Option<String>,
        replace: Option<Edits>,
    }

    /// A delimiter that cannot be one.
    E0615 error BadDelimiter { at: Span, delimiter: String }

    /// A SHA-256 that cannot be one.
    E0616 error BadHash { at: Span }

    /// A limit that is not above zero.
    E0617 error BadLimit { at: Span, key: &'static str, value: i64 }

    /// Two texts under one file name.
    E0618 error SameFileTwice { file: String }

    /// A source without a path to its data.
    E0619 error EmptyPath { at: Span, source: String }

    /// Data are named for a source that the package does not declare.
    E0620 error DataWithoutSource { at: Span, name: String, suggestion: Option<String>, replace: Option<Edits> }

    /// A profile sets a parameter that does not exist.
    E0621 error ProfileUnknownParameter {
        at: Span,
        profile: String,
        name: String,
        suggestion: Option<String>,
        replace: Option<Edits>,
    }

    /// A profile gives a parameter a value of the wrong type.
    E0622 error ProfileValueType { at: Span, parameter: String, expected: String, found: String, declared: Option<Span> }

    /// A profile gives a parameter a value outside its range.
    E0623 error ProfileValueRange { at: Span, parameter: String, value: String, range: String, declared: Option<Span> }

    /// `use` of a folder that is no package.
    E0630 error NoPackageThere { at: Span, path: String }

    /// A package that is used is older than what is asked for, or of another major version.
    E0631 error OtherVersion { at: Span, package: String, wanted: String, found: String, declared: Option<Span> }

    /// A version of a `use` that is none.
    E0632 error BadWantedVersion { at: Span, version: String }

    /// Packages that use each other in a circle.
    E0633 error CircularUse { at: Span, path: Vec<String>, through: Vec<Span> }

    /// A package that is used lies in another time zone.
    E0634 error OtherZone { at: Span, package: String, zone: String, own: String, declared: Option<Span> }

    /// A package that is used has other levels.
    E0635 error OtherLevels { at: Span, package: String, levels: Vec<String>, own: Vec<String> }

    /// A folder with `.watch` files is not read.
    W0601 warning FolderNotRead { folder: String, suggestion: Option<String> }

    /// A package without `.watch` files.
    W0602 warning EmptyPackage { folder: String }
}
