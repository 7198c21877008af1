//! What is kept of the rows in a window while rows enter and leave, and where windows begin and end.
//!
//! Rows are named by their place in a morsel: the rows of some entities, one after the other.

use super::code::{RULE, UNDECIDED};
use super::scratch::{KNOWN, MISSING, ScratchData, UNSURE};
use ethnum::I256;
use std::collections::VecDeque;
use std::ops::Range;
use watchfire_stdlib::exact::{deviation, odd_parts};

/// The rows of an entity in a morsel, and whether facts can be said of it: its rows became known in event order, and stay.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub(super) rows: Range<usize>,
    /// For which results there are: each row, or instants.
    pub(super) points: Range<usize>,
    pub(super) steady: bool,
}

/// For each point of a morsel the rows in its window: from one, up to but without another. They move on from point to
/// point of an entity.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    pub(super) from: Vec<u32>,
    pub(super) upto: Vec<u32>,
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

    /// Two pointers that move over the rows of each entity once. `span`: length of the window, and how long before the
    /// row it ends; `None`: all rows. `known`: when each row becomes known, where that is not its time.
    pub(super) fn find(
        &mut self,
        stretches: &[Stretch],
        times: &[i64],
        known: Option<&[i64]>,
        span: Option<(i64, i64)>,
    ) {
        for bounds in [&mut self.from, &mut self.upto] {
            bounds.clear();
            bounds.resize(times.len(), 0);
        }
        for Stretch { rows, .. } in stretches.iter().filter(|stretch| stretch.steady) {
            let (mut entered, mut left) = (rows.start, rows.start);
            for row in rows.clone() {
                let (until, after) = match span {
                    None => (i64::MAX, i64::MIN),
                    Some((length, gap)) => {
                        let until = times[row].saturating_sub(gap);
                        (until, until.saturating_sub(length))
                    }
                };
                let known_then = |other: usize| match known {
                    Some(known) => known[other] <= known[row],
                    None => times[other] <= times[row],
                };
                while entered < rows.end && times[entered] <= until && known_then(entered) {
                    entered += 1;
                }
                while left < entered && span.is_some() && times[left] <= after {
                    left += 1;
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
    stretches: &[Stretch],
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
    for Stretch { rows, points, .. } in stretches.iter().filter(|stretch| stretch.steady) {
        let (mut entered, mut left, mut doubtful) = (rows.start, rows.start, 0_usize);
        for point in points.clone() {
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
            (values[point], states[point]) = match window.outcome() {
                Outcome::Known(value) if doubtful == 0 => (value, KNOWN),
                Outcome::Missing if doubtful == 0 => (W::Value::default(), MISSING),
                _ => (W::Value::default(), UNSURE),
            };
        }
        (left..entered)
            .filter(|row| counts.is_none_or(|counts| counts[*row] == RULE))
            .for_each(|row| window.leave(row));
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
    fn windows_are_open_at_their_start_and_see_what_is_known_by_then() {
        let stretches = [0..4, 4..6].map(|rows| Stretch { points: rows.clone(), rows, steady: true });
        let times = [0, 5, 5, 10, 0, 3];
        let mut bounds = Bounds::default();
        bounds.find(&stretches, &times, None, Some((5, 0)));
        assert_eq!((&bounds.from[..], &bounds.upto[..]), (&[0, 1, 1, 3, 4, 4][..], &[1, 3, 3, 4, 5, 6][..]));
        bounds.find(&stretches, &times, Some(&[0, 5, 6, 10, 0, 3]), Some((5, 0)));
        assert_eq!(bounds.upto, [1, 2, 3, 4, 5, 6]);
        bounds.find(&stretches, &times, None, None);
        assert_eq!((&bounds.from[..], &bounds.upto[..]), (&[0, 0, 0, 0, 4, 4][..], &[1, 3, 3, 4, 5, 6][..]));
        bounds.find(&stretches, &times, None, Some((5, 5)));
        assert_eq!((&bounds.from[..], &bounds.upto[..]), (&[0, 0, 0, 1, 4, 4][..], &[0, 1, 1, 3, 4, 4][..]));
    }
}
