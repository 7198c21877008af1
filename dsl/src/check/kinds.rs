//! Types: how they are written, which fits where, and what is said where one does not.

use super::context::Checker;
use super::names::TypeName;
use crate::diagnostics::types::{EntityMismatch, TypeMismatch, UnitMismatch, UnitNeeded};
use crate::diagnostics::{Edits, Word, suggest};
use crate::program::{Expr, ExprKind, Kind, Type, Value};
use crate::source::Span;
use crate::syntax;
use watchfire_stdlib::types::{BUILT_IN_TYPES, Dimension, built_in_type};
use watchfire_stdlib::units::{UNITS, UnitKind, default_unit};

/// The kind of a quantity of this dimension: plain numbers and spans of time have kinds of their own.
pub(super) fn kind_of(dimension: Dimension) -> Kind {
    match dimension {
        Dimension::NONE => Kind::Float,
        Dimension::TIME => Kind::Duration,
        other => Kind::Quantity(other),
    }
}

/// The dimension of what can be multiplied and divided.
pub(super) fn dimension_of(kind: &Kind) -> Option<Dimension> {
    match kind {
        Kind::Int | Kind::Float => Some(Dimension::NONE),
        Kind::Duration => Some(Dimension::TIME),
        Kind::Quantity(dimension) => Some(*dimension),
        _ => None,
    }
}

/// Whether values of this kind have an order that `<` can use.
pub(super) fn is_ordered(kind: &Kind) -> bool {
    match kind {
        Kind::Int | Kind::Float | Kind::Money | Kind::Text | Kind::Date | Kind::Time => true,
        Kind::Duration | Kind::Hour | Kind::Quantity(_) | Kind::Level | Kind::Unknown => true,
        Kind::Bool | Kind::Point | Kind::Line | Kind::Polygon => false,
        Kind::Enum(_) | Kind::Entity(_) | Kind::List(_) => false,
    }
}

/// Whether a value is a number with a unit (or without): what can be summed.
pub(super) fn is_amount(kind: &Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Float | Kind::Money | Kind::Duration | Kind::Quantity(_) | Kind::Unknown)
}

/// Whether a value of `have` may stand where `want` is needed; whole numbers may stand for others.
pub(super) fn fits(have: &Kind, want: &Kind) -> bool {
    match (have, want) {
        (Kind::Unknown, _) | (_, Kind::Unknown) | (Kind::Int, Kind::Float) => true,
        (Kind::List(a), Kind::List(b)) => fits(a, b),
        _ => have == want,
    }
}

/// An expression.
pub(super) fn expression(kind: ExprKind, ty: Type, span: Span) -> Expr {
    Expr { kind, ty, span }
}

/// An expression with an error already reported.
pub(super) fn unknown(span: Span) -> Expr {
    expression(ExprKind::Constant(Value::Missing), Type::new(Kind::Unknown), span)
}

impl Checker<'_> {
    /// How a kind is written.
    pub(super) fn kind_name(&self, kind: &Kind) -> String {
        match kind {
            Kind::Enum(id) => self.enums.get(id.0 as usize).map_or_else(String::new, |e| e.name.to_string()),
            Kind::Entity(id) => self.entity_name(*id),
            Kind::List(inner) => format!("list of {}", self.kind_name(inner)),
            Kind::Level => "Level".to_owned(),
            Kind::Unknown => "?".to_owned(),
            other => match BUILT_IN_TYPES.iter().find(|(_, _, kind)| kind == other) {
                Some((name, ..)) => (*name).to_owned(),
                None => match other {
                    Kind::Quantity(dimension) => dimension_text(*dimension),
                    _ => String::new(),
                },
            },
        }
    }

    /// A type as written in the package.
    pub(super) fn type_named(&mut self, ty: &syntax::TypeName) -> Type {
        let name = &ty.name;
        let kind = match built_in_type(&name.text) {
            Some(kind) => kind,
            None => match self.type_at(name) {
                Some(TypeName::Entity(id)) => Kind::Entity(id),
                Some(TypeName::Enum(id)) => Kind::Enum(id),
                None => {
                    let built_in = BUILT_IN_TYPES.iter().flat_map(|(en, zh, _)| [*en, *zh]).map(str::to_owned);
                    let types = self.visible_names(name.span, |names| names.types.keys().cloned().collect());
                    let all: Vec<String> = types.into_iter().chain(built_in).collect();
                    self.unknown_name(name, Word::TYPE_NAME, all);
                    Kind::Unknown
                }
            },
        };
        let private = matches!(kind, Kind::Entity(id) if self.entities[id.0 as usize].private);
        Type { kind, optional: ty.optional, private }
    }

    /// The value itself where its type fits, a float where a whole number stands for one, else an error and a value
    /// of unknown type.
    pub(super) fn need(&mut self, value: Expr, want: &Kind, because: Option<Span>) -> Expr {
        if !fits(&value.ty.kind, want) {
            let span = value.span;
            self.misfit(&value, want, because);
            return unknown(span);
        }
        if value.ty.kind == Kind::Int && *want == Kind::Float { widen(value) } else { value }
    }

    /// Reports a value whose type does not fit.
    pub(super) fn misfit(&mut self, value: &Expr, want: &Kind, because: Option<Span>) {
        let at = value.span;
        let (found, expected) = (self.kind_name(&value.ty.kind), self.kind_name(want));
        match (&value.ty.kind, want) {
            (Kind::Unknown, _) | (_, Kind::Unknown) => {}
            (Kind::Entity(_), Kind::Entity(_)) => self.report(EntityMismatch { at, left: expected, right: found }),
            (Kind::Int | Kind::Float, want) if example_unit(want).is_some() => self.unit_needed(value, want),
            (have, want) if is_measured(have) && is_measured(want) => {
                self.report(UnitMismatch { at, left: expected, right: found, left_at: because, right_at: None });
            }
            _ => self.report(TypeMismatch { at, expected, found, because }),
        }
    }

    /// Reports a plain number where a quantity is needed.
    pub(super) fn unit_needed(&mut self, number: &Expr, want: &Kind) {
        let Some(unit) = example_unit(want) else { return };
        let literal = matches!(number.kind, ExprKind::Constant(_));
        let insert = literal.then(|| Edits::after(number.span, format!(" {unit}")));
        let expected = self.kind_name(want);
        self.report(UnitNeeded { at: number.span, expected, unit: unit.to_owned(), insert });
    }

    /// Reports two values that cannot be compared or added.
    pub(super) fn differ(&mut self, left: &Expr, right: &Expr, at: Span) {
        match (&left.ty.kind, &right.ty.kind) {
            (Kind::Unknown, _) | (_, Kind::Unknown) => {}
            (Kind::Entity(a), Kind::Entity(b)) => {
                let (left, right) = (self.entity_name(*a), self.entity_name(*b));
                self.report(EntityMismatch { at, left, right });
            }
            (Kind::Int | Kind::Float, other) if example_unit(other).is_some() => {
                self.unit_needed(left, &other.clone());
            }
            (other, Kind::Int | Kind::Float) if example_unit(other).is_some() => {
                self.unit_needed(right, &other.clone());
            }
            (a, b) if is_measured(a) && is_measured(b) => {
                let (a, b) = (self.kind_name(a), self.kind_name(b));
                let (left_at, right_at) = (Some(left.span), Some(right.span));
                self.report(UnitMismatch { at, left: a, right: b, left_at, right_at });
            }
            (a, b) => {
                let (expected, found) = (self.kind_name(a), self.kind_name(b));
                self.report(TypeMismatch { at: right.span, expected, found, because: Some(left.span) });
            }
        }
    }

    /// The unit of this name; an error with what was perhaps meant where there is none.
    pub(super) fn unit_named(&mut self, name: &syntax::Name) -> Option<&'static watchfire_stdlib::units::Unit> {
        let found = watchfire_stdlib::units::unit(&name.text);
        if found.is_none() {
            let all = UNITS.iter().flat_map(|u| [u.name, u.name_zh].into_iter().chain(u.aliases.iter().copied()));
            let suggestion = suggest(&name.text, all);
            let replace = suggestion.as_deref().map(|text| Edits::replace(name.span, text));
            self.report(crate::diagnostics::names::UnknownName {
                at: name.span,
                kind: Word::UNIT,
                name: name.text.clone(),
                suggestion,
                replace,
            });
        }
        found
    }
}

/// A whole number as a float.
pub(super) fn widen(value: Expr) -> Expr {
    let ty = Type { kind: Kind::Float, ..value.ty.clone() };
    let span = value.span;
    if let ExprKind::Constant(Value::Int(n)) = value.kind {
        #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is meant")]
        return expression(ExprKind::Constant(Value::float(n as f64)), ty, span);
    }
    let one = expression(ExprKind::Constant(Value::Float(1.0)), Type::new(Kind::Float), span);
    let product = ExprKind::Binary(syntax::BinaryOperator::Multiply, Box::new(value), Box::new(one));
    expression(product, ty, span)
}

fn is_measured(kind: &Kind) -> bool {
    matches!(kind, Kind::Quantity(_) | Kind::Duration | Kind::Money)
}

/// A unit in which values of this kind may be written.
pub(super) fn example_unit(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Quantity(dimension) => default_unit(*dimension).map(|u| u.name),
        Kind::Duration => Some("h"),
        Kind::Money => Some("yuan"),
        _ => None,
    }
}

/// Units that fit a kind.
pub(super) fn fitting_units(kind: &Kind) -> Vec<String> {
    let fits = |unit: UnitKind| match (kind, unit) {
        (Kind::Quantity(d), UnitKind::Quantity(u)) => *d == u,
        (Kind::Duration, UnitKind::Micros(_) | UnitKind::Days(_)) => true,
        (Kind::Money, UnitKind::Money(_)) => true,
        (Kind::Float | Kind::Int, UnitKind::Share) => true,
        _ => false,
    };
    UNITS.iter().filter(|u| fits(u.kind)).map(|u| u.name.to_owned()).collect()
}

/// A dimension without a name, by its base units.
fn dimension_text(dimension: Dimension) -> String {
    let parts = [("kg", dimension.mass), ("m", dimension.length), ("s", dimension.time), ("K", dimension.temperature)];
    let power = |exponent: i8| match exponent.unsigned_abs() {
        1 => String::new(),
        2 => "²".to_owned(),
        3 => "³".to_owned(),
        n => format!("^{n}"),
    };
    let side = |positive: bool| {
        let chosen = parts.iter().filter(|(_, e)| *e != 0 && (*e > 0) == positive);
        chosen.map(|(unit, e)| format!("{unit}{}", power(*e))).collect::<Vec<_>>().join("·")
    };
    let (above, below) = (side(true), side(false));
    match (above.is_empty(), below.is_empty()) {
        (_, true) => above,
        (true, false) => format!("1/{below}"),
        (false, false) => format!("{above}/{below}"),
    }
}
