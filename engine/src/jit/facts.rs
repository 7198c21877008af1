//! A pass over the rows of a timeline: what models read of a row and of the rows before it, worked out for the rows of
//! a few entities at a time in room that stays in the processor's cache, and decided there by compiled code.
//!
//! ```text
//! rows about one entity     ●────●──●───────●────●──────►  time
//! at the fourth               └──────────────┘  window: rows enter at its end and leave at its start, each once
//!
//! morsel   rows of entities  ─► cells ─► masks, windows ─► facts ─► every model's loop ─► rows that are left
//! ```
//!
//! Facts can be said of an entity whose rows became known in event order and were never replaced: what is known at a row
//! is then a first part of them. For other entities they are unsure.

use super::code::{RULE, UNDECIDED, least_left};
use super::form::{Fact, FactFunction};
use super::kernel::{Cells, Kernel};
use super::screen::{LeftRow, LeftRows};
use super::window::{Anything, Bounds, Counted, Differing, FloatSum, Scale, Stretch, WholeSum, walk};
use crate::interp::KnownWindow;
use crate::table::{Column, ColumnData, NEVER, Table};
use crate::timeline::Strip;
use std::ops::Range;
use std::sync::Arc;
use watchfire_dsl::program::ColumnId;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

/// A cell is not there.
pub(super) const MISSING: u8 = 0;
/// It is there.
pub(super) const KNOWN: u8 = 1;
/// Only the interpreter can say.
pub(super) const UNSURE: u8 = 2;

/// Rows that are worked on together, unless one entity has more.
const MORSEL: usize = 1 << 13;
/// There is no row.
const NOWHERE: u32 = u32::MAX;

/// Cells that were worked out, and for each what is known of it.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) data: ScratchData,
    pub(super) states: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum ScratchData {
    Bytes(Vec<u8>),
    Codes(Vec<u32>),
    Dates(Vec<i32>),
    Whole(Vec<i64>),
    Float(Vec<f64>),
    Point(Vec<f64>, Vec<f64>),
}

impl ScratchData {
    /// The cells in these rows; [`NOWHERE`]: any.
    fn picked(&self, rows: &[u32]) -> ScratchData {
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

impl Scratch {
    /// Room for the cells of a column; `None`: no form reads such.
    fn like(column: &Column) -> Option<Self> {
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

    /// Takes up the cells of a column in these lines; [`NOWHERE`]: missing.
    fn take(&mut self, column: &Column, lines: &[u32]) {
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
            (ScratchData::Float(values), Kind::Float | Kind::Quantity(_)) => Some(Value::Float(values[row])),
            _ => None,
        }
    }
}

/// What a loop reads, by place among the pass's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Cell(usize),
    Before(usize),
    Fact(usize),
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
    pub(super) facts: Vec<(usize, Kind)>,
}

/// How a fact is worked out.
#[derive(Debug)]
struct FactJob {
    fact: Fact,
    span: usize,
    mask: Option<usize>,
    value: Option<FactValue>,
}

/// The values that a fact is made of.
#[derive(Debug)]
enum FactValue {
    /// The one there is: a cell.
    The(usize),
    /// That there is one.
    Any(usize),
    /// Codes: those of a cell, or others that stand for whole numbers; and how many there are.
    Codes(usize, Option<Vec<u32>>, usize),
    Whole(usize),
    Float(usize, Scale),
}

/// Where windows lie.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Span {
    /// Everywhere.
    All,
    /// So long, and so long before the row.
    Before(i64, i64),
    /// As the calendar says at an instant.
    At(KnownWindow),
}

/// All that models read of the rows of a timeline, each once.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) table: &'a Table,
    cells: Vec<(ColumnId, &'a Column)>,
    befores: Vec<(u32, ColumnId, &'a Column)>,
    pub(super) spans: Vec<Span>,
    masks: Vec<Loop>,
    facts: Vec<FactJob>,
    pub(super) screens: Vec<PassScreen>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        let (cells, befores, spans) = (Vec::new(), Vec::new(), Vec::new());
        Self { table, cells, befores, spans, masks: Vec::new(), facts: Vec::new(), screens: Vec::new() }
    }

    /// The place of a column; `None`: it cannot be read.
    pub(super) fn cell(&mut self, id: ColumnId) -> Option<usize> {
        let column = self.table.column(id)?;
        Scratch::like(column)?;
        Some(place_of(&mut self.cells, |(known, _)| *known == id, || (id, column)))
    }

    /// The place of a column in the n-th row before.
    pub(super) fn before(&mut self, times: u32, id: ColumnId) -> Option<usize> {
        let column = self.table.column(id)?;
        Scratch::like(column)?;
        let is = |(often, known, _): &(u32, ColumnId, &Column)| (*often, *known) == (times, id);
        Some(place_of(&mut self.befores, is, || (times, id, column)))
    }

    /// Whether cells of a column may be missing.
    pub(super) fn has_gaps(&self, cell: usize) -> bool {
        self.cells.get(cell).is_none_or(|(_, column)| column.valid.is_some())
    }

    /// The place of a fact that is there already.
    pub(super) fn known_fact(&self, fact: &Fact) -> Option<usize> {
        self.facts.iter().position(|known| known.fact == *fact)
    }

    /// The place of a new fact over windows of this length; `mask`: the loop of its filter. `None`: it cannot be worked
    /// out.
    pub(super) fn fact(&mut self, fact: &Fact, span: Span, mask: Option<Loop>) -> Option<usize> {
        let value = match fact.value {
            None => None,
            Some(id) => Some(self.value(fact.function, id)?),
        };
        if value.is_none() && !matches!(fact.function, FactFunction::Count | FactFunction::Any) {
            return None;
        }
        let span = place_of(&mut self.spans, |known| *known == span, || span.clone());
        let mask = mask.map(|mask| {
            self.masks.push(mask);
            self.masks.len() - 1
        });
        self.facts.push(FactJob { fact: fact.clone(), span, mask, value });
        Some(self.facts.len() - 1)
    }

    fn value(&mut self, function: FactFunction, id: ColumnId) -> Option<FactValue> {
        let (cell, column) = (self.cell(id)?, self.table.column(id)?);
        Some(match (function, &column.data) {
            (FactFunction::The, _) => FactValue::The(cell),
            (FactFunction::Count | FactFunction::Any, _) => FactValue::Any(cell),
            (FactFunction::CountDistinct, ColumnData::Text(_, texts)) => FactValue::Codes(cell, None, texts.len()),
            (FactFunction::CountDistinct, ColumnData::Entity(_, keys)) => FactValue::Codes(cell, None, keys.len()),
            (
                FactFunction::CountDistinct,
                ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values),
            ) => {
                let (codes, firsts) = crate::ingest::numbered(values.iter().copied(), column.valid.as_ref());
                FactValue::Codes(cell, Some(codes), firsts.len())
            }
            (FactFunction::Sum, ColumnData::Int(_) | ColumnData::Money(_)) => FactValue::Whole(cell),
            (FactFunction::Sum | FactFunction::Mean, ColumnData::Float(values)) => {
                FactValue::Float(cell, Scale::of(values)?)
            }
            _ => return None,
        })
    }

    /// Of what kind a fact's values are.
    pub(super) fn kind_of(&self, fact: usize) -> Option<Kind> {
        let job = self.facts.get(fact)?;
        Some(match (job.fact.function, &job.value) {
            (FactFunction::The, Some(FactValue::The(cell))) => match self.cells.get(*cell)?.1.data {
                ColumnData::Bool(_) => Kind::Bool,
                ColumnData::Int(_) => Kind::Int,
                ColumnData::Money(_) => Kind::Money,
                ColumnData::Float(_) => Kind::Float,
                // Of others only the interpreter's own value is shown.
                _ => Kind::Unknown,
            },
            (FactFunction::Any, _) => Kind::Bool,
            (FactFunction::Count | FactFunction::CountDistinct, _) => Kind::Int,
            (_, Some(FactValue::Whole(cell))) => match self.cells.get(*cell)?.1.data {
                ColumnData::Money(_) => Kind::Money,
                _ => Kind::Int,
            },
            _ => Kind::Float,
        })
    }

    /// Passes over the rows of a partition; for each screen the rows that it leaves, and the values of its facts there.
    pub(super) fn over(&self, strip: Strip<'_>, room: &mut Room) -> Option<Vec<LeftRows>> {
        let mut left: Vec<LeftRows> = self.screens.iter().map(|_| LeftRows::default()).collect();
        let mut entity = 0;
        while entity < strip.entities() {
            let first = entity;
            let start = strip.of(first).start;
            while entity < strip.entities() && (entity == first || strip.of(entity).end - start <= MORSEL) {
                entity += 1;
            }
            room.load(self, strip, (first..entity).map(|entity| strip.of(entity)));
            for (screen, left) in self.screens.iter().zip(&mut left) {
                room.run(&screen.main)?;
                room.leave(screen, first, left);
            }
        }
        Some(left)
    }
}

/// The place of what is sought; it is added where it is not there.
pub(super) fn place_of<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    all.iter().position(is).unwrap_or_else(|| {
        all.push(make());
        all.len() - 1
    })
}

/// Room for the rows of a few entities.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) stretches: Vec<Stretch>,
    lines: Vec<u32>,
    pub(super) times: Vec<i64>,
    pub(super) known: Vec<i64>,
    shifted: Vec<u32>,
    counts: Vec<u8>,
    narrow: Vec<i64>,
    wide: Vec<i128>,
    codes: Vec<u32>,
    /// By fact: how often each code is in the window.
    often: Vec<Vec<u32>>,
    cells: Vec<Scratch>,
    befores: Vec<Scratch>,
    pub(super) bounds: Vec<Bounds>,
    masks: Vec<Vec<u8>>,
    pub(super) facts: Vec<Scratch>,
    out: Vec<u8>,
}

impl Room {
    /// Works out all that is read of the rows of some entities.
    fn load(&mut self, pass: &Pass<'_>, strip: Strip<'_>, entities: impl Iterator<Item = Range<usize>>) {
        let known = self.take(pass, strip, entities);
        for (bounds, span) in self.bounds.iter_mut().zip(&pass.spans) {
            let span = match span {
                Span::Before(length, gap) => Some((*length, *gap)),
                Span::All | Span::At(_) => None,
            };
            bounds.find(&self.stretches, &self.times, known.then_some(&self.known[..]), span);
        }
        self.work_out_facts(pass);
        self.shift(pass);
    }

    /// Takes up the rows of some entities, and what is read of each by itself. True: when they become known is in `known`,
    /// else it is their time.
    pub(super) fn take(
        &mut self,
        pass: &Pass<'_>,
        strip: Strip<'_>,
        entities: impl Iterator<Item = Range<usize>>,
    ) -> bool {
        self.lines.clear();
        self.times.clear();
        self.stretches.clear();
        for range in entities {
            let start = self.lines.len();
            self.lines.extend(strip.rows[range.clone()].iter().map(|row| row.row));
            self.times.extend_from_slice(strip.times.get(range).unwrap_or_default());
            let rows = start..self.lines.len();
            self.stretches.push(Stretch { points: rows.clone(), rows, steady: false });
        }
        let known = self.find_steady(pass.table);
        if self.cells.len() < pass.cells.len() {
            self.cells = pass.cells.iter().filter_map(|(_, column)| Scratch::like(column)).collect();
        }
        if self.befores.len() < pass.befores.len() {
            self.befores = pass.befores.iter().filter_map(|(_, _, column)| Scratch::like(column)).collect();
        }
        for (scratch, (_, column)) in self.cells.iter_mut().zip(&pass.cells) {
            scratch.take(column, &self.lines);
        }
        self.bounds.resize_with(pass.spans.len(), Bounds::default);
        self.masks.resize_with(pass.masks.len(), Vec::new);
        for (place, mask) in pass.masks.iter().enumerate() {
            if self.run(mask).is_none() {
                self.out.fill(UNDECIDED);
            }
            std::mem::swap(&mut self.masks[place], &mut self.out);
        }
        known
    }

    /// Works out the facts, once it is known which rows are in which window.
    pub(super) fn work_out_facts(&mut self, pass: &Pass<'_>) {
        self.facts
            .resize_with(pass.facts.len(), || Scratch { data: ScratchData::Bytes(Vec::new()), states: Vec::new() });
        self.often.resize_with(pass.facts.len(), Vec::new);
        for (place, job) in pass.facts.iter().enumerate() {
            self.fact(place, job);
        }
    }

    /// Takes up the cells of rows before.
    fn shift(&mut self, pass: &Pass<'_>) {
        for place in 0..pass.befores.len().min(self.befores.len()) {
            let (times, _, column) = pass.befores[place];
            self.shifted.clear();
            self.shifted.resize(self.lines.len(), NOWHERE);
            for Stretch { rows, .. } in &self.stretches {
                let from = (rows.start + times as usize).min(rows.end);
                let before = rows.start..rows.end.saturating_sub(times as usize).max(rows.start);
                self.shifted[from..rows.end].copy_from_slice(&self.lines[before]);
            }
            let scratch = &mut self.befores[place];
            scratch.take(column, &self.shifted);
            for Stretch { rows, .. } in self.stretches.iter().filter(|stretch| !stretch.steady) {
                scratch.states[rows.clone()].fill(UNSURE);
            }
        }
    }

    /// Finds out of which entities facts can be said; true: when rows become known is in `known`, else it is their time.
    fn find_steady(&mut self, table: &Table) -> bool {
        let own = !table.known_in_time();
        if own {
            self.known.clear();
            self.known.extend(self.lines.iter().map(|line| table.known(*line)));
        }
        for Stretch { rows, steady, .. } in &mut self.stretches {
            let stays = || self.lines[rows.clone()].iter().all(|line| table.known_until(*line) == NEVER);
            *steady = (!own || self.known[rows.clone()].is_sorted()) && (table.known_until.is_none() || stays());
        }
        own
    }

    /// Runs a loop over the rows; `None`: it is not for what is there.
    fn run(&mut self, run: &Loop) -> Option<()> {
        self.out.clear();
        self.out.resize(self.lines.len(), 0);
        let mut cells = Vec::with_capacity(run.inputs.len());
        for input in &run.inputs {
            cells.push(Cells::Scratch(match *input {
                Place::Cell(place) => self.cells.get(place)?,
                Place::Before(place) => self.befores.get(place)?,
                Place::Fact(place) => self.facts.get(place)?,
            }));
        }
        run.kernel.run(&cells, &run.constants, 0, &mut self.out).then_some(())
    }

    /// Notes the rows that a screen left.
    fn leave(&self, screen: &PassScreen, first: usize, left: &mut LeftRows) {
        let least = least_left();
        for (number, Stretch { rows, .. }) in self.stretches.iter().enumerate() {
            let marks = self.out[rows.clone()].iter().enumerate().filter(|(_, mark)| **mark >= least);
            for (place, mark) in marks {
                let (entity, rule) = ((first + number) as u32, mark.checked_sub(RULE));
                left.rows.push(LeftRow { entity, place: place as u32, rule });
                let value = |(fact, kind): &(usize, Kind)| self.facts[*fact].value(rows.start + place, kind);
                left.values.extend(screen.facts.iter().map(value));
            }
        }
    }

    fn fact(&mut self, place: usize, job: &FactJob) {
        let cell = job.value.as_ref().map(|value| match value {
            FactValue::The(cell)
            | FactValue::Any(cell)
            | FactValue::Codes(cell, ..)
            | FactValue::Whole(cell)
            | FactValue::Float(cell, _) => &self.cells[*cell],
        });
        let counts = match (job.mask.map(|mask| &self.masks[mask]), cell) {
            (None, None) => None,
            (None, Some(cell)) if !cell.states.contains(&MISSING) => None,
            (Some(mask), None) => Some(&mask[..]),
            (mask, Some(cell)) => {
                let count = |(row, state): (usize, &u8)| match mask.map_or(RULE, |mask| mask[row]) {
                    UNDECIDED => UNDECIDED,
                    RULE if *state == KNOWN => RULE,
                    _ => 0,
                };
                self.counts.clear();
                self.counts.extend(cell.states.iter().enumerate().map(count));
                Some(&self.counts[..])
            }
        };
        let (stretches, bounds) = (&self.stretches[..], &self.bounds[job.span]);
        let Scratch { data, states } = &mut self.facts[place];
        macro_rules! walk {
            ($window:expr, $data:ident) => {{
                if !matches!(data, ScratchData::$data(_)) {
                    *data = ScratchData::$data(Vec::new());
                }
                if let ScratchData::$data(values) = data {
                    walk(&mut $window, stretches, bounds, counts, values, states);
                }
            }};
        }
        match (job.fact.function, &job.value, cell.map(|cell| &cell.data)) {
            (FactFunction::The, ..) => {
                let Some(cell) = cell else { return };
                let only = |(from, upto): (&u32, &u32)| if upto - from == 1 { *from } else { NOWHERE };
                self.shifted.clear();
                self.shifted.extend(bounds.from.iter().zip(&bounds.upto).map(only));
                *data = cell.data.picked(&self.shifted);
                states.clear();
                states.resize(self.shifted.len(), UNSURE);
                for Stretch { points, .. } in stretches.iter().filter(|stretch| stretch.steady) {
                    for point in points.clone() {
                        states[point] = match (bounds.upto[point] - bounds.from[point], self.shifted[point]) {
                            (0, _) => MISSING,
                            (1, row) => cell.states[row as usize],
                            // Whether they say the same the interpreter looks up.
                            _ => UNSURE,
                        };
                    }
                }
            }
            (FactFunction::Count, ..) => walk!(Counted::default(), Whole),
            (FactFunction::Any, ..) => walk!(Anything::default(), Bytes),
            (_, Some(FactValue::Codes(_, others, many)), cell) => {
                let codes = match (others, cell) {
                    (Some(others), _) => {
                        self.codes.clear();
                        self.codes.extend(self.lines.iter().map(|line| others[*line as usize]));
                        &self.codes
                    }
                    (None, Some(ScratchData::Codes(codes))) => codes,
                    _ => return,
                };
                self.often[place].resize(*many, 0);
                walk!(Differing { codes, often: &mut self.often[place], different: 0 }, Whole);
            }
            (_, Some(FactValue::Whole(_)), Some(ScratchData::Whole(values))) => {
                walk!(WholeSum { values, total: 0 }, Whole);
            }
            (function, Some(FactValue::Float(_, scale)), Some(ScratchData::Float(values))) => {
                let (unit, mean) = (scale.unit(), function == FactFunction::Mean);
                #[expect(clippy::cast_possible_truncation, reason = "the scale makes it a whole number that fits")]
                if scale.narrow {
                    self.narrow.clear();
                    self.narrow.extend(values.iter().map(|value| (value * scale.factor) as i64));
                    walk!(FloatSum { values: &self.narrow, unit, total: 0, count: 0, mean }, Float);
                } else {
                    self.wide.clear();
                    self.wide.extend(values.iter().map(|value| (value * scale.factor) as i128));
                    walk!(FloatSum { values: &self.wide, unit, total: 0, count: 0, mean }, Float);
                }
            }
            _ => {}
        }
    }
}
