//! Deliberate mistakes in the engine (`--features mutants`): the equalities must notice each.
#![cfg(feature = "mutants")]

use watchfire_engine::mutant::{Mutant, activate};
use watchfire_tests::equalities::first_broken;

#[test]
fn every_mutant_is_killed() {
    let alive: Vec<Mutant> = Mutant::ALL
        .iter()
        .copied()
        .filter(|mutant| {
            activate(Some(*mutant));
            let report = first_broken(10_000);
            activate(None);
            report.broken.is_empty()
        })
        .collect();
    assert!(alive.is_empty(), "alive: {alive:?}");
}
