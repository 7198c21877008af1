//! Findings into warnings (docs/language.md §2.7).

use crate::reference::findings::Finding;
use crate::reference::world::World;
use std::collections::BTreeMap;
use watchfire_dsl::program::ModelId;
use watchfire_stdlib::value::{EntityKey, Level};

/// A silence of a model about a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The model.
    pub model: ModelId,
    /// What its last warning was about.
    pub subject: EntityKey,
    /// The last warning's level.
    pub level: Level,
    /// The silence's end, exclusive.
    pub until: i64,
}

/// The findings that warn, in the same order. `findings` are in the order of §2.8, in which those of one model and
/// one subject lie by k, most severe first, t, entity, row: the order in which §2.7 folds them.
pub(crate) fn fold(world: &World<'_>, findings: &[Finding], silences: &[Silence]) -> Vec<Finding> {
    let mut silent: BTreeMap<(ModelId, &EntityKey), (Level, i64)> =
        silences.iter().map(|silence| ((silence.model, &silence.subject), (silence.level, silence.until))).collect();
    let mut warnings = Vec::new();
    for finding in findings {
        let of = (finding.model, &finding.subject);
        let silenced = silent.get(&of).is_some_and(|&(level, until)| finding.k < until && finding.level <= level);
        if silenced {
            continue;
        }
        warnings.push(finding.clone());
        if let Some(again) = world.program.models[finding.model.index()].again {
            silent.insert(of, (finding.level, world.clock.after(finding.k, again)));
        }
    }
    warnings
}
