//! Numbers of forms.

use super::{DEEPEST, LARGEST, Lowering, Sort, layout};
use crate::jit::form::{
    Calendar, Clock, Constant, Fact, FactFunction, FactRows, Input, Lane, Layout, Number, Operator, Taken,
};
use crate::plan::{Arithmetic, FromNode, Node, NodeKind};
use watchfire_dsl::program::{Row, SourceId};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

impl<'a> Lowering<'a> {
    pub(super) fn number(&mut self, node: &'a Node) -> Option<(Number, Sort)> {
        self.size += 1;
        if self.size > LARGEST || self.depth > DEEPEST {
            return None;
        }
        self.depth += 1;
        let before = self.left.len();
        let number = self.try_number(node);
        self.depth -= 1;
        if number.is_none() {
            self.leave(node, before);
        }
        number
    }

    fn try_number(&mut self, node: &'a Node) -> Option<(Number, Sort)> {
        if let Some(value) = self.constant_of(node) {
            let sort = match &value {
                Value::Int(_) => Sort::Int,
                Value::Float(_) => Sort::Float,
                Value::Money(_) => Sort::Money,
                Value::Time(_) => Sort::Time,
                Value::Date(_) => Sort::Date,
                Value::Hour(_) => Sort::Hour,
                Value::Duration(_) => Sort::Duration,
                Value::Enum(id, _) => Sort::Variant(*id),
                _ => return None,
            };
            return Some((self.constant(value, sort)?, sort));
        }
        match &node.kind {
            NodeKind::Column(row, _, column) => {
                let (layout, sort) = match &node.ty {
                    Kind::Text | Kind::Entity(_) => (Layout::Code, Sort::Code(self.source_of(row)?, *column)),
                    ty => layout(ty)?,
                };
                Some((Number::Input(self.cell(row, *column, layout)?), sort))
            }
            NodeKind::Aggregate(aggregate) if matches!(aggregate.from, FromNode::Entities(..)) => {
                let place = match self.elements_of(aggregate) {
                    Ok(place) => place,
                    Err(why) => {
                        self.why = Some(why);
                        return None;
                    }
                };
                Some((Number::Input(self.input(Input::Elements(place), Layout::Whole)), Sort::Int))
            }
            NodeKind::Aggregate(aggregate) => {
                let (fact, function) = self.fact(aggregate)?;
                let (layout, sort) = match (function, &node.ty) {
                    (_, Kind::Text | Kind::Entity(_)) => (Layout::Code, self.code_of(fact)?),
                    (one, Kind::Duration) if one.is_one_of_them() => (Layout::Whole, Sort::Duration),
                    (one, ty) if one.is_one_of_them() => layout(ty)?,
                    (FactFunction::Count | FactFunction::CountDistinct, _) | (FactFunction::Sum, Kind::Int) => {
                        (Layout::Whole, Sort::Int)
                    }
                    (FactFunction::Sum, Kind::Money) => (Layout::Whole, Sort::Money),
                    (FactFunction::Sum, Kind::Duration) => (Layout::Whole, Sort::Duration),
                    (
                        FactFunction::Sum | FactFunction::Mean | FactFunction::Stddev | FactFunction::Quantile(_),
                        Kind::Float | Kind::Quantity(_),
                    ) => (Layout::Float, Sort::Float),
                    _ => return None,
                };
                Some((Number::Input(self.input(Input::Fact(fact), layout)), sort))
            }
            NodeKind::Peers(peers) if !self.nested && self.through.is_none() && self.element.is_none() => {
                let (layout, sort) = layout(&node.ty)?;
                Some((Number::Input(self.input(Input::Told(peers.id), layout)), sort))
            }
            NodeKind::Let(_) | NodeKind::Fact(..) if self.nested => None,
            NodeKind::Let(_) if self.element.is_some() => None,
            NodeKind::Let(id) => self.number(self.model.lets.get(id.index())?),
            NodeKind::Fact(id, entity) => {
                let value = &self.plan.facts.get(id.index())?.as_ref()?.value;
                self.about(entity, value, |lowering| lowering.number(value))
            }
            NodeKind::About(_, entity, body) if !self.nested => {
                self.about(entity, body, |lowering| lowering.number(body))
            }
            NodeKind::Negate(operand) => match self.number(operand)? {
                (number, sort @ (Sort::Int | Sort::Float | Sort::Money)) => {
                    Some((Number::Negate(sort.lane(), Box::new(number)), sort))
                }
                _ => None,
            },
            NodeKind::Otherwise(left, right) => {
                let (left, right, sort) = self.alike(left, right)?;
                // Two texts that are not in the dictionary may stand at the same place.
                if let Sort::Code(..) = sort {
                    return None;
                }
                Some((Number::Otherwise(sort.lane(), Box::new(left), Box::new(right)), sort))
            }
            NodeKind::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right, &node.ty),
            NodeKind::Score(rules) => self.score(rules),
            NodeKind::Call(function, arguments) => match (function.name, arguments.as_slice()) {
                ("hour", [time]) => Some((self.clock(Clock::Hour, time)?, Sort::Hour)),
                ("minute", [time]) => Some((self.clock(Clock::Minute, time)?, Sort::Int)),
                ("date", [time]) => Some((self.clock(Clock::Date, time)?, Sort::Date)),
                ("night", [time]) => Some((self.clock(Clock::Night, time)?, Sort::Date)),
                ("weekday", [day]) => Some((self.calendar(Calendar::Weekday, day)?, Sort::Int)),
                ("day_of_month", [day]) => Some((self.calendar(Calendar::Day, day)?, Sort::Int)),
                ("month", [day]) => Some((self.calendar(Calendar::Month, day)?, Sort::Int)),
                ("year", [day]) => Some((self.calendar(Calendar::Year, day)?, Sort::Int)),
                ("abs", [amount]) => match self.number(amount)? {
                    (number, sort @ (Sort::Int | Sort::Float | Sort::Money)) => {
                        Some((Number::Absolute(sort.lane(), Box::new(number)), sort))
                    }
                    _ => None,
                },
                ("distance", [p, q]) => {
                    let ([a, b], [c, d]) = (self.position(p)?, self.position(q)?);
                    Some((Number::Distance(Box::new([a, b, c, d])), Sort::Float))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What the clock says at an instant.
    fn clock(&mut self, part: Clock, time: &'a Node) -> Option<Number> {
        let (time, Sort::Time) = self.number(time)? else { return None };
        let places = [Constant::Offset, Constant::OffsetFrom, Constant::OffsetUntil];
        Some(Number::Clock(part, Box::new(time), places.map(|constant| self.add_constant(constant))))
    }

    /// What the calendar says of a date, or of that of an instant.
    fn calendar(&mut self, part: Calendar, day: &'a Node) -> Option<Number> {
        let date = match day.ty {
            Kind::Date => match self.number(day)? {
                (date, Sort::Date) => date,
                _ => return None,
            },
            _ => self.clock(Clock::Date, day)?,
        };
        Some(Number::Calendar(part, Box::new(date)))
    }

    /// The source that a row is of.
    fn source_of(&self, row: &Row) -> Option<SourceId> {
        let before = self.step_before.filter(|before| before.slot == row.slot);
        Some(before.map(|before| before.rows).or(self.rows)?.source)
    }

    /// Whose codes a fact's are: those of the column of a table that it takes.
    fn code_of(&self, fact: usize) -> Option<Sort> {
        let Fact { rows: FactRows::Timeline(timeline), value: Some(Taken::Column(column)), .. } =
            self.facts.get(fact)?
        else {
            return None;
        };
        Some(Sort::Code(self.plan.timelines.get(timeline.0 as usize)?.source, *column))
    }

    fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: &'a Node,
        right: &'a Node,
        ty: &Kind,
    ) -> Option<(Number, Sort)> {
        let ((a, left), (b, right)) = (self.number(left)?, self.number(right)?);
        let same = |operator, lane, a, b| Number::Arithmetic(operator, lane, Box::new(a), Box::new(b));
        let operation = match operator {
            Arithmetic::Add => Some(Operator::Add),
            Arithmetic::Subtract => Some(Operator::Subtract),
            Arithmetic::Multiply => Some(Operator::Multiply),
            Arithmetic::Divide | Arithmetic::Remainder => None,
        };
        match (operator, operation, left, right) {
            (_, Some(operation), Sort::Int, Sort::Int) => Some((same(operation, Lane::Whole, a, b), Sort::Int)),
            (Arithmetic::Add | Arithmetic::Subtract, Some(operation), Sort::Money, Sort::Money) => {
                Some((same(operation, Lane::Whole, a, b), Sort::Money))
            }
            (Arithmetic::Multiply, Some(operation), Sort::Money, Sort::Int)
            | (Arithmetic::Multiply, Some(operation), Sort::Int, Sort::Money) => {
                Some((same(operation, Lane::Whole, a, b), Sort::Money))
            }
            (Arithmetic::Remainder, _, Sort::Int, Sort::Int) => {
                Some((Number::Remainder(Box::new(a), Box::new(b)), Sort::Int))
            }
            (Arithmetic::Subtract, Some(operation), Sort::Time, Sort::Time) => {
                Some((same(operation, Lane::Whole, a, b), Sort::Duration))
            }
            (Arithmetic::Divide, _, Sort::Money, Sort::Money)
            | (Arithmetic::Divide, _, Sort::Duration, Sort::Duration) => {
                let number =
                    Number::Quotient(Box::new(Number::ToFloat(Box::new(a))), Box::new(Number::ToFloat(Box::new(b))));
                Some((number, Sort::Float))
            }
            _ if *ty == Kind::Duration => None,
            (_, operation, ..) => {
                let spans = operation != Some(Operator::Add) && operation != Some(Operator::Subtract);
                let (a, b) = (self.measured(a, left, spans)?, self.measured(b, right, spans)?);
                match operation {
                    Some(operation) => Some((same(operation, Lane::Float, a, b), Sort::Float)),
                    None if operator == Arithmetic::Divide => {
                        Some((Number::Quotient(Box::new(a), Box::new(b)), Sort::Float))
                    }
                    None => None,
                }
            }
        }
    }

    /// A number as a float; a span of time in seconds.
    fn measured(&mut self, number: Number, sort: Sort, spans: bool) -> Option<Number> {
        match sort {
            Sort::Float => Some(number),
            Sort::Int => Some(Number::ToFloat(Box::new(number))),
            Sort::Duration if spans => {
                let million = self.constant(Value::Float(1e6), Sort::Float)?;
                Some(Number::Quotient(Box::new(Number::ToFloat(Box::new(number))), Box::new(million)))
            }
            _ => None,
        }
    }

    /// Weights are whole multiples of one unit, so that their sum is exact.
    fn score(&mut self, rules: &'a [(Node, Node)]) -> Option<(Number, Sort)> {
        let weights: Vec<Value> = rules.iter().map(|(weight, _)| self.constant_of(weight)).collect::<Option<_>>()?;
        let whole = weights.iter().all(|weight| matches!(weight, Value::Int(_)));
        if !whole && !weights.iter().all(|weight| matches!(weight, Value::Float(_))) {
            return None;
        }
        let mut sum = Vec::with_capacity(rules.len());
        for (place, (_, condition)) in rules.iter().enumerate() {
            let constant = self.add_constant(Constant::Weight(weights.clone(), place));
            sum.push((constant, self.truth(condition)));
        }
        let sum = Number::Score(sum);
        if whole {
            return Some((sum, Sort::Int));
        }
        let unit = Number::Constant(self.add_constant(Constant::Unit(weights)), Lane::Float);
        let scaled = Number::Arithmetic(
            Operator::Multiply,
            Lane::Float,
            Box::new(Number::ToFloat(Box::new(sum))),
            Box::new(unit),
        );
        Some((scaled, Sort::Float))
    }

    /// Longitude and latitude of a position in the row.
    fn position(&mut self, node: &'a Node) -> Option<[Number; 2]> {
        match &node.kind {
            NodeKind::Column(row, _, column) if node.ty == Kind::Point => {
                let half =
                    |lowering: &mut Self, half| Some(Number::Input(lowering.cell(row, *column, Layout::Half(half))?));
                Some([half(self, 0)?, half(self, 1)?])
            }
            NodeKind::Let(id) if !self.nested => self.position(self.model.lets.get(id.index())?),
            NodeKind::Constant(Value::Point(point)) => {
                let part = |lowering: &mut Self, number| lowering.constant(Value::Float(number), Sort::Float);
                Some([part(self, point.longitude)?, part(self, point.latitude)?])
            }
            _ => None,
        }
    }
}
