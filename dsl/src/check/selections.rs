//! Selections: whose rows, over which span of time.

use super::context::{Bound, Checker, Scope};
use super::names::SourceFound;
use crate::diagnostics::derived::TableOfRows;
use crate::diagnostics::models::{FindingsOutsideModel, NotInTrigger};
use crate::diagnostics::names::{NotAbout, NothingAtHand, WhichColumn};
use crate::diagnostics::types::{EmptyWindow, EntityMismatch, NotFixed, TypeMismatch, WindowWithoutTime};
use crate::program::{
    CalendarUnit, ColumnId, EntityId, EntityKeyType, Expr, From, Kind, ParameterId, RowSlot, SourceId, SourceKind,
    SpanOfTime, Value, Window, WindowSpan,
};
use crate::source::Span;
use crate::syntax::{self, Name, SourceTerm};

/// What a selection stands for, its filter and window aside.
pub(super) struct Selected {
    /// The variable of its rows.
    pub(super) slot: RowSlot,
    /// What its rows are of; none: an error is reported.
    pub(super) from: Option<From>,
    /// `S of PATH`: whose rows.
    pub(super) of: Option<Box<Expr>>,
    /// How rows are named inside.
    pub(super) bound: Bound,
}

impl Selected {
    fn of_this(slot: RowSlot, from: Option<From>, bound: Bound) -> Self {
        Self { slot, from, of: None, bound }
    }
}

impl Checker<'_> {
    /// What a selection's rows are of, and how they are named inside it.
    pub(super) fn selection_source(&mut self, scope: &mut Scope, selection: &syntax::Selection) -> Selected {
        let slot = self.slot();
        let nothing = Selected::of_this(slot, None, Self::nothing_bound());
        if scope.in_table {
            self.not_in_table("from", selection.span);
            return nothing;
        }
        if scope.row_only || scope.subject.is_none() {
            let known = scope.in_model || scope.subject.is_some();
            if scope.row_only || !known {
                self.report(NothingAtHand { at: selection.span, name: "from".to_owned() });
            }
            return nothing;
        }
        let Some(subject) = scope.subject else { return nothing };
        if let Some((distance, place)) = &selection.near {
            let (slot, from, bound) = self.selection_near(scope, slot, selection, Some(distance), place);
            return Selected::of_this(slot, from, bound);
        }
        match &selection.source {
            SourceTerm::Starts(name) | SourceTerm::Ends(name) => {
                let Some(source) = self.edges(selection, name) else { return nothing };
                let by = self.columns_about(source, subject, selection.by.as_ref(), name.span);
                let from = by.map(|by| From::Rows { source, by });
                return Selected::of_this(slot, from, Bound::Row { slot, source, bare: true });
            }
            SourceTerm::Named { name, of } => {
                let of = of.as_ref().map(|of| self.entity_of(scope, of));
                let Some(SourceFound::Source(source)) = self.source_named(name) else { return nothing };
                let bound = Bound::Row { slot, source, bare: true };
                let subject = match of.as_ref().map(|of| &of.ty.kind) {
                    None => subject,
                    Some(Kind::Entity(other)) => *other,
                    Some(_) => return Selected::of_this(slot, None, bound),
                };
                let by = self.columns_about(source, subject, selection.by.as_ref(), name.span);
                let from = by.map(|by| From::Rows { source, by });
                return Selected { slot, from, of: of.map(Box::new), bound };
            }
            SourceTerm::Entities { entity, source } => {
                let (slot, from, bound) = self.entities_in(slot, subject, entity, source, selection);
                return Selected::of_this(slot, from, bound);
            }
            SourceTerm::Findings(_) if !scope.in_model => {
                self.report(FindingsOutsideModel { at: selection.span });
            }
            SourceTerm::Findings(models) => {
                if let Some(by) = &selection.by {
                    self.report(NotInTrigger { at: by.span, clause: "by".to_owned() });
                }
                let mut ids = Vec::new();
                let mut whole = true;
                for name in models {
                    match self.model_named(name) {
                        Some(id) => {
                            self.findings_read.push((name.span, id, subject));
                            if !ids.contains(&id) {
                                ids.push(id);
                            }
                        }
                        None => whole = false,
                    }
                }
                return Selected::of_this(slot, whole.then_some(From::Findings(ids)), Bound::Finding { slot });
            }
        }
        nothing
    }

    fn entities_in(
        &mut self,
        slot: RowSlot,
        subject: EntityId,
        entity: &Name,
        source: &syntax::QualifiedName,
        selection: &syntax::Selection,
    ) -> (RowSlot, Option<From>, Bound) {
        let found = self.source_named(source);
        let Some(entity_id) = self.entity_named(entity) else { return (slot, None, Bound::Later) };
        let bound = Bound::Element { slot, entity: entity_id };
        let Some(SourceFound::Source(source_id)) = found else { return (slot, None, bound) };
        let by_name = selection.by.as_ref();
        let Some(by) = self.columns_about(source_id, subject, by_name, source.span) else {
            return (slot, None, bound);
        };
        let element = if entity_id == subject && by_name.is_some() && !by.is_empty() {
            // Two roles of one entity: the elements are those in the other column.
            let others: Vec<ColumnId> = self.entity_columns(source_id, entity_id);
            others.into_iter().filter(|c| !by.contains(c)).take(1).collect()
        } else {
            let part = match self.entities[entity_id.0 as usize].key {
                EntityKeyType::Pair(a, b) => a == subject || b == subject,
                _ => false,
            };
            match self.columns_of(source_id, entity_id, by_name.filter(|_| part), source.span) {
                Some(element) => element,
                None => return (slot, None, bound),
            }
        };
        if element.is_empty() {
            self.not_about(source.span, source_id, entity_id);
            return (slot, None, bound);
        }
        (slot, Some(From::Entities { entity: entity_id, element, source: source_id, by }), bound)
    }

    /// Columns of exactly this entity.
    fn entity_columns(&self, source: SourceId, entity: EntityId) -> Vec<ColumnId> {
        let columns = self.source(source).columns.iter().zip(0u32..);
        columns.filter(|(c, _)| c.ty.kind == Kind::Entity(entity)).map(|(_, i)| ColumnId(i)).collect()
    }

    /// The columns of a source that say which entity a row is about: one, or two for a pair.
    pub(super) fn columns_about(
        &mut self,
        source: SourceId,
        entity: EntityId,
        by: Option<&Name>,
        at: Span,
    ) -> Option<Vec<ColumnId>> {
        if let SourceKind::Derived(table) = &self.source(source).kind {
            // A derived table's rows are made for one entity: no column says whose they are.
            if table.entity != entity {
                let about = vec![self.entity_name(table.entity)];
                let (declared, entity) = (self.source(source), self.entity_name(entity));
                let (source, declared) = (declared.name.to_string(), Some(declared.span));
                self.report(NotAbout { at, source, entity, about, declared });
                return None;
            }
            if let Some(by) = by {
                let (table, declared) = (self.source(source).name.to_string(), Some(self.source(source).span));
                self.report(TableOfRows { at: by.span, table, declared });
                return None;
            }
            return Some(Vec::new());
        }
        self.columns_of(source, entity, by, at)
    }

    /// The columns of a source with the entity: one, or two for a pair.
    fn columns_of(&mut self, source: SourceId, entity: EntityId, by: Option<&Name>, at: Span) -> Option<Vec<ColumnId>> {
        let chosen = match by {
            None => None,
            Some(name) => {
                let columns = &self.source(source).columns;
                let Some(index) = columns.iter().position(|c| *c.name == *name.text) else {
                    self.unknown_column(source, name);
                    return None;
                };
                Some((ColumnId(u32::try_from(index).ok()?), columns[index].ty.kind.clone()))
            }
        };
        let parts = match self.entities[entity.0 as usize].key {
            EntityKeyType::Pair(a, b) => vec![a, b],
            _ => vec![entity],
        };
        if let (Some(name), Some((_, kind))) = (by, &chosen) {
            let fits = matches!(kind, Kind::Entity(id) if parts.contains(id));
            if !fits && *kind != Kind::Unknown {
                let (expected, found) = (self.entity_name(entity), self.kind_name(kind));
                match kind {
                    Kind::Entity(_) => {
                        self.report(EntityMismatch { at: name.span, left: expected, right: found });
                    }
                    _ => self.report(TypeMismatch { at: name.span, expected, found, because: None }),
                }
            }
            if !fits {
                return None;
            }
        }
        let mut columns = Vec::with_capacity(parts.len());
        for part in parts {
            let candidates = self.entity_columns(source, part);
            if let Some((column, _)) = chosen.as_ref().filter(|(_, kind)| *kind == Kind::Entity(part)) {
                columns.push(*column);
                continue;
            }
            match candidates.as_slice() {
                [] => {
                    // Where a column has an error already reported, it may be the one that is meant.
                    if !self.source(source).columns.iter().any(|c| c.ty.kind == Kind::Unknown) {
                        self.not_about(at, source, part);
                    }
                    return None;
                }
                [one] => columns.push(*one),
                _ => {
                    let declared = self.source(source);
                    let found: Vec<_> = candidates.iter().filter_map(|c| declared.columns.get(c.index())).collect();
                    let names = found.iter().map(|c| c.name.to_string()).collect();
                    let places = found.iter().map(|c| c.span).collect();
                    let source = declared.name.to_string();
                    let entity = self.entity_name(part);
                    self.report(WhichColumn { at, source, entity, columns: names, declared: places });
                    return None;
                }
            }
        }
        Some(columns)
    }

    /// Reports a source without a column of the entity.
    pub(super) fn not_about(&mut self, at: Span, source: SourceId, entity: EntityId) {
        let declared = self.source(source);
        let mut about: Vec<String> = Vec::new();
        for column in &declared.columns {
            if let Kind::Entity(id) = column.ty.kind {
                let name = self.entity_name(id);
                if !about.contains(&name) {
                    about.push(name);
                }
            }
        }
        let (source, declared) = (declared.name.to_string(), Some(declared.span));
        let entity = self.entity_name(entity);
        self.report(NotAbout { at, source, entity, about, declared });
    }

    /// The entity that a path gives.
    fn entity_of(&mut self, scope: &mut Scope, of: &syntax::Expr) -> Expr {
        let value = self.expr(scope, of, None);
        if !matches!(value.ty.kind, Kind::Entity(_) | Kind::Unknown) {
            let (expected, found) = ("entity".to_owned(), self.kind_name(&value.ty.kind));
            self.report(TypeMismatch { at: of.span, expected, found, because: None });
        }
        value
    }

    /// A `Time`, or a `Date`, which stands for the start of its day. None: an error is reported.
    pub(super) fn moment(&mut self, scope: &mut Scope, e: &syntax::Expr) -> Option<Expr> {
        let value = self.expr(scope, e, Some(&Kind::Time));
        match value.ty.kind {
            Kind::Time | Kind::Date => Some(value),
            Kind::Unknown => None,
            ref kind => {
                let (expected, found) = ("Time".to_owned(), self.kind_name(kind));
                self.report(TypeMismatch { at: e.span, expected, found, because: None });
                None
            }
        }
    }

    /// `over last D`, `over D before last E`, `over today`, `over this week`, `over previous month`, `since EVENT`
    pub(super) fn window(
        &mut self,
        scope: &mut Scope,
        window: &syntax::Window,
        selection: &syntax::Selection,
        bound: &Bound,
    ) -> Option<Window> {
        let result = match window {
            syntax::Window::Last(length) => Window::Span { length: self.window_span(scope, length)?, gap: None },
            syntax::Window::Before { length, gap } => {
                let length = self.window_span(scope, length);
                let gap = self.window_span(scope, gap);
                Window::Span { length: length?, gap: Some(gap?) }
            }
            syntax::Window::This(unit) => Window::This(calendar_unit(*unit)),
            syntax::Window::Previous(unit) => Window::Previous(calendar_unit(*unit)),
            syntax::Window::Since(event) => Window::Since(Box::new(self.moment(scope, event)?)),
        };
        let rows = match (&selection.source, bound) {
            (_, Bound::Row { source, .. }) => Some(*source),
            (SourceTerm::Entities { source, .. }, _) => match self.source_named(source) {
                Some(SourceFound::Source(id)) => Some(id),
                _ => None,
            },
            _ => None,
        };
        if let Some(source) = rows.filter(|source| self.is_timeless(*source)) {
            let declared = self.source(source);
            let (source, declared) = (declared.name.to_string(), Some(declared.span));
            self.report(WindowWithoutTime { at: selection.span, source, declared });
            return None;
        }
        if let Some(source) = rows {
            let at = match window {
                syntax::Window::Last(length) => length.span,
                syntax::Window::Before { length, gap } => length.span.to(gap.span),
                _ => selection.span,
            };
            self.lint_history(&result, at, source);
        }
        Some(result)
    }

    /// A length: a literal, a constant, or a parameter.
    pub(super) fn window_span(&mut self, scope: &mut Scope, e: &syntax::Expr) -> Option<WindowSpan> {
        if let syntax::ExprKind::Parenthesised(inner) = &e.kind {
            return self.window_span(scope, inner);
        }
        if let syntax::ExprKind::Name(_) = &e.kind {
            let value = self.expr(scope, e, Some(&Kind::Duration));
            let value = self.need(value, &Kind::Duration, None);
            return match value.kind {
                _ if value.ty.kind == Kind::Unknown => None,
                crate::program::ExprKind::Parameter(id) => self.window_parameter(id, e.span),
                crate::program::ExprKind::Constant(Value::Duration(d)) if d.total_micros() > 0 => {
                    Some(WindowSpan::Fixed(SpanOfTime { months: 0, days: d.days, micros: d.micros }))
                }
                crate::program::ExprKind::Constant(_) => {
                    self.report(EmptyWindow { at: e.span });
                    None
                }
                _ => {
                    self.report(NotFixed { at: e.span });
                    None
                }
            };
        }
        self.span_of_time(e).map(WindowSpan::Fixed)
    }

    /// A parameter as a length: none of its values may be zero or less.
    fn window_parameter(&mut self, id: ParameterId, at: Span) -> Option<WindowSpan> {
        let parameter = &self.parameters[id.index()];
        let lowest = parameter.range.as_ref().map_or(&parameter.default, |(low, ..)| low);
        let positive = match lowest {
            Value::Duration(d) => d.total_micros() > 0,
            // An error in the parameter itself is already reported.
            _ => true,
        };
        if !positive {
            self.report(EmptyWindow { at });
            return None;
        }
        Some(WindowSpan::Parameter(id))
    }
}

fn calendar_unit(unit: syntax::CalendarUnit) -> CalendarUnit {
    match unit {
        syntax::CalendarUnit::Day => CalendarUnit::Day,
        syntax::CalendarUnit::Week => CalendarUnit::Week,
        syntax::CalendarUnit::Month => CalendarUnit::Month,
        syntax::CalendarUnit::Quarter => CalendarUnit::Quarter,
        syntax::CalendarUnit::Year => CalendarUnit::Year,
    }
}
