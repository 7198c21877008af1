//! Exemptions (docs/language.md §12).

use crate::reference::findings::Finding;
use crate::reference::world::World;

/// What warns, and what is set aside, with the reason. Folding comes first: what is exempt silences like the rest.
pub(crate) fn part(world: &World<'_>, warnings: Vec<Finding>) -> (Vec<Finding>, Vec<(Finding, String)>) {
    let (mut left, mut exempted) = (Vec::new(), Vec::new());
    for finding in warnings {
        let because = world.program.exemptions.iter().find(|one| {
            let today = world.clock.zone.date(finding.k);
            one.model == finding.model && one.subject == finding.subject && today < Some(one.until)
        });
        match because {
            Some(one) => exempted.push((finding, one.because.to_string())),
            None => left.push(finding),
        }
    }
    (left, exempted)
}
