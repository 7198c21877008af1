//! Generated rows as data frames for the engine, and as typed rows for the reference.

use super::data::{Cell, Raw, Rows};
use super::schema::{RawForm, Ty};
use crate::reference::Dataset;
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, PolarsResult, Series, TimeUnit};
use watchfire_dsl::program::{Kind, Program};
use watchfire_stdlib::value::Value;

/// The rows of a table for the reference: by the program's columns.
pub fn dataset(program: &Program, tables: &[Rows]) -> Dataset {
    let of_source = |source: &watchfire_dsl::program::Source| {
        let Some(rows) = tables.iter().find(|rows| *rows.source == *source.name) else { return Vec::new() };
        let columns: Vec<(Option<usize>, &Kind)> = source
            .columns
            .iter()
            .map(|column| (rows.names.iter().position(|name| **name == *column.name), &column.ty.kind))
            .collect();
        let cell = |row: &Vec<Cell>, (index, kind): &(Option<usize>, &Kind)| {
            let value = index.map_or(Some(Value::Missing), |index| row[index].value.clone());
            match (value, kind) {
                (Some(Value::Enum(_, variant)), Kind::Enum(id)) => Some(Value::Enum(*id, variant)),
                (value, _) => value,
            }
        };
        rows.rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect()
    };
    Dataset { tables: program.sources.iter().map(of_source).collect() }
}

/// The rows as a data frame of so many chunks.
///
/// # Errors
/// Where Polars refuses a column.
pub fn frame(rows: &Rows, chunks: usize) -> PolarsResult<DataFrame> {
    let many = rows.rows.len();
    let columns: Vec<Column> = (0..rows.names.len()).map(|index| column(rows, index)).collect::<PolarsResult<_>>()?;
    let whole = DataFrame::new(many, columns)?;
    let size = many.div_ceil(chunks.max(1)).max(1);
    let mut cut: Option<DataFrame> = None;
    for start in (0..many).step_by(size) {
        let piece = whole.slice(i64::try_from(start).unwrap_or(i64::MAX), size);
        match &mut cut {
            None => cut = Some(piece),
            Some(cut) => {
                cut.vstack_mut(&piece)?;
            }
        }
    }
    Ok(cut.unwrap_or(whole))
}

fn column(rows: &Rows, index: usize) -> PolarsResult<Column> {
    let name = rows.raw_names[index].as_str().into();
    let raw = || rows.rows.iter().map(|row| &row[index].raw);
    let series = match rows.types[index] {
        (_, RawForm::Text) | (Ty::Text | Ty::Enum | Ty::Point | Ty::Polygon, _) => texts(name, raw()),
        (Ty::Entity(super::schema::EntityName::Meter) | Ty::Int | Ty::Money, _) => {
            let cells = raw().map(|raw| if let Raw::Int(n) = raw { Some(*n) } else { None });
            Series::new(name, cells.collect::<Vec<_>>())
        }
        (Ty::Entity(_), _) => texts(name, raw()),
        (Ty::Bool, _) => {
            let cells = raw().map(|raw| if let Raw::Bool(b) = raw { Some(*b) } else { None });
            Series::new(name, cells.collect::<Vec<_>>())
        }
        (Ty::Date, _) => {
            let cells = raw().map(|raw| if let Raw::Date(day) = raw { Some(*day) } else { None });
            Series::new(name, cells.collect::<Vec<_>>()).cast(&DataType::Date)?
        }
        (Ty::Time | Ty::Duration, _) => {
            let cells = raw().map(|raw| if let Raw::Wall(wall) = raw { Some(*wall) } else { None });
            let wall = DataType::Datetime(TimeUnit::Microseconds, None);
            Series::new(name, cells.collect::<Vec<_>>()).cast(&wall)?
        }
        (Ty::Float | Ty::Area, _) => {
            let cells = raw().map(|raw| if let Raw::Float(x) = raw { Some(*x) } else { None });
            Series::new(name, cells.collect::<Vec<_>>())
        }
    };
    Ok(series.into_column())
}

fn texts<'a>(name: polars::prelude::PlSmallStr, raw: impl Iterator<Item = &'a Raw>) -> Series {
    let cells = raw.map(|raw| if let Raw::Text(text) = raw { Some(text.as_str()) } else { None });
    Series::new(name, cells.collect::<Vec<_>>())
}
