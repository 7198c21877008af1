//! Walking typed expressions: their parts, in the order in which they are written.

use super::{Aggregate, Derived, Expr, ExprKind, From, Grouping, PeerGroup, Peers, Selection, UnionPart, Window};

impl Expr {
    /// The expressions directly inside this one; of an aggregate in the order of [`Aggregate::parts`].
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Constant(_)
            | ExprKind::Parameter(_)
            | ExprKind::This
            | ExprKind::Now
            | ExprKind::Let(_)
            | ExprKind::Column { .. }
            | ExprKind::Element(_)
            | ExprKind::FindingColumn(..) => Vec::new(),
            ExprKind::Fact { entity, .. } => vec![entity],
            ExprKind::About { entity, body } => vec![entity, body],
            ExprKind::AsOf { value, at } => vec![value, at],
            ExprKind::Component { pair, .. } => vec![pair],
            ExprKind::Unary(_, operand) => vec![operand],
            ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::InRange { value, low, high, .. } => vec![value, low, high],
            ExprKind::InList { value, items } => std::iter::once(&**value).chain(items).collect(),
            ExprKind::Score(rules) => rules.iter().flat_map(|(weight, condition)| [weight, condition]).collect(),
            ExprKind::Call { arguments, .. } | ExprKind::Extern { arguments, .. } => arguments.iter().collect(),
            ExprKind::Aggregate(aggregate) => aggregate.parts(),
            ExprKind::Peers(peers) => peers.parts(),
        }
    }

    /// The same, to change them.
    pub fn parts_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Constant(_)
            | ExprKind::Parameter(_)
            | ExprKind::This
            | ExprKind::Now
            | ExprKind::Let(_)
            | ExprKind::Column { .. }
            | ExprKind::Element(_)
            | ExprKind::FindingColumn(..) => Vec::new(),
            ExprKind::Fact { entity, .. } => vec![entity],
            ExprKind::About { entity, body } => vec![entity, body],
            ExprKind::AsOf { value, at } => vec![value, at],
            ExprKind::Component { pair, .. } => vec![pair],
            ExprKind::Unary(_, operand) => vec![operand],
            ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::InRange { value, low, high, .. } => vec![value, low, high],
            ExprKind::InList { value, items } => std::iter::once(&mut **value).chain(items).collect(),
            ExprKind::Score(rules) => rules.iter_mut().flat_map(|(weight, condition)| [weight, condition]).collect(),
            ExprKind::Call { arguments, .. } | ExprKind::Extern { arguments, .. } => arguments.iter_mut().collect(),
            ExprKind::Aggregate(aggregate) => {
                let Selection { from, of, filter, window, .. } = &mut aggregate.selection;
                let event = window.as_mut().and_then(Window::event_mut);
                let outside = from.parts_mut().into_iter().chain(of.as_deref_mut()).chain(event);
                outside.chain(aggregate.value.iter_mut()).chain(filter.iter_mut()).collect()
            }
            ExprKind::Peers(peers) => peers.parts_mut(),
        }
    }

    /// Calls `f` for this expression and all inside it, outer ones first.
    pub fn visit(&self, f: &mut impl FnMut(&Expr)) {
        f(self);
        for part in self.parts() {
            part.visit(f);
        }
    }

    /// Calls `f` for this expression and all inside it, outer ones first, to change them.
    pub fn visit_mut(&mut self, f: &mut impl FnMut(&mut Expr)) {
        f(self);
        for part in self.parts_mut() {
            part.visit_mut(f);
        }
    }

    /// The conditions that `and` joins, in order; itself, if it is no such chain.
    pub fn conjuncts(&self) -> Vec<&Expr> {
        let (mut parts, mut first) = (Vec::new(), self);
        while let ExprKind::Binary(crate::syntax::BinaryOperator::And, left, right) = &first.kind {
            parts.push(&**right);
            first = left;
        }
        parts.push(first);
        parts.reverse();
        parts
    }

    /// How many expressions it is made of, itself included.
    pub fn size(&self) -> u32 {
        let mut size = 0u32;
        self.visit(&mut |_| size = size.saturating_add(1));
        size
    }
}

impl Aggregate {
    /// What is evaluated outside its selection (near what, whose rows, since when), its value, and its filter.
    pub fn parts(&self) -> Vec<&Expr> {
        let Selection { from, of, filter, window, .. } = &self.selection;
        let event = window.as_ref().and_then(Window::event);
        from.parts().into_iter().chain(of.as_deref()).chain(event).chain(&self.value).chain(filter).collect()
    }
}

impl From {
    /// Its expressions; they are evaluated outside the selection.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::Near { place, distance, .. } => std::iter::once(&**place).chain(distance.as_deref()).collect(),
            Self::Rows { .. } | Self::Entities { .. } | Self::Group | Self::Findings(_) => Vec::new(),
        }
    }

    /// The same, to change them.
    pub fn parts_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Near { place, distance, .. } => {
                std::iter::once(&mut **place).chain(distance.as_deref_mut()).collect()
            }
            Self::Rows { .. } | Self::Entities { .. } | Self::Group | Self::Findings(_) => Vec::new(),
        }
    }
}

impl Window {
    /// What it begins with, if that is an expression.
    pub fn event(&self) -> Option<&Expr> {
        if let Self::Since(event) = self { Some(event) } else { None }
    }

    fn event_mut(&mut self) -> Option<&mut Expr> {
        if let Self::Since(event) = self { Some(event) } else { None }
    }
}

impl Peers {
    /// The value, what says who the peers are, and how many are needed.
    pub fn parts(&self) -> Vec<&Expr> {
        let mut parts = vec![&self.value];
        match &self.group {
            PeerGroup::Same(keys) => parts.extend(keys),
            PeerGroup::Within { distance, of } => parts.extend([distance, of]),
        }
        parts.push(&self.at_least);
        parts
    }

    fn parts_mut(&mut self) -> Vec<&mut Expr> {
        let mut parts = vec![&mut self.value];
        match &mut self.group {
            PeerGroup::Same(keys) => parts.extend(keys),
            PeerGroup::Within { distance, of } => parts.extend([distance, of]),
        }
        parts.push(&mut self.at_least);
        parts
    }
}

impl Derived {
    /// Its expressions: what chooses rows, then keys, then columns.
    pub fn parts(&self) -> Vec<&Expr> {
        let keys: Vec<&Expr> = match &self.grouping {
            Grouping::Each => Vec::new(),
            Grouping::Per { keys, .. } => keys.iter().collect(),
            Grouping::Sessions { within, .. } => {
                within.iter().flat_map(|(distance, place)| [distance, place]).collect()
            }
        };
        self.selection.filter.iter().chain(keys).chain(&self.columns).collect()
    }
}

impl UnionPart {
    /// The value of a column over a row of this part, which is slot 0.
    pub fn column(&self, column: super::ColumnId) -> Option<&Expr> {
        self.columns.get(column.index())
    }
}
