//! Reading a package's folder.

use super::uses::{Place, Shelf, assemble};
use super::{LARGEST_FILE, LoadError, MANIFEST, PackageFiles, Raw};
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
    let raw =
        read(root, String::new()).map_err(|diagnostics| LoadError { diagnostics, sources: SourceMap::default() })?;
    let canonical = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    assemble(raw, &canonical, &Disk { root: canonical.clone(), given: root.to_path_buf() })
}

/// Reads one package's texts; `shown` stands before the names of its files.
fn read(root: &Path, shown_as: String) -> Result<Raw, Vec<Diagnostic>> {
    let mut reader = Reader { shown: shown_as, diagnostics: Vec::new(), files: Vec::new() };
    let Some(manifest) = reader.text(&root.join(MANIFEST), MANIFEST) else {
        return Err(reader.diagnostics);
    };
    reader.folder(root, "", 0);
    if reader.files.is_empty() && reader.diagnostics.is_empty() {
        reader.diagnostics.push(EmptyPackage { folder: shown(root) }.into());
    }
    let Reader { shown, diagnostics, files } = reader;
    Ok(Raw { manifest, files, shown, root: Some(root.to_path_buf()), diagnostics })
}

/// Packages in folders.
struct Disk {
    /// The folder of the package that uses the others.
    root: PathBuf,
    /// The same, as it was given: data are found, and told of, from there.
    given: PathBuf,
}

impl Shelf for Disk {
    fn find(&self, from: &Place, path: &str) -> Option<Place> {
        let folder = from.join(path).canonicalize().ok()?;
        folder.join(MANIFEST).is_file().then_some(folder)
    }

    fn read(&self, place: &Place) -> Result<Raw, Vec<Diagnostic>> {
        let way = between(&self.root, place);
        let raw = read(place, format!("{way}/"))?;
        Ok(Raw { root: Some(self.given.join(way)), ..raw })
    }
}

/// The way from one folder to another, both canonical.
fn between(from: &Path, to: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return to.iter().collect::<PathBuf>().display().to_string();
    }
    let up = std::iter::repeat_n("..".to_owned(), from.len() - common);
    let down = to.iter().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
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
    /// Stands before the names of files where people see them.
    shown: String,
    diagnostics: Vec<Diagnostic>,
    files: Vec<(String, String)>,
}

impl Reader {
    /// Reads the `.watch` files of a folder; `prefix` is its name within the package, with `/` at the end.
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        let entries = match list(folder) {
            Ok(entries) => entries,
            Err(error) => {
                let file = if prefix.is_empty() { shown(folder) } else { format!("{}{prefix}", self.shown) };
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
                    self.diagnostics
                        .push(FolderNotRead { folder: format!("{}{inside}", self.shown), suggestion: None }.into());
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
            self.diagnostics.push(FolderNotRead { folder: format!("{}{name}", self.shown), suggestion }.into());
        }
    }

    fn text(&mut self, path: &Path, name: &str) -> Option<String> {
        let name = &format!("{}{name}", self.shown);
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
                    NotUtf8 { file: name.clone(), line }.into()
                }
            },
            Ok(Err(problem)) => problem,
            Err(error) => Unreadable { file: name.clone(), reason: error.to_string() }.into(),
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
