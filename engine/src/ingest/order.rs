//! Row order (docs/language.md §1.5): by event time, then the columns of the order, missing first.

use super::needed;
use super::versions::{Lines, Rows, Times, compare, read_columns};
use crate::mutant::{Mutant, mutant};
use crate::table::{ALWAYS, Column, ColumnData, Table, gather_all};
use watchfire_dsl::program::SourceTime;

/// Bits of a digit when times are sorted digit by digit.
const DIGIT: u32 = 11;
/// Fewer rows are compared with each other instead.
const WORTH_DIGITS: usize = 1 << 12;

/// Sorts the lines, and gathers their cells.
pub(super) fn ordered(rows: Rows<'_>, times: &Times, lines: Lines, threads: usize) -> Table {
    let Lines { base, row, known, known_until, masked } = lines;
    // The place of each line's cells in the columns.
    let (rows, at) = if masked.is_empty() {
        (rows, base.clone())
    } else {
        let mut columns = gather_all(&rows.columns, &base, threads);
        for (line, column) in masked {
            if let Some(Some(column)) = columns.get_mut(column.index()) {
                column.valid.get_or_insert_with(|| vec![true; base.len()])[line as usize] = false;
            }
        }
        (Rows { columns, ..rows }, (0..base.len() as u32).collect())
    };
    let order = needed::order(rows.source, rows.declared);
    let all = read_columns(&rows);
    let first = order.first().and_then(|id| rows.columns.get(id.index())).and_then(Option::as_ref);
    let sorted = by_number(match (&times.time, first) {
        (Some(time), _) => base.iter().map(|row| time[*row as usize]).collect(),
        (None, Some(first)) if !mutant(Mutant::TieOrderReversed) => at.iter().map(|row| rank(first, *row)).collect(),
        (None, _) => vec![0; base.len()],
    });
    let mut places: Vec<u32> = sorted.iter().map(|(_, place)| *place).collect();
    let mut start = 0;
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        let range = start..start + ties.len();
        start = range.end;
        if ties.len() == 1 {
            continue;
        }
        places[range].sort_unstable_by(|a, b| {
            let span = |place: u32| (known[place as usize], known_until[place as usize]);
            let (left, right) = (at[*a as usize], at[*b as usize]);
            let order = compare(&rows, &order, left, right)
                .then_with(|| span(*a).cmp(&span(*b)))
                .then_with(|| compare(&rows, &all, left, right))
                .then(a.cmp(b));
            if mutant(Mutant::TieOrderReversed) { order.reverse() } else { order }
        });
    }
    let pick = |values: &[i64]| places.iter().map(|place| values[*place as usize]).collect::<Vec<i64>>();
    let in_place = places.iter().zip(0..).all(|(place, at)| *place == at);
    let columns = if in_place && at.len() == rows.rows && at.iter().zip(0..).all(|(at, place)| *at == place) {
        rows.columns
    } else {
        let cells: Vec<u32> = places.iter().map(|place| at[*place as usize]).collect();
        gather_all(&rows.columns, &cells, threads)
    };
    Table {
        source: rows.id,
        rows: base.len(),
        time: times.time.as_ref().map(|_| sorted.iter().map(|(time, _)| *time).collect()),
        until: times
            .until
            .as_ref()
            .map(|until| places.iter().map(|place| until[base[*place as usize] as usize]).collect()),
        known: pick(&known),
        known_until: pick(&known_until),
        row: first_lines(&places, &row, times.known.len()),
        hidden_until: match rows.declared.time {
            SourceTime::State { until, known_ahead: false, .. } => Some(until),
            _ => None,
        },
        events: false,
        known_range: {
            let dated = || times.known.iter().copied().filter(|known| *known != ALWAYS);
            dated().min().zip(dated().max())
        },
        columns,
    }
}

/// For each line in order the first line of its row; `row` names the row of a line before they were in order.
fn first_lines(places: &[u32], row: &[u32], rows: usize) -> Vec<u32> {
    let mut first = vec![u32::MAX; rows];
    let find = |(place, at): (&u32, u32)| {
        let first = &mut first[row[*place as usize] as usize];
        *first = at.min(*first);
        *first
    };
    places.iter().zip(0..).map(find).collect()
}

/// A number that grows with a cell, missing first; cells that differ may have the same.
fn rank(column: &Column, row: u32) -> i64 {
    let row = row as usize;
    if !column.is_valid(row) {
        return i64::MIN;
    }
    match &column.data {
        ColumnData::Bool(values) => i64::from(values[row]),
        ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values) => values[row],
        ColumnData::Date(values) => i64::from(values[row]),
        ColumnData::Hour(values) => i64::from(values[row]),
        ColumnData::Text(codes, _)
        | ColumnData::Entity(codes, _)
        | ColumnData::Enum(_, codes)
        | ColumnData::Shape(codes, _) => i64::from(codes[row]),
        ColumnData::Float(_) | ColumnData::Duration(_) | ColumnData::Point(_) => 0,
    }
}

/// Sorts numbers, each with its place.
pub(super) fn by_number(numbers: Vec<i64>) -> Vec<(i64, u32)> {
    let mut sorted: Vec<(i64, u32)> = numbers.iter().copied().zip(0..).collect();
    let (Some(least), Some(most)) = (numbers.iter().min(), numbers.iter().max()) else { return sorted };
    if numbers.is_sorted() {
        return sorted;
    }
    if numbers.len() < WORTH_DIGITS {
        sorted.sort_unstable();
        return sorted;
    }
    let mut scattered = vec![(0, 0); sorted.len()];
    for shift in (0..u64::BITS - most.abs_diff(*least).leading_zeros()).step_by(DIGIT as usize) {
        let digit = |number: i64| (number.abs_diff(*least) >> shift) as usize & ((1 << DIGIT) - 1);
        let mut next = [0_usize; 1 << DIGIT];
        sorted.iter().for_each(|(number, _)| next[digit(*number)] += 1);
        let mut start = 0;
        for place in &mut next {
            start += std::mem::replace(place, start);
        }
        for pair in &sorted {
            let place = &mut next[digit(pair.0)];
            scattered[*place] = *pair;
            *place += 1;
        }
        std::mem::swap(&mut sorted, &mut scattered);
    }
    sorted
}
