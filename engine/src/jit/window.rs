//! What is kept of the rows in a window while rows enter and leave, and where windows begin and end.
//!
//! Rows are named by their place in a morsel: the rows of some entities, one after the other.

use super::code::{RULE, UNDECIDED};
use super::scratch::{KNOWN, MISSING, ScratchData, UNSURE};
use ethnum::I256;
use std::collections::VecDeque;
use std::ops::Range;
use watchfire_stdlib::exact::{deviation, odd_parts};

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
        self.known[row] <= k && self.until.get(row).is_none_or(|until| k < *until) && self.ends.get(row).is_none_or(holds)
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
            let mut furthest = (i64::MIN, i64::MIN);
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
                        self.silent[row] = after < furthest.0 || until < furthest.1;
                        furthest = (furthest.0.max(after), furthest.1.max(until));
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

/// How many rows.
#[derive(Default)]
pub(super) struct Counted(i64);

impl Window for Counted {
    type Value = i64;

    fn enter(&mut self, _: usize) {
        self.0 += 1;
    }

    fn leave(&mut self, _: usize) {
        self.0 -= 1;
    }

    fn outcome(&self) -> Outcome<i64> {
        Outcome::Known(self.0)
    }
}

/// Whether there is a row.
#[derive(Default)]
pub(super) struct Anything(Counted);

impl Window for Anything {
    type Value = u8;

    fn enter(&mut self, row: usize) {
        self.0.enter(row);
    }

    fn leave(&mut self, row: usize) {
        self.0.leave(row);
    }

    fn outcome(&self) -> Outcome<u8> {
        Outcome::Known(u8::from(self.0.0 > 0))
    }
}

/// How many different values: how often each is there, by its code.
pub(super) struct Differing<'a> {
    pub(super) codes: &'a [u32],
    /// By code; all 0.
    pub(super) often: &'a mut [u32],
    pub(super) different: i64,
}

impl Window for Differing<'_> {
    type Value = i64;

    fn enter(&mut self, row: usize) {
        let often = &mut self.often[self.codes[row] as usize];
        self.different += i64::from(*often == 0);
        *often += 1;
    }

    fn leave(&mut self, row: usize) {
        let often = &mut self.often[self.codes[row] as usize];
        *often -= 1;
        self.different -= i64::from(*often == 0);
    }

    fn outcome(&self) -> Outcome<i64> {
        Outcome::Known(self.different)
    }
}

/// The sum of whole numbers.
pub(super) struct WholeSum<'a> {
    pub(super) values: &'a [i64],
    pub(super) total: i128,
}

impl Window for WholeSum<'_> {
    type Value = i64;

    fn enter(&mut self, row: usize) {
        self.total += i128::from(self.values[row]);
    }

    fn leave(&mut self, row: usize) {
        self.total -= i128::from(self.values[row]);
    }

    fn outcome(&self) -> Outcome<i64> {
        i64::try_from(self.total).map_or(Outcome::Unsure, Outcome::Known)
    }
}

/// The exact sum of floats, as a whole multiple of a power of two; or their mean, which is the rounded sum divided by
/// their number.
pub(super) struct FloatSum<'a, T> {
    /// As whole numbers.
    pub(super) values: &'a [T],
    /// The power of two that a whole number is a multiple of.
    pub(super) unit: f64,
    pub(super) total: i128,
    pub(super) count: u64,
    pub(super) mean: bool,
}

impl<T: Copy + Into<i128>> Window for FloatSum<'_, T> {
    type Value = f64;

    fn enter(&mut self, row: usize) {
        self.total += self.values[row].into();
        self.count += 1;
    }

    fn leave(&mut self, row: usize) {
        self.total -= self.values[row].into();
        self.count -= 1;
    }

    #[expect(clippy::cast_precision_loss, reason = "to nearest, ties to even: that is the sum's definition")]
    fn outcome(&self) -> Outcome<f64> {
        let total = i64::try_from(self.total).map_or(self.total as f64, |total| total as f64);
        let sum = total * self.unit;
        match (self.mean, self.count) {
            (false, _) => Outcome::Known(sum),
            (true, 0) => Outcome::Missing,
            (true, count) => Outcome::Known(sum / count as f64),
        }
    }
}

/// The mean of whole numbers: their sum as the nearest float, divided by their number.
pub(super) struct WholeMean<'a>(FloatSum<'a, i64>);

impl<'a> WholeMean<'a> {
    pub(super) fn new(values: &'a [i64]) -> Self {
        Self(FloatSum { values, unit: 1.0, total: 0, count: 0, mean: true })
    }
}

impl Window for WholeMean<'_> {
    type Value = f64;

    fn enter(&mut self, row: usize) {
        self.0.enter(row);
    }

    fn leave(&mut self, row: usize) {
        self.0.leave(row);
    }

    fn outcome(&self) -> Outcome<f64> {
        self.0.outcome()
    }
}

/// The sample deviation, from the exact sums of numbers and of their squares.
pub(super) struct Spread<'a, T> {
    values: &'a [T],
    /// Of the power of two that a whole number is a multiple of.
    exponent: i32,
    sum: i128,
    squares: I256,
    count: u64,
}

impl<'a, T> Spread<'a, T> {
    pub(super) fn new(values: &'a [T], exponent: i32) -> Self {
        Self { values, exponent, sum: 0, squares: I256::ZERO, count: 0 }
    }
}

impl<T: Copy + Into<i128>> Window for Spread<'_, T> {
    type Value = f64;

    fn enter(&mut self, row: usize) {
        let value: i128 = self.values[row].into();
        self.sum += value;
        self.squares += square(value);
        self.count += 1;
    }

    fn leave(&mut self, row: usize) {
        let value: i128 = self.values[row].into();
        self.sum -= value;
        self.squares -= square(value);
        self.count -= 1;
    }

    fn outcome(&self) -> Outcome<f64> {
        // Numbers have 94 bits at most, and there are fewer than 2³² of them: nothing leaves 255 bits.
        let numerator = (I256::from(self.count) * self.squares - square(self.sum)).unsigned_abs();
        let excess = (256 - numerator.leading_zeros()).saturating_sub(53);
        let mut kept = (numerator >> excess).as_u64();
        let rest = numerator - (numerator >> excess << excess);
        if excess > 0 {
            let half = ethnum::U256::ONE << (excess - 1);
            kept += u64::from(rest > half || (rest == half && kept % 2 == 1));
        }
        #[expect(clippy::cast_precision_loss, reason = "53 bits")]
        let mantissa = kept as f64;
        deviation(self.count, mantissa, i64::from(excess) + 2 * i64::from(self.exponent))
            .map_or(Outcome::Missing, Outcome::Known)
    }
}

fn square(value: i128) -> I256 {
    match i64::try_from(value) {
        Ok(value) => I256::from(i128::from(value) * i128::from(value)),
        Err(_) => I256::from(value) * I256::from(value),
    }
}

/// Which row of a window is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    First,
    Last,
    Least,
    Greatest,
    /// There is no other; which of many, and whether they say the same, the interpreter looks up.
    Only,
}

/// One of the rows.
pub(super) struct Chosen<'a> {
    cells: &'a ScratchData,
    choice: Choice,
    /// Those that may yet be chosen, in row order; of least or greatest cells the best is the first.
    rows: VecDeque<u32>,
}

impl<'a> Chosen<'a> {
    pub(super) fn new(cells: &'a ScratchData, choice: Choice) -> Self {
        Self { cells, choice, rows: VecDeque::new() }
    }
}

impl Window for Chosen<'_> {
    type Value = u32;

    fn enter(&mut self, row: usize) {
        let beaten = |other: usize| match self.choice {
            Choice::Least => self.cells.is_less(row, other),
            Choice::Greatest => self.cells.is_less(other, row),
            Choice::Last => true,
            Choice::First | Choice::Only => false,
        };
        while self.rows.back().is_some_and(|other| beaten(*other as usize)) {
            self.rows.pop_back();
        }
        self.rows.push_back(row as u32);
    }

    fn leave(&mut self, row: usize) {
        if self.rows.front().is_some_and(|first| *first as usize <= row) {
            self.rows.pop_front();
        }
    }

    fn outcome(&self) -> Outcome<u32> {
        match self.rows.front() {
            None => Outcome::Missing,
            Some(_) if self.choice == Choice::Only && self.rows.len() > 1 => Outcome::Unsure,
            Some(row) => Outcome::Known(*row),
        }
    }

    fn outcome_with(&mut self, others: &[usize]) -> Outcome<u32> {
        let all = self.rows.front().map(|row| *row as usize).into_iter().chain(others.iter().copied());
        let chosen = match self.choice {
            Choice::First => all.min(),
            Choice::Last => all.max(),
            Choice::Least => all.reduce(|best, row| if self.cells.is_less(row, best) { row } else { best }),
            Choice::Greatest => all.reduce(|best, row| if self.cells.is_less(best, row) { row } else { best }),
            Choice::Only if self.rows.len() + others.len() > 1 => return Outcome::Unsure,
            Choice::Only => all.last(),
        };
        chosen.map_or(Outcome::Missing, |row| Outcome::Known(row as u32))
    }
}

/// How the floats of a column are made whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// The power of two that does it.
    pub(super) factor: f64,
    /// Of the power of two that they are multiples of.
    pub(super) exponent: i32,
    /// They fit 63 bits.
    pub(super) narrow: bool,
}

impl Scale {
    /// The power of two that makes these values whole numbers of which 2³² can be summed in 127 bits; `None`: there is
    /// none. What lies in cells that are not there matters too, as long as it is a number.
    pub(super) fn of(values: &[f64]) -> Option<Scale> {
        let (mut lowest, mut highest) = (i32::MAX, i32::MIN);
        for value in values.iter().filter(|value| **value != 0.0 && !value.is_nan()) {
            let (odd, exponent) = odd_parts(*value)?;
            lowest = lowest.min(exponent);
            highest = highest.max(exponent + (u64::BITS - odd.unsigned_abs().leading_zeros()).cast_signed());
        }
        if lowest > highest {
            return Some(Scale { factor: 1.0, exponent: 0, narrow: true });
        }
        let wide = highest - lowest;
        let fits = wide <= 94 && (-900..900).contains(&lowest) && (-900..900).contains(&highest);
        fits.then(|| Scale { factor: 2_f64.powi(-lowest), exponent: lowest, narrow: wide <= 62 })
    }

    /// The value of a whole number 1.
    pub(super) fn unit(self) -> f64 {
        1.0 / self.factor
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use watchfire_stdlib::exact::ExactSum;

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "the scale makes them fit")]
    fn sums_are_those_of_the_library() {
        let values = [0.1, 0.2, 0.3, 1e10, -0.7, 3.5, 1e-3, 0.0, -1e10];
        let scale = Scale::of(&values).unwrap();
        assert!(!scale.narrow && Scale::of(&values[..3]).unwrap().narrow);
        let whole: Vec<i128> = values.iter().map(|value| (value * scale.factor) as i128).collect();
        for (from, until) in [(0, 9), (0, 3), (2, 7), (4, 4), (1, 9)] {
            let sum = |mean| FloatSum { values: &whole, unit: scale.unit(), total: 0, count: 0, mean };
            let (mut sum, mut mean) = (sum(false), sum(true));
            let mut exact = ExactSum::new();
            for row in 0..until {
                sum.enter(row);
                mean.enter(row);
            }
            for row in 0..from {
                sum.leave(row);
                mean.leave(row);
            }
            values[from..until].iter().for_each(|value| exact.add(*value));
            assert!(matches!(sum.outcome(), Outcome::Known(sum) if sum.to_bits() == exact.result().to_bits()));
            match (mean.outcome(), exact.mean()) {
                (Outcome::Known(mean), Some(expected)) => assert_eq!(mean.to_bits(), expected.to_bits()),
                (Outcome::Missing, None) => {}
                _ => panic!("{from}..{until}"),
            }
        }
        assert!(Scale::of(&[1e300, 1e-300]).is_none());
        assert!(Scale::of(&[f64::INFINITY]).is_none());
    }

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
