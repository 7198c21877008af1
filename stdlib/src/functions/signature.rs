//! What arguments fit a function, and what kind its result has.

use super::Function;
use crate::types::{BUILT_IN_TYPES, Kind};

/// What fits a parameter, or what a result is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Exactly this kind; an `Int` also fits `Float`.
    Exact(Kind),
    /// One of these kinds.
    OneOf(&'static [Kind]),
    /// `Int`, `Float`, `Money`, `Duration` or a quantity.
    Amount,
    /// Anything that has an order: amounts, `Text`, `Date`, `Time`, `Hour`, levels.
    Ordered,
    /// The same kind as that parameter, counted from 0; of `Int` and `Float` both become `Float`.
    Same(usize),
}

/// How arguments do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// So many were wanted.
    Count(usize),
    /// This argument, counted from 0, does not fit; wanted is what the text says, in English and in Chinese.
    Argument {
        /// Which.
        index: usize,
        /// Names of the types that fit, in English.
        wanted: String,
        /// Names of the types that fit, in Chinese.
        wanted_zh: String,
    },
}

impl Pattern {
    /// An argument of this kind fits, given the kinds of the arguments before it.
    pub fn accepts(&self, kind: &Kind, before: &[Kind]) -> bool {
        if *kind == Kind::Unknown {
            return true;
        }
        match self {
            Self::Exact(Kind::Float) => matches!(kind, Kind::Int | Kind::Float),
            Self::Exact(wanted) => kind == wanted,
            Self::OneOf(kinds) => kinds.contains(kind),
            Self::Amount => {
                matches!(kind, Kind::Int | Kind::Float | Kind::Money | Kind::Duration | Kind::Quantity(_))
            }
            Self::Ordered => {
                Self::Amount.accepts(kind, before)
                    || matches!(kind, Kind::Text | Kind::Date | Kind::Time | Kind::Hour | Kind::Level)
            }
            Self::Same(index) => before.get(*index).is_none_or(|other| common(kind, other).is_some()),
        }
    }

    /// The types that fit, as words of a message.
    fn words(&self, before: &[Kind], chinese: bool) -> String {
        let or = if chinese { "或" } else { " or " };
        match self {
            Self::Exact(kind) => name(kind, chinese),
            Self::OneOf(kinds) => kinds.iter().map(|kind| name(kind, chinese)).collect::<Vec<_>>().join(or),
            Self::Amount if chinese => "数、金额、时长或带单位的量".into(),
            Self::Amount => "a number, money, a duration or a quantity".into(),
            Self::Ordered if chinese => "可比较大小的值".into(),
            Self::Ordered => "a value that has an order".into(),
            Self::Same(index) => match before.get(*index) {
                Some(kind) => name(kind, chinese),
                None if chinese => format!("与第 {} 个参数相同", index + 1),
                None => format!("the same as parameter {}", index + 1),
            },
        }
    }
}

/// The kind that both have; a whole number beside a number is a number.
fn common(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Unknown, other) | (other, Kind::Unknown) => Some(other.clone()),
        (Kind::Int, Kind::Float) | (Kind::Float, Kind::Int) => Some(Kind::Float),
        _ => (a == b).then(|| a.clone()),
    }
}

fn name(kind: &Kind, chinese: bool) -> String {
    let named = BUILT_IN_TYPES.iter().find(|(_, _, other)| other == kind);
    match (named, kind) {
        (Some((_, zh, _)), _) if chinese => (*zh).into(),
        (Some((en, _, _)), _) => (*en).into(),
        (None, Kind::Level) if chinese => "等级".into(),
        (None, Kind::Level) => "a level".into(),
        _ => format!("{kind:?}"),
    }
}

pub(super) fn result_kind(function: &Function, arguments: &[Kind]) -> Result<Kind, Mismatch> {
    if arguments.len() != function.parameters.len() {
        return Err(Mismatch::Count(function.parameters.len()));
    }
    for (index, (parameter, kind)) in function.parameters.iter().zip(arguments).enumerate() {
        let before = arguments.get(..index).unwrap_or_default();
        if !parameter.pattern.accepts(kind, before) {
            let wanted = parameter.pattern.words(before, false);
            return Err(Mismatch::Argument { index, wanted, wanted_zh: parameter.pattern.words(before, true) });
        }
    }
    Ok(match &function.result {
        Pattern::Exact(kind) => kind.clone(),
        Pattern::Same(index) => {
            let first = arguments.get(*index).cloned().unwrap_or(Kind::Unknown);
            let twins = function.parameters.iter().zip(arguments).filter(|(p, _)| p.pattern == Pattern::Same(*index));
            twins.fold(first, |kind, (_, twin)| common(&kind, twin).unwrap_or(kind))
        }
        Pattern::OneOf(_) | Pattern::Amount | Pattern::Ordered => Kind::Unknown,
    })
}

pub(super) fn written(function: &Function) -> String {
    let parameters: Vec<_> = function
        .parameters
        .iter()
        .map(|parameter| format!("{}: {}", parameter.name, parameter.pattern.words(&[], false)))
        .collect();
    let result = match (&function.result, function.wall) {
        (_, true) => "wall time".into(),
        (pattern, _) => pattern.words(&[], false),
    };
    let mark = if function.optional { "?" } else { "" };
    format!("{}({}): {result}{mark}", function.name, parameters.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::lookup;
    use crate::types::Dimension;

    fn kind_of(name: &str, arguments: &[Kind]) -> Result<Kind, Mismatch> {
        lookup(name).map_or(Ok(Kind::Unknown), |function| function.result_kind(arguments))
    }

    #[test]
    fn results_follow_arguments() {
        let length = Kind::Quantity(Dimension::LENGTH);
        assert_eq!(kind_of("distance", &[Kind::Point, Kind::Point]), Ok(length.clone()));
        assert_eq!(kind_of("abs", std::slice::from_ref(&length)), Ok(length.clone()));
        assert_eq!(kind_of("min_of", &[length.clone(), length.clone()]), Ok(length.clone()));
        assert_eq!(kind_of("min_of", &[Kind::Int, Kind::Float]), Ok(Kind::Float));
        assert_eq!(kind_of("sqrt", &[Kind::Int]), Ok(Kind::Float));
        assert_eq!(kind_of("weekday", &[Kind::Date]), Ok(Kind::Int));
        assert_eq!(kind_of("abs", &[Kind::Unknown]), Ok(Kind::Unknown));
    }

    #[test]
    fn misfits_say_what_is_wanted() {
        assert_eq!(kind_of("distance", &[Kind::Point]), Err(Mismatch::Count(2)));
        let misfit = |index, wanted: &str, wanted_zh: &str| {
            Err(Mismatch::Argument { index, wanted: wanted.into(), wanted_zh: wanted_zh.into() })
        };
        assert_eq!(
            kind_of("distance", &[Kind::Point, Kind::Text]),
            misfit(1, "Point or Line or Polygon", "位置或线路或区域")
        );
        assert_eq!(kind_of("weekday", &[Kind::Int]), misfit(0, "Date or Time", "日期或时间"));
        assert_eq!(kind_of("min_of", &[Kind::Date, Kind::Time]), misfit(1, "Date", "日期"));
        assert_eq!(kind_of("sqrt", &[Kind::Quantity(Dimension::AREA)]), misfit(0, "Float", "小数"));
    }

    #[test]
    fn signatures_are_readable() {
        let written = |name| lookup(name).map(Function::signature);
        assert_eq!(
            written("distance").as_deref(),
            Some("distance(p: Point or Line or Polygon, q: Point or Line or Polygon): Length")
        );
        assert_eq!(written("night").as_deref(), Some("night(t: Time): Date?"));
        assert_eq!(written("clock.hhmm").as_deref(), Some("clock.hhmm(day: Date, digits: Int): wall time"));
    }
}
