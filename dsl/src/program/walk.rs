//! Walking typed expressions: their parts, in the order in which they are written.

use super::{Aggregate, Expr, ExprKind, From, UnionPart};

impl Expr {
    /// The expressions directly inside this one; an aggregate's value comes before its filter.
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
            ExprKind::Component { pair, .. } => vec![pair],
            ExprKind::Unary(_, operand) => vec![operand],
            ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::InRange { value, low, high, .. } => vec![value, low, high],
            ExprKind::InList { value, items } => std::iter::once(&**value).chain(items).collect(),
            ExprKind::Call { arguments, .. } | ExprKind::Extern { arguments, .. } => arguments.iter().collect(),
            ExprKind::Aggregate(aggregate) => aggregate.parts(),
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
            ExprKind::Component { pair, .. } => vec![pair],
            ExprKind::Unary(_, operand) => vec![operand],
            ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::InRange { value, low, high, .. } => vec![value, low, high],
            ExprKind::InList { value, items } => std::iter::once(&mut **value).chain(items).collect(),
            ExprKind::Call { arguments, .. } | ExprKind::Extern { arguments, .. } => arguments.iter_mut().collect(),
            ExprKind::Aggregate(aggregate) => {
                let selection = &mut aggregate.selection;
                let outside = selection.from.parts_mut();
                outside.into_iter().chain(aggregate.value.iter_mut()).chain(selection.filter.iter_mut()).collect()
            }
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

    /// How many expressions it is made of, itself included.
    pub fn size(&self) -> u32 {
        let mut size = 0u32;
        self.visit(&mut |_| size = size.saturating_add(1));
        size
    }
}

impl Aggregate {
    /// What is evaluated outside the selection, its value and its filter.
    pub fn parts(&self) -> Vec<&Expr> {
        let outside = self.selection.from.parts();
        outside.into_iter().chain(&self.value).chain(&self.selection.filter).collect()
    }
}

impl From {
    /// Its expressions; they are evaluated outside the selection.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::Near { place, distance, .. } => std::iter::once(&**place).chain(distance.as_deref()).collect(),
            Self::Rows { .. } | Self::Entities { .. } | Self::Findings(_) => Vec::new(),
        }
    }

    /// The same, to change them.
    pub fn parts_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Near { place, distance, .. } => {
                std::iter::once(&mut **place).chain(distance.as_deref_mut()).collect()
            }
            Self::Rows { .. } | Self::Entities { .. } | Self::Findings(_) => Vec::new(),
        }
    }
}

impl UnionPart {
    /// The value of a column over a row of this part, which is slot 0.
    pub fn column(&self, column: super::ColumnId) -> Option<&Expr> {
        self.columns.get(column.index())
    }
}
