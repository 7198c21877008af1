//! Findings become warnings: silences, and the order of the output (docs/language.md §2.7, §2.8).

use super::exempt::exemption;
use crate::finding::FindingRecord;
use crate::mutant::{Mutant, mutant};
use crate::plan::after;
use crate::timeline::partition_of;
use crate::warning::Silence;
use std::collections::BTreeMap;
use watchfire_dsl::program::{ModelId, Program};
use watchfire_stdlib::value::{EntityKey, Level};
use watchfire_stdlib::zone::Zone;

/// Silences in force: model and subject, the last warning's level, the end.
type Silences<'a> = BTreeMap<(ModelId, &'a EntityKey), (Level, i64)>;

/// Puts findings into the order of the output. It is the order of folding as well: what lies between two findings of
/// one model about one entity does not concern them. `of`: the finding of an item.
pub(super) fn sort<T>(program: &Program, all: &mut [T], of: impl Fn(&T) -> &FindingRecord, partitions: usize) {
    let mut by_name: Vec<usize> = (0..program.models.len()).collect();
    by_name.sort_by_key(|index| &program.models[*index].name);
    let mut ranks = vec![0; by_name.len()];
    by_name.iter().enumerate().for_each(|(rank, index)| ranks[*index] = rank);
    let rank = |id: ModelId| ranks.get(id.index());
    all.sort_by(|a, b| {
        let (a, b) = (of(a), of(b));
        if mutant(Mutant::PartitionOrderLeaks) {
            let order = partition_of(&a.entity, partitions).cmp(&partition_of(&b.entity, partitions));
            return order.then_with(|| a.order().cmp(&b.order()));
        }
        (a.k, rank(a.model), &a.about).cmp(&(b.k, rank(b.model), &b.about)).then_with(|| a.order().cmp(&b.order()))
    });
}

/// Which of the findings warn, by their index, and the silences in force at `end`. Findings are in the order of the
/// output; silences at the start hold for models of that name.
pub(super) fn fold(
    program: &Program,
    zone: &Zone,
    findings: &[FindingRecord],
    start: &[Silence],
    end: i64,
) -> (Vec<usize>, Vec<Silence>) {
    let mut silences: Silences<'_> = BTreeMap::new();
    for silence in start {
        let model = program.models.iter().position(|model| model.name == silence.model);
        if let Some(id) = model.and_then(|index| u32::try_from(index).ok()) {
            silences.insert((ModelId(id), &silence.about), (silence.level, silence.until));
        }
    }
    let mut warn = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let of = (finding.model, &finding.about);
        let breaks = |level: Level| finding.level > level && !mutant(Mutant::SeverityDoesNotBreakSilence);
        let silent = silences.get(&of).is_some_and(|(level, until)| finding.k < *until && !breaks(*level));
        if silent && !mutant(Mutant::SilenceForgotten) {
            continue;
        }
        warn.push(index);
        if mutant(Mutant::ExemptDoesNotSilence) && exemption(program, zone, finding).is_some() {
            continue;
        }
        if let Some(again) = program.models.get(finding.model.index()).and_then(|model| model.again) {
            silences.insert(of, (finding.level, after(zone, finding.k, again).unwrap_or(i64::MAX)));
        }
    }
    let left = silences.into_iter().filter(|(_, (_, until))| end < *until);
    let left = left.map(|((model, about), (level, until))| Silence {
        model: program.models[model.index()].name.clone(),
        about: about.clone(),
        level,
        until,
    });
    (warn, left.collect())
}
