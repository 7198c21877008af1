//! Between which ends the values of expressions lie.

use super::interval::Interval;
use super::truth::Truth;
use crate::program::{
    AggregateFunction as A, Expr, ExprKind, FactId, Kind, LetId, Model, ParameterId, PeerFunction, Program, RowSlot,
    Value,
};
use crate::source::{SourceMap, Span};
use crate::syntax::{BinaryOperator as B, UnaryOperator as U};
use std::collections::BTreeMap;

/// A value that is the same wherever it stands in a condition, by what names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Let(LetId),
    Fact(FactId),
    Column(RowSlot, u32, u32),
    /// As it is written: `dwellings.area`.
    Written(String),
}

/// What conditions that hold already say, and where they say it.
pub(super) type Given = BTreeMap<Key, (Interval, Span)>;

/// The ranges of a program's values for one choice of its parameters, or for all that are allowed.
pub(super) struct Ranges<'p> {
    pub(super) program: &'p Program,
    pub(super) texts: &'p SourceMap,
    /// Texts of functions: the same words there mean other things at each call.
    pub(super) functions: &'p [Span],
    parameters: Vec<Interval>,
    facts: Vec<Interval>,
    lets: Vec<(Interval, Truth)>,
    pub(super) model: Option<&'p Model>,
}

impl<'p> Ranges<'p> {
    /// For all values that the parameters' declarations allow.
    pub(super) fn declared(program: &'p Program, texts: &'p SourceMap, functions: &'p [Span]) -> Self {
        let parameters = program.parameters.iter().map(|parameter| match &parameter.range {
            Some((low, high, closed)) => Interval::range(low, high, *closed),
            None => Interval::ALL,
        });
        Self::with(program, texts, functions, parameters.collect())
    }

    /// For the defaults and the values of each profile: of the first, the defaults alone.
    pub(super) fn chosen(program: &'p Program, texts: &'p SourceMap, functions: &'p [Span]) -> Vec<Self> {
        let nothing = BTreeMap::new();
        let all = std::iter::once(&nothing).chain(program.profiles.values());
        let chosen = all.map(|profile| {
            let value = |(id, parameter): (ParameterId, &crate::program::Parameter)| {
                let value = profile.get(&id).unwrap_or(&parameter.default);
                Interval::of(value).unwrap_or(Interval::ALL)
            };
            let parameters = (0u32..).map(ParameterId).zip(&program.parameters).map(value).collect();
            Self::with(program, texts, functions, parameters)
        });
        chosen.collect()
    }

    fn with(program: &'p Program, texts: &'p SourceMap, functions: &'p [Span], parameters: Vec<Interval>) -> Self {
        let mut ranges =
            Self { program, texts, functions, parameters, facts: Vec::new(), lets: Vec::new(), model: None };
        // Each comes after those that it uses.
        for fact in &program.facts {
            let interval = ranges.interval(&fact.value, &Given::new());
            ranges.facts.push(interval);
        }
        ranges
    }

    /// Turns to a model, or to what stands outside of models.
    pub(super) fn turn_to(&mut self, model: Option<&'p Model>) {
        self.model = model;
        self.lets.clear();
        for declared in model.iter().flat_map(|model| &model.lets) {
            // Each comes after those that it uses.
            let known = match declared.value.ty.kind {
                Kind::Bool => (Interval::ALL, self.truth(&declared.value, &Given::new())),
                _ => (self.interval(&declared.value, &Given::new()), Truth::OPEN),
            };
            self.lets.push(known);
        }
    }

    /// What a `let` can be, whatever is given.
    pub(super) fn truth_of(&self, id: LetId) -> Truth {
        self.lets.get(id.index()).map_or(Truth::OPEN, |(_, truth)| *truth)
    }

    /// What names a value, so that what is said of it once holds for it elsewhere.
    pub(super) fn key(&self, e: &Expr) -> Option<Key> {
        match &e.kind {
            ExprKind::Let(id) => Some(Key::Let(*id)),
            // A whole number where any number may stand.
            ExprKind::Binary(B::Multiply, value, one)
                if value.ty.kind == Kind::Int && matches!(one.kind, ExprKind::Constant(Value::Float(1.0))) =>
            {
                self.key(value)
            }
            ExprKind::Fact { fact, entity } if matches!(entity.kind, ExprKind::This) => Some(Key::Fact(*fact)),
            ExprKind::Column { row, source, column } if row.is_own() => Some(Key::Column(row.slot, source.0, column.0)),
            ExprKind::Aggregate(a) if a.function == A::The && !self.is_in_function(e.span) => {
                let text = self.texts.text(e.span);
                let path = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
                path.then(|| Key::Written(text.to_owned()))
            }
            _ => None,
        }
    }

    /// Whether a place lies in a function's text.
    pub(super) fn is_in_function(&self, at: Span) -> bool {
        self.functions.iter().any(|f| f.file == at.file && f.start <= at.start && at.end <= f.end)
    }

    /// What a value is at least and at most, where it is known.
    pub(super) fn interval(&self, e: &Expr, given: &Given) -> Interval {
        let own = self.own(e, given);
        match self.key(e).and_then(|key| given.get(&key)) {
            Some((more, _)) => own.and(*more),
            None => own,
        }
    }

    fn own(&self, e: &Expr, given: &Given) -> Interval {
        match &e.kind {
            ExprKind::Constant(value) => Interval::of(value).unwrap_or(Interval::ALL),
            ExprKind::Parameter(id) => self.parameters.get(id.index()).copied().unwrap_or(Interval::ALL),
            ExprKind::Let(id) => self.lets.get(id.index()).map_or(Interval::ALL, |(interval, _)| *interval),
            ExprKind::Fact { fact, .. } => self.facts.get(fact.index()).copied().unwrap_or(Interval::ALL),
            ExprKind::Unary(U::Negate, operand) => self.interval(operand, given).negate(),
            ExprKind::Binary(operator, left, right) => {
                let (a, b) = (self.interval(left, given), self.interval(right, given));
                self.arithmetic(*operator, e, (left, a), (right, b))
            }
            ExprKind::About { body, .. } => self.interval(body, &Given::new()),
            ExprKind::Score(rules) => {
                let zero = Interval::closed(0.0, 0.0);
                let rule = |sum: Interval, (weight, condition): &(Expr, Expr)| {
                    if self.truth(condition, given).never() {
                        return sum;
                    }
                    sum.add(self.interval(weight, given).or(zero))
                };
                rules.iter().fold(zero, rule)
            }
            ExprKind::Call { function, arguments } => match (function.name, arguments.as_slice()) {
                ("hour", _) => Interval::closed(0.0, 23.0),
                ("distance" | "abs" | "length", _) => Interval::FROM_ZERO,
                _ => Interval::ALL,
            },
            ExprKind::Aggregate(aggregate) => {
                let value = || match &aggregate.value {
                    // Rows inside have names of their own.
                    Some(value) => self.interval(value, &Given::new()),
                    None => Interval::ALL,
                };
                match aggregate.function {
                    A::Count | A::CountDistinct | A::Stddev | A::LongestRun | A::MaxOverlap => Interval::FROM_ZERO,
                    // Of no rows it is zero.
                    A::Sum => value().sign(),
                    A::Mean | A::Min | A::Max | A::Quantile(_) | A::MostCommon => value(),
                    A::First | A::Last | A::The | A::Nearest => value(),
                    _ => Interval::ALL,
                }
            }
            ExprKind::Peers(peers) => match peers.function {
                PeerFunction::Mean | PeerFunction::Quantile(_) => self.interval(&peers.value, &Given::new()),
                PeerFunction::Stddev => Interval::FROM_ZERO,
                PeerFunction::Percentile => Interval::closed(0.0, 1.0),
                PeerFunction::Zscore => Interval::ALL,
            },
            _ if e.ty.kind == Kind::Hour => Interval::closed(0.0, 23.0),
            _ => Interval::ALL,
        }
    }

    fn arithmetic(
        &self,
        operator: B,
        e: &Expr,
        (left, a): (&Expr, Interval),
        (right, b): (&Expr, Interval),
    ) -> Interval {
        let plain = |e: &Expr| matches!(e.ty.kind, Kind::Int | Kind::Float | Kind::Quantity(_));
        let same = left.ty.kind == right.ty.kind || (plain(left) && plain(right));
        let counted = plain(e) || matches!(e.ty.kind, Kind::Duration | Kind::Money);
        match operator {
            B::Add if same && counted => a.add(b),
            // Of times and dates the difference may be anything.
            B::Subtract if same && counted && (plain(left) || left.ty.kind == e.ty.kind) => a.subtract(b),
            B::Multiply if plain(e) && plain(left) && plain(right) => a.multiply(b),
            B::Divide if plain(e) && plain(left) && plain(right) => a.divide(b),
            B::Multiply if counted => a.sign().multiply(b.sign()),
            B::Divide if counted => a.sign().divide(b.sign()),
            B::Otherwise => a.or(b),
            _ => Interval::ALL,
        }
    }

    /// Whether a value of this expression is fixed in the text.
    pub(super) fn is_constant(e: &Expr) -> bool {
        let mut constant = true;
        e.visit(&mut |part| {
            let computed = matches!(
                part.kind,
                ExprKind::Constant(_)
                    | ExprKind::Unary(..)
                    | ExprKind::Binary(..)
                    | ExprKind::Call { .. }
                    | ExprKind::InRange { .. }
                    | ExprKind::InList { .. }
            );
            constant &= computed;
        });
        constant
    }

    /// A value of this kind, for the person who reads.
    pub(super) fn shown(&self, kind: &Kind, number: f64) -> Option<String> {
        if !number.is_finite() {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the ends of whole values are whole")]
        let whole = number as i64;
        let value = match kind {
            Kind::Int => Value::Int(whole),
            Kind::Money => Value::Money(whole),
            Kind::Hour => return Some(format!("{whole}")),
            Kind::Duration => Value::Duration(watchfire_stdlib::value::Duration { days: 0, micros: whole }),
            Kind::Float | Kind::Quantity(_) => Value::Float(number),
            _ => return None,
        };
        let style = watchfire_stdlib::format::Style {
            language: crate::diagnostics::Language::En,
            zone: &watchfire_stdlib::zone::Zone::UTC,
            names: &watchfire_stdlib::format::NoNames,
        };
        Some(style.show(&value, kind, None, &watchfire_stdlib::format::FormatSpec::default()))
    }
}
