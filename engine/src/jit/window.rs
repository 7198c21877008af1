//! What is kept of the rows in a window while rows enter and leave.

use watchfire_stdlib::exact::odd_parts;

/// Something computed from the rows in a window, which takes and gives back one row at a time. When the rows of one
/// entity are done all have left, and it is as new.
pub(super) trait Window {
    type Value: Copy + Default + Send;

    /// Takes up the values of these rows; from now on a row is named by its place among them.
    fn load(&mut self, rows: &[u32]);
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

/// How many rows.
#[derive(Default)]
pub(super) struct Counted(i64);

impl Window for Counted {
    type Value = i64;

    fn load(&mut self, _: &[u32]) {}

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

/// How many different values: how often each is there.
pub(super) struct Differing<'a> {
    codes: &'a [u32],
    loaded: Vec<u32>,
    often: Vec<u32>,
    different: i64,
}

impl<'a> Differing<'a> {
    pub(super) fn new(codes: &'a [u32], many: usize) -> Self {
        Self { codes, loaded: Vec::new(), often: vec![0; many], different: 0 }
    }
}

impl Window for Differing<'_> {
    type Value = i64;

    fn load(&mut self, rows: &[u32]) {
        self.loaded.clear();
        self.loaded.extend(rows.iter().map(|row| self.codes[*row as usize]));
    }

    fn enter(&mut self, row: usize) {
        let often = &mut self.often[self.loaded[row] as usize];
        self.different += i64::from(*often == 0);
        *often += 1;
    }

    fn leave(&mut self, row: usize) {
        let often = &mut self.often[self.loaded[row] as usize];
        *often -= 1;
        self.different -= i64::from(*often == 0);
    }

    fn outcome(&self) -> Outcome<i64> {
        Outcome::Known(self.different)
    }
}

/// The sum of whole numbers.
pub(super) struct WholeSum<'a> {
    values: &'a [i64],
    loaded: Vec<i64>,
    total: i128,
}

impl<'a> WholeSum<'a> {
    pub(super) fn new(values: &'a [i64]) -> Self {
        Self { values, loaded: Vec::new(), total: 0 }
    }
}

impl Window for WholeSum<'_> {
    type Value = i64;

    fn load(&mut self, rows: &[u32]) {
        self.loaded.clear();
        self.loaded.extend(rows.iter().map(|row| self.values[*row as usize]));
    }

    fn enter(&mut self, row: usize) {
        self.total += i128::from(self.loaded[row]);
    }

    fn leave(&mut self, row: usize) {
        self.total -= i128::from(self.loaded[row]);
    }

    fn outcome(&self) -> Outcome<i64> {
        i64::try_from(self.total).map_or(Outcome::Unsure, Outcome::Known)
    }
}

/// The exact sum of floats, as a whole multiple of a power of two; or their mean, which is the rounded sum divided by
/// their number.
pub(super) struct FloatSum<'a> {
    values: &'a [f64],
    loaded: Vec<i128>,
    /// The power of two that makes every value a whole number.
    scale: f64,
    total: i128,
    count: u64,
    mean: bool,
}

impl<'a> FloatSum<'a> {
    pub(super) fn new(values: &'a [f64], scale: f64, mean: bool) -> Self {
        Self { values, loaded: Vec::new(), scale, total: 0, count: 0, mean }
    }
}

impl Window for FloatSum<'_> {
    type Value = f64;

    #[expect(clippy::cast_possible_truncation, reason = "`scale` makes it a whole number that fits")]
    fn load(&mut self, rows: &[u32]) {
        self.loaded.clear();
        self.loaded.extend(rows.iter().map(|row| (self.values[*row as usize] * self.scale) as i128));
    }

    fn enter(&mut self, row: usize) {
        self.total += self.loaded[row];
        self.count += 1;
    }

    fn leave(&mut self, row: usize) {
        self.total -= self.loaded[row];
        self.count -= 1;
    }

    #[expect(clippy::cast_precision_loss, reason = "to nearest, ties to even: that is the sum's definition")]
    fn outcome(&self) -> Outcome<f64> {
        let sum = self.total as f64 / self.scale;
        match (self.mean, self.count) {
            (false, _) => Outcome::Known(sum),
            (true, 0) => Outcome::Missing,
            (true, count) => Outcome::Known(sum / count as f64),
        }
    }
}

/// The power of two that makes these values whole numbers of which 2³² can be summed in 127 bits; `None`: there is none.
pub(super) fn scale(values: &[f64], valid: Option<&[bool]>) -> Option<f64> {
    let (mut lowest, mut highest) = (i32::MAX, i32::MIN);
    for (place, value) in values.iter().enumerate() {
        if valid.is_some_and(|valid| !valid[place]) || *value == 0.0 {
            continue;
        }
        let (odd, exponent) = odd_parts(*value)?;
        lowest = lowest.min(exponent);
        highest = highest.max(exponent + (u64::BITS - odd.unsigned_abs().leading_zeros()).cast_signed());
    }
    if lowest > highest {
        return Some(1.0);
    }
    let fits = highest - lowest <= 94 && (-900..900).contains(&lowest) && (-900..900).contains(&highest);
    fits.then(|| 2_f64.powi(-lowest))
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use watchfire_stdlib::exact::ExactSum;

    #[test]
    fn sums_are_those_of_the_library() {
        let values = [0.1, 0.2, 0.3, 1e10, -0.7, 3.5, 1e-3, 0.0, -1e10];
        let scale = scale(&values, None).unwrap_or_default();
        for (from, until) in [(0, 9), (0, 3), (2, 7), (4, 4), (1, 9)] {
            let (mut sum, mut mean) = (FloatSum::new(&values, scale, false), FloatSum::new(&values, scale, true));
            let mut exact = ExactSum::new();
            let rows: Vec<u32> = (0..values.len() as u32).collect();
            sum.load(&rows);
            mean.load(&rows);
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
        assert!(super::scale(&[1e300, 1e-300], None).is_none());
        assert!(super::scale(&[f64::INFINITY], None).is_none());
    }
}
