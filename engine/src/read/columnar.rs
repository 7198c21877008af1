//! Parquet and Arrow IPC files: only the columns asked for are read.

use super::RawFrame;
use super::frame::raw_frame;
use crate::sources::Format;
use polars::prelude::{IpcReader, ParquetReader, SerReader};
use std::collections::BTreeSet;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Why a file gave nothing.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file or its content cannot be read, in the words of who tried.
    Unreadable(String),
    /// A column is missing; these are there.
    NoColumn { wanted: Arc<str>, found: Vec<String> },
    /// A column holds something that no declared type can be read from.
    NoRawType { column: String, found: String },
    /// The text is not UTF-8, as seen at this line.
    NotUtf8 { line: u64 },
    /// There is nothing in it.
    Empty,
    /// Two columns have this name.
    TwoColumns(String),
}

/// Reads the wanted columns of a Parquet or Arrow IPC file.
pub(crate) fn read(
    path: &Path,
    format: Format,
    wanted: &BTreeSet<Arc<str>>,
    threads: usize,
) -> Result<RawFrame, ReadError> {
    let unreadable = |error: &dyn std::fmt::Display| ReadError::Unreadable(error.to_string());
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    // A damaged file, or one with types that were left out of the build, makes the reader panic in places.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let names = Some(wanted.iter().map(|name| name.to_string()).collect::<Vec<_>>());
        match format {
            Format::Ipc => {
                let mut reader = IpcReader::new(file);
                let schema = reader.schema().map_err(|error| unreadable(&error))?;
                check_columns(wanted, schema.iter_names().map(|name| name.to_string()).collect())?;
                reader.with_columns(names).finish().map_err(|error| unreadable(&error))
            }
            _ => {
                let mut reader = ParquetReader::new(file);
                let schema = reader.schema().map_err(|error| unreadable(&error))?;
                check_columns(wanted, schema.iter_names().map(|name| name.to_string()).collect())?;
                reader.with_columns(names).finish().map_err(|error| unreadable(&error))
            }
        }
    }));
    let frame = match read {
        Ok(frame) => frame?,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            return Err(ReadError::Unreadable(text.unwrap_or_else(|| "the reader gave up".into())));
        }
    };
    raw_frame(&frame, wanted, path.display().to_string().into(), threads)
}

/// All wanted columns are there.
pub(crate) fn check_columns(wanted: &BTreeSet<Arc<str>>, found: Vec<String>) -> Result<(), ReadError> {
    match wanted.iter().find(|name| !found.iter().any(|found| **found == ***name)) {
        Some(name) => Err(ReadError::NoColumn { wanted: name.clone(), found }),
        None => Ok(()),
    }
}
