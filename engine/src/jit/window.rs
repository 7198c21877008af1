//! Where windows begin and end, and the walk of what is kept ([`super::fold`]) over the rows in them.
//!
//! Rows are named by their place in a morsel: the rows of some entities, one after the other.

use super::code::{RULE, UNDECIDED};
use super::scratch::{KNOWN, MISSING, UNSURE};
use std::ops::Range;

/// The rows of an entity in a morsel.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub(super) rows: Range<usize>,
    /// For which results there are: each row, or instants.
    pub(super) points: Range<usize>,
    /// Its odd rows, by their place among all those.
    pub(super) odd: Range<usize>,
    /// Facts can be said of it.
    pub(super) steady: bool,
}

/// The rows in a morsel, and when they are known.
pub(super) struct Rows<'a> {
    pub(super) stretches: &'a [Stretch],
    pub(super) known: &'a [i64],
    pub(super) until: &'a [i64],
    /// When states end; empty: they are no states, or none ends.
    pub(super) ends: &'a [i64],
    pub(super) odd: &'a [u32],
    /// Empty: none is.
    pub(super) is_odd: &'a [bool],
    /// By point, where there are odd rows.
    pub(super) ks: &'a [i64],
}

impl Rows<'_> {
    /// Whether a row is in the window of a point, by what is known there, if its time does not keep it out.
    fn is_seen(&self, row: usize, point: usize, bounds: &Bounds) -> bool {
        let k = self.ks[point];
        let holds = |end: &i64| bounds.after[point].saturating_add(1) < *end;
        self.known[row] <= k
            && self.until.get(row).is_none_or(|until| k < *until)
            && self.ends.get(row).is_none_or(holds)
    }
}

/// How far a window that moves on has come: where it began and ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Furthest(i64, i64);

impl Furthest {
    /// It did not move yet.
    pub(super) fn new() -> Self {
        Self(i64::MIN, i64::MIN)
    }

    /// Moves on; true: the window lies before where it was, as those of months may.
    pub(super) fn goes_back(&mut self, (after, until): (i64, i64)) -> bool {
        let back = after < self.0 || until < self.1;
        (self.0, self.1) = (self.0.max(after), self.1.max(until));
        back
    }

    /// Where it has come to.
    pub(super) fn reached(self) -> (i64, i64) {
        (self.0, self.1)
    }
}

/// For each point of a morsel the rows in its window: from one, up to but without another. They move on from point to
/// point of an entity.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    pub(super) from: Vec<u32>,
    pub(super) upto: Vec<u32>,
    /// Of states: the instant after which the window begins. They begin to hold in the order of rows, and end in any.
    pub(super) after: Vec<i64>,
    /// Something may have been missed in the window, or it was not followed; empty: nowhere.
    pub(super) silent: Vec<bool>,
}

impl Bounds {
    /// The next point's.
    pub(super) fn push(&mut self, from: u32, upto: u32) {
        self.from.push(from);
        self.upto.push(upto);
    }

    /// The last point's window goes on up to a row.
    pub(super) fn extend_last(&mut self, upto: u32) {
        if let Some(last) = self.upto.last_mut() {
            *last = upto;
        }
    }

    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.from.clear();
        self.upto.clear();
        self.after.clear();
        self.silent.clear();
    }

    /// Two pointers that move over the rows of each entity once. `window`: after and up to when the window of a row at some
    /// time lies; `None`: all rows that are known, whatever their time, of `states` those that hold at the row. Unsure: of
    /// all rows an odd one, which may know rows that those after it do not; and one whose window lies before that of an
    /// earlier one, as months may.
    pub(super) fn find(
        &mut self,
        rows: &Rows<'_>,
        times: &[i64],
        window: impl Fn(i64) -> Option<(i64, i64)>,
        states: bool,
    ) {
        self.clear();
        self.from.resize(times.len(), 0);
        self.upto.resize(times.len(), 0);
        self.silent.resize(times.len(), false);
        let is_odd = |row: usize| rows.is_odd.get(row).copied().unwrap_or(false);
        for Stretch { rows: own, .. } in rows.stretches {
            let (mut entered, mut left) = (own.start, own.start);
            let mut furthest = Furthest::new();
            for row in own.clone() {
                let time = times[row];
                match window(time).or(states.then(|| (time.saturating_sub(1), time))) {
                    None if is_odd(row) => self.silent[row] = true,
                    None => {
                        let known = |other: usize| rows.known[other] <= rows.known[row] || is_odd(other);
                        while entered < own.end && known(entered) {
                            entered += 1;
                        }
                    }
                    Some((after, until)) => {
                        self.silent[row] = furthest.goes_back((after, until));
                        while entered < own.end && times[entered] <= until {
                            entered += 1;
                        }
                        if states {
                            self.after.push(after);
                        } else {
                            while left < entered && times[left] <= after {
                                left += 1;
                            }
                        }
                    }
                }
                (self.from[row], self.upto[row]) = (left as u32, entered as u32);
            }
        }
    }
}

/// Something computed from the rows in a window, which takes and gives back one row at a time. When the rows of one
/// entity are done all have left, and it is as new.
pub(super) trait Window {
    type Value: Copy + Default;

    fn enter(&mut self, row: usize);
    fn leave(&mut self, row: usize);
    fn outcome(&self) -> Outcome<Self::Value>;

    /// The same with some rows more, in order.
    fn outcome_with(&mut self, others: &[usize]) -> Outcome<Self::Value> {
        others.iter().for_each(|row| self.enter(*row));
        let outcome = self.outcome();
        others.iter().for_each(|row| self.leave(*row));
        outcome
    }
}

/// What a window comes to.
pub(super) enum Outcome<T> {
    Known(T),
    Missing,
    Unsure,
}

/// What the window of each point comes to. `counts`: which rows count ([`RULE`]), or may ([`UNDECIDED`]); `None`: all.
pub(super) fn walk<W: Window>(
    window: &mut W,
    rows: &Rows<'_>,
    bounds: &Bounds,
    counts: Option<&[u8]>,
    values: &mut Vec<W::Value>,
    states: &mut Vec<u8>,
) {
    let many = bounds.upto.len();
    values.clear();
    values.resize(many, W::Value::default());
    states.clear();
    states.resize(many, UNSURE);
    for stretch in rows.stretches.iter().filter(|stretch| stretch.steady) {
        if !stretch.odd.is_empty() {
            walk_odd(window, rows, stretch, bounds, counts, (values, states));
            continue;
        }
        let (mut entered, mut left, mut doubtful) = (stretch.rows.start, stretch.rows.start, 0_usize);
        for point in stretch.points.clone() {
            let (from, upto) = (bounds.from[point] as usize, bounds.upto[point] as usize);
            match counts {
                None => {
                    (entered..upto).for_each(|row| window.enter(row));
                    (left..from).for_each(|row| window.leave(row));
                }
                Some(counts) => {
                    for (row, counts) in (entered..upto).zip(&counts[entered..upto.max(entered)]) {
                        match *counts {
                            RULE => window.enter(row),
                            UNDECIDED => doubtful += 1,
                            _ => {}
                        }
                    }
                    for (row, counts) in (left..from).zip(&counts[left..from.max(left)]) {
                        match *counts {
                            RULE => window.leave(row),
                            UNDECIDED => doubtful -= 1,
                            _ => {}
                        }
                    }
                }
            }
            (entered, left) = (upto, from);
            (values[point], states[point]) = said(window.outcome(), doubtful > 0);
        }
        (left..entered)
            .filter(|row| counts.is_none_or(|counts| counts[*row] == RULE))
            .for_each(|row| window.leave(row));
    }
    let silent = bounds.silent.iter().zip(states).filter(|(silent, _)| **silent);
    silent.for_each(|(_, state)| *state = UNSURE);
}

/// The same for an entity with odd rows: they are not in the window but taken in at each point where they are known.
fn walk_odd<W: Window>(
    window: &mut W,
    rows: &Rows<'_>,
    stretch: &Stretch,
    bounds: &Bounds,
    counts: Option<&[u8]>,
    (values, states): (&mut [W::Value], &mut [u8]),
) {
    let mark = |row: usize| counts.map_or(RULE, |counts| counts[row]);
    let plain = |row: &usize| !rows.is_odd[*row];
    let odd = &rows.odd[stretch.odd.clone()];
    let (mut entered, mut left, mut doubtful) = (stretch.rows.start, stretch.rows.start, 0_usize);
    let mut others: Vec<usize> = Vec::new();
    for point in stretch.points.clone() {
        let (from, upto) = (bounds.from[point] as usize, bounds.upto[point] as usize);
        for row in (entered..upto).filter(plain) {
            match mark(row) {
                RULE => window.enter(row),
                UNDECIDED => doubtful += 1,
                _ => {}
            }
        }
        for row in (left..from).filter(plain) {
            match mark(row) {
                RULE => window.leave(row),
                UNDECIDED => doubtful -= 1,
                _ => {}
            }
        }
        (entered, left) = (upto, from);
        let first = odd.partition_point(|row| (*row as usize) < from);
        let end = odd.partition_point(|row| (*row as usize) < upto).max(first);
        let seen = odd[first..end].iter().map(|row| *row as usize).filter(|row| rows.is_seen(*row, point, bounds));
        let mut doubts = doubtful > 0;
        others.clear();
        for row in seen {
            match mark(row) {
                RULE => others.push(row),
                UNDECIDED => doubts = true,
                _ => {}
            }
        }
        let outcome = if others.is_empty() { window.outcome() } else { window.outcome_with(&others) };
        (values[point], states[point]) = said(outcome, doubts);
    }
    (left..entered).filter(plain).filter(|row| mark(*row) == RULE).for_each(|row| window.leave(row));
}

/// A value and its state.
fn said<T: Default>(outcome: Outcome<T>, doubts: bool) -> (T, u8) {
    match outcome {
        Outcome::Known(value) if !doubts => (value, KNOWN),
        Outcome::Missing if !doubts => (T::default(), MISSING),
        _ => (T::default(), UNSURE),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold::{Choice, Chosen, Counted};
    use super::super::scratch::{KNOWN, ScratchData};
    use super::*;

    #[test]
    fn windows_are_open_at_their_start() {
        let stretches = [0..4, 4..6].map(|rows| Stretch { points: rows.clone(), rows, odd: 0..0, steady: true });
        let times = [0, 5, 5, 10, 0, 3];
        let mut bounds = Bounds::default();
        let rows = Rows { stretches: &stretches, known: &times, until: &[], ends: &[], odd: &[], is_odd: &[], ks: &[] };
        bounds.find(&rows, &times, |t| Some((t - 5, t)), false);
        assert_eq!((&bounds.from[..], &bounds.upto[..]), (&[0, 1, 1, 3, 4, 4][..], &[1, 3, 3, 4, 5, 6][..]));
        bounds.find(&rows, &times, |_| None, false);
        assert_eq!((&bounds.from[..], &bounds.upto[..]), (&[0, 0, 0, 0, 4, 4][..], &[1, 3, 3, 4, 5, 6][..]));
        bounds.find(&rows, &times, |t| Some((t - 10, t - 5)), false);
        assert_eq!((&bounds.from[..], &bounds.upto[..]), (&[0, 0, 0, 1, 4, 4][..], &[0, 1, 1, 3, 4, 4][..]));
    }

    #[test]
    fn odd_rows_count_where_they_are_known() {
        // The second row becomes known with the fourth, and is replaced before the fifth.
        let stretch = Stretch { rows: 0..5, points: 0..5, odd: 0..1, steady: true };
        let rows = Rows {
            stretches: &[stretch],
            known: &[1, 7, 3, 7, 9],
            until: &[i64::MAX, 9, i64::MAX, i64::MAX, i64::MAX],
            ends: &[],
            odd: &[1],
            is_odd: &[false, true, false, false, false],
            ks: &[1, 7, 3, 7, 9],
        };
        let mut bounds = Bounds::default();
        bounds.find(&rows, &[1, 2, 3, 7, 9], |t| Some((t - 10, t)), false);
        let (mut values, mut states) = (Vec::new(), Vec::new());
        walk(&mut Counted::default(), &rows, &bounds, None, &mut values, &mut states);
        assert_eq!((&values[..], &states[..]), (&[1, 2, 2, 4, 4][..], &[KNOWN; 5][..]));
        let cells = ScratchData::Whole(vec![5, 9, 1, 2, 3]);
        let mut chosen = Vec::new();
        for (choice, expected) in [
            (Choice::First, [0, 0, 0, 0, 0]),
            (Choice::Last, [0, 1, 2, 3, 4]),
            (Choice::Least, [0, 0, 2, 2, 2]),
            (Choice::Greatest, [0, 1, 0, 1, 0]),
        ] {
            walk(&mut Chosen::new(&cells, choice), &rows, &bounds, None, &mut chosen, &mut states);
            assert_eq!(chosen, expected, "{choice:?}");
        }
        // Of all rows, whatever their time, an odd one is unsure.
        bounds.find(&rows, &[1, 2, 3, 7, 9], |_| None, false);
        walk(&mut Counted::default(), &rows, &bounds, None, &mut values, &mut states);
        assert_eq!((&values[2..], states), (&[2, 4, 4][..], vec![KNOWN, UNSURE, KNOWN, KNOWN, KNOWN]));
    }
}
