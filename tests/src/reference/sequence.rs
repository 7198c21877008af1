//! Sequences (docs/language.md §9): at every instant at which something about the entity becomes known, every last row
//! and every chain to it is looked at.

use crate::reference::findings::Evaluation;
use crate::reference::world::{Binding, Row, Rows, Scope, World};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use watchfire_dsl::program::{
    ColumnId, ExprKind, From, Model, RowSlot, Selection, Sequence, SourceId, SourceKind, StepRows,
};
use watchfire_stdlib::value::{EntityKey, Fault, Value};

/// The rows of a chain so far.
type Chain = Vec<(RowSlot, Binding)>;

/// Of whom and when chains are sought.
struct Look<'l, 'a> {
    model: &'a Model,
    sequence: &'a Sequence,
    entity: &'l EntityKey,
    k: i64,
}

/// What conditions come to.
enum Truth {
    True,
    /// False or missing: ruled out.
    Out,
    Fault(Fault),
}

impl<'a> World<'a> {
    /// The matches that become known until `b`, and the faults met, for each entity in order.
    pub(crate) fn matches(
        &self,
        model: &'a Model,
        sequence: &'a Sequence,
        b: i64,
    ) -> BTreeMap<EntityKey, Vec<Evaluation>> {
        let mut all = BTreeMap::new();
        let Some(population) = &model.population else { return all };
        for entity in self.population(population).into_keys() {
            let evaluations = self.matches_about(model, sequence, &entity, b);
            all.insert(entity, evaluations);
        }
        all
    }

    fn matches_about(&self, model: &'a Model, sequence: &'a Sequence, entity: &EntityKey, b: i64) -> Vec<Evaluation> {
        let mut evaluations = Vec::new();
        // Last rows that made a match, and the time that matches take.
        let mut used: Vec<(Option<usize>, usize)> = Vec::new();
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for k in self.instants_about(sequence, entity, b) {
            let look = Look { model, sequence, entity, k };
            let Some(last) = sequence.steps.last().and_then(|step| self.rows_about(&step.rows, entity, k)) else {
                continue;
            };
            for place in 0..last.len() {
                let time = last[place].row.time.unwrap_or(i64::MIN);
                let id = (last[place].part, last[place].row.id);
                let t = self.deadline(sequence, time);
                if t > k || used.contains(&id) {
                    continue;
                }
                let mut fault = None;
                let chain = self.chain(&look, &last[place], place, Vec::new(), None, &spans, &mut fault);
                if let Some(trigger) = chain {
                    let first = times(&trigger).next().unwrap_or(time);
                    used.push(id);
                    if !sequence.overlapping {
                        spans.push((first, time));
                    }
                    evaluations.push(Evaluation { t, k, row: place, trigger, fault: None });
                } else if fault.is_some() {
                    evaluations.push(Evaluation { t, k, row: place, trigger: Vec::new(), fault });
                }
            }
        }
        evaluations
    }

    /// The instants at which something about the entity becomes known, and those of deadlines.
    fn instants_about(&self, sequence: &Sequence, entity: &EntityKey, b: i64) -> Vec<i64> {
        let mut candidates: BTreeSet<i64> = BTreeSet::new();
        let mut sources: Vec<SourceId> = sequence.rows().filter_map(rows_of).map(|(source, _)| source).collect();
        // §9.10: another entity may be meant from an instant on.
        for of in sequence.rows().filter_map(|rows| rows.selection()?.of.as_ref()) {
            of.visit(&mut |e| {
                if let ExprKind::Aggregate(aggregate) = &e.kind
                    && let From::Rows { source, .. } = aggregate.selection.from
                {
                    sources.push(source);
                }
            });
        }
        for source in sources {
            let tables = match &self.program.sources[source.index()].kind {
                SourceKind::Table(_) => vec![source],
                SourceKind::Edges { of, .. } => vec![*of],
                SourceKind::Union(parts) => parts.iter().map(|part| part.source).collect(),
                // No step is of such a table.
                SourceKind::Derived(_) => Vec::new(),
            };
            for copy in tables.iter().filter_map(|t| self.histories[t.index()].as_ref()).flat_map(|h| h.copies()) {
                candidates.insert(copy.known);
                candidates.extend(copy.end);
                candidates.extend(copy.end.map(|end| self.deadline(sequence, end)));
                candidates.extend(copy.time.map(|time| self.deadline(sequence, time)));
            }
        }
        let mut before = Vec::new();
        let mut instants = Vec::new();
        for k in candidates.range(..=b).copied() {
            let whose = |rows| self.whose(rows, entity, k, k).and_then(|scope| scope.this);
            let about = |rows| self.rows_about(rows, entity, k).unwrap_or_default();
            let now: Vec<(Option<EntityKey>, Rows)> = sequence.rows().map(|rows| (whose(rows), about(rows))).collect();
            let last = sequence.steps.last().and_then(|step| self.rows_about(&step.rows, entity, k));
            let due = sequence.deadline.is_some()
                && last
                    .iter()
                    .flat_map(|last| last.iter())
                    .filter_map(|row| row.row.time)
                    .any(|time| self.deadline(sequence, time) == k);
            if now != before || due {
                instants.push(k);
            }
            before = now;
        }
        instants
    }

    /// The instant at which a chain that ends at `time` is one.
    fn deadline(&self, sequence: &Sequence, time: i64) -> i64 {
        sequence.deadline.as_ref().map_or(time, |(_, within)| self.clock.after(time, self.span(*within)))
    }

    /// The rows about the entity visible at k, before `where`.
    fn rows_about(&self, rows: &StepRows, entity: &EntityKey, k: i64) -> Option<Rows> {
        let (source, by) = rows_of(rows)?;
        let scope = self.whose(rows, entity, k, k)?;
        Some(self.about(source, by, &scope))
    }

    /// §9.10: of whom the rows are, as known at k; `None`: of nobody.
    fn whose(&self, rows: &StepRows, entity: &EntityKey, t: i64, k: i64) -> Option<Scope<'a>> {
        let scope = Scope { model: None, trigger: &[], this: Some(entity.clone()), t, k, variables: Vec::new() };
        match rows.selection()?.of.as_ref().map(|of| self.value(of, &scope)) {
            None => Some(scope),
            Some(Value::Entity(other)) => Some(Scope { this: Some(other), ..scope }),
            Some(_) => None,
        }
    }

    /// The first chain to the last row `z`, in row order of its first row, then the second, ….
    #[expect(clippy::too_many_arguments, reason = "the parts of the definition")]
    fn chain(
        &self,
        look: &Look<'_, 'a>,
        z: &Row,
        z_place: usize,
        chain: Chain,
        poison: Option<Fault>,
        spans: &[(i64, i64)],
        fault: &mut Option<Fault>,
    ) -> Option<Chain> {
        let end = z.row.time.unwrap_or(i64::MIN);
        let Some(step) = look.sequence.steps.get(chain.len()) else {
            // All steps are there: nothing of the last `without` may follow.
            let poison = match look.sequence.deadline.as_ref() {
                Some((rows, _)) => {
                    let until = self.deadline(look.sequence, end);
                    match self.absent(look, rows, &chain, (end, until), until) {
                        Truth::True => poison,
                        Truth::Out => return None,
                        Truth::Fault(found) => poison.or(Some(found)),
                    }
                }
                None => poison,
            };
            if poison.is_some() {
                *fault = fault.or(poison);
                return None;
            }
            return Some(chain);
        };
        let is_last = chain.len() + 1 == look.sequence.steps.len();
        let rows = self.rows_about(&step.rows, look.entity, look.k)?;
        let Selection { slot, filter, .. } = step.rows.selection()?;
        let before = times(&chain).last();
        for place in 0..rows.len() {
            let time = rows[place].row.time.unwrap_or(i64::MIN);
            let in_time = before.is_none_or(|before| {
                before < time && step.within.is_none_or(|within| time <= self.clock.after(before, self.span(within)))
            });
            let free = before.is_some() || spans.iter().all(|(a, b)| end < *a || *b < time);
            if !in_time || !free || (is_last && place != z_place) || (!is_last && time >= end) {
                continue;
            }
            let mut longer = chain.clone();
            longer.push((*slot, Binding::Row(Rc::clone(&rows), place)));
            let mut poison = poison;
            let own = filter.as_ref().map_or(Truth::True, |filter| self.truth(look, filter, &longer, time));
            let between = (before.unwrap_or(time), time.saturating_sub(1));
            let absences = step.without.iter().map(|rows| self.absent(look, rows, &longer, between, time));
            let mut ruled_out = false;
            for truth in std::iter::once(own).chain(absences) {
                match truth {
                    Truth::True => {}
                    Truth::Out => {
                        ruled_out = true;
                        break;
                    }
                    Truth::Fault(found) => poison = poison.or(Some(found)),
                }
            }
            if !ruled_out && let Some(found) = self.chain(look, z, z_place, longer, poison, spans, fault) {
                return Some(found);
            }
        }
        None
    }

    fn truth(&self, look: &Look<'_, 'a>, filter: &watchfire_dsl::program::Expr, variables: &Chain, t: i64) -> Truth {
        let (model, this) = (Some((look.model, look.entity)), Some(look.entity.clone()));
        let scope = Scope { model, trigger: &[], this, t, k: look.k, variables: variables.clone() };
        match self.value(filter, &scope) {
            Value::Fault(fault) => Truth::Fault(fault),
            value if value.is_true() => Truth::True,
            _ => Truth::Out,
        }
    }

    /// Is there no row in `(from, until]`? Out where there is one, and where one may have been missed.
    fn absent(&self, look: &Look<'_, 'a>, rows: &StepRows, chain: &Chain, (from, until): (i64, i64), t: i64) -> Truth {
        let (Some(selection), Some((source, by))) = (rows.selection(), rows_of(rows)) else { return Truth::Out };
        let all = self.rows_about(rows, look.entity, look.k).unwrap_or_default();
        let mut fault = None;
        for place in 0..all.len() {
            let time = all[place].row.time.unwrap_or(i64::MIN);
            if time <= from || until < time {
                continue;
            }
            let mut variables = chain.clone();
            variables.push((selection.slot, Binding::Row(Rc::clone(&all), place)));
            match selection.filter.as_ref().map_or(Truth::True, |filter| self.truth(look, filter, &variables, time)) {
                Truth::True => return Truth::Out,
                Truth::Out => {}
                Truth::Fault(found) => fault = fault.or(Some(found)),
            }
        }
        if let Some(fault) = fault {
            return Truth::Fault(fault);
        }
        let Some(scope) = self.whose(rows, look.entity, t, look.k) else { return Truth::Out };
        if from < until && self.partly_covered(source, by, (from, until), &scope) { Truth::Out } else { Truth::True }
    }
}

/// The event times of a chain's rows.
fn times(chain: &Chain) -> impl Iterator<Item = i64> {
    chain.iter().filter_map(|(_, binding)| match binding {
        Binding::Row(rows, place) => rows.get(*place)?.row.time,
        _ => None,
    })
}

/// The source of a step's rows, and by which columns they are about the entity.
fn rows_of(rows: &StepRows) -> Option<(SourceId, &[ColumnId])> {
    match &rows.selection()?.from {
        From::Rows { source, by } => Some((*source, by)),
        _ => None,
    }
}
