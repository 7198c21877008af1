//! Sequences: the steps of `match`, what must not lie between them, and what their conditions may read.
//!
//! Each step is an `any from …` whose row stays bound afterwards: in the conditions of later steps, in `let`s, in what the
//! model says. Conditions are checked once all steps are bound, since a `let` that they use may read any of them; such a
//! `let` is then refused, for its value is known only when the whole match is.

use super::context::{Binding, Bound, Checker, ModelContext, Scope};
use super::kinds::{expression, unknown};
use super::selections::Selected;
use crate::diagnostics::models::{
    LetReadsSteps, NotInTrigger, NothingBefore, StepOfNoPath, StepWithoutTime, WarnAtElsewhere,
};
use crate::program::{
    Aggregate, AggregateFunction, EntityId, Expr, ExprKind, From, Kind, LetId, RowSlot, Selection, Sequence, Step,
    StepRows, Trigger, Type,
};
use crate::source::Span;
use crate::syntax::{self, SourceTerm};
use std::collections::BTreeSet;

/// A step whose source is known, and whose condition is not yet checked.
pub(super) struct OpenRows {
    slot: RowSlot,
    from: Option<From>,
    of: Option<Box<Expr>>,
    bound: Bound,
}

impl<'a> Checker<'a> {
    /// The rows of the steps, bound under the steps' names.
    pub(super) fn open_steps(
        &mut self,
        sequence: &syntax::Match,
        entity: Option<EntityId>,
    ) -> (Vec<OpenRows>, Vec<Binding>) {
        let mut open = Vec::new();
        let mut bindings = Vec::new();
        for step in &sequence.steps {
            let rows = self.open_rows(&step.selection, &bindings, entity);
            let what = match rows.bound.clone() {
                Bound::Row { slot, source, .. } => Bound::Row { slot, source, bare: false },
                other => other,
            };
            bindings.push(Binding { name: Some(step.name.text.clone()), what });
            open.push(rows);
        }
        (open, bindings)
    }

    /// The source of a step, or of what must be absent.
    fn open_rows(&mut self, selection: &syntax::Selection, steps: &[Binding], entity: Option<EntityId>) -> OpenRows {
        let nothing = |slot| OpenRows { slot, from: None, of: None, bound: Bound::Later };
        let refused = match &selection.source {
            SourceTerm::Entities { .. } => Some(self.texts.text(selection.span).to_owned()),
            SourceTerm::Findings(_) => Some("findings of".to_owned()),
            _ => None,
        };
        if let Some(clause) = refused {
            self.report(NotInTrigger { at: selection.span, clause });
            return nothing(self.slot());
        }
        if selection.window.is_some() {
            self.report(NotInTrigger { at: selection.span, clause: "over".to_owned() });
        }
        if let Some((distance, _)) = &selection.near {
            self.report(NotInTrigger { at: distance.span, clause: "within".to_owned() });
            return nothing(self.slot());
        }
        let mut scope = Scope { rows: steps.to_vec(), ..self.model_scope(entity) };
        let Selected { slot, from, of, bound } = self.selection_source(&mut scope, selection);
        if let Some(of) = &of
            && of.ty.kind != Kind::Unknown
            && !self.is_path(of)
        {
            self.report(StepOfNoPath { at: of.span });
            return nothing(slot);
        }
        // What the rows of a derived table are known from changes with every evaluation.
        if let Bound::Row { source, .. } = bound
            && self.refuse_derived(source, selection.span)
        {
            return nothing(slot);
        }
        if let Bound::Row { source, .. } = bound
            && self.is_timeless(source)
            && !self.source(source).columns.is_empty()
        {
            let declared = self.source(source);
            let (source, declared) = (declared.name.to_string(), Some(declared.span));
            self.report(StepWithoutTime { at: selection.span, source, declared });
            return nothing(slot);
        }
        OpenRows { slot, from, of, bound }
    }

    /// Whether a value leads from the model's entity to another one through parts and columns of registries alone: it is
    /// then the same at every t.
    fn is_path(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::This => true,
            ExprKind::Component { pair, .. } => self.is_path(pair),
            ExprKind::About { entity, body } => self.is_path(entity) && self.is_path(body),
            ExprKind::Aggregate(aggregate) => {
                let Selection { slot, from, of: None, filter: None, window: None } = &aggregate.selection else {
                    return false;
                };
                let From::Rows { source, by } = from else { return false };
                let [by] = by.as_slice() else { return false };
                let unique = self.source(*source).columns.get(by.index()).is_some_and(|column| column.unique);
                let own = aggregate.value.as_ref().is_some_and(
                    |value| matches!(&value.kind, ExprKind::Column { row, .. } if row.slot == *slot && row.is_own()),
                );
                aggregate.function == AggregateFunction::The && unique && self.is_timeless(*source) && own
            }
            _ => false,
        }
    }

    /// Conditions, lengths of time and absences; none: an error is reported.
    pub(super) fn close_steps(
        &mut self,
        sequence: &syntax::Match,
        open: Vec<OpenRows>,
        bindings: &[Binding],
        entity: Option<EntityId>,
    ) -> Option<Trigger> {
        let mut whole = true;
        let mut steps = Vec::new();
        for (index, (step, rows)) in sequence.steps.iter().zip(open).enumerate() {
            if index == 0 {
                self.first_step(step);
            }
            let earlier = bindings.get(..index).unwrap_or_default();
            let rows = self.close_rows(&step.selection, Some(&step.name.text), rows, earlier, entity);
            let mut scope = self.model_scope(entity);
            let within = step.within.as_ref().map(|within| self.window_span(&mut scope, within));
            let with_own = bindings.get(..=index).unwrap_or_default();
            let without: Vec<Option<StepRows>> =
                step.without.iter().map(|without| self.absent(without, with_own, entity)).collect();
            whole &= without.iter().all(Option::is_some) && within != Some(None);
            let (Some(rows), without) = (rows, without.into_iter().flatten().collect()) else {
                whole = false;
                continue;
            };
            steps.push(Step { rows, within: within.flatten(), without });
        }
        let deadline = sequence.deadline.as_ref().map(|without| {
            let rows = self.absent(without, bindings, entity);
            let mut scope = self.model_scope(entity);
            let within = without.within.as_ref().and_then(|within| self.window_span(&mut scope, within));
            rows.zip(within)
        });
        whole &= !matches!(deadline, Some(None));
        let (deadline, overlapping) = (deadline.flatten(), sequence.overlapping);
        whole.then(|| Trigger::Match(Box::new(Sequence { steps, deadline, overlapping, at: None })))
    }

    /// The first step has nothing before it.
    fn first_step(&mut self, step: &syntax::MatchStep) {
        if let Some(within) = &step.within {
            self.report(NothingBefore { at: within.span, clause: "within".to_owned() });
        }
        for without in &step.without {
            self.report(NothingBefore { at: without.selection.span, clause: "without".to_owned() });
        }
    }

    fn absent(&mut self, without: &syntax::Without, steps: &[Binding], entity: Option<EntityId>) -> Option<StepRows> {
        let rows = self.open_rows(&without.selection, steps, entity);
        self.close_rows(&without.selection, None, rows, steps, entity)
    }

    /// The rows with their condition, in which the steps so far can be read.
    fn close_rows(
        &mut self,
        selection: &syntax::Selection,
        name: Option<&str>,
        rows: OpenRows,
        steps: &[Binding],
        entity: Option<EntityId>,
    ) -> Option<StepRows> {
        let OpenRows { slot, from, of, bound } = rows;
        let mut scope = Scope { rows: steps.to_vec(), ..self.model_scope(entity) };
        if let (Some(name), Bound::Row { slot, source, .. }) = (name, &bound) {
            let what = Bound::Row { slot: *slot, source: *source, bare: false };
            scope.rows.push(Binding { name: Some(name.to_owned()), what });
        }
        Self::bind(&mut scope, selection.row.as_ref(), bound);
        let filter = selection.filter.as_ref().map(|filter| self.truth(&mut scope, filter, None));
        let span = selection.span;
        let selection = Selection { slot, from: from?, of, filter, window: None };
        let aggregate = Aggregate { function: AggregateFunction::Any, value: None, selection };
        let any = expression(ExprKind::Aggregate(Box::new(aggregate)), Type::new(Kind::Bool), span);
        Some(StepRows { any })
    }

    /// `warn at T`
    pub(super) fn warn_at(&mut self, scope: &mut Scope, at: &syntax::Expr, is_match: bool) -> Expr {
        if !is_match {
            self.report(WarnAtElsewhere { at: at.span });
            return unknown(at.span);
        }
        let value = self.expr(scope, at, Some(&Kind::Time));
        self.need(value, &Kind::Time, None)
    }

    /// Reports `let`s that a sequence's conditions use although they read its rows.
    pub(super) fn lets_read_steps(&mut self, trigger: &Trigger, context: &ModelContext<'_>) {
        let Trigger::Match(sequence) = trigger else { return };
        let slots = sequence.slots();
        let mut found: Vec<(Span, LetId)> = Vec::new();
        for rows in sequence.rows() {
            rows.any.visit(&mut |e| {
                if let ExprKind::Let(id) = e.kind
                    && reads(context, id, &slots, &mut BTreeSet::new())
                {
                    found.push((e.span, id));
                }
            });
        }
        for (at, id) in found {
            let Some(declared) = context.typed.get(id.index()) else { continue };
            let (name, declared) = (declared.name.to_string(), Some(declared.span));
            self.report(LetReadsSteps { at, name, declared });
        }
    }
}

/// Whether a `let` reads one of these rows, itself or through others.
fn reads(context: &ModelContext<'_>, id: LetId, slots: &[RowSlot], seen: &mut BTreeSet<LetId>) -> bool {
    let Some(declared) = context.typed.get(id.index()).filter(|_| seen.insert(id)) else { return false };
    let mut found = false;
    declared.value.visit(&mut |e| match &e.kind {
        ExprKind::Column { row, .. } => found |= slots.contains(&row.slot),
        ExprKind::Let(inner) => found |= reads(context, *inner, slots, seen),
        _ => {}
    });
    found
}
