//! The questions by hand, over rows that lie home after home in the order of time.

use crate::{HOUR, Readings};
use std::collections::VecDeque;
use std::ops::Range;

/// Rows by home and time.
#[derive(Clone, Debug)]
pub struct Ordered {
    homes: Vec<Range<usize>>,
    person: Vec<u32>,
    x: Vec<f64>,
    y: Vec<f64>,
    n: Vec<i64>,
    time: Vec<i64>,
}

impl Ordered {
    /// Orders rows.
    pub fn new(rows: &Readings) -> Self {
        let mut order: Vec<usize> = (0..rows.time.len()).collect();
        order.sort_unstable_by_key(|row| (rows.home[*row], rows.time[*row]));
        let mut homes: Vec<Range<usize>> = Vec::new();
        for same in order.chunk_by(|a, b| rows.home[*a] == rows.home[*b]) {
            let start = homes.last().map_or(0, |home| home.end);
            homes.push(start..start + same.len());
        }
        Self {
            homes,
            person: order.iter().map(|row| rows.person[*row]).collect(),
            x: order.iter().map(|row| rows.x[*row]).collect(),
            y: order.iter().map(|row| rows.y[*row]).collect(),
            n: order.iter().map(|row| rows.n[*row]).collect(),
            time: order.iter().map(|row| rows.time[*row]).collect(),
        }
    }

    /// For each row the first one that is later than `length` before it.
    fn windows(&self, length: i64, mut each: impl FnMut(usize, Range<usize>)) {
        for home in &self.homes {
            let mut from = home.start;
            for row in home.clone() {
                while self.time[from] <= self.time[row] - length {
                    from += 1;
                }
                each(row, from..row + 1);
            }
        }
    }

    pub(crate) fn row(&self) -> usize {
        let holds = |row: &usize| self.x[*row] * 3.0 + self.y[*row] > 3.99 && self.n[*row] % 7 == 3;
        (0..self.x.len()).filter(holds).count()
    }

    pub(crate) fn row_before(&self) -> usize {
        let holds =
            |row: &usize| self.x[*row] - self.x[row - 1] > 0.99 && self.time[*row] - self.time[row - 1] < 6 * HOUR;
        self.homes.iter().map(|home| (home.start + 1..home.end).filter(holds).count()).sum()
    }

    pub(crate) fn count(&self) -> usize {
        let mut found = 0;
        self.windows(48 * HOUR, |_, window| found += usize::from(window.len() > 24));
        found
    }

    pub(crate) fn count_distinct(&self) -> usize {
        let people = self.person.iter().max().map_or(0, |most| *most as usize + 1);
        let (mut often, mut different, mut last, mut found) = (vec![0_u32; people], 0, 0..0, 0);
        self.windows(7 * 24 * HOUR, |row, window| {
            if window.start >= last.end {
                last.clone().for_each(|row| often[self.person[row] as usize] = 0);
                (different, last) = (0, window.start..window.start);
            }
            for row in last.start..window.start {
                let often = &mut often[self.person[row] as usize];
                *often -= 1;
                different -= usize::from(*often == 0);
            }
            let often = &mut often[self.person[row] as usize];
            different += usize::from(*often == 0);
            *often += 1;
            last = window;
            found += usize::from(different > 62);
        });
        found
    }

    /// Something that is added to and taken from, of each window.
    fn moving(
        &self,
        length: i64,
        value: impl Fn(usize) -> (f64, f64, f64),
        holds: impl Fn((f64, f64, f64)) -> bool,
    ) -> usize {
        let (mut total, mut last, mut found) = ((0.0, 0.0, 0.0), 0..0, 0);
        self.windows(length, |row, window| {
            if window.start >= last.end {
                (total, last) = ((0.0, 0.0, 0.0), window.start..window.start);
            }
            for row in last.start..window.start {
                let (a, b, c) = value(row);
                total = (total.0 - a, total.1 - b, total.2 - c);
            }
            let (a, b, c) = value(row);
            total = (total.0 + a, total.1 + b, total.2 + c);
            last = window;
            found += usize::from(holds(total));
        });
        found
    }

    pub(crate) fn sum(&self) -> usize {
        self.moving(24 * HOUR, |row| (self.x[row], 0.0, 0.0), |(sum, ..)| sum > 11.0)
    }

    pub(crate) fn mean_where(&self) -> usize {
        let value = |row: usize| if self.y[row] > 0.5 { (self.x[row], 1.0, 0.0) } else { (0.0, 0.0, 0.0) };
        self.moving(48 * HOUR, value, |(sum, count, _)| count > 0.5 && sum / count > 0.999)
    }

    pub(crate) fn deviation(&self) -> usize {
        let holds = |(sum, squares, count): (f64, f64, f64)| {
            count > 1.5 && ((squares - sum * sum / count) / (count - 1.0)).max(0.0).sqrt() > 0.706
        };
        self.moving(24 * HOUR, |row| (self.x[row], self.x[row] * self.x[row], 1.0), holds)
    }

    pub(crate) fn least(&self) -> usize {
        let (mut best, mut end, mut found) = (VecDeque::new(), 0, 0);
        self.windows(5 * 24 * HOUR, |row, window| {
            if window.start >= end {
                best.clear();
            }
            while best.front().is_some_and(|first| *first < window.start) {
                best.pop_front();
            }
            while best.back().is_some_and(|last| self.n[*last] >= self.n[row]) {
                best.pop_back();
            }
            best.push_back(row);
            end = window.end;
            found += usize::from(best.front().is_some_and(|first| self.n[*first] > 900));
        });
        found
    }

    pub(crate) fn any_where(&self) -> usize {
        let value = |row: usize| (f64::from(u8::from(self.x[row] > 0.9999)), 0.0, 0.0);
        let mut found = 0;
        let (mut many, mut last) = (0.0, 0..0);
        self.windows(3 * HOUR, |row, window| {
            if window.start >= last.end {
                (many, last) = (0.0, window.start..window.start);
            }
            many += value(row).0 - (last.start..window.start).map(|row| value(row).0).sum::<f64>();
            last = window;
            found += usize::from(many > 0.5 && self.y[row] > 0.9);
        });
        found
    }
}
