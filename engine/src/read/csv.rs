//! CSV: every cell is text and keeps its line. RFC 4180, UTF-8, with a header; a leading byte order mark is skipped.

use super::columnar::{ReadError, check_columns};
use super::{RawFrame, TextFile, TextRows};
use crate::rejects::{Reason, Rejects};

/// Reads the wanted columns, frame by frame; there is at least one. An empty cell is missing. A line with another number
/// of cells than the header, or that is not UTF-8, is a reject. A file without even a header is an error.
pub(crate) fn read(
    file: TextFile<'_>,
    delimiter: u8,
    rejects: &mut Rejects,
    each: &mut dyn FnMut(RawFrame),
) -> Result<(), ReadError> {
    let unreadable = |error: ::csv::Error| ReadError::Unreadable(error.to_string());
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_path(file.path)
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
    check_columns(file.wanted, header.clone())?;
    let mut places = Vec::with_capacity(file.wanted.len());
    for name in file.wanted {
        let mut found = header.iter().enumerate().filter(|(_, found)| **found == **name).map(|(place, _)| place);
        match (found.next(), found.next()) {
            (Some(place), None) => places.push(place),
            _ => return Err(ReadError::TwoColumns(name.to_string())),
        }
    }
    let mut rows = TextRows::new(file, each);
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
            let raw = || record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
            rows.lose(rejects, reason, line, raw);
            continue;
        }
        let cell = |place: &usize| record.get(*place).and_then(|cell| std::str::from_utf8(cell).ok());
        rows.push(line, places.iter().map(|place| cell(place).filter(|cell| !cell.is_empty())));
    }
    rows.end();
    Ok(())
}
