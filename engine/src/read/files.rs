//! Which files hold a source's data.

use crate::sources::{FileOptions, Format};
use std::path::{Path, PathBuf};
use watchfire_dsl::diagnostics::Diagnostic;
use watchfire_dsl::diagnostics::data::{NoFile, UnknownFormat, UnreadableFile};

/// A file, a folder (all files in it whose names say a format, by name) or a pattern such as `data/*.parquet` (by
/// name) as files with their formats.
pub(crate) fn expand(source: &str, path: &Path, options: &FileOptions) -> Result<Vec<(PathBuf, Format)>, Diagnostic> {
    let shown = path.display().to_string();
    let unreadable = |reason: String| UnreadableFile { source: source.to_owned(), path: shown.clone(), reason }.into();
    if path.is_dir() {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|error| unreadable(error.to_string()))? {
            let file = entry.map_err(|error| unreadable(error.to_string()))?.path();
            let hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if let (true, false, Some(format)) = (file.is_file(), hidden, options.format.or(Format::of(&file))) {
                files.push((file, format));
            }
        }
        files.sort();
        return if files.is_empty() { Err(no_file(source, &shown)) } else { Ok(files) };
    }
    let files = match std::fs::metadata(path) {
        Ok(_) => vec![path.to_owned()],
        Err(_) if shown.contains(['*', '?', '[']) => {
            let visible = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
            let found = glob::glob_with(&shown, visible).map_err(|error| unreadable(error.to_string()))?;
            let mut files = found.collect::<Result<Vec<_>, _>>().map_err(|error| unreadable(error.to_string()))?;
            files.retain(|file| file.is_file());
            files.sort();
            files
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unreadable(error.to_string())),
        Err(_) => Vec::new(),
    };
    if files.is_empty() {
        return Err(no_file(source, &shown));
    }
    let with_format = |file: PathBuf| match options.format.or(Format::of(&file)) {
        Some(format) => Ok((file, format)),
        None => Err(UnknownFormat { source: source.to_owned(), path: file.display().to_string() }.into()),
    };
    files.into_iter().map(with_format).collect()
}

fn no_file(source: &str, path: &str) -> Diagnostic {
    NoFile { source: source.to_owned(), path: path.to_owned() }.into()
}
