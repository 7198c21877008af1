//! Facts about entities that a column of the row names: worked out for all rows of the trigger's table before the pass over
//! them, one entity of that column after the other, and then read like a column.
//!
//! ```text
//! rows that ask     a      ●              ●        ●──►  time     those of the trigger's table that name the entity
//! rows about it        ●────●──●───────────●──●──────►
//! windows              └────┘     └────────┘               one for each row that asks, moving over the rows once
//! ```
//!
//! Rows that ask out of order (known after one that is not earlier) are unsure: windows only move on.

use super::facts::Room;
use super::form::{Fact, FactRows};
use super::pass::{MORSEL, place_of};
use super::points::{Other, Part, take_all};
use super::scratch::{MISSING, Scratch, ScratchData};
use super::screen::Screening;
use super::track::{Track, Window};
use super::window::Furthest;
use crate::run::parallel::in_parallel;
use crate::table::ColumnData;
use crate::timeline::{Strip, Timeline, parts};
use crate::unions::Lines;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, SourceId};
use watchfire_stdlib::types::Kind;

/// A fact for each row of a table.
#[derive(Debug)]
pub(super) struct Dense {
    pub(super) cells: Scratch,
    pub(super) kind: Kind,
}

/// What rows of a table ask of the entities in one of their columns.
struct Asking<'a> {
    lines: Lines<'a>,
    /// The rows that ask, by entity.
    rows: Cow<'a, Timeline>,
    parts: Vec<Part<'a>>,
    /// For each fact its part, and its place there; `None`: it cannot be worked out.
    facts: Vec<Option<(usize, usize)>>,
}

/// What came of a partition: the rows, and for each fact what it is there.
type Found = (Vec<u32>, Vec<Scratch>);

/// Room for the entities at hand.
#[derive(Default)]
struct AskingRoom {
    /// By part.
    rooms: Vec<Room>,
    tracks: Vec<Track>,
    /// By track.
    furthest: Vec<Furthest>,
    /// Which rows of an entity ask out of order.
    late: Vec<bool>,
}

impl<'a> Screening<'a> {
    /// These facts for each row of a table; `None`: it cannot be worked out.
    pub(super) fn joined(&self, source: SourceId, column: ColumnId, facts: &[&Fact]) -> Vec<Option<Arc<Dense>>> {
        let nothing = || facts.iter().map(|_| None).collect();
        let Some(asking) = self.asking(source, column, facts) else { return nothing() };
        let found = self.in_partitions(|partition, room: &mut AskingRoom| asking.over(partition, room));
        let Some(found) = found.into_iter().collect::<Option<Vec<Found>>>() else { return nothing() };
        let dense = |number: usize| {
            let (part, fact) = asking.facts[number]?;
            let kind = asking.parts[part].pass.kind_of(fact)?;
            let many = asking.lines.table.rows;
            // Rows that name nobody are told nothing.
            let mut cells = Scratch { data: ScratchData::of(&kind, many), states: vec![MISSING; many] };
            found.iter().for_each(|(rows, facts)| cells.spread(rows, &facts[number]));
            Some(Arc::new(Dense { cells, kind }))
        };
        in_parallel(self.threads, facts.len(), dense)
    }

    fn asking(&self, source: SourceId, column: ColumnId, facts: &[&Fact]) -> Option<Asking<'a>> {
        let lines = self.lines(source)?;
        // What a union computes does not find its rows.
        let found = parts(self.program, source, &[column]).iter().all(|(_, by)| by.is_some());
        if !found || !matches!(lines.table.column(column)?.data, ColumnData::Entity(..)) {
            return None;
        }
        let same = |id: &usize| {
            let plan = &self.plan.timelines[*id];
            (plan.source, &plan.by[..]) == (source, &[column])
        };
        let ordered = (0..self.plan.timelines.len()).find(same).and_then(|id| self.timelines.get(id));
        let rows = match ordered.filter(|timeline| !timeline.is_part()) {
            Some(timeline) => Cow::Borrowed(timeline),
            None => Cow::Owned(Timeline::build(
                self.program,
                self.store,
                (source, &[column]),
                None,
                self.partitions,
                self.threads,
            )),
        };
        let mut asking = Asking { lines, rows, parts: Vec::new(), facts: Vec::new() };
        for fact in facts {
            let place = self.asked(&mut asking, fact);
            asking.facts.push(place);
        }
        Some(asking)
    }

    /// The place of a fact.
    fn asked(&self, asking: &mut Asking<'a>, fact: &Fact) -> Option<(usize, usize)> {
        let FactRows::Timeline(timeline) = fact.rows else { return None };
        let source = self.plan.timelines.get(timeline.0 as usize)?.source;
        let (timeline, lines) = (self.timelines.get(timeline.0 as usize)?, self.lines(source)?);
        let new = || Part { rows: fact.rows, timeline, pass: self.pass_over(source, lines) };
        let part = place_of(&mut asking.parts, |part| part.rows == fact.rows, new);
        let span = self.span_of(fact, asking.lines.table)?;
        Some((part, self.fact_of_pass(&mut asking.parts[part].pass, fact, span)?))
    }
}

impl Asking<'_> {
    /// What the rows of a partition are told.
    fn over(&self, partition: usize, room: &mut AskingRoom) -> Option<Found> {
        let keys = self.rows.keys(partition);
        let strip = self.rows.rows_in(partition)?;
        let mut others = Other::of(&self.parts, partition)?;
        let blank = |fact: &Option<(usize, usize)>| {
            let kind = fact.and_then(|(part, fact)| self.parts[part].pass.kind_of(fact)).unwrap_or(Kind::Unknown);
            Scratch { data: ScratchData::of(&kind, 0), states: Vec::new() }
        };
        let mut found: Vec<Scratch> = self.facts.iter().map(blank).collect();
        for entities in strip.morsels(MORSEL) {
            let asked = strip.of(entities.end - 1).end - strip.of(entities.start).start;
            take_all(&self.parts, &mut room.rooms, &keys[entities.clone()], &mut others);
            room.ask(self, strip, entities, &others);
            for (part, own) in self.parts.iter().zip(&mut room.rooms) {
                own.work_out_facts(&part.pass);
            }
            for (found, place) in found.iter_mut().zip(&self.facts) {
                if let Some((part, fact)) = place {
                    found.append(&room.rooms[*part].facts[*fact], asked);
                }
            }
        }
        Some((strip.rows.iter().map(|row| self.lines.of(*row)).collect(), found))
    }
}

impl AskingRoom {
    /// Finds which rows are in the windows of those that ask.
    fn ask(&mut self, asking: &Asking<'_>, strip: Strip<'_>, entities: Range<usize>, others: &[Other<'_>]) {
        let mut points = 0;
        for (number, entity) in entities.enumerate() {
            let rows = strip.of(entity);
            let own = points..points + rows.len();
            points = own.end;
            self.find_late(asking.lines, strip, rows.clone());
            for ((part, room), other) in asking.parts.iter().zip(&mut self.rooms).zip(others) {
                let stretch = room.stretches[number].rows.clone();
                room.stretches[number].points = own.clone();
                self.tracks.clear();
                self.tracks.extend((0..room.bounds.len()).map(|span| Track::new(0, span, stretch.start)));
                self.furthest.clear();
                self.furthest.resize(self.tracks.len(), Furthest::new());
                let about = room.ranges.get(number).map_or(&[][..], |range| &other.strip.rows[range.clone()]);
                for (place, late) in rows.clone().zip(&self.late) {
                    let (row, t) =
                        (asking.lines.of(strip.rows[place]), strip.times.get(place).copied().unwrap_or(i64::MIN));
                    let k = asking.lines.table.known(row);
                    for (track, furthest) in self.tracks.iter_mut().zip(&mut self.furthest) {
                        let dated = part.pass.spans[track.span].window(t);
                        let window = Window::of(dated, t, part.pass.has_states());
                        let mut unsure = *late;
                        if !late {
                            track.turn(stretch.end, k, room, window);
                            unsure = window.is_some_and(|Window { from, to, .. }| furthest.goes_back((from, to)));
                        }
                        let touches = |window| {
                            part.pass.silence.as_ref().is_some_and(|silence| silence.touches(window, (t, k), about))
                        };
                        let bounds = &mut room.bounds[track.span];
                        bounds.push(track.left as u32, track.entered as u32);
                        bounds.after.extend(window.filter(|window| window.states).map(|window| window.from));
                        bounds.silent.push(unsure || dated.is_some_and(touches));
                    }
                    room.ks.push(k);
                }
            }
        }
    }

    /// Finds which rows of an entity ask out of order: those that become known after a later one.
    fn find_late(&mut self, lines: Lines<'_>, strip: Strip<'_>, rows: Range<usize>) {
        self.late.clear();
        self.late.resize(rows.len(), false);
        if lines.table.known_in_time() {
            return;
        }
        let mut least = i64::MAX;
        for (place, row) in rows.enumerate().rev() {
            let known = lines.table.known(lines.of(strip.rows[row]));
            self.late[place] = known > least;
            least = least.min(known);
        }
    }
}
