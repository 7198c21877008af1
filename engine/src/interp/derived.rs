//! Derived tables: the rows that are made of other rows about the entity at hand (docs/language.md §8).
//!
//! A table depends on entity and k only (with `including current` on t too): its rows are made once for each and serve
//! every aggregate of the evaluation.
//!
//! ```text
//! base rows about the entity, visible at k ── window, where ──► each | groups by key | sessions ──► rows in order
//! ```

use super::decide::FaultRow;
use super::rows::{Rows, Shape};
use super::window::Bounds;
use super::{Binding, Evaluator};
use crate::mutant::{Mutant, active, mutant};
use crate::plan::{DerivedPlan, FromNode, GroupingPlan, Node, after};
use crate::table::{ALWAYS, NEVER};
use crate::timeline::RowRef;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, SourceId, SpanOfTime};
use watchfire_stdlib::geo;
use watchfire_stdlib::value::{EntityKey, Fault, Value};

/// The rows of a derived table about one entity, in order.
#[derive(Debug, Default)]
pub(crate) struct DerivedRows {
    rows: Arc<Vec<DerivedRow>>,
    /// Those after so many are not there yet.
    many: usize,
    /// The base rows in which faults arose.
    faults: Vec<(Fault, FaultRow)>,
}

/// A row of a derived table.
#[derive(Debug)]
struct DerivedRow {
    /// Event time; the beginning of time for tables without.
    time: i64,
    /// Event time of the last row it is made of.
    last: i64,
    /// Place of the first row it is made of among those of the base.
    first: usize,
    /// By column, or the fault that it is.
    cells: Result<Vec<Value>, Value>,
}

/// A table as it was made for an entity: at this k and t.
pub(super) struct Made {
    k: i64,
    t: i64,
    rows: Arc<DerivedRows>,
}

/// A row of the base.
#[derive(Clone)]
pub(super) struct Element<'a> {
    /// Itself.
    pub(super) binding: Binding<'a>,
    /// Its event time.
    pub(super) time: i64,
    /// Where it lies, if in a table.
    pub(super) row: Option<(SourceId, RowRef)>,
    /// It is a fault.
    pub(super) fault: Option<Value>,
}

/// The group whose columns are being computed.
#[derive(Clone)]
pub(super) struct Group<'a> {
    elements: Arc<Vec<Element<'a>>>,
    places: Arc<Vec<usize>>,
    /// The base, and the window `(from, to]` of it that the group speaks of.
    from: &'a FromNode,
    span: Option<Bounds>,
}

impl<'a> Group<'a> {
    pub(super) fn rows(&self) -> impl Iterator<Item = &Element<'a>> {
        self.places.iter().map(|place| &self.elements[*place])
    }

    pub(super) fn first(&self) -> Binding<'a> {
        self.places.first().map_or(Binding::Unbound, |place| self.elements[*place].binding.clone())
    }
}

/// The rows of a table about an entity that there ever are, where they stay once they are there.
pub(super) struct Settled {
    of: (SourceId, usize),
    rows: Option<Arc<Vec<DerivedRow>>>,
}

/// How many of those an evaluator remembers.
const REMEMBERED_SETTLED: usize = 64;

impl DerivedRows {
    fn rows(&self) -> &[DerivedRow] {
        &self.rows[..self.many]
    }

    /// The places of the rows in a window `(from, to]`.
    pub(super) fn within(&self, window: Option<Bounds>) -> std::ops::Range<usize> {
        let Some((from, to)) = window else { return 0..self.many };
        let until = |time: i64| self.rows().partition_point(|row| row.time <= time);
        let start = until(if mutant(Mutant::WindowOpenEdge) { from.saturating_sub(1) } else { from });
        start..until(if mutant(Mutant::WindowCloseEdge) { to.saturating_sub(1) } else { to }).max(start)
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.many
    }

    /// How many rows lie at this instant or before.
    pub(super) fn until(&self, time: i64) -> usize {
        self.rows().partition_point(|row| row.time <= time)
    }

    /// Event time of a row; the beginning of time for tables without.
    pub(super) fn time(&self, place: usize) -> i64 {
        self.rows().get(place).map_or(ALWAYS, |row| row.time)
    }

    /// The fault that a row is.
    pub(super) fn fault(&self, place: usize) -> Option<&Value> {
        self.rows().get(place).and_then(|row| row.cells.as_ref().err())
    }

    pub(super) fn cell(&self, place: usize, column: ColumnId) -> Value {
        match self.rows().get(place).map(|row| &row.cells) {
            Some(Ok(cells)) => cells.get(column.index()).cloned().unwrap_or(Value::Missing),
            Some(Err(fault)) => fault.clone(),
            None => Value::Missing,
        }
    }

    /// The distinct entities in columns of the rows in a window, by key; and the faults met instead, in row order.
    pub(super) fn elements(&self, columns: &[ColumnId], window: Option<Bounds>) -> (BTreeSet<EntityKey>, Vec<Value>) {
        let (mut keys, mut faults) = (BTreeSet::new(), Vec::new());
        for place in self.within(window) {
            let cells: Vec<Value> = columns.iter().map(|column| self.cell(place, *column)).collect();
            if let Some(fault) = cells.iter().find(|cell| matches!(cell, Value::Fault(_))) {
                faults.push(fault.clone());
                continue;
            }
            match cells.as_slice() {
                [Value::Entity(key)] => {
                    keys.insert(key.clone());
                }
                [Value::Entity(EntityKey::Single(a)), Value::Entity(EntityKey::Single(b))] => {
                    keys.insert(EntityKey::Pair(a.clone(), b.clone()));
                }
                _ => {}
            }
        }
        (keys, faults)
    }
}

impl<'a> Evaluator<'a> {
    /// The rows of a derived table about an entity.
    pub(super) fn derived(&mut self, source: SourceId, subject: usize) -> Arc<DerivedRows> {
        let world = self.world;
        let Some(plan) = world.plan.derived.get(source.index()).and_then(Option::as_ref) else {
            return Arc::default();
        };
        let (key, k) = ((source, subject), self.k);
        let t = if plan.including_current { self.t } else { k };
        let rows = match self.derived.get(&key) {
            Some(made) if (made.k, made.t) == (k, t) => made.rows.clone(),
            _ => {
                let rows = match self.settled(plan, source, subject) {
                    Some(rows) => {
                        let many = rows.partition_point(|row| row.time <= k);
                        Arc::new(DerivedRows { rows, many, faults: Vec::new() })
                    }
                    None => Arc::new(self.make(plan, subject, t)),
                };
                self.derived.insert(key, Made { k, t, rows: rows.clone() });
                rows
            }
        };
        for (fault, row) in &rows.faults {
            self.fault_rows.entry(*fault).or_insert(*row);
        }
        rows
    }

    /// All rows that there ever are, where what was made stays: rows of the base are known at their time and never
    /// replaced, and each lies in a span that is not over by then.
    fn settled(&mut self, plan: &'a DerivedPlan, source: SourceId, subject: usize) -> Option<Arc<Vec<DerivedRow>>> {
        if let Some(known) = self.settled.iter().find(|known| known.of == (source, subject)) {
            return known.rows.clone();
        }
        let rows = self.settle(plan, subject).map(Arc::new);
        if self.settled.len() >= REMEMBERED_SETTLED {
            self.settled.clear();
        }
        self.settled.push(Settled { of: (source, subject), rows: rows.clone() });
        rows
    }

    fn settle(&mut self, plan: &'a DerivedPlan, subject: usize) -> Option<Vec<DerivedRow>> {
        if active() {
            return None;
        }
        let world = self.world;
        let base = world.plan.timelines.get(plan.settles()?.0 as usize)?.source;
        let table = world.store.table(base).filter(|_| world.plan.unions[base.index()].is_empty())?;
        let plain = Shape::of(table) == Shape::Events && table.known_in_time() && table.known_until.is_none();
        if !plain || world.coverage.may_be_silent(base) {
            return None;
        }
        let k = std::mem::replace(&mut self.k, NEVER - 1);
        let DerivedRows { rows, faults, .. } = self.make(plan, subject, NEVER - 1);
        self.k = k;
        let rows = Arc::into_inner(rows)?;
        let in_time = |row: &DerivedRow| row.cells.is_ok() && row.last < row.time;
        (faults.is_empty() && rows.iter().all(in_time)).then_some(rows)
    }

    /// Makes the rows. Inside of a table t is k.
    fn make(&mut self, plan: &'a DerivedPlan, subject: usize, t: i64) -> DerivedRows {
        let outer_this = std::mem::replace(&mut self.this, subject);
        let outer_t = std::mem::replace(&mut self.t, self.k);
        let (group, faults) = (self.group.take(), std::mem::take(&mut self.fault_rows));
        let frame = self.push_frame(plan.slots);
        let rows = self.make_rows(plan, t);
        self.pop_frame(frame);
        let faults = std::mem::replace(&mut self.fault_rows, faults).into_iter().collect();
        self.group = group;
        (self.t, self.this) = (outer_t, outer_this);
        DerivedRows { many: rows.len(), rows: Arc::new(rows), faults }
    }

    fn make_rows(&mut self, plan: &'a DerivedPlan, t: i64) -> Vec<DerivedRow> {
        let mut made = Vec::new();
        let elements = self.base(plan);
        let mut selected: Vec<usize> = Vec::new();
        for (place, element) in elements.iter().enumerate() {
            let fault = match (&element.fault, &plan.filter) {
                (Some(fault), _) => Some(fault.clone()),
                (None, None) => None,
                (None, Some(filter)) => {
                    self.bind(plan.slot, element.binding.clone());
                    match self.value(filter) {
                        Value::Bool(true) => None,
                        fault @ Value::Fault(_) => Some(fault),
                        _ => continue,
                    }
                }
            };
            match fault {
                Some(fault) => self.fault_row(&mut made, place, element, fault),
                None => selected.push(place),
            }
        }
        let elements = Arc::new(elements);
        let window = plan.window.as_ref().and_then(|window| self.bounds(window, false).ok());
        match &plan.grouping {
            GroupingPlan::Each => {
                for place in selected {
                    self.bind(plan.slot, elements[place].binding.clone());
                    let cells = self.cells(plan, elements[place].row);
                    let time = elements[place].time;
                    made.push(DerivedRow { time, last: time, first: place, cells: Ok(cells) });
                }
            }
            GroupingPlan::Per(keys, bucket) => {
                let mut groups: BTreeMap<Vec<Value>, Vec<usize>> = BTreeMap::new();
                for place in selected {
                    self.bind(plan.slot, elements[place].binding.clone());
                    let tuple: Vec<Value> = keys.iter().map(|key| self.value(key)).collect();
                    if let Some(fault) = tuple.iter().find(|key| matches!(key, Value::Fault(_))) {
                        self.fault_row(&mut made, place, &elements[place], fault.clone());
                    } else if tuple.iter().all(Value::is_known) {
                        groups.entry(tuple).or_default().push(place);
                    }
                }
                for (tuple, places) in groups {
                    let (time, span) = match bucket {
                        None => (ALWAYS, window),
                        Some((index, bucket)) => {
                            let Some((start, end)) = bucket.span(&tuple[*index], &self.world.zone) else { continue };
                            let finished = end <= self.k || mutant(Mutant::UnfinishedGroupShown);
                            if !finished && !plan.including_current {
                                continue;
                            }
                            let at_end = if mutant(Mutant::GroupAtStart) { start } else { end };
                            let span = (start.saturating_sub(1), end.saturating_sub(1).min(self.k));
                            (if finished { at_end } else { t }, Some(span))
                        }
                    };
                    self.group_row(plan, &elements, places, (time, span), &mut made);
                }
            }
            GroupingPlan::Sessions(gap, within) => {
                let sessions = self.sessions(plan, *gap, within.as_ref(), &elements, selected);
                let last = sessions.len().saturating_sub(1);
                for (number, places) in sessions.into_iter().enumerate() {
                    let (Some(first), Some(end)) = (places.first(), places.last()) else { continue };
                    let (first, end) = (elements[*first].time, elements[*end].time);
                    let over = after(&self.world.zone, end, *gap).unwrap_or(NEVER);
                    let finished = number < last || over <= self.k || mutant(Mutant::UnfinishedGroupShown);
                    if !finished && !plan.including_current {
                        continue;
                    }
                    let at_end = if mutant(Mutant::GroupAtStart) { first } else { end };
                    let time = if finished { at_end } else { t };
                    self.group_row(plan, &elements, places, (time, Some((first.saturating_sub(1), end))), &mut made);
                }
            }
        }
        made.sort_by_key(|row| (row.time, row.first));
        made
    }

    /// The rows of the base that its window takes.
    fn base(&mut self, plan: &'a DerivedPlan) -> Vec<Element<'a>> {
        let world = self.world;
        let window = match &plan.window {
            None => None,
            Some(window) => match self.bounds(window, false) {
                Ok(bounds) => Some(bounds),
                Err(_) => return Vec::new(),
            },
        };
        match &plan.from {
            FromNode::Rows(timeline) => {
                let source = world.plan.timelines[timeline.0 as usize].source;
                let rows = self.rows(*timeline);
                let element = |place: usize| {
                    let (binding, row) = (Binding::Row { rows, place }, rows[place]);
                    Element { binding, time: world.time(source, row), row: Some((source, row)), fault: None }
                };
                Rows::new(world, source, rows, window, self.k, self.k).map(element).collect()
            }
            FromNode::Derived(source) => {
                let rows = self.derived(*source, self.this);
                let element = |place: usize| Element {
                    binding: Binding::Derived { rows: rows.clone(), place },
                    time: rows.time(place),
                    row: None,
                    fault: rows.fault(place).cloned(),
                };
                rows.within(window).map(element).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Runs of rows without a gap longer than `gap`, and near the place of their first.
    fn sessions(
        &mut self,
        plan: &'a DerivedPlan,
        gap: SpanOfTime,
        within: Option<&'a (Node, Node)>,
        elements: &[Element<'a>],
        selected: Vec<usize>,
    ) -> Vec<Vec<usize>> {
        let limit = within.map(|(distance, _)| self.value(distance));
        let mut sessions: Vec<Vec<usize>> = Vec::new();
        let (mut start, mut before) = (Value::Missing, ALWAYS);
        for place in selected {
            let time = elements[place].time;
            let here = match within {
                Some((_, here)) => {
                    self.bind(plan.slot, elements[place].binding.clone());
                    self.value(here)
                }
                None => Value::Missing,
            };
            let over = after(&self.world.zone, before, gap).unwrap_or(NEVER);
            let late = over < time || (mutant(Mutant::SessionGapInclusive) && over == time);
            let far = match (&start, &here, &limit) {
                (Value::Point(a), Value::Point(b), Some(Value::Float(limit))) => {
                    geo::great_circle_distance(*a, *b) > *limit
                }
                _ => false,
            };
            match sessions.last_mut() {
                Some(session) if !late && !far => session.push(place),
                _ => {
                    sessions.push(vec![place]);
                    start = here;
                }
            }
            before = time;
        }
        sessions
    }

    /// The row that a group makes.
    fn group_row(
        &mut self,
        plan: &'a DerivedPlan,
        elements: &Arc<Vec<Element<'a>>>,
        places: Vec<usize>,
        (time, span): (i64, Option<Bounds>),
        made: &mut Vec<DerivedRow>,
    ) {
        let (Some(first), Some(last)) = (places.first().copied(), places.last().copied()) else { return };
        let last = elements[last].time;
        let group = Group { elements: elements.clone(), places: Arc::new(places), from: &plan.from, span };
        self.bind(plan.slot, group.first());
        self.group = Some(group);
        let cells = self.cells(plan, elements[first].row);
        self.group = None;
        made.push(DerivedRow { time, last, first, cells: Ok(cells) });
    }

    /// The columns of the row at hand.
    fn cells(&mut self, plan: &'a DerivedPlan, row: Option<(SourceId, RowRef)>) -> Vec<Value> {
        let mut cells = Vec::with_capacity(plan.columns.len());
        for column in &plan.columns {
            let cell = self.value(column);
            if let (Value::Fault(fault), Some((source, row))) = (&cell, row) {
                self.fault_rows.entry(*fault).or_insert(FaultRow { source, row });
            }
            cells.push(cell);
        }
        cells
    }

    /// The row that a row with a fault in `where` or a key makes: the fault, at its own time.
    fn fault_row(&mut self, made: &mut Vec<DerivedRow>, place: usize, element: &Element<'a>, fault: Value) {
        if let (Value::Fault(fault), Some((source, row))) = (&fault, element.row) {
            self.fault_rows.entry(*fault).or_insert(FaultRow { source, row });
        }
        let time = element.time;
        made.push(DerivedRow { time, last: time, first: place, cells: Err(fault) });
    }

    /// Whether rows of the group at hand may have been missed.
    pub(super) fn is_group_partly_covered(&mut self, group: &Group<'a>) -> bool {
        !mutant(Mutant::GroupCoverageIgnored) && self.is_partly_covered(group.from, self.this, &[], group.span)
    }

    /// Whether a window over a derived table is partly covered: its base is, over the window and every bucket that ends
    /// in it.
    pub(super) fn is_derived_partly_covered(&mut self, source: SourceId, subject: usize, (from, to): Bounds) -> bool {
        let plan = self.world.plan.derived.get(source.index()).and_then(Option::as_ref);
        let Some(plan) = plan else { return false };
        let from = match &plan.grouping {
            GroupingPlan::Per(_, Some((_, bucket))) if !mutant(Mutant::DerivedWindowNotExtended) => {
                bucket.reaching_back(from, &self.world.zone)
            }
            _ => from,
        };
        self.is_partly_covered(&plan.from, subject, &[], Some((from, to)))
    }
}
