//! Literals: numbers with and without units, dates, times, spans of time.

use super::context::{Checker, Scope};
use super::kinds::{expression, fitting_units, kind_of, unknown};
use crate::diagnostics::Edits;
use crate::diagnostics::types::{
    EmptyWindow, MonthsAreNoValue, NoSuchDate, NotBetween, NotFixed, NumberOutOfRange, TypeMismatch, UnitNeeded,
    WholeNumberNeeded, WrongUnit,
};
use crate::program::{Expr, ExprKind, Kind, SpanOfTime, Type, Value};
use crate::source::Span;
use crate::syntax;
use chrono::{NaiveDate, NaiveDateTime, Timelike};
use watchfire_stdlib::units::{Unit, UnitKind};
use watchfire_stdlib::value::Duration;
use watchfire_stdlib::zone;

/// An exact decimal: `digits × 10^exponent`.
struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// `12`, `1.5`, `1e3`; none if it has more digits than can be held.
    fn parse(text: &str) -> Option<Self> {
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse().ok()?),
            None => (text, 0i32),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        let exponent = power.checked_sub(i32::try_from(part.len()).ok()?)?;
        Some(Self { digits, exponent })
    }

    /// Times a factor, if that is a whole number which can be held.
    fn times(&self, factor: i64) -> Option<i64> {
        let mut product = self.digits.checked_mul(i128::from(factor))?;
        if product == 0 {
            return Some(0);
        }
        for _ in 0..self.exponent.unsigned_abs().min(64) {
            if self.exponent > 0 {
                product = product.checked_mul(10)?;
            } else if product % 10 == 0 {
                product /= 10;
            } else {
                return None;
            }
        }
        i64::try_from(product).ok()
    }
}

fn constant(value: Value, kind: Kind, span: Span) -> Expr {
    expression(ExprKind::Constant(value), Type::new(kind), span)
}

impl Checker<'_> {
    /// A number literal.
    pub(super) fn number(
        &mut self,
        digits: &str,
        unit: Option<&syntax::Name>,
        span: Span,
        want: Option<&Kind>,
    ) -> Expr {
        let Some(number) = digits.parse::<f64>().ok().filter(|n| n.is_finite()) else {
            self.report(NumberOutOfRange { at: span, number: digits.to_owned() });
            return unknown(span);
        };
        if let Some(name) = unit {
            return match self.unit_named(name) {
                Some(unit) => self.measured(digits, number, unit, span),
                None => unknown(span),
            };
        }
        let whole = !digits.contains(['.', 'e', 'E']);
        if !whole {
            return constant(Value::float(number), Kind::Float, span);
        }
        match (digits.parse::<i64>(), want) {
            (Ok(hour), Some(Kind::Hour)) => match u8::try_from(hour).ok().filter(|h| *h < 24) {
                Some(hour) => constant(Value::Hour(hour), Kind::Hour, span),
                None => {
                    self.report(NotBetween { at: span, low: "0".to_owned(), high: "23".to_owned() });
                    unknown(span)
                }
            },
            (_, Some(Kind::Float)) => constant(Value::float(number), Kind::Float, span),
            (Ok(whole), _) => constant(Value::Int(whole), Kind::Int, span),
            (Err(_), _) => {
                self.report(NumberOutOfRange { at: span, number: digits.to_owned() });
                unknown(span)
            }
        }
    }

    fn measured(&mut self, digits: &str, number: f64, unit: &'static Unit, span: Span) -> Expr {
        let exact = |factor| Decimal::parse(digits).and_then(|d| d.times(factor));
        let found = match unit.kind {
            UnitKind::Quantity(dimension) => {
                let si = unit.to_si(number);
                if si.is_finite() {
                    return constant(Value::float(si), kind_of(dimension), span);
                }
                self.report(NumberOutOfRange { at: span, number: digits.to_owned() });
                return unknown(span);
            }
            UnitKind::Share => {
                return constant(Value::float(unit.to_si(number)), Kind::Float, span);
            }
            UnitKind::Micros(n) => {
                exact(n).map(|micros| (Value::Duration(Duration { days: 0, micros }), Kind::Duration))
            }
            UnitKind::Days(n) => exact(n).map(|days| (Value::Duration(Duration { days, micros: 0 }), Kind::Duration)),
            UnitKind::Money(n) => exact(n).map(|amount| (Value::Money(amount), Kind::Money)),
            UnitKind::Months(_) => {
                self.report(MonthsAreNoValue { at: span });
                return unknown(span);
            }
        };
        match found {
            Some((value, kind)) => constant(value, kind, span),
            None => {
                self.report(WholeNumberNeeded { at: span, unit: unit.name.to_owned() });
                unknown(span)
            }
        }
    }

    /// `2024-03-01`
    pub(super) fn date(&mut self, text: &str, span: Span) -> Expr {
        match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) => constant(Value::Date(zone::date_number(date)), Kind::Date, span),
            Err(_) => self.no_such_date(text, span),
        }
    }

    /// `2024-03-01T02:00`, wall time of the package's zone.
    pub(super) fn time(&mut self, text: &str, span: Span) -> Expr {
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
        let wall = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        let instant = wall.and_then(|wall| {
            let clock = i64::from(wall.num_seconds_from_midnight()) * 1_000_000 + i64::from(wall.nanosecond() / 1000);
            self.zone.at(zone::date_number(wall.date()), clock)
        });
        match instant {
            Some(time) => constant(Value::Time(time), Kind::Time, span),
            None => self.no_such_date(text, span),
        }
    }

    fn no_such_date(&mut self, text: &str, span: Span) -> Expr {
        self.report(NoSuchDate { at: span, text: text.to_owned() });
        unknown(span)
    }

    /// `02:00` as microseconds since midnight.
    pub(super) fn clock(&mut self, e: &syntax::Expr) -> Option<i64> {
        let syntax::ExprKind::Clock(text) = &e.kind else {
            self.report(NotFixed { at: e.span });
            return None;
        };
        let formats = ["%H:%M", "%H:%M:%S"];
        let clock = formats.iter().find_map(|format| chrono::NaiveTime::parse_from_str(text, format).ok());
        if clock.is_none() {
            self.report(NoSuchDate { at: e.span, text: text.clone() });
        }
        clock.map(|clock| i64::from(clock.num_seconds_from_midnight()) * 1_000_000)
    }

    /// A span of time that must be known now: a literal such as `30 days`, or a constant.
    pub(super) fn span_of_time(&mut self, e: &syntax::Expr) -> Option<SpanOfTime> {
        let span = match &e.kind {
            syntax::ExprKind::Parenthesised(inner) => return self.span_of_time(inner),
            syntax::ExprKind::Number { digits, unit: Some(name) } => {
                let unit = self.unit_named(name)?;
                let exact = |n| Decimal::parse(digits).and_then(|d| d.times(n));
                let span = match unit.kind {
                    UnitKind::Micros(n) => exact(n).map(|micros| SpanOfTime { micros, ..SpanOfTime::default() }),
                    UnitKind::Days(n) => exact(n).map(|days| SpanOfTime { days, ..SpanOfTime::default() }),
                    UnitKind::Months(n) => exact(n).map(|months| SpanOfTime { months, ..SpanOfTime::default() }),
                    _ => {
                        let fitting = fitting_units(&Kind::Duration);
                        self.report(WrongUnit {
                            at: e.span,
                            unit: unit.name.to_owned(),
                            ty: "Duration".to_owned(),
                            fitting,
                        });
                        return None;
                    }
                };
                if span.is_none() {
                    self.report(WholeNumberNeeded { at: e.span, unit: unit.name.to_owned() });
                }
                span?
            }
            syntax::ExprKind::Number { unit: None, .. } => {
                let insert = Some(Edits::after(e.span, " days"));
                let (expected, unit) = ("Duration".to_owned(), "days".to_owned());
                self.report(UnitNeeded { at: e.span, expected, unit, insert });
                return None;
            }
            _ => {
                let value = self.expr(&mut Scope::empty(), e, Some(&Kind::Duration));
                match self.fixed(&value)? {
                    Value::Duration(d) => SpanOfTime { months: 0, days: d.days, micros: d.micros },
                    _ => {
                        let found = self.kind_name(&value.ty.kind);
                        let expected = "Duration".to_owned();
                        self.report(TypeMismatch { at: e.span, expected, found, because: None });
                        return None;
                    }
                }
            }
        };
        let limit = |n: i64, most: i64| (0..=most).contains(&n);
        if span == SpanOfTime::default() {
            self.report(EmptyWindow { at: e.span });
            return None;
        }
        // A thousand years: far from the limits of the calendar's arithmetic.
        if limit(span.months, 12_000) && limit(span.days, 366_000) && limit(span.micros, 366_000 * 86_400_000_000) {
            return Some(span);
        }
        self.report(NotBetween { at: e.span, low: "0 s".to_owned(), high: "1000 years".to_owned() });
        None
    }

    /// The value of an expression that must be known now; otherwise an error, and none.
    pub(super) fn fixed(&mut self, e: &Expr) -> Option<Value> {
        if e.ty.kind == Kind::Unknown {
            return None;
        }
        let value = self.fold(e);
        if value.is_none() {
            self.report(NotFixed { at: e.span });
        }
        value
    }

    /// The value of an expression of constants.
    pub(super) fn fold(&self, e: &Expr) -> Option<Value> {
        use watchfire_stdlib::ops;
        let site = (e.span.file.0, e.span.start, e.span.end);
        match &e.kind {
            ExprKind::Constant(value) => Some(value.clone()),
            ExprKind::Unary(syntax::UnaryOperator::Negate, operand) => Some(ops::negate(&self.fold(operand)?, site)),
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.fold(left)?, self.fold(right)?);
                Some(match operator {
                    syntax::BinaryOperator::Add => ops::add(&left, &right, &self.zone, site),
                    syntax::BinaryOperator::Subtract => ops::subtract(&left, &right, &self.zone, site),
                    syntax::BinaryOperator::Multiply => ops::multiply(&left, &right, &e.ty.kind, site),
                    syntax::BinaryOperator::Divide => ops::divide(&left, &right, &e.ty.kind, site),
                    _ => return None,
                })
            }
            ExprKind::Call { function, arguments } => {
                let arguments: Option<Vec<Value>> = arguments.iter().map(|a| self.fold(a)).collect();
                super::calls::evaluate(function, &arguments?, &self.zone, site)
            }
            _ => None,
        }
        .filter(Value::is_known)
    }
}
