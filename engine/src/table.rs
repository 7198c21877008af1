//! Tables: the typed rows of the sources, every version of each.
//!
//! A [`Table`] holds one line for each *state* of each version of each row (docs/language.md §1.3, §1.4): usually one
//! line per row; two for a row that was corrected; one more where a differing copy arrived later. A line is visible in
//! `[known, known_until)`. **Lines lie as they came**: whoever needs them in row order (§1.5), as timelines do, sorts
//! those it needs ([`Table::sort`]). So a model about single rows costs no order, and columns that came as plain numbers
//! are the host's own memory, not copied. Texts and entities are codes into a sorted dictionary, so that codes compare as
//! their values do.

use crate::mutant::{Mutant, mutant};
use crate::run::parallel::by_column;
use polars_arrow::bitmap::Bitmap;
use polars_buffer::Buffer;
use std::cmp::Ordering;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, EnumId, SourceId};
use watchfire_stdlib::value::{Duration, EntityKey, Point, Value};

/// Known from the beginning of time.
pub(crate) const ALWAYS: i64 = i64::MIN;
/// Open end: never superseded, never over.
pub(crate) const NEVER: i64 = i64::MAX;

/// The rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// Whose rows.
    pub(crate) source: SourceId,
    /// How many lines.
    pub(crate) rows: usize,
    /// By [`ColumnId`]; `None`: not read.
    pub(crate) columns: Vec<Option<Column>>,
    /// Event time (of a state: its start), microseconds; `None`: timeless.
    pub(crate) time: Option<Buffer<i64>>,
    /// End of a state, exclusive; [`NEVER`]: open. As loaded: use [`Table::until_at`].
    pub(crate) until: Option<Buffer<i64>>,
    /// First instant at which the line holds; `None`: from the beginning. Use [`Table::known`].
    pub(crate) known: Option<Buffer<i64>>,
    /// First instant at which it no longer holds, not later than `known`: never visible; `None`: all stay. Use
    /// [`Table::known_until`].
    pub(crate) known_until: Option<Vec<i64>>,
    /// By line: which row it is a version of; `None`: each of its own. The number is that of a line of its own table, or
    /// of the state's.
    pub(crate) row: Option<Vec<u32>>,
    /// What row order looks at after the event time.
    pub(crate) order: Vec<ColumnId>,
    /// The end column, where an end later than k reads as missing.
    pub(crate) hidden_until: Option<ColumnId>,
    /// Its rows are events even where they have an end: `starts of S`.
    pub(crate) events: bool,
    /// Earliest and latest known-at of the dated rows, those whose copies contradict each other included.
    pub(crate) known_range: Option<(i64, i64)>,
}

impl Table {
    /// Whether the line is visible at `k`.
    pub(crate) fn visible(&self, row: u32, k: i64) -> bool {
        self.known(row) <= k && k < self.known_until(row)
    }

    /// First instant at which a line holds; [`ALWAYS`]: from the beginning.
    pub(crate) fn known(&self, row: u32) -> i64 {
        self.known.as_ref().map_or(ALWAYS, |known| known[row as usize])
    }

    /// First instant at which a line no longer holds; not later than when it is known: never visible.
    pub(crate) fn known_until(&self, row: u32) -> i64 {
        self.known_until.as_ref().map_or(NEVER, |until| until[row as usize])
    }

    /// Each line becomes known at its event time.
    pub(crate) fn known_in_time(&self) -> bool {
        matches!((&self.known, &self.time), (Some(known), Some(time)) if known.is_same_buffer(time))
    }

    /// Its rows are states: they hold from their time until their end.
    pub(crate) fn has_states(&self) -> bool {
        self.until.is_some() && !self.events
    }

    /// The row that a line is a version of.
    pub(crate) fn row(&self, line: u32) -> u32 {
        self.row.as_ref().map_or(line, |row| row[line as usize])
    }

    /// Whether the line triggers an `on` model (§2.2): it is visible at its own known-at.
    pub(crate) fn triggers(&self, row: u32) -> bool {
        self.known(row) < self.known_until(row) || mutant(Mutant::HiddenVersionTriggers)
    }

    /// Event time of a line; `None` in a timeless table.
    pub(crate) fn time(&self, row: u32) -> Option<i64> {
        self.time.as_ref().map(|times| times[row as usize])
    }

    /// End of a state as it reads at `k`: [`NEVER`] where it is open or not yet known to end.
    pub(crate) fn until_at(&self, row: u32, k: i64) -> i64 {
        match &self.until {
            None => NEVER,
            Some(until) => {
                let end = until[row as usize];
                let hidden = self.hidden_until.is_some() && !mutant(Mutant::FutureEndKnown);
                if hidden && end > k { NEVER } else { end }
            }
        }
    }

    /// A cell as it reads at `k` (§1.6). A column that was not read is missing: the plan names the columns it needs.
    pub(crate) fn value_at(&self, row: u32, column: ColumnId, k: i64) -> Value {
        let hidden = self.hidden_until == Some(column) && !mutant(Mutant::FutureEndKnown);
        if hidden && self.until.as_ref().is_some_and(|until| until[row as usize] > k) {
            return Value::Missing;
        }
        self.value(row, column)
    }

    /// A cell as it was loaded.
    pub(crate) fn value(&self, row: u32, column: ColumnId) -> Value {
        self.column(column).map_or(Value::Missing, |column| column.value(row as usize))
    }

    /// Earliest and latest event time; `None`: there is none.
    pub(crate) fn time_range(&self) -> Option<(i64, i64)> {
        range(self.time.as_ref()?.iter().copied())
    }

    /// A column, if it was read.
    pub(crate) fn column(&self, column: ColumnId) -> Option<&Column> {
        self.columns.get(column.index()).and_then(Option::as_ref)
    }

    /// Puts lines in row order, each with its key ([`Table::key`]). `line`: that of each item.
    pub(crate) fn sort<T>(&self, items: &mut [(i64, T)], line: impl Fn(&T) -> u32) {
        items.sort_unstable_by_key(|(key, _)| *key);
        for ties in items.chunk_by_mut(|a, b| a.0 == b.0).filter(|ties| ties.len() > 1) {
            ties.sort_unstable_by(|(_, a), (_, b)| self.compare_ties(line(a), line(b)));
        }
    }

    /// All lines in row order.
    pub(crate) fn in_order(&self) -> Vec<u32> {
        let key = self.key();
        let mut lines: Vec<(i64, u32)> = (0..self.rows as u32).map(|line| (key(line), line)).collect();
        self.sort(&mut lines, |line| *line);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    /// A number that grows with row order, the event time where there is one; lines that differ may have the same.
    pub(crate) fn key(&self) -> impl Fn(u32) -> i64 {
        let first = self.order.first().and_then(|id| self.column(*id));
        move |line| match (&self.time, first) {
            (Some(time), _) => time[line as usize],
            (None, Some(first)) if !mutant(Mutant::TieOrderReversed) => first.rank(line as usize),
            (None, _) => 0,
        }
    }

    fn compare_ties(&self, a: u32, b: u32) -> Ordering {
        let (left, right) = (a as usize, b as usize);
        let span = |line: u32| (self.known(line), self.known_until(line));
        let by = |column: &Column| column.compare(left, right);
        let of = |id: &ColumnId| self.column(*id);
        let order = self.order.iter().filter_map(of).map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
        let order = order
            .then_with(|| span(a).cmp(&span(b)))
            .then_with(|| self.columns.iter().flatten().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
            .then(a.cmp(&b));
        if mutant(Mutant::TieOrderReversed) { order.reverse() } else { order }
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its values; those that are not there hold any.
    pub(crate) data: ColumnData,
    /// Which are there; `None`: all.
    pub(crate) valid: Option<Bitmap>,
}

/// The values of a column.
#[derive(Clone, Debug)]
pub(crate) enum ColumnData {
    /// Truth.
    Bool(Vec<bool>),
    /// Whole numbers.
    Int(Buffer<i64>),
    /// Numbers, or quantities in their SI unit; where there is one it is not NaN.
    Float(Buffer<f64>),
    /// Ten-thousandths.
    Money(Buffer<i64>),
    /// Texts.
    Text(Vec<u32>, Arc<[Arc<str>]>),
    /// Days since 1970-01-01.
    Date(Buffer<i32>),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(Buffer<i64>),
    /// Spans of time.
    Duration(Vec<Duration>),
    /// Hours of the day.
    Hour(Vec<u8>),
    /// Positions: longitudes and latitudes.
    Point(Buffer<f64>, Buffer<f64>),
    /// Lines or polygons.
    Shape(Vec<u32>, Arc<[Value]>),
    /// Variants.
    Enum(EnumId, Vec<u32>),
    /// Entities, by canonical key.
    Entity(Vec<u32>, Arc<[EntityKey]>),
}

/// Equal columns have equal cells; what lies in cells that are missing does not count.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|row| self.value(row) == other.value(row))
    }
}

impl ColumnData {
    /// How many cells.
    pub(crate) fn len(&self) -> usize {
        match self {
            ColumnData::Bool(values) => values.len(),
            ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => values.len(),
            ColumnData::Float(values) => values.len(),
            ColumnData::Text(codes, _) | ColumnData::Enum(_, codes) | ColumnData::Entity(codes, _) => codes.len(),
            ColumnData::Shape(codes, _) => codes.len(),
            ColumnData::Date(values) => values.len(),
            ColumnData::Duration(values) => values.len(),
            ColumnData::Hour(values) => values.len(),
            ColumnData::Point(longitudes, _) => longitudes.len(),
        }
    }
}

impl Column {
    /// How many cells.
    pub(crate) fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether the cell is there.
    pub(crate) fn is_valid(&self, row: usize) -> bool {
        self.valid.as_ref().is_none_or(|valid| valid.get_bit(row))
    }

    /// The cell's value.
    pub(crate) fn value(&self, row: usize) -> Value {
        if !self.is_valid(row) {
            return Value::Missing;
        }
        match &self.data {
            ColumnData::Bool(values) => Value::Bool(values[row]),
            ColumnData::Int(values) => Value::Int(values[row]),
            ColumnData::Float(values) => Value::Float(values[row]),
            ColumnData::Money(values) => Value::Money(values[row]),
            ColumnData::Text(codes, texts) => Value::Text(texts[codes[row] as usize].clone()),
            ColumnData::Date(values) => Value::Date(values[row]),
            ColumnData::Time(values) => Value::Time(values[row]),
            ColumnData::Duration(values) => Value::Duration(values[row]),
            ColumnData::Hour(values) => Value::Hour(values[row]),
            ColumnData::Point(..) => self.point(row).map_or(Value::Missing, Value::Point),
            ColumnData::Shape(codes, shapes) => shapes[codes[row] as usize].clone(),
            ColumnData::Enum(id, codes) => Value::Enum(*id, codes[row]),
            ColumnData::Entity(codes, keys) => Value::Entity(keys[codes[row] as usize].clone()),
        }
    }

    fn point(&self, row: usize) -> Option<Point> {
        let ColumnData::Point(longitudes, latitudes) = &self.data else { return None };
        Some(Point { longitude: longitudes[row], latitude: latitudes[row] })
    }

    /// The entity in a cell, without copying it; `None`: missing, or no entity column.
    pub(crate) fn entity(&self, row: usize) -> Option<&EntityKey> {
        match &self.data {
            ColumnData::Entity(codes, keys) if self.is_valid(row) => keys.get(codes[row] as usize),
            _ => None,
        }
    }

    /// Compares two cells by the total order of values, missing first.
    pub(crate) fn compare(&self, a: usize, b: usize) -> Ordering {
        match (self.is_valid(a), self.is_valid(b)) {
            (true, true) => match &self.data {
                ColumnData::Bool(values) => values[a].cmp(&values[b]),
                ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => {
                    values[a].cmp(&values[b])
                }
                ColumnData::Float(values) => values[a].total_cmp(&values[b]),
                ColumnData::Text(codes, _)
                | ColumnData::Entity(codes, _)
                | ColumnData::Enum(_, codes)
                | ColumnData::Shape(codes, _) => codes[a].cmp(&codes[b]),
                ColumnData::Date(values) => values[a].cmp(&values[b]),
                ColumnData::Duration(values) => values[a].cmp(&values[b]),
                ColumnData::Hour(values) => values[a].cmp(&values[b]),
                ColumnData::Point(..) => self.value(a).cmp(&self.value(b)),
            },
            (left, right) => left.cmp(&right),
        }
    }

    /// The column with these rows, in this order.
    pub(crate) fn gather(&self, rows: &[u32]) -> Column {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|row| values[*row as usize]).collect()
        }
        let data = match &self.data {
            ColumnData::Bool(values) => ColumnData::Bool(pick(values, rows)),
            ColumnData::Int(values) => ColumnData::Int(pick(values, rows).into()),
            ColumnData::Float(values) => ColumnData::Float(pick(values, rows).into()),
            ColumnData::Money(values) => ColumnData::Money(pick(values, rows).into()),
            ColumnData::Text(codes, texts) => ColumnData::Text(pick(codes, rows), texts.clone()),
            ColumnData::Date(values) => ColumnData::Date(pick(values, rows).into()),
            ColumnData::Time(values) => ColumnData::Time(pick(values, rows).into()),
            ColumnData::Duration(values) => ColumnData::Duration(pick(values, rows)),
            ColumnData::Hour(values) => ColumnData::Hour(pick(values, rows)),
            ColumnData::Point(longitudes, latitudes) => {
                ColumnData::Point(pick(longitudes, rows).into(), pick(latitudes, rows).into())
            }
            ColumnData::Shape(codes, shapes) => ColumnData::Shape(pick(codes, rows), shapes.clone()),
            ColumnData::Enum(id, codes) => ColumnData::Enum(*id, pick(codes, rows)),
            ColumnData::Entity(codes, keys) => ColumnData::Entity(pick(codes, rows), keys.clone()),
        };
        let valid = self.valid.as_ref().map(|valid| rows.iter().map(|row| valid.get_bit(*row as usize)).collect());
        Column { data, valid: valid.filter(|valid: &Bitmap| valid.unset_bits() > 0) }
    }

    /// The cells of several columns of one kind, one after the other.
    pub(crate) fn one_after_the_other(columns: &[Column]) -> Option<Column> {
        macro_rules! joined {
            ($kind:ident) => {{
                let mut all = Vec::new();
                for column in columns {
                    let ColumnData::$kind(values) = &column.data else { return None };
                    all.extend_from_slice(values);
                }
                ColumnData::$kind(all.into())
            }};
        }
        macro_rules! coded {
            ($kind:ident) => {{
                let mut items = Vec::new();
                for column in columns {
                    let ColumnData::$kind(_, own) = &column.data else { return None };
                    items.extend(own.iter().cloned());
                }
                items.sort_unstable();
                items.dedup();
                let mut all = Vec::new();
                for column in columns {
                    let ColumnData::$kind(codes, own) = &column.data else { return None };
                    let place = |item| items.binary_search(item).unwrap_or_default() as u32;
                    let places: Vec<u32> = own.iter().map(place).collect();
                    // What lies in cells that are missing is no code.
                    all.extend(codes.iter().map(|code| places.get(*code as usize).copied().unwrap_or_default()));
                }
                ColumnData::$kind(all, items.into())
            }};
        }
        let data = match &columns.first()?.data {
            ColumnData::Bool(_) => joined!(Bool),
            ColumnData::Int(_) => joined!(Int),
            ColumnData::Float(_) => joined!(Float),
            ColumnData::Money(_) => joined!(Money),
            ColumnData::Date(_) => joined!(Date),
            ColumnData::Time(_) => joined!(Time),
            ColumnData::Duration(_) => joined!(Duration),
            ColumnData::Hour(_) => joined!(Hour),
            ColumnData::Text(..) => coded!(Text),
            ColumnData::Entity(..) => coded!(Entity),
            ColumnData::Shape(..) => coded!(Shape),
            ColumnData::Enum(id, _) => {
                let mut all = Vec::new();
                for column in columns {
                    let ColumnData::Enum(own, codes) = &column.data else { return None };
                    (own == id).then(|| all.extend_from_slice(codes))?;
                }
                ColumnData::Enum(*id, all)
            }
            ColumnData::Point(..) => {
                let (mut longitudes, mut latitudes) = (Vec::new(), Vec::new());
                for column in columns {
                    let ColumnData::Point(east, north) = &column.data else { return None };
                    longitudes.extend_from_slice(east);
                    latitudes.extend_from_slice(north);
                }
                ColumnData::Point(longitudes.into(), latitudes.into())
            }
        };
        let gaps = columns.iter().any(|column| column.valid.is_some());
        let valid = |column: &Column| (0..column.len()).map(|row| column.is_valid(row)).collect::<Vec<bool>>();
        let valid = gaps.then(|| columns.iter().flat_map(valid).collect());
        Some(Column { data, valid })
    }

    /// A number that grows with a cell, missing first; cells that differ may have the same.
    fn rank(&self, row: usize) -> i64 {
        if !self.is_valid(row) {
            return i64::MIN;
        }
        match &self.data {
            ColumnData::Bool(values) => i64::from(values[row]),
            ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => values[row],
            ColumnData::Date(values) => i64::from(values[row]),
            ColumnData::Hour(values) => i64::from(values[row]),
            ColumnData::Text(codes, _)
            | ColumnData::Entity(codes, _)
            | ColumnData::Enum(_, codes)
            | ColumnData::Shape(codes, _) => i64::from(codes[row]),
            ColumnData::Float(_) | ColumnData::Duration(_) | ColumnData::Point(..) => 0,
        }
    }
}

/// The columns with these rows, in this order.
pub(crate) fn gather_all(columns: &[Option<Column>], rows: &[u32], threads: usize) -> Vec<Option<Column>> {
    by_column(threads, rows.len(), columns.iter().collect(), |column: &Option<Column>| {
        Some(column.as_ref()?.gather(rows))
    })
}

/// The least and the greatest of some numbers; `None`: there are none.
pub(crate) fn range(numbers: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    let wider = |(least, most): (i64, i64), number: i64| (least.min(number), most.max(number));
    let (least, most) = numbers.fold((i64::MAX, i64::MIN), wider);
    (least <= most).then_some((least, most))
}

/// What dictionaries hold, in order.
pub(crate) trait Ranked: Ord + Clone {
    /// Bytes that are ordered as the items are, unless they are equal.
    fn head(&self) -> &[u8] {
        &[]
    }
}

impl Ranked for Arc<str> {
    fn head(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Ranked for EntityKey {
    fn head(&self) -> &[u8] {
        match self {
            EntityKey::Single(key) | EntityKey::Pair(key, _) => key.as_bytes(),
        }
    }
}

impl Ranked for Value {}

impl Ranked for (u32, u32) {}

/// Sorts a dictionary, and renumbers the codes; a code beyond it stays.
pub(crate) fn ranked<T: Ranked>(mut codes: Vec<u32>, items: Vec<T>) -> (Vec<u32>, Arc<[T]>) {
    let mut order: Vec<(u128, u32)> = (0..items.len() as u32).map(|code| (0, code)).collect();
    sort_heads(&items, &mut order, 0);
    let mut ranks = vec![0; order.len()];
    for (rank, (_, code)) in order.iter().enumerate() {
        ranks[*code as usize] = rank as u32;
    }
    for code in &mut codes {
        *code = ranks.get(*code as usize).copied().unwrap_or(*code);
    }
    (codes, order.into_iter().map(|(_, code)| items[code as usize].clone()).collect())
}

/// Sorts items that are the same up to a byte. Texts often begin alike, as addresses of one city do: they are compared by
/// 16 bytes after what all have in common, and those that are equal there again.
fn sort_heads<T: Ranked>(items: &[T], order: &mut [(u128, u32)], alike: usize) {
    const FEW: usize = 4;
    const DEEPEST: usize = 4096;
    let whole = |a: &(u128, u32), b: &(u128, u32)| items[a.1 as usize].cmp(&items[b.1 as usize]);
    let head = |of: u32| items[of as usize].head().get(alike..).unwrap_or_default();
    let Some((_, first)) = order.first().filter(|_| order.len() > FEW && alike < DEEPEST) else {
        return order.sort_unstable_by(whole);
    };
    let common = |shared: &[u8], of: u32| shared.iter().zip(head(of)).take_while(|(a, b)| a == b).count();
    let shared = order.iter().fold(head(*first), |shared, (_, of)| &shared[..common(shared, *of)]).len();
    let mut longest = 0;
    for (key, of) in order.iter_mut() {
        let rest = &head(*of)[shared..];
        longest = longest.max(rest.len());
        let mut bytes = [0; 16];
        let many = rest.len().min(16);
        bytes[..many].copy_from_slice(&rest[..many]);
        *key = u128::from_be_bytes(bytes);
    }
    order.sort_unstable_by_key(|(key, _)| *key);
    for equal in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|equal| equal.len() > 1) {
        // Beyond their ends items differ in what heads do not show.
        if longest > 16 { sort_heads(items, equal, alike + shared + 16) } else { equal.sort_unstable_by(whole) }
    }
}

/// The tables that a run reads.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// By [`SourceId`]; `None`: a union, or not read.
    pub(crate) tables: Vec<Option<Arc<Table>>>,
    /// What broke the contract.
    pub(crate) rejects: crate::rejects::Rejects,
    /// What was read, by name of the source.
    pub(crate) inputs: Vec<crate::rejects::InputCount>,
}

impl Store {
    /// A table, if it was read.
    pub(crate) fn table(&self, source: SourceId) -> Option<&Table> {
        self.tables.get(source.index()).and_then(Option::as_deref)
    }

    /// Earliest and latest known-at of all dated rows (§2.3); `None`: there are none.
    pub(crate) fn known_range(&self) -> Option<(i64, i64)> {
        let ranges = self.tables.iter().flatten().filter_map(|table| table.known_range);
        ranges.reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
    }
}
