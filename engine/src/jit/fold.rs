//! What is kept of the rows in a window while rows enter and leave: one kind for each kind of fact.

use super::scratch::ScratchData;
use super::window::{Outcome, Window};
use crate::fast::FastMap;
use ethnum::I256;
use std::collections::VecDeque;
use watchfire_stdlib::exact::{deviation, odd_parts};
use watchfire_stdlib::statistics::quantile_of_sorted;

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

/// How many different values there are, of cells without codes: how often each is there.
pub(super) struct DifferingCells<'a> {
    cells: &'a ScratchData,
    often: FastMap<u64, u32>,
}

impl<'a> DifferingCells<'a> {
    pub(super) fn new(cells: &'a ScratchData) -> Self {
        Self { cells, often: FastMap::default() }
    }
}

impl Window for DifferingCells<'_> {
    type Value = i64;

    fn enter(&mut self, row: usize) {
        *self.often.entry(self.cells.bits(row)).or_insert(0) += 1;
    }

    fn leave(&mut self, row: usize) {
        let bits = self.cells.bits(row);
        if let Some(often) = self.often.get_mut(&bits) {
            *often -= 1;
            if *often == 0 {
                self.often.remove(&bits);
            }
        }
    }

    fn outcome(&self) -> Outcome<i64> {
        Outcome::Known(self.often.len() as i64)
    }
}

/// A row with the value that most rows have, of several values the least.
pub(super) struct MostCommon<'a> {
    cells: &'a ScratchData,
    /// By value: how often it is there, and a row that has it.
    often: FastMap<u64, (u32, u32)>,
}

impl<'a> MostCommon<'a> {
    pub(super) fn new(cells: &'a ScratchData) -> Self {
        Self { cells, often: FastMap::default() }
    }
}

impl Window for MostCommon<'_> {
    type Value = u32;

    fn enter(&mut self, row: usize) {
        self.often.entry(self.cells.bits(row)).or_insert((0, row as u32)).0 += 1;
    }

    fn leave(&mut self, row: usize) {
        let bits = self.cells.bits(row);
        if let Some((often, _)) = self.often.get_mut(&bits) {
            *often -= 1;
            if *often == 0 {
                self.often.remove(&bits);
            }
        }
    }

    fn outcome(&self) -> Outcome<u32> {
        let better = |(often, row): (u32, u32), (others, other): (u32, u32)| {
            let before = often > others || often == others && self.cells.is_less(row as usize, other as usize);
            if before { (often, row) } else { (others, other) }
        };
        self.often.values().copied().reduce(better).map_or(Outcome::Missing, |(_, row)| Outcome::Known(row))
    }
}

/// A quantile of floats, or of whole numbers as floats: they are kept in order.
pub(super) struct Quantile<N> {
    number: N,
    q: f64,
    sorted: Vec<f64>,
}

impl<N: Fn(usize) -> f64> Quantile<N> {
    pub(super) fn new(q: f64, number: N) -> Self {
        Self { number, q, sorted: Vec::new() }
    }

    fn place(&self, number: f64) -> usize {
        self.sorted.partition_point(|other| other.total_cmp(&number).is_lt())
    }
}

impl<N: Fn(usize) -> f64> Window for Quantile<N> {
    type Value = f64;

    fn enter(&mut self, row: usize) {
        let number = (self.number)(row);
        self.sorted.insert(self.place(number), number);
    }

    fn leave(&mut self, row: usize) {
        self.sorted.remove(self.place((self.number)(row)));
    }

    fn outcome(&self) -> Outcome<f64> {
        // As `Value::float` has it, what is no number is missing.
        match quantile_of_sorted(&self.sorted, self.q).filter(|number| !number.is_nan()) {
            None => Outcome::Missing,
            Some(number) => Outcome::Known(number + 0.0),
        }
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
}
