//! The plan's expressions: the typed program's, with selections bound to timelines.
//!
//! A node is an expression of the program at one place of the text (its faults point there). An aggregate whose value
//! depends on nothing but entity, t and k also has a [`Shared`](super::Shared) identity: wherever the same aggregate is
//! written, in whichever fact or model, it is the same one, and an evaluation computes it once for each entity.

use std::sync::Arc;
use watchfire_dsl::program::{
    AggregateFunction, CalendarUnit, ColumnId, EntityId, ExternId, FactId, FindingColumn, Kind, LetId, ModelId,
    ParameterId, PeerFunction, Row, RowSlot, SourceId, WindowSpan,
};
use watchfire_stdlib::functions::Function;
use watchfire_stdlib::ops::{Comparison, Site};
use watchfire_stdlib::value::Value;

/// A timeline that the plan needs, in [`Plan::timelines`](super::Plan::timelines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TimelineId(pub(crate) u32);

/// Rows by where they lie, in [`Plan::places`](super::Plan::places).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PlacesId(pub(crate) u32);

/// An aggregate known by its meaning, in [`Plan::shared`](super::Plan::shared).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SharedId(pub(crate) u32);

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Kind of its value.
    pub(crate) ty: Kind,
    /// Its place in the text.
    pub(crate) site: Site,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    /// A value.
    Constant(Value),
    /// A parameter.
    Parameter(ParameterId),
    /// The entity at hand.
    This,
    /// t.
    Now,
    /// A `let` of the model, for the model's entity and trigger row.
    Let(LetId),
    /// A package fact about an entity.
    Fact(FactId, Box<Node>),
    /// The body, about another entity of this type.
    About(EntityId, Box<Node>, Box<Node>),
    /// A value at another t: the value, and that t.
    AsOf(Box<Node>, Box<Node>),
    /// A column of a bound row.
    Column(Row, SourceId, ColumnId),
    /// A bound entity.
    Element(RowSlot),
    /// A column of a bound finding.
    FindingColumn(RowSlot, FindingColumn),
    /// A part of a pair.
    Component(Box<Node>, u8),
    /// `not x`
    Not(Box<Node>),
    /// `-x`
    Negate(Box<Node>),
    /// `a and b`
    And(Box<Node>, Box<Node>),
    /// `a or b`
    Or(Box<Node>, Box<Node>),
    /// `a ?? b`
    Otherwise(Box<Node>, Box<Node>),
    /// `a is b`
    Is(Box<Node>, Box<Node>),
    /// `a is not b`
    IsNot(Box<Node>, Box<Node>),
    /// `a < b`
    Compare(Comparison, Box<Node>, Box<Node>),
    /// `a + b`
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    /// `value in low..high`
    InRange {
        /// What is sought, first, last.
        operands: Box<[Node; 3]>,
        /// The last belongs to it.
        closed: bool,
    },
    /// `value in (a, b)`
    InList(Box<Node>, Vec<Node>),
    /// The sum of the weights whose condition is true.
    Score(Vec<(Node, Node)>),
    /// A standard function.
    Call(&'static Function, Vec<Node>),
    /// A plugin's function: where evaluation is cut into stages.
    Extern(ExternId, Vec<Node>),
    /// An aggregate.
    Aggregate(Box<AggregateNode>),
    /// A value among peers: what the model's entity was told before the evaluation.
    Peers(Arc<PeersNode>),
}

/// Operators on numbers, times and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// An aggregate.
#[derive(Clone, Debug)]
pub(crate) struct AggregateNode {
    /// What is computed.
    pub(crate) function: AggregateFunction,
    /// Of what.
    pub(crate) value: Option<Node>,
    /// Names each row inside.
    pub(crate) slot: RowSlot,
    /// What the rows are of.
    pub(crate) from: FromNode,
    /// Rows that count.
    pub(crate) filter: Option<Node>,
    /// Span of time.
    pub(crate) window: Option<WindowNode>,
    /// Whose rows, where not those of the entity at hand.
    pub(crate) of: Option<(EntityId, Node)>,
    /// Its identity, where it depends on nothing but entity, t and k.
    pub(crate) shared: Option<SharedId>,
}

/// A value among peers.
#[derive(Clone, Debug)]
pub(crate) struct PeersNode {
    /// Its place among those of the model; those that its value uses come before it.
    pub(crate) id: usize,
    /// What is computed.
    pub(crate) function: PeerFunction,
    /// Of what.
    pub(crate) value: Node,
    /// Who the peers are.
    pub(crate) group: PeerGroupNode,
    /// Fewer give missing.
    pub(crate) at_least: Node,
    /// The value reads rows that lie in time, so that only those count as rows behind it.
    pub(crate) dated: bool,
}

/// Who the peers are.
#[derive(Clone, Debug)]
pub(crate) enum PeerGroupNode {
    /// Those with equal values.
    Same(Vec<Node>),
    /// Those at most so far away: distance, place.
    Within(Node, Node),
}

impl PeersNode {
    /// What says who the peers are.
    pub(crate) fn keys(&self) -> &[Node] {
        match &self.group {
            PeerGroupNode::Same(keys) => keys,
            PeerGroupNode::Within(_, place) => std::slice::from_ref(place),
        }
    }
}

/// A window.
#[derive(Clone, Debug)]
pub(crate) enum WindowNode {
    /// Found from t and parameters alone.
    Fixed(FixedWindow),
    /// From an event until t.
    Since(Node),
}

/// A window that depends on t and parameters alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FixedWindow {
    /// `over last D`, `over D before last E`
    Span(WindowSpan, Option<WindowSpan>),
    /// `over this month`
    This(CalendarUnit),
    /// `over previous month`
    Previous(CalendarUnit),
}

/// What an aggregate's rows are of.
#[derive(Clone, Debug)]
pub(crate) enum FromNode {
    /// The entity's rows in a timeline.
    Rows(TimelineId),
    /// The distinct entities in these columns of the entity's rows in a timeline.
    Entities(EntityId, Vec<ColumnId>, TimelineId),
    /// Rows of a source near a place: at most so far away, or all with a position, the nearest first.
    Near(PlacesId, Box<Node>, Option<Box<Node>>),
    /// The entity's rows of a derived table.
    Derived(SourceId),
    /// The distinct entities in these columns of the entity's rows of a derived table.
    DerivedEntities(EntityId, Vec<ColumnId>, SourceId),
    /// The rows of the group at hand (columns of derived tables).
    Group,
    /// Findings of these models, by model name.
    Findings(Vec<ModelId>),
}

impl FromNode {
    /// The timeline that the rows, or the entities in them, are of.
    pub(crate) fn timeline(&self) -> Option<TimelineId> {
        match self {
            Self::Rows(timeline) | Self::Entities(_, _, timeline) => Some(*timeline),
            _ => None,
        }
    }
}

impl NodeKind {
    /// Whether it depends on nothing but the values of its parts, or on nothing at all.
    pub(crate) fn combines(&self) -> bool {
        matches!(
            self,
            Self::Constant(_)
                | Self::Not(_)
                | Self::Negate(_)
                | Self::And(..)
                | Self::Or(..)
                | Self::Otherwise(..)
                | Self::Is(..)
                | Self::IsNot(..)
                | Self::Compare(..)
                | Self::Arithmetic(..)
                | Self::InRange { .. }
                | Self::InList(..)
                | Self::Call(..)
        )
    }
}

impl Node {
    /// The expressions directly beneath this one.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Constant(_)
            | NodeKind::Parameter(_)
            | NodeKind::This
            | NodeKind::Now
            | NodeKind::Let(_)
            | NodeKind::Column(..)
            | NodeKind::Element(_)
            | NodeKind::FindingColumn(..) => Vec::new(),
            NodeKind::Fact(_, a) | NodeKind::Component(a, _) | NodeKind::Not(a) | NodeKind::Negate(a) => vec![a],
            NodeKind::About(_, a, b)
            | NodeKind::AsOf(a, b)
            | NodeKind::And(a, b)
            | NodeKind::Or(a, b)
            | NodeKind::Otherwise(a, b)
            | NodeKind::Is(a, b)
            | NodeKind::IsNot(a, b)
            | NodeKind::Compare(_, a, b)
            | NodeKind::Arithmetic(_, a, b) => vec![a, b],
            NodeKind::InRange { operands, .. } => operands.iter().collect(),
            NodeKind::InList(value, items) => std::iter::once(&**value).chain(items).collect(),
            NodeKind::Score(rules) => rules.iter().flat_map(|(weight, condition)| [weight, condition]).collect(),
            NodeKind::Call(_, arguments) | NodeKind::Extern(_, arguments) => arguments.iter().collect(),
            NodeKind::Aggregate(aggregate) => {
                let near = match &aggregate.from {
                    FromNode::Near(_, place, distance) => [Some(&**place), distance.as_deref()],
                    _ => [None, None],
                };
                let of = aggregate.of.iter().map(|(_, entity)| entity);
                let event = aggregate.window.iter().filter_map(WindowNode::event);
                let near = near.into_iter().flatten();
                near.chain(of).chain(event).chain(&aggregate.filter).chain(&aggregate.value).collect()
            }
            NodeKind::Peers(peers) => {
                let distance =
                    if let PeerGroupNode::Within(distance, _) = &peers.group { Some(distance) } else { None };
                let around = peers.keys().iter().chain(distance).chain([&peers.at_least]);
                std::iter::once(&peers.value).chain(around).collect()
            }
        }
    }
}

impl WindowNode {
    /// What it begins with, if that is an expression.
    pub(crate) fn event(&self) -> Option<&Node> {
        if let Self::Since(event) = self { Some(event) } else { None }
    }
}
