//! Parquet and Arrow IPC files: only the columns asked for are read, and of Parquet the row groups that may matter.

use super::RawFrame;
use super::frame::raw_frame;
use crate::sources::Format;
use polars::prelude::{ArrowDataType, ArrowSchema, ArrowTimeUnit, DataFrame, IpcReader, ParquetReader, SerReader};
use polars_arrow::io::ipc::read::{FileReader, read_file_metadata};
use std::collections::BTreeSet;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use watchfire_stdlib::value::DAY_MICROS;

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

/// Rows of which the time in a column lies between two instants, in microseconds since 1970, both among them.
#[derive(Clone, Debug)]
pub(crate) struct Between {
    pub(crate) column: Arc<str>,
    pub(crate) first: i64,
    pub(crate) last: i64,
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

/// Reads the wanted columns of a Parquet file, piece by piece, without row groups of which the footer says that none of their
/// rows lies between these instants; how many rows those have.
pub(crate) fn read_between(
    path: &Path,
    wanted: &BTreeSet<Arc<str>>,
    between: &Between,
    threads: usize,
    each: &mut dyn FnMut(RawFrame),
) -> Result<u64, ReadError> {
    let (slices, skipped) = guarded(|| groups_between(path, wanted, between))?;
    if skipped == 0 {
        each(read(path, Format::Parquet, wanted, threads)?);
    }
    for (start, rows) in slices.into_iter().filter(|_| skipped > 0) {
        let read = || parquet(path, wanted)?.with_slice(Some((start, rows))).finish().map_err(unreadable);
        let mut raw = raw_frame(&guarded(read)?, wanted, path.display().to_string().into(), threads)?;
        raw.lines = Some((start as u64 + 1..).take(raw.rows).collect());
        each(raw);
    }
    Ok(skipped)
}

/// The rows of the groups that may hold some between two instants, as first row and number, and how many the others have.
fn groups_between(
    path: &Path,
    wanted: &BTreeSet<Arc<str>>,
    between: &Between,
) -> Result<(Vec<(usize, usize)>, u64), ReadError> {
    let mut reader = parquet(path, wanted)?;
    let schema = reader.schema().map_err(unreadable)?;
    let ty = schema.get(&between.column).map(|field| field.dtype());
    let Some(scale) = ty.and_then(Scale::of) else { return Ok((Vec::new(), 0)) };
    let metadata = reader.get_metadata().map_err(unreadable)?;
    let (mut kept, mut start, mut skipped): (Vec<(usize, usize)>, usize, u64) = (Vec::new(), 0, 0);
    for group in &metadata.row_groups {
        let rows = group.num_rows();
        let chunk = group.columns_under_root_iter(&between.column).and_then(|mut chunks| chunks.next());
        let statistics = chunk.and_then(|chunk| chunk.statistics(&metadata.footer_buf)?.ok());
        let range = statistics.and_then(|statistics| match scale {
            Scale::Days => {
                let range = statistics.as_int32().filter(|range| range.null_count == Some(0))?;
                Some((scale.micros(range.min_value?.into()), scale.micros(range.max_value?.into())))
            }
            _ => {
                let range = statistics.as_int64().filter(|range| range.null_count == Some(0))?;
                Some((scale.micros(range.min_value?), scale.micros(range.max_value?)))
            }
        });
        match kept.last_mut() {
            _ if range.is_some_and(|(least, most)| most < between.first || between.last < least) => {
                skipped += rows as u64
            }
            Some((first, many)) if *first + *many == start => *many += rows,
            _ => kept.push((start, rows)),
        }
        start += rows;
    }
    Ok((kept, skipped))
}

/// In what a column counts time.
#[derive(Clone, Copy, PartialEq)]
enum Scale {
    Days,
    Millis,
    Micros,
    Nanos,
}

impl Scale {
    fn of(ty: &ArrowDataType) -> Option<Self> {
        Some(match ty {
            ArrowDataType::Date32 => Self::Days,
            ArrowDataType::Timestamp(ArrowTimeUnit::Millisecond, _) => Self::Millis,
            ArrowDataType::Timestamp(ArrowTimeUnit::Microsecond, _) => Self::Micros,
            ArrowDataType::Timestamp(ArrowTimeUnit::Nanosecond, _) => Self::Nanos,
            _ => return None,
        })
    }

    fn micros(self, count: i64) -> i64 {
        match self {
            Self::Days => count.saturating_mul(DAY_MICROS),
            Self::Millis => count.saturating_mul(1000),
            Self::Micros => count,
            Self::Nanos => count.div_euclid(1000),
        }
    }
}

/// Reads the wanted columns piece by piece, each with the number of its first row: of a Parquet file the row groups, of an
/// Arrow IPC file the record batches.
pub(crate) fn pieces(
    path: &Path,
    format: Format,
    wanted: &BTreeSet<Arc<str>>,
    each: &mut dyn FnMut(DataFrame, usize) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if format == Format::Ipc {
        return batches(path, wanted, each);
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

/// Reads all columns of an Arrow IPC file, record batch after record batch.
pub(crate) fn all_pieces(
    path: &Path,
    each: &mut dyn FnMut(DataFrame) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let schema = guarded(|| IpcReader::new(File::open(path).map_err(unreadable)?).schema().map_err(unreadable))?;
    let all = schema.iter_names().map(|name| name.as_str().into()).collect();
    batches(path, &all, &mut |frame, _| each(frame))
}

fn batches(
    path: &Path,
    wanted: &BTreeSet<Arc<str>>,
    each: &mut dyn FnMut(DataFrame, usize) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut reader = guarded(|| {
        let mut file = File::open(path).map_err(unreadable)?;
        let metadata = read_file_metadata(&mut file).map_err(unreadable)?;
        let names: Vec<String> = metadata.schema.iter_names().map(|name| name.to_string()).collect();
        check_columns(wanted, names.clone())?;
        let columns = names.iter().enumerate().filter(|(_, name)| wanted.contains(name.as_str()));
        let columns = columns.map(|(place, _)| place).collect();
        Ok(FileReader::new(file, metadata, Some(columns), None))
    })?;
    let mut start = 0;
    while let Some(batch) = guarded(|| reader.next().transpose().map_err(unreadable))? {
        let frame = guarded(|| Ok(DataFrame::from(batch)))?;
        let rows = frame.height();
        each(frame, start)?;
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
