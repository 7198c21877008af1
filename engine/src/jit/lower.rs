//! From the plan's expressions about the row of a trigger to forms.

use super::form::{
    Constant, Decision, Fact, FactFunction, FactRows, Form, Input, Lane, Layout, Number, Operator, Truth,
};
use crate::interp::KnownWindow;
use crate::plan::{AggregateNode, Arithmetic, FromNode, ModelPlan, Node, NodeKind, Plan, Rule, TimelineId, WindowNode};
use watchfire_dsl::program::{
    AggregateFunction, ColumnId, EnumId, Move, Program, Row, RowSlot, SourceId, SourceKind, SourceTime, Table, Trigger,
};
use watchfire_stdlib::ops::Comparison;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

/// Forms are not made larger than this, nor is text followed deeper: code and stack stay bounded.
const LARGEST: usize = 2_000;
const DEEPEST: usize = 200;
/// Each rule has a number in a byte.
const MOST_RULES: usize = 250;

/// What a model decides about a row of its trigger, by the row alone or with `facts`, other rows about its entity;
/// `None`: nothing, or it has no such trigger.
pub(crate) fn screen<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    facts: bool,
) -> Option<Lowered> {
    let Trigger::On { source, .. } = program.models.get(model.id.index())?.trigger else { return None };
    let SourceKind::Table(table) = &program.sources.get(source.index())?.kind else { return None };
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
    lowering.alone = !facts;
    let Decision { gate, rules } = lowering.decision();
    let says_nothing = matches!(gate, Truth::Unsure | Truth::Constant(true)) && rules.first() == Some(&Truth::Unsure);
    let fits = lowering.size <= LARGEST && rules.len() <= MOST_RULES && !says_nothing && gate != Truth::Unsure;
    fits.then(|| lowering.finished(source, Decision { gate, rules }))
}

/// What a model on a grid decides about an entity at an instant by facts about it; `None`: nothing, or it has no such
/// trigger, or it compares entities.
pub(crate) fn point<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
) -> Option<Lowered> {
    let Trigger::Every(_) = program.models.get(model.id.index())?.trigger else { return None };
    let source = plan.timelines.get(model.entities?.0 as usize)?.source;
    let mut lowering = Lowering::of_points(program, plan, model, parameters);
    let Decision { gate, rules } = lowering.decision();
    let fits =
        lowering.size <= LARGEST && rules.len() <= MOST_RULES && !lowering.facts.is_empty() && gate != Truth::Unsure;
    (fits && model.peers.is_empty()).then(|| lowering.finished(source, Decision { gate, rules }))
}

/// What a model decides about the rows of a source, or about entities.
pub(crate) struct Lowered {
    pub(crate) source: SourceId,
    pub(crate) form: Form,
    /// Aggregates of the plan, by their place in memory, and the fact of the form that each is.
    pub(crate) nodes: Vec<(usize, usize)>,
}

/// A part of the plan is named by its place in memory while the plan lives.
pub(crate) fn name<T>(part: &T) -> usize {
    std::ptr::from_ref(part).addr()
}

/// What the condition of a step of a sequence says of its own row alone; `None`: nothing.
pub(crate) fn step<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    rows: &'a AggregateNode,
) -> Option<(SourceId, Form)> {
    let FromNode::Rows(timeline) = rows.from else { return None };
    let source = plan.timelines.get(timeline.0 as usize)?.source;
    let SourceKind::Table(table) = &program.sources.get(source.index())?.kind else { return None };
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
    (lowering.slot, lowering.nested) = (rows.slot, true);
    let gate = lowering.truth(rows.filter.as_ref()?);
    let fits = lowering.size <= LARGEST && gate != Truth::Unsure;
    fits.then(|| (source, lowering.finish(Decision { gate, rules: vec![Truth::Constant(true)] })))
}

/// What the condition of a step says of its own row and that of the step before; `None`: nothing that needs both.
pub(crate) fn pair<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    [before, rows]: [&'a AggregateNode; 2],
) -> Option<Form> {
    let source = |rows: &AggregateNode| {
        let FromNode::Rows(timeline) = rows.from else { return None };
        Some(plan.timelines.get(timeline.0 as usize)?.source)
    };
    let (own, other) = (source(rows)?, source(before)?);
    let SourceKind::Table(table) = &program.sources.get(own.index())?.kind else { return None };
    let SourceKind::Table(other_table) = &program.sources.get(other.index())?.kind else { return None };
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
    (lowering.slot, lowering.nested) = (rows.slot, true);
    lowering.step_before = Some(StepBefore { slot: before.slot, table: other_table, same: own == other });
    let gate = lowering.truth(rows.filter.as_ref()?);
    let both = lowering.inputs.iter().any(|(input, _)| matches!(input, Input::StepBefore(_)));
    let fits = lowering.size <= LARGEST && gate != Truth::Unsure && both;
    fits.then(|| lowering.finish(Decision { gate, rules: vec![Truth::Constant(true)] }))
}

/// The row of the step before.
#[derive(Clone, Copy)]
struct StepBefore<'a> {
    slot: RowSlot,
    table: &'a Table,
    /// It is one of the same table.
    same: bool,
}

struct Lowering<'a> {
    plan: &'a Plan,
    model: &'a ModelPlan,
    /// What the row is of; `None`: there is no row but an instant.
    table: Option<&'a Table>,
    program: &'a Program,
    parameters: &'a [Value],
    /// The variable of the row.
    slot: RowSlot,
    step_before: Option<StepBefore<'a>>,
    /// The row is one of many that an aggregate takes.
    nested: bool,
    /// No other rows are looked at.
    alone: bool,
    inputs: Vec<(Input, Layout)>,
    constants: Vec<Constant>,
    facts: Vec<Fact>,
    nodes: Vec<(usize, usize)>,
    size: usize,
    depth: usize,
}

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Int,
    Float,
    Money,
    Time,
    Date,
    Hour,
    /// Microseconds.
    Duration,
    /// A place in the dictionary of a column.
    Code(ColumnId),
    Variant(EnumId),
}

impl Sort {
    fn lane(self) -> Lane {
        if self == Self::Float { Lane::Float } else { Lane::Whole }
    }
}

impl<'a> Lowering<'a> {
    fn of_points(program: &'a Program, plan: &'a Plan, model: &'a ModelPlan, parameters: &'a [Value]) -> Self {
        let (inputs, constants, facts, nodes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (table, slot, nested, alone, size, depth) = (None, RowSlot(u32::MAX), false, false, 0, 0);
        Self {
            plan,
            model,
            table,
            program,
            parameters,
            slot,
            step_before: None,
            nested,
            alone,
            inputs,
            constants,
            facts,
            nodes,
            size,
            depth,
        }
    }

    fn new(
        program: &'a Program,
        plan: &'a Plan,
        model: &'a ModelPlan,
        table: &'a Table,
        parameters: &'a [Value],
    ) -> Self {
        let alone = true;
        let slot = RowSlot(0);
        Self { table: Some(table), slot, alone, ..Self::of_points(program, plan, model, parameters) }
    }

    /// What the model decides: filter and condition, then levels.
    fn decision(&mut self) -> Decision {
        let model = self.model;
        let condition = self.truth(&model.condition);
        let filter = model.filter.as_ref().map_or(Truth::Constant(true), |filter| self.truth(filter));
        let gate = Truth::then(filter, condition);
        let rule = |rule: &'a Rule| rule.condition.as_ref().map_or(Truth::Constant(true), |holds| self.truth(holds));
        Decision { gate, rules: model.rules.iter().map(rule).collect() }
    }

    fn finished(mut self, source: SourceId, root: Decision) -> Lowered {
        let nodes = std::mem::take(&mut self.nodes);
        Lowered { source, form: self.finish(root), nodes }
    }

    fn finish(self, root: Decision) -> Form {
        Form { root, inputs: self.inputs, constants: self.constants, facts: self.facts }
    }

    fn truth(&mut self, node: &'a Node) -> Truth {
        self.size += 1;
        if self.size > LARGEST || self.depth > DEEPEST {
            return Truth::Unsure;
        }
        self.depth += 1;
        let truth = self.try_truth(node).unwrap_or(Truth::Unsure);
        self.depth -= 1;
        truth
    }

    fn try_truth(&mut self, node: &'a Node) -> Option<Truth> {
        Some(match &node.kind {
            NodeKind::Constant(Value::Bool(truth)) => Truth::Constant(*truth),
            NodeKind::Constant(Value::Missing) => Truth::Missing,
            NodeKind::Parameter(id) => match self.parameters.get(id.index()) {
                Some(Value::Bool(truth)) => Truth::Constant(*truth),
                _ => return None,
            },
            NodeKind::Column(row, _, column) if node.ty == Kind::Bool => {
                Truth::Input(self.cell(row, *column, Layout::Byte)?)
            }
            NodeKind::Aggregate(aggregate) => match self.fact(aggregate)? {
                (fact, FactFunction::Any | FactFunction::The | FactFunction::First | FactFunction::Last) => {
                    Truth::Input(self.input(Input::Fact(fact), Layout::Byte))
                }
                _ => return None,
            },
            NodeKind::Let(_) | NodeKind::Fact(..) if self.nested => return None,
            NodeKind::Let(id) => self.truth(self.model.lets.get(id.index())?),
            NodeKind::Fact(id, entity) if matches!(entity.kind, NodeKind::This) => {
                self.truth(&self.plan.facts.get(id.index())?.as_ref()?.value)
            }
            NodeKind::Not(operand) => match self.truth(operand) {
                Truth::Constant(truth) => Truth::Constant(!truth),
                Truth::Unsure => Truth::Unsure,
                operand => Truth::Not(Box::new(operand)),
            },
            NodeKind::And(left, right) => Truth::and(self.truth(left), self.truth(right)),
            NodeKind::Or(left, right) => Truth::or(self.truth(left), self.truth(right)),
            NodeKind::Otherwise(left, right) if node.ty == Kind::Bool => {
                Truth::Otherwise(Box::new(self.truth(left)), Box::new(self.truth(right)))
            }
            NodeKind::Compare(comparison, left, right) => self.compare(*comparison, left, right)?,
            NodeKind::Is(left, right) => self.is(left, right)?,
            NodeKind::IsNot(left, right) => Truth::Not(Box::new(self.is(left, right)?)),
            NodeKind::InRange { operands, closed } => self.in_range(operands, *closed)?,
            NodeKind::InList(value, items) => {
                let mut found = Truth::Constant(false);
                for item in items {
                    let equal = self.compare(Comparison::Equal, value, item).unwrap_or(Truth::Unsure);
                    found = Truth::or(found, equal);
                }
                found
            }
            _ => return None,
        })
    }

    fn in_range(&mut self, operands: &'a [Node; 3], closed: bool) -> Option<Truth> {
        let [value, low, high] = operands;
        let from = self.compare(Comparison::GreaterOrEqual, value, low)?;
        let until = self.compare(if closed { Comparison::LessOrEqual } else { Comparison::Less }, value, high)?;
        if value.ty != Kind::Hour {
            return Some(Truth::and(from, until));
        }
        let wraps = self.compare(Comparison::Greater, low, high)?;
        let both = Truth::And(Box::new(from.clone()), Box::new(until.clone()));
        let either = Truth::Or(Box::new(from), Box::new(until));
        // Bounds are known where they are constants; elsewhere it is left to the interpreter.
        let known = |node: &Node| matches!(node.kind, NodeKind::Constant(_) | NodeKind::Parameter(_));
        (known(low) && known(high)).then(|| {
            let plain = Truth::And(Box::new(Truth::Not(Box::new(wraps.clone()))), Box::new(both));
            Truth::Or(Box::new(plain), Box::new(Truth::And(Box::new(wraps), Box::new(either))))
        })
    }

    fn is(&mut self, left: &'a Node, right: &'a Node) -> Option<Truth> {
        match (&left.kind, &right.kind) {
            (NodeKind::Constant(Value::Missing), _) => {
                return self.number(right).map(|(number, _)| Truth::IsMissing(Box::new(number)));
            }
            (_, NodeKind::Constant(Value::Missing)) => {
                return self.number(left).map(|(number, _)| Truth::IsMissing(Box::new(number)));
            }
            _ => {}
        }
        let (left, right, sort) = self.alike(left, right)?;
        Some(Truth::Is(sort.lane(), Box::new(left), Box::new(right)))
    }

    fn compare(&mut self, comparison: Comparison, left: &'a Node, right: &'a Node) -> Option<Truth> {
        if let Some((left, right, sort)) = self.alike(left, right) {
            return Some(Truth::Compare(comparison, sort.lane(), Box::new(left), Box::new(right)));
        }
        match (self.number(left)?, self.number(right)?) {
            ((whole, Sort::Int), (float, Sort::Float)) => {
                Some(Truth::CompareMixed(comparison, Box::new(whole), Box::new(float)))
            }
            ((float, Sort::Float), (whole, Sort::Int)) => {
                Some(Truth::CompareMixed(mirrored(comparison), Box::new(whole), Box::new(float)))
            }
            _ => None,
        }
    }

    /// Two operands as numbers of one lane and kind.
    fn alike(&mut self, left: &'a Node, right: &'a Node) -> Option<(Number, Number, Sort)> {
        for (constant, other, swapped) in [(right, left, false), (left, right, true)] {
            let Some(value) = self.constant_of(constant) else { continue };
            let (number, sort) = self.number(other)?;
            let constant = self.constant(value, sort)?;
            return Some(if swapped { (constant, number, sort) } else { (number, constant, sort) });
        }
        match (self.number(left)?, self.number(right)?) {
            ((left, a), (right, b)) if a == b => Some((left, right, a)),
            ((left, Sort::Hour), (right, Sort::Int)) | ((left, Sort::Int), (right, Sort::Hour)) => {
                Some((left, right, Sort::Int))
            }
            _ => None,
        }
    }

    /// The value of a constant or parameter.
    fn constant_of(&self, node: &Node) -> Option<Value> {
        match &node.kind {
            NodeKind::Constant(value) => Some(value.clone()),
            NodeKind::Parameter(id) => self.parameters.get(id.index()).cloned(),
            NodeKind::Negate(operand) => match self.constant_of(operand)? {
                Value::Int(n) => n.checked_neg().map(Value::Int),
                Value::Float(x) => Some(Value::float(-x)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A constant beside a number of some sort.
    fn constant(&mut self, value: Value, beside: Sort) -> Option<Number> {
        let constant = match (&value, beside) {
            (Value::Int(_), Sort::Int | Sort::Hour)
            | (Value::Hour(_), Sort::Hour | Sort::Int)
            | (Value::Money(_), Sort::Money)
            | (Value::Time(_), Sort::Time)
            | (Value::Date(_), Sort::Date)
            | (Value::Duration(_), Sort::Duration) => Constant::Whole(value),
            (Value::Enum(id, _), Sort::Variant(of)) if *id == of => Constant::Whole(value),
            (Value::Float(_), Sort::Float) => Constant::Float(value),
            (Value::Int(n), Sort::Float) if exact(*n) => Constant::Float(value),
            (Value::Text(_) | Value::Entity(_), Sort::Code(column)) => Constant::Rank(column, value),
            _ => return None,
        };
        Some(Number::Constant(self.add_constant(constant), beside.lane()))
    }

    fn add_constant(&mut self, constant: Constant) -> usize {
        self.constants.push(constant);
        self.constants.len() - 1
    }

    fn number(&mut self, node: &'a Node) -> Option<(Number, Sort)> {
        self.size += 1;
        if self.size > LARGEST || self.depth > DEEPEST {
            return None;
        }
        self.depth += 1;
        let number = self.try_number(node);
        self.depth -= 1;
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
                    Kind::Text | Kind::Entity(_) => (Layout::Code, Sort::Code(*column)),
                    ty => layout(ty)?,
                };
                Some((Number::Input(self.cell(row, *column, layout)?), sort))
            }
            NodeKind::Aggregate(aggregate) => {
                let (fact, function) = self.fact(aggregate)?;
                let (layout, sort) = match (function, &node.ty) {
                    (
                        FactFunction::The
                        | FactFunction::First
                        | FactFunction::Last
                        | FactFunction::Min
                        | FactFunction::Max,
                        ty,
                    ) => layout(ty)?,
                    (FactFunction::Count | FactFunction::CountDistinct, _) | (FactFunction::Sum, Kind::Int) => {
                        (Layout::Whole, Sort::Int)
                    }
                    (FactFunction::Sum, Kind::Money) => (Layout::Whole, Sort::Money),
                    (
                        FactFunction::Sum | FactFunction::Mean | FactFunction::Stddev,
                        Kind::Float | Kind::Quantity(_),
                    ) => (Layout::Float, Sort::Float),
                    _ => return None,
                };
                Some((Number::Input(self.input(Input::Fact(fact), layout)), sort))
            }
            NodeKind::Let(_) | NodeKind::Fact(..) if self.nested => None,
            NodeKind::Let(id) => self.number(self.model.lets.get(id.index())?),
            NodeKind::Fact(id, entity) if matches!(entity.kind, NodeKind::This) => {
                self.number(&self.plan.facts.get(id.index())?.as_ref()?.value)
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
                if let Sort::Code(_) = sort {
                    return None;
                }
                Some((Number::Otherwise(sort.lane(), Box::new(left), Box::new(right)), sort))
            }
            NodeKind::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right, &node.ty),
            NodeKind::Score(rules) => self.score(rules),
            NodeKind::Call(function, arguments) => match (function.name, arguments.as_slice()) {
                ("hour", [time]) => {
                    let (time, Sort::Time) = self.number(time)? else { return None };
                    let places = [Constant::Offset, Constant::OffsetFrom, Constant::OffsetUntil];
                    Some((Number::Hour(Box::new(time), places.map(|constant| self.add_constant(constant))), Sort::Hour))
                }
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

    /// The place of a cell among the inputs. The end of a state may not be known yet: the interpreter knows.
    fn cell(&mut self, row: &Row, column: ColumnId, layout: Layout) -> Option<usize> {
        let before = self.step_before.filter(|before| before.slot == row.slot);
        // Codes of different tables do not compare.
        if before.is_some_and(|before| layout == Layout::Code && !before.same)
            || before.is_none() && row.slot != self.slot
        {
            return None;
        }
        let input = match (&row.moves[..], before) {
            ([], None) => Input::Cell(column),
            ([], Some(_)) => Input::StepBefore(column),
            ([Move::Before(times)], None) if !self.alone => Input::Before(*times, column),
            _ => return None,
        };
        let until = |table: &Table| match table.time {
            SourceTime::State { until, known_ahead: false, .. } => Some(until),
            _ => None,
        };
        let hidden = before.map(|before| before.table).or(self.table).and_then(until) == Some(column);
        (!hidden).then(|| self.input(input, layout))
    }

    fn input(&mut self, input: Input, layout: Layout) -> usize {
        self.inputs.iter().position(|known| *known == (input, layout)).unwrap_or_else(|| {
            self.inputs.push((input, layout));
            self.inputs.len() - 1
        })
    }

    /// The place of an aggregate among the facts: one over events about the model's entity, where there is a row of its
    /// source; or over the lines of a register about it, or the rows of a derived table that stay as they were made.
    fn fact(&mut self, aggregate: &'a AggregateNode) -> Option<(usize, FactFunction)> {
        if self.nested || self.alone || aggregate.of.is_some() {
            return None;
        }
        let at_instants = self.table.is_none();
        let (rows, table) = match aggregate.from {
            FromNode::Rows(timeline) => {
                let table = events(self.program, self.plan, timeline)?;
                let (register, expected) = (table.time == SourceTime::Timeless, table.expect.is_some());
                if register && (!at_instants || expected || aggregate.window.is_some()) {
                    return None;
                }
                let own = at_instants || self.model.entities == Some(timeline);
                if !own {
                    return None;
                }
                (FactRows::Timeline(timeline), Some(table))
            }
            FromNode::Derived(source) if at_instants => {
                let base = self.plan.derived.get(source.index())?.as_ref()?.settles()?;
                settled(self.program, self.plan, base)?;
                (FactRows::Derived(source), None)
            }
            _ => return None,
        };
        let fact = self.fact_over(aggregate, rows, table, None)?;
        let function = fact.function;
        let place = self.facts.iter().position(|known| *known == fact).unwrap_or_else(|| {
            self.facts.push(fact);
            self.facts.len() - 1
        });
        self.nodes.push((name(aggregate), place));
        Some((place, function))
    }

    /// An aggregate over rows of a table, or of a derived one. `first`: a condition that comes before its own, and the
    /// variable of the row there.
    fn fact_over(
        &mut self,
        aggregate: &'a AggregateNode,
        rows: FactRows,
        table: Option<&'a Table>,
        first: Option<(&'a Node, RowSlot)>,
    ) -> Option<Fact> {
        let function = match aggregate.function {
            AggregateFunction::Count => FactFunction::Count,
            AggregateFunction::CountDistinct => FactFunction::CountDistinct,
            AggregateFunction::Sum => FactFunction::Sum,
            AggregateFunction::Mean => FactFunction::Mean,
            AggregateFunction::Stddev => FactFunction::Stddev,
            AggregateFunction::Any => FactFunction::Any,
            AggregateFunction::The => FactFunction::The,
            AggregateFunction::First => FactFunction::First,
            AggregateFunction::Last => FactFunction::Last,
            AggregateFunction::Min => FactFunction::Min,
            AggregateFunction::Max => FactFunction::Max,
            _ => return None,
        };
        let window = match &aggregate.window {
            None => None,
            Some(WindowNode::Fixed(window)) => Some(KnownWindow::of(*window, self.parameters)?),
            Some(_) => return None,
        };
        let own = Row::of(aggregate.slot);
        let mut filters: Vec<(&Node, RowSlot)> = first.into_iter().collect();
        filters.extend(aggregate.filter.iter().map(|filter| (filter, aggregate.slot)));
        let value = match (&aggregate.value, function) {
            (None, _) => None,
            (Some(value), FactFunction::Any) => {
                filters.push((value, aggregate.slot));
                None
            }
            (Some(Node { kind: NodeKind::Column(row, _, column), ty, .. }), _)
                if *row == own && is_computed(function, ty) =>
            {
                Some(*column)
            }
            (Some(_), _) => return None,
        };
        let mut inner = Self::of_points(self.program, self.plan, self.model, self.parameters);
        (inner.table, inner.nested, inner.alone, inner.depth) = (table, true, true, self.depth);
        let mut filter = Truth::Constant(true);
        for (node, slot) in filters {
            inner.slot = slot;
            filter = Truth::then(filter, inner.truth(node));
        }
        self.size += inner.size;
        let filter = match filter {
            Truth::Constant(true) => None,
            Truth::Unsure => return None,
            gate => Some(inner.finish(Decision { gate, rules: vec![Truth::Constant(true)] })),
        };
        Some(Fact { rows, function, window, filter, value })
    }
}

/// What makes the rows of a derived table that stay as they are made: the base, and the rows of it that count.
pub(crate) fn grouping<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    source: SourceId,
) -> Option<(TimelineId, Option<Form>)> {
    let derived = plan.derived.get(source.index())?.as_ref()?;
    let timeline = derived.settles()?;
    let table = settled(program, plan, timeline)?;
    let Some(filter) = &derived.filter else { return Some((timeline, None)) };
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
    (lowering.slot, lowering.nested) = (derived.slot, true);
    let gate = lowering.truth(filter);
    (gate != Truth::Unsure)
        .then(|| (timeline, Some(lowering.finish(Decision { gate, rules: vec![Truth::Constant(true)] }))))
}

/// A column of such a table, as a fact about the rows of a group.
pub(crate) fn group_column<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    (source, column): (SourceId, ColumnId),
) -> Option<Fact> {
    let derived = plan.derived.get(source.index())?.as_ref()?;
    let timeline = derived.settles()?;
    let table = settled(program, plan, timeline)?;
    let NodeKind::Aggregate(aggregate) = &derived.columns.get(column.index())?.kind else { return None };
    let first = derived.filter.as_ref().map(|filter| (filter, derived.slot));
    let mut lowering = Lowering::new(program, plan, model, table, parameters);
    matches!(aggregate.from, FromNode::Group)
        .then(|| lowering.fact_over(aggregate, FactRows::Timeline(timeline), Some(table), first))?
}

/// The table of a timeline, if it is one of events or a register.
fn events<'a>(program: &'a Program, plan: &Plan, timeline: TimelineId) -> Option<&'a Table> {
    let source = plan.timelines.get(timeline.0 as usize)?.source;
    let SourceKind::Table(table) = &program.sources.get(source.index())?.kind else { return None };
    matches!(table.time, SourceTime::Events { .. } | SourceTime::Timeless).then_some(table)
}

/// The table of a timeline, if it is one of events of which none is known to be missing.
fn settled<'a>(program: &'a Program, plan: &Plan, timeline: TimelineId) -> Option<&'a Table> {
    let timed = |table: &&Table| table.time != SourceTime::Timeless && table.expect.is_none();
    events(program, plan, timeline).filter(timed)
}

/// Whether compiled code computes a function of values of a kind.
fn is_computed(function: FactFunction, ty: &Kind) -> bool {
    let number = matches!(ty, Kind::Int | Kind::Float | Kind::Quantity(_));
    match function {
        FactFunction::Count | FactFunction::Any => true,
        FactFunction::CountDistinct => {
            matches!(ty, Kind::Text | Kind::Entity(_) | Kind::Int | Kind::Money | Kind::Time)
        }
        FactFunction::Sum => number || *ty == Kind::Money,
        FactFunction::Mean | FactFunction::Stddev => number,
        FactFunction::The | FactFunction::First | FactFunction::Last => layout(ty).is_some() || *ty == Kind::Bool,
        FactFunction::Min | FactFunction::Max => layout(ty).is_some(),
    }
}

/// How a kind lies in memory, and what it is as a number.
fn layout(ty: &Kind) -> Option<(Layout, Sort)> {
    Some(match ty {
        Kind::Int => (Layout::Whole, Sort::Int),
        Kind::Money => (Layout::Whole, Sort::Money),
        Kind::Time => (Layout::Whole, Sort::Time),
        Kind::Float | Kind::Quantity(_) => (Layout::Float, Sort::Float),
        Kind::Date => (Layout::Date, Sort::Date),
        Kind::Hour => (Layout::Byte, Sort::Hour),
        Kind::Enum(id) => (Layout::Variant, Sort::Variant(*id)),
        _ => return None,
    })
}

/// Whether a whole number is a float exactly.
fn exact(number: i64) -> bool {
    number.unsigned_abs() <= 1 << 53
}

/// The comparison that holds with the operands exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}
