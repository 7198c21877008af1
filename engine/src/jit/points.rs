//! A pass over the entities of a model on a grid: facts about them at each instant, and what the model decides by them.
//!
//! ```text
//! rows of a timeline      ●──●─────────●────────●─────►  time
//! instants             |     |     |     |     |     |
//! windows of two days     └─2───┘ … └─1───┘└─1───┘        from row, up to row
//! change points        ▲     ▲     ▲           ▲     ▲    where a window holds other rows than at the instant before
//! ```
//!
//! Facts are worked out and decided at change points only; what is decided there holds until the next one.

use super::code::{RULE, least_left};
use super::facts::Room;
use super::form::FactRows;
use super::given::Given;
use super::kernel::{Cells, Kernel};
use super::pass::{Pass, Span};
use super::scratch::{KNOWN, Scratch, ScratchData};
use super::screen::{LeftRow, LeftRows};
use super::track::{Lies, Track, Window, first};
use super::window::{Bounds, Stretch};
use crate::timeline::{Strip, Timeline};
use std::ops::Range;
use std::sync::Arc;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::{EntityKey, Value};

/// Entities and instants that are worked on together.
const MORSEL: usize = 1 << 13;

/// What models on one grid read of entities.
#[derive(Debug)]
pub(super) struct Points<'a> {
    pub(super) population: &'a Timeline,
    pub(super) instants: Arc<[i64]>,
    pub(super) parts: Vec<Part<'a>>,
    pub(super) screens: Vec<PointScreen>,
    /// What is known of entities from elsewhere.
    pub(super) given: Vec<Given>,
}

/// The facts over one timeline, or one derived table.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) rows: FactRows,
    /// The timeline of the rows, or of those that they are made of.
    pub(super) timeline: &'a Timeline,
    pub(super) pass: Pass<'a>,
}

/// What a model's loop reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PointInput {
    /// By part and fact.
    Fact(usize, usize),
    Given(usize),
}

/// A model's loop: what it reads, and the facts that are kept, by part and fact.
#[derive(Debug)]
pub(super) struct PointScreen {
    pub(super) kernel: Arc<Kernel>,
    pub(super) constants: Vec<u64>,
    pub(super) inputs: Vec<PointInput>,
    pub(super) facts: Vec<((usize, usize), Kind)>,
}

/// Room for some entities and instants.
#[derive(Debug, Default)]
pub(super) struct PointRoom {
    /// By part.
    rooms: Vec<Room>,
    tracks: Vec<Track>,
    /// What was given, at the change points.
    given: Vec<Scratch>,
    /// When odd rows about the entity at hand become known or are replaced, in order.
    turns: Vec<i64>,
    /// By part: when the states about it end, in order.
    ends: Vec<Vec<i64>>,
    /// The change points of all entities, one after the other: the place of each instant.
    changes: Vec<u32>,
    /// Those of each entity.
    points: Vec<Range<usize>>,
    out: Vec<u8>,
}

/// What aggregates about the entities of a model are at some instants.
#[derive(Debug)]
pub(crate) struct PointFacts {
    /// Aggregates of the plan, by their place in memory, and the place of each among the facts.
    pub(super) nodes: Vec<(usize, usize)>,
    pub(super) facts: usize,
    pub(super) instants: usize,
    /// By partition: entity, instant, fact; `None`: unsure.
    pub(super) partitions: Vec<Vec<Option<Value>>>,
}

impl PointFacts {
    /// What is known of an entity, by its place in its partition, at an instant, by its place among the instants.
    pub(crate) fn of(&self, partition: usize, entity: usize, instant: usize) -> impl Iterator<Item = (usize, &Value)> {
        let from = (entity * self.instants + instant) * self.facts;
        let values = self.partitions.get(partition).map_or(&[][..], |values| values);
        let own = values.get(from..from + self.facts).unwrap_or_default();
        self.nodes.iter().filter_map(|(node, place)| Some((*node, own.get(*place)?.as_ref()?)))
    }

    /// The place of an aggregate among the facts.
    pub(super) fn place_of(&self, node: usize) -> Option<usize> {
        self.nodes.iter().find(|(known, _)| *known == node).map(|(_, place)| *place)
    }

    /// A fact at an entity and instant, both as one number; `None`: unsure.
    pub(super) fn at(&self, partition: usize, point: usize, fact: usize) -> Option<&Value> {
        self.partitions.get(partition)?.get(point * self.facts + fact)?.as_ref()
    }
}

/// For each part and span, where its window lies at each instant.
type Windows = Vec<Vec<Lies>>;

impl<'a> Points<'a> {
    /// Of which nothing is read yet.
    pub(super) fn new(population: &'a Timeline, instants: Arc<[i64]>) -> Self {
        let (parts, screens, given) = (Vec::new(), Vec::new(), Vec::new());
        Self { population, instants, parts, screens, given }
    }

    /// Where windows lie at the instants.
    pub(super) fn windows(&self) -> Windows {
        let of = |part: &Part<'_>| {
            let of = |span: &Span| Lies::of(span, &self.instants, part.pass.has_states());
            part.pass.spans.iter().map(of).collect()
        };
        self.parts.iter().map(of).collect()
    }

    /// How many entities of a partition are worked on together: so many that there are about as many points as fit.
    fn together(&self, partition: usize) -> usize {
        let entities = self.population.keys(partition).len().max(1);
        let rows = |part: &Part<'_>| part.timeline.rows_in(partition).map_or(0, |strip| strip.rows.len());
        let moves: usize = self.parts.iter().map(|part| 2 * rows(part) * part.pass.spans.len()).sum();
        let silent = self.parts.iter().any(|part| part.pass.silence.is_some());
        let points = if silent { self.instants.len() } else { self.instants.len().min(moves / entities + 1) };
        (MORSEL / points.max(1)).max(1)
    }

    /// Passes over the entities of a partition; for each screen the instants that it leaves, and the values of its facts
    /// there.
    pub(super) fn over(&self, partition: usize, windows: &Windows, room: &mut PointRoom) -> Option<Vec<LeftRows>> {
        let mut left: Vec<LeftRows> = self.screens.iter().map(|_| LeftRows::default()).collect();
        self.each(partition, windows, room, |room, first| {
            for (screen, left) in self.screens.iter().zip(&mut left) {
                room.run(screen)?;
                room.leave(screen, first, self.instants.len(), left);
            }
            Some(())
        })?;
        Some(left)
    }

    /// What these facts are for each entity of a partition at each instant, one entity after the other; `None` where one is
    /// unsure or its entity not known yet.
    pub(super) fn facts_over(
        &self,
        partition: usize,
        windows: &Windows,
        facts: &[((usize, usize), Kind)],
        room: &mut PointRoom,
    ) -> Option<Vec<Option<Value>>> {
        let instants = self.instants.len();
        let mut values = vec![None; self.population.keys(partition).len() * instants * facts.len()];
        self.each(partition, windows, room, |room, first| {
            for (number, points) in room.points.iter().enumerate() {
                for point in points.clone() {
                    for place in room.holds(point, points, instants) {
                        let at = ((first + number) * instants + place as usize) * facts.len();
                        for (value, ((part, fact), kind)) in values[at..].iter_mut().zip(facts) {
                            *value = room.rooms[*part].facts[*fact].value(point, kind);
                        }
                    }
                }
            }
            Some(())
        })?;
        Some(values)
    }

    /// Works out the facts about a few entities of a partition at a time, of which the first has that place.
    fn each(
        &self,
        partition: usize,
        windows: &Windows,
        room: &mut PointRoom,
        mut work: impl FnMut(&mut PointRoom, usize) -> Option<()>,
    ) -> Option<()> {
        let keys = self.population.keys(partition);
        let first_known = self.population.all_first_known(partition);
        let mut others = Other::of(&self.parts, partition)?;
        let together = self.together(partition);
        for first in (0..keys.len()).step_by(together) {
            let entities = first..keys.len().min(first + together);
            take_all(&self.parts, &mut room.rooms, &keys[entities.clone()], &mut others);
            room.find_changes(self, (partition, first), &first_known[entities.clone()], windows, &others);
            room.take_given(self, (partition, first));
            for (part, own) in self.parts.iter().zip(&mut room.rooms) {
                own.work_out_facts(&part.pass);
            }
            work(room, first)?;
        }
        Some(())
    }
}

/// The entities of another timeline, and how far they have been compared with those of the population.
pub(super) struct Other<'a> {
    keys: &'a [EntityKey],
    pub(super) strip: Strip<'a>,
    next: usize,
}

impl<'a> Other<'a> {
    pub(super) fn new(keys: &'a [EntityKey], strip: Strip<'a>) -> Self {
        Self { keys, strip, next: 0 }
    }

    /// Those of the timelines of some parts.
    pub(super) fn of(parts: &[Part<'a>], partition: usize) -> Option<Vec<Self>> {
        let other = |part: &Part<'a>| Some(Self::new(part.timeline.keys(partition), part.timeline.rows_in(partition)?));
        parts.iter().map(other).collect()
    }

    /// The rows about an entity; keys come in order.
    pub(super) fn rows_of(&mut self, key: &EntityKey) -> Range<usize> {
        while self.keys.get(self.next).is_some_and(|other| other < key) {
            self.next += 1;
        }
        if self.keys.get(self.next) == Some(key) { self.strip.of(self.next) } else { 0..0 }
    }
}

/// Takes up all rows about some entities, in a room for each part; nothing is known yet of the windows over them.
pub(super) fn take_all(parts: &[Part<'_>], rooms: &mut Vec<Room>, keys: &[EntityKey], others: &mut [Other<'_>]) {
    rooms.resize_with(parts.len(), Room::default);
    for ((part, other), room) in parts.iter().zip(others).zip(rooms) {
        let strip = other.strip;
        room.take(&part.pass, strip, keys.iter().map(|key| other.rows_of(key)));
        room.bounds.iter_mut().for_each(Bounds::clear);
        room.ks.clear();
    }
}

impl PointRoom {
    /// Finds the instants at which a window holds other rows than at the instant before, and which rows those are.
    fn find_changes(
        &mut self,
        points: &Points<'_>,
        (partition, first_entity): (usize, usize),
        first_known: &[i64],
        windows: &Windows,
        others: &[Other<'_>],
    ) {
        self.changes.clear();
        self.points.clear();
        // What may have been missed changes from instant to instant.
        let expected = points.parts.iter().any(|part| part.pass.silence.is_some());
        for (entity, known) in first_known.iter().enumerate() {
            let start = self.changes.len();
            self.tracks.clear();
            for (part, room) in self.rooms.iter().enumerate() {
                let stretch = &room.stretches[entity];
                self.tracks.extend((0..room.bounds.len()).map(|span| Track::new(part, span, stretch.rows.start)));
            }
            self.find_turns(entity);
            let mut turned = 0;
            // The rows over which windows move, where anything is said of them.
            let moving = |room: &Room| {
                let Stretch { rows, steady, .. } = &room.stretches[entity];
                Some(rows.clone()).filter(|rows| *steady && !rows.is_empty())
            };
            // What is given may change from instant to instant, too.
            let always =
                expected || points.given.iter().any(|given| given.of(partition, first_entity + entity).is_some());
            let mut place = points.instants.partition_point(|instant| instant < known);
            while let Some(&k) = points.instants.get(place) {
                let turns = turned..self.turns.partition_point(|turn| *turn <= k);
                let mut changed = self.changes.len() == start || !turns.is_empty() || always;
                turned = turns.end;
                for track in &mut self.tracks {
                    let (room, lies) = (&self.rooms[track.part], &windows[track.part][track.span]);
                    let Some(rows) = moving(room) else { continue };
                    changed |= track.turn(rows.end, k, room, lies.window(place));
                    changed |= track.end(&self.ends[track.part], lies.window(place));
                    changed |= lies.back.binary_search(&place).is_ok();
                }
                if changed {
                    self.changes.push(place as u32);
                    for track in &self.tracks {
                        let room = &mut self.rooms[track.part];
                        let lies = &windows[track.part][track.span];
                        let bounds = &mut room.bounds[track.span];
                        bounds.push(track.left as u32, track.entered as u32);
                        let window = lies.window(place);
                        bounds.after.extend(window.filter(|window| window.states).map(|window| window.from));
                        let touches = |Window { from, to, .. }| {
                            let Some(silence) = &points.parts[track.part].pass.silence else { return false };
                            let rows = room.ranges.get(entity).cloned().unwrap_or_default();
                            silence.touches((from, to), (k, k), &others[track.part].strip.rows[rows])
                        };
                        let silent = window.filter(|_| lies.dated).is_some_and(touches);
                        bounds.silent.push(silent || lies.went_back(place));
                    }
                    self.rooms.iter_mut().for_each(|room| room.ks.push(k));
                    // Changes follow each other closely, or are far apart: only then is the next one searched for.
                    place += 1;
                    continue;
                }
                let turn = self.turns.get(turned).map(|turn| first(&points.instants, place + 1, |k| k >= turn));
                let turn = turn.unwrap_or(points.instants.len());
                let next = |track: &Track| {
                    let (room, lies) = (&self.rooms[track.part], &windows[track.part][track.span]);
                    let (rows, ends) = (moving(room)?, &self.ends[track.part]);
                    Some(track.next(rows.end, room, (lies, ends), (&points.instants, place + 1)))
                };
                place = self.tracks.iter().filter_map(next).fold(turn, usize::min);
            }
            let own = start..self.changes.len();
            for room in &mut self.rooms {
                room.stretches[entity].points = own.clone();
            }
            self.points.push(own);
        }
    }

    /// Takes up what was given at the change points.
    fn take_given(&mut self, points: &Points<'_>, (partition, first): (usize, usize)) {
        self.given
            .resize_with(points.given.len(), || Scratch { data: ScratchData::Whole(Vec::new()), states: Vec::new() });
        for (given, scratch) in points.given.iter().zip(&mut self.given) {
            scratch.truncate(0);
            for (number, points) in self.points.iter().enumerate() {
                let own = given.of(partition, first + number);
                for place in &self.changes[points.clone()] {
                    let (value, state) = own.map_or((0, KNOWN), |own| (own.0[*place as usize], own.1[*place as usize]));
                    scratch.push_whole(value, state);
                }
            }
        }
    }

    /// Finds when odd rows about an entity become known or are replaced.
    fn find_turns(&mut self, entity: usize) {
        self.turns.clear();
        for room in &self.rooms {
            for row in room.odd_of(&room.stretches[entity]) {
                let row = *row as usize;
                self.turns.push(room.known_at(row));
                self.turns.extend(room.until.get(row).copied());
            }
        }
        self.turns.sort_unstable();
        self.ends.resize_with(self.rooms.len(), Vec::new);
        for (ends, room) in self.ends.iter_mut().zip(&self.rooms) {
            ends.clear();
            ends.extend(room.ends.get(room.stretches[entity].rows.clone()).unwrap_or_default());
            ends.sort_unstable();
        }
    }

    /// Runs a model's loop over the change points; `None`: it is not for what is there.
    fn run(&mut self, screen: &PointScreen) -> Option<()> {
        self.out.clear();
        self.out.resize(self.changes.len(), 0);
        let mut cells = Vec::with_capacity(screen.inputs.len());
        for input in &screen.inputs {
            cells.push(Cells::Scratch(match input {
                PointInput::Fact(part, fact) => self.rooms.get(*part)?.facts.get(*fact)?,
                PointInput::Given(place) => self.given.get(*place)?,
            }));
        }
        screen.kernel.run(&cells, &screen.constants, 0, &mut self.out).then_some(())
    }

    /// The instants for which a change point of an entity stands, by their place.
    fn holds(&self, point: usize, points: &Range<usize>, instants: usize) -> Range<u32> {
        let next = if point + 1 < points.end { self.changes[point + 1] } else { instants as u32 };
        self.changes[point]..next
    }

    /// Notes the instants that a screen left.
    fn leave(&self, screen: &PointScreen, first: usize, instants: usize, left: &mut LeftRows) {
        let least = least_left();
        for (number, points) in self.points.iter().enumerate() {
            for point in points.clone().filter(|point| self.out[*point] >= least) {
                let (entity, rule) = ((first + number) as u32, self.out[point].checked_sub(RULE));
                for place in self.holds(point, points, instants) {
                    left.rows.push(LeftRow { entity, place, rule });
                    let value = |((part, fact), kind): &((usize, usize), Kind)| {
                        self.rooms[*part].facts[*fact].value(point, kind)
                    };
                    left.values.extend(screen.facts.iter().map(value));
                }
            }
        }
    }
}
