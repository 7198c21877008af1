//! Whether a condition can be true, and whether it can be false; and what follows where it is true.

use super::interval::Interval;
use super::ranges::{Given, Key, Ranges};
use crate::program::{Expr, ExprKind, Kind, Value};
use crate::source::Span;
use crate::syntax::{BinaryOperator as B, UnaryOperator as U};

/// So many conditions are looked at for what follows from one.
const LOOKS: u32 = 200;

/// What a condition can be, beside missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) can_hold: bool,
    pub(super) can_fail: bool,
}

impl Truth {
    pub(super) const OPEN: Self = Self { can_hold: true, can_fail: true };

    pub(super) fn never(self) -> bool {
        !self.can_hold
    }

    pub(super) fn always(self) -> bool {
        !self.can_fail
    }
}

impl Ranges<'_> {
    /// What a condition can be where all that is given holds.
    pub(super) fn truth(&self, e: &Expr, given: &Given) -> Truth {
        match &e.kind {
            ExprKind::Constant(Value::Bool(b)) => Truth { can_hold: *b, can_fail: !*b },
            ExprKind::Let(id) => self.truth_of(*id),
            ExprKind::Unary(U::Not, operand) => {
                let truth = self.truth(operand, given);
                Truth { can_hold: truth.can_fail, can_fail: truth.can_hold }
            }
            ExprKind::Binary(B::And, left, right) => {
                let (a, b) = (self.truth(left, given), self.truth(right, &self.narrowed(given, left)));
                // If the left one cannot fail, what follows from it is so anyway.
                Truth { can_hold: a.can_hold && b.can_hold, can_fail: a.can_fail || b.can_fail }
            }
            ExprKind::Binary(B::Or, left, right) => {
                let (a, b) = (self.truth(left, given), self.truth(right, given));
                Truth { can_hold: a.can_hold || b.can_hold, can_fail: a.can_fail && b.can_fail }
            }
            ExprKind::Binary(operator, left, right) if is_measured(left) && is_measured(right) => {
                let (a, b) = (self.interval(left, given), self.interval(right, given));
                if a.is_empty() || b.is_empty() {
                    // What is given contradicts itself; that is said there.
                    return Truth::OPEN;
                }
                compare(*operator, a, b)
            }
            ExprKind::InRange { value, low, high, closed } if is_measured(value) => {
                let wraps = value.ty.kind == Kind::Hour;
                let [v, l, h] = [value, low, high].map(|part| self.interval(part, given));
                if wraps || [v, l, h].iter().any(|i| i.is_empty()) {
                    return Truth::OPEN;
                }
                let from = compare(B::GreaterOrEqual, v, l);
                let until = compare(if *closed { B::LessOrEqual } else { B::Less }, v, h);
                Truth { can_hold: from.can_hold && until.can_hold, can_fail: from.can_fail || until.can_fail }
            }
            ExprKind::InList { value, items } if is_measured(value) && items.iter().all(is_measured) => {
                let v = self.interval(value, given);
                let equal = |item: &Expr| compare(B::Equal, v, self.interval(item, given)).can_hold;
                Truth { can_hold: v.is_empty() || items.iter().any(equal), can_fail: true }
            }
            _ => Truth::OPEN,
        }
    }

    /// What is given, and what follows from a condition that is true.
    pub(super) fn narrowed(&self, given: &Given, condition: &Expr) -> Given {
        let mut given = given.clone();
        self.narrow(&mut given, condition, condition.span, &mut { LOOKS });
        given
    }

    fn narrow(&self, given: &mut Given, condition: &Expr, at: Span, left_over: &mut u32) {
        // Names for conditions of names could be followed without end.
        let Some(rest) = left_over.checked_sub(1) else { return };
        *left_over = rest;
        match &condition.kind {
            ExprKind::Binary(B::And, left, right) => {
                self.narrow(given, left, left.span, left_over);
                self.narrow(given, right, right.span, left_over);
            }
            // A name for a condition.
            ExprKind::Let(id) => {
                if let Some(declared) = self.model.and_then(|model| model.lets.get(id.index())) {
                    let mut inside = apart_from_words(given);
                    self.narrow(&mut inside, &declared.value, at, left_over);
                    given.extend(apart_from_words(&inside));
                }
            }
            ExprKind::Binary(operator, left, right) if is_measured(left) && is_measured(right) => {
                let (a, b) = (self.interval(left, given), self.interval(right, given));
                let whole = left.ty.kind == Kind::Int && right.ty.kind == Kind::Int;
                self.learn(given, left, bound(*operator, b, whole), at);
                self.learn(given, right, bound(turned(*operator), a, whole), at);
            }
            ExprKind::InRange { value, low, high, closed } if is_measured(value) && value.ty.kind != Kind::Hour => {
                let (l, h) = (self.interval(low, given), self.interval(high, given));
                let whole = value.ty.kind == Kind::Int && high.ty.kind == Kind::Int;
                self.learn(given, value, bound(B::GreaterOrEqual, l, whole), at);
                self.learn(given, value, bound(if *closed { B::LessOrEqual } else { B::Less }, h, whole), at);
            }
            _ => {}
        }
    }

    fn learn(&self, given: &mut Given, value: &Expr, interval: Option<Interval>, at: Span) {
        let Some((key, interval)) = self.key(value).zip(interval.filter(|i| i.is_bounded())) else { return };
        let known = given.get(&key).map_or(interval, |(before, _)| before.and(interval));
        // A contradiction is said where it stands, and says nothing about what comes after.
        if !known.is_empty() {
            given.insert(key, (known, at));
        }
    }
}

/// What is given without what goes by its words: they may mean something else in another place.
fn apart_from_words(given: &Given) -> Given {
    let named = given.iter().filter(|(key, _)| !matches!(key, Key::Written(_)));
    named.map(|(key, known)| (key.clone(), *known)).collect()
}

/// Whether it is of a kind that has an interval.
pub(super) fn is_measured(e: &Expr) -> bool {
    matches!(e.ty.kind, Kind::Int | Kind::Float | Kind::Money | Kind::Duration | Kind::Hour | Kind::Quantity(_))
}

fn compare(operator: B, a: Interval, b: Interval) -> Truth {
    let below = Truth { can_hold: !b.is_not_above(a), can_fail: !a.is_below(b) };
    let not_above = Truth { can_hold: !b.is_below(a), can_fail: !a.is_not_above(b) };
    let opposite = |truth: Truth| Truth { can_hold: truth.can_fail, can_fail: truth.can_hold };
    let apart = a.is_below(b) || b.is_below(a);
    match operator {
        B::Less => below,
        B::LessOrEqual => not_above,
        B::Greater => opposite(not_above),
        B::GreaterOrEqual => opposite(below),
        B::Equal => Truth { can_hold: !apart, can_fail: true },
        B::NotEqual => Truth { can_hold: true, can_fail: !apart },
        _ => Truth::OPEN,
    }
}

/// The operator with its sides exchanged.
fn turned(operator: B) -> B {
    match operator {
        B::Less => B::Greater,
        B::LessOrEqual => B::GreaterOrEqual,
        B::Greater => B::Less,
        B::GreaterOrEqual => B::LessOrEqual,
        other => other,
    }
}

/// What is known of a value that compares so with one of an interval.
fn bound(operator: B, other: Interval, whole: bool) -> Option<Interval> {
    let one = if whole { 1.0 } else { 0.0 };
    match operator {
        B::Equal => Some(other),
        B::GreaterOrEqual => Some(Interval { high: f64::INFINITY, high_open: false, ..other }),
        B::LessOrEqual => Some(Interval { low: f64::NEG_INFINITY, low_open: false, ..other }),
        B::Greater => Some(Interval { low: other.low + one, low_open: !whole, ..Interval::ALL }),
        B::Less => Some(Interval { high: other.high - one, high_open: !whole, ..Interval::ALL }),
        _ => None,
    }
}
