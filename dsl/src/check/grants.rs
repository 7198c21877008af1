//! Grants: which columns each model reads, over its whole chain, and whether their owners allow its purpose.
//!
//! A model reads the columns in its own text, in its `let`s, in the facts it uses, behind the columns of unions, and all
//! that the models read whose findings it reads. What it reads through a fact or a finding is *derived*; everything else
//! it reads itself. `order` is no read. The time of a row is one wherever rows are selected.

use super::context::Checker;
use crate::diagnostics::grants::{DerivedOnly, MissingGrant};
use crate::program::{
    ColumnId, Derived, Expr, ExprKind, FactId, From, LoadZone, MessagePart, Model, ModelId, Read, Source, SourceId,
    SourceKind, SourceTime, Trigger,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// How a column is reached: the place where it is read, then the places on the way, from there to the model.
type Chain = Vec<Span>;

/// Columns that something reads, each with the first chain found: read itself, and read as a derived value.
#[derive(Clone, Default)]
pub(super) struct Reads {
    direct: BTreeMap<(SourceId, ColumnId), Chain>,
    derived: BTreeMap<(SourceId, ColumnId), Chain>,
}

impl Reads {
    fn add(&mut self, column: (SourceId, ColumnId), derived: bool, chain: Chain) {
        let map = if derived { &mut self.derived } else { &mut self.direct };
        map.entry(column).or_insert(chain);
    }

    /// Everything that `inner` reads, reached from `at` as derived values.
    fn through(&mut self, inner: &Reads, at: Span) {
        for (column, chain) in inner.direct.iter().chain(&inner.derived) {
            let mut chain = chain.clone();
            chain.push(at);
            self.add(*column, true, chain);
        }
    }

    /// Everything that stands behind a column or row of a table made of others.
    fn behind(&mut self, inner: Reads, chain: &[Span]) {
        for (read, own) in inner.direct {
            let on_the_way = own.into_iter().chain(chain.iter().copied()).collect();
            self.add(read, false, on_the_way);
        }
    }

    /// As listed in the program.
    pub(super) fn list(&self) -> Vec<Read> {
        let all: BTreeSet<_> = self.direct.keys().chain(self.derived.keys()).copied().collect();
        let read = |(source, column)| Read { source, column, derived: !self.direct.contains_key(&(source, column)) };
        all.into_iter().map(read).collect()
    }
}

/// What a walk over expressions needs.
pub(super) struct Walk<'p> {
    pub(super) sources: &'p [Source],
    pub(super) facts: &'p [Reads],
    pub(super) models: &'p BTreeMap<ModelId, Reads>,
}

impl Walk<'_> {
    /// Reads of an expression.
    pub(super) fn expression(&self, e: &Expr, reads: &mut Reads) {
        e.visit(&mut |e| match &e.kind {
            ExprKind::Column { source, column, .. } => self.column(*source, *column, vec![e.span], reads),
            ExprKind::Fact { fact: FactId(fact), .. } => {
                if let Some(inner) = self.facts.get(*fact as usize) {
                    reads.through(inner, e.span);
                }
            }
            ExprKind::Aggregate(aggregate) => match &aggregate.selection.from {
                From::Rows { source, by } => self.rows(*source, by, e.span, reads),
                From::Near { source, column, .. } => self.rows(*source, &[*column], e.span, reads),
                From::Entities { element, source, by, .. } => {
                    self.rows(*source, by, e.span, reads);
                    self.rows(*source, element, e.span, reads);
                }
                From::Group => {}
                From::Findings(models) => {
                    for inner in models.iter().filter_map(|m| self.models.get(m)) {
                        reads.through(inner, e.span);
                    }
                }
            },
            _ => {}
        });
    }

    /// The rows of a source, chosen by these columns: those, and the time of each row.
    pub(super) fn rows(&self, source: SourceId, by: &[ColumnId], at: Span, reads: &mut Reads) {
        for column in by {
            self.column(source, *column, vec![at], reads);
        }
        match self.sources.get(source.index()).map(|s| &s.kind) {
            Some(SourceKind::Table(table)) => match table.time {
                SourceTime::Timeless => {}
                SourceTime::Events { at: time } => self.column(source, time, vec![at], reads),
                SourceTime::State { since, until, .. } => {
                    self.column(source, since, vec![at], reads);
                    self.column(source, until, vec![at], reads);
                }
            },
            Some(SourceKind::Union(parts)) => {
                for part in parts {
                    self.rows(part.source, &[], at, reads);
                }
            }
            Some(SourceKind::Derived(table)) => self.table(table, at, reads),
            Some(SourceKind::Edges { of, .. }) => self.rows(*of, &[], at, reads),
            None => {}
        }
    }

    /// What decides which rows a derived table has.
    fn table(&self, table: &Derived, at: Span, reads: &mut Reads) {
        let mut inner = Reads::default();
        if let From::Rows { source, by } = &table.selection.from {
            self.rows(*source, by, at, &mut inner);
        }
        let columns = table.columns.len();
        let parts = table.parts();
        for part in &parts[..parts.len().saturating_sub(columns)] {
            self.expression(part, &mut inner);
        }
        reads.behind(inner, &[at]);
    }

    fn column(&self, source: SourceId, column: ColumnId, chain: Chain, reads: &mut Reads) {
        let Some(declared) = self.sources.get(source.index()) else { return };
        match &declared.kind {
            SourceKind::Table(_) => {
                let load = declared.columns.get(column.index()).map(|c| &c.load);
                // What is known only by looking it up in another table is read there too.
                if let Some(LoadZone::Lookup { entity, source: table, by, column: zone }) =
                    load.and_then(|load| load.zone.as_ref())
                {
                    for read in [(source, *entity), (*table, *by), (*table, *zone)] {
                        reads.add(read, false, chain.clone());
                    }
                }
                reads.add((source, column), false, chain);
            }
            SourceKind::Union(parts) => {
                for part in parts {
                    let Some(value) = part.column(column) else { continue };
                    let mut inner = Reads::default();
                    self.expression(value, &mut inner);
                    reads.behind(inner, &chain);
                }
            }
            SourceKind::Edges { of, .. } => self.column(*of, column, chain, reads),
            SourceKind::Derived(table) => {
                let Some(value) = table.columns.get(column.index()) else { return };
                let mut inner = Reads::default();
                self.expression(value, &mut inner);
                reads.behind(inner, &chain);
            }
        }
    }

    /// Reads of a model.
    pub(super) fn model(&self, model: &Model, reads: &mut Reads) {
        for declared in &model.lets {
            self.expression(&declared.value, reads);
        }
        for e in model_expressions(model) {
            self.expression(e, reads);
        }
        match &model.trigger {
            Trigger::On { source, by, .. } => self.rows(*source, by, model.span, reads),
            Trigger::Every(_) | Trigger::Match(_) => {}
        }
        if let Some(population) = &model.population {
            self.rows(population.source, &population.by, model.span, reads);
        }
    }
}

/// The expressions of a model, `let`s aside.
pub(super) fn model_expressions(model: &Model) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = vec![&model.condition];
    all.extend(model.dispatch.iter().chain(model.about.iter()));
    all.extend(model.trigger.expressions());
    for rule in &model.levels {
        all.extend(rule.condition.iter());
    }
    let messages = model.levels.iter().filter_map(|rule| rule.message.as_ref()).chain(model.message.as_ref());
    for part in messages.flat_map(|message| &message.texts).flat_map(|(_, parts)| parts) {
        if let MessagePart::Value { value, .. } = part {
            all.push(value);
        }
    }
    all
}

impl Checker<'_> {
    /// Reads of each fact, in their order.
    pub(super) fn fact_reads(&self) -> Vec<Reads> {
        let none = BTreeMap::new();
        let mut all: Vec<Reads> = Vec::new();
        for fact in &self.facts {
            let mut reads = Reads::default();
            Walk { sources: &self.sources, facts: &all, models: &none }.expression(&fact.value, &mut reads);
            all.push(reads);
        }
        all
    }

    /// Reports what a model reads without being allowed to: once for each table.
    pub(super) fn check_grants(&mut self, model: &Model, reads: &Reads) {
        let mut reported: BTreeSet<SourceId> = BTreeSet::new();
        let all = reads.direct.iter().map(|read| (read, false)).chain(reads.derived.iter().map(|read| (read, true)));
        for (((source, column), chain), derived) in all {
            let declared = &self.sources[source.index()];
            let SourceKind::Table(table) = &declared.kind else { continue };
            let grant = table.allows.iter().find(|(purpose, _)| *purpose == model.purpose).map(|(_, d)| *d);
            if matches!(grant, Some(false)) || (derived && grant.is_some()) || !reported.insert(*source) {
                continue;
            }
            let mut chain = chain.clone();
            // The place in the model's own text comes first, then the way down to the column.
            chain.reverse();
            let at = chain.first().copied().unwrap_or(model.span);
            let through: Vec<Span> = chain.into_iter().skip(1).collect();
            let owner = table.owner.as_ref().map_or_else(|| declared.name.to_string(), ToString::to_string);
            let column = declared.columns.get(column.index()).map(|c| c.name.to_string()).unwrap_or_default();
            let (name, purpose) = (model.name.to_string(), model.purpose.to_string());
            let (source, span) = (declared.name.to_string(), Some(declared.span));
            if grant.is_some() {
                self.report(DerivedOnly { at, model: name, purpose, source, column, owner, through, declared: span });
                continue;
            }
            let allowed = table
                .allows
                .iter()
                .map(|(purpose, derived)| if *derived { format!("{purpose} derived") } else { purpose.to_string() })
                .collect();
            self.report(MissingGrant {
                at,
                model: name,
                purpose,
                source,
                column,
                owner,
                allowed,
                through,
                declared: span,
            });
        }
    }
}
