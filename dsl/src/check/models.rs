//! Models: their clauses, population, trigger, `let`s and condition.

use super::context::{Binding, Bound, Checker, LetState, ModelContext, Scope, State};
use super::kinds::unknown;
use super::names::{PackageId, SourceFound};
use super::sequence::OpenRows;
use crate::diagnostics::grants::NeedsReview;
use crate::diagnostics::lints::Unused;
use crate::diagnostics::models::{
    ClauseTwice, ClockForShortSteps, NoTrigger, NotInTrigger, PopulationUnused, StepDoesNotDivide,
};
use crate::diagnostics::names::{NoRegistry, SeveralRegistries};
use crate::diagnostics::types::TypeMismatch;
use crate::diagnostics::{Edits, Word};
use crate::program::{
    EntityId, Expr, From, Grid, Kind, Lookback, Model, ModelId, Population, RowSlot, Selection, Sequence, SourceId,
    SourceKind, SpanOfTime, Trigger,
};
use crate::source::Span;
use crate::syntax::{self, SourceTerm, StatementKind};
use std::collections::BTreeSet;
use std::sync::Arc;
use watchfire_stdlib::units::UnitKind;

/// The clauses of a model, each where it was first said.
#[derive(Default)]
pub(super) struct Clauses<'s> {
    pub(super) category: Option<(&'s str, Span)>,
    pub(super) purpose: Option<(&'s str, Span)>,
    pub(super) basis: Option<(&'s str, Span)>,
    pub(super) dispatch: Option<(&'s syntax::Expr, Span)>,
    pub(super) review: Option<((), Span)>,
    pub(super) trigger: Option<((&'s syntax::Trigger, Option<&'s syntax::Expr>), Span)>,
    pub(super) warn: Option<(&'s syntax::Warn, Span)>,
}

/// A checked trigger.
struct CheckedTrigger {
    trigger: Option<Trigger>,
    /// What is written cannot run yet, or is wrong: what depends on it is not reported again.
    bindings: Vec<Binding>,
    /// A sequence's steps, whose conditions are not yet checked.
    open: Vec<OpenRows>,
}

impl<'a> Checker<'a> {
    /// All models; those with an error are left out.
    pub(super) fn check_models(&mut self) -> Vec<Option<Model>> {
        (0..self.heads.len()).map(|index| self.check_model(index)).collect()
    }

    fn clauses(&mut self, model: &'a syntax::Model) -> Clauses<'a> {
        let mut clauses = Clauses::default();
        for statement in &model.statements {
            let span = statement.span;
            match &statement.kind {
                StatementKind::Category(name) => self.once(&mut clauses.category, &name.text, span, "category"),
                StatementKind::Purpose(name) => self.once(&mut clauses.purpose, &name.text, span, "purpose"),
                StatementKind::Basis(text) => self.once(&mut clauses.basis, &text.text, span, "basis"),
                StatementKind::Dispatch(value) => self.once(&mut clauses.dispatch, value, span, "dispatch"),
                StatementKind::ReviewRequired => self.once(&mut clauses.review, (), span, "review required"),
                StatementKind::Trigger { trigger, about } => {
                    self.once(&mut clauses.trigger, (trigger, about.as_ref()), span, "every");
                }
                StatementKind::Warn(warn) => self.once(&mut clauses.warn, warn, span, "warn"),
                StatementKind::Rows(_) | StatementKind::Param(_) | StatementKind::Let { .. } => {}
            }
        }
        clauses
    }

    fn once<T>(&mut self, clause: &mut Option<(T, Span)>, value: T, at: Span, name: &str) {
        match clause {
            Some((_, first)) => {
                let first = *first;
                self.report(ClauseTwice { at, clause: name.to_owned(), first });
            }
            None => *clause = Some((value, at)),
        }
    }

    fn check_model(&mut self, index: usize) -> Option<Model> {
        self.begin();
        let before = self.diagnostics.iter().filter(|d| d.is_error()).count();
        let (item, model) = (self.heads[index].item, self.heads[index].syntax);
        let entity = self.heads[index].entity;
        let name = &model.name;
        let lets = self.collect_lets(index, model);
        self.model = Some(ModelContext {
            id: ModelId(u32::try_from(index).ok()?),
            entity,
            lets,
            let_stack: Vec::new(),
            typed: Vec::new(),
            used: BTreeSet::new(),
            score: None,
            trigger: Vec::new(),
        });
        let clauses = self.clauses(model);
        self.required(model, &clauses);
        let mut trigger = self.trigger(model, entity, &clauses);
        if let Some(context) = &mut self.model {
            context.trigger.clone_from(&trigger.bindings);
        }
        if let Some(((syntax::Trigger::Match(sequence), _), _)) = clauses.trigger {
            let open = std::mem::take(&mut trigger.open);
            trigger.trigger = self.close_steps(sequence, open, &trigger.bindings, entity);
        }
        let mut scope = self.model_scope(entity);
        let filter = self.trigger_filter(&clauses, &trigger);
        let about = clauses.trigger.and_then(|((_, about), _)| about).map(|e| self.about(&mut scope, e));
        let about_entity = match about.as_ref().map(|about| &about.ty.kind) {
            None => entity,
            Some(Kind::Entity(id)) => Some(*id),
            Some(_) => None,
        };
        self.heads[index].about = about_entity;
        let lets = self.model.as_ref().map_or(0, |m| m.lets.len());
        for index in 0..lets {
            self.check_let(index, name.span);
        }
        let condition = match clauses.warn.as_ref().map(|(warn, _)| *warn) {
            Some(warn) => self.condition(&mut scope, warn),
            None => unknown(name.span),
        };
        let is_match = matches!(clauses.trigger, Some(((syntax::Trigger::Match(_), _), _)));
        let warn_at = clauses.warn.as_ref().and_then(|(warn, _)| warn.at.as_ref());
        let warn_at = warn_at.map(|at| self.warn_at(&mut scope, at, is_match));
        let outcome = clauses.warn.as_ref().map(|(warn, span)| self.outcome(&mut scope, warn, *span));
        let dispatch = clauses.dispatch.map(|(value, _)| self.expr(&mut scope, value, None));
        self.review(model, &clauses, entity, about_entity);
        let population = self.population(model, entity, trigger.trigger.as_ref());
        let context = self.model.take()?;
        self.model_inlined.push(self.inlined.clone());
        self.lint_unused(index, model, &context);
        if let Some(trigger) = &trigger.trigger {
            self.lets_read_steps(trigger, &context);
        }
        let errors = self.diagnostics.iter().filter(|d| d.is_error()).count();
        let (entity, outcome) = (entity?, outcome?);
        if errors > before {
            return None;
        }
        let trigger = match trigger.trigger? {
            Trigger::On { source, by, .. } => Trigger::On { source, by, filter },
            Trigger::Match(sequence) => Trigger::Match(Box::new(Sequence { at: warn_at, ..*sequence })),
            every @ Trigger::Every(_) => every,
        };
        Some(Model {
            name: self.full_name(name),
            used: self.package_at(name.span) != PackageId(0),
            docs: item.docs.join("\n").into(),
            version: "".into(),
            entity,
            population,
            category: clauses.category?.0.into(),
            purpose: clauses.purpose?.0.into(),
            basis: clauses.basis?.0.into(),
            dispatch,
            review_required: clauses.review.is_some(),
            lets: context.typed,
            score: context.score.flatten(),
            trigger,
            about,
            about_entity: about_entity?,
            condition,
            levels: outcome.levels,
            message: outcome.message,
            again: outcome.again,
            reads: Vec::new(),
            lookback: Lookback::Unbounded,
            span: name.span,
        })
    }

    /// The scope of a model's own expressions.
    pub(super) fn model_scope(&self, entity: Option<EntityId>) -> Scope {
        let rows = self.model.as_ref().map(|m| m.trigger.clone()).unwrap_or_default();
        Scope { subject: entity, rows, in_model: true, ..Scope::empty() }
    }

    fn collect_lets(&mut self, head: usize, model: &'a syntax::Model) -> Vec<LetState<'a>> {
        let mut lets: Vec<LetState<'a>> = Vec::new();
        let mut steps: BTreeSet<Span> = BTreeSet::new();
        for statement in &model.statements {
            let mut rows = None;
            let mut names: Vec<(&'a syntax::Name, Option<&'a syntax::Expr>)> = Vec::new();
            match &statement.kind {
                StatementKind::Let { name, value } => names.push((name, Some(value))),
                StatementKind::Rows(table) => {
                    rows = Some(table);
                    names.push((&table.name, None));
                }
                StatementKind::Trigger { trigger: syntax::Trigger::Match(sequence), .. } => {
                    names.extend(sequence.steps.iter().map(|step| (&step.name, None)));
                    steps.extend(sequence.steps.iter().map(|step| step.name.span));
                }
                _ => {}
            }
            for (name, value) in names {
                let parameter = self.heads[head].parameters.get(&name.text).map(|id| self.parameters[id.index()].span);
                let first = lets.iter().find(|l| l.name.text == name.text).map(|l| l.name.span).or(parameter);
                match first {
                    Some(first) => self.declared_twice(name, first),
                    None => lets.push(LetState {
                        name,
                        value,
                        rows,
                        state: State::Waiting,
                        used: value.is_none() && rows.is_none(),
                    }),
                }
            }
        }
        // Steps are names like others, but rows.
        lets.retain(|l| !steps.contains(&l.name.span));
        lets
    }

    fn required(&mut self, model: &syntax::Model, clauses: &Clauses<'_>) {
        let name = &model.name;
        let examples = [
            (clauses.category.is_none(), "category", "category overlap"),
            (clauses.purpose.is_none(), "purpose", "purpose fire_safety"),
            (clauses.basis.is_none(), "basis", "basis \"…\""),
            (clauses.trigger.is_none(), "every", "every day at 02:00"),
            (clauses.warn.is_none(), "warn", "warn when … { yellow otherwise }"),
        ];
        for (_, clause, example) in examples.into_iter().filter(|(missing, ..)| *missing) {
            self.missing_clause(name.span, &name.text, clause, example);
        }
    }

    fn review(
        &mut self,
        model: &syntax::Model,
        clauses: &Clauses<'_>,
        entity: Option<EntityId>,
        about: Option<EntityId>,
    ) {
        if clauses.review.is_some() {
            return;
        }
        let private = [entity, about].into_iter().flatten().find(|e| self.entities[e.0 as usize].private);
        let Some(private) = private else { return };
        let entity = &self.entities[private.0 as usize];
        let (declared, entity) = (Some(entity.span), entity.name.to_string());
        let insert = clauses.basis.map(|(_, span)| Edits::after(span, "  review required"));
        self.report(NeedsReview { at: model.entity.span, model: model.name.text.clone(), entity, declared, insert });
    }

    fn about(&mut self, scope: &mut Scope, e: &syntax::Expr) -> Expr {
        let value = self.expr(scope, e, None);
        if !matches!(value.ty.kind, Kind::Entity(_) | Kind::Unknown) {
            let (expected, found) = ("entity".to_owned(), self.kind_name(&value.ty.kind));
            self.report(TypeMismatch { at: e.span, expected, found, because: None });
            return unknown(e.span);
        }
        value
    }

    fn condition(&mut self, scope: &mut Scope, warn: &syntax::Warn) -> Expr {
        match &warn.condition {
            Some(condition) => self.truth(scope, condition, None),
            None => super::kinds::expression(
                crate::program::ExprKind::Constant(crate::program::Value::Bool(true)),
                crate::program::Type::new(Kind::Bool),
                warn.at.as_ref().map_or(Span::default(), |e| e.span),
            ),
        }
    }

    fn trigger(&mut self, model: &syntax::Model, entity: Option<EntityId>, clauses: &Clauses<'_>) -> CheckedTrigger {
        let checked = |trigger, bindings| CheckedTrigger { trigger, bindings, open: Vec::new() };
        let broken = checked(None, vec![Binding { name: None, what: Bound::Later }]);
        let Some(((trigger, _), _)) = clauses.trigger else { return checked(None, Vec::new()) };
        let from_rows = match trigger {
            syntax::Trigger::On(_) => true,
            syntax::Trigger::Match(sequence) => {
                let elsewhere =
                    |step: &syntax::MatchStep| matches!(step.selection.source, SourceTerm::Named { of: Some(_), .. });
                !sequence.steps.iter().all(elsewhere)
            }
            syntax::Trigger::Every { .. } => false,
        };
        if let (true, Some(population)) = (from_rows, &model.population) {
            self.report(PopulationUnused { at: population.span, model: model.name.text.clone() });
        }
        match trigger {
            syntax::Trigger::Every { step, at } => {
                checked(self.grid(step, at.as_ref()).map(Trigger::Every), Vec::new())
            }
            syntax::Trigger::Match(sequence) => {
                let (open, bindings) = self.open_steps(sequence, entity);
                CheckedTrigger { trigger: None, bindings, open }
            }
            syntax::Trigger::On(selection) => {
                if let Some((distance, _)) = &selection.near {
                    self.report(NotInTrigger { at: distance.span, clause: "within".to_owned() });
                }
                if selection.window.is_some() {
                    self.report(NotInTrigger { at: selection.span, clause: "over".to_owned() });
                }
                let name = match &selection.source {
                    SourceTerm::Named { name, of: None } => name,
                    SourceTerm::Named { of: Some(_), .. } | SourceTerm::Entities { .. } => {
                        let clause = self.texts.text(selection.span).to_owned();
                        self.report(NotInTrigger { at: selection.span, clause });
                        return broken;
                    }
                    SourceTerm::Findings(_) => {
                        self.report(NotInTrigger { at: selection.span, clause: "findings of".to_owned() });
                        return broken;
                    }
                    SourceTerm::Starts(name) | SourceTerm::Ends(name) => name,
                };
                let found = match &selection.source {
                    SourceTerm::Starts(_) | SourceTerm::Ends(_) => self.edges(selection, name),
                    _ => match self.source_named(name) {
                        Some(SourceFound::Source(source)) => Some(source),
                        _ => None,
                    },
                };
                let Some(source) = found else {
                    let name = selection.row.as_ref().map(|n| n.text.clone());
                    return checked(None, vec![Binding { name, what: Bound::Later }]);
                };
                if self.refuse_derived(source, name.span) {
                    return broken;
                }
                if self.is_timeless(source) && !self.source(source).columns.is_empty() {
                    let declared = self.source(source);
                    let (source, declared) = (declared.name.to_string(), Some(declared.span));
                    self.report(NoTrigger { at: name.span, source, declared });
                }
                let by = entity.and_then(|e| self.columns_about(source, e, selection.by.as_ref(), name.span));
                let what = Bound::Row { slot: RowSlot(0), source, bare: false };
                let binding = Binding { name: selection.row.as_ref().map(|n| n.text.clone()), what };
                checked(by.map(|by| Trigger::On { source, by, filter: None }), vec![binding])
            }
        }
    }

    /// `where` of a trigger: the row's columns may be named without it.
    fn trigger_filter(&mut self, clauses: &Clauses<'_>, trigger: &CheckedTrigger) -> Option<Expr> {
        let Some(((syntax::Trigger::On(selection), _), _)) = &clauses.trigger else { return None };
        let filter = selection.filter.as_ref()?;
        let mut scope = self.model_scope(self.model.as_ref().and_then(|m| m.entity));
        scope.rows.clear();
        for binding in &trigger.bindings {
            let mut binding = binding.clone();
            if let Bound::Row { bare, .. } = &mut binding.what {
                *bare = true;
            }
            scope.rows.push(binding);
        }
        Some(self.truth(&mut scope, filter, None))
    }

    /// `every day at 02:00`, `every 15 min`
    fn grid(&mut self, step: &syntax::Expr, at: Option<&syntax::Expr>) -> Option<Grid> {
        let clock = at.map(|at| (self.clock(at), at.span));
        let span = self.span_of_time(step)?;
        let unit = match &step.kind {
            syntax::ExprKind::Number { unit: Some(unit), .. } => watchfire_stdlib::units::unit(&unit.text),
            _ => None,
        };
        let weeks = unit.is_some_and(|u| u.kind == UnitKind::Days(7)) && span.days % 7 == 0;
        let time = match clock {
            Some((clock, _)) => clock?,
            None => 0,
        };
        match span {
            SpanOfTime { months, days: 0, micros: 0 } => Some(Grid::Months(months, time)),
            SpanOfTime { months: 0, days, micros: 0 } if weeks => Some(Grid::Weeks(days / 7, time)),
            SpanOfTime { months: 0, days, micros: 0 } => Some(Grid::Days(days, time)),
            SpanOfTime { micros, .. } => {
                if let Some((_, at)) = clock {
                    self.report(ClockForShortSteps { at });
                    return None;
                }
                if micros <= 0 || 86_400_000_000 % micros != 0 {
                    self.report(StepDoesNotDivide { at: step.span });
                    return None;
                }
                Some(Grid::Micros(micros))
            }
        }
    }

    /// Where the entities of an `every` model come from, and of a sequence. There is no chain without a row of each step:
    /// those of any step about the entity itself do.
    fn population(
        &mut self,
        model: &syntax::Model,
        entity: Option<EntityId>,
        trigger: Option<&Trigger>,
    ) -> Option<Population> {
        match trigger? {
            Trigger::On { .. } => return None,
            Trigger::Match(sequence) => {
                let own = sequence.steps.iter().filter_map(|step| step.rows.selection()).find(|rows| rows.of.is_none());
                if let Some(Selection { from: From::Rows { source, by }, .. }) = own {
                    return Some(Population { source: *source, by: by.clone() });
                }
            }
            Trigger::Every(_) => {}
        }
        let entity = entity?;
        if let Some(name) = &model.population {
            let Some(SourceFound::Source(source)) = self.source_named(name) else { return None };
            if self.refuse_derived(source, name.span) {
                return None;
            }
            let by = self.columns_about(source, entity, None, name.span)?;
            return Some(Population { source, by });
        }
        let ids = (0u32..).zip(&self.sources).map(|(id, _)| SourceId(id));
        let registries: Vec<_> = ids.filter_map(|id| Some((id, self.registry_column(id, entity)?))).collect();
        let (at, name, entity_name) = (model.entity.span, model.name.text.clone(), self.entity_name(entity));
        match registries.as_slice() {
            [(source, column)] => return Some(Population { source: *source, by: vec![*column] }),
            [] => {
                let about = |s: &&crate::program::Source| {
                    let written = !matches!(s.kind, SourceKind::Edges { .. });
                    written && s.columns.iter().any(|c| c.ty.kind == Kind::Entity(entity))
                };
                let sources = self.sources.iter().filter(about).map(|s| s.name.to_string()).collect();
                self.report(NoRegistry { at, model: name, entity: entity_name, sources });
            }
            several => {
                let sources = several.iter().map(|(s, _)| self.source(*s).name.to_string()).collect();
                let declared = several.iter().map(|(s, _)| self.source(*s).span).collect();
                self.report(SeveralRegistries { at, model: name, entity: entity_name, sources, declared });
            }
        }
        None
    }

    fn lint_unused(&mut self, head: usize, model: &syntax::Model, context: &ModelContext<'_>) {
        let mut unused: Vec<(Span, Word, String)> = Vec::new();
        for statement in &model.statements {
            match &statement.kind {
                StatementKind::Param(param) => {
                    let id = self.heads[head].parameters.get(&param.name.text);
                    if id.is_some_and(|id| !context.used.contains(id)) {
                        unused.push((param.name.span, Word::PARAMETER, param.name.text.clone()));
                    }
                }
                StatementKind::Let { name, .. } | StatementKind::Rows(syntax::Rows { name, .. }) => {
                    let declared = context.lets.iter().find(|l| l.name.span == name.span);
                    if declared.is_some_and(|l| !l.used) {
                        let word =
                            if matches!(statement.kind, StatementKind::Let { .. }) { Word::LET } else { Word::ROWS };
                        unused.push((name.span, word, name.text.clone()));
                    }
                }
                _ => {}
            }
        }
        for (at, kind, name) in unused {
            self.report(Unused { at, kind, name });
        }
    }

    /// The text of a span as it is written.
    pub(super) fn written(&self, span: Span) -> Arc<str> {
        self.texts.text(span).into()
    }
}
