//! Deliberate mistakes in the engine (`--features mutants`): the equalities must notice each.
#![cfg(feature = "mutants")]

use watchfire_engine::mutant::{Mutant, activate};
use watchfire_tests::equalities::{Equality, run_cases};
use watchfire_tests::generate::Size;

#[test]
fn every_mutant_is_killed() {
    let alive: Vec<Mutant> = Mutant::ALL
        .iter()
        .copied()
        .filter(|mutant| {
            activate(Some(*mutant));
            let report = run_cases(0..10_000, Size::default(), &Equality::ALL, 1);
            activate(None);
            report.broken.is_empty()
        })
        .collect();
    assert!(alive.is_empty(), "alive: {alive:?}");
}
