//! Places: `within … of`, `inside`, rows by nearness, the nearest row.

use super::context::{Bound, Checker, LetValue, Scope, State};
use super::kinds::{expression, unknown};
use super::names::SourceFound;
use super::paths::Resolved;
use crate::diagnostics::places::{BadShape, NoPlaceColumn, NotByNearness, WhichPlace};
use crate::diagnostics::types::TypeMismatch;
use crate::program::{
    Aggregate, AggregateFunction, ColumnId, Expr, ExprKind, From, Kind, ReferenceSystem, Row, RowSlot, Selection,
    SourceId, Type, Value,
};
use crate::source::Span;
use crate::syntax::{self, Name, SourceTerm};
use std::sync::Arc;
use watchfire_stdlib::functions::{INSIDE, PLACES, distance_function};
use watchfire_stdlib::geo::Written;
use watchfire_stdlib::types::Dimension;

/// `nearest S … to P`: the row of which columns can be read.
#[derive(Clone, Debug)]
pub(super) struct Nearest {
    source: SourceId,
    selection: Selection,
}

impl Checker<'_> {
    /// A position, line or polygon.
    fn place(&mut self, scope: &mut Scope, e: &syntax::Expr) -> Expr {
        let value = self.expr(scope, e, Some(&Kind::Point));
        if value.ty.kind == Kind::Unknown || PLACES.contains(&value.ty.kind) {
            return value;
        }
        let expected = PLACES.iter().map(|kind| self.kind_name(kind)).collect::<Vec<_>>().join(" or ");
        let found = self.kind_name(&value.ty.kind);
        self.report(TypeMismatch { at: value.span, expected, found, because: None });
        unknown(e.span)
    }

    pub(super) fn length(&mut self, scope: &mut Scope, e: &syntax::Expr) -> Expr {
        let length = Kind::Quantity(Dimension::LENGTH);
        let value = self.expr(scope, e, Some(&length));
        self.need(value, &length, None)
    }

    /// `a within D of b`: the distance is at most D.
    pub(super) fn within(
        &mut self,
        scope: &mut Scope,
        value: &syntax::Expr,
        distance: &syntax::Expr,
        of: &syntax::Expr,
        span: Span,
    ) -> Expr {
        let (value, of) = (self.place(scope, value), self.place(scope, of));
        let most = self.length(scope, distance);
        let parts = [&value, &of, &most];
        let optional = parts.iter().any(|part| part.ty.optional);
        let (false, Some(function)) = (parts.iter().any(|part| part.ty.kind == Kind::Unknown), distance_function())
        else {
            return unknown(span);
        };
        let ty = Type { kind: most.ty.kind.clone(), optional, private: false };
        let apart = expression(ExprKind::Call { function, arguments: vec![value, of] }, ty, span);
        let ty = Type { kind: Kind::Bool, optional, private: false };
        let operator = syntax::BinaryOperator::LessOrEqual;
        expression(ExprKind::Binary(operator, Box::new(apart), Box::new(most)), ty, span)
    }

    /// `p inside area`
    pub(super) fn inside(&mut self, scope: &mut Scope, p: &syntax::Expr, area: &syntax::Expr, span: Span) -> Expr {
        let p = self.expr(scope, p, Some(&Kind::Point));
        let p = self.need(p, &Kind::Point, None);
        let area = self.expr(scope, area, Some(&Kind::Polygon));
        let area = self.need(area, &Kind::Polygon, None);
        if p.ty.kind == Kind::Unknown || area.ty.kind == Kind::Unknown {
            return unknown(span);
        }
        let ty = Type { kind: Kind::Bool, optional: p.ty.optional || area.ty.optional, private: false };
        expression(ExprKind::Call { function: &INSIDE, arguments: vec![p, area] }, ty, span)
    }

    /// The rows of `from S within D of P`, or, without a distance, of `nearest S to P`.
    pub(super) fn selection_near(
        &mut self,
        scope: &mut Scope,
        slot: RowSlot,
        selection: &syntax::Selection,
        distance: Option<&syntax::Expr>,
        place: &syntax::Expr,
    ) -> (RowSlot, Option<From>, Bound) {
        let distance = distance.map(|distance| self.length(scope, distance));
        let place = self.place(scope, place);
        let known = std::iter::once(&place).chain(&distance).all(|part| part.ty.kind != Kind::Unknown);
        let SourceTerm::Named { name, of: None } = &selection.source else {
            let clause = match &selection.source {
                SourceTerm::Named { .. } => "of",
                SourceTerm::Starts(_) => "starts of",
                SourceTerm::Ends(_) => "ends of",
                SourceTerm::Entities { .. } => "in",
                SourceTerm::Findings(_) => "findings of",
            };
            self.report(NotByNearness { at: selection.span, clause: clause.to_owned() });
            return (slot, None, Self::nothing_bound());
        };
        let Some(SourceFound::Source(source)) = self.source_named(name) else {
            return (slot, None, Self::nothing_bound());
        };
        if self.refuse_derived(source, name.span) {
            return (slot, None, Self::nothing_bound());
        }
        let column = self.place_column(source, selection.by.as_ref(), name.span);
        let (place, distance) = (Box::new(place), distance.map(Box::new));
        let from = column.filter(|_| known).map(|column| From::Near { source, column, place, distance });
        (slot, from, Bound::Row { slot, source, bare: true })
    }

    /// The one column of positions, or the one that `by` names.
    fn place_column(&mut self, source: SourceId, by: Option<&Name>, at: Span) -> Option<ColumnId> {
        let id = |index: usize| u32::try_from(index).ok().map(ColumnId);
        if let Some(name) = by {
            let Some(index) = self.source(source).columns.iter().position(|c| *c.name == *name.text) else {
                self.unknown_column(source, name);
                return None;
            };
            let kind = self.source(source).columns[index].ty.kind.clone();
            if kind != Kind::Point {
                if kind != Kind::Unknown {
                    let (expected, found) = (self.kind_name(&Kind::Point), self.kind_name(&kind));
                    self.report(TypeMismatch { at: name.span, expected, found, because: None });
                }
                return None;
            }
            return id(index);
        }
        let declared = self.source(source);
        let places: Vec<(usize, Span)> = declared
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.ty.kind == Kind::Point)
            .map(|(index, column)| (index, column.span))
            .collect();
        let name = declared.name.to_string();
        match places.as_slice() {
            [(index, _)] => id(*index),
            [] => {
                // Where a column has an error already reported, it may be the one that is meant.
                if !declared.columns.iter().any(|column| column.ty.kind == Kind::Unknown) {
                    let declared = Some(declared.span);
                    self.report(NoPlaceColumn { at, source: name, declared });
                }
                None
            }
            several => {
                let columns = several.iter().map(|(index, _)| declared.columns[*index].name.to_string()).collect();
                let declared = several.iter().map(|(_, span)| *span).collect();
                self.report(WhichPlace { at, source: name, columns, declared });
                None
            }
        }
    }

    /// `nearest S [where …] to P`
    pub(super) fn nearest(
        &mut self,
        scope: &mut Scope,
        selection: &syntax::Selection,
        to: &syntax::Expr,
        span: Span,
    ) -> Option<Nearest> {
        if scope.row_only || scope.subject.is_none() {
            self.nothing_at_hand("nearest", span);
            return None;
        }
        if let Some((distance, _)) = &selection.near {
            self.report(NotByNearness { at: distance.span, clause: "within".to_owned() });
            return None;
        }
        let slot = self.slot();
        let (slot, from, bound) = self.selection_near(scope, slot, selection, None, to);
        Self::bind(scope, selection.row.as_ref(), bound.clone());
        let filter = selection.filter.as_ref().map(|filter| self.truth(scope, filter, None));
        scope.rows.pop();
        let window = match &selection.window {
            Some(window) => Some(self.window(scope, window, selection, &bound)?),
            None => None,
        };
        let from = from?;
        let From::Near { source, .. } = &from else { return None };
        Some(Nearest { source: *source, selection: Selection { slot, from, of: None, filter, window } })
    }

    /// How a column of a nearest row is written.
    pub(super) fn nearest_example(&self, nearest: &Nearest, named: bool, text: &str) -> Option<String> {
        let column = self.source(nearest.source).columns.first()?;
        let name = &column.name;
        Some(if named || text.starts_with('(') { format!("{text}.{name}") } else { format!("({text}).{name}") })
    }

    /// `h.place`: of a `let`, it becomes a `let` of its own, so that it is computed once and for the model's entity.
    pub(super) fn nearest_member(
        &mut self,
        nearest: Nearest,
        named: Option<usize>,
        name: &Name,
        span: Span,
    ) -> Resolved {
        let state = |checker: &Self, index: usize| {
            checker.model.as_ref().and_then(|model| model.lets.get(index)).map(|declared| declared.state.clone())
        };
        let known = named.and_then(|index| match state(self, index)? {
            State::Done(LetValue::Nearest(_, columns)) => columns.get(&name.text).copied(),
            _ => None,
        });
        if let Some(id) = known {
            let ty = self.model.as_ref().and_then(|model| model.typed.get(id.index())).map(|l| l.value.ty.clone());
            return ty.map_or(Resolved::Later, |ty| Resolved::Value(expression(ExprKind::Let(id), ty, span)));
        }
        let row = Row::of(nearest.selection.slot);
        let Some(value) = self.column(&row, nearest.source, &name.text, name.span) else {
            self.unknown_column(nearest.source, name);
            return Resolved::Later;
        };
        if value.ty.kind == Kind::Unknown {
            return Resolved::Later;
        }
        let ty = value.ty.clone().optional();
        let aggregate =
            Aggregate { function: AggregateFunction::Nearest, value: Some(value), selection: nearest.selection };
        let value = expression(ExprKind::Aggregate(Box::new(aggregate)), ty.clone(), span);
        if !self.grow(value.size(), span) {
            return Resolved::Later;
        }
        let Some(index) = named else { return Resolved::Value(value) };
        let of = self.model.as_ref().and_then(|model| model.lets.get(index)).map(|l| l.name.text.clone());
        let full = format!("{}.{}", of.unwrap_or_default(), name.text);
        let Some(LetValue::Value(id)) = self.finish_let(full, span, value) else { return Resolved::Later };
        if let Some(declared) = self.model.as_mut().and_then(|model| model.lets.get_mut(index))
            && let State::Done(LetValue::Nearest(_, columns)) = &mut declared.state
        {
            columns.insert(name.text.clone(), id);
        }
        Resolved::Value(expression(ExprKind::Let(id), ty, span))
    }

    /// A place given in a test as in the department's own table: a text, in the column's reference system.
    pub(super) fn place_cell(
        &mut self,
        cell: &syntax::Expr,
        kind: &Kind,
        system: Option<ReferenceSystem>,
    ) -> Option<Value> {
        let syntax::ExprKind::Text(text) = &cell.kind else { return None };
        let to_wgs84 = |x, y| system.unwrap_or(ReferenceSystem::Wgs84).to_wgs84(x, y);
        let read = Written::read(text).and_then(|written| match kind {
            Kind::Line => written.line(to_wgs84).map(|line| Value::Line(Arc::new(line))),
            Kind::Polygon => written.polygon(to_wgs84).map(|polygon| Value::Polygon(Arc::new(polygon))),
            _ => written.point(to_wgs84).map(Value::Point),
        });
        if read.is_err() {
            self.report(BadShape { at: cell.span, ty: self.kind_name(kind) });
        }
        read.ok()
    }
}
