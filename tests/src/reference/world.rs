//! Everything that an evaluation can look at, and the rows that a selection takes from it (docs/language.md §3).

use crate::reference::data::{Copy, Dataset, History, entity_of};
use crate::reference::findings::Finding;
use crate::reference::time::Clock;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use watchfire_dsl::program::{
    ColumnId, Model, Program, RowSlot, SourceId, SourceKind, SourceTime, SpanOfTime, Window, WindowSpan,
};
use watchfire_stdlib::value::{EntityKey, Value};

/// The program, the data, the findings made so far.
pub(crate) struct World<'a> {
    pub(crate) program: &'a Program,
    pub(crate) clock: Clock,
    pub(crate) parameters: Vec<Value>,
    pub(crate) histories: Vec<Option<History>>,
    pub(crate) findings: Vec<Finding>,
    /// Rows visible at the last *k* asked for, by source: filtering them again and again would only cost time.
    visible: RefCell<(i64, BTreeMap<SourceId, Rows>)>,
}

/// A row of a source: of a table, or of a part of a union.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Its table.
    pub(crate) table: SourceId,
    /// The union's part that it comes through.
    pub(crate) part: Option<usize>,
    /// Itself, as it reads at *k*.
    pub(crate) row: Copy,
    /// The fault that it is (rows of derived tables only).
    pub(crate) fault: Option<Value>,
}

/// Rows of a source about one entity, in row order, all that are visible at *k*.
pub(crate) type Rows = Rc<Vec<Row>>;

/// What a variable stands for.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// The row at a place among those about the same entity.
    Row(Rows, usize),
    /// The rows of a group, and whether rows of it may have been missed.
    Group(Rc<Vec<Binding>>, bool),
    /// A fault in place of an entity.
    Fault(Value),
    /// An entity.
    Element(EntityKey),
    /// A finding.
    Finding(Box<Finding>),
}

/// Where an expression is evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) model: Option<(&'a Model, &'a EntityKey)>,
    /// The rows of the model's trigger.
    pub(crate) trigger: &'a [(RowSlot, Binding)],
    pub(crate) this: Option<EntityKey>,
    pub(crate) t: i64,
    pub(crate) k: i64,
    pub(crate) variables: Vec<(RowSlot, Binding)>,
}

impl<'a> World<'a> {
    pub(crate) fn new(program: &'a Program, data: &Dataset, parameters: Vec<Value>) -> Self {
        let clock = Clock::of(program);
        let histories = program.sources.iter().zip(&data.tables);
        let histories = histories.map(|(source, rows)| History::new(source, rows, &clock)).collect();
        let visible = RefCell::new((i64::MIN, BTreeMap::new()));
        Self { program, clock, parameters, histories, findings: Vec::new(), visible }
    }

    /// All rows of a source visible at `k`, in row order (§1.5: a union's by event time, part, the part's order).
    pub(crate) fn rows(&self, source: SourceId, k: i64) -> Rows {
        if self.visible.borrow().0 != k {
            *self.visible.borrow_mut() = (k, BTreeMap::new());
        }
        if let Some(rows) = self.visible.borrow().1.get(&source) {
            return rows.clone();
        }
        let table = |table: SourceId, part| {
            let rows = self.histories[table.index()].as_ref().map_or_else(Vec::new, |history| history.visible(k));
            rows.into_iter().map(move |row| Row { table, part, row, fault: None })
        };
        let rows = match &self.program.sources[source.index()].kind {
            SourceKind::Table(_) => table(source, None).collect(),
            // §3.7
            SourceKind::Edges { of, end } => {
                let rows = table(*of, None).map(|row| Row { table: source, ..row });
                if *end { ends(rows.collect(), k) } else { rows.collect() }
            }
            // Their rows are made for one entity: see `about`.
            SourceKind::Derived(_) => Vec::new(),
            SourceKind::Union(parts) => {
                let parts = parts.iter().enumerate();
                let mut rows: Vec<Row> = parts.flat_map(|(n, part)| table(part.source, Some(n))).collect();
                rows.sort_by_key(|row| row.row.time); // stable
                rows
            }
        };
        let rows = Rc::new(rows);
        self.visible.borrow_mut().1.insert(source, rows.clone());
        rows
    }

    /// A cell of a row of a source.
    pub(crate) fn cell(&self, source: SourceId, row: &Row, column: ColumnId, t: i64, k: i64) -> Value {
        match (&self.program.sources[source.index()].kind, row.part) {
            (SourceKind::Union(parts), Some(part)) => {
                let itself = Row { part: None, ..row.clone() };
                let binding = Binding::Row(Rc::new(vec![itself]), 0);
                let variables = vec![(RowSlot(0), binding)];
                let scope = Scope { model: None, trigger: &[], this: None, t, k, variables };
                self.value(&parts[part].columns[column.index()], &scope)
            }
            _ => row.row.cells[column.index()].clone(),
        }
    }

    /// The entity in columns of a row.
    pub(crate) fn entity(&self, source: SourceId, row: &Row, by: &[ColumnId], t: i64, k: i64) -> Option<EntityKey> {
        entity_of(&by.iter().map(|&column| self.cell(source, row, column, t, k)).collect::<Vec<_>>())
    }

    /// All rows of a source about an entity that are visible at *k*.
    pub(crate) fn about(&self, source: SourceId, by: &[ColumnId], scope: &Scope<'_>) -> Rows {
        let Scope { this: Some(this), t, k, .. } = scope else { return Rc::new(Vec::new()) };
        if let SourceKind::Derived(_) = &self.program.sources[source.index()].kind {
            return self.derived(source, scope);
        }
        let rows = self.rows(source, *k);
        let about = |row: &&Row| self.entity(source, row, by, *t, *k).as_ref() == Some(this);
        Rc::new(rows.iter().filter(about).cloned().collect())
    }

    /// §3.1: does a selection without `where` take this row?
    pub(crate) fn selects(&self, row: &Row, window: Option<(i64, i64)>, t: i64) -> bool {
        let table = match &self.program.sources[row.table.index()].kind {
            SourceKind::Table(table) => table,
            SourceKind::Union(_) => return false,
            SourceKind::Derived(_) | SourceKind::Edges { .. } => {
                let within = |(after, until)| row.row.time.is_some_and(|time| after < time && time <= until);
                return window.is_none_or(within);
            }
        };
        let Copy { time, end, .. } = &row.row;
        let start = time.unwrap_or(i64::MIN);
        let end = end.unwrap_or(i64::MAX);
        match (table.time, window) {
            (SourceTime::Timeless, _) | (SourceTime::Events { .. }, None) => true,
            (SourceTime::Events { .. }, Some((after, until))) => after < start && start <= until,
            (SourceTime::State { .. }, None) => start <= t && t < end,
            // [start, end) and (after, until] share a whole microsecond.
            (SourceTime::State { .. }, Some((after, until))) => {
                start.max(after.saturating_add(1)) <= end.saturating_sub(1).min(until)
            }
        }
    }

    /// The window of an instant: after the first, until the second. `Err`: it has none, and that is the aggregate's
    /// value.
    pub(crate) fn window(&self, window: &Window, now: i64, scope: &Scope<'_>) -> Result<(i64, i64), Value> {
        let start = |unit, previous| self.clock.start_of(unit, now, previous).saturating_sub(1);
        Ok(match window {
            Window::Span { length, gap } => {
                let until = gap.map_or(now, |gap| self.clock.before(now, self.span(gap)));
                (self.clock.before(until, self.span(*length)), until)
            }
            Window::This(unit) => (start(*unit, false), now),
            Window::Previous(unit) => (start(*unit, true), start(*unit, false)),
            Window::Since(event) => match self.value(event, scope) {
                fault @ Value::Fault(_) => return Err(fault),
                event => (self.clock.instant(&event).ok_or(Value::Missing)?, now),
            },
        })
    }

    pub(crate) fn span(&self, span: WindowSpan) -> SpanOfTime {
        match span {
            WindowSpan::Fixed(span) => span,
            WindowSpan::Parameter(parameter) => match &self.parameters[parameter.index()] {
                Value::Duration(d) => SpanOfTime { months: 0, days: d.days, micros: d.micros },
                _ => SpanOfTime::default(),
            },
        }
    }
}

/// §3.7: the rows that have ended by *k*, at their end.
fn ends(rows: Vec<Row>, k: i64) -> Vec<Row> {
    let mut ended: Vec<Row> = Vec::new();
    for mut row in rows {
        if let Some(end) = row.row.end.filter(|&end| end <= k) {
            row.row.time = Some(end);
            row.row.known = end.max(row.row.known);
            ended.push(row);
        }
    }
    ended.sort_by_key(|row| row.row.time); // stable
    ended
}
