//! Windows that move over the rows of an entity, from instant to instant or from one row that asks to the next.

use super::facts::Room;
use super::pass::Span;
use super::window::Furthest;

/// A window that moves over the rows of an entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    pub(super) part: usize,
    pub(super) span: usize,
    pub(super) left: usize,
    pub(super) entered: usize,
    /// How many states ended before the window.
    ended: usize,
}

/// Where a window lies: after one instant, up to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) from: i64,
    pub(super) to: i64,
    /// It is one over states, which hold on after they began.
    pub(super) states: bool,
}

impl Window {
    /// At an instant, where it lies somewhere; states without a window are those that hold at the instant.
    pub(super) fn of(window: Option<(i64, i64)>, instant: i64, states: bool) -> Option<Self> {
        let (from, to) = window.or(states.then(|| (instant.saturating_sub(1), instant)))?;
        Some(Self { from, to, states })
    }
}

impl Track {
    /// Before all rows of an entity, of which the first has this place.
    pub(super) fn new(part: usize, span: usize, first: usize) -> Self {
        Self { part, span, left: first, entered: first, ended: 0 }
    }

    /// Moves on to an instant; true: the window holds other rows now. It moves over odd rows as if they were known.
    pub(super) fn turn(&mut self, end: usize, k: i64, room: &Room, window: Option<Window>) -> bool {
        let before = (self.left, self.entered);
        let (from, to) = window.map_or((i64::MIN, i64::MAX), |window| (window.from, window.to));
        let time = |row: usize| room.times.get(row).copied().unwrap_or(i64::MIN);
        let since = if room.known.is_empty() { &room.times } else { &room.known };
        let known = |row: usize| {
            since.get(row).copied().unwrap_or(i64::MIN) <= k || room.is_odd.get(row).copied().unwrap_or(false)
        };
        while self.entered < end && time(self.entered) <= to && known(self.entered) {
            self.entered += 1;
        }
        let leave = window.is_some_and(|window| !window.states);
        while leave && self.left < self.entered && time(self.left) <= from {
            self.left += 1;
        }
        (self.left, self.entered) != before
    }

    /// The place of the next instant, from one on, at which the window may hold other rows.
    pub(super) fn next(
        &self,
        end: usize,
        room: &Room,
        (lies, ends): (&Lies, &[i64]),
        (instants, from): (&[i64], usize),
    ) -> usize {
        let time = |row: usize| room.times.get(row).copied().unwrap_or(i64::MIN);
        let mut next =
            lies.back.get(lies.back.partition_point(|place| *place < from)).copied().unwrap_or(instants.len());
        if self.entered < end {
            let row = self.entered;
            let reached =
                if lies.at.is_empty() { from } else { first(&lies.reached, from, |(_, to)| *to >= time(row)) };
            let odd = room.is_odd.get(row).copied().unwrap_or(false);
            let known = room.known_at(row);
            next = next.min(if odd { reached } else { reached.max(first(instants, from, |k| *k >= known)) });
        }
        if lies.states {
            if let Some(end) = ends.get(self.ended) {
                next = next.min(first(&lies.reached, from, |(after, _)| after.saturating_add(1) >= *end));
            }
        } else if !lies.at.is_empty() && self.left < self.entered {
            next = next.min(first(&lies.reached, from, |(after, _)| *after >= time(self.left)));
        }
        next
    }

    /// Passes over the ends of states; true: some ended before the window.
    pub(super) fn end(&mut self, ends: &[i64], window: Option<Window>) -> bool {
        let before = self.ended;
        let from = window.map_or(i64::MIN, |window| window.from).saturating_add(1);
        while ends.get(self.ended).is_some_and(|end| *end <= from) {
            self.ended += 1;
        }
        self.ended != before
    }
}

/// The first place from one on at which something holds that holds at all places after it, too; it is mostly near.
pub(super) fn first<T>(all: &[T], from: usize, holds: impl Fn(&T) -> bool) -> usize {
    if all.get(from).is_some_and(&holds) {
        return from;
    }
    let (mut low, mut step) = (from, 1);
    while let Some(item) = all.get(low + step - 1) {
        if holds(item) {
            break;
        }
        low += step;
        step *= 2;
    }
    let high = all.len().min(low + step);
    low + all.get(low..high).unwrap_or_default().partition_point(|item| !holds(item))
}

/// Where a window lies at each instant.
#[derive(Debug)]
pub(super) struct Lies {
    /// After which instant, and up to which; empty: everywhere.
    at: Vec<(i64, i64)>,
    /// How far it has come.
    reached: Vec<(i64, i64)>,
    /// The places of instants at which it lies before where it was, and those after them, in order.
    pub(super) back: Vec<usize>,
    /// It is one that a model asks for.
    pub(super) dated: bool,
    states: bool,
}

impl Lies {
    pub(super) fn of(span: &Span, instants: &[i64], states: bool) -> Self {
        let window = |instant: &i64| Window::of(span.window(*instant), *instant, states);
        let at: Vec<(i64, i64)> =
            instants.iter().filter_map(window).map(|Window { from, to, .. }| (from, to)).collect();
        let mut furthest = Furthest::new();
        let (mut reached, mut back) = (Vec::with_capacity(at.len()), Vec::new());
        for (place, window) in at.iter().enumerate() {
            if furthest.goes_back(*window) {
                back.extend([place, place + 1]);
            }
            reached.push(furthest.reached());
        }
        back.dedup();
        Self { at, reached, back, dated: *span != Span::All, states }
    }

    /// Where it lies at the instant of a place.
    pub(super) fn window(&self, place: usize) -> Option<Window> {
        self.at.get(place).map(|(from, to)| Window { from: *from, to: *to, states: self.states })
    }

    /// It is not followed there.
    pub(super) fn went_back(&self, place: usize) -> bool {
        let before = place.checked_sub(1).and_then(|before| self.reached.get(before));
        let at = self.at.get(place);
        before.zip(at).is_some_and(|(before, at)| at.0 < before.0 || at.1 < before.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_is_found_wherever_it_lies() {
        let all: Vec<usize> = (0..40).collect();
        for from in 0..=41 {
            for least in 0..=41 {
                let expected = (from..all.len()).find(|place| all[*place] >= least).unwrap_or(all.len().max(from));
                assert_eq!(first(&all, from, |item| *item >= least), expected, "{from} {least}");
            }
        }
    }
}
