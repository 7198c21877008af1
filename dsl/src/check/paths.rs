//! Names and paths in expressions: what `card.home_of` and `dwellings.area` stand for.

use super::context::{Bound, Checker, LetValue, Scope, State};
use super::kinds::{expression, unknown};
use super::moves::is_move;
use super::names::{Global, PackageId, TypeName};
use super::places::Nearest;
use crate::diagnostics::names::{NoSuchMember, NotAValue, NothingAtHand, SeveralRows, UnknownColumn, UnknownValue};
use crate::diagnostics::{Edits, Word, suggest};
use crate::program::{
    Aggregate, AggregateFunction, ColumnId, EntityId, EntityKeyType, EnumId, Expr, ExprKind, FindingColumn, From, Kind,
    Row, RowSlot, Selection, SourceId, SourceKind, Type, Value,
};
use crate::source::Span;
use crate::syntax::{self, Name};
use std::collections::HashMap;

/// What a name or path stands for.
pub(super) enum Resolved {
    Value(Expr),
    /// A row: only its columns are values.
    Row(Row, SourceId),
    /// The nearest row: only its columns are values. In a `let`: which.
    Nearest(Box<Nearest>, Option<usize>),
    /// A source, about the entity at hand.
    Source(SourceId),
    /// A source, about the entity that a value gives.
    SourceOf(Expr, SourceId),
    Finding(RowSlot),
    Enum(EnumId),
    /// A package that is used, perhaps about the entity that a value gives: only what it declares is a value.
    Package(Option<Expr>, PackageId),
    /// Something with an error already reported.
    Later,
}

/// The columns of findings, in both languages.
const FINDING_COLUMNS: &[(&str, &str, FindingColumn, Kind)] = &[
    ("model", "模型", FindingColumn::Model, Kind::Text),
    ("category", "门类", FindingColumn::Category, Kind::Text),
    ("level", "级别", FindingColumn::Level, Kind::Level),
    ("time", "时间", FindingColumn::Time, Kind::Time),
    ("known", "获知", FindingColumn::Known, Kind::Time),
];

fn finding_column(name: &str) -> Option<(FindingColumn, Kind)> {
    let found = FINDING_COLUMNS.iter().find(|(en, zh, ..)| *en == name || *zh == name);
    found.map(|(_, _, column, kind)| (*column, kind.clone()))
}

impl Checker<'_> {
    /// A path as a value.
    pub(super) fn path(&mut self, scope: &mut Scope, e: &syntax::Expr, want: Option<&Kind>) -> Expr {
        let resolved = self.resolve(scope, e, want);
        let not = |name: &str, kind: Word, example: Option<String>| NotAValue {
            at: e.span,
            name: name.to_owned(),
            kind,
            example,
        };
        let text = self.texts.text(e.span).to_owned();
        match resolved {
            Resolved::Value(value) => return value,
            Resolved::Later => {}
            Resolved::Nearest(nearest, named) => {
                let example = self.nearest_example(&nearest, named.is_some(), &text);
                self.report(not(&text, Word::ROW, example));
            }
            Resolved::Row(_, source) => {
                let example = self.source(source).columns.first().map(|c| format!("{text}.{}", c.name));
                self.report(not(&text, Word::ROW, example));
            }
            Resolved::Source(source) | Resolved::SourceOf(_, source) => {
                let example = self.source(source).columns.first().map(|c| format!("{text}.{}", c.name));
                self.report(not(&text, Word::SOURCE, example));
            }
            Resolved::Finding(_) => self.report(not(&text, Word::FINDING, Some(format!("{text}.category")))),
            Resolved::Package(..) => self.report(not(&text, Word::PACKAGE, Some(format!("{text}.…")))),
            Resolved::Enum(id) => {
                let example = self.enums[id.0 as usize].variants.first().map(|(v, _)| v.to_string());
                self.report(not(&text, Word::ENUM, example));
            }
        }
        unknown(e.span)
    }

    /// What a name or path stands for; any other expression stands for its value.
    pub(super) fn resolve(&mut self, scope: &mut Scope, e: &syntax::Expr, want: Option<&Kind>) -> Resolved {
        match &e.kind {
            syntax::ExprKind::Name(name) => self.resolve_name(scope, name, want),
            syntax::ExprKind::Member { base, name } => {
                if !self.enter(e.span) {
                    return Resolved::Later;
                }
                let base_text = base;
                let base = self.resolve(scope, base, None);
                let found = self.resolve_member(scope, base, base_text, name, e.span);
                self.leave();
                found
            }
            syntax::ExprKind::Call { function, arguments } if is_move(function).is_some() => {
                if !self.enter(e.span) {
                    return Resolved::Later;
                }
                let found = self.moved_row(scope, function, arguments, e.span);
                self.leave();
                found
            }
            syntax::ExprKind::Nearest { selection, to } => match self.nearest(scope, selection, to, e.span) {
                Some(nearest) => Resolved::Nearest(Box::new(nearest), None),
                None => Resolved::Later,
            },
            syntax::ExprKind::Parenthesised(inner) if matches!(inner.kind, syntax::ExprKind::Nearest { .. }) => {
                self.resolve(scope, inner, want)
            }
            _ => Resolved::Value(self.expr(scope, e, want)),
        }
    }

    /// Whether the name has a meaning of its own here, whatever type is needed.
    pub(super) fn is_bound(&self, scope: &Scope, name: &Name) -> bool {
        let (names, name) = (self.names_at(name.span), name.text.as_str());
        scope.arguments.iter().any(|(n, ..)| n == name)
            || scope.rows.iter().any(|b| {
                b.name.as_deref() == Some(name)
                    || match &b.what {
                        Bound::Row { source, bare: true, .. } => {
                            self.source(*source).columns.iter().any(|c| &*c.name == name)
                        }
                        Bound::Element { entity, .. } => names.facts.contains_key(&(*entity, name.to_owned())),
                        Bound::Finding { .. } => finding_column(name).is_some(),
                        Bound::Row { .. } | Bound::Later => false,
                    }
            })
            || (scope.in_model && self.in_model(name))
            || scope.subject.is_some_and(|subject| names.facts.contains_key(&(subject, name.to_owned())))
            || matches!(names.values.get(name), Some((Global::Constant(_) | Global::Later, _)))
    }

    fn in_model(&self, name: &str) -> bool {
        self.model.as_ref().is_some_and(|model| {
            model.lets.iter().any(|l| l.name.text == name) || self.heads[model.id.index()].parameters.contains_key(name)
        })
    }

    fn variant(&self, want: Option<&Kind>, name: &Name) -> Option<Expr> {
        let value = |id: EnumId, index: usize| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            expression(ExprKind::Constant(Value::Enum(id, index)), Type::new(Kind::Enum(id)), name.span)
        };
        match want {
            Some(Kind::Enum(id)) => {
                let variants = &self.enums.get(id.0 as usize)?.variants;
                variants.iter().position(|(v, _)| **v == *name.text).map(|index| value(*id, index))
            }
            Some(Kind::Level) => {
                let level = self.level_named(&name.text)?;
                Some(expression(ExprKind::Constant(Value::Level(level)), Type::new(Kind::Level), name.span))
            }
            _ => None,
        }
    }

    fn resolve_name(&mut self, scope: &mut Scope, name: &Name, want: Option<&Kind>) -> Resolved {
        let variant = self.variant(want, name);
        match self.resolve_bound(scope, name) {
            // Where a variant of this type is needed, a value of another type that happens to have its name is not meant.
            Some(Resolved::Value(value)) => match variant {
                Some(variant) if value.ty.kind != variant.ty.kind => return Resolved::Value(variant),
                _ => return Resolved::Value(value),
            },
            Some(other) => return variant.map_or(other, Resolved::Value),
            None => {}
        }
        if let Some(variant) = variant {
            return Resolved::Value(variant);
        }
        if let Some(found) = self.type_as_value(self.package_at(name.span), name) {
            return found;
        }
        if matches!(want, Some(Kind::Unknown)) {
            // The other side has an error, so nothing can tell which variant is meant.
            if self.enums.iter().any(|e| e.variants.iter().any(|(v, _)| **v == *name.text)) {
                return Resolved::Later;
            }
        }
        let mut holders =
            self.enums.iter().zip(0u32..).filter(|(e, _)| e.variants.iter().any(|(v, _)| **v == *name.text));
        if let (Some((_, id)), None) = (holders.next(), holders.next())
            && want.is_none()
            && let Some(variant) = self.variant(Some(&Kind::Enum(EnumId(id))), name)
        {
            return Resolved::Value(variant);
        }
        if scope.rows.iter().any(|b| matches!(b.what, Bound::Later)) {
            return Resolved::Later;
        }
        self.unknown_value(scope, name, want);
        Resolved::Later
    }

    /// A type where a value is needed: of an enum, the variants are values.
    #[inline(never)] // the way to it is deep, and its own frame must not lie on it
    fn type_as_value(&mut self, package: PackageId, name: &Name) -> Option<Resolved> {
        match self.packages[package.0].types.get(&name.text)?.0 {
            TypeName::Enum(id) => Some(Resolved::Enum(id)),
            TypeName::Entity(_) => {
                let example = Some(format!("from {} in …", name.text));
                self.report(NotAValue { at: name.span, name: name.text.clone(), kind: Word::ENTITY, example });
                Some(Resolved::Later)
            }
        }
    }

    /// What a package that is used declares under a name: facts of the entity at hand, constants, sources, types.
    #[inline(never)] // the way to it is deep, and its own frame must not lie on it
    fn in_package(&mut self, scope: &mut Scope, package: PackageId, name: &Name, span: Span) -> Resolved {
        let names = &self.packages[package.0];
        let is_fact = |entity: EntityId| names.facts.contains_key(&(entity, name.text.clone()));
        let element = scope.rows.iter().rev().find_map(|binding| match binding.what {
            Bound::Element { slot, entity } if is_fact(entity) => Some((slot, entity)),
            _ => None,
        });
        let subject = scope.subject.filter(|subject| is_fact(*subject));
        if scope.in_table && (element.is_some() || subject.is_some()) {
            self.not_in_table(&name.text, span);
            return Resolved::Later;
        }
        if let Some((slot, entity)) = element {
            let element = self.element(slot, entity, span);
            return self.fact(package, entity, &name.text, element, span);
        }
        if let Some(subject) = subject {
            let this = self.this(subject, span);
            return self.fact(package, subject, &name.text, this, span);
        }
        if let Some(found) = self.global(package, name, span) {
            return found;
        }
        if let Some(found) = self.type_as_value(package, name) {
            return found;
        }
        if self.packages[package.0].lost_facts.contains(&name.text) {
            return Resolved::Later;
        }
        let (of, all) = (self.packages[package.0].prefix.trim_end_matches('.').to_owned(), self.names_of(package));
        self.no_member(of, name, all)
    }

    /// A constant, source or function of a package.
    #[inline(never)] // the way to it is deep, and its own frame must not lie on it
    fn global(&mut self, package: PackageId, name: &Name, span: Span) -> Option<Resolved> {
        match self.packages[package.0].values.get(&name.text).map(|(what, _)| *what)? {
            Global::Constant(index) => {
                let item = self.constants[index].item;
                self.inlined.insert(item);
                let Some((value, kind)) = self.constant(index) else { return Some(Resolved::Later) };
                Some(Resolved::Value(expression(ExprKind::Constant(value), Type::new(kind), span)))
            }
            Global::Source(source) => Some(Resolved::Source(source)),
            Global::Table(index) => Some(self.check_table(index, name.span).map_or(Resolved::Later, Resolved::Source)),
            Global::Later => Some(Resolved::Later),
            Global::Function(_) | Global::Extern(_) => {
                let example = Some(format!("{}(…)", name.text));
                self.report(NotAValue { at: name.span, name: name.text.clone(), kind: Word::FUNCTION, example });
                Some(Resolved::Later)
            }
            Global::Fact => None,
        }
    }

    fn resolve_bound(&mut self, scope: &mut Scope, name: &Name) -> Option<Resolved> {
        if let Some((_, value, size)) = scope.arguments.iter().find(|(n, ..)| *n == name.text) {
            let (value, size) = (Expr { span: name.span, ..value.clone() }, *size);
            return Some(if self.grow(size, name.span) { Resolved::Value(value) } else { Resolved::Later });
        }
        for binding in scope.rows.iter().rev() {
            let named = binding.name.as_deref() == Some(&*name.text);
            match binding.what {
                Bound::Row { slot, source, .. } if named => {
                    return Some(Resolved::Row(Row::of(slot), source));
                }
                Bound::Row { slot, source, bare: true } => {
                    if let Some(column) = self.column(&Row::of(slot), source, &name.text, name.span) {
                        return Some(Resolved::Value(column));
                    }
                }
                Bound::Row { .. } => {}
                Bound::Element { slot, entity } => {
                    let element = self.element(slot, entity, name.span);
                    if named {
                        return Some(Resolved::Value(element));
                    }
                    let package = self.package_at(name.span);
                    if self.packages[package.0].facts.contains_key(&(entity, name.text.clone())) {
                        return Some(self.fact(package, entity, &name.text, element, name.span));
                    }
                }
                Bound::Finding { slot } if named => return Some(Resolved::Finding(slot)),
                Bound::Finding { slot } => {
                    if let Some((column, kind)) = finding_column(&name.text) {
                        let kind_of = ExprKind::FindingColumn(slot, column);
                        return Some(Resolved::Value(expression(kind_of, Type::new(kind), name.span)));
                    }
                }
                Bound::Later if named => return Some(Resolved::Later),
                Bound::Later => {}
            }
        }
        if scope.in_model
            && let Some(found) = self.resolve_in_model(scope, name)
        {
            return Some(found);
        }
        if let Some(subject) = scope.subject
            && self.names_at(name.span).facts.contains_key(&(subject, name.text.clone()))
        {
            if scope.in_table {
                self.not_in_table(&name.text, name.span);
                return Some(Resolved::Later);
            }
            let this = self.this(subject, name.span);
            return Some(self.fact(self.package_at(name.span), subject, &name.text, this, name.span));
        }
        if let Some(found) = self.global(self.package_at(name.span), name, name.span) {
            return Some(found);
        }
        if self.names_at(name.span).lost_facts.contains(&name.text) {
            return Some(Resolved::Later);
        }
        self.used_package(name).map(|package| Resolved::Package(None, package))
    }

    fn resolve_in_model(&mut self, scope: &Scope, name: &Name) -> Option<Resolved> {
        if let Some(score) = self.score_named(name) {
            if scope.in_table {
                self.not_in_table(&name.text, name.span);
                return Some(Resolved::Later);
            }
            return Some(Resolved::Value(score));
        }
        let model = self.model.as_mut()?;
        if let Some(id) = self.heads[model.id.index()].parameters.get(&name.text) {
            model.used.insert(*id);
            let parameter = &self.parameters[id.index()];
            let value = expression(ExprKind::Parameter(*id), parameter.ty.clone(), name.span);
            return Some(Resolved::Value(if parameter.ty.kind == Kind::Unknown { unknown(name.span) } else { value }));
        }
        let index = model.lets.iter().position(|l| l.name.text == name.text)?;
        model.lets[index].used = true;
        if scope.in_table && model.lets[index].value.is_some() {
            self.not_in_table(&name.text, name.span);
            return Some(Resolved::Later);
        }
        Some(match self.check_let(index, name.span) {
            Some(LetValue::Value(id)) => {
                let ty = self.model.as_ref().and_then(|m| m.typed.get(id.index())).map(|l| l.value.ty.clone());
                match ty {
                    Some(ty) if ty.kind != Kind::Unknown => {
                        Resolved::Value(expression(ExprKind::Let(id), ty, name.span))
                    }
                    _ => Resolved::Later,
                }
            }
            Some(LetValue::Row(row, source)) => Resolved::Row(row, source),
            Some(LetValue::Nearest(nearest, _)) => Resolved::Nearest(nearest, Some(index)),
            Some(LetValue::Table(source)) => Resolved::Source(source),
            None => Resolved::Later,
        })
    }

    pub(super) fn resolve_member(
        &mut self,
        scope: &mut Scope,
        base: Resolved,
        base_syntax: &syntax::Expr,
        name: &Name,
        span: Span,
    ) -> Resolved {
        match base {
            Resolved::Later => Resolved::Later,
            Resolved::Row(row, source) => self.row_member(row, source, name, span),
            Resolved::Nearest(nearest, named) => self.nearest_member(*nearest, named, name, span),
            Resolved::Source(source) => self.source_member(scope, source, base_syntax.span, name, span),
            Resolved::SourceOf(entity, source) => {
                let Kind::Entity(id) = entity.ty.kind else { return Resolved::Later };
                let Some(the) = self.the_column(id, source, base_syntax.span, name, span, false) else {
                    return Resolved::Later;
                };
                let ty = the.ty.clone();
                let kind = ExprKind::About { entity: Box::new(entity), body: Box::new(the) };
                Resolved::Value(expression(kind, ty, span))
            }
            Resolved::Package(None, package) => self.in_package(scope, package, name, span),
            Resolved::Package(Some(value), package) => match value.ty.kind {
                Kind::Entity(id) => self.entity_member(scope, package, value, id, name, span),
                _ => Resolved::Later,
            },
            Resolved::Finding(slot) => match finding_column(&name.text) {
                Some((column, kind)) => {
                    Resolved::Value(expression(ExprKind::FindingColumn(slot, column), Type::new(kind), span))
                }
                None => {
                    let all = FINDING_COLUMNS.iter().map(|(en, ..)| (*en).to_owned()).collect();
                    self.no_member("finding".to_owned(), name, all)
                }
            },
            Resolved::Enum(id) => match self.variant(Some(&Kind::Enum(id)), name) {
                Some(variant) => Resolved::Value(Expr { span, ..variant }),
                None => {
                    let declared = &self.enums[id.0 as usize];
                    let all = declared.variants.iter().map(|(v, _)| v.to_string()).collect();
                    self.no_member(declared.name.to_string(), name, all)
                }
            },
            Resolved::Value(value) => match value.ty.kind {
                Kind::Unknown => Resolved::Later,
                Kind::Entity(id) => self.entity_member(scope, self.package_at(name.span), value, id, name, span),
                ref kind => {
                    let of = self.kind_name(kind);
                    self.no_member(of, name, Vec::new())
                }
            },
        }
    }

    fn no_member(&mut self, of: String, name: &Name, all: Vec<String>) -> Resolved {
        let suggestion = suggest(&name.text, &all);
        let replace = suggestion.as_deref().map(|text| Edits::replace(name.span, text));
        self.report(NoSuchMember { at: name.span, of, name: name.text.clone(), suggestion, replace });
        Resolved::Later
    }

    fn row_member(&mut self, row: Row, source: SourceId, name: &Name, span: Span) -> Resolved {
        if let Some(column) = self.column(&row, source, &name.text, span) {
            return Resolved::Value(column);
        }
        self.neighbour(row, source, name)
    }

    /// `S.c`: about the element of `from E in S` if the source is its registry, else about the entity at hand.
    fn source_member(&mut self, scope: &mut Scope, source: SourceId, at: Span, name: &Name, span: Span) -> Resolved {
        let element = scope.rows.iter().rev().find_map(|binding| match binding.what {
            Bound::Element { slot, entity } => Some((slot, entity)),
            _ => None,
        });
        if let Some((slot, entity)) = element
            && self.registry_column(source, entity).is_some()
        {
            let element = self.element(slot, entity, at);
            return self.resolve_member(
                scope,
                Resolved::SourceOf(element, source),
                &syntax::Expr { kind: syntax::ExprKind::This, span: at },
                name,
                span,
            );
        }
        let Some(subject) = scope.subject.filter(|_| !scope.row_only) else {
            let name = self.source(source).name.to_string();
            self.report(NothingAtHand { at, name });
            return Resolved::Later;
        };
        match self.the_column(subject, source, at, name, span, true) {
            Some(value) => Resolved::Value(value),
            None => Resolved::Later,
        }
    }

    /// What a package says of an entity: facts, rows of sources, the parts of a pair.
    fn entity_member(
        &mut self,
        scope: &mut Scope,
        package: PackageId,
        value: Expr,
        id: EntityId,
        name: &Name,
        span: Span,
    ) -> Resolved {
        let names = &self.packages[package.0];
        if names.facts.contains_key(&(id, name.text.clone())) {
            if scope.in_table || scope.row_only {
                self.not_in_table(&name.text, name.span);
                return Resolved::Later;
            }
            return self.fact(package, id, &name.text, value, span);
        }
        match names.values.get(&name.text).map(|(what, _)| *what) {
            Some(Global::Source(source)) => return Resolved::SourceOf(value, source),
            Some(Global::Table(index)) => {
                return self.check_table(index, name.span).map_or(Resolved::Later, |id| Resolved::SourceOf(value, id));
            }
            Some(Global::Later) => return Resolved::Later,
            _ if names.lost_facts.contains(&name.text) => return Resolved::Later,
            _ => {}
        }
        if let Some(other) = names.packages.get(&name.text).filter(|_| package == self.package_at(name.span)) {
            return Resolved::Package(Some(value), *other);
        }
        if let EntityKeyType::Pair(a, b) = self.entities[id.0 as usize].key {
            for (index, part) in [(0u8, a), (1u8, b)] {
                if self.packages[package.0].types.get(&name.text).map(|(what, _)| *what) == Some(TypeName::Entity(part))
                {
                    let private = value.ty.private && self.entities[part.0 as usize].private;
                    let ty = Type { kind: Kind::Entity(part), optional: value.ty.optional, private };
                    let kind = ExprKind::Component { pair: Box::new(value), index };
                    return Resolved::Value(expression(kind, ty, span));
                }
            }
        }
        let facts = self.packages[package.0].facts.keys().filter(|(e, _)| *e == id).map(|(_, n)| n.clone());
        let mut all: Vec<String> = facts.collect();
        let sources = (0u32..).zip(&self.sources).filter(|(s, _)| self.registry_column(SourceId(*s), id).is_some());
        all.extend(sources.map(|(_, s)| s.name.to_string()));
        let of = self.entity_name(id);
        self.no_member(of, name, all)
    }

    /// A column of a row.
    pub(super) fn column(&self, row: &Row, source: SourceId, name: &str, span: Span) -> Option<Expr> {
        let columns = &self.source(source).columns;
        let index = columns.iter().position(|c| &*c.name == name)?;
        let mut ty = columns[index].ty.clone();
        ty.optional |= !row.is_own();
        if ty.kind == Kind::Unknown {
            return Some(unknown(span));
        }
        let column = ColumnId(u32::try_from(index).ok()?);
        Some(expression(ExprKind::Column { row: row.clone(), source, column }, ty, span))
    }

    /// Reports a column that its source does not have.
    pub(super) fn unknown_column(&mut self, source: SourceId, name: &Name) {
        let declared = self.source(source);
        if declared.columns.iter().any(|c| c.ty.kind == Kind::Unknown && *c.name == *name.text) {
            return;
        }
        let all: Vec<String> = declared.columns.iter().map(|c| c.name.to_string()).collect();
        let (source, declared) = (declared.name.to_string(), Some(declared.span));
        if self.glued_keyword(name) {
            return;
        }
        let suggestion = suggest(&name.text, &all);
        let replace = suggestion.as_deref().map(|text| Edits::replace(name.span, text));
        self.report(UnknownColumn { at: name.span, name: name.text.clone(), source, suggestion, declared, replace });
    }

    fn unknown_value(&mut self, scope: &Scope, name: &Name, want: Option<&Kind>) {
        if let Some(Kind::Enum(id)) = want {
            let variants: Vec<String> = self.enums[id.0 as usize].variants.iter().map(|(v, _)| v.to_string()).collect();
            return self.unknown_name(name, Word::VARIANT, variants);
        }
        if let Some(Bound::Row { source, bare: true, .. }) = scope.rows.last().map(|b| b.what.clone()) {
            let others = self.visible(scope, name.span);
            let column = suggest(&name.text, self.source(source).columns.iter().map(|c| &*c.name));
            if column.is_some() || suggest(&name.text, others).is_none() {
                return self.unknown_column(source, name);
            }
        }
        if self.glued_keyword(name) {
            return;
        }
        let suggestion = suggest(&name.text, self.visible(scope, name.span));
        let replace = suggestion.as_deref().map(|text| Edits::replace(name.span, text));
        self.report(UnknownValue { at: name.span, name: name.text.clone(), suggestion, replace });
    }

    /// All names that could stand here.
    fn visible(&self, scope: &Scope, at: Span) -> Vec<String> {
        let names = self.names_at(at);
        let mut all: Vec<String> = scope.arguments.iter().map(|(n, ..)| n.clone()).collect();
        let mut entities: Vec<EntityId> = scope.subject.into_iter().collect();
        for binding in &scope.rows {
            all.extend(binding.name.clone());
            match &binding.what {
                Bound::Row { source, bare: true, .. } => {
                    all.extend(self.source(*source).columns.iter().map(|c| c.name.to_string()));
                }
                Bound::Element { entity, .. } => entities.push(*entity),
                Bound::Finding { .. } => all.extend(FINDING_COLUMNS.iter().map(|(en, ..)| (*en).to_owned())),
                Bound::Row { .. } | Bound::Later => {}
            }
        }
        if scope.in_model
            && let Some(model) = &self.model
        {
            all.extend(model.lets.iter().map(|l| l.name.text.clone()));
            all.extend(self.heads[model.id.index()].parameters.keys().cloned());
        }
        all.extend(names.facts.keys().filter(|(e, _)| entities.contains(e)).map(|(_, n)| n.clone()));
        let globals = names.values.iter().filter(|(_, (what, _))| *what != Global::Fact);
        all.extend(globals.map(|(name, _)| name.clone()));
        all
    }

    /// `this`
    pub(super) fn this(&self, subject: EntityId, span: Span) -> Expr {
        let private = self.entities[subject.0 as usize].private;
        expression(ExprKind::This, Type { kind: Kind::Entity(subject), optional: false, private }, span)
    }

    fn element(&self, slot: RowSlot, entity: EntityId, span: Span) -> Expr {
        let private = self.entities[entity.0 as usize].private;
        let ty = Type { kind: Kind::Entity(entity), optional: false, private };
        expression(ExprKind::Element(slot), ty, span)
    }

    /// A fact of the entity that a value gives.
    fn fact(&mut self, package: PackageId, entity: EntityId, name: &str, of: Expr, span: Span) -> Resolved {
        let Some(index) = self.packages[package.0].facts.get(&(entity, name.to_owned())).copied() else {
            return Resolved::Later;
        };
        let Some(fact) = self.check_fact(index, span) else { return Resolved::Later };
        let mut ty = self.facts[fact.index()].value.ty.clone();
        if ty.kind == Kind::Unknown {
            return Resolved::Later;
        }
        ty.optional |= of.ty.optional;
        Resolved::Value(expression(ExprKind::Fact { fact, entity: Box::new(of) }, ty, span))
    }

    /// The unique column of an entity in a source.
    pub(super) fn registry_column(&self, source: SourceId, entity: EntityId) -> Option<ColumnId> {
        let columns = &self.sources.get(source.index())?.columns;
        let index = columns.iter().position(|c| c.unique && c.ty.kind == Kind::Entity(entity))?;
        u32::try_from(index).ok().map(ColumnId)
    }

    /// `the c from S` about an entity for which `S` has at most one row.
    fn the_column(
        &mut self,
        entity: EntityId,
        source: SourceId,
        at: Span,
        name: &Name,
        span: Span,
        own: bool,
    ) -> Option<Expr> {
        let slot = self.slot();
        let Some(value) = self.column(&Row::of(slot), source, &name.text, name.span) else {
            self.unknown_column(source, name);
            return None;
        };
        let Some(by) = self.registry_column(source, entity) else {
            let about = match &self.source(source).kind {
                SourceKind::Derived(table) => table.entity == entity,
                _ => self.source(source).columns.iter().any(|c| c.ty.kind == Kind::Entity(entity)),
            };
            if !about {
                self.not_about(at, source, entity);
                return None;
            }
            let declared = self.source(source);
            let (source, declared) = (declared.name.to_string(), Some(declared.span));
            let (entity, column) = (self.entity_name(entity), name.text.clone());
            let replace = own.then(|| Edits::replace(span, format!("(the {column} from {source})")));
            self.report(SeveralRows { at, source, entity, column, declared, replace });
            return None;
        };
        if value.ty.kind == Kind::Unknown {
            return None;
        }
        let ty = value.ty.clone().optional();
        let from = From::Rows { source, by: vec![by] };
        let selection = Selection { slot, from, of: None, filter: None, window: None };
        let aggregate = Aggregate { function: AggregateFunction::The, value: Some(value), selection };
        Some(expression(ExprKind::Aggregate(Box::new(aggregate)), ty, span))
    }

    /// Checks a `let` when it is first needed.
    pub(super) fn check_let(&mut self, index: usize, at: Span) -> Option<LetValue> {
        let model = self.model.as_mut()?;
        let declared = model.lets.get_mut(index)?;
        match declared.state.clone() {
            State::Done(value) => return Some(value),
            State::Broken => return None,
            State::Busy => {
                let start = model.let_stack.iter().position(|l| *l == index).unwrap_or(0);
                let chain: Vec<usize> = model.let_stack[start..].to_vec();
                let names = chain.iter().map(|l| &model.lets[*l]);
                let through = names.clone().skip(1).map(|l| l.name.span).collect();
                let mut path: Vec<String> = names.map(|l| l.name.text.clone()).collect();
                path.push(model.lets[index].name.text.clone());
                let at = chain.first().map_or(at, |l| model.lets[*l].name.span);
                self.report(crate::diagnostics::names::CyclicFacts { at, path, through });
                return None;
            }
            State::Waiting => {}
        }
        let Some(value) = declared.value else {
            let Some(rows) = declared.rows else {
                declared.state = State::Broken;
                return None;
            };
            return self.check_local_table(index, rows);
        };
        declared.state = State::Busy;
        let (name, span) = (declared.name.text.clone(), declared.name.span);
        model.let_stack.push(index);
        let rows = model.trigger.clone();
        let mut scope = Scope { subject: model.entity, rows, in_model: true, ..Scope::empty() };
        let resolved = match &value.kind {
            syntax::ExprKind::Name(_) | syntax::ExprKind::Member { .. } | syntax::ExprKind::Nearest { .. } => {
                self.resolve(&mut scope, value, None)
            }
            syntax::ExprKind::Call { function, .. } if is_move(function).is_some() => {
                self.resolve(&mut scope, value, None)
            }
            _ => Resolved::Value(self.expr(&mut scope, value, None)),
        };
        let found = match resolved {
            Resolved::Row(row, source) => Some(LetValue::Row(row, source)),
            Resolved::Nearest(nearest, _) => Some(LetValue::Nearest(nearest, HashMap::new())),
            Resolved::Later => None,
            Resolved::Value(typed) => self.finish_let(name, span, typed),
            // Reports what is wrong with the name.
            _ => {
                let typed = self.path(&mut scope, value, None);
                self.finish_let(name, span, typed)
            }
        };
        let model = self.model.as_mut()?;
        model.let_stack.pop();
        model.lets[index].state = found.clone().map_or(State::Broken, State::Done);
        found
    }

    pub(super) fn finish_let(&mut self, name: String, span: Span, value: Expr) -> Option<LetValue> {
        if value.ty.kind == Kind::Unknown {
            return None;
        }
        let model = self.model.as_mut()?;
        let id = crate::program::LetId(u32::try_from(model.typed.len()).ok()?);
        model.typed.push(crate::program::Let { name: name.into(), value, span });
        Some(LetValue::Value(id))
    }
}
