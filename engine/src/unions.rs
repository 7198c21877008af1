//! Unions as one table, for compiled code: the rows of all parts, one part after the other.
//!
//! ```text
//! part 0   a b c          line 0 1 2
//! part 1   d e                 3 4        a row of part 1 is line 3 on
//! ```
//!
//! A column is there if every part has it as it is, or computes it from one of its texts or entities and from registers
//! that are always known: then it is worked out once for each of these, by the interpreter.

use crate::ingest::{ColumnBuilder, Slot};
use crate::interp::{Evaluator, World};
use crate::plan::{FactPlan, FromNode, ModelPlan, NodeKind, PartColumn, PartPlan, Plan};
use crate::table::{Column, ColumnData, NEVER, Table};
use crate::timeline::RowRef;
use watchfire_dsl::program::{ColumnId, Kind, Program, RowSlot, SourceId, SourceKind, SourceTime};
use watchfire_stdlib::value::Value;

/// A union as one table.
#[derive(Debug)]
pub(crate) struct Union {
    table: Table,
    /// The first line of each part.
    firsts: Vec<u32>,
}

/// The lines of a table, or of a union as one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'a> {
    pub(crate) table: &'a Table,
    /// The first line of each part; empty: it is no union.
    firsts: &'a [u32],
}

impl<'a> Lines<'a> {
    /// Those of a table.
    pub(crate) fn of_table(table: &'a Table) -> Self {
        Self { table, firsts: &[] }
    }

    /// The line of a row.
    pub(crate) fn of(&self, row: RowRef) -> u32 {
        self.firsts.get(row.part as usize).copied().unwrap_or(0) + row.row
    }
}

impl Union {
    /// The lines of all parts.
    pub(crate) fn lines(&self) -> Lines<'_> {
        Lines { table: &self.table, firsts: &self.firsts }
    }

    /// The rows of a union whose parts lie in time alike; `None`: they do not, or are too many. `model`: any.
    pub(crate) fn of(world: World<'_>, source: SourceId, model: &ModelPlan) -> Option<Self> {
        let parts = world.plan.unions.get(source.index())?;
        let tables: Vec<&Table> = parts.iter().map(|part| world.store.table(part.source)).collect::<Option<_>>()?;
        let first = tables.first()?;
        if tables.iter().any(|table| table.time.is_none() || table.has_states() != first.has_states()) {
            return None;
        }
        let mut rows = 0_u32;
        let mut firsts = Vec::with_capacity(tables.len());
        for table in &tables {
            firsts.push(rows);
            rows = rows.checked_add(u32::try_from(table.rows).ok()?)?;
        }
        let each = |value: &dyn Fn(&Table, u32) -> i64| {
            let of = |table: &&'_ Table| -> Vec<i64> { (0..table.rows as u32).map(|row| value(table, row)).collect() };
            tables.iter().flat_map(of).collect::<Vec<i64>>()
        };
        let time: polars_buffer::Buffer<i64> = each(&|table, row| table.time(row).unwrap_or_default()).into();
        let known = if tables.iter().all(|table| table.known_in_time()) {
            time.clone()
        } else {
            each(&|table, row| table.known(row)).into()
        };
        let replaced = tables.iter().any(|table| table.known_until.is_some());
        let end = |table: &Table, row: u32| table.until.as_ref().map_or(NEVER, |until| until[row as usize]);
        let columns = (0..parts.first()?.columns.len() as u32).map(ColumnId);
        let columns = columns.map(|column| column_of(world, source, parts, column, model)).collect();
        let table = Table {
            source,
            rows: rows as usize,
            columns,
            until: first.has_states().then(|| each(&end).into()),
            known: Some(known),
            known_until: replaced.then(|| each(&|table, row| table.known_until(row))),
            time: Some(time),
            row: None,
            order: Vec::new(),
            hidden_until: None,
            events: !first.has_states(),
            known_range: None,
        };
        Some(Self { table, firsts })
    }
}

/// A column of all parts; `None`: it is not read, or cannot be made.
fn column_of(
    world: World<'_>,
    source: SourceId,
    parts: &[PartPlan],
    column: ColumnId,
    model: &ModelPlan,
) -> Option<Column> {
    let mut columns = Vec::with_capacity(parts.len());
    for (number, part) in parts.iter().enumerate() {
        let table = world.store.table(part.source)?;
        columns.push(match part.columns.get(column.index())? {
            PartColumn::Plain(plain) => table.column(*plain)?.clone(),
            PartColumn::Computed(computed) => {
                let own = own_column(world.program, world.plan, computed)?;
                let kind = &world.program.sources.get(source.index())?.columns.get(column.index())?.ty.kind;
                let mut made = Made { world, model, source, part: number as u16, column };
                made.by(table.column(own)?, ColumnBuilder::new(kind)?)?
            }
            PartColumn::Unused => return None,
        });
    }
    Column::one_after_the_other(&columns)
}

/// A column of a part that is computed.
struct Made<'a> {
    world: World<'a>,
    model: &'a ModelPlan,
    source: SourceId,
    part: u16,
    column: ColumnId,
}

impl Made<'_> {
    /// By the column that it is computed from; `None`: that has no codes, or there are faults.
    fn by(&mut self, own: &Column, mut builder: ColumnBuilder) -> Option<Column> {
        let (codes, many) = match &own.data {
            ColumnData::Entity(codes, keys) => (codes, keys.len()),
            ColumnData::Text(codes, texts) => (codes, texts.len()),
            _ => return None,
        };
        let (findings, marks) = Default::default();
        let world = World { findings: &findings, marks: &marks, ..self.world };
        let mut evaluator = Evaluator::new(world, self.model);
        // What is missing comes last.
        let mut slots: Vec<Option<Slot>> = vec![None; many + 1];
        for (row, code) in codes.iter().enumerate() {
            let code = if own.is_valid(row) { *code as usize } else { many };
            let slot = slots.get_mut(code)?;
            if slot.is_none() {
                let row = RowRef { part: self.part, row: u32::try_from(row).ok()? };
                *slot = Some(match evaluator.cell_at(self.source, row, self.column, NEVER - 1) {
                    Value::Fault(_) => return None,
                    Value::Missing => Slot::Missing,
                    value => builder.prepare(value),
                });
            }
            builder.push(slot.as_ref()?);
        }
        Some(builder.finish())
    }
}

/// Whether a union has a column as one table: all parts have it as it is, or compute it so that it can be made.
pub(crate) fn has_column(program: &Program, plan: &Plan, source: SourceId, column: ColumnId) -> bool {
    plan.unions.get(source.index()).is_some_and(|parts| {
        parts.iter().all(|part| match part.columns.get(column.index()) {
            Some(PartColumn::Plain(_)) => true,
            Some(PartColumn::Computed(computed)) => own_column(program, plan, computed).is_some(),
            Some(PartColumn::Unused) | None => false,
        })
    })
}

/// The one text or entity of its row that something is computed from, if it is the same whatever is known.
fn own_column(program: &Program, plan: &Plan, computed: &FactPlan) -> Option<ColumnId> {
    let mut own = None;
    let mut open = vec![&computed.value];
    while let Some(node) = open.pop() {
        match &node.kind {
            NodeKind::Column(row, _, column) if row.slot == RowSlot(0) => {
                let coded = matches!(node.ty, Kind::Text | Kind::Entity(_));
                if !coded || !row.is_own() || own.replace(*column).is_some_and(|known| known != *column) {
                    return None;
                }
            }
            NodeKind::Aggregate(aggregate) => {
                let FromNode::Rows(timeline) = aggregate.from else { return None };
                let source = plan.timelines.get(timeline.0 as usize)?.source;
                let SourceKind::Table(table) = &program.sources.get(source.index())?.kind else { return None };
                let always = table.time == SourceTime::Timeless && table.recorded.is_none() && table.expect.is_none();
                if !always || aggregate.window.is_some() {
                    return None;
                }
            }
            NodeKind::Column(..) | NodeKind::About(..) | NodeKind::Component(..) => {}
            kind if kind.combines() => {}
            _ => return None,
        }
        open.extend(node.children());
    }
    own
}
