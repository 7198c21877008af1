//! In which order models run, and from when on.

use super::{ModelPlan, Plan};
use crate::mutant::{Mutant, mutant};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_dsl::program::{Lookback, ModelId, Program, SpanOfTime, WindowSpan};
use watchfire_stdlib::value::{DAY_MICROS, Value};
use watchfire_stdlib::zone::Zone;

/// Puts each model into the first stratum after all models whose findings it reads, and notes who reads whom.
///
/// The program lists a model after its parts (the checker refuses cycles), so one pass in that order is enough.
pub(super) fn arrange(program: &Program, plan: &mut Plan) {
    let mut stratum_of: BTreeMap<ModelId, usize> = BTreeMap::new();
    let mut strata: Vec<Vec<ModelId>> = Vec::new();
    let mut reads: Vec<(ModelId, ModelId)> = Vec::new();
    for index in 0..program.models.len() {
        let Some(model) = plan.models.get(index).and_then(Option::as_ref) else { continue };
        let after = model.parts.iter().filter_map(|part| stratum_of.get(part)).map(|stratum| stratum + 1).max();
        let stratum = after.unwrap_or(0);
        stratum_of.insert(model.id, stratum);
        if strata.len() <= stratum {
            strata.resize(stratum + 1, Vec::new());
        }
        strata[stratum].push(model.id);
        reads.extend(model.parts.iter().map(|part| (*part, model.id)));
    }
    for (part, reader) in reads {
        if let Some(model) = plan.models.get_mut(part.index()).and_then(Option::as_mut) {
            model.readers.insert(reader);
        }
    }
    plan.strata = strata;
}

/// The instant from which each model must be evaluated so that the range can start at `from`: the start itself, or,
/// where others read its findings, as far before theirs as they look back. Who looks back over all that is known looks
/// back to `earliest`, the first known-at there is, and nobody further: before it there was nothing to find.
pub(crate) fn starts(
    plan: &Plan,
    running: &BTreeSet<ModelId>,
    from: i64,
    earliest: i64,
    zone: &Zone,
) -> BTreeMap<ModelId, i64> {
    // Which matches a sequence found before decides which it finds: it begins where knowledge begins.
    let start = |model: &ModelPlan| if model.sequence.is_some() { earliest.min(from) } else { from };
    let mut starts: BTreeMap<ModelId, i64> =
        running.iter().filter_map(|id| plan.model(*id)).map(|model| (model.id, start(model))).collect();
    // Readers lie in later strata, so that their start is settled before it is handed on.
    for reader in plan.strata.iter().rev().flatten().filter_map(|id| plan.model(*id)) {
        let Some(theirs) = starts.get(&reader.id).copied() else { continue };
        let needed = match reader.lookback {
            Lookback::Span(span) => before(zone, theirs, span).map_or(earliest, |start| start.max(earliest)),
            Lookback::Unbounded => earliest,
        };
        let needed = needed.min(theirs);
        for part in &reader.parts {
            if let Some(start) = starts.get_mut(part) {
                *start = needed.min(*start);
            }
        }
    }
    starts
}

/// `time - span`: months, then days, then microseconds. `None` before the calendar begins.
pub(crate) fn before(zone: &Zone, time: i64, span: SpanOfTime) -> Option<i64> {
    let months = zone.add_months(time, span.months.checked_neg()?)?;
    if mutant(Mutant::DaysOfHours) {
        return months.checked_sub(span.days.checked_mul(DAY_MICROS)?)?.checked_sub(span.micros);
    }
    zone.add_days(months, span.days.checked_neg()?)?.checked_sub(span.micros)
}

/// A length, known or a parameter's value; `None`: the parameter is missing.
pub(crate) fn span_of(length: WindowSpan, parameters: &[Value]) -> Option<SpanOfTime> {
    match length {
        WindowSpan::Fixed(span) => Some(span),
        WindowSpan::Parameter(id) => match parameters.get(id.index()) {
            Some(Value::Duration(d)) => Some(SpanOfTime { months: 0, days: d.days, micros: d.micros }),
            _ => None,
        },
    }
}

/// `time + span`: months, then days, then microseconds. `None` after the calendar ends.
pub(crate) fn after(zone: &Zone, time: i64, span: SpanOfTime) -> Option<i64> {
    zone.add_days(zone.add_months(time, span.months)?, span.days)?.checked_add(span.micros)
}
