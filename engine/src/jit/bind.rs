//! Constants of a form, once its data is known.

use super::form::Constant;
use crate::table::{ColumnData, Table};
use watchfire_dsl::program::{ColumnId, SourceId};
use watchfire_stdlib::exact::odd_parts;
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// Constants of a form over a table, as the bits that its code loads; `None`: one of them cannot be said. `tables`: by
/// source.
pub(super) fn constants<'t>(
    constants: &[Constant],
    table: Option<&Table>,
    zone: &Zone,
    tables: impl Fn(SourceId) -> Option<&'t Table>,
) -> Option<Vec<u64>> {
    let clock = constants.contains(&Constant::Offset).then(|| clock(table?, zone));
    constants.iter().map(|constant| bits(constant, &tables, clock.flatten())).collect()
}

fn bits<'t>(constant: &Constant, tables: impl Fn(SourceId) -> Option<&'t Table>, clock: Option<Clock>) -> Option<u64> {
    let whole = |number: i64| number.cast_unsigned();
    Some(match constant {
        Constant::Whole(value) => whole(whole_of(value)?),
        Constant::Float(Value::Float(number)) => number.to_bits(),
        #[expect(clippy::cast_precision_loss, reason = "exact, or it would not be a constant of a form")]
        Constant::Float(Value::Int(number)) => (*number as f64).to_bits(),
        Constant::Float(_) => return None,
        Constant::Rank(source, column, value) => rank(tables(*source)?, *column, value)?,
        Constant::Offset => whole(clock?.offset),
        Constant::OffsetFrom => whole(clock?.from),
        Constant::OffsetUntil => whole(clock?.until),
        Constant::Weight(weights, place) => whole(*Weights::of(weights)?.multiples.get(*place)?),
        Constant::Unit(weights) => Weights::of(weights)?.unit.to_bits(),
    })
}

fn whole_of(value: &Value) -> Option<i64> {
    Some(match value {
        Value::Int(n) | Value::Money(n) | Value::Time(n) => *n,
        Value::Date(days) => i64::from(*days),
        Value::Hour(hour) => i64::from(*hour),
        Value::Enum(_, variant) => i64::from(*variant),
        Value::Duration(span) => span.total_micros(),
        _ => return None,
    })
}

/// Where a value stands among the doubled codes of a dictionary: 2 × code + 1 if it is there, else between two of them.
fn rank(table: &Table, column: ColumnId, value: &Value) -> Option<u64> {
    let found = match (&table.column(column)?.data, value) {
        (ColumnData::Text(_, texts), Value::Text(text)) => texts.binary_search(text),
        (ColumnData::Entity(_, keys), Value::Entity(key)) => keys.binary_search(key),
        _ => return None,
    };
    Some(found.map_or_else(|place| 2 * place as u64, |place| 2 * place as u64 + 1))
}

/// The one offset of a zone over the times of a table.
#[derive(Clone, Copy)]
struct Clock {
    offset: i64,
    from: i64,
    until: i64,
}

fn clock(table: &Table, zone: &Zone) -> Option<Clock> {
    let (from, until) = table.time_range()?;
    Some(Clock { offset: zone.offset_between(from, until)?, from, until })
}

/// Weights as whole multiples of one unit, which is a power of two: their sums are exact.
struct Weights {
    multiples: Vec<i64>,
    unit: f64,
}

impl Weights {
    fn of(weights: &[Value]) -> Option<Self> {
        let parts: Vec<(i64, i32)> = weights.iter().map(parts).collect::<Option<_>>()?;
        let unit = parts.iter().filter(|(odd, _)| *odd != 0).map(|(_, exponent)| *exponent).min().unwrap_or(0);
        let multiple = |(odd, exponent): &(i64, i32)| {
            if *odd == 0 {
                return Some(0);
            }
            let shift = u32::try_from(exponent - unit).ok().filter(|shift| *shift < 62)?;
            odd.checked_mul(1 << shift)
        };
        let multiples: Vec<i64> = parts.iter().map(multiple).collect::<Option<_>>()?;
        let total: i128 = multiples.iter().map(|multiple| i128::from(multiple.unsigned_abs())).sum();
        let unit = (-900..900).contains(&unit).then(|| 2_f64.powi(unit))?;
        (total < 1 << 62).then_some(Self { multiples, unit })
    }
}

/// A weight as a whole number and a power of two; whole weights keep their unit of 1.
fn parts(value: &Value) -> Option<(i64, i32)> {
    match value {
        Value::Int(number) => Some((*number, 0)),
        Value::Float(number) => odd_parts(*number),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "the multiples are small enough")]
    fn weights_are_multiples_of_their_unit() {
        let numbers = [0.1, 0.25, 3.0, -1.5, 0.0];
        let weights = Weights::of(&numbers.map(Value::Float)).unwrap();
        for (number, multiple) in numbers.iter().zip(&weights.multiples) {
            assert_eq!(*multiple as f64 * weights.unit, *number);
        }
        assert!(Weights::of(&[Value::Float(1e300), Value::Float(1e-300)]).is_none());
        assert!(Weights::of(&[Value::Float(f64::INFINITY)]).is_none());
        let whole = Weights::of(&[Value::Int(4), Value::Int(-2)]).unwrap();
        assert_eq!((whole.multiples, whole.unit), (vec![4, -2], 1.0));
    }
}
