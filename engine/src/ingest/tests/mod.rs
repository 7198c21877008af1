//! Ingest against its definition: every format and type, what is rejected and why, versions and their order.

mod cells;
mod files;
mod knowledge;
mod many;
mod zones;

use super::needed::Reads;
use super::{Spans, load};
use crate::rejects::Rejects;
use crate::sources::Sources;
use crate::table::{Store, Table as Loaded};
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use watchfire_dsl::diagnostics::{Diagnostic, Language};
use watchfire_dsl::program::{
    Column, ColumnId, Entity, EntityId, EntityKeyType, Enum, EnumId, Expr, ExprKind, Kind, Load, Program, Row, RowSlot,
    Source, SourceId, SourceKind, SourceTime, Table, Type, UnionPart,
};
use watchfire_dsl::source::{FileId, Span};
use watchfire_stdlib::functions::lookup;
use watchfire_stdlib::value::{EntityKey, Value};

pub(crate) const PERSON: Kind = Kind::Entity(EntityId(0));
pub(crate) const HOME: Kind = Kind::Entity(EntityId(1));
pub(crate) const NUMBERED: Kind = Kind::Entity(EntityId(2));
pub(crate) const USAGE: Kind = Kind::Enum(EnumId(0));

pub(crate) fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

/// A package with these sources; entities Person (Text), Home (Text through `address.unit`), Numbered (Int), Guest
/// (Person, Home); enum Usage.
pub(crate) fn program(sources: Vec<Source>) -> Program {
    let entity = |name: &str, key, via: Option<&str>| Entity {
        name: name.into(),
        key,
        via: via.map(|via| lookup(via).unwrap()),
        private: false,
        span: span(),
    };
    Program {
        name: "test".into(),
        version: "1".into(),
        zone: "Asia/Shanghai".parse().unwrap(),
        language: Language::En,
        levels: watchfire_dsl::program::Levels::default(),
        entities: vec![
            entity("Person", EntityKeyType::Text, None),
            entity("Home", EntityKeyType::Text, Some("address.unit")),
            entity("Numbered", EntityKeyType::Int, None),
            entity("Guest", EntityKeyType::Pair(EntityId(0), EntityId(1)), None),
        ],
        enums: vec![Enum {
            name: "Usage".into(),
            variants: vec![("residential".into(), vec!["住宅".into()]), ("commercial".into(), vec!["无".into()])],
            span: span(),
        }],
        sources,
        facts: Vec::new(),
        parameters: Vec::new(),
        externs: Vec::new(),
        models: Vec::new(),
        exemptions: Vec::new(),
        tests: Vec::new(),
        profiles: BTreeMap::new(),
    }
}

pub(crate) fn column(name: &str, kind: Kind) -> Column {
    Column { name: name.into(), ty: Type::new(kind), unique: false, load: Load::default(), span: span() }
}

pub(crate) fn optional(name: &str, kind: Kind) -> Column {
    let mut column = column(name, kind);
    column.ty.optional = true;
    column
}

pub(crate) fn timeless() -> Table {
    Table {
        time: SourceTime::Timeless,
        owner: None,
        allows: Vec::new(),
        key: Vec::new(),
        order: Vec::new(),
        recorded: None,
        expect: None,
        lateness: None,
        history: None,
    }
}

pub(crate) fn events(at: u32) -> Table {
    Table { time: SourceTime::Events { at: ColumnId(at) }, ..timeless() }
}

pub(crate) fn source(name: &str, columns: Vec<Column>, table: Table) -> Source {
    Source { name: name.into(), columns, kind: SourceKind::Table(table), span: span() }
}

/// A union of tables, whose columns are the first columns of each part.
pub(crate) fn union(name: &str, parts: &[SourceId], columns: Vec<Column>) -> Source {
    let part = |source: &SourceId| UnionPart {
        source: *source,
        columns: (0..columns.len() as u32)
            .map(|place| Expr {
                kind: ExprKind::Column { row: Row::of(RowSlot(0)), source: *source, column: ColumnId(place) },
                ty: columns[place as usize].ty.clone(),
                span: span(),
            })
            .collect(),
    };
    let parts = parts.iter().map(part).collect();
    Source { name: name.into(), columns, kind: SourceKind::Union(parts), span: span() }
}

/// Every column of every table.
pub(crate) fn all_reads(program: &Program) -> Reads {
    let columns = |source: &Source| (0..source.columns.len() as u32).map(ColumnId).collect::<BTreeSet<_>>();
    program.sources.iter().map(|source| Some(columns(source))).collect()
}

pub(crate) fn try_load(program: &Program, sources: &Sources) -> Result<Store, Vec<Diagnostic>> {
    load(program, sources, &all_reads(program), &Spans::new(), 2)
}

/// The store with all columns, as rows came; errors fail the test.
pub(crate) fn load_as_it_comes(program: &Program, sources: &Sources) -> Store {
    try_load(program, sources).unwrap_or_else(|errors| {
        panic!("{:?}", errors.iter().map(|error| error.message(Language::En)).collect::<Vec<_>>())
    })
}

/// The same with tables in row order.
pub(crate) fn load_all(program: &Program, sources: &Sources) -> Store {
    let mut store = load_as_it_comes(program, sources);
    for table in store.tables.iter_mut().flatten() {
        *table = Arc::new(ordered(table));
    }
    store
}

/// A table with its lines in row order; what all lines have alike is left out.
pub(crate) fn ordered(table: &Loaded) -> Loaded {
    let lines = table.in_order();
    let pick = |value: &dyn Fn(u32) -> i64| lines.iter().map(|line| value(*line)).collect::<Vec<i64>>();
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    let row: Vec<u32> =
        (0..).zip(&lines).map(|(place, line)| *first.entry(table.row(*line)).or_insert(place)).collect();
    let known_until = pick(&|line| table.known_until(line));
    Loaded {
        columns: crate::table::gather_all(&table.columns, &lines, 1),
        time: table.time.as_ref().map(|time| pick(&|line| time[line as usize]).into()),
        until: table.until.as_ref().map(|until| pick(&|line| until[line as usize]).into()),
        known: table.known.as_ref().map(|_| pick(&|line| table.known(line)).into()),
        known_until: known_until.iter().any(|until| *until != crate::table::NEVER).then_some(known_until),
        row: row.iter().zip(0..).any(|(row, line)| *row != line).then_some(row),
        ..table.clone()
    }
}

/// The first table of a package with one source over a frame.
pub(crate) fn load_frame(program: &Program, frame: DataFrame) -> (Arc<Loaded>, Rejects) {
    let store = load_all(program, &Sources::new().frame(program.sources[0].name.clone(), frame));
    (store.tables[0].clone().unwrap(), store.rejects)
}

/// The cells of a column, in row order.
pub(crate) fn cells(table: &Loaded, column: u32) -> Vec<Value> {
    (0..table.rows as u32).map(|row| table.value(row, ColumnId(column))).collect()
}

/// Rejects as `column reason extent count`.
pub(crate) fn rejected(rejects: &Rejects) -> Vec<String> {
    let line = |group: crate::rejects::RejectGroup| {
        let column = group.column.unwrap_or_else(|| "*".into());
        format!("{column} {} {:?} {}", group.reason.code(), group.extent, group.count)
    };
    rejects.groups().map(line).collect()
}

pub(crate) fn person(key: &str) -> Value {
    Value::Entity(EntityKey::Single(key.into()))
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Random numbers that are the same on every machine: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to below `high`.
    pub(crate) fn from(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low) as u64) as i64
    }

    /// True so many times in a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.bits() % 100 < percent
    }
}

/// A time written in RFC 3339.
pub(crate) fn at(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}
