//! Forms: expressions about one row, as they are compiled.
//!
//! A form has two lanes of numbers, 64-bit whole numbers and 64-bit floats, and truths. Texts, entities and variants are
//! whole numbers: the place of a cell in its column's sorted dictionary. **Constants stand by number**, so expressions
//! that differ in constants only are one form and share their code.
//!
//! What a form cannot say is [`Truth::Unsure`], and so is, row by row, what might be a fault. The interpreter is asked
//! there, so a form need not be complete to be of use.

use crate::interp::KnownWindow;
use crate::plan::TimelineId;
use watchfire_dsl::program::{ColumnId, SourceId};
use watchfire_stdlib::ops::Comparison;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

/// How a cell lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Layout {
    /// One byte: truths, hours.
    Byte,
    /// Codes into a dictionary; in the lane each is twice its code and one more ([`Constant::Rank`]).
    Code,
    /// Variants of an enum.
    Variant,
    /// Dates.
    Date,
    /// Whole numbers, money, times, spans of time.
    Whole,
    /// Numbers.
    Float,
    /// One of two numbers: the longitude (0) or latitude (1) of a position.
    Half(u8),
}

impl Layout {
    /// How many bytes a cell has.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Code | Self::Variant | Self::Date => 4,
            Self::Whole | Self::Float | Self::Half(_) => 8,
        }
    }
}

/// What is read for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Input {
    /// A cell of it.
    Cell(ColumnId),
    /// A cell of the n-th row before it among those about the same entity.
    Before(u32, ColumnId),
    /// A cell of the row of the step before, in a sequence.
    StepBefore(ColumnId),
    /// A fact about the entity at hand, by the fact's place.
    Fact(usize),
    /// What the entity at hand was told by comparison with its peers, by the comparison's place.
    Told(usize),
    /// How many entities among the rows of the one at hand there are of a kind, by the kind's place.
    Elements(usize),
}

/// Which rows a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactRows {
    Timeline(TimelineId),
    /// Those of a derived table that stay as they were made.
    Derived(SourceId),
}

/// An aggregate over rows about the entity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    /// Which rows.
    pub(crate) rows: FactRows,
    /// About the entity in this column of the row; `None`: about the entity at hand.
    pub(crate) of: Option<ColumnId>,
    /// What is computed.
    pub(crate) function: FactFunction,
    /// The window; `None`: all rows.
    pub(crate) window: Option<KnownWindow>,
    /// The rows that count.
    pub(crate) filter: Option<Form>,
    /// What is taken of each.
    pub(crate) value: Option<Taken>,
}

/// What a fact computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FactFunction {
    /// How many rows; with a column, how many have a value there.
    Count,
    /// How many different values.
    CountDistinct,
    /// The exact sum, and that divided by how many there are.
    Sum,
    Mean,
    /// The sample deviation.
    Stddev,
    /// There is a row.
    Any,
    /// The one value.
    The,
    /// The value in the first or last row that has one; the least and the greatest.
    First,
    Last,
    Min,
    Max,
    /// The value that most rows have.
    MostCommon,
    /// A quantile, by the bits of its float.
    Quantile(u64),
}

impl FactFunction {
    /// It is one of the values that it takes.
    pub(crate) fn is_one_of_them(self) -> bool {
        matches!(self, Self::The | Self::First | Self::Last | Self::Min | Self::Max | Self::MostCommon)
    }
}

/// A constant. Its value is known when the form meets its data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    /// In the lane of whole numbers.
    Whole(Value),
    /// In the lane of floats; a whole number must be one exactly.
    Float(Value),
    /// Where a text or entity stands among the doubled codes of a source's column: on one, or between two.
    Rank(SourceId, ColumnId, Value),
    /// The offset of the package's zone, and the instants between which it holds.
    Offset,
    OffsetFrom,
    OffsetUntil,
    /// A weight among others, as a multiple of their unit; the unit.
    Weight(Vec<Value>, usize),
    Unit(Vec<Value>),
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Number {
    /// An input, by its place.
    Input(usize),
    /// A constant, by its place.
    Constant(usize, Lane),
    /// A whole number as the nearest float.
    ToFloat(Box<Number>),
    /// A sum, difference or product of one lane; whole numbers that leave it are unsure.
    Arithmetic(Operator, Lane, Box<Number>, Box<Number>),
    /// A quotient of floats; by zero it is missing.
    Quotient(Box<Number>, Box<Number>),
    /// `a % b` of whole numbers; by zero it is missing.
    Remainder(Box<Number>, Box<Number>),
    /// `-x`
    Negate(Lane, Box<Number>),
    /// Without its sign.
    Absolute(Lane, Box<Number>),
    /// `a ?? b`, of one lane.
    Otherwise(Lane, Box<Number>, Box<Number>),
    /// The sum of the constants (by place, whole numbers) whose truth is true.
    Score(Vec<(usize, Truth)>),
    /// What the clock says: an instant, and the places of offset, first and last instant.
    Clock(Clock, Box<Number>, [usize; 3]),
    /// What the calendar says of a date.
    Calendar(Calendar, Box<Number>),
    /// Metres between two positions: longitude and latitude of each.
    Distance(Box<[Number; 4]>),
}

/// What of an instant is asked, in the zone of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Clock {
    Hour,
    Minute,
    Date,
    /// The date of the evening that it belongs to; missing by day.
    Night,
}

/// What of a date is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Calendar {
    Weekday,
    Day,
    Month,
    Year,
}

/// Kinds of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Whole,
    Float,
}

/// Operators of one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
}

/// A truth: true, false, missing or unsure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Truth {
    /// Known.
    Constant(bool),
    /// Not known.
    Missing,
    /// Not for a form to say.
    Unsure,
    /// An input of truths, by its place.
    Input(usize),
    /// Two numbers of one lane.
    Compare(Comparison, Lane, Box<Number>, Box<Number>),
    /// A whole number with a float, exactly.
    CompareMixed(Comparison, Box<Number>, Box<Number>),
    /// `a is b`, of one lane.
    Is(Lane, Box<Number>, Box<Number>),
    /// The number is missing.
    IsMissing(Box<Number>),
    Not(Box<Truth>),
    And(Box<Truth>, Box<Truth>),
    Or(Box<Truth>, Box<Truth>),
    /// `a ?? b`
    Otherwise(Box<Truth>, Box<Truth>),
    /// A decision and what follows it: unsure where the first is; the second where the first is true; else false.
    Then(Box<Truth>, Box<Truth>),
}

/// A decision about a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decision {
    /// Whether there is anything to decide.
    pub(crate) gate: Truth,
    /// The first that is true applies.
    pub(crate) rules: Vec<Truth>,
}

/// What a loop works out about each row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Body {
    Decisions(Vec<Decision>),
    /// A number of this lane.
    Number(Lane, Number),
}

/// A number that is worked out from a row as if it were a cell of it, and what it reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Computed {
    pub(crate) number: Number,
    pub(crate) lane: Lane,
    /// Of what kind its values are.
    pub(crate) kind: Kind,
    pub(crate) inputs: Vec<(Input, Layout)>,
    pub(crate) constants: Vec<Constant>,
}

/// Entities among the rows about the one at hand, at instants: `count from Guest in access where …`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Elements {
    /// The rows about each of them.
    pub(crate) timeline: TimelineId,
    /// Which part of their key the entity at hand is.
    pub(crate) part: u8,
    /// Which of them are counted.
    pub(crate) form: Form,
}

/// What a fact takes of each row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Taken {
    Column(ColumnId),
    Computed(Box<Computed>),
}

/// A decision about a row, and what it reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    /// The decision.
    pub(crate) root: Decision,
    /// Inputs, by place, and how they lie in memory.
    pub(crate) inputs: Vec<(Input, Layout)>,
    /// Constants, by place.
    pub(crate) constants: Vec<Constant>,
    /// Facts, by place.
    pub(crate) facts: Vec<Fact>,
    /// Kinds of other entities, by place.
    pub(crate) elements: Vec<Elements>,
}

impl Decision {
    /// The same where inputs and constants have other places: each has that in the list.
    pub(super) fn renumber(&mut self, inputs: &[usize], constants: &[usize]) {
        let to = Places { inputs, constants };
        to.truth(&mut self.gate);
        self.rules.iter_mut().for_each(|rule| to.truth(rule));
    }
}

/// Other places of inputs and constants.
struct Places<'a> {
    inputs: &'a [usize],
    constants: &'a [usize],
}

impl Places<'_> {
    fn number(&self, number: &mut Number) {
        match number {
            Number::Input(place) => *place = self.inputs[*place],
            Number::Constant(place, _) => *place = self.constants[*place],
            Number::ToFloat(a) | Number::Negate(_, a) | Number::Absolute(_, a) => self.number(a),
            Number::Arithmetic(_, _, a, b)
            | Number::Quotient(a, b)
            | Number::Remainder(a, b)
            | Number::Otherwise(_, a, b) => {
                self.number(a);
                self.number(b);
            }
            Number::Score(weights) => {
                for (weight, truth) in weights {
                    *weight = self.constants[*weight];
                    self.truth(truth);
                }
            }
            Number::Calendar(_, date) => self.number(date),
            Number::Clock(_, time, places) => {
                self.number(time);
                places.iter_mut().for_each(|place| *place = self.constants[*place]);
            }
            Number::Distance(parts) => parts.iter_mut().for_each(|part| self.number(part)),
        }
    }

    fn truth(&self, truth: &mut Truth) {
        match truth {
            Truth::Constant(_) | Truth::Missing | Truth::Unsure => {}
            Truth::Input(place) => *place = self.inputs[*place],
            Truth::Compare(_, _, a, b) | Truth::CompareMixed(_, a, b) | Truth::Is(_, a, b) => {
                self.number(a);
                self.number(b);
            }
            Truth::IsMissing(a) => self.number(a),
            Truth::Not(a) => self.truth(a),
            Truth::And(a, b) | Truth::Or(a, b) | Truth::Otherwise(a, b) | Truth::Then(a, b) => {
                self.truth(a);
                self.truth(b);
            }
        }
    }
}

impl Truth {
    /// `not a`, which may already be known.
    pub(crate) fn not(a: Truth) -> Truth {
        match a {
            Self::Constant(truth) => Self::Constant(!truth),
            Self::Unsure => Self::Unsure,
            a => Self::Not(Box::new(a)),
        }
    }

    /// `a and b`, where one side may already be known.
    pub(crate) fn and(a: Truth, b: Truth) -> Truth {
        match (a, b) {
            (Self::Constant(false), _) | (_, Self::Constant(false)) => Self::Constant(false),
            (Self::Constant(true), other) | (other, Self::Constant(true)) => other,
            (a, b) => Self::And(Box::new(a), Box::new(b)),
        }
    }

    /// `a or b`, where one side may already be known.
    pub(crate) fn or(a: Truth, b: Truth) -> Truth {
        match (a, b) {
            (Self::Constant(true), _) | (_, Self::Constant(true)) => Self::Constant(true),
            (Self::Constant(false), other) | (other, Self::Constant(false)) => other,
            (a, b) => Self::Or(Box::new(a), Box::new(b)),
        }
    }

    /// A decision and what follows it.
    pub(crate) fn then(a: Truth, b: Truth) -> Truth {
        match a {
            Self::Constant(true) => b,
            Self::Constant(false) | Self::Missing => Self::Constant(false),
            a => Self::Then(Box::new(a), Box::new(b)),
        }
    }
}
