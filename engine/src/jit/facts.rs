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
//! Most rows become known in event order and are never replaced: what is known of them at a row is a first part of them,
//! and windows move over it. The others are *odd*: for each row, those that lie in its window are looked at one by one.

use super::code::{RULE, UNDECIDED, least_left};
use super::fold::{
    Anything, Choice, Chosen, Counted, Differing, DifferingCells, FloatSum, MostCommon, Quantile, Scale, Spread,
    WholeMean, WholeSum,
};
use super::form::FactFunction;
use super::kernel::Cells;
use super::pass::{FactJob, FactValue, Loop, Origin, Pass, PassRows, PassScreen, Place, Span, counts};
use super::scratch::{KNOWN, NOWHERE, Scratch, ScratchData, UNSURE};
use super::screen::{LeftRow, LeftRows};
use super::window::{Bounds, Rows, Stretch, walk};
use crate::table::{NEVER, Table};
use crate::timeline::Strip;
use crate::unions::Lines;
use std::ops::Range;
use watchfire_stdlib::types::Kind;

/// Room for the rows of a few entities.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) stretches: Vec<Stretch>,
    pub(super) lines: Vec<u32>,
    pub(super) times: Vec<i64>,
    /// When rows become known; empty: at their time.
    pub(super) known: Vec<i64>,
    /// When they are replaced; empty: never.
    pub(super) until: Vec<i64>,
    /// When states end; empty: they are no states, or none ends.
    pub(super) ends: Vec<i64>,
    /// Odd rows, and whether each row is one; empty: none is.
    odd: Vec<u32>,
    pub(super) is_odd: Vec<bool>,
    /// What is known at each point, where there are odd rows: by when.
    pub(super) ks: Vec<i64>,
    /// Where the rows of each entity lie in their partition.
    pub(super) ranges: Vec<Range<usize>>,
    shifted: Vec<u32>,
    counts: Vec<u8>,
    /// By cell.
    scaled: Vec<Scaled>,
    codes: Vec<u32>,
    /// By fact: how often each code is in the window.
    often: Vec<Vec<u32>>,
    pub(super) cells: Vec<Scratch>,
    befores: Vec<Scratch>,
    joined: Vec<Scratch>,
    pub(super) bounds: Vec<Bounds>,
    pub(super) masks: Vec<Vec<u8>>,
    pub(super) facts: Vec<Scratch>,
    out: Vec<u8>,
    /// Of rows that are made of others: those.
    base: Option<Box<Room>>,
}

/// Floats as whole numbers, for all facts about them.
#[derive(Debug, Default)]
struct Scaled {
    /// It was done for these rows.
    done: bool,
    /// `None`: they are too far apart.
    scale: Option<Scale>,
    narrow: Vec<i64>,
    wide: Vec<i128>,
}

impl Scaled {
    #[expect(clippy::cast_possible_truncation, reason = "the scale makes it a whole number that fits")]
    fn take(&mut self, values: &[f64], scale: Option<Scale>) {
        self.done = true;
        self.narrow.clear();
        self.wide.clear();
        self.scale = scale.or_else(|| Scale::of(values));
        match self.scale {
            None => {}
            Some(Scale { factor, narrow: true, .. }) => {
                self.narrow.extend(values.iter().map(|value| (value * factor) as i64));
            }
            Some(Scale { factor, .. }) => self.wide.extend(values.iter().map(|value| (value * factor) as i128)),
        }
    }
}

impl Room {
    /// Works out all that is read of the rows of some entities.
    pub(super) fn load(&mut self, pass: &Pass<'_>, strip: Strip<'_>, entities: impl Iterator<Item = Range<usize>>) {
        self.take(pass, strip, entities);
        let known = if self.known.is_empty() { &self.times } else { &self.known };
        self.ks.clear();
        if !self.odd.is_empty() {
            self.ks.extend_from_slice(known);
        }
        for (bounds, span) in self.bounds.iter_mut().zip(&pass.spans) {
            let rows = Rows {
                stretches: &self.stretches,
                known,
                until: &self.until,
                ends: &self.ends,
                odd: &self.odd,
                is_odd: &self.is_odd,
                ks: &self.ks,
            };
            bounds.find(&rows, &self.times, |time| span.window(time), pass.has_states());
            let Some(silence) = pass.silence.as_ref().filter(|_| *span != Span::All) else { continue };
            for (Stretch { rows, .. }, range) in self.stretches.iter().zip(&self.ranges) {
                for row in rows.clone() {
                    let (time, about) = (self.times[row], &strip.rows[range.clone()]);
                    let touches = |window| silence.touches(window, (time, known[row]), about);
                    bounds.silent[row] |= span.window(time).is_some_and(touches);
                }
            }
        }
        self.work_out_facts(pass);
        self.shift(pass);
        self.joined.resize_with(pass.joined.len(), Scratch::default);
        for (cells, fact) in self.joined.iter_mut().zip(&pass.joined) {
            cells.take_of(&fact.cells, &self.lines);
        }
    }

    /// Takes up the rows of some entities, and what is read of each by itself.
    pub(super) fn take(&mut self, pass: &Pass<'_>, strip: Strip<'_>, entities: impl Iterator<Item = Range<usize>>) {
        match &pass.rows {
            PassRows::Table(lines) => self.take_lines(pass, *lines, strip, entities),
            PassRows::Groups(grouping) => {
                let mut base = self.base.take().unwrap_or_default();
                base.take(&grouping.pass, strip, entities);
                grouping.cut(pass, &mut base, self);
                self.base = Some(base);
            }
        }
        self.bounds.resize_with(pass.spans.len(), Bounds::default);
        self.masks.resize_with(pass.masks.len(), Vec::new);
        for (place, mask) in pass.masks.iter().enumerate() {
            if self.run(mask).is_none() {
                self.out.fill(UNDECIDED);
            }
            std::mem::swap(&mut self.masks[place], &mut self.out);
        }
    }

    /// Forgets the rows.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.times.clear();
        self.known.clear();
        self.until.clear();
        self.ends.clear();
        self.odd.clear();
        self.is_odd.clear();
        self.stretches.clear();
        self.ranges.clear();
    }

    /// When a row becomes known.
    pub(super) fn known_at(&self, row: usize) -> i64 {
        self.known.get(row).copied().unwrap_or_else(|| self.times[row])
    }

    fn take_lines(
        &mut self,
        pass: &Pass<'_>,
        lines: Lines<'_>,
        strip: Strip<'_>,
        entities: impl Iterator<Item = Range<usize>>,
    ) {
        self.clear();
        for range in entities {
            let start = self.lines.len();
            self.lines.extend(strip.rows[range.clone()].iter().map(|row| lines.of(*row)));
            self.times.extend_from_slice(strip.times.get(range.clone()).unwrap_or_default());
            self.ranges.push(range);
            let rows = start..self.lines.len();
            self.stretches.push(Stretch { points: rows.clone(), rows, odd: 0..0, steady: true });
        }
        self.find_odd(lines.table);
        for (_, origin) in pass.cells.iter().skip(self.cells.len()) {
            self.cells.push(match origin {
                Origin::Column(column) => Scratch::like(column).unwrap_or_default(),
                Origin::Computed(computed) => {
                    Scratch { data: ScratchData::of(&computed.0.kind, 0), states: Vec::new() }
                }
                Origin::Made(..) => Scratch::default(),
            });
        }
        if self.befores.len() < pass.befores.len() {
            self.befores = pass.befores.iter().filter_map(|(_, _, column)| Scratch::like(column)).collect();
        }
        for (scratch, (_, origin)) in self.cells.iter_mut().zip(&pass.cells) {
            if let Origin::Column(column) = origin {
                scratch.take(column, &self.lines);
            }
        }
        for (place, (_, origin)) in pass.cells.iter().enumerate() {
            if let Origin::Computed(computed) = origin {
                self.compute(place, &computed.1);
            }
        }
    }

    /// Works out cells from others.
    fn compute(&mut self, place: usize, run: &Loop) {
        let mut out = std::mem::take(&mut self.cells[place]);
        let many = self.lines.len();
        let cells: Option<Vec<Cells<'_>>> =
            run.inputs.iter().map(|input| self.at(*input).map(Cells::Scratch)).collect();
        let made = cells.is_some_and(|cells| run.kernel.run_number(&cells, &run.constants, many, &mut out));
        if !made {
            out.truncate(many);
            out.states.clear();
            out.states.resize(many, UNSURE);
        }
        self.cells[place] = out;
    }

    /// Works out the facts, once it is known which rows are in which window.
    pub(super) fn work_out_facts(&mut self, pass: &Pass<'_>) {
        self.facts.resize_with(pass.facts.len(), Scratch::default);
        self.often.resize_with(pass.facts.len(), Vec::new);
        self.scaled.resize_with(self.cells.len(), Scaled::default);
        self.scaled.iter_mut().for_each(|scaled| scaled.done = false);
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
            for Stretch { rows, odd, .. } in &self.stretches {
                if odd.is_empty() {
                    let from = (rows.start + times as usize).min(rows.end);
                    let before = rows.start..rows.end.saturating_sub(times as usize).max(rows.start);
                    self.shifted[from..rows.end].copy_from_slice(&self.lines[before]);
                    continue;
                }
                for row in rows.clone() {
                    let seen = |other: &usize| self.is_seen(*other, self.ks[row]);
                    let before = (rows.start..row).rev().filter(seen).nth((times as usize).saturating_sub(1));
                    self.shifted[row] = before.map_or(NOWHERE, |before| self.lines[before]);
                }
            }
            self.befores[place].take(column, &self.shifted);
        }
    }

    /// Whether a row is known at k, and not yet replaced.
    fn is_seen(&self, row: usize, k: i64) -> bool {
        self.known_at(row) <= k && self.until.get(row).is_none_or(|until| k < *until)
    }

    /// Finds the odd rows: those that are replaced or end, and those that become known after a row that is not earlier.
    fn find_odd(&mut self, table: &Table) {
        if !table.known_in_time() {
            self.known.extend(self.lines.iter().map(|line| table.known(*line)));
        }
        if table.known_until.is_some() {
            self.until.extend(self.lines.iter().map(|line| table.known_until(*line)));
        }
        if let Some(until) = table.until.as_ref().filter(|_| table.has_states()) {
            // One that ends before it begins never holds.
            let end =
                |(line, time): (&u32, &i64)| Some(until[*line as usize]).filter(|end| time < end).unwrap_or(i64::MIN);
            self.ends.extend(self.lines.iter().zip(&self.times).map(end));
        }
        if self.known.is_empty() && self.until.is_empty() && self.ends.is_empty() {
            return;
        }
        for number in 0..self.stretches.len() {
            let (rows, start) = (self.stretches[number].rows.clone(), self.odd.len());
            // Rows at one time are not earlier than each other.
            let alike = |row: usize, other: usize| self.times.get(row).is_some_and(|time| *time == self.times[other]);
            let (mut end, mut least) = (rows.end, i64::MAX);
            while end > rows.start {
                let mut first = end - 1;
                while first > rows.start && alike(first - 1, end - 1) {
                    first -= 1;
                }
                let until = |row: usize| self.until.get(row).copied().unwrap_or(NEVER);
                let ends = |row: usize| self.ends.get(row).is_some_and(|end| *end != NEVER);
                let there = (first..end).filter(|row| self.known_at(*row) < until(*row));
                least = there.map(|row| self.known_at(row)).min().unwrap_or(i64::MAX).min(least);
                for row in (first..end).rev() {
                    if until(row) != NEVER || ends(row) || self.known_at(row) > least {
                        self.odd.push(row as u32);
                    }
                }
                end = first;
            }
            self.odd[start..].reverse();
            self.stretches[number].odd = start..self.odd.len();
        }
        if !self.odd.is_empty() {
            self.is_odd.resize(self.lines.len(), false);
            self.odd.iter().for_each(|row| self.is_odd[*row as usize] = true);
        }
    }

    /// The odd rows among those of an entity.
    pub(super) fn odd_of(&self, stretch: &Stretch) -> &[u32] {
        &self.odd[stretch.odd.clone()]
    }

    /// Runs a loop over the rows; `None`: it is not for what is there.
    pub(super) fn run(&mut self, run: &Loop) -> Option<()> {
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        out.resize(self.lines.len(), 0);
        let cells: Option<Vec<Cells<'_>>> =
            run.inputs.iter().map(|input| self.at(*input).map(Cells::Scratch)).collect();
        let made = cells.is_some_and(|cells| run.kernel.run(&cells, &run.constants, 0, &mut out));
        self.out = out;
        made.then_some(())
    }

    fn at(&self, place: Place) -> Option<&Scratch> {
        match place {
            Place::Cell(place) => self.cells.get(place),
            Place::Before(place) => self.befores.get(place),
            Place::Fact(place) => self.facts.get(place),
            Place::Joined(place) => self.joined.get(place),
        }
    }

    /// Notes the rows that a screen left.
    pub(super) fn leave(&self, screen: &PassScreen, first: usize, left: &mut LeftRows) {
        let least = least_left();
        for (number, Stretch { rows, .. }) in self.stretches.iter().enumerate() {
            let marks = self.out[rows.clone()].iter().enumerate().filter(|(_, mark)| **mark >= least);
            for (place, mark) in marks {
                let (entity, rule) = ((first + number) as u32, mark.checked_sub(RULE));
                left.rows.push(LeftRow { entity, place: place as u32, rule });
                let value = |(fact, kind): &(Place, Kind)| self.at(*fact)?.value(rows.start + place, kind);
                left.values.extend(screen.facts.iter().map(value));
            }
        }
    }

    fn fact(&mut self, place: usize, job: &FactJob) {
        if let Some(FactValue::Float(cell, scale)) = job.value
            && let ScratchData::Float(values) = &self.cells[cell].data
            && !self.scaled[cell].done
        {
            self.scaled[cell].take(values, scale);
        }
        let cell = job.value.as_ref().map(|value| &self.cells[value.cell()]);
        let counts = match (job.mask.map(|mask| &self.masks[mask]), cell) {
            (None, None) => None,
            (None, Some(cell)) if cell.states.iter().all(|state| *state == KNOWN) => None,
            (Some(mask), None) => Some(&mask[..]),
            (mask, Some(cell)) => {
                let mark = |row: usize| mask.map_or(RULE, |mask| mask[row]);
                let count = |(row, state): (usize, &u8)| counts(mark(row), *state);
                self.counts.clear();
                self.counts.extend(cell.states.iter().enumerate().map(count));
                Some(&self.counts[..])
            }
        };
        let bounds = &self.bounds[job.span];
        let rows = Rows {
            stretches: &self.stretches,
            known: if self.known.is_empty() { &self.times } else { &self.known },
            until: &self.until,
            ends: &self.ends,
            odd: &self.odd,
            is_odd: &self.is_odd,
            ks: &self.ks,
        };
        let Scratch { data, states } = &mut self.facts[place];
        macro_rules! walk {
            ($window:expr, $data:ident) => {{
                if !matches!(data, ScratchData::$data(_)) {
                    *data = ScratchData::$data(Vec::new());
                }
                if let ScratchData::$data(values) = data {
                    walk(&mut $window, &rows, bounds, counts, values, states);
                }
            }};
        }
        let function = job.fact.function;
        match (&job.value, cell.map(|cell| &cell.data)) {
            _ if function == FactFunction::Count => walk!(Counted::default(), Whole),
            _ if function == FactFunction::Any => walk!(Anything::default(), Bytes),
            (Some(FactValue::Cell(_)), Some(cells)) if function == FactFunction::CountDistinct => {
                walk!(DifferingCells::new(cells), Whole);
            }
            (Some(FactValue::Cell(_)), Some(cells)) if function == FactFunction::MostCommon => {
                walk(&mut MostCommon::new(cells), &rows, bounds, counts, &mut self.shifted, states);
                *data = cells.picked(&self.shifted);
            }
            (Some(FactValue::Cell(_)), Some(cells)) if let FactFunction::Quantile(q) = function => {
                let q = f64::from_bits(q);
                #[expect(clippy::cast_precision_loss, reason = "an Int among numbers is the nearest Float")]
                match cells {
                    ScratchData::Whole(values) => walk!(Quantile::new(q, |row| values[row] as f64), Float),
                    ScratchData::Float(values) => walk!(Quantile::new(q, |row| values[row]), Float),
                    _ => {}
                }
            }
            (Some(FactValue::Cell(_)), Some(cells)) => {
                let choice = match function {
                    FactFunction::First => Choice::First,
                    FactFunction::Last => Choice::Last,
                    FactFunction::Min => Choice::Least,
                    FactFunction::Max => Choice::Greatest,
                    _ => Choice::Only,
                };
                walk(&mut Chosen::new(cells, choice), &rows, bounds, counts, &mut self.shifted, states);
                *data = cells.picked(&self.shifted);
            }
            (Some(FactValue::Codes(_, others, many)), cells) => {
                let codes = match (others, cells) {
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
            (Some(FactValue::Whole(_)), Some(ScratchData::Whole(values))) => match function {
                FactFunction::Mean => walk!(WholeMean::new(values), Float),
                FactFunction::Stddev => walk!(Spread::new(values, 0), Float),
                _ => walk!(WholeSum { values, total: 0 }, Whole),
            },
            (Some(FactValue::Float(cell, _)), Some(ScratchData::Float(_))) => {
                let Scaled { scale, narrow, wide, .. } = &self.scaled[*cell];
                let Some(scale) = scale else {
                    // Too far apart for whole numbers.
                    *data = ScratchData::Float(vec![0.0; bounds.upto.len()]);
                    states.clear();
                    states.resize(bounds.upto.len(), UNSURE);
                    return;
                };
                let (unit, mean) = (scale.unit(), function == FactFunction::Mean);
                match (scale.narrow, function) {
                    (true, FactFunction::Stddev) => walk!(Spread::new(narrow, scale.exponent), Float),
                    (true, _) => walk!(FloatSum { values: narrow, unit, total: 0, count: 0, mean }, Float),
                    (false, FactFunction::Stddev) => walk!(Spread::new(wide, scale.exponent), Float),
                    (false, _) => walk!(FloatSum { values: wide, unit, total: 0, count: 0, mean }, Float),
                }
            }
            _ => {}
        }
    }
}
