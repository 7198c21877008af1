//! Looking at what compiled code left: its own decisions become findings, the interpreter looks at the rest.

use super::execute::{Evaluated, Execution, Memory, Task, Whom, Work};
use crate::finding::{FindingRecord, FindingStore};
use crate::interp::{Evaluator, Found, World, triggers, triggers_between};
use crate::jit::{Left, LeftRow};
use crate::plan::TimelineId;
use crate::timeline::{RowRef, Timeline, count_triggers};
use std::collections::{BTreeMap, HashMap};
use watchfire_dsl::program::{ModelId, SourceId, Trigger};
use watchfire_stdlib::value::{EntityKey, Value};

impl<'a> Task<'a> {
    /// Looks at the rows that compiled code left. `None`: there is no such code, or the model fails for an entity, so that
    /// it matters which rows come before; then nothing was done.
    pub(super) fn look_at_left(&self, world: World<'a>, memory: &mut Memory) -> Option<Evaluated> {
        let left = self.left?;
        if !memory.stopped.is_empty() {
            return None;
        }
        let (source, after, until) = match &self.work {
            Work::On { source, after, until } => (source, after, until),
            Work::At(instants) => return self.look_at_instants(world, left, instants),
            Work::Match { after, until } => {
                return self.look_at_chains(world, left, (*after, *until), &mut memory.found);
            }
        };
        let mut evaluator = Evaluator::new(world, self.model);
        let mut result = Evaluated::default();
        let mut first = 0;
        for left in left.of(self.partition).chunk_by(|a, b| a.entity == b.entity) {
            let place = left.first()?.entity as usize;
            let (entity, rows) = self.entities.entry(self.partition, place)?;
            let whom = Whom { key: entity, place };
            self.decided(world, *source, (whom, rows), (left, first), (*after, *until), &mut result);
            first += left.len();
            let places = left.iter().filter(|left| !self.is_decided(left)).map(|left| left.place as usize);
            let triggers = triggers(world, *source, rows, places, (*after, *until));
            if !triggers.is_empty() {
                evaluator.turn_to(entity);
                if self.on(&mut evaluator, whom, (*source, rows), triggers, i64::MIN, &mut result).is_some() {
                    return None;
                }
            }
        }
        // All rows are counted at the end, those that the interpreter looked at among them.
        result.evaluations = 0;
        result.uncounted.insert(self.partition, (*after, *until));
        Some(result)
    }

    /// The same for a model on a grid.
    fn look_at_instants(&self, world: World<'a>, left: &Left, instants: &[i64]) -> Option<Evaluated> {
        let mut evaluator = Evaluator::new(world, self.model);
        let mut result = Evaluated::default();
        let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return Some(result) };
        let keys = self.entities.keys(self.partition);
        let mut turned_to = None;
        for (number, row) in left.of(self.partition).iter().enumerate() {
            let k = *left.instants().get(row.place as usize)?;
            if !(first..=last).contains(&&k) {
                continue;
            }
            let place = row.entity as usize;
            let whom = Whom { key: keys.get(place)?, place };
            if self.is_decided(row) {
                result.findings.extend(self.finding(whom, (k, k, 0), row.rule, Some(number), &[]));
                continue;
            }
            if turned_to.replace(row.entity) != Some(row.entity) {
                evaluator.turn_to(whom.key);
            }
            evaluator.begin(k, k, None);
            evaluator.know(left.facts(self.partition, number));
            if !self.decide(&mut evaluator, whom, (k, k, 0), (&[], None), &mut result) {
                return None;
            }
        }
        let known = |first: &i64| instants.len() - instants.partition_point(|instant| instant < first);
        let first_known = self.entities.all_first_known(self.partition);
        result.evaluations = first_known.iter().map(|first| known(first) as u64).sum();
        Some(result)
    }

    /// The same for a model that looks for a sequence.
    fn look_at_chains(
        &self,
        world: World<'a>,
        left: &Left,
        span: (i64, i64),
        known: &mut HashMap<EntityKey, Found>,
    ) -> Option<Evaluated> {
        let mut evaluator = Evaluator::new(world, self.model);
        let mut result = Evaluated::default();
        // What is found is remembered once no entity has failed.
        let mut remembered = Vec::new();
        for left in left.of(self.partition).chunk_by(|a, b| a.entity == b.entity) {
            let place = left.first()?.entity as usize;
            let entity = self.entities.keys(self.partition).get(place)?;
            let whom = Whom { key: entity, place };
            evaluator.turn_to(entity);
            let mut found = known.get(entity).cloned().unwrap_or_default();
            let places = left.iter().map(|left| left.place as usize);
            if self.matches(&mut evaluator, whom, span, (i64::MIN, &mut found), Some(places), &mut result).is_some() {
                return None;
            }
            remembered.push((entity, found));
        }
        known.extend(remembered.into_iter().map(|(entity, found)| (entity.clone(), found)));
        Some(result)
    }

    /// Whether nothing is left to the interpreter.
    fn is_decided(&self, left: &LeftRow) -> bool {
        left.rule.is_some() && self.model.about.is_none()
    }

    /// The findings about an entity that compiled code decided.
    fn decided(
        &self,
        world: World<'a>,
        source: SourceId,
        (whom, rows): (Whom<'_>, &[RowRef]),
        (left, first): (&[LeftRow], usize),
        span: (i64, i64),
        result: &mut Evaluated,
    ) {
        for (number, left) in left.iter().enumerate().filter(|(_, left)| self.is_decided(left)) {
            let place = left.place as usize;
            if let Some(row) = rows.get(place)
                && let Some((k, t)) = triggers_between(world, source, *row, span)
            {
                result.findings.extend(self.finding(whom, (k, t, place), left.rule, Some(first + number), &[]));
            }
        }
    }

    /// The finding that compiled code decided on, by the rule that applies; `number`: the row's among those that it left in the partition. `told`: by
    /// comparison.
    pub(super) fn finding(
        &self,
        whom: Whom<'_>,
        (k, t, place): (i64, i64, usize),
        rule: Option<u8>,
        number: Option<usize>,
        told: &[Value],
    ) -> Option<FindingRecord> {
        let rule = usize::from(rule?);
        let level = self.model.rules.get(rule)?.level;
        let (model, about, entity) = (self.model.id, whom.key.clone(), whom.key.clone());
        let at = (self.partition as u32, whom.place as u32);
        let (told, steps, left) = (told.into(), Box::default(), number.map(|number| number as u32));
        Some(FindingRecord { model, entity, at, about, t, k, level, place, rule, told, steps, left })
    }

    /// Places a finding made on all rows among those that are in order: what a screen left out gives none.
    pub(super) fn in_part(&self, whole: &Timeline, finding: &mut FindingRecord) {
        let row = || Some(*whole.entry(finding.at.0 as usize, finding.at.1 as usize)?.1.get(finding.place)?);
        let Some((partition, entity)) = self.entities.place_of(&finding.entity) else { return };
        let rows = self.entities.entry(partition, entity).map_or(&[][..], |(_, rows)| rows);
        if let Some(place) = row().and_then(|row| rows.iter().position(|other| *other == row)) {
            (finding.at, finding.place) = ((partition as u32, entity as u32), place);
        }
    }
}

/// Rows that are counted: of a timeline, in a partition or in all, in a span of known-at.
type Counted = (TimelineId, Option<usize>, (i64, i64));

impl Execution<'_> {
    /// Counts the rows that trigger where compiled code looked at them: each is an evaluation.
    pub(super) fn count(&self, evaluated: &mut BTreeMap<ModelId, Evaluated>) {
        let mut known: HashMap<Counted, u64> = HashMap::new();
        for (id, evaluated) in evaluated {
            let Trigger::On { source, .. } = &self.program.models[id.index()].trigger else { continue };
            let (data, uncounted) = (self.data, std::mem::take(&mut evaluated.uncounted));
            let Some(timeline) = data.plan.model(*id).and_then(|model| model.entities) else { continue };
            let Some(first) = uncounted.values().next() else { continue };
            let Some(table) = data.store.table(*source) else {
                // Rows of a union.
                let findings = FindingStore::default();
                let (world, rows) = (self.world(&findings), &data.timelines[timeline.0 as usize]);
                for (partition, span) in uncounted {
                    let triggers = |row: &&RowRef| triggers_between(world, *source, **row, span).is_some();
                    let all = rows.entries(partition).flat_map(|(_, rows)| rows);
                    evaluated.evaluations += all.filter(triggers).count() as u64;
                }
                continue;
            };
            evaluated.evaluations += match data.all_rows(timeline) {
                Some(rows) => uncounted
                    .into_iter()
                    .map(|(partition, span)| {
                        let count = || rows.count_triggers(table, partition, span);
                        *known.entry((timeline, Some(partition), span)).or_insert_with(count)
                    })
                    .sum(),
                // No partition was looked at row by row, so the span is that of all.
                None => {
                    let by = &data.plan.timelines[timeline.0 as usize].by;
                    let count = || count_triggers(table, by, *first);
                    *known.entry((timeline, None, *first)).or_insert_with(count)
                }
            };
        }
    }
}
