//! Unions: several sources read as one.

use super::context::{Binding, Bound, Checker, Scope};
use super::kinds::unknown;
use super::names::SourceFound;
use crate::diagnostics::models::{PartLacksColumn, PartsDiffer, PartsInTime, PlainColumnNeeded, UnionNotTable};
use crate::program::{Column, Expr, ExprKind, Kind, Load, Row, RowSlot, SourceId, SourceKind, SourceTime, UnionPart};
use crate::source::Span;
use crate::syntax;

impl Checker<'_> {
    pub(super) fn union(&mut self, id: SourceId, union: &syntax::Union) {
        let mut parts: Vec<(SourceId, &syntax::UnionPart)> = Vec::new();
        for part in &union.parts {
            match self.source_named(&part.source) {
                Some(SourceFound::Source(source)) if self.is_table(source) => parts.push((source, part)),
                Some(SourceFound::Source(source)) => self.union_not_table(source, part.source.span),
                Some(SourceFound::Later) | None => {}
            }
        }
        let whole = parts.len() == union.parts.len();
        let Some((first, first_part)) = parts.first().copied() else { return };
        for (source, part) in &parts {
            if self.time_kind(*source) != self.time_kind(first) {
                let other = Some(first_part.source.span);
                self.report(PartsInTime { at: part.source.span, union: union.name.text.clone(), other });
            }
        }
        // The columns are those of the first part that lists any; none listed: those that all parts share by name.
        let names: Vec<(String, Span)> = match parts.iter().find(|(_, part)| !part.columns.is_empty()) {
            Some((_, part)) => part.columns.iter().map(|(name, _)| (name.text.clone(), name.span)).collect(),
            None => {
                let shared =
                    |name: &str| parts.iter().all(|(s, _)| self.source(*s).columns.iter().any(|c| &*c.name == name));
                let own = self.source(first).columns.iter().filter(|c| shared(&c.name));
                own.map(|c| (c.name.to_string(), first_part.source.span)).collect()
            }
        };
        for (_, part) in &parts {
            for (index, (name, _)) in part.columns.iter().enumerate() {
                if let Some((first, _)) = part.columns[..index].iter().find(|(n, _)| n.text == name.text) {
                    self.declared_twice(name, first.span);
                } else if whole && !names.iter().any(|(n, _)| *n == name.text) {
                    let other = parts.iter().find(|(_, p)| !p.columns.iter().any(|(n, _)| n.text == name.text));
                    let (at, other) = (name.span, other.map(|(_, p)| p.source.span));
                    let part = other.map(|span| self.texts.text(span).to_owned()).unwrap_or_default();
                    self.report(PartLacksColumn { at, part, column: name.text.clone(), other });
                }
            }
        }
        let mut columns: Vec<Column> = names
            .iter()
            .map(|(name, span)| Column {
                name: name.as_str().into(),
                ty: crate::program::Type::new(Kind::Unknown),
                unique: false,
                load: Load::default(),
                span: *span,
            })
            .collect();
        let mut typed = Vec::new();
        let mut first_spans: Vec<Option<Span>> = vec![None; columns.len()];
        for (source, part) in &parts {
            let mut values = Vec::new();
            for (index, (name, _)) in names.iter().enumerate() {
                let value = self.part_column(*source, part, name);
                self.same_type(&mut columns[index], &mut first_spans[index], &value);
                values.push(value);
            }
            typed.push(UnionPart { source: *source, columns: values });
        }
        let declared = &mut self.sources[id.index()];
        declared.columns = columns;
        declared.kind = SourceKind::Union(typed);
    }

    /// The value of a union's column over a row of a part, which is slot 0.
    fn part_column(&mut self, source: SourceId, part: &syntax::UnionPart, name: &str) -> Expr {
        let row = Row::of(RowSlot(0));
        let listed = part.columns.iter().find(|(n, _)| n.text == name);
        let at = listed.map_or(part.source.span, |(n, _)| n.span);
        match listed {
            Some((_, Some(value))) => {
                let what = Bound::Row { slot: RowSlot(0), source, bare: true };
                let rows = vec![Binding { name: None, what }];
                let mut scope = Scope { rows, row_only: true, ..Scope::empty() };
                let typed = self.expr(&mut scope, value, None);
                // Which entity a row is about is read from the table itself.
                if matches!(typed.ty.kind, Kind::Entity(_)) && !matches!(typed.kind, ExprKind::Column { .. }) {
                    self.report(PlainColumnNeeded { at: typed.span, column: name.to_owned() });
                    return unknown(at);
                }
                typed
            }
            _ => match self.column(&row, source, name, at) {
                Some(value) => value,
                None if listed.is_some() => {
                    if let Some((name, _)) = listed {
                        self.unknown_column(source, name);
                    }
                    unknown(at)
                }
                None => {
                    let text = self.texts.text(part.source.span).to_owned();
                    let column = name.to_owned();
                    self.report(PartLacksColumn { at: part.span, part: text, column, other: None });
                    unknown(at)
                }
            },
        }
    }

    /// Joins the type of a part's value into that of the union's column.
    fn same_type(&mut self, column: &mut Column, first: &mut Option<Span>, value: &Expr) {
        if value.ty.kind == Kind::Unknown {
            return;
        }
        if column.ty.kind == Kind::Unknown {
            column.ty = value.ty.clone();
            *first = Some(value.span);
            return;
        }
        if column.ty.kind != value.ty.kind {
            let (left, right) = (self.kind_name(&column.ty.kind), self.kind_name(&value.ty.kind));
            let column = column.name.to_string();
            self.report(PartsDiffer { at: value.span, column, left, right, other: *first });
            return;
        }
        column.ty.optional |= value.ty.optional;
        column.ty.private |= value.ty.private;
    }

    pub(super) fn is_table(&self, source: SourceId) -> bool {
        matches!(self.source(source).kind, SourceKind::Table(_))
    }

    /// 0: timeless, 1: events, 2: state.
    fn time_kind(&self, source: SourceId) -> u8 {
        match &self.source(source).kind {
            SourceKind::Table(table) => match table.time {
                SourceTime::Timeless => 0,
                SourceTime::Events { .. } => 1,
                SourceTime::State { .. } => 2,
            },
            SourceKind::Union(_) | SourceKind::Derived(_) | SourceKind::Edges { .. } => u8::MAX,
        }
    }

    /// Reports a union where a department's table is needed.
    pub(super) fn union_not_table(&mut self, source: SourceId, at: Span) {
        if self.refuse_derived(source, at) {
            return;
        }
        let declared = self.source(source);
        let parts = match &declared.kind {
            SourceKind::Union(parts) => parts.iter().map(|p| self.source(p.source).name.to_string()).collect(),
            SourceKind::Table(_) | SourceKind::Derived(_) | SourceKind::Edges { .. } => Vec::new(),
        };
        let (union, declared) = (declared.name.to_string(), Some(declared.span));
        self.report(UnionNotTable { at, union, parts, declared });
    }
}
