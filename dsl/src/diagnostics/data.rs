//! The data behind sources, found when a package runs: E07xx. Single cells and rows that do not fit are rejects.

use crate::source::Span;

diagnostics! {
    /// No file, folder or frame is named for a source that is read.
    E0701 error NoData { at: Span, source: String }

    /// Data is named for a source that the package does not have.
    E0702 error DataForUnknownSource { source: String, suggestion: Option<String> }

    /// There is no such file, or no file fits the pattern, or the folder has none.
    E0703 error NoFile { source: String, path: String }

    /// The file's ending does not say its format.
    E0704 error UnknownFormat { source: String, path: String }

    /// The file cannot be opened, or its content is damaged.
    E0705 error UnreadableFile { source: String, path: String, reason: String }

    /// The file or frame lacks a column.
    E0706 error NoRawColumn {
        at: Span,
        source: String,
        path: String,
        column: String,
        suggestion: Option<String>,
        found: Vec<String>,
    }

    /// Nothing in a column of the file or frame can be read as the declared type.
    E0707 error WrongRawColumn { at: Span, source: String, path: String, column: String, found: String }

    /// The text of a file is not UTF-8.
    E0708 error NotUtf8 { source: String, path: String, line: i64 }

    /// The header of a file names a column twice.
    E0709 error TwoRawColumns { source: String, path: String, column: String }

    /// A column's type cannot be loaded.
    E0710 error ColumnNotLoadable { at: Span, source: String, column: String }

    /// Time zones are looked up in a circle of tables.
    E0711 error ZoneCircle { at: Span }

    /// A table has more rows than can be numbered.
    E0712 error TooManyRows { source: String }

    /// A CSV file without even a header.
    E0713 error EmptyFile { source: String, path: String }
}
