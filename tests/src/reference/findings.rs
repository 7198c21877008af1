//! Evaluations, findings and failures (docs/language.md §2.1–2.6).

use crate::reference::ReferenceOptions;
use crate::reference::data::entity_of;
use crate::reference::world::{Binding, Scope, World};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{EntityId, EntityKeyType, Kind, Program, RowSlot, Type};
use watchfire_dsl::program::{Expr, LevelRule, Lookback, Model, ModelId, Population, SourceId, SourceKind, Trigger};
use watchfire_stdlib::value::{EntityKey, Fault, Level, Value};

/// A condition that was true, and its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose.
    pub model: ModelId,
    /// The model's entity.
    pub entity: EntityKey,
    /// What it is about.
    pub subject: EntityKey,
    /// How severe.
    pub level: Level,
    /// The instant that it speaks of.
    pub t: i64,
    /// The instant up to which it knows.
    pub k: i64,
    /// Place of the trigger's row among the rows visible at k; 0 for `every`.
    pub row: usize,
    /// Its message in each language that the model has it in.
    pub messages: Vec<(Language, String)>,
    /// To whom it goes.
    pub dispatch: Option<Value>,
    /// The values of the model's `let`s; none for those that are private.
    pub facts: Vec<Option<Value>>,
}

/// An evaluation that came to nothing, after which the model stopped for the entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whose.
    pub model: ModelId,
    /// The model's entity.
    pub entity: EntityKey,
    /// The instant that it speaks of.
    pub t: i64,
    /// The instant up to which it knows.
    pub k: i64,
    /// Why.
    pub fault: Fault,
}

/// Values of this type are shown only under a pseudonym.
pub fn is_private(program: &Program, ty: &Type) -> bool {
    fn entity(program: &Program, id: EntityId) -> bool {
        let declared = &program.entities[id.0 as usize];
        match declared.key {
            EntityKeyType::Pair(a, b) => declared.private || entity(program, a) || entity(program, b),
            _ => declared.private,
        }
    }
    ty.private || matches!(ty.kind, Kind::Entity(id) if entity(program, id))
}

/// One look of a model at an entity.
pub(crate) struct Evaluation {
    pub(crate) t: i64,
    pub(crate) k: i64,
    pub(crate) row: usize,
    /// The row of an `on` model, the rows of a match.
    pub(crate) trigger: Vec<(RowSlot, Binding)>,
    /// A fault that a sequence met instead of a match.
    pub(crate) fault: Option<Fault>,
}

impl<'a> World<'a> {
    /// §2.3: from the earliest to the latest known-at of all dated rows, differing copies included.
    pub(crate) fn whole_range(&self) -> Option<(i64, i64)> {
        let copies = self.histories.iter().flatten().flat_map(|history| history.copies());
        let dated: Vec<i64> = copies.map(|copy| copy.known).filter(|&known| known != i64::MIN).collect();
        Some((*dated.iter().min()?, *dated.iter().max()?))
    }

    /// Runs all models; findings of the range stay in `self.findings`, failures of the range are returned.
    pub(crate) fn run(&mut self, (a, b): (i64, i64), options: &ReferenceOptions) -> Vec<Failure> {
        let wanted = self.wanted(options);
        let starts = self.starts(a, &wanted);
        let mut failures = Vec::new();
        for (index, model) in self.program.models.iter().enumerate() {
            let id = ModelId(u32::try_from(index).unwrap_or(u32::MAX));
            let Some(&start) = starts.get(&id) else { continue };
            for (entity, evaluations) in self.evaluations(model, start, b) {
                let mut resume = i64::MIN;
                for evaluation in evaluations {
                    if evaluation.k < resume {
                        continue;
                    }
                    let (t, k) = (evaluation.t, evaluation.k);
                    let evaluation = match self.speaking(model, &entity, evaluation) {
                        Ok(None) => continue,
                        Ok(Some(evaluation)) => Ok(evaluation),
                        Err(fault) => Err((t, fault)),
                    };
                    let outcome = evaluation.and_then(|evaluation| {
                        self.evaluate(id, model, &entity, &evaluation).map_err(|fault| (evaluation.t, fault))
                    });
                    match outcome {
                        Ok(finding) => self.findings.extend(finding),
                        Err((t, fault)) => {
                            failures.push(Failure { model: id, entity: entity.clone(), t, k, fault });
                            // §2.6: a failure before the range stops the model before the range only.
                            if k >= a {
                                break;
                            }
                            resume = a;
                        }
                    }
                }
            }
        }
        self.findings.retain(|finding| a <= finding.k && wanted.contains(&finding.model));
        failures.retain(|failure| a <= failure.k && wanted.contains(&failure.model));
        failures
    }

    /// The models whose findings are asked for.
    fn wanted(&self, options: &ReferenceOptions) -> BTreeSet<ModelId> {
        let ids = (0..self.program.models.len()).map(|index| ModelId(u32::try_from(index).unwrap_or(u32::MAX)));
        let own = |id: &ModelId| !self.program.models[id.index()].used;
        ids.filter(|id| options.only.as_ref().map_or_else(|| own(id), |only| only.contains(id))).collect()
    }

    /// §2.6: from when on each model is evaluated: a part from its readers' start minus their lookback on.
    fn starts(&self, a: i64, wanted: &BTreeSet<ModelId>) -> BTreeMap<ModelId, i64> {
        let mut starts: BTreeMap<ModelId, i64> = wanted.iter().map(|&id| (id, a)).collect();
        // Models come after those whose findings they read.
        for (index, model) in self.program.models.iter().enumerate().rev() {
            let Some(&start) = starts.get(&ModelId(u32::try_from(index).unwrap_or(u32::MAX))) else { continue };
            let earliest = self.whole_range().map_or(a, |(earliest, _)| earliest);
            let from = match model.lookback {
                Lookback::Span(span) => self.clock.before(start, span).max(earliest),
                Lookback::Unbounded => earliest,
            };
            let from = from.min(start);
            for part in crate::reference::expression::parts_of(model) {
                let part = starts.entry(part).or_insert(from);
                *part = from.min(*part);
            }
        }
        starts
    }

    /// The evaluations of a model, for each entity in order (§2.5).
    fn evaluations(&self, model: &Model, a: i64, b: i64) -> BTreeMap<EntityKey, Vec<Evaluation>> {
        let mut evaluations: BTreeMap<EntityKey, Vec<Evaluation>> = BTreeMap::new();
        match &model.trigger {
            Trigger::Every(grid) => {
                let Some(population) = &model.population else { return evaluations };
                let population = self.population(population);
                for k in self.clock.instants(*grid, a, b) {
                    for (entity, _) in population.iter().filter(|(_, since)| **since <= k) {
                        let evaluation = Evaluation { t: k, k, row: 0, trigger: Vec::new(), fault: None };
                        evaluations.entry(entity.clone()).or_default().push(evaluation);
                    }
                }
            }
            Trigger::On { source, by, .. } => {
                let tables = match &self.program.sources[source.index()].kind {
                    SourceKind::Table(_) => vec![*source],
                    SourceKind::Edges { of, .. } => vec![*of],
                    SourceKind::Derived(_) => Vec::new(),
                    SourceKind::Union(parts) => parts.iter().map(|part| part.source).collect(),
                };
                let histories = tables.iter().filter_map(|table| self.histories[table.index()].as_ref());
                let ends = matches!(self.program.sources[source.index()].kind, SourceKind::Edges { end: true, .. });
                let mut instants: BTreeSet<i64> = BTreeSet::new();
                for version in histories.flat_map(|history| history.versions()) {
                    instants.insert(version.known());
                    // An end is looked at when it has come.
                    instants.extend(version.ends().filter(|_| ends).map(|end| end.max(version.known())));
                }
                for &k in instants.range(a..=b) {
                    self.triggered(*source, by, k, &mut evaluations);
                }
            }
            Trigger::Match(sequence) => return self.matches(model, sequence, b),
        }
        evaluations
    }

    /// §2.2: one evaluation for each row that is visible at its own known-at `k`.
    fn triggered(
        &self,
        source: SourceId,
        by: &[watchfire_dsl::program::ColumnId],
        k: i64,
        evaluations: &mut BTreeMap<EntityKey, Vec<Evaluation>>,
    ) {
        let rows = self.rows(source, k);
        for (place, row) in rows.iter().enumerate() {
            let Some(t) = row.row.time.filter(|_| row.row.known == k) else { continue };
            let entity = |place: usize| self.entity(source, &rows[place], by, t, k);
            let Some(this) = entity(place) else { continue };
            let own: Vec<usize> = (0..rows.len()).filter(|&other| entity(other).as_ref() == Some(&this)).collect();
            let index = own.iter().position(|&other| other == place).unwrap_or_default();
            let own = Rc::new(own.into_iter().map(|other| rows[other].clone()).collect());
            let trigger = vec![(RowSlot(0), Binding::Row(own, index))];
            let evaluation = Evaluation { t, k, row: place, trigger, fault: None };
            evaluations.entry(this).or_default().push(evaluation);
        }
    }

    /// §2.1: the entities, and since when each is known.
    pub(crate) fn population(&self, population: &Population) -> BTreeMap<EntityKey, i64> {
        let mut entities = BTreeMap::new();
        let tables: Vec<(SourceId, Option<usize>)> = match &self.program.sources[population.source.index()].kind {
            SourceKind::Table(_) => vec![(population.source, None)],
            SourceKind::Derived(_) => Vec::new(),
            SourceKind::Edges { of, .. } => vec![(*of, None)],
            SourceKind::Union(parts) => parts.iter().enumerate().map(|(n, part)| (part.source, Some(n))).collect(),
        };
        for (table, part) in tables {
            let Some(history) = &self.histories[table.index()] else { continue };
            for version in history.versions() {
                let Some(row) = version.at(&history.shape, version.known()) else { continue };
                let known = row.known;
                let entity = match part {
                    None => {
                        entity_of(&population.by.iter().map(|by| row.cells[by.index()].clone()).collect::<Vec<_>>())
                    }
                    Some(_) => {
                        let row = crate::reference::world::Row { table, part, row, fault: None };
                        self.entity(population.source, &row, &population.by, known, known)
                    }
                };
                if let Some(entity) = entity {
                    let since = entities.entry(entity).or_insert(known);
                    *since = known.min(*since);
                }
            }
        }
        entities
    }

    /// §9.7: `warn at` says of which instant a match speaks.
    fn speaking(
        &self,
        model: &'a Model,
        entity: &EntityKey,
        evaluation: Evaluation,
    ) -> Result<Option<Evaluation>, Fault> {
        if let Some(fault) = evaluation.fault {
            return Err(fault);
        }
        let Trigger::Match(sequence) = &model.trigger else { return Ok(Some(evaluation)) };
        let Some(at) = &sequence.at else { return Ok(Some(evaluation)) };
        let Evaluation { t, k, ref trigger, .. } = evaluation;
        let (this, variables) = (Some(entity.clone()), trigger.clone());
        let scope = Scope { model: Some((model, entity)), trigger, this, t, k, variables };
        match self.value(at, &scope) {
            Value::Time(t) => Ok(Some(Evaluation { t, ..evaluation })),
            Value::Fault(fault) => Err(fault),
            _ => Ok(None),
        }
    }

    /// §2.4, §2.5: the finding of an evaluation, if it makes one.
    fn evaluate(
        &self,
        id: ModelId,
        model: &'a Model,
        entity: &EntityKey,
        evaluation: &Evaluation,
    ) -> Result<Option<Finding>, Fault> {
        let Evaluation { t, k, row, ref trigger, .. } = *evaluation;
        let variables = trigger.clone();
        let model_scope = Some((model, entity));
        let scope = Scope { model: model_scope, trigger, this: Some(entity.clone()), t, k, variables };
        if let Trigger::On { filter: Some(filter), .. } = &model.trigger
            && !self.decides(filter, &scope)?
        {
            return Ok(None);
        }
        if !self.decides(&model.condition, &scope)? {
            return Ok(None);
        }
        let Some(rule) = self.level(model, &scope)? else { return Ok(None) };
        let subject = match model.about.as_ref().map(|about| self.value(about, &scope)) {
            None => entity.clone(),
            Some(Value::Entity(subject)) => subject,
            Some(Value::Fault(fault)) => return Err(fault),
            Some(_) => return Ok(None),
        };
        let message = rule.message.as_ref().or(model.message.as_ref());
        let messages = message.map_or_else(Vec::new, |message| self.messages(message, &scope));
        let dispatch = model.dispatch.as_ref().map(|dispatch| self.value(dispatch, &scope));
        let lets = model.lets.iter().map(|item| &item.value);
        let facts = lets.map(|value| (!is_private(self.program, &value.ty)).then(|| self.value(value, &scope)));
        let facts = facts.collect();
        let entity = entity.clone();
        Ok(Some(Finding { model: id, entity, subject, level: rule.level, t, k, row, messages, dispatch, facts }))
    }

    fn level<'m>(&self, model: &'m Model, scope: &Scope<'_>) -> Result<Option<&'m LevelRule>, Fault> {
        let mut rules: Vec<&LevelRule> = model.levels.iter().filter(|rule| rule.condition.is_some()).collect();
        rules.sort_by_key(|rule| Reverse(rule.level)); // stable
        for rule in rules {
            if let Some(condition) = &rule.condition
                && self.decides(condition, scope)?
            {
                return Ok(Some(rule));
            }
        }
        Ok(model.levels.iter().find(|rule| rule.condition.is_none()))
    }

    /// True, or not; a fault is raised here.
    fn decides(&self, condition: &Expr, scope: &Scope<'_>) -> Result<bool, Fault> {
        match self.value(condition, scope) {
            Value::Fault(fault) => Err(fault),
            value => Ok(value.is_true()),
        }
    }

    fn name(&self, model: ModelId) -> &str {
        &self.program.models[model.index()].name
    }

    /// The order in which a selection over `findings of` gives the findings about one subject.
    pub(crate) fn by_known_model_and_own_order(&self, a: &Finding, b: &Finding) -> Ordering {
        a.k.cmp(&b.k)
            .then_with(|| self.name(a.model).cmp(self.name(b.model)))
            .then_with(|| b.level.cmp(&a.level))
            .then_with(|| a.t.cmp(&b.t))
            .then_with(|| a.entity.cmp(&b.entity))
            .then(a.row.cmp(&b.row))
    }

    /// §2.8: the order of the output.
    pub(crate) fn output_order(&self, a: &Finding, b: &Finding) -> Ordering {
        (a.k, self.name(a.model), &a.subject)
            .cmp(&(b.k, self.name(b.model), &b.subject))
            .then_with(|| self.by_known_model_and_own_order(a, b))
    }
}
