//! The syntax tree: the whole language as written, nothing resolved.
//!
//! It is the same for Chinese and English text (keywords, types and units are held by meaning) and keeps spans and
//! comments, so that the formatter can write either language from it. It covers every construct of the language; what
//! the checker does not accept yet is still parsed and formatted.

use crate::source::Span;

/// A name as written; `quoted` when it stood in backticks. The name of an entity or type of another package has a dot,
/// `city.Person`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name itself, without backticks.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// It stood in backticks.
    pub quoted: bool,
}

/// A text literal, its escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLiteral {
    /// The text.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A comment: `// …` or `/* … */`. Doc comments (`/// …`) belong to their item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Text with its marks.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// A parsed file: every item that could be read, in order, and all comments.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct File {
    /// Items in order.
    pub items: Vec<Item>,
    /// Comments in order.
    pub comments: Vec<Comment>,
}

/// A top-level item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Lines of the doc comment before it, without `///`.
    pub docs: Vec<String>,
    /// What it is.
    pub kind: ItemKind,
    /// From its first keyword to its end.
    pub span: Span,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is documented on its struct")]
#[expect(clippy::large_enum_variant, reason = "a package has few items; boxes would only cost the reader")]
pub enum ItemKind {
    Use(Use),
    Constant(Constant),
    Entity(Entity),
    Enum(Enum),
    Source(Source),
    Union(Union),
    Fact(Fact),
    Function(Function),
    Extern(Extern),
    Rows(Rows),
    Model(Model),
    Levels(Levels),
    Exempt(Exempt),
    Test(Test),
}

/// `use city = "../city" version "1.2"`
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The name under which the package is known here.
    pub alias: Name,
    /// Folder of the package.
    pub path: TextLiteral,
    /// Required version.
    pub version: Option<TextLiteral>,
}

/// `const limit: Speed = 200 km/h`
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its name.
    pub name: Name,
    /// Its type, if written.
    pub ty: Option<TypeName>,
    /// Its value.
    pub value: Expr,
}

/// `entity Person key Text private` or `entity Guest key (Person, Dwelling)`
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// One type, or the entities of a pair.
    pub key: EntityKey,
    /// Canonicaliser: `via address.unit`.
    pub via: Option<QualifiedName>,
    /// `private`.
    pub private: bool,
}

/// What identifies an entity.
#[derive(Clone, Debug, PartialEq)]
pub enum EntityKey {
    /// `key Text` or `key Int`.
    Single(TypeName),
    /// `key (A, B)`.
    Pair(Vec<Name>),
}

/// `enum Usage { residential = "住宅" | "居住", commercial }`
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its variants in order.
    pub variants: Vec<EnumVariant>,
}

/// A variant, with the raw texts that departments write for it.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumVariant {
    /// Its name.
    pub name: Name,
    /// Raw texts that mean it, besides its name.
    pub raw: Vec<TextLiteral>,
}

/// `source NAME [state A..B | events at C] { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// How it lies in time.
    pub time: SourceTime,
    /// Clauses and columns in the order written.
    pub entries: Vec<SourceEntry>,
}

/// How a source's rows lie in time.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceTime {
    /// A fixed snapshot.
    Timeless,
    /// True at an instant: `events at time`.
    Events(Name),
    /// True from one column until another, exclusive: `state since..until`.
    State(Name, Name),
}

/// A line of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceEntry {
    /// Doc comment lines.
    pub docs: Vec<String>,
    /// What it says.
    pub kind: SourceEntryKind,
    /// Where.
    pub span: Span,
}

/// What a line of a source says.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most lines are columns")]
pub enum SourceEntryKind {
    /// `owner "公安局"`.
    Owner(TextLiteral),
    /// `allows fire_safety, statistics derived`; each purpose with whether it is for derived values only.
    Allows(Vec<Grant>),
    /// `key (device, serial)`.
    Key(Vec<Name>),
    /// `order (serial, device)`.
    Order(Vec<Name>),
    /// `expect every 1 day [per device]`.
    Expect {
        /// The longest silence that is not an outage.
        every: Expr,
        /// Coverage is per value of this column.
        per: Option<Name>,
    },
    /// `lateness 2 days`: how late a row may become known.
    Lateness(Expr),
    /// `history 90 days`: how far back the data reaches.
    History(Expr),
    /// A column.
    Column(Column),
}

/// One purpose of an `allows` clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The purpose.
    pub purpose: Name,
    /// Only derived values (facts, findings) may be read for it.
    pub derived: bool,
}

/// `since: Date? in m² unique recorded known ahead private from "登记日期" as "%Y%m%d" via f zone z after c`
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeName,
    /// Unit (quantities) or reference system (points) in which the numbers are stored.
    pub unit: Option<Name>,
    /// One row for each value: makes the source this entity's registry.
    pub unique: bool,
    /// When the platform learned of the row.
    pub recorded: bool,
    /// An end that may be known before it comes.
    pub known_ahead: bool,
    /// Private: shown only as a pseudonym.
    pub private: bool,
    /// Raw columns, where they differ from the name.
    pub from: Vec<TextLiteral>,
    /// Format of the raw text.
    pub format: Option<TextLiteral>,
    /// Canonicaliser or parser.
    pub via: Option<QualifiedName>,
    /// Time zone of the raw wall time: text, or a path to a text.
    pub zone: Option<Expr>,
    /// The time is the first such one later than this column.
    pub after: Option<Name>,
}

/// `source sightings = access { person = card, time } | hotels { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// Its name.
    pub name: Name,
    /// Its parts.
    pub parts: Vec<UnionPart>,
}

/// One part of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct UnionPart {
    /// The source.
    pub source: QualifiedName,
    /// Column name and the expression over the part's row that gives it; none: the column of that name.
    pub columns: Vec<(Name, Option<Expr>)>,
    /// Where.
    pub span: Span,
}

/// `fact home_of for Person = the home from residents`
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its name.
    pub name: Name,
    /// The entity it is about.
    pub entity: Name,
    /// Its value.
    pub value: Expr,
}

/// `fn density(people: Int, floor: Area): Float = people / (floor / 1 m²)`
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Parameters.
    pub parameters: Vec<(Name, TypeName)>,
    /// Type of the result, if written.
    pub result: Option<TypeName>,
    /// Its body.
    pub body: Expr,
}

/// `extern fn risk(load: Power, area: Area): Float from "gas"` or `extern check …`
#[derive(Clone, Debug, PartialEq)]
pub struct Extern {
    /// `extern check` rather than `extern fn`.
    pub check: bool,
    /// Its name here.
    pub name: Name,
    /// Parameters.
    pub parameters: Vec<(Name, TypeName)>,
    /// Type of the result (functions).
    pub result: Option<TypeName>,
    /// Name of the plugin in `watchfire.toml`.
    pub plugin: TextLiteral,
}

/// `levels { critical, high, low }`, most severe first.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// The levels, most severe first.
    pub levels: Vec<Name>,
}

/// `exempt heavy_water { "崇川区…" until 2025-01-01 because "school" }`
#[derive(Clone, Debug, PartialEq)]
pub struct Exempt {
    /// The model.
    pub model: QualifiedName,
    /// Whom, until when, and why.
    pub entries: Vec<ExemptEntry>,
}

/// One exempted entity.
#[derive(Clone, Debug, PartialEq)]
pub struct ExemptEntry {
    /// Key of the entity: one literal, or one for each part of a pair.
    pub key: Vec<Expr>,
    /// First day on which it is exempt no longer.
    pub until: Expr,
    /// The reason.
    pub because: TextLiteral,
}

/// `rows N [for E] from S … (each | per K, … | sessions gap D [within R]) [including current] { col = … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Its name.
    pub name: Name,
    /// The entity (top level only).
    pub entity: Option<Name>,
    /// Rows that it is made of.
    pub selection: Selection,
    /// One row for each row, for each key, or for each session.
    pub grouping: Grouping,
    /// `including current`: the unfinished bucket counts too.
    pub including_current: Option<Span>,
    /// Its columns.
    pub columns: Vec<(Name, Expr)>,
}

/// How a derived table's rows arise.
#[derive(Clone, Debug, PartialEq)]
pub enum Grouping {
    /// One for each row.
    Each,
    /// One for each value of these keys.
    Per(Vec<Expr>),
    /// One for each run of rows without a gap of this length, optionally kept within a distance.
    Sessions {
        /// The gap that ends a session.
        gap: Expr,
        /// Rows farther than this from the session's first also end it.
        within: Option<Expr>,
    },
}

/// `model NAME for E [in S] { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its name.
    pub name: Name,
    /// The entity.
    pub entity: Name,
    /// The source whose entities it runs for, where it is not the registry.
    pub population: Option<QualifiedName>,
    /// Its statements, in the order written.
    pub statements: Vec<Statement>,
}

/// A statement of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Doc comment lines.
    pub docs: Vec<String>,
    /// What it says.
    pub kind: StatementKind,
    /// Where.
    pub span: Span,
}

/// The statements of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `category overlap`
    Category(Name),
    /// `purpose fire_safety`
    Purpose(Name),
    /// `basis "…"`
    Basis(TextLiteral),
    /// `dispatch dwellings.street`
    Dispatch(Expr),
    /// `review required`
    ReviewRequired,
    /// `param min_people: Int = 6 in 3..=30`
    Param(Param),
    /// `let people = …`
    Let {
        /// Its name.
        name: Name,
        /// Its value.
        value: Expr,
    },
    /// `rows …`
    Rows(Rows),
    /// `every day at 02:00 [about EXPR]`, `on S as r …`, `match …`
    Trigger {
        /// What makes the model look.
        trigger: Trigger,
        /// What the warning is about, where it is not the model's entity.
        about: Option<Expr>,
    },
    /// `warn when … { … }`
    Warn(Warn),
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type, if written.
    pub ty: Option<TypeName>,
    /// Its default.
    pub default: Expr,
    /// The values it may be set to.
    pub range: Option<Range>,
}

/// `low..high` (half-open) or `low..=high` (closed).
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// First value.
    pub low: Box<Expr>,
    /// Last value, or the one after it.
    pub high: Box<Expr>,
    /// `..=`
    pub closed: bool,
}

/// What makes a model look.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// `every day at 02:00`, `every 15 min`; `every day` has the length `1 day`.
    Every {
        /// Length of a step: a number with a unit of time.
        step: Expr,
        /// Wall time of each instant, for steps of days or longer.
        at: Option<Expr>,
    },
    /// `on S [as r] [by c] [where …]`
    On(Selection),
    /// `match …`
    Match(Match),
}

/// `match a from A then b from B within D without C …`
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Steps in event time.
    pub steps: Vec<MatchStep>,
    /// A last `without … within D`, which fires at its deadline.
    pub deadline: Option<Without>,
    /// Matches may share rows.
    pub overlapping: bool,
}

/// One step of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchStep {
    /// Name of its row.
    pub name: Name,
    /// Its rows.
    pub selection: Selection,
    /// Longest time from the step before.
    pub within: Option<Expr>,
    /// What must not lie strictly between the step before and this one.
    pub without: Vec<Without>,
}

/// `without S where … [within D]`
#[derive(Clone, Debug, PartialEq)]
pub struct Without {
    /// The rows that must be absent.
    pub selection: Selection,
    /// The deadline (last clause of a sequence only).
    pub within: Option<Expr>,
}

/// `warn when COND { … }` or `warn at TIME { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Warn {
    /// The condition; none: always.
    pub condition: Option<Expr>,
    /// The instant the warning speaks of (sequences).
    pub at: Option<Expr>,
    /// Levels, messages, silence, in the order written.
    pub entries: Vec<WarnEntry>,
}

/// A line of a `warn` block.
#[derive(Clone, Debug, PartialEq)]
pub struct WarnEntry {
    /// What it says.
    pub kind: WarnEntryKind,
    /// Where.
    pub span: Span,
}

/// What a line of a `warn` block says.
#[derive(Clone, Debug, PartialEq)]
pub enum WarnEntryKind {
    /// `red when COND [message …]` or `yellow otherwise [message …]`
    Level {
        /// The level.
        level: Name,
        /// Its condition; none: `otherwise`.
        condition: Option<Expr>,
        /// Its own message.
        message: Option<Message>,
    },
    /// `score { 3 if wet  2 if crowded }`
    Score(Vec<(Expr, Expr)>),
    /// `levels { red from 9  yellow from 3 }`
    Bands(Vec<(Name, Expr)>),
    /// `message "…"` or `message { zh "…" en "…" }`
    Message(Message),
    /// `again after 30 days`
    Again(Expr),
}

/// A message, in one or several languages.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Language tag (none: the package's language) and template.
    pub texts: Vec<(Option<Name>, MessageText)>,
}

/// `"{this}: {people} people, {x in m²:.1}"`
#[derive(Clone, Debug, PartialEq)]
pub struct MessageText {
    /// Parts in order.
    pub parts: Vec<MessagePart>,
    /// Where, quotes included.
    pub span: Span,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum MessagePart {
    /// Literal text, escapes resolved (`{{` and `}}` are braces).
    Text(String),
    /// `{value [in unit][:format]}`
    Value {
        /// What is shown.
        value: Expr,
        /// In which unit.
        unit: Option<Name>,
        /// Text after the colon, such as `.1`.
        format: Option<String>,
        /// Where, braces included.
        span: Span,
    },
}

/// `test MODEL "title" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The model under test.
    pub model: QualifiedName,
    /// What it shows.
    pub title: TextLiteral,
    /// Its statements, in the order written.
    pub statements: Vec<TestStatement>,
}

/// A statement of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStatement {
    /// What it says.
    pub kind: TestStatementKind,
    /// Where.
    pub span: Span,
}

/// What a statement of a test says.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStatementKind {
    /// `given S { a, b: 1, 2 NEWLINE 3, 4 }`
    Given {
        /// The source.
        source: QualifiedName,
        /// Columns named.
        columns: Vec<Name>,
        /// Rows, one a line; a cell `_` (or `missing`) is missing: `None`.
        rows: Vec<Vec<Option<Expr>>>,
    },
    /// `set min_people = 3`: a parameter, for this test.
    Set {
        /// The parameter.
        name: Name,
        /// Its value.
        value: Expr,
    },
    /// `profile emergency`
    Profile(Name),
    /// `outage access 2024-01-01..2024-01-03`: no coverage of this source then.
    Outage {
        /// The source.
        source: QualifiedName,
        /// From when until when, exclusive.
        range: Range,
    },
    /// `at 2024-03-01T02:00`
    At(Expr),
    /// `expect yellow "key"`, `expect yellow ("p1", "d1") at T message "…"`, `expect nothing`
    Expect(Expect),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// `expect nothing`
    Nothing,
    /// One warning.
    Warning {
        /// Its level.
        level: Name,
        /// Key of what it is about; empty: any.
        about: Vec<Expr>,
        /// Its instant, if it matters.
        at: Option<Expr>,
        /// Its message, if it matters.
        message: Option<TextLiteral>,
    },
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// Its name; a built-in type has its English name here, in whichever language it was written.
    pub name: Name,
    /// `?`
    pub optional: bool,
    /// Where, `?` included.
    pub span: Span,
}

/// `a.b.c`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualifiedName {
    /// Its parts, at least one.
    pub parts: Vec<Name>,
    /// Where.
    pub span: Span,
}

/// `[as r] [by c] [within D of P] [where …] [over …]` after a source term.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// What the rows are of.
    pub source: SourceTerm,
    /// Name of the row inside the selection.
    pub row: Option<Name>,
    /// The column that refers to this entity.
    pub by: Option<Name>,
    /// Distance and place: `within 500 m of dwellings.place`.
    pub near: Option<(Box<Expr>, Box<Expr>)>,
    /// Rows that count.
    pub filter: Option<Box<Expr>>,
    /// Span of time.
    pub window: Option<Window>,
    /// Where.
    pub span: Span,
}

/// What can stand after `from`.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceTerm {
    /// A source or derived table, optionally of another entity: `lift of dwellings.building`.
    Named {
        /// Its name.
        name: QualifiedName,
        /// Path to the entity whose rows are meant.
        of: Option<Box<Expr>>,
    },
    /// `starts of S`
    Starts(QualifiedName),
    /// `ends of S`
    Ends(QualifiedName),
    /// `Guest in access`: the entities of a type that occur in a source.
    Entities {
        /// The entity type.
        entity: Name,
        /// The source.
        source: QualifiedName,
    },
    /// `findings of (a, b)`
    Findings(Vec<QualifiedName>),
}

/// A span of time for a selection.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// `over last D`
    Last(Box<Expr>),
    /// `over D before last E`
    Before {
        /// D: its length.
        length: Box<Expr>,
        /// E: how long ago it ends.
        gap: Box<Expr>,
    },
    /// `over today`, `over this week | month | quarter | year`
    This(CalendarUnit),
    /// `over previous month`
    Previous(CalendarUnit),
    /// `since EVENT`
    Since(Box<Expr>),
}

/// Calendar units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "their names say it")]
pub enum CalendarUnit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `3`, `2.5`, `200 km/h`, `30 days`: digits as written (with `_` removed), and the unit right after them.
    Number {
        /// Digits, with an optional point and exponent.
        digits: String,
        /// The unit.
        unit: Option<Name>,
    },
    /// `"…"`
    Text(String),
    /// `2024-03-01`
    Date(String),
    /// `2024-03-01T02:00[:30[.5]]`, wall time of the package's zone.
    Time(String),
    /// `02:00`, a time of day (triggers only).
    Clock(String),
    /// `true`, `false`
    Bool(bool),
    /// `missing`, only after `is` / `is not`.
    Missing,
    /// `this`
    This,
    /// `now`
    Now,
    /// A name.
    Name(Name),
    /// `base.name`
    Member {
        /// What stands before the dot.
        base: Box<Expr>,
        /// The name.
        name: Name,
    },
    /// `f(a, b)`, `geo.bearing(p, q)`; `r.before(2)` has the member expression as its function.
    Call {
        /// What is called.
        function: Box<Expr>,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// `(x)`
    Parenthesised(Box<Expr>),
    /// `not x`, `-x`
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// Its operand.
        operand: Box<Expr>,
    },
    /// `a + b`, `a and b`, `a ?? b`, …
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Its left operand.
        left: Box<Expr>,
        /// Its right operand.
        right: Box<Expr>,
    },
    /// `x [not] in low..high`
    InRange {
        /// What is sought.
        value: Box<Expr>,
        /// The range.
        range: Range,
        /// `not in`
        negated: bool,
    },
    /// `x [not] in (a, b, c)`
    InList {
        /// What is sought.
        value: Box<Expr>,
        /// The list.
        items: Vec<Expr>,
        /// `not in`
        negated: bool,
    },
    /// `a within 500 m of b`
    Within {
        /// The place.
        value: Box<Expr>,
        /// The distance.
        distance: Box<Expr>,
        /// The other place.
        of: Box<Expr>,
    },
    /// `p inside area`
    Inside {
        /// The place.
        value: Box<Expr>,
        /// The polygon.
        area: Box<Expr>,
    },
    /// `card.home_of as of r.time`
    AsOf {
        /// The value.
        value: Box<Expr>,
        /// At which instant.
        at: Box<Expr>,
    },
    /// `count distinct x from S where … over …`
    Aggregate(Box<Aggregate>),
    /// `median x among same (…) at least 20`
    Peers(Box<Peers>),
    /// `held (COND) for D samples within G from S`
    Held(Box<Held>),
    /// `nearest S [where …] to place`
    Nearest {
        /// Its rows.
        selection: Box<Selection>,
        /// The place.
        to: Box<Expr>,
    },
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum UnaryOperator {
    Not,
    Negate,
}

/// Operators with two operands, weakest first: or; and; comparisons and `is`; `??`; `+ -`; `* /`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Is,
    IsNot,
    Otherwise,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// `FUNCTION [distinct] [VALUE] from SELECTION`, or, of a group, `FUNCTION [VALUE] [where CONDITION]`
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// What is computed.
    pub function: AggregateFunction,
    /// Of what; `count`, `any` and `none` may have none.
    pub value: Option<Expr>,
    /// Over which rows; none (columns of a derived table only): the rows of the group.
    pub selection: Option<Selection>,
    /// Which rows of the group; all where none is given.
    pub filter: Option<Expr>,
}

/// Aggregates.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum AggregateFunction {
    Count,
    CountDistinct,
    Sum,
    Mean,
    Min,
    Max,
    Stddev,
    Median,
    /// `quantile(0.9)`
    Quantile(Box<Expr>),
    MostCommon,
    First,
    Last,
    Any,
    All,
    None,
    The,
    List,
    LongestRun,
    MaxOverlap,
    Trend,
}

/// `FUNCTION VALUE among (same (…) | within D of P) [at least N]`
#[derive(Clone, Debug, PartialEq)]
pub struct Peers {
    /// What is computed.
    pub function: PeerFunction,
    /// Of what.
    pub value: Expr,
    /// Who the peers are.
    pub group: PeerGroup,
    /// Fewer peers than this give missing.
    pub at_least: Option<Expr>,
}

/// Functions over peers.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum PeerFunction {
    Median,
    Mean,
    Stddev,
    Quantile(Box<Expr>),
    Percentile,
    Zscore,
}

/// Who the peers are.
#[derive(Clone, Debug, PartialEq)]
pub enum PeerGroup {
    /// `same (a, b)`
    Same(Vec<Expr>),
    /// `within 200 m of place`
    Within {
        /// The distance.
        distance: Expr,
        /// The place.
        of: Expr,
    },
}

/// `held (COND) for D samples within G from S`
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What must hold.
    pub condition: Expr,
    /// For how long.
    pub duration: Expr,
    /// Longest hole between samples.
    pub gap: Expr,
    /// The samples.
    pub selection: Selection,
}
