//! Polars' columns as raw columns.

use super::columnar::{ReadError, check_columns};
use super::{Interner, RawColumn, RawData, RawFrame, TextCells, Texts};
use crate::fast::FastMap;
use crate::run::parallel::by_column;
use polars::prelude::{
    CategoricalMapping, ChunkedArray, DataFrame, DataType, Int64Chunked, PolarsError, PolarsNumericType, PolarsResult,
    Series, StringChunked, TimeUnit, UInt32Chunked,
};
use polars_arrow::bitmap::{Bitmap, BitmapBuilder};
use polars_buffer::Buffer;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The wanted columns of a frame.
pub(crate) fn raw_frame(
    frame: &DataFrame,
    wanted: &BTreeSet<Arc<str>>,
    file: Arc<str>,
    threads: usize,
) -> Result<RawFrame, ReadError> {
    check_columns(wanted, frame.get_column_names().iter().map(|name| name.to_string()).collect())?;
    let read = |name: &Arc<str>| {
        let column = frame.column(name).map_err(|error| ReadError::Unreadable(error.to_string()))?;
        Ok((name.clone(), raw_column(column.as_materialized_series())?))
    };
    let columns = by_column(threads, frame.height(), wanted.iter().collect(), read);
    let columns = columns.into_iter().collect::<Result<BTreeMap<_, _>, ReadError>>()?;
    Ok(RawFrame { columns, rows: frame.height(), file, lines: None, lost: 0 })
}

fn raw_column(series: &Series) -> Result<RawColumn, ReadError> {
    let converted = convert(series).map_err(|error| ReadError::Unreadable(error.to_string()))?;
    let no_type = || ReadError::NoRawType { column: series.name().to_string(), found: series.dtype().to_string() };
    Ok(RawColumn { data: converted.ok_or_else(no_type)?, valid: valid(series) })
}

/// Which cells are there, from the first bit of a byte on; `None`: all.
fn valid(series: &Series) -> Option<Bitmap> {
    if series.null_count() == 0 {
        return None;
    }
    if let [chunk] = &series.chunks()[..]
        && let Some(bits) = chunk.validity()
        && bits.as_slice().1 == 0
    {
        return Some(bits.clone());
    }
    let mut valid = BitmapBuilder::with_capacity(series.len());
    for chunk in series.chunks() {
        match chunk.validity() {
            Some(bits) => valid.extend_from_bitmap(bits),
            None => valid.extend_constant(chunk.len(), chunk.null_count() == 0),
        }
    }
    Some(valid.freeze())
}

/// The cells of a column, chunk by chunk; those that are not there hold any.
fn values<T: PolarsNumericType, U>(column: &ChunkedArray<T>, of: impl Fn(T::Native) -> U) -> Vec<U> {
    let mut all = Vec::with_capacity(column.len());
    for chunk in column.downcast_iter() {
        all.extend(chunk.values().iter().map(|value| of(*value)));
    }
    all
}

/// The same as they lie: the host's own memory, where the column is one chunk.
fn same<T: PolarsNumericType>(column: &ChunkedArray<T>) -> Buffer<T::Native> {
    let mut chunks = column.downcast_iter();
    match (chunks.next(), chunks.next()) {
        (Some(chunk), None) => chunk.values().clone(),
        _ => values(column, |value| value).into(),
    }
}

/// `None`: no declared type can be read from such a column.
fn convert(series: &Series) -> PolarsResult<Option<RawData>> {
    Ok(Some(match series.dtype() {
        DataType::Null => RawData::Null,
        DataType::Boolean => {
            let mut all = Vec::with_capacity(series.len());
            for chunk in series.bool()?.downcast_iter() {
                all.extend(chunk.values().iter());
            }
            RawData::Bool(all)
        }
        DataType::Int64 => RawData::Int(same(series.i64()?)),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            RawData::Int(same(series.cast(&DataType::Int64)?.i64()?))
        }
        DataType::UInt64 => {
            let column = series.u64()?;
            if column.iter().flatten().all(|value| i64::try_from(value).is_ok()) {
                RawData::Int(values(column, |value| value as i64).into())
            } else {
                RawData::Wide(values(column, i128::from))
            }
        }
        DataType::Float32 => RawData::Float(values(series.f32()?, f64::from).into()),
        DataType::Float64 => RawData::Float(same(series.f64()?)),
        DataType::Decimal(_, scale) => {
            RawData::Decimal(values(series.decimal()?.physical(), |digits| digits), u32::try_from(*scale).unwrap_or(0))
        }
        DataType::String => RawData::Text(texts(series.str()?)),
        DataType::Categorical(_, categories) | DataType::Enum(_, categories) => {
            categorical(series.to_physical_repr().cast(&DataType::UInt32)?.u32()?, categories)
        }
        // Only places are read from bytes (WKB), which have a form as text.
        DataType::Binary => {
            let mut interner = Interner::default();
            let code = |bytes: Option<&[u8]>| bytes.map_or(0, |bytes| interner.code(&hexadecimal(bytes)));
            let codes = series.binary()?.iter().map(code).collect();
            RawData::Text(TextCells { codes, texts: Texts::Held(interner.texts) })
        }
        DataType::Date => RawData::Date(same(series.date()?.physical())),
        DataType::Datetime(unit, zone) => {
            let micros = micros(series.datetime()?.physical(), *unit)?;
            if zone.is_some() { RawData::Instant(micros) } else { RawData::Wall(micros) }
        }
        DataType::Time => {
            let physical = series.to_physical_repr();
            RawData::Clock(values(physical.i64()?, |nanos| nanos.div_euclid(1000)).into())
        }
        DataType::Duration(unit) => {
            let physical = series.to_physical_repr();
            RawData::Span(micros(physical.i64()?, *unit)?)
        }
        _ => return Ok(None),
    }))
}

/// Texts where they lie. Each distinct one is found once, unless hardly any of the first ones are alike.
fn texts(column: &StringChunked) -> TextCells {
    const FIRST: usize = 1 << 16;
    let column = column.rechunk();
    let cells = column.downcast_as_array();
    let mut known: FastMap<&str, u32> = FastMap::default();
    let (mut codes, mut rows) = (Vec::with_capacity(cells.len()), Vec::new());
    let mut alike = true;
    for (row, text) in (0_u32..).zip(cells.iter()) {
        if codes.len() == FIRST {
            alike = rows.len() < FIRST / 8 * 7;
        }
        let next = rows.len() as u32;
        let code = match text {
            None => 0,
            Some(text) if alike => *known.entry(text).or_insert(next),
            Some(_) => next,
        };
        if code == next && text.is_some() {
            rows.push(row);
        }
        codes.push(code);
    }
    drop(known);
    TextCells { codes, texts: Texts::InPlace(cells.clone(), rows) }
}

/// Texts that Polars has numbered already; they are numbered anew, as not every category need be there.
fn categorical(column: &UInt32Chunked, categories: &CategoricalMapping) -> RawData {
    let mut interner = Interner::default();
    let mut known: Vec<Option<u32>> = vec![None; categories.num_cats_upper_bound()];
    let mut code = |category: u32| {
        let known = known.get_mut(category as usize)?;
        if known.is_none() {
            *known = categories.cat_to_str(category).map(|text| interner.code(text));
        }
        *known
    };
    let mut codes = Vec::with_capacity(column.len());
    codes.extend(column.iter().map(|category| category.and_then(&mut code).unwrap_or(0)));
    RawData::Text(TextCells { codes, texts: Texts::Held(interner.texts) })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Nanoseconds are cut to the microsecond in which they lie.
fn micros(column: &Int64Chunked, unit: TimeUnit) -> PolarsResult<Buffer<i64>> {
    match unit {
        TimeUnit::Microseconds => Ok(same(column)),
        TimeUnit::Nanoseconds => Ok(values(column, |nanos| nanos.div_euclid(1000)).into()),
        TimeUnit::Milliseconds => {
            let outside = || PolarsError::ComputeError("a time is outside the calendar".into());
            let micros = |millis: Option<i64>| millis.unwrap_or(0).checked_mul(1000).ok_or_else(outside);
            column.iter().map(micros).collect::<PolarsResult<Vec<i64>>>().map(Into::into)
        }
    }
}
