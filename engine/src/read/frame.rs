//! Polars' columns as raw columns.

use super::columnar::{ReadError, check_columns};
use super::{RawColumn, RawData, RawFrame, TextBuilder};
use polars::prelude::{DataFrame, DataType, PolarsError, PolarsResult, Series, TimeUnit};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The wanted columns of a frame.
pub(crate) fn raw_frame(frame: &DataFrame, wanted: &BTreeSet<Arc<str>>, file: Arc<str>) -> Result<RawFrame, ReadError> {
    check_columns(wanted, frame.get_column_names().iter().map(|name| name.to_string()).collect())?;
    let mut columns = BTreeMap::new();
    for name in wanted {
        let column = frame.column(name).map_err(|error| ReadError::Unreadable(error.to_string()))?;
        columns.insert(name.clone(), raw_column(column.as_materialized_series())?);
    }
    Ok(RawFrame { columns, rows: frame.height(), file, lines: None, lost: 0 })
}

fn raw_column(series: &Series) -> Result<RawColumn, ReadError> {
    let converted = convert(series).map_err(|error| ReadError::Unreadable(error.to_string()))?;
    let no_type = || ReadError::NoRawType { column: series.name().to_string(), found: series.dtype().to_string() };
    let data = converted.ok_or_else(no_type)?;
    let valid = match &data {
        RawColumn { valid: Some(_), .. } => return Ok(data),
        _ if series.null_count() == 0 => None,
        _ => Some(series.is_not_null().iter().map(|valid| valid == Some(true)).collect()),
    };
    Ok(RawColumn { valid, ..data })
}

/// `None`: no declared type can be read from such a column.
fn convert(series: &Series) -> PolarsResult<Option<RawColumn>> {
    fn plain<T: Default>(values: impl Iterator<Item = Option<T>>) -> Vec<T> {
        values.map(Option::unwrap_or_default).collect()
    }
    let data = match series.dtype() {
        DataType::Null => RawData::Null,
        DataType::Boolean => RawData::Bool(plain(series.bool()?.iter())),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => RawData::Int(plain(series.cast(&DataType::Int64)?.i64()?.iter())),
        DataType::UInt64 => {
            let values = series.u64()?;
            if values.iter().flatten().all(|value| i64::try_from(value).is_ok()) {
                RawData::Int(plain(values.iter().map(|value| value.and_then(|value| i64::try_from(value).ok()))))
            } else {
                RawData::Wide(plain(values.iter().map(|value| value.map(i128::from))))
            }
        }
        DataType::Float32 => RawData::Float(plain(series.f32()?.iter().map(|value| value.map(f64::from)))),
        DataType::Float64 => RawData::Float(plain(series.f64()?.iter())),
        DataType::Decimal(_, scale) => {
            RawData::Decimal(plain(series.decimal()?.physical().iter()), u32::try_from(*scale).unwrap_or(0))
        }
        DataType::String => return Ok(Some(texts(series)?)),
        DataType::Categorical(..) | DataType::Enum(..) => return Ok(Some(texts(&series.cast(&DataType::String)?)?)),
        // Only places are read from bytes (WKB), which have a form as text.
        DataType::Binary => {
            let mut builder = TextBuilder::default();
            for bytes in series.binary()?.iter() {
                builder.push(bytes.map(hexadecimal).as_deref());
            }
            return Ok(Some(builder.finish()));
        }
        DataType::Date => RawData::Date(plain(series.date()?.physical().iter())),
        DataType::Datetime(unit, zone) => {
            let values = plain(series.datetime()?.physical().iter());
            let micros = to_micros(values, *unit)?;
            if zone.is_some() { RawData::Instant(micros) } else { RawData::Wall(micros) }
        }
        DataType::Time => {
            let physical = series.to_physical_repr();
            RawData::Clock(plain(physical.i64()?.iter()).into_iter().map(|nanos: i64| nanos.div_euclid(1000)).collect())
        }
        DataType::Duration(unit) => {
            let physical = series.to_physical_repr();
            RawData::Span(to_micros(plain(physical.i64()?.iter()), *unit)?)
        }
        _ => return Ok(None),
    };
    Ok(Some(RawColumn { data, valid: None }))
}

fn texts(series: &Series) -> PolarsResult<RawColumn> {
    let mut builder = TextBuilder::default();
    for text in series.str()?.iter() {
        builder.push(text);
    }
    Ok(builder.finish())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Nanoseconds are cut to the microsecond in which they lie.
fn to_micros(mut values: Vec<i64>, unit: TimeUnit) -> PolarsResult<Vec<i64>> {
    match unit {
        TimeUnit::Microseconds => {}
        TimeUnit::Nanoseconds => values.iter_mut().for_each(|value| *value = value.div_euclid(1000)),
        TimeUnit::Milliseconds => {
            for value in &mut values {
                *value = value
                    .checked_mul(1000)
                    .ok_or_else(|| PolarsError::ComputeError("a time is outside the calendar".into()))?;
            }
        }
    }
    Ok(values)
}
