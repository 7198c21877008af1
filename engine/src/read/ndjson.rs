//! NDJSON: one JSON object a line, UTF-8. Numbers and truth values become their canonical text; a key that a line does
//! not have is a missing cell; lists and objects keep their JSON text.

use super::columnar::ReadError;
use super::{RawFrame, TextFile, TextRows};
use crate::ingest::text::{decimal, decimal_text, number, number_text};
use crate::rejects::{Reason, Rejects};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::BufRead;

/// Reads the wanted keys, frame by frame; there is at least one. A line that is not a JSON object is a reject; an empty
/// one is skipped.
pub(crate) fn read(file: TextFile<'_>, rejects: &mut Rejects, each: &mut dyn FnMut(RawFrame)) -> Result<(), ReadError> {
    let unreadable = |error: std::io::Error| ReadError::Unreadable(error.to_string());
    let mut reader = std::io::BufReader::new(std::fs::File::open(file.path).map_err(unreadable)?);
    let wanted = file.wanted;
    let places: BTreeMap<&str, usize> = wanted.iter().enumerate().map(|(place, name)| (&**name, place)).collect();
    let mut rows = TextRows::new(file, each);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let (mut number, mut any) = (0_u64, false);
    let mut line = Vec::new();
    let mut cells: Vec<Option<String>> = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            break;
        }
        number += 1;
        let bytes = if number == 1 { line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line) } else { &line };
        if number == 1 && (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])) {
            return Err(ReadError::NotUtf8 { line: 1 });
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        cells.clear();
        cells.resize(wanted.len(), None);
        let parsed = std::str::from_utf8(bytes).map_err(|_| Reason::Encoding).and_then(|text| {
            let mut deserializer = serde_json::Deserializer::from_str(text);
            let row = Row { places: &places, cells: &mut cells, seen: &mut seen };
            row.deserialize(&mut deserializer).and_then(|()| deserializer.end()).map_err(|_| Reason::Unreadable)
        });
        match parsed {
            Ok(()) => {
                rows.push(number, cells.iter().map(Option::as_deref));
                any = true;
            }
            Err(reason) => {
                let raw = || String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]).into_owned();
                rows.lose(rejects, reason, number, raw);
            }
        }
    }
    if let Some(name) = wanted.iter().find(|name| any && !seen.contains(&***name)) {
        return Err(ReadError::NoColumn { wanted: name.clone(), found: seen.into_iter().collect() });
    }
    rows.end();
    Ok(())
}

/// Takes the wanted cells out of a JSON object without building the others.
struct Row<'a> {
    places: &'a BTreeMap<&'a str, usize>,
    cells: &'a mut [Option<String>],
    seen: &'a mut BTreeSet<String>,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if !self.seen.contains(&*key) {
                self.seen.insert(key.clone().into_owned());
            }
            match self.places.get(&*key) {
                Some(place) => self.cells[*place] = cell_text(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The text of a JSON value; numbers are taken as they are written, so that no digit is lost.
fn cell_text(value: &RawValue) -> Option<String> {
    let written = value.get();
    match written.as_bytes().first()? {
        b'n' => None,
        b'"' => serde_json::from_str(written).ok(),
        b'-' | b'0'..=b'9' => Some(match (decimal(written), number(written)) {
            (Some((digits, scale)), _) => decimal_text(digits, scale),
            (None, Ok(float)) => number_text(float),
            (None, Err(_)) => written.to_owned(),
        }),
        _ => Some(written.to_owned()),
    }
}
