//! Parquet and Arrow IPC files: only the columns asked for are read.

use super::RawFrame;
use super::frame::raw_frame;
use crate::sources::Format;
use polars::prelude::{ArrowDataType, ArrowSchema, DataFrame, IpcReader, ParquetReader, SerReader};
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
    /// What separates cells is more than one byte.
    NoDelimiter(char),
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
    let frame = guarded(|| match format {
        Format::Ipc => ipc(path, wanted),
        _ => parquet(path, wanted)?.finish().map_err(unreadable),
    })?;
    raw_frame(&frame, wanted, path.display().to_string().into(), threads)
}

/// Reads the wanted columns piece by piece, each with the number of its first row: of a Parquet file the row groups, of an
/// Arrow IPC file all at once.
pub(crate) fn pieces(
    path: &Path,
    format: Format,
    wanted: &BTreeSet<Arc<str>>,
    each: &mut dyn FnMut(DataFrame, usize) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if format == Format::Ipc {
        return each(guarded(|| ipc(path, wanted))?, 0);
    }
    let groups = guarded(|| {
        let mut reader = parquet(path, wanted)?;
        let metadata = reader.get_metadata().map_err(unreadable)?;
        Ok(metadata.row_groups.iter().map(|group| group.num_rows()).collect::<Vec<usize>>())
    })?;
    let mut start = 0;
    for rows in groups {
        let read = || parquet(path, wanted)?.with_slice(Some((start, rows))).finish().map_err(unreadable);
        each(guarded(read)?, start)?;
        start += rows;
    }
    Ok(())
}

/// How many rows a file has, and the types of its columns.
pub(crate) fn extent(path: &Path, format: Format) -> Result<(usize, Vec<(String, ArrowDataType)>), ReadError> {
    fn of(schema: &ArrowSchema) -> Vec<(String, ArrowDataType)> {
        schema.iter().map(|(name, field)| (name.to_string(), field.dtype().clone())).collect()
    }
    guarded(|| {
        let file = File::open(path).map_err(unreadable)?;
        if format == Format::Ipc {
            let bytes = file.metadata().map_err(unreadable)?.len() as usize;
            let schema = IpcReader::new(file).schema().map_err(unreadable)?;
            let columns = of(&schema);
            // The footer does not say; a cell takes eight bytes or more.
            return Ok((bytes / 8 / columns.len().max(1), columns));
        }
        let mut reader = ParquetReader::new(file);
        let schema = reader.schema().map_err(unreadable)?;
        let columns = of(&schema);
        Ok((reader.num_rows().map_err(unreadable)?, columns))
    })
}

fn ipc(path: &Path, wanted: &BTreeSet<Arc<str>>) -> Result<DataFrame, ReadError> {
    let mut reader = IpcReader::new(File::open(path).map_err(unreadable)?);
    let schema = reader.schema().map_err(unreadable)?;
    let names = names(wanted, &schema)?;
    reader.with_columns(Some(names)).finish().map_err(unreadable)
}

fn parquet(path: &Path, wanted: &BTreeSet<Arc<str>>) -> Result<ParquetReader<File>, ReadError> {
    let mut reader = ParquetReader::new(File::open(path).map_err(unreadable)?);
    let schema = reader.schema().map_err(unreadable)?;
    let names = names(wanted, &schema)?;
    Ok(reader.with_columns(Some(names)))
}

/// The wanted columns, if all are in a file.
fn names(wanted: &BTreeSet<Arc<str>>, found: &ArrowSchema) -> Result<Vec<String>, ReadError> {
    check_columns(wanted, found.iter_names().map(|name| name.to_string()).collect())?;
    Ok(wanted.iter().map(|name| name.to_string()).collect())
}

fn unreadable(error: impl std::fmt::Display) -> ReadError {
    ReadError::Unreadable(error.to_string())
}

/// A damaged file, or one with types that were left out of the build, makes the reader panic in places.
fn guarded<T>(read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(ReadError::Unreadable(text.unwrap_or_else(|| "the reader gave up".into())))
    })
}

/// All wanted columns are there.
pub(crate) fn check_columns(wanted: &BTreeSet<Arc<str>>, found: Vec<String>) -> Result<(), ReadError> {
    match wanted.iter().find(|name| !found.iter().any(|found| **found == ***name)) {
        Some(name) => Err(ReadError::NoColumn { wanted: name.clone(), found }),
        None => Ok(()),
    }
}
