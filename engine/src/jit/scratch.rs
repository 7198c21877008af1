//! Cells that were picked or worked out, in room that is used again and again.

use super::form::Layout;
use crate::table::{Column, ColumnData};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::{Duration, Value};

/// A cell is not there.
pub(super) const MISSING: u8 = 0;
/// It is there.
pub(super) const KNOWN: u8 = 1;
/// Only the interpreter can say.
pub(super) const UNSURE: u8 = 2;

/// There is no row.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Cells that were worked out, and for each what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Scratch {
    pub(super) data: ScratchData,
    pub(super) states: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) enum ScratchData {
    Bytes(Vec<u8>),
    Codes(Vec<u32>),
    Dates(Vec<i32>),
    Whole(Vec<i64>),
    Float(Vec<f64>),
    Point(Vec<f64>, Vec<f64>),
}

impl ScratchData {
    /// Whether the cell in a row comes before that in another, as values are ordered.
    pub(super) fn is_less(&self, row: usize, other: usize) -> bool {
        match self {
            Self::Bytes(values) => values[row] < values[other],
            Self::Codes(values) => values[row] < values[other],
            Self::Dates(values) => values[row] < values[other],
            Self::Whole(values) => values[row] < values[other],
            Self::Float(values) => values[row].total_cmp(&values[other]).is_lt(),
            // Positions have no order that could be asked for.
            Self::Point(..) => false,
        }
    }

    /// A cell as a number that is another one where the value is.
    pub(super) fn bits(&self, row: usize) -> u64 {
        match self {
            Self::Bytes(values) => u64::from(values[row]),
            Self::Codes(values) => u64::from(values[row]),
            Self::Dates(values) => i64::from(values[row]).cast_unsigned(),
            Self::Whole(values) => values[row].cast_unsigned(),
            Self::Float(values) => values[row].to_bits(),
            Self::Point(east, north) => east[row].to_bits() ^ north[row].to_bits().rotate_left(32),
        }
    }

    /// So many cells of a kind, none of which says anything.
    pub(super) fn of(kind: &Kind, many: usize) -> Self {
        match kind {
            Kind::Bool | Kind::Hour => Self::Bytes(vec![0; many]),
            Kind::Int | Kind::Money | Kind::Time | Kind::Duration => Self::Whole(vec![0; many]),
            Kind::Float | Kind::Quantity(_) => Self::Float(vec![0.0; many]),
            Kind::Date => Self::Dates(vec![0; many]),
            _ => Self::Codes(vec![0; many]),
        }
    }

    fn resize(&mut self, many: usize) {
        match self {
            Self::Bytes(values) => values.resize(many, 0),
            Self::Codes(values) => values.resize(many, 0),
            Self::Dates(values) => values.resize(many, 0),
            Self::Whole(values) => values.resize(many, 0),
            Self::Float(values) => values.resize(many, 0.0),
            Self::Point(east, north) => {
                east.resize(many, 0.0);
                north.resize(many, 0.0);
            }
        }
    }

    /// Does something with the cells of both, where they are alike.
    fn with(&mut self, other: &Self, mut work: impl WithCells) -> bool {
        match (self, other) {
            (Self::Bytes(own), Self::Bytes(others)) => work.on(own, others),
            (Self::Codes(own), Self::Codes(others)) => work.on(own, others),
            (Self::Dates(own), Self::Dates(others)) => work.on(own, others),
            (Self::Whole(own), Self::Whole(others)) => work.on(own, others),
            (Self::Float(own), Self::Float(others)) => work.on(own, others),
            _ => return false,
        }
        true
    }

    /// The cells in these rows; [`NOWHERE`]: any.
    pub(super) fn picked(&self, rows: &[u32]) -> ScratchData {
        fn pick<T: Copy + Default>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect()
        }
        match self {
            Self::Bytes(values) => Self::Bytes(pick(values, rows)),
            Self::Codes(values) => Self::Codes(pick(values, rows)),
            Self::Dates(values) => Self::Dates(pick(values, rows)),
            Self::Whole(values) => Self::Whole(pick(values, rows)),
            Self::Float(values) => Self::Float(pick(values, rows)),
            Self::Point(east, north) => Self::Point(pick(east, rows), pick(north, rows)),
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self { data: ScratchData::Bytes(Vec::new()), states: Vec::new() }
    }
}

/// Adds a value, which is known.
fn fill<T>(all: &mut Vec<T>, value: T) -> bool {
    all.push(value);
    true
}

/// Something that is done with cells, whatever they are.
trait WithCells {
    fn on<T: Copy>(&mut self, own: &mut Vec<T>, others: &[T]);
}

/// Adds cells after others.
struct Append;

impl WithCells for Append {
    fn on<T: Copy>(&mut self, own: &mut Vec<T>, others: &[T]) {
        own.extend_from_slice(others);
    }
}

/// Puts cells into these rows.
struct Spread<'a>(&'a [u32]);

impl WithCells for Spread<'_> {
    fn on<T: Copy>(&mut self, own: &mut Vec<T>, others: &[T]) {
        self.0.iter().zip(others).for_each(|(row, cell)| own[*row as usize] = *cell);
    }
}

impl Scratch {
    /// Room for the cells of a column; `None`: no form reads such.
    pub(super) fn like(column: &Column) -> Option<Self> {
        let data = match &column.data {
            ColumnData::Bool(_) | ColumnData::Hour(_) => ScratchData::Bytes(Vec::new()),
            ColumnData::Text(..) | ColumnData::Entity(..) | ColumnData::Enum(..) => ScratchData::Codes(Vec::new()),
            ColumnData::Date(_) => ScratchData::Dates(Vec::new()),
            ColumnData::Int(_) | ColumnData::Money(_) | ColumnData::Time(_) => ScratchData::Whole(Vec::new()),
            ColumnData::Float(_) => ScratchData::Float(Vec::new()),
            ColumnData::Point(..) => ScratchData::Point(Vec::new(), Vec::new()),
            ColumnData::Duration(_) | ColumnData::Shape(..) => return None,
        };
        Some(Self { data, states: Vec::new() })
    }

    /// Room for values that lie like this in memory.
    pub(super) fn of(layout: Layout) -> Self {
        let data = match layout {
            Layout::Byte => ScratchData::Bytes(Vec::new()),
            Layout::Code | Layout::Variant => ScratchData::Codes(Vec::new()),
            Layout::Date => ScratchData::Dates(Vec::new()),
            Layout::Whole => ScratchData::Whole(Vec::new()),
            Layout::Float | Layout::Half(_) => ScratchData::Float(Vec::new()),
        };
        Self { data, states: Vec::new() }
    }

    /// Adds a whole number, and what is known of it.
    pub(super) fn push_whole(&mut self, value: i64, state: u8) {
        if let ScratchData::Whole(all) = &mut self.data {
            all.push(value);
            self.states.push(state);
        }
    }

    /// Keeps so many cells.
    pub(super) fn truncate(&mut self, many: usize) {
        self.states.truncate(many);
        self.data.resize(many);
    }

    /// Adds a value; `None`, or one that does not lie like this: unsure.
    pub(super) fn push(&mut self, value: Option<&Value>) {
        let known = match (&mut self.data, value) {
            (ScratchData::Bytes(all), Some(Value::Bool(truth))) => fill(all, u8::from(*truth)),
            (ScratchData::Bytes(all), Some(Value::Hour(hour))) => fill(all, *hour),
            (ScratchData::Codes(all), Some(Value::Enum(_, variant))) => fill(all, *variant),
            (ScratchData::Dates(all), Some(Value::Date(date))) => fill(all, *date),
            (ScratchData::Whole(all), Some(Value::Int(n) | Value::Money(n) | Value::Time(n))) => fill(all, *n),
            (ScratchData::Float(all), Some(Value::Float(number))) => fill(all, *number),
            (data, _) => {
                data.resize(self.states.len() + 1);
                false
            }
        };
        self.states.push(match value {
            _ if known => KNOWN,
            Some(Value::Missing) => MISSING,
            _ => UNSURE,
        });
    }

    /// Takes up the cells of a column in these lines; [`NOWHERE`]: missing.
    pub(super) fn take(&mut self, column: &Column, lines: &[u32]) {
        fn pick<T: Copy, U>(all: &mut Vec<U>, values: &[T], lines: &[u32], as_is: impl Fn(T) -> U, blank: T) {
            all.clear();
            all.extend(lines.iter().map(|line| as_is(values.get(*line as usize).copied().unwrap_or(blank))));
        }
        fn same<T>(value: T) -> T {
            value
        }
        match (&mut self.data, &column.data) {
            (ScratchData::Bytes(all), ColumnData::Bool(values)) => pick(all, values, lines, u8::from, false),
            (ScratchData::Bytes(all), ColumnData::Hour(values)) => pick(all, values, lines, same, 0),
            (
                ScratchData::Codes(all),
                ColumnData::Text(codes, _) | ColumnData::Entity(codes, _) | ColumnData::Enum(_, codes),
            ) => pick(all, codes, lines, same, 0),
            (ScratchData::Dates(all), ColumnData::Date(values)) => pick(all, values, lines, same, 0),
            (
                ScratchData::Whole(all),
                ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values),
            ) => pick(all, values, lines, same, 0),
            (ScratchData::Float(all), ColumnData::Float(values)) => pick(all, values, lines, same, 0.0),
            (ScratchData::Point(east, north), ColumnData::Point(longitudes, latitudes)) => {
                pick(east, longitudes, lines, same, 0.0);
                pick(north, latitudes, lines, same, 0.0);
            }
            _ => {}
        }
        self.states.clear();
        match &column.valid {
            None => self.states.extend(lines.iter().map(|line| if *line == NOWHERE { MISSING } else { KNOWN })),
            Some(valid) => self.states.extend(
                lines
                    .iter()
                    .map(|line| if *line != NOWHERE && valid.get_bit(*line as usize) { KNOWN } else { MISSING }),
            ),
        }
    }

    /// Adds so many cells after these; what is not like them is unsure.
    pub(super) fn append(&mut self, cells: &Scratch, many: usize) {
        let start = self.states.len();
        if cells.states.len() == many && self.data.with(&cells.data, Append) {
            self.states.extend_from_slice(&cells.states);
        } else {
            self.states.resize(start + many, UNSURE);
            self.data.resize(start + many);
        }
    }

    /// Puts cells into these rows.
    pub(super) fn spread(&mut self, rows: &[u32], cells: &Scratch) {
        let alike = self.data.with(&cells.data, Spread(rows));
        for (number, row) in rows.iter().enumerate() {
            let state = cells.states.get(number).copied().filter(|_| alike);
            self.states[*row as usize] = state.unwrap_or(UNSURE);
        }
    }

    /// Takes up cells in these lines.
    pub(super) fn take_of(&mut self, cells: &Scratch, lines: &[u32]) {
        self.data = cells.data.picked(lines);
        self.states.clear();
        self.states.extend(lines.iter().map(|line| cells.states[*line as usize]));
    }

    /// A cell as a value of a kind; `None`: unsure.
    pub(super) fn value(&self, row: usize, kind: &Kind) -> Option<Value> {
        match self.states[row] {
            MISSING => return Some(Value::Missing),
            KNOWN => {}
            _ => return None,
        }
        match (&self.data, kind) {
            (ScratchData::Bytes(values), Kind::Bool) => Some(Value::Bool(values[row] != 0)),
            (ScratchData::Whole(values), Kind::Int) => Some(Value::Int(values[row])),
            (ScratchData::Whole(values), Kind::Money) => Some(Value::Money(values[row])),
            (ScratchData::Whole(values), Kind::Time) => Some(Value::Time(values[row])),
            (ScratchData::Whole(values), Kind::Duration) => {
                Some(Value::Duration(Duration { days: 0, micros: values[row] }))
            }
            (ScratchData::Dates(values), Kind::Date) => Some(Value::Date(values[row])),
            (ScratchData::Bytes(values), Kind::Hour) => Some(Value::Hour(values[row])),
            (ScratchData::Float(values), Kind::Float | Kind::Quantity(_)) => Some(Value::Float(values[row])),
            _ => None,
        }
    }
}
