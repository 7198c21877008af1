//! Derived tables: `rows N from … { … }`, in a model or at top level.
//!
//! Like facts and `let`s they are checked when first needed, so that each comes after those it is made of. What they
//! say depends on entity and knowledge only: no `now`, facts, `let`s or other rows.

use super::context::{Bound, Checker, LetValue, Scope, State};
use super::kinds::{expression, unknown};
use super::selections::Selected;
use crate::diagnostics::derived::{
    DiffersInGroup, NoGroup, NotInTable, NotMadeOfRows, NothingUnfinished, SecondBucket, SessionsWithoutTime,
    SeveralPlaces, TableOfAnother, TableOfRows,
};
use crate::diagnostics::models::StepDoesNotDivide;
use crate::diagnostics::names::CyclicFacts;
use crate::diagnostics::places::NoPlaceColumn;
use crate::diagnostics::types::AggregateForm;
use crate::program::{
    Aggregate, AggregateFunction, Bucket, Column, ColumnId, Derived, EntityId, Expr, ExprKind, From, Grouping, Kind,
    Load, Lookback, Row, RowSlot, Selection, Source, SourceId, SourceKind, SpanOfTime, Type, Value, Window,
};
use crate::source::Span;
use crate::syntax::{self, AggregateFunction as S};
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

impl Checker<'_> {
    /// Reports something that a derived table cannot read.
    pub(super) fn not_in_table(&mut self, name: &str, at: Span) {
        self.report(NotInTable { at, name: name.to_owned() });
    }

    /// Reports a derived table where a department's table or a union is needed.
    pub(super) fn refuse_derived(&mut self, source: SourceId, at: Span) -> bool {
        let declared = self.source(source);
        let derived = matches!(declared.kind, SourceKind::Derived(_));
        if derived {
            let (table, declared) = (declared.name.to_string(), Some(declared.span));
            self.report(TableOfRows { at, table, declared });
        }
        derived
    }

    /// Entities of the tables at top level.
    pub(super) fn declare_tables(&mut self) {
        for index in 0..self.tables.len() {
            let rows = self.tables[index].syntax;
            self.tables[index].entity = match &rows.entity {
                Some(entity) => self.entity_named(entity),
                None => {
                    self.missing_clause(rows.name.span, &rows.name.text, "for", "rows … for Dwelling from …");
                    None
                }
            };
        }
    }

    /// All tables at top level.
    pub(super) fn check_tables(&mut self) {
        for index in 0..self.tables.len() {
            let at = self.tables[index].syntax.name.span;
            self.check_table(index, at);
        }
    }

    /// A table at top level; none where it is made of itself, or has an error.
    pub(super) fn check_table(&mut self, index: usize, at: Span) -> Option<SourceId> {
        match self.tables[index].state.clone() {
            State::Done(id) => return Some(id),
            State::Broken => return None,
            State::Busy => {
                let start = self.table_stack.iter().position(|t| *t == index).unwrap_or(0);
                let names: Vec<_> = self.table_stack[start..].iter().map(|t| &self.tables[*t].syntax.name).collect();
                let mut path: Vec<String> = names.iter().map(|n| n.text.clone()).collect();
                path.extend(path.first().cloned());
                let through = names.iter().skip(1).map(|n| n.span).collect();
                let at = names.first().map_or(at, |n| n.span);
                self.report(CyclicFacts { at, path, through });
                return None;
            }
            State::Waiting => {}
        }
        self.tables[index].state = State::Busy;
        self.table_stack.push(index);
        // The declaration that needs this table waits.
        let model = self.model.take();
        let inlined = std::mem::take(&mut self.inlined);
        let (slot, nodes) = (self.next_slot, self.nodes);
        (self.next_slot, self.nodes) = (1, 0);
        let (rows, entity) = (self.tables[index].syntax, self.tables[index].entity);
        let found = entity.and_then(|entity| self.table_of(rows, entity, None));
        self.model = model;
        (self.next_slot, self.nodes) = (slot, nodes);
        let used = std::mem::replace(&mut self.inlined, inlined);
        if let Some(id) = found {
            self.table_inlined.insert(id, used);
        }
        self.table_stack.pop();
        self.tables[index].state = found.map_or(State::Broken, State::Done);
        found
    }

    /// The table of this name in the model at hand.
    pub(super) fn local_table(&mut self, name: &str, at: Span) -> Option<SourceId> {
        let index = self.model.as_ref()?.lets.iter().position(|l| l.name.text == name)?;
        match self.check_let(index, at) {
            Some(LetValue::Table(source)) => Some(source),
            _ => None,
        }
    }

    /// A table of the model at hand, which is checked for the first time.
    pub(super) fn check_local_table(&mut self, index: usize, rows: &syntax::Rows) -> Option<LetValue> {
        let model = self.model.as_mut()?;
        model.lets.get_mut(index)?.state = State::Busy;
        model.let_stack.push(index);
        let (entity, id) = (model.entity, model.id);
        let name: Arc<str> = self.heads[id.index()].syntax.name.text.as_str().into();
        if let Some(entity) = &rows.entity {
            // `for` says what the model says already.
            self.report(crate::diagnostics::models::NotInTrigger { at: entity.span, clause: "for".to_owned() });
        }
        let found = entity.and_then(|entity| self.table_of(rows, entity, Some(name))).map(LetValue::Table);
        let model = self.model.as_mut()?;
        model.let_stack.pop();
        model.lets.get_mut(index)?.state = found.clone().map_or(State::Broken, State::Done);
        found
    }

    fn table_of(&mut self, rows: &syntax::Rows, entity: EntityId, model: Option<Arc<str>>) -> Option<SourceId> {
        let mut scope = Scope { subject: Some(entity), in_model: model.is_some(), ..Scope::empty() };
        let Selected { slot, from, of, bound } = self.selection_source(&mut scope, &rows.selection);
        let base = match (&from, &bound) {
            (Some(From::Rows { source, .. }), _) => Some(*source),
            (_, Bound::Later) => None,
            (None, _) => None,
            _ => {
                self.report(NotMadeOfRows { at: rows.selection.span });
                None
            }
        };
        scope.in_table = true;
        let outside = scope.clone();
        Self::bind(&mut scope, rows.selection.row.as_ref(), bound.clone());
        let filter = rows.selection.filter.as_ref().map(|filter| self.truth(&mut scope, filter, None));
        let window = match &rows.selection.window {
            Some(window) => Some(self.window(&mut outside.clone(), window, &rows.selection, &bound)?),
            None => None,
        };
        let (from, base) = (from?, base?);
        if let Some(of) = &of {
            self.report(TableOfAnother { at: of.span });
            return None;
        }
        if let Some(event) = window.as_ref().and_then(Window::event) {
            self.not_in_table("since", event.span);
            return None;
        }
        let selection = Selection { slot, from, of: None, filter, window };
        let grouping = self.grouping(&mut scope, &mut outside.clone(), rows, base, slot)?;
        let dated = match &grouping {
            Grouping::Each => !self.is_timeless(base),
            Grouping::Per { bucket, .. } => bucket.is_some(),
            Grouping::Sessions { .. } => true,
        };
        let unfinished = matches!(grouping, Grouping::Per { bucket: Some(_), .. } | Grouping::Sessions { .. });
        if let Some(at) = rows.including_current.filter(|_| !unfinished) {
            self.report(NothingUnfinished { at });
        }
        let grouped = !matches!(grouping, Grouping::Each);
        scope.group = grouped.then_some((slot, base));
        let (names, columns) = self.table_columns(&mut scope, rows, &selection, &grouping);
        let id = SourceId(u32::try_from(self.sources.len()).ok()?);
        let kind = SourceKind::Derived(Box::new(Derived {
            entity,
            model,
            selection,
            grouping,
            including_current: rows.including_current.is_some(),
            columns,
            dated,
        }));
        let name = self.full_name(&rows.name);
        self.sources.push(Source { name, columns: names, kind, span: rows.name.span });
        Some(id)
    }

    fn grouping(
        &mut self,
        scope: &mut Scope,
        outside: &mut Scope,
        rows: &syntax::Rows,
        base: SourceId,
        slot: RowSlot,
    ) -> Option<Grouping> {
        match &rows.grouping {
            syntax::Grouping::Each => Some(Grouping::Each),
            syntax::Grouping::Per(written) => {
                let keys: Vec<Expr> = written.iter().map(|key| self.expr(scope, key, None)).collect();
                let mut bucket: Option<(usize, Bucket)> = None;
                for (index, key) in keys.iter().enumerate() {
                    let Some(found) = self.bucket(key)? else { continue };
                    if let Some((first, _)) = bucket {
                        self.report(SecondBucket { at: key.span, first: keys[first].span });
                        return None;
                    }
                    bucket = Some((index, found));
                }
                keys.iter().all(|key| key.ty.kind != Kind::Unknown).then_some(Grouping::Per { keys, bucket })
            }
            syntax::Grouping::Sessions { gap, within } => {
                if self.is_timeless(base) {
                    let declared = self.source(base);
                    let (source, declared) = (declared.name.to_string(), Some(declared.span));
                    self.report(SessionsWithoutTime { at: rows.selection.span, source, declared });
                    return None;
                }
                let gap = self.span_of_time(gap);
                let within = match within {
                    None => None,
                    Some(distance) => {
                        let length = Kind::Quantity(watchfire_stdlib::types::Dimension::LENGTH);
                        let typed = self.expr(outside, distance, Some(&length));
                        let typed = self.need(typed, &length, None);
                        let place = self.place_of_row(base, slot, distance.span)?;
                        Some((typed, place))
                    }
                };
                Some(Grouping::Sessions { gap: gap?, within })
            }
        }
    }

    /// The span of time that a key gives, if it calls a function that gives one.
    fn bucket(&mut self, key: &Expr) -> Option<Option<Bucket>> {
        let ExprKind::Call { function, arguments } = &key.kind else { return Some(None) };
        let length = match arguments.get(1).map(|length| self.fixed(length)) {
            None => None,
            Some(Some(Value::Duration(span))) if function.name == "step" => {
                let length = span.total_micros();
                if length <= 0 || DAY % length != 0 {
                    self.report(StepDoesNotDivide { at: arguments.get(1).map_or(key.span, |e| e.span) });
                    return None;
                }
                Some(length)
            }
            Some(_) if function.name == "step" => return None,
            Some(_) => None,
        };
        Some(Bucket::of_function(function.name, length))
    }

    /// The one column of a source that is a place.
    fn place_of_row(&mut self, source: SourceId, slot: RowSlot, at: Span) -> Option<Expr> {
        let declared = self.source(source);
        let mut places = declared.columns.iter().zip(0u32..).filter(|(column, _)| column.ty.kind == Kind::Point);
        match (places.next(), places.next()) {
            (Some((column, index)), None) => {
                let row = Row::of(slot);
                let kind = ExprKind::Column { row, source, column: ColumnId(index) };
                Some(expression(kind, column.ty.clone(), at))
            }
            (None, _) => {
                let (source, declared) = (declared.name.to_string(), Some(declared.span));
                self.report(NoPlaceColumn { at, source, declared });
                None
            }
            _ => {
                let places = declared.columns.iter().filter(|column| column.ty.kind == Kind::Point);
                let columns = places.map(|column| column.name.to_string()).collect();
                let (source, declared) = (declared.name.to_string(), Some(declared.span));
                self.report(SeveralPlaces { at, source, columns, declared });
                None
            }
        }
    }

    /// The columns: keys that are columns of the rows themselves, under their name, then those written.
    fn table_columns(
        &mut self,
        scope: &mut Scope,
        rows: &syntax::Rows,
        selection: &Selection,
        grouping: &Grouping,
    ) -> (Vec<Column>, Vec<Expr>) {
        let (mut columns, mut values): (Vec<Column>, Vec<Expr>) = (Vec::new(), Vec::new());
        let mut add = |name: Arc<str>, span: Span, value: Expr| {
            columns.push(Column { name, ty: value.ty.clone(), unique: false, load: Load::default(), span });
            values.push(value);
        };
        let keys: &[Expr] = if let Grouping::Per { keys, .. } = grouping { keys } else { &[] };
        for key in keys {
            if let ExprKind::Column { row, source, column } = &key.kind
                && row.is_own()
            {
                let name = self.source(*source).columns[column.index()].name.clone();
                if !rows.columns.iter().any(|(written, _)| *written.text == *name) {
                    // A group without the key is none, so the key of a group is never missing.
                    let value = Expr { ty: Type { optional: false, ..key.ty.clone() }, ..key.clone() };
                    add(name, key.span, value);
                }
            }
        }
        for (index, (name, value)) in rows.columns.iter().enumerate() {
            if let Some((first, _)) = rows.columns[..index].iter().find(|(n, _)| n.text == name.text) {
                self.declared_twice(name, first.span);
                continue;
            }
            let mut value = self.expr(scope, value, None);
            if let Some((slot, _)) = scope.group
                && let Some(at) = differing(&value, slot, keys, selection)
            {
                let column = self.texts.text(at).to_owned();
                self.report(DiffersInGroup { at, column });
                value = unknown(value.span);
            }
            add(name.text.as_str().into(), name.span, value);
        }
        (columns, values)
    }

    /// An aggregate over the rows of a group.
    pub(super) fn group_aggregate(
        &mut self,
        scope: &mut Scope,
        a: &syntax::Aggregate,
        function: Option<AggregateFunction>,
        word: &str,
        span: Span,
    ) -> Expr {
        let Some((slot, base)) = scope.group else {
            self.report(NoGroup { at: span });
            return unknown(span);
        };
        let mut inner = Scope { group: None, ..scope.clone() };
        let want = match a.function {
            S::Any | S::All | S::None | S::LongestRun => Some(&Kind::Bool),
            _ => None,
        };
        let value = a.value.as_ref().map(|value| self.expr(&mut inner, value, want));
        let filter = a.filter.as_ref().map(|filter| self.truth(&mut inner, filter, None));
        let value = match (&a.function, value) {
            (S::Count, Some(_)) => {
                self.report(AggregateForm { at: span, example: "count".to_owned() });
                return unknown(span);
            }
            (S::Count | S::Any | S::None, None) => None,
            (_, None) => {
                self.report(AggregateForm { at: span, example: format!("{word} …") });
                return unknown(span);
            }
            (_, Some(value)) => Some(value),
        };
        let Some(function) = function else { return unknown(span) };
        let covered = From::Rows { source: base, by: Vec::new() };
        if !self.takes_such_rows(function, word, &covered, true, span) {
            return unknown(span);
        }
        let Some((value, mut ty)) = self.aggregate_type(function, word, value) else { return unknown(span) };
        ty.optional |= self.has_coverage(&covered) && function != AggregateFunction::Count;
        let selection = Selection { slot, from: From::Group, of: None, filter, window: None };
        expression(ExprKind::Aggregate(Box::new(Aggregate { function, value, selection })), ty, span)
    }

    /// How far before one of its rows a derived table looks; nothing for other sources.
    pub(super) fn table_lookback(&self, source: SourceId, of: impl Fn(&Expr) -> Lookback) -> Lookback {
        let SourceKind::Derived(table) = &self.source(source).kind else {
            return Lookback::Span(SpanOfTime::default());
        };
        self.lookback_of(table, &of)
    }

    fn lookback_of(&self, table: &Derived, of: &impl Fn(&Expr) -> Lookback) -> Lookback {
        use super::lookback::{longest, sum};
        let nothing = Lookback::Span(SpanOfTime::default());
        let days = |days| Lookback::Span(SpanOfTime { days, ..SpanOfTime::default() });
        let months = |months| Lookback::Span(SpanOfTime { months, ..SpanOfTime::default() });
        let From::Rows { source: base, .. } = &table.selection.from else { return Lookback::Unbounded };
        let window = table.selection.window.as_ref().map(|window| self.window_lookback(window));
        let own = match &table.grouping {
            Grouping::Each => nothing,
            Grouping::Sessions { .. } => Lookback::Unbounded,
            Grouping::Per { bucket: None, .. } if window.is_none() && self.has_events(*base) => Lookback::Unbounded,
            Grouping::Per { bucket: None, .. } => nothing,
            Grouping::Per { bucket: Some((_, bucket)), .. } => match bucket {
                Bucket::Night | Bucket::Step(_) => days(1),
                Bucket::Calendar(unit) => match unit {
                    watchfire_stdlib::zone::CalendarUnit::Day => days(1),
                    watchfire_stdlib::zone::CalendarUnit::Week => days(7),
                    watchfire_stdlib::zone::CalendarUnit::Month => months(1),
                    watchfire_stdlib::zone::CalendarUnit::Quarter => months(3),
                    watchfire_stdlib::zone::CalendarUnit::Year => months(12),
                },
            },
        };
        let base = match &self.source(*base).kind {
            SourceKind::Derived(inner) => self.lookback_of(inner, of),
            _ => nothing,
        };
        let inside = table.parts().into_iter().fold(nothing, |l, part| longest(l, of(part)));
        sum(sum(own, base), longest(window.unwrap_or(nothing), inside))
    }
}

/// The first place where a column of a group reads a row outside of an aggregate, unless all rows of the group agree on
/// it: in a key, or in a column by which the rows were chosen.
fn differing(e: &Expr, slot: RowSlot, keys: &[Expr], selection: &Selection) -> Option<Span> {
    if keys.iter().any(|key| same(key, e)) {
        return None;
    }
    match &e.kind {
        ExprKind::Column { row, column, .. } if row.slot == slot => {
            let chosen = matches!(&selection.from, From::Rows { by, .. } if by.contains(column));
            (!row.is_own() || !chosen).then_some(e.span)
        }
        ExprKind::Aggregate(aggregate) if matches!(aggregate.selection.from, From::Group) => None,
        _ => e.parts().into_iter().find_map(|part| differing(part, slot, keys, selection)),
    }
}

/// The two are the same but for their places.
fn same(a: &Expr, b: &Expr) -> bool {
    let bare = |e: &Expr| {
        let mut e = e.clone();
        e.visit_mut(&mut |e| e.span = Span::default());
        format!("{:?}", e.kind)
    };
    a.ty.kind == b.ty.kind && a.size() == b.size() && bare(a) == bare(b)
}
