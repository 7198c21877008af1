//! From a raw cell to a typed value: what each kind of column reads (docs/ingest.md has the table).

use super::text::{self, Moment};
use crate::read::{RawCell, RawData};
use crate::rejects::Reason;
use std::sync::Arc;
use watchfire_dsl::program::{Column, Enum, Kind, ReferenceSystem};
use watchfire_stdlib::functions::Loaded;
use watchfire_stdlib::geo::Written;
use watchfire_stdlib::keys::is_placeholder;
use watchfire_stdlib::ops::{divide_half_even, round_half_even};
use watchfire_stdlib::units::{Unit, UnitKind};
use watchfire_stdlib::value::{DAY_MICROS, Duration, Value};
use watchfire_stdlib::zone::{Zone, is_date, is_time, wall_date};

/// What a raw cell is, before its time zone is applied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parsed {
    /// A value.
    Value(Value),
    /// A time on the wall of the column's zone.
    Wall(i64),
    /// Nothing.
    Missing,
    /// It does not fit.
    Bad(Reason),
}

impl From<Loaded> for Parsed {
    fn from(loaded: Loaded) -> Self {
        match loaded {
            Loaded::Value(Value::Missing) => Parsed::Missing,
            Loaded::Value(value) => Parsed::Value(value),
            Loaded::Wall(wall) => Parsed::Wall(wall),
        }
    }
}

impl From<Result<Value, Reason>> for Parsed {
    fn from(result: Result<Value, Reason>) -> Self {
        result.map_or_else(Parsed::Bad, Parsed::Value)
    }
}

/// Reads cells of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    kind: &'a Kind,
    enums: &'a [Enum],
    unit: Option<&'static Unit>,
    system: Option<ReferenceSystem>,
    pattern: Option<Vec<chrono::format::Item<'a>>>,
}

impl<'a> Reader<'a> {
    /// Reads raw cells as a column declares.
    pub(crate) fn of_column(column: &'a Column, enums: &'a [Enum]) -> Self {
        let load = &column.load;
        let pattern = load.format.as_ref().map(|format| chrono::format::StrftimeItems::new(format).collect());
        Self { kind: &column.ty.kind, enums, unit: load.unit, system: load.system, pattern }
    }

    /// Reads raw cells as a kind, without unit, form or reference system: arguments of loaders.
    pub(crate) fn of_kind(kind: &'a Kind) -> Self {
        Self { kind, enums: &[], unit: None, system: None, pattern: None }
    }

    /// Whether any cell of such a raw column could be read; the column as a whole is wrong otherwise.
    pub(crate) fn fits(&self, raw: &RawData) -> bool {
        use RawData as R;
        match raw {
            R::Null | R::Text(_) => return true,
            _ => {}
        }
        match self.kind {
            Kind::Bool => matches!(raw, R::Bool(_) | R::Int(_) | R::Float(_) | R::Decimal(..)),
            Kind::Int | Kind::Float | Kind::Quantity(_) | Kind::Money | Kind::Hour => is_numeric(raw),
            Kind::Text | Kind::Enum(_) | Kind::Entity(_) => !matches!(raw, R::Span(_)),
            Kind::Date | Kind::Time => match raw {
                R::Date(_) | R::Wall(_) | R::Instant(_) => true,
                R::Int(_) => self.pattern.is_some(),
                _ => false,
            },
            Kind::Duration => matches!(raw, R::Span(_) | R::Clock(_)) || is_numeric(raw) && self.unit.is_some(),
            _ => false,
        }
    }

    /// What is in a cell. Entities and texts are read by [`super::column`].
    pub(crate) fn read(&self, cell: RawCell<'_>) -> Parsed {
        if let RawCell::Null = cell {
            return Parsed::Missing;
        }
        if let RawCell::Text(raw) = cell
            && !matches!(self.kind, Kind::Text)
            && is_placeholder(raw)
            && self.variant(raw).is_none()
        {
            return Parsed::Missing;
        }
        match self.kind {
            Kind::Bool => match cell {
                RawCell::Bool(truth) => Ok(Value::Bool(truth)),
                cell => truth_of(cell).map(Value::Bool).ok_or(Reason::NoBool),
            }
            .into(),
            Kind::Int => whole_of(cell).map(Value::Int).into(),
            Kind::Hour => match whole_of(cell) {
                Ok(hour) => {
                    let hour = u8::try_from(hour).ok().filter(|hour| *hour < 24);
                    hour.map(Value::Hour).ok_or(Reason::OutOfRange).into()
                }
                Err(reason) => Parsed::Bad(reason),
            },
            Kind::Float | Kind::Quantity(_) => match number_of(cell) {
                Ok(number) => {
                    let number = self.unit.map_or(number, |unit| unit.to_si(number));
                    if number.is_nan() { Parsed::Bad(Reason::NotANumber) } else { Parsed::Value(Value::float(number)) }
                }
                Err(reason) => Parsed::Bad(reason),
            },
            Kind::Money => self.money(cell).map(Value::Money).into(),
            Kind::Text => match (cell, text::cell_text(cell)) {
                (RawCell::Float(number), _) if number.is_nan() => Parsed::Bad(Reason::NotANumber),
                (_, Some(text)) => Parsed::Value(Value::Text(text)),
                (_, None) => Parsed::Bad(Reason::NoDuration),
            },
            Kind::Date | Kind::Time => self.moment(cell),
            Kind::Duration => self.span(cell).map(Value::Duration).into(),
            Kind::Point => match cell {
                RawCell::Text(raw) => match text::position(raw) {
                    Some((longitude, latitude)) => self.point(longitude, latitude),
                    None => match self.shape(raw) {
                        point @ Parsed::Value(_) => point,
                        _ => Parsed::Bad(Reason::NoPoint),
                    },
                },
                _ => Parsed::Bad(Reason::NoPoint),
            },
            Kind::Line | Kind::Polygon => match cell {
                RawCell::Text(raw) => self.shape(raw),
                _ => Parsed::Bad(if *self.kind == Kind::Line { Reason::NoLine } else { Reason::NoPolygon }),
            },
            Kind::Enum(id) => match text::cell_text(cell).and_then(|raw| self.variant(&raw)) {
                Some(variant) => Parsed::Value(Value::Enum(*id, variant)),
                None => Parsed::Bad(Reason::NoVariant),
            },
            _ => Parsed::Bad(Reason::Refused(watchfire_stdlib::functions::Refusal {
                reason: "columns of this type cannot be loaded",
                reason_zh: "无法读取这种类型的列",
            })),
        }
    }

    /// The variant that a raw text means.
    fn variant(&self, raw: &str) -> Option<u32> {
        let Kind::Enum(id) = self.kind else { return None };
        let raw = raw.trim();
        let variants = &self.enums.get(id.0 as usize)?.variants;
        let is =
            |(name, others): &(Arc<str>, Vec<Arc<str>>)| **name == *raw || others.iter().any(|other| **other == *raw);
        variants.iter().position(is).map(|place| place as u32)
    }

    /// A position in the column's reference system.
    pub(crate) fn point(&self, longitude: f64, latitude: f64) -> Parsed {
        let system = self.system.unwrap_or(ReferenceSystem::Wgs84);
        system.to_wgs84(longitude, latitude).map(Value::Point).ok_or(Reason::OutOfRange).into()
    }

    /// A place as WKT, GeoJSON or WKB, its positions in the column's reference system.
    fn shape(&self, raw: &str) -> Parsed {
        let system = self.system.unwrap_or(ReferenceSystem::Wgs84);
        let to_wgs84 = |longitude, latitude| system.to_wgs84(longitude, latitude);
        let read = Written::read(raw).and_then(|written| match self.kind {
            Kind::Line => written.line(to_wgs84).map(|line| Value::Line(Arc::new(line))),
            Kind::Polygon => written.polygon(to_wgs84).map(|polygon| Value::Polygon(Arc::new(polygon))),
            _ => written.point(to_wgs84).map(Value::Point),
        });
        read.map_err(Reason::Refused).into()
    }

    fn money(&self, cell: RawCell<'_>) -> Result<i64, Reason> {
        let unit = match self.unit.map(|unit| unit.kind) {
            Some(UnitKind::Money(unit)) => unit,
            _ => 10_000,
        };
        let float = |float: f64| {
            if float.is_nan() {
                return Err(Reason::NotANumber);
            }
            let (digits, scale) = text::decimal(&text::number_text(float)).ok_or(Reason::OutOfRange)?;
            text::money(digits, scale, unit)
        };
        match cell {
            RawCell::Int(number) => text::money(i128::from(number), 0, unit),
            RawCell::Wide(number) => text::money(number, 0, unit),
            RawCell::Decimal(digits, scale) => text::money(digits, scale, unit),
            RawCell::Float(number) => float(number),
            RawCell::Text(raw) => match text::decimal(raw.trim()) {
                Some((digits, scale)) => text::money(digits, scale, unit),
                None => text::number(raw).and_then(float),
            },
            _ => Err(Reason::NoNumber),
        }
    }

    fn moment(&self, cell: RawCell<'_>) -> Parsed {
        let bad = if *self.kind == Kind::Date { Reason::NoDate } else { Reason::NoTime };
        let written = |raw: &str| match &self.pattern {
            Some(pattern) => text::moment_as(raw, pattern),
            None => text::moment(raw),
        };
        let moment = match cell {
            RawCell::Text(raw) => written(raw),
            RawCell::Int(number) => written(&number.to_string()),
            RawCell::Date(date) => watchfire_stdlib::zone::wall_time(date, 0).map(Moment::Wall),
            RawCell::Wall(wall) => Some(Moment::Wall(wall)),
            RawCell::Instant(time) => Some(Moment::Instant(time)),
            _ => None,
        };
        match (self.kind, moment) {
            (_, None) => Parsed::Bad(bad),
            (_, Some(Moment::Instant(time))) if !is_time(time) => Parsed::Bad(Reason::OutOfRange),
            (_, Some(Moment::Instant(time))) => Parsed::Value(Value::Time(time)),
            (Kind::Date, Some(Moment::Wall(wall))) => date_of_wall(wall).into(),
            (_, Some(Moment::Wall(wall))) => Parsed::Wall(wall),
        }
    }

    fn span(&self, cell: RawCell<'_>) -> Result<Duration, Reason> {
        let micros = |micros: i64| Duration { days: 0, micros };
        let (digits, scale) = match cell {
            RawCell::Span(span) | RawCell::Clock(span) => return Ok(micros(span)),
            RawCell::Text(raw) => match (text::span(raw), text::decimal(raw.trim())) {
                (Some(span), _) => return Ok(span),
                (None, Some(decimal)) => decimal,
                (None, None) => return Err(Reason::NoDuration),
            },
            RawCell::Int(number) => (i128::from(number), 0),
            RawCell::Wide(number) => (number, 0),
            RawCell::Decimal(digits, scale) => (digits, scale),
            RawCell::Float(number) => match self.unit.map(|unit| unit.kind) {
                Some(UnitKind::Micros(unit)) if !number.is_nan() => {
                    return round_half_even(number * unit as f64).map(micros).ok_or(Reason::OutOfRange);
                }
                _ => (i128::from(text::whole_float(number)?), 0),
            },
            _ => return Err(Reason::NoDuration),
        };
        match self.unit.map(|unit| unit.kind) {
            Some(UnitKind::Micros(unit)) => {
                let divisor = 10_i128.checked_pow(scale).ok_or(Reason::OutOfRange)?;
                let dividend = digits.checked_mul(i128::from(unit)).ok_or(Reason::OutOfRange)?;
                let rounded = divide_half_even(dividend, divisor).ok_or(Reason::OutOfRange)?;
                i64::try_from(rounded).map(micros).map_err(|_| Reason::OutOfRange)
            }
            Some(UnitKind::Days(unit)) => {
                let days = text::whole_decimal(digits, scale)?.checked_mul(unit).ok_or(Reason::OutOfRange)?;
                Ok(Duration { days, micros: 0 })
            }
            _ => Err(Reason::NoDuration),
        }
    }
}

/// Applies the column's zone: a wall time becomes an instant, an instant in a date column its day.
pub(crate) fn settle(parsed: Parsed, kind: &Kind, zone: &Zone) -> Result<Value, Reason> {
    match parsed {
        Parsed::Bad(reason) => Err(reason),
        Parsed::Missing => Ok(Value::Missing),
        Parsed::Wall(wall) if *kind == Kind::Date => date_of_wall(wall),
        Parsed::Wall(wall) => zone.instant(wall).map(Value::Time).ok_or(Reason::OutOfRange),
        Parsed::Value(Value::Time(time)) if *kind == Kind::Date => {
            zone.wall(time).map_or(Err(Reason::OutOfRange), date_of_wall)
        }
        Parsed::Value(value) => Ok(value),
    }
}

/// The date of a wall time at midnight.
fn date_of_wall(wall: i64) -> Result<Value, Reason> {
    if wall.rem_euclid(DAY_MICROS) != 0 {
        return Err(Reason::NoDate);
    }
    let date = wall_date(wall);
    if is_date(date) { Ok(Value::Date(date)) } else { Err(Reason::OutOfRange) }
}

fn is_numeric(raw: &RawData) -> bool {
    matches!(raw, RawData::Int(_) | RawData::Wide(_) | RawData::Float(_) | RawData::Decimal(..))
}

fn truth_of(cell: RawCell<'_>) -> Option<bool> {
    match whole_of(cell) {
        Ok(0) => Some(false),
        Ok(1) => Some(true),
        _ => match cell {
            RawCell::Text(raw) => text::truth(raw),
            _ => None,
        },
    }
}

fn whole_of(cell: RawCell<'_>) -> Result<i64, Reason> {
    match cell {
        RawCell::Int(number) => Ok(number),
        RawCell::Wide(number) => i64::try_from(number).map_err(|_| Reason::OutOfRange),
        RawCell::Float(number) => text::whole_float(number),
        RawCell::Decimal(digits, scale) => text::whole_decimal(digits, scale),
        RawCell::Text(raw) => text::whole(raw),
        _ => Err(Reason::NoInt),
    }
}

fn number_of(cell: RawCell<'_>) -> Result<f64, Reason> {
    match cell {
        RawCell::Int(number) => Ok(number as f64),
        RawCell::Wide(number) => Ok(number as f64),
        RawCell::Float(number) if number.is_nan() => Err(Reason::NotANumber),
        RawCell::Float(number) => Ok(number),
        RawCell::Decimal(digits, scale) => text::number(&text::decimal_text(digits, scale)),
        RawCell::Text(raw) => text::number(raw),
        _ => Err(Reason::NoNumber),
    }
}
