//! `test` blocks: given rows, settings, what is expected.

use super::context::{Checker, Scope};
use super::names::SourceFound;
use super::sources::column_id;
use crate::diagnostics::Word;
use crate::diagnostics::models::{
    ClauseTwice, ExpectationUnclear, KeyParts, LevelNeverGiven, ReversedRange, TimeNotGiven,
};
use crate::diagnostics::types::TypeMismatch;
use crate::program::{
    EntityId, EntityKeyType, Expected, Given, Kind, Load, ModelId, SourceKind, SourceTime, Test, Type, Value,
};
use crate::source::Span;
use crate::syntax::{self, Expect, Item, StatementKind, TestStatementKind, WarnEntryKind};
use std::sync::Arc;
use watchfire_stdlib::value::Level;

impl Checker<'_> {
    pub(super) fn test(&mut self, item: &Item, test: &syntax::Test) -> Option<Test> {
        self.begin();
        let before = self.diagnostics.iter().filter(|d| d.is_error()).count();
        let model = self.model_named(&test.model);
        let mut found = Test {
            model: model.unwrap_or(ModelId(0)),
            title: test.title.text.as_str().into(),
            given: Vec::new(),
            set: Vec::new(),
            profile: None,
            outages: Vec::new(),
            at: None,
            expect: Vec::new(),
            span: item.span,
        };
        let (mut nothing, mut expected): (Option<Span>, Option<Span>) = (None, None);
        let (mut at_place, mut profile_place): (Option<Span>, Option<Span>) = (None, None);
        for statement in &test.statements {
            match &statement.kind {
                TestStatementKind::Given { source, columns, rows } => {
                    if let Some(given) = self.given(source, columns, rows, statement.span) {
                        found.given.push(given);
                    }
                }
                TestStatementKind::Set { name, value } => {
                    let Some(model) = model else { continue };
                    let head = &self.heads[model.index()];
                    match head.parameters.get(&name.text).copied() {
                        Some(id) => {
                            if let Some(value) = self.parameter_value(id, value) {
                                found.set.push((id, value));
                            }
                        }
                        None => {
                            let all: Vec<String> = head.parameters.keys().cloned().collect();
                            self.unknown_name(name, Word::PARAMETER, all);
                        }
                    }
                }
                TestStatementKind::Profile(name) => {
                    if let Some(first) = profile_place.replace(statement.span) {
                        self.report(ClauseTwice { at: statement.span, clause: "profile".to_owned(), first });
                    }
                    let profiles = self.packages.iter().flat_map(|names| names.manifest.profiles.keys());
                    let all: Vec<String> = profiles.cloned().collect();
                    if all.contains(&name.text) {
                        found.profile = Some(name.text.as_str().into());
                    } else {
                        self.unknown_name(name, Word::PROFILE, all);
                    }
                }
                TestStatementKind::Outage { source, range } => self.outage(&mut found, source, range),
                TestStatementKind::At(time) => {
                    if let Some(first) = at_place.replace(statement.span) {
                        self.report(ClauseTwice { at: statement.span, clause: "at".to_owned(), first });
                    }
                    found.at = self.instant(time);
                }
                TestStatementKind::Expect(Expect::Nothing) => nothing = nothing.or(Some(statement.span)),
                TestStatementKind::Expect(Expect::Warning { level, about, at, message }) => {
                    expected = expected.or(Some(statement.span));
                    let at = at.as_ref().and_then(|at| self.instant(at));
                    let about = model.and_then(|m| self.expected_key(m, about)).unwrap_or_default();
                    if let Some(severity) = self.level(level) {
                        if let Some(model) = model {
                            self.can_give(model, severity, level);
                        }
                        let message = message.as_ref().map(|m| Arc::from(m.text.as_str()));
                        found.expect.push(Expected { level: severity, about, at, message, span: statement.span });
                    }
                }
            }
        }
        match (nothing, expected) {
            (Some(at), Some(_)) => self.report(ExpectationUnclear { at }),
            (None, None) => self.report(ExpectationUnclear { at: test.title.span }),
            _ => {}
        }
        let errors = self.diagnostics.iter().filter(|d| d.is_error()).count();
        (errors == before && model.is_some()).then_some(found)
    }

    /// Reports an expected level that the model never gives.
    fn can_give(&mut self, model: ModelId, level: Level, name: &syntax::Name) {
        let syntax = self.heads[model.index()].syntax;
        let mut given: Vec<String> = Vec::new();
        for statement in &syntax.statements {
            let StatementKind::Warn(warn) = &statement.kind else { continue };
            for entry in &warn.entries {
                match &entry.kind {
                    WarnEntryKind::Level { level: rule, .. } => match self.level_named(&rule.text) {
                        Some(rule) if rule == level => return,
                        Some(rule) => given.push(self.levels.name(rule).to_owned()),
                        // An unknown level is reported where it stands.
                        None => return,
                    },
                    WarnEntryKind::Bands(bands) => {
                        for (band, _) in bands {
                            match self.level_named(&band.text) {
                                Some(band) if band != level => given.push(self.levels.name(band).to_owned()),
                                _ => return,
                            }
                        }
                    }
                    WarnEntryKind::Score(_) | WarnEntryKind::Message(_) | WarnEntryKind::Again(_) => {}
                }
            }
        }
        let (model, level) = (syntax.name.text.clone(), self.levels.name(level).to_owned());
        self.report(LevelNeverGiven { at: name.span, model, level, given });
    }

    /// The raw texts of a key of what the model's warnings are about.
    pub(super) fn expected_key(&mut self, model: ModelId, about: &[syntax::Expr]) -> Option<Vec<Arc<str>>> {
        let entity = self.heads[model.index()].about?;
        if about.is_empty() {
            return Some(Vec::new());
        }
        let expected = match self.entities[entity.0 as usize].key {
            EntityKeyType::Pair(..) => 2,
            _ => 1,
        };
        let (first, last) = (about.first()?, about.last()?);
        if about.len() != expected {
            let (at, found) = (first.span.to(last.span), about.len());
            self.report(KeyParts { at, entity: self.entity_name(entity), expected, found });
            return None;
        }
        about.iter().map(|e| self.raw_key(e, entity)).collect()
    }

    /// A raw key: a text, or a whole number.
    fn raw_key(&mut self, e: &syntax::Expr, entity: EntityId) -> Option<Arc<str>> {
        match &e.kind {
            syntax::ExprKind::Text(text) => Some(text.as_str().into()),
            syntax::ExprKind::Number { digits, unit: None } if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.as_str().into())
            }
            _ => {
                let value = self.expr(&mut Scope::empty(), e, None);
                if value.ty.kind != Kind::Unknown {
                    let (expected, found) = (self.entity_name(entity), self.kind_name(&value.ty.kind));
                    self.report(TypeMismatch { at: e.span, expected, found, because: None });
                }
                None
            }
        }
    }

    fn instant(&mut self, e: &syntax::Expr) -> Option<i64> {
        let value = self.expr(&mut Scope::empty(), e, Some(&Kind::Time));
        // A date is the start of its day.
        if let crate::program::ExprKind::Constant(Value::Date(date)) = value.kind {
            return self.zone.start_of_day(date);
        }
        let value = self.need(value, &Kind::Time, None);
        match self.fixed(&value)? {
            Value::Time(time) => Some(time),
            _ => None,
        }
    }

    fn outage(&mut self, test: &mut Test, source: &syntax::QualifiedName, range: &syntax::Range) {
        let found = self.source_named(source);
        let (low, high) = (self.instant(&range.low), self.instant(&range.high));
        let Some(SourceFound::Source(id)) = found else { return };
        if !self.is_table(id) {
            return self.union_not_table(id, source.span);
        }
        let (Some(low), Some(high)) = (low, high) else { return };
        if low >= high {
            let (start, end) = (self.written(range.low.span), self.written(range.high.span));
            let (start, end) = (start.to_string(), end.to_string());
            return self.report(ReversedRange { at: range.low.span.to(range.high.span), start, end });
        }
        test.outages.push((id, low, high));
    }

    fn given(
        &mut self,
        source: &syntax::QualifiedName,
        columns: &[syntax::Name],
        rows: &[Vec<Option<syntax::Expr>>],
        at: Span,
    ) -> Option<Given> {
        let SourceFound::Source(id) = self.source_named(source)? else { return None };
        if !self.is_table(id) {
            self.union_not_table(id, source.span);
            return None;
        }
        let mut found = Vec::new();
        let mut whole = true;
        for (index, name) in columns.iter().enumerate() {
            if let Some(first) = columns[..index].iter().find(|n| n.text == name.text) {
                self.declared_twice(name, first.span);
                whole = false;
            }
            match self.source(id).columns.iter().position(|c| *c.name == *name.text) {
                Some(column) => found.push(Some(column)),
                None => {
                    self.unknown_column(id, name);
                    found.push(None);
                    whole = false;
                }
            }
        }
        if let SourceKind::Table(table) = &self.source(id).kind {
            let time = match table.time {
                SourceTime::Timeless => None,
                SourceTime::Events { at } => Some(at),
                SourceTime::State { since, .. } => Some(since),
            };
            if let Some(time) = time.filter(|time| !found.contains(&Some(time.index())) && whole) {
                let (column, source_name) = {
                    let declared = self.source(id);
                    (declared.columns[time.index()].name.to_string(), declared.name.to_string())
                };
                self.report(TimeNotGiven { at: source.span, source: source_name, column });
                whole = false;
            }
        }
        let mut typed = Vec::new();
        for row in rows {
            let place = row_place(row).unwrap_or(at);
            let mut cells = Vec::with_capacity(row.len());
            for (cell, column) in row.iter().chain(std::iter::repeat(&None)).zip(&found) {
                let value = match (cell, column) {
                    (None, _) => Some(Value::Missing),
                    (Some(cell), Some(column)) => {
                        let column = &self.source(id).columns[*column];
                        let (ty, load) = (column.ty.clone(), column.load.clone());
                        self.cell(cell, &ty, &load)
                    }
                    (Some(_), None) => None,
                };
                match value {
                    Some(value) => cells.push(value),
                    None => whole = false,
                }
            }
            typed.push((cells, place));
        }
        let columns = found.into_iter().flatten().map(column_id).collect();
        whole.then_some(Given { source: id, columns, rows: typed })
    }

    /// The value of a cell; keys of entities stay raw texts, and a plain number is in the unit in which the column is
    /// stored, as in the department's own table.
    fn cell(&mut self, cell: &syntax::Expr, ty: &Type, load: &Load) -> Option<Value> {
        if let (Kind::Quantity(_), Some(unit), Some(number)) = (&ty.kind, load.unit, plain_number(cell)) {
            return Some(Value::float(unit.to_si(number)));
        }
        match ty.kind {
            Kind::Unknown => None,
            Kind::Entity(entity) => self.raw_key(cell, entity).map(Value::Text),
            Kind::Point | Kind::Line | Kind::Polygon if matches!(cell.kind, syntax::ExprKind::Text(_)) => {
                self.place_cell(cell, &ty.kind, load.system)
            }
            ref kind => {
                let value = self.expr(&mut Scope::empty(), cell, Some(kind));
                let value = self.need(value, kind, None);
                self.fixed(&value)
            }
        }
    }
}

/// A number without a unit, perhaps negative.
fn plain_number(e: &syntax::Expr) -> Option<f64> {
    match &e.kind {
        syntax::ExprKind::Number { digits, unit: None } => digits.parse().ok().filter(|n: &f64| n.is_finite()),
        syntax::ExprKind::Unary { operator: syntax::UnaryOperator::Negate, operand } => {
            plain_number(operand).map(|n| -n)
        }
        _ => None,
    }
}

/// Where a row stands.
fn row_place(row: &[Option<syntax::Expr>]) -> Option<Span> {
    let mut cells = row.iter().flatten().map(|e| e.span);
    let first = cells.next()?;
    Some(cells.fold(first, Span::to))
}
