//! Departments' tables: how they lie in time, who may read them, what makes a row.

use super::context::Checker;
use super::declarations::Collected;
use crate::diagnostics::Edits;
use crate::diagnostics::models::{ClauseTwice, MissingClause, TimeMayBeMissing};
use crate::diagnostics::types::TypeMismatch;
use crate::program::{
    Column, ColumnId, Expectation, Kind, Load, Source, SourceId, SourceKind, SourceTime, SpanOfTime, Table,
};
use crate::source::Span;
use crate::syntax::{self, Name, SourceEntryKind};
use std::sync::Arc;

/// The clauses of a source, each where it was first said.
#[derive(Default)]
struct Clauses<'s> {
    owner: Option<(Arc<str>, Span)>,
    allows: Vec<(Arc<str>, bool)>,
    key: Option<(&'s [Name], Span)>,
    order: Option<(&'s [Name], Span)>,
    expect: Option<(&'s syntax::Expr, Option<&'s Name>, Span)>,
    lateness: Option<(&'s syntax::Expr, Span)>,
    history: Option<(&'s syntax::Expr, Span)>,
}

impl Checker<'_> {
    /// All sources: tables, then unions of them, then time zones that are looked up in tables.
    pub(super) fn declare_sources(&mut self, all: &Collected<'_>) {
        let number = all.tables.len() + all.unions.len();
        // Every name has its place before any source is read.
        let empty = || Source {
            name: "".into(),
            columns: Vec::new(),
            kind: SourceKind::Union(Vec::new()),
            span: Span::default(),
        };
        self.sources = (0..number).map(|_| empty()).collect();
        for (id, source) in &all.tables {
            self.sources[id.index()].name = self.full_name(&source.name);
            self.sources[id.index()].span = source.name.span;
        }
        for (id, union) in &all.unions {
            self.sources[id.index()].name = self.full_name(&union.name);
            self.sources[id.index()].span = union.name.span;
        }
        for (id, source) in &all.tables {
            self.table(*id, source);
        }
        for (id, source) in &all.tables {
            self.zones(*id, source);
        }
        for (id, union) in &all.unions {
            self.begin();
            self.union(*id, union);
        }
    }

    fn table(&mut self, id: SourceId, source: &syntax::Source) {
        let (mut columns, mut declared): (Vec<Column>, Vec<&syntax::Column>) = (Vec::new(), Vec::new());
        let mut clauses = Clauses::default();
        for entry in &source.entries {
            match &entry.kind {
                SourceEntryKind::Column(column) => {
                    if let Some(first) = declared.iter().find(|c| c.name.text == column.name.text) {
                        self.declared_twice(&column.name, first.name.span);
                        continue;
                    }
                    columns.push(self.column_declared(column));
                    declared.push(column);
                }
                other => self.clause(&mut clauses, other, entry.span),
            }
        }
        let time = self.table_time(source, &columns, &declared);
        for column in &declared {
            self.column_clauses(column, &columns, time);
        }
        let recorded = self.recorded(&declared, &columns);
        let found = |checker: &mut Self, names: &[Name]| {
            let mut ids = Vec::new();
            for name in names {
                match columns.iter().position(|c| *c.name == *name.text) {
                    Some(index) => ids.push(column_id(index)),
                    None => {
                        // The source's columns are entered last, so the message is made from those at hand.
                        checker.column_not_declared(source, &columns, name);
                    }
                }
            }
            ids
        };
        let mut key = clauses.key.map(|(names, _)| found(self, names)).unwrap_or_default();
        let order = clauses.order.map(|(names, _)| found(self, names)).unwrap_or_default();
        let unique: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].unique).collect();
        if let (None, SourceTime::Timeless, [one]) = (clauses.key, time, unique.as_slice()) {
            key = vec![column_id(*one)];
        }
        let rest = if clauses.key.is_some() || !key.is_empty() {
            key.clone()
        } else {
            (0..columns.len()).map(column_id).collect()
        };
        let mut all = order;
        for column in rest {
            if !all.contains(&column) {
                all.push(column);
            }
        }
        let expect = clauses.expect.and_then(|(every, per, span)| {
            let per = match per {
                Some(name) => Some(*found(self, std::slice::from_ref(name)).first()?),
                None => None,
            };
            if time == SourceTime::Timeless {
                self.report(crate::diagnostics::types::WindowWithoutTime {
                    at: span,
                    source: source.name.text.clone(),
                    declared: Some(source.name.span),
                });
            }
            Some(Expectation { every: self.span_of_time(every)?, per })
        });
        let span = |checker: &mut Self, clause: Option<(&syntax::Expr, Span)>| -> Option<SpanOfTime> {
            clause.and_then(|(value, _)| checker.span_of_time(value))
        };
        let table = Table {
            time,
            owner: clauses.owner.as_ref().map(|(owner, _)| owner.clone()),
            allows: std::mem::take(&mut clauses.allows),
            key,
            order: all,
            recorded,
            expect,
            lateness: span(self, clauses.lateness),
            history: span(self, clauses.history),
        };
        let declared = &mut self.sources[id.index()];
        declared.columns = columns;
        declared.kind = SourceKind::Table(table);
    }

    fn clause<'s>(&mut self, clauses: &mut Clauses<'s>, entry: &'s SourceEntryKind, span: Span) {
        let (clause, first) = match entry {
            SourceEntryKind::Owner(owner) => {
                let first = clauses.owner.as_ref().map(|(_, span)| *span);
                clauses.owner.get_or_insert_with(|| (owner.text.as_str().into(), span));
                ("owner", first)
            }
            SourceEntryKind::Allows(grants) => {
                for grant in grants {
                    let purpose: Arc<str> = grant.purpose.text.as_str().into();
                    match clauses.allows.iter_mut().find(|(p, _)| *p == purpose) {
                        // Both ways of granting: the wider one counts.
                        Some((_, derived)) => *derived &= grant.derived,
                        None => clauses.allows.push((purpose, grant.derived)),
                    }
                }
                return;
            }
            SourceEntryKind::Key(names) => {
                let first = clauses.key.map(|(_, span)| span);
                clauses.key.get_or_insert((names, span));
                ("key", first)
            }
            SourceEntryKind::Order(names) => {
                let first = clauses.order.map(|(_, span)| span);
                clauses.order.get_or_insert((names, span));
                ("order", first)
            }
            SourceEntryKind::Expect { every, per } => {
                let first = clauses.expect.map(|(.., span)| span);
                clauses.expect.get_or_insert((every, per.as_ref(), span));
                ("expect", first)
            }
            SourceEntryKind::Lateness(value) => {
                let first = clauses.lateness.map(|(_, span)| span);
                clauses.lateness.get_or_insert((value, span));
                ("lateness", first)
            }
            SourceEntryKind::History(value) => {
                let first = clauses.history.map(|(_, span)| span);
                clauses.history.get_or_insert((value, span));
                ("history", first)
            }
            SourceEntryKind::Column(_) => return,
        };
        if let Some(first) = first {
            self.report(ClauseTwice { at: span, clause: clause.to_owned(), first });
        }
    }

    /// The columns that say when a row is, each of a fitting type and (but for ends) never missing.
    fn table_time(&mut self, source: &syntax::Source, columns: &[Column], declared: &[&syntax::Column]) -> SourceTime {
        let column = |checker: &mut Self, name: &Name, may_be_missing: bool| -> Option<ColumnId> {
            let Some(index) = columns.iter().position(|c| *c.name == *name.text) else {
                checker.column_not_declared(source, columns, name);
                return None;
            };
            let (ty, written) = (&columns[index].ty, declared[index]);
            match ty.kind {
                Kind::Time | Kind::Date | Kind::Unknown => {}
                _ => {
                    let found = checker.kind_name(&ty.kind);
                    let (at, expected) = (written.ty.span, "Time".to_owned());
                    checker.report(TypeMismatch { at, expected, found, because: Some(name.span) });
                }
            }
            if ty.optional && !may_be_missing {
                let mark = Span { start: written.ty.span.end.saturating_sub(1), ..written.ty.span };
                let one = checker.texts.text(mark) == "?";
                let remove = one.then(|| Edits::remove(mark));
                let column = name.text.clone();
                checker.report(TimeMayBeMissing { at: written.ty.span, column, remove });
            }
            Some(column_id(index))
        };
        match &source.time {
            syntax::SourceTime::Timeless => SourceTime::Timeless,
            syntax::SourceTime::Events(at) => match column(self, at, false) {
                Some(at) => SourceTime::Events { at },
                None => SourceTime::Timeless,
            },
            syntax::SourceTime::State(since, until) => {
                let (since, until) = (column(self, since, false), column(self, until, true));
                let (Some(since), Some(until)) = (since, until) else { return SourceTime::Timeless };
                let known_ahead = declared[until.index()].known_ahead;
                SourceTime::State { since, until, known_ahead }
            }
        }
    }

    fn recorded(&mut self, declared: &[&syntax::Column], columns: &[Column]) -> Option<ColumnId> {
        let mut found: Option<usize> = None;
        for (index, column) in declared.iter().enumerate().filter(|(_, c)| c.recorded) {
            if let Some(first) = found {
                let first = declared[first].name.span;
                self.report(ClauseTwice { at: column.name.span, clause: "recorded".to_owned(), first });
                continue;
            }
            if matches!(columns[index].ty.kind, Kind::Time | Kind::Date | Kind::Unknown) {
                found = Some(index);
            } else {
                let ty = self.kind_name(&columns[index].ty.kind);
                let clause = "recorded".to_owned();
                self.report(crate::diagnostics::models::ClauseDoesNotFit { at: column.ty.span, clause, ty });
            }
        }
        found.map(column_id)
    }

    /// Reports a name that is no column of a source whose columns are not entered yet.
    fn column_not_declared(&mut self, source: &syntax::Source, columns: &[Column], name: &Name) {
        use crate::diagnostics::{names::UnknownColumn, suggest};
        let suggestion = suggest(&name.text, columns.iter().map(|c| &*c.name));
        let replace = suggestion.as_deref().map(|text| Edits::replace(name.span, text));
        let (declared, source) = (Some(source.name.span), source.name.text.clone());
        self.report(UnknownColumn { at: name.span, name: name.text.clone(), source, suggestion, declared, replace });
    }

    /// A column's name, type and place; how it is loaded.
    fn column_declared(&mut self, column: &syntax::Column) -> Column {
        let mut ty = self.type_named(&column.ty);
        ty.private |= column.private;
        let pair = match ty.kind {
            Kind::Entity(id) => {
                matches!(self.entities[id.0 as usize].key, crate::program::EntityKeyType::Pair(..))
            }
            Kind::Duration => true,
            _ => false,
        };
        if pair {
            let name = column.ty.name.text.clone();
            self.report(crate::diagnostics::types::NotAColumnType { at: column.ty.span, ty: name });
            ty.kind = Kind::Unknown;
        }
        let load = Load { from: column.from.iter().map(|t| t.text.as_str().into()).collect(), ..Load::default() };
        Column { name: column.name.text.as_str().into(), ty, unique: column.unique, load, span: column.name.span }
    }

    /// Reports a model, source or plugin without a clause that it must have.
    pub(super) fn missing_clause(&mut self, at: Span, of: &str, clause: &str, example: &str) {
        self.report(MissingClause { at, model: of.to_owned(), clause: clause.to_owned(), example: example.to_owned() });
    }
}

/// The id of a column by its place.
pub(super) fn column_id(index: usize) -> ColumnId {
    ColumnId(u32::try_from(index).unwrap_or(u32::MAX))
}
