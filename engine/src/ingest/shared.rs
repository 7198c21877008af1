//! Rows that share their key with another row: only they can be versions or copies.

use super::versions::Rows;
use crate::fast::FastMap;
use crate::table::{Column, ColumnData};
use watchfire_dsl::program::ColumnId;

/// How many bits are kept for each row while rows are sifted.
const BITS_A_ROW: usize = 16;

/// Rows whose key another row has too, in order; now and then also one that shares its key with none.
pub(super) fn sharing(rows: &Rows<'_>, key: &[ColumnId]) -> Vec<u32> {
    let column = |id: &ColumnId| rows.columns.get(id.index()).and_then(Option::as_ref);
    if let [only] = key
        && column(only).is_some_and(is_ascending)
    {
        return Vec::new();
    }
    let mut numbers = vec![0; rows.rows];
    for column in key.iter().filter_map(column) {
        mix(&mut numbers, column);
    }
    let likely = sift(&numbers);
    let mut counts: FastMap<u64, u32> = FastMap::default();
    for row in &likely {
        *counts.entry(numbers[*row as usize]).or_insert(0) += 1;
    }
    likely.into_iter().filter(|row| counts[&numbers[*row as usize]] > 1).collect()
}

/// Each cell is there and greater than the one before, as numbers that a system gives its rows often are.
fn is_ascending(column: &Column) -> bool {
    fn ascending<T: PartialOrd>(values: &[T]) -> bool {
        values.is_sorted_by(|a, b| a < b)
    }
    column.valid.is_none()
        && match &column.data {
            ColumnData::Int(values) | ColumnData::Time(values) => ascending(values),
            ColumnData::Text(codes, _) | ColumnData::Entity(codes, _) => ascending(codes),
            _ => false,
        }
}

/// Rows whose number lies in a bucket with another one.
fn sift(numbers: &[u64]) -> Vec<u32> {
    let bits = (numbers.len() * BITS_A_ROW).next_power_of_two().trailing_zeros().max(6);
    let place = |number: u64| {
        let bucket = (number >> (u64::BITS - bits)) as usize;
        (bucket / 64, 1_u64 << (bucket % 64))
    };
    let mut once = vec![0_u64; 1 << (bits - 6)];
    let mut twice = once.clone();
    for number in numbers {
        let (word, bit) = place(*number);
        twice[word] |= once[word] & bit;
        once[word] |= bit;
    }
    let is_twice = |number: u64| {
        let (word, bit) = place(number);
        twice[word] & bit != 0
    };
    (0..).zip(numbers).filter(|(_, number)| is_twice(**number)).map(|(row, _)| row).collect()
}

/// Mixes a column's cells into the rows' numbers: equal cells alike.
fn mix(numbers: &mut [u64], column: &Column) {
    match &column.data {
        ColumnData::Bool(values) => add(numbers, column, values, u64::from),
        ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => {
            add(numbers, column, values, i64::cast_unsigned)
        }
        ColumnData::Float(values) => add(numbers, column, values, f64::to_bits),
        ColumnData::Date(values) => add(numbers, column, values, |date| u64::from(date.cast_unsigned())),
        ColumnData::Hour(values) => add(numbers, column, values, u64::from),
        ColumnData::Text(codes, _)
        | ColumnData::Entity(codes, _)
        | ColumnData::Enum(_, codes)
        | ColumnData::Shape(codes, _) => add(numbers, column, codes, u64::from),
        // Spans that are equal need not be written alike; rows with such a key are compared.
        ColumnData::Duration(_) | ColumnData::Point(..) => {}
    }
}

fn add<T: Copy>(numbers: &mut [u64], column: &Column, values: &[T], bits: impl Fn(T) -> u64) {
    for (row, (number, value)) in numbers.iter_mut().zip(values).enumerate() {
        let cell = if column.is_valid(row) { bits(*value) } else { u64::MAX / 3 };
        // An odd factor: different cells of a single key stay different.
        *number = (number.rotate_left(29) ^ cell).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
