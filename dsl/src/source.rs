//! Source text: files, spans and positions.

use serde::Serialize;
use std::sync::Arc;

/// A file of a package, by its place in [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
pub struct FileId(pub u32);

/// A range of bytes in one file, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from byte `start` to byte `end` (exclusive).
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that covers both; `other` must lie in the same file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One source file: its name as shown to people, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the package, with `/` between parts.
    pub name: Arc<str>,
    /// The text, UTF-8.
    pub text: Arc<str>,
    /// First byte of each line but the first.
    lines: Arc<[u32]>,
}

impl SourceFile {
    /// A file of that name and text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let (name, text) = (name.into(), text.into());
        let lines = text.match_indices('\n').map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX)).collect();
        Self { name, text, lines }
    }

    /// Line and column (both from 1, columns in characters) of a byte offset; offsets past the end give the end.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|&start| start as usize <= offset);
        let start = line.checked_sub(1).map_or(0, |i| self.lines[i] as usize);
        (line + 1, self.text[start..offset].chars().count() + 1)
    }
}

/// All files of a package in the order they were read.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(SourceFile::new(name, text));
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file, if the id came from this map.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), f))
    }

    /// The text under a span; empty where the span is not in this map.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::SourceFile;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let file = SourceFile::new("a.watch", "租住\nb\n\n尾");
        let places =
            [(0, (1, 1)), (3, (1, 2)), (4, (1, 2)), (6, (1, 3)), (7, (2, 1)), (9, (3, 1)), (10, (4, 1)), (99, (4, 2))];
        for (offset, place) in places {
            assert_eq!(file.position(offset), place, "byte {offset}");
        }
    }
}
