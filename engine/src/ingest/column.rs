//! One declared column from its raw columns: each distinct raw text is read once, then rows are filled in.

use super::cell::{Parsed, Reader, settle};
use super::{keys, text};
use crate::fast::FastMap;
use crate::read::{Interner, RawCell, RawColumn, RawData, TextCells, Texts};
use crate::rejects::Reason;
use crate::table::range;
use polars_arrow::bitmap::Bitmap;
use std::borrow::Cow;
use std::sync::Arc;
use watchfire_dsl::program::{Column, EntityKeyType, Kind, Program};
use watchfire_stdlib::functions::{Context, Function, Pattern};
use watchfire_stdlib::value::{EntityKey, Value};

/// The column's cells, read but without time zone: for each row the place of its cell among the distinct ones, or the
/// cells themselves.
pub(crate) enum Cells<'a> {
    /// Codes into distinct cells.
    Distinct(Vec<u32>, Vec<Parsed>),
    /// The same, where no two are one key.
    Keys(Vec<u32>, Vec<Parsed>),
    /// Each row's, read when it is asked for; and the raw columns from which they may be read at once.
    Plain(&'a [&'a RawColumn], Box<dyn Fn(usize) -> Parsed + 'a>),
}

/// Reads raw columns as the column declares; `rows`: how many. Texts in `markers` are missing.
pub(crate) fn read<'a>(
    program: &'a Program,
    column: &'a Column,
    raw: &'a [&'a RawColumn],
    rows: usize,
    markers: &'a [Arc<str>],
    context: &Context<'_>,
) -> Cells<'a> {
    let load = &column.load;
    let reader = Reader::of_column(column, &program.enums);
    match (&column.ty.kind, load.via, raw) {
        (Kind::Entity(entity), via, [one]) => {
            distinct_keys(one, rows, markers, |raw| keys::canonical_text(program, *entity, via, raw, context))
        }
        (Kind::Entity(entity), None, [_, _]) if is_pair(program, *entity) => tuples(raw, rows, markers, |cells| {
            let texts: Option<Vec<Arc<str>>> = cells.iter().map(|cell| text::cell_text(*cell)).collect();
            texts.map_or(Parsed::Missing, |texts| keys::canonical_pair(program, *entity, &texts, context))
        }),
        (Kind::Entity(entity), via, _) => tuples(raw, rows, markers, |cells| match via {
            Some(via) => match load_with(via, cells, context) {
                Parsed::Value(Value::Text(key)) => keys::canonical(program, *entity, None, &key, context),
                Parsed::Value(Value::Int(key)) => keys::canonical(program, *entity, None, &key.to_string(), context),
                other => other,
            },
            None => joined(cells).map_or(Parsed::Missing, |raw| keys::canonical(program, *entity, None, &raw, context)),
        }),
        (_, Some(via), _) => tuples(raw, rows, markers, |cells| load_with(via, cells, context)),
        (Kind::Text, None, [one]) => distinct(one, rows, markers, |raw| Parsed::Value(Value::Text(raw.into()))),
        (_, None, [one]) if matches!(one.data, RawData::Text(_)) || matches!(column.ty.kind, Kind::Enum(_)) => {
            distinct(one, rows, markers, |raw| reader.read(RawCell::Text(raw)))
        }
        (_, None, [one]) => Cells::Plain(raw, Box::new(move |row| reader.read(one.cell(row)))),
        (Kind::Point, None, [longitude, latitude]) => {
            let numbers = Reader::of_kind(&Kind::Float);
            let read = move |row| {
                let read = |raw: &RawColumn| numbers.read(unless_marked(raw.cell(row), markers));
                match (read(longitude), read(latitude)) {
                    (Parsed::Value(Value::Float(longitude)), Parsed::Value(Value::Float(latitude))) => {
                        reader.point(longitude, latitude)
                    }
                    (Parsed::Bad(reason), _) | (_, Parsed::Bad(reason)) => Parsed::Bad(reason),
                    _ => Parsed::Missing,
                }
            };
            Cells::Plain(raw, Box::new(read))
        }
        _ => tuples(raw, rows, markers, |cells| {
            joined(cells).map_or(Parsed::Missing, |raw| reader.read(RawCell::Text(&raw)))
        }),
    }
}

/// Whether cells could be read from these raw columns at all; else the first that is wrong.
pub(crate) fn misfit<'a>(program: &Program, column: &Column, raw: &[&'a RawColumn]) -> Option<&'a RawColumn> {
    let reader = Reader::of_column(column, &program.enums);
    let fits = |place: usize, raw: &RawColumn| match (column.load.via, &column.ty.kind, column.load.from.len()) {
        (Some(via), _, _) => match via.parameters.get(place).map(|parameter| &parameter.pattern) {
            Some(Pattern::Exact(kind)) => Reader::of_kind(kind).fits(&raw.data),
            _ => true,
        },
        (None, Kind::Point, 2) => Reader::of_kind(&Kind::Float).fits(&raw.data),
        (None, _, 0 | 1) => reader.fits(&raw.data),
        (None, ..) => Reader::of_kind(&Kind::Text).fits(&raw.data),
    };
    raw.iter().enumerate().find(|(place, raw)| !fits(*place, raw)).map(|(_, raw)| *raw)
}

fn is_pair(program: &Program, entity: watchfire_dsl::program::EntityId) -> bool {
    let key = program.entities.get(entity.0 as usize).map(|entity| &entity.key);
    matches!(key, Some(EntityKeyType::Pair(..)))
}

/// A loader over raw cells, each read as the kind of its parameter.
fn load_with(via: &'static Function, cells: &[RawCell<'_>], context: &Context<'_>) -> Parsed {
    let mut arguments = Vec::with_capacity(cells.len());
    for (place, cell) in cells.iter().enumerate() {
        let parsed = match via.parameters.get(place).map(|parameter| &parameter.pattern) {
            Some(Pattern::Exact(kind)) => Reader::of_kind(kind).read(*cell),
            _ => Reader::of_kind(&Kind::Text).read(*cell),
        };
        let kind = via.parameters.get(place).map(|parameter| &parameter.pattern);
        let kind = if let Some(Pattern::Exact(kind)) = kind { kind } else { &Kind::Text };
        match settle(parsed, kind, context.zone) {
            Ok(Value::Missing) => return Parsed::Missing,
            Ok(value) => arguments.push(value),
            Err(reason) => return Parsed::Bad(reason),
        }
    }
    match via.load(&arguments, context) {
        Ok(loaded) => loaded.into(),
        Err(refusal) => Parsed::Bad(Reason::Refused(refusal)),
    }
}

/// Several cells as one text, with blanks between; `None`: one is missing.
fn joined(cells: &[RawCell<'_>]) -> Option<Arc<str>> {
    let texts: Option<Vec<Arc<str>>> = cells.iter().map(|cell| text::cell_text(*cell)).collect();
    texts.map(|texts| texts.join(" ").into())
}

/// Reads each distinct text of a raw column once.
fn distinct<'a>(raw: &RawColumn, rows: usize, markers: &[Arc<str>], read: impl Fn(&str) -> Parsed) -> Cells<'a> {
    let (cells, valid) = texts_of(raw, rows);
    let read = |text: &str| set_apart(raw, text, markers).unwrap_or_else(|| read(text));
    let mut parsed: Vec<Parsed> = cells.texts.iter().map(read).collect();
    let missing = parsed.len() as u32;
    parsed.push(Parsed::Missing);
    Cells::Distinct(with_missing(cells.codes.clone(), valid, missing), parsed)
}

/// The same for keys: texts with one canonical key share it. `None`: nobody.
fn distinct_keys<'a>(
    raw: &RawColumn,
    rows: usize,
    markers: &[Arc<str>],
    read: impl Fn(&str) -> Result<Option<Cow<'_, str>>, Reason>,
) -> Cells<'a> {
    let (cells, valid) = texts_of(raw, rows);
    let mut known: FastMap<Arc<str>, u32> = FastMap::default();
    let mut parsed = vec![Parsed::Missing];
    let place = |text: &str| {
        let next = parsed.len() as u32;
        let other = match set_apart(raw, text, markers) {
            Some(Parsed::Missing) => return 0,
            Some(other) => other,
            None => match read(text) {
                Ok(None) => return 0,
                Ok(Some(key)) => match known.get(&*key) {
                    Some(code) => return *code,
                    None => {
                        let key: Arc<str> = key.into();
                        known.insert(key.clone(), next);
                        Parsed::Value(Value::Entity(EntityKey::Single(key)))
                    }
                },
                Err(reason) => Parsed::Bad(reason),
            },
        };
        parsed.push(other);
        next
    };
    let places: Vec<u32> = cells.texts.iter().map(place).collect();
    let codes = cells.codes.iter().map(|code| places.get(*code as usize).copied().unwrap_or(0)).collect();
    Cells::Keys(with_missing(codes, valid, 0), parsed)
}

/// What a text is that stands for no value of its own.
fn set_apart(raw: &RawColumn, text: &str, markers: &[Arc<str>]) -> Option<Parsed> {
    match text {
        "NaN" if matches!(raw.data, RawData::Float(_)) => Some(Parsed::Bad(Reason::NotANumber)),
        marked if is_marked(marked, markers) => Some(Parsed::Missing),
        _ => None,
    }
}

/// A raw column as texts, and which cells have one; `None`: all.
fn texts_of(raw: &RawColumn, rows: usize) -> (Cow<'_, TextCells>, Option<Bitmap>) {
    match &raw.data {
        RawData::Text(cells) => (Cow::Borrowed(cells), raw.valid.clone()),
        _ => {
            let (cells, valid) = as_text(raw, rows);
            (Cow::Owned(cells), valid)
        }
    }
}

/// Cells that are not there get a code of their own.
fn with_missing(mut codes: Vec<u32>, valid: Option<Bitmap>, missing: u32) -> Vec<u32> {
    if let Some(valid) = valid {
        codes.iter_mut().zip(valid.iter()).filter(|(_, valid)| !valid).for_each(|(code, _)| *code = missing);
    }
    codes
}

/// Reads each distinct combination of raw cells once.
fn tuples<'a>(
    raw: &[&RawColumn],
    rows: usize,
    markers: &[Arc<str>],
    mut read: impl FnMut(&[RawCell<'_>]) -> Parsed,
) -> Cells<'a> {
    let texts: Vec<Option<(TextCells, Option<Bitmap>)>> =
        raw.iter().map(|raw| (!matches!(raw.data, RawData::Text(_))).then(|| as_text(raw, rows))).collect();
    let code = |column: usize, row: usize| match (&texts[column], raw[column]) {
        (Some((cells, valid)), _) | (None, RawColumn { data: RawData::Text(cells), valid }) => {
            valid.as_ref().is_none_or(|valid| valid.get_bit(row)).then(|| cells.codes[row])
        }
        _ => None,
    };
    let mut known: FastMap<Box<[Option<u32>]>, u32> = FastMap::default();
    let mut parsed = Vec::new();
    let mut codes = Vec::with_capacity(rows);
    let mut key = Vec::with_capacity(raw.len());
    for row in 0..rows {
        key.clear();
        key.extend((0..raw.len()).map(|column| code(column, row)));
        let code = match known.get(&*key) {
            Some(code) => *code,
            None => {
                let cells: Vec<RawCell<'_>> = raw.iter().map(|raw| unless_marked(raw.cell(row), markers)).collect();
                parsed.push(read(&cells));
                let code = parsed.len() as u32 - 1;
                known.insert(key.as_slice().into(), code);
                code
            }
        };
        codes.push(code);
    }
    Cells::Distinct(codes, parsed)
}

/// The cell, missing where its text is a marker.
fn unless_marked<'a>(cell: RawCell<'a>, markers: &[Arc<str>]) -> RawCell<'a> {
    match cell {
        RawCell::Text(text) if is_marked(text, markers) => RawCell::Null,
        cell => cell,
    }
}

fn is_marked(text: &str, markers: &[Arc<str>]) -> bool {
    !markers.is_empty() && markers.iter().any(|marker| **marker == *text.trim())
}

/// A raw column as texts, each made once, and which cells have one; `None`: all.
fn as_text(raw: &RawColumn, rows: usize) -> (TextCells, Option<Bitmap>) {
    let valid = raw.valid.as_ref();
    let (codes, firsts) = match &raw.data {
        RawData::Int(values) | RawData::Wall(values) | RawData::Instant(values) | RawData::Clock(values) => {
            numbered(values.iter().copied(), valid)
        }
        RawData::Date(values) => numbered(values.iter().map(|date| i64::from(*date)), valid),
        RawData::Bool(values) => numbered(values.iter().map(|truth| i64::from(*truth)), valid),
        RawData::Float(values) => numbered(values.iter().map(|number| (number + 0.0).to_bits().cast_signed()), valid),
        _ => return formatted(raw, rows),
    };
    let texts = firsts.into_iter().filter_map(|row| text::cell_text(raw.cell(row as usize))).collect();
    (TextCells { codes, texts: Texts::Held(texts) }, raw.valid.clone())
}

/// The same for raw columns of which each cell's text has to be looked at.
fn formatted(raw: &RawColumn, rows: usize) -> (TextCells, Option<Bitmap>) {
    let mut interner = Interner::default();
    let (mut codes, mut valid) = (Vec::with_capacity(rows), Vec::<bool>::with_capacity(rows));
    for row in 0..rows {
        let text = text::cell_text(raw.cell(row));
        codes.push(text.as_ref().map_or(0, |text| interner.code_shared(text)));
        valid.push(text.is_some());
    }
    (TextCells { codes, texts: Texts::Held(interner.texts) }, Some(valid.into()))
}

/// For each value its place among the distinct ones, in the order in which they come, and the row in which each comes
/// first. Missing cells have any.
pub(crate) fn numbered(
    values: impl ExactSizeIterator<Item = i64> + Clone,
    valid: Option<&Bitmap>,
) -> (Vec<u32>, Vec<u32>) {
    let is_valid = |row: u32| valid.is_none_or(|valid| valid.get_bit(row as usize));
    let mut codes = vec![0; values.len()];
    let mut firsts: Vec<u32> = Vec::new();
    let there = || values.clone().zip(0_u32..).filter(|(_, row)| is_valid(*row));
    let (least, most) = range(there().map(|(value, _)| value)).unwrap_or_default();
    let span = usize::try_from(i128::from(most) - i128::from(least)).unwrap_or(0);
    // Numbers that lie close together find their place without a hash.
    let mut dense = vec![u32::MAX; if span / 4 <= codes.len() { span + 1 } else { 0 }];
    let mut sparse: FastMap<i64, u32> = FastMap::default();
    for (value, row) in there() {
        let known = match dense.get_mut(value.wrapping_sub(least) as usize) {
            Some(known) => known,
            None => sparse.entry(value).or_insert(u32::MAX),
        };
        if *known == u32::MAX {
            *known = firsts.len() as u32;
            firsts.push(row);
        }
        codes[row as usize] = *known;
    }
    (codes, firsts)
}
