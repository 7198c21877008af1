//! CSV: every cell is text and keeps its line. RFC 4180, UTF-8, with a header; a leading byte order mark is skipped.

use super::columnar::{ReadError, check_columns};
use super::{RawFrame, TextBuilder};
use crate::rejects::{Extent, PRIVATE, Place, Reason, Rejects, Sample, shown};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Reads the wanted columns; of rejected lines of a `private` source only the place is kept. An empty cell is missing. A line with another number of cells than the header, or that is
/// not UTF-8, is a reject. A file without even a header is an error.
pub(crate) fn read(
    path: &Path,
    delimiter: u8,
    wanted: &BTreeSet<Arc<str>>,
    source: &Arc<str>,
    private: bool,
    rejects: &mut Rejects,
) -> Result<RawFrame, ReadError> {
    let unreadable = |error: ::csv::Error| ReadError::Unreadable(error.to_string());
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_path(path)
        .map_err(unreadable)?;
    let mut record = ::csv::ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(unreadable)? {
        return Err(ReadError::Empty);
    }
    let mut header = Vec::with_capacity(record.len());
    for name in &record {
        let name = std::str::from_utf8(name).map_err(|_| ReadError::NotUtf8 { line: 1 })?;
        header.push(name.trim_start_matches('\u{feff}').trim().to_owned());
    }
    check_columns(wanted, header.clone())?;
    let mut places = Vec::with_capacity(wanted.len());
    for name in wanted {
        let mut found = header.iter().enumerate().filter(|(_, found)| **found == **name).map(|(place, _)| place);
        match (found.next(), found.next()) {
            (Some(place), None) => places.push(place),
            _ => return Err(ReadError::TwoColumns(name.to_string())),
        }
    }
    let file: Arc<str> = path.display().to_string().into();
    let mut builders: Vec<TextBuilder> = wanted.iter().map(|_| TextBuilder::default()).collect();
    let mut lines = Vec::new();
    let mut lost = 0;
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        let line = record.position().map_or(0, ::csv::Position::line);
        let reason = if record.len() != header.len() {
            Some(Reason::Ragged)
        } else if record.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
            Some(Reason::Encoding)
        } else {
            None
        };
        if let Some(reason) = reason {
            lost += 1;
            rejects.add(source, None, reason, Extent::Row, || {
                let raw = record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
                Sample { place: Place { file: file.clone(), line }, raw: shown(if private { PRIVATE } else { &raw }) }
            });
            continue;
        }
        for (builder, place) in builders.iter_mut().zip(&places) {
            let cell = record.get(*place).and_then(|cell| std::str::from_utf8(cell).ok());
            builder.push(cell.filter(|cell| !cell.is_empty()));
        }
        lines.push(line);
    }
    let columns = wanted.iter().cloned().zip(builders.into_iter().map(TextBuilder::finish)).collect();
    Ok(RawFrame { columns, rows: lines.len(), file, lines: Some(lines), lost })
}
