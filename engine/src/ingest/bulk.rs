//! Plain columns, read at once: numbers, truth, times, dates and positions whose raw cells are such already.
//!
//! Cells that do not fit are only found here; they are read one by one ([`super::fill`]), so that there is one place that
//! says what a cell is and why it is rejected.

use crate::read::{RawColumn, RawData};
use crate::table::ColumnData;
use std::borrow::Cow;
use watchfire_dsl::program::{Column, Kind, ReferenceSystem};
use watchfire_stdlib::value::Point;
use watchfire_stdlib::zone::{Zone, is_date, is_time, wall_time};

/// The cells of a column.
pub(crate) struct Bulk {
    /// Values; those that are missing or odd hold any.
    pub(crate) data: ColumnData,
    /// Which are there; `None`: all.
    pub(crate) valid: Option<Vec<bool>>,
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
                odd.retain(|row| valid[*row as usize]);
            }
            (data, one.valid.clone(), odd)
        }
        (Kind::Point, [longitude, latitude]) => points(column, longitude, latitude)?,
        _ => return None,
    };
    if let (Some(valid), false) = (&valid, optional) {
        odd.extend(valid.iter().zip(0..).filter(|(valid, _)| !**valid).map(|(_, row)| row));
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
        (Kind::Float | Kind::Quantity(_), RawData::Float(values)) => {
            ColumnData::Float(each(values, 0.0, &mut odd, number))
        }
        (Kind::Float | Kind::Quantity(_), RawData::Int(values)) => {
            ColumnData::Float(each(values, 0.0, &mut odd, |whole| number(whole as f64)))
        }
        (Kind::Time, RawData::Instant(values)) => {
            ColumnData::Time(each(values, 0, &mut odd, |time| is_time(time).then_some(time)))
        }
        (Kind::Time, RawData::Wall(values)) => ColumnData::Time(each(values, 0, &mut odd, |wall| zone.instant(wall))),
        (Kind::Date, RawData::Date(values)) => {
            let fits = |date| is_date(date) && wall_time(date, 0).is_some();
            ColumnData::Date(each(values, 0, &mut odd, |date| fits(date).then_some(date)))
        }
        _ => return None,
    };
    Some((data, odd))
}

/// Positions, which are there where both numbers are; and the rows that do not fit.
fn points(
    column: &Column,
    longitude: &RawColumn,
    latitude: &RawColumn,
) -> Option<(ColumnData, Option<Vec<bool>>, Vec<u32>)> {
    let system = column.load.system.unwrap_or(ReferenceSystem::Wgs84);
    let valid = match (&longitude.valid, &latitude.valid) {
        (None, None) => None,
        (Some(valid), None) | (None, Some(valid)) => Some(valid.clone()),
        (Some(left), Some(right)) => Some(left.iter().zip(right).map(|(left, right)| *left && *right).collect()),
    };
    let (longitudes, latitudes) = (numbers(&longitude.data)?, numbers(&latitude.data)?);
    let pairs: Vec<(f64, f64)> = longitudes.iter().copied().zip(latitudes.iter().copied()).collect();
    let mut odd = Vec::new();
    let blank = Point { longitude: 0.0, latitude: 0.0 };
    let data = ColumnData::Point(each(&pairs, blank, &mut odd, |(longitude, latitude)| {
        if longitude.is_nan() || latitude.is_nan() {
            return None;
        }
        system.to_wgs84(longitude + 0.0, latitude + 0.0)
    }));
    if let Some(valid) = &valid {
        // a number that is none is told of even where the other one is missing
        let is_nan = |raw: &RawColumn, numbers: &[f64], row: usize| {
            numbers[row].is_nan() && raw.valid.as_ref().is_none_or(|valid| valid[row])
        };
        odd.retain(|row| {
            let row = *row as usize;
            valid[row] || is_nan(longitude, &longitudes, row) || is_nan(latitude, &latitudes, row)
        });
    }
    Some((data, valid, odd))
}

fn numbers(raw: &RawData) -> Option<Cow<'_, [f64]>> {
    match raw {
        RawData::Float(values) => Some(Cow::Borrowed(values)),
        RawData::Int(values) => Some(values.iter().map(|value| *value as f64).collect()),
        _ => None,
    }
}

/// Reads each value; of those that do not fit the row is noted.
fn each<T: Copy, U: Copy>(values: &[T], blank: U, odd: &mut Vec<u32>, read: impl Fn(T) -> Option<U>) -> Vec<U> {
    let value = |(value, row): (&T, u32)| match read(*value) {
        Some(value) => value,
        None => {
            odd.push(row);
            blank
        }
    };
    values.iter().zip(0..).map(value).collect()
}
