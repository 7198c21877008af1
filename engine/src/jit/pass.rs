//! What models read of the rows of a timeline, or of a derived table, each once.

use super::code::{RULE, UNDECIDED};
use super::facts::Room;
use super::fold::Scale;
use super::form::{Computed, Fact, FactFunction};
use super::groups::Grouping;
use super::joined::Dense;
use super::kernel::Kernel;
use super::scratch::{MISSING, Scratch, UNSURE};
use super::screen::LeftRows;
use crate::coverage::Coverage;
use crate::interp::KnownWindow;
use crate::table::{Column, ColumnData, Store, Table};
use crate::timeline::{RowRef, Strip};
use crate::unions::Lines;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, SourceId};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::zone::Zone;

/// Rows that are worked on together, unless one entity has more.
pub(super) const MORSEL: usize = 1 << 13;

/// What a loop reads, by place among the pass's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Cell(usize),
    Before(usize),
    Fact(usize),
    Joined(usize),
}

/// A form that met its data, in a pass.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) kernel: Arc<Kernel>,
    pub(super) constants: Vec<u64>,
    pub(super) inputs: Vec<Place>,
}

/// A model's loop.
#[derive(Debug)]
pub(super) struct PassScreen {
    pub(super) main: Loop,
    /// The facts it reads, and of what kind they are: they are kept for the rows that are left.
    pub(super) facts: Vec<(Place, Kind)>,
}

/// How a fact is worked out.
#[derive(Debug)]
pub(super) struct FactJob {
    pub(super) fact: Fact,
    pub(super) span: usize,
    pub(super) mask: Option<usize>,
    pub(super) value: Option<FactValue>,
}

/// The values that a fact is made of.
#[derive(Debug)]
pub(super) enum FactValue {
    /// Cells, one of which is taken, or that there is one.
    Cell(usize),
    /// Codes: those of a cell, or others that stand for whole numbers; and how many there are.
    Codes(usize, Option<Vec<u32>>, usize),
    Whole(usize),
    /// Floats; the scale of them all, or each morsel has its own.
    Float(usize, Option<Scale>),
}

impl FactValue {
    pub(super) fn cell(&self) -> usize {
        match self {
            Self::Cell(cell) | Self::Codes(cell, ..) | Self::Whole(cell) | Self::Float(cell, _) => *cell,
        }
    }
}

/// Where windows lie.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Span {
    /// Everywhere.
    All,
    /// So long, and so long before the row.
    Before(i64, i64),
    /// As the calendar of a zone says.
    At(KnownWindow, Zone),
}

impl Span {
    /// After and up to when the window lies; `None`: everywhere.
    pub(super) fn window(&self, time: i64) -> Option<(i64, i64)> {
        match self {
            Self::All => None,
            Self::Before(length, gap) => {
                let to = time.saturating_sub(*gap);
                Some((to.saturating_sub(*length), to))
            }
            Self::At(window, zone) => Some(window.bounds(zone, time)),
        }
    }
}

/// Whose rows they are.
#[derive(Debug)]
pub(super) enum PassRows<'a> {
    Table(Lines<'a>),
    /// Each is made of rows of another pass.
    Groups(Box<Grouping<'a>>),
}

/// Where cells come from.
#[derive(Debug)]
pub(super) enum Origin<'a> {
    Column(&'a Column),
    /// A fact about the group, of this kind.
    Made(usize, Kind),
    /// Worked out from others.
    Computed(Box<(Computed, Loop)>),
}

/// All that models read of some rows.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) rows: PassRows<'a>,
    /// By column, where they are those of one.
    pub(super) cells: Vec<(Option<ColumnId>, Origin<'a>)>,
    pub(super) befores: Vec<(u32, ColumnId, &'a Column)>,
    pub(super) spans: Vec<Span>,
    pub(super) masks: Vec<Loop>,
    pub(super) facts: Vec<FactJob>,
    pub(super) joined: Vec<Arc<Dense>>,
    pub(super) screens: Vec<PassScreen>,
    /// Rows may be known to be missing.
    pub(super) silence: Option<Silence<'a>>,
}

/// Where a source that should have spoken was silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence<'a> {
    pub(super) coverage: &'a Coverage,
    pub(super) store: &'a Store,
    pub(super) source: SourceId,
}

impl Silence<'_> {
    /// Something may have been missed in a window, at t as known at k, of what there is about an entity.
    pub(super) fn touches(&self, (from, to): (i64, i64), (t, k): (i64, i64), rows: &[RowRef]) -> bool {
        self.coverage.partly_covered(self.store, self.source, from, to, t, k, rows)
    }
}

impl<'a> Pass<'a> {
    pub(super) fn new(rows: PassRows<'a>, silence: Option<Silence<'a>>) -> Self {
        let (cells, befores, spans) = (Vec::new(), Vec::new(), Vec::new());
        let (masks, facts, joined, screens) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { rows, cells, befores, spans, masks, facts, joined, screens, silence }
    }

    /// The table whose rows they are, if they are a table's.
    pub(super) fn table(&self) -> Option<&'a Table> {
        match &self.rows {
            PassRows::Table(lines) => Some(lines.table),
            PassRows::Groups(_) => None,
        }
    }

    /// Whether its rows are states.
    pub(super) fn has_states(&self) -> bool {
        self.table().is_some_and(Table::has_states)
    }

    /// The place of a column; `None`: it cannot be read.
    pub(super) fn cell(&mut self, id: ColumnId) -> Option<usize> {
        if let Some(place) = self.cells.iter().position(|(known, _)| *known == Some(id)) {
            return Some(place);
        }
        let origin = match &self.rows {
            PassRows::Table(lines) => {
                let column = lines.table.column(id)?;
                Scratch::like(column)?;
                Origin::Column(column)
            }
            PassRows::Groups(grouping) => {
                let fact = grouping.fact_of(id)?;
                Origin::Made(fact, grouping.pass.kind_of(fact)?)
            }
        };
        self.cells.push((Some(id), origin));
        Some(self.cells.len() - 1)
    }

    /// The place of a column in the n-th row before.
    pub(super) fn before(&mut self, times: u32, id: ColumnId) -> Option<usize> {
        let column = self.table()?.column(id)?;
        Scratch::like(column)?;
        let is = |(often, known, _): &(u32, ColumnId, &Column)| (*often, *known) == (times, id);
        Some(place_of(&mut self.befores, is, || (times, id, column)))
    }

    /// The place of a fact that was worked out before.
    pub(super) fn join(&mut self, fact: &Arc<Dense>) -> usize {
        place_of(&mut self.joined, |known| Arc::ptr_eq(known, fact), || fact.clone())
    }

    /// The place of a computed cell that is there already.
    pub(super) fn known_computed(&self, computed: &Computed) -> Option<usize> {
        let is = |origin: &Origin<'_>| matches!(origin, Origin::Computed(known) if known.0 == *computed);
        self.cells.iter().position(|(_, origin)| is(origin))
    }

    /// The place of a new computed cell.
    pub(super) fn add_computed(&mut self, computed: Computed, run: Loop) -> usize {
        self.cells.push((None, Origin::Computed(Box::new((computed, run)))));
        self.cells.len() - 1
    }

    /// Whether cells of a column may be missing.
    pub(super) fn has_gaps(&self, cell: usize) -> bool {
        !matches!(self.cells.get(cell), Some((_, Origin::Column(Column { valid: None, .. }))))
    }

    /// Whether cells of a column may be unsure.
    pub(super) fn has_doubts(&self, cell: usize) -> bool {
        !matches!(self.cells.get(cell), Some((_, Origin::Column(_))))
    }

    /// The place of a fact that is there already.
    pub(super) fn known_fact(&self, fact: &Fact) -> Option<usize> {
        self.facts.iter().position(|known| known.fact == *fact)
    }

    /// The place of a new loop about single rows.
    pub(super) fn mask(&mut self, mask: Loop) -> usize {
        self.masks.push(mask);
        self.masks.len() - 1
    }

    /// The place of a new fact over windows of this length; `mask`: its filter, `cell`: what it takes of each row. `None`: it
    /// cannot be worked out.
    pub(super) fn fact(&mut self, fact: &Fact, span: Span, mask: Option<usize>, cell: Option<usize>) -> Option<usize> {
        let value = match cell {
            None => None,
            Some(cell) => Some(self.value(fact.function, cell)?),
        };
        if value.is_none() && !matches!(fact.function, FactFunction::Count | FactFunction::Any) {
            return None;
        }
        let span = place_of(&mut self.spans, |known| *known == span, || span.clone());
        self.facts.push(FactJob { fact: fact.clone(), span, mask, value });
        Some(self.facts.len() - 1)
    }

    fn value(&self, function: FactFunction, cell: usize) -> Option<FactValue> {
        let (_, origin) = self.cells.get(cell)?;
        let kind = origin.kind();
        Some(match (function, origin) {
            (FactFunction::Count | FactFunction::Any, _) => FactValue::Cell(cell),
            (one, _) if one.is_one_of_them() => FactValue::Cell(cell),
            (FactFunction::CountDistinct, Origin::Column(column)) => match &column.data {
                ColumnData::Text(_, texts) => FactValue::Codes(cell, None, texts.len()),
                ColumnData::Entity(_, keys) => FactValue::Codes(cell, None, keys.len()),
                ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => {
                    let (codes, firsts) = crate::ingest::numbered(values.iter().copied(), column.valid.as_ref());
                    FactValue::Codes(cell, Some(codes), firsts.len())
                }
                ColumnData::Point(..) => return None,
                _ => FactValue::Cell(cell),
            },
            (FactFunction::CountDistinct, Origin::Made(..) | Origin::Computed(_)) => FactValue::Cell(cell),
            (FactFunction::Quantile(_), _) if kind == Kind::Int || kind == Kind::Float => FactValue::Cell(cell),
            (FactFunction::Sum, _) if matches!(kind, Kind::Int | Kind::Money | Kind::Duration) => {
                FactValue::Whole(cell)
            }
            (FactFunction::Mean | FactFunction::Stddev, _) if kind == Kind::Int => FactValue::Whole(cell),
            (FactFunction::Sum | FactFunction::Mean | FactFunction::Stddev, origin) if kind == Kind::Float => {
                let scale = match origin {
                    Origin::Column(Column { data: ColumnData::Float(values), .. }) => Scale::of(values),
                    _ => None,
                };
                FactValue::Float(cell, scale)
            }
            _ => return None,
        })
    }

    /// Of what kind a fact's values are.
    pub(super) fn kind_of(&self, fact: usize) -> Option<Kind> {
        let job = self.facts.get(fact)?;
        let cell = || Some(self.cells.get(job.value.as_ref()?.cell())?.1.kind());
        Some(match job.fact.function {
            FactFunction::Any => Kind::Bool,
            FactFunction::Count | FactFunction::CountDistinct => Kind::Int,
            FactFunction::Mean | FactFunction::Stddev | FactFunction::Quantile(_) => Kind::Float,
            _ => cell()?,
        })
    }

    /// Passes over the rows of a partition; for each screen the rows that it leaves, and the values of its facts there.
    pub(super) fn over(&self, strip: Strip<'_>, room: &mut Room) -> Option<Vec<LeftRows>> {
        let mut left: Vec<LeftRows> = self.screens.iter().map(|_| LeftRows::default()).collect();
        for entities in strip.morsels(MORSEL) {
            let first = entities.start;
            room.load(self, strip, entities.map(|entity| strip.of(entity)));
            for (screen, left) in self.screens.iter().zip(&mut left) {
                room.run(&screen.main)?;
                room.leave(screen, first, left);
            }
        }
        Some(left)
    }
}

impl Origin<'_> {
    /// Of what kind cells are, where that says how they are shown; of others only the interpreter's own value is.
    fn kind(&self) -> Kind {
        match self {
            Self::Made(_, kind) => kind.clone(),
            Self::Computed(computed) => computed.0.kind.clone(),
            Self::Column(column) => match column.data {
                ColumnData::Bool(_) => Kind::Bool,
                ColumnData::Int(_) => Kind::Int,
                ColumnData::Money(_) => Kind::Money,
                ColumnData::Float(_) => Kind::Float,
                ColumnData::Time(_) => Kind::Time,
                ColumnData::Date(_) => Kind::Date,
                ColumnData::Hour(_) => Kind::Hour,
                _ => Kind::Unknown,
            },
        }
    }
}

/// Whether a row counts by its mark and by the state of its cell.
pub(super) fn counts(mark: u8, state: u8) -> u8 {
    match (mark, state) {
        (RULE, MISSING) => 0,
        (RULE, UNSURE) => UNDECIDED,
        (mark, _) => mark,
    }
}

/// The place of what is sought; it is added where it is not there.
pub(super) fn place_of<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    all.iter().position(is).unwrap_or_else(|| {
        all.push(make());
        all.len() - 1
    })
}
