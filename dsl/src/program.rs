//! The typed program: names resolved, types and units known, grants proven.
//!
//! It is what the planner, the interpreter and the reference evaluator all start from. Everything is held by index
//! into the tables of [`Program`]; expressions carry their type and place. Sugar is gone:
//!
//! - `e.S.col`, and `S.col` in a model for the entity of a `unique` column, are [`ExprKind::Aggregate`] with
//!   [`AggregateFunction::The`] over the rows of `S` about `e`: one meaning, one code path ([`ExprKind::About`] moves
//!   the subject).
//! - `let a = r.before` is no value: `a.place` is a column of `r.before`. `r.before.before` is `r.before(2)`.
//! - `p within D of q` is `distance(p, q) <= D`; with `let h = nearest S to p`, `h.c` is a `let` of its own:
//!   [`AggregateFunction::Nearest`] of `c` over [`From::Near`].
//! - `fn` calls and constants are inlined.
//! - What a package declares that is used has that package's name before its own: `city.residents`.
//! - Quantities are SI numbers, texts of enums are variants, parameters keep their identity ([`ExprKind::Parameter`]).

mod sequence;
mod walk;

pub use sequence::{Sequence, Step, StepRows};

use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
pub use watchfire_stdlib::buckets::Bucket;
pub use watchfire_stdlib::types::{EntityId, EnumId, Kind, Type};
pub use watchfire_stdlib::value::{EntityKey, Level, Levels, Value};
pub use watchfire_stdlib::zone::CalendarUnit;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// The index into its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
ids! {
    /// A source, union or not, in [`Program::sources`].
    SourceId,
    /// A column of a source, in [`Source::columns`].
    ColumnId,
    /// A package fact, in [`Program::facts`].
    FactId,
    /// A model, in [`Program::models`].
    ModelId,
    /// A `let` of a model, in [`Model::lets`].
    LetId,
    /// A parameter, in [`Program::parameters`].
    ParameterId,
    /// An `extern` function, in [`Program::externs`].
    ExternId,
    /// A row variable; unique within one fact or model. The trigger's row of an `on` model is slot 0; the rows of a
    /// sequence's steps have slots of their own.
    RowSlot
}

/// A checked package.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name in the manifest.
    pub name: Arc<str>,
    /// Version in the manifest.
    pub version: Arc<str>,
    /// Time zone of dates, wall times and calendar steps.
    pub zone: chrono_tz::Tz,
    /// Default language of messages.
    pub language: crate::diagnostics::Language,
    /// Names of its levels.
    pub levels: Levels,
    /// Entity types.
    pub entities: Vec<Entity>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// Sources and unions.
    pub sources: Vec<Source>,
    /// Package facts, in an order in which each comes after those it uses.
    pub facts: Vec<Fact>,
    /// Parameters of all models.
    pub parameters: Vec<Parameter>,
    /// `extern` functions.
    pub externs: Vec<Extern>,
    /// Models, in an order in which each comes after those whose findings it reads.
    pub models: Vec<Model>,
    /// Whose warnings are set aside, and until when.
    pub exemptions: Vec<Exemption>,
    /// Tests.
    pub tests: Vec<Test>,
    /// Values that profiles give to parameters: profile name, then parameter.
    pub profiles: BTreeMap<Arc<str>, BTreeMap<ParameterId, Value>>,
}

/// An entity type.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its name.
    pub name: Arc<str>,
    /// What identifies it.
    pub key: EntityKeyType,
    /// Canonicaliser of its raw keys: name of a loader in the standard library.
    pub via: Option<&'static watchfire_stdlib::functions::Function>,
    /// Shown only as a pseudonym.
    pub private: bool,
    /// Where it is declared.
    pub span: Span,
}

/// What identifies an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityKeyType {
    /// A text.
    Text,
    /// A whole number; its canonical key is its decimal text.
    Int,
    /// Two entities.
    Pair(EntityId, EntityId),
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Arc<str>,
    /// Variants: name, then further raw texts that mean it.
    pub variants: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// Where it is declared.
    pub span: Span,
}

/// A source.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: Arc<str>,
    /// Its columns, as declared.
    pub columns: Vec<Column>,
    /// How its rows come about.
    pub kind: SourceKind,
    /// Where it is declared.
    pub span: Span,
}

/// How a source's rows come about.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// A department's table.
    Table(Table),
    /// Rows of several sources; time, knowledge, coverage and key are each part's own. Ordered by event time, then
    /// part, then the part's order.
    Union(Vec<UnionPart>),
    /// `rows N from … { … }`: a table made of other rows, about one entity.
    Derived(Box<Derived>),
    /// `starts of S`, `ends of S`: the rows of a state table as events, with its columns.
    Edges {
        /// The state table.
        of: SourceId,
        /// Rows lie at their end, and are known from then on; otherwise at their start.
        end: bool,
    },
}

/// A derived table: for each entity and *k*, its definition applied to the rows known at *k*, with *t = k*.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The entity that it is about.
    pub entity: EntityId,
    /// The model in which it is declared; none: at top level.
    pub model: Option<Arc<str>>,
    /// The rows that it is made of; its variable also names the row in keys and columns (of a group: the first row;
    /// inside aggregates over [`From::Group`]: the row at hand).
    pub selection: Selection,
    /// What makes a row.
    pub grouping: Grouping,
    /// Unfinished buckets and sessions are rows too, at *t*.
    pub including_current: bool,
    /// The value of each column.
    pub columns: Vec<Expr>,
    /// Rows have a time.
    pub dated: bool,
}

/// How the rows of a derived table arise.
#[derive(Clone, Debug)]
pub enum Grouping {
    /// One for each row, at its time.
    Each,
    /// One for each tuple of keys that are all there.
    Per {
        /// The keys.
        keys: Vec<Expr>,
        /// The key that is a span of time: a row lies at its end. None: rows have no time.
        bucket: Option<(usize, Bucket)>,
    },
    /// One for each run of rows, at the time of its last.
    Sessions {
        /// A longer gap than this begins a new one.
        gap: SpanOfTime,
        /// A row farther than this from the first row's place begins a new one: the distance, and the place of a row.
        within: Option<(Expr, Expr)>,
    },
}

/// A department's table.
#[derive(Clone, Debug)]
pub struct Table {
    /// How it lies in time.
    pub time: SourceTime,
    /// Its owner.
    pub owner: Option<Arc<str>>,
    /// Purposes for which it may be read; `true`: derived values only.
    pub allows: Vec<(Arc<str>, bool)>,
    /// Its key columns; empty: every row stands for itself. A timeless table without `key` that has one `unique`
    /// column has that as its key.
    pub key: Vec<ColumnId>,
    /// Columns that order rows of one event time: `order`, else the key, else all columns.
    pub order: Vec<ColumnId>,
    /// The column that says when the platform learned of the row.
    pub recorded: Option<ColumnId>,
    /// Expected rows.
    pub expect: Option<Expectation>,
    /// Declared lateness.
    pub lateness: Option<SpanOfTime>,
    /// How far back the data reaches.
    pub history: Option<SpanOfTime>,
}

/// How a table lies in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceTime {
    /// A fixed snapshot.
    Timeless,
    /// True at an instant.
    Events {
        /// Its time: a `Time` or `Date` column (a date is the start of its day).
        at: ColumnId,
    },
    /// True from one column until another, exclusive; a missing end is open.
    State {
        /// Start.
        since: ColumnId,
        /// End.
        until: ColumnId,
        /// The end may be known before it comes.
        known_ahead: bool,
    },
}

/// `expect every D [per COLUMN]`.
#[derive(Clone, Copy, Debug)]
pub struct Expectation {
    /// D.
    pub every: SpanOfTime,
    /// COLUMN.
    pub per: Option<ColumnId>,
}

/// A span of time known when the program is checked: calendar months, calendar days, and microseconds. `t - span`
/// takes months off first, then days, then microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct SpanOfTime {
    /// Calendar months.
    pub months: i64,
    /// Calendar days.
    pub days: i64,
    /// Microseconds.
    pub micros: i64,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// One row for each value.
    pub unique: bool,
    /// How its raw cells are read (tables only; unused for unions).
    pub load: Load,
    /// Where it is declared.
    pub span: Span,
}

/// How a column's cells arise from raw ones. Cells are read in this order: raw cells → `via` or parsing by `format`
/// → wall time in `zone` → moved `after` → unit or reference system → canonicaliser of the entity.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Raw columns; none: the column of the same name.
    pub from: Vec<Arc<str>>,
    /// strftime pattern of raw dates and times.
    pub format: Option<Arc<str>>,
    /// Loader function.
    pub via: Option<&'static watchfire_stdlib::functions::Function>,
    /// Time zone of raw wall times, if not the package's.
    pub zone: Option<LoadZone>,
    /// The time is moved by whole days until it is later than this column's.
    pub after: Option<ColumnId>,
    /// Unit in which numbers are stored.
    pub unit: Option<&'static watchfire_stdlib::units::Unit>,
    /// Reference system in which positions are stored.
    pub system: Option<ReferenceSystem>,
}

/// Reference systems of positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names are the standards'")]
pub enum ReferenceSystem {
    Wgs84,
    Gcj02,
    Bd09,
}

impl ReferenceSystem {
    /// The WGS-84 position of a longitude and latitude stored in this system; `None` where they are no position.
    pub fn to_wgs84(self, longitude: f64, latitude: f64) -> Option<watchfire_stdlib::value::Point> {
        use watchfire_stdlib::geo::{bd09_to_wgs84, gcj02_to_wgs84};
        match self {
            Self::Wgs84 => watchfire_stdlib::value::Point::new(longitude, latitude),
            Self::Gcj02 => gcj02_to_wgs84(longitude, latitude),
            Self::Bd09 => bd09_to_wgs84(longitude, latitude),
        }
    }
}

/// Time zone of a column's wall times.
#[derive(Clone, Debug)]
pub enum LoadZone {
    /// One zone for all rows.
    Fixed(chrono_tz::Tz),
    /// `dest.airports.zone`: IANA name in a timeless table, looked up by an entity column of the row.
    Lookup {
        /// The row's entity column.
        entity: ColumnId,
        /// The timeless table.
        source: SourceId,
        /// Its unique column of that entity.
        by: ColumnId,
        /// Its text column with the zone's name.
        column: ColumnId,
    },
}

/// One part of a union.
#[derive(Clone, Debug)]
pub struct UnionPart {
    /// The table.
    pub source: SourceId,
    /// For each column of the union, its value over the part's row, which is [`RowSlot`] 0.
    pub columns: Vec<Expr>,
}

/// A package fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub name: Arc<str>,
    /// Its entity.
    pub entity: EntityId,
    /// Its value, a function of entity, t and k.
    pub value: Expr,
    /// Where it is declared.
    pub span: Span,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its model.
    pub model: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Its default.
    pub default: Value,
    /// Lowest and highest value, and whether the highest itself is allowed.
    pub range: Option<(Value, Value, bool)>,
    /// Where it is declared.
    pub span: Span,
}

/// An `extern` function: a stage boundary in the plan.
#[derive(Clone, Debug)]
pub struct Extern {
    /// Its name.
    pub name: Arc<str>,
    /// Name of the plugin.
    pub plugin: Arc<str>,
    /// Its parameters.
    pub parameters: Vec<(Arc<str>, Type)>,
    /// Its result.
    pub result: Type,
    /// Where it is declared.
    pub span: Span,
}

/// A model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name; `city.crowded` in a package that is used.
    pub name: Arc<str>,
    /// It belongs to a package that is used: it runs only where its findings are read, or when it is asked for.
    pub used: bool,
    /// Documentation.
    pub docs: Arc<str>,
    /// Version: a hash of its canonical text and of all it depends on, in hexadecimal.
    pub version: Arc<str>,
    /// Its entity.
    pub entity: EntityId,
    /// Where its population comes from (`every` models and sequences).
    pub population: Option<Population>,
    /// Category.
    pub category: Arc<str>,
    /// Purpose.
    pub purpose: Arc<str>,
    /// Legal or factual basis.
    pub basis: Arc<str>,
    /// To whom it goes.
    pub dispatch: Option<Expr>,
    /// Warnings need a recorded human review.
    pub review_required: bool,
    /// Its `let`s, in an order in which each comes after those it uses.
    pub lets: Vec<Let>,
    /// The `let` that holds its score, where it scores.
    pub score: Option<LetId>,
    /// What makes it look.
    pub trigger: Trigger,
    /// What a warning is about; none: the model's entity.
    pub about: Option<Expr>,
    /// Entity type of what a warning is about.
    pub about_entity: EntityId,
    /// The condition.
    pub condition: Expr,
    /// Level rules, as written. The most severe that is true wins; none true: no finding.
    pub levels: Vec<LevelRule>,
    /// Message, where the level has none of its own.
    pub message: Option<Message>,
    /// Silence after a warning.
    pub again: Option<SpanOfTime>,
    /// Every column it reads, over its whole chain.
    pub reads: Vec<Read>,
    /// How far back it looks.
    pub lookback: Lookback,
    /// Where it is declared.
    pub span: Span,
}

/// The entities that an `every` model runs for: those that occur in these columns.
#[derive(Clone, Debug)]
pub struct Population {
    /// The source.
    pub source: SourceId,
    /// The column of the entity, or two for a pair.
    pub by: Vec<ColumnId>,
}

/// A column read by a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The table (never a union).
    pub source: SourceId,
    /// The column.
    pub column: ColumnId,
    /// Only through facts, findings or plugins.
    pub derived: bool,
}

/// How far back something looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookback {
    /// At most this far (summed over the chain).
    Span(SpanOfTime),
    /// Over all that is known.
    Unbounded,
}

/// A `let`.
#[derive(Clone, Debug)]
pub struct Let {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Expr,
    /// Where it is declared.
    pub span: Span,
}

/// What makes a model look.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// A grid in time.
    Every(Grid),
    /// Each version of each row of a source; the row is slot 0.
    On {
        /// The source.
        source: SourceId,
        /// Column of the model's entity, or two for a pair. Rows where it is missing do not trigger.
        by: Vec<ColumnId>,
        /// Rows that trigger.
        filter: Option<Expr>,
    },
    /// Rows one after the other; each match is looked at once.
    Match(Box<Sequence>),
}

/// A grid of instants in the package's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// Every so many microseconds from each day's local midnight; divides 24 hours.
    Micros(i64),
    /// Every so many days, counted from 1970-01-01, at this many microseconds of wall time.
    Days(i64, i64),
    /// Every so many weeks, on Mondays, counted from Monday 1969-12-29, at this wall time.
    Weeks(i64, i64),
    /// Every so many months, on their first day, counted from January 1970, at this wall time.
    Months(i64, i64),
}

/// `LEVEL when COND` or `LEVEL otherwise`.
#[derive(Clone, Debug)]
pub struct LevelRule {
    /// The level.
    pub level: Level,
    /// Its condition; none: `otherwise`.
    pub condition: Option<Expr>,
    /// Its own message.
    pub message: Option<Message>,
}

/// A message: for each language, a template.
#[derive(Clone, Debug)]
pub struct Message {
    /// Language and template; the first is the package's language.
    pub texts: Vec<(crate::diagnostics::Language, Vec<MessagePart>)>,
}

/// A part of a message.
#[derive(Clone, Debug)]
pub enum MessagePart {
    /// Text.
    Text(Arc<str>),
    /// A value.
    Value {
        /// The value.
        value: Expr,
        /// In which unit; none: its type's default.
        unit: Option<&'static watchfire_stdlib::units::Unit>,
        /// How.
        format: watchfire_stdlib::format::FormatSpec,
    },
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where.
    pub span: Span,
}

/// The kinds of typed expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A value; `Value::Missing` for `missing`.
    Constant(Value),
    /// A parameter of this model.
    Parameter(ParameterId),
    /// The entity at hand: the model's, the fact's, or what [`ExprKind::About`] made it.
    This,
    /// t.
    Now,
    /// A `let` of this model: its value for the model's entity and trigger row.
    Let(LetId),
    /// A package fact of the entity that `entity` gives, at t and k; missing where `entity` is.
    Fact {
        /// The fact.
        fact: FactId,
        /// Whose.
        entity: Box<Expr>,
    },
    /// `body` with `This` being the entity that `entity` gives; missing where `entity` is.
    About {
        /// Whose.
        entity: Box<Expr>,
        /// The value.
        body: Box<Expr>,
    },
    /// A column of a row; missing where there is no such row.
    Column {
        /// The row.
        row: Row,
        /// Its source (of the slot).
        source: SourceId,
        /// The column.
        column: ColumnId,
    },
    /// The entity that a selection `from E in S` bound to this slot.
    Element(RowSlot),
    /// A column of a finding that a selection over `findings of` bound to this slot.
    FindingColumn(RowSlot, FindingColumn),
    /// `value as of at`: the value at another t, with the same k; missing where that t is.
    AsOf {
        /// The value.
        value: Box<Expr>,
        /// The instant: a `Time` or `Date`, evaluated at the t at hand.
        at: Box<Expr>,
    },
    /// A part of a pair, 0 or 1.
    Component {
        /// The pair.
        pair: Box<Expr>,
        /// Which.
        index: u8,
    },
    /// An operator with one operand.
    Unary(crate::syntax::UnaryOperator, Box<Expr>),
    /// An operator with two operands.
    Binary(crate::syntax::BinaryOperator, Box<Expr>, Box<Expr>),
    /// `value in low..high`; hours wrap.
    InRange {
        /// What is sought.
        value: Box<Expr>,
        /// First.
        low: Box<Expr>,
        /// Last, or one past it.
        high: Box<Expr>,
        /// `..=`
        closed: bool,
    },
    /// `value in (a, b)`.
    InList {
        /// What is sought.
        value: Box<Expr>,
        /// The list.
        items: Vec<Expr>,
    },
    /// `score { 3 if wet  2 if crowded }`: the sum of the weights whose condition is true.
    Score(Vec<(Expr, Expr)>),
    /// A standard function.
    Call {
        /// The function.
        function: &'static watchfire_stdlib::functions::Function,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// A plugin's function.
    Extern {
        /// The function.
        function: ExternId,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// An aggregate.
    Aggregate(Box<Aggregate>),
    /// A value among the peers of the model's entity; only in models on a grid, outside of selections.
    Peers(Box<Peers>),
}

/// A row: a variable, and the way from its row to another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// The variable.
    pub slot: RowSlot,
    /// One after the other; none: the row itself.
    pub moves: Vec<Move>,
}

impl Row {
    /// The row of a variable itself.
    pub fn of(slot: RowSlot) -> Self {
        Self { slot, moves: Vec::new() }
    }

    /// It is the variable's own row.
    pub fn is_own(&self) -> bool {
        self.moves.is_empty()
    }

    /// The row to which a further move leads.
    #[must_use]
    pub fn moved(mut self, to: Move) -> Self {
        match (self.moves.last_mut(), to) {
            (Some(Move::Before(before)), Move::Before(more)) => *before = before.saturating_add(more),
            (Some(Move::After(after)), Move::After(more)) => *after = after.saturating_add(more),
            _ => self.moves.push(to),
        }
        self
    }
}

/// A move from a row to another one in its source's order, among the rows about the same entity visible at k.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// `r.before(n)`: so many rows back; `r.before` is one.
    Before(u32),
    /// `r.after(n)`: so many rows on; `r.after` is one.
    After(u32),
    /// `r.before(D)`: to the last row whose event time is at most the row's minus D.
    Earlier(WindowSpan),
}

/// Columns of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingColumn {
    /// Name of the model: `Text`.
    Model,
    /// Category of the model: `Text`.
    Category,
    /// `Level`.
    Level,
    /// t: `Time`.
    Time,
    /// k: `Time`.
    Known,
}

/// An aggregate.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// What is computed.
    pub function: AggregateFunction,
    /// Of what; `None` for `count` and `max overlap`, and for `any` and `none` without one (then: is there a row).
    pub value: Option<Expr>,
    /// Over which rows.
    pub selection: Selection,
}

/// Aggregates that run now.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "docs/language.md defines each")]
pub enum AggregateFunction {
    Count,
    CountDistinct,
    Sum,
    Mean,
    Min,
    Max,
    Stddev,
    /// The quantile at this share, 0 to 1; `median` is 0.5.
    Quantile(f64),
    MostCommon,
    First,
    Last,
    Any,
    All,
    None,
    The,
    List,
    /// The value in the nearest of the rows near a place ([`From::Near`]), missing where it is missing there.
    Nearest,
    /// The longest run of rows, one after the other, for which the value is true.
    LongestRun,
    /// The greatest number of rows of a state that are true at one instant of the window.
    MaxOverlap,
    /// The least-squares slope of the value over event time, for each day.
    Trend,
    /// Whether the rows up to t end in a run for which the value is true, so long and without a wider gap.
    Held {
        /// How long from its first row to its last, at least.
        least: WindowSpan,
        /// How far apart rows may lie, and the last from t.
        gap: WindowSpan,
    },
}

/// A value of the model's entity among those of its peers: others of the model's population.
#[derive(Clone, Debug)]
pub struct Peers {
    /// What is computed.
    pub function: PeerFunction,
    /// Of what: a value of each of them.
    pub value: Expr,
    /// Who the peers are.
    pub group: PeerGroup,
    /// Fewer peers than this: missing. A constant or a parameter.
    pub at_least: Expr,
}

/// Functions over the values of peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PeerFunction {
    /// As the aggregate.
    Mean,
    /// As the aggregate.
    Stddev,
    /// As the aggregate; `median` is 0.5.
    Quantile(f64),
    /// The share of peers that lie below the entity's own value.
    Percentile,
    /// How many deviations of the peers the entity's own value lies above their mean.
    Zscore,
}

/// Who the peers are.
#[derive(Clone, Debug)]
pub enum PeerGroup {
    /// Those for whom each of these has the value that it has for the entity itself.
    Same(Vec<Expr>),
    /// Those whose place lies at most so far from the entity's own.
    Within {
        /// How far: a constant or a parameter.
        distance: Expr,
        /// The place.
        of: Expr,
    },
}

impl PeerFunction {
    /// It compares the entity's own value with those of its peers.
    pub fn compares(self) -> bool {
        matches!(self, Self::Percentile | Self::Zscore)
    }
}

/// Rows about `This`.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The variable that names each row inside.
    pub slot: RowSlot,
    /// What the rows are of.
    pub from: From,
    /// `S of PATH`: the rows are about the entity that this gives, evaluated outside the selection; `This` stays.
    pub of: Option<Box<Expr>>,
    /// Rows that count: only those where it is true.
    pub filter: Option<Expr>,
    /// Span of time; none: see docs/language.md (states: true at t; events: all that is known).
    pub window: Option<Window>,
}

/// What a selection's rows are of.
#[derive(Clone, Debug)]
pub enum From {
    /// Rows of a source whose columns `by` equal `This` (two columns for a pair; none for a derived table, whose rows
    /// are made for an entity).
    Rows {
        /// The source.
        source: SourceId,
        /// The columns.
        by: Vec<ColumnId>,
    },
    /// The distinct entities in columns `element` of the rows of a source whose columns `by` equal `This`; ordered by
    /// key. `by` may be one column of a pair's two.
    Entities {
        /// Type of the elements.
        entity: EntityId,
        /// Columns of the element (two for a pair).
        element: Vec<ColumnId>,
        /// The source.
        source: SourceId,
        /// The columns that equal `This`.
        by: Vec<ColumnId>,
    },
    /// Rows of a source, whomever they are about, by where they lie.
    Near {
        /// The source.
        source: SourceId,
        /// Its column of positions.
        column: ColumnId,
        /// The place, evaluated outside the selection.
        place: Box<Expr>,
        /// Rows at most so far from the place, evaluated outside the selection; none: all that have a position, the
        /// nearest first ([`AggregateFunction::Nearest`]).
        distance: Option<Box<Expr>>,
    },
    /// The rows of the group at hand (columns of a derived table only).
    Group,
    /// Findings of these models about `This`, by known-at time, then model name, then the findings' own order.
    Findings(Vec<ModelId>),
}

/// A window, relative to t (findings: to k).
#[derive(Clone, Debug)]
pub enum Window {
    /// `(t - gap - length, t - gap]`
    Span {
        /// Its length.
        length: WindowSpan,
        /// How long before t it ends.
        gap: Option<WindowSpan>,
    },
    /// From the start of the unit that holds t, up to and including t.
    This(CalendarUnit),
    /// `[start, end)` of the unit before the one that holds t.
    Previous(CalendarUnit),
    /// `(event, t]`; the event is a `Time` or `Date`, evaluated outside the selection.
    Since(Box<Expr>),
}

/// A length of a window: known, or a `Duration` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowSpan {
    /// Known.
    Fixed(SpanOfTime),
    /// A parameter of type `Duration`.
    Parameter(ParameterId),
}

/// One entry of `exempt MODEL { KEY until DATE because "…" }`.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// The model.
    pub model: ModelId,
    /// What its warnings are about: a canonical key.
    pub subject: EntityKey,
    /// The first day, in the package's zone, on which it is exempt no longer; days since 1970-01-01.
    pub until: i32,
    /// The reason.
    pub because: Arc<str>,
    /// Where.
    pub span: Span,
}

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// The model under test.
    pub model: ModelId,
    /// What it shows.
    pub title: Arc<str>,
    /// Rows for each source; sources not named are empty.
    pub given: Vec<Given>,
    /// Parameters set.
    pub set: Vec<(ParameterId, Value)>,
    /// Profile.
    pub profile: Option<Arc<str>>,
    /// Spans without coverage: source, from, until (exclusive).
    pub outages: Vec<(SourceId, i64, i64)>,
    /// The one instant to run, without silences.
    pub at: Option<i64>,
    /// Warnings expected, in any order; empty: none.
    pub expect: Vec<Expected>,
    /// Where.
    pub span: Span,
}

/// Rows given in a test.
#[derive(Clone, Debug)]
pub struct Given {
    /// The table.
    pub source: SourceId,
    /// Columns named; the others are missing (a key: the row's number).
    pub columns: Vec<ColumnId>,
    /// Cells: values of the columns' types, but entity keys still raw texts (canonicalised like data), places of rows.
    pub rows: Vec<(Vec<Value>, Span)>,
}

/// A warning that a test expects.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its level.
    pub level: Level,
    /// Raw key of what it is about; empty: any.
    pub about: Vec<Arc<str>>,
    /// Its instant t.
    pub at: Option<i64>,
    /// Its message.
    pub message: Option<Arc<str>>,
    /// Where.
    pub span: Span,
}
