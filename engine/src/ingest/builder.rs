//! Typed columns while they grow.

use crate::fast::FastMap;
use crate::read::Interner;
use crate::table::{Column, ColumnData, ranked};
use polars_arrow::bitmap::Bitmap;
use watchfire_dsl::program::{EnumId, Kind};
use watchfire_stdlib::value::{Duration, EntityKey, Point, Value};

/// A cell ready to be added many times.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// Nothing.
    Missing,
    /// A value.
    Value(Value),
    /// A text or entity that the column already knows.
    Code(u32),
}

/// A growing column.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    data: Growing,
    valid: Vec<bool>,
    /// The cells, where all came at once: they may lie in the host's memory, and stay there if nothing else comes.
    whole: Option<Column>,
}

#[derive(Debug)]
enum Growing {
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Money(Vec<i64>),
    Text(Vec<u32>, Interner),
    Date(Vec<i32>),
    Time(Vec<i64>),
    Duration(Vec<Duration>),
    Hour(Vec<u8>),
    Point(Vec<f64>, Vec<f64>),
    Shape(Vec<u32>, FastMap<Value, u32>, Vec<Value>),
    Enum(EnumId, Vec<u32>),
    /// The map is made when it is needed.
    Entity(Vec<u32>, FastMap<EntityKey, u32>, Vec<EntityKey>),
}

/// What a growing column holds for each row, whatever its type.
macro_rules! with_values {
    ($data:expr, $values:ident => $body:expr) => {
        match $data {
            Growing::Bool($values) => $body,
            Growing::Int($values) | Growing::Money($values) | Growing::Time($values) => $body,
            Growing::Float($values) => $body,
            Growing::Date($values) => $body,
            Growing::Duration($values) => $body,
            Growing::Hour($values) => $body,
            Growing::Point($values, latitudes) => {
                $body;
                let $values = latitudes;
                $body;
            }
            Growing::Text($values, _)
            | Growing::Enum(_, $values)
            | Growing::Entity($values, ..)
            | Growing::Shape($values, ..) => $body,
        }
    };
}

impl ColumnBuilder {
    /// An empty column; `None`: such a kind is not held in columns.
    pub(crate) fn new(kind: &Kind) -> Option<Self> {
        let data = match kind {
            Kind::Bool => Growing::Bool(Vec::new()),
            Kind::Int => Growing::Int(Vec::new()),
            Kind::Float | Kind::Quantity(_) => Growing::Float(Vec::new()),
            Kind::Money => Growing::Money(Vec::new()),
            Kind::Text => Growing::Text(Vec::new(), Interner::default()),
            Kind::Date => Growing::Date(Vec::new()),
            Kind::Time => Growing::Time(Vec::new()),
            Kind::Duration => Growing::Duration(Vec::new()),
            Kind::Hour => Growing::Hour(Vec::new()),
            Kind::Point => Growing::Point(Vec::new(), Vec::new()),
            Kind::Enum(id) => Growing::Enum(*id, Vec::new()),
            Kind::Entity(_) => Growing::Entity(Vec::new(), FastMap::default(), Vec::new()),
            Kind::Line | Kind::Polygon => Growing::Shape(Vec::new(), FastMap::default(), Vec::new()),
            Kind::List(_) | Kind::Level | Kind::Unknown => return None,
        };
        Some(Self { data, valid: Vec::new(), whole: None })
    }

    /// Makes a value ready to be added: texts and entities get their number.
    pub(crate) fn prepare(&mut self, value: Value) -> Slot {
        match (&mut self.data, value) {
            (_, Value::Missing) => Slot::Missing,
            (Growing::Text(_, interner), Value::Text(text)) => Slot::Code(interner.code_shared(&text)),
            (Growing::Entity(_, codes, keys), Value::Entity(key)) => {
                if codes.len() < keys.len() {
                    codes.extend(keys.iter().cloned().zip(0..));
                }
                let next = keys.len() as u32;
                Slot::Code(*codes.entry(key).or_insert_with_key(|key| {
                    keys.push(key.clone());
                    next
                }))
            }
            (Growing::Shape(_, codes, shapes), value @ (Value::Line(_) | Value::Polygon(_))) => {
                let next = shapes.len() as u32;
                Slot::Code(*codes.entry(value).or_insert_with_key(|value| {
                    shapes.push(value.clone());
                    next
                }))
            }
            (_, value) => Slot::Value(value),
        }
    }

    /// The same for one of several values that are all different, when the column knows none but such.
    pub(crate) fn prepare_different(&mut self, value: Value) -> Slot {
        match (&mut self.data, value) {
            (Growing::Entity(_, codes, keys), Value::Entity(key)) if codes.is_empty() => {
                keys.push(key);
                Slot::Code(keys.len() as u32 - 1)
            }
            (_, value) => self.prepare(value),
        }
    }

    /// It holds nothing yet.
    pub(crate) fn is_new(&self) -> bool {
        self.valid.is_empty() && self.whole.is_none()
    }

    /// Adds a cell; a value of another kind than the column's is missing.
    pub(crate) fn push(&mut self, slot: &Slot) {
        self.open();
        macro_rules! put {
            ($values:expr, $value:expr) => {{
                $values.push($value);
                true
            }};
        }
        let there = match (&mut self.data, slot) {
            (Growing::Bool(values), Slot::Value(Value::Bool(value))) => put!(values, *value),
            (Growing::Int(values), Slot::Value(Value::Int(value)))
            | (Growing::Money(values), Slot::Value(Value::Money(value)))
            | (Growing::Time(values), Slot::Value(Value::Time(value))) => put!(values, *value),
            (Growing::Float(values), Slot::Value(Value::Float(value))) => put!(values, *value),
            (Growing::Float(values), Slot::Value(Value::Int(value))) => put!(values, *value as f64),
            (Growing::Date(values), Slot::Value(Value::Date(value))) => put!(values, *value),
            (Growing::Duration(values), Slot::Value(Value::Duration(value))) => put!(values, *value),
            (Growing::Hour(values), Slot::Value(Value::Hour(value))) => put!(values, *value),
            (Growing::Point(longitudes, latitudes), Slot::Value(Value::Point(point))) => {
                latitudes.push(point.latitude);
                put!(longitudes, point.longitude)
            }
            (Growing::Enum(_, values), Slot::Value(Value::Enum(_, value))) => put!(values, *value),
            (Growing::Text(codes, _) | Growing::Entity(codes, ..) | Growing::Shape(codes, ..), Slot::Code(code)) => {
                put!(codes, *code)
            }
            _ => false,
        };
        if !there {
            match &mut self.data {
                Growing::Bool(values) => values.push(false),
                Growing::Int(values) | Growing::Money(values) | Growing::Time(values) => values.push(0),
                Growing::Float(values) => values.push(0.0),
                Growing::Text(values, _)
                | Growing::Enum(_, values)
                | Growing::Entity(values, ..)
                | Growing::Shape(values, ..) => values.push(0),
                Growing::Date(values) => values.push(0),
                Growing::Duration(values) => values.push(Duration::default()),
                Growing::Hour(values) => values.push(0),
                Growing::Point(longitudes, latitudes) => {
                    longitudes.push(0.0);
                    latitudes.push(0.0);
                }
            }
        }
        self.valid.push(there);
    }

    /// Replaces a cell that was added.
    pub(crate) fn put(&mut self, row: usize, slot: &Slot) {
        self.push(slot);
        with_values!(&mut self.data, values => {
            values.swap_remove(row);
        });
        self.valid.swap_remove(row);
    }

    /// Adds so many rows at once; values of another kind than the column's are missing.
    pub(crate) fn extend(&mut self, data: ColumnData, valid: Option<Bitmap>, rows: usize) {
        let fits = matches!(
            (&self.data, &data),
            (Growing::Bool(_), ColumnData::Bool(_))
                | (Growing::Int(_), ColumnData::Int(_))
                | (Growing::Time(_), ColumnData::Time(_))
                | (Growing::Float(_), ColumnData::Float(_))
                | (Growing::Date(_), ColumnData::Date(_))
                | (Growing::Point(..), ColumnData::Point(..))
        );
        if !fits {
            (0..rows).for_each(|_| self.push(&Slot::Missing));
            return;
        }
        if self.valid.is_empty() && self.whole.is_none() {
            self.whole = Some(Column { data, valid });
            return;
        }
        self.open();
        self.add(data, valid, rows);
    }

    /// Takes up cells that came at once, so that others can be added.
    fn open(&mut self) {
        if let Some(Column { data, valid }) = self.whole.take() {
            let rows = data.len();
            self.add(data, valid, rows);
        }
    }

    fn add(&mut self, data: ColumnData, valid: Option<Bitmap>, rows: usize) {
        match (&mut self.data, data) {
            (Growing::Bool(all), ColumnData::Bool(values)) => all.extend(values),
            (Growing::Int(all), ColumnData::Int(values)) | (Growing::Time(all), ColumnData::Time(values)) => {
                all.extend_from_slice(&values)
            }
            (Growing::Float(all), ColumnData::Float(values)) => all.extend_from_slice(&values),
            (Growing::Date(all), ColumnData::Date(values)) => all.extend_from_slice(&values),
            (Growing::Point(longitudes, latitudes), ColumnData::Point(east, north)) => {
                longitudes.extend_from_slice(&east);
                latitudes.extend_from_slice(&north);
            }
            _ => {}
        }
        match valid {
            Some(valid) => self.valid.extend(valid.iter()),
            None => self.valid.resize(self.valid.len() + rows, true),
        }
    }

    /// Adds a row for each code: the slot with this number.
    pub(crate) fn spread<'s>(&mut self, slots: impl Iterator<Item = &'s Slot>, mut codes: Vec<u32>) {
        self.open();
        let start = self.valid.len();
        slots.for_each(|slot| self.push(slot));
        let few = self.valid.split_off(start);
        if few.contains(&false) {
            self.valid.extend(codes.iter().map(|code| few[*code as usize]));
        } else {
            self.valid.resize(start + codes.len(), true);
        }
        match &mut self.data {
            // The list of codes becomes the column.
            Growing::Text(values, _)
            | Growing::Enum(_, values)
            | Growing::Entity(values, ..)
            | Growing::Shape(values, ..)
                if start == 0 =>
            {
                codes.iter_mut().for_each(|code| *code = values[*code as usize]);
                *values = codes;
            }
            data => with_values!(data, values => {
                let few = values.split_off(start);
                values.extend(codes.iter().map(|code| few[*code as usize]));
            }),
        }
    }

    /// A cell that was added.
    pub(crate) fn value(&self, row: usize) -> Value {
        if let Some(whole) = &self.whole {
            return whole.value(row);
        }
        if !self.valid[row] {
            return Value::Missing;
        }
        match &self.data {
            Growing::Bool(values) => Value::Bool(values[row]),
            Growing::Int(values) => Value::Int(values[row]),
            Growing::Float(values) => Value::Float(values[row]),
            Growing::Money(values) => Value::Money(values[row]),
            Growing::Text(codes, interner) => Value::Text(interner.texts[codes[row] as usize].clone()),
            Growing::Date(values) => Value::Date(values[row]),
            Growing::Time(values) => Value::Time(values[row]),
            Growing::Duration(values) => Value::Duration(values[row]),
            Growing::Hour(values) => Value::Hour(values[row]),
            Growing::Point(longitudes, latitudes) => {
                Value::Point(Point { longitude: longitudes[row], latitude: latitudes[row] })
            }
            Growing::Shape(codes, _, shapes) => shapes[codes[row] as usize].clone(),
            Growing::Enum(id, codes) => Value::Enum(*id, codes[row]),
            Growing::Entity(codes, _, keys) => Value::Entity(keys[codes[row] as usize].clone()),
        }
    }

    /// The column; its dictionary is sorted, so that codes compare as values do.
    pub(crate) fn finish(self) -> Column {
        if let Some(Column { data, valid }) = self.whole {
            return Column { data, valid: valid.filter(|valid| valid.unset_bits() > 0) };
        }
        let data = match self.data {
            Growing::Bool(values) => ColumnData::Bool(values),
            Growing::Int(values) => ColumnData::Int(values.into()),
            Growing::Float(values) => ColumnData::Float(values.into()),
            Growing::Money(values) => ColumnData::Money(values.into()),
            Growing::Text(codes, interner) => {
                let (codes, texts) = ranked(codes, interner.texts);
                ColumnData::Text(codes, texts)
            }
            Growing::Date(values) => ColumnData::Date(values.into()),
            Growing::Time(values) => ColumnData::Time(values.into()),
            Growing::Duration(values) => ColumnData::Duration(values),
            Growing::Hour(values) => ColumnData::Hour(values),
            Growing::Point(longitudes, latitudes) => ColumnData::Point(longitudes.into(), latitudes.into()),
            Growing::Shape(codes, _, shapes) => {
                let (codes, shapes) = ranked(codes, shapes);
                ColumnData::Shape(codes, shapes)
            }
            Growing::Enum(id, codes) => ColumnData::Enum(id, codes),
            Growing::Entity(codes, _, keys) => {
                let (codes, keys) = ranked(codes, keys);
                ColumnData::Entity(codes, keys)
            }
        };
        let valid = self.valid.contains(&false).then(|| self.valid.into());
        Column { data, valid }
    }
}
