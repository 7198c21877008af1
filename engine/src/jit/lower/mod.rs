//! From the plan's expressions to forms.
//!
//! | file | subject |
//! |---|---|
//! | `mod.rs` | decisions of models and of steps, truths |
//! | `number.rs` | numbers, and what stands for them |
//! | `fact.rs` | aggregates, and the rows of derived tables |
//! | `rows.rs` | what is known of the rows of a source |
//! | `why.rs` | why something has no form |

mod fact;
mod number;
mod rows;
mod why;

pub(crate) use fact::{group_column, grouping};
pub use why::Why;

use super::form::{Constant, Decision, Elements, Fact, FactFunction, Form, Input, Lane, Layout, Number, Truth};
use crate::plan::{AggregateNode, FromNode, ModelPlan, Node, NodeKind, Plan, Rule, SequencePlan};
use crate::unions::has_column;
use rows::{Rows, is_open_end};
use watchfire_dsl::program::{AggregateFunction, ColumnId, EnumId, Move, Program, Row, RowSlot, SourceId, Trigger};
use watchfire_stdlib::ops::Comparison;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

/// Forms are not made larger than this, nor is text followed deeper: code and stack stay bounded.
const LARGEST: usize = 2_000;
const DEEPEST: usize = 200;
/// Each rule has a number in a byte.
const MOST_RULES: usize = 250;

/// What a model decides about a row of its trigger, by the row alone or with `facts`, other rows about its entity.
///
/// # Errors
/// Why it decides nothing, or that it has no such trigger.
pub(crate) fn screen<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    facts: bool,
) -> Result<Lowered<'a>, Unlowered<'a>> {
    let Some(Trigger::On { source, .. }) = program.models.get(model.id.index()).map(|model| &model.trigger) else {
        return Err(Why::Trigger.into());
    };
    let rows = Rows::of(program, *source)?;
    let mut lowering = Lowering::new(program, plan, model, rows, parameters);
    lowering.alone = !facts;
    let Decision { gate, rules } = lowering.decision();
    let says_nothing = matches!(gate, Truth::Unsure | Truth::Constant(true)) && rules.first() == Some(&Truth::Unsure);
    let fits = lowering.size <= LARGEST && rules.len() <= MOST_RULES && !says_nothing && gate != Truth::Unsure;
    if fits { Ok(lowering.finished(*source, Decision { gate, rules })) } else { Err(lowering.unlowered()) }
}

/// What a model on a grid decides about an entity at an instant by facts about it, and by what it was told by comparison.
///
/// # Errors
/// Why it decides nothing, or that it has no such trigger.
pub(crate) fn point<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
) -> Result<Lowered<'a>, Unlowered<'a>> {
    let every = matches!(program.models.get(model.id.index()).map(|model| &model.trigger), Some(Trigger::Every(_)));
    let population = model.entities.and_then(|id| plan.timelines.get(id.0 as usize));
    let (true, Some(population)) = (every, population) else { return Err(Why::Trigger.into()) };
    let mut lowering = Lowering::of_points(program, plan, model, parameters);
    let Decision { gate, rules } = lowering.decision();
    let fits = lowering.size <= LARGEST && rules.len() <= MOST_RULES && gate != Truth::Unsure;
    match lowering.facts.is_empty() && lowering.elements.is_empty() && model.peers.is_empty() {
        true if fits && lowering.left.is_empty() => Err(Why::NoRows.into()),
        false if fits => Ok(lowering.finished(population.source, Decision { gate, rules })),
        _ => Err(lowering.unlowered()),
    }
}

/// The aggregates by which a model on a grid compares its entities with each other.
pub(crate) struct Compared {
    pub(crate) facts: Vec<Fact>,
    /// Aggregates of the plan, by their place in memory, and the fact that each is.
    pub(crate) nodes: Vec<(usize, usize)>,
}

/// What of a model that compares its entities can be worked out before the comparison.
pub(crate) fn compared<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
) -> Compared {
    let mut lowering = Lowering::of_points(program, plan, model, parameters);
    for peers in &model.peers {
        for node in std::iter::once(&peers.value).chain(peers.keys()) {
            if node.ty == Kind::Bool {
                lowering.truth(node);
            } else {
                lowering.number(node);
            }
        }
    }
    // What the model decides beside the comparison uses some of them again.
    lowering.decision();
    Compared { facts: lowering.facts, nodes: lowering.nodes }
}

/// That rows of a sequence can be followed from step to step: all are rows of tables, and those of steps are about the
/// model's entity.
///
/// # Errors
/// Why they cannot.
pub(crate) fn sequence(program: &Program, plan: &Plan, sequence: &SequencePlan) -> Result<(), Why> {
    for rows in sequence.rows() {
        let from = rows.aggregate().map(|rows| &rows.from);
        let Some(FromNode::Rows(timeline)) = from else { return Err(Why::Rows) };
        let source = plan.timelines.get(timeline.0 as usize).ok_or(Why::Rows)?.source;
        if Rows::of(program, source)?.union {
            return Err(Why::Union);
        }
    }
    let other = |rows: &AggregateNode| rows.of.is_some();
    if sequence.steps.iter().filter_map(|step| step.rows.aggregate()).any(other) { Err(Why::Whose) } else { Ok(()) }
}

/// A part of the plan that is left to the interpreter, and why.
pub(crate) type LeftOut<'a> = (&'a Node, Why);

/// Why a model has no form.
pub(crate) struct Unlowered<'a> {
    /// As a whole, if it is not for its parts.
    pub(crate) why: Option<Why>,
    pub(crate) left: Vec<LeftOut<'a>>,
}

impl From<Why> for Unlowered<'_> {
    fn from(why: Why) -> Self {
        Self { why: Some(why), left: Vec::new() }
    }
}

/// What a model decides about the rows of a source, or about entities.
pub(crate) struct Lowered<'a> {
    pub(crate) source: SourceId,
    pub(crate) form: Form,
    /// Aggregates of the plan, by their place in memory, and the fact of the form that each is.
    pub(crate) nodes: Vec<(usize, usize)>,
    /// What is undecided in it.
    pub(crate) left: Vec<LeftOut<'a>>,
}

/// A part of the plan is named by its place in memory while the plan lives.
pub(crate) fn name<T>(part: &T) -> usize {
    std::ptr::from_ref(part).addr()
}

/// What the condition of a step of a sequence says of its own row, alone or with that of the step `before` it.
pub(crate) struct Condition<'a> {
    pub(crate) source: SourceId,
    /// `None`: it says nothing of them.
    pub(crate) form: Option<Form>,
    /// It speaks of both rows.
    pub(crate) both: bool,
    pub(crate) left: Vec<LeftOut<'a>>,
}

/// `None`: there is no condition, or rows are not those of tables.
pub(crate) fn condition<'a>(
    program: &'a Program,
    plan: &'a Plan,
    model: &'a ModelPlan,
    parameters: &'a [Value],
    (before, rows): (Option<&'a AggregateNode>, &'a AggregateNode),
) -> Option<Condition<'a>> {
    let of = |rows: &AggregateNode| {
        let FromNode::Rows(timeline) = rows.from else { return None };
        Rows::in_timeline(program, plan, timeline).ok()
    };
    let own = of(rows)?;
    let mut lowering = Lowering::new(program, plan, model, own, parameters);
    (lowering.slot, lowering.nested) = (rows.slot, true);
    if let Some(before) = before {
        lowering.step_before = Some(StepBefore { slot: before.slot, rows: of(before)? });
    }
    let gate = lowering.truth(rows.filter.as_ref()?);
    let both = lowering.inputs.iter().any(|(input, _)| matches!(input, Input::StepBefore(_)));
    let left = std::mem::take(&mut lowering.left);
    let fits = lowering.size <= LARGEST && gate != Truth::Unsure;
    let form = fits.then(|| lowering.finish(Decision { gate, rules: vec![Truth::Constant(true)] }));
    Some(Condition { source: own.source, form, both, left })
}

/// The row of the step before.
#[derive(Clone, Copy)]
struct StepBefore {
    slot: RowSlot,
    rows: Rows,
}

struct Lowering<'a> {
    plan: &'a Plan,
    model: &'a ModelPlan,
    /// What the row is of; `None`: there is no row but an instant.
    rows: Option<Rows>,
    program: &'a Program,
    parameters: &'a [Value],
    /// The variable of the row.
    slot: RowSlot,
    step_before: Option<StepBefore>,
    /// The row is one of many that an aggregate takes.
    nested: bool,
    /// No other rows are looked at.
    alone: bool,
    /// What is said is said of the entity in this column of the row.
    through: Option<ColumnId>,
    /// The variable of another entity about which something is said, and whether it is said of that one just now.
    element: Option<(RowSlot, bool)>,
    inputs: Vec<(Input, Layout)>,
    constants: Vec<Constant>,
    facts: Vec<Fact>,
    elements: Vec<Elements>,
    nodes: Vec<(usize, usize)>,
    /// What has no form, and why; why the one at hand has none.
    left: Vec<LeftOut<'a>>,
    why: Option<Why>,
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
    /// A place in the dictionary of a source's column.
    Code(SourceId, ColumnId),
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
        let (rows, slot, nested, alone, size, depth) = (None, RowSlot(u32::MAX), false, false, 0, 0);
        Self {
            plan,
            model,
            rows,
            program,
            parameters,
            slot,
            step_before: None,
            nested,
            alone,
            through: None,
            element: None,
            inputs,
            constants,
            facts,
            elements: Vec::new(),
            nodes,
            left: Vec::new(),
            why: None,
            size,
            depth,
        }
    }

    fn new(program: &'a Program, plan: &'a Plan, model: &'a ModelPlan, rows: Rows, parameters: &'a [Value]) -> Self {
        let alone = true;
        let slot = RowSlot(0);
        Self { rows: Some(rows), slot, alone, ..Self::of_points(program, plan, model, parameters) }
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

    fn finished(mut self, source: SourceId, root: Decision) -> Lowered<'a> {
        let (nodes, left) = (std::mem::take(&mut self.nodes), std::mem::take(&mut self.left));
        Lowered { source, form: self.finish(root), nodes, left }
    }

    fn unlowered(self) -> Unlowered<'a> {
        Unlowered { why: self.left.is_empty().then_some(Why::Large), left: self.left }
    }

    /// Leaves an expression to the interpreter, if none of its parts is known to be why.
    fn leave(&mut self, node: &'a Node, before: usize) {
        let why = self.why.take().unwrap_or_else(|| Why::of(node));
        if self.left.len() == before {
            self.left.push((node, why));
        }
    }

    fn finish(self, root: Decision) -> Form {
        Form { root, inputs: self.inputs, constants: self.constants, facts: self.facts, elements: self.elements }
    }

    fn truth(&mut self, node: &'a Node) -> Truth {
        self.size += 1;
        if self.size > LARGEST || self.depth > DEEPEST {
            return Truth::Unsure;
        }
        self.depth += 1;
        let before = self.left.len();
        let truth = self.try_truth(node);
        self.depth -= 1;
        truth.unwrap_or_else(|| {
            self.leave(node, before);
            Truth::Unsure
        })
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
            NodeKind::Aggregate(aggregate)
                if matches!(aggregate.function, AggregateFunction::None | AggregateFunction::All) =>
            {
                // Both are that there is no row of a kind.
                let (fact, _) = self.fact(aggregate)?;
                Truth::Not(Box::new(Truth::Input(self.input(Input::Fact(fact), Layout::Byte))))
            }
            NodeKind::Aggregate(aggregate) => match self.fact(aggregate)? {
                (
                    fact,
                    FactFunction::Any
                    | FactFunction::The
                    | FactFunction::First
                    | FactFunction::Last
                    | FactFunction::MostCommon,
                ) => Truth::Input(self.input(Input::Fact(fact), Layout::Byte)),
                _ => return None,
            },
            NodeKind::Let(_) | NodeKind::Fact(..) if self.nested => return None,
            NodeKind::Let(_) if self.element.is_some() => return None,
            NodeKind::Let(id) => self.truth(self.model.lets.get(id.index())?),
            NodeKind::Fact(id, entity) => {
                let value = &self.plan.facts.get(id.index())?.as_ref()?.value;
                self.about(entity, value, |lowering| Some(lowering.truth(value)))?
            }
            NodeKind::About(_, entity, body) if !self.nested => {
                self.about(entity, body, |lowering| Some(lowering.truth(body)))?
            }
            NodeKind::Not(operand) => Truth::not(self.truth(operand)),
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
                    let before = self.left.len();
                    let equal = self.compare(Comparison::Equal, value, item).unwrap_or_else(|| {
                        self.leave(item, before);
                        Truth::Unsure
                    });
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
        let before = self.left.len();
        if let Some((left, right, sort)) = self.alike(left, right) {
            return Some(Truth::Compare(comparison, sort.lane(), Box::new(left), Box::new(right)));
        }
        self.left.truncate(before);
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
            (Value::Text(_) | Value::Entity(_), Sort::Code(source, column)) => Constant::Rank(source, column, value),
            _ => return None,
        };
        Some(Number::Constant(self.add_constant(constant), beside.lane()))
    }

    fn add_constant(&mut self, constant: Constant) -> usize {
        self.constants.push(constant);
        self.constants.len() - 1
    }

    /// The place of a cell among the inputs. The end of a state may not be known yet: the interpreter knows.
    fn cell(&mut self, row: &Row, column: ColumnId, layout: Layout) -> Option<usize> {
        let before = self.step_before.filter(|before| before.slot == row.slot);
        // Codes of different tables do not compare.
        let same = |other: Rows| self.rows.is_some_and(|own| own.source == other.source);
        if before.is_some_and(|before| layout == Layout::Code && !same(before.rows))
            || before.is_none() && row.slot != self.slot
        {
            self.why = Some(Why::OtherRows);
            return None;
        }
        let input = match (&row.moves[..], before) {
            ([], None) => Input::Cell(column),
            ([], Some(_)) => Input::StepBefore(column),
            ([Move::Before(times)], None) if !self.alone => Input::Before(*times, column),
            _ => {
                self.why = Some(Why::OtherRows);
                return None;
            }
        };
        let rows = before.map(|before| before.rows).or(self.rows);
        let computed = |rows: Rows| rows.union && !has_column(self.program, self.plan, rows.source, column);
        if rows.is_some_and(computed) {
            self.why = Some(Why::Union);
            return None;
        }
        let hidden = rows.is_some_and(|rows| is_open_end(self.program, rows.source, column));
        if hidden {
            self.why = Some(Why::OpenEnd);
            return None;
        }
        Some(self.input(input, layout))
    }

    fn input(&mut self, input: Input, layout: Layout) -> usize {
        self.inputs.iter().position(|known| *known == (input, layout)).unwrap_or_else(|| {
            self.inputs.push((input, layout));
            self.inputs.len() - 1
        })
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
