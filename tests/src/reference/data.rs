//! Rows, versions and knowledge (docs/language.md §1).
//!
//! A [`Dataset`] holds what the departments delivered, in any order: typed cells, nothing merged or dropped yet. A
//! [`History`] is one table of it with §1 worked out as far as that does not depend on *k*; [`History::visible`]
//! filters it by *k*, every time anew.

use crate::reference::time::Clock;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use watchfire_dsl::program::{ColumnId, Kind, Program, Source, SourceKind, SourceTime, Table};
use watchfire_stdlib::value::{EntityKey, Value};

/// A delivered row: a cell for each column of its table; `None` is a cell that does not fit its column.
pub type Delivery = Vec<Option<Value>>;

/// What was delivered: for each source of the program its rows, in any order. Unions have none.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Rows by source.
    pub tables: Vec<Vec<Delivery>>,
}

/// A row that kept to the contract (§1.7), with its times.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copy {
    /// Number of the row of which it is a version.
    pub(crate) id: usize,
    /// Its cells as delivered.
    pub(crate) cells: Vec<Value>,
    /// §1.1
    pub(crate) time: Option<i64>,
    /// End of a state row; none is open.
    pub(crate) end: Option<i64>,
    /// §1.2; `i64::MIN`: from the beginning of time.
    pub(crate) known: i64,
}

/// The copies of one version of one row (§1.3, §1.4), by known-at.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    copies: Vec<Copy>,
}

impl Version {
    /// The instant from which it is known.
    pub(crate) fn known(&self) -> i64 {
        self.copies.first().map_or(i64::MAX, |copy| copy.known)
    }

    /// The ends of its copies.
    pub(crate) fn ends(&self) -> impl Iterator<Item = i64> {
        self.copies.iter().filter_map(|copy| copy.end)
    }

    /// What it says at `k`, which is not before its known-at; nothing where its copies differ in event time, an
    /// entity column or the state's end (§1.4).
    pub(crate) fn at(&self, table: &TableShape, k: i64) -> Option<Copy> {
        let mut copies = self.copies.iter().filter(|copy| copy.known <= k);
        let mut row = copies.next()?.clone();
        for copy in copies {
            if copy.time != row.time || copy.end != row.end {
                return None;
            }
            for (column, cell) in row.cells.iter_mut().enumerate() {
                if *cell != copy.cells[column] {
                    if table.entities.contains(&column) {
                        return None;
                    }
                    *cell = Value::Missing;
                }
            }
        }
        Some(row)
    }
}

/// What §1 asks of a table's declaration.
#[derive(Clone, Debug)]
pub(crate) struct TableShape {
    time: SourceTime,
    recorded: Option<usize>,
    key: Vec<usize>,
    /// Columns by which rows of one event time lie (§1.5).
    order: Vec<usize>,
    /// Columns of entity types.
    entities: Vec<usize>,
    /// For each column: may it be missing?
    optional: Vec<bool>,
}

impl TableShape {
    fn new(source: &Source, table: &Table) -> Self {
        let places = |columns: &[ColumnId]| columns.iter().map(|column| column.index()).collect::<Vec<_>>();
        let mut key = places(&table.key);
        let unique: Vec<usize> = (0..source.columns.len()).filter(|&column| source.columns[column].unique).collect();
        // §1.3: a timeless source without `key` and with exactly one `unique` column has that column as its key.
        if key.is_empty() && table.time == SourceTime::Timeless && unique.len() == 1 {
            key = unique;
        }
        let mut order = places(&table.order);
        order.extend(if key.is_empty() { (0..source.columns.len()).collect() } else { key.clone() });
        Self {
            time: table.time,
            recorded: table.recorded.map(ColumnId::index),
            key,
            order,
            entities: (0..source.columns.len())
                .filter(|&column| matches!(source.columns[column].ty.kind, Kind::Entity(_)))
                .collect(),
            optional: source.columns.iter().map(|column| column.ty.optional).collect(),
        }
    }

    /// §1.7: the row with its unfit cells missing, or nothing if it is rejected.
    fn accept(&self, delivery: &Delivery, clock: &Clock) -> Option<(Copy, Option<i64>)> {
        let times: Vec<usize> = match self.time {
            SourceTime::Timeless => Vec::new(),
            SourceTime::Events { at } => vec![at.index()],
            SourceTime::State { since, until, .. } => vec![since.index(), until.index()],
        };
        for &column in self.key.iter().chain(&self.entities).chain(&times).chain(&self.recorded) {
            match &delivery[column] {
                None => return None,
                Some(Value::Missing) if !self.optional[column] => return None,
                Some(_) => {}
            }
        }
        let cells: Vec<Value> = delivery.iter().map(|cell| cell.clone().unwrap_or(Value::Missing)).collect();
        let instant = |column: ColumnId| clock.instant(&cells[column.index()]);
        let (time, end) = match self.time {
            SourceTime::Timeless => (None, None),
            SourceTime::Events { at } => (Some(instant(at)?), None),
            SourceTime::State { since, until, .. } => (Some(instant(since)?), instant(until)),
        };
        let recorded = self.recorded.and_then(|column| clock.instant(&cells[column]));
        let known = time.into_iter().chain(recorded).max().unwrap_or(i64::MIN);
        Some((Copy { id: 0, cells, time, end, known }, recorded))
    }

    /// §1.5: the order of two rows of this table.
    pub(crate) fn order(&self, a: &Copy, b: &Copy) -> Ordering {
        let columns = |row: &Copy| self.order.iter().map(|&column| row.cells[column].clone()).collect::<Vec<_>>();
        a.time.cmp(&b.time).then_with(|| columns(a).cmp(&columns(b)))
    }
}

/// One table: its rows, each with its versions.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) shape: TableShape,
    /// For each row its versions, latest recorded last.
    rows: Vec<Vec<Version>>,
}

impl History {
    /// Nothing for a union.
    pub(crate) fn new(source: &Source, deliveries: &[Delivery], clock: &Clock) -> Option<Self> {
        let SourceKind::Table(table) = &source.kind else { return None };
        let shape = TableShape::new(source, table);
        let mut keyed: BTreeMap<Vec<Value>, BTreeMap<Option<i64>, Vec<Copy>>> = BTreeMap::new();
        let mut rows = Vec::new();
        for (copy, recorded) in deliveries.iter().filter_map(|delivery| shape.accept(delivery, clock)) {
            if shape.key.is_empty() {
                rows.push(vec![Version { copies: vec![copy] }]);
            } else {
                let key = shape.key.iter().map(|&column| copy.cells[column].clone()).collect();
                keyed.entry(key).or_default().entry(recorded).or_default().push(copy);
            }
        }
        for versions in keyed.into_values() {
            let version = |mut copies: Vec<Copy>| {
                copies.sort_by_key(|copy| copy.known);
                Version { copies }
            };
            rows.push(versions.into_values().map(version).collect());
        }
        Some(Self { shape, rows })
    }

    /// Every version of every row.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.rows.iter().flatten()
    }

    /// Every delivered row that was not rejected when it was loaded.
    pub(crate) fn copies(&self) -> impl Iterator<Item = &Copy> {
        self.versions().flat_map(|version| &version.copies)
    }

    /// What is visible at `k`, in row order, as it reads at `k`.
    pub(crate) fn visible(&self, k: i64) -> Vec<Copy> {
        let rows = self.rows.iter().enumerate();
        let mut rows: Vec<Copy> =
            rows.filter_map(|(id, versions)| Some(Copy { id, ..self.visible_version(versions, k)? })).collect();
        rows.sort_by(|a, b| self.shape.order(a, b));
        rows.iter_mut().for_each(|row| self.hide_future_end(row, k));
        rows
    }

    /// §1.3: the version with the latest `recorded` among those known.
    fn visible_version(&self, versions: &[Version], k: i64) -> Option<Copy> {
        latest_known(versions, k)?.at(&self.shape, k)
    }

    /// §1.6: an end later than `k` reads as missing unless it is known ahead.
    fn hide_future_end(&self, row: &mut Copy, k: i64) {
        if let SourceTime::State { until, known_ahead: false, .. } = self.shape.time
            && row.end.is_some_and(|end| end > k)
        {
            row.end = None;
            row.cells[until.index()] = Value::Missing;
        }
    }
}

fn latest_known(versions: &[Version], k: i64) -> Option<&Version> {
    versions.iter().rev().find(|version| version.known() <= k)
}

/// The entity in these columns (two for a pair), if all are there.
pub(crate) fn entity_of(cells: &[Value]) -> Option<EntityKey> {
    match cells {
        [Value::Entity(key)] => Some(key.clone()),
        [Value::Entity(EntityKey::Single(a)), Value::Entity(EntityKey::Single(b))] => {
            Some(EntityKey::Pair(a.clone(), b.clone()))
        }
        _ => None,
    }
}

/// For each delivered row of a source: does it become known later than `cut`? Rejected rows do not.
pub fn known_later_than(program: &Program, source: &Source, rows: &[Delivery], cut: i64) -> Vec<bool> {
    accepted(program, source, rows, |copy, _| copy.known > cut)
}

/// For each delivered row of a source: does it become known later than it happened, or does it replace another version?
pub fn known_late(program: &Program, source: &Source, rows: &[Delivery]) -> Vec<bool> {
    let SourceKind::Table(table) = &source.kind else { return Vec::new() };
    let shape = TableShape::new(source, table);
    let key = |copy: &Copy| shape.key.iter().map(|&column| copy.cells[column].clone()).collect::<Vec<_>>();
    let clock = Clock::of(program);
    let mut first: BTreeMap<Vec<Value>, Option<i64>> = BTreeMap::new();
    for (copy, recorded) in rows.iter().filter_map(|row| shape.accept(row, &clock)) {
        let earliest = first.entry(key(&copy)).or_insert(recorded);
        *earliest = recorded.min(*earliest);
    }
    accepted(program, source, rows, |copy, recorded| {
        let late = copy.time.is_some_and(|time| copy.known > time);
        late || (!shape.key.is_empty() && first.get(&key(copy)).is_some_and(|&earliest| recorded > earliest))
    })
}

fn accepted(
    program: &Program,
    source: &Source,
    rows: &[Delivery],
    holds: impl Fn(&Copy, Option<i64>) -> bool,
) -> Vec<bool> {
    let SourceKind::Table(table) = &source.kind else { return Vec::new() };
    let (shape, clock) = (TableShape::new(source, table), Clock::of(program));
    rows.iter().map(|row| shape.accept(row, &clock).is_some_and(|(copy, recorded)| holds(&copy, recorded))).collect()
}
