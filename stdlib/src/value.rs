//! Values of the language, as the interpreter, the reference evaluator and the compiler's constants hold them.

use crate::geo::{Line, Polygon};
use crate::types::EnumId;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A span of time: whole calendar days and microseconds. Added to a [`Value::Time`], days keep the wall time of the
/// package's zone; compared or divided, a day is 24 hours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Duration {
    /// Calendar days.
    pub days: i64,
    /// Microseconds.
    pub micros: i64,
}

/// Microseconds in a day of 24 hours.
pub const DAY_MICROS: i64 = 86_400_000_000;

impl Duration {
    /// Length with days of 24 hours, in microseconds, saturating at the limits of `i64`.
    pub fn total_micros(self) -> i64 {
        self.days.saturating_mul(DAY_MICROS).saturating_add(self.micros)
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.total_micros() == other.total_micros()
    }
}
impl Eq for Duration {}
impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Duration {
    fn cmp(&self, other: &Self) -> Ordering {
        self.total_micros().cmp(&other.total_micros())
    }
}
impl Hash for Duration {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.total_micros().hash(state);
    }
}

/// A position on WGS-84, degrees: two numbers in this order in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Point {
    /// Longitude, degrees east.
    pub longitude: f64,
    /// Latitude, degrees north.
    pub latitude: f64,
}

/// The canonical key of an entity, or the keys of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKey {
    /// One canonical key.
    Single(Arc<str>),
    /// A pair's keys, in the order of its declaration.
    Pair(Arc<str>, Arc<str>),
}

/// A warning level: its place among the levels of its package, from 0, the least severe; more severe is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Level(pub u8);

/// The four levels that a package has unless it declares its own (ISO 22324, and the Chinese four-level scheme).
impl Level {
    /// IV.
    pub const BLUE: Level = Level(0);
    /// III.
    pub const YELLOW: Level = Level(1);
    /// II.
    pub const ORANGE: Level = Level(2);
    /// I.
    pub const RED: Level = Level(3);
}

/// The names of a package's levels.
///
/// ```
/// use watchfire_stdlib::value::{Level, Levels};
/// let levels = Levels::new(["critical", "high", "low"]);
/// assert_eq!(levels.name(Level(2)), "critical");
/// assert!(levels.named("critical") > levels.named("low"));
/// assert_eq!(Levels::default().name(Level::RED), "red");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels(Arc<[Arc<str>]>);

impl Default for Levels {
    fn default() -> Self {
        Self::new(["red", "orange", "yellow", "blue"])
    }
}

impl Levels {
    /// Levels of these names, the most severe first; those after the 256th are left out.
    pub fn new<N: Into<Arc<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().take(256).map(Into::into).collect())
    }

    /// All of them, the most severe first.
    pub fn all(&self) -> impl Iterator<Item = (Level, &str)> {
        (0..self.0.len()).filter_map(|place| Some((self.level(place)?, &*self.0[place])))
    }

    /// The level of this name.
    pub fn named(&self, name: &str) -> Option<Level> {
        self.level(self.0.iter().position(|known| **known == *name)?)
    }

    /// The name of a level, as programs write it in English.
    pub fn name(&self, level: Level) -> &str {
        let place = self.0.len().checked_sub(usize::from(level.0) + 1);
        place.and_then(|place| self.0.get(place)).map_or("?", |name| name)
    }

    fn level(&self, place: usize) -> Option<Level> {
        u8::try_from(self.0.len().checked_sub(place + 1)?).ok().map(Level)
    }
}

/// Why a value could not be computed. It travels like a missing value until it reaches a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// A whole number or an amount of money left its range.
    Overflow,
    /// A date or time left the calendar (years -262143 to 262142).
    OutOfCalendar,
    /// A function refused its arguments.
    InvalidArgument,
    /// A plugin failed.
    Plugin,
}

/// A fault: its kind, and where in the source text it arose (file index, first byte, end byte).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// File, first byte and end byte of the expression.
    pub at: (u32, u32, u32),
}

/// A value. Quantities are [`Value::Float`] in their SI unit. A `Float` is never not-a-number: that is
/// [`Value::Missing`].
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing is known.
    Missing,
    /// It could not be computed.
    Fault(Fault),
    /// A count over a span that is only partly covered: at least this many. Only `>` and `>=` can use it.
    AtLeast(i64),
    /// Truth.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Number or quantity (SI unit), never NaN.
    Float(f64),
    /// Money in ten-thousandths.
    Money(i64),
    /// Text.
    Text(Arc<str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
    /// Span of time.
    Duration(Duration),
    /// Hour of the day, 0 to 23.
    Hour(u8),
    /// Position.
    Point(Point),
    /// Line.
    Line(Arc<Line>),
    /// Polygon.
    Polygon(Arc<Polygon>),
    /// Variant of an enum: the enum, and the variant's place in it.
    Enum(EnumId, u32),
    /// Entity.
    Entity(EntityKey),
    /// Level.
    Level(Level),
    /// Several values.
    List(Arc<[Value]>),
}

impl Value {
    /// A float; not-a-number becomes missing, negative zero becomes zero.
    pub fn float(number: f64) -> Self {
        if number.is_nan() { Self::Missing } else { Self::Float(number + 0.0) }
    }

    /// Neither missing, nor a fault, nor a bare lower bound.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Missing | Self::Fault(_) | Self::AtLeast(_))
    }

    /// `true`, and known.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Fault(_) => 1,
            Self::AtLeast(_) => 2,
            Self::Bool(_) => 3,
            Self::Int(_) => 4,
            Self::Float(_) => 5,
            Self::Money(_) => 6,
            Self::Text(_) => 7,
            Self::Date(_) => 8,
            Self::Time(_) => 9,
            Self::Duration(_) => 10,
            Self::Hour(_) => 11,
            Self::Point(_) => 12,
            Self::Line(_) => 13,
            Self::Polygon(_) => 14,
            Self::Enum(..) => 15,
            Self::Entity(_) => 16,
            Self::Level(_) => 17,
            Self::List(_) => 18,
        }
    }
}

/// The total order that decides ties, distinct values and output: by kind, then by value; missing comes first.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Fault(a), Self::Fault(b)) => a.cmp(b),
            (Self::AtLeast(a), Self::AtLeast(b)) | (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Money(a), Self::Money(b)) | (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            (Self::Hour(a), Self::Hour(b)) => a.cmp(b),
            (Self::Point(a), Self::Point(b)) => {
                a.longitude.total_cmp(&b.longitude).then(a.latitude.total_cmp(&b.latitude))
            }
            (Self::Line(a), Self::Line(b)) => a.cmp(b),
            (Self::Polygon(a), Self::Polygon(b)) => a.cmp(b),
            (Self::Enum(e, a), Self::Enum(f, b)) => e.cmp(f).then(a.cmp(b)),
            (Self::Entity(a), Self::Entity(b)) => a.cmp(b),
            (Self::Level(a), Self::Level(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}
impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Missing => {}
            Self::Fault(fault) => fault.hash(state),
            Self::AtLeast(n) | Self::Int(n) | Self::Money(n) | Self::Time(n) => n.hash(state),
            Self::Bool(b) => b.hash(state),
            Self::Float(x) => x.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Date(days) => days.hash(state),
            Self::Duration(d) => d.hash(state),
            Self::Hour(hour) => hour.hash(state),
            Self::Point(p) => (p.longitude.to_bits(), p.latitude.to_bits()).hash(state),
            Self::Line(line) => line.hash(state),
            Self::Polygon(polygon) => polygon.hash(state),
            Self::Enum(e, v) => (e, v).hash(state),
            Self::Entity(key) => key.hash(state),
            Self::Level(level) => level.hash(state),
            Self::List(items) => items.hash(state),
        }
    }
}
