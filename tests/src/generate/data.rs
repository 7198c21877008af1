//! Generated rows: each cell both as it is delivered and as the value that it means, so that the reference needs no
//! ingest.

use super::choices::Choices;
use super::places::{place_value, raw_place};
use super::schema::{Column, EntityName, RawForm, Schema, Source, TimeKind, Ty, VARIANTS};
use chrono::{DateTime, NaiveDate};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use std::collections::BTreeMap;
use watchfire_stdlib::types::EnumId;
use watchfire_stdlib::value::{DAY_MICROS, EntityKey, Value};
use watchfire_stdlib::zone::{Zone, date_number, wall_time};

/// A delivered cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Wall time, microseconds since 1970-01-01T00:00 there.
    Wall(i64),
}

/// A cell: as delivered, and what it means (`None`: it does not fit its column). Enums have the number 0 until the
/// program is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// As delivered.
    pub raw: Raw,
    /// What it means.
    pub value: Option<Value>,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The source.
    pub source: String,
    /// Names of the raw columns.
    pub raw_names: Vec<String>,
    /// Names of the columns.
    pub names: Vec<String>,
    /// Types of the columns and how they are written.
    pub types: Vec<(Ty, RawForm)>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

/// How much to generate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    /// Rows of a table at most.
    pub(super) rows: usize,
}

/// First days, by zone, near a change of its clocks or of the calendar.
pub(super) fn first_days(zone: &str) -> &'static [&'static str] {
    match zone {
        "America/New_York" => &["2024-03-07", "2024-10-31", "1969-12-28"],
        "Europe/Berlin" => &["2024-03-28", "2024-10-24", "2024-02-26"],
        "America/Asuncion" => &["2023-09-28", "2024-03-21"],
        "Asia/Shanghai" => &["1988-04-14", "2024-02-26", "1969-12-28"],
        _ => &["2024-02-26", "1969-12-28", "2023-12-29"],
    }
}

/// A day of text as a number.
pub(super) fn day_number(text: &str) -> i32 {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_or(0, date_number)
}

const HOUR: i64 = 3_600_000_000;

/// Wall times on which rows, grids and windows' edges lie.
pub(super) struct Moments {
    zone: Zone,
    first: i32,
    days: i64,
}

impl Moments {
    /// Moments of so many days from a first day on.
    pub(super) fn new(zone: &str, first: i32, days: i64) -> Self {
        Self { zone: Zone::named(zone).unwrap_or(Zone::UTC), first, days }
    }

    fn wall(&self, rng: &mut Choices) -> i64 {
        let day = self.first + i32::try_from(rng.random_range(0..self.days)).unwrap_or(0);
        let clock = *[0, 2, 2, 2, 6, 8, 12, 14, 18, 20, 23].choose(rng).unwrap_or(&0) * HOUR;
        let off = match rng.random_range(0..12) {
            0 => 1,
            1 => -1,
            2 => 30 * 60_000_000,
            _ => 0,
        };
        wall_time(day, clock).unwrap_or(0) + off
    }

    fn instant(&self, wall: i64) -> i64 {
        self.zone.instant(wall).unwrap_or(0)
    }

    /// A moment as text of the language.
    pub(super) fn text(&self, rng: &mut Choices) -> String {
        let day = self.first + i32::try_from(rng.random_range(0..self.days)).unwrap_or(0);
        let clock = *[0, 2, 6, 12, 18].choose(rng).unwrap_or(&0);
        format!("{}T{clock:02}:00", text_of_date(day, "%Y-%m-%d"))
    }
}

/// The date so many days after another, as programs write it.
pub(super) fn day_text(first: i32, days: i64) -> String {
    text_of_date(first + i32::try_from(days).unwrap_or(0), "%Y-%m-%d")
}

fn text_of_date(day: i32, format: &str) -> String {
    watchfire_stdlib::zone::calendar_date(day).map_or_else(String::new, |date| date.format(format).to_string())
}

fn text_of_wall(wall: i64) -> String {
    DateTime::from_timestamp_micros(wall).map_or_else(String::new, |t| t.format("%Y/%m/%d %H:%M:%S").to_string())
}

fn cell(raw: Raw, value: Value) -> Cell {
    Cell { raw, value: Some(value) }
}

fn bad(raw: Raw) -> Cell {
    Cell { raw, value: None }
}

/// Generates the rows of all tables of a schema.
pub(super) fn generate(rng: &mut Choices, schema: &Schema, moments: &Moments, amount: Amount) -> Vec<Rows> {
    let entities = if rng.random_bool(0.12) { 1 } else { rng.random_range(2..5) };
    let tables = schema.sources.iter().filter(|source| !source.is_union());
    tables.map(|source| table(rng, source, moments, amount, entities)).collect()
}

fn table(rng: &mut Choices, source: &Source, moments: &Moments, amount: Amount, entities: usize) -> Rows {
    let names = source.columns.iter().map(|column| column.name.clone()).collect();
    let raw_names = source.columns.iter().map(|column| column.raw_name.clone()).collect();
    let types = source.columns.iter().map(|column| (column.ty, column.form)).collect();
    let registry = source.columns.iter().position(|column| column.unique);
    let many = match (registry, rng.random_range(0..10)) {
        (Some(_), _) => rng.random_range(0..=entities),
        (None, 0) => 0,
        (None, 1) => 1,
        (None, 2) => amount.rows * 2,
        (None, _) => rng.random_range(0..=amount.rows),
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for number in 0..many {
        let row: Vec<Cell> = row(rng, source, moments, entities, number);
        if rng.random_bool(0.1) && registry.is_none() {
            rows.push(row.clone()); // delivered twice
        }
        let keyed = !source.key.is_empty() || registry.is_some();
        if keyed && rng.random_bool(0.3) {
            rows.push(corrected(rng, source, moments, entities, &row));
        }
        rows.push(row);
    }
    rows.shuffle(rng);
    Rows { source: source.name.clone(), raw_names, names, types, rows }
}

/// A row; its time columns agree with each other most of the time.
fn row(rng: &mut Choices, source: &Source, moments: &Moments, entities: usize, number: usize) -> Vec<Cell> {
    let start = moments.wall(rng);
    let mut cells: Vec<Cell> = Vec::new();
    for (index, column) in source.columns.iter().enumerate() {
        let cell = if source.time != TimeKind::Timeless && column.name == source.name_of_time() {
            time_cell(rng, column, start, moments, 0.02)
        } else if source.time == TimeKind::State && column.name == source.name_of_end() {
            if column.optional && rng.random_bool(0.4) {
                cell(Raw::Null, Value::Missing)
            } else {
                let later = *[0, 2, 6, 12, 24, 48, 72, -6].choose(rng).unwrap_or(&24) * HOUR;
                time_cell(rng, column, start + later, moments, 0.02)
            }
        } else if column.recorded {
            recorded_cell(rng, column, start, moments)
        } else if source.key.first() == Some(&index) {
            integer(column, i64::try_from(number).unwrap_or(0))
        } else {
            value_cell(rng, column, moments, entities, number)
        };
        cells.push(cell);
    }
    cells
}

fn time_cell(rng: &mut Choices, column: &Column, wall: i64, moments: &Moments, bad_share: f64) -> Cell {
    let text = column.form == RawForm::Text;
    if text && rng.random_bool(bad_share) {
        return bad(Raw::Text("?".into()));
    }
    if column.ty == Ty::Date {
        let day = i32::try_from(wall.div_euclid(DAY_MICROS)).unwrap_or(0);
        let raw = if text { Raw::Text(text_of_date(day, "%Y%m%d")) } else { Raw::Date(day) };
        return cell(raw, Value::Date(day));
    }
    let wall = if text { wall.div_euclid(1_000_000) * 1_000_000 } else { wall };
    let raw = if text { Raw::Text(text_of_wall(wall)) } else { Raw::Wall(wall) };
    cell(raw, Value::Time(moments.instant(wall)))
}

fn recorded_cell(rng: &mut Choices, column: &Column, start: i64, moments: &Moments) -> Cell {
    if column.optional && rng.random_bool(0.2) {
        return cell(Raw::Null, Value::Missing);
    }
    let delay = *[0, 0, 1, 6, 12, 24, 24, 48, 72, -24].choose(rng).unwrap_or(&0) * HOUR;
    time_cell(rng, column, start + delay, moments, 0.0)
}

fn integer(column: &Column, number: i64) -> Cell {
    let raw = if column.form == RawForm::Text { Raw::Text(number.to_string()) } else { Raw::Int(number) };
    cell(raw, Value::Int(number))
}

/// A further delivery of a row: other cells, usually recorded later, else in conflict with the first.
fn corrected(rng: &mut Choices, source: &Source, moments: &Moments, entities: usize, row: &[Cell]) -> Vec<Cell> {
    let mut corrected = row.to_vec();
    let many = rng.random_range(1..3);
    for _ in 0..many {
        let index = rng.random_range(0..row.len());
        let column = &source.columns[index];
        let placed = column.name == source.name_of_time() || column.name == source.name_of_end();
        if source.key.contains(&index) || column.unique || column.recorded {
            continue;
        }
        corrected[index] = if placed && source.time != TimeKind::Timeless {
            let wall = moments.wall(rng);
            time_cell(rng, column, wall, moments, 0.0)
        } else {
            value_cell(rng, column, moments, entities, 0)
        };
    }
    if let Some(index) = source.columns.iter().position(|column| column.recorded)
        && rng.random_bool(0.8)
    {
        let wall = moments.wall(rng);
        corrected[index] = time_cell(rng, &source.columns[index], wall, moments, 0.0);
    }
    corrected
}

fn value_cell(rng: &mut Choices, column: &Column, moments: &Moments, entities: usize, number: usize) -> Cell {
    if column.optional && rng.random_bool(0.15) {
        return match column.ty {
            Ty::Entity(EntityName::Meter) => cell(Raw::Null, Value::Missing),
            Ty::Entity(_) => {
                let placeholder = ["", "-", "/", "无", "未知", "NA", "n/a", "NULL", " None "].choose(rng);
                cell(Raw::Text((*placeholder.unwrap_or(&"")).into()), Value::Missing)
            }
            _ => cell(Raw::Null, Value::Missing),
        };
    }
    if !column.optional && rng.random_bool(0.02) {
        return cell(Raw::Null, Value::Missing);
    }
    match column.ty {
        Ty::Bool => {
            let truth = rng.random_bool(0.5);
            cell(Raw::Bool(truth), Value::Bool(truth))
        }
        Ty::Int => {
            if column.form == RawForm::Text && rng.random_bool(0.04) {
                return bad(Raw::Text("many".into()));
            }
            let number = if rng.random_bool(0.03) { i64::MAX } else { rng.random_range(-1..6) };
            integer(column, number)
        }
        // Sums in which the order would matter, if they were not exact.
        Ty::Float if rng.random_bool(0.3) => float_cell(rng, &[1.0, 1e16, -1e16]),
        Ty::Float => float_cell(rng, &[0.5, 1.0, 1.5, 2.0, 0.1, 0.2, 0.3, -1.0, 3.0, -0.0]),
        Ty::Area => float_cell(rng, &[0.0, 5.0, 10.0, 12.5, 20.0]),
        Ty::Money => {
            let whole = rng.random_range(-1..4);
            cell(Raw::Int(whole), Value::Money(whole * 10_000))
        }
        Ty::Text => {
            let text = *["a", "b", "c", "甲"].choose(rng).unwrap_or(&"a");
            cell(Raw::Text(text.into()), Value::Text(text.into()))
        }
        Ty::Enum => {
            if rng.random_bool(0.04) {
                return bad(Raw::Text("omega".into()));
            }
            let variant = rng.random_range(0..VARIANTS.len());
            let (name, other) = VARIANTS[variant];
            let raw = if rng.random_bool(0.3) { other } else { name };
            let number = u32::try_from(variant).unwrap_or(0);
            cell(Raw::Text(raw.into()), Value::Enum(EnumId(0), number))
        }
        Ty::Date | Ty::Time => {
            let wall = moments.wall(rng);
            time_cell(rng, column, wall, moments, 0.04)
        }
        Ty::Duration => cell(Raw::Null, Value::Missing),
        Ty::Point | Ty::Polygon => {
            let raw = raw_place(rng, column.ty);
            let value = place_value(&raw, column.ty);
            Cell { raw: Raw::Text(raw), value }
        }
        Ty::Entity(entity) => entity_cell(rng, entity, column, entities, number),
    }
}

fn float_cell(rng: &mut Choices, numbers: &[f64]) -> Cell {
    match rng.random_range(0..40) {
        0 => bad(Raw::Float(f64::NAN)),
        1 => cell(Raw::Float(f64::INFINITY), Value::Float(f64::INFINITY)),
        _ => {
            let number = *numbers.choose(rng).unwrap_or(&1.0);
            cell(Raw::Float(number), Value::float(number))
        }
    }
}

fn entity_cell(rng: &mut Choices, entity: EntityName, column: &Column, entities: usize, number: usize) -> Cell {
    // A registry has a row for each entity; elsewhere one entity has most of the rows.
    let which = if column.unique {
        number
    } else if rng.random_bool(0.4) {
        0
    } else {
        rng.random_range(0..=entities)
    };
    let single = |key: String| Value::Entity(EntityKey::Single(key.into()));
    match entity {
        EntityName::Meter => cell(Raw::Int(i64::try_from(which).unwrap_or(0)), single(which.to_string())),
        EntityName::Person => cell(Raw::Text(format!("p{which}")), single(format!("p{which}"))),
        EntityName::Dwelling | EntityName::Guest => cell(Raw::Text(format!("d{which}")), single(format!("d{which}"))),
    }
}

impl Rows {
    /// The delivered cells by raw column.
    pub fn raw_columns(&self) -> BTreeMap<&str, Vec<&Raw>> {
        let columns = self.raw_names.iter().enumerate();
        columns.map(|(index, name)| (name.as_str(), self.rows.iter().map(|row| &row[index].raw).collect())).collect()
    }
}

impl std::fmt::Display for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Date(day) => f.write_str(&text_of_date(*day, "%Y-%m-%d")),
            Self::Wall(wall) => match DateTime::from_timestamp_micros(*wall) {
                Some(time) => write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S%.6f")),
                None => write!(f, "{wall}"),
            },
        }
    }
}
