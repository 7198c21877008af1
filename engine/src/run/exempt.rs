//! Exemptions: warnings that are set aside, with the reason (docs/language.md §12).

use crate::finding::FindingRecord;
use crate::mutant::{Mutant, mutant};
use crate::warning::{Exempted, Warning};
use watchfire_dsl::program::{Exemption, Program};
use watchfire_stdlib::zone::Zone;

/// The exemption that a finding falls under.
pub(super) fn exemption<'a>(program: &'a Program, zone: &Zone, finding: &FindingRecord) -> Option<&'a Exemption> {
    let subject = if mutant(Mutant::ExemptByEntity) { &finding.entity } else { &finding.about };
    let last = i32::from(mutant(Mutant::ExemptUntilInclusive));
    let found = program.exemptions.iter().find(|one| one.model == finding.model && one.subject == *subject)?;
    let end = zone.start_of_day(found.until.saturating_add(last)).unwrap_or(i64::MAX);
    (finding.k < end).then_some(found)
}

/// Parts warnings from those that are set aside; `findings` are those that warn, one for each.
pub(super) fn part(
    program: &Program,
    zone: &Zone,
    findings: &[&FindingRecord],
    warnings: Vec<Warning>,
) -> (Vec<Warning>, Vec<Exempted>) {
    if program.exemptions.is_empty() {
        return (warnings, Vec::new());
    }
    let (mut left, mut exempted) = (Vec::new(), Vec::new());
    for (warning, finding) in warnings.into_iter().zip(findings) {
        match exemption(program, zone, finding) {
            None => left.push(warning),
            Some(found) => exempted.push(Exempted { warning, because: found.because.clone(), until: found.until }),
        }
    }
    (left, exempted)
}
