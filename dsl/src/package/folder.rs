//! Reading a package's folder.

use super::{LARGEST_FILE, LoadError, MANIFEST, PackageFiles, assemble};
use crate::diagnostics::package::{
    EmptyPackage, FileTooLarge, FolderNotRead, NoFolder, NoManifest, NotAFolder, NotUtf8, Unreadable,
};
use crate::diagnostics::{Diagnostic, suggest};
use crate::source::SourceMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Folders that are read with all folders in them.
const FOLDERS: [&str; 3] = ["sources", "models", "tests"];

/// Folders within folders up to this depth: a cycle of links cannot keep the reader busy.
const DEEPEST_FOLDER: usize = 8;

/// Reads the package in the folder `path`; the path of its `watchfire.toml` will do as well.
///
/// # Errors
///
/// Everything that is wrong with the folder, the manifest and the files' encoding and size.
pub fn load(path: impl AsRef<Path>) -> Result<PackageFiles, LoadError> {
    let path = path.as_ref();
    let fail = |diagnostic: Diagnostic| LoadError { diagnostics: vec![diagnostic], sources: SourceMap::default() };
    let root = if path.is_file() && path.file_name().is_some_and(|name| name == MANIFEST) {
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    } else {
        path
    };
    if !root.exists() {
        return Err(fail(NoFolder { folder: shown(root) }.into()));
    }
    if !root.is_dir() {
        return Err(fail(NotAFolder { path: shown(root) }.into()));
    }
    if !root.join(MANIFEST).is_file() {
        return Err(fail(NoManifest { folder: shown(root), parent: package_above(root) }.into()));
    }
    let mut reader = Reader { diagnostics: Vec::new(), files: Vec::new() };
    let Some(manifest) = reader.text(&root.join(MANIFEST), MANIFEST) else {
        return Err(LoadError { diagnostics: reader.diagnostics, sources: SourceMap::default() });
    };
    reader.folder(root, "", 0);
    if reader.files.is_empty() && reader.diagnostics.is_empty() {
        reader.diagnostics.push(EmptyPackage { folder: shown(root) }.into());
    }
    assemble(&manifest, reader.files, Some(root.to_path_buf()), reader.diagnostics)
}

/// The problem, if a file of that many bytes is too large.
pub(super) fn too_large(name: &str, bytes: u64) -> Option<Diagnostic> {
    let problem = |bytes: u64| FileTooLarge {
        file: name.to_owned(),
        megabytes: usize::try_from(bytes >> 20).unwrap_or(usize::MAX),
        limit: usize::try_from(LARGEST_FILE >> 20).unwrap_or(usize::MAX),
    };
    (bytes > LARGEST_FILE).then(|| problem(bytes).into())
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
    files: Vec<(String, String)>,
}

impl Reader {
    /// Reads the `.watch` files of a folder; `prefix` is its name within the package, with `/` at the end.
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        let entries = match list(folder) {
            Ok(entries) => entries,
            Err(error) => {
                let file = if prefix.is_empty() { shown(folder) } else { prefix.to_owned() };
                return self.diagnostics.push(Unreadable { file, reason: error.to_string() }.into());
            }
        };
        for (name, path) in entries {
            let inside = format!("{prefix}{name}");
            if path.is_dir() {
                if depth == 0 && !FOLDERS.contains(&name.as_str()) {
                    self.stray(&name, &path);
                } else if depth < DEEPEST_FOLDER && !path.is_symlink() {
                    self.folder(&path, &format!("{inside}/"), depth + 1);
                } else {
                    self.diagnostics.push(FolderNotRead { folder: inside, suggestion: None }.into());
                }
            } else if is_watch(&name)
                && let Some(text) = self.text(&path, &inside)
            {
                self.files.push((inside, text));
            }
        }
    }

    /// Warns of `.watch` files in a folder that is not read, such as `model/`.
    fn stray(&mut self, name: &str, folder: &Path) {
        let Ok(entries) = list(folder) else { return };
        let is_package = entries.iter().any(|(name, _)| name == MANIFEST);
        if !is_package && entries.iter().any(|(name, _)| is_watch(name)) {
            let suggestion = suggest(name, FOLDERS);
            self.diagnostics.push(FolderNotRead { folder: name.to_owned(), suggestion }.into());
        }
    }

    fn text(&mut self, path: &Path, name: &str) -> Option<String> {
        let read = || {
            let bytes = fs::metadata(path)?.len();
            if let Some(problem) = too_large(name, bytes) {
                return Ok(Err(problem));
            }
            fs::read(path).map(Ok)
        };
        let problem: Diagnostic = match read() {
            Ok(Ok(bytes)) => match String::from_utf8(bytes) {
                Ok(text) => return Some(text),
                Err(error) => {
                    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                    NotUtf8 { file: name.to_owned(), line }.into()
                }
            },
            Ok(Err(problem)) => problem,
            Err(error) => Unreadable { file: name.to_owned(), reason: error.to_string() }.into(),
        };
        self.diagnostics.push(problem);
        None
    }
}

fn is_watch(name: &str) -> bool {
    name.ends_with(".watch")
}

/// The entries of a folder by name, without hidden ones.
fn list(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

/// The nearest folder above that is a package.
fn package_above(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().skip(1).find(|above| above.join(MANIFEST).is_file()).map(shown)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
