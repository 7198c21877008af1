//! Plain columns, read at once: numbers, truth, times, dates and positions whose raw cells are such already.
//!
//! Cells that need nothing done to them stay where they lie: the column is the host's memory. Cells that do not fit are
//! only found here; they are read one by one ([`super::fill`]), so that there is one place that says what a cell is and
//! why it is rejected.

use crate::read::{RawColumn, RawData};
use crate::table::{ColumnData, range};
use polars_arrow::bitmap::Bitmap;
use polars_buffer::Buffer;
use std::ops::BitAnd;
use watchfire_dsl::program::{Column, Kind, ReferenceSystem};
use watchfire_stdlib::value::DAY_MICROS;
use watchfire_stdlib::zone::{Zone, is_date, is_time, wall_time};

/// The cells of a column.
pub(crate) struct Bulk {
    /// Values; those that are missing or odd hold any.
    pub(crate) data: ColumnData,
    /// Which are there; `None`: all.
    pub(crate) valid: Option<Bitmap>,
    /// Rows whose cells have to be read one by one, in order.
    pub(crate) odd: Vec<u32>,
}

/// Reads a column whose wall times hang in one zone. Of an `optional` column missing cells are nothing odd. `None`: its
/// cells have to be read one by one.
pub(crate) fn read(column: &Column, raw: &[&RawColumn], zone: &Zone, optional: bool) -> Option<Bulk> {
    if column.load.via.is_some() {
        return None;
    }
    let (data, valid, mut odd) = match (&column.ty.kind, raw) {
        (_, [one]) => {
            let (data, mut odd) = values(column, &one.data, zone)?;
            if let Some(valid) = &one.valid {
                odd.retain(|row| valid.get_bit(*row as usize));
            }
            (data, one.valid.clone(), odd)
        }
        (Kind::Point, [longitude, latitude]) => points(column, longitude, latitude)?,
        _ => return None,
    };
    if let (Some(valid), false) = (&valid, optional) {
        odd.extend(valid.iter().zip(0..).filter(|(valid, _)| !valid).map(|(_, row)| row));
        odd.sort_unstable();
        odd.dedup();
    }
    Some(Bulk { data, valid, odd })
}

/// The values of one raw column, and the rows whose values do not fit, whether they are there or not.
fn values(column: &Column, raw: &RawData, zone: &Zone) -> Option<(ColumnData, Vec<u32>)> {
    let mut odd = Vec::new();
    let unit = column.load.unit;
    let number = |number: f64| {
        let number = unit.map_or(number, |unit| unit.to_si(number));
        // as `Value::float` has it, there is no negative zero
        (!number.is_nan()).then_some(number + 0.0)
    };
    let data = match (&column.ty.kind, raw) {
        (Kind::Bool, RawData::Bool(values)) => ColumnData::Bool(values.clone()),
        (Kind::Int, RawData::Int(values)) => ColumnData::Int(values.clone()),
        (Kind::Float | Kind::Quantity(_), RawData::Float(values)) if unit.is_none() && all(values, is_plain) => {
            ColumnData::Float(values.clone())
        }
        (Kind::Float | Kind::Quantity(_), RawData::Float(values)) => {
            ColumnData::Float(each(values, 0.0, &mut odd, number))
        }
        (Kind::Float | Kind::Quantity(_), RawData::Int(values)) => {
            ColumnData::Float(each(values, 0.0, &mut odd, |whole| number(whole as f64)))
        }
        (Kind::Time, RawData::Instant(values)) => ColumnData::Time(times(values, 0, &mut odd)),
        (Kind::Time, RawData::Wall(values)) => ColumnData::Time(match offset(values, zone) {
            Some(offset) => times(values, offset, &mut odd),
            None => each(values, 0, &mut odd, |wall| zone.instant(wall)),
        }),
        (Kind::Date, RawData::Date(values)) => {
            let fits = |date| is_date(date) && wall_time(date, 0).is_some();
            ColumnData::Date(each(values, 0, &mut odd, |date| fits(date).then_some(date)))
        }
        _ => return None,
    };
    Some((data, odd))
}

/// A number that needs nothing done to it: neither none at all nor a negative zero.
fn is_plain(number: f64) -> bool {
    !number.is_nan() & (number.to_bits() != (-0.0_f64).to_bits())
}

/// The instants of wall times that are so much later.
fn times(walls: &Buffer<i64>, offset: i64, odd: &mut Vec<u32>) -> Buffer<i64> {
    if offset == 0 && all(walls, is_time) {
        return walls.clone();
    }
    each(walls, 0, odd, |wall| wall.checked_sub(offset).filter(|time| is_time(*time)))
}

/// Wall time minus instant, where it is the same for all of these wall times.
fn offset(walls: &[i64], zone: &Zone) -> Option<i64> {
    if *zone == Zone::UTC {
        return Some(0);
    }
    let (first, last) = range(walls.iter().copied())?;
    let margin = 2 * DAY_MICROS;
    zone.offset_between(first.checked_sub(margin)?, last.checked_add(margin)?)
}

/// Positions, which are there where both numbers are; and the rows that do not fit.
fn points(
    column: &Column,
    longitude: &RawColumn,
    latitude: &RawColumn,
) -> Option<(ColumnData, Option<Bitmap>, Vec<u32>)> {
    let system = column.load.system.unwrap_or(ReferenceSystem::Wgs84);
    let valid = match (&longitude.valid, &latitude.valid) {
        (None, None) => None,
        (Some(valid), None) | (None, Some(valid)) => Some(valid.clone()),
        (Some(left), Some(right)) => Some(left.bitand(right)),
    };
    let (longitudes, latitudes) = (numbers(&longitude.data)?, numbers(&latitude.data)?);
    let mut odd = Vec::new();
    let mut read = |longitude: f64, latitude: f64, row: u32| {
        let number = !longitude.is_nan() && !latitude.is_nan();
        let point = number.then(|| system.to_wgs84(longitude + 0.0, latitude + 0.0)).flatten();
        if point.is_none() {
            odd.push(row);
        }
        point.map_or((0.0, 0.0), |point| (point.longitude, point.latitude))
    };
    let pairs = || longitudes.iter().copied().zip(latitudes.iter().copied());
    let lie_so = |(longitude, latitude): (f64, f64)| {
        (is_plain(longitude) & is_plain(latitude)) && system.to_wgs84(longitude, latitude).is_some()
    };
    let data = if system == ReferenceSystem::Wgs84 && pairs().all(lie_so) {
        ColumnData::Point(longitudes.clone(), latitudes.clone())
    } else {
        let read = pairs().zip(0..).map(|((longitude, latitude), row)| read(longitude, latitude, row));
        let (longitudes, latitudes): (Vec<f64>, Vec<f64>) = read.unzip();
        ColumnData::Point(longitudes.into(), latitudes.into())
    };
    if let Some(valid) = &valid {
        // a number that is none is told of even where the other one is missing
        let is_nan = |raw: &RawColumn, numbers: &[f64], row: usize| {
            numbers[row].is_nan() && raw.valid.as_ref().is_none_or(|valid| valid.get_bit(row))
        };
        odd.retain(|row| {
            let row = *row as usize;
            valid.get_bit(row) || is_nan(longitude, &longitudes, row) || is_nan(latitude, &latitudes, row)
        });
    }
    Some((data, valid, odd))
}

fn numbers(raw: &RawData) -> Option<Buffer<f64>> {
    match raw {
        RawData::Float(values) => Some(values.clone()),
        RawData::Int(values) => Some(values.iter().map(|value| *value as f64).collect()),
        _ => None,
    }
}

/// Something holds for all values. They are looked at in runs without branches, which the compiler makes into vectors.
fn all<T: Copy>(values: &[T], holds: impl Fn(T) -> bool) -> bool {
    values.chunks(1024).all(|values| values.iter().fold(true, |all, value| all & holds(*value)))
}

/// Reads each value; of those that do not fit the row is noted.
fn each<T: Copy, U: Copy>(values: &[T], blank: U, odd: &mut Vec<u32>, read: impl Fn(T) -> Option<U>) -> Buffer<U> {
    let value = |(value, row): (&T, u32)| match read(*value) {
        Some(value) => value,
        None => {
            odd.push(row);
            blank
        }
    };
    values.iter().zip(0..).map(value).collect::<Vec<U>>().into()
}
