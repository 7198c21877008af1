//! Findings: what models saw, before anything was silenced.

use crate::shown::EntityRef;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use watchfire_dsl::program::{ModelId, Program};
use watchfire_stdlib::value::{EntityKey, Level, Value};

/// What a model saw at one evaluation: its condition was true, and a level applied.
///
/// A finding is a function of what was known; a [`Warning`](crate::Warning) is a finding that was not silenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the model.
    pub model: Arc<str>,
    /// Whom the model looked at.
    pub entity: EntityRef,
    /// What the finding is about.
    pub about: EntityRef,
    /// The instant that it speaks of, microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// Up to when it knows, microseconds since 1970-01-01T00:00Z.
    pub known: i64,
    /// How severe it is.
    pub level: Level,
}

/// A finding inside a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FindingRecord {
    /// The model.
    pub(crate) model: ModelId,
    /// Whom the model looked at.
    pub(crate) entity: EntityKey,
    /// The entity's partition in the model's timeline, and its place there.
    pub(crate) at: (u32, u32),
    /// What it is about.
    pub(crate) about: EntityKey,
    /// The instant it speaks of.
    pub(crate) t: i64,
    /// What was known.
    pub(crate) k: i64,
    /// How severe.
    pub(crate) level: Level,
    /// The place of the trigger's row, or of a match's last row, among the rows about the entity; 0 on a grid.
    pub(crate) place: usize,
    /// Which of the plan's level rules applied.
    pub(crate) rule: usize,
    /// What the entity was told by comparison with its peers.
    pub(crate) told: Box<[Value]>,
    /// The rows of a match, by step: the place of each among the rows about the entity.
    pub(crate) steps: Box<[usize]>,
    /// Where compiled code decided: the row's number among those that it left in the entity's partition.
    pub(crate) left: Option<u32>,
}

impl FindingRecord {
    /// The order in which the findings of one model and subject lie and fold (docs/language.md §2.7).
    pub(crate) fn order(&self) -> impl Ord + '_ {
        (self.k, Reverse(self.level), self.t, &self.entity, self.place)
    }
}

/// The findings of the models that others read, by subject.
#[derive(Debug, Default)]
pub(crate) struct FindingStore {
    by_subject: Vec<HashMap<EntityKey, Vec<FindingRecord>>>,
}

impl FindingStore {
    /// A store without findings.
    pub(crate) fn new(program: &Program) -> Self {
        Self { by_subject: program.models.iter().map(|_| HashMap::new()).collect() }
    }

    /// Adds findings of one model that are later than those already there.
    pub(crate) fn add(&mut self, model: ModelId, findings: &[FindingRecord]) {
        let Some(subjects) = self.by_subject.get_mut(model.index()) else { return };
        let mut grown: Vec<&EntityKey> = Vec::new();
        for finding in findings {
            subjects.entry(finding.about.clone()).or_default().push(finding.clone());
            grown.push(&finding.about);
        }
        grown.sort_unstable();
        grown.dedup();
        for about in grown {
            if let Some(findings) = subjects.get_mut(about) {
                findings.sort_by(|a, b| a.order().cmp(&b.order()));
            }
        }
    }

    /// The findings of these models about an entity that are dated in `(after, until]`: by k, then as the models are
    /// given, then in their own order.
    pub(crate) fn about(
        &self,
        models: &[ModelId],
        about: &EntityKey,
        after: Option<i64>,
        until: i64,
    ) -> Vec<&FindingRecord> {
        let mut found = Vec::new();
        for model in models {
            let Some(findings) = self.by_subject.get(model.index()).and_then(|subjects| subjects.get(about)) else {
                continue;
            };
            let start = after.map_or(0, |after| findings.partition_point(|finding| finding.k <= after));
            let end = findings.partition_point(|finding| finding.k <= until);
            found.extend(findings.get(start..end).unwrap_or_default());
        }
        found.sort_by_key(|finding| finding.k);
        found
    }
}
